//! The columns of a list: chosen, ordered and widened by each user for themselves.

use keyward::domain::trouble::{Fault, Trouble};
use keyward::service::demo::FULL_ACCESS_USER;

use crate::support::console::Console;
use crate::support::database::{Bench, Raw, raw, user_of};

/// The line of the headings.
fn headings(console: &Console) -> String {
    let screen = console.screen();
    let line = screen.lines().find(|line| line.contains(['▲', '▼']));
    line.expect("headings")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// The columns of keys for which there is room where their names are short.
const USUAL: &str = "Name ▲ State Role Expires Last Sign-In Owner ID Created Created By";

/// Those where there are no keys, in a window of 100 columns.
const OF_NO_KEYS: &str = "Name ▲ State Role Expires Last Sign-In Owner ID";

/// What is kept, past the product's back.
fn kept(behind: &Raw) -> Vec<String> {
    let sql = "SELECT \"user\" || ' ' || list || ' ' || columns FROM list_columns ORDER BY \"user\", list";
    behind.rows(sql, ()).expect("read")
}

#[test]
fn columns_are_hidden_moved_and_widened_and_are_there_again_for_their_user_alone() {
    let mut console = Console::with_keys(&["alpha"]);
    let behind = raw(&console.bench.place);
    let events = "SELECT count(*) FROM events";
    let count = |behind: &Raw| behind.row::<i64>(events, ());
    let before = count(&behind);
    assert_eq!(headings(&console), USUAL);
    // Without the role; the ID before the state, 7 cells wide.
    console.keys("Cjj ");
    console.keys("jjjj<<<<<++++");
    console.keys("\n").says_not("columns.title");
    assert_eq!(
        headings(&console),
        "Name ▲ ID State Expires Last Sign-In Owner Created Created By"
    );
    console.expect("ID       State");
    assert_eq!(count(&behind), before, "no event");
    assert_eq!(kept(&behind).len(), 1);
    // As another user, and on another list.
    console.go("Users");
    assert_eq!(
        headings(&console),
        "Name ▲ State Role Full Name Last Sign-In Created ID"
    );
    let bench = console.bench;
    let alice = bench.alice.clone();
    let bob = bench.user("bob", keyward::domain::id::AUDITOR);
    let other = Console::of(bench, bob, (80, 24));
    assert_eq!(headings(&other), USUAL);
    let mut console = Console::of(other.bench, alice, (80, 24));
    assert_eq!(
        headings(&console),
        "Name ▲ ID State Expires Last Sign-In Owner Created Created By"
    );
    // As it was.
    console.keys("Cr\n");
    assert_eq!(headings(&console), USUAL);
    assert_eq!(kept(&behind).len(), 0);
}

#[test]
fn the_name_stays_first_and_a_page_that_is_left_changes_nothing() {
    let mut console = Console::with_keys(&["alpha"]);
    let behind = raw(&console.bench.place);
    for key in [" ", ">", "<"] {
        console.keys("C");
        console.keys(key).says("columns.stays");
        console.keys("<Esc>");
    }
    console.keys("Cj<").says_not("columns.stays");
    console.keys(" <Esc>");
    assert_eq!(headings(&console), USUAL);
    console.keys("C\n");
    assert_eq!(headings(&console), USUAL);
    assert_eq!(kept(&behind).len(), 0);
}

#[test]
fn only_the_name_is_left_where_every_other_column_goes() {
    let mut console = Console::with_keys(&["alpha"]);
    console.keys("So");
    console.keys("<Esc>Se").expect("Expires ▲");
    console.keys("C");
    for _ in 0..12 {
        console.keys("j");
    }
    console.keys("<Home>");
    while !console.shows("> [x] Description") && !console.shows("> [ ] Description") {
        console.keys("j ");
    }
    console.keys("\n");
    // What it was sorted by is no column any more.
    assert_eq!(headings(&console), "Name ▲");
    console.keys("o").expect("Name ▲");
    console.keys("O").expect("Name ▼");
    console.keys("S").says("sorting.title");
    console.expect_not("s  State");
}

#[test]
fn in_a_narrow_window_the_last_columns_go_and_the_page_says_which() {
    let (bench, user) = Bench::demo(FULL_ACCESS_USER);
    let mut console = Console::of(bench, user, (80, 24));
    console.keys("C<End>");
    console.says("columns.no_room");
    // To the second place: it grows from there on.
    console.keys(&"<".repeat(12));
    console.keys("\n");
    assert_eq!(headings(&console), "Name ▲ Description State Role Expires");
    console.resize(60, 15);
    assert_eq!(headings(&console), "Name ▲ Description State");
}

#[test]
fn what_another_version_has_kept_is_read_as_far_as_it_is_known() {
    for (columns, shown) in [
        (
            r#"[{"column":"column.id"},{"column":"column.none","width":7},3,{"width":1}]"#,
            "Name ▲ ID",
        ),
        (
            r#"[{"column":"column.id","width":"x"},{"column":"column.id"}]"#,
            "Name ▲ ID",
        ),
        ("[]", "Name ▲"),
        ("{}", OF_NO_KEYS),
        ("7", OF_NO_KEYS),
    ] {
        let bench = Bench::new();
        let behind = raw(&bench.place);
        let user = user_of(&bench.alice).0;
        let sql = "INSERT INTO list_columns VALUES (?1, 'api-keys', ?2)";
        behind.execute(sql, (user, columns)).expect("kept");
        let mut console = Console::on(bench);
        console.resize(100, 24);
        assert_eq!(headings(&console), shown, "{columns}");
    }
}

#[test]
fn columns_that_could_not_be_kept_are_told() {
    let mut console = Console::with_keys(&["alpha"]);
    console.broken = Some(Trouble::Storage(Fault::Full));
    console.keys("Cj \n").expect("disk");
    assert_eq!(
        headings(&console),
        "Name ▲ Role Expires Last Sign-In Owner ID Created Created By Description"
    );
}

#[test]
fn a_list_beside_its_preview_shows_what_a_narrow_one_alone_does() {
    for size in [(80, 24), (120, 40), (144, 40)] {
        let (bench, user) = Bench::demo(FULL_ACCESS_USER);
        let console = Console::of(bench, user, size);
        for heading in ["Name ▲", "State", "Role", "Expires", "Last Sign-In"] {
            console.expect(heading);
        }
    }
}

#[test]
fn the_state_is_no_wider_than_its_words_while_names_are_cut_and_the_page_says_so() {
    let (bench, user) = Bench::demo(FULL_ACCESS_USER);
    let mut console = Console::of(bench, user, (80, 24));
    console.expect("State              Role");
    console.keys("C").expect("[x] Name          22");
    console.expect("[x] State         18");
    console.expect("[x] Last Sign-In  12");
}

#[test]
fn every_system_event_shows_its_level_however_narrow_the_window() {
    for size in [(120, 40), (80, 24), (60, 15), (40, 10)] {
        let (bench, user) = Bench::demo(FULL_ACCESS_USER);
        let mut console = Console::of(bench, user, size);
        console.go("System Events");
        for heading in ["Time", "Level", "Event"] {
            console.expect(heading);
        }
        console.keys("/level:Warning<Enter>").expect("Warning");
    }
}

#[test]
fn an_empty_list_has_its_usual_columns_and_keeps_them_when_nothing_is_found() {
    let console = Console::new();
    console.expect("Name ▲             State              Role        Expires    ");
    let mut console = Console::with_keys(&["alpha"]);
    let line = |console: &Console| console.screen().lines().nth(3).map(str::to_owned);
    let before = line(&console);
    console.keys("/zzz<Enter>").says("list.nothing_found");
    assert_eq!(line(&console), before);
}
