//! The mouse: a click counts for what was on the screen when it was made, and does what a key would do there.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Rect;

use crate::domain::time::Uptime;
use crate::ui::app::{App, Effect, LayerId};
use crate::ui::extent::Extent;
use crate::ui::hits::{Click, Hit, Hits, Mouse as Does};
use crate::ui::keymap::{Action, Scope};

/// In milliseconds: a second click at one place within this time belongs to the first one. On another layer, which has
/// appeared in between, it does nothing.
const DOUBLE_CLICK: i64 = 400;
/// How many lines one notch of the wheel scrolls.
const NOTCH: i32 = 3;

/// What of the mouse is known.
#[derive(Default)]
pub(super) struct Mouse {
    /// Whether the terminal reports it.
    on: bool,
    hits: Hits,
    /// The layer that was drawn on top, and the keys that held there.
    drawn: Option<(LayerId, Scope)>,
    /// The first frame that could be clicked as the last one can.
    frame: u64,
    /// The last click that hit anything on the layer on top.
    last: Option<(Hit, Uptime)>,
    /// Where and when the button was pressed last, and on which layer.
    pressed: Option<((u16, u16), Uptime, LayerId)>,
    /// The scroll bar whose thumb is held.
    drag: Option<Drag>,
}

/// A thumb that is held.
struct Drag {
    /// The place of its scroll bar.
    bar: Rect,
    /// The cell of the thumb at which it is held.
    held: u16,
    /// The cell of the bar at which it was to begin last.
    start: u16,
}

impl Mouse {
    /// Takes what was drawn where, in the frame of this number.
    pub(super) fn drawn(&mut self, hits: Hits, top: (LayerId, Scope), frame: u64) {
        let before = self.drawn.replace(top);
        if before.map(|(layer, _)| layer) != Some(top.0) {
            self.last = None;
        }
        if before != Some(top) || self.hits != hits {
            self.frame = frame;
        }
        // What is dragged is still where it was taken.
        let is_there = |drag: &mut Drag| before == Some(top) && hits.bar(drag.bar).is_some();
        self.drag = self.drag.take_if(is_there);
        self.hits = hits;
    }

    /// What was drawn is not what is on the screen any more.
    pub(super) fn forget(&mut self) {
        self.hits = Hits::default();
        self.drawn = None;
        self.drag = None;
    }

    /// Neither the screen nor the terminal's reports are what they were: somebody else has used the terminal.
    pub(super) fn restart(&mut self) {
        self.on = false;
        self.forget();
    }

    /// What a click hits that was made when so many frames had been drawn, as far as that is on the screen still.
    fn hit(&mut self, event: MouseEvent, frame: u64, at: Uptime) -> Option<Click> {
        let (layer, _) = self.drawn?;
        let cell = (event.column, event.row);
        let is_soon = |since| at.since(since) < DOUBLE_CLICK;
        let before = self.pressed.replace((cell, at, layer));
        let belongs = |(place, then, on)| place == cell && is_soon(then) && on != layer;
        if frame < self.frame || before.is_some_and(belongs) {
            return None;
        }
        let hit = self.hits.at(event.column, event.row)?;
        let is_second = |(last, then)| last == hit.hit && is_soon(then);
        let again = self.last.take().is_some_and(is_second);
        // A third click is a first one again.
        self.last = (!again).then_some((hit.hit, at));
        Some(Click { again, ..hit })
    }

    /// Where a click on a scroll bar leads: a page up or down, beside the thumb. The thumb is held from then on.
    fn press(&mut self, extent: Extent, event: MouseEvent) -> Option<usize> {
        let bar = self.hits.place_at(event.column, event.row)?;
        let (at, thumb) = (event.row.saturating_sub(bar.y), extent.thumb(bar.height));
        if at < thumb.start {
            return Some(extent.top.saturating_sub(extent.height));
        }
        if at >= thumb.end {
            return Some(extent.top + extent.height);
        }
        self.drag = Some(Drag {
            bar,
            held: at - thumb.start,
            start: thumb.start,
        });
        None
    }

    /// Where the thumb that is held leads when the mouse is in this row, if it leads anywhere else.
    fn drag(&mut self, row: u16) -> Option<usize> {
        let drag = self.drag.as_mut()?;
        let extent = self.hits.bar(drag.bar)?;
        let start = row.saturating_sub(drag.bar.y).saturating_sub(drag.held);
        if start == drag.start {
            return None;
        }
        drag.start = start;
        Some(extent.top_at(start, drag.bar.height))
    }
}

/// How many lines a turn of the wheel scrolls, if it is one.
fn notch(kind: MouseEventKind) -> Option<i32> {
    match kind {
        MouseEventKind::ScrollUp => Some(-NOTCH),
        MouseEventKind::ScrollDown => Some(NOTCH),
        _ => None,
    }
}

impl App {
    /// What can be clicked or selected in the last frame, and the part of the key table that held there.
    #[must_use]
    pub fn hits(&self) -> (&Hits, Scope) {
        (&self.mouse.hits, self.top().1.scope())
    }

    /// Whether the mouse is ours: not while a secret is shown, which the terminal's own selection may take.
    fn wants_mouse(&self) -> bool {
        self.setting.settings.mouse && self.secret().is_none()
    }

    /// Has the terminal report the mouse, or not any more.
    pub(super) fn settle_mouse(&mut self) {
        let on = self.wants_mouse();
        if self.mouse.on != on {
            self.mouse.on = on;
            self.effects.push(Effect::Mouse(on));
        }
    }

    /// Whether anything comes of an event; what is of no use need not wait for its turn.
    pub(super) fn takes(&self, event: MouseEvent) -> bool {
        let of_use = match event.kind {
            MouseEventKind::Drag(button) | MouseEventKind::Up(button) => {
                return button == MouseButton::Left && self.wants_mouse();
            }
            MouseEventKind::Down(button) => button == MouseButton::Left,
            kind => notch(kind).is_some(),
        };
        of_use && event.modifiers.is_empty() && self.wants_mouse()
    }

    /// Does what a click, a drag or the wheel means, which was made when so many frames had been drawn.
    pub(super) fn mouse(&mut self, event: MouseEvent, frame: u64, at: Uptime) {
        let top = (self.top().0, self.top().1.scope());
        if !self.wants_mouse() || self.mouse.drawn != Some(top) {
            return;
        }
        if let MouseEventKind::Drag(_) = event.kind {
            if let Some(line) = self.mouse.drag(event.row) {
                self.dirty = true;
                self.offer(Does::To(line));
            }
            return;
        }
        // Whatever else the mouse does, nothing is held any more.
        self.mouse.drag = None;
        if let MouseEventKind::Up(_) = event.kind {
            return;
        }
        if let Some(lines) = notch(event.kind) {
            self.dirty = true;
            self.offer(Does::Wheel(lines));
        } else if let Some(click) = self.mouse.hit(event, frame, at) {
            self.dirty = true;
            self.message = None;
            self.rush.click(frame, at);
            if let Hit::Bar(extent) = click.hit {
                if let Some(line) = self.mouse.press(extent, event) {
                    self.offer(Does::To(line));
                }
                return;
            }
            self.click(&click);
        }
    }

    fn offer(&mut self, does: Does) -> Option<Action> {
        let top = self.layers.len() - 1;
        self.with_layer(top, |layer, ctx, asks| layer.mouse(does, ctx, asks))
    }

    fn click(&mut self, click: &Click) {
        if let Hit::Key(action) = click.hit {
            self.act_by_mouse(action);
            return;
        }
        let action = self.offer(Does::Click(*click));
        if let Some(action) = action {
            self.act_by_mouse(action);
        }
        // The docked tree has been opened, as by its key; the click was on one of its lines.
        if action == Some(Action::Tree) && self.top().1.scope() == Scope::Tree {
            self.click(click);
        }
    }

    /// An action by mouse is one of those that a key can do here.
    fn act_by_mouse(&mut self, action: Action) {
        let scope = self.top().1.scope();
        if self.keys.binding(scope, action).is_some() {
            self.act(action);
        }
    }
}
