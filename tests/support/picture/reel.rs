//! The demonstration: a key is made and stored, works, is locked out, and works no more.

use keyward::cli::reference::verify_answer;
use keyward::domain::time::SECOND;
use keyward::domain::verdict::Asked;
use keyward::service::demo;
use keyward::text::Text;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::Example;
use super::svg::Shot;
use crate::support::console::Console;
use crate::support::database::Bench;

/// The size of its screen.
pub const SIZE: (u16, u16) = (80, 24);

/// What is shown one after the other.
#[derive(Debug, Default)]
pub struct Reel {
    /// What is seen, and for how many milliseconds.
    pub frames: Vec<(Shot, u32)>,
    /// The one that tells the most where nothing may move.
    pub telling: usize,
}

impl Reel {
    /// For how many milliseconds it runs.
    pub fn lasts(&self) -> u32 {
        self.frames.iter().map(|(_, ms)| ms).sum()
    }

    fn show(&mut self, shot: Shot, ms: u32) {
        self.frames.push((shot, ms));
    }

    /// Presses these keys, and shows what comes of them.
    fn press(&mut self, console: &mut Console, keys: &str, ms: u32) {
        console.keys(keys);
        self.show(Shot::of(console), ms);
    }
}

/// The same in every run.
pub fn demonstration() -> Reel {
    let (bench, user) = Bench::demo(demo::FULL_ACCESS_USER);
    let mut console = Console::of(bench, user, SIZE);
    console.random_from(Box::new(Example));
    let mut reel = Reel::default();
    reel.show(Shot::of(&console), 1_200);
    #[rustfmt::skip]
    let form = [
        ("n", 700),
        ("bu", 150), ("ild", 150), ("-bot", 400),
        ("\tPublishes", 200), (" builds", 400),
        ("\t ", 600), ("auto", 400), ("\n", 500),
        ("\t ", 600), ("<Down>", 400), ("\n", 500),
        ("\ttok", 600), ("\n", 500),
        ("\t ", 500), ("2027-03-31", 1_000),
    ];
    for (keys, ms) in form {
        reel.press(&mut console, keys, ms);
    }
    reel.telling = reel.frames.len();
    reel.press(&mut console, "<F2>", 2_800);
    let secret = console.secret();
    reel.press(&mut console, "c", 1_200);
    reel.press(&mut console, "a", 700);
    reel.press(&mut console, "\n", 1_500);
    let mut shell = Shell::default();
    shell.verify(&mut reel, &mut console, &secret);
    // What was noted of that is read.
    console.wait(2 * SECOND).wait(2 * SECOND);
    reel.show(Shot::of(&console), 500);
    #[rustfmt::skip]
    let lock_out = [("l", 1_000), ("\tfound", 200), (" in a log", 600), ("\n<Right>", 600), ("\n", 1_200)];
    for (keys, ms) in lock_out {
        reel.press(&mut console, keys, ms);
    }
    shell.verify(&mut reel, &mut console, &secret);
    reel
}

/// What a shell has on its screen.
#[derive(Default)]
struct Shell(Vec<String>);

impl Shell {
    /// Somebody types `keyward verify` and pastes the secret, which is not echoed.
    fn verify(&mut self, reel: &mut Reel, console: &mut Console, secret: &str) {
        self.0.push("$ keyward verify".to_owned());
        self.0.push(Text::en_us().say("cli.prompt").to_owned());
        reel.show(self.shot(), 900);
        let service = &mut console.bench.service;
        let judged = service.judge(secret.as_bytes(), &Asked::default());
        let judged = judged.expect("judged");
        self.0.push(verify_answer(&judged));
        service.note_use(judged.noted);
        self.0.push("$ ".to_owned());
        reel.show(self.shot(), 2_000);
        self.0.pop();
    }

    /// Its lines, each as long as it is: what does not fit goes on in the next row.
    fn shot(&self) -> Shot {
        let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
        let (mut y, mut cursor) = (0, Position::ORIGIN);
        for line in &self.0 {
            let mut rest = line.as_str();
            loop {
                let (x, _) = buffer.set_stringn(0, y, rest, usize::from(SIZE.0), Style::new());
                cursor = Position::new(x, y);
                y += 1;
                rest = rest.get(usize::from(SIZE.0)..).unwrap_or_default();
                if rest.is_empty() {
                    break;
                }
            }
        }
        Shot {
            buffer,
            cursor: Some(cursor),
        }
    }
}
