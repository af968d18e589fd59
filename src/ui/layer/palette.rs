//! Everything that can be done where one is, found by typing: the key table, as the layer below has it.

use std::rc::Rc;

use crate::domain::fold::name_key;
use crate::ui::keymap::{Action, Binding, Chord};
use crate::ui::layer::choice::{Choice, Entry};
use crate::ui::layer::{Ctx, Layer, Then};
use crate::ui::look::width;

/// Columns of an entry where there is room for more.
const WIDEST: u16 = 84;

/// An action, and what finds it.
struct Known {
    entry: Entry<Action>,
    keys: Vec<Chord>,
    label: String,
    words: String,
}

impl Choice<Action> {
    /// The actions of a layer. The one that is chosen is done there, as its key would do it.
    #[must_use]
    pub fn palette(layer: &dyn Layer, ctx: &Ctx) -> Choice<Action> {
        let of_use = |binding: &&Binding| !binding.action.moves();
        let bindings = ctx.keys.of(layer.scope()).filter(of_use);
        let bindings: Vec<(&Binding, &str)> = bindings
            .filter(|binding| binding.action != Action::Palette)
            .map(|binding| {
                let label = layer.label(binding.action, ctx);
                (binding, label.unwrap_or(ctx.text.say(binding.label)))
            })
            .collect();
        let labels = bindings.iter().map(|(_, label)| width(label)).max();
        let labels = labels.unwrap_or(0);
        let numbered = (0..).zip(bindings);
        let known: Vec<Known> = numbered
            .map(|(number, (binding, label))| {
                let entry = entry(number, (binding, label, labels), layer, ctx);
                known(entry, binding, label, ctx)
            })
            .collect();
        let widths = known
            .iter()
            .map(|one| width(&one.entry.shown) + width(&one.entry.key) + 2);
        let size = (widths.max().unwrap_or(0).min(WIDEST), known.len());
        let find = move |typed: &str| find(&known, typed.trim());
        let then = Then(Rc::new(|_, action, _, asks| asks.act(action)));
        let title = ctx.text.say("palette.title");
        Choice::new(title, Box::new(find), size, "", &Action::Palette, then)
    }
}

/// How an action is shown: what it is called, and what it does or why it cannot be done now.
fn entry(
    number: i64,
    (binding, label, labels): (&Binding, &str, u16),
    layer: &dyn Layer,
    ctx: &Ctx,
) -> Entry<Action> {
    let text = ctx.text;
    let does = text.say(binding.help);
    let cannot = layer.can(binding.action, ctx).err().map(|why| {
        let said = why.sentence(text);
        said.unwrap_or_else(|| text.fill("help.not_now", &[("does", &does)]))
    });
    let spaces = " ".repeat(usize::from(labels.saturating_sub(width(label)) + 2));
    let words = cannot.as_deref().unwrap_or(does);
    Entry {
        key: binding.keys_named(),
        cannot: cannot.clone(),
        says: Some(words.to_owned()),
        ..Entry::new(number, format!("{label}{spaces}{words}"), binding.action)
    }
}

fn known(entry: Entry<Action>, binding: &Binding, label: &str, ctx: &Ctx) -> Known {
    let label = name_key(label);
    let words = format!("{label} {}", name_key(ctx.text.say(binding.help)));
    Known {
        entry,
        keys: binding.keys.to_vec(),
        label,
        words,
    }
}

/// Those that have every word: first the one whose key it is, then what is called so, and of each what can be done.
fn find(known: &[Known], typed: &str) -> Vec<Entry<Action>> {
    let key = Chord::of_name(typed);
    let wanted = name_key(typed);
    let rank = |one: &Known| {
        if key.is_some_and(|key| one.keys.contains(&key)) {
            Some(0)
        } else if one.label.starts_with(&wanted) {
            Some(1)
        } else {
            let has_all = wanted.split(' ').all(|word| one.words.contains(word));
            has_all.then_some(2)
        }
    };
    let ranked = known.iter().filter_map(|one| Some((rank(one)?, one)));
    let mut found: Vec<(i32, &Known)> = ranked.collect();
    found.sort_by_key(|(rank, one)| (*rank, one.entry.cannot.is_some()));
    found
        .into_iter()
        .map(|(_, one)| one.entry.clone())
        .collect()
}
