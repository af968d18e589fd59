//! The secret dialog: the one time a secret key value is shown. Only `I have stored it` and `Discard` close it.

mod view;

use std::path::{Path, PathBuf};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use zeroize::Zeroizing;

use crate::domain::clipboard::ClipboardWay;
use crate::domain::secret::{IssuedSecret, Overlap, PENDING_LIFE, Secret};
use crate::domain::state::State;
use crate::domain::time::Uptime;
use crate::domain::trouble::Trouble;
use crate::ui::hits::Hits;
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::check::Check;
use crate::ui::layer::confirm::Confirm;
use crate::ui::layer::entry::Entry;
use crate::ui::layer::{Asks, Ctx, Layer, Loss, Reply};
use crate::ui::request::{Done, Outcome, Request, Ticket};

/// The buttons, in order.
const VERBS: [Action; 7] = [
    Action::Copy,
    Action::CopyHeader,
    Action::SaveToFile,
    Action::HideOrShow,
    Action::Check,
    Action::Stored,
    Action::Discard,
];
/// How many of them leave the dialog open.
const HARMLESS: usize = 5;

/// The layer.
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
    hidden: bool,
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
            hidden: false,
            void: false,
            focus: 0,
            under_way: None,
            copying: None,
            closing: None,
            path: None,
        }
    }

    /// The same, with the secret hidden until somebody asks to see it, or not.
    #[must_use]
    pub fn hidden(self, hidden: bool) -> SecretDialog {
        SecretDialog { hidden, ..self }
    }

    /// The secret can never work any more, as the database said or the hour that is over.
    fn is_void(&self, ctx: &Ctx) -> bool {
        self.void || self.gives_up_at <= ctx.uptime
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
            Action::HideOrShow => self.hidden = !self.hidden,
            Action::Check => asks.push(Check::new(self.issued.secret.clone())),
            Action::SaveToFile => {
                let file = format!("api-key-{}.secret", self.issued.key.0);
                asks.push(SecretDialog::path_entry(&file, ctx));
            }
            Action::Stored => {
                let request = Request::Deliver {
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
                asks.push(Confirm::new(text.say("discard.title"), body, verb));
            }
            _ => {}
        }
    }

    fn path_entry(path: &str, ctx: &Ctx) -> Entry {
        let text = ctx.text;
        Entry::new(text.say("save.title"), text.say("save.note"), path)
    }

    fn copy(&mut self, text: Secret, asks: &mut Asks) {
        self.copying = Some(asks.request(Request::Copy { text }));
    }

    fn close(&self, sentence: String, asks: &mut Asks) {
        asks.close(Reply::Said(self.issued.key.0, sentence));
    }

    fn copied(&mut self, outcome: Outcome, ctx: &Ctx, asks: &mut Asks) {
        match outcome {
            Ok(Done::Sent { way, .. }) => {
                self.sent = Some(way);
                let sentence = match way {
                    ClipboardWay::Tmux => "secret.sent_tmux",
                    ClipboardWay::Osc52 => "secret.sent_osc52",
                    ClipboardWay::Screen => "secret.sent_screen",
                    ClipboardWay::Native => "secret.sent_native",
                };
                asks.say(naming(ctx, sentence, Action::Check));
            }
            Ok(_) => {}
            Err(trouble) => asks.complain(ctx.text.trouble(&trouble)),
        }
    }

    fn done(&mut self, done: Done, closing: Option<Closing>, ctx: &Ctx, asks: &mut Asks) {
        let text = ctx.text;
        let name: &dyn std::fmt::Display = &self.issued.key_name;
        match (done, closing) {
            (Done::Written(path), _) => {
                self.path = None;
                asks.say(text.fill("secret.written", &[("path", &path.display())]));
            }
            (Done::Delivered(delivered), _) => {
                let state = delivered.facts.state(ctx.as_of());
                let sentence = match delivered.overlap_until {
                    _ if state == State::NoApiAccess => {
                        text.fill("secret.delivered_no_access", &[("name", name)])
                    }
                    _ if !delivered.facts.authenticates(ctx.now) => {
                        let state = text.state(state);
                        text.fill(
                            "secret.delivered_in_vain",
                            &[("name", name), ("state", &state)],
                        )
                    }
                    Some(at) => {
                        let at = at.in_zone(ctx.zone).format("%Y-%m-%d %H:%M %Z");
                        text.fill("secret.delivered_overlap", &[("name", name), ("at", &at)])
                    }
                    None => text.fill("secret.delivered", &[("name", name)]),
                };
                let stays = self.sent.is_some_and(ClipboardWay::stays);
                let stays = stays.then(|| text.say("secret.osc52_stays"));
                let sentences: Vec<&str> = [sentence.as_str()].into_iter().chain(stays).collect();
                self.close(sentences.join(" "), asks);
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

/// How the dialog is closed.
fn ways_out(ctx: &Ctx) -> String {
    let key = |verb| ctx.keys.key(Scope::Secret, verb);
    let keys: [(&str, &dyn std::fmt::Display); 2] = [
        ("stored", &key(Action::Stored)),
        ("discard", &key(Action::Discard)),
    ];
    ctx.text.fill("secret.ways_out", &keys)
}

impl Layer for SecretDialog {
    fn scope(&self) -> Scope {
        Scope::Secret
    }

    fn allows(&self, action: Action, ctx: &Ctx) -> bool {
        match action {
            Action::Press | Action::Cancel | Action::Leave | Action::Stop | Action::Help => true,
            _ if self.is_void(ctx) => false,
            Action::Copy | Action::CopyHeader => self.copies,
            Action::SaveToFile => ctx.files,
            _ => true,
        }
    }

    fn why_not(&self, action: Action, ctx: &Ctx) -> Option<String> {
        let trouble = match action {
            _ if self.is_void(ctx) => return None,
            Action::Copy | Action::CopyHeader if !self.copies => Trouble::ClipboardOff,
            Action::SaveToFile if !ctx.files => Trouble::NoFiles,
            _ => return None,
        };
        Some(ctx.text.trouble(&trouble))
    }

    fn act(&mut self, action: Action, ctx: &Ctx, asks: &mut Asks) {
        if self.is_void(ctx) {
            match action {
                Action::Press => asks.close(Reply::Done(self.issued.key.0)),
                _ => asks.say(ctx.text.say("secret.only_close")),
            }
            return;
        }
        match action {
            Action::Next => self.focus = (self.focus + 1) % VERBS.len(),
            Action::Previous => self.focus = (self.focus + VERBS.len() - 1) % VERBS.len(),
            Action::Cancel | Action::Leave => asks.complain(ways_out(ctx)),
            // A paste without brackets comes as keys. Whatever they would do, a hand has not asked for it.
            _ if ctx.pasting => asks.complain(ctx.text.say("message.pasting")),
            Action::Stored => self.focus = HARMLESS,
            Action::Discard => self.focus = HARMLESS + 1,
            Action::Press => match self.why_not(VERBS[self.focus], ctx) {
                Some(sentence) => asks.complain(sentence),
                None => self.press(VERBS[self.focus], ctx, asks),
            },
            other => self.press(other, ctx, asks),
        }
    }

    fn paste(&mut self, _pasted: &Zeroizing<String>, ctx: &Ctx, asks: &mut Asks) {
        asks.complain(naming(ctx, "secret.pasted", Action::Check));
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
                self.close(ctx.text.trouble(&trouble), asks);
            }
            Err(trouble @ Trouble::File(..)) => {
                let path = self.path.take().unwrap_or_default();
                let entry = SecretDialog::path_entry(&path.to_string_lossy(), ctx);
                asks.push(entry.refused(ctx.text.trouble(&trouble)));
            }
            // The dialog itself says what that means.
            Err(Trouble::SecretVoid | Trouble::KeyGone(_)) => self.void = true,
            Err(trouble) => {
                self.path = None;
                asks.complain(ctx.text.trouble(&trouble));
            }
        }
    }

    fn reply(&mut self, reply: Reply, ctx: &Ctx, asks: &mut Asks) {
        match reply {
            Reply::Yes => {
                self.under_way = Some(asks.request(Request::Discard(self.issued.id)));
                self.closing = Some(Closing::Discarding);
            }
            Reply::Checked(true) => asks.say(ctx.text.say("secret.matches")),
            Reply::Checked(false) => asks.complain(ctx.text.say("secret.differs")),
            Reply::Entered(path) => {
                self.path = Some(PathBuf::from(&path));
                self.under_way = Some(asks.request(Request::SaveToFile {
                    path: Path::new(&path).to_owned(),
                    secret: self.issued.secret.clone(),
                    id: self.issued.id,
                }));
            }
            _ => {}
        }
    }

    fn waits(&self) -> bool {
        self.under_way.is_some()
    }

    fn loss(&self) -> Loss {
        if self.void {
            Loss::Nothing
        } else {
            Loss::Refused
        }
    }

    fn next_wake(&self, ctx: &Ctx) -> Option<i64> {
        Some(self.gives_up_at.since(ctx.uptime)).filter(|ms| *ms > 0)
    }

    fn shows_secret(&self) -> bool {
        true
    }

    fn hide(&mut self, ctx: &Ctx) -> bool {
        self.hidden = true;
        !self.is_void(ctx)
    }

    fn give_up(&mut self, ctx: &Ctx, asks: &mut Asks) {
        if self.is_void(ctx) {
            asks.close(Reply::Done(self.issued.key.0));
            return;
        }
        self.under_way = Some(asks.request(Request::Discard(self.issued.id)));
        self.closing = Some(Closing::GivingUp);
    }

    fn place(&mut self, _area: Rect) {}

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position> {
        self.draw(ctx, buf, area, hits)
    }
}
