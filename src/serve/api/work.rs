//! Threads with connections that write, on which calls are carried out: they may wait for the disk, and for the lock.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::clock::Stopwatch;
use crate::domain::id::{KeyId, SecretId};
use crate::domain::trouble::Trouble;
use crate::serve::api::call::Call;
use crate::serve::api::carry_out::carry_out;
use crate::serve::api::reply::{Refusal, Reply};
use crate::service::Service;

/// How many calls may wait.
const QUEUE: usize = 64;
/// How long a search may take.
const SEARCH: Duration = Duration::from_secs(2);

/// A connection that writes.
pub struct Writer {
    /// Nothing where it could not be opened yet.
    pub service: Option<Service>,
    /// How it is opened then, when a call needs it.
    pub open: Box<dyn Fn() -> Result<Service, Trouble> + Send>,
}

impl Writer {
    fn service(&mut self) -> Result<&mut Service, Trouble> {
        match &mut self.service {
            Some(service) => Ok(service),
            none => Ok(none.insert((self.open)()?)),
        }
    }
}

/// A call that is to be carried out.
struct Job {
    key: KeyId,
    secret: SecretId,
    call: Call,
    body: Vec<u8>,
    done: oneshot::Sender<Result<Reply, Refusal>>,
}

/// The way to the threads. When it is dropped, they end after the call that each is at.
pub struct Work(SyncSender<Job>);

impl Work {
    /// Starts a thread for each of these.
    ///
    /// # Errors
    /// The operating system gave none.
    pub fn start(writers: Vec<Writer>) -> io::Result<Work> {
        let (jobs, taken) = sync_channel(QUEUE);
        let taken = Arc::new(Mutex::new(taken));
        for (number, writer) in writers.into_iter().enumerate() {
            let taken = Arc::clone(&taken);
            let thread = thread::Builder::new().name(format!("api-{number}"));
            thread.spawn(move || work(&taken, writer))?;
        }
        Ok(Work(jobs))
    }

    /// Has a call carried out on behalf of a key, of which this secret was sent.
    ///
    /// # Errors
    /// Why it was refused, or could not be done.
    pub async fn carry_out(
        &self,
        (key, secret): (KeyId, SecretId),
        call: Call,
        body: Vec<u8>,
    ) -> Result<Reply, Refusal> {
        let (done, answer) = oneshot::channel();
        let job = Job {
            key,
            secret,
            call,
            body,
            done,
        };
        if self.0.try_send(job).is_err() {
            return Err(Refusal::busy());
        }
        answer.await.unwrap_or_else(|_| Err(Refusal::busy()))
    }
}

fn work(jobs: &Mutex<Receiver<Job>>, mut writer: Writer) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // Whoever has gone before it began has nothing of it.
        if job.done.is_closed() {
            continue;
        }
        let done = match writer.service() {
            Ok(service) => do_it(service, &job),
            Err(trouble) => Err(Refusal::of(trouble, job.call)),
        };
        let _ = job.done.send(done);
    }
}

fn do_it(service: &mut Service, job: &Job) -> Result<Reply, Refusal> {
    service.begin_request();
    // What an answer before this one had left open.
    let _ = service.settle();
    let actor = service.act_as_key(job.key, job.secret);
    let actor = actor.map_err(|refused| Refusal::of(refused, job.call))?;
    let began = Stopwatch::start();
    let goes_on = || !job.done.is_closed() && began.elapsed() < SEARCH;
    carry_out(service, &actor, job.call, &job.body, &goes_on)
}
