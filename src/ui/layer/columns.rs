//! The page on which the columns of a list are chosen: which are shown, in which order, how wide.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::domain::list::{ChosenColumn, WIDTHS};
use crate::text::Text;
use crate::ui::hits::{Hit, Hits, Mouse};
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::{Asks, Can, Cannot, Ctx, Layer, Then};
use crate::ui::look::{Dialog, cells, paragraph, row, select, skip, tick, width};
use crate::ui::scroll::Scroll;
use crate::ui::table::{Room, Width, fit};

/// Columns of the box, where there is room.
const WIDEST: u16 = 56;
/// Columns before a heading: the mark of the selected line, and the box to tick.
const BOX: u16 = 6;
/// Columns between what stands in one line.
const GAP: u16 = 2;
/// Columns of a width.
const NUMBER: u16 = 2;

/// A column as the list has it where nobody has chosen.
#[derive(Clone, Copy)]
pub struct Usual {
    /// Name of the heading.
    pub heading: &'static str,
    /// From 0; the last ones are the first to go from a narrow window.
    pub importance: usize,
    pub width: Width,
}

/// A line of the page.
#[derive(Clone, Copy)]
struct Line {
    column: Usual,
    shown: bool,
    /// Cells; nothing where it is as wide as it comes.
    width: Option<u16>,
}

impl Line {
    fn usual(column: Usual) -> Line {
        Line {
            column,
            shown: true,
            width: None,
        }
    }

    fn wide(&self) -> Width {
        match self.width {
            Some(cells) => Width {
                needed: self.column.width.needed,
                ..Width::of(cells)
            },
            None => self.column.width,
        }
    }
}

/// The page.
pub struct ColumnsPage {
    text: Text,
    /// From the left.
    usual: Vec<Usual>,
    lines: Vec<Line>,
    /// Cells that the list has for its columns.
    room: Room,
    selected: usize,
    scroll: Scroll,
    then: Then<Option<Vec<ChosenColumn>>>,
}

impl ColumnsPage {
    /// The page of a list with these columns, of which these are chosen with their widths, both from the left; where
    /// nobody has chosen all are.
    #[must_use]
    pub fn new(
        usual: Vec<Usual>,
        chosen: Option<Vec<(&'static str, Option<u16>)>>,
        room: Room,
        then: Then<Option<Vec<ChosenColumn>>>,
        text: Text,
    ) -> ColumnsPage {
        let mut lines: Vec<Line> = usual.iter().copied().map(Line::usual).collect();
        if let Some(chosen) = chosen {
            let place = |line: &Line| {
                let mut headings = chosen.iter();
                headings.position(|(heading, _)| *heading == line.column.heading)
            };
            for line in &mut lines {
                let at = place(line);
                line.shown = at.is_some();
                line.width = at.and_then(|at| chosen[at].1);
            }
            lines.sort_by_key(|line| place(line).unwrap_or(usize::MAX));
        }
        ColumnsPage {
            text,
            usual,
            lines,
            room,
            selected: 0,
            scroll: Scroll::default(),
            then,
        }
    }

    /// Whether the list is as where nobody has chosen.
    fn is_usual(&self) -> bool {
        let mut both = self.lines.iter().zip(&self.usual);
        both.all(|(line, usual)| {
            line.shown && line.width.is_none() && line.column.heading == usual.heading
        })
    }

    /// Nothing where the list is as where nobody has chosen.
    fn chosen(&self) -> Option<Vec<ChosenColumn>> {
        let shown = self.lines.iter().filter(|line| line.shown);
        let chosen = shown.map(|line| ChosenColumn {
            name: line.column.heading.to_owned(),
            width: line.width,
        });
        (!self.is_usual()).then(|| chosen.collect())
    }

    /// The headings of the columns for which the window has room now, with the widths that they have there.
    fn fitting(&self) -> Vec<(&'static str, u16)> {
        let mut shown: Vec<&Line> = self.lines.iter().filter(|line| line.shown).collect();
        if self.is_usual() {
            shown.sort_by_key(|line| line.column.importance);
        }
        let widths: Vec<Width> = shown.iter().map(|line| line.wide()).collect();
        let widths = fit(&widths, self.room).widths;
        let headings = shown.iter().map(|line| line.column.heading);
        let fitting = headings.zip(widths);
        fitting
            .filter_map(|(heading, wide)| Some((heading, wide?)))
            .collect()
    }

    fn move_by(&mut self, by: isize) {
        let to = self.selected.saturating_add_signed(by);
        self.lines.swap(self.selected, to);
        self.selected = to;
    }

    fn widen(&mut self, wider: bool) {
        let fitting = self.fitting();
        if let Some(line) = self.lines.get_mut(self.selected) {
            let mut has = fitting.into_iter();
            let has = has.find(|(heading, _)| *heading == line.column.heading);
            let now = has.map(|(_, width)| width).filter(|_| line.width.is_none());
            let now = now.unwrap_or(line.wide().whole);
            let then = if wider {
                now.saturating_add(1)
            } else {
                now.saturating_sub(1)
            };
            line.width = Some(then.clamp(WIDTHS.0, WIDTHS.1));
        }
    }

    /// The box, and the sentence above the columns in lines.
    fn dialog(&self, area: Rect) -> (Dialog, Vec<String>) {
        let hint = self.text.say("columns.hint");
        Dialog::of(area, WIDEST, hint, cells(self.lines.len() + 1), false)
    }
}

impl Layer for ColumnsPage {
    fn scope(&self) -> Scope {
        Scope::Columns
    }

    fn can(&self, action: Action, _ctx: &Ctx) -> Can<'_> {
        let (first, last) = (0, self.lines.len().saturating_sub(1));
        let stays = || Cannot::Said(self.text.say("columns.stays").into());
        match action {
            Action::Tick => stays().unless(self.selected != first),
            Action::ToTheLeft | Action::ToTheRight if self.selected == first => Err(stays()),
            Action::ToTheLeft => Cannot::Unused.unless(self.selected > first + 1),
            Action::ToTheRight => Cannot::Unused.unless(self.selected < last),
            Action::AsUsual => Cannot::Unused.unless(!self.is_usual()),
            _ => Ok(()),
        }
    }

    fn act(&mut self, action: Action, _ctx: &Ctx, asks: &mut Asks) {
        match action {
            Action::Accept => asks.answer(&self.then, self.chosen()),
            Action::Cancel => asks.close(),
            Action::Tick => {
                if let Some(line) = self.lines.get_mut(self.selected) {
                    line.shown = !line.shown;
                }
            }
            Action::ToTheLeft => self.move_by(-1),
            Action::ToTheRight => self.move_by(1),
            Action::Wider => self.widen(true),
            Action::Narrower => self.widen(false),
            Action::AsUsual => self.lines = self.usual.iter().copied().map(Line::usual).collect(),
            _ => {
                let last = self.lines.len().saturating_sub(1);
                self.selected = self.scroll.moved(action, self.selected, last);
            }
        }
        self.scroll.follow();
    }

    fn mouse(&mut self, does: Mouse, _ctx: &Ctx, _asks: &mut Asks) -> Option<Action> {
        match does {
            Mouse::Click(click) => {
                let mut rows = (0..).map(Hit::Row).take(self.lines.len());
                self.selected = rows.position(|row| row == click.hit)?;
                Some(Action::Tick)
            }
            Mouse::Wheel(_) | Mouse::To(_) => {
                self.scroll.mouse(does);
                None
            }
        }
    }

    fn place(&mut self, area: Rect) {
        let (dialog, hint) = self.dialog(area);
        let room = dialog.below(hint.len(), self.lines.len()).height;
        self.scroll.settle(self.lines.len(), room);
        self.scroll.keep(self.selected..self.selected + 1);
    }

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position> {
        let (text, theme) = (self.text, ctx.theme);
        let (dialog, hint) = self.dialog(area);
        dialog.view(buf, text.say("columns.title"), theme);
        let (whole, area) = (dialog.whole, dialog.body);
        self.scroll.view(buf, (whole, area), theme, hits);
        paragraph(buf, area, &hint, theme);
        let headings = self
            .lines
            .iter()
            .map(|line| width(text.say(line.column.heading)));
        let headings = headings.max().unwrap_or(0);
        let fitting = self.fitting();
        let mut cursor = None;
        let list = dialog.below(hint.len(), self.lines.len());
        for (at, index) in (0..).zip(self.scroll.shown()) {
            let line = &self.lines[index];
            let at = row(list, at);
            theme.put(buf, skip(at, 2), tick(line.shown, true), theme.label);
            let heading = text.say(line.column.heading);
            theme.put(buf, skip(at, BOX), heading, Style::new());
            let behind = skip(at, BOX + headings + GAP);
            let style = match line.width {
                Some(_) => Style::new(),
                None => theme.dim,
            };
            let has = fitting
                .iter()
                .find(|(heading, _)| *heading == line.column.heading);
            let cells = has.map_or(line.wide().whole, |(_, width)| *width);
            theme.put(buf, behind, &format!("{cells:>2}"), style);
            if line.shown && has.is_none() {
                let behind = skip(behind, NUMBER + GAP);
                theme.put(buf, behind, text.say("columns.no_room"), theme.dim);
            }
            if index == self.selected {
                cursor = Some(at.as_position());
                select(buf, at, theme);
            }
            hits.add(at, Hit::Row(i64::try_from(index).unwrap_or(i64::MAX)));
        }
        cursor
    }
}
