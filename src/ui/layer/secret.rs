//! The secret dialog: the one time a secret key value is shown. Only `I have stored it` and `Discard` close it.

mod copying;
mod saving;
mod undelivered;
mod view;

use std::any::Any;
use std::path::PathBuf;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use zeroize::Zeroizing;

use crate::domain::clipboard::ClipboardWay;
use crate::domain::export::View;
use crate::domain::secret::{IssuedSecret, Overlap, PENDING_LIFE, Pasted, Secret};
use crate::domain::time::Uptime;
use crate::domain::trouble::Trouble;
use crate::ui::field::Typed;
use crate::ui::hits::Hits;
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::check::Check;
use crate::ui::layer::confirm::Confirm;
use crate::ui::layer::secret::undelivered::Unwritten;
use crate::ui::layer::{Asks, Can, Cannot, Ctx, Hint, Layer, Status, Then};
use crate::ui::request::{Done, Outcome, Ticket, Write};

/// The buttons, in order. The last one is there only while the dialog can be left.
const VERBS: [Action; 8] = [
    Action::Copy,
    Action::CopyHeader,
    Action::SaveToFile,
    Action::HideOrShow,
    Action::Check,
    Action::Stored,
    Action::Discard,
    Action::Cancel,
];
/// How many of them leave the dialog open.
const HARMLESS: usize = 5;

/// Shows a secret that was just issued.
pub struct SecretDialog {
    issued: IssuedSecret,
    /// When it can no longer be delivered.
    gives_up_at: Uptime,
    overlap: Option<Overlap>,
    header: Secret,
    /// Copying is not off.
    copies: bool,
    /// The last way in which it was sent to a clipboard.
    sent: Option<ClipboardWay>,
    sight: Sight,
    /// Where it is drawn.
    area: Rect,
    /// The secret can never work any more: only Close is left.
    void: bool,
    focus: usize,
    under_way: Option<Ticket>,
    /// A copy that is on its way; nothing waits for it.
    copying: Option<Ticket>,
    /// The request under way ends the dialog.
    closing: Option<Closing>,
    /// The file that is being written.
    path: Option<PathBuf>,
    /// Why the last copy was not sent.
    not_sent: Option<String>,
    unwritten: Unwritten,
    /// Takes the ID of the key.
    then: Then<i64>,
}

/// Whether the secret can be seen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    Shown,
    /// Until somebody asks to see it.
    Hidden,
    /// Whoever asks to see it.
    Sealed,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Closing {
    Delivering,
    Discarding,
    /// Nobody came back to the keys. It ends with or without success.
    GivingUp,
}

impl SecretDialog {
    /// For a secret that was just issued, which can be copied or not.
    #[must_use]
    pub fn new(
        issued: IssuedSecret,
        overlap: Option<Overlap>,
        copies: bool,
        then: Then<i64>,
        ctx: &Ctx,
    ) -> SecretDialog {
        let secret = issued.secret.expose();
        let name = "api-secret-key: ";
        // Written in place: no copy of the secret is made on the way.
        let mut header = Zeroizing::new(vec![0; name.len() + secret.len()].into_boxed_slice());
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[name.len()..].copy_from_slice(secret.as_bytes());
        let lives = issued.issued_at.plus(PENDING_LIFE).since(ctx.now);
        SecretDialog {
            issued,
            gives_up_at: ctx.uptime.plus(lives),
            overlap,
            header: Secret::new(header),
            copies,
            sent: None,
            sight: Sight::Shown,
            area: Rect::default(),
            void: false,
            focus: 0,
            under_way: None,
            copying: None,
            closing: None,
            path: None,
            not_sent: None,
            unwritten: Unwritten::default(),
            then,
        }
    }

    /// The dialog with the secret seen so.
    #[must_use]
    pub fn seen(self, sight: Sight) -> SecretDialog {
        SecretDialog { sight, ..self }
    }

    /// The secret, for who is to try it.
    #[must_use]
    pub fn issued_secret(&self) -> Secret {
        self.issued.secret.clone()
    }

    /// Whether the secret is hidden until somebody asks to see it.
    #[must_use]
    pub fn can_be_shown(&self) -> bool {
        self.sight == Sight::Hidden
    }

    /// The secret can never work any more, as the database said or the hour that is over.
    fn is_void(&self, ctx: &Ctx) -> bool {
        self.void || self.gives_up_at <= ctx.uptime
    }

    /// Whether it has to be settled first what becomes of the secret; the dialog says how.
    #[must_use]
    pub fn is_unsettled(&self) -> bool {
        !self.void
    }

    /// Nobody is at the keys, or nobody knows who: hides the secret. Says whether it can still work.
    pub fn hide(&mut self, ctx: &Ctx) -> bool {
        if self.sight == Sight::Shown {
            self.sight = Sight::Hidden;
        }
        !self.is_void(ctx)
    }

    /// Nobody came back to the keys: has the secret made void, and closes.
    pub fn give_up(&mut self, ctx: &Ctx, asks: &mut Asks) {
        if self.is_void(ctx) {
            asks.answer(&self.then, self.issued.key.0);
        } else {
            self.discard(Closing::GivingUp, asks);
        }
    }

    fn press(&mut self, action: Action, ctx: &Ctx, asks: &mut Asks) {
        let text = ctx.text;
        match action {
            // A button that has the focus is pressed also where its key does nothing.
            Action::Copy | Action::CopyHeader if !self.copies => {
                asks.complain(text.trouble(&Trouble::ClipboardOff));
            }
            Action::Copy => self.copy(self.issued.secret.clone(), asks),
            Action::CopyHeader => self.copy(self.header.clone(), asks),
            Action::HideOrShow => {
                self.sight = match self.sight {
                    Sight::Shown => Sight::Hidden,
                    Sight::Hidden => Sight::Shown,
                    Sight::Sealed => Sight::Sealed,
                };
            }
            Action::Check => {
                // The key has just taken it from the screen.
                if let Some(why) = &self.not_sent {
                    asks.complain(why.clone());
                }
                let then = Then::new(SecretDialog::checked);
                asks.push(Check::new(self.issued.secret.clone(), then));
            }
            Action::SaveToFile => {
                let file = format!("api-key-{}.secret", self.issued.key.0);
                asks.push(saving::path_entry(&file, ctx));
            }
            Action::Cancel | Action::Leave => self.leave(action, ctx, asks),
            Action::Stored => {
                let request = Write::DeliverSecret {
                    secret: self.issued.id,
                    overlap: self.overlap,
                };
                self.under_way = Some(asks.request(request));
                self.closing = Some(Closing::Delivering);
            }
            Action::Discard => {
                let mut body = text.fill("discard.body", &[("name", &self.issued.key_name)]);
                if self.issued.replaces {
                    body = text.joined(&[&body, text.say("discard.keeps")]);
                }
                let verb = text.say("discard.verb");
                let yes = Then::new(|dialog: &mut SecretDialog, (), _, asks| {
                    dialog.discard(Closing::Discarding, asks);
                });
                asks.push(Confirm::new(text.say("discard.title"), body, verb, yes));
            }
            _ => {}
        }
    }

    /// The buttons that are there.
    fn verbs(&self) -> &'static [Action] {
        let all = VERBS.len();
        &VERBS[..if self.unwritten.may_be_left {
            all
        } else {
            all - 1
        }]
    }

    fn checked(&mut self, pasted: Pasted, ctx: &Ctx, asks: &mut Asks) {
        match pasted {
            Pasted::Same => asks.say(ctx.text.say("secret.matches")),
            Pasted::With(beside) => asks.complain(ctx.text.not_alone(&beside)),
            Pasted::Other => {
                let differs = [ctx.text.say("secret.differs")];
                let sentences: Vec<&str> = differs
                    .into_iter()
                    .chain(self.not_sent.as_deref())
                    .collect();
                asks.complain(ctx.text.joined(&sentences));
            }
        }
    }

    fn discard(&mut self, closing: Closing, asks: &mut Asks) {
        self.under_way = Some(asks.request(Write::DiscardSecret(self.issued.id)));
        self.closing = Some(closing);
    }

    fn close(&self, sentence: String, asks: &mut Asks) {
        asks.say(sentence);
        asks.answer(&self.then, self.issued.key.0);
    }

    fn done(&mut self, done: Done, closing: Option<Closing>, ctx: &Ctx, asks: &mut Asks) {
        let text = ctx.text;
        let name: &dyn std::fmt::Display = &self.issued.key_name;
        match (done, closing) {
            (Done::SecretSaved(path), _) => {
                self.path = None;
                asks.say(text.fill("secret.written", &[("path", &path.display())]));
            }
            (Done::SecretDelivered(delivered), _) => {
                let view = View {
                    as_of: ctx.as_of(),
                    zone: ctx.zone,
                };
                let sentence = text.delivered(name, &delivered, view);
                let stays = self.sent.is_some_and(ClipboardWay::stays);
                let stays = stays.then(|| text.say("secret.osc52_stays"));
                let sentences: Vec<&str> = [sentence.as_str()].into_iter().chain(stays).collect();
                self.close(text.joined(&sentences), asks);
            }
            (_, Some(Closing::GivingUp)) => {
                self.close(text.fill("secret.given_up", &[("name", name)]), asks);
            }
            (_, Some(Closing::Discarding)) => {
                self.close(text.fill("secret.discarded", &[("name", name)]), asks);
            }
            _ => {}
        }
    }
}

/// A sentence that names the key of one of the dialog's verbs.
fn naming(ctx: &Ctx, sentence: &'static str, verb: Action) -> String {
    let key = ctx.keys.key(Scope::Secret, verb);
    ctx.text.fill(sentence, &[("key", &key)])
}

impl Layer for SecretDialog {
    fn scope(&self) -> Scope {
        Scope::Secret
    }

    fn can(&self, action: Action, ctx: &Ctx) -> Can<'_> {
        match action {
            Action::Press | Action::Cancel | Action::Leave | Action::Stop | Action::Help => Ok(()),
            _ if self.is_void(ctx) => Err(Cannot::Unused),
            Action::Copy | Action::CopyHeader if !self.copies => {
                Err(Cannot::Trouble(Trouble::ClipboardOff))
            }
            Action::SaveToFile if !ctx.files => Err(Cannot::Trouble(Trouble::NoFiles)),
            Action::HideOrShow if self.sight == Sight::Sealed => {
                Err(Cannot::Said(ctx.text.say("secret.sealed").into()))
            }
            _ => Ok(()),
        }
    }

    fn label(&self, action: Action, ctx: &Ctx) -> Option<&str> {
        let name = match action {
            Action::Press if self.is_void(ctx) => "button.close",
            Action::HideOrShow if self.sight != Sight::Shown => "button.show",
            Action::HideOrShow => "button.hide",
            _ => return None,
        };
        Some(ctx.text.say(name))
    }

    fn act(&mut self, action: Action, ctx: &Ctx, asks: &mut Asks) {
        if self.is_void(ctx) {
            match action {
                Action::Press => asks.answer(&self.then, self.issued.key.0),
                _ => asks.say(ctx.text.say("secret.only_close")),
            }
            return;
        }
        let verbs = self.verbs();
        self.unwritten.is_asked &= !ctx.on_top;
        self.focus = self.focus.min(verbs.len() - 1);
        match action {
            Action::Next => self.focus = (self.focus + 1) % verbs.len(),
            Action::Previous => self.focus = (self.focus + verbs.len() - 1) % verbs.len(),
            Action::Cancel | Action::Leave => self.leave(action, ctx, asks),
            Action::Stored => self.focus = HARMLESS,
            Action::Discard => self.focus = HARMLESS + 1,
            Action::Press => match self.can(verbs[self.focus], ctx) {
                Err(why) => asks.refuse(why, ctx.text),
                Ok(()) => self.press(verbs[self.focus], ctx, asks),
            },
            other => self.press(other, ctx, asks),
        }
    }

    fn edit(&mut self, typed: Typed, ctx: &Ctx, asks: &mut Asks) -> bool {
        if matches!(typed, Typed::Pasted(_)) {
            asks.complain(naming(ctx, "secret.pasted", Action::Check));
        }
        false
    }

    fn answer(&mut self, ticket: Ticket, outcome: Outcome, ctx: &Ctx, asks: &mut Asks) {
        if self.copying.take_if(|asked| *asked == ticket).is_some() {
            self.copied(outcome, ctx, asks);
            return;
        }
        if self.under_way.take_if(|asked| *asked == ticket).is_none() {
            return;
        }
        let closing = self.closing.take();
        match outcome {
            Ok(done) => self.done(done, closing, ctx, asks),
            // Undelivered it never works, and the hour in which that could change ends by itself.
            Err(trouble) if closing == Some(Closing::GivingUp) => {
                self.failed(&trouble, closing);
                let why = ctx.text.trouble(&trouble);
                self.close(ctx.text.joined(&[&self.left(ctx), &why]), asks);
            }
            Err(trouble @ Trouble::File(..)) if !trouble.is_unsure() => {
                let path = self.path.take().unwrap_or_default();
                let entry = saving::path_entry(&path.to_string_lossy(), ctx);
                asks.push(entry.refused(ctx.text.trouble(&trouble)));
            }
            Err(trouble @ Trouble::NotARecipient(_)) => {
                // It is not offered again: it may be a private key.
                asks.push(saving::recipient_entry(ctx).refused(ctx.text.trouble(&trouble)));
            }
            // The dialog itself says what that means.
            Err(Trouble::SecretVoid | Trouble::KeyGone(_)) => self.void = true,
            Err(trouble) => {
                self.path = None;
                self.failed(&trouble, closing);
                asks.complain(ctx.text.trouble(&trouble));
            }
        }
    }

    fn status(&self) -> Status<'_> {
        Status {
            waits: self.under_way.is_some(),
            ..Status::default()
        }
    }

    fn wakes_in(&self, ctx: &Ctx) -> Option<i64> {
        Some(self.gives_up_at.since(ctx.uptime)).filter(|ms| *ms > 0)
    }

    fn hint(&self, ctx: &Ctx) -> Option<Hint> {
        self.hint_for(ctx)
    }

    fn place(&mut self, area: Rect) {
        self.area = area;
    }

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position> {
        self.draw(ctx, buf, area, hits)
    }
}

impl dyn Layer {
    /// The dialog that shows a secret, if this is it.
    #[must_use]
    pub fn secret(&self) -> Option<&SecretDialog> {
        (self as &dyn Any).downcast_ref()
    }

    /// The dialog that shows a secret, if this is it, to hide the secret or have it made void.
    pub fn secret_mut(&mut self) -> Option<&mut SecretDialog> {
        (self as &mut dyn Any).downcast_mut()
    }
}
