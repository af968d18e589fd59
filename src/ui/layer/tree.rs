//! The tree of screens: docked on the left where there is room, else on top of the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::domain::event::trail::EventRow;
use crate::domain::list::{KeyRow, Listed, RoleRow, UserRow};
use crate::domain::rights::Right;
use crate::domain::user::Actor;
use crate::text::Text;
use crate::ui::hits::{Click, Hit, Hits, Mouse};
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::panes::TREE;
use crate::ui::layer::{Asks, Ctx, Layer};
use crate::ui::look::{Theme, boxed, cells, row, select_at, skip};
use crate::ui::scroll::Scroll;

/// A screen, which is a leaf of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    Users,
    Roles,
    ApiKeys,
    SystemEvents,
}

/// A line of the tree: how deep it is, the name of its words, and the screen that it stands for.
type Line = (u16, &'static str, Option<Screen>);

/// The whole tree, from top to bottom.
const LINES: [Line; 6] = [
    (0, "tree.administration", None),
    (1, "tree.user_management", None),
    (2, "tree.users", Some(Screen::Users)),
    (2, "tree.roles", Some(Screen::Roles)),
    (2, "tree.api_keys", Some(Screen::ApiKeys)),
    (1, "tree.system_events", Some(Screen::SystemEvents)),
];

impl Screen {
    /// The right that one needs to see the screen.
    #[must_use]
    pub fn needs(self) -> Right {
        match self {
            Screen::Users => UserRow::NEEDS,
            Screen::Roles => RoleRow::NEEDS,
            Screen::ApiKeys => KeyRow::NEEDS,
            Screen::SystemEvents => EventRow::NEEDS,
        }
    }

    /// The screen to which an action leads.
    #[must_use]
    pub fn of(action: Action) -> Option<Screen> {
        match action {
            Action::ToApiKeys => Some(Screen::ApiKeys),
            Action::ToUsers => Some(Screen::Users),
            Action::ToRoles => Some(Screen::Roles),
            Action::ToSystemEvents => Some(Screen::SystemEvents),
            _ => None,
        }
    }

    /// The part of the key table with its verbs.
    #[must_use]
    pub fn scope(self) -> Scope {
        match self {
            Screen::Users => Scope::Users,
            Screen::Roles => Scope::Roles,
            Screen::ApiKeys => Scope::ApiKeys,
            Screen::SystemEvents => Scope::Events,
        }
    }

    /// The screen that the console opens with: API keys, or the first that the role allows.
    #[must_use]
    pub fn first_for(actor: &Actor) -> Screen {
        let allowed = |screen: &Screen| actor.may(screen.needs());
        let others = LINES.iter().filter_map(|(.., screen)| *screen);
        let mut all = std::iter::once(Screen::ApiKeys).chain(others);
        all.find(allowed).unwrap_or(Screen::ApiKeys)
    }

    /// The names of the words on the way to the screen, from the top of the tree.
    #[must_use]
    pub fn crumbs(self) -> Vec<&'static str> {
        let at = LINES.iter().position(|line| line.2 == Some(self));
        let mut depth = u16::MAX;
        let above = LINES[..=at.unwrap_or(0)].iter().rev();
        let mut crumbs: Vec<_> = above
            .filter(|(indent, ..)| {
                let is_above = *indent < depth;
                depth = depth.min(*indent);
                is_above
            })
            .map(|(_, words, _)| *words)
            .collect();
        crumbs.reverse();
        crumbs
    }
}

/// The lines that lead to a screen which the role allows.
fn lines(actor: &Actor) -> Vec<Line> {
    let allowed = |(_, _, screen): &Line| screen.is_some_and(|screen| actor.may(screen.needs()));
    let leads_there = |at: usize| {
        let below = LINES[at + 1..]
            .iter()
            .take_while(|(indent, ..)| *indent > LINES[at].0);
        allowed(&LINES[at]) || below.into_iter().any(allowed)
    };
    (0..LINES.len())
        .filter(|at| leads_there(*at))
        .map(|at| LINES[at])
        .collect()
}

/// Draws the docked tree while the screen has the focus, with a mark at the one that is shown.
pub fn view_docked(buf: &mut Buffer, area: Rect, here: Screen, ctx: &Ctx, hits: &mut Hits) {
    let beside = ctx.theme.beside();
    let lines = lines(ctx.actor);
    let inner = boxed(buf, area, ctx.text.say("tree.title"), &beside);
    view_lines(buf, inner, &lines, (here, here), (ctx.text, &beside), hits);
}

/// Draws the lines; says where the marked one is.
fn view_lines(
    buf: &mut Buffer,
    area: Rect,
    lines: &[Line],
    (here, marked): (Screen, Screen),
    (text, theme): (Text, &Theme),
    hits: &mut Hits,
) -> Option<Position> {
    let mut cursor = None;
    for (index, &(indent, words, screen)) in (0..).zip(lines) {
        let line = row(area, index);
        let style = match screen {
            Some(screen) if screen == here => theme.title,
            Some(_) => Style::new(),
            None => theme.dim,
        };
        let at = skip(line, 2 + indent * 2);
        theme.put(buf, at, text.say(words), style);
        if screen.is_some() {
            let at = LINES.iter().position(|line| line.2 == screen);
            hits.add(line, Hit::Tree(at.unwrap_or(0)));
        }
        if screen == Some(marked) {
            select_at(buf, line, indent * 2, theme);
            cursor = Some(Position { x: at.x, y: at.y });
        }
    }
    cursor
}

/// The tree while it has the focus.
pub struct Tree {
    here: Screen,
    selected: Screen,
}

impl Tree {
    /// The tree, with the screen that is shown selected.
    #[must_use]
    pub fn new(here: Screen) -> Tree {
        Tree {
            here,
            selected: here,
        }
    }

    fn go(&mut self, by: isize, ctx: &Ctx) {
        let screens: Vec<Screen> = lines(ctx.actor)
            .iter()
            .filter_map(|(.., screen)| *screen)
            .collect();
        let at = screens.iter().position(|screen| *screen == self.selected);
        let at = at
            .unwrap_or(0)
            .saturating_add_signed(by)
            .min(screens.len().saturating_sub(1));
        self.selected = screens.get(at).copied().unwrap_or(self.selected);
    }
}

impl Layer for Tree {
    fn scope(&self) -> Scope {
        Scope::Tree
    }

    fn label(&self, action: Action, ctx: &Ctx) -> Option<&str> {
        let stays = action == Action::Cancel && ctx.panes.has_tree(ctx.columns);
        stays.then(|| ctx.text.say("key.to_list"))
    }

    fn act(&mut self, action: Action, ctx: &Ctx, asks: &mut Asks) {
        match action {
            Action::Up => self.go(-1, ctx),
            Action::Down => self.go(1, ctx),
            Action::HalfUp => self.go(-2, ctx),
            Action::HalfDown => self.go(2, ctx),
            Action::First | Action::PageUp => self.go(isize::MIN, ctx),
            Action::Last | Action::PageDown => self.go(isize::MAX, ctx),
            Action::Accept => asks.go(self.selected),
            Action::Cancel => asks.close(),
            _ => {}
        }
    }

    fn mouse(&mut self, does: Mouse, _ctx: &Ctx, _asks: &mut Asks) -> Option<Action> {
        let Mouse::Click(Click {
            hit: Hit::Tree(line),
            ..
        }) = does
        else {
            return None;
        };
        self.selected = LINES.get(line)?.2?;
        Some(Action::Accept)
    }

    fn place(&mut self, _area: Rect) {}

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position> {
        let all = lines(ctx.actor);
        if let Some(docked) = ctx.panes.divide(area).tree {
            let inner = boxed(buf, docked, ctx.text.say("tree.title"), ctx.theme);
            let marked = (self.here, self.selected);
            return view_lines(buf, inner, &all, marked, (ctx.text, ctx.theme), hits);
        }
        let rows = cells(all.len());
        let whole = Rect {
            width: area.width.min(TREE + 6),
            height: area.height.min(rows.saturating_add(2)),
            ..area
        };
        let inner = boxed(buf, whole, ctx.text.say("tree.title"), ctx.theme);
        // In a low window as many lines as fit, the selected one among them.
        let selected = all.iter().position(|line| line.2 == Some(self.selected));
        let selected = selected.unwrap_or(0);
        let scroll = Scroll::around(selected..selected + 1, all.len(), inner.height);
        scroll.view(buf, (whole, inner), ctx.theme, &mut Hits::default());
        view_lines(
            buf,
            inner,
            &all[scroll.shown()],
            (self.here, self.selected),
            (ctx.text, ctx.theme),
            hits,
        )
    }
}
