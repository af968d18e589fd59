//! The console's threads: the main one, which alone draws; one that reads keys; a reader and a writer on
//! connections of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::clipboard::{self, Clipboard};
use crate::clock::Clock;
use crate::config::settings::Settings;
use crate::domain::user::{Actor, Arrival, SignOut};
use crate::service::Service;
use crate::ui::app::{App, Asked, Effect, Input, LayerId, Setting};
use crate::ui::perform::Performer;
use crate::ui::request::{Outcome, Request, Ticket};
use crate::ui::terminal::{self, NoTerminal, Session};

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
    /// After so many minutes without a key the actor is signed out; never with 0.
    pub idle_minutes: u32,
    pub clipboard: Box<dyn Clipboard>,
    pub demo: bool,
    /// Whether the mouse is used.
    pub mouse: bool,
}

enum Message {
    Input(Input),
    Answer(LayerId, Ticket, Outcome),
}

/// The two workers, as the main thread sees them.
struct Workers {
    reader: Worker,
    writer: Worker,
    wanted: Arc<AtomicU64>,
    last_question: u64,
}

struct Worker {
    requests: Sender<(Asked, Option<u64>)>,
    /// Tells that a sign-out was noted; until somebody takes it to wait for that.
    signed_out: Option<Receiver<()>>,
    thread: JoinHandle<()>,
}

/// How long the sign-out may take to be noted when the process is ended from outside. It must be gone in a moment.
const FAREWELL: Duration = Duration::from_millis(35);

/// Opens the console and stays until the administrator leaves, or is signed out: then it says why.
///
/// # Errors
/// There is no terminal, or it stopped taking what is drawn.
pub fn console(parts: Parts) -> Result<Option<(SignOut, String)>, NoTerminal> {
    let mut session = Session::open()?;
    let (send, messages) = channel();
    let clock = Arc::clone(&parts.clock);
    let frames = Arc::new(AtomicU64::new(0));
    let mut workers = Workers {
        reader: work(
            "reader",
            Performer::new(
                parts.reader,
                parts.actor.clone(),
                Box::new(clipboard::Terminal),
                parts.files,
            ),
            send.clone(),
        )?,
        writer: work(
            "writer",
            Performer::new(
                parts.writer,
                parts.actor.clone(),
                parts.clipboard,
                parts.files,
            ),
            send.clone(),
        )?,
        wanted: parts.wanted,
        last_question: 0,
    };
    let mut app = App::new(Setting {
        clock: Arc::clone(&clock),
        settings: parts.settings,
        actor: parts.actor,
        arrival: parts.arrival,
        files: parts.files,
        idle_minutes: parts.idle_minutes,
        demo: parts.demo,
        mouse: parts.mouse,
    });
    let drawn = Arc::clone(&frames);
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
    terminal::read_input(move |event| {
        let input = Input {
            event,
            frame: drawn.load(Ordering::SeqCst),
            at: clock.now(),
        };
        send.send(Message::Input(input)).is_ok()
    })?;
    while !app.done() {
        workers.ask(app.take_requests());
        for effect in app.take_effects() {
            match effect {
                Effect::Osc52(text) => session.copy_osc52(&text)?,
                Effect::Mouse(on) => session.report_mouse(on)?,
                Effect::FullRedraw => session.full_redraw()?,
            }
        }
        if take_all(&mut app, &messages) {
            continue;
        }
        if app.wants_frame() {
            session.terminal_mut().draw(|frame| app.draw(frame))?;
            frames.store(app.frames(), Ordering::SeqCst);
        }
        wait(&mut app, &messages, parts.clock.as_ref());
    }
    // The terminal first; closing the connections may take as long as what is still under way.
    drop(session);
    // From here on the sign-out is noted in order; the writer ends when nobody can ask it any more.
    terminal::before_end(|| ());
    workers.end(app.farewell());
    let ended = app.ended();
    Ok(ended.map(|(why, sentence)| (why, sentence.to_owned())))
}

/// Hands over everything that has come in; frames are drawn when nothing more is waiting.
fn take_all(app: &mut App, messages: &Receiver<Message>) -> bool {
    let mut any = false;
    while let Ok(message) = messages.try_recv() {
        take(app, message);
        any = true;
    }
    any
}

fn take(app: &mut App, message: Message) {
    match message {
        Message::Input(input) => app.input(input),
        Message::Answer(layer, ticket, outcome) => app.answer(layer, ticket, outcome),
    }
}

/// Sleeps until something comes in or time alone changes the screen.
fn wait(app: &mut App, messages: &Receiver<Message>, clock: &dyn Clock) {
    let ms = app.next_wake().since(clock.now()).max(0);
    match messages.recv_timeout(Duration::from_millis(ms.unsigned_abs())) {
        Ok(message) => take(app, message),
        // The input thread ends the process itself when the terminal is gone.
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
    }
    app.tick();
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

fn work(name: &str, mut performer: Performer, answers: Sender<Message>) -> std::io::Result<Worker> {
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
