//! Drawing the secret dialog: the secret's line has nothing beside it, so that a terminal's selection takes it whole.

use std::borrow::Cow;
use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::domain::secret::Overlap;
use crate::domain::state::Facts;
use crate::ui::hits::Hits;
use crate::ui::keymap::Action;
use crate::ui::layer::secret::{HARMLESS, SecretDialog, Sight, naming};
use crate::ui::layer::{Ctx, Layer};
use crate::ui::look::{Button, buttons, cells, clear, row, skip, width, wrap};

/// Where the first of two lines ends, in characters.
const BREAK: usize = 32;

impl SecretDialog {
    /// Draws the dialog and says where the cursor is.
    pub(super) fn draw(
        &self,
        ctx: &Ctx,
        buf: &mut Buffer,
        area: Rect,
        hits: &mut Hits,
    ) -> Option<Position> {
        clear(buf, area, ctx.theme);
        let text = ctx.text;
        let title = text.fill(
            "secret.title",
            &[("name", &self.issued.key_name), ("id", &self.issued.key.0)],
        );
        let rule = ctx
            .theme
            .symbols
            .border
            .horizontal_top
            .repeat(usize::from(area.width));
        ctx.theme.put(buf, row(area, 0), &rule, Style::new());
        let title = ctx
            .theme
            .cut(&format!(" {title} "), area.width.saturating_sub(4));
        ctx.theme
            .put(buf, skip(row(area, 0), 2), &title, ctx.theme.title);

        let bar = self.bar(ctx, area);
        let mut line = 1;
        for part in self.fitting(ctx, area) {
            for words in &part.lines {
                let at = row(area, line);
                buf.set_stringn(at.x, at.y, words, usize::from(at.width), part.style);
                if part.whole {
                    let x = at.x + width(words);
                    hits.end_line(Position { x, y: at.y });
                }
                line += 1;
            }
        }
        // The buttons never stand over the secret.
        let top = area.height.saturating_sub(bar).min(line + 1).max(line);
        let top = top.min(area.height);
        let below = Rect {
            y: area.y + top,
            height: area.height - top,
            ..area
        };
        self.view_buttons(ctx, buf, below)
    }

    /// Rows that the buttons take.
    fn bar(&self, ctx: &Ctx, area: Rect) -> u16 {
        cells(SecretDialog::button_lines(&self.labels(ctx), area.width).len())
    }

    /// What there is room for between title and buttons.
    fn fitting(&self, ctx: &Ctx, area: Rect) -> Vec<Part<'_>> {
        let room = area.height.saturating_sub(1 + self.bar(ctx, area));
        fit(self.parts(ctx, area.width), usize::from(room))
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

    fn parts(&self, ctx: &Ctx, columns: u16) -> Vec<Part<'_>> {
        let text = ctx.text;
        let secret = Part {
            lines: self.secret_lines(ctx, columns),
            style: ctx.theme.secret,
            rank: Rank::Needed,
            whole: true,
        };
        if self.is_void(ctx) {
            let words = Part::words(text.say("trouble.secret_void"), columns);
            return vec![Part::spacing(), words];
        }
        let mut parts = vec![Part::spacing(), secret, Part::spacing()];
        if self.unwritten.may_be_left {
            let words = Part::words(text.say("undelivered.may_be_left"), columns);
            parts.push(Part {
                style: ctx.theme.problem,
                ..words
            });
        }
        if columns < self.one_line() && self.sight == Sight::Shown {
            let widen = text.fill("secret.widen", &[("columns", &self.one_line())]);
            parts.push(Part::words(&widen, columns));
        }
        parts.extend(
            self.sentences(ctx)
                .iter()
                .map(|words| Part::words(words, columns)),
        );
        if self.sight == Sight::Shown && width(self.header.expose()) <= columns {
            parts.push(Part::spacing());
            parts.push(Part {
                lines: vec![
                    Cow::Borrowed(text.say("secret.header")),
                    Cow::Borrowed(self.header.expose()),
                ],
                style: Style::new(),
                rank: Rank::Wanted,
                whole: true,
            });
        }
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

    fn labels(&self, ctx: &Ctx) -> Vec<Button<'static>> {
        if self.is_void(ctx) {
            return vec![(ctx.text.say("button.close"), true, Action::Press)];
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
            (ctx.text.say(name), self.can(verb, ctx).is_ok(), verb)
        };
        self.verbs().iter().copied().map(label).collect()
    }

    /// The buttons broken into lines; the last two, which close the dialog, have a line of their own.
    fn button_lines(labels: &[Button], columns: u16) -> Vec<Range<usize>> {
        let mut lines = Vec::new();
        let (mut start, mut used) = (0, 0);
        for (index, (label, ..)) in labels.iter().enumerate() {
            let wide = width(label) + 5;
            if index > start && (index == HARMLESS || used + wide > columns + 1) {
                lines.push(start..index);
                (start, used) = (index, 0);
            }
            used += wide;
        }
        lines.push(start..labels.len());
        lines
    }

    fn view_buttons(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect) -> Option<Position> {
        let labels = self.labels(ctx);
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
    /// Nothing may stand behind its lines, not even spaces.
    whole: bool,
}

/// What goes first where the window is low: spacing, then words.
#[derive(Clone, Copy, PartialEq, Eq)]
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
            whole: false,
        }
    }

    fn spacing() -> Part<'a> {
        Part {
            lines: vec![Cow::Borrowed("")],
            style: Style::new(),
            rank: Rank::Spacing,
            whole: false,
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
