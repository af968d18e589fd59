//! Without UTF-8: nothing but ASCII is drawn, except what people themselves have written in other characters.

mod support;

use crossterm::event::KeyCode;
use keyward::config::settings::Borders;
use keyward::service::demo;
use support::console::{Console, SIZES};
use support::database::{Bench, in_memory};

fn ascii(bench: Bench, demo: Option<keyward::domain::user::Actor>) -> Console {
    let actor = demo.unwrap_or_else(|| bench.alice.clone());
    Console::set(bench, actor, (80, 24), |setting| {
        setting.settings.borders = Borders::Ascii;
    })
}

fn demo() -> Console {
    let (bench, user) = Bench::demo(demo::FULL_ACCESS_USER);
    ascii(bench, Some(user))
}

/// Draws a scene at every size and compares.
fn pictures(name: &str, console: &mut Console) {
    for size @ (width, height) in SIZES {
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), console.picture(size));
    }
}

#[test]
fn the_list() {
    pictures("list", &mut demo());
}

#[test]
fn properties_of_a_new_key() {
    let mut console = demo();
    console.keys("n");
    pictures("properties_new", &mut console);
}

#[test]
fn the_secret_dialog() {
    let mut console = demo();
    console.make("new-key");
    pictures("secret", &mut console);
}

/// Two keys, one of them with a name too long for its column and a secret that is being replaced.
fn with_plain_names() -> Console {
    let mut bench = Bench::new(in_memory());
    let first = bench.delivered("a name that is much too long for any column it could stand in");
    bench.issue(first.key);
    bench.delivered("backup");
    ascii(bench, None)
}

#[test]
fn every_screen_is_ascii_where_the_data_is() {
    let scenes: &[(&str, &str)] = &[
        ("list", ""),
        ("filter", "/back"),
        ("order out of sight", "oOoooo"),
        ("state", "f"),
        ("tree", "t"),
        ("help", "?"),
        ("new key", "n"),
        ("properties", "\n"),
        ("choice of a language", "n\t\t\t\n"),
        ("choice of a zone", "n\t\t\t\t\n"),
        ("problem", "n\u{1b}n\u{f002}"),
        ("question", "d"),
        ("new secret", "s\n"),
        ("secret", "nplain\u{f002}"),
        ("check", "nplain\u{f002}p"),
        ("file", "nplain\u{f002}w"),
        ("users", "tg\n"),
        ("user", "tg\n\n"),
        ("roles", "tgj\n"),
        ("role", "tgj\n\n"),
        ("radio buttons", "tgj\n\n\u{f004}\u{f004}\u{f004}"),
        ("assigned", "tgj\n\n\u{f003}"),
        ("events", "tG\n"),
        ("event", "tG\n\n"),
    ];
    for (name, keys) in scenes {
        let mut console = with_plain_names();
        for c in keys.chars() {
            match c {
                '\t' => console.press(KeyCode::Tab),
                '\u{1b}' => console.press(KeyCode::Esc),
                '\u{f002}' => console.press(KeyCode::F(2)),
                '\u{f003}' => console.press(KeyCode::F(3)),
                '\u{f004}' => console.press(KeyCode::F(4)),
                c => console.keys(&c.to_string()),
            }
        }
        for size in SIZES.into_iter().chain([(30, 5)]) {
            let screen = console.picture(size);
            assert!(screen.is_ascii(), "{name}\n{screen}");
        }
    }
}

#[test]
fn what_people_wrote_is_drawn_as_they_wrote_it() {
    let mut bench = Bench::new(in_memory());
    bench.delivered("Équipe ▲ · “nuit”…");
    let console = ascii(bench, None);
    console.expect("Équipe ▲ · “nuit”…");
}
