//! The layer stack and what one key press does: key, action, asks, requests, answers. Knows no thread and no
//! terminal; `run` feeds it, and so do the tests.

mod idle;
mod input;
mod mouse;
mod preview;
mod rush;
mod session;
mod time;
mod tour;
mod view;
mod way;

use std::collections::VecDeque;
use std::sync::Arc;

use crossterm::event::Event;
use zeroize::Zeroize;

use crate::clock::Clock;
use crate::config::settings::Settings;
use crate::domain::clipboard::{ClipboardSetting, ClipboardWay};
use crate::domain::secret::Secret;
use crate::domain::state::Warning;
use crate::domain::time::{Timestamp, Uptime};
use crate::domain::trouble::{Fault, Trouble};
use crate::domain::user::{Actor, Arrival, SignOut};
use crate::ui::app::idle::Idle;
use crate::ui::app::mouse::Mouse;
use crate::ui::app::preview::{Following, PREVIEW};
use crate::ui::app::rush::Rush;
use crate::ui::app::time::DOUBT;
use crate::ui::app::tour::Tour;
use crate::ui::app::way::{Way, screen};
use crate::ui::keymap::Keymap;
use crate::ui::layer::api_keys::ApiKeys;
use crate::ui::layer::panes::{Pane, Wanted};
use crate::ui::layer::secret::{SecretDialog, Sight};
use crate::ui::layer::tree::Screen;
use crate::ui::layer::{Ask, Asks, Ctx, Deed, Layer, Tone};
use crate::ui::look::{SMALLEST, Theme};
use crate::ui::request::{Aside, Done, Outcome, Read, Request, Ticket};
use crate::ui::terminal::Meter;

/// More frames than there will ever be.
const UNDRAWN: u64 = u64::MAX;

/// Which layer asked; never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LayerId(u64);

/// The App's own requests.
const APP: LayerId = LayerId(0);

/// A request on its way out.
#[derive(Debug)]
pub struct Asked {
    pub layer: LayerId,
    pub ticket: Ticket,
    pub request: Request,
}

/// A key, paste, click or resize, with when it was read.
#[derive(Debug)]
pub struct Input {
    pub event: Event,
    /// How many frames had been drawn when it was read.
    pub frame: u64,
    pub at: Uptime,
}

impl Drop for Input {
    /// What was pasted may be a secret, and is not always taken.
    fn drop(&mut self) {
        if let Event::Paste(pasted) = &mut self.event {
            pasted.zeroize();
        }
    }
}

/// Something for the terminal between two frames.
#[derive(Debug)]
pub enum Effect {
    /// Send this to the terminal's clipboard, in this way.
    Copy(ClipboardWay, Secret),
    /// Have the mouse reported from now on, or not any more.
    Mouse(bool),
    /// A secret was on the screen: overwrite what is remembered of it.
    FullRedraw,
    /// Make the terminal what the console needs, and paint everything, whatever it shows.
    Anew,
    /// Stop the process, as a shell's job does.
    Stop,
}

struct UnderWay {
    layer: LayerId,
    ticket: Ticket,
    write: bool,
    /// Nobody sees that it is not there yet.
    is_ahead: bool,
    since: Uptime,
}

impl UnderWay {
    /// The App itself reads nothing else.
    fn is_look(&self) -> bool {
        self.layer == APP && !self.write
    }

    /// Whether somebody sees that it is not there yet.
    fn is_waited_for(&self) -> bool {
        self.layer != APP && self.layer != PREVIEW && !self.is_ahead
    }
}

/// How the console is shown to people, beside what the settings say.
#[derive(Clone, Copy, Debug, Default)]
pub struct Show {
    /// No secret is on the screen, whoever asks.
    pub seals: bool,
    /// It begins with the tour. Only a database in memory can be gone back in.
    pub tour: bool,
    /// What the link to the terminal carries is shown in the last line.
    pub link: bool,
}

/// What the App is made of.
pub struct Setting {
    pub clock: Arc<dyn Clock>,
    pub settings: Settings,
    pub actor: Actor,
    /// How the user came; it is noted with the sign-in.
    pub arrival: Arrival,
    /// Files may be written for the user: they did not come with `--user`.
    pub files: bool,
    /// Said in the header.
    pub demo: bool,
    /// Which database it is, on which host, where that is of use.
    pub place: Option<String>,
    pub show: Show,
}

/// The console.
pub struct App {
    setting: Setting,
    theme: Theme,
    keys: Keymap,
    /// The screen that is shown, and the dialogs on top of it.
    layers: Vec<(LayerId, Box<dyn Layer>)>,
    /// Which screen that is, and those that were left.
    way: Way,
    /// What is wanted beside it.
    panes: Wanted,
    preview: Following,
    last_layer: u64,
    last_ticket: u64,
    queue: VecDeque<Input>,
    outbox: Vec<Asked>,
    effects: Vec<Effect>,
    under_way: Vec<UnderWay>,
    message: Option<(Tone, String)>,
    /// What was said in the frame with this number, and since.
    seen: (u64, Option<(Tone, String)>),
    /// Why it could not be looked whether anybody has changed anything.
    unseen: Option<String>,
    dirty: bool,
    done: bool,
    /// Why the session is over, and that in a sentence.
    ended: Option<(SignOut, String)>,
    /// The request that noted its end before the program's.
    signed_out: Option<Ticket>,
    /// Frames drawn so far.
    frames: u64,
    /// Keys read before this many frames were drawn are dropped; [`UNDRAWN`] from when a secret comes up until
    /// it is drawn.
    deaf_before: u64,
    rush: Rush,
    mouse: Mouse,
    idle: Idle,
    /// Columns and rows of the window, as far as they are known.
    window: (u16, u16),
    /// The question whether to leave, while it is open.
    leaving: Option<LayerId>,
    tour: Option<Tour>,
    known: Option<i64>,
    /// The policy's warning time, which takes the place of the setting.
    warning: Option<Warning>,
    /// How far the machine's clock was ahead of its uptime when that was last looked at, in milliseconds.
    clock_ahead: i64,
    look_at: Uptime,
    sweep_at: Uptime,
    /// The length of a log that was told to be too long.
    long_log: Option<u64>,
    /// The request that has the sign-in recorded, and when to ask for it again where it could not be.
    sign_in: Option<Ticket>,
    sign_in_at: Option<Uptime>,
    /// When to ask whether the last change holds of which the disk left that open.
    settle_at: Option<Uptime>,
    /// It was said that the sign-in is missing.
    late: bool,
    wake_at: Option<Uptime>,
    /// What was written to the terminal before the next frame.
    link: Meter,
}

impl App {
    /// The console, with the list of API keys as its screen, or the first one that the role allows.
    #[must_use]
    pub fn new(setting: Setting) -> App {
        let (now, up) = (setting.clock.now(), setting.clock.uptime());
        let changed = Keymap::changed(&setting.settings.keys);
        let (theme, of_theme) = Theme::of(&setting.settings);
        let mut app = App {
            panes: Wanted {
                tree: Pane::Shown,
                preview: Pane::Shown,
            },
            preview: Following::default(),
            way: Way::new(Screen::first_for(&setting.actor)),
            idle: Idle::new(setting.settings.idle_minutes, up),
            theme,
            keys: changed.keys,
            setting,
            layers: Vec::new(),
            last_layer: PREVIEW.0,
            last_ticket: 0,
            queue: VecDeque::new(),
            outbox: Vec::new(),
            effects: Vec::new(),
            under_way: Vec::new(),
            message: None,
            seen: (0, None),
            unseen: None,
            dirty: true,
            done: false,
            ended: None,
            signed_out: None,
            frames: 0,
            deaf_before: 0,
            rush: Rush::default(),
            mouse: Mouse::default(),
            window: (u16::MAX, u16::MAX),
            leaving: None,
            tour: None,
            known: None,
            warning: None,
            clock_ahead: now.0 - up.0,
            look_at: up,
            sweep_at: up,
            long_log: None,
            sign_in: None,
            sign_in_at: None,
            settle_at: None,
            late: false,
            wake_at: None,
            link: Meter::default(),
        };
        app.sign_in();
        app.push(screen(app.way.here.screen));
        if app.setting.show.tour {
            app.begin_tour();
        }
        app.complain_of_settings(&changed.complaints, &of_theme);
        app
    }

    /// Whether the program is to end.
    #[must_use]
    pub fn done(&self) -> bool {
        self.done
    }

    /// Notes what was written to the terminal so far. It is shown with the next frame, and is none the reason for one.
    pub fn measured(&mut self, link: Meter) {
        self.link = link;
    }

    /// How many frames have been drawn.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// What has been asked for since the last call.
    pub fn take_requests(&mut self) -> Vec<Asked> {
        std::mem::take(&mut self.outbox)
    }

    /// What is to be done to the terminal before the next frame.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        self.settle_mouse();
        std::mem::take(&mut self.effects)
    }

    /// Whether a frame is due. Not while an answer is awaited that is likely to be there in a moment.
    #[must_use]
    pub fn wants_frame(&self) -> bool {
        let waits = self.top().1.status().waits;
        self.dirty && (!waits || self.waited_long()) && !self.glances()
    }

    /// Has a request carried out. Of those of one kind and layer only the newest goes out.
    fn record(&mut self, layer: LayerId, ticket: Ticket, request: Request) {
        let is_pointless =
            |asked: &Asked| asked.layer == layer && request.supersedes(&asked.request);
        for asked in self.outbox.extract_if(.., |asked| is_pointless(asked)) {
            self.under_way.retain(|one| one.ticket != asked.ticket);
        }
        let since = self.uptime();
        self.under_way.push(UnderWay {
            layer,
            ticket,
            write: request.is_write(),
            is_ahead: matches!(request, Request::Read(Read::Ahead)),
            since,
        });
        self.outbox.push(Asked {
            layer,
            ticket,
            request,
        });
    }

    /// Takes what came of a request.
    pub fn answer(&mut self, layer: LayerId, ticket: Ticket, outcome: Outcome) {
        let at = self.under_way.iter().position(|one| one.ticket == ticket);
        let asked = at.map(|at| self.under_way.remove(at));
        self.dirty |= layer != APP && layer != PREVIEW;
        if asked
            .as_ref()
            .is_some_and(|asked| asked.write && layer != APP)
        {
            // What was said meanwhile was about the wait.
            self.message = None;
            // The list reads what was changed; what stands beside it is not to tell anything else.
            self.preview.refresh(self.setting.clock.uptime());
        }
        if self.signed_out == Some(ticket) && outcome.is_err() {
            self.signed_out = None;
        }
        if self.ended.is_some() {
            self.answer_too_late(outcome);
            return;
        }
        if outcome.as_ref().is_err_and(Trouble::is_unsure) {
            self.settle_at = Some(self.uptime().plus(DOUBT));
        }
        match outcome {
            Err(trouble) if trouble.ends_console() => {
                let why = self.text().trouble(&trouble);
                self.end(SignOut::NoLongerAllowed, why);
            }
            outcome if layer == PREVIEW => self.previewed(ticket, outcome),
            Err(trouble) if self.sign_in == Some(ticket) => self.not_recorded(&trouble),
            Err(trouble) if self.is_rewinding(ticket) => self.not_rewound(&trouble),
            Ok(Done::Rewound) => self.rewound(),
            Ok(Done::SignedIn) => self.recorded(),
            Ok(Done::Settled(held)) => self.settled(held),
            Ok(Done::Swept { long_log }) => self.swept(long_log),
            // What is not known was told when it was asked for.
            Err(trouble) if layer == APP && trouble.is_unsure() => {}
            Ok(Done::Looked {
                version,
                actor,
                warning,
            }) => self.looked(version, actor, warning),
            Ok(Done::Secret { issued, overlap }) => {
                self.tell(layer, ticket, Ok(Done::SecretIssued(issued.key)));
                let copies = self.setting.settings.clipboard != ClipboardSetting::Off;
                let then = ApiKeys::goes_to_row();
                let dialog = SecretDialog::new(issued, overlap, copies, then, &self.ctx());
                let sight = match (self.setting.show.seals, self.setting.settings.secret_hidden) {
                    (true, _) => Sight::Sealed,
                    (false, true) => Sight::Hidden,
                    (false, false) => Sight::Shown,
                };
                self.push(Box::new(dialog.seen(sight)));
            }
            Ok(Done::Copied { way, text }) => {
                if way.is_terminal() && self.layers.iter().any(|(id, _)| *id == layer) {
                    self.effects.push(Effect::Copy(way, text.clone()));
                }
                self.tell(layer, ticket, Ok(Done::Copied { way, text }));
            }
            Err(trouble) if asked.as_ref().is_some_and(UnderWay::is_look) => {
                let why = self.text().trouble(&trouble);
                self.dirty |= self.unseen.as_ref() != Some(&why);
                self.unseen = Some(why);
                self.read_all();
            }
            Err(
                trouble @ Trouble::Storage(
                    Fault::Moved
                    | Fault::LogGone { .. }
                    | Fault::Newer
                    | Fault::OnServer
                    | Fault::Unseen(_),
                ),
            ) if layer == APP => {
                self.complain(self.text().trouble(&trouble));
            }
            Err(trouble) if trouble.keeps_copy() => self.complain_of_copy(&trouble),
            other => {
                // A question that gave way to a newer one did not fail.
                let gave_way = matches!(other, Err(Trouble::Storage(Fault::Superseded)));
                if other.is_err() && !gave_way {
                    // What was typed ahead counted on success; and it would take the sentence away unread.
                    self.queue.clear();
                }
                self.tell(layer, ticket, other);
            }
        }
        self.run_queue();
    }

    /// Takes what came of a request when the session is over. Nothing of it is shown or done any more: a secret that was
    /// issued meanwhile is wiped, and never works.
    fn answer_too_late(&mut self, outcome: Outcome) {
        if let Err(trouble) = outcome
            && trouble.keeps_copy()
        {
            self.complain_of_copy(&trouble);
        }
    }

    /// Says that a copy could not be taken back.
    fn complain_of_copy(&mut self, trouble: &Trouble) {
        // What became of the secret has just been said, and still counts.
        let said = self.message.take().map(|(_, sentence)| sentence + " ");
        let sentence = self.text().trouble(trouble);
        self.complain(said.unwrap_or_default() + &sentence);
    }

    /// Says what went wrong, at any time.
    fn complain(&mut self, sentence: String) {
        let said = Some((Tone::Problem, sentence));
        self.dirty |= self.message != said;
        self.message = said;
    }

    /// Says what a layer has to say that is not on top, beside what is said already.
    fn say_also(&mut self, tone: Tone, sentence: &str) {
        self.dirty = true;
        self.message = Some(match self.message.take() {
            Some((before, said)) if said.contains(sentence) => (before, said),
            Some((before, said)) => {
                let tone = if before == tone { tone } else { Tone::Problem };
                (tone, self.text().joined(&[&said, sentence]))
            }
            None => (tone, sentence.to_owned()),
        });
    }

    fn tell(&mut self, to: LayerId, ticket: Ticket, outcome: Outcome) {
        // An answer to a layer that has gone is dropped.
        if let Some(index) = self.layers.iter().position(|(id, _)| *id == to) {
            self.with_layer(index, |layer, ctx, asks| {
                layer.answer(ticket, outcome, ctx, asks);
            });
        }
    }

    fn top(&self) -> &(LayerId, Box<dyn Layer>) {
        // The screen is never closed.
        &self.layers[self.layers.len() - 1]
    }

    /// Puts a layer on top.
    fn push(&mut self, layer: Box<dyn Layer>) {
        self.last_layer += 1;
        if layer.secret().is_some() {
            self.deaf_before = UNDRAWN;
        }
        self.layers.push((LayerId(self.last_layer), layer));
        self.rush.opens();
        self.dirty = true;
        let top = self.layers.len() - 1;
        self.with_layer(top, Layer::open);
    }

    /// Closes a layer, and does in the one below what it asked for, if that was answered.
    fn close(&mut self, id: LayerId, deed: Option<Deed>) {
        let writing = self
            .under_way
            .iter()
            .any(|asked| asked.layer == id && asked.write);
        let Some(index) = self.layers.iter().position(|(layer, _)| *layer == id) else {
            return;
        };
        if writing || index == 0 {
            return;
        }
        let (_, layer) = self.layers.remove(index);
        if layer.secret().is_some() {
            self.forget_secret();
        }
        drop(layer);
        self.dirty = true;
        if let Some(deed) = deed {
            self.with_layer(index - 1, deed);
        }
        self.leave_forbidden();
    }

    /// Leaves nothing but the screen.
    fn drop_dialogs(&mut self) {
        let secret = self.secret().is_some();
        self.layers.truncate(1);
        if secret {
            self.forget_secret();
        }
    }

    /// A secret goes: what was sent to a clipboard is taken back, and what is remembered of the screen overwritten.
    fn forget_secret(&mut self) {
        self.effects.push(Effect::FullRedraw);
        self.request_for_app(Aside::Forget);
    }

    fn with_layer<T>(
        &mut self,
        index: usize,
        call: impl FnOnce(&mut dyn Layer, &Ctx, &mut Asks) -> T,
    ) -> T {
        let mut last_ticket = self.last_ticket;
        let mut asks = Asks::new(&mut last_ticket);
        let (id, mut layer) = self.layers.remove(index);
        let ctx = Ctx {
            on_top: index == self.layers.len(),
            ..self.ctx()
        };
        let answer = call(layer.as_mut(), &ctx, &mut asks);
        let asked = asks.take();
        self.last_ticket = last_ticket;
        self.layers.insert(index, (id, layer));
        for ask in asked {
            match ask {
                Ask::Push(layer) => self.push(layer),
                Ask::Close(deed) => self.close(id, deed),
                Ask::Request(ticket, request) => self.record(id, ticket, request),
                Ask::Go(to) => self.go(&to),
                Ask::Back => self.back(),
                Ask::Act(action) => {
                    self.rush.chooses();
                    self.act(action);
                }
                Ask::Say(tone, sentence) if self.top().0 == id => {
                    self.message = Some((tone, sentence));
                }
                Ask::Say(tone, sentence) => self.say_also(tone, &sentence),
                Ask::ForgetScreen => self.effects.push(Effect::FullRedraw),
                Ask::Quit => self.done = true,
            }
        }
        answer
    }

    /// Whether the window has no room for more than a sentence.
    fn too_small(&self) -> bool {
        self.window.0 < SMALLEST.0 || self.window.1 < SMALLEST.1
    }

    fn now(&self) -> Timestamp {
        self.setting.clock.now()
    }

    fn uptime(&self) -> Uptime {
        self.setting.clock.uptime()
    }

    fn ctx(&self) -> Ctx<'_> {
        Ctx {
            now: self.now(),
            uptime: self.uptime(),
            warning: self.warning.unwrap_or(self.setting.settings.warning),
            zone: self.zone(),
            actor: &self.setting.actor,
            text: self.text(),
            theme: &self.theme,
            files: self.setting.files,
            keys: &self.keys,
            on_top: true,
            panes: self.panes,
            columns: self.window.0,
            leads_back: self.way.leads_back(),
        }
    }
}
