//! Rows of things to press: the buttons of a dialog, the toolbar, the footer. And scroll bars.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::ui::extent::Extent;
use crate::ui::hits::{Hit, Hits};
use crate::ui::keymap::{Action, Binding, Shown};
use crate::ui::look::areas::{first, row, skip};
use crate::ui::look::text::width;
use crate::ui::look::theme::Theme;

/// Columns between two keys of the toolbar or the footer.
const KEYS_GAP: u16 = 2;

/// Columns between two buttons.
pub const BUTTONS_GAP: u16 = 1;

/// A button.
#[derive(Clone, Debug)]
pub struct Button<'a> {
    pub label: &'a str,
    /// The key that presses it, wherever the focus is; empty where none does.
    pub key: String,
    /// It can be pressed now.
    pub enabled: bool,
    /// What it does.
    pub action: Action,
}

impl<'a> Button<'a> {
    /// A button that can be pressed, and has no key.
    #[must_use]
    pub fn new(label: &'a str, action: Action) -> Button<'a> {
        Button {
            label,
            key: String::new(),
            enabled: true,
            action,
        }
    }

    /// The button with the key that presses it.
    #[must_use]
    pub fn keyed(self, key: String) -> Button<'a> {
        Button { key, ..self }
    }

    /// The button as one that can be pressed now, or not.
    #[must_use]
    pub fn enabled(self, enabled: bool) -> Button<'a> {
        Button { enabled, ..self }
    }

    /// Columns that it takes.
    #[must_use]
    pub fn width(&self) -> u16 {
        width(&self.written())
    }

    fn written(&self) -> String {
        let space = if self.key.is_empty() { "" } else { " " };
        let Button { key, label, .. } = self;
        if self.enabled {
            format!("[ {key}{space}{label} ]")
        } else {
            format!("( {key}{space}{label} )")
        }
    }
}

/// The box of a tick; what cannot be changed has no brackets.
#[must_use]
pub fn tick(on: bool, enabled: bool) -> &'static str {
    match (on, enabled) {
        (true, true) => "[x]",
        (false, true) => "[ ]",
        (true, false) => " x ",
        (false, false) => " - ",
    }
}

/// A row of buttons; returns the column of the focused one, for the cursor.
pub fn buttons(
    buf: &mut Buffer,
    area: Rect,
    buttons: &[Button],
    focus: Option<usize>,
    theme: &Theme,
    hits: &mut Hits,
) -> Option<u16> {
    let mut at = area;
    let mut cursor = None;
    for (index, button) in buttons.iter().enumerate() {
        let focused = focus == Some(index);
        let style = match (focused, button.enabled) {
            (true, _) => theme.focused,
            (false, true) => Style::new(),
            (false, false) => theme.disabled,
        };
        if focused {
            cursor = Some(at.x + 1);
        }
        let used = theme.put(buf, at, &button.written(), style);
        if !focused && button.enabled {
            let key = skip(first(at, used), 2);
            theme.put(buf, first(key, width(&button.key)), &button.key, theme.key);
        }
        hits.add(first(at, used), Hit::Button(button.action));
        at = skip(at, used + BUTTONS_GAP);
    }
    cursor
}

/// The verbs of a screen, with their keys; those that are not allowed now are greyed and in round brackets. `called` is
/// what a key's action is called and whether it is allowed, and nothing where it has no place here. Where they do not all
/// fit, `more` says at the right end how many are left out.
pub fn toolbar<'a>(
    buf: &mut Buffer,
    area: Rect,
    keys: impl Iterator<Item = &'a Binding>,
    called: &dyn Fn(&Binding) -> Option<(String, bool)>,
    more: &dyn Fn(usize) -> String,
    theme: &Theme,
    hits: &mut Hits,
) {
    let verbs: Vec<(&Binding, String, bool)> = keys
        .filter_map(|binding| {
            let (label, allowed) = called(binding)?;
            Some((binding, label, allowed))
        })
        .collect();
    let wide = |(binding, label, allowed): &(&Binding, String, bool)| {
        let around = if *allowed {
            width(&binding.shown_key()) + 1
        } else {
            2
        };
        around + width(label) + KEYS_GAP
    };
    let left_out = |shown: usize| match verbs.len() - shown {
        0 => String::new(),
        left => more(left),
    };
    let fits = |shown: &usize| {
        let used: u16 = verbs.iter().take(*shown).map(wide).sum();
        match width(&left_out(*shown)) {
            0 => used <= area.width + KEYS_GAP,
            more => used + more <= area.width,
        }
    };
    let shown = (0..=verbs.len()).rev().find(fits).unwrap_or(0);
    let mut at = area;
    for (binding, label, allowed) in verbs.iter().take(shown) {
        let written = if *allowed {
            keyed(buf, at, &binding.shown_key(), label, theme)
        } else {
            word(buf, at, &format!("({label})"), theme.disabled, theme)
        };
        let Some(written) = written else { break };
        hits.add(written, Hit::Key(binding.action));
        at = skip(at, written.width + KEYS_GAP);
    }
    let more = left_out(shown);
    let corner = skip(area, area.width.saturating_sub(width(&more)));
    if !more.is_empty() && corner.x >= at.x {
        theme.put(buf, corner, &more, theme.dim);
        hits.add(corner, Hit::Key(Action::Help));
    }
}

/// Writes a key and what it does; where, or nothing where it does not fit.
fn keyed(buf: &mut Buffer, area: Rect, key: &str, label: &str, theme: &Theme) -> Option<Rect> {
    let written = word(buf, area, &format!("{key} {label}"), Style::new(), theme)?;
    theme.put(buf, first(area, width(key)), key, theme.key);
    Some(written)
}

/// Writes a word of a row of them; where, or nothing where it does not fit.
fn word(buf: &mut Buffer, area: Rect, word: &str, style: Style, theme: &Theme) -> Option<Rect> {
    if width(word) > area.width {
        return None;
    }
    let used = theme.put(buf, area, word, style);
    Some(first(area, used))
}

/// The keys that work now, as many as fit; the one for help has its place first. `called` is what a key's action is
/// called here, and nothing while it is not allowed.
pub fn footer<'a>(
    buf: &mut Buffer,
    area: Rect,
    keys: impl Iterator<Item = &'a Binding>,
    called: &dyn Fn(&Binding) -> Option<&'a str>,
    theme: &Theme,
    hits: &mut Hits,
) {
    let keys = keys.filter(|binding| binding.shown == Shown::Footer);
    let mut keys: Vec<_> = keys
        .filter_map(|binding| Some((binding, called(binding)?)))
        .collect();
    keys.sort_by_key(|(binding, _)| binding.action != Action::Help);
    let mut at = area;
    for (binding, label) in keys {
        let key = binding.shown_key();
        let Some(written) = keyed(buf, at, &key, label, theme) else {
            break;
        };
        hits.add(written, Hit::Key(binding.action));
        at = skip(at, written.width + KEYS_GAP);
    }
}

/// Draws a scroll bar's thumb into one column; what is behind it is the edge that is there.
pub fn scroll_bar(buf: &mut Buffer, bar: Rect, extent: Extent, theme: &Theme) {
    for at in extent.thumb(bar.height) {
        theme.put(buf, row(bar, at), theme.symbols.thumb, theme.thumb);
    }
}

/// Marks the ends of a column beyond which more is hidden.
pub fn more_marks(buf: &mut Buffer, bar: Rect, extent: Extent, theme: &Theme) {
    if extent.top > 0 {
        theme.put(buf, row(bar, 0), theme.symbols.above, theme.thumb);
    }
    if extent.top + extent.height < extent.lines {
        let last = row(bar, bar.height.saturating_sub(1));
        theme.put(buf, last, theme.symbols.below, theme.thumb);
    }
}
