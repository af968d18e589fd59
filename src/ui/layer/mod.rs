//! Screens and dialogs: one file each. A layer sees keys and answers, and asks; it never acts on the world.

pub mod api_keys;
pub mod check;
pub mod choice;
pub mod confirm;
pub mod countdown;
pub mod ended;
pub mod entry;
pub mod events;
pub mod help;
pub mod list;
pub mod new_secret;
pub mod properties;
pub mod role;
pub mod roles;
pub mod secret;
pub mod tree;
pub mod users;

use std::borrow::Cow;

use chrono_tz::Tz;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use zeroize::Zeroizing;

use crate::domain::event::Target;
use crate::domain::secret::Pasted;
use crate::domain::state::{AsOf, Warning};
use crate::domain::time::{Timestamp, Uptime};
use crate::domain::trouble::Trouble;
use crate::domain::user::Actor;
use crate::text::Text;
use crate::ui::field::Edit;
use crate::ui::hits::{Click, Hit, Hits};
use crate::ui::keymap::{Action, Chord, Keymap, Scope, TextKey};
use crate::ui::layer::tree::Screen;
use crate::ui::request::{Outcome, Request, Ticket};
use crate::ui::theme::Theme;

/// What a layer may know of the world.
pub struct Ctx<'a> {
    pub now: Timestamp,
    /// The same instant as intervals are measured by.
    pub uptime: Uptime,
    /// How early one is warned of an expiry.
    pub warning: Warning,
    /// The zone in which times are shown.
    pub zone: Tz,
    pub actor: &'a Actor,
    pub text: Text,
    pub theme: &'a Theme,
    /// Files may be written for the user: the account is their own.
    pub files: bool,
    pub keys: &'a Keymap,
}

impl Ctx<'_> {
    /// What a key's state depends on beside the key.
    #[must_use]
    pub fn as_of(&self) -> AsOf {
        AsOf {
            now: self.now,
            warning: self.warning,
        }
    }

    /// An instant to the minute, in the zone in which times are shown, or that there was none.
    #[must_use]
    pub fn minute(&self, at: Option<Timestamp>) -> String {
        at.map_or_else(
            || self.text.say("list.never").to_owned(),
            |at| at.in_zone(self.zone).format("%Y-%m-%d %H:%M").to_string(),
        )
    }

    /// The same to the second, with the zone.
    #[must_use]
    pub fn second(&self, at: Option<Timestamp>) -> String {
        at.map_or_else(
            || self.text.say("list.never").to_owned(),
            |at| {
                let local = at.in_zone(self.zone);
                local.format("%Y-%m-%d %H:%M:%S %Z").to_string()
            },
        )
    }
}

/// What a layer tells the one below when it closes.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Nothing was chosen or done.
    Cancelled,
    /// A confirmation was given.
    Yes,
    /// The entry of this index was chosen.
    Chosen(usize),
    ZoneChosen(Tz),
    /// A text was entered.
    Entered(String),
    /// How the pasted text compares with the secret.
    Checked(Pasted),
    /// Something was done to the row with this ID; the list goes to it.
    Done(i64),
    /// The events about this are wanted.
    EventsOf(Target),
    /// A sentence for the message line, about the row with this ID.
    Said(i64, String),
}

/// How grave a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Problem,
}

/// One thing that a layer asks for.
pub enum Ask {
    Push(Box<dyn Layer>),
    /// Close the layer that asks.
    Close(Reply),
    Request(Ticket, Request),
    /// Go to a screen, and tell it something when it is there.
    Go(Screen, Option<Reply>),
    /// A sentence for the message line.
    Say(Tone, String),
    /// Overwrite what is remembered of the screen.
    ForgetScreen,
    /// End the program; nobody is asked again.
    Quit,
}

/// Collects what a layer asks for.
pub struct Asks<'a> {
    asked: Vec<Ask>,
    last_ticket: &'a mut u64,
}

impl<'a> Asks<'a> {
    /// An empty collection; tickets go on from `last_ticket`.
    pub fn new(last_ticket: &'a mut u64) -> Asks<'a> {
        Asks {
            asked: Vec::new(),
            last_ticket,
        }
    }

    /// Puts a layer on top.
    pub fn push(&mut self, layer: impl Layer + 'static) {
        self.asked.push(Ask::Push(Box::new(layer)));
    }

    /// Closes the layer that asks.
    pub fn close(&mut self, reply: Reply) {
        self.asked.push(Ask::Close(reply));
    }

    /// Has a request carried out; the answer comes under this ticket.
    pub fn request(&mut self, request: Request) -> Ticket {
        *self.last_ticket += 1;
        let ticket = Ticket(*self.last_ticket);
        self.asked.push(Ask::Request(ticket, request));
        ticket
    }

    /// Goes to a screen, which is where it was left.
    pub fn go(&mut self, screen: Screen) {
        self.asked.push(Ask::Go(screen, None));
    }

    /// Goes to the events about something.
    pub fn go_to_events(&mut self, target: Target) {
        let go = Ask::Go(Screen::SystemEvents, Some(Reply::EventsOf(target)));
        self.asked.push(go);
    }

    /// Shows a sentence in the message line until the next key.
    pub fn say(&mut self, sentence: impl Into<String>) {
        self.asked.push(Ask::Say(Tone::Plain, sentence.into()));
    }

    /// The same for something that went wrong.
    pub fn complain(&mut self, sentence: impl Into<String>) {
        self.asked.push(Ask::Say(Tone::Problem, sentence.into()));
    }

    /// Says why something cannot be done now, if there is anything to say.
    pub fn refuse(&mut self, why: Cannot, text: Text) {
        if let Some(sentence) = why.sentence(text) {
            self.complain(sentence);
        }
    }

    /// Says what of an edit was refused, if anything was.
    pub fn edited(&mut self, edit: &Edit, text: Text) {
        let max = |sentence, max: &usize| text.fill(sentence, &[("max", max)]);
        match edit {
            Edit::NotTaken | Edit::Taken => {}
            Edit::SecretRefused(_) => {
                // Typed by hand it was there to be seen, but for its end.
                self.asked.push(Ask::ForgetScreen);
                self.complain(text.say("problem.secret"));
            }
            Edit::Cleaned => self.say(text.say("message.cleaned")),
            Edit::Full(most) => self.complain(max("message.full", most)),
            Edit::PasteTooLong(most) => self.complain(max("message.paste_too_long", most)),
        }
    }

    /// Ends the program.
    pub fn quit(&mut self) {
        self.asked.push(Ask::Quit);
    }

    /// What was asked for, in order.
    #[must_use]
    pub fn take(self) -> Vec<Ask> {
        self.asked
    }
}

/// What leaving the program would do to a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    Nothing,
    /// Something typed would be lost: ask first.
    Typed,
    /// It has to be settled in the layer itself, which says how.
    Refused,
}

/// Why an action cannot be done now.
#[derive(Debug)]
pub enum Cannot<'a> {
    /// The key has just no use now: nothing is said.
    Unused,
    /// This sentence says it.
    Said(Cow<'a, str>),
    /// What the service would say.
    Trouble(Trouble),
    /// This is all that is known here, and the service knows more: the layer is to act all the same, and asks it.
    Asks(Cow<'a, str>),
}

impl Cannot<'_> {
    /// The sentence that says it, if there is anything to say.
    #[must_use]
    pub fn sentence(self, text: Text) -> Option<String> {
        match self {
            Cannot::Unused => None,
            Cannot::Said(sentence) | Cannot::Asks(sentence) => Some(sentence.into_owned()),
            Cannot::Trouble(trouble) => Some(text.trouble(&trouble)),
        }
    }
}

/// Whether an action can be done now.
pub type Can<'a> = Result<(), Cannot<'a>>;

/// An action that can be done where this holds, and has no use elsewhere.
///
/// # Errors
/// [`Cannot::Unused`].
pub fn if_of_use<'a>(holds: bool) -> Can<'a> {
    if holds { Ok(()) } else { Err(Cannot::Unused) }
}

/// A screen or dialog. The one on top gets every key.
pub trait Layer {
    /// The part of the key table that holds here.
    fn scope(&self) -> Scope;

    /// Asked once, when the layer is put on the stack.
    fn open(&mut self, _ctx: &Ctx, _asks: &mut Asks) {}

    /// Whether an action can be done now, and if not, why. Router, toolbar, footer and help all ask this.
    ///
    /// # Errors
    /// Why it cannot be done.
    fn can(&self, _action: Action, _ctx: &Ctx) -> Can<'_> {
        Ok(())
    }

    /// What the footer calls an action here, where that is not what the table of keys calls it: what its button says.
    fn label(&self, _action: Action, _ctx: &Ctx) -> Option<&str> {
        None
    }

    /// Does an action that can be done.
    fn act(&mut self, action: Action, ctx: &Ctx, asks: &mut Asks);

    /// Offers a text key to the field that is being edited; false where there is none or it has no use for it.
    fn edit(&mut self, _key: TextKey, _ctx: &Ctx, _asks: &mut Asks) -> bool {
        false
    }

    /// Is told of a key that the field did not take, before what it means is done; true where it has a use of its own
    /// for it.
    fn pressed(&mut self, _chord: Chord, _ctx: &Ctx) -> bool {
        false
    }

    /// Takes pasted text, or ignores it.
    fn paste(&mut self, _pasted: &Zeroizing<String>, _ctx: &Ctx, _asks: &mut Asks) {}

    /// Takes a click on a part of the layer: the focus, the selection or the cursor goes there. What is to be done then
    /// is what a key would do there.
    fn click(&mut self, click: &Click, _ctx: &Ctx, _asks: &mut Asks) -> Option<Action> {
        match click.hit {
            Hit::Button(action) => Some(action),
            _ => None,
        }
    }

    /// Scrolls down by so many lines, or up where they are negative.
    fn scroll(&mut self, _lines: i32, _asks: &mut Asks) {}

    /// Takes what came of a request; a ticket that is no longer waited for is dropped.
    fn answer(&mut self, _ticket: Ticket, _outcome: Outcome, _ctx: &Ctx, _asks: &mut Asks) {}

    /// Takes what the layer above said when it closed.
    fn reply(&mut self, _reply: Reply, _ctx: &Ctx, _asks: &mut Asks) {}

    /// The database has changed.
    fn refresh(&mut self, _ctx: &Ctx, _asks: &mut Asks) {}

    /// Why something of what is shown, or would be, could not be read. It is asked for again once a second, as after a
    /// change, until it is there; nothing is concluded from its absence.
    fn unread(&self) -> Option<&str> {
        None
    }

    /// Whether an answer decides what the next key means: keys wait until it is there.
    fn waits(&self) -> bool {
        false
    }

    /// What leaving the program now would lose.
    fn loss(&self) -> Loss {
        Loss::Nothing
    }

    /// Whether the layer shows a secret: keys that were read before its first frame are dropped.
    fn shows_secret(&self) -> bool {
        false
    }

    /// Nobody is at the keys, or nobody knows who: hides a secret that is shown. Says whether there is one.
    fn hide(&mut self, _ctx: &Ctx) -> bool {
        false
    }

    /// Nobody came back to the keys: has the secret made void, and closes.
    fn give_up(&mut self, _ctx: &Ctx, _asks: &mut Asks) {}

    /// In how many milliseconds time alone changes what is shown, if it does.
    fn next_wake(&self, _ctx: &Ctx) -> Option<i64> {
        None
    }

    /// Settles scroll and viewport for the area in which the layer will be drawn.
    fn place(&mut self, area: Rect);

    /// Draws the layer, reports what is where, and says where the cursor is. Changes nothing.
    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position>;
}
