//! New Secret: how long the present secret goes on working, asked and not preset.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::domain::api_key::KeyId;
use crate::domain::list::KeyRow;
use crate::domain::secret::Overlap;
use crate::ui::frame::{boxed, buttons, centred, put, row, wrap};
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::{Asks, Ctx, Layer, Reply};
use crate::ui::request::{Done, Outcome, Request, Ticket};

/// The layer.
pub struct NewSecret {
    key: KeyId,
    name: String,
    /// There is a current secret, so the overlap has to be chosen.
    replaces: bool,
    retiring: bool,
    /// Another secret waits to be confirmed; this one makes it void.
    pending: bool,
    chosen: Option<Overlap>,
    /// The overlaps, then OK, then Cancel.
    focus: usize,
    issuing: Option<Ticket>,
}

impl NewSecret {
    /// For the key of this row.
    #[must_use]
    pub fn new(row: &KeyRow) -> NewSecret {
        NewSecret {
            key: row.id(),
            name: row.name.clone(),
            replaces: row.facts.delivered,
            retiring: row.retiring.is_some(),
            pending: row.pending,
            chosen: None,
            focus: 0,
            issuing: None,
        }
    }

    /// The overlaps that are offered: none where there is nothing to overlap with.
    fn offered(&self) -> &'static [Overlap] {
        if self.replaces { &Overlap::ALL } else { &[] }
    }

    fn ready(&self) -> bool {
        !self.replaces || self.chosen.is_some()
    }

    fn issue(&mut self, asks: &mut Asks) {
        if self.ready() && self.issuing.is_none() {
            let request = Request::Issue {
                key: self.key,
                overlap: self.chosen,
            };
            self.issuing = Some(asks.request(request));
        }
    }

    fn body(&self, ctx: &Ctx, width: u16) -> Vec<String> {
        let text = ctx.text;
        let name = if self.replaces {
            "new_secret.replaces"
        } else {
            "new_secret.first"
        };
        let mut body = text.fill(name, &[("name", &self.name), ("id", &self.key.0)]);
        if self.pending || !self.replaces {
            body.push(' ');
            body.push_str(text.say("new_secret.pending"));
        }
        if self.retiring {
            body.push(' ');
            body.push_str(text.say("new_secret.retiring"));
        }
        if self.replaces {
            body.push(' ');
            body.push_str(text.say("new_secret.question"));
        }
        wrap(&body, width)
    }
}

impl Layer for NewSecret {
    fn scope(&self) -> Scope {
        Scope::Form
    }

    fn allows(&self, action: Action, _ctx: &Ctx) -> bool {
        match action {
            Action::Accept => self.ready(),
            Action::PageUp | Action::PageDown => false,
            _ => true,
        }
    }

    fn why_not(&self, action: Action, ctx: &Ctx) -> Option<String> {
        let choose = ctx.text.say("new_secret.choose");
        (action == Action::Accept).then(|| choose.to_owned())
    }

    fn act(&mut self, action: Action, ctx: &Ctx, asks: &mut Asks) {
        let overlaps = self.offered();
        let stops = overlaps.len() + 2;
        match action {
            Action::Next | Action::Down => self.focus = (self.focus + 1) % stops,
            Action::Previous | Action::Up => self.focus = (self.focus + stops - 1) % stops,
            Action::Accept => self.issue(asks),
            Action::Cancel => asks.close(Reply::Cancelled),
            Action::Press | Action::Open => match overlaps.get(self.focus) {
                Some(overlap) => {
                    self.chosen = Some(*overlap);
                    if action == Action::Press {
                        self.focus = overlaps.len();
                    }
                }
                None if self.focus > overlaps.len() => asks.close(Reply::Cancelled),
                None if self.ready() => self.issue(asks),
                None => asks.complain(ctx.text.say("new_secret.choose")),
            },
            _ => {}
        }
    }

    fn answer(&mut self, ticket: Ticket, outcome: Outcome, ctx: &Ctx, asks: &mut Asks) {
        if self.issuing.take_if(|asked| *asked == ticket).is_none() {
            return;
        }
        match outcome {
            Ok(Done::Issued(id)) => asks.close(Reply::Done(id)),
            Ok(_) => {}
            Err(trouble) => asks.complain(ctx.text.trouble(&trouble)),
        }
    }

    fn waits(&self) -> bool {
        self.issuing.is_some()
    }

    fn place(&mut self, _area: Rect) {}

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect) -> Option<Position> {
        let text = ctx.text;
        let wide = area.width.min(72);
        let body = self.body(ctx, wide.saturating_sub(4));
        let overlaps = self.offered();
        let rows = body.len() + overlaps.len() + 1;
        // Where the window is low the choices stay and the words above them go.
        let room = usize::from(area.height.saturating_sub(2));
        let spare = room.saturating_sub(rows).min(2);
        let height = u16::try_from(rows + spare + 2).unwrap_or(u16::MAX);
        let area = boxed(
            buf,
            centred(area, wide, height),
            &text.fill("new_secret.title", &[("name", &self.name)]),
            ctx.theme,
        );
        let body_lines = room.saturating_sub(overlaps.len() + 1).min(body.len());
        let mut line = 0;
        for sentence in body.iter().take(body_lines) {
            put(buf, row(area, line), sentence, Style::new());
            line += 1;
        }
        line += u16::from(spare > 0);
        let mut cursor = None;
        for (index, overlap) in overlaps.iter().enumerate() {
            let mark = if self.chosen == Some(*overlap) {
                "(•)"
            } else {
                "( )"
            };
            let style = if self.focus == index {
                ctx.theme.focused
            } else {
                Style::new()
            };
            let at = row(area, line);
            put(
                buf,
                at,
                &format!("{mark} {}", text.overlap(*overlap)),
                style,
            );
            if self.focus == index {
                cursor = Some(Position {
                    x: at.x + 1,
                    y: at.y,
                });
            }
            line += 1;
        }
        let bar = row(area, area.height.saturating_sub(1));
        let labels = [
            (text.say("button.ok"), self.ready()),
            (text.say("button.cancel"), true),
        ];
        let focus = self.focus.checked_sub(overlaps.len());
        let x = buttons(buf, bar, &labels, focus, ctx.theme);
        cursor.or(x.map(|x| Position { x, y: bar.y }))
    }
}
