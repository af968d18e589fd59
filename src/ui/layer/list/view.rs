//! Drawing a list.

use std::fmt::Display;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::ui::frame::{cells, first, row, skip, width};
use crate::ui::hits::{Hit, Hits};
use crate::ui::layer::Ctx;
use crate::ui::layer::list::columns::MARK;
use crate::ui::layer::list::{Column, List, Table};
use crate::ui::table::GAP;

impl<L: Table> List<L> {
    /// Settles scroll and viewport.
    pub fn place(&mut self, area: Rect) {
        self.area = area;
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
        let shown = self.shown(area, ctx);
        let info = row(area, 0);
        let mut cursor = None;
        let mut at = info;
        if self.typing.is_some() || !self.text.is_empty() {
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
                ctx.theme.put(buf, field, &self.text, style);
            }
            at = skip(at, used + field.width);
        }
        let words = ctx.theme.cut(&self.info(ctx), at.width);
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

    /// Where there is more than is on the screen, and how many rows are shown and which.
    fn info(&self, ctx: &Ctx) -> String {
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
        shown: &[(&Column<L>, u16)],
        ctx: &Ctx,
        buf: &mut Buffer,
        line: Rect,
        hits: &mut Hits,
    ) {
        let mut at = skip(line, MARK);
        for (column, wide) in shown {
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
                .put(buf, first(at, *wide), &heading, ctx.theme.title);
            if column.sort.is_some() {
                hits.add(first(at, *wide), Hit::Heading(column.heading));
            }
            at = skip(at, wide + GAP);
        }
    }
}

/// The first column of the selected row is marked.
fn view_row<L: Table>(
    entry: &L,
    selected: bool,
    shown: &[(&Column<L>, u16)],
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
        let (words, style) = column.words(entry, *wide, ctx);
        let style = if selected && index == 0 {
            ctx.theme.selected
        } else {
            style
        };
        ctx.theme.put(buf, first(at, *wide), &words, style);
        at = skip(at, wide + GAP);
    }
}
