//! Frames painted by this backend and by ratatui's own, compared on terminals in memory.

use proptest::collection::vec;
use proptest::prelude::*;
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::{Position, Rect, Size};
use ratatui::style::{Color, Modifier, Style};
use ratatui::{Frame as Drawn, Terminal};
use vt100::Parser;

use super::*;

/// Texts whose width all terminals agree on.
const WORDS: [&str; 12] = [
    "a",
    "billing-export",
    "  ",
    "│",
    "──────",
    "● active",
    "日本語",
    "한글",
    "…",
    "2026-11-27",
    "ｱｲ",
    "x   y",
];
/// Texts about whose width terminals disagree.
const DOUBTFUL: [&str; 6] = ["e\u{301}", "❤\u{fe0f}", "😀", "🇩🇪", "⚡", "n\u{303}a"];

/// A text in its place.
#[derive(Clone, Debug)]
struct Put {
    x: u16,
    y: u16,
    text: String,
    style: Style,
    times: u16,
}

/// What one frame does.
#[derive(Clone, Debug)]
enum Step {
    /// All is new.
    Other(Vec<Put>),
    /// Some of it is.
    More(Vec<Put>),
    /// Rows move.
    Scroll {
        top: u16,
        bottom: u16,
        up: i16,
    },
    /// A row has a bar, or other colours.
    Colour {
        y: u16,
        style: Style,
    },
    Same,
    Resize(u16, u16),
    /// Somebody else has written.
    Forget,
    /// Of a frame with these the terminal gets nothing, and then one with those besides.
    Untaken(Vec<Put>, Vec<Put>),
}

fn colour() -> impl Strategy<Value = Color> {
    prop_oneof![
        4 => Just(Color::Reset),
        2 => prop_oneof![Just(Color::Cyan), Just(Color::DarkGray), Just(Color::Black), Just(Color::White)],
        1 => any::<u8>().prop_map(Color::Indexed),
        1 => any::<(u8, u8, u8)>().prop_map(|(r, g, b)| Color::Rgb(r, g, b)),
    ]
}

/// Those attributes that the terminal in memory knows.
fn style() -> impl Strategy<Value = Style> {
    let attribute = prop_oneof![
        4 => Just(Modifier::empty()),
        1 => Just(Modifier::BOLD),
        1 => Just(Modifier::DIM),
        1 => Just(Modifier::ITALIC),
        1 => Just(Modifier::UNDERLINED),
        2 => Just(Modifier::REVERSED),
    ];
    let background = prop_oneof![3 => Just(Color::Reset), 1 => colour()];
    (colour(), background, vec(attribute, 0..3)).prop_map(|(fg, bg, attributes)| {
        let all = attributes
            .into_iter()
            .fold(Modifier::empty(), Modifier::union);
        // The terminal in memory is either bold or dim.
        let all = if all.contains(Modifier::BOLD) {
            all.difference(Modifier::DIM)
        } else {
            all
        };
        Style::new().fg(fg).bg(bg).add_modifier(all)
    })
}

fn put() -> impl Strategy<Value = Put> {
    let word = prop_oneof![
        6 => prop::sample::select(&WORDS[..]),
        1 => prop::sample::select(&DOUBTFUL[..]),
    ];
    (0..120_u16, 0..40_u16, vec(word, 1..5), style(), 1..4_u16).prop_map(
        |(x, y, words, style, times)| Put {
            x,
            y,
            text: words.concat(),
            style,
            times,
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => vec(put(), 0..30).prop_map(Step::Other),
        4 => vec(put(), 0..4).prop_map(Step::More),
        6 => (0..40_u16, 0..40_u16, -5..6_i16)
            .prop_map(|(top, bottom, up)| Step::Scroll { top, bottom, up }),
        3 => (0..40_u16, style()).prop_map(|(y, style)| Step::Colour { y, style }),
        1 => Just(Step::Same),
        1 => size().prop_map(|(columns, rows)| Step::Resize(columns, rows)),
        1 => Just(Step::Forget),
        2 => (vec(put(), 0..30), vec(put(), 0..4)).prop_map(|(lost, more)| Step::Untaken(lost, more)),
    ]
}

fn size() -> impl Strategy<Value = (u16, u16)> {
    prop_oneof![
        3 => (1..=120_u16, 1..=40_u16),
        1 => (1..=4_u16, 1..=4_u16),
        2 => Just((80, 24)),
    ]
}

/// What the frames show, kept as the program would draw it.
struct Drawing(Vec<Vec<(String, Style)>>);

impl Drawing {
    fn new() -> Drawing {
        Drawing(vec![Vec::new(); 40])
    }

    fn put(&mut self, put: &Put) {
        for y in put.y..(put.y + put.times).min(40) {
            let row = &mut self.0[usize::from(y)];
            let indent = " ".repeat(usize::from(put.x % 30));
            row.push((indent + &put.text, put.style));
            if row.len() > 4 {
                row.remove(0);
            }
        }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Other(puts) => {
                *self = Drawing::new();
                for put in puts {
                    self.put(put);
                }
            }
            Step::More(puts) | Step::Untaken(_, puts) => puts.iter().for_each(|put| self.put(put)),
            Step::Scroll { top, bottom, up } => {
                let [top, bottom] = [top.min(bottom), top.max(bottom)].map(|y| usize::from(*y));
                let region = &mut self.0[top..=bottom];
                let by = usize::from(up.unsigned_abs()) % region.len();
                if *up > 0 {
                    region.rotate_left(by);
                } else {
                    region.rotate_right(by);
                }
            }
            Step::Colour { y, style } => {
                let row = &mut self.0[usize::from(*y)];
                for (_, old) in row.iter_mut() {
                    *old = *style;
                }
                row.push((" ".repeat(120), *style));
            }
            Step::Same | Step::Resize(..) | Step::Forget => {}
        }
    }

    fn draw(&self, frame: &mut Drawn, cursor: Option<(u16, u16)>) {
        let area = frame.area();
        let buffer = frame.buffer_mut();
        for (y, row) in (0..area.height).zip(&self.0) {
            let mut x = 0;
            for (text, style) in row {
                let room = area.width - x;
                x = buffer.set_stringn(x, y, text, usize::from(room), *style).0;
            }
        }
        if let Some((x, y)) = cursor {
            frame.set_cursor_position((x % area.width, y % area.height));
        }
    }
}

/// A screen as it should be: every cell of the buffer written by ratatui's own backend on one that is empty.
fn as_it_should_be(buffer: &Buffer) -> Parser {
    let mut bytes = Vec::new();
    let mut covered = 0;
    let cells = buffer.area.positions().filter_map(|at| {
        if at.x == 0 {
            covered = 0;
        }
        let cell = &buffer[at];
        if covered > 0 {
            covered -= 1;
            return None;
        }
        covered = cell.symbol().cell_width().saturating_sub(1);
        Some((at.x, at.y, cell))
    });
    // Each at its own place: it counts on one column for emoji that terminals give two.
    for cell in cells {
        let mut own = CrosstermBackend::new(&mut bytes);
        own.draw(std::iter::once(cell)).expect("written to memory");
    }
    let mut parser = Parser::new(buffer.area.height, buffer.area.width, 0);
    parser.process(&bytes);
    parser
}

/// Fails where something else is seen.
#[track_caller]
fn expect_the_same(ours: &vt100::Screen, own: &vt100::Screen, buffer: &Buffer, what: &str) {
    for Position { x, y } in buffer.area.positions() {
        let look = |screen: &vt100::Screen| {
            let cell = screen.cell(y, x).expect("a cell");
            let text = if cell.has_contents() {
                cell.contents()
            } else {
                " "
            };
            let seen = text != " " || cell.inverse() || cell.underline();
            let style = seen.then(|| {
                let attributes = [
                    cell.bold(),
                    cell.dim(),
                    cell.italic(),
                    cell.underline(),
                    cell.inverse(),
                ];
                (cell.fgcolor(), attributes)
            });
            (
                text.to_owned(),
                cell.is_wide(),
                cell.is_wide_continuation(),
                cell.bgcolor(),
                style,
            )
        };
        let (is, expected) = (look(ours), look(own));
        // What is behind a character that this terminal takes for narrow has nothing in it; who knows its colours.
        let is_hidden = x > 0 && {
            let before = buffer[(x - 1, y)].symbol();
            before.cell_width() > 1 && expected.0 == " " && !expected.2
        };
        if is_hidden {
            assert_eq!(is.0, " ", "{what}: behind {x},{y}");
        } else {
            assert_eq!(is, expected, "{what}: at {x},{y}");
        }
    }
}

struct Pair {
    terminal: Terminal<Screen<Vec<u8>>>,
    parser: Parser,
    drawing: Drawing,
}

impl Pair {
    fn new((columns, rows): (u16, u16), abilities: Abilities) -> Pair {
        let screen = Screen::new(Vec::new(), Size::new(columns, rows), abilities);
        Pair {
            terminal: Terminal::new(screen).expect("terminal"),
            parser: Parser::new(rows, columns, 0),
            drawing: Drawing::new(),
        }
    }

    /// Erases what the terminal has from its column that becomes the last one: the one in memory would keep the first half of a
    /// wide character there, and fail at the next erasing.
    fn cut_at(&mut self, columns: u16) {
        let rows = self.parser.screen().size().0;
        let erase = |row| format!("\x1b[{row};{columns}H\x1b[K");
        let all: String = (1..=rows).map(erase).collect();
        self.parser.process(format!("\x1b7{all}\x1b8").as_bytes());
    }

    /// Does a step, draws, and compares.
    fn step(&mut self, step: &Step, cursor: Option<(u16, u16)>) {
        if let Step::Untaken(lost, _) = step {
            for put in lost {
                self.drawing.put(put);
            }
            let drawing = &self.drawing;
            let drawn = self.terminal.draw(|frame| drawing.draw(frame, None));
            drawn.expect("drawn");
            let screen = self.terminal.backend_mut();
            screen.paint(&[]).expect("painted");
            screen.take_back();
        }
        self.drawing.step(step);
        match step {
            Step::Resize(columns, rows) => {
                let size = Size::new(*columns, *rows);
                self.terminal.backend_mut().set_size(size);
                self.terminal.resize(Rect::from(size)).expect("resized");
                self.cut_at(*columns);
                self.parser.screen_mut().set_size(*rows, *columns);
            }
            Step::Forget => {
                self.parser.process(b"\x1b[5;5H\x1b[1;44mX\x1b[?25l");
                self.terminal.backend_mut().forget();
                let area = Rect::from(self.terminal.size().expect("size"));
                self.terminal.resize(area).expect("resized");
            }
            _ => {}
        }
        let drawing = &self.drawing;
        let drawn = self.terminal.draw(|frame| drawing.draw(frame, cursor));
        let buffer = drawn.expect("drawn").buffer.clone();
        let screen = self.terminal.backend_mut();
        screen.out.clear();
        screen.paint(&[]).expect("painted");
        let bytes = std::mem::take(&mut screen.out);
        self.parser.process(&bytes);
        let what = format!("{step:?}, {:?}", String::from_utf8_lossy(&bytes));
        let own = as_it_should_be(&buffer);
        let ours = self.parser.screen();
        expect_the_same(ours, own.screen(), &buffer, &what);
        assert_eq!(ours.hide_cursor(), cursor.is_none(), "{what}");
        if let Some((x, y)) = cursor {
            let (rows, columns) = ours.size();
            assert_eq!(ours.cursor_position(), (y % rows, x % columns), "{what}");
        }
    }
}

fn abilities() -> impl Strategy<Value = Abilities> {
    let some = any::<(bool, bool, bool)>().prop_map(|(lines, erases, columns)| Abilities {
        lines,
        erases,
        columns,
        combines: true,
    });
    prop_oneof![3 => Just(Abilities::ALL), 1 => some]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn whatever_frames_come_the_terminal_shows_what_it_shows_with_ratatuis_own_backend(
        size in size(),
        abilities in abilities(),
        steps in vec((step(), prop::option::of((0..120_u16, 0..40_u16))), 1..16),
    ) {
        let mut pair = Pair::new(size, abilities);
        for (step, cursor) in &steps {
            pair.step(step, *cursor);
        }
    }
}

#[test]
fn a_window_that_cuts_a_wide_character_is_painted() {
    let mut pair = Pair::new((5, 4), Abilities::ALL);
    let put = Put {
        x: 3,
        y: 3,
        text: "日".to_owned(),
        style: Style::new(),
        times: 1,
    };
    pair.step(&Step::Other(vec![put]), None);
    pair.step(&Step::Resize(4, 4), None);
}

#[test]
fn a_frame_like_the_one_before_it_is_nothing() {
    let mut pair = Pair::new((80, 24), Abilities::ALL);
    let put = Put {
        x: 3,
        y: 2,
        text: WORDS.concat() + &DOUBTFUL.concat(),
        style: Style::new().cyan().reversed(),
        times: 3,
    };
    pair.step(&Step::More(vec![put]), Some((3, 3)));
    pair.terminal
        .draw(|frame| pair.drawing.draw(frame, Some((3, 3))))
        .expect("drawn");
    pair.terminal.backend_mut().paint(&[]).expect("painted");
    assert!(pair.terminal.backend().out.is_empty());
}

#[test]
fn what_a_terminal_writes_too_far_is_written_over() {
    let family = "👨\u{200d}👩\u{200d}👧";
    let put = |text: String| Put {
        x: 1,
        y: 1,
        text,
        style: Style::new().cyan(),
        times: 2,
    };
    let mut pair = Pair::new((30, 4), Abilities::ALL);
    pair.step(&Step::Other(vec![put(format!("a{family} is here"))]), None);
    pair.step(&Step::Other(vec![put(format!("a{family}"))]), None);
    pair.step(
        &Step::Other(vec![put(format!("{family}{family}日本"))]),
        Some((2, 1)),
    );
    pair.step(&Step::Other(vec![put("none".to_owned())]), Some((2, 1)));
}

/// What a terminal shows for a character about which they disagree, in letters of that width.
type Takes = fn(char) -> Option<&'static str>;

/// The console of Linux: one column for whatever its font does not have, and none for what joins.
fn by_linux(c: char) -> Option<&'static str> {
    match c {
        '\u{200d}' => Some(""),
        '\u{301}' | '\u{fe0f}' | '❤' | '⚡' | '\u{10000}'.. => Some("?"),
        _ => None,
    }
}

/// GNU screen: two columns for each part of an emoji.
fn by_screen(c: char) -> Option<&'static str> {
    match c {
        '\u{200d}' | '\u{fe0f}' => Some(""),
        '❤' | '🇩' | '🇪' => Some("?"),
        '⚡' | '\u{10000}'.. => Some("日"),
        _ => None,
    }
}

/// The texts of the rows; the first part of each is one about whose width terminals disagree.
const ROWS: [(&str, &str); 6] = [
    ("👨\u{200d}👩\u{200d}👧", " family and what is behind"),
    ("e\u{301}", "tude de marche"),
    ("❤\u{fe0f}", "and more"),
    ("🇩🇪", "tells where"),
    ("😀", "by itself"),
    ("⚡", "quick"),
];

#[test]
fn whatever_columns_a_terminal_takes_for_a_character_all_around_it_is_as_it_should_be() {
    let terminals: [(&str, Takes); 2] = [("linux", by_linux), ("screen", by_screen)];
    for (name, takes) in terminals {
        let screen = Screen::new(Vec::new(), Size::new(40, 6), Abilities::of(name));
        let mut terminal = Terminal::new(screen).expect("terminal");
        let mut parser = Parser::new(6, 40, 0);
        // The bar goes from row to row, and the first column is now here, now there.
        for frame in 0..14_u16 {
            let bar = frame % 6;
            let drawn = terminal.draw(|drawn| {
                let buffer = drawn.buffer_mut();
                for (y, (first, rest)) in (0..).zip(ROWS) {
                    let text = format!("{}{first}{rest}", "ab".repeat(usize::from(frame / 7)));
                    buffer.set_string(0, y, text, Style::new());
                }
                buffer.set_style(Rect::new(0, bar, 40, 1), Style::new().reversed());
            });
            let buffer = drawn.expect("drawn").buffer.clone();
            let screen = terminal.backend_mut();
            screen.out.clear();
            screen.paint(&[]).expect("painted");
            let bytes = String::from_utf8(std::mem::take(&mut screen.out)).expect("UTF-8");
            let shown = |c: char| takes(c).map_or_else(|| c.to_string(), str::to_owned);
            let bytes: String = bytes.chars().map(shown).collect();
            parser.process(bytes.as_bytes());
            let mut doubtful = 0;
            for Position { x, y } in buffer.area.positions() {
                let wanted = buffer[(x, y)].symbol();
                let is = parser.screen().cell(y, x).expect("a cell");
                let what = format!("{name}, frame {frame}: {x},{y}");
                // This terminal gives the second half of a wide character no attributes.
                let is_half = is.is_wide_continuation();
                assert!(is_half || is.inverse() == (y == bar), "{what}");
                if wanted.chars().any(|c| takes(c).is_some()) {
                    doubtful = wanted.cell_width();
                }
                if doubtful > 0 {
                    doubtful -= 1;
                    continue;
                }
                let text = if is.has_contents() {
                    is.contents()
                } else {
                    " "
                };
                assert_eq!(text, wanted, "{what}");
            }
        }
    }
}
