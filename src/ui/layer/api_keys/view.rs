//! Drawing the list.

use std::fmt::Display;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::domain::list::KeyRow;
use crate::domain::time::Timestamp;
use crate::ui::frame::{cut, first, put, row, skip, width};
use crate::ui::layer::Ctx;
use crate::ui::layer::api_keys::ApiKeys;
use crate::ui::table::{self, Column, GAP, Kind, columns};

impl ApiKeys {
    /// Draws the list and says where the cursor is.
    pub(super) fn draw(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect) -> Option<Position> {
        let shown = columns(area.width.saturating_sub(2));
        let info = row(area, 0);
        let mut cursor = None;
        let mut at = info;
        if self.typing.is_some() || !self.filter.text.is_empty() {
            let used = put(buf, at, "/", ctx.theme.label);
            let field = Rect {
                width: (info.width.saturating_sub(1)) / 2,
                ..skip(at, used)
            };
            match &self.typing {
                Some(typing) => cursor = Some(typing.view(buf, field, Style::new())),
                None => _ = put(buf, field, &self.filter.text, ctx.theme.title),
            }
            at = skip(at, used + field.width);
        }
        let words = cut(&self.info(&shown, ctx), at.width);
        put(
            buf,
            skip(at, at.width.saturating_sub(width(&words))),
            &words,
            ctx.theme.dim,
        );

        self.view_headings(&shown, ctx, buf, row(area, 1));
        let list = Rect {
            y: area.y + 2.min(area.height),
            height: area.height.saturating_sub(2),
            ..area
        };
        for (index, (key, selected)) in self.rows.on_screen().enumerate() {
            let line = row(list, u16::try_from(index).unwrap_or(u16::MAX));
            ApiKeys::view_row(key, selected, &shown, ctx, buf, line);
            if selected && cursor.is_none() {
                cursor = Some(Position {
                    x: line.x,
                    y: line.y,
                });
            }
        }
        if self.rows.selected().is_none() {
            put(buf, skip(row(list, 0), 2), self.empty(ctx), Style::new());
        }
        cursor.or(Some(Position {
            x: list.x,
            y: list.y,
        }))
    }

    /// How many keys are shown and which, and the order where no heading tells it.
    fn info(&self, shown: &[(Column, u16)], ctx: &Ctx) -> String {
        let text = ctx.text;
        let mut parts = Vec::new();
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
        if !shown
            .iter()
            .any(|(column, _)| column.sort == Some(self.order.by))
        {
            let heading = text.say(table::heading(self.order.by));
            parts.push(text.fill(
                "list.sorted",
                &[("column", &heading), ("mark", &self.mark())],
            ));
        }
        parts.push(text.state_filter(self.filter.state).to_owned());
        parts.join(" · ")
    }

    /// The mark of the direction of the order.
    fn mark(&self) -> &'static str {
        if self.order.descending { "▼" } else { "▲" }
    }

    fn cell(row: &KeyRow, column: Column, ctx: &Ctx) -> String {
        let when = |at: Option<Timestamp>| {
            at.map_or_else(
                || ctx.text.say("list.never").to_owned(),
                |at| at.in_zone(ctx.zone).format("%Y-%m-%d %H:%M").to_string(),
            )
        };
        match column.kind {
            Kind::Name => row.name.clone(),
            Kind::State => ctx.text.state(row.state(ctx.now)),
            Kind::Role => row.role.clone(),
            Kind::Expires => row.expiry.map_or_else(
                || ctx.text.say("list.never").to_owned(),
                |expiry| expiry.on.to_string(),
            ),
            Kind::LastSignIn => when(row.last_sign_in_at),
            Kind::Id => row.id().0.to_string(),
            Kind::Created => when(Some(row.created_at)),
            Kind::CreatedBy => row.created_by.clone(),
            Kind::Description => row
                .description
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned(),
        }
    }

    fn view_row(
        row: &KeyRow,
        selected: bool,
        shown: &[(Column, u16)],
        ctx: &Ctx,
        buf: &mut Buffer,
        line: Rect,
    ) {
        if selected {
            put(buf, line, ">", Style::new());
        }
        let mut at = skip(line, 2);
        for (column, wide) in shown {
            let cell = first(at, *wide);
            let style = match column.kind {
                Kind::Name if selected => ctx.theme.selected,
                Kind::State => ctx.theme.state(row.state(ctx.now)),
                _ => Style::new(),
            };
            put(buf, cell, &ApiKeys::cell(row, *column, ctx), style);
            at = skip(at, wide + GAP);
        }
    }

    fn view_headings(&self, shown: &[(Column, u16)], ctx: &Ctx, buf: &mut Buffer, line: Rect) {
        let mut at = skip(line, 2);
        for (column, wide) in shown {
            let heading = ctx.text.say(column.heading);
            let heading = match column.sort {
                Some(by) if by == self.order.by => {
                    let mark = if self.order.descending { "▼" } else { "▲" };
                    format!("{} {mark}", cut(heading, wide.saturating_sub(2)))
                }
                _ => heading.to_owned(),
            };
            put(buf, first(at, *wide), &heading, ctx.theme.title);
            at = skip(at, wide + GAP);
        }
    }
}
