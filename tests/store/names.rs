//! Names that can be taken for another's.

use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::id::AUDITOR;
use keyward::domain::problem::{Field, Problem, Rule};
use keyward::domain::role::{RoleDraft, RoleFields};
use keyward::domain::trouble::Trouble;

use crate::support::database::{Bench, draft, user_draft, user_of};

/// `prod`, with a Cyrillic letter.
const LIKE_PROD: &str = "pr\u{43E}d";

fn looks_like<T: std::fmt::Debug>(done: Result<T, Trouble>, id: i64, name: &str) {
    let name = name.to_owned();
    let rule = Rule::LooksLike { id, name };
    let problems = vec![Problem::new(Field::Name, rule)];
    assert_eq!(done.expect_err("told"), Trouble::Problems(problems));
}

fn names(bench: &Bench) -> Vec<String> {
    let sql = "SELECT name FROM api_keys ORDER BY id";
    let connection = crate::support::database::raw(&bench.place);
    connection.rows(sql, ()).expect("read")
}

#[test]
fn a_key_that_looks_like_another_is_told_once_and_then_made() {
    let mut bench = Bench::new();
    let prod = bench.create("prod").key;
    let mut alike = draft(LIKE_PROD);
    looks_like(
        bench.service.create_key(&bench.alice, &alike),
        prod.0,
        "prod",
    );
    assert_eq!(names(&bench), ["prod"]);
    alike.told_alike = Some(alike.name.clone());
    let made = bench
        .by_alice(|service, alice| service.create_key(alice, &alike))
        .key;
    // What is meant is that name and no other.
    let mut other = ApiKeyDraft {
        name: "\u{440}rod".to_owned(),
        ..alike
    };
    looks_like(
        bench.service.create_key(&bench.alice, &other),
        prod.0,
        "prod",
    );
    other.name = LIKE_PROD.to_uppercase();
    let taken = bench.service.create_key(&bench.alice, &other);
    assert!(matches!(taken, Err(Trouble::Problems(told))
        if matches!(told[..], [Problem { rule: Rule::NameTaken { .. }, .. }])));
    // An existing one is told only where its name changes, and never of itself.
    let before = bench.fields(made);
    let described = bench.save(made, &before, |draft| draft.description = "x".to_owned());
    let before = described.expect("saved");
    let capital = bench.save(made, &before, |draft| draft.name = "PR\u{41E}D".to_owned());
    looks_like(capital, prod.0, "prod");
    bench.by_alice(|service, alice| service.delete_key(alice, prod));
    let capital = bench.save(made, &before, |draft| draft.name = "PR\u{41E}D".to_owned());
    capital.expect("nothing is like it any more");
}

#[test]
fn a_role_or_user_that_looks_like_another_is_told_once_and_then_made() {
    let mut bench = Bench::new();
    let alice = bench.alice.clone();
    let mut role = RoleDraft::from(RoleFields {
        name: "\u{410}uditor".to_owned(),
        ..RoleFields::default()
    });
    let done = bench.service.create_role(&alice, &role);
    looks_like(done, AUDITOR.0, "Auditor");
    role.told_alike = Some(role.name.clone());
    let id = bench.by_alice(|service, alice| service.create_role(alice, &role));
    let before = bench
        .by_alice(|service, alice| service.role_properties(alice, id))
        .fields;
    role.description = "x".to_owned();
    bench.by_alice(|service, alice| service.save_role(alice, id, &before, &role));
    let mut user = user_draft("a1ice", AUDITOR);
    let done = bench.service.create_user(&alice, &user);
    looks_like(done, user_of(&alice).0, "alice");
    user.told_alike = Some(user.name.clone());
    bench.by_alice(|service, alice| service.create_user(alice, &user));
}
