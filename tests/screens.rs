//! Pictures of every screen and dialog at the four sizes. Each is looked at before it is accepted.

mod support;

#[path = "screens/events.rs"]
mod events;
#[path = "screens/idle.rs"]
mod idle;
#[path = "screens/roles.rs"]
mod roles;

use crossterm::event::KeyCode;
use keyward::domain::secret::find_secret_shape;
use keyward::ui::hits::Hit;
use keyward::ui::keymap::{Action, Keymap, Scope};

use support::console::{Console, SIZES};
use support::database::Bench;

/// Draws a scene at every size and compares.
fn pictures(name: &str, console: &mut Console) {
    for size @ (width, height) in SIZES {
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), console.picture(size));
        everything_that_is_clicked_has_a_key(console);
    }
}

/// Whatever the mouse reaches in a scene is reached by a key of the table.
fn everything_that_is_clicked_has_a_key(console: &Console) {
    let (hits, scope) = console.hits();
    // From the line that is typed in, Enter leads to the other keys.
    let left: &[Scope] = match scope {
        Scope::Filter => &[Scope::List, Scope::Role],
        _ => &[],
    };
    let scopes = || [scope].into_iter().chain(left.iter().copied());
    let has = |action| {
        let keys = Keymap::default();
        let mut bindings = scopes().flat_map(|scope| keys.of(scope));
        bindings.any(|binding| binding.action == action && !binding.keys.is_empty())
    };
    let typed_in = matches!(scope, Scope::Filter | Scope::Entry);
    let mut count = 0;
    for (area, hit) in hits.all() {
        let reached = match hit {
            Hit::Key(action) | Hit::Button(action) => has(action),
            Hit::Line => typed_in || has(Action::Filter),
            Hit::Item(_) => has(Action::Next),
            Hit::Row(_) => has(Action::Down),
            Hit::Heading(_) => has(Action::SortNext) && has(Action::SortReverse),
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

fn demo() -> Console {
    let (bench, user) = Bench::demo(keyward::service::demo::FULL_ACCESS_USER);
    Console::of(bench, user, (80, 24))
}

#[test]
fn the_empty_list() {
    pictures("list_empty", &mut Console::new());
}

#[test]
fn the_list() {
    pictures("list", &mut demo());
}

#[test]
fn the_list_with_wide_half_width_and_combining_characters() {
    let mut console = demo();
    console.press(KeyCode::End);
    pictures("list_end", &mut console);
}

#[test]
fn the_list_as_an_auditor_sees_it() {
    let (bench, user) = Bench::demo(keyward::service::demo::AUDITOR_USER);
    pictures("list_auditor", &mut Console::of(bench, user, (80, 24)));
}

#[test]
fn the_list_filtered() {
    let mut console = demo();
    console.keys("/deploy");
    pictures("list_filtered", &mut console);
}

#[test]
fn properties_of_a_new_key() {
    let mut console = demo();
    console.keys("n");
    pictures("properties_new", &mut console);
}

#[test]
fn properties_with_problems() {
    let mut console = demo();
    console.keys("n");
    console.keys("Grafana");
    console.press(KeyCode::F(2));
    pictures("properties_problem", &mut console);
}

#[test]
fn properties_of_a_key_that_is_being_replaced() {
    let mut console = demo();
    console.keys("/webhook\n\n");
    pictures("properties_edit", &mut console);
}

#[test]
fn properties_as_an_auditor_sees_them() {
    let (bench, user) = Bench::demo(keyward::service::demo::AUDITOR_USER);
    let mut console = Console::of(bench, user, (80, 24));
    console.keys("/webhook\n\n");
    pictures("properties_auditor", &mut console);
}

#[test]
fn the_choice_of_a_time_zone() {
    let mut console = demo();
    console.keys("n");
    for _ in 0..4 {
        console.press(KeyCode::Tab);
    }
    console.keys("new y");
    pictures("choice_zone", &mut console);
}

#[test]
fn the_choice_of_a_state() {
    let mut console = demo();
    console.keys("f");
    pictures("choice_state", &mut console);
}

#[test]
fn the_question_before_a_lock_out() {
    let mut console = demo();
    console.keys("l");
    pictures("confirm_lock_out", &mut console);
}

#[test]
fn a_new_secret_with_overlap() {
    let mut console = demo();
    console.keys("s");
    pictures("new_secret", &mut console);
}

#[test]
fn the_secret_dialog() {
    let mut console = demo();
    console.make("new-key");
    pictures("secret", &mut console);
}

#[test]
fn the_secret_dialog_of_a_replacement() {
    let mut console = demo();
    console.keys("/webhook\ns");
    console.press(KeyCode::Down);
    console.keys("\n\n");
    pictures("secret_replacement", &mut console);
}

#[test]
fn the_check() {
    let mut console = demo();
    console.make("new-key");
    console.keys("v");
    console.keys("pabc");
    pictures("check", &mut console);
}

#[test]
fn saving_to_a_file() {
    let mut console = demo();
    console.make("new-key");
    console.keys("v");
    console.keys("w");
    pictures("save_to_file", &mut console);
}

#[test]
fn the_users() {
    let mut console = demo();
    console.go("Users");
    pictures("users", &mut console);
}

#[test]
fn properties_of_a_user() {
    let mut console = demo();
    console.go("Users");
    console.enter();
    pictures("user", &mut console);
}

#[test]
fn the_roles() {
    let mut console = demo();
    console.go("Roles");
    pictures("roles", &mut console);
}

#[test]
fn the_tree() {
    let mut console = demo();
    console.keys("t");
    pictures("tree", &mut console);
}

#[test]
fn the_end_of_a_session() {
    let (bench, user) = Bench::demo(keyward::service::demo::AUDITOR_USER);
    let mut other = bench.beside();
    let bob = user.user;
    let mut console = Console::of(bench, user, (80, 24));
    let alice = other.alice.clone();
    other.service.lock_out_user(&alice, bob).expect("locked");
    console.wait(1_000);
    pictures("ended", &mut console);
}

#[test]
fn help() {
    let mut console = demo();
    console.press(KeyCode::F(1));
    pictures("help", &mut console);
}

#[test]
fn help_with_a_word_typed() {
    let mut console = demo();
    console.press(KeyCode::F(1));
    console.keys("sort");
    pictures("help_find", &mut console);
}

#[test]
fn help_with_a_key_pressed() {
    let mut console = demo();
    console.keys("n");
    console.press(KeyCode::F(1));
    console.enter();
    pictures("help_key", &mut console);
}

#[test]
fn what_each_state_means() {
    let mut console = demo();
    console.press(KeyCode::F(1));
    console.press(KeyCode::F(5));
    pictures("help_states", &mut console);
}

#[test]
fn a_window_that_is_too_small() {
    let mut console = demo();
    console.resize(20, 5);
    insta::assert_snapshot!("too_small_20x5", console.screen());
}

#[test]
fn no_picture_but_the_secret_dialogs_own_holds_a_secret() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots");
    let mut pictures = 0;
    for entry in std::fs::read_dir(folder).expect("pictures") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(&path)
            .expect("readable")
            .replace('\n', "");
        pictures += 1;
        let own = ["screens__", "screens_ja__", "ascii__"]
            .iter()
            .any(|test| name.starts_with(&format!("{test}secret")));
        assert!(own || find_secret_shape(&text).is_none(), "{name}");
    }
    assert!(pictures > 60, "{pictures}");
}
