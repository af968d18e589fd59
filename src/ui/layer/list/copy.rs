//! Copying something of the selected row: an ID, a name, an example.

use crate::domain::clipboard::ClipboardWay;
use crate::domain::secret::Secret;
use crate::ui::layer::choice::Choice;
use crate::ui::layer::list::{ListScreen, Table, Verbs};
use crate::ui::layer::{Asks, Ctx, Then};
use crate::ui::look::width;
use crate::ui::request::{Aside, Done, Outcome};

impl<V: Verbs> ListScreen<V> {
    /// Asks what is to be copied of a row.
    pub(super) fn choose_copy(row: &V::Row, ctx: &Ctx, asks: &mut Asks) {
        let text = ctx.text;
        let copies = row.copies(ctx);
        let labels = copies.iter().filter_map(|(label, _)| *label);
        let widest = labels.map(|label| width(text.say(label))).max();
        let shown = |(label, copied): &(Option<&'static str>, String)| {
            let label = label.map_or("", |label| text.say(label));
            let pad = match label {
                "" => 0,
                label => usize::from(widest.unwrap_or(0) - width(label)) + 2,
            };
            format!("{label}{}{copied}", " ".repeat(pad))
        };
        let entries: Vec<(String, String)> = copies
            .iter()
            .map(|one| (one.1.clone(), shown(one)))
            .collect();
        let first = entries.first().map(|(copied, _)| copied.clone());
        let then = Then::new(|screen: &mut ListScreen<V>, copied: String, _, asks| {
            screen.copying = Some(asks.request(Aside::Leave(Secret::from(copied))));
        });
        let title = text.fill("copy.title", &[("name", &row.name(ctx))]);
        asks.push(Choice::of(
            &title,
            entries,
            &first.unwrap_or_default(),
            then,
        ));
    }

    /// What became of a copy.
    pub(super) fn copied(outcome: Outcome, ctx: &Ctx, asks: &mut Asks) {
        match outcome {
            Ok(Done::Copied { way, .. }) => asks.say(ctx.text.say(sent(way))),
            Ok(_) => {}
            Err(trouble) => asks.complain(ctx.text.trouble(&trouble)),
        }
    }
}

/// Name of the sentence that tells where a text was sent that is no secret.
#[must_use]
pub fn sent(way: ClipboardWay) -> &'static str {
    match way {
        ClipboardWay::Tmux => "secret.sent_tmux",
        ClipboardWay::Osc52 => "secret.sent_osc52",
        ClipboardWay::Doubtful => "secret.sent_doubtful",
        ClipboardWay::Screen => "secret.sent_screen",
        ClipboardWay::Native => "copy.sent_native",
    }
}
