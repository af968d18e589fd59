//! The threads that carry requests out: a reader and a writer on connections of their own, and one for the clipboard.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use crate::domain::trouble::Trouble;
use crate::ui::app::{Asked, LayerId};
use crate::ui::perform::{Copier, Performer};
use crate::ui::request::{Aside, Done, Export, Outcome, Read, Request, Ticket, Write};
use crate::ui::run::Message;
use crate::ui::terminal::Never;

/// The workers, as the main thread sees them.
pub(super) struct Workers {
    /// Of what it is asked a question to a list has a number under which it can be superseded.
    reader: Worker<(Read, Option<u64>)>,
    writer: Worker<Write>,
    clipboard: Worker<Aside>,
    numbers: Numbers,
    /// How many requests have not been answered.
    pub under_way: usize,
}

/// The numbers under which questions can be superseded.
struct Numbers {
    /// That of the question that is to be answered now.
    wanted: Arc<AtomicU64>,
    last: u64,
}

impl Numbers {
    fn new(wanted: Arc<AtomicU64>) -> Numbers {
        Numbers { wanted, last: 0 }
    }

    /// The number of a question that a newer one supersedes.
    fn of(&mut self, read: &Read) -> Option<u64> {
        if read.supersedes() {
            self.last += 1;
            self.wanted.store(self.last, Ordering::SeqCst);
        }
        read.is_superseded().then_some(self.last)
    }
}

struct Worker<T> {
    tasks: Sender<Task<T>>,
    thread: JoinHandle<()>,
}

/// Has all workers do their last task: the writer carries out this request, if it is any.
pub(super) type Last = Box<dyn FnOnce(Option<Write>) + Send>;

/// What a worker is to do.
enum Task<T> {
    /// Carry this out and answer it.
    Ask(LayerId, Ticket, T),
    /// Carry this out, if it is anything, and end: what is asked for later comes too late.
    Last(Option<T>),
}

impl Workers {
    /// Starts all of them, the reader with the number of the question that it is to answer now, the writer with what opens
    /// one where there is none yet. The channel ends when those who note the end and take a copy back have done so.
    pub fn start(
        (mut reader, wanted): (Performer, Arc<AtomicU64>),
        (mut writer, open): (
            Option<Performer>,
            impl Fn() -> Result<Performer, Trouble> + Send + 'static,
        ),
        mut copier: Copier,
        answers: &Sender<Message>,
    ) -> io::Result<(Workers, Receiver<Never>)> {
        let (at_work, rests) = channel();
        let read = move |(read, number)| reader.read(read, number);
        let mut signed_out = false;
        let write = move |write| {
            let signs_out = matches!(write, Write::SignOut(_));
            // A session that is over was noted before.
            if signs_out && signed_out {
                return Ok(Done::SignedOut);
            }
            let writer = match &mut writer {
                Some(writer) => writer,
                none => none.insert(open()?),
            };
            let outcome = writer.write(write);
            signed_out |= signs_out && outcome.is_ok();
            outcome
        };
        let copy = move |aside| copier.carry_out(aside);
        let noting = Some(at_work.clone());
        let workers = Workers {
            reader: Worker::start("reader", read, answers.clone(), noting.clone())?,
            writer: Worker::start("writer", write, answers.clone(), noting)?,
            clipboard: Worker::start("clipboard", copy, answers.clone(), Some(at_work))?,
            numbers: Numbers::new(wanted),
            under_way: 0,
        };
        Ok((workers, rests))
    }

    /// Asks for what is read of these, and gives back the others.
    pub fn ask_to_read(&mut self, requests: Vec<Asked>) -> Vec<Asked> {
        let is_read = |asked: &Asked| matches!(asked.request, Request::Read(_));
        let (reads, others) = requests.into_iter().partition(is_read);
        self.ask(reads);
        others
    }

    /// Asks for all of these, each of the worker that does it.
    pub fn ask(&mut self, requests: Vec<Asked>) {
        for Asked {
            layer,
            ticket,
            request,
        } in requests
        {
            self.under_way += 1;
            match request {
                Request::Read(read) => {
                    let number = self.numbers.of(&read);
                    self.reader.ask(layer, ticket, (read, number));
                }
                Request::Write(write) => self.writer.ask(layer, ticket, write),
                Request::Aside(aside) => self.clipboard.ask(layer, ticket, aside),
            }
        }
    }

    /// Has all of them do the last thing: a copy is taken back first, whatever the database does, and the end is noted.
    pub fn last(&self) -> Last {
        let clipboard = self.clipboard.tasks.clone();
        let writer = self.writer.tasks.clone();
        let reader = self.reader.tasks.clone();
        Box::new(move |farewell| {
            // Whoever has ended already has done so in order.
            let _ = clipboard.send(Task::Last(Some(Aside::Forget)));
            let _ = writer.send(Task::Last(farewell));
            // What was exported in part goes.
            let stop = Read::Export(Export::Stop);
            let _ = reader.send(Task::Last(Some((stop, None))));
        })
    }

    /// Lets all of them finish and close their connections, so that `SQLite` leaves one file behind and not three.
    pub fn end(self) {
        for thread in [
            self.clipboard.thread,
            self.reader.thread,
            self.writer.thread,
        ] {
            let _ = thread.join();
        }
    }
}

impl<T: Send + 'static> Worker<T> {
    /// Starts a worker. When it has done the last thing it drops `at_work`.
    fn start(
        name: &str,
        mut carry_out: impl FnMut(T) -> Outcome + Send + 'static,
        answers: Sender<Message>,
        at_work: Option<Sender<Never>>,
    ) -> io::Result<Worker<T>> {
        let (send, tasks) = channel();
        let run = move || {
            // Dropped before the connection is closed, which may take its time.
            let _at_work = at_work;
            for task in tasks {
                let (layer, ticket, outcome) = match task {
                    Task::Ask(layer, ticket, task) => (layer, ticket, carry_out(task)),
                    Task::Last(last) => {
                        let _ = last.map(&mut carry_out);
                        return;
                    }
                };
                let answer = Message::Answer(layer, ticket, outcome);
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

    fn ask(&self, layer: LayerId, ticket: Ticket, task: T) {
        // A worker that has ended has panicked or was told so, and the process ends with it.
        let _ = self.tasks.send(Task::Ask(layer, ticket, task));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::list::Filter;
    use crate::ui::request::{ListQuery, ListRead, Listing};

    #[test]
    fn a_list_supersedes_all_that_can_be_and_the_preview_gives_way_and_supersedes_nothing() {
        let wanted = Arc::new(AtomicU64::new(0));
        let mut numbers = Numbers::new(Arc::clone(&wanted));
        let list = Read::List(ListRead::Keys(ListQuery::Tally(vec![Filter::default()])));
        let preview = Read::Preview(Listing::Keys, 1);
        assert_eq!(numbers.of(&preview), Some(0));
        assert_eq!(numbers.of(&list), Some(1));
        // The list's is still the one that is wanted.
        assert_eq!(numbers.of(&preview), Some(1));
        assert_eq!(wanted.load(Ordering::SeqCst), 1);
        assert_eq!(numbers.of(&Read::Policy), None);
        assert_eq!(numbers.of(&list), Some(2));
        assert_eq!(wanted.load(Ordering::SeqCst), 2);
    }
}
