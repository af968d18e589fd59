//! Where the secrets of a command go, and that they get there.

use std::fs;
use std::path::{Path, PathBuf};

use nix::sys::signal::{SigSet, Signal};

use crate::cli::args::handover::ChannelArgs;
use crate::cli::args::key::ActingArgs;
use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::cli::{Failure, tell};
use crate::domain::trouble::{FileFault, Trouble};
use crate::handover::{Descriptor, Recipient, written};
use crate::new_file::NewFile;
use crate::service::handover::{MadeSecret, Saved};

/// Where secrets go.
enum Way {
    /// All into one new file.
    File(PathBuf),
    /// Each into a new file of this directory.
    Directory(PathBuf),
    /// All into one new file of the present directory, named after the keys.
    Here,
    Open(Descriptor),
}

/// The way that a command was told, and what it has left there so far.
pub(super) struct Handing {
    way: Way,
    recipients: Vec<Recipient>,
    deliver_now: bool,
    files: Vec<NewFile>,
    /// Something was written that nothing takes back.
    is_out: bool,
    unbroken: Option<Unbroken>,
}

impl Handing {
    /// The way that the arguments tell, where it can be gone. Nothing else may have been opened before: a descriptor is
    /// known by its number.
    pub(super) fn begin(
        args: ChannelArgs,
        directory: Option<PathBuf>,
        acting: &ActingArgs,
    ) -> Result<Handing, Failure> {
        let recipients = args.age.iter().map(|typed| Recipient::parse(typed));
        let recipients = recipients.collect::<Result<Vec<_>, _>>()?;
        let way = match (args.secret_file, directory, args.secret_fd) {
            (Some(path), ..) if path == Path::new("-") => {
                return Err(Failure::Sentence("cli.secret_dash", Exit::Usage));
            }
            (Some(path), ..) => Way::File(path),
            (_, Some(directory), _) => Way::Directory(directory),
            (.., Some(number)) => Way::Open(Descriptor::take(number)?),
            _ if args.stdout => Way::Open(Descriptor::stdout()?),
            _ if recipients.is_empty() => {
                return Err(Failure::Sentence("cli.no_channel", Exit::Usage));
            }
            _ => Way::Here,
        };
        let handing = Handing {
            way,
            recipients,
            deliver_now: args.deliver_now,
            files: Vec::new(),
            is_out: false,
            unbroken: None,
        };
        if handing.deliver_now && handing.is_file() {
            return Err(Failure::Sentence("cli.file_is_delivered", Exit::Usage));
        }
        // Whoever may have no files written is not told which there are.
        if acting.user.user.is_none() {
            handing.look_ahead()?;
        }
        Ok(handing)
    }

    fn is_file(&self) -> bool {
        !matches!(self.way, Way::Open(_))
    }

    /// Whether the secrets work at once.
    pub(super) fn delivers(&self) -> bool {
        self.is_file() || self.deliver_now
    }

    /// Whether standard output has room for what is told.
    pub(super) fn leaves_stdout(&self) -> bool {
        !matches!(&self.way, Way::Open(descriptor) if descriptor.is_stdout())
    }

    /// Refuses who may have no files written.
    pub(super) fn check(&self, session: &Session) -> Result<(), Trouble> {
        if self.is_file() && !session.files {
            return Err(Trouble::NoFiles);
        }
        Ok(())
    }

    /// Refuses a place for files where none can be made.
    fn look_ahead(&self) -> Result<(), Trouble> {
        match &self.way {
            Way::File(path) if fs::symlink_metadata(path).is_ok() => {
                Err(Trouble::File(path.clone(), FileFault::Exists))
            }
            Way::Directory(path) if !path.is_dir() => {
                Err(Trouble::File(path.clone(), FileFault::NoDirectory))
            }
            _ => Ok(()),
        }
    }

    /// Writes the secrets, and gives what they were saved to. From here to the end of [`Handing::settle`] what asks the
    /// process to end has to wait, where there are files.
    pub(super) fn hand_over(&mut self, made: &[MadeSecret]) -> Result<Saved, Trouble> {
        if self.is_file() {
            self.unbroken = Some(Unbroken::begin());
        }
        let end = if self.recipients.is_empty() {
            "secret"
        } else {
            "age"
        };
        let secrets = || made.iter().map(|made| &made.secret);
        match &mut self.way {
            Way::Open(descriptor) => {
                let bytes = written(secrets(), &self.recipients)?;
                self.is_out = true;
                descriptor.write(&bytes)?;
                return Ok(Saved::default());
            }
            Way::File(path) => {
                let path = path.clone();
                self.write(&path, made)?;
            }
            Way::Directory(directory) => {
                let directory = directory.clone();
                for one in made {
                    let path = directory.join(format!("api-key-{}.{end}", one.key.0));
                    self.write(&path, std::slice::from_ref(one))?;
                }
            }
            Way::Here => {
                let (first, last) = (made.first(), made.last());
                let name = match (first.map(|one| one.key.0), last.map(|one| one.key.0)) {
                    (Some(first), Some(last)) if first < last => {
                        format!("api-keys-{first}-{last}.{end}")
                    }
                    (first, _) => format!("api-key-{}.{end}", first.unwrap_or_default()),
                };
                self.write(Path::new(&name), made)?;
            }
        }
        let files = self.files.iter().map(|file| file.path().to_owned());
        Ok(Saved {
            files: files.collect(),
            recipients: self.recipients.iter().map(ToString::to_string).collect(),
        })
    }

    fn write(&mut self, path: &Path, made: &[MadeSecret]) -> Result<(), Trouble> {
        let bytes = written(made.iter().map(|made| &made.secret), &self.recipients)?;
        let mut file = NewFile::create(path)?;
        file.add(&bytes)?;
        file.sync()?;
        self.files.push(file);
        Ok(())
    }

    /// Keeps the files where the database has their secrets now, and removes them where it certainly has not. Gives the
    /// files that are there.
    pub(super) fn settle<T>(
        &mut self,
        session: &Session,
        done: Result<T, Trouble>,
    ) -> Result<(T, Vec<PathBuf>), Failure> {
        let recorded = done.as_ref().map(drop).map_err(Clone::clone);
        let mut kept = Vec::new();
        let mut fault = None;
        for file in self.files.drain(..) {
            match file.keep(recorded.clone()) {
                Ok(path) => kept.push(path),
                Err(trouble) => fault = fault.or(Some(trouble)),
            }
        }
        self.unbroken = None;
        match (done, fault) {
            (Ok(done), None) => Ok((done, kept)),
            (Err(trouble), _) if self.is_out && !trouble.is_unsure() => {
                tell(session.text.say("cli.never_works"));
                Err(trouble.into())
            }
            (_, Some(trouble)) | (Err(trouble), _) => Err(trouble.into()),
        }
    }
}

/// What asks the process to end waits until this is dropped: no half of a file is left behind.
struct Unbroken(Option<SigSet>);

impl Unbroken {
    fn begin() -> Unbroken {
        let mut signals = SigSet::empty();
        for signal in [
            Signal::SIGINT,
            Signal::SIGTERM,
            Signal::SIGHUP,
            Signal::SIGQUIT,
        ] {
            signals.add(signal);
        }
        // What cannot be held off ends the process as ever.
        let before = signals.thread_swap_mask(nix::sys::signal::SigmaskHow::SIG_BLOCK);
        Unbroken(before.ok())
    }
}

impl Drop for Unbroken {
    fn drop(&mut self) {
        if let Some(before) = self.0 {
            let _ = before.thread_set_mask();
        }
    }
}
