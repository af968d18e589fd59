//! What is set, as it shows in the console.

use keyward::config::complaint::{Complaint, Why};
use keyward::config::settings::{KeySetting, Settings};
use keyward::domain::locale::Locale;
use keyward::domain::state::Warning;
use keyward::domain::time::SECOND;
use keyward::service::demo;

use crate::support::console::Console;
use crate::support::database::Bench;

fn demo_with(change: impl FnOnce(&mut Settings)) -> Console {
    let (bench, user) = Bench::demo(demo::FULL_ACCESS_USER);
    Console::set(bench, user, (80, 40), |setting| {
        change(&mut setting.settings);
    })
}

#[test]
fn one_is_warned_as_early_as_it_is_set_in_the_list_its_order_its_filter_and_in_help() {
    let warned = |days: u16| {
        let warning = Warning { days };
        let mut console = demo_with(|settings| settings.warning = warning);
        console.keys(&format!("fwithin {days} d"));
        console.expect(&format!("Expires within {days} days"));
        console.keys("\n").expect("/state:soon");
        let filtered = console.screen().matches("Expires in").count();
        console.keys("<Esc>");
        // By state: those to be warned of come before the active ones.
        console.keys("o");
        let screen = console.screen();
        let first = screen.find("Active  ").expect("active keys");
        let last = screen.rfind("Expires in");
        assert!(last.is_none_or(|last| last < first), "{screen}");
        assert_eq!(screen.matches("Expires in").count(), filtered);
        console.keys("<F1><F5>");
        if days == 0 {
            console.expect_not("within 0 days");
        } else {
            console.expect(&format!("Expires in {days} d"));
            console.expect(&format!("within {days} days"));
        }
        filtered
    };
    assert_eq!(warned(0), 0);
    assert!(warned(5) < warned(14));
    assert!(warned(14) < warned(99));
}

fn wrong(line: usize, name: &str) -> Complaint {
    Complaint {
        line: Some(line),
        why: Why::Unknown(name.to_owned()),
    }
}

fn of_keys(line: usize, action: &str, keys: &[&str]) -> KeySetting {
    KeySetting {
        action: action.to_owned(),
        keys: keys.iter().map(|&key| key.to_owned()).collect(),
        line,
    }
}

#[test]
fn what_is_wrong_in_the_config_file_is_said_until_a_key_is_pressed() {
    let file = Some("/config.toml".into());
    let mut console = demo_with(|settings| {
        settings.file = file.clone();
        settings.complaints = vec![wrong(7, "mous")];
    });
    console.expect("/config.toml, line 7: There is no setting mous.");
    console.expect_not("tells all");
    console.wait(SECOND * 30);
    console.expect("There is no setting mous.");
    console.keys("<Down>");
    console.expect_not("There is no setting mous.");

    // The first line of several, also where that is about a key.
    let console = demo_with(|settings| {
        settings.file = file;
        settings.complaints = vec![wrong(7, "mous")];
        settings.keys = vec![of_keys(3, "list.new", &["d"])];
        settings.language = Locale::JaJp;
    });
    console
        .expect("/config.toml 3行目: list.newにdは使えません。同じ画面でlist.deleteのキーです。");
    console.expect("keyward configで2件の問題をすべて確認できます。");
}

#[test]
fn keys_that_are_set_work_and_stand_in_toolbar_footer_help_and_sentences() {
    let change = |settings: &mut Settings| {
        settings.keys = vec![
            of_keys(1, "list.new", &["b", "Insert"]),
            of_keys(2, "list.quit", &["F10"]),
            of_keys(3, "anywhere.help", &["F12"]),
            of_keys(4, "secret.check", &["z"]),
            of_keys(5, "secret.stored", &["F8"]),
        ];
    };
    let mut console = demo_with(change);
    console.expect("b New...");
    console.expect("F10 Quit");
    console.expect("F12 Help");
    console.keys("nq").says_not("form.title_new");
    console.keys("<F12>").expect("b, Insert");
    console.keys("<Esc>");
    // F1 stays.
    console.keys("<F1>").expect("b, Insert");
    console.keys("<Esc><Insert>").says("form.title_new");
    console.keys("<Esc><F10>");
    assert!(console.done());

    let bench = Bench::new();
    let alice = bench.alice.clone();
    let mut empty = Console::set(bench, alice, (80, 24), |setting| {
        change(&mut setting.settings);
        setting.settings.secret_hidden = true;
    });
    empty.expect("Press b to create the first one");
    empty.keys("<Insert>backup<F2>");
    empty.says_with("secret.hidden", &[("key", &"v")]);
    empty.keys("c").says_with("secret.check", &[("key", &"z")]);
    empty.paste("secret").expect("press z first");
    empty.keys("<Esc>");
    empty.expect("Two ways to close this: F8, Enter for “I have stored it”; x, Enter");
}
