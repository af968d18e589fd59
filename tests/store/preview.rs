//! What the preview reads of a row, and for whom.

use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::id::{AUDITOR, KeyId};
use keyward::domain::rights::Right;
use keyward::domain::trouble::Trouble;
use keyward::domain::user::{UserDraft, UserFields};

use crate::support::database::{Bench, draft, role_draft, user_draft, user_of};

#[test]
fn a_key_is_told_with_its_role_its_secrets_and_its_last_events_the_newest_first() {
    let mut bench = Bench::new();
    let issued = bench.delivered("backup");
    bench.by_alice(|service, alice| service.lock_out_key(alice, issued.key, "lost"));
    bench.by_alice(|service, alice| service.unlock_key(alice, issued.key));
    bench.by_alice(|service, alice| service.lock_out_key(alice, issued.key, "gone"));
    let found = bench.service.preview_key(&bench.alice, issued.key);
    let found = found.expect("a preview");
    assert_eq!(found.key.fields.name, "backup");
    assert_eq!(found.role.name, "Auditor");
    assert_eq!(found.key.fields.locked_out.as_deref(), Some("gone"));
    assert_eq!(found.key.secrets.len(), 1);
    let events = found.events.expect("events");
    let numbers: Vec<i64> = events.iter().map(|event| event.number).collect();
    assert_eq!(numbers, [673, 674, 673, 9001, 9000]);
    assert!(
        events
            .iter()
            .all(|event| event.by.as_deref() == Some("alice"))
    );
    let gone = bench.service.preview_key(&bench.alice, KeyId(99));
    assert_eq!(gone, Err(Trouble::KeyGone(KeyId(99))));
}

#[test]
fn what_the_role_does_not_allow_to_view_is_left_out() {
    let mut bench = Bench::new();
    let key = bench.delivered("backup").key;
    let role = bench.role(&role_draft("People", &[Right::ViewUsers]));
    let bob = bench.user("bob", role);
    let found = bench
        .service
        .preview_user(&bob, user_of(&bob))
        .expect("a preview");
    assert_eq!((found.events, found.keys), (None, None));
    assert_eq!(
        (found.role.name.as_str(), found.role.rights),
        ("People", None)
    );
    let before = bench.dump();
    let refused = bench.service.preview_key(&bob, key);
    assert_eq!(refused, Err(Trouble::NotAuthorized(Right::ViewApiKeys)));
    let refused = bench.service.preview_role(&bob, role);
    assert_eq!(refused, Err(Trouble::NotAuthorized(Right::ViewRoles)));
    let refused = bench.service.preview_event(&bob, 1);
    assert_eq!(refused, Err(Trouble::NotAuthorized(Right::ViewEvents)));
    assert_eq!(bench.dump(), before, "a preview is no attempt");
}

#[test]
fn the_keys_of_a_user_are_those_that_they_made_and_those_that_they_were_given() {
    let mut bench = Bench::new();
    let bob = UserDraft::from(UserFields {
        full_name: "Bob Builder".to_owned(),
        ..user_draft("bob", AUDITOR).fields
    });
    let id = bench.by_alice(|service, alice| service.create_user(alice, &bob));
    for (name, owner) in [
        ("a", "bob"),
        ("b", "Bob BUILDER"),
        ("c", "bobby"),
        ("d", ""),
        ("e", "BOB"),
    ] {
        let draft = ApiKeyDraft {
            owner: owner.to_owned(),
            ..draft(name)
        };
        let made = bench.by_alice(|service, alice| service.create_key(alice, &draft));
        if name == "e" {
            bench.by_alice(|service, alice| service.delete_key(alice, made.key));
        }
    }
    let alice = bench.alice.clone();
    let keys = |id| {
        let found = bench.service.preview_user(&alice, id).expect("a preview");
        found.keys.map(|keys| (keys.made, keys.owned))
    };
    assert_eq!(keys(id), Some((0, 2)));
    assert_eq!(keys(user_of(&alice)), Some((4, 0)));
    let role = bench
        .service
        .preview_role(&alice, AUDITOR)
        .expect("a preview");
    assert_eq!((role.users, role.keys, role.built_in), (1, 4, true));
}
