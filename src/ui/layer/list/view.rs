//! Drawing a list.

use std::fmt::Display;
use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::domain::list::Filter;
use crate::ui::hits::{Hit, Hits};
use crate::ui::layer::Ctx;
use crate::ui::layer::list::columns::{MARK, Shown};
use crate::ui::layer::list::{List, Table};
use crate::ui::layer::panes::has_edges;
use crate::ui::look::{cells, clear, first, mark, paragraph, row, scroll_bar, select, skip, width};

/// Columns that are kept for the counts beside the filter line.
const COUNTS: u16 = 24;
/// The most lines of what is said where no row is shown.
const EMPTY_LINES: usize = 3;

impl<L: Table> List<L> {
    /// Settles scroll and viewport.
    pub fn place(&mut self, area: Rect) {
        self.area = area;
        self.rows.place(area.height.saturating_sub(2));
        if let Some(field) = &mut self.typing {
            field.place(line_width(area.width));
        }
    }

    /// Draws the list and says where the cursor is.
    pub fn view(
        &self,
        ctx: &Ctx,
        buf: &mut Buffer,
        area: Rect,
        hits: &mut Hits,
    ) -> Option<Position> {
        let shown = self.shown(area, ctx);
        let mut cursor = self.view_first_line(ctx, buf, row(area, 0), hits);
        if !self.view_completion(ctx, buf, row(area, 1)) {
            self.view_headings(&shown, ctx, buf, row(area, 1), hits);
        }
        let list = Rect {
            y: area.y + 2.min(area.height),
            height: area.height.saturating_sub(2),
            ..area
        };
        let is_stale = self.is_stale();
        let extent = self.rows.extent();
        let mut rows = list;
        if extent.has_more() {
            rows.width = list.width.saturating_sub(Self::bar(ctx));
            let bar = Rect {
                x: rows.right(),
                width: 1,
                ..list
            };
            scroll_bar(buf, bar, extent, ctx.theme);
            hits.add(bar, Hit::Bar(extent));
        }
        for (index, (entry, selected)) in self.rows.on_screen().enumerate() {
            let line = row(rows, cells(index));
            if self.marks.has(entry.place().id) {
                mark(buf, skip(line, 1), ctx.theme);
            }
            view_row(entry, &shown, ctx, buf, line);
            if is_stale {
                // No bar, nothing to click on: there is nothing to be done to it.
                buf.set_style(line, ctx.theme.dim);
                continue;
            }
            if selected {
                select(buf, line, ctx.theme);
            }
            hits.add(line, Hit::Row(entry.place().id));
            if selected && cursor.is_none() {
                cursor = Some(line.as_position());
            }
        }
        if self.rows.selected().is_none() {
            let words = skip(list, MARK);
            let lines = ctx
                .theme
                .wrap_cut(&self.empty(ctx), words.width, EMPTY_LINES);
            paragraph(buf, words, &lines, ctx.theme);
        }
        cursor.or(Some(list.as_position()))
    }

    /// Draws what the list is filtered by, and in the corner how many rows there are; before them, in an edge, what the
    /// list is called. Says where the cursor is, where the filter is typed in.
    fn view_first_line(
        &self,
        ctx: &Ctx,
        buf: &mut Buffer,
        line: Rect,
        hits: &mut Hits,
    ) -> Option<Position> {
        let theme = ctx.theme;
        let in_edge = has_edges(ctx.columns);
        let (mut at, mut cursor) = (line, None);
        // What is typed needs the room.
        if in_edge && self.typing.is_none() {
            let title = format!(" {} ", ctx.text.say(L::TITLE));
            let used = theme.put(buf, at, &title, theme.focused_edge.patch(theme.title));
            at = skip(at, used);
        }
        if self.typing.is_some() || !self.text.is_empty() {
            let used = theme.put(buf, at, "/", theme.label);
            let mut field = first(skip(at, used), line_width(line.width));
            let (text, from) = if let Some(typing) = &self.typing {
                clear(buf, field, theme);
                cursor = Some(typing.view(buf, field, Style::new()));
                (typing.text(), typing.scrolled())
            } else {
                field.width = field.width.min(width(&self.text) + 1);
                theme.put(buf, field, &format!("{} ", self.text), theme.title);
                (self.text.as_str(), 0)
            };
            hits.add(field, Hit::Line);
            for mistake in self.filter.as_ref().err().into_iter().flatten() {
                mark_span(buf, field, (text, from), &mistake.span, theme.problem);
            }
            // What the text leaves free is lent to the corner.
            let taken = if from == 0 {
                field.width.min(width(text) + 1)
            } else {
                field.width
            };
            at = skip(at, used + taken + 1);
        }
        let words = self.info(ctx, at.width.saturating_sub(2 * u16::from(in_edge)));
        let words = match words.as_str() {
            "" => words,
            _ if in_edge => format!(" {words} "),
            _ => words,
        };
        let style = match self.unread {
            Some(_) => theme.problem,
            None if self.is_stale() => theme.warning,
            None => theme.dim,
        };
        let from = at.width.saturating_sub(width(&words));
        theme.put(buf, skip(at, from), &words, style);
        cursor
    }

    /// Where there is more than is on the screen, how many rows are shown and which, and what matters about them, as far
    /// as it fits.
    fn info(&self, ctx: &Ctx, room: u16) -> String {
        let text = ctx.text;
        let symbols = ctx.theme.symbols;
        let (above, below) = self.rows.beyond();
        let beyond = [(above, symbols.above), (below, symbols.below)];
        let beyond: String = beyond
            .iter()
            .filter_map(|(is, mark)| is.then_some(*mark))
            .collect();
        let mut parts = vec![self.marks.told(ctx)];
        if self.unread.is_some() && self.rows.selected().is_some() {
            parts.push(text.say("list.old").to_owned());
        }
        if self.is_stale() {
            parts.push(format!(
                "{} {}",
                symbols.ellipsis,
                text.say("list.searching")
            ));
        } else if let Some(counts) = &self.counts {
            parts.push(if counts.shown == counts.all {
                text.fill("list.shown", &[("shown", &counts.shown)])
            } else {
                let numbers: [(&str, &dyn Display); 2] =
                    [("shown", &counts.shown), ("all", &counts.all)];
                text.fill("list.hides", &numbers)
            });
        }
        parts.retain(|part| !part.is_empty());
        let joined = |parts: &[String]| {
            let words = symbols.join(parts);
            if beyond.is_empty() {
                words
            } else {
                format!("{beyond} {words}")
            }
        };
        let needed = parts.len();
        if !self.is_stale() {
            parts.extend(self.told(ctx));
        }
        while parts.len() > needed && width(&joined(&parts)) > room {
            parts.pop();
        }
        ctx.theme.cut(&joined(&parts), room)
    }

    /// What matters about the rows that are shown, where it is not so of none of them or all.
    fn told(&self, ctx: &Ctx) -> Vec<String> {
        let Some(counts) = &self.counts else {
            return Vec::new();
        };
        let told = Filter::<L>::told().zip(&counts.told);
        let told = told.filter(|(_, n)| (1..counts.shown).contains(*n));
        told.map(|((_, sentence), n)| ctx.text.fill(sentence, &[("n", n)]))
            .collect()
    }

    /// The mark of the direction of the order.
    fn mark(&self, ctx: &Ctx) -> &'static str {
        ctx.theme.symbols.direction(self.order.descending)
    }

    fn view_headings(
        &self,
        shown: &Shown<L>,
        ctx: &Ctx,
        buf: &mut Buffer,
        line: Rect,
        hits: &mut Hits,
    ) {
        let mut at = skip(line, MARK);
        for (column, wide) in &shown.columns {
            let heading = ctx.text.say(column.heading);
            let heading = if self.is_sorted_by(column) {
                format!(
                    "{} {}",
                    ctx.theme.cut(heading, wide.saturating_sub(2)),
                    self.mark(ctx)
                )
            } else {
                heading.to_owned()
            };
            ctx.theme
                .put(buf, first(at, *wide), &heading, ctx.theme.heading);
            if column.sort.is_some() {
                hits.add(first(at, *wide), Hit::Heading(column.heading));
            }
            at = skip(at, wide + shown.gap);
        }
    }
}

/// Columns of the filter line in a list of this width: the counts are beside it.
fn line_width(list: u16) -> u16 {
    (list.saturating_sub(1) / 2).max(list.saturating_sub(COUNTS))
}

/// Marks a part of a text that is drawn from this column on.
fn mark_span(
    buf: &mut Buffer,
    field: Rect,
    (text, from): (&str, u16),
    span: &Range<usize>,
    style: Style,
) {
    // What was typed last may not be what the filter was read from.
    let column = |at: usize| {
        text.get(..at)
            .map(|before| width(before).saturating_sub(from))
    };
    if let (Some(start), Some(end)) = (column(span.start), column(span.end)) {
        let start = start.min(field.width);
        buf.set_style(first(skip(field, start), end.saturating_sub(start)), style);
    }
}

fn view_row<L: Table>(entry: &L, shown: &Shown<L>, ctx: &Ctx, buf: &mut Buffer, line: Rect) {
    let mut at = skip(line, MARK);
    for (column, wide) in &shown.columns {
        let (words, style) = column.words(entry, *wide, ctx);
        ctx.theme.put(buf, first(at, *wide), &words, style);
        at = skip(at, wide + shown.gap);
    }
}
