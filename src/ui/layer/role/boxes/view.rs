//! Drawing the boxes of a tab.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::domain::rights::{Leaf, Preset, Tab, is_enforced};
use crate::ui::hits::{Hit, Hits};
use crate::ui::layer::role::boxes::{Boxes, Spot, Subject};
use crate::ui::look::{
    Symbols, Theme, UNICODE, cells, first, row, select, skip, tick, width, wrap,
};

/// Columns before a heading or radio button: the mark of the selection.
const MARK: u16 = 2;
/// Columns of a box or radio button with the space behind it.
const BOX: u16 = 4;

/// Columns of the find line's field below which what is found elsewhere is said shorter.
const FIELD: u16 = 12;
/// Rows below the first box that the sentences above it leave on the screen.
const BOXES_BELOW: usize = 2;

/// One row on the screen.
struct Row {
    /// What it belongs to; nothing for a sentence.
    spot: Option<Spot>,
    /// Columns left free before it.
    indent: u16,
    text: String,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Problem,
    Note,
    Heading,
    Plain,
    /// A box that cannot be ticked.
    Greyed,
}

impl Boxes {
    fn rows(&self, subject: &Subject, columns: u16, symbols: &Symbols) -> Vec<Row> {
        let text = self.text;
        let mut rows = Vec::new();
        let mut add = |spot: Option<Spot>, indent: u16, mark: &str, label: &str, kind| {
            // Lines after the first stand below the label, not below the box.
            let hang = if mark.is_empty() { 0 } else { BOX };
            let columns = columns.saturating_sub(indent + hang);
            for (index, line) in wrap(label, columns.max(1)).into_iter().enumerate() {
                let (indent, text) = if index == 0 && hang > 0 {
                    (indent, format!("{mark} {line}"))
                } else {
                    (indent + hang, line)
                };
                rows.push(Row {
                    spot,
                    indent,
                    text,
                    kind,
                });
            }
        };
        let narrowed = self.is_narrowed();
        for (note, problem) in &subject.notes {
            let kind = if *problem { Kind::Problem } else { Kind::Note };
            add(None, 0, "", note, kind);
        }
        let (enforced, all) = self.enforced();
        let some = enforced > 0 && enforced < all;
        if self.only.is_some() && self.hits() == 0 && !self.is_searched() {
            add(None, 0, "", text.say("role.none_ticked"), Kind::Note);
        }
        if !narrowed {
            let note = match enforced {
                _ if some => "role.enforces_some",
                0 => "role.enforces_none",
                _ => "role.enforces_all",
            };
            add(None, 0, "", text.say(note), Kind::Note);
            add(None, 0, "", "", Kind::Note);
        }
        let draft = subject.draft;
        if self.tab == Tab::User && !narrowed {
            add(None, 0, "", text.say("role.allow"), Kind::Heading);
            let present = Preset::of(&draft.rights, draft.equal_or_less);
            for preset in Preset::ALL {
                let mark = symbols.radio(preset == present);
                add(
                    Some(Spot::Radio(preset)),
                    MARK,
                    &mark,
                    text.preset(preset),
                    Kind::Plain,
                );
            }
            add(None, MARK, "", text.say("role.own_account"), Kind::Note);
            add(None, 0, "", "", Kind::Note);
            add(None, 0, "", text.say("role.custom_rights"), Kind::Heading);
            let mark = tick(draft.equal_or_less, true);
            add(
                Some(Spot::Limit),
                MARK,
                mark,
                text.say("role.equal_or_less"),
                Kind::Plain,
            );
        }
        for (group, leaves) in self.found() {
            let held = |leaf: &&Leaf| draft.rights.contains(leaf.name);
            let (all, none) = (leaves.iter().all(held), !leaves.iter().any(held));
            let spot = Some(Spot::Group(group));
            add(
                spot,
                MARK,
                tick_of(all, none),
                group.label(text.language()),
                Kind::Heading,
            );
            for leaf in leaves {
                let held = held(&leaf);
                let greyed = !held && !subject.grantable.contains(leaf.name);
                let mut label = leaf.label(text.language()).to_owned();
                if some && is_enforced(leaf.name) {
                    label.push_str(" *");
                }
                if greyed {
                    label.push(' ');
                    label.push_str(text.say("role.not_yours"));
                }
                let kind = if greyed { Kind::Greyed } else { Kind::Plain };
                add(
                    Some(Spot::Right(leaf)),
                    MARK + 2,
                    tick(held, !greyed),
                    &label,
                    kind,
                );
            }
        }
        rows
    }

    /// Whether the find line takes a row.
    fn has_find_line(&self) -> bool {
        self.finding || self.is_searched()
    }

    /// Settles the scroll for the area in which the list will be drawn.
    pub(in crate::ui::layer::role) fn place(&mut self, area: Rect, subject: &Subject) {
        let find = u16::from(self.has_find_line());
        // Every set of marks takes the same room.
        let rows = self.rows(subject, area.width, &UNICODE);
        let selected = rows_of(&rows, self.selected);
        self.scroll
            .settle(rows.len(), area.height.saturating_sub(find));
        // What stands above the first box is shown where it leaves room for some boxes.
        let fits = selected.end + BOXES_BELOW <= self.scroll.height();
        self.scroll.keep(match self.at() {
            Some(0) if fits => 0..selected.end,
            Some(0) => selected.start..selected.start + self.scroll.height(),
            _ => selected,
        });
        let line = self.find_line(row(area, 0), subject);
        self.find.place(line.0.width);
    }

    /// Draws the list; says where the cursor is.
    pub(in crate::ui::layer::role) fn view(
        &self,
        buf: &mut Buffer,
        area: Rect,
        subject: &Subject,
        focused: bool,
        theme: &Theme,
        hits: &mut Hits,
    ) -> Position {
        let rows = self.rows(subject, area.width, theme.symbols);
        let mut list = area;
        let mut cursor = area.as_position();
        if self.has_find_line() {
            cursor = self.view_find(buf, row(area, 0), subject, theme, hits);
            list.y += 1;
            list.height = list.height.saturating_sub(1);
        }
        for (line, entry) in (0..list.height).zip(rows.iter().skip(self.scroll.shown().start)) {
            let at = row(list, line);
            let style = match entry.kind {
                Kind::Problem => theme.problem,
                Kind::Note | Kind::Greyed => theme.dim,
                Kind::Heading => theme.title,
                Kind::Plain => Style::new(),
            };
            let at = skip(at, entry.indent);
            let used = theme.put(buf, at, &entry.text, style);
            if let Some(spot) = entry.spot {
                hits.add(first(at, used), Hit::Row(spot.number()));
            }
        }
        let selected = rows_of(&rows, self.selected);
        let above = selected.start.checked_sub(self.scroll.shown().start);
        let line = above.and_then(|line| u16::try_from(line).ok());
        if let Some(line) = line.filter(|line| *line < list.height && !selected.is_empty()) {
            let bar = Rect {
                height: cells(selected.len()).min(list.height - line),
                ..row(list, line)
            };
            let beside = theme.beside();
            select(buf, bar, if focused { theme } else { &beside });
            if !self.finding {
                cursor = Position {
                    x: list.x + rows[selected.start].indent + 1,
                    y: list.y + line,
                };
            }
        }
        cursor
    }

    /// Where the find line's field is, and where to the right of it what is found is said.
    fn find_line(&self, line: Rect, subject: &Subject) -> (Rect, Rect, String) {
        let field = skip(line, width(self.text.say("choice.find")) + 1);
        let [long, short] = self.found_words(subject);
        let fits = width(&long) + 1 + FIELD <= field.width;
        let found = if fits { long } else { short };
        let columns = width(&found);
        let right = skip(field, field.width.saturating_sub(columns));
        let field = first(field, field.width.saturating_sub(columns + 1));
        (field, right, found)
    }

    /// How much is found here and on the next tab on which anything is, in a sentence and shorter.
    fn found_words(&self, subject: &Subject) -> [String; 2] {
        let (text, count) = (self.text, self.hits());
        let Some(other) = &subject.elsewhere else {
            let found = match count {
                0 => text.say("choice.nothing").to_owned(),
                _ => text.fill("role.found", &[("count", &count)]),
            };
            return [found.clone(), found];
        };
        let words: [(&str, &dyn std::fmt::Display); 4] = [
            ("count", &count),
            ("more", &other.count),
            ("tab", &text.say(other.tab)),
            ("key", &other.key),
        ];
        let long = match count {
            0 => "role.found_elsewhere",
            _ => "role.found_also",
        };
        [long, "role.found_short"].map(|sentence| text.fill(sentence, &words))
    }

    fn view_find(
        &self,
        buf: &mut Buffer,
        line: Rect,
        subject: &Subject,
        theme: &Theme,
        hits: &mut Hits,
    ) -> Position {
        theme.put(buf, line, self.text.say("choice.find"), theme.label);
        let (field, right, found) = self.find_line(line, subject);
        theme.put(buf, right, &found, theme.dim);
        hits.add(field, Hit::Line);
        self.find.view(buf, field, Style::new())
    }
}

/// The box of a group: all of it, nothing, or some.
fn tick_of(all: bool, none: bool) -> &'static str {
    if all || none { tick(all, true) } else { "[-]" }
}

fn rows_of(rows: &[Row], spot: Spot) -> Range<usize> {
    let own = |row: &Row| row.spot == Some(spot);
    let start = rows.iter().position(own).unwrap_or(0);
    start..start + rows[start..].iter().take_while(|row| own(row)).count()
}
