//! Whose console it is: the sign-in that is noted, what follows when the user is changed, and the end when they may
//! not be signed in any more.

use crate::config::complaint::Complaint;
use crate::config::settings::Borders;
use crate::domain::time::SECOND;
use crate::domain::trouble::Trouble;
use crate::domain::tz::Tz;
use crate::domain::user::{Actor, SignOut};
use crate::text::Text;
use crate::ui::app::App;
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::Layer;
use crate::ui::layer::Tone;
use crate::ui::layer::ended::Ended;
use crate::ui::layer::secret::SecretDialog;
use crate::ui::request::{Export, Read, Write};

/// How long until a sign-in that could not be recorded is tried again, in milliseconds.
const AGAIN: i64 = 5 * SECOND;

impl App {
    /// Has the sign-in recorded, before anything is changed.
    pub(super) fn sign_in(&mut self) {
        let arrival = self.setting.arrival.clone();
        self.sign_in_at = None;
        self.sign_in = Some(self.request_for_app(Write::SignIn(arrival)));
    }

    /// The sign-in could not be recorded: until it is, nothing is changed.
    pub(super) fn not_recorded(&mut self, trouble: &Trouble) {
        let why = self.text().trouble(trouble);
        self.complain(
            self.text()
                .fill("message.sign_in_missing", &[("why", &why)]),
        );
        self.sign_in_at = Some(self.uptime().plus(AGAIN));
        self.late = true;
    }

    /// The sign-in is recorded; said where it could not be before.
    pub(super) fn recorded(&mut self) {
        if std::mem::take(&mut self.late) {
            let sentence = self.text().say("message.signed_in").to_owned();
            self.message = Some((Tone::Plain, sentence));
            self.dirty = true;
        }
    }

    /// What is to be noted last, when the program ends in order, if it was not noted before.
    #[must_use]
    pub fn farewell(&self) -> Option<Write> {
        let reason = self.ended().map_or(SignOut::Left, |(reason, _)| reason);
        let noted = self.signed_out.is_some();
        (!noted).then_some(Write::SignOut(reason))
    }

    /// Why the session is over, when it did not end by the user's own will.
    #[must_use]
    pub fn ended(&self) -> Option<(SignOut, &str)> {
        let (reason, sentence) = self.ended.as_ref()?;
        Some((*reason, sentence))
    }

    /// Says what is wrong with the config file or the theme's, if anything is. One problem has room for its sentence.
    pub(super) fn complain_of_settings(&mut self, of_keys: &[Complaint], of_theme: &[Complaint]) {
        let text = self.text();
        let all = text.complaints(&self.setting.settings, of_keys, of_theme);
        let Some(first) = all.first() else {
            return;
        };
        let sentence = match all.len() {
            1 => first.clone(),
            n => text.joined(&[first, &text.fill("config.more", &[("n", &n)])]),
        };
        self.complain(sentence);
    }

    /// The user's language, or the machine's.
    pub(super) fn text(&self) -> Text {
        let settings = &self.setting.settings;
        let text = Text::of(settings.language_for(&self.setting.actor));
        match settings.borders {
            Borders::Unicode => text,
            Borders::Ascii => text.in_ascii(),
        }
    }

    /// The zone in which times are shown: the user's, or the machine's.
    pub(super) fn zone(&self) -> Tz {
        self.setting.settings.zone_for(&self.setting.actor)
    }

    /// The user as they are now. What their role no longer allows to see goes from the screen.
    pub(super) fn changed_actor(&mut self, actor: Actor) {
        if actor == self.setting.actor {
            return;
        }
        self.setting.actor = actor;
        self.dirty = true;
        let actor = &self.setting.actor;
        self.way.retain(|screen| actor.may(screen.needs()));
        // A form or a secret is left to whoever is at it: what they do with it is refused or not as it comes.
        let nothing_lost = |(_, layer): &(_, Box<dyn Layer>)| {
            !layer.is_changed() && !layer.secret().is_some_and(SecretDialog::is_unsettled)
        };
        if !actor.may(self.way.here.screen.needs()) && self.layers.iter().all(nothing_lost) {
            self.drop_dialogs();
        }
        self.leave_forbidden();
    }

    /// The process was stopped and goes on, or there was no shell that it could be left to.
    pub fn continued(&mut self, stopped: bool) {
        self.dirty = true;
        self.mouse.restart();
        if !stopped {
            self.complain(self.text().say("message.no_shell").to_owned());
            return;
        }
        // Whoever continues it need not be who stopped it.
        if let Some(secret) = self.secret()
            && self.hide_secret()
        {
            let text = self.text();
            let key = self.keys.key(Scope::Secret, Action::HideOrShow);
            let mut sentences = vec![text.say("secret.stopped").to_owned()];
            let dialog = self.layers[secret].1.secret();
            // Under another dialog the key has another meaning.
            if secret + 1 == self.layers.len() && dialog.is_some_and(SecretDialog::can_be_shown) {
                sentences.push(text.fill("secret.press_to_show", &[("key", &key)]));
            }
            let sentences: Vec<&str> = sentences.iter().map(String::as_str).collect();
            self.message = Some((Tone::Plain, text.joined(&sentences)));
        }
        self.look_at = self.uptime();
        self.tick();
    }

    /// Ends the session: whatever was on the screen goes, and only leaving is left.
    pub(super) fn end(&mut self, reason: SignOut, why: String) {
        if self.ended.is_some() {
            return;
        }
        let secret = self.secret().is_some();
        self.layers.clear();
        self.way.retain(|_| false);
        self.queue.clear();
        self.under_way.clear();
        self.tour = None;
        if secret {
            self.forget_secret();
        }
        // What was being exported is given up.
        self.request_for_app(Read::Export(Export::Stop));
        self.message = None;
        self.idle.over();
        self.ended = Some((reason, why.clone()));
        self.push(Box::new(Ended::new(why)));
    }
}
