//! `keyward verify --batch`: one secret a line, one answer a line, in the same order.

use std::io;
use std::num::NonZero;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::auth::hash::{Cost, Hasher, Memory};
use crate::auth::proof::Proofs;
use crate::auth::random::SystemRandom;
use crate::cli::exit::Exit;
use crate::cli::verify::lines::{Line, Lines};
use crate::cli::verify::{Database, Told, answer, sent};
use crate::cli::{Failure, unless_reading_will_do, write};
use crate::domain::secret::received;
use crate::domain::trouble::Trouble;
use crate::domain::verdict::{Asked, Verdict};
use crate::serve::noting::Noting;
use crate::service::Service;
use crate::service::authenticate::{Judged, Weighed};

/// The most lines that are judged at the same time.
const THREADS: usize = 4;

/// What all threads share. Each reads a line, judges it, and waits for its turn to answer: no line is judged by rows from
/// before it was read, and an answer waits for nothing but those of the lines before it.
struct Batch {
    database: Database,
    asked: Asked<'static>,
    told: Told,
    hasher: Hasher,
    proofs: Proofs,
    lines: Mutex<Lines>,
    turn: Mutex<Turn>,
    changed: Condvar,
}

struct Turn {
    /// How many lines were answered.
    answered: u64,
    /// How many threads have not come to their end.
    working: usize,
    refused: bool,
    failed: Option<Failure>,
    noting: Option<Noting>,
}

/// Judges every line of standard input; says whether all were valid. It ends at the first line that cannot be judged.
pub(super) fn batch(
    database: Database,
    asked: Asked<'static>,
    told: Told,
) -> Result<bool, Failure> {
    let no_threads = |_| Failure::Sentence("cli.threads", Exit::Trouble);
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let services: Result<Vec<Service>, Trouble> =
        (0..threads.min(THREADS)).map(|_| database.open()).collect();
    let services = services?;
    let turn = Turn {
        answered: 0,
        working: services.len(),
        refused: false,
        failed: None,
        noting: Some(Noting::start(database.open()?).map_err(no_threads)?),
    };
    let batch = Arc::new(Batch {
        database,
        asked,
        told,
        hasher: Hasher::new(Cost::REAL),
        proofs: Proofs::new(&mut SystemRandom)?,
        lines: Mutex::default(),
        turn: Mutex::new(turn),
        changed: Condvar::new(),
    });
    for service in services {
        let batch = Arc::clone(&batch);
        let thread = thread::Builder::new().name("verify".to_owned());
        thread
            .spawn(move || batch.work(service))
            .map_err(no_threads)?;
    }
    batch.end()
}

impl Batch {
    fn turn(&self) -> MutexGuard<'_, Turn> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until all lines are answered or one cannot be. A thread that still waits for a line then ends with the
    /// process.
    fn end(&self) -> Result<bool, Failure> {
        let goes_on = |turn: &mut Turn| turn.working > 0 && turn.failed.is_none();
        let ended = self.changed.wait_while(self.turn(), goes_on);
        let mut turn = ended.unwrap_or_else(PoisonError::into_inner);
        // What could not be noted changes no answer.
        let _ = turn.noting.take().map(Noting::end);
        match turn.failed.take() {
            Some(failure) => Err(failure),
            None => Ok(!turn.refused),
        }
    }

    /// What one thread does.
    fn work(&self, mut service: Service) {
        let mut memory = Memory::default();
        while let Some((number, line)) = self.line() {
            let judged = line
                .map_err(|error| Failure::System("cli.input", error))
                .and_then(|line| Ok(self.judge(&mut service, &mut memory, sent(&line))?));
            if !self.answer(number, judged) {
                break;
            }
        }
        self.turn().working -= 1;
        self.changed.notify_all();
    }

    fn line(&self) -> Option<(u64, io::Result<Line>)> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.next()
    }

    fn judge(
        &self,
        service: &mut Service,
        memory: &mut Memory,
        secret: &[u8],
    ) -> Result<Judged, Trouble> {
        unless_reading_will_do(self.weigh(service, memory, secret), || {
            *service = self.database.open_to_read()?;
            self.weigh(service, memory, secret)
        })
    }

    /// As the server does it: what was proven once needs no hash, and after each hash the rows are looked at again.
    fn weigh(
        &self,
        service: &Service,
        memory: &mut Memory,
        secret: &[u8],
    ) -> Result<Judged, Trouble> {
        let secret_text = received(secret);
        let mut computed = None;
        loop {
            let proof = |phc: &str| {
                let pair = self.proofs.pair(secret_text, phc);
                match computed {
                    Some((of, is_of)) if of == pair => Some(is_of),
                    _ => self.proofs.holds(&pair).then_some(true),
                }
            };
            match service.weigh(secret, &self.asked, proof)? {
                Weighed::Judged(judged) => return Ok(judged),
                Weighed::Unproven(phc) => {
                    let is_of = self.hasher.verify_in(memory, &phc, secret_text)?;
                    let pair = self.proofs.pair(secret_text, &phc);
                    if is_of {
                        self.proofs.remember(pair);
                    }
                    computed = Some((pair, is_of));
                }
            }
        }
    }

    /// Answers a line once those before it are answered; says whether to go on.
    fn answer(&self, number: u64, judged: Result<Judged, Failure>) -> bool {
        let before = |turn: &mut Turn| turn.answered < number && turn.failed.is_none();
        let waited = self.changed.wait_while(self.turn(), before);
        let mut turn = waited.unwrap_or_else(PoisonError::into_inner);
        if turn.failed.is_some() {
            return false;
        }
        let answered = judged.and_then(|judged| {
            let line = answer(&judged, self.told) + "\n";
            write(&line).map_err(Failure::Output)?;
            Ok(judged)
        });
        match answered {
            Ok(judged) => {
                turn.answered += 1;
                turn.refused |= matches!(judged.verdict, Verdict::Refused(_));
                if let (Some(one), Some(noting)) = (judged.noted, &turn.noting) {
                    noting.add(one);
                }
            }
            Err(failure) => turn.failed = Some(failure),
        }
        self.changed.notify_all();
        turn.failed.is_none()
    }
}
