//! The console's threads: the main one, which alone draws; one that reads keys; a reader and a writer on
//! connections of their own.

mod intake;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::clipboard;
use crate::clock::Clock;
use crate::config::settings::Settings;
use crate::domain::clipboard::Surroundings;
use crate::domain::user::{Actor, Arrival, SignOut};
use crate::service::Service;
use crate::ui::app::{App, Asked, Effect, Input, LayerId, Setting};
use crate::ui::perform::Performer;
use crate::ui::request::{Outcome, Request, Ticket};
use crate::ui::run::intake::{Intake, Passage};
use crate::ui::terminal::{self, Heard, Job, Lost, NoTerminal, Session};

/// What the console is made of.
pub struct Parts {
    /// On a connection that only reads.
    pub reader: Service,
    /// The number of the question that the reader's connection is to answer now.
    pub wanted: Arc<AtomicU64>,
    pub writer: Service,
    pub actor: Actor,
    /// How the actor came, to be noted with the sign-in.
    pub arrival: Arrival,
    /// Files may be written for the actor: they did not come with `--user`.
    pub files: bool,
    pub clock: Arc<dyn Clock>,
    pub settings: Settings,
    pub surroundings: Surroundings,
    pub demo: bool,
}

enum Message {
    /// A key, paste or click.
    Input(Input),
    /// Something typed or pasted that is not handed over.
    Lost(Lost),
    /// Nothing more has come in one go.
    Pause,
    /// The window has another size.
    Resized(Input),
    Answer(LayerId, Ticket, Outcome),
    Job(Job),
}

/// The two workers, as the main thread sees them.
struct Workers {
    reader: Worker,
    writer: Worker,
    wanted: Arc<AtomicU64>,
    last_question: u64,
    /// How many requests have not been answered.
    under_way: usize,
}

struct Worker {
    requests: Sender<(Asked, Option<u64>)>,
    /// Tells that a sign-out was noted; until somebody takes it to wait for that.
    signed_out: Option<Receiver<()>>,
    thread: JoinHandle<()>,
}

/// How long the sign-out may take to be noted when the process is ended from outside. It must be gone in a moment.
const FAREWELL: Duration = Duration::from_millis(35);

/// What the main thread has.
struct Main {
    app: App,
    session: Session,
    workers: Workers,
    messages: Receiver<Message>,
    clock: Arc<dyn Clock>,
    /// How many frames were drawn, for the thread that reads keys.
    frames: Arc<AtomicU64>,
    /// How many inputs have come, and how many of them were handled, for the same.
    heard: u64,
    handled: Arc<AtomicU64>,
    /// The process is to stop as soon as nothing is under way.
    stops: bool,
}

/// Opens the console and stays until the administrator leaves, or is signed out: then it says why.
///
/// # Errors
/// There is no terminal, or it stopped taking what is drawn.
pub fn console(parts: Parts) -> Result<Option<(SignOut, String)>, NoTerminal> {
    let mut session = Session::open()?;
    let (send, messages) = channel();
    let clock = Arc::clone(&parts.clock);
    let frames = Arc::new(AtomicU64::new(0));
    let drawn = Arc::clone(&frames);
    let none = clipboard::reached(None);
    let clipboard = clipboard::reached(parts.settings.clipboard.way(parts.surroundings));
    let performer =
        |service, clipboard| Performer::new(service, parts.actor.clone(), clipboard, parts.files);
    let mut workers = Workers {
        reader: work("reader", performer(parts.reader, none), send.clone())?,
        writer: work("writer", performer(parts.writer, clipboard), send.clone())?,
        wanted: parts.wanted,
        last_question: 0,
        under_way: 0,
    };
    let app = App::new(Setting {
        clock: Arc::clone(&clock),
        settings: parts.settings,
        actor: parts.actor,
        arrival: parts.arrival,
        files: parts.files,
        demo: parts.demo,
    });
    let jobs = send.clone();
    session.watch_job(move |job| jobs.send(Message::Job(job)).is_ok())?;
    if let Some(signed_out) = workers.writer.signed_out.take() {
        let requests = workers.writer.requests.clone();
        terminal::before_end(move || {
            let reason = SignOut::Interrupted;
            let farewell = Asked::by_app(Request::SignOut { reason });
            if requests.send((farewell, None)).is_ok() {
                let _ = signed_out.recv_timeout(FAREWELL);
            }
        });
    }
    let handled = Arc::new(AtomicU64::new(0));
    let mut intake = Intake::new(Arc::clone(&handled));
    let reading = Arc::clone(&clock);
    let read = move |event| Input {
        event,
        frame: drawn.load(Ordering::SeqCst),
        at: reading.uptime(),
    };
    let (resized, read_size) = (send.clone(), read.clone());
    let mut through = false;
    let hear = move |heard| {
        let message = match heard {
            Heard::Event(event) => Message::Input(read(event)),
            Heard::Lost(lost) => Message::Lost(lost),
            Heard::Pause if !std::mem::take(&mut through) => return true,
            Heard::Pause => return send.send(Message::Pause).is_ok(),
        };
        let (event, at) = match &message {
            Message::Input(input) => (Some(&input.event), input.at),
            _ => (None, clock.uptime()),
        };
        match intake.pass(event, at.0) {
            Passage::Through => {
                through = true;
                send.send(message).is_ok()
            }
            Passage::FirstLeftOut => send.send(Message::Lost(Lost::Keys)).is_ok(),
            Passage::LeftOut => true,
        }
    };
    terminal::read_input(hear, move |event| {
        resized.send(Message::Resized(read_size(event))).is_ok()
    })?;
    let mut main = Main {
        app,
        session,
        workers,
        messages,
        clock: parts.clock,
        frames,
        heard: 0,
        handled,
        stops: false,
    };
    while !main.app.done() {
        main.turn()?;
    }
    // The terminal first; closing the connections may take as long as what is still under way.
    drop(main.session);
    // From here on the sign-out is noted in order; the writer ends when nobody can ask it any more.
    terminal::before_end(|| ());
    let mut workers = main.workers;
    workers.ask(main.app.take_requests());
    workers.end(main.app.farewell());
    let ended = main.app.ended();
    Ok(ended.map(|(why, sentence)| (why, sentence.to_owned())))
}

impl Main {
    /// Sends out what was asked for, takes what has come in, draws when nothing more is waiting, and sleeps.
    fn turn(&mut self) -> io::Result<()> {
        // A process that is stopped inside a transaction would block everybody else.
        if self.stops && self.workers.under_way == 0 {
            self.stops = false;
            let stopped = self.session.stop()?;
            self.app.continued(stopped);
        }
        if !self.stops {
            self.workers.ask(self.app.take_requests());
        }
        for effect in self.app.take_effects() {
            match effect {
                Effect::Copy(way, text) => self.session.copy(way, &text)?,
                Effect::Mouse(on) => self.session.report_mouse(on)?,
                Effect::FullRedraw => self.session.full_redraw()?,
                Effect::Stop => terminal::ask_to_stop()?,
            }
        }
        if self.take_all()? {
            return Ok(());
        }
        if self.app.wants_frame() {
            let app = &mut self.app;
            self.session.terminal_mut().draw(|frame| app.draw(frame))?;
            self.session.end_lines(app.hits().0.line_ends())?;
            self.frames.store(app.frames(), Ordering::SeqCst);
        }
        self.wait()
    }

    /// Takes everything that has come in, and says whether there was anything.
    fn take_all(&mut self) -> io::Result<bool> {
        let mut any = false;
        while let Ok(message) = self.messages.try_recv() {
            self.take(message)?;
            any = true;
        }
        Ok(any)
    }

    fn take(&mut self, message: Message) -> io::Result<()> {
        match message {
            Message::Input(input) => {
                self.heard += 1;
                self.app.input(input);
            }
            Message::Lost(lost) => {
                self.heard += 1;
                self.app.lost(lost);
            }
            Message::Pause => self.app.pause(),
            Message::Resized(size) => self.app.input(size),
            Message::Answer(layer, ticket, outcome) => {
                // The farewell of a process that is being ended was never asked from here.
                self.workers.under_way = self.workers.under_way.saturating_sub(1);
                self.app.answer(layer, ticket, outcome);
            }
            Message::Job(Job::Stop) => self.stops = true,
            Message::Job(Job::Continued) => {
                self.session.take_again()?;
                self.app.continued(true);
            }
        }
        let waiting = u64::try_from(self.app.waiting()).unwrap_or(u64::MAX);
        let handled = self.heard.saturating_sub(waiting);
        self.handled.store(handled, Ordering::SeqCst);
        Ok(())
    }

    /// Sleeps until something comes in or time alone changes the screen.
    fn wait(&mut self) -> io::Result<()> {
        let ms = self.app.next_wake().since(self.clock.uptime()).max(0);
        let time = Duration::from_millis(ms.unsigned_abs());
        // The input thread ends the process itself when the terminal is gone.
        if let Ok(message) = self.messages.recv_timeout(time) {
            self.take(message)?;
        }
        self.app.tick();
        Ok(())
    }
}

impl Workers {
    fn ask(&mut self, requests: Vec<Asked>) {
        for asked in requests {
            let question = asked.request.is_superseded().then(|| {
                self.last_question += 1;
                self.wanted.store(self.last_question, Ordering::SeqCst);
                self.last_question
            });
            let to = if asked.request.is_write() {
                &self.writer
            } else {
                &self.reader
            };
            self.under_way += 1;
            // A worker that has ended has panicked, and the process ends with it.
            let _ = to.requests.send((asked, question));
        }
    }

    /// Lets both finish, one with the farewell if there is one, and close their connections, so that `SQLite` leaves one file behind
    /// and not three.
    fn end(self, farewell: Option<Request>) {
        if let Some(farewell) = farewell {
            let _ = self.writer.requests.send((Asked::by_app(farewell), None));
        }
        for worker in [self.reader, self.writer] {
            drop(worker.requests);
            let _ = worker.thread.join();
        }
    }
}

fn work(name: &str, mut performer: Performer, answers: Sender<Message>) -> io::Result<Worker> {
    let (send, requests) = channel::<(Asked, Option<u64>)>();
    let (noted, signed_out) = channel();
    let run = move || {
        for (asked, question) in requests {
            let is_last = matches!(asked.request, Request::SignOut { .. });
            let outcome = performer.carry_out(asked.request, question);
            if is_last {
                let _ = noted.send(());
            }
            if answers
                .send(Message::Answer(asked.layer, asked.ticket, outcome))
                .is_err()
            {
                return;
            }
        }
    };
    let thread = thread::Builder::new().name(name.to_owned()).spawn(run)?;
    Ok(Worker {
        requests: send,
        signed_out: Some(signed_out),
        thread,
    })
}
