//! `keyward move FROM TO`: a database leaves its file for a server, whole.

use std::fmt::Display;
use std::io::{self, IsTerminal};
use std::process::ExitCode;

use crate::cli::args::moving::MoveArgs;
use crate::cli::ask::confirm;
use crate::cli::console::tell_of_update;
use crate::cli::exit::Exit;
use crate::cli::interrupt::stoppable;
use crate::cli::{Failure, on_store, print, tell};
use crate::config::Config;
use crate::domain::trouble::{OpenFault, Trouble};
use crate::service::backup::Stop;
use crate::service::moving::{Move, NotMoved};
use crate::store::rehearsal::Opened;
use crate::store::{Place, Store};
use crate::text::Text;

/// Moves it, once it was told what that is.
pub(super) fn move_database(
    text: Text,
    config: &Config,
    args: &MoveArgs,
) -> Result<ExitCode, Failure> {
    stoppable(|stop| moved(text, config, args, stop))
}

fn moved(text: Text, config: &Config, args: &MoveArgs, stop: &Stop) -> Result<ExitCode, Failure> {
    let account = &config.account;
    let (from, to) = (Place::of(&args.from), Place::of(&args.to));
    let other = |path: &std::path::Path, fault| Trouble::Open(path.to_owned(), fault);
    if matches!(from, Place::Server(_)) {
        return Err(other(&args.from, OpenFault::OnServer).into());
    }
    if !matches!(to, Place::Server(_)) {
        return Err(other(&args.to, OpenFault::InFile).into());
    }
    let from_real = std::path::absolute(&args.from).unwrap_or_else(|_| args.from.clone());
    let (from_told, to_told) = (
        from_real.display().to_string(),
        args.to.display().to_string(),
    );
    let told = || tell_of_update(config);
    let (is_older, opened) = match Store::open_to_change(&from, account, &told)? {
        Opened::UpToDate(store) => (false, store),
        Opened::Older(copy) => (true, copy),
    };
    let mut service = on_store(Ok(opened))?;
    let size = service.size()?;
    Store::look_where_to_make(&to, account)?;
    let facts: [(&str, &dyn Display); 5] = [
        ("from", &from_told),
        ("to", &to_told),
        ("keys", &size.keys),
        ("users", &size.users),
        ("events", &size.events),
    ];
    let question = text.fill("move.what", &facts) + "\n" + &text.fill("move.question", &facts);
    confirm(text, args.yes, &question)?;
    if is_older {
        service = on_store(Store::bring_up_to_date_telling(&from, account, &told))?;
    }
    let is_seen = io::stderr().is_terminal();
    let mut told = |table: &str| {
        if is_seen {
            tell(&text.fill("move.copying", &[("table", &table)]));
        }
        stop.check().map_err(Trouble::from)
    };
    let done = service.move_to(
        &to,
        Move {
            account,
            from: &from_told,
            to: &to_told,
            told: &mut told,
        },
    );
    let head = done.map_err(|why| {
        let places: [(&str, &dyn Display); 2] = [("from", &from_told), ("to", &to_told)];
        match why {
            NotMoved::Trouble(trouble) => trouble.into(),
            NotMoved::Unsure => Failure::Words(text.fill("move.unsure", &places), Exit::Trouble),
            NotMoved::NotMarked(trouble) => {
                let why = text.trouble(&trouble);
                let [from, to] = places;
                let words = text.fill("move.not_marked", &[from, to, ("why", &why)]);
                Failure::Words(words, Exit::Trouble)
            }
        }
    })?;
    let facts: [(&str, &dyn Display); 2] = [("to", &to_told), ("head", &head)];
    print(&(text.fill("move.done", &facts) + "\n"))
}
