//! Try a Secret: whether it would authenticate, whose it is, and what would make it valid. What is typed is never shown,
//! and nothing is noted of it.

use std::fmt::Display;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::domain::rights::Access;
use crate::domain::secret::Phase;
use crate::domain::time::Timestamp;
use crate::domain::verdict::{Refused, Tried, TriedKey};
use crate::ui::field::{Typed, UnseenField};
use crate::ui::hits::{Hits, Mouse};
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::{Asks, Can, Cannot, Ctx, Layer, Status, Then};
use crate::ui::look::{Dialog, Theme, cells, edge_field, first, is_wide, row, skip, width, wrap};
use crate::ui::request::{Done, Outcome, Read, Ticket};
use crate::ui::scroll::Scroll;

/// Columns inside the box where there is room for more.
const WIDEST: u16 = 68;

/// The label of what stands below other words.
const UNDER: &str = " ";

/// The dialog.
pub struct TrySecret {
    typed: UnseenField,
    trying: Option<Ticket>,
    /// The key whose secret was tried last.
    of: Option<i64>,
    /// The note, or what came of the last secret.
    said: Vec<Said>,
    lines: Vec<Said>,
    scroll: Scroll,
    /// Takes the ID of the key to go to.
    then: Then<i64>,
}

/// Words behind a label, which may be empty.
struct Said {
    label: String,
    words: String,
    tone: Tone,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tone {
    Plain,
    Good,
    Bad,
    Heading,
    /// One of several things to do.
    Item,
}

impl TrySecret {
    /// A dialog from which one can go to the key.
    #[must_use]
    pub fn new(then: Then<i64>) -> TrySecret {
        TrySecret {
            typed: UnseenField::default(),
            trying: None,
            of: None,
            said: Vec::new(),
            lines: Vec::new(),
            scroll: Scroll::default(),
            then,
        }
    }

    /// Nothing was tried yet, or another secret is being typed.
    fn begin(&mut self, ctx: &Ctx) {
        let key = ctx.keys.key(Scope::Try, Action::Accept);
        let note = ctx.text.fill("try.note", &[("key", &key)]);
        self.of = None;
        self.said = vec![said("", note, Tone::Plain)];
        self.scroll = Scroll::default();
    }

    fn dialog(&self, area: Rect) -> Dialog {
        Dialog::new(area, WIDEST, cells(self.lines.len()), true)
    }
}

fn said(label: &str, words: impl Into<String>, tone: Tone) -> Said {
    Said {
        label: label.to_owned(),
        words: words.into(),
        tone,
    }
}

/// What came of a secret.
fn told(tried: &Tried, ctx: &Ctx) -> Vec<Said> {
    let text = ctx.text;
    let mut all = vec![match tried.refused.first() {
        None => said("", text.say("try.valid"), Tone::Good),
        Some(reason) => said("", text.say(refusal(*reason)), Tone::Bad),
    }];
    if let Some(of) = &tried.of {
        all.push(said("", "", Tone::Plain));
        all.extend(about(of, ctx));
    }
    if tried.refused.is_empty() {
        return all;
    }
    all.push(said("", "", Tone::Plain));
    all.push(said("", text.say("try.wants"), Tone::Heading));
    let key = |action| ctx.keys.key(Scope::ApiKeys, action);
    let role = tried.of.as_ref().map_or("", |of| of.role.as_str());
    let words: [(&str, &dyn Display); 6] = [
        ("role", &role),
        ("new_secret", &key(Action::NewSecret)),
        ("unlock", &key(Action::Unlock)),
        ("restore", &key(Action::Restore)),
        ("properties", &key(Action::Properties)),
        ("new", &key(Action::New)),
    ];
    for reason in &tried.refused {
        let remedy = remedy(*reason, tried.of.as_deref(), ctx.now);
        let (Remedy::Does(sentence) | Remedy::Replaces(sentence)) = remedy;
        all.push(said("-", text.fill(sentence, &words), Tone::Item));
        if let Remedy::Replaces(_) = remedy {
            break;
        }
    }
    all
}

/// The key and the secret itself.
fn about(of: &TriedKey, ctx: &Ctx) -> Vec<Said> {
    let text = ctx.text;
    let fact = |label, words: String| said(text.say(label), words, Tone::Plain);
    let access = match of.access {
        Access::None => "try.access_none",
        Access::Read => "try.access_read",
        Access::ReadWrite => "try.access_read_write",
    };
    let phase = of.secret.life.phase(ctx.now);
    let label = match phase {
        Phase::Current => "fact.current",
        Phase::Retiring | Phase::Dead => "fact.retiring",
        Phase::Pending | Phase::Void => "fact.pending",
    };
    let at = |at| ctx.second(Some(at));
    let issued = text.fill("fact.issued", &[("at", &at(of.secret.life.issued_at))]);
    let until = of
        .secret
        .life
        .retires_at
        .filter(|_| phase == Phase::Retiring);
    let until = until.map(|until| text.fill("fact.valid_until", &[("at", &at(until))]));
    // The instant is no day, and may be in the one after.
    let expiry = match of.expires_at {
        Some(_) => "fact.stops",
        None => "column.expires",
    };
    let key: [(&str, &dyn Display); 2] = [("name", &of.name), ("id", &of.id.0)];
    let mut facts = vec![
        fact("try.key", text.fill("try.of_key", &key)),
        fact("column.role", text.fill(access, &[("role", &of.role)])),
        fact(expiry, ctx.second(of.expires_at)),
    ];
    if of.bounds().are_set() {
        facts.push(fact("fact.limits", text.bounds(&of.bounds())));
    }
    facts.push(fact(label, issued));
    facts.extend(until.map(|until| said(UNDER, until, Tone::Plain)));
    facts
}

/// Name of what is said of a secret that is refused for this reason.
fn refusal(reason: Refused) -> &'static str {
    match reason {
        Refused::Malformed => "try.malformed",
        Refused::Forged => "try.forged",
        Refused::Unknown => "try.unknown",
        Refused::Deleted => "try.deleted",
        Refused::NotDelivered => "try.not_delivered",
        Refused::Replaced => "try.replaced",
        Refused::LockedOut => "try.locked_out",
        Refused::Expired => "try.expired",
        Refused::NoApiAccess => "try.no_api_access",
        Refused::Service => "try.service",
        Refused::Address => "try.address",
    }
}

/// Name of what is to be done against a refusal.
enum Remedy {
    /// This, beside what else refuses the secret.
    Does(&'static str),
    /// Nothing: only another secret will do.
    Replaces(&'static str),
}

fn remedy(reason: Refused, of: Option<&TriedKey>, now: Timestamp) -> Remedy {
    let phase = of.map(|of| of.secret.life.phase(now));
    match reason {
        Refused::Malformed => Remedy::Replaces("try.paste_alone"),
        Refused::Forged => Remedy::Replaces("try.find_out"),
        Refused::Unknown => Remedy::Replaces("try.issue_unknown"),
        Refused::Deleted if of.is_some_and(|of| of.restorable) => Remedy::Does("try.restore"),
        Refused::Deleted => Remedy::Replaces("try.make_new"),
        Refused::NotDelivered if phase == Some(Phase::Pending) => Remedy::Does("try.confirm"),
        Refused::NotDelivered => Remedy::Replaces("try.issue_void"),
        Refused::Replaced => Remedy::Replaces("try.issue_replaced"),
        Refused::LockedOut => Remedy::Does("try.unlock"),
        Refused::Expired => Remedy::Does("try.set_expiry"),
        Refused::NoApiAccess => Remedy::Does("try.allow_api"),
        Refused::Service => Remedy::Does("try.allow_service"),
        Refused::Address => Remedy::Does("try.allow_address"),
    }
}

impl Said {
    /// Columns before the words.
    fn indent(&self, labels: u16) -> u16 {
        match self.tone {
            _ if self.label.is_empty() => 0,
            Tone::Item => 2,
            _ => labels,
        }
    }

    /// In lines of these columns, behind a label of so many.
    fn wrapped(&self, labels: u16, columns: u16) -> Vec<Said> {
        let indent = self.indent(labels);
        let lines = wrap(&self.words, columns.saturating_sub(indent).max(1));
        let under = if indent == 0 { "" } else { UNDER };
        let label = std::iter::once(self.label.as_str()).chain(std::iter::repeat(under));
        let lines = label.zip(lines);
        lines
            .map(|(label, words)| said(label, words, self.tone))
            .collect()
    }

    fn style(&self, theme: &Theme) -> Style {
        match self.tone {
            Tone::Plain | Tone::Item => Style::new(),
            Tone::Good => theme.good,
            Tone::Bad => theme.problem,
            Tone::Heading => theme.title,
        }
    }
}

/// Columns of the labels with the gap behind them.
fn labels(said: &[Said]) -> u16 {
    let widest = said.iter().map(|said| width(&said.label)).max();
    widest.unwrap_or(0) + 2
}

impl Layer for TrySecret {
    fn scope(&self) -> Scope {
        Scope::Try
    }

    fn open(&mut self, ctx: &Ctx, _asks: &mut Asks) {
        self.begin(ctx);
    }

    fn can(&self, action: Action, _ctx: &Ctx) -> Can<'_> {
        let has_use = match action {
            Action::Accept => !self.typed.is_empty() || self.of.is_some(),
            Action::Up | Action::Down | Action::PageUp | Action::PageDown => self.scroll.has_more(),
            _ => true,
        };
        Cannot::Unused.unless(has_use)
    }

    fn label(&self, action: Action, ctx: &Ctx) -> Option<&str> {
        let goes = action == Action::Accept && self.typed.is_empty();
        goes.then(|| ctx.text.say("try.go"))
    }

    fn act(&mut self, action: Action, _ctx: &Ctx, asks: &mut Asks) {
        match action {
            Action::Accept if !self.typed.is_empty() => {
                self.trying = Some(asks.request(Read::Try(self.typed.take_out())));
            }
            Action::Accept => {
                if let Some(id) = self.of {
                    asks.answer(&self.then, id);
                }
            }
            Action::Cancel => asks.close(),
            _ => self.scroll.act(action),
        }
    }

    fn edit(&mut self, typed: Typed, ctx: &Ctx, _asks: &mut Asks) -> bool {
        if self.trying.is_some() || !self.typed.take(typed) {
            return false;
        }
        if !self.typed.is_empty() {
            self.begin(ctx);
        }
        true
    }

    fn mouse(&mut self, does: Mouse, _ctx: &Ctx, _asks: &mut Asks) -> Option<Action> {
        self.scroll.mouse(does);
        does.button()
    }

    fn answer(&mut self, ticket: Ticket, outcome: Outcome, ctx: &Ctx, asks: &mut Asks) {
        if self.trying.take_if(|asked| *asked == ticket).is_none() {
            return;
        }
        match outcome {
            Ok(Done::Tried(tried)) => {
                self.said = told(&tried, ctx);
                self.of = tried.of.map(|of| of.id.0);
            }
            Ok(_) => {}
            Err(trouble) => asks.complain(ctx.text.trouble(&trouble)),
        }
    }

    fn status(&self) -> Status<'_> {
        Status {
            waits: self.trying.is_some(),
            ..Status::default()
        }
    }

    fn place(&mut self, area: Rect) {
        let columns = Dialog::columns(area, WIDEST);
        let labels = labels(&self.said);
        let lines = self.said.iter();
        self.lines = lines
            .flat_map(|said| said.wrapped(labels, columns))
            .collect();
        let room = self.dialog(area).body.height;
        self.scroll.settle(self.lines.len(), room);
    }

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position> {
        let (text, theme) = (ctx.text, ctx.theme);
        let dialog = self.dialog(area);
        dialog.view(buf, text.say("try.title"), theme);
        let (whole, words, field) = (dialog.whole, dialog.body, dialog.bar);
        let labels = labels(&self.said);
        for (index, line) in (0..).zip(&self.lines[self.scroll.shown()]) {
            let (at, indent) = (row(words, index), line.indent(labels));
            theme.put(buf, first(at, indent), &line.label, theme.label);
            theme.put(buf, skip(at, indent), &line.words, line.style(theme));
        }
        self.scroll.view(buf, (whole, words), theme, hits);
        let used = theme.put(buf, field, text.say("try.secret"), theme.label);
        let field = edge_field(buf, skip(field, used + 1), is_wide(area), true, theme);
        if self.trying.is_some() {
            theme.put(buf, field, text.say("try.trying"), Style::new());
            return Some(field.as_position());
        }
        let theme = theme.of_fields(is_wide(area));
        Some(self.typed.view(buf, field, text, &theme))
    }
}
