//! What time alone brings about while somebody works: the look at the database once a second, the sweep once a minute,
//! and what a request that takes long shows. What follows when nobody presses a key is in `idle`.

use crate::domain::state::Warning;
use crate::domain::time::{MINUTE, SECOND, Uptime};
use crate::domain::user::Actor;
use crate::ui::app::{APP, App, UnderWay};
use crate::ui::layer::{Layer, Tone};
use crate::ui::request::{Read, Request, Ticket, Write};

/// A request shows as such when it takes longer than this, in milliseconds; before, the screen waits for it.
const PATIENCE: i64 = 150;
/// Rows of an older question are drawn as such after this long, in milliseconds; before, the screen waits for the others.
const GLANCE: i64 = 40;
/// How long until it is asked (again) whether a change holds, in milliseconds.
pub(super) const DOUBT: i64 = 2 * SECOND;

impl App {
    /// When to call [`App::tick`] at the latest.
    #[must_use]
    pub fn next_wake(&self) -> Uptime {
        let up = self.uptime();
        let patience = self.under_way.iter().filter(|asked| asked.is_waited_for());
        let patience = patience
            .map(|asked| asked.since.plus(PATIENCE))
            .filter(|at| *at > up);
        patience
            .chain(self.glance().filter(|at| *at > up))
            .chain(self.wake_at)
            .chain(self.sign_in_at)
            .chain(self.settle_at)
            .chain(self.idle_wake())
            .chain(self.preview_wake())
            .chain(self.tour_wake())
            .chain(self.looks_at())
            .min()
            .unwrap_or(Uptime(i64::MAX))
    }

    /// When the database is looked at next, which is not before the first frame.
    fn looks_at(&self) -> Option<Uptime> {
        (self.frames > 0).then(|| self.look_at.min(self.sweep_at))
    }

    /// Time has passed: looks for other people's changes, and redraws what time alone has changed.
    pub fn tick(&mut self) {
        self.idle();
        let up = self.uptime();
        if self.ended.is_some() {
            self.look_at = Uptime(i64::MAX);
            self.sweep_at = Uptime(i64::MAX);
        }
        if up >= self.look_at && self.frames > 0 {
            self.look_at = up.plus(SECOND);
            self.look_at_clock();
            self.read_again();
            if !self.under_way.iter().any(UnderWay::is_look) {
                self.request_for_app(Read::Look {
                    known: self.known.unwrap_or(-1),
                });
            }
        }
        if up >= self.sweep_at && self.frames > 0 {
            self.sweep_at = up.plus(MINUTE);
            self.request_for_app(Write::Sweep);
        }
        if self.settle_at.take_if(|at| *at <= up).is_some() && self.ended.is_none() {
            self.request_for_app(Write::Settle);
        }
        if self.sign_in_at.is_some_and(|at| at <= up) && self.ended.is_none() {
            self.sign_in();
        }
        self.follow_cursor();
        self.type_on();
        if self.wake_at.is_some_and(|at| at <= up) || (self.waited_long() && !self.dirty) {
            self.wake_at = None;
            self.dirty = true;
        }
    }

    /// What was left open is known now.
    pub(super) fn settled(&mut self, held: Option<bool>) {
        self.settle_at = None;
        self.dirty = true;
        match held {
            None => {}
            Some(true) => {
                let sentence = self.text().say("message.was_saved").to_owned();
                self.message = Some((Tone::Plain, sentence));
            }
            Some(false) => self.complain(self.text().say("message.was_not_saved").to_owned()),
        }
        self.read_all();
    }

    /// Tells of a log that somebody keeps from being written into the database: once, until it is short again.
    pub(super) fn swept(&mut self, long_log: Option<u64>) {
        let is_new = std::mem::replace(&mut self.long_log, long_log).is_none();
        if let Some(bytes) = long_log.filter(|_| is_new) {
            let mb = bytes / (1024 * 1024);
            self.complain(self.text().fill("message.long_log", &[("mb", &mb)]));
            self.dirty = true;
        }
    }

    /// Where the machine's clock was set since the last look, what depends on the date is not what is shown.
    fn look_at_clock(&mut self) {
        let ahead = self.now().0 - self.uptime().0;
        if (ahead - self.clock_ahead).abs() >= SECOND {
            self.clock_ahead = ahead;
            self.sweep_at = self.uptime();
            self.dirty = true;
        }
    }

    /// What could not be read is asked for again.
    fn read_again(&mut self) {
        for index in 0..self.layers.len() {
            self.with_layer(index, |layer, ctx, asks| {
                if layer.status().unread.is_some() {
                    layer.refresh(ctx, asks);
                }
            });
        }
    }

    /// Why what is shown may not be what the database has.
    pub(super) fn unread(&self) -> Option<&str> {
        let mut layers = self.layers.iter().rev();
        let why = layers.find_map(|(_, layer)| layer.status().unread);
        why.or(self.unseen.as_deref())
    }

    pub(super) fn request_for_app(&mut self, request: impl Into<Request>) -> Ticket {
        self.last_ticket += 1;
        let ticket = Ticket(self.last_ticket);
        self.record(APP, ticket, request.into());
        ticket
    }

    pub(super) fn looked(&mut self, version: i64, actor: Option<Actor>, warning: Option<Warning>) {
        self.dirty |= self.unseen.take().is_some();
        if let Some(actor) = actor {
            self.warning = warning;
            self.changed_actor(actor);
        }
        // The first look counts as a change: something may have happened since the first rows were read.
        if self.known.replace(version) != Some(version) {
            self.read_all();
        }
    }

    /// Has everything read again that is shown.
    pub(super) fn read_all(&mut self) {
        for index in 0..self.layers.len() {
            self.with_layer(index, Layer::refresh);
        }
        self.preview.refresh(self.uptime());
    }

    /// When rows of an older question are to be drawn as such, if there are any.
    fn glance(&self) -> Option<Uptime> {
        let is_stale = self.top().1.status().is_stale;
        let waited = self.under_way.iter().filter(|asked| asked.is_waited_for());
        let since = waited.map(|asked| asked.since).min();
        since.filter(|_| is_stale).map(|since| since.plus(GLANCE))
    }

    /// Whether a frame would show rows of an older question, and the others may be there in a moment.
    pub(super) fn glances(&self) -> bool {
        let up = self.uptime();
        self.glance().is_some_and(|at| at > up)
    }

    pub(super) fn waited_long(&self) -> bool {
        let up = self.uptime();
        self.under_way
            .iter()
            .any(|asked| asked.is_waited_for() && up.since(asked.since) >= PATIENCE)
    }
}
