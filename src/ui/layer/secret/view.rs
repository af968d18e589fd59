//! Drawing the secret dialog: the secret's line has nothing beside it, so that a terminal's selection takes it whole.

use std::borrow::Cow;
use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::domain::secret::Overlap;
use crate::domain::state::Facts;
use crate::ui::hits::Hits;
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::secret::{HARMLESS, SecretDialog, Sight, naming};
use crate::ui::layer::{Ctx, Hint, Layer, hint};
use crate::ui::look::{
    BUTTONS_GAP, Button, Dialog, buttons, cells, clear, first, row, width, wrap,
};

/// Where the first of two lines ends, in characters.
const BREAK: usize = 32;
/// Columns of the words, where there is room for more.
const WIDEST: u16 = 96;
/// No line of a part stands alone.
const NEVER: usize = usize::MAX;

impl SecretDialog {
    /// Draws the dialog and says where the cursor is.
    pub(super) fn draw(
        &self,
        ctx: &Ctx,
        buf: &mut Buffer,
        area: Rect,
        hits: &mut Hits,
    ) -> Option<Position> {
        let text = ctx.text;
        let title = text.fill(
            "secret.title",
            &[("name", &self.issued.key_name), ("id", &self.issued.key.0)],
        );
        let (dialog, keyed) = self.dialog(ctx, area);
        dialog.view(buf, &title, ctx.theme);
        let (body, bar) = (dialog.body, dialog.bar);
        let mut line = 0;
        for part in fit(self.parts(ctx, body.width, area.width), body.height.into()) {
            for (index, words) in part.lines.iter().enumerate() {
                let mut at = row(body, line);
                if index >= part.alone_from {
                    // From edge to edge of the window, without the box's own edges.
                    at = Rect {
                        x: area.x,
                        width: area.width,
                        ..at
                    };
                    clear(buf, at, ctx.theme);
                    if !ctx.on_top {
                        // A box over a part of it would leave the rest to be taken for the whole.
                        line += 1;
                        continue;
                    }
                    let x = at.x + width(words);
                    hits.end_line(Position { x, y: at.y });
                }
                buf.set_stringn(at.x, at.y, words, usize::from(at.width), part.style);
                line += 1;
            }
        }
        self.view_buttons(ctx, buf, bar, keyed)
    }

    /// The dialog, as wide as the window, since the secret begins in its first column; and whether there is room for the
    /// keys of its buttons. Its bar has as many rows as the buttons need.
    fn dialog(&self, ctx: &Ctx, area: Rect) -> (Dialog, bool) {
        let bar = |columns, keyed| {
            let buttons = self.buttons(ctx, keyed);
            cells(SecretDialog::button_lines(&buttons, columns).len())
        };
        let columns = Dialog::columns(area, WIDEST);
        let with_keys = bar(columns, true);
        let parts = self.parts(ctx, columns, area.width);
        let rows = |least| {
            let parts = parts.iter().filter(|part| part.rank <= least);
            cells(parts.map(|part| part.lines.len()).sum())
        };
        let is_roomy = rows(Rank::Wanted) + with_keys + Dialog::edges(area, WIDEST) <= area.height;
        let keyed = is_roomy || rows(Rank::Needed) + bar(area.width, true) < area.height;
        let (dialog, bar) = if is_roomy {
            let all = rows(Rank::Spacing) + with_keys;
            let dialog = Dialog::new(area, area.width.max(WIDEST), all, false);
            (dialog, with_keys)
        } else {
            (Dialog::bare(area), bar(area.width, keyed))
        };
        let inner = if is_roomy {
            first(dialog.body, columns)
        } else {
            dialog.body
        };
        // The buttons never stand over the secret.
        let least = rows(Rank::Needed).min(inner.height);
        let height = inner.height.saturating_sub(bar).max(least);
        let body = Rect { height, ..inner };
        let bar = Rect {
            y: inner.y + height,
            height: inner.height - height,
            ..inner
        };
        (
            Dialog {
                body,
                bar,
                ..dialog
            },
            keyed,
        )
    }

    /// What must not be overlooked, in a window too low for the dialog to say it.
    pub(super) fn hint_for(&self, ctx: &Ctx) -> Option<Hint> {
        let columns = Dialog::columns(self.area, WIDEST);
        let (dialog, _) = self.dialog(ctx, self.area);
        let parts = self.parts(ctx, columns, self.area.width);
        let needs = |least| {
            let parts = parts.iter().filter(|part| part.rank <= least);
            cells(parts.map(|part| part.lines.len()).sum())
        };
        let is_low = needs(Rank::Wanted) > dialog.body.height;
        (is_low && self.sight == Sight::Shown && !self.is_void(ctx))
            .then(|| hint::of_secret(ctx.text))
    }

    /// What the dialog says below the secret, the more important first.
    fn sentences(&self, ctx: &Ctx) -> Vec<String> {
        let text = ctx.text;
        let shown = match self.sight {
            Sight::Shown => "secret.only_time",
            Sight::Hidden => "secret.while_open",
            Sight::Sealed => "secret.sealed",
        };
        let mut sentences = vec![text.say(shown).to_owned()];
        let overlap = self.overlap.filter(|_| self.issued.replaces);
        let delivered = Facts {
            delivered: true,
            ..self.issued.facts
        };
        sentences.push(match overlap {
            _ if !delivered.authenticates(ctx.now) => {
                let state = text.state(delivered.state(ctx.as_of()));
                text.fill("secret.starts_in_vain", &[("state", &state)])
            }
            None => text.say("secret.starts").to_owned(),
            Some(Overlap::None) => text.say("secret.starts_replaces").to_owned(),
            Some(overlap) => {
                let end = overlap.ends_at(ctx.now, self.issued.facts.expires_at);
                let at = end.in_zone(ctx.zone).format("%Y-%m-%d %H:%M %Z");
                if end < ctx.now.plus(overlap.ms()) {
                    text.fill("secret.starts_until_expiry", &[("at", &at)])
                } else {
                    let overlap = text.overlap(overlap);
                    text.fill(
                        "secret.starts_overlaps",
                        &[("overlap", &overlap), ("at", &at)],
                    )
                }
            }
        });
        if let Some(at) = self.issued.retiring_until.filter(|at| *at > ctx.now) {
            let at = at.in_zone(ctx.zone).format("%Y-%m-%d %H:%M %Z");
            sentences.push(text.fill("secret.ends_earlier", &[("at", &at)]));
        }
        sentences
    }

    /// What there is to say, in so many columns; the secret has those of the window.
    fn parts(&self, ctx: &Ctx, columns: u16, window: u16) -> Vec<Part<'_>> {
        let text = ctx.text;
        let secret = Part {
            lines: self.secret_lines(ctx, window),
            style: ctx.theme.secret,
            rank: Rank::Needed,
            alone_from: if self.sight == Sight::Shown { 0 } else { NEVER },
        };
        if self.is_void(ctx) {
            let words = Part::words(text.say("trouble.secret_void"), columns);
            return vec![Part::spacing(), words, Part::spacing()];
        }
        let mut parts = vec![Part::spacing(), secret, Part::spacing()];
        if self.unwritten.may_be_left {
            let words = Part::words(text.say("undelivered.may_be_left"), columns);
            parts.push(Part {
                style: ctx.theme.problem,
                ..words
            });
        }
        if window < self.one_line() && self.sight == Sight::Shown {
            let widen = text.fill("secret.widen", &[("columns", &self.one_line())]);
            parts.push(Part::words(&widen, columns));
        }
        parts.extend(
            self.sentences(ctx)
                .iter()
                .map(|words| Part::words(words, columns)),
        );
        if self.sight == Sight::Shown && width(self.header.expose()) <= window {
            parts.push(Part::spacing());
            parts.push(Part {
                lines: vec![
                    Cow::Borrowed(text.say("secret.header")),
                    Cow::Borrowed(self.header.expose()),
                ],
                style: Style::new(),
                rank: Rank::Wanted,
                alone_from: 1,
            });
        }
        parts.push(Part::spacing());
        parts
    }

    /// Columns below which the secret is on two lines: at most 56. One more than it has itself, or a selection would
    /// run on into the next line.
    fn one_line(&self) -> u16 {
        width(self.issued.secret.expose()) + 1
    }

    fn secret_lines(&self, ctx: &Ctx, columns: u16) -> Vec<Cow<'_, str>> {
        let secret = self.issued.secret.expose();
        if self.sight == Sight::Sealed {
            vec![Cow::Borrowed(ctx.text.say("secret.sealed_line"))]
        } else if self.sight == Sight::Hidden {
            vec![Cow::Owned(naming(ctx, "secret.hidden", Action::HideOrShow))]
        } else if columns < self.one_line() {
            let (first, second) = secret.split_at(BREAK.min(secret.len()));
            vec![Cow::Borrowed(first), Cow::Borrowed(second)]
        } else {
            vec![Cow::Borrowed(secret)]
        }
    }

    /// The buttons; in a low window without their keys, which take columns that are wanted there.
    fn buttons(&self, ctx: &Ctx, keyed: bool) -> Vec<Button<'static>> {
        if self.is_void(ctx) {
            return vec![Button::new(ctx.text.say("button.close"), Action::Press)];
        }
        let label = |verb| {
            let name = match verb {
                Action::Copy => "button.copy",
                Action::CopyHeader => "button.copy_header",
                Action::SaveToFile => "button.save",
                Action::HideOrShow if self.sight != Sight::Shown => "button.show",
                Action::HideOrShow => "button.hide",
                Action::Check => "button.check",
                Action::Stored => "button.stored",
                Action::Discard => "button.discard",
                _ => "undelivered.verb",
            };
            Button::new(ctx.text.say(name), verb).enabled(self.can(verb, ctx).is_ok())
        };
        let buttons = self.verbs().iter().copied().map(label);
        // The others are not pressed by their keys.
        let with_key = |(at, button): (usize, Button<'static>)| match at {
            0..HARMLESS if keyed => {
                let key = ctx.keys.key(Scope::Secret, button.action);
                button.keyed(key)
            }
            _ => button,
        };
        buttons.enumerate().map(with_key).collect()
    }

    /// The buttons broken into lines; the last two, which close the dialog, have a line of their own.
    fn button_lines(labels: &[Button], columns: u16) -> Vec<Range<usize>> {
        let mut lines = Vec::new();
        let (mut start, mut used) = (0, 0);
        for (index, button) in labels.iter().enumerate() {
            let wide = button.width() + BUTTONS_GAP;
            if index > start && (index == HARMLESS || used + wide > columns + BUTTONS_GAP) {
                lines.push(start..index);
                (start, used) = (index, 0);
            }
            used += wide;
        }
        lines.push(start..labels.len());
        lines
    }

    fn view_buttons(
        &self,
        ctx: &Ctx,
        buf: &mut Buffer,
        area: Rect,
        keyed: bool,
    ) -> Option<Position> {
        let labels = self.buttons(ctx, keyed);
        let focused = self.focus.min(labels.len() - 1);
        // The mouse is the terminal's here.
        let mut nowhere = Hits::default();
        let mut cursor = None;
        let lines = SecretDialog::button_lines(&labels, area.width);
        // Where a message leaves too little room, the lines up to the one with the focus.
        let with_focus = lines.iter().position(|line| line.contains(&focused));
        let above = (with_focus.unwrap_or(0) + 1).saturating_sub(area.height.into());
        for (line, range) in lines.into_iter().skip(above).enumerate() {
            let at = row(area, cells(line));
            let focus = range.contains(&focused).then(|| focused - range.start);
            let x = buttons(buf, at, &labels[range], focus, ctx.theme, &mut nowhere);
            cursor = cursor.or(x.map(|x| Position { x, y: at.y }));
        }
        cursor
    }
}

/// A part of what the dialog draws, from top to bottom. The secret's own lines are borrowed: no copy is made of
/// them.
struct Part<'a> {
    lines: Vec<Cow<'a, str>>,
    style: Style,
    rank: Rank,
    /// From this line on nothing may stand beside its lines, and behind them not even spaces.
    alone_from: usize,
}

/// What goes first where the window is low: spacing, then words.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Needed,
    Wanted,
    Spacing,
}

impl<'a> Part<'a> {
    fn words(words: &str, columns: u16) -> Part<'a> {
        let lines = wrap(words, columns).into_iter().map(Cow::Owned).collect();
        Part {
            lines,
            style: Style::new(),
            rank: Rank::Wanted,
            alone_from: NEVER,
        }
    }

    fn spacing() -> Part<'a> {
        Part {
            lines: vec![Cow::Borrowed("")],
            style: Style::new(),
            rank: Rank::Spacing,
            alone_from: NEVER,
        }
    }
}

/// The parts that fit into `room` rows.
fn fit(parts: Vec<Part>, room: usize) -> Vec<Part> {
    let mut left = room;
    let mut kept: Vec<bool> = vec![false; parts.len()];
    for rank in [Rank::Needed, Rank::Wanted, Rank::Spacing] {
        for (part, kept) in parts
            .iter()
            .zip(&mut kept)
            .filter(|(part, _)| part.rank == rank)
        {
            *kept = rank == Rank::Needed || part.lines.len() <= left;
            if *kept {
                left = left.saturating_sub(part.lines.len());
            }
        }
    }
    parts
        .into_iter()
        .zip(kept)
        .filter_map(|(part, kept)| kept.then_some(part))
        .collect()
}
