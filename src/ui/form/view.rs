//! Drawing a form.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::text::Text;
use crate::ui::field::{Whole, view_value};
use crate::ui::form::{DATE, Focus, Form, Input, Item, MARK};
use crate::ui::hits::{Hit, Hits};
use crate::ui::keymap::Action;
use crate::ui::look::{
    Button, Theme, buttons, cells, drawn_line, edge_field, first, row, skip, tick, width, wrap,
};

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
        let dialog = self.dialog(area);
        dialog.view(buf, title, theme);
        let in_page = self.view_page(buf, dialog.body, (text, theme), hits);
        self.scroll
            .view(buf, (dialog.whole, dialog.body), theme, hits);
        let button = self.view_buttons(buf, dialog.bar, self.focus, (text, theme), hits);
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
            &[Button::new(text.say("button.close"), Action::Cancel)]
        } else {
            &[
                Button::new(text.say("button.ok"), Action::Accept),
                Button::new(text.say("button.cancel"), Action::Cancel),
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
        let theme = said.1.of_fields(self.edged);
        let said = (said.0, &theme);
        let all = self.rows(page.width);
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
        let labels = self.labels(area.width);
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
            let (position, clickable) = self.view_item(sheet, y, item, focused, (text, theme));
            if focused {
                cursor = Some(position);
            }
            if item.enabled {
                hits.add(clickable, Hit::Item(index));
            }
            y = at.y + item.own_rows(area.width.saturating_sub(labels));
            for (lines, is_problem) in item.below(area.width.saturating_sub(labels)) {
                for line in lines {
                    let style = if is_problem { theme.problem } else { theme.dim };
                    theme.put(sheet, skip(row(area, y), labels), &line, style);
                    y += 1;
                }
            }
        }
        y += 1;
        for (label, fact) in self.fact_lines(area.width) {
            let label_at = first(row(area, y), labels.saturating_sub(1));
            theme.put(sheet, label_at, label, theme.label);
            theme.put(sheet, skip(row(area, y), labels), &fact, Style::new());
            y += 1;
        }
        cursor
    }

    /// Draws an item; says where the cursor is in it, and where it can be clicked.
    fn view_item(
        &self,
        sheet: &mut Buffer,
        y: u16,
        item: &Item,
        focused: bool,
        (text, theme): (Text, &Theme),
    ) -> (Position, Rect) {
        let area = sheet.area;
        let labels = self.labels(area.width);
        let line = row(area, y);
        let label = text.say(item.label);
        if !matches!(item.input, Input::Tick(_) | Input::Date(_)) {
            let label_at = first(line, labels.saturating_sub(1));
            theme.put(sheet, label_at, label, theme.label);
        }
        let rows = item.own_rows(area.width.saturating_sub(labels)).max(1);
        let field = match item.input {
            Input::Date(_) => first(skip(row(area, y.saturating_sub(1)), labels), DATE),
            _ => skip(line, labels),
        };
        let field = Rect {
            height: rows.min(area.bottom().saturating_sub(field.y)),
            ..field
        };
        let edged = self.edged && item.enabled && !matches!(item.input, Input::Tick(_));
        let value = edge_field(sheet, field, edged, focused, theme);
        // Where nothing can be changed at all, nothing has to look as if it were an exception.
        let fixed = if self.read_only {
            Style::new()
        } else {
            theme.disabled
        };
        let style = if item.enabled { theme.field } else { fixed };
        match &item.input {
            Input::Line(line) if focused => (line.view_focused(sheet, value, theme), value),
            Input::Line(line) if item.enabled => {
                let drawn = drawn_line(value, width(line.text()), self.edged);
                (line.view(sheet, drawn, style), value)
            }
            Input::Line(line) => (put_lines(sheet, value, line.text(), style, theme), value),
            Input::Area(lines) if !item.enabled => {
                (put_lines(sheet, value, &lines.text(), style, theme), value)
            }
            Input::Area(lines) => {
                if lines.lines() > usize::from(rows) {
                    let count = text.fill("form.lines", &[("count", &lines.lines())]);
                    let below = first(row(area, y + 1), labels.saturating_sub(1));
                    theme.put(sheet, below, &count, theme.dim);
                }
                let whole = match (self.edged, focused) {
                    (true, _) => Whole::All,
                    (false, true) => Whole::Cursor,
                    (false, false) => Whole::None,
                };
                (lines.view(sheet, value, style, whole), value)
            }
            Input::Choice(shown) if item.enabled => {
                let drawn = drawn_line(value, width(shown) + MARK, self.edged);
                let shown_at = dropdown(sheet, drawn, theme);
                let position = view_value(sheet, shown_at, shown, style, theme);
                if focused {
                    theme.put(sheet, shown_at, shown, theme.focused);
                }
                (position, value)
            }
            Input::Choice(shown) => (put_value(sheet, value, shown, style, theme), value),
            Input::Tick(on) => {
                let mark = tick(*on, item.enabled);
                let style = match (focused, item.enabled) {
                    (true, _) => theme.focused,
                    (false, true) => Style::new(),
                    (false, false) => fixed,
                };
                let used = theme.put(sheet, line, &format!("{mark} {label}"), style);
                let position = Position {
                    x: line.x + 1,
                    y: line.y,
                };
                (position, first(line, used))
            }
            Input::Date(date) if item.enabled => {
                let typed = dropdown(sheet, value, theme);
                let position = match date.text() {
                    "" => view_value(
                        sheet,
                        typed,
                        text.say("form.date_shape"),
                        theme.dim.patch(style),
                        theme,
                    ),
                    _ if focused => date.line.view_focused(sheet, typed, theme),
                    _ => date.line.view(sheet, typed, style),
                };
                (position, value)
            }
            Input::Date(date) => (put_value(sheet, value, date.text(), style, theme), value),
        }
    }
}

/// Draws the mark of a dropdown at the right end of a field, and says what of the field is left.
fn dropdown(sheet: &mut Buffer, field: Rect, theme: &Theme) -> Rect {
    sheet.set_style(field, theme.field);
    let columns = field.width.saturating_sub(MARK);
    theme.put(
        sheet,
        skip(field, columns + 1),
        theme.symbols.dropdown,
        theme.key,
    );
    first(field, columns)
}

/// Writes a text that cannot be changed, and so not be scrolled, whole.
fn put_lines(sheet: &mut Buffer, at: Rect, text: &str, style: Style, theme: &Theme) -> Position {
    for (index, words) in (0..).zip(wrap(text, at.width)) {
        theme.put(sheet, row(at, index), &words, style);
    }
    at.as_position()
}

/// Writes a value that cannot be changed.
fn put_value(sheet: &mut Buffer, at: Rect, value: &str, style: Style, theme: &Theme) -> Position {
    theme.put(sheet, at, value, style);
    at.as_position()
}
