//! Pictures of the screens and dialogs in Japanese, each at the four sizes. Each is looked at before it is accepted.

mod support;

use crossterm::event::KeyCode;
use keyward::domain::id::AUDITOR;
use keyward::domain::locale::Locale;
use keyward::domain::role::RoleDraft;
use keyward::domain::time::MINUTE;
use keyward::service::demo::{AUDITOR_USER, FULL_ACCESS_USER};
use keyward::text::Text;

use support::console::{Console, SIZES};
use support::database::{Bench, in_memory};

/// Draws a scene at every size and compares.
fn pictures(name: &str, console: &mut Console) {
    let all = SIZES.map(|size| {
        let (width, height) = size;
        format!("{width}x{height}\n{}", console.picture(size))
    });
    insta::assert_snapshot!(name, all.join("\n\n"));
}

/// The demo on a Japanese machine, as one of its users.
fn demo_as(user: &str) -> Console {
    let (bench, user) = Bench::demo(user);
    Console::speaking(Text::of(Locale::JaJp), bench, user, (80, 24))
}

fn demo() -> Console {
    demo_as(FULL_ACCESS_USER)
}

#[test]
fn the_empty_list() {
    let bench = Bench::new(in_memory());
    let alice = bench.alice.clone();
    let mut console = Console::speaking(Text::of(Locale::JaJp), bench, alice, (80, 24));
    pictures("list_empty", &mut console);
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
    pictures("list_auditor", &mut demo_as(AUDITOR_USER));
}

#[test]
fn the_list_filtered() {
    let mut console = demo();
    console.keys("/監査");
    pictures("list_filtered", &mut console);
}

#[test]
fn the_list_after_a_verb_that_is_not_allowed() {
    let mut console = demo_as(AUDITOR_USER);
    console.keys("n");
    pictures("list_refused", &mut console);
}

#[test]
fn properties_of_a_new_key_with_problems() {
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
    let mut console = demo_as(AUDITOR_USER);
    console.keys("/webhook\n\n");
    pictures("properties_auditor", &mut console);
}

#[test]
fn the_choice_of_a_language() {
    let mut console = demo();
    console.keys("n");
    for _ in 0..3 {
        console.press(KeyCode::Tab);
    }
    console.keys(" ");
    pictures("choice_language", &mut console);
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
fn the_question_before_the_overlap_ends() {
    let mut console = demo();
    console.keys("/webhook\nx");
    pictures("confirm_end_overlap", &mut console);
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
    console.make("新しいダッシュボード");
    pictures("secret", &mut console);
}

#[test]
fn the_secret_dialog_of_a_replacement() {
    let mut console = demo();
    console.keys("/webhook\ns");
    console.press(KeyCode::Down);
    console.keys("\n\n");
    console.keys("c");
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
    console.go("ユーザ");
    pictures("users", &mut console);
}

#[test]
fn properties_of_a_user() {
    let mut console = demo();
    console.go("ユーザ");
    console.enter();
    pictures("user", &mut console);
}

#[test]
fn the_roles() {
    let mut console = demo();
    console.go("役割");
    pictures("roles", &mut console);
}

#[test]
fn the_system_events() {
    let mut console = demo();
    console.go("システムイベント");
    pictures("events", &mut console);
    console.enter();
    pictures("event_details", &mut console);
}

#[test]
fn the_questions_about_system_events() {
    let mut console = demo();
    console.go("システムイベント");
    console.keys("f");
    pictures("events_kind", &mut console);
}

/// Role Properties of the Auditor, so many tabs behind the first.
fn role(tabs: usize) -> Console {
    let mut console = demo();
    console.go("役割");
    console.find(AUDITOR.0);
    console.enter();
    for _ in 0..tabs {
        console.press(KeyCode::F(4));
    }
    console
}

#[test]
fn role_properties() {
    pictures("role_general", &mut role(0));
    pictures("role_computer", &mut role(1));
    pictures("role_user", &mut role(3));
    pictures("role_assigned", &mut role(5));
}

#[test]
fn the_rights_found_by_a_japanese_word() {
    let mut console = role(4);
    console.keys("/リスト");
    pictures("role_find", &mut console);
}

#[test]
fn a_role_that_allows_more_than_ones_own() {
    let (mut bench, _) = Bench::demo(FULL_ACCESS_USER);
    let alice = bench.alice.clone();
    let draft = RoleDraft {
        name: "夜間監査担当者（東京データセンター）".to_owned(),
        ..RoleDraft::default()
    };
    let own = bench.service.create_role(&alice, &draft).expect("a role");
    let bob = bench.user("bob", own);
    let mut console = Console::speaking(Text::of(Locale::JaJp), bench, bob, (80, 24));
    console.go("ユーザ");
    console.enter();
    pictures("refused", &mut console);
}

#[test]
fn the_tree() {
    let mut console = demo();
    console.keys("t");
    pictures("tree", &mut console);
}

#[test]
fn the_end_of_a_session() {
    let (bench, user) = Bench::demo(AUDITOR_USER);
    let mut other = bench.beside();
    let bob = user.user;
    let mut console = Console::speaking(Text::of(Locale::JaJp), bench, user, (80, 24));
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
    insta::assert_snapshot!("too_small", demo().picture((20, 5)));
}

#[test]
fn the_countdown_and_a_secret_that_was_hidden_before_it() {
    for (name, keys) in [("countdown", "nbackup"), ("secret_nobody", "nbackup#")] {
        let bench = Bench::new(in_memory());
        let alice = bench.alice.clone();
        let mut console = Console::set(bench, alice, (80, 24), |setting| {
            setting.settings.language = Locale::JaJp;
            setting.settings.idle_minutes = 15;
        });
        for key in keys.chars() {
            match key {
                '#' => console.press(KeyCode::F(2)),
                key => console.press(KeyCode::Char(key)),
            }
        }
        console.wait(15 * MINUTE);
        pictures(name, &mut console);
    }
}
