//! Screens and dialogs: one file each. A layer sees keys and answers, and asks; it never acts on the world.

pub mod api_keys;
pub mod bulk;
pub mod calendar;
pub mod check;
pub mod choice;
pub mod columns;
pub mod confirm;
pub mod countdown;
pub mod destination;
pub mod ended;
pub mod entry;
pub mod events;
pub mod expiry;
pub mod export;
pub mod help;
pub mod hint;
pub mod list;
pub mod merge;
pub mod new_secret;
pub mod palette;
pub mod panes;
pub mod policy;
pub mod preview;
pub mod properties;
pub mod reason;
pub mod role;
pub mod roles;
pub mod secret;
pub mod sorting;
pub mod tree;
pub mod try_secret;
pub mod users;

use std::any::Any;
use std::borrow::Cow;
use std::rc::Rc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::state::{AsOf, State, UserState, Warning};
use crate::domain::time::{MINUTE, Timestamp, Uptime};
use crate::domain::trouble::Trouble;
use crate::domain::tz::Tz;
use crate::domain::user::Actor;
use crate::text::Text;
use crate::ui::field::{Edit, Typed};
use crate::ui::hits::{Hits, Mouse};
use crate::ui::keymap::{Action, Keymap, Scope};
use crate::ui::layer::destination::Destination;
use crate::ui::layer::panes::Wanted;
use crate::ui::look::Theme;
use crate::ui::request::{Listing, Outcome, Request, Ticket};

/// What a layer may know of the world.
pub struct Ctx<'a> {
    pub now: Timestamp,
    /// What intervals are measured by, at that instant.
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
    /// No other layer lies over the one that is asked: the keys are its own.
    pub on_top: bool,
    /// What is wanted beside the screen.
    pub panes: Wanted,
    /// Columns of the window.
    pub columns: u16,
    /// There is a screen to go back to.
    pub leads_back: bool,
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
        self.shown(at, "%Y-%m-%d %H:%M")
    }

    /// An instant to the minute, in another zone than that in which times are shown.
    #[must_use]
    pub fn minute_in(&self, at: Timestamp, zone: Tz) -> String {
        at.in_zone(zone).format("%Y-%m-%d %H:%M").to_string()
    }

    /// How long ago an instant was, or that there was none. One that a wrong clock told is shown as it is.
    #[must_use]
    pub fn age(&self, at: Option<Timestamp>) -> String {
        match at {
            Some(at) if at <= self.now.plus(MINUTE) => self.text.age(at, self.now),
            _ => self.minute(at),
        }
    }

    /// An instant to the second, in the zone in which times are shown, which is named, or that there was none.
    #[must_use]
    pub fn second(&self, at: Option<Timestamp>) -> String {
        self.shown(at, "%Y-%m-%d %H:%M:%S %Z")
    }

    /// Words that begin with a key's state, with its mark before them.
    #[must_use]
    pub fn state(&self, state: State, words: &str) -> String {
        format!("{} {words}", self.theme.symbols.state(state))
    }

    /// Words that begin with a user's state, with its mark before them.
    #[must_use]
    pub fn user_state(&self, state: UserState, words: &str) -> String {
        format!("{} {words}", self.theme.symbols.user_state(state))
    }

    fn shown(&self, at: Option<Timestamp>, format: &str) -> String {
        match at {
            Some(at) => at.in_zone(self.zone).format(format).to_string(),
            None => self.text.say("list.never").to_owned(),
        }
    }
}

/// What is done in the layer below when one closes.
pub type Deed = Box<dyn FnOnce(&mut dyn Layer, &Ctx, &mut Asks)>;

/// What a dialog's answer does in the layer that asked.
pub struct Then<T>(Rc<Does<T>>);

type Does<T> = dyn Fn(&mut dyn Layer, T, &Ctx, &mut Asks);

impl<T: 'static> Then<T> {
    /// Does this in the layer below, if that is the one that asked.
    pub fn new<L: Layer>(does: impl Fn(&mut L, T, &Ctx, &mut Asks) + 'static) -> Then<T> {
        Then(Rc::new(move |layer, answer, ctx, asks| {
            let layer: &mut dyn Any = layer;
            if let Some(layer) = layer.downcast_mut() {
                does(layer, answer, ctx, asks);
            }
        }))
    }

    /// Nobody waits for the answer.
    #[must_use]
    pub fn nothing() -> Then<T> {
        Then(Rc::new(|_, _, _, _| ()))
    }

    /// Does this whatever the answer is.
    #[must_use]
    pub fn whatever(then: Then<()>) -> Then<T> {
        Then(Rc::new(move |layer, _, ctx, asks| {
            (then.0)(layer, (), ctx, asks);
        }))
    }

    fn with(&self, answer: T) -> Deed {
        let does = Rc::clone(&self.0);
        Box::new(move |layer, ctx, asks| does(layer, answer, ctx, asks))
    }
}

impl Then<()> {
    /// Closes the layer below, too.
    #[must_use]
    pub fn close() -> Then<()> {
        Then(Rc::new(|_, (), _, asks| asks.close()))
    }

    /// Ends the program.
    #[must_use]
    pub fn quit() -> Then<()> {
        Then(Rc::new(|_, (), _, asks| asks.quit()))
    }
}

/// How grave a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Plain,
    /// Nobody asked for it.
    Hint,
    Problem,
}

/// One thing that a layer asks for.
pub enum Ask {
    Push(Box<dyn Layer>),
    /// Close the layer that asks, and do this in the one below.
    Close(Option<Deed>),
    Request(Ticket, Request),
    Go(Destination),
    /// Go back to the screen from which one came.
    Back,
    /// A sentence for the message line.
    Say(Tone, String),
    /// Do in the layer on top what a key with this meaning would do.
    Act(Action),
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

    /// Closes the layer that asks; whoever had asked it is not told.
    pub fn close(&mut self) {
        self.asked.push(Ask::Close(None));
    }

    /// Closes the layer that asks with an answer to what it had been asked.
    pub fn answer<T: 'static>(&mut self, then: &Then<T>, answer: T) {
        self.asked.push(Ask::Close(Some(then.with(answer))));
    }

    /// Has a request carried out; the answer comes under this ticket.
    pub fn request(&mut self, request: impl Into<Request>) -> Ticket {
        *self.last_ticket += 1;
        let ticket = Ticket(*self.last_ticket);
        self.asked.push(Ask::Request(ticket, request.into()));
        ticket
    }

    /// Goes to a screen. What is on top of the present one goes.
    pub fn go(&mut self, to: impl Into<Destination>) {
        self.asked.push(Ask::Go(to.into()));
    }

    /// Goes back to the screen from which one came, which is as it was left.
    pub fn back(&mut self) {
        self.asked.push(Ask::Back);
    }

    /// Does in the layer on top what a key with this meaning would do, or says why it cannot be done now.
    pub fn act(&mut self, action: Action) {
        self.asked.push(Ask::Act(action));
    }

    /// Shows a sentence in the message line until the next key.
    pub fn say(&mut self, sentence: impl Into<String>) {
        self.asked.push(Ask::Say(Tone::Plain, sentence.into()));
    }

    /// Shows in the message line, until the next key, what went wrong.
    pub fn complain(&mut self, sentence: impl Into<String>) {
        self.asked.push(Ask::Say(Tone::Problem, sentence.into()));
    }

    /// Says why something cannot be done now, if there is anything to say.
    pub fn refuse(&mut self, why: Cannot, text: Text) {
        if let Some(sentence) = why.sentence(text) {
            self.complain(sentence);
        }
    }

    /// Says what of an edit was refused, if anything was, and whether it was for a field at all.
    pub fn edited(&mut self, typed: Typed, edit: &Edit, text: Text) -> bool {
        let max = |sentence, max: &usize| text.fill(sentence, &[("max", max)]);
        match edit {
            Edit::NotTaken if matches!(typed, Typed::Pasted(_)) => {
                self.say(text.say("message.paste_ignored"));
            }
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
        *edit != Edit::NotTaken
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

/// What a layer waits for, and how much is marked in it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Status<'a> {
    /// An answer decides what the next key means: keys wait until it is there.
    pub waits: bool,
    /// What is shown of the rows is of an older question, and says so: what does something to a row waits until those are
    /// there that were asked for.
    pub is_stale: bool,
    /// Why something of what is shown, or would be, could not be read. It is asked for again once a second, as after a
    /// change, until it is there; nothing is concluded from its absence.
    pub unread: Option<&'a str>,
    /// So many rows are marked: the verbs that have a [`Layer::label`] are done to them.
    pub marked: usize,
    /// The row that the cursor is on, by its ID, for the preview beside a list.
    pub selected: Option<(Listing, i64)>,
}

/// What is said of what has the focus, in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    pub long: String,
    /// The same for a window that has no room for that.
    pub short: String,
}

impl Hint {
    /// One sentence for every window.
    #[must_use]
    pub fn alike(sentence: String) -> Hint {
        Hint {
            short: sentence.clone(),
            long: sentence,
        }
    }
}

/// Why an action cannot be done now.
#[derive(Debug)]
pub enum Cannot<'a> {
    /// The key has just no use now: nothing is said.
    Unused,
    /// This sentence says it.
    Said(Cow<'a, str>),
    /// The sentence of the first name says it, about what has the second one.
    Of(&'static str, &'a str),
    /// Such a sentence is all that is known here, and the service knows more: the layer is to act all the same, and
    /// asks it.
    Asks(&'static str, &'a str),
    /// What the service would say.
    Trouble(Trouble),
}

impl<'a> Cannot<'a> {
    /// What this says, where something does not hold.
    ///
    /// # Errors
    /// It does not.
    pub fn unless(self, holds: bool) -> Can<'a> {
        if holds { Ok(()) } else { Err(self) }
    }

    /// The sentence that says it, if there is anything to say.
    #[must_use]
    pub fn sentence(self, text: Text) -> Option<String> {
        match self {
            Cannot::Unused => None,
            Cannot::Said(sentence) => Some(sentence.into_owned()),
            Cannot::Of(sentence, name) | Cannot::Asks(sentence, name) => {
                Some(text.fill(sentence, &[("name", &name)]))
            }
            Cannot::Trouble(trouble) => Some(text.trouble(&trouble)),
        }
    }
}

/// Whether an action can be done now.
pub type Can<'a> = Result<(), Cannot<'a>>;

/// A screen or dialog. The one on top gets every key.
pub trait Layer: Any {
    /// The part of the key table that holds here.
    fn scope(&self) -> Scope;

    /// Asked once, when the layer is put on the stack.
    fn open(&mut self, _ctx: &Ctx, _asks: &mut Asks) {}

    /// Goes to what is wanted of this screen.
    fn arrive(&mut self, _at: &Destination, _ctx: &Ctx, _asks: &mut Asks) {}

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

    /// Offers what is typed or pasted to the field that is being edited; false where there is none or it has no use for
    /// it.
    fn edit(&mut self, _typed: Typed, _ctx: &Ctx, _asks: &mut Asks) -> bool {
        false
    }

    /// Takes what the mouse does: with a click the focus, the selection or the cursor goes there. What is to be done
    /// then is what a key would do there.
    fn mouse(&mut self, does: Mouse, _ctx: &Ctx, _asks: &mut Asks) -> Option<Action> {
        does.button()
    }

    /// Takes what came of a request; a ticket that is no longer waited for is dropped.
    fn answer(&mut self, _ticket: Ticket, _outcome: Outcome, _ctx: &Ctx, _asks: &mut Asks) {}

    /// The database has changed.
    fn refresh(&mut self, _ctx: &Ctx, _asks: &mut Asks) {}

    /// What it waits for.
    fn status(&self) -> Status<'_> {
        Status::default()
    }

    /// In how many milliseconds time alone changes what is shown, if it does.
    fn wakes_in(&self, _ctx: &Ctx) -> Option<i64> {
        None
    }

    /// What is said of what has the focus, while there is nothing else to say.
    fn hint(&self, _ctx: &Ctx) -> Option<Hint> {
        None
    }

    /// Whether something was typed that leaving the program now would lose.
    fn is_changed(&self) -> bool {
        false
    }

    /// Settles scroll and viewport for the area in which the layer will be drawn.
    fn place(&mut self, area: Rect);

    /// Draws the layer, reports what is where, and says where the cursor is. Changes nothing.
    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position>;
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_layer_is_asked_no_more_than_this() {
        let source = include_str!("mod.rs");
        let body = source.split("pub trait Layer").nth(1).expect("the trait");
        let body = body.split("\n}\n").next().expect("its end");
        let methods = body.lines().filter(|line| line.starts_with("    fn "));
        assert!((1..=16).contains(&methods.count()));
    }
}
