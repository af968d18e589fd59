//! Whose console it is: the sign-in that is noted, what follows when the user is changed, and the end when they may
//! not be signed in any more.

use chrono_tz::Tz;

use crate::domain::trouble::Trouble;
use crate::domain::user::{Actor, SignOut};
use crate::text::Text;
use crate::ui::app::{App, Effect};
use crate::ui::layer::ended::Ended;
use crate::ui::layer::tree::Screen;
use crate::ui::request::Request;

impl App {
    /// Has the sign-in noted, before anything else is written.
    pub(super) fn sign_in(&mut self) {
        let arrival = self.setting.arrival.clone();
        self.request_for_app(Request::SignIn(arrival));
    }

    /// What is to be noted last, when the program ends in order, if it was not noted before.
    #[must_use]
    pub fn farewell(&self) -> Option<Request> {
        let reason = self.ended().map_or(SignOut::Left, |(reason, _)| reason);
        let noted = self.signed_out.is_some();
        (!noted).then_some(Request::SignOut { reason })
    }

    /// Why the session is over, when it did not end by the user's own will.
    #[must_use]
    pub fn ended(&self) -> Option<(SignOut, &str)> {
        let (reason, sentence) = self.ended.as_ref()?;
        Some((*reason, sentence))
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
            let left = self.here.needs();
            let to = Screen::first_for(actor);
            self.go(to, None);
            self.complain(self.text().trouble(&Trouble::NotAuthorized(left)));
            self.left.retain(|(screen, _)| *screen == to);
        }
    }

    /// Ends the session: whatever was on the screen goes, and only leaving is left.
    pub(super) fn end(&mut self, reason: SignOut, why: String) {
        if self.ended.is_some() {
            return;
        }
        if self.layers.iter().any(|(_, layer)| layer.shows_secret()) {
            self.effects.push(Effect::FullRedraw);
        }
        self.layers.clear();
        self.left.clear();
        self.queue.clear();
        self.under_way.clear();
        self.message = None;
        self.idle.over();
        self.ended = Some((reason, why.clone()));
        self.push(Box::new(Ended::new(why)));
    }
}
