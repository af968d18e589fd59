//! From where a key may be used and how often: typed in Properties, and told wherever the state of a key is told.

use keyward::domain::api_key::{ApiKeyDraft, ApiKeyFields};
use keyward::domain::id::{AUDITOR, FULL_ACCESS, KeyId, RoleId};
use keyward::domain::rights::Right;
use keyward::domain::secret::Overlap;
use keyward::domain::time::DAY;
use keyward::domain::user::Actor;

use crate::properties::somebody_changes;
use crate::support::console::Console;
use crate::support::database::{Bench, draft, raw, role_draft};

/// From the name in Properties of an existing key to its addresses.
const TO_ADDRESSES: &str = "<Shift-Tab><Shift-Tab><Shift-Tab><Shift-Tab><Shift-Tab>";

/// A key that works, with these addresses and this number of requests.
fn key(bench: &mut Bench, role: RoleId, addresses: &str, rate: &str) -> String {
    let draft = ApiKeyDraft {
        role,
        addresses: addresses.to_owned(),
        rate: rate.to_owned(),
        ..draft("backup")
    };
    let made = bench.by_alice(|service, alice| service.create_key(alice, &draft));
    bench.deliver(&made, None);
    made.secret.expose().to_owned()
}

/// What the first key has now.
fn fields(console: &mut Console) -> ApiKeyFields {
    let properties = console.by_alice(|service, alice| service.key_properties(alice, KeyId(1)));
    properties.key.fields
}

/// A role that opens two services.
fn billing(bench: &mut Bench) -> RoleId {
    let mut draft = role_draft("Billing", &[Right::ViewUsers]);
    draft.web_service = true;
    "billing, crm".clone_into(&mut draft.services);
    bench.role(&draft)
}

/// A console of somebody who edits keys and holds nothing else.
fn of_clerk(mut bench: Bench) -> Console {
    let rights = [Right::ViewApiKeys, Right::EditApiKeys];
    let clerk = bench.role(&role_draft("Clerk", &rights));
    let bob: Actor = bench.user("bob", clerk);
    Console::of(bench, bob, (80, 24))
}

#[test]
fn addresses_and_requests_are_typed_kept_and_told_behind_the_state() {
    let mut bench = Bench::new();
    key(&mut bench, AUDITOR, "", "");
    let mut console = Console::on(bench);
    console.keys("\n").keys(TO_ADDRESSES).says("hint.addresses");
    console
        .keys("10.0.0.0/8 192.0.2.7/32\t")
        .says_with("hint.rate", &[("rate", &1_000_000)]);
    console
        .keys("60<F2>")
        .says_with("form.saved", &[("name", &"backup")]);
    let fields = fields(&mut console);
    assert_eq!(fields.addresses, "10.0.0.0/8, 192.0.2.7");
    assert_eq!(fields.rate, Some(60));
    console.expect_selected("Active, limited");
    console.keys("\n").expect("10.0.0.0/8, 192.0.2.7");
    console.expect("Active, only from 10.0.0.0/8, 192.0.2.7; at most 60");
    console.keys(TO_ADDRESSES).keys("<Ctrl-U>\t<Ctrl-U><F2>");
    console.expect_not("limited");
}

#[test]
fn a_wrong_network_is_told_when_it_is_left_and_what_was_typed_stays() {
    let mut bench = Bench::new();
    key(&mut bench, AUDITOR, "", "");
    let mut console = Console::on(bench);
    console.keys("\n").keys(TO_ADDRESSES);
    console.keys("10.1.2.3/8").expect_not("! ");
    console.keys("\t");
    let told = [
        ("typed", &"10.1.2.3/8" as &dyn std::fmt::Display),
        ("network", &"10.0.0.0/8"),
    ];
    console.says_with("problem.network", &told);
    console
        .keys("1.5")
        .says_with("problem.rate", &[("least", &1), ("most", &1_000_000)]);
    console.keys("<F2>").says_with("problem.network", &told);
    console.expect("10.1.2.3/8 ").expect("1.5");
    assert_eq!(fields(&mut console).addresses, "");
    console.keys("<Ctrl-U>intranet, ");
    console.says_with("problem.address", &[("typed", &"intranet")]);
}

#[test]
fn addresses_that_somebody_else_changed_too_show_both_and_lose_nothing() {
    let mut bench = Bench::new();
    key(&mut bench, AUDITOR, "10.0.0.0/8", "60");
    let mut console = Console::on(bench);
    console.keys("\n").keys(TO_ADDRESSES).keys(", ::1\t0");
    somebody_changes(&mut console, |draft| {
        draft.addresses = "192.0.2.7".to_owned();
        draft.description = "theirs".to_owned();
    });
    console.keys("<F2>").says("merge.title");
    console
        .expect("alice  192.0.2.7")
        .expect("You    10.0.0.0/8, ::1");
    console
        .keys("<Left><F2>")
        .says_with("form.saved", &[("name", &"backup")]);
    let fields = fields(&mut console);
    assert_eq!(fields.addresses, "192.0.2.7");
    assert_eq!(
        (fields.rate, fields.description),
        (Some(600), "theirs".to_owned())
    );
}

#[test]
fn who_does_not_hold_what_a_key_gives_may_narrow_its_bounds_and_not_widen_them() {
    let mut bench = Bench::new();
    key(&mut bench, FULL_ACCESS, "10.0.0.0/8", "60");
    let mut console = of_clerk(bench);
    console.keys("\n").keys(TO_ADDRESSES).keys("<Ctrl-U><F2>");
    let beyond = [
        ("name", &"backup" as &dyn std::fmt::Display),
        ("role", &"Full Access"),
    ];
    console.says_with("trouble.gives_beyond_own", &beyond);
    console
        .keys("10.1.0.0/16\t1<F2>")
        .says_with("trouble.gives_beyond_own", &beyond);
    console
        .keys("<Backspace><Backspace><F2>")
        .says_with("form.saved", &[("name", &"backup")]);
    let fields = fields(&mut console);
    assert_eq!(
        (fields.addresses.as_str(), fields.rate),
        ("10.1.0.0/16", Some(6))
    );
}

#[test]
fn who_may_not_edit_a_key_reads_all_of_its_addresses() {
    let many: Vec<String> = (10..40).map(|n| format!("10.20.30.{n}")).collect();
    let mut bench = Bench::new();
    key(&mut bench, AUDITOR, &many.join(", "), "60");
    let auditor = bench.user("paula", AUDITOR);
    let mut console = Console::of(bench, auditor, (120, 40));
    console.keys("\n").expect("[ Close ]");
    console.expect("10.20.30.10, ").expect("10.20.30.39");
    console.says("field.rate").expect("60");
}

#[test]
fn a_key_that_is_duplicated_keeps_its_bounds() {
    let mut bench = Bench::new();
    key(&mut bench, AUDITOR, "10.0.0.0/8", "60");
    let mut console = Console::on(bench);
    console.keys("ccopy<F2>").expect("api-secret-key");
    let copy = console.by_alice(|service, alice| service.key_properties(alice, KeyId(2)));
    let copy = copy.key.fields;
    assert_eq!(
        (copy.addresses.as_str(), copy.rate),
        ("10.0.0.0/8", Some(60))
    );
}

#[test]
fn the_preview_and_a_secret_that_is_tried_tell_everything_that_bounds_the_key() {
    let mut bench = Bench::new();
    let billing = billing(&mut bench);
    let secret = key(&mut bench, billing, "10.0.0.0/8", "60");
    let mut console = Console::on(bench);
    console.resize(160, 40).rest();
    console.expect("Active, only billing, crm;");
    console.expect("only from 10.0.0.0/8;");
    console.keys("v").paste(&secret).enter().says("try.valid");
    console.expect("only billing, crm; only from 10.0.0.0/8; at most 60 requests");
    console.keys("<Esc>ly").rest().expect_not("only from");
}

#[test]
fn a_key_that_is_bound_is_seen_in_every_width_of_the_list_and_no_other_is() {
    let mut bench = Bench::new();
    let bound = billing(&mut bench);
    key(&mut bench, bound, "", "");
    let mut console = Console::on(bench);
    console.expect_selected("Active, limited");
    let second = console.bench.issue(KeyId(1));
    console.bench.deliver(&second, Some(Overlap::Week));
    console
        .wait(2 * DAY)
        .resize(80, 24)
        .expect_selected("Limited, old 5 d");
    console
        .resize(160, 40)
        .keys("P")
        .expect_selected("Active, old until");
    console.expect_selected(", limited");
    somebody_changes(&mut console, |draft| {
        draft.expires_on = Some("2026-11-29".to_owned());
    });
    console
        .wait(2_000)
        .resize(80, 24)
        .expect_selected("◐ 6 d, limited");
    console
        .keys("ly")
        .expect_selected("Locked Out")
        .expect_not("imited");
    console.make_and_store("free");
    console.expect_selected("● Active  ").expect_not("imited");
}

#[test]
fn a_key_that_stops_within_a_day_is_listed_with_the_time_where_there_is_room() {
    let mut bench = Bench::new();
    key(&mut bench, AUDITOR, "", "");
    let set = |sql: &str| {
        let done = raw(&bench.place).execute(sql, ());
        assert_eq!(done.expect("changed"), 1, "{sql}");
    };
    set("UPDATE api_keys SET expires_on = '2027-03-01', expires_at = 1803911400000");
    set("UPDATE api_keys SET created_by = 'API key 7 (deploy-pipeline)'");
    let mut console = Console::on(bench);
    console.resize(109, 40).expect_selected("2027-03-01 14:30");
    console.expect_selected("API key 7");
    console.resize(60, 15).expect_selected("Active");
    somebody_changes(&mut console, |draft| {
        draft.expires_on = Some("2027-03-02".to_owned());
        draft.expiry_edited = true;
    });
    console
        .resize(109, 40)
        .wait(2_000)
        .expect_selected("2027-03-02 ");
    console.expect_not("2027-03-02 0");
}

#[test]
fn keys_are_found_by_the_service_that_they_open_and_by_their_addresses() {
    let mut bench = Bench::new();
    let billing = billing(&mut bench);
    key(&mut bench, billing, "10.0.0.0/8", "");
    let mut console = Console::on(bench);
    console.make_and_store("free");
    console.keys("/service:crm\n").expect("2 shown");
    console
        .keys("/<Ctrl-U>service:wiki\n")
        .expect("1 of 2")
        .expect_selected("free");
    console
        .keys("/<Ctrl-U>from:10.0\n")
        .expect("1 of 2")
        .expect_selected("backup");
    console.keys("/<Ctrl-U>service:").expect("billing");
    console.keys("<Ctrl-U>state:limited\n").expect("1 of 2");
    console.expect_selected("backup");
}
