//! Saving from the secret dialog: to which file, and for whom it is encrypted.

use std::path::{Path, PathBuf};

use crate::ui::layer::entry::Entry;
use crate::ui::layer::secret::SecretDialog;
use crate::ui::layer::{Asks, Ctx, Then};
use crate::ui::request::Write;

/// What the name of an encrypted file ends in.
const ENCRYPTED: &str = "age";

pub(super) fn path_entry(path: &str, ctx: &Ctx) -> Entry {
    let text = ctx.text;
    let then = Then::new(SecretDialog::save_to);
    let note = text.fill("save.note", &[("new_file", &text.say("export.new_file"))]);
    Entry::new(text.say("save.title"), &note, path, then)
}

pub(super) fn recipient_entry(ctx: &Ctx) -> Entry {
    let text = ctx.text;
    let then = Then::new(SecretDialog::save_for);
    let (title, note) = (text.say("save.title_for"), text.say("save.note_for"));
    Entry::new(title, note, "", then)
}

impl SecretDialog {
    /// The name says whether it is encrypted: then it has to be said for whom.
    fn save_to(&mut self, path: String, ctx: &Ctx, asks: &mut Asks) {
        let path = PathBuf::from(path);
        let is_encrypted = is_encrypted(&path);
        self.path = Some(path);
        if is_encrypted {
            asks.push(recipient_entry(ctx));
        } else {
            self.save(None, asks);
        }
    }

    fn save_for(&mut self, recipient: String, _ctx: &Ctx, asks: &mut Asks) {
        self.save(Some(recipient), asks);
    }

    fn save(&mut self, recipient: Option<String>, asks: &mut Asks) {
        self.under_way = Some(asks.request(Write::SaveSecret {
            path: self.path.clone().unwrap_or_default(),
            secret: self.issued.secret.clone(),
            id: self.issued.id,
            recipient,
        }));
    }
}

fn is_encrypted(path: &Path) -> bool {
    path.extension()
        .is_some_and(|end| end.eq_ignore_ascii_case(ENCRYPTED))
}
