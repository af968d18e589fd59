//! Drawing a list.

use std::fmt::Display;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::domain::list::Listed;
use crate::ui::frame::{cells, first, row, skip, width};
use crate::ui::hits::{Hit, Hits};
use crate::ui::layer::Ctx;
use crate::ui::layer::list::{Column, List, Table};
use crate::ui::layer::tree::lasting;
use crate::ui::table::{GAP, Width, fit};

/// Columns of the mark before each row.
const MARK: u16 = 2;

/// The columns that are shown, with their widths.
type Shown<L> = [(&'static Column<L>, u16)];

impl<L: Table> List<L> {
    /// Settles scroll and viewport.
    pub fn place(&mut self, area: Rect) {
        self.rows.place(area.height.saturating_sub(2));
        if let Some(field) = &mut self.typing {
            field.place(area.width.saturating_sub(1) / 2);
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
        let columns = || L::COLUMNS.iter().map(|column| wide(column, ctx));
        let many = fit(columns(), lasting(area).saturating_sub(MARK)).len();
        let widths = fit(columns().take(many), area.width.saturating_sub(MARK));
        let mut shown: Vec<_> = L::COLUMNS.iter().zip(widths).collect();
        shown.sort_by_key(|(column, _)| {
            let headings = L::FROM_THE_LEFT.iter();
            headings.take_while(|name| **name != column.heading).count()
        });
        let info = row(area, 0);
        let mut cursor = None;
        let mut at = info;
        if self.typing.is_some() || !self.filter.text.is_empty() {
            let used = ctx.theme.put(buf, at, "/", ctx.theme.label);
            let field = Rect {
                width: (info.width.saturating_sub(1)) / 2,
                ..skip(at, used)
            };
            hits.add(field, Hit::Line);
            if let Some(typing) = &self.typing {
                cursor = Some(typing.view(buf, field, Style::new()));
            } else {
                let style = ctx.theme.title;
                ctx.theme.put(buf, field, &self.filter.text, style);
            }
            at = skip(at, used + field.width);
        }
        let words = ctx.theme.cut(&self.info(&shown, ctx), at.width);
        let style = match self.unread {
            Some(_) => ctx.theme.problem,
            None => ctx.theme.dim,
        };
        let from = at.width.saturating_sub(width(&words));
        ctx.theme.put(buf, skip(at, from), &words, style);

        self.view_headings(&shown, ctx, buf, row(area, 1), hits);
        let list = Rect {
            y: area.y + 2.min(area.height),
            height: area.height.saturating_sub(2),
            ..area
        };
        for (index, (entry, selected)) in self.rows.on_screen().enumerate() {
            let line = row(list, cells(index));
            if self.marks.has(entry.place().id) {
                ctx.theme
                    .put(buf, skip(first(line, MARK), 1), "*", ctx.theme.label);
            }
            view_row(entry, selected, &shown, ctx, buf, line);
            hits.add(line, Hit::Row(entry.place().id));
            if selected && cursor.is_none() {
                cursor = Some(line.as_position());
            }
        }
        if self.rows.selected().is_none() {
            ctx.theme.put(
                buf,
                skip(row(list, 0), MARK),
                &self.empty(ctx),
                Style::new(),
            );
        }
        cursor.or(Some(list.as_position()))
    }

    /// Where there is more than is on the screen, how many rows are shown and which, and the order where no heading
    /// tells it.
    fn info(&self, shown: &Shown<L>, ctx: &Ctx) -> String {
        let text = ctx.text;
        let symbols = ctx.theme.symbols;
        let (above, below) = self.rows.beyond();
        let beyond = [(above, symbols.above), (below, symbols.below)];
        let beyond: String = beyond
            .iter()
            .filter_map(|(is, mark)| is.then_some(*mark))
            .collect();
        let mut parts = vec![self.marks.told(ctx)];
        let is_sorted = |column: &Column<L>| column.sort == Some(self.order.by);
        if !shown.iter().any(|(column, _)| is_sorted(column)) {
            let column = L::COLUMNS.iter().find(|column| is_sorted(column));
            let heading = column.map_or("", |column| text.say(column.heading));
            parts.push(text.fill(
                "list.sorted",
                &[("column", &heading), ("mark", &self.mark(ctx))],
            ));
        }
        if self.unread.is_some() && self.rows.selected().is_some() {
            parts.push(text.say("list.old").to_owned());
        }
        if let Some(counts) = self.counts {
            let hidden = counts.all - counts.shown;
            parts.push(if hidden == 0 {
                text.fill("list.shown", &[("shown", &counts.shown)])
            } else {
                let numbers: [(&str, &dyn Display); 2] =
                    [("shown", &counts.shown), ("hidden", &hidden)];
                text.fill("list.hides", &numbers)
            });
        }
        parts.push(L::facets(&self.filter.facets, ctx));
        parts.retain(|part| !part.is_empty());
        let words = symbols.join(&parts);
        if beyond.is_empty() {
            return words;
        }
        format!("{beyond} {words}")
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
        for (column, wide) in shown {
            let heading = ctx.text.say(column.heading);
            let heading = if column.sort == Some(self.order.by) {
                format!(
                    "{} {}",
                    ctx.theme.cut(heading, wide.saturating_sub(2)),
                    self.mark(ctx)
                )
            } else {
                heading.to_owned()
            };
            ctx.theme
                .put(buf, first(at, *wide), &heading, ctx.theme.title);
            if column.sort.is_some() {
                hits.add(first(at, *wide), Hit::Heading(column.heading));
            }
            at = skip(at, wide + GAP);
        }
    }
}

/// A column's width, in which its heading is whole in every language.
fn wide<L: Listed>(column: &Column<L>, ctx: &Ctx) -> Width {
    let mark = 2 * u16::from(column.sort.is_some());
    let heading = width(ctx.text.say(column.heading)) + mark;
    Width {
        least: column.width.least.max(heading),
        ..column.width
    }
}

/// The first column of the selected row is marked.
fn view_row<L: Table>(
    entry: &L,
    selected: bool,
    shown: &Shown<L>,
    ctx: &Ctx,
    buf: &mut Buffer,
    line: Rect,
) {
    if selected {
        ctx.theme
            .put(buf, first(line, 1), ctx.theme.mark(), Style::new());
    }
    let mut at = skip(line, MARK);
    for (index, (column, wide)) in shown.iter().enumerate() {
        let (words, style) = (column.cell)(entry, ctx);
        let style = if selected && index == 0 {
            ctx.theme.selected
        } else {
            style
        };
        ctx.theme.put(buf, first(at, *wide), &words, style);
        at = skip(at, wide + GAP);
    }
}
