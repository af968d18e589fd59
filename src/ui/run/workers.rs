//! The threads that carry requests out: a reader and a writer on connections of their own, and one for the clipboard.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use crate::ui::app::Asked;
use crate::ui::perform::{Copier, Performer};
use crate::ui::request::{Outcome, Request, Worker as Whose};
use crate::ui::run::Message;
use crate::ui::terminal::Never;

/// The workers, as the main thread sees them.
pub(super) struct Workers {
    reader: Worker,
    writer: Worker,
    clipboard: Worker,
    wanted: Arc<AtomicU64>,
    last_question: u64,
    /// How many requests have not been answered.
    pub under_way: usize,
}

struct Worker {
    tasks: Sender<Task>,
    thread: JoinHandle<()>,
}

/// Has all workers do their last task: the writer carries out this request, if it is any.
pub(super) type Last = Box<dyn FnOnce(Option<Request>) + Send>;

/// What a worker is to do.
enum Task {
    /// Carry out what was asked; a read has a number under which it can be superseded.
    Ask(Asked, Option<u64>),
    /// Carry out this request, if it is any, and end: what is asked for later comes too late.
    Last(Option<Request>),
}

impl Workers {
    /// Starts all of them, the reader with the number of the question that it is to answer now. The channel ends when
    /// those who note the end and take a copy back have done so.
    pub fn start(
        (mut reader, wanted): (Performer, Arc<AtomicU64>),
        mut writer: Performer,
        mut copier: Copier,
        answers: &Sender<Message>,
    ) -> io::Result<(Workers, Receiver<Never>)> {
        let (at_work, rests) = channel();
        let from_reader = move |request, question| reader.carry_out(request, question);
        let to_writer = move |request, question| writer.carry_out(request, question);
        let to_clipboard = move |request, _| copier.carry_out(request);
        let start = |name, carry_out, at_work| work(name, carry_out, answers.clone(), at_work);
        let noting = Some(at_work.clone());
        let workers = Workers {
            reader: start("reader", Box::new(from_reader), None)?,
            writer: start("writer", Box::new(to_writer), noting)?,
            clipboard: start("clipboard", Box::new(to_clipboard), Some(at_work))?,
            wanted,
            last_question: 0,
            under_way: 0,
        };
        Ok((workers, rests))
    }

    pub fn ask(&mut self, requests: Vec<Asked>) {
        for asked in requests {
            let question = asked.request.is_superseded().then(|| {
                self.last_question += 1;
                self.wanted.store(self.last_question, Ordering::SeqCst);
                self.last_question
            });
            let to = match asked.request.worker() {
                Whose::Reader => &self.reader,
                Whose::Writer => &self.writer,
                Whose::Clipboard => &self.clipboard,
            };
            self.under_way += 1;
            // A worker that has ended has panicked or was told so, and the process ends with it.
            let _ = to.tasks.send(Task::Ask(asked, question));
        }
    }

    /// Has all of them do the last thing: a copy is taken back first, whatever the database does, and the end is noted.
    pub fn last(&self) -> Last {
        let all = [&self.clipboard, &self.writer, &self.reader].map(|worker| worker.tasks.clone());
        Box::new(move |farewell| {
            let requests = [Some(Request::Forget), farewell, None];
            for (tasks, request) in all.into_iter().zip(requests) {
                // Whoever has ended already has done so in order.
                let _ = tasks.send(Task::Last(request));
            }
        })
    }

    /// Lets all of them finish and close their connections, so that `SQLite` leaves one file behind and not three.
    pub fn end(self) {
        for worker in [self.clipboard, self.reader, self.writer] {
            let _ = worker.thread.join();
        }
    }
}

/// Carries a request out; a read has a number under which it can be superseded.
type CarryOut = Box<dyn FnMut(Request, Option<u64>) -> Outcome + Send>;

/// Starts a worker. When it has done the last thing it drops `at_work`.
fn work(
    name: &str,
    mut carry_out: CarryOut,
    answers: Sender<Message>,
    at_work: Option<Sender<Never>>,
) -> io::Result<Worker> {
    let (send, tasks) = channel();
    let run = move || {
        // Dropped before the connection is closed, which may take its time.
        let _at_work = at_work;
        let mut signed_out = false;
        for task in tasks {
            let (asked, question) = match task {
                Task::Ask(asked, question) => (asked, question),
                // A session that is over was noted before.
                Task::Last(Some(Request::SignOut { .. })) if signed_out => return,
                Task::Last(last) => {
                    let _ = last.map(|request| carry_out(request, None));
                    return;
                }
            };
            let is_sign_out = matches!(asked.request, Request::SignOut { .. });
            let outcome = carry_out(asked.request, question);
            signed_out |= is_sign_out && outcome.is_ok();
            let answer = Message::Answer(asked.layer, asked.ticket, outcome);
            if answers.send(answer).is_err() {
                return;
            }
        }
    };
    let thread = thread::Builder::new().name(name.to_owned()).spawn(run)?;
    Ok(Worker {
        tasks: send,
        thread,
    })
}
