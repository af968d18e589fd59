//! The secret dialog: the one time a secret key value is shown. Only `I have stored it` and `Discard` close it.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::{Clear, Widget};
use zeroize::Zeroizing;

use crate::domain::secret::{ClipboardWay, IssuedSecret, Overlap, Secret};
use crate::domain::trouble::Trouble;
use crate::ui::frame::{buttons, cut, put, row, width, wrap};
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::check::Check;
use crate::ui::layer::confirm::Confirm;
use crate::ui::layer::entry::Entry;
use crate::ui::layer::{Asks, Ctx, Layer, Loss, Reply};
use crate::ui::request::{Done, Outcome, Request, Ticket};

/// Below this width the secret is on two lines.
const ONE_LINE: u16 = 56;
/// Where the first of two lines ends, in characters.
const BREAK: usize = 32;

/// The buttons, in order.
const VERBS: [Action; 7] = [
    Action::Copy,
    Action::CopyHeader,
    Action::SaveToFile,
    Action::HideOrShow,
    Action::Check,
    Action::Stored,
    Action::Discard,
];
/// How many of them leave the dialog open.
const HARMLESS: usize = 5;

/// The layer.
pub struct SecretDialog {
    issued: IssuedSecret,
    overlap: Option<Overlap>,
    header: Secret,
    hidden: bool,
    /// The secret can never work any more: only Close is left.
    void: bool,
    focus: usize,
    under_way: Option<Ticket>,
    /// The request under way ends the dialog when it succeeds.
    closing: Option<Closing>,
    /// The file that is being written.
    path: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Closing {
    Delivering,
    Discarding,
}

impl SecretDialog {
    /// For a secret that was just issued.
    #[must_use]
    pub fn new(issued: IssuedSecret, overlap: Option<Overlap>) -> SecretDialog {
        let secret = issued.secret.expose();
        let name = "api-secret-key: ";
        // Written in place: no copy of the secret is made on the way.
        let mut header = Zeroizing::new(vec![0; name.len() + secret.len()].into_boxed_slice());
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[name.len()..].copy_from_slice(secret.as_bytes());
        SecretDialog {
            issued,
            overlap,
            header: Secret::new(header),
            hidden: false,
            void: false,
            focus: 0,
            under_way: None,
            closing: None,
            path: None,
        }
    }

    fn press(&mut self, action: Action, ctx: &Ctx, asks: &mut Asks) {
        let text = ctx.text;
        match action {
            Action::Copy => self.copy(self.issued.secret.clone(), asks),
            Action::CopyHeader => self.copy(self.header.clone(), asks),
            Action::HideOrShow => self.hidden = !self.hidden,
            Action::Check => asks.push(Check::new(self.issued.secret.clone())),
            Action::SaveToFile => {
                let file = format!("api-key-{}.secret", self.issued.key.0);
                asks.push(Entry::new(
                    text.say("save.title"),
                    text.say("save.note"),
                    &file,
                ));
            }
            Action::Stored => {
                let request = Request::Deliver {
                    secret: self.issued.id,
                    overlap: self.overlap,
                };
                self.under_way = Some(asks.request(request));
                self.closing = Some(Closing::Delivering);
            }
            Action::Discard => asks.push(Confirm::new(
                text.say("discard.title"),
                text.fill("discard.body", &[("name", &self.issued.key_name)]),
                text.say("discard.verb"),
            )),
            _ => {}
        }
    }

    fn copy(&mut self, text: Secret, asks: &mut Asks) {
        self.under_way = Some(asks.request(Request::Copy { text }));
    }

    fn close(&self, sentence: String, asks: &mut Asks) {
        asks.close(Reply::Said(self.issued.key, sentence));
    }

    fn done(&mut self, done: Done, closing: Option<Closing>, ctx: &Ctx, asks: &mut Asks) {
        let text = ctx.text;
        let name: &dyn std::fmt::Display = &self.issued.key_name;
        match (done, closing) {
            (
                Done::Sent {
                    way: ClipboardWay::Osc52,
                    ..
                },
                _,
            ) => asks.say(text.say("secret.sent_osc52")),
            (
                Done::Sent {
                    way: ClipboardWay::Native,
                    ..
                },
                _,
            ) => asks.say(text.say("secret.sent_native")),
            (Done::Written, _) => {
                let path = self.path.take().unwrap_or_default();
                asks.say(text.fill("secret.written", &[("path", &path.display())]));
            }
            (
                Done::Delivered {
                    retires_at: Some(at),
                },
                _,
            ) => {
                let at = at.in_zone(ctx.zone).format("%Y-%m-%d %H:%M %Z");
                let sentence =
                    text.fill("secret.delivered_overlap", &[("name", name), ("at", &at)]);
                self.close(sentence, asks);
            }
            (Done::Delivered { retires_at: None }, _) => {
                self.close(text.fill("secret.delivered", &[("name", name)]), asks);
            }
            (_, Some(Closing::Discarding)) => {
                self.close(text.fill("secret.discarded", &[("name", name)]), asks);
            }
            _ => {}
        }
    }

    /// What the dialog says below the secret, the more important first.
    fn sentences(&self, ctx: &Ctx) -> Vec<String> {
        let text = ctx.text;
        let mut sentences = vec![text.say("secret.only_time").to_owned()];
        let overlap = self.overlap.filter(|_| self.issued.replaces);
        sentences.push(match overlap {
            None => text.say("secret.starts").to_owned(),
            Some(Overlap::None) => text.say("secret.starts_replaces").to_owned(),
            Some(overlap) => {
                let at = overlap
                    .ends_at(ctx.now, self.issued.key_expires_at)
                    .in_zone(ctx.zone);
                let at = at.format("%Y-%m-%d %H:%M %Z");
                text.fill(
                    "secret.starts_overlaps",
                    &[("overlap", &text.overlap(overlap)), ("at", &at)],
                )
            }
        });
        if let Some(at) = self.issued.retiring_until.filter(|at| *at > ctx.now) {
            let at = at.in_zone(ctx.zone).format("%Y-%m-%d %H:%M %Z");
            sentences.push(text.fill("secret.ends_earlier", &[("at", &at)]));
        }
        sentences
    }

    fn parts(&self, ctx: &Ctx, columns: u16) -> Vec<Part<'_>> {
        let text = ctx.text;
        let secret = Part {
            lines: self
                .secret_lines(ctx, columns)
                .into_iter()
                .map(Cow::Borrowed)
                .collect(),
            style: ctx.theme.secret,
            rank: Rank::Needed,
        };
        let mut parts = vec![Part::spacing(), secret, Part::spacing()];
        if self.void {
            parts.push(Part::words(text.say("trouble.secret_void"), columns));
            return parts;
        }
        if columns < ONE_LINE && !self.hidden {
            parts.push(Part::words(
                &text.fill("secret.widen", &[("columns", &ONE_LINE)]),
                columns,
            ));
        }
        parts.extend(
            self.sentences(ctx)
                .iter()
                .map(|words| Part::words(words, columns)),
        );
        if !self.hidden && width(self.header.expose()) <= columns {
            parts.push(Part::spacing());
            parts.push(Part {
                lines: vec![
                    Cow::Borrowed(text.say("secret.header")),
                    Cow::Borrowed(self.header.expose()),
                ],
                style: Style::new(),
                rank: Rank::Wanted,
            });
        }
        parts
    }

    fn secret_lines(&self, ctx: &Ctx, columns: u16) -> Vec<&str> {
        let secret = self.issued.secret.expose();
        if self.hidden {
            vec![ctx.text.say("secret.hidden")]
        } else if columns < ONE_LINE {
            let (first, second) = secret.split_at(BREAK.min(secret.len()));
            vec![first, second]
        } else {
            vec![secret]
        }
    }

    fn labels(&self, ctx: &Ctx) -> Vec<(&'static str, bool)> {
        if self.void {
            return vec![(ctx.text.say("button.close"), true)];
        }
        let names = VERBS.map(|verb| match verb {
            Action::Copy => "button.copy",
            Action::CopyHeader => "button.copy_header",
            Action::SaveToFile => "button.save",
            Action::HideOrShow if self.hidden => "button.show",
            Action::HideOrShow => "button.hide",
            Action::Check => "button.check",
            Action::Stored => "button.stored",
            _ => "button.discard",
        });
        names
            .iter()
            .map(|name| (ctx.text.say(name), true))
            .collect()
    }

    /// The buttons broken into lines; the last two, which close the dialog, have a line of their own.
    fn button_lines(labels: &[(&'static str, bool)], columns: u16) -> Vec<std::ops::Range<usize>> {
        let mut lines = Vec::new();
        let (mut start, mut used) = (0, 0);
        for (index, (label, _)) in labels.iter().enumerate() {
            let wide = width(label) + 5;
            if index > start && (index == HARMLESS || used + wide > columns + 1) {
                lines.push(start..index);
                (start, used) = (index, 0);
            }
            used += wide;
        }
        lines.push(start..labels.len());
        lines
    }

    fn view_buttons(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect) -> Option<Position> {
        let labels = self.labels(ctx);
        let mut cursor = None;
        for (line, range) in SecretDialog::button_lines(&labels, area.width)
            .into_iter()
            .enumerate()
        {
            let at = row(area, u16::try_from(line).unwrap_or(u16::MAX));
            let focus = range
                .contains(&self.focus)
                .then(|| self.focus - range.start);
            let x = buttons(buf, at, &labels[range], focus, ctx.theme);
            cursor = cursor.or(x.map(|x| Position { x, y: at.y }));
        }
        cursor
    }
}

/// A part of what the dialog draws, from top to bottom. The secret's own lines are borrowed: no copy is made of
/// them.
struct Part<'a> {
    lines: Vec<Cow<'a, str>>,
    style: Style,
    rank: Rank,
}

/// What goes first where the window is low: spacing, then words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rank {
    Needed,
    Wanted,
    Spacing,
}

impl<'a> Part<'a> {
    fn words(words: &str, columns: u16) -> Part<'a> {
        let lines = wrap(words, columns).into_iter().map(Cow::Owned).collect();
        Part {
            lines,
            style: Style::new(),
            rank: Rank::Wanted,
        }
    }

    fn spacing() -> Part<'a> {
        Part {
            lines: vec![Cow::Borrowed("")],
            style: Style::new(),
            rank: Rank::Spacing,
        }
    }
}

impl Layer for SecretDialog {
    fn scope(&self) -> Scope {
        Scope::Secret
    }

    fn allows(&self, action: Action, _ctx: &Ctx) -> bool {
        !self.void
            || matches!(
                action,
                Action::Press | Action::Cancel | Action::Leave | Action::Help
            )
    }

    fn act(&mut self, action: Action, ctx: &Ctx, asks: &mut Asks) {
        if self.void {
            match action {
                Action::Press => asks.close(Reply::Done(self.issued.key)),
                _ => asks.say(ctx.text.say("secret.only_close")),
            }
            return;
        }
        match action {
            Action::Next => self.focus = (self.focus + 1) % VERBS.len(),
            Action::Previous => self.focus = (self.focus + VERBS.len() - 1) % VERBS.len(),
            Action::Cancel | Action::Leave => asks.complain(ctx.text.say("secret.ways_out")),
            Action::Stored => self.focus = HARMLESS,
            Action::Discard => self.focus = HARMLESS + 1,
            Action::Press if self.focus >= HARMLESS && ctx.rushed => {
                asks.complain(ctx.text.say("secret.rushed"));
            }
            Action::Press => self.press(VERBS[self.focus], ctx, asks),
            other => self.press(other, ctx, asks),
        }
    }

    fn paste(&mut self, _pasted: &Zeroizing<String>, ctx: &Ctx, asks: &mut Asks) {
        asks.complain(ctx.text.say("secret.pasted"));
    }

    fn answer(&mut self, ticket: Ticket, outcome: Outcome, ctx: &Ctx, asks: &mut Asks) {
        if self.under_way.take_if(|asked| *asked == ticket).is_none() {
            return;
        }
        let closing = self.closing.take();
        match outcome {
            Ok(done) => self.done(done, closing, ctx, asks),
            Err(trouble) => {
                self.path = None;
                self.void |= matches!(trouble, Trouble::SecretVoid | Trouble::KeyGone(_));
                if self.void {
                    self.focus = 0;
                }
                asks.complain(ctx.text.trouble(&trouble));
            }
        }
    }

    fn reply(&mut self, reply: Reply, ctx: &Ctx, asks: &mut Asks) {
        match reply {
            Reply::Yes => {
                self.under_way = Some(asks.request(Request::Discard(self.issued.id)));
                self.closing = Some(Closing::Discarding);
            }
            Reply::Checked(true) => asks.say(ctx.text.say("secret.matches")),
            Reply::Checked(false) => asks.complain(ctx.text.say("secret.differs")),
            Reply::Entered(path) => {
                self.path = Some(PathBuf::from(&path));
                self.under_way = Some(asks.request(Request::SaveToFile {
                    path: Path::new(&path).to_owned(),
                    secret: self.issued.secret.clone(),
                    id: self.issued.id,
                }));
            }
            _ => {}
        }
    }

    fn waits(&self) -> bool {
        self.under_way.is_some()
    }

    fn loss(&self) -> Loss {
        if self.void {
            Loss::Nothing
        } else {
            Loss::Refused
        }
    }

    fn shows_secret(&self) -> bool {
        true
    }

    fn place(&mut self, _area: Rect) {}

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect) -> Option<Position> {
        Clear.render(area, buf);
        let text = ctx.text;
        let title = text.fill(
            "secret.title",
            &[("name", &self.issued.key_name), ("id", &self.issued.key.0)],
        );
        let rule = "─".repeat(usize::from(area.width));
        put(buf, row(area, 0), &rule, Style::new());
        let title = cut(&format!(" {title} "), area.width.saturating_sub(4));
        put(
            buf,
            crate::ui::frame::skip(row(area, 0), 2),
            &title,
            ctx.theme.title,
        );

        let labels = SecretDialog::button_lines(&self.labels(ctx), area.width).len();
        let bar = u16::try_from(labels).unwrap_or(u16::MAX);
        let room = usize::from(area.height.saturating_sub(1 + bar));
        let mut line = 1;
        for part in fit(self.parts(ctx, area.width), room) {
            for words in &part.lines {
                let at = row(area, line);
                buf.set_stringn(at.x, at.y, words, usize::from(at.width), part.style);
                line += 1;
            }
        }
        let top = area.height.saturating_sub(bar).min(line + 1);
        let below = Rect {
            y: area.y + top,
            height: area.height - top,
            ..area
        };
        self.view_buttons(ctx, buf, below)
    }
}

/// The parts that fit into `room` rows.
fn fit(parts: Vec<Part>, room: usize) -> Vec<Part> {
    let mut left = room;
    let mut kept: Vec<bool> = vec![false; parts.len()];
    for rank in [Rank::Needed, Rank::Wanted, Rank::Spacing] {
        for (part, kept) in parts
            .iter()
            .zip(&mut kept)
            .filter(|(part, _)| part.rank == rank)
        {
            *kept = rank == Rank::Needed || part.lines.len() <= left;
            if *kept {
                left = left.saturating_sub(part.lines.len());
            }
        }
    }
    parts
        .into_iter()
        .zip(kept)
        .filter_map(|(part, kept)| kept.then_some(part))
        .collect()
}
