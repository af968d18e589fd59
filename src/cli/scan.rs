//! `keyward scan`: this database's secrets in files, directories and on standard input.

mod locking;
mod names;
mod rows;
mod walk;

use std::collections::HashSet;
use std::io::{self, ErrorKind, IsTerminal as _, Read};
use std::path::Path;
use std::process::ExitCode;

use crate::cli::args::rows::Format;
use crate::cli::args::scan::ScanArgs;
use crate::cli::exit::Exit;
use crate::cli::rows::Rows;
use crate::cli::scan::locking::Locking;
use crate::cli::scan::walk::Walk;
use crate::cli::session::{Access, Session};
use crate::cli::{Failure, print, tell};
use crate::config::Config;
use crate::domain::export::EXPORT_BATCH;
use crate::domain::id::{KeyId, SecretId};
use crate::domain::leak::{Find, Leak};
use crate::domain::secret::scan::{Spot, Stream, Tags};
use crate::domain::trouble::Trouble;

/// How standard input is named, and told.
const INPUT: &str = "-";

/// Looks through all that is named. A living secret that was found decides how it ends, before what could not be read.
pub(super) fn scan(config: &Config, asked: ScanArgs) -> Result<ExitCode, Failure> {
    let can_ask = io::stdin().is_terminal() && io::stderr().is_terminal();
    if asked.paths.is_empty() && io::stdin().is_terminal() {
        return Err(Failure::Sentence("scan.nothing", Exit::Usage));
    }
    if asked.lock && !asked.yes && !can_ask {
        return Err(Failure::Sentence("scan.needs_yes", Exit::Usage));
    }
    let access = if asked.lock {
        // A secret that was found is told in any case.
        Access::ChangeElseLook
    } else {
        Access::Look
    };
    Session::run(config, access, asked.acting, |session| {
        let view = session.view()?;
        if asked.lock {
            session.service.may_lock_out_keys(&session.actor)?;
        }
        let mut scan = Scan {
            rows: Rows::new(asked.format.format, session.text, view),
            locking: asked.lock.then(|| Locking::new(asked.yes)),
            told_at_end: asked.lock && !asked.yes && asked.format.format != Format::Table,
            session,
            tags: Tags::default(),
            last: None,
            version: None,
            finds: Vec::new(),
            living: false,
            unread: false,
        };
        scan.refresh()?;
        print(&scan.rows.begin::<Find>())?;
        let mut stream = Stream::default();
        if asked.paths.is_empty() {
            scan.input(&mut stream)?;
        }
        for path in &asked.paths {
            if path.as_os_str() == INPUT {
                scan.input(&mut stream)?;
            } else {
                scan.all_in(path, &mut stream)?;
            }
        }
        scan.end()
    })
}

struct Scan {
    session: Session,
    tags: Tags,
    /// The newest secret whose tag is among them, and the version of the database that they are of.
    last: Option<SecretId>,
    version: Option<i64>,
    rows: Rows,
    locking: Option<Locking>,
    /// Whether nothing is written before it is known what was locked: programs are told so in each row.
    told_at_end: bool,
    /// What is to be written yet.
    finds: Vec<Find>,
    /// Whether a living secret was found.
    living: bool,
    /// Whether something could not be read.
    unread: bool,
}

impl Scan {
    fn input(&mut self, stream: &mut Stream) -> Result<(), Failure> {
        let mut input = io::stdin().lock();
        self.look_through(INPUT, &mut input, stream, true)
    }

    fn all_in(&mut self, path: &Path, stream: &mut Stream) -> Result<(), Failure> {
        for step in Walk::new(path) {
            let shown = self.shown(&step.path);
            self.in_name(&step.path, &shown)?;
            match step.content {
                Ok(None) => {}
                Ok(Some(mut file)) => self.look_through(&shown, &mut file, stream, false)?,
                Err(error) => self.is_unread(&shown, &error),
            }
        }
        Ok(())
    }

    /// Looks through one file to its end. What is found in one that is live is told at once.
    fn look_through(
        &mut self,
        file: &str,
        source: &mut dyn Read,
        stream: &mut Stream,
        live: bool,
    ) -> Result<(), Failure> {
        stream.begin();
        let mut told = (0, HashSet::new());
        loop {
            let count = match source.read(stream.room()) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.is_unread(file, &error);
                    break;
                }
            };
            self.refresh()?;
            let mut found = self.in_part(stream, count)?;
            found.sort_by_key(|(spot, _)| (spot.line, spot.offset));
            for (spot, leak) in found {
                if spot.line != told.0 {
                    told = (spot.line, HashSet::new());
                }
                // Each secret once in each line.
                if told.1.insert((leak.key, leak.secret)) {
                    self.tell(file, Some(spot), leak)?;
                }
            }
            if live {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn in_part(&self, stream: &mut Stream, count: usize) -> Result<Vec<(Spot, Leak)>, Trouble> {
        let Session { service, actor, .. } = &self.session;
        let mut found = Vec::new();
        stream.take(count, &self.tags, |piece, spot| {
            let leak = service.leak(actor, &piece)?;
            found.extend(leak.map(|leak| (spot, leak)));
            Ok::<_, Trouble>(())
        })?;
        Ok(found)
    }

    /// Takes in what was issued since it was last looked.
    fn refresh(&mut self) -> Result<(), Trouble> {
        let Session { service, actor, .. } = &self.session;
        let version = Some(service.store().data_version()?);
        if self.version != version {
            let issued = service.tags_after(actor, self.last)?;
            self.last = issued.last().map(|(id, _)| *id).or(self.last);
            self.tags.add(issued.into_iter().map(|(_, tag)| tag));
            self.version = version;
        }
        Ok(())
    }

    fn tell(&mut self, file: &str, spot: Option<Spot>, leak: Leak) -> Result<(), Failure> {
        self.living |= leak.is_living();
        let find = Find {
            file: file.to_owned(),
            spot,
            leak,
            locked: false,
        };
        if let Some(locking) = &mut self.locking {
            locking.take(&find, &mut self.session);
        }
        self.finds.push(find);
        if self.finds.len() >= EXPORT_BATCH {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Failure> {
        if self.finds.is_empty() || self.told_at_end {
            return Ok(());
        }
        let mut finds = std::mem::take(&mut self.finds);
        if let Some(locking) = &self.locking {
            for find in &mut finds {
                find.locked = locking.has_locked(find.leak.key);
            }
        }
        print(&self.rows.part(&finds)).map(drop)
    }

    fn is_unread(&mut self, file: &str, error: &io::Error) {
        self.unread = true;
        let words = self
            .session
            .text
            .fill("scan.unreadable", &[("path", &file), ("words", error)]);
        tell(&words);
    }

    fn end(mut self) -> Result<ExitCode, Failure> {
        self.flush()?;
        let locking = self.locking.as_mut();
        let done = locking.map_or(Ok(()), |locking| locking.end(&mut self.session));
        self.told_at_end = false;
        self.flush()?;
        print(self.rows.end())?;
        done?;
        Ok(match (self.living, self.unread) {
            (true, _) => Exit::Refused.into(),
            (false, true) => Exit::Trouble.into(),
            (false, false) => Exit::Done.into(),
        })
    }
}

/// A key and the secret of it that was found.
type Found = (KeyId, Option<SecretId>);
