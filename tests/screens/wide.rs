//! Wide, half-width and combining characters as a terminal shows them: changes are written cell by cell, and a
//! character takes the columns that the terminal gives it, whatever ratatui thinks of it.

use keyward::domain::locale::Locale;
use keyward::ui::keymap::Chord;
use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthChar;

use crate::scenes::Seed;
use crate::support::console::{Console, chords};

/// A name and a description with letters of every kind: wide ones, half-width ones with marks, and combining marks.
const NAME: &str = "漢字ｶﾞｲﾄﾞe\u{301}か\u{3099}z";

/// A terminal's own idea of its screen.
struct Seen {
    /// What is in each cell; nothing in the second one of a wide character.
    rows: Vec<Vec<String>>,
    before: Buffer,
}

/// How many columns a terminal moves on by. Half-width sound marks have one of their own.
fn columns(c: char) -> usize {
    match c {
        '\u{ff9e}' | '\u{ff9f}' => 1,
        c => c.width().unwrap_or(0),
    }
}

impl Seen {
    fn new(console: &Console) -> Seen {
        let area = console.buffer().area;
        let row = vec![" ".to_owned(); usize::from(area.width)];
        Seen {
            rows: vec![row; usize::from(area.height)],
            before: Buffer::empty(area),
        }
    }

    /// Writes what has changed, as the backend does: without moving to where the cursor is already taken to be.
    fn follow(&mut self, console: &Console) {
        let now = console.buffer().clone();
        let mut cursor = (0, 0);
        let mut last = None;
        for (x, y, cell) in self.before.diff(&now) {
            if last.is_none_or(|(left, row)| (left + 1, row) != (x, y)) {
                cursor = (usize::from(x), usize::from(y));
            }
            last = Some((x, y));
            for c in cell.symbol().chars() {
                cursor.0 += self.write(cursor, c);
            }
        }
        self.before = now;
    }

    /// Writes one character and says how many columns the cursor moves on by.
    fn write(&mut self, (x, y): (usize, usize), c: char) -> usize {
        let row = &mut self.rows[y];
        let wide = columns(c);
        if wide == 0 {
            let before = (0..x).rev().find(|x| !row[*x].is_empty());
            row[before.expect("a letter before its mark")].push(c);
            return 0;
        }
        // Half of a wide character that is written over leaves a blank.
        if row[x].is_empty() {
            " ".clone_into(&mut row[x - 1]);
        }
        if row.get(x + wide).is_some_and(String::is_empty) {
            " ".clone_into(&mut row[x + wide]);
        }
        row[x] = c.to_string();
        for covered in &mut row[x + 1..x + wide] {
            covered.clear();
        }
        wide
    }

    /// Fails where the terminal shows anything else than what was drawn.
    #[track_caller]
    fn expect_as_drawn(&mut self, console: &Console) {
        console.expect_whole_characters();
        self.follow(console);
        let lines: Vec<String> = self.rows.iter().map(|row| row.concat()).collect();
        assert_eq!(lines.join("\n") + "\n", console.screen());
    }
}

/// The demo on a Japanese machine, and the terminal that it is shown on.
fn demo(size: (u16, u16)) -> (Console, Seen) {
    let mut console = Seed::Demo.console(Locale::JaJp, |_| {});
    console.resize(size.0, size.1);
    let seen = Seen::new(&console);
    (console, seen)
}

/// Presses keys one after the other and looks at the screen after each.
#[track_caller]
fn keys(console: &mut Console, seen: &mut Seen, keys: &str) {
    for Chord(code, held) in chords(keys) {
        console.press_with(code, held);
        seen.expect_as_drawn(console);
    }
}

#[test]
fn a_list_is_shown_as_drawn_while_it_is_scrolled_sorted_and_filtered() {
    let (mut console, mut seen) = demo((80, 24));
    keys(&mut console, &mut seen, "GkkkkkkkkoOggG/ﾊﾞｯｸ");
    keys(&mut console, &mut seen, &"<Backspace>".repeat(4));
    keys(&mut console, &mut seen, "東京");
    assert_eq!(console.cursor().0, 5, "behind two wide characters");
    keys(&mut console, &mut seen, "<Esc><End>");
    for size in [(60, 15), (40, 10), (41, 10)] {
        console.resize(size.0, size.1);
        Seen::new(&console).expect_as_drawn(&console);
    }
}

#[test]
fn dialogs_come_and_go_over_wide_characters_without_a_trace() {
    for size in [(120, 40), (80, 24), (61, 15), (40, 10)] {
        let (mut console, mut seen) = demo(size);
        let all = "Gf<Esc>l<Esc>t<Esc><F1>キー<F2><F5><Esc>tG\nfイベ";
        keys(&mut console, &mut seen, all);
    }
}

#[test]
fn fields_are_shown_as_drawn_while_they_are_typed_in() {
    let (mut console, mut seen) = demo((40, 24));
    keys(&mut console, &mut seen, "n");
    // The name is longer than its field, the description than its lines.
    for times in [2, 6] {
        keys(&mut console, &mut seen, &NAME.repeat(times));
        keys(&mut console, &mut seen, &"<Left>".repeat(12));
        keys(&mut console, &mut seen, "x漢ｶﾞ");
        keys(&mut console, &mut seen, &"<Backspace>".repeat(9));
        keys(&mut console, &mut seen, "<Home><Delete>");
        keys(&mut console, &mut seen, &"<Right>".repeat(5));
        keys(&mut console, &mut seen, "<End>\t");
    }
    // A dropdown is found by a wide word.
    keys(&mut console, &mut seen, "\n監視\n");
    console.expect("監視担当 ▼");
}

#[test]
fn what_was_typed_is_what_is_saved() {
    let (mut console, mut seen) = demo((80, 24));
    keys(&mut console, &mut seen, &format!("n{NAME}<F2>"));
    console.keys("a\n");
    seen.expect_as_drawn(&console);
    console.expect(&format!("「{NAME}」の秘密鍵が有効になりました。"));
}
