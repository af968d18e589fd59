//! Copying from the secret dialog: in which way it was sent, and how that can be checked.

use crate::domain::clipboard::ClipboardWay;
use crate::domain::secret::Secret;
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::secret::SecretDialog;
use crate::ui::layer::{Asks, Ctx};
use crate::ui::request::{Aside, Done, Outcome};

impl SecretDialog {
    pub(super) fn copy(&mut self, text: Secret, asks: &mut Asks) {
        self.copying = Some(asks.request(Aside::Copy(text)));
    }

    pub(super) fn copied(&mut self, outcome: Outcome, ctx: &Ctx, asks: &mut Asks) {
        match outcome {
            Ok(Done::Copied { way, .. }) => {
                self.sent = Some(way);
                self.not_sent = None;
                let text = ctx.text;
                let sent = text.say(match way {
                    ClipboardWay::Tmux => "secret.sent_tmux",
                    ClipboardWay::Osc52 => "secret.sent_osc52",
                    ClipboardWay::Doubtful => "secret.sent_doubtful",
                    ClipboardWay::Screen => "secret.sent_screen",
                    ClipboardWay::Native => "secret.sent_native",
                });
                let check = match way {
                    ClipboardWay::Doubtful if ctx.files => "secret.check_or_save",
                    ClipboardWay::Doubtful => "secret.check_or_select",
                    _ => "secret.check",
                };
                let keys: [(&str, &dyn std::fmt::Display); 2] = [
                    ("key", &ctx.keys.key(Scope::Secret, Action::Check)),
                    ("save", &ctx.keys.key(Scope::Secret, Action::SaveToFile)),
                ];
                // Under another dialog the keys have other meanings.
                let check = ctx.on_top.then(|| text.fill(check, &keys));
                let sentences: Vec<&str> = [sent].into_iter().chain(check.as_deref()).collect();
                asks.say(text.joined(&sentences));
            }
            Ok(_) => {}
            Err(trouble) => {
                let sentence = ctx.text.trouble(&trouble);
                asks.complain(sentence.clone());
                self.not_sent = Some(sentence);
            }
        }
    }
}
