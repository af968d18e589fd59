//! The tabs of Role Properties, and the bar that names them.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::domain::rights::Tab;
use crate::text::Text;
use crate::ui::hits::{Hit, Hits};
use crate::ui::look::{Theme, first, skip, width};

/// A tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    General,
    Rights(Tab),
    AssignedTo,
}

impl Page {
    /// All tabs, in the original's order.
    pub(super) const ALL: [Page; 6] = [
        Page::General,
        Page::Rights(Tab::Computer),
        Page::Rights(Tab::Policy),
        Page::Rights(Tab::User),
        Page::Rights(Tab::Other),
        Page::AssignedTo,
    ];

    /// The tab after this one, or before it, round and round.
    pub(super) fn next(self, forward: bool) -> Page {
        let all = Page::ALL;
        let at = all.iter().position(|page| *page == self).unwrap_or(0);
        let by = if forward { 1 } else { all.len() - 1 };
        all[(at + by) % all.len()]
    }

    /// Name of the title, as the original has it or short.
    pub(super) fn title(self, short: bool) -> &'static str {
        match (self, short) {
            (Page::General, _) => "role.general",
            (Page::Rights(Tab::Computer), false) => "role.computer",
            (Page::Rights(Tab::Computer), true) => "role.computer_short",
            (Page::Rights(Tab::Policy), false) => "role.policy",
            (Page::Rights(Tab::Policy), true) => "role.policy_short",
            (Page::Rights(Tab::User), false) => "role.user",
            (Page::Rights(Tab::User), true) => "role.user_short",
            (Page::Rights(Tab::Other), false) => "role.other",
            (Page::Rights(Tab::Other), true) => "role.other_short",
            (Page::AssignedTo, false) => "role.assigned",
            (Page::AssignedTo, true) => "role.assigned_short",
        }
    }
}

/// Draws the bar: the present tab in brackets, `!` at those in `marked`. Titles become short, and then leave the bar,
/// where it is narrow; `<` and `>` stand for those. Says where the present one begins.
pub(super) fn view(
    buf: &mut Buffer,
    area: Rect,
    (present, focused): (Page, bool),
    marked: &dyn Fn(Page) -> bool,
    (text, theme): (Text, &Theme),
    hits: &mut Hits,
) -> Position {
    let cells = |short| {
        Page::ALL.map(|page| {
            let title = text.say(page.title(short));
            let mark = if marked(page) { "!" } else { "" };
            match (page == present, mark) {
                (true, _) => format!("[{mark}{title}]"),
                (false, "") => format!(" {title} "),
                (false, _) => format!("{mark}{title} "),
            }
        })
    };
    let fits = |cells: &[String]| cells.iter().map(|cell| width(cell)).sum::<u16>() <= area.width;
    let long = cells(false);
    let cells = if fits(&long) { long } else { cells(true) };
    let at = Page::ALL.iter().position(|page| *page == present);
    let on_bar = if fits(&cells) {
        0..cells.len()
    } else {
        around(&cells, at.unwrap_or(0), area.width.saturating_sub(2))
    };
    let mut rest = area;
    if on_bar.start > 0 {
        theme.put(buf, first(area, 1), "<", theme.label);
        hits.add(first(area, 1), Hit::Tab(on_bar.start - 1));
    }
    if on_bar.end < cells.len() {
        let edge = skip(area, area.width.saturating_sub(1));
        theme.put(buf, edge, ">", theme.label);
        hits.add(edge, Hit::Tab(on_bar.end));
    }
    if on_bar.len() < cells.len() {
        rest = first(skip(area, 1), area.width.saturating_sub(2));
    }
    let mut position = area.as_position();
    for index in on_bar {
        let here = Page::ALL[index] == present;
        let style = match (here, focused) {
            (true, true) => theme.focused,
            (true, false) => theme.title,
            (false, _) if marked(Page::ALL[index]) => theme.problem,
            (false, _) => Style::new(),
        };
        if here {
            position.x = rest.x + 1;
        }
        let used = theme.put(buf, rest, &cells[index], style);
        hits.add(first(rest, used), Hit::Tab(index));
        rest = skip(rest, used);
    }
    position
}

/// As many cells as fit into these columns, among them the present one and, if possible, the next.
fn around(cells: &[String], present: usize, columns: u16) -> std::ops::Range<usize> {
    let sum = |cells: &[String]| cells.iter().map(|cell| width(cell)).sum::<u16>();
    let wanted = (present + 2).min(cells.len());
    let fits = |start: &usize| sum(&cells[*start..wanted]) <= columns;
    let start = (0..present).find(fits).unwrap_or(present);
    let reach = |end: &usize| sum(&cells[start..*end]) <= columns;
    let end = (present + 1..=cells.len()).rev().find(reach);
    start..end.unwrap_or(present + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(columns: u16, present: Page) -> String {
        let area = Rect::new(0, 0, columns, 1);
        let mut buf = Buffer::empty(area);
        let said = (Text::en_us(), &Theme::default());
        let marked = |page| page == Page::Rights(Tab::Policy);
        view(
            &mut buf,
            area,
            (present, false),
            &marked,
            said,
            &mut Hits::default(),
        );
        let symbols = (0..columns).map(|x| buf[(x, 0)].symbol().to_owned());
        symbols.collect::<String>().trim_end().to_owned()
    }

    #[test]
    fn every_title_is_whole_at_every_width_and_the_present_tab_is_on_the_bar() {
        assert_eq!(
            bar(96, Page::General),
            "[General] Computer Rights !Policy Rights  User and API Key Rights  Other Rights  Assigned To"
        );
        assert_eq!(
            bar(56, Page::AssignedTo),
            " General  Computer !Policy  Users/Keys  Other [Assigned]"
        );
        assert_eq!(
            bar(36, Page::General),
            " [General] Computer !Policy        >"
        );
        assert_eq!(
            bar(36, Page::Rights(Tab::Policy)),
            "< Computer [!Policy] Users/Keys    >"
        );
        assert_eq!(bar(36, Page::AssignedTo), "< Users/Keys  Other [Assigned]");
    }
}
