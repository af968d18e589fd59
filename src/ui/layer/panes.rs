//! The panes that stand side by side: the tree on the left, the screen, and the preview of its selected row on the
//! right, as far as the window has room for them.

use std::fmt::Display;

use ratatui::layout::Rect;

use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::{Can, Cannot, Ctx};
use crate::ui::look::{first, skip};

/// From so many columns on the preview stands beside the list; in narrower windows it is a dialog.
pub const PREVIEW_FROM: u16 = 110;
/// From so many columns on the tree is docked: beside it, the list of roles has room for all of its columns.
const DOCKED_FROM: u16 = 117;
/// The same where the preview is shown: beside it the list has 79 columns or more, and room for its first five columns.
const DOCKED_WITH_PREVIEW_FROM: u16 = 144;
/// Columns of the docked tree, with its edge.
pub const TREE: u16 = 24;
/// Columns of an edge.
const EDGE: u16 = 1;
/// The part of what is beside the tree that a list takes of it and its preview, in hundredths.
const LIST: u16 = 66;
/// The least and the most columns of the preview: sentences are not easier to read in longer lines.
const PREVIEW: (u16, u16) = (40, 60);

/// Whether a pane is wanted beside the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pane {
    /// In every window that has room for it.
    Shown,
    Hidden,
}

impl Pane {
    /// The other one.
    #[must_use]
    pub fn turned(self) -> Pane {
        match self {
            Pane::Shown => Pane::Hidden,
            Pane::Hidden => Pane::Shown,
        }
    }
}

/// Which panes are wanted beside the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub tree: Pane,
    pub preview: Pane,
}

/// Where each of them is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Panes {
    pub tree: Option<Rect>,
    /// The edge around the screen, where the window has room for one.
    pub edge: Option<Rect>,
    /// What the screen draws in. Where it has an edge its first row is that edge's, with the screen's title in it.
    pub screen: Rect,
    pub preview: Option<Rect>,
}

impl Wanted {
    /// Divides a body that is as wide as the window.
    #[must_use]
    pub fn divide(self, body: Rect) -> Panes {
        let tree = self.has_tree(body.width).then(|| first(body, TREE));
        let beside = skip(body, tree.map_or(0, |tree| tree.width));
        let (whole, preview) = if self.has_preview(body.width) {
            let list = list_of(beside.width);
            (first(beside, list), Some(skip(beside, list)))
        } else {
            (beside, None)
        };
        let edge = has_edges(body.width).then_some(whole);
        Panes {
            tree,
            edge,
            screen: edge.map_or(whole, in_edge),
            preview,
        }
    }

    /// Whether the preview is beside the list in a window of so many columns.
    #[must_use]
    pub fn has_preview(self, columns: u16) -> bool {
        self.preview == Pane::Shown && columns >= PREVIEW_FROM
    }

    /// Whether the tree is docked in a window of so many columns.
    #[must_use]
    pub fn has_tree(self, columns: u16) -> bool {
        self.tree == Pane::Shown && columns >= self.docked_from()
    }

    fn docked_from(self) -> u16 {
        match self.preview {
            Pane::Shown => DOCKED_WITH_PREVIEW_FROM,
            Pane::Hidden => DOCKED_FROM,
        }
    }
}

/// Whether panes have edges in a window of so many columns.
#[must_use]
pub fn has_edges(columns: u16) -> bool {
    columns >= PREVIEW_FROM
}

/// What a screen draws in within an edge: with the row of its title.
fn in_edge(edge: Rect) -> Rect {
    Rect {
        x: edge.x + EDGE,
        width: edge.width.saturating_sub(2 * EDGE),
        height: edge.height.saturating_sub(1),
        ..edge
    }
}

/// The columns of a list that has so many together with its preview.
fn list_of(columns: u16) -> u16 {
    let (least, most) = PREVIEW;
    let preview = columns - columns * LIST / 100;
    columns.saturating_sub(preview.clamp(least, most))
}

/// Whether the tree may be beside the screen.
///
/// # Errors
/// It has no room there.
pub fn has_room(ctx: &Ctx) -> Can<'static> {
    let from = ctx.panes.docked_from();
    let why = match ctx.panes.preview {
        Pane::Hidden => ctx.text.fill("tree.no_room", &[("columns", &from)]),
        Pane::Shown => {
            let key = ctx.keys.key(Scope::List, Action::Preview);
            let words: [(&str, &dyn Display); 3] =
                [("with", &from), ("columns", &DOCKED_FROM), ("key", &key)];
            ctx.text.fill("tree.no_room_yet", &words)
        }
    };
    Cannot::Said(why.into()).unless(ctx.columns >= from)
}

/// The columns among which a list chooses what it shows: where the tree is wanted and has no room yet no more than there
/// will be beside it, so that nothing goes from the screen when the window grows.
#[must_use]
pub fn lasting(area: Rect, ctx: &Ctx) -> u16 {
    let beside_it = area.x >= TREE;
    if beside_it || ctx.panes.tree == Pane::Hidden {
        // An edge to come takes columns, too.
        let most = if has_edges(ctx.columns) {
            area.width
        } else {
            PREVIEW_FROM - 2 * EDGE
        };
        return area.width.min(most);
    }
    let beside_tree = ctx.panes.docked_from() - TREE;
    match ctx.panes.preview {
        Pane::Hidden => area.width.min(beside_tree - 2 * EDGE),
        Pane::Shown if ctx.panes.has_preview(ctx.columns) => {
            area.width.min(list_of(beside_tree) - 2 * EDGE)
        }
        Pane::Shown => area.width,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn widths(columns: u16, tree: Pane, preview: Pane) -> [u16; 3] {
        let panes = Wanted { tree, preview }.divide(Rect::new(0, 2, columns, 20));
        let width = |pane: Option<Rect>| pane.map_or(0, |pane| pane.width);
        let screen = panes.edge.unwrap_or(panes.screen);
        [width(panes.tree), screen.width, width(panes.preview)]
    }

    #[test]
    fn list_and_preview_keep_their_room_before_the_tree_has_any() {
        use Pane::{Hidden, Shown};
        assert_eq!(widths(80, Shown, Shown), [0, 80, 0]);
        assert_eq!(widths(109, Shown, Shown), [0, 109, 0]);
        assert_eq!(widths(110, Shown, Shown), [0, 70, 40]);
        assert_eq!(widths(120, Shown, Shown), [0, 79, 41]);
        assert_eq!(widths(120, Shown, Hidden), [24, 96, 0]);
        assert_eq!(widths(120, Hidden, Hidden), [0, 120, 0]);
        for columns in 110..400 {
            let [tree, list, preview] = widths(columns, Shown, Shown);
            assert_eq!(tree + list + preview, columns);
            assert!(tree == 0 || list >= 79, "{columns}");
            assert!(list >= 70 && (40..=60).contains(&preview), "{columns}");
            assert_eq!(tree > 0, columns >= 144, "{columns}");
        }
    }
}
