//! Secrets that a script hands over: before the database has them, and read back.

use std::cell::RefCell;
use std::path::PathBuf;

use keyward::domain::id::{FULL_ACCESS, KeyId};
use keyward::domain::problem::{Field, Problem, Rule};
use keyward::domain::secret::{Overlap, Secret};
use keyward::domain::time::HOUR;
use keyward::domain::trouble::{NotReadBack, Trouble};
use keyward::domain::verdict::Refused;
use keyward::service::handover::{Delivery, MadeSecret, ReadBack, Saved};

use crate::support::database::{Bench, NOW, authenticate, draft, raw};

/// Takes what is handed over, and gives no file.
fn kept(into: &RefCell<Vec<Secret>>) -> impl FnOnce(&[MadeSecret]) -> Result<Saved, Trouble> {
    |made| {
        into.borrow_mut()
            .extend(made.iter().map(|made| made.secret.clone()));
        Ok(Saved::default())
    }
}

/// A key whose secret was handed over, and is to be read back.
fn pending(bench: &mut Bench, name: &str) -> (KeyId, Secret) {
    let handed = RefCell::default();
    let ids = bench.by_alice(|service, alice| {
        service.create_keys(alice, &[draft(name)], Delivery::Later, kept(&handed))
    });
    (ids[0], handed.into_inner().remove(0))
}

/// A new secret for it, to be read back.
fn another(bench: &mut Bench, key: KeyId) -> Secret {
    let handed = RefCell::default();
    bench.by_alice(|service, alice| service.new_secret(alice, key, Delivery::Later, kept(&handed)));
    handed.into_inner().remove(0)
}

fn read_back(
    bench: &mut Bench,
    key: KeyId,
    text: &str,
    overlap: Option<Overlap>,
) -> Result<ReadBack, Trouble> {
    let Bench { service, alice, .. } = bench;
    let done = service.confirm_read_back(alice, key, text.as_bytes(), overlap);
    done.map(|(_, came)| came)
}

fn refusal(bench: &mut Bench, secret: &Secret) -> Option<Refused> {
    let verdict = authenticate(&mut bench.service, secret.expose()).expect("a verdict");
    match verdict {
        keyward::domain::verdict::Verdict::Valid(_) => None,
        keyward::domain::verdict::Verdict::Refused(reason) => Some(reason),
    }
}

#[test]
fn what_fails_to_be_handed_over_leaves_no_key_and_no_secret() {
    let mut bench = Bench::new();
    let (rows, handed) = (bench.dump().len(), RefCell::new(Vec::new()));
    let Bench { service, alice, .. } = &mut bench;
    let drafts = [draft("a"), draft("b")];
    let done = service.create_keys(alice, &drafts, Delivery::Now(None), |made| {
        kept(&handed)(made)?;
        Err(Trouble::NoFiles)
    });
    assert_eq!(done, Err(Trouble::NoFiles));
    // The numbers of the two alone are taken, which SQLite keeps in a row.
    let numbers = usize::from(raw(&bench.place).is_sqlite());
    assert_eq!(bench.dump().len(), rows + numbers);
    for secret in handed.into_inner() {
        assert_eq!(refusal(&mut bench, &secret), Some(Refused::Unknown));
    }
    let (key, _) = pending(&mut bench, "a");
    assert_eq!(key, KeyId(3), "no ID is given twice");
}

#[test]
fn keys_are_made_all_or_none_and_their_secrets_work_at_once() {
    let mut bench = Bench::new();
    let handed = RefCell::default();
    let drafts = [draft("a"), draft("b"), draft("c")];
    let files = ["/x/1", "/x/2", "/x/3"].map(PathBuf::from);
    let ids = bench.by_alice(|service, alice| {
        service.create_keys(alice, &drafts, Delivery::Now(None), |made| {
            kept(&handed)(made)?;
            Ok(Saved {
                files: files.to_vec(),
                recipients: vec!["age1alice".to_owned(), "age1bob".to_owned()],
            })
        })
    });
    assert_eq!(ids, [KeyId(1), KeyId(2), KeyId(3)]);
    for (id, secret) in ids.iter().zip(handed.into_inner()) {
        assert!(secret.expose().starts_with(&format!("{}:", id.0)));
        assert_eq!(refusal(&mut bench, &secret), None);
    }
    let told: Vec<_> = bench.events();
    let numbers: Vec<i64> = told.iter().map(|event| event.0).collect();
    let each = [656, 9000, 9004, 9001];
    let made = numbers.iter().filter(|number| each.contains(number));
    assert_eq!(made.copied().collect::<Vec<_>>(), each.repeat(3));
    let saved = told.iter().filter(|event| event.0 == 9004);
    for ((_, _, body), file) in saved.zip(&files) {
        assert!(body.contains(file.to_str().expect("text")), "{body}");
        assert!(
            body.contains(r#""recipients":["age1alice","age1bob"]"#),
            "{body}"
        );
    }

    // One that may not be takes all others with it.
    let rows = bench.dump();
    let Bench { service, alice, .. } = &mut bench;
    let drafts = [draft("d"), draft("A")];
    let done = service.create_keys(alice, &drafts, Delivery::Later, |_| {
        panic!("nothing is handed over")
    });
    let taken = Rule::NameTaken {
        id: 1,
        name: "a".to_owned(),
    };
    let taken = Trouble::Problems(vec![Problem::new(Field::Name, taken)]);
    assert_eq!(done, Err(taken));
    assert_eq!(bench.dump(), rows);
}

#[test]
fn what_is_taken_while_a_secret_is_handed_over_leaves_no_second_key() {
    let mut bench = Bench::new();
    let (mut other, alice) = (bench.another(), bench.alice.clone());
    let Bench { service, .. } = &mut bench;
    let handed = RefCell::default();
    let done = service.create_keys(&alice, &[draft("a")], Delivery::Now(None), |made| {
        other.create_key(&alice, &draft("A"))?;
        kept(&handed)(made)
    });
    assert!(matches!(done, Err(Trouble::Problems(_))), "{done:?}");
    let secret = handed.into_inner().remove(0);
    assert_eq!(refusal(&mut bench, &secret), Some(Refused::Unknown));
    let told = read_back(&mut bench, KeyId(2), secret.expose(), None);
    assert_eq!(
        told,
        Err(Trouble::NotReadBack(NotReadBack::OfAnother(KeyId(1))))
    );
}

#[test]
fn every_fault_of_many_is_found_before_anything_is_made() {
    let mut bench = Bench::new();
    bench.create("there");
    let rows = bench.dump();
    let mut wrong = draft("wrong");
    wrong.expires_on = Some("yesterday".to_owned());
    let drafts = [draft("a"), wrong, draft("There"), draft("A"), draft("b")];
    let faults = bench.by_alice(|service, alice| service.check_new_keys(alice, &drafts));
    let rules: Vec<_> = faults
        .into_iter()
        .map(|fault| match fault {
            None => None,
            Some(Trouble::Problems(problems)) => Some(problems[0].rule.clone()),
            Some(other) => panic!("{other:?}"),
        })
        .collect();
    let taken = |id, name: &str| {
        let name = name.to_owned();
        Some(Rule::NameTaken { id, name })
    };
    let found = [
        None,
        Some(Rule::NotADate),
        taken(1, "there"),
        taken(2, "a"),
        None,
    ];
    assert_eq!(rules, found);
    assert_eq!(bench.dump(), rows, "nothing was made");
}

#[test]
fn a_secret_that_is_read_back_works_from_then_on() {
    let mut bench = Bench::new();
    let (key, first) = pending(&mut bench, "a");
    assert_eq!(refusal(&mut bench, &first), Some(Refused::NotDelivered));
    let done = read_back(&mut bench, key, &format!("{}\r\n", first.expose()), None);
    assert!(matches!(done, Ok(ReadBack::Delivered(_))), "{done:?}");
    assert_eq!(refusal(&mut bench, &first), None);
    let again = read_back(&mut bench, key, first.expose(), None);
    assert_eq!(again, Ok(ReadBack::Before(NOW)));

    let second = another(&mut bench, key);
    let needed = read_back(&mut bench, key, second.expose(), None);
    assert_eq!(needed, Err(Trouble::OverlapNeeded));
    assert_eq!(refusal(&mut bench, &second), Some(Refused::NotDelivered));
    let done = read_back(&mut bench, key, second.expose(), Some(Overlap::Hour));
    let Ok(ReadBack::Delivered(delivered)) = done else {
        panic!("{done:?}");
    };
    assert_eq!(delivered.overlap_until, Some(NOW.plus(HOUR)));
    assert_eq!(refusal(&mut bench, &first), None);
    let retiring = read_back(&mut bench, key, first.expose(), None);
    assert_eq!(retiring, Ok(ReadBack::Before(NOW)));
    bench.clock.advance(HOUR);
    assert_eq!(refusal(&mut bench, &first), Some(Refused::Replaced));
    let replaced = read_back(&mut bench, key, first.expose(), None);
    assert_eq!(replaced, Err(Trouble::NotReadBack(NotReadBack::Replaced)));
}

#[test]
fn nothing_but_the_pending_secret_of_the_key_delivers_it() {
    let mut bench = Bench::new();
    let (key, void) = pending(&mut bench, "a");
    let secret = another(&mut bench, key);
    let (other, of_another) = pending(&mut bench, "b");
    let mut forged = secret.expose().to_owned();
    let last = if forged.ends_with("A=") { "B=" } else { "A=" };
    forged.replace_range(forged.len() - 2.., last);
    let rows = bench.dump();
    let not = |what| Err(Trouble::NotReadBack(what));
    for (text, told) in [
        ("", not(NotReadBack::Malformed)),
        ("none", not(NotReadBack::Malformed)),
        (&*format!(" {}", secret.expose()), not(NotReadBack::Blanks)),
        (
            &*format!("{}\n\n", secret.expose()),
            not(NotReadBack::Blanks),
        ),
        (
            &*format!("{0}\n{0}", secret.expose()),
            not(NotReadBack::Malformed),
        ),
        (
            &*format!("{}:{}=", key.0, "A".repeat(43)),
            not(NotReadBack::Forged),
        ),
        (of_another.expose(), not(NotReadBack::OfAnother(other))),
        (void.expose(), Err(Trouble::SecretVoid)),
    ] {
        assert_eq!(read_back(&mut bench, key, text, None), told, "{told:?}");
        assert_eq!(bench.dump(), rows, "{told:?}");
    }
    let told = read_back(&mut bench, key, &forged, None);
    assert!(told.is_err());
    bench.clock.advance(HOUR);
    let late = read_back(&mut bench, key, secret.expose(), None);
    assert_eq!(late, Err(Trouble::SecretVoid));
    bench.by_alice(|service, alice| service.delete_key(alice, key));
    let gone = read_back(&mut bench, key, secret.expose(), None);
    assert_eq!(gone, Err(Trouble::KeyGone(key)));
}

#[test]
fn a_secret_that_works_is_replaced_only_where_it_is_said_how_long_it_works_on() {
    let mut bench = Bench::new();
    let first = bench.delivered("a");
    let rows = bench.dump();
    let Bench { service, alice, .. } = &mut bench;
    let done = service.new_secret(alice, first.key, Delivery::Now(None), |_| {
        panic!("nothing is handed over")
    });
    assert_eq!(done, Err(Trouble::OverlapNeeded));
    assert_eq!(bench.dump(), rows);
    let handed = RefCell::default();
    let delivery = Delivery::Now(Some(Overlap::None));
    bench.by_alice(|service, alice| service.new_secret(alice, first.key, delivery, kept(&handed)));
    let second = handed.into_inner().remove(0);
    assert_eq!(bench.refusal(&first), Some(Refused::Replaced));
    assert_eq!(refusal(&mut bench, &second), None);
}

#[test]
fn a_new_secret_that_is_not_handed_over_changes_nothing() {
    let mut bench = Bench::new();
    let first = bench.delivered("a");
    let pending = bench.issue(first.key);
    let rows = bench.dump();
    let Bench { service, alice, .. } = &mut bench;
    let delivery = Delivery::Now(Some(Overlap::None));
    let done = service.new_secret(alice, first.key, delivery, |_| Err(Trouble::NoFiles));
    assert_eq!(done, Err(Trouble::NoFiles));
    assert_eq!(bench.dump(), rows, "not even the secret that was pending");
    assert_eq!(bench.refusal(&first), None);
    bench.deliver(&pending, Some(Overlap::None));
}

#[test]
fn a_key_is_given_to_nobody_beyond_the_rights_of_who_makes_it() {
    let bench = Bench::new();
    let bob = bench.user("bob", keyward::domain::id::AUDITOR);
    let mut full = draft("full");
    full.role = FULL_ACCESS;
    let mut service = bench.another();
    let done = service.check_new_keys(&bob, &[full]);
    assert!(matches!(done, Err(Trouble::NotAuthorized(_))), "{done:?}");
    bench.events();
}
