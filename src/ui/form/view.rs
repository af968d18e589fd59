//! Drawing a form.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::text::Text;
use crate::ui::field::view_value;
use crate::ui::form::{AREA_ROWS, DATE, Focus, Form, Input, Item, LABELS};
use crate::ui::hits::{Hit, Hits};
use crate::ui::keymap::Action;
use crate::ui::look::{Button, Theme, boxed, buttons, cells, first, row, skip, split_last};

impl Form {
    /// Draws the form as a dialog within the area; says where the cursor is.
    pub fn view(
        &self,
        buf: &mut Buffer,
        area: Rect,
        title: &str,
        (text, theme): (Text, &Theme),
        hits: &mut Hits,
    ) -> Option<Position> {
        let area = self.dialog(area);
        let (page, bar) = split_last(boxed(buf, area, title, theme));
        let in_page = self.view_page(buf, page, (text, theme), hits);
        self.scroll.view(buf, area, text, theme);
        let button = self.view_buttons(buf, bar, self.focus, (text, theme), hits);
        button.or(Some(in_page))
    }

    /// Draws the buttons of the dialog; says where the cursor is, if one of them has the focus.
    pub fn view_buttons(
        &self,
        buf: &mut Buffer,
        bar: Rect,
        focus: Focus,
        (text, theme): (Text, &Theme),
        hits: &mut Hits,
    ) -> Option<Position> {
        let labels: &[Button] = if self.read_only {
            &[(text.say("button.close"), true, Action::Cancel)]
        } else {
            &[
                (text.say("button.ok"), true, Action::Accept),
                (text.say("button.cancel"), true, Action::Cancel),
            ]
        };
        let focus = match focus {
            Focus::Item(_) => None,
            Focus::Ok => Some(0),
            Focus::Cancel => Some(labels.len() - 1),
        };
        let x = buttons(buf, bar, labels, focus, theme, hits)?;
        Some(Position { x, y: bar.y })
    }

    /// Draws the fields and facts alone into an area; says where the cursor is, if one of them has the focus.
    pub fn view_page(
        &self,
        buf: &mut Buffer,
        page: Rect,
        said: (Text, &Theme),
        hits: &mut Hits,
    ) -> Position {
        let all = self.content_rows(page.width);
        // Drawn whole on a sheet of its own; the part that is on the screen is copied from it.
        let mut sheet = Buffer::empty(Rect::new(0, 0, page.width, all.max(1)));
        sheet.set_style(sheet.area, said.1.plain);
        let mut on_sheet = Hits::default();
        let cursor = self.view_content(&mut sheet, said, &mut on_sheet);
        let top = cells(self.scroll.shown().start);
        hits.add_sheet(&on_sheet, top, page);
        for y in 0..page.height.min(all.saturating_sub(top)) {
            for x in 0..page.width {
                buf[(page.x + x, page.y + y)] = sheet[(x, top + y)].clone();
            }
        }
        let seen = |at: &Position| at.y >= top && at.y < top + page.height;
        // The field with the focus may have been scrolled away.
        cursor
            .filter(seen)
            .map_or(page.as_position(), |at| Position {
                x: page.x + at.x,
                y: page.y + at.y - top,
            })
    }

    fn view_content(
        &self,
        sheet: &mut Buffer,
        (text, theme): (Text, &Theme),
        hits: &mut Hits,
    ) -> Option<Position> {
        let area = sheet.area;
        let mut cursor = None;
        let mut y = 0;
        let items = self.items.iter().enumerate();
        for (index, item) in items.filter(|(_, item)| item.shown) {
            let focused = self.focus == Focus::Item(index);
            if let Some(heading) = item.heading {
                theme.put(sheet, row(area, y), text.say(heading), theme.label);
                y += 1;
            }
            let at = row(area, y);
            let (position, clickable) = view_item(sheet, area, y, item, focused, (text, theme));
            if focused {
                cursor = Some(position);
            }
            if item.enabled {
                hits.add(clickable, Hit::Item(index));
            }
            let below = match item.input {
                Input::Area(_) => AREA_ROWS,
                Input::Date(_) => 0,
                _ => 1,
            };
            y = at.y + below;
            for (lines, is_problem) in item.below(area.width) {
                for line in lines {
                    let style = if is_problem { theme.problem } else { theme.dim };
                    theme.put(sheet, skip(row(area, y), LABELS), &line, style);
                    y += 1;
                }
            }
        }
        y += 1;
        for (label, fact) in self.fact_lines(area.width) {
            theme.put(sheet, first(row(area, y), LABELS - 1), label, theme.label);
            theme.put(sheet, skip(row(area, y), LABELS), &fact, Style::new());
            y += 1;
        }
        cursor
    }
}

/// Draws an item; says where the cursor is in it, and where it can be clicked.
fn view_item(
    sheet: &mut Buffer,
    area: Rect,
    y: u16,
    item: &Item,
    focused: bool,
    (text, theme): (Text, &Theme),
) -> (Position, Rect) {
    let line = row(area, y);
    let label = text.say(item.label);
    let style = match (focused, item.enabled) {
        (true, _) => theme.focused,
        (false, true) => Style::new(),
        (false, false) => theme.dim,
    };
    let field = theme.field;
    let labelled = !matches!(item.input, Input::Tick(_) | Input::Date(_));
    if labelled {
        theme.put(sheet, first(line, LABELS - 1), label, theme.label);
    }
    let value = skip(line, LABELS);
    match &item.input {
        Input::Line(line) if focused => (line.view_focused(sheet, value, theme), value),
        Input::Line(line) if item.enabled => (line.view(sheet, value, field), value),
        Input::Line(line) => (view_value(sheet, value, line.text(), style, theme), value),
        Input::Area(lines) => {
            if lines.lines() > usize::from(AREA_ROWS) {
                let count = text.fill("form.lines", &[("count", &lines.lines())]);
                let below = first(row(area, y + 1), LABELS - 1);
                theme.put(sheet, below, &count, theme.dim);
            }
            let area = Rect {
                height: AREA_ROWS.min(area.height.saturating_sub(y)),
                ..value
            };
            let style = if item.enabled { field } else { style };
            (lines.view(sheet, area, style), area)
        }
        Input::Choice(shown) => {
            let shown = if item.enabled {
                format!("{shown} {}", theme.symbols.dropdown)
            } else {
                shown.clone()
            };
            let used = theme.put(sheet, value, &shown, style);
            (value.as_position(), first(value, used))
        }
        Input::Tick(on) => {
            let mark = if *on { 'x' } else { ' ' };
            let used = theme.put(sheet, line, &format!("[{mark}] {label}"), style);
            let position = Position {
                x: line.x + 1,
                y: line.y,
            };
            (position, first(line, used))
        }
        Input::Date(date) => {
            let whole = skip(row(area, y.saturating_sub(1)), LABELS);
            let at = first(whole, DATE);
            let position = match (item.enabled, date.text()) {
                (true, "") => view_value(sheet, at, text.say("form.date_shape"), theme.dim, theme),
                (true, _) if focused => date.line.view_focused(sheet, at, theme),
                (true, _) => date.line.view(sheet, at, field),
                (false, date) => view_value(sheet, at, date, theme.dim, theme),
            };
            if item.enabled {
                let mark = first(skip(whole, DATE + 1), 1);
                theme.put(sheet, mark, theme.symbols.dropdown, style);
            }
            (position, first(whole, DATE + 2))
        }
    }
}
