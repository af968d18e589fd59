//! `keyward serve`: what was asked for becomes the parts of the server.

use std::fmt::Display;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::auth::hash::{Cost, Hasher};
use crate::auth::proof::Proofs;
use crate::auth::random::SystemRandom;
use crate::cli::args::ServeArgs;
use crate::cli::console::tell_of_update;
use crate::cli::exit::Exit;
use crate::cli::{Failure, not_begun, on_store, place, unless_reading_will_do, waiting};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::domain::address::{Networks, check_addresses};
use crate::domain::problem::Rule;
use crate::domain::trouble::{OpenFault, Trouble};
use crate::harden;
use crate::serve::api::work::Writer;
use crate::serve::auth::credential::Headers;
use crate::serve::hashing::Hashing;
use crate::serve::judging::Judging;
use crate::serve::listen::{Fault, Handover, Listen, Listener, PATH_MAX};
use crate::serve::metrics::Face;
use crate::serve::noting::Noting;
use crate::serve::{self, Ended, Options, Parts};
use crate::service::Service;
use crate::store::rehearsal::Opened;
use crate::store::{Place, Store};
use crate::text::Text;
/// How many threads answer, at most, unless more are asked for.
const THREADS: usize = 4;
/// How many threads change something for clients of the management API.
const WRITERS: usize = 2;
/// The most connections at a time, as far as the process may have so many files open.
const CONNECTIONS: u64 = 4_096;
/// How many files are open beside connections, at most.
const FILES: u64 = 128;
/// The fewest connections of a thread with which it is of use.
const LEAST: u64 = 16;

/// Serves until a signal ends it.
pub(super) fn serve(text: Text, config: &Config, args: ServeArgs) -> Result<ExitCode, Failure> {
    // What is told here are lines of a log.
    waiting::end();
    let headers = Headers::new(&args.header, args.bearer).ok_or_else(|| {
        let words = text.fill("serve.no_header", &[("header", &args.header)]);
        Failure::Words(words, Exit::Usage)
    })?;
    let trusted = trusted(text, &args.trust)?;
    let listens = listens(text, &args)?;
    let place = place(args.database, config)?;
    let watch = || {
        let opened = Store::open_to_watch(&place, &config.account);
        let watch = or_to_read(on_store(opened), &place, config)?;
        watch.deny_stale(args.stale.stale);
        Ok(watch)
    };
    let watch = match watch() {
        Err(Failure::Trouble(Trouble::Open(_, OpenFault::Older { .. }))) => {
            bring_up_to_date(&place, config, args.demo)?;
            watch()
        }
        watch => watch,
    }?;
    allow(&watch, args.demo)?;
    let threads = args.threads.map_or_else(threads, usize::from);
    let readers: Result<_, _> = (0..threads)
        .map(|_| reader(&place, config, args.stale.stale))
        .collect();
    let judging = judging(&place, config);
    let writers = if args.api.is_empty() { 0 } else { WRITERS };
    let writers: Result<_, _> = (0..writers).map(|_| writer(&place, config)).collect();
    let files = harden::allow_files(CONNECTIONS + FILES);
    let connections = usize::try_from(files.saturating_sub(FILES)).unwrap_or(usize::MAX);
    let least = FILES + LEAST * u64::try_from(threads).unwrap_or(FILES);
    if files < least {
        let said: [(&str, &dyn Display); 2] = [("least", &least), ("files", &files)];
        return Err(Failure::Words(
            text.fill("serve.few_files", &said),
            Exit::Trouble,
        ));
    }
    let mut handover = Handover::take();
    let mut open = |(face, typed, listen): (Face, String, Listen)| {
        let listener = Listener::open(&listen, args.socket_mode, &mut handover);
        let listener = listener.map_err(|fault| failure(text, &typed, &fault))?;
        Ok((face, listener))
    };
    let listeners: Result<_, Failure> = listens.into_iter().map(&mut open).collect();
    let ended = serve::run(Parts {
        readers: readers?,
        watch,
        judging: judging?,
        writers: writers?,
        listeners: listeners?,
        options: Options {
            headers,
            trusted,
            access_log: args.access_log,
        },
        connections,
        clock: Arc::new(SystemClock),
        log: Box::new(io::stderr()),
    });
    match ended {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(Ended::System(error)) => Err(not_begun("serve.system", error)),
        // The log has told why.
        Err(Ended::Database(_)) => Ok(Exit::Trouble.into()),
    }
}

/// Brings an older database up to date: a newer program that is started in the place of an older one goes on by itself.
fn bring_up_to_date(place: &Place, config: &Config, demo: bool) -> Result<(), Failure> {
    let account = &config.account;
    let told = || tell_of_update(config);
    if let Opened::Older(copy) = Store::open_to_change(place, account, &told)? {
        allow(&on_store(Ok(copy))?, demo)?;
        Store::bring_up_to_date_telling(place, account, &told)?;
    }
    Ok(())
}

/// Refuses a demonstration, unless it is to be served.
fn allow(watch: &Service, demo: bool) -> Result<(), Failure> {
    if !demo && watch.is_demonstration().map_err(Trouble::from)? {
        return Err(Failure::Sentence("serve.demonstration", Exit::Trouble));
    }
    Ok(())
}

/// Every place to listen at, with what it is for and as it was typed.
fn listens(text: Text, args: &ServeArgs) -> Result<Vec<(Face, String, Listen)>, Failure> {
    let faces = [
        (Face::Auth, &args.auth),
        (Face::Api, &args.api),
        (Face::Admin, &args.admin),
    ];
    let typed = faces
        .into_iter()
        .flat_map(|(face, typed)| typed.iter().map(move |typed| (face, typed.clone())));
    typed
        .map(|(face, typed)| {
            let listen = Listen::parse(&typed).map_err(|fault| failure(text, &typed, &fault))?;
            Ok((face, typed, listen))
        })
        .collect()
}

fn reader(place: &Place, config: &Config, stale: Duration) -> Result<Service, Failure> {
    let opened = on_store(Store::open_to_answer(place, &config.account));
    let reader = or_to_read(opened, place, config)?;
    reader.deny_stale(stale);
    Ok(reader)
}

/// The judge, who hashes on as many threads as there are processors beside one that answers.
fn judging(place: &Place, config: &Config) -> Result<Judging, Failure> {
    let system = |error| not_begun("serve.system", error);
    let opened = on_store(Store::open_to_verify(place, &config.account));
    let notes = or_to_read(opened, place, config)?;
    notes.store().reserve_room();
    let proofs = Proofs::new(&mut SystemRandom)?;
    let threads = cores().saturating_sub(1).max(1);
    let hashing = Hashing::start(Hasher::new(Cost::REAL), proofs, threads).map_err(system)?;
    let noting = Noting::start(notes).map_err(system)?;
    Ok(Judging::new(hashing, noting, Arc::new(SystemClock)))
}

fn writer(place: &Place, config: &Config) -> Result<Writer, Failure> {
    let (at, account) = (place.clone(), config.account.clone());
    let open = move || on_store(Store::open_existing(&at, &account));
    let service = match (place, open()) {
        // The servers that answer now take no changes: one of them will, or another.
        (Place::Server(_), Err(trouble)) if trouble.hinders_writing_only() => None,
        (_, opened) => Some(or_to_read(opened, place, config)?),
    };
    Ok(Writer {
        service,
        open: Box::new(open),
    })
}

/// Verdicts take only reads: where nothing can be written, uses are not noted, and the management API changes nothing.
fn or_to_read(
    opened: Result<Service, Trouble>,
    place: &Place,
    config: &Config,
) -> Result<Service, Failure> {
    let read = || on_store(Store::open_to_read(place, &config.account));
    Ok(unless_reading_will_do(opened, read)?)
}

/// The networks of proxies that are believed.
fn trusted(text: Text, typed: &[String]) -> Result<Networks, Failure> {
    let checked = typed.iter().map(|typed| {
        check_addresses(typed).map_err(|rule| {
            let (name, network) = match rule {
                Rule::NotANetwork { network, .. } => ("serve.host_bits", network),
                _ => ("serve.no_network", typed.clone()),
            };
            Failure::Words(text.fill(name, &[("network", &network)]), Exit::Usage)
        })
    });
    let checked: Result<Vec<String>, Failure> = checked.collect();
    Ok(Networks::of(&checked?.join(", ")))
}

fn threads() -> usize {
    cores().min(THREADS)
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Why nothing listens at a place that was typed so.
fn failure(text: Text, typed: &str, fault: &Fault) -> Failure {
    let (name, code) = match fault {
        Fault::Unclear => ("serve.unclear", Exit::Usage),
        Fault::NotLoopback(_) => ("serve.not_loopback", Exit::Usage),
        Fault::NotHanded => ("serve.not_handed", Exit::Usage),
        Fault::NoListener => ("serve.no_listener", Exit::Usage),
        Fault::TooLong => ("serve.too_long", Exit::Usage),
        Fault::Taken => ("serve.taken", Exit::Trouble),
        Fault::NotASocket => ("serve.not_a_socket", Exit::Trouble),
        Fault::Locked => ("serve.locked", Exit::Trouble),
        Fault::System(_) => ("serve.no_listening", Exit::Trouble),
    };
    let said = |key, value: &dyn Display| {
        let said: [(&str, &dyn Display); 2] = [("listen", &typed), (key, value)];
        text.fill(name, &said)
    };
    let words = match fault {
        Fault::System(error) => said("words", error),
        Fault::NotLoopback(address) => said("address", address),
        _ => said("most", &PATH_MAX),
    };
    Failure::Words(words, code)
}
