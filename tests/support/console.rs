//! The whole console in memory: keys in, screen out, requests carried out at once.
//!
//! What a hand does gives the console back, so that a step of a test is one line: the keys, and what is seen after them.

use std::sync::{Arc, Mutex, MutexGuard};

use crossterm::event::{
    Event, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use keyward::auth::random::Random;
use keyward::clipboard::Clipboard;
use keyward::clock::Clock;
use keyward::config::settings::Settings;
use keyward::domain::clipboard::ClipboardWay;
use keyward::domain::event::{EventKind, NewEvent, Target};
use keyward::domain::id::KeyId;
use keyward::domain::locale::Locale;
use keyward::domain::secret::Secret;
use keyward::domain::time::SECOND;
use keyward::domain::trouble::Trouble;
use keyward::domain::user::{Actor, Arrival};
use keyward::domain::verdict::{Refused, Verdict};
use keyward::service::Service;
use keyward::store::events;
use keyward::text::Text;
use keyward::ui::app::{App, Asked, Effect, Input, LayerId, Setting, Show};
use keyward::ui::extent::Extent;
use keyward::ui::hits::{Hit, Hits};
use keyward::ui::keymap::{Chord, Scope};
use keyward::ui::look::Theme;
use keyward::ui::perform::{Copier, Performer};
use keyward::ui::request::{Done, Outcome, Request, Ticket, Write};
use keyward::ui::terminal::{Lost, Meter};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier};

use super::database::{Bench, NOW, authenticate, raw};
use super::sentence::{self, Values};

/// The sizes at which everything is drawn.
pub const SIZES: [(u16, u16); 4] = [(120, 40), (80, 24), (60, 15), (40, 10)];

/// A part of the screen that is pictured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Screen,
    /// What is between the toolbar and the footer.
    Body,
    /// The box on top, without what it lies over.
    Dialog,
    /// The last line above the footer, which is for messages, and the footer.
    MessageAndFooter,
    Footer,
}

/// What is between the toolbar, which a low window has no room for, and the footer.
fn last_rows(window: Rect, rows: u16) -> Rect {
    Rect {
        y: window.height - rows,
        height: rows,
        ..window
    }
}

/// A clipboard that remembers what was sent to it and what was not taken back yet.
#[derive(Clone, Default)]
pub struct Remembered(Arc<Mutex<Memory>>);

#[derive(Default)]
struct Memory {
    sent: Vec<String>,
    held: Option<String>,
    /// What the next text is answered, and the next wish to take it back.
    answers: (Option<Result<ClipboardWay, Trouble>>, Option<Trouble>),
}

impl Remembered {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().expect("not poisoned")
    }
}

impl Clipboard for Remembered {
    fn send(&mut self, text: &Secret) -> Result<ClipboardWay, Trouble> {
        let mut memory = self.memory();
        let answer = memory.answers.0.take().unwrap_or(Ok(ClipboardWay::Osc52));
        if answer.is_ok() {
            memory.sent.push(text.expose().to_owned());
            memory.held = Some(text.expose().to_owned());
        }
        answer
    }

    fn leave(&mut self, text: &Secret) -> Result<ClipboardWay, Trouble> {
        let sent = self.send(text);
        self.memory().held = None;
        sent
    }

    fn forget(&mut self) -> Result<(), Trouble> {
        let mut memory = self.memory();
        memory.held = None;
        memory.answers.1.take().map_or(Ok(()), Err)
    }
}

/// The keys of a text, in which `\n` is Enter, `\t` is Tab and `<F2>` the key of that name.
pub fn chords(keys: &str) -> Vec<Chord> {
    let mut chords = Vec::new();
    let mut rest = keys;
    while let Some(c) = rest.chars().next() {
        let name = match c {
            '<' => rest.split_once('>').map(|(name, _)| &name[1..]),
            _ => None,
        };
        rest = &rest[name.map_or(c.len_utf8(), |name| name.len() + 2)..];
        let code = |code| Chord(code, KeyModifiers::NONE);
        chords.push(match (c, name) {
            // It is sent for Backspace, and has no name of its own.
            (_, Some("Ctrl-H")) => Chord(KeyCode::Char('h'), KeyModifiers::CONTROL),
            (_, Some(name)) => Chord::of_name(name).expect("a key's name"),
            ('\n', None) => code(KeyCode::Enter),
            ('\t', None) => code(KeyCode::Tab),
            (c, None) => code(KeyCode::Char(c)),
        });
    }
    chords
}

/// Answers that have not come yet.
pub struct LateAnswers(Vec<(LayerId, Ticket, Outcome)>);

/// A console on a database, as one administrator has it.
pub struct Console {
    pub bench: Bench,
    app: App,
    performer: Performer,
    copier: Copier,
    terminal: Terminal<TestBackend>,
    /// The last frame. What the backend keeps has rests of older ones below wide characters.
    drawn: Buffer,
    clipboard: Remembered,
    language: Locale,
    /// What the theme has behind everything.
    ground: Color,
    /// What was asked for and is held back, when answers are held back.
    pub held: Vec<Asked>,
    pub hold: bool,
    /// What every read is answered, while it cannot be carried out.
    pub unreadable: Option<Trouble>,
    /// Answers that have not come yet, when they take their time.
    late: Option<Vec<(LayerId, Ticket, Outcome)>>,
    pub effects: Vec<Effect>,
    /// What is found where a change was left open.
    pub held_after_all: Option<bool>,
    /// Whatever is to be written is answered with this.
    pub broken: Option<Trouble>,
}

impl Console {
    /// On an empty database, as alice, who has Full Access; 80x24.
    pub fn new() -> Console {
        Console::on(Bench::new())
    }

    /// On this database, as alice.
    pub fn on(bench: Bench) -> Console {
        let alice = bench.alice.clone();
        Console::of(bench, alice, (80, 24))
    }

    /// On a database with keys of these names, each with a secret that works, as alice.
    pub fn with_keys(names: &[&str]) -> Console {
        let mut console = Console::new();
        for name in names {
            console.bench.delivered(name);
        }
        console.wait(2 * SECOND);
        console.wait(2 * SECOND);
        console
    }

    /// As this user, in a window of this size.
    pub fn of(bench: Bench, actor: Actor, size: (u16, u16)) -> Console {
        Console::set(bench, actor, size, |_| {})
    }

    /// The same on a machine with this language.
    pub fn speaking(text: Text, bench: Bench, actor: Actor, size: (u16, u16)) -> Console {
        Console::set(bench, actor, size, |setting| {
            setting.settings.language = text.language();
        })
    }

    /// The same with other settings.
    pub fn set(
        bench: Bench,
        actor: Actor,
        size: (u16, u16),
        change: impl FnOnce(&mut Setting),
    ) -> Console {
        let mut console = Console::begun(bench, actor, size, change);
        console.settle();
        console
    }

    /// The same before anything was read or drawn.
    pub fn begun(
        bench: Bench,
        actor: Actor,
        size: (u16, u16),
        change: impl FnOnce(&mut Setting),
    ) -> Console {
        let mut setting = Setting {
            clock: bench.clock.clone(),
            settings: Settings {
                idle_minutes: 0,
                ..Settings::default()
            },
            actor,
            arrival: Arrival::default(),
            files: true,
            demo: false,
            place: None,
            show: Show::default(),
        };
        change(&mut setting);
        let clipboard = Remembered::default();
        let performer = Performer::new(
            bench.another().warning(setting.settings.warning),
            setting.actor.clone(),
            setting.files,
        );
        let copier = Copier::new(Box::new(clipboard.clone()));
        let language = setting.settings.language;
        let (theme, _) = Theme::of(&setting.settings);
        let app = App::new(setting);
        let terminal = Terminal::new(TestBackend::new(size.0, size.1)).expect("a terminal");
        Console {
            bench,
            app,
            performer,
            copier,
            terminal,
            drawn: Buffer::default(),
            clipboard,
            language,
            ground: theme.plain.bg.unwrap_or_default(),
            held: Vec::new(),
            hold: false,
            unreadable: None,
            late: None,
            effects: Vec::new(),
            held_after_all: None,
            broken: None,
        }
    }

    /// Whether this cell is on a bar: of a selected row, a field or a button.
    pub fn is_on_bar(&self, at: (u16, u16)) -> bool {
        let cell = &self.buffer()[at];
        cell.modifier.contains(Modifier::REVERSED) || cell.bg != self.ground
    }

    /// Carries out what was asked for until nothing more is, and draws.
    pub fn settle(&mut self) -> &mut Console {
        loop {
            let asked = self.app.take_requests();
            self.effects.extend(self.app.take_effects());
            if asked.is_empty() {
                break;
            }
            for asked in asked {
                if self.hold {
                    self.held.push(asked);
                } else {
                    self.carry_out(asked);
                }
            }
        }
        if self.app.wants_frame() {
            self.draw();
        }
        self
    }

    fn carry_out(&mut self, asked: Asked) {
        let outcome = self.perform(asked.request);
        match &mut self.late {
            Some(late) => late.push((asked.layer, asked.ticket, outcome)),
            None => self.app.answer(asked.layer, asked.ticket, outcome),
        }
    }

    fn perform(&mut self, request: Request) -> Outcome {
        match request {
            Request::Read(read) => match &self.unreadable {
                Some(trouble) => Err(trouble.clone()),
                None => self.performer.read(read, None),
            },
            Request::Write(write) => match &self.broken {
                Some(trouble) => Err(trouble.clone()),
                None if matches!(write, Write::Settle) => Ok(Done::Settled(self.held_after_all)),
                None => self.performer.write(write),
            },
            Request::Aside(aside) => self.copier.carry_out(aside),
        }
    }

    /// Does something whose answers come only later: see [`Console::late_answers`].
    pub fn answered_late(&mut self, act: impl FnOnce(&mut Console) -> &mut Console) -> LateAnswers {
        self.late = Some(Vec::new());
        act(self);
        LateAnswers(self.late.take().unwrap_or_default())
    }

    /// The answers come.
    pub fn late_answers(&mut self, late: LateAnswers) {
        for (layer, ticket, outcome) in late.0 {
            self.app.answer(layer, ticket, outcome);
        }
        self.settle();
    }

    /// Carries out what was held back.
    pub fn release(&mut self) {
        self.hold = false;
        for asked in std::mem::take(&mut self.held) {
            self.carry_out(asked);
        }
        self.settle();
    }

    /// Has alice do something elsewhere: see [`Bench::by_alice`].
    #[track_caller]
    pub fn by_alice<T>(
        &mut self,
        does: impl FnOnce(&mut Service, &Actor) -> Result<T, Trouble>,
    ) -> T {
        self.bench.by_alice(does)
    }

    /// Goes to a screen by the tree.
    pub fn go(&mut self, screen: &str) -> &mut Console {
        self.keys("tg");
        for _ in 0..8 {
            if self.screen().contains(&format!("> {screen}")) {
                return self.enter();
            }
            self.keys("j");
        }
        panic!("no way to {screen}:\n{}", self.screen());
    }

    /// Finds a row of the present list by its ID.
    pub fn find(&mut self, id: i64) -> &mut Console {
        self.keys(&format!("/<Ctrl-U>id:{id}\n"))
    }

    /// Makes a click on a cell, as a hand does: drawn before the next, and not sooner than so many milliseconds after
    /// what was done before.
    pub fn click_after(&mut self, ms: i64, (column, row): (u16, u16)) -> &mut Console {
        self.bench.clock.advance(ms);
        let left = MouseButton::Left;
        for kind in [MouseEventKind::Down(left), MouseEventKind::Up(left)] {
            self.send_mouse(kind, (column, row), self.app.frames());
        }
        self.settle()
    }

    /// A click that belongs to no other.
    pub fn click(&mut self, at: (u16, u16)) -> &mut Console {
        self.click_after(SECOND, at)
    }

    /// A click on the first cell of a text.
    #[track_caller]
    pub fn click_on(&mut self, text: &str) -> &mut Console {
        let at = self.find_text(text);
        self.click(at)
    }

    /// Two clicks on the first cell of a text, as quick as hands are.
    #[track_caller]
    pub fn double_click_on(&mut self, text: &str) -> &mut Console {
        let at = self.find_text(text);
        self.click(at);
        self.click_after(150, at)
    }

    /// Something else with the mouse, read when so many frames had been drawn.
    pub fn send_mouse(&mut self, kind: MouseEventKind, (column, row): (u16, u16), frame: u64) {
        let event = Event::Mouse(MouseEvent {
            kind,
            column,
            row,
            modifiers: KeyModifiers::NONE,
        });
        let at = self.bench.clock.uptime();
        self.app.input(Input { event, frame, at });
    }

    /// The scroll bar of what is on top: where it is, and what it stands for.
    pub fn scroll_bar(&self) -> Option<(Rect, Extent)> {
        let (hits, _) = self.hits();
        hits.all().find_map(|(area, hit)| match hit {
            Hit::Bar(extent) => Some((area, extent)),
            _ => None,
        })
    }

    /// What scrolls on top shows its lines from this one on, counted from 0.
    #[track_caller]
    pub fn expect_top(&mut self, top: usize) -> &mut Console {
        let extent = self.scroll_bar().map(|(_, extent)| extent.top);
        assert_eq!(extent, Some(top), "{}", self.screen());
        self
    }

    /// The left button goes down, is moved or let go.
    pub fn left(
        &mut self,
        does: fn(MouseButton) -> MouseEventKind,
        at: (u16, u16),
    ) -> &mut Console {
        self.bench.clock.advance(SECOND);
        self.send_mouse(does(MouseButton::Left), at, self.app.frames());
        self.settle()
    }

    /// A key and something with the mouse that are read together, before anything is drawn.
    pub fn together(&mut self, code: KeyCode, kind: MouseEventKind, at: (u16, u16)) {
        let frame = self.app.frames();
        self.send(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        self.send_mouse(kind, at, frame);
        self.settle();
    }

    /// Turns the wheel by so many notches, down or up.
    pub fn wheel(&mut self, notches: i32) -> &mut Console {
        let kind = if notches > 0 {
            MouseEventKind::ScrollDown
        } else {
            MouseEventKind::ScrollUp
        };
        for _ in 0..notches.abs() {
            self.bench.clock.advance(SECOND / 50);
            self.send_mouse(kind, (0, 0), self.app.frames());
            self.settle();
        }
        self
    }

    /// How many frames have been drawn.
    pub fn frames(&self) -> u64 {
        self.app.frames()
    }

    /// What can be clicked, and the part of the key table that holds.
    pub fn hits(&self) -> (&Hits, Scope) {
        self.app.hits()
    }

    /// Where a text is on the screen: column and row of its first cell.
    #[track_caller]
    pub fn find_text(&self, text: &str) -> (u16, u16) {
        let buffer = self.buffer();
        for y in 0..buffer.area.height {
            let (mut line, mut columns, mut covered) = (String::new(), Vec::new(), 0);
            for x in 0..buffer.area.width {
                let symbol = buffer[(x, y)].symbol();
                if covered == 0 {
                    columns.extend(symbol.bytes().map(|_| x));
                    line.push_str(symbol);
                    covered = symbol.cell_width();
                }
                covered = covered.saturating_sub(1);
            }
            if let Some(at) = line.find(text) {
                return (columns[at], y);
            }
        }
        panic!("“{text}” is not on the screen:\n{}", self.screen());
    }

    pub fn draw(&mut self) {
        let app = &mut self.app;
        let frame = self.terminal.draw(|frame| app.draw(frame));
        self.drawn = frame.expect("drawn").buffer.clone();
    }

    pub fn resize(&mut self, width: u16, height: u16) -> &mut Console {
        self.terminal.backend_mut().resize(width, height);
        self.send(Event::Resize(width, height));
        self.settle()
    }

    /// Something that the terminal tells.
    pub fn send(&mut self, event: Event) {
        let input = Input {
            event,
            frame: self.app.frames(),
            at: self.bench.clock.uptime(),
        };
        self.app.input(input);
    }

    /// What was written to the terminal so far.
    pub fn measured(&mut self, link: Meter) -> &mut Console {
        self.app.measured(link);
        self
    }

    /// Something typed or pasted that is not handed over.
    pub fn lost(&mut self, lost: Lost) {
        self.app.lost(lost);
        self.settle();
    }

    fn press_event(&mut self, event: Event) -> &mut Console {
        self.bench.clock.advance(SECOND / 5);
        self.send(event);
        self.settle()
    }

    /// Presses one key, as a hand does: it is drawn before the next.
    pub fn press(&mut self, code: KeyCode) -> &mut Console {
        self.press_event(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)))
    }

    /// Presses a key with Ctrl.
    pub fn ctrl(&mut self, c: char) {
        self.press_with(KeyCode::Char(c), KeyModifiers::CONTROL);
    }

    /// Presses a key while others are held down.
    pub fn press_with(&mut self, code: KeyCode, held: KeyModifiers) -> &mut Console {
        self.press_event(Event::Key(KeyEvent::new(code, held)))
    }

    /// Presses keys one after the other, as a hand does: see [`chords`].
    pub fn keys(&mut self, keys: &str) -> &mut Console {
        for Chord(code, held) in chords(keys) {
            self.press_with(code, held);
        }
        self
    }

    pub fn enter(&mut self) -> &mut Console {
        self.press(KeyCode::Enter)
    }

    /// Keys that are all read before anything is drawn, as a paste without brackets is.
    pub fn burst(&mut self, text: &str) -> &mut Console {
        for c in text.chars() {
            let code = if c == '\n' {
                KeyCode::Enter
            } else {
                KeyCode::Char(c)
            };
            self.send(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        }
        self.settle()
    }

    /// A bracketed paste.
    pub fn paste(&mut self, text: &str) -> &mut Console {
        self.press_event(Event::Paste(text.to_owned()))
    }

    /// Lets time pass and the App notice it.
    pub fn wait(&mut self, ms: i64) -> &mut Console {
        self.bench.clock.advance(ms);
        self.app.tick();
        self.settle()
    }

    /// Lets the cursor rest until the preview beside the list is of its row.
    pub fn rest(&mut self) -> &mut Console {
        self.wait(SECOND / 5)
    }

    /// Sets the machine's clock, and lets the App look at it.
    pub fn set_clock(&mut self, ms: i64) -> &mut Console {
        self.bench.clock.set(ms);
        self.wait(SECOND)
    }

    /// How long the program would sleep now, in milliseconds.
    pub fn sleeps(&self) -> i64 {
        self.app.next_wake().since(self.bench.clock.uptime())
    }

    /// What the program does at its end.
    pub fn end(&mut self) {
        if let Some(farewell) = self.app.farewell() {
            // Nobody waits for what comes of it.
            let _ = self.perform(farewell.into());
        }
    }

    /// The words on the screen, in one line: what was wrapped in a dialog is whole again.
    fn words(&self) -> String {
        let screen = self.screen().replace(['│', '╭', '╮', '╰', '╯', '─'], " ");
        screen.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The screen as text: a wide character counts for its two cells.
    pub fn screen(&self) -> String {
        self.part(self.buffer().area)
    }

    /// A part of the screen as text.
    fn part(&self, area: Rect) -> String {
        let mut text = String::new();
        for row in area.rows() {
            let mut covered = 0;
            for at in row.columns() {
                let symbol = self.buffer()[(at.x, at.y)].symbol();
                if covered == 0 {
                    text.push_str(symbol);
                    covered = symbol.cell_width();
                }
                covered = covered.saturating_sub(1);
            }
            text.push('\n');
        }
        text
    }

    /// A part of the screen as a picture: without what is blank at the ends of lines, and without blank lines below.
    pub fn picture(&mut self, part: Part) -> String {
        self.expect_whole_characters();
        let window = self.buffer().area;
        let area = match part {
            Part::Screen => window,
            Part::Body => self.body(),
            Part::Dialog => self.dialog(),
            Part::MessageAndFooter => last_rows(window, 2),
            Part::Footer => last_rows(window, 1),
        };
        let text = self.part(area);
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        lines.join("\n").trim_matches('\n').to_owned()
    }

    /// What is between the header with the toolbar, over which a page may be, and the footer.
    fn body(&self) -> Rect {
        let window = self.buffer().area;
        let has_toolbar = window.height >= 14 && !self.has_title(1);
        let above = 1 + u16::from(has_toolbar);
        Rect {
            y: above,
            height: window.height - above - 1,
            ..window
        }
    }

    /// Whether the title of a page is in this row.
    fn has_title(&self, y: u16) -> bool {
        let buffer = self.buffer();
        let mut ends = [0, buffer.area.right() - 1].into_iter();
        ends.all(|x| buffer[(x, y)].modifier.contains(Modifier::UNDERLINED))
    }

    /// The dialog on top: the smallest box around the cursor, or else the page, below the line with its title.
    fn dialog(&mut self) -> Rect {
        let cursor = Position::from(self.cursor());
        let buffer = self.buffer();
        let is = |x, y, marks: &str| marks.contains(buffer[(x, y)].symbol());
        let is_box = |area: &Rect| {
            let (right, bottom) = (area.right() - 1, area.bottom() - 1);
            is(right, area.y, "╮+")
                && is(area.x, bottom, "╰+")
                && is(right, bottom, "╯+")
                && (area.y + 1..bottom).all(|y| is(area.x, y, "│|") && is(right, y, "│|▐#↑↓^v"))
        };
        let corners = buffer.area.positions().filter(|at| is(at.x, at.y, "╭+"));
        let boxes = corners.flat_map(|Position { x, y }| {
            let widths = 2..=buffer.area.right() - x;
            let heights = 2..=buffer.area.bottom() - y;
            widths.flat_map(move |width| {
                heights
                    .clone()
                    .map(move |height| Rect::new(x, y, width, height))
            })
        });
        let around = boxes.filter(|area| area.contains(cursor) && is_box(area));
        let smallest = around.min_by_key(|area| area.area());
        let title = (1..=cursor.y).rev().find(|y| self.has_title(*y));
        let page = title.map(|y| Rect {
            y,
            height: buffer.area.bottom() - 2 - y,
            ..buffer.area
        });
        let dialog = smallest.or(page);
        dialog.unwrap_or_else(|| panic!("no dialog around {cursor}:\n{}", self.screen()))
    }

    /// Fails where something was drawn over a half of a wide character: a terminal shows one or the other.
    #[track_caller]
    pub fn expect_whole_characters(&self) {
        let buffer = self.buffer();
        for y in buffer.area.rows() {
            let mut covered = 0;
            for x in buffer.area.columns() {
                let symbol = buffer[(x.x, y.y)].symbol();
                let at = (x.x, y.y);
                assert!(
                    covered == 0 || symbol == " ",
                    "“{symbol}” at {at:?} is covered by what is before it:\n{}",
                    self.screen()
                );
                covered = covered.max(symbol.cell_width()).saturating_sub(1);
            }
            assert_eq!(covered, 0, "cut at the end of row {}", y.y);
        }
    }

    /// Whether a text is on the screen, as it stands there or wrapped.
    pub fn shows(&self, text: &str) -> bool {
        self.screen().contains(text) || self.words().contains(text)
    }

    /// Fails with the screen when a text is not on it.
    #[track_caller]
    pub fn expect(&self, text: &str) -> &Console {
        assert!(
            self.shows(text),
            "“{text}” is not on the screen:\n{}",
            self.screen()
        );
        self
    }

    /// Fails with the screen when a text is on it.
    #[track_caller]
    pub fn expect_not(&self, text: &str) -> &Console {
        assert!(
            !self.shows(text),
            "“{text}” is on the screen:\n{}",
            self.screen()
        );
        self
    }

    /// Whether a sentence of the program is on the screen, in its language.
    pub fn has_said(&self, name: &'static str, values: Values) -> bool {
        sentence::is_on(&self.screen(), Text::of(self.language), name, values)
    }

    /// Fails with the screen when a sentence of the program is not on it.
    #[track_caller]
    pub fn says(&self, name: &'static str) -> &Console {
        self.says_with(name, &[])
    }

    /// Fails with the screen when a sentence of the program is not on it with these values.
    #[track_caller]
    pub fn says_with(&self, name: &'static str, values: Values) -> &Console {
        let said = self.has_said(name, values);
        assert!(said, "{name} is not on the screen:\n{}", self.screen());
        self
    }

    /// Fails with the screen when a sentence of the program is on it.
    #[track_caller]
    pub fn says_not(&self, name: &'static str) -> &Console {
        let said = self.has_said(name, &[]);
        assert!(!said, "{name} is on the screen:\n{}", self.screen());
        self
    }

    /// The line of the list with the cursor's mark.
    pub fn selected(&self) -> String {
        let screen = self.screen();
        screen
            .lines()
            .find(|line| {
                let begins = line.starts_with("> ") || line.starts_with(">*");
                begins || line.contains("│> ") || line.contains("│>*")
            })
            .unwrap_or_default()
            .to_owned()
    }

    /// Fails with the screen when the line with the cursor's mark does not have this text.
    #[track_caller]
    pub fn expect_selected(&self, text: &str) -> &Console {
        let selected = self.selected();
        assert!(selected.contains(text), "{text}, not:\n{}", self.screen());
        self
    }

    /// Where the hardware cursor is: column and row.
    pub fn cursor(&mut self) -> (u16, u16) {
        use ratatui::backend::Backend;
        let at = self
            .terminal
            .backend_mut()
            .get_cursor_position()
            .expect("a cursor");
        (at.x, at.y)
    }

    /// Where the cursor is seen, if it is.
    pub fn cursor_seen(&self) -> Option<Position> {
        let backend = self.terminal.backend();
        backend.cursor_visible().then(|| backend.cursor_position())
    }

    /// What is random is made of these bytes from now on, for alice.
    pub fn random_from(&mut self, random: Box<dyn Random>) {
        let (store, clock) = (self.bench.store(), self.bench.clock.clone());
        let service = Service::new(store, clock, random, self.bench.hasher.clone());
        let service = service.expect("a service");
        self.performer = Performer::new(service, self.bench.alice.clone(), true);
    }

    pub fn done(&self) -> bool {
        self.app.done()
    }

    /// Everything that was sent to the clipboard.
    pub fn clipboard(&self) -> Vec<String> {
        self.clipboard.memory().sent.clone()
    }

    /// What the clipboard holds and nobody has taken back.
    pub fn held(&self) -> Option<String> {
        self.clipboard.memory().held.clone()
    }

    /// What the clipboard answers to the next text.
    pub fn clipboard_answers(&mut self, answer: Result<ClipboardWay, Trouble>) {
        self.clipboard.memory().answers.0 = Some(answer);
    }

    /// Why the clipboard does not give back the next text.
    pub fn clipboard_keeps(&mut self, trouble: Trouble) {
        self.clipboard.memory().answers.1 = Some(trouble);
    }

    /// The cells of the screen.
    pub fn buffer(&self) -> &Buffer {
        &self.drawn
    }

    /// The secret on the screen, read as a terminal's selection of its line does.
    pub fn secret(&self) -> String {
        let screen = self.screen();
        let is_secret = |line: &&str| {
            keyward::domain::secret::find_secret_shape(line).is_some_and(|(at, _)| at.start == 0)
        };
        screen
            .lines()
            .map(str::trim_end)
            .find(is_secret)
            .unwrap_or_default()
            .to_owned()
    }

    /// Makes a key by hand and leaves the secret dialog open; says what the secret is.
    pub fn make(&mut self, name: &str) -> String {
        self.keys("n");
        self.keys(name);
        self.press(KeyCode::F(2));
        self.secret()
    }

    /// Makes a key whose secret is confirmed as stored.
    pub fn make_and_store(&mut self, name: &str) -> String {
        let secret = self.make(name);
        self.keys("a\n");
        secret
    }

    /// What becomes of an attempt to authenticate with a secret.
    pub fn verdict(&mut self, secret: &str) -> Verdict {
        authenticate(&mut self.bench.service, secret).expect("a verdict")
    }

    /// Whether a secret authenticates.
    pub fn works(&mut self, secret: &str) -> bool {
        matches!(self.verdict(secret), Verdict::Valid(_))
    }

    /// Why a secret does not authenticate.
    pub fn refusal(&mut self, secret: &str) -> Option<Refused> {
        match self.verdict(secret) {
            Verdict::Valid(_) => None,
            Verdict::Refused(reason) => Some(reason),
        }
    }

    /// Leaves the database no room for one more event, as a full disk does. A key must have been made before.
    pub fn fill_disk(&mut self) {
        let behind = raw(&self.bench.place);
        if !behind.is_sqlite() {
            return behind.fill_disk();
        }
        let mut filler = self.bench.store();
        for store in [&filler, self.performer.service().store()] {
            store.limit_pages(1).expect("limited");
        }
        for length in [3_000, 1_000, 300, 100, 30, 1] {
            let event = NewEvent {
                kind: EventKind::SecretSavedToFile,
                actor: None,
                target: Target::trail(),
                body: serde_json::json!({ "path": "x".repeat(length) }),
            };
            while filler
                .write(|tx| events::append(tx, NOW, event.clone()))
                .is_ok()
            {}
        }
    }

    /// Changes give up a lock that another process holds after this long.
    pub fn set_patience(&self, budget: std::time::Duration) {
        self.performer.service().store().patience().set(budget);
    }

    /// The disk has room again.
    pub fn free_disk(&mut self) {
        let behind = raw(&self.bench.place);
        if !behind.is_sqlite() {
            return behind.swallow_no_more("events");
        }
        self.performer
            .service()
            .store()
            .limit_pages(1_000_000)
            .expect("limited");
    }

    /// The ID of a secret's key.
    pub fn id_of(secret: &str) -> KeyId {
        KeyId(
            secret
                .split(':')
                .next()
                .and_then(|id| id.parse().ok())
                .expect("an ID"),
        )
    }
}
