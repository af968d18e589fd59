//! The pictures are those of the real screens, and right in any font; the demonstration is small, short and ends as it
//! should.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use keyward::domain::secret::find_secret_shape;
use ratatui::buffer::Buffer;
use ratatui::style::Modifier;
use serde_json::Value;

use super::AGAIN;
use super::support::page;
use super::support::picture::glyphs::{CELL, Glyph};
use super::support::picture::palette::Rgb;
use super::support::picture::reel::{self, Reel, SIZE};
use super::support::picture::svg::{self, Places, Shot};
use super::support::picture::{self, Still, cast, motion, palette, pictures};

static STILLS: LazyLock<Vec<Still>> = LazyLock::new(picture::stills);
static REEL: LazyLock<Reel> = LazyLock::new(reel::demonstration);

/// What the demonstration may have: bytes, milliseconds, frames.
const MOST: (usize, u32, usize) = (60_000, 25_000, 40);

#[test]
fn the_pictures_are_those_of_the_real_screens() {
    for (path, picture) in pictures() {
        assert!(page::read(&path) == picture, "{path}: {AGAIN}");
    }
}

#[test]
fn every_picture_is_shown_somewhere() {
    let pages: Vec<String> = page::all().iter().map(|name| page::read(name)).collect();
    for (path, _) in pictures() {
        let is_shown = pages.iter().any(|page| page.contains(&path));
        assert!(is_shown, "no page has {path}");
    }
}

#[test]
fn readme_shows_the_demonstration_and_a_still_to_those_who_want_no_motion() {
    let readme = page::read("README.md");
    let (top, _) = readme.split_once("\n## ").expect("sections");
    let (_, rest) = top.split_once("<picture>").expect("a picture");
    let (picture, _) = rest.split_once("</picture>").expect("its end");
    assert!(picture.contains("media=\"(prefers-reduced-motion:reduce)\""));
    let files = picture
        .split('"')
        .filter(|part| part.starts_with("assets/"));
    let files: Vec<&str> = files.collect();
    assert_eq!(files.len(), 2);
    assert!(files.contains(&"assets/pictures/demo.svg"));
    let drawn = pictures();
    for file in files {
        assert!(drawn.iter().any(|(path, _)| path == file), "{file}");
    }
}

fn drawn(still: &Still) -> String {
    svg::still(still.title, &still.shot, still.palette)
}

/// The values of an attribute in a line of an SVG.
fn attribute<'a>(line: &'a str, name: &str) -> &'a str {
    let (_, value) = line.split_once(&format!(" {name}=\"")).expect(name);
    value.split('"').next().unwrap_or_default()
}

/// Each character of a picture by row, and by where it begins; in a run that is held by its length, at the same distances.
fn characters(svg: &str) -> BTreeMap<(u16, u16), String> {
    let number = |text: &str| text.parse::<u16>().expect("a number");
    let mut characters = BTreeMap::new();
    for line in svg.lines().filter(|line| line.starts_with("<text ")) {
        let (_, text) = line.split_once('>').expect("a tag");
        let text = text.strip_suffix("</text>").expect("its end");
        let text = text.replace("&lt;", "<").replace("&gt;", ">");
        let text = text.replace("&amp;", "&");
        let each: Vec<String> = text.chars().map(String::from).collect();
        let count = u16::try_from(each.len()).expect("few");
        let starts: Vec<u16> = attribute(line, "x").split(' ').map(number).collect();
        let at = |start| (number(attribute(line, "y")) / CELL.1, start);
        if line.contains("textLength") {
            let length = number(attribute(line, "textLength"));
            assert_eq!(length, count * CELL.0, "{line}");
            let starts = (0..count).map(|by| starts[0] + by * CELL.0);
            characters.extend(starts.map(at).zip(each));
        } else if starts.len() == 1 {
            characters.insert(at(starts[0]), text);
        } else {
            assert_eq!(starts.len(), each.len(), "{line}");
            characters.extend(starts.into_iter().map(at).zip(each));
        }
    }
    characters.retain(|_, symbol| symbol != " ");
    characters
}

#[test]
fn every_character_is_held_in_its_cells_whatever_its_font() {
    let mut wide = 0;
    for still in &*STILLS {
        let places = still.shot.places(still.palette);
        let text = places.iter().filter(|(_, place)| {
            !place.symbol.trim().is_empty() && Glyph::of(&place.symbol) == Glyph::Text
        });
        let expected: Vec<_> = text.collect();
        let drawn = characters(&drawn(still));
        assert_eq!(drawn.len(), expected.len(), "{}", still.file);
        for (((row, start), symbol), ((y, x), place)) in drawn.iter().zip(expected) {
            let begins = start / CELL.0;
            assert_eq!(
                (row, begins, symbol),
                (y, *x, &place.symbol),
                "{}",
                still.file
            );
            // As wide as the letters are high: in the middle of two cells.
            if place.width == 2 {
                assert_eq!(start % CELL.0, 2, "{}", still.file);
                wide += 1;
            }
        }
    }
    assert!(wide > 100, "{wide}");
}

/// The lines of a picture: those that go across or upright, and the ends of all.
#[derive(Default)]
struct Lines {
    /// Their other coordinate, and from where to where they go.
    across: BTreeSet<(i32, i32, i32)>,
    upright: BTreeSet<(i32, i32, i32)>,
    /// Of corners, where they begin and end.
    ends: BTreeSet<(i32, i32)>,
}

impl Lines {
    fn of(svg: &str) -> Lines {
        let mut lines = Lines::default();
        for line in svg
            .lines()
            .filter(|line| line.starts_with("<path class=\"l\""))
        {
            for part in attribute(line, "d").split('M').skip(1) {
                lines.add(part);
            }
        }
        lines
    }

    /// A part that begins somewhere; marks, whose numbers are no whole ones, are not looked at.
    fn add(&mut self, part: &str) {
        let Some(steps) = steps(part) else {
            return;
        };
        let (mut x, mut y) = (0, 0);
        let mut turns = None;
        for (step, numbers) in steps {
            match (step, &numbers[..]) {
                ('M', [to_x, to_y]) => (x, y) = (*to_x, *to_y),
                ('m', [by_x, by_y]) => (x, y) = (x + by_x, y + by_y),
                ('H', [to]) => {
                    self.across.insert((y, x, *to));
                }
                ('V', [to]) => {
                    self.upright.insert((x, y, *to));
                }
                ('a', [.., by_x, by_y]) => {
                    turns = Some((x, y));
                    (x, y) = (x + by_x, y + by_y);
                }
                ('v', [by]) => y += by,
                _ => return,
            }
        }
        if let Some(begin) = turns {
            self.ends.extend([begin, (x, y)]);
        }
    }

    /// Whether a line comes to this point from its left, or goes on to its right.
    fn meet_across(&self, at: (i32, i32)) -> [bool; 2] {
        [-1, 1].map(|side| {
            let goes = |(y, from, to): &(i32, i32, i32)| {
                *y == at.1
                    && (*from..=*to).contains(&at.0)
                    && (*from..=*to).contains(&(at.0 + side))
            };
            self.across.iter().any(goes) || self.ends.contains(&at)
        })
    }

    /// The same from above, and below.
    fn meet_upright(&self, at: (i32, i32)) -> [bool; 2] {
        [-1, 1].map(|side| {
            let goes = |(x, from, to): &(i32, i32, i32)| {
                *x == at.0
                    && (*from..=*to).contains(&at.1)
                    && (*from..=*to).contains(&(at.1 + side))
            };
            self.upright.iter().any(goes) || self.ends.contains(&at)
        })
    }
}

/// The steps of a path, whose first number stands behind an M, with their whole numbers; nothing where one is not whole.
fn steps(part: &str) -> Option<Vec<(char, Vec<i32>)>> {
    let mut steps = Vec::new();
    let mut rest = format!("M{part}");
    while let Some(step) = rest.chars().next() {
        let numbers = &rest[1..];
        let end = numbers.find(char::is_alphabetic).unwrap_or(numbers.len());
        let spaced = numbers[..end].replace('-', " -");
        let numbers: Result<Vec<i32>, _> = spaced.split_whitespace().map(str::parse).collect();
        steps.push((step, numbers.ok()?));
        rest = rest[1 + end..].to_owned();
    }
    Some(steps)
}

/// Which edges of its cell a character of a box is for: up, right, down, left.
fn edges(symbol: &str) -> [bool; 4] {
    [
        "│├┤┴┼╰╯".contains(symbol),
        "─├┬┴┼╭╰".contains(symbol),
        "│├┤┬┼╭╮".contains(symbol),
        "─┤┬┴┼╮╯".contains(symbol),
    ]
}

#[test]
fn boxes_have_no_gap_between_cells() {
    let mut met = 0;
    let every_kind = Still {
        file: "every kind",
        title: "",
        shot: Shot {
            buffer: Buffer::with_lines(["╭─┬─╮", "│ │ │", "├─┼─┤", "╰─┴─╯"]),
            cursor: None,
        },
        palette: &palette::DARK,
    };
    for still in STILLS.iter().chain([&every_kind]) {
        let lines = Lines::of(&drawn(still));
        let places = still.shot.places(still.palette);
        let of = |at: (u16, u16)| {
            places
                .get(&at)
                .map_or([false; 4], |place| edges(&place.symbol))
        };
        for ((y, x), place) in &places {
            let [_, right, down, _] = edges(&place.symbol);
            let (left, top) = (i32::from(x * CELL.0), i32::from(y * CELL.1));
            let (width, height) = (i32::from(CELL.0), i32::from(CELL.1));
            if right && of((*y, x + 1))[3] {
                let at = (left + width, top + height / 2);
                assert_eq!(lines.meet_across(at), [true; 2], "{} {at:?}", still.file);
                met += 1;
            }
            if down && of((y + 1, *x))[0] {
                let at = (left + width / 2, top + height);
                assert_eq!(lines.meet_upright(at), [true; 2], "{} {at:?}", still.file);
                met += 1;
            }
        }
    }
    assert!(met > 1_000, "{met}");
}

#[test]
fn the_line_under_an_empty_field_is_drawn() {
    let reel = &*REEL;
    let (form, _) = &reel.frames[1];
    let lines = Lines::of(&svg::still("", form, &palette::DARK));
    let mut blank = 0;
    for row in form.buffer.area.rows() {
        for at in row.columns() {
            let cell = &form.buffer[(at.x, at.y)];
            if !cell.modifier.contains(Modifier::UNDERLINED) {
                continue;
            }
            blank += usize::from(cell.symbol() == " ");
            let (left, top) = (i32::from(at.x * CELL.0), i32::from(at.y * CELL.1));
            let is_under = |(y, from, to): &(i32, i32, i32)| {
                (top + 12..top + 20).contains(y) && *from <= left && left + 10 <= *to
            };
            assert!(lines.across.iter().any(is_under), "{at:?}");
        }
    }
    assert!(blank > 100, "{blank}");
}

/// How well two colours can be told apart, from 1 to 21 (WCAG 2.2, contrast ratio).
fn contrast(one: Rgb, other: Rgb) -> f64 {
    let light = |colour: Rgb| {
        let part = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        };
        let [_, red, green, blue] = colour.to_be_bytes();
        0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue) + 0.05
    };
    let (one, other) = (light(one), light(other));
    one.max(other) / one.min(other)
}

#[test]
fn every_text_of_the_pictures_can_be_read() {
    for still in &*STILLS {
        for place in still.shot.places(still.palette).values() {
            let ratio = contrast(place.look.ink, place.look.ground);
            let is_read = place.symbol.trim().is_empty() || ratio >= 4.5;
            assert!(is_read, "{}: {:?} {ratio}", still.file, place.symbol);
        }
    }
}

#[test]
fn no_picture_has_a_secret_that_does_not_say_that_it_is_an_example() {
    let mut secrets = 0;
    let reel = &*REEL;
    let frames = reel.frames.iter().map(|(shot, _)| shot);
    for shot in STILLS.iter().map(|still| &still.shot).chain(frames) {
        for row in shot.buffer.area.rows() {
            let line: String = row
                .columns()
                .map(|at| shot.buffer[(at.x, at.y)].symbol())
                .collect();
            if let Some((at, _)) = find_secret_shape(&line) {
                assert!(line[at].contains(":EXAMPLE/EXAMPLE/"));
                secrets += 1;
            }
        }
    }
    assert!(secrets > 3, "{secrets}");
}

#[test]
fn the_demonstration_is_small_and_short() {
    let reel = &*REEL;
    assert!(motion::svg(reel).len() <= MOST.0);
    assert!(reel.lasts() <= MOST.1, "{} ms", reel.lasts());
    assert!(reel.frames.len() <= MOST.2);
}

#[test]
fn the_demonstration_moves_by_style_alone_and_stands_still_where_that_is_asked_for() {
    let reel = &*REEL;
    let svg = motion::svg(reel);
    for no in [
        "<script",
        "<animate",
        "<set",
        "@import",
        "@font-face",
        "url(",
        "xlink",
    ] {
        assert!(!svg.contains(no), "{no}");
    }
    let steps = svg.split("@keyframes").skip(1);
    let begins = steps.map(|step| {
        let (_, share) = step.split_once("hidden}").expect("what is before");
        let (share, _) = share.split_once('%').expect("a share");
        share.parse::<f64>().expect("a number")
    });
    let begins: Vec<f64> = begins.collect();
    assert_eq!(begins.len(), reel.frames.len() - 1);
    assert!(begins.is_sorted_by(|one, next| one < next), "{begins:?}");
    assert!(begins[0] > 0.0 && begins[begins.len() - 1] < 100.0);
    let still = format!(
        "animation:none!important}}#f{}~g{{visibility:hidden}}",
        reel.telling
    );
    assert!(svg.contains(&still));
}

#[test]
fn each_frame_of_the_demonstration_draws_all_that_changed() {
    let cells = |places: &Places| {
        let each = places.iter().flat_map(|((y, x), place)| {
            let place = place.clone();
            (0..place.width).map(move |by| ((*y, x + by), (by, place.clone())))
        });
        each.collect::<BTreeMap<_, _>>()
    };
    let (mut shown, mut before) = (BTreeMap::new(), Places::new());
    for (shot, _) in &REEL.frames {
        let now = shot.places(&palette::DARK);
        let changed = motion::changed(&before, &now);
        assert!(!changed.is_empty());
        shown.extend(cells(&changed));
        assert!(shown == cells(&now));
        before = now;
    }
}

#[test]
fn the_recording_plays_the_frames_of_the_demonstration() {
    let reel = &*REEL;
    let recording = cast::cast(reel);
    let mut lines = recording.lines().map(|line| {
        let parsed: Value = serde_json::from_str(line).expect("JSON");
        parsed
    });
    let head = lines.next().expect("a head");
    assert_eq!(
        (&head["version"], &head["width"]),
        (&2.into(), &SIZE.0.into())
    );
    let mut terminal = vt100::Parser::new(SIZE.1, SIZE.0, 0);
    let mut last = -1.0;
    for (shot, _) in &reel.frames {
        let line = lines.next().expect("a line for each frame");
        let (at, text) = (line[0].as_f64().expect("seconds"), line[2].as_str());
        assert!(at > last && line[1] == "o");
        last = at;
        terminal.process(text.expect("text").as_bytes());
        let screen = terminal.screen();
        for ((y, x), place) in shot.places(&palette::DARK) {
            let cell = screen.cell(y, x).expect("a cell");
            let shows = match cell.contents() {
                "" => " ",
                contents => contents,
            };
            assert_eq!(shows, place.symbol, "{y} {x} at {at} s");
            let modifier = shot.buffer[(x, y)].modifier;
            let has = |attribute| modifier.contains(attribute);
            assert!(shows == " " || cell.bold() == has(Modifier::BOLD));
            assert_eq!(cell.underline(), has(Modifier::UNDERLINED));
            assert_eq!(cell.inverse(), has(Modifier::REVERSED));
        }
        let cursor = shot.cursor.map(|at| (at.y, at.x));
        let seen = (!screen.hide_cursor()).then(|| screen.cursor_position());
        assert_eq!(seen, cursor);
    }
    let end = terminal.screen().contents();
    let (works, refused) = (
        "\"valid\":true",
        "{\"valid\":false,\"reason\":\"locked-out\"}",
    );
    assert!(
        end.find(works) < end.find(refused) && end.contains(works),
        "{end}"
    );
    let rest = lines.next().expect("an end")[0].as_f64();
    assert_eq!(rest, Some(f64::from(reel.lasts()) / 1_000.0));
    assert!(lines.next().is_none());
}
