//! Drawing: header, toolbar, the layers over each other, message line, footer.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::domain::name::printable;
use crate::ui::app::{App, UNDRAWN};
use crate::ui::hits::Hits;
use crate::ui::keymap::{Action, Binding, Scope, Shown};
use crate::ui::layer::panes::Panes;
use crate::ui::layer::tree::view_docked;
use crate::ui::layer::{Ctx, Hint, Tone};
use crate::ui::look::{
    SMALLEST, boxed, cover, first, footer, is_wide, paragraph, row, skip, toolbar, width, wrap,
};
use crate::ui::terminal::Meter;

/// The most lines that a message takes; a dialog needs the others.
const MESSAGE_LINES: u16 = 3;
/// Rows that a message leaves a dialog: its edges, the line with the focus and its buttons.
const LEAST_BODY: u16 = 4;

/// Columns from which on the product is named beside a word that must not be overlooked.
const BANNERED: u16 = 60;
/// Columns between the parts of the header.
const GAP: u16 = 2;

/// Where dialogs are: over the body and, where every cell is used, the toolbar, none of whose verbs can be done then.
fn dialogs_area(body: Rect, tools: u16) -> Rect {
    let above = if is_wide(body) { 0 } else { tools };
    Rect {
        y: body.y - above,
        height: body.height + above,
        ..body
    }
}

impl App {
    /// Draws everything.
    pub fn draw(&mut self, frame: &mut Frame) {
        let area = frame.area();
        frame.buffer_mut().set_style(area, self.theme.plain);
        self.close_preview(area.width);
        self.dirty = false;
        self.frames += 1;
        self.window = (area.width, area.height);
        if self.too_small() {
            self.view_too_small(frame.buffer_mut(), area);
            self.mouse.forget();
            frame.set_cursor_position(area.as_position());
            return;
        }
        if self.seen.1 != self.message {
            self.seen = (self.frames, self.message.clone());
        }
        let caption = self.caption_rows(area);
        let tools = u16::from(area.height >= 14 + caption);
        let room = area.height - 2 - tools - caption;
        let lines = room.saturating_sub(LEAST_BODY).clamp(1, MESSAGE_LINES);
        let (mut tone, mut message) = self.message_lines(area, lines);
        let said = u16::try_from(message.len()).unwrap_or(1);
        let body = Rect {
            y: area.y + 1 + tools,
            height: room - said,
            ..area
        };
        let panes = self.panes.divide(body);
        let over = dialogs_area(body, tools);
        let area_of = |index| if index == 0 { panes.screen } else { over };
        for (index, (_, layer)) in self.layers.iter_mut().enumerate() {
            layer.place(area_of(index));
        }
        self.follow_row(panes.preview.is_some());
        if message.iter().all(String::is_empty)
            && let Some(hint) = self.hint_line(area)
        {
            (tone, message) = (Tone::Hint, vec![hint]);
        }
        let ctx = self.ctx();
        let buf = frame.buffer_mut();
        let (_, screen) = &self.layers[0];
        let (_, top) = self.top();
        self.view_header(buf, row(area, 0));
        let here = self.way.here.screen;
        let verbs = here.scope();
        let in_reach = self.layers.len() == 1 && screen.scope() == verbs;
        let (mut on_tools, mut on_tree) = (Hits::default(), Hits::default());
        if tools > 0 && self.ended.is_none() {
            self.view_toolbar(&ctx, buf, row(area, 1), in_reach, &mut on_tools);
        }
        if let Some(docked) = panes.tree {
            view_docked(buf, docked, here, &ctx, &mut on_tree);
        }
        if let Some(pane) = panes.preview {
            self.preview.view(buf, pane, &ctx);
        }
        let (cursor, mut hits) = self.view_layers(&ctx, buf, &panes, over);
        // A key has one place, where rows are marked as well.
        let tools = on_tools
            .keys()
            .filter(|key| in_reach && *key != Action::Help);
        let tools: Vec<Action> = tools.collect();
        if in_reach {
            hits.append(on_tools);
        }
        if self.layers.len() == 1 && self.ended.is_none() {
            hits.append(on_tree);
        }
        let style = self.style_of(tone);
        for (index, line) in (0..).zip(&message) {
            self.theme
                .put(buf, row(area, body.bottom() - area.y + index), line, style);
        }
        self.view_caption(buf, area);
        let called = |binding: &Binding| {
            let action = binding.action;
            if tools.contains(&action) {
                return None;
            }
            let label = top.label(action, &ctx);
            let called = label.unwrap_or(ctx.text.say(binding.label));
            top.can(action, &ctx).is_ok().then_some(called)
        };
        let keys = self.keys.of(top.scope());
        let line = row(area, area.height - 1);
        footer(buf, line, keys, &called, ctx.theme, &mut hits);
        let drawn = (self.top().0, top.scope());
        let wakes = self
            .layers
            .iter()
            .filter_map(|(_, layer)| layer.wakes_in(&ctx));
        let wakes = wakes.chain(self.preview.changes_in(&ctx));
        let wake_at = wakes.min().map(|ms| ctx.uptime.plus(ms));
        if let Some(cursor) = cursor {
            frame.set_cursor_position(cursor);
        }
        self.wake_at = wake_at;
        self.mouse.drawn(hits, drawn, self.frames);
        if self.deaf_before == UNDRAWN {
            self.deaf_before = self.frames;
        }
    }

    fn style_of(&self, tone: Tone) -> Style {
        match tone {
            Tone::Plain => Style::new(),
            Tone::Hint => self.theme.dim,
            Tone::Problem => self.theme.problem,
        }
    }

    /// Says how large the window has to be.
    fn view_too_small(&self, buf: &mut Buffer, area: Rect) {
        let size = [
            ("columns", &SMALLEST.0 as &dyn std::fmt::Display),
            ("rows", &SMALLEST.1),
        ];
        let sentence = self.text().fill("message.too_small", &size);
        let lines = wrap(&sentence, area.width.max(1));
        paragraph(buf, area, &lines, &self.theme);
    }

    /// Draws the layers over each other. Of them only the one on top can be clicked.
    fn view_layers(
        &self,
        ctx: &Ctx,
        buf: &mut Buffer,
        panes: &Panes,
        over: Rect,
    ) -> (Option<Position>, Hits) {
        // Where the docked tree has the focus, the screen is beside it.
        let in_tree = panes.tree.is_some() && self.top().1.scope() == Scope::Tree;
        let below = if in_tree {
            self.theme.beside()
        } else {
            self.theme.covered(buf.area.width)
        };
        let top = self.layers.len() - 1;
        let (mut cursor, mut hits) = (None, Hits::default());
        for (index, (_, layer)) in self.layers.iter().enumerate() {
            hits = Hits::default();
            let ctx = Ctx {
                theme: if index == top { ctx.theme } else { &below },
                on_top: index == top,
                ..*ctx
            };
            let area = if index == 0 { panes.screen } else { over };
            if let Some(edge) = panes.edge.filter(|_| index == 0) {
                boxed(buf, edge, "", ctx.theme);
            }
            if index == top && index > 0 && !in_tree {
                // Header, message and footer are not behind the dialog.
                let behind = Rect {
                    y: 1,
                    height: over.bottom().saturating_sub(1),
                    ..buf.area
                };
                cover(buf, behind, &self.theme);
            }
            cursor = layer.view(&ctx, buf, area, &mut hits);
        }
        (cursor, hits)
    }

    /// The verbs of the screen; while rows are marked those that are done to them, saying to how many.
    fn view_toolbar(
        &self,
        ctx: &Ctx,
        buf: &mut Buffer,
        line: Rect,
        in_reach: bool,
        hits: &mut Hits,
    ) {
        let (_, screen) = &self.layers[0];
        let (text, status) = (ctx.text, screen.status());
        let marked = status.marked;
        let scope = self.way.here.screen.scope();
        let called = |binding: &Binding| {
            let label = if marked == 0 {
                (binding.shown == Shown::Toolbar).then(|| text.say(binding.label).to_owned())?
            } else {
                let own = (binding.scope == scope).then_some(binding.action)?;
                let verb = screen.label(own, ctx)?;
                let words: [(&str, &dyn std::fmt::Display); 2] = [("verb", &verb), ("n", &marked)];
                text.fill("marks.verb", &words)
            };
            // Until the rows are there, such a key waits.
            let waits = status.is_stale && !binding.action.acts_on_no_row();
            let allowed = in_reach && !waits && screen.can(binding.action, ctx).is_ok();
            Some((label, allowed))
        };
        let more = |n: usize| {
            let key = ctx.keys.key(scope, Action::Help);
            text.fill("marks.left_out", &[("n", &n), ("key", &key)])
        };
        let keys = self.keys.of(scope);
        toolbar(buf, line, keys, &called, &more, ctx.theme, hits);
    }

    /// What the link to the terminal has carried, where that is wanted: the longest of some forms for which there are so
    /// many columns, or the shortest. The numbers have their places, so that little of it changes.
    fn link_said(&self, room: u16) -> Option<String> {
        let Meter { frame, total, took } = self.setting.show.link.then_some(self.link)?;
        let frame = format!("{frame:>5}");
        let took = took.map_or_else(|| "-".to_owned(), |ms| ms.to_string());
        let took = format!("{took:>4}");
        let words: [(&str, &dyn std::fmt::Display); 3] =
            [("frame", &frame), ("total", &total), ("ms", &took)];
        let forms = ["link.meter", "link.short", "link.shortest"];
        let forms = forms.map(|form| self.text().fill(form, &words));
        let fits = |longer: String, shorter| {
            if width(&longer) <= room {
                longer
            } else {
                shorter
            }
        };
        forms.into_iter().reduce(fits)
    }

    /// The product, what must not be overlooked, the way to the screen, the database, who it is that looks at it, and what
    /// the link carries.
    fn view_header(&self, buf: &mut Buffer, line: Rect) {
        let (text, theme) = (self.text(), &self.theme);
        let actor = &self.setting.actor;
        let mut banners = Vec::new();
        banners.extend(self.setting.demo.then_some("header.demo"));
        banners.extend((!actor.may_change()).then_some("header.read_only"));
        let mut at = line;
        // The product goes before what must not be overlooked does.
        if banners.is_empty() || line.width >= BANNERED {
            let product = format!(" {} ", text.say("header.product"));
            at = skip(at, theme.put(buf, at, &product, theme.product));
        }
        for banner in banners {
            let banner = format!(" {} ", text.say(banner));
            at = skip(at, theme.put(buf, at, &banner, theme.banner) + 1);
        }
        at = skip(at, 1);
        let here = &self.way.here;
        let crumbs = here.screen.crumbs().into_iter().map(|c| text.say(c));
        let crumbs: Vec<&str> = crumbs.chain(here.about.as_deref()).collect();
        let last = crumbs.last().map_or(0, |last| width(last));
        let words: [(&str, &dyn std::fmt::Display); 2] =
            [("user", &actor.name), ("role", &actor.role.fields.name)];
        if let Some(link) = self.link_said(at.width.saturating_sub(last + GAP)) {
            let left = at.width.saturating_sub(width(&link));
            theme.put(buf, skip(at, left), &link, theme.dim);
            at = first(at, left.saturating_sub(GAP));
        }
        let room = at.width.saturating_sub(last + GAP).min(line.width / 2);
        let who = theme.cut(&text.fill("header.who", &words), room);
        let right = skip(at, at.width.saturating_sub(width(&who)));
        theme.put(buf, right, &who, theme.dim);
        at = first(at, at.width.saturating_sub(width(&who) + GAP));
        let place = self.setting.place.as_deref().map(printable);
        let place = place.filter(|place| last + GAP + width(place) <= at.width);
        let taken = place.as_ref().map_or(0, |place| width(place) + GAP);
        // Where there is no room for the whole way, the last part of it that fits.
        let ends = (0..crumbs.len()).map(|from| crumbs[from..].join(" > "));
        let shown = ends.reduce(|longer, shorter| {
            let fits = width(&longer) + taken <= at.width;
            if fits { longer } else { shorter }
        });
        let used = theme.put(buf, at, &shown.unwrap_or_default(), Style::new());
        let rest = skip(at, used + GAP);
        if let Some(place) = place {
            let place_at = skip(rest, rest.width.saturating_sub(width(&place)));
            theme.put(buf, place_at, &place, Style::new());
        }
    }

    /// The lines of the message: one, though empty, and at `most` so many where it is too long for that.
    fn message_lines(&self, area: Rect, most: u16) -> (Tone, Vec<String>) {
        let text = self.text();
        let (mut tone, said) = match &self.message {
            Some((tone, said)) => (*tone, said.as_str()),
            None => (Tone::Plain, ""),
        };
        let mut sentences = vec![said];
        if let Some(why) = self.unread() {
            // What went well may not be so any more.
            if tone == Tone::Plain {
                sentences.clear();
            }
            tone = Tone::Problem;
            sentences.extend((!said.contains(why)).then_some(why));
            sentences.push(text.say("message.unread"));
        } else if said.is_empty() && self.waited_long() {
            sentences.push(text.say("message.working"));
        }
        sentences.retain(|sentence| !sentence.is_empty());
        let sentence = text.joined(&sentences);
        let lines = self
            .theme
            .wrap_cut(&sentence, area.width, usize::from(most));
        (tone, lines)
    }

    /// What stands in the line of the message while there is none.
    fn hint_line(&self, area: Rect) -> Option<String> {
        let Hint { long, short } = self.top().1.hint(&self.ctx())?;
        let hint = if width(&long) > area.width {
            short
        } else {
            long
        };
        Some(self.theme.cut(&hint, area.width))
    }
}
