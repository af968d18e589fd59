//! The keys of the layer below, read from the table, found by a word or by pressing one; and what each state means.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::domain::fold::name_key;
use crate::domain::state::{State, UserState};
use crate::domain::time::DAY;
use crate::text::Text;
use crate::ui::field::{Edit, LineField, Typed};
use crate::ui::hits::{Hits, Mouse};
use crate::ui::keymap::{Action, Binding, Chord, Scope};
use crate::ui::layer::{Asks, Can, Cannot, Ctx, Layer};
use crate::ui::look::{Dialog, cells, first, paragraph, row, skip, width, wrap};
use crate::ui::scroll::Scroll;

/// Columns inside the box where there is room for more.
const WIDEST: u16 = 86;
/// Columns between the keys and what they do.
const GAP: u16 = 2;
/// Columns inside from which on what a state means stands beside it, else below.
const BESIDE: u16 = 50;

/// What there is to read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Page {
    Keys,
    States,
}

/// A key or state with what is said of it.
#[derive(Default)]
struct Entry {
    head: String,
    keys: Vec<Chord>,
    /// What toolbar and footer call it.
    label: &'static str,
    words: String,
    /// The key cannot be used now.
    greyed: bool,
}

/// A line of an entry.
struct Line {
    /// The keys, on the first one.
    head: String,
    words: String,
    greyed: bool,
}

/// The dialog.
pub struct Help {
    text: Text,
    page: Page,
    keys: Vec<Entry>,
    /// Where the screen has no states, there is no second page.
    states: Vec<Entry>,
    /// Name of what is said above the states.
    intro: &'static str,
    typed: LineField,
    /// What is typed is a word to find; else keys have their meaning.
    typing: bool,
    /// What the key does that was pressed.
    answer: Option<String>,
    /// What is found, in lines that fit.
    lines: Vec<Line>,
    scroll: Scroll,
}

/// A key with what it does, and why it cannot be used now, if that is so.
fn of_key(binding: &Binding, layer: &dyn Layer, ctx: &Ctx) -> Entry {
    let text = ctx.text;
    let does = text.say(binding.help);
    let can = layer.can(binding.action, ctx);
    let greyed = can.is_err();
    let words = match can {
        Ok(()) => does.to_owned(),
        Err(why) => {
            let not_now = text.fill("help.not_now", &[("does", &does)]);
            match why.sentence(text) {
                Some(why) => text.joined(&[&not_now, &why]),
                None => not_now,
            }
        }
    };
    Entry {
        head: binding.keys_named(),
        keys: binding.keys.to_vec(),
        label: text.say(binding.label),
        words,
        greyed,
    }
}

/// The states of keys in the order in which they are decided, without those that nothing can be in; the time that is
/// left is as long as it can be.
fn of_keys(ctx: &Ctx) -> Vec<Entry> {
    let all = [
        State::Deleted,
        State::LockedOut,
        State::Expired,
        State::NotDelivered,
        State::NoApiAccess,
        State::ExpiresSoon(ctx.warning.ms()),
        State::Active,
    ];
    let can_be = all
        .into_iter()
        .filter(|state| *state != State::ExpiresSoon(0));
    let entry = |state| Entry {
        head: ctx.state(state, &ctx.text.state(state)),
        words: ctx.text.meaning(state, ctx.warning),
        ..Entry::default()
    };
    let active = ctx.text.key_state_short(State::Active, Some(DAY), false);
    let overlap = Entry {
        head: ctx.state(State::Active, &active),
        words: ctx.text.say("states.overlap").to_owned(),
        ..Entry::default()
    };
    let limited = ctx.text.limited(&ctx.text.state(State::Active));
    let limited = Entry {
        head: ctx.state(State::Active, &limited),
        words: ctx.text.say("states.limited").to_owned(),
        ..Entry::default()
    };
    can_be.map(entry).chain([overlap, limited]).collect()
}

fn of_users(ctx: &Ctx) -> Vec<Entry> {
    let entry = |state| Entry {
        head: ctx.user_state(state, ctx.text.user_state(state)),
        words: ctx.text.user_meaning(state).to_owned(),
        ..Entry::default()
    };
    UserState::ALL.map(entry).into()
}

impl Help {
    /// Help on the keys of a layer, over a screen with these verbs. What cannot be done now is told too, with why.
    #[must_use]
    pub fn new(layer: &dyn Layer, screen: Scope, ctx: &Ctx) -> Help {
        let (intro, states) = match screen {
            Scope::ApiKeys => ("states.intro", of_keys(ctx)),
            Scope::Users => ("states.intro_users", of_users(ctx)),
            _ => ("", Vec::new()),
        };
        let keys = ctx.keys.of(layer.scope());
        let mut keys: Vec<Entry> = keys.map(|binding| of_key(binding, layer, ctx)).collect();
        // First what can be done here and now.
        keys.sort_by_key(|entry| entry.greyed);
        Help {
            text: ctx.text,
            page: Page::Keys,
            keys,
            states,
            intro,
            typed: LineField::default(),
            typing: false,
            answer: None,
            lines: Vec::new(),
            scroll: Scroll::default(),
        }
    }

    /// All that the page has.
    fn entries(&self) -> &[Entry] {
        match self.page {
            Page::Keys => &self.keys,
            Page::States => &self.states,
        }
    }

    /// The states, or those keys that what was typed finds; first the one that it names.
    fn found(&self) -> Vec<&Entry> {
        let mut found: Vec<&Entry> = self.entries().iter().collect();
        if self.page == Page::Keys {
            let typed = self.typed.text().trim();
            let wanted = name_key(typed);
            found.retain(|entry| {
                let words = [&entry.head, entry.label, &entry.words];
                words.iter().any(|words| name_key(words).contains(&wanted))
            });
            found.sort_by_key(|entry| !entry.head.split(", ").any(|key| key == typed));
        }
        found
    }

    /// The box; it keeps its size, whatever is found and said.
    fn dialog(&self, area: Rect) -> Dialog {
        let columns = Dialog::columns(area, WIDEST);
        let above = match self.page {
            Page::Keys => 1,
            Page::States => self.above(columns).len(),
        };
        let rows = self.wrapped(self.entries().iter(), columns).len() + above;
        Dialog::new(area, WIDEST, cells(rows), false)
    }

    /// Columns of the keys or states; none where they stand above what is said of them.
    fn heads(&self, columns: u16) -> u16 {
        if self.page == Page::States && columns < BESIDE {
            return 0;
        }
        let widths = self.entries().iter().map(|entry| width(&entry.head));
        widths.max().unwrap_or(0)
    }

    /// The rows above what is found: on the first one of the keys' one types.
    fn above(&self, columns: u16) -> Vec<String> {
        if self.page == Page::States {
            return wrap(self.text.say(self.intro), columns);
        }
        let answer = self.answer.iter().flat_map(|answer| wrap(answer, columns));
        std::iter::once(String::new()).chain(answer).collect()
    }

    fn wrapped<'a>(&self, entries: impl Iterator<Item = &'a Entry>, columns: u16) -> Vec<Line> {
        let heads = self.heads(columns);
        let words = columns.saturating_sub(heads + GAP).max(1);
        let above = usize::from(heads == 0);
        let wrapped = entries.flat_map(|entry| {
            let firsts = std::iter::once(entry.head.as_str()).chain(std::iter::repeat(""));
            let lines = std::iter::repeat_n(String::new(), above);
            let greyed = entry.greyed;
            firsts
                .zip(lines.chain(wrap(&entry.words, words)))
                .map(move |(head, words)| Line {
                    head: head.to_owned(),
                    words,
                    greyed,
                })
        });
        wrapped.collect()
    }

    /// Says what a key does; not of those that help has a use for itself.
    fn explain(&mut self, chord: Chord, ctx: &Ctx) -> bool {
        let mut own = ctx.keys.of(Scope::Help);
        let own = own.find(|binding| binding.keys.contains(&chord));
        if own.is_some_and(|binding| self.can(binding.action, ctx).is_ok()) {
            return false;
        }
        let is_it = |entry: &&Entry| entry.keys.contains(&chord);
        self.answer = Some(match self.keys.iter().find(is_it) {
            Some(entry) => format!("{}: {}", chord.name(), entry.words),
            None => self
                .text
                .fill("help.nothing_done", &[("key", &chord.name())]),
        });
        true
    }

    /// What was typed or asked before has been seen.
    fn start(&mut self) {
        self.answer = None;
        self.scroll.show_from(0);
    }
}

impl Layer for Help {
    fn scope(&self) -> Scope {
        Scope::Help
    }

    fn can(&self, action: Action, _ctx: &Ctx) -> Can<'_> {
        let keys = self.page == Page::Keys;
        Cannot::Unused.unless(match action {
            Action::States => !self.states.is_empty(),
            Action::Accept => self.typing,
            Action::Filter => keys && !self.typing,
            _ => true,
        })
    }

    fn act(&mut self, action: Action, _ctx: &Ctx, asks: &mut Asks) {
        match action {
            Action::Filter => {
                self.typing = true;
                self.start();
            }
            Action::Accept => self.typing = false,
            Action::Cancel if self.typing => {
                self.typing = false;
                self.typed = LineField::default();
                self.start();
            }
            Action::Cancel => asks.close(),
            Action::States => {
                self.page = match self.page {
                    Page::Keys => Page::States,
                    Page::States => Page::Keys,
                };
                self.typed = LineField::default();
                self.typing = false;
                self.start();
            }
            _ => self.scroll.act(action),
        }
    }

    fn mouse(&mut self, does: Mouse, _ctx: &Ctx, _asks: &mut Asks) -> Option<Action> {
        self.scroll.mouse(does);
        does.button()
    }

    fn edit(&mut self, typed: Typed, ctx: &Ctx, asks: &mut Asks) -> bool {
        match typed {
            _ if self.page == Page::States => return false,
            // Characters are no text here: in a rush they are taken for a paste, as where they mean nothing.
            Typed::Other(chord) => return self.explain(chord, ctx) && !chord.types(),
            Typed::Key(_) if !self.typing => return false,
            Typed::Key(key) if !key.edits_end() => return false,
            Typed::Key(_) | Typed::Pasted(_) => {}
        }
        let edit = if self.typing {
            self.start();
            self.typed.take(typed)
        } else {
            Edit::NotTaken
        };
        asks.edited(typed, &edit, ctx.text)
    }

    fn place(&mut self, area: Rect) {
        let columns = Dialog::columns(area, WIDEST);
        self.lines = self.wrapped(self.found().into_iter(), columns);
        let above = cells(self.above(columns).len());
        let room = self.dialog(area).body.height.saturating_sub(above);
        self.scroll.settle(self.lines.len(), room);
        self.typed.place(columns.saturating_sub(8));
    }

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position> {
        let (text, theme) = (self.text, ctx.theme);
        let dialog = self.dialog(area);
        let (whole, area) = (dialog.whole, dialog.body);
        let title = text.say(match self.page {
            Page::Keys => "help.title",
            Page::States => "help.title_states",
        });
        dialog.view(buf, title, theme);
        let above = self.above(area.width);
        paragraph(buf, area, &above, theme);
        let mut cursor = area.as_position();
        if self.page == Page::Keys {
            let prompt = row(area, 0);
            let used = theme.put(buf, prompt, text.say("choice.find"), theme.label) + 1;
            let field = skip(prompt, used);
            if self.typing || !self.typed.text().is_empty() {
                cursor = self.typed.view(buf, field, Style::new());
            } else {
                let key = ctx.keys.key(Scope::Help, Action::Filter);
                let hint = text.fill("help.hint", &[("key", &key)]);
                theme.put(buf, field, &hint, theme.dim);
            }
        }
        let rows = cells(above.len());
        let list = Rect {
            y: area.y.saturating_add(rows).min(area.bottom()),
            height: area.height.saturating_sub(rows),
            ..area
        };
        if self.lines.is_empty() {
            theme.put(buf, row(list, 0), text.say("choice.nothing"), theme.problem);
        }
        let heads = self.heads(area.width);
        let shown = &self.lines[self.scroll.shown()];
        for (index, entry) in (0..).zip(shown) {
            let line = row(list, index);
            let beside = if heads == 0 { line } else { first(line, heads) };
            let (keys, words) = if entry.greyed {
                (theme.dim, theme.dim)
            } else {
                (theme.label, Style::new())
            };
            theme.put(buf, beside, &entry.head, keys);
            theme.put(buf, skip(line, heads + GAP), &entry.words, words);
        }
        self.scroll.view(buf, (whole, list), theme, hits);
        Some(cursor)
    }
}
