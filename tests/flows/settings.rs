//! What is set, as it shows in the console.

use keyward::config::settings::Settings;
use keyward::domain::state::Warning;
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
        console.keys("f");
        console.keys(&format!("within {days} d\n"));
        console.expect(&format!("Expires within {days} days"));
        let filtered = console.screen().matches("Expires in").count();
        console.press(crossterm::event::KeyCode::Esc);
        // By state: those to be warned of come before the active ones.
        console.keys("o");
        let screen = console.screen();
        let first = screen.find("Active  ").expect("active keys");
        let last = screen.rfind("Expires in");
        assert!(last.is_none_or(|last| last < first), "{screen}");
        assert_eq!(screen.matches("Expires in").count(), filtered);
        console.press(crossterm::event::KeyCode::F(1));
        console.press(crossterm::event::KeyCode::F(5));
        console.expect(&format!("within {days} days"));
        filtered
    };
    assert_eq!(warned(0), 0);
    assert!(warned(5) < warned(14));
    assert!(warned(14) < warned(99));
}
