//! Pictures of every screen and dialog, in both languages and at the four sizes. Each is looked at before it is
//! accepted.

mod support;

#[path = "screens/anew.rs"]
mod anew;
#[path = "screens/ascii.rs"]
mod ascii;
#[path = "screens/bars.rs"]
mod bars;
#[path = "screens/scenes.rs"]
mod scenes;
#[path = "screens/sizes.rs"]
mod sizes;
#[path = "screens/themes.rs"]
mod themes;
#[path = "screens/wide.rs"]
mod wide;
#[path = "screens/wire.rs"]
mod wire;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;

use keyward::domain::locale::Locale;
use keyward::domain::secret::find_secret_shape;
use keyward::ui::hits::Hit;
use keyward::ui::keymap::{Action, Keymap, Scope};

use scenes::Seed;
use support::console::{Console, Part, SIZES};

/// Draws a part of the console at every size.
fn pictures(console: &mut Console, part: Part) -> String {
    let all = SIZES.map(|(width, height)| {
        console.resize(width, height).rest();
        expect_a_key_for_every_click(console);
        format!("{width}x{height}\n{}", console.picture(part))
    });
    all.join("\n\n")
}

/// What is below a dialog, or a body, at every size: where there is less room, if it is something else.
fn edges(console: &mut Console, part: Part) -> String {
    let part = match part {
        Part::Dialog => Part::MessageAndFooter,
        _ => Part::Footer,
    };
    let all = SIZES.map(|(width, height)| {
        console.resize(width, height);
        console.picture(part)
    });
    let mut all = all.to_vec();
    all.dedup();
    all.join("\n")
}

/// Compares with the picture of this name.
fn expect_picture(name: &str, language: Locale, picture: &str) {
    let language = match language {
        Locale::EnUs => "en",
        Locale::JaJp => "ja",
    };
    let mut settings = insta::Settings::new();
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(format!("{name}_{language}"), picture));
}

/// What is around a dialog is not in its picture; the messages and the footers of all of them are in one of their own.
#[test]
fn every_scene_looks_like_its_picture() {
    for language in Locale::ALL {
        let below = RefCell::new(Vec::new());
        scenes::each(|scene| {
            let mut console = scene.open(language, |_| {});
            let picture = pictures(&mut console, scene.part);
            if !scene.languages.contains(&language) {
                return;
            }
            if scene.part != Part::Screen {
                let edges = edges(&mut console, scene.part);
                below.borrow_mut().push(format!("{}\n{edges}", scene.name));
            }
            expect_picture(scene.name, language, &picture);
        });
        expect_picture("edges", language, &below.into_inner().join("\n\n"));
    }
}

#[test]
fn a_window_that_is_too_small() {
    for language in Locale::ALL {
        let mut console = Seed::Demo.console(language, |_| {});
        console.resize(20, 5);
        let picture = console.picture(Part::Screen);
        expect_picture("too_small", language, &picture);
    }
}

#[test]
fn a_secret_of_a_locked_key_that_was_tried() {
    for language in Locale::ALL {
        let mut console = Seed::Demo.console(language, |_| {});
        let secret = console.make_and_store("夜間バックアップ");
        console.keys("ly").keys("v").paste(&secret).enter();
        let picture = pictures(&mut console, Part::Dialog);
        expect_picture("try_locked_out", language, &picture);
    }
}

/// Whatever the mouse reaches in a scene is reached by a key of the table.
fn expect_a_key_for_every_click(console: &Console) {
    let (hits, scope) = console.hits();
    // From the line that is typed in, Enter leads to the other keys.
    let left: &[Scope] = match scope {
        Scope::Filter => &[Scope::List],
        Scope::Find => &[Scope::Role],
        _ => &[],
    };
    let scopes = || [scope].into_iter().chain(left.iter().copied());
    let has = |action| {
        let keys = Keymap::default();
        let mut bindings = scopes().flat_map(|scope| keys.of(scope));
        bindings.any(|binding| binding.action == action && !binding.keys.is_empty())
    };
    let typed_in = matches!(
        scope,
        Scope::Filter | Scope::Find | Scope::Entry | Scope::Check
    );
    let mut count = 0;
    for (area, hit) in hits.all() {
        let reached = match hit {
            Hit::Key(action) | Hit::Button(action) => has(action),
            Hit::Line => typed_in || has(Action::Filter) || has(Action::Next),
            Hit::Item(_) => has(Action::Next),
            Hit::Row(_) => has(Action::Down) || has(Action::Next),
            Hit::Heading(_) => has(Action::SortNext) && has(Action::SortReverse),
            Hit::Bar(_) => has(Action::PageDown) || has(Action::Down) || has(Action::Next),
            Hit::Tab(_) => has(Action::NextTab),
            Hit::Tree(_) => has(Action::Tree) || scope == Scope::Tree,
        };
        assert!(reached, "{hit:?} has no key in {scope:?}");
        let window = console.buffer().area;
        assert_eq!(window.intersection(area), area, "{hit:?} is on the screen");
        count += 1;
    }
    // Whatever is pressed ends the countdown.
    let any_key = scope == Scope::Countdown;
    assert!(
        count > 0 || any_key,
        "nothing can be clicked:\n{}",
        console.screen()
    );
}

/// The pictures that are kept: their names and what they show.
fn kept() -> BTreeMap<String, String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots");
    let files = fs::read_dir(folder).expect("pictures");
    let kept = files.map(|entry| {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy();
        let name = name.trim_start_matches("screens__").to_owned();
        (name, fs::read_to_string(&path).expect("readable"))
    });
    kept.collect()
}

#[test]
fn no_picture_but_the_secret_dialogs_own_holds_a_secret() {
    let kept = kept();
    for (name, picture) in &kept {
        let own = name.starts_with("secret") || name.starts_with("ascii_secret");
        let picture = picture.replace('\n', "");
        assert!(own || find_secret_shape(&picture).is_none(), "{name}");
    }
    assert!(kept.len() > 90, "{}", kept.len());
}

/// A new verb, or a new word for one, is not to be looked at in every picture there is.
#[test]
fn a_word_of_the_toolbar_or_footer_is_in_few_pictures() {
    let kept = kept();
    for sentences in [
        include_str!("../assets/text/en-US.toml"),
        include_str!("../assets/text/ja-JP.toml"),
    ] {
        let mut sentences: toml::Table = toml::from_str(sentences).expect("TOML");
        let labels = sentences.remove("key").expect("labels of keys");
        for (name, label) in labels.as_table().expect("a section") {
            let label = label.as_str().expect("a text");
            let pictures = kept.values().filter(|picture| has_label(picture, label));
            let count = pictures.count();
            assert!(count <= 20, "key.{name}, “{label}”, is in {count} pictures");
        }
    }
}

/// Whether a label is in a toolbar or footer: behind its key or, where its verb cannot be done now, in brackets.
fn has_label(picture: &str, label: &str) -> bool {
    let is_label = |part: &str| {
        let keyed = part.split_once(' ');
        let keyed = keyed.is_some_and(|(key, word)| !key.is_empty() && word == label);
        keyed || part == format!("({label})")
    };
    picture
        .lines()
        .flat_map(|line| line.split("  "))
        .any(is_label)
}
