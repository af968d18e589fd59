//! Fields that two people changed: theirs and mine beside each other, and whose is kept is chosen field by field.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::domain::merge::{Settled, Side};
use crate::domain::problem::{Field, Problem, Rule, Value};
use crate::domain::role::Role;
use crate::text::Text;
use crate::ui::form::Item;
use crate::ui::hits::{Hit, Hits, Mouse};
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::{Asks, Can, Cannot, Ctx, Layer, Then};
use crate::ui::look::{Button, Dialog, buttons, cells, first, row, skip, width, wrap};
use crate::ui::scroll::Scroll;

/// Columns inside the dialog where there is room for more.
const COLUMNS: u16 = 86;
/// Lines of a value that does not have the focus: the one that has is shown whole.
const LINES: usize = 2;
/// Columns of a radio button, with the space behind it.
const RADIO: u16 = 4;

/// A field that both changed.
struct Clash {
    field: Field,
    label: &'static str,
    /// Whose it is and what it is: theirs, then mine.
    sides: [(String, String); 2],
    theirs: Value,
    chosen: Option<Side>,
}

/// The dialog. Nothing is chosen when it opens.
pub struct Merge {
    title: &'static str,
    body: &'static str,
    clashes: Vec<Clash>,
    /// The two values of each field, then OK, then Cancel.
    focus: usize,
    scroll: Scroll,
    then: Then<Vec<Settled>>,
}

/// A value, and the part of the dialog's lines that it has.
struct Lines {
    /// What is above the values, and nothing else has.
    above: Vec<String>,
    /// For each value the name of its field, if it is the first, and its own lines.
    values: Vec<(Option<&'static str>, Vec<String>)>,
}

impl Merge {
    /// The dialog for the clashes among these problems, if there are any. `items` name the fields.
    #[must_use]
    pub fn of(
        problems: &[Problem],
        roles: &[Role],
        items: &[Item],
        then: Then<Vec<Settled>>,
        text: Text,
    ) -> Option<Merge> {
        let clash = |problem: &Problem| {
            let Rule::ChangedMeanwhile { mine, theirs, by } = &problem.rule else {
                return None;
            };
            let field = problem.field;
            let item = items.iter().find(|item| item.field == field);
            let somebody = || text.say("problem.somebody").to_owned();
            let value = |value: &Value| text.value(field, value, roles);
            Some(Clash {
                field,
                label: item.map_or("", |item| text.say(item.label)),
                sides: [
                    (by.clone().unwrap_or_else(somebody), value(theirs)),
                    (text.say("merge.mine").to_owned(), value(mine)),
                ],
                theirs: theirs.clone(),
                chosen: None,
            })
        };
        let clashes: Vec<Clash> = problems.iter().filter_map(clash).collect();
        (!clashes.is_empty()).then(|| Merge {
            title: text.say("merge.title"),
            body: text.say("merge.body"),
            clashes,
            focus: 0,
            scroll: Scroll::default(),
            then,
        })
    }

    /// How many values there are to choose from.
    fn values(&self) -> usize {
        self.clashes.len() * 2
    }

    fn is_ready(&self) -> bool {
        self.clashes.iter().all(|clash| clash.chosen.is_some())
    }

    fn choose(&mut self, side: Side) {
        if let Some(clash) = self.clashes.get_mut(self.focus / 2) {
            clash.chosen = Some(side);
            self.focus = self.focus / 2 * 2 + usize::from(side == Side::Mine);
            self.scroll.follow();
        }
    }

    fn step(&mut self, by: usize) {
        self.focus = (self.focus + by) % (self.values() + 2);
        self.scroll.follow();
    }

    fn press(&mut self, action: Action, asks: &mut Asks) {
        let values = self.values();
        match self.focus.checked_sub(values) {
            None => {
                self.choose(side(self.focus));
                if action == Action::Press {
                    // On to the next field.
                    self.step(2 - self.focus % 2);
                }
            }
            Some(0) => self.accept(asks),
            Some(_) => asks.close(),
        }
    }

    fn accept(&mut self, asks: &mut Asks) {
        let settled = self.clashes.iter().filter_map(|clash| {
            Some(Settled {
                field: clash.field,
                theirs: clash.theirs.clone(),
                keeps: clash.chosen?,
            })
        });
        let settled = settled.collect();
        asks.answer(&self.then, settled);
    }

    /// Columns of the names of the two.
    fn names(&self) -> u16 {
        let sides = self.clashes.iter().flat_map(|clash| &clash.sides);
        sides.map(|(who, _)| width(who)).max().unwrap_or(0).min(20) + 2
    }

    fn lines(&self, columns: u16) -> Lines {
        let room = columns.saturating_sub(RADIO + self.names()).max(1);
        let sides = self.clashes.iter().flat_map(|clash| {
            let label = [Some(clash.label), None];
            label.into_iter().zip(&clash.sides)
        });
        let values = (0..).zip(sides).map(|(index, (label, (_, value)))| {
            let mut lines = wrap(value, room);
            if index != self.focus {
                lines.truncate(LINES);
            }
            (label, lines)
        });
        let mut above = wrap(self.body, columns);
        above.push(String::new());
        Lines {
            above,
            values: values.collect(),
        }
    }

    fn dialog(&self, area: Rect) -> Dialog {
        let lines = self.lines(Dialog::columns(area, COLUMNS));
        Dialog::new(area, COLUMNS, cells(lines.count()), true)
    }
}

impl Lines {
    fn count(&self) -> usize {
        self.above.len() + self.values.iter().map(rows).sum::<usize>()
    }

    /// The lines of a value, among them its field's name; of a button the last ones.
    fn of(&self, index: usize) -> std::ops::Range<usize> {
        let before: usize = self.values.iter().take(index).map(rows).sum();
        let start = self.above.len() + before;
        match self.values.get(index) {
            Some(value) => start..start + rows(value),
            None => start.saturating_sub(1)..start,
        }
    }
}

fn rows((label, lines): &(Option<&'static str>, Vec<String>)) -> usize {
    usize::from(label.is_some()) + lines.len()
}

/// Whose value this is.
fn side(value: usize) -> Side {
    if value.is_multiple_of(2) {
        Side::Theirs
    } else {
        Side::Mine
    }
}

impl Layer for Merge {
    fn scope(&self) -> Scope {
        Scope::Merge
    }

    fn can(&self, action: Action, ctx: &Ctx) -> Can<'_> {
        let on_value = self.focus < self.values();
        match action {
            Action::Accept if !self.is_ready() => {
                Err(Cannot::Said(ctx.text.say("merge.choose").into()))
            }
            Action::Press | Action::Tick if self.focus == self.values() && !self.is_ready() => {
                Err(Cannot::Said(ctx.text.say("merge.choose").into()))
            }
            Action::PageUp | Action::PageDown => Cannot::Unused.unless(self.scroll.has_more()),
            Action::Left | Action::Right => Cannot::Unused.unless(on_value),
            _ => Ok(()),
        }
    }

    fn act(&mut self, action: Action, _ctx: &Ctx, asks: &mut Asks) {
        let stops = self.values() + 2;
        match action {
            Action::Accept => self.accept(asks),
            Action::Cancel => asks.close(),
            Action::Next => self.step(1),
            Action::Previous => self.step(stops - 1),
            Action::Left => self.choose(Side::Theirs),
            Action::Right => self.choose(Side::Mine),
            Action::Press | Action::Tick => self.press(action, asks),
            Action::PageUp | Action::PageDown => {
                let page = i32::try_from(self.scroll.height()).unwrap_or(i32::MAX);
                let up = action == Action::PageUp;
                self.scroll.by(if up { -page } else { page });
            }
            _ => {}
        }
    }

    fn mouse(&mut self, does: Mouse, _ctx: &Ctx, _asks: &mut Asks) -> Option<Action> {
        match does {
            Mouse::Click(click) => {
                let Hit::Row(index) = click.hit else {
                    return does.button();
                };
                self.focus = usize::try_from(index).ok()?;
                Some(Action::Tick)
            }
            Mouse::Wheel(_) | Mouse::To(_) => {
                self.scroll.mouse(does);
                None
            }
        }
    }

    fn is_changed(&self) -> bool {
        self.clashes.iter().any(|clash| clash.chosen.is_some())
    }

    fn place(&mut self, area: Rect) {
        let page = self.dialog(area).body;
        let lines = self.lines(page.width);
        self.scroll.settle(lines.count(), page.height);
        self.scroll.keep(lines.of(self.focus));
    }

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position> {
        let theme = ctx.theme;
        let dialog = self.dialog(area);
        dialog.view(buf, self.title, theme);
        let (whole, page, bar) = (dialog.whole, dialog.body, dialog.bar);
        self.scroll.view(buf, (whole, page), theme, hits);
        let lines = self.lines(page.width);
        let shown = self.scroll.shown();
        // Where a line is on the screen, if it is.
        let place = |line: usize| {
            let at = line.checked_sub(shown.start)?;
            shown.contains(&line).then(|| row(page, cells(at)))
        };
        for (line, words) in lines.above.iter().enumerate() {
            if let Some(at) = place(line) {
                theme.put(buf, at, words, Style::new());
            }
        }
        let mut cursor = None;
        let room = page.width.saturating_sub(RADIO + self.names()).max(1);
        for (index, (label, value)) in lines.values.iter().enumerate() {
            let clash = &self.clashes[index / 2];
            let (who, words) = &clash.sides[index % 2];
            let mut line = lines.of(index).start;
            if let Some(label) = label {
                if let Some(at) = place(line) {
                    theme.put(buf, at, label, theme.label);
                }
                line += 1;
            }
            let focused = index == self.focus;
            let style = if focused { theme.focused } else { Style::new() };
            let most = if focused { usize::MAX } else { LINES };
            for (below, words) in theme.wrap_cut(words, room, most).iter().enumerate() {
                let Some(at) = place(line + below) else {
                    continue;
                };
                if below == 0 {
                    let mark = theme.symbols.radio(clash.chosen == Some(side(index)));
                    theme.put(buf, at, &mark, style);
                    let name = first(skip(at, RADIO), self.names().saturating_sub(1));
                    theme.put(buf, name, who, style);
                    if focused {
                        cursor = Some(Position {
                            x: at.x + 1,
                            y: at.y,
                        });
                    }
                }
                theme.put(buf, skip(at, RADIO + self.names()), words, style);
                hits.add(at, Hit::Row(i64::try_from(index).unwrap_or(-1)));
            }
            debug_assert!(!value.is_empty());
        }
        let labels = [
            Button::new(ctx.text.say("button.ok"), Action::Accept).enabled(self.is_ready()),
            Button::new(ctx.text.say("key.back"), Action::Cancel),
        ];
        let focus = self.focus.checked_sub(self.values());
        let x = buttons(buf, bar, &labels, focus, theme, hits);
        cursor.or(x.map(|x| Position { x, y: bar.y }))
    }
}
