//! Leaving the secret dialog where nothing can be written of what becomes of the secret.

use std::fmt::Display;

use crate::domain::trouble::{Fault, Trouble};
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::confirm::Confirm;
use crate::ui::layer::secret::{Closing, SecretDialog};
use crate::ui::layer::{Asks, Ctx, Then};

/// What follows from what could not be written.
#[derive(Default)]
pub(super) struct Unwritten {
    /// Nothing can be written of what becomes of the secret: the dialog can be left with it. Undelivered it never
    /// works.
    pub may_be_left: bool,
    /// A delivery failed in such a way that it may hold all the same.
    pub may_be_delivered: bool,
    /// The question whether to leave the secret as it is has been put.
    pub is_asked: bool,
}

impl SecretDialog {
    /// Asks whether to leave the secret as it is; Ctrl-C leaves Keyward with it. Where it has to be settled first,
    /// says how.
    pub(super) fn leave(&mut self, action: Action, ctx: &Ctx, asks: &mut Asks) {
        let text = ctx.text;
        if !self.unwritten.may_be_left {
            asks.complain(ways_out(ctx));
            return;
        }
        if !ctx.on_top {
            if !self.unwritten.is_asked {
                asks.complain(text.say("undelivered.may_be_left"));
            }
            return;
        }
        self.unwritten.is_asked = true;
        let (title, verb) = (text.say("undelivered.title"), text.say("undelivered.verb"));
        let yes = if action == Action::Leave {
            Then::quit()
        } else {
            Then::new(|dialog: &mut SecretDialog, (), ctx, asks| {
                dialog.close(dialog.left(ctx), asks);
            })
        };
        asks.push(Confirm::leaving(title, self.left(ctx), verb, yes));
    }

    /// What becomes of a secret of which nothing could be written.
    pub(super) fn left(&self, ctx: &Ctx) -> String {
        let name: [(&str, &dyn Display); 1] = [("name", &self.issued.key_name)];
        if self.unwritten.may_be_delivered {
            return ctx.text.fill("undelivered.unknown", &name);
        }
        let never = ctx.text.fill("undelivered.never", &name);
        if !self.issued.replaces {
            return never;
        }
        ctx.text.joined(&[&never, ctx.text.say("discard.keeps")])
    }

    /// What was asked for could not be done.
    pub(super) fn failed(&mut self, trouble: &Trouble, closing: Option<Closing>) {
        let delivering = closing == Some(Closing::Delivering);
        let discarding = closing == Some(Closing::Discarding);
        let lost = matches!(
            trouble,
            Trouble::Storage(
                Fault::Moved
                    | Fault::LogGone { .. }
                    | Fault::OnServer
                    | Fault::ReadOnly
                    | Fault::ReadOnlyMount
            )
        );
        self.unwritten.may_be_delivered |= delivering && trouble.is_unsure();
        self.unwritten.may_be_delivered |= *trouble == Trouble::SecretDelivered;
        self.unwritten.may_be_left |=
            (delivering && lost) || (discarding && *trouble != Trouble::SecretDelivered);
    }
}

/// How the dialog is closed.
fn ways_out(ctx: &Ctx) -> String {
    let key = |verb| ctx.keys.key(Scope::Secret, verb);
    let keys: [(&str, &dyn Display); 2] = [
        ("stored", &key(Action::Stored)),
        ("discard", &key(Action::Discard)),
    ];
    ctx.text.fill("secret.ways_out", &keys)
}
