//! A secret that was taken apart, or written in another form, and typed somewhere.

use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::event::EventKind;
use keyward::domain::event::trail::TargetFilter;
use keyward::domain::id::{AUDITOR, KeyId, RoleId};
use keyward::domain::list::Filter;
use keyward::domain::problem::{Field, Problem, Rule};
use keyward::domain::role::{RoleDraft, RoleFields};
use keyward::domain::trouble::Trouble;
use keyward::domain::user::{Arrival, UserDraft, UserFields};
use proptest::prelude::*;

use crate::support::database::{Bench, cases, draft, raw, user_draft};

/// A database with one secret, and that secret.
fn issued() -> (Bench, String) {
    let mut bench = Bench::new();
    let issued = bench.create("backup");
    bench.by_alice(|service, alice| service.deliver(alice, issued.id, None));
    (bench, issued.secret.expose().to_owned())
}

fn fields<T: std::fmt::Debug>(done: Result<T, Trouble>) -> Vec<Field> {
    let Err(Trouble::Problems(problems)) = done else {
        panic!("{done:?}");
    };
    let secret = |problem: &Problem| problem.rule == Rule::LooksLikeSecret;
    assert!(problems.iter().all(secret), "{problems:?}");
    problems.iter().map(|problem| problem.field).collect()
}

/// Nothing in the database holds either half of the secret.
fn is_nowhere(bench: &Bench, halves: [&str; 2]) {
    let connection = raw(&bench.place);
    let sql = "SELECT name || description FROM api_keys UNION ALL SELECT name || description FROM roles \
               UNION ALL SELECT name || full_name FROM users UNION ALL SELECT target_name || body FROM events";
    for row in connection.rows::<String>(sql, ()).expect("read") {
        assert!(!halves.iter().any(|half| row.contains(half)), "{row}");
    }
}

fn key(name: &str, description: &str) -> ApiKeyDraft {
    ApiKeyDraft {
        description: description.to_owned(),
        ..draft(name)
    }
}

#[test]
fn a_secret_in_two_fields_is_never_stored() {
    let (mut bench, secret) = issued();
    let alice = bench.alice.clone();
    let both = [Field::Name, Field::Description];
    let (id, body) = secret.split_once(':').expect("a colon");
    for at in [3, 20, 40] {
        let (one, two) = secret.split_at(at);
        for (name, description) in [
            (one.to_owned(), two.to_owned()),
            (two.to_owned(), one.to_owned()),
            (format!("  {one}"), format!("\n    {two}\n\nof the backup")),
            (format!("api-secret-key: {one}"), format!("“{two}”")),
            (format!("first: {one}"), format!("second: {two}")),
        ] {
            let done = bench.service.create_key(&alice, &key(&name, &description));
            assert_eq!(fields(done), both, "{name:?} {description:?}");
        }
        is_nowhere(
            &bench,
            [one, two].map(|half| if half.len() > 8 { half } else { "\u{1}" }),
        );
    }
    // The ID in one field and the base64 in another: the base64 is the secret.
    let done = bench
        .service
        .create_key(&alice, &key(&format!("key {id}"), body));
    assert_eq!(fields(done), [Field::Description]);
    is_nowhere(&bench, [body, body]);
}

#[test]
fn a_secret_in_another_form_is_never_stored() {
    let (mut bench, secret) = issued();
    let alice = bench.alice.clone();
    let (id, body) = secret.split_once(':').expect("a colon");
    let (one, two) = body.split_at(21);
    let plain = body.trim_end_matches('=');
    let url = plain.replace('+', "-").replace('/', "_");
    let escaped = body
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D");
    let wide: String = secret
        .chars()
        .map(|c| char::from_u32(u32::from(c) + 0xFEE0).expect("a wide form"))
        .collect();
    for text in [
        format!("{id}:{url}"),
        format!("{id}%3A{escaped}"),
        format!("{id}:{one}\n{two}"),
        format!("{id}:{one}\n        {two}"),
        format!("\"{id}:{one}\"\n\"{two}\""),
        format!("{id}:{one}\u{a0}{two}"),
        format!("api-secret-key : {id} : {body}"),
        wide,
        body.to_owned(),
    ] {
        let done = bench.service.create_key(&alice, &key("new", &text));
        assert_eq!(fields(done), [Field::Description], "{text}");
        let name = text.replace('\n', " ");
        let done = bench.service.create_key(&alice, &key(&name, ""));
        assert_eq!(fields(done), [Field::Name], "{name}");
        let role = RoleDraft::from(RoleFields {
            description: text,
            ..RoleFields::default()
        });
        let refused = fields(bench.service.create_role(&alice, &role));
        assert_eq!(refused, [Field::Description]);
        let user = UserDraft::from(UserFields {
            full_name: name,
            ..user_draft("bob", AUDITOR).fields
        });
        let refused = fields(bench.service.create_user(&alice, &user));
        assert_eq!(refused, [Field::FullName]);
    }
    is_nowhere(&bench, [one, two]);
}

#[test]
fn a_secret_over_a_key_and_its_role_or_two_saves_is_never_stored() {
    let (mut bench, secret) = issued();
    let alice = bench.alice.clone();
    let (one, rest) = secret.split_at(15);
    let (two, three) = rest.split_at(15);
    let role = RoleDraft::from(RoleFields {
        name: three.to_owned(),
        ..RoleFields::default()
    });
    let role = bench.role(&role);
    let in_role = |name: &str, description: &str, role: RoleId| ApiKeyDraft {
        role,
        ..key(name, description)
    };
    let done = bench.service.create_key(&alice, &in_role(one, two, role));
    assert_eq!(fields(done), [Field::Name, Field::Description, Field::Role]);
    // One half today, the other tomorrow.
    let id = bench
        .service
        .create_key(&alice, &key(one, ""))
        .expect("a third")
        .key;
    let before = bench.fields(id);
    let done = bench.save(id, &before, |draft| draft.description = rest.to_owned());
    assert_eq!(fields(done), [Field::Name, Field::Description]);
    assert_eq!(bench.fields(id), before);
    // What was stored before does not come in the way of a lock.
    bench.by_alice(|service, alice| service.lock_out_key(alice, id, ""));
}

#[test]
fn a_refused_attempt_tells_no_secret_in_any_form() {
    let (mut bench, secret) = issued();
    let bob = bench.user("bob", AUDITOR);
    let escaped = secret.replace(':', "%3A");
    let refused = bench.service.create_key(&bob, &key(&escaped, ""));
    assert!(
        matches!(refused, Err(Trouble::NotAuthorized(_))),
        "{refused:?}"
    );
    let arrival = Arrival {
        account: "alice".to_owned(),
        sudo_user: Some(escaped.clone()),
        ssh_connection: Some("192.0.2.7 50022 192.0.2.1 22".to_owned()),
    };
    bench.service.note_sign_in(&bob, &arrival).expect("noted");
    let (_, body) = secret.split_once(':').expect("a colon");
    is_nowhere(&bench, [body, &escaped]);
    let told: Vec<i64> = bench.events().into_iter().map(|event| event.0).collect();
    for kind in [EventKind::ActionRefused, EventKind::UserSignedIn] {
        assert!(
            told.contains(&kind.number()),
            "{kind:?} is told all the same"
        );
    }
}

#[test]
fn a_secret_in_place_of_a_name_is_not_told_again() {
    let (mut bench, secret) = issued();
    let alice = bench.alice.clone();
    let (id, body) = secret.split_once(':').expect("a colon");
    for name in [
        body.to_owned(),
        format!("x{body}"),
        format!("%3{id}%3A{body}"),
    ] {
        let service = &mut bench.service;
        let arrival = Arrival::default();
        assert_eq!(service.sign_in(&name, &arrival), Err(Trouble::SecretNamed));
        assert_eq!(service.known_user(&name), Err(Trouble::SecretNamed));
        let refused = service.break_glass("alice", &name);
        assert_eq!(refused, Err(Trouble::SecretNamed));
        let target = Filter::about(&TargetFilter::Named {
            kind: None,
            name: name.clone(),
        });
        let refused = service.known_in_events(&alice, &target);
        assert_eq!(refused, Err(Trouble::SecretNamed));
    }
    is_nowhere(&bench, [&body[..20], &body[20..40]]);
}

#[test]
fn no_file_is_named_after_a_secret() {
    let (mut bench, secret) = issued();
    let pending = bench.create("new");
    let alice = bench.alice.clone();
    let (_, body) = secret.split_once(':').expect("a colon");
    let path = format!("/home/{body}.secret");
    let asked = bench.service.may_save_to_file(&alice, pending.id, &path);
    assert_eq!(asked, Err(Trouble::SecretNamed));
    let asked = bench
        .service
        .may_save_to_file(&alice, pending.id, "/home/api-key-2.secret");
    assert_eq!(asked, Ok(()));
    is_nowhere(&bench, [&body[..20], &body[20..40]]);
}

#[test]
fn only_a_secret_of_this_database_is_refused_beyond_its_shape() {
    let (mut bench, secret) = issued();
    let alice = bench.alice.clone();
    // As many characters, of another database.
    let (id, body) = secret.split_once(':').expect("a colon");
    let foreign: String = body.chars().rev().skip(1).collect();
    let (one, two) = foreign.split_at(20);
    let done = bench
        .service
        .create_key(&alice, &key(&format!("{id}:{one}"), two));
    done.expect("not ours");
    let text = "Rotate at 10:30 with the team, and tell everybody on the floor below about it.";
    bench.by_alice(|service, alice| service.create_key(alice, &key("10:30", text)));
    let hash = "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    bench.by_alice(|service, alice| service.create_key(alice, &key("a hash", hash)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(48)))]

    #[test]
    fn ordinary_text_is_not_refused(name in "[ -~]{1,60}", description in "([ -~]{0,80}\n){0,8}") {
        let mut bench = Bench::new();
        bench.create("backup");
        let draft = key(&name, &description);
        prop_assume!(draft.check(None, crate::support::database::NOW).is_ok());
        let done = bench.service.create_key(&bench.alice, &draft);
        let refused = matches!(&done, Err(Trouble::Problems(problems))
            if problems.iter().any(|problem| problem.rule == Rule::LooksLikeSecret));
        prop_assert!(!refused);
    }
}

#[test]
fn the_secret_of_a_deleted_key_is_one_too() {
    let (mut bench, secret) = issued();
    let alice = bench.alice.clone();
    bench.by_alice(|service, alice| service.delete_key(alice, KeyId(1)));
    let (one, two) = secret.split_at(20);
    let done = bench.service.create_key(&alice, &key(one, two));
    assert_eq!(fields(done), [Field::Name, Field::Description]);
}
