//! Sorting: by which columns, and where the cursor is after it.

use keyward::service::demo::FULL_ACCESS_USER;

use crate::support::console::Console;
use crate::support::database::Bench;

#[test]
fn the_columns_on_the_screen_are_gone_through_and_each_order_begins_at_its_top() {
    let mut console = Console::with_keys(&["c", "a", "b"]);
    console.keys("j").expect_selected("> b").expect("Name ▲");
    console.keys("O").expect("Name ▼").expect_selected("> c");
    let narrow = [
        "State",
        "Role",
        "Expires",
        "Last Sign-In",
        "Owner",
        "ID",
        "Created",
        "Created By",
    ];
    for heading in narrow {
        let sorted = format!("{heading} ▲");
        console.keys("jo").expect(&sorted).expect_selected("> c");
    }
    console.keys("o").expect("Name ▲").expect_selected("> a");
    console.resize(120, 24).keys("P");
    for heading in narrow.into_iter().chain(["Description", "Name"]) {
        console.keys("o").expect(&format!("{heading} ▲"));
    }
}

#[test]
fn a_letter_chooses_the_column_and_its_capital_the_other_way_round() {
    let mut console = Console::with_keys(&["c", "a", "b"]);
    console.keys("Se").expect("Expires ▲");
    console.says_not("sorting.title");
    // Once more is no other order.
    console.keys("Se").expect("Expires ▲");
    console.keys("jSN").expect("Name ▼").expect_selected("> c");
    console.keys("jSn").expect("Name ▲").expect_selected("> a");
    console.keys("S<Down><Down>\n").expect("Role ▲");
    console.keys("SRS\n").expect("Role ▼");
    // No column has it.
    console.keys("Sx").says("sorting.title");
    console.keys("<Esc>").expect("Role ▼");
    console.keys("S");
    console.click_on("s  State").expect("State ▲");
}

#[test]
fn a_column_that_the_window_has_no_room_for_is_brought_to_the_screen_by_its_letter() {
    let (bench, user) = Bench::demo(FULL_ACCESS_USER);
    let mut console = Console::of(bench, user, (60, 15));
    console.expect_not("Last Sign-In").expect_not("Created By");
    console.keys("Sl").expect("Last Sign-In ▲");
    console
        .keys("Sb")
        .expect("Created By ▲")
        .expect_not("Last Sign-In");
    // A column that somebody has hidden is not offered.
    console.keys("Sn").keys("C<Down><Down><Down><Down> \n");
    console.keys("Sl").says("sorting.title");
}

#[test]
fn a_key_after_it_is_for_the_first_row_of_the_new_order() {
    let mut console = Console::with_keys(&["a", "b", "c"]);
    let late = console.answered_late(|console| console.keys("O\n"));
    console.expect_not("Properties:");
    console.late_answers(late);
    console.says_with("form.title_edit", &[("name", &"c")]);
}

#[test]
fn the_column_that_is_sorted_by_stays_on_the_screen_however_narrow_it_gets() {
    let (bench, user) = Bench::demo(FULL_ACCESS_USER);
    let mut console = Console::of(bench, user, (200, 40));
    console.keys("P");
    for (screen, orders) in [
        ("API Keys", "nsrelicbd"),
        ("Users", "nsrflci"),
        ("Roles", "naukitd"),
    ] {
        if screen != "API Keys" {
            console.go(screen);
        }
        for letter in orders.chars() {
            console.resize(200, 40);
            console
                .keys(&format!("S{letter}"))
                .says_not("sorting.title");
            for size in [(120, 40), (80, 24), (60, 15), (40, 10)] {
                console.resize(size.0, size.1).expect(" ▲");
            }
        }
        // From what is on the screen no more than that is gone through.
        console.keys("o").expect("Name ▲");
    }
}

#[test]
fn a_row_that_is_shown_beside_the_filter_goes_when_the_order_takes_the_cursor_away() {
    let mut console = Console::with_keys(&["alpha", "beta"]);
    console.keys("fnot deliv\n");
    console.expect_not("alpha");
    console.keys("<Esc>ly");
    console.keys("factive\n").expect_not("alpha");
    console.keys("ly").expect("beta");
    console.keys("O").expect_not("beta  ");
}

#[test]
fn events_have_one_order_and_its_reverse() {
    let mut console = Console::with_keys(&["alpha"]);
    console.go("System Events");
    console.expect("Time ▼");
    console.keys("o").expect("Time ▼");
    console.keys("O").expect("Time ▲");
    console.expect_selected("1");
    console.click_on("Time ▲").expect("Time ▼");
    console.click_on("ID  ").expect("Time ▼");
    console.keys("St").expect("Time ▲");
}
