//! Whose console it is: the sign-in that is noted, what follows when the user is changed, and the end when they may
//! not be signed in any more.

use chrono_tz::Tz;

use crate::domain::trouble::Trouble;
use crate::domain::user::{Actor, SignOut};
use crate::text::Text;
use crate::ui::app::App;
use crate::ui::layer::Tone;
use crate::ui::layer::ended::Ended;
use crate::ui::layer::tree::Screen;
use crate::ui::request::Request;

impl App {
    /// Has the sign-in noted, before anything else is written.
    pub(super) fn sign_in(&mut self) {
        let arrival = self.setting.arrival.clone();
        self.request_for_app(Request::SignIn(arrival));
    }

    /// What is to be noted last, when the program ends in order.
    #[must_use]
    pub fn farewell(&self) -> Request {
        let reason = match self.ended {
            Some(_) => SignOut::NoLongerAllowed,
            None => SignOut::Left,
        };
        Request::SignOut { reason }
    }

    /// Why the session is over, when it did not end by the user's own will.
    #[must_use]
    pub fn ended(&self) -> Option<&str> {
        self.ended.as_deref()
    }

    /// The user's language, or the machine's.
    pub(super) fn text(&self) -> Text {
        let locale = self.setting.actor.locale;
        locale.map_or(self.setting.text, Text::of)
    }

    /// The zone in which times are shown: the user's, or the machine's.
    pub(super) fn zone(&self) -> Tz {
        self.setting.actor.zone.unwrap_or(self.setting.zone)
    }

    /// The user as they are now. A screen that their role no longer allows is left.
    pub(super) fn changed_actor(&mut self, actor: Actor) {
        if actor == self.setting.actor {
            return;
        }
        self.setting.actor = actor;
        self.dirty = true;
        let actor = &self.setting.actor;
        let allowed = |screen: Screen| actor.may(screen.needs());
        self.left.retain(|(screen, _)| allowed(*screen));
        if self.layers.len() == 1 && !allowed(self.here) {
            let to = Screen::first_for(actor);
            self.go(to, None);
            self.left.retain(|(screen, _)| *screen == to);
        }
    }

    /// The process was stopped and goes on, or there was no shell that it could be left to.
    pub fn continued(&mut self, stopped: bool) {
        self.dirty = true;
        if !stopped {
            self.complain(self.text().say("message.no_shell").to_owned());
            return;
        }
        // Whoever continues it need not be who stopped it.
        let layers = self.layers.iter_mut();
        let hidden = layers.fold(false, |any, (_, layer)| layer.hide_secret() || any);
        if hidden {
            self.message = Some((Tone::Plain, self.text().say("secret.stopped").to_owned()));
        }
        self.look_at = self.now();
        self.tick();
    }

    /// Ends the session: whatever was on the screen goes, and only leaving is left.
    pub(super) fn end(&mut self, trouble: &Trouble) {
        if self.ended.is_some() {
            return;
        }
        let why = self.text().trouble(trouble);
        let secret = self.layers.iter().any(|(_, layer)| layer.shows_secret());
        self.layers.clear();
        self.left.clear();
        self.queue.clear();
        self.under_way.clear();
        if secret {
            self.forget_secret();
        }
        self.message = None;
        self.ended = Some(why.clone());
        self.push(Box::new(Ended::new(why)));
    }
}
