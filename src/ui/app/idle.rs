//! Nobody is at the keys: a secret is hidden and then made void, and the user is signed out after a countdown.

use crate::domain::time::{MINUTE, Timestamp, Uptime};
use crate::domain::user::SignOut;
use crate::ui::app::{APP, App, Effect, LayerId, UNDRAWN};
use crate::ui::layer::Tone;
use crate::ui::layer::countdown::Countdown;
use crate::ui::request::Write;

/// How long a secret is kept after it was hidden, in milliseconds.
const HIDDEN: i64 = 5 * MINUTE;
/// How long the countdown is, in milliseconds.
const COUNTDOWN: i64 = MINUTE;

/// When the last key was pressed, and what has come of that so far.
pub(super) struct Idle {
    /// Without a key for so many minutes the end begins; never with 0.
    minutes: u32,
    last_action: Uptime,
    /// The secret on the screen was hidden.
    hidden: bool,
    /// The countdown, and when it is over.
    countdown: Option<(LayerId, Uptime)>,
}

impl Idle {
    pub(super) fn new(minutes: u32, up: Uptime) -> Idle {
        Idle {
            minutes,
            last_action: up,
            hidden: false,
            countdown: None,
        }
    }

    /// No countdown is open any more.
    pub(super) fn over(&mut self) {
        self.countdown = None;
    }

    /// When the end begins, if no key is pressed.
    fn begins_at(&self) -> Uptime {
        self.last_action.plus(i64::from(self.minutes) * MINUTE)
    }

    /// When a secret that was hidden then is made void.
    fn void_at(&self) -> Uptime {
        self.begins_at().plus(HIDDEN)
    }
}

impl App {
    /// Somebody is there. Says whether that was all that the key was for: it ended the countdown, and so do those
    /// that came with it, before what is below was seen again.
    pub(super) fn somebody_is_there(&mut self, at: Uptime) -> bool {
        self.idle.last_action = at;
        self.idle.hidden = false;
        let Some((countdown, _)) = self.idle.countdown.take() else {
            return false;
        };
        self.layers.retain(|(id, _)| *id != countdown);
        self.deaf_before = UNDRAWN;
        self.dirty = true;
        true
    }

    /// When time without a key brings the next thing about. What is being written is waited for.
    pub(super) fn idle_wake(&self) -> Option<Uptime> {
        if self.idle.minutes == 0 || self.ended.is_some() || self.is_writing() {
            return None;
        }
        Some(match self.idle.countdown {
            Some((_, over)) => over,
            None if self.idle.hidden && self.secret().is_some() => self.idle.void_at(),
            None => self.idle.begins_at(),
        })
    }

    /// Does what the time without a key brings about.
    pub(super) fn idle(&mut self) {
        let up = self.uptime();
        if self.idle_wake().is_none_or(|at| up < at) {
            return;
        }
        match (self.secret(), self.idle.countdown) {
            (Some(secret), _) if self.idle.hidden => self.give_up(secret),
            (Some(_), _) => self.hide(),
            (None, None) => self.count_down(up),
            (None, Some(_)) => self.time_out(),
        }
    }

    /// Where the layer is that shows a secret.
    pub(super) fn secret(&self) -> Option<usize> {
        self.layers
            .iter()
            .position(|(_, layer)| layer.secret().is_some())
    }

    /// Whether something is being changed on behalf of the user.
    pub(super) fn is_writing(&self) -> bool {
        self.under_way
            .iter()
            .any(|asked| asked.write && asked.layer != APP)
    }

    /// What the machine's clock, as it is set now, shows then.
    fn on_clock(&self, up: Uptime) -> Timestamp {
        self.now().plus(up.since(self.uptime()))
    }

    /// Hides the secret on the screen; false where there is none, or none that could still work.
    pub(super) fn hide_secret(&mut self) -> bool {
        self.secret().is_some_and(|secret| {
            self.with_layer(secret, |layer, ctx, _| {
                layer.secret_mut().is_some_and(|dialog| dialog.hide(ctx))
            })
        })
    }

    fn hide(&mut self) {
        self.idle.hidden = true;
        self.dirty = true;
        if !self.hide_secret() {
            return;
        }
        self.effects.push(Effect::FullRedraw);
        let void_at = self.on_clock(self.idle.void_at()).in_zone(self.zone());
        let facts: [(&str, &dyn std::fmt::Display); 2] = [
            ("minutes", &self.idle.minutes),
            ("at", &void_at.format("%H:%M:%S")),
        ];
        let sentence = self.text().fill("secret.nobody", &facts);
        self.message = Some((Tone::Problem, sentence));
    }

    /// Nobody came back. What lies over the dialog belongs to it, and goes with it.
    fn give_up(&mut self, secret: usize) {
        self.layers.truncate(secret + 1);
        self.dirty = true;
        self.with_layer(secret, |layer, ctx, asks| {
            if let Some(dialog) = layer.secret_mut() {
                dialog.give_up(ctx, asks);
            }
        });
    }

    fn count_down(&mut self, up: Uptime) {
        let over = up.plus(COUNTDOWN);
        let mut layers = self.layers.iter();
        let typed = layers.any(|(_, layer)| layer.is_changed());
        self.push(Box::new(Countdown::new(over, typed)));
        self.idle.countdown = Some((self.top().0, over));
    }

    fn time_out(&mut self) {
        let reason = SignOut::TimedOut {
            last_action: self.on_clock(self.idle.last_action),
        };
        // Noted now: nobody may come to end the program.
        self.signed_out = Some(self.request_for_app(Write::SignOut(reason)));
        let minutes = self.idle.minutes;
        let why = self.text().fill("ended.nobody", &[("minutes", &minutes)]);
        self.end(reason, why);
    }
}
