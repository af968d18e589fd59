//! The console's threads: the main one, which alone draws; one that reads keys and one that writes to the terminal; a
//! reader and a writer on connections of their own; one for the clipboard.

mod intake;
mod workers;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use crate::clipboard;
use crate::clock::Clock;
use crate::config::settings::Settings;
use crate::domain::clipboard::Surroundings;
use crate::domain::time::Uptime;
use crate::domain::trouble::Trouble;
use crate::domain::user::{Actor, Arrival, SignOut};
use crate::service::Service;
use crate::ui::app::{App, Effect, Input, LayerId, Setting, Show};
use crate::ui::perform::{Copier, Performer};
use crate::ui::request::{Outcome, Ticket, Write};
use crate::ui::run::intake::{Intake, Passage};
use crate::ui::run::workers::Workers;
use crate::ui::terminal::{self, Abilities, Heard, Job, Lost, NoTerminal, Session};

/// What the console is made of.
pub struct Parts {
    /// On a connection that only reads: all that the first frame needs.
    pub reader: Service,
    /// The number of the question that the reader's connection is to answer now.
    pub wanted: Arc<AtomicU64>,
    /// The service that writes, where it is open.
    pub writer: Option<Service>,
    /// Opens it on the thread that writes, when there is something to write: the first frame waits for no second connection.
    /// Where that fails it is what came of the write, and the next one tries again.
    pub open_writer: Open,
    pub actor: Actor,
    /// How the actor came, to be noted with the sign-in.
    pub arrival: Arrival,
    /// Files may be written for the actor: they did not come with `--user`.
    pub files: bool,
    pub clock: Arc<dyn Clock>,
    pub settings: Settings,
    pub surroundings: Surroundings,
    /// What the terminal can do.
    pub abilities: Abilities,
    /// Everything in the database was made up.
    pub demo: bool,
    /// Which database it is, on which host, where that is of use.
    pub place: Option<String>,
    pub show: Show,
}

/// Opens a service.
pub type Open = Box<dyn Fn() -> Result<Service, Trouble> + Send>;

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
    /// The terminal has taken the last frame.
    Free,
}

/// The main thread's state.
struct Main {
    app: App,
    session: Session,
    workers: Workers,
    messages: Receiver<Message>,
    clock: Arc<dyn Clock>,
    /// Where the writing thread tells that the terminal has taken the last frame.
    free: Sender<Message>,
    /// How many inputs have come, and how many of them were handled, for the thread that reads them.
    heard: u64,
    handled: Arc<AtomicU64>,
    /// When the first key was pressed whose effect is not drawn yet.
    since: Option<Uptime>,
    /// The last that came in was an answer: what it led to is asked for behind the frame that shows it.
    answered: bool,
    /// The process is to stop as soon as nothing is under way.
    stops: bool,
}

/// Opens the console and stays until the administrator leaves, or is signed out: then it says why.
///
/// # Errors
/// There is no terminal, or it stopped taking what is drawn.
pub fn console(parts: Parts) -> Result<Option<(SignOut, String)>, NoTerminal> {
    let ready = terminal::ready()?;
    let (send, messages) = channel();
    let clock = Arc::clone(&parts.clock);
    let (actor, files) = (parts.actor.clone(), parts.files);
    let performer = move |service| Performer::new(service, actor.clone(), files);
    let reader = performer(parts.reader);
    let writer = parts.writer.map(&performer);
    let open_writer = move || (parts.open_writer)().map(&performer);
    let mut settings = parts.settings.clone();
    settings.mouse &= !parts.surroundings.holds_esc_back();
    let clipboard = clipboard::reached(parts.settings.clipboard.way(parts.surroundings));
    let (mut workers, rests) = Workers::start(
        (reader, parts.wanted),
        (writer, open_writer),
        Copier::new(clipboard),
        &send,
    )?;
    let mut app = App::new(Setting {
        clock: Arc::clone(&clock),
        settings,
        actor: parts.actor,
        arrival: parts.arrival,
        files: parts.files,
        demo: parts.demo,
        place: parts.place,
        show: parts.show,
    });
    // The first rows are read while the terminal is set up.
    let others = workers.ask_to_read(app.take_requests());
    let mut session = match Session::open(ready, parts.abilities) {
        Ok(session) => session,
        Err(refused) => {
            workers.last()(None);
            workers.end();
            return Err(refused);
        }
    };
    // What writes is asked for behind that: a job in the background is stopped there.
    workers.ask(others);
    let begin_end = workers.last();
    terminal::before_end(move || {
        begin_end(Some(Write::SignOut(SignOut::Interrupted)));
        rests
    });
    let seen = session.seen();
    let jobs = send.clone();
    session.watch_job(move |job| jobs.send(Message::Job(job)).is_ok())?;
    let free = send.clone();
    let handled = Arc::new(AtomicU64::new(0));
    let mut intake = Intake::new(Arc::clone(&handled));
    let reading = Arc::clone(&clock);
    let read = move |event| Input {
        event,
        frame: seen.load(Ordering::SeqCst),
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
        free,
        heard: 0,
        handled,
        since: None,
        answered: false,
        stops: false,
    };
    let mut turned = Ok(());
    while turned.is_ok() && !main.app.done() {
        turned = main.turn();
    }
    main.end(turned)
}

impl Main {
    /// Notes the end, gives the terminal back, and lets the workers finish.
    fn end(mut self, turned: io::Result<()>) -> Result<Option<(SignOut, String)>, NoTerminal> {
        self.workers.ask(self.app.take_requests());
        // The end is noted, and a copy taken back, also where the terminal does not take what restores it.
        let farewell = match turned {
            Ok(()) => self.app.farewell(),
            Err(_) => Some(Write::SignOut(SignOut::Interrupted)),
        };
        self.workers.last()(farewell);
        // Closing the connections may take as long as what is still under way.
        drop(self.session);
        self.workers.end();
        turned?;
        let ended = self.app.ended();
        Ok(ended.map(|(why, sentence)| (why, sentence.to_owned())))
    }

    /// Sends out what was asked for, takes what has come in, draws when nothing more is waiting, and sleeps.
    fn turn(&mut self) -> io::Result<()> {
        // A process that is stopped inside a transaction would block everybody else.
        if self.stops && self.workers.under_way == 0 {
            self.stops = false;
            let stopped = self.session.stop()?;
            self.app.continued(stopped);
        }
        if !self.answered {
            self.ask();
        }
        for effect in self.app.take_effects() {
            match effect {
                Effect::Copy(way, text) => self.session.copy(way, &text),
                Effect::Mouse(on) => self.session.report_mouse(on),
                Effect::FullRedraw => self.session.full_redraw()?,
                Effect::Anew => self.session.begin_anew()?,
                Effect::Stop => terminal::ask_to_stop()?,
            }
        }
        if self.take_all()? {
            return Ok(());
        }
        if self.app.wants_frame() && self.is_free()? {
            let app = &mut self.app;
            let number = app.frames() + 1;
            // Only with what a key led to: else what it shows would be the reason to show something else.
            if self.since.is_some() {
                app.measured(self.session.meter());
            }
            self.session.draw(number, self.since.take(), |frame| {
                app.draw(frame);
                app.hits().0.line_ends().to_vec()
            })?;
            self.session.drawn(app.frames());
        }
        self.ask();
        self.wait()
    }

    /// Sends out what was asked for, unless the process is to stop.
    fn ask(&mut self) {
        if !self.stops {
            self.workers.ask(self.app.take_requests());
        }
    }

    /// Whether the terminal has taken the last frame; if not, a message comes when it has.
    fn is_free(&self) -> io::Result<bool> {
        let free = self.free.clone();
        self.session.is_free(move || {
            let _ = free.send(Message::Free);
        })
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
        self.answered = matches!(message, Message::Answer(..));
        match message {
            Message::Input(input) => {
                self.heard += 1;
                self.since.get_or_insert(input.at);
                self.app.input(input);
            }
            Message::Lost(lost) => {
                self.heard += 1;
                self.app.lost(lost);
            }
            Message::Pause => self.app.pause(),
            Message::Resized(size) => self.app.input(size),
            Message::Free => {}
            Message::Answer(layer, ticket, outcome) => {
                self.workers.under_way -= 1;
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
