//! Two administrators change the same fields of a key or a user: whose is kept is chosen field by field.

use keyward::domain::api_key::ApiKeyFields;
use keyward::domain::id::{FULL_ACCESS, KeyId};
use keyward::domain::user::UserDraft;

use crate::properties::somebody_changes;
use crate::support::console::Console;
use crate::support::database::{Bench, draft, user_of};

/// A key of which name, description and expiry were changed here and by alice elsewhere; the dialog is open.
fn clashing() -> Console {
    let mut console = Console::new();
    console.make_and_store("backup");
    console.keys("\n-mine\tmy words\t\t\t\t 2026-12-31");
    somebody_changes(&mut console, |draft| {
        "theirs".clone_into(&mut draft.name);
        "their words".clone_into(&mut draft.description);
        draft.expires_on = Some("2027-01-31".to_owned());
        draft.locale = keyward::domain::locale::Locale::JaJp;
    });
    console.keys("<F2>").says("merge.title");
    console
}

fn fields(console: &mut Console) -> ApiKeyFields {
    console.by_alice(|service, alice| Ok(service.key_properties(alice, KeyId(1))?.key.fields))
}

#[test]
fn theirs_and_mine_are_shown_and_each_field_is_chosen_for_itself() {
    let mut console = clashing();
    for value in [
        "alice  theirs",
        "You    backup-mine",
        "alice  their words",
        "You    my words",
    ] {
        console.expect(&format!("( ) {value}"));
    }
    console
        .expect("alice  2027-01-31")
        .expect("You    2026-12-31");
    console.keys("<Right>").expect("(•) You    backup-mine");
    console
        .keys("<Down><Left>")
        .expect("(•) alice  their words");
    console
        .keys("<Down><Down><Down> ")
        .expect("(•) You    2026-12-31");
    console.keys("<F2>");
    console.says_with("form.saved", &[("name", &"backup-mine")]);
    let saved = fields(&mut console);
    let expiry = saved.expiry.map(|expiry| expiry.on.to_string());
    assert_eq!(expiry.as_deref(), Some("2026-12-31"));
    assert_eq!(
        (saved.name.as_str(), saved.description.as_str()),
        ("backup-mine", "their words")
    );
    assert_eq!(saved.locale.tag(), "ja-JP", "only they changed it");
}

#[test]
fn nothing_is_saved_before_each_field_is_chosen_and_enter_goes_from_one_to_the_next() {
    let mut console = clashing();
    console
        .keys("<F2>")
        .says("merge.choose")
        .says("merge.title");
    console
        .keys("\n")
        .expect("(•) alice  theirs")
        .says("merge.title");
    console
        .keys("\n\n")
        .expect("(•) alice  their words")
        .expect("(•) alice  2027-01-31");
    console.keys("\n");
    console.says_with("form.saved", &[("name", &"theirs")]);
    assert_eq!(fields(&mut console).description, "their words");
}

#[test]
fn esc_goes_back_to_the_form_with_what_was_typed() {
    let mut console = clashing();
    console.keys("<Right><Esc>").says_not("merge.title");
    console
        .expect("backup-mine")
        .expect("my words")
        .expect("2026-12-31");
    console.expect("! alice has changed this to: theirs.");
    // Nothing was chosen by that: it is asked again.
    console
        .keys("<F2>")
        .says("merge.title")
        .expect("( ) You    backup-mine");
    assert_eq!(fields(&mut console).name, "theirs");
}

#[test]
fn a_third_change_is_seen_again() {
    let mut console = clashing();
    console.keys("<Right><Down><Down><Right><Down><Down><Right>");
    somebody_changes(&mut console, |draft| draft.name = "third".to_owned());
    console.keys("<F2>").says("merge.title");
    console.expect("alice  third").expect("You    backup-mine");
    console.expect_not("You    my words");
    console.keys("<Left><F2>");
    console.says_with("form.saved", &[("name", &"third")]);
    assert_eq!(fields(&mut console).description, "my words");
}

#[test]
fn each_field_names_whoever_changed_it_last() {
    let mut bench = Bench::new();
    let bob = bench.user("bob", FULL_ACCESS);
    bench.by_alice(|service, alice| service.create_key(alice, &draft("backup")));
    let mut console = Console::on(bench);
    console.keys("\n-mine\tmine");
    let mut save = |as_bob: bool, change: &dyn Fn(&mut keyward::domain::api_key::ApiKeyDraft)| {
        let before = fields(&mut console);
        let mut draft = (&before).into();
        change(&mut draft);
        let actor = if as_bob {
            &bob
        } else {
            &console.bench.alice.clone()
        };
        let saved = console
            .bench
            .service
            .save_key(actor, KeyId(1), &before, &draft);
        saved.expect("saved");
    };
    save(true, &|draft| draft.name = "bobs".to_owned());
    save(false, &|draft| draft.description = "alices".to_owned());
    console
        .keys("<F2>")
        .expect("bob    bobs")
        .expect("alice  alices");
}

#[test]
fn a_long_value_is_shown_whole_where_the_cursor_is() {
    let mut console = Console::new();
    console.make_and_store("backup");
    console.keys("\n\tmine");
    let long = format!("begins {} ends", "long words ".repeat(40));
    somebody_changes(&mut console, |draft| draft.description = long.clone());
    console
        .keys("<F2>")
        .says("merge.title")
        .expect("begins")
        .expect("ends");
    console.keys("<Down>").expect("begins").expect_not("ends");
    console.keys("<Up>").expect("ends");
}

#[test]
fn what_two_changed_of_a_user_is_chosen_too() {
    let bench = Bench::new();
    let bob = bench.user("bob", FULL_ACCESS);
    let mut console = Console::on(bench);
    console.go("Users").keys("j\nMine\t\t jap\n");
    let before = console.by_alice(|service, alice| service.user_properties(alice, user_of(&bob)));
    let mut theirs = UserDraft::from(&before.fields);
    theirs.full_name = "Theirs".to_owned();
    theirs.locale = Some(keyward::domain::locale::Locale::EnUs);
    console.by_alice(|service, alice| {
        service.save_user(alice, user_of(&bob), &before.fields, &theirs)
    });
    console
        .keys("<F2>")
        .expect("alice  Theirs")
        .expect("You    Mine");
    console
        .expect("alice  English (US)")
        .expect("You    日本語 (Japanese)");
    console
        .click_on("alice  Theirs")
        .keys("<Down><Down><Right><F2>");
    console.says_with("form.saved", &[("name", &"bob")]);
    let saved = console.by_alice(|service, alice| service.user_properties(alice, user_of(&bob)));
    let saved = (
        saved.fields.full_name,
        saved
            .fields
            .locale
            .map(keyward::domain::locale::Locale::tag),
    );
    assert_eq!(saved, ("Theirs".to_owned(), Some("ja-JP")));
}
