//! What time alone brings about, beside what it brings about where nobody is at the keys: the once-a-second look at the database, the sweep, requests that take long.

use crate::domain::time::{MINUTE, SECOND, Timestamp};
use crate::domain::user::Actor;
use crate::ui::app::{APP, App};
use crate::ui::request::{Request, Ticket};

/// A request shows as such when it takes longer than this, in milliseconds; before, the screen waits for it.
const PATIENCE: i64 = 150;

impl App {
    /// When to call [`App::tick`] at the latest.
    #[must_use]
    pub fn next_wake(&self) -> Timestamp {
        let now = self.now();
        let patience = self.under_way.iter().filter(|asked| asked.layer != APP);
        let patience = patience
            .map(|asked| asked.since.plus(PATIENCE))
            .filter(|at| *at > now);
        patience
            .chain(self.wake_at)
            .chain(self.idle_wake())
            .fold(self.look_at.min(self.sweep_at), Timestamp::min)
    }

    /// Time has passed: looks for other people's changes, and redraws what time alone has changed.
    pub fn tick(&mut self) {
        self.idle();
        let now = self.now();
        if self.ended.is_some() {
            self.look_at = Timestamp(i64::MAX);
            self.sweep_at = Timestamp(i64::MAX);
        }
        if now >= self.look_at && self.frames > 0 {
            self.look_at = now.plus(SECOND);
            if !self
                .under_way
                .iter()
                .any(|asked| asked.layer == APP && !asked.write)
            {
                self.request_for_app(Request::Look {
                    known: self.known.unwrap_or(-1),
                });
            }
        }
        if now >= self.sweep_at && self.frames > 0 {
            self.sweep_at = now.plus(MINUTE);
            self.request_for_app(Request::Sweep);
        }
        if self.wake_at.is_some_and(|at| at <= now) || (self.waited_long() && !self.dirty) {
            self.wake_at = None;
            self.dirty = true;
        }
    }

    pub(super) fn request_for_app(&mut self, request: Request) -> Ticket {
        self.last_ticket += 1;
        let ticket = Ticket(self.last_ticket);
        self.record(APP, ticket, request);
        ticket
    }

    pub(super) fn looked(&mut self, version: i64, actor: Option<Actor>) {
        if let Some(actor) = actor {
            self.changed_actor(actor);
        }
        // The first look counts as a change: something may have happened since the first rows were read.
        if self.known.replace(version) != Some(version) {
            for index in 0..self.layers.len() {
                self.with_layer(index, |layer, ctx, asks| layer.refresh(ctx, asks));
            }
        }
    }

    pub(super) fn waited_long(&self) -> bool {
        let now = self.now();
        self.under_way
            .iter()
            .any(|asked| asked.layer != APP && now.since(asked.since) >= PATIENCE)
    }
}
