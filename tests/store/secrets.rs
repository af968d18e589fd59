//! What happens to secrets, seen from the client that sends one.

use std::time::Duration;

use keyward::domain::id::{FULL_ACCESS, SecretId};
use keyward::domain::secret::{IssuedSecret, Overlap};
use keyward::domain::state::RESTORABLE;
use keyward::domain::time::{DAY, HOUR, MINUTE};
use keyward::domain::trouble::Trouble;
use keyward::domain::verdict::{Asked, Door, Refused, Use, UseKind, Verdict};
use keyward::service::authenticate::Weighed;
use keyward::store::Place;

use crate::support::database::{
    Bench, NOW, Raw, at, authenticate, draft, on_disk, raw, role_draft,
};

fn number(connection: &Raw, sql: &str) -> i64 {
    connection.row(sql, ())
}

/// Who did it and the body, of each event of this number.
fn told(bench: &Bench, number: i64) -> Vec<(String, String)> {
    let mut events = bench.events();
    events.retain(|event| event.0 == number);
    let each = events.into_iter().map(|(_, actor, body)| (actor, body));
    each.collect()
}

#[test]
fn the_secret_is_in_no_byte_of_the_database() {
    let (directory, path) = on_disk();
    let mut bench = Bench::on(Place::File(path));
    let mut secrets = vec![bench.delivered("a")];
    let key = secrets[0].key;
    for overlap in [Overlap::Hour, Overlap::None] {
        let issued = bench.issue(key);
        bench.deliver(&issued, Some(overlap));
        secrets.push(issued);
    }
    let discarded = bench.issue(key);
    bench.by_alice(|service, alice| {
        service.saved_to_file(alice, discarded.id, discarded.secret.expose(), &[])
    });
    bench.by_alice(|service, alice| service.discard(alice, discarded.id));
    secrets.push(discarded);
    for secret in &secrets {
        bench.refusal(secret);
    }
    let mut files = 0;
    for entry in std::fs::read_dir(directory.path()).expect("listed") {
        let bytes = std::fs::read(entry.expect("an entry").path()).expect("read");
        files += 1;
        for secret in &secrets {
            // The base64 of any three of the random bytes that lie together; the last eleven characters are the tag.
            let (_, body) = secret.secret.expose().split_once(':').expect("a secret");
            for part in body.as_bytes()[..32].chunks(8) {
                assert!(!bytes.windows(part.len()).any(|window| window == part));
            }
        }
    }
    assert!(files >= 2, "the log is there too");
}

#[test]
fn an_undelivered_secret_does_not_authenticate() {
    let mut bench = Bench::new();
    let issued = bench.create("a");
    assert_eq!(bench.refusal(&issued), Some(Refused::NotDelivered));
    bench.clock.advance(HOUR - 1);
    assert_eq!(bench.refusal(&issued), Some(Refused::NotDelivered));
    bench.deliver(&issued, None);
    assert_eq!(bench.refusal(&issued), None);
}

#[test]
fn a_pending_secret_is_void_at_the_exact_instant_of_its_hour() {
    let mut bench = Bench::new();
    let issued = bench.create("a");
    bench.clock.advance(HOUR);
    let late = bench.service.deliver(&bench.alice, issued.id, None);
    assert_eq!(late, Err(Trouble::SecretVoid));
    assert_eq!(bench.refusal(&issued), Some(Refused::NotDelivered));
}

#[test]
fn a_replaced_secret_works_until_delivery_and_then_for_the_overlap_to_the_exact_instant() {
    for overlap in Overlap::ALL {
        let mut bench = Bench::new();
        let old = bench.delivered("a");
        let new = bench.issue(old.key);
        assert!(new.replaces);
        let refusals = (bench.refusal(&old), bench.refusal(&new));
        assert_eq!(refusals, (None, Some(Refused::NotDelivered)));
        bench.deliver(&new, Some(overlap));
        assert_eq!(bench.refusal(&new), None);
        if overlap != Overlap::None {
            bench.clock.advance(overlap.ms() - 1);
            assert_eq!(bench.refusal(&old), None, "{overlap:?}");
            bench.clock.advance(1);
        }
        assert_eq!(bench.refusal(&old), Some(Refused::Replaced), "{overlap:?}");
        assert_eq!(bench.refusal(&new), None);
    }
}

#[test]
fn a_secret_still_retiring_ends_when_the_next_is_delivered() {
    let mut bench = Bench::new();
    let first = bench.delivered("a");
    let second = bench.issue(first.key);
    bench.deliver(&second, Some(Overlap::Week));
    let third = bench.issue(first.key);
    assert_eq!(third.retiring_until, Some(NOW.plus(7 * DAY)));
    bench.deliver(&third, Some(Overlap::Hour));
    assert_eq!(bench.refusal(&first), Some(Refused::Replaced));
    let refusals = (bench.refusal(&second), bench.refusal(&third));
    assert_eq!(refusals, (None, None));
    bench.by_alice(|service, alice| service.end_overlap(alice, first.key));
    assert_eq!(bench.refusal(&second), Some(Refused::Replaced));
    let again = bench.service.end_overlap(&bench.alice, first.key);
    assert_eq!(again, Err(Trouble::NoOverlap));
}

#[test]
fn of_two_administrators_issuing_at_once_the_earlier_ones_secret_is_void() {
    let mut bench = Bench::new();
    let bob = bench.user("bob", FULL_ACCESS);
    let key = bench.delivered("a").key;
    let mut other = bench.another();
    let hers = bench.issue(key);
    let his = other.issue(&bob, key).expect("issued");
    let overlap = Some(Overlap::Day);
    let refused = bench.service.deliver(&bench.alice, hers.id, overlap);
    assert_eq!(refused, Err(Trouble::SecretVoid));
    assert!(other.deliver(&bob, his.id, overlap).is_ok());
    let refusals = (bench.refusal(&hers), bench.refusal(&his));
    assert_eq!(refusals, (Some(Refused::NotDelivered), None));
}

#[test]
fn a_key_deleted_while_its_secret_is_shown_makes_that_secret_void() {
    let mut bench = Bench::new();
    let issued = bench.create("a");
    let deleted = bench.another().delete_key(&bench.alice, issued.key);
    deleted.expect("deleted");
    let refused = bench.service.deliver(&bench.alice, issued.id, None);
    assert_eq!(refused, Err(Trouble::SecretVoid));
    assert_eq!(bench.service.discard(&bench.alice, issued.id), Ok(()));
    assert_eq!(bench.refusal(&issued), Some(Refused::Deleted));
}

#[test]
fn delivering_twice_is_delivering_once_and_a_delivered_secret_is_not_discarded() {
    let mut bench = Bench::new();
    let issued = bench.delivered("a");
    bench.deliver(&issued, Some(Overlap::None));
    assert!(bench.service.discard(&bench.alice, issued.id).is_err());
    assert_eq!(bench.refusal(&issued), None);
    assert_eq!(bench.event_numbers(), [656, 9000, 9001]);
}

#[test]
fn a_discarded_secret_never_works_and_discarding_again_is_no_event() {
    let mut bench = Bench::new();
    let issued = bench.create("a");
    for _ in 0..2 {
        assert_eq!(bench.service.discard(&bench.alice, issued.id), Ok(()));
    }
    let refused = bench.service.deliver(&bench.alice, issued.id, None);
    assert_eq!(refused, Err(Trouble::SecretVoid));
    assert_eq!(bench.event_numbers(), [656, 9000, 9002]);
}

#[test]
fn only_a_secret_that_would_be_valid_costs_a_computation() {
    let mut bench = Bench::new();
    let issued = bench.delivered("a");
    let undelivered = bench.create("b");
    let before = bench.hasher.computations();
    let text = issued.secret.expose().to_owned();
    let (_, body) = text.split_once(':').expect("a secret");
    let cost = |bench: &Bench| bench.hasher.computations() - before;

    let ask = |bench: &mut Bench, text: &str| match authenticate(&mut bench.service, text) {
        Ok(Verdict::Refused(reason)) => Some(reason),
        Ok(Verdict::Valid(_)) => None,
        Err(trouble) => panic!("{trouble:?}"),
    };
    assert_eq!(ask(&mut bench, "no secret"), Some(Refused::Malformed));
    assert_eq!(ask(&mut bench, &format!("2:{body}")), Some(Refused::Forged));
    let unknown = ask(&mut bench, &format!("99:{body}"));
    assert_eq!(unknown, Some(Refused::Forged));
    bench.by_alice(|service, alice| service.lock_out_key(alice, issued.key, ""));
    assert_eq!(ask(&mut bench, &text), Some(Refused::LockedOut));
    bench.by_alice(|service, alice| service.unlock_key(alice, issued.key));
    assert_eq!(bench.refusal(&undelivered), Some(Refused::NotDelivered));
    // A genuine tag of a key that a restored copy of the database does not know.
    let connection = raw(&bench.place);
    let change = |sql: &str| connection.execute_batch(sql).expect("changed");
    connection
        .past_references("UPDATE api_key_secrets SET tag = x'0000000000000000' WHERE key = 2");
    assert_eq!(bench.refusal(&undelivered), Some(Refused::Unknown));
    change("UPDATE roles SET web_service = FALSE WHERE id = 2");
    assert_eq!(ask(&mut bench, &text), Some(Refused::NoApiAccess));
    change("UPDATE roles SET web_service = TRUE WHERE id = 2");
    change("UPDATE api_keys SET expires_on = '2026-01-01', expires_at = 5");
    assert_eq!(ask(&mut bench, &text), Some(Refused::Expired));
    change("UPDATE api_keys SET expires_on = NULL, expires_at = NULL");
    assert_eq!(cost(&bench), 0);

    assert_eq!(ask(&mut bench, &text), None);
    assert_eq!(cost(&bench), 1);
    // Another secret's hash under this tag.
    let other = "(SELECT hash FROM api_key_secrets WHERE key = 2)";
    change(&format!(
        "UPDATE api_key_secrets SET hash = {other} WHERE key = 1"
    ));
    assert_eq!(ask(&mut bench, &text), Some(Refused::Forged));
}

#[test]
fn what_was_proven_of_a_secret_holds_only_with_the_rows_as_they_are_now() {
    let mut bench = Bench::new();
    let issued = bench.delivered("a");
    let weigh = |bench: &Bench, proof: Option<bool>| {
        let secret = issued.secret.expose().as_bytes();
        match bench
            .service
            .weigh(secret, &Asked::default(), |_| proof)
            .expect("weighed")
        {
            Weighed::Judged(judged) => Some(judged.verdict),
            Weighed::Unproven(_) => None,
        }
    };
    let before = bench.hasher.computations();
    assert_eq!(weigh(&bench, None), None);
    assert!(matches!(weigh(&bench, Some(true)), Some(Verdict::Valid(_))));
    let forged = Some(Verdict::Refused(Refused::Forged));
    assert_eq!(weigh(&bench, Some(false)), forged);
    bench.by_alice(|service, alice| service.lock_out_key(alice, issued.key, ""));
    let locked = Some(Verdict::Refused(Refused::LockedOut));
    for proof in [None, Some(true), Some(false)] {
        assert_eq!(weigh(&bench, proof), locked, "{proof:?}");
    }
    assert_eq!(bench.hasher.computations(), before, "nothing is computed");
}

#[test]
fn a_refused_secret_names_its_key_only_where_it_is_that_keys() {
    let mut bench = Bench::new();
    let issued = bench.delivered("a");
    let text = issued.secret.expose();
    bench.by_alice(|service, alice| service.lock_out_key(alice, issued.key, ""));
    let of = |bench: &Bench, text: &str| {
        let judged = bench.service.judge(text.as_bytes(), &Asked::default());
        judged.expect("judged").of
    };
    assert_eq!(of(&bench, text), Some((issued.key, "a".to_owned())));
    let (_, body) = text.split_once(':').expect("a secret");
    assert_eq!(of(&bench, &format!("2:{body}")), None, "forged");
    bench.by_alice(|service, alice| service.unlock_key(alice, issued.key));
    let other = bench.delivered("b");
    let copied =
        "UPDATE api_key_secrets SET hash = (SELECT hash FROM api_key_secrets WHERE id = 2)";
    raw(&bench.place).execute_batch(copied).expect("changed");
    assert_eq!(bench.refusal(&issued), Some(Refused::Forged));
    assert_eq!(of(&bench, text), None, "another secret's hash");
    assert_eq!(of(&bench, other.secret.expose()), None, "it is valid");
}

#[test]
fn a_secret_opens_the_services_of_its_role_from_the_addresses_of_its_key_alone() {
    let mut bench = Bench::new();
    let mut role = role_draft("Billing", &[]);
    role.web_service = true;
    role.services = "billing".to_owned();
    let mut bound = draft("a");
    bound.role = bench.role(&role);
    bound.addresses = "10.0.0.0/8".to_owned();
    let issued = bench.by_alice(|service, alice| service.create_key(alice, &bound));
    bench.deliver(&issued, None);
    let secret = issued.secret.expose().as_bytes();
    let (inside, outside) = (Some([10, 1, 2, 3].into()), Some([11, 1, 2, 3].into()));
    let hashes = bench.hasher.computations();
    let mut refused = |service, address| {
        let judged = bench.service.judge(secret, &Asked { service, address });
        let judged = judged.expect("judged");
        bench.service.note_use(judged.noted);
        match judged.verdict {
            Verdict::Valid(_) => None,
            Verdict::Refused(reason) => Some(reason),
        }
    };
    assert_eq!(refused(Door::Named("wiki"), inside), Some(Refused::Service));
    assert_eq!(refused(Door::Unnamed, None), Some(Refused::Service));
    assert_eq!(refused(Door::None, outside), Some(Refused::Address));
    assert_eq!(
        refused(Door::Named("billing"), None),
        Some(Refused::Address)
    );
    assert_eq!(bench.hasher.computations(), hashes, "that costs no hash");
    let bodies: Vec<_> = told(&bench, 675)
        .into_iter()
        .map(|(_, body)| body)
        .collect();
    assert_eq!(bodies.len(), 2, "one for each reason");
    for (body, reason) in bodies.iter().zip(["\"service\"", "\"address\""]) {
        assert!(body.contains(reason), "{body}");
    }
    let valid = |service, address| {
        let judged = bench.service.judge(secret, &Asked { service, address });
        matches!(judged.expect("judged").verdict, Verdict::Valid(_))
    };
    assert!(valid(Door::Named("billing"), inside));
    assert!(valid(Door::None, inside), "keyward verify asks for none");
    let tried = bench
        .service
        .try_secret(&bench.alice, secret)
        .expect("tried");
    assert_eq!(
        tried.refused,
        [],
        "whoever tries it is not where the client is"
    );
}

#[test]
fn uses_noted_together_are_noted_as_if_each_had_been_by_itself() {
    let mut bench = Bench::new();
    let (one, other) = (bench.delivered("a"), bench.delivered("b"));
    let of = |issued: &IssuedSecret, refused, count, at| Use {
        kind: UseKind {
            key: issued.key,
            secret: Some(issued.id),
            refused,
        },
        name: issued.key_name.clone(),
        count,
        at,
    };
    let at = NOW.plus(-700);
    let noted = [
        of(&one, Some(Refused::Expired), 3, NOW),
        of(&one, None, 20, at),
        of(&one, Some(Refused::LockedOut), 2, NOW),
        of(&other, Some(Refused::LockedOut), 1, NOW),
    ];
    let noting =
        |bench: &mut Bench, noted: &[Use]| bench.service.note_uses(noted, Duration::from_secs(1));
    noting(&mut bench, &noted).expect("noted");
    let read = |bench: &Bench, key| {
        let properties = bench.service.key_properties(&bench.alice, key);
        let key = properties.expect("read").key;
        (
            key.attempts,
            key.last_sign_in_at,
            key.secrets[0].uses_refused,
        )
    };
    assert_eq!(read(&bench, one.key), (2, Some(at), 5));
    assert_eq!(read(&bench, other.key), (1, None, 1));
    let counts: Vec<_> = told(&bench, 675)
        .into_iter()
        .map(|(_, body)| body)
        .collect();
    for (told, wanted) in counts.iter().zip([
        "\"count\":3,\"reason\":\"expired\"",
        "\"count\":2,\"reason\":\"locked-out\"",
        "\"count\":1,\"reason\":\"locked-out\"",
    ]) {
        assert!(told.contains(wanted), "{told}");
    }
    // All or nothing: the second is of a secret that is not there.
    let gone = Use {
        kind: UseKind {
            secret: Some(SecretId(99)),
            ..noted[0].kind
        },
        ..noted[0].clone()
    };
    assert!(noting(&mut bench, &[noted[3].clone(), gone]).is_err());
    assert_eq!(read(&bench, other.key), (1, None, 1));
}

#[test]
fn a_genuine_secret_that_nobody_knows_is_told_once_an_hour() {
    let mut bench = Bench::new();
    let (kept, gone) = (bench.delivered("a"), bench.delivered("b"));
    // As a copy has it that was made before.
    let sql = "DELETE FROM api_key_secrets; DELETE FROM api_keys WHERE id = 2";
    raw(&bench.place).past_references(sql);
    for _ in 0..3 {
        assert_eq!(bench.refusal(&kept), Some(Refused::Unknown));
        assert_eq!(bench.refusal(&gone), Some(Refused::Unknown));
        bench.clock.advance(MINUTE);
    }
    let unknown = r#"{"reason":"unknown","version":1}"#.to_owned();
    let each = vec![(String::new(), unknown); 2];
    assert_eq!(told(&bench, 675), each, "one for each key");
    let properties = bench.service.key_properties(&bench.alice, kept.key);
    assert_eq!(properties.expect("read").key.attempts, 3);
    bench.clock.advance(HOUR);
    bench.refusal(&gone);
    assert_eq!(told(&bench, 675).len(), 3);
    // Told by a clock that was ahead.
    bench.clock.advance(-20 * HOUR);
    bench.refusal(&gone);
    assert_eq!(told(&bench, 675).len(), 4);
}

#[test]
fn a_genuine_secret_with_another_hash_is_told() {
    let mut bench = Bench::new();
    let issued = bench.delivered("a");
    let other = bench.delivered("b");
    let copied =
        "UPDATE api_key_secrets SET hash = (SELECT hash FROM api_key_secrets WHERE id = 2)";
    raw(&bench.place).execute_batch(copied).expect("changed");
    assert_eq!(bench.refusal(&other), None);
    assert_eq!(bench.refusal(&issued), Some(Refused::Forged));
    let last = bench.events().pop().expect("an event");
    assert_eq!(last.0, 675, "{last:?}");
    assert!(last.2.contains("\"forged\""), "{last:?}");
}

#[test]
fn expired_at_the_exact_instant() {
    let mut bench = Bench::new();
    let mut dated = draft("a");
    dated.expires_on = Some("2026-11-22".to_owned());
    let issued = bench.by_alice(|service, alice| service.create_key(alice, &dated));
    bench.deliver(&issued, None);
    bench.clock.advance(8 * HOUR - 1);
    assert_eq!(bench.refusal(&issued), None);
    bench.clock.advance(1);
    assert_eq!(bench.refusal(&issued), Some(Refused::Expired));
}

#[test]
fn refusals_are_counted_and_told_once_an_hour_with_their_number() {
    let mut bench = Bench::new();
    let issued = bench.delivered("a");
    bench.by_alice(|service, alice| service.lock_out_key(alice, issued.key, ""));
    for _ in 0..3 {
        bench.refusal(&issued);
        bench.clock.advance(MINUTE);
    }
    bench.clock.advance(HOUR);
    bench.refusal(&issued);
    let told = told(&bench, 675);
    assert_eq!(told.len(), 2);
    assert!(told[0].1.contains("\"count\":1"), "{told:?}");
    assert!(told[1].1.contains("\"count\":3"), "{told:?}");
    let properties = bench.by_alice(|service, alice| service.key_properties(alice, issued.key));
    let counts = (
        properties.key.attempts,
        properties.key.secrets[0].uses_refused,
    );
    assert_eq!(counts, (4, 4));
    bench.by_alice(|service, alice| service.unlock_key(alice, issued.key));
    assert_eq!(bench.refusal(&issued), None);
    let properties = bench.by_alice(|service, alice| service.key_properties(alice, issued.key));
    let counts = (
        properties.key.attempts,
        properties.key.secrets[0].uses_refused,
    );
    assert_eq!(counts, (0, 4));
}

#[test]
fn a_use_is_noted_once_a_minute_and_changes_no_version() {
    let mut bench = Bench::new();
    let issued = bench.delivered("a");
    let connection = raw(&bench.place);
    let version = number(&connection, "SELECT version FROM api_keys");
    let last = "SELECT last_sign_in_at FROM api_keys";
    bench.refusal(&issued);
    bench.clock.advance(MINUTE);
    bench.refusal(&issued);
    assert_eq!(number(&connection, last), NOW.0);
    bench.clock.advance(1);
    bench.refusal(&issued);
    assert_eq!(number(&connection, last), NOW.0 + MINUTE + 1);
    assert_eq!(number(&connection, "SELECT version FROM api_keys"), version);
}

#[test]
fn a_locked_database_changes_no_verdict() {
    let (_directory, path) = on_disk();
    let mut bench = Bench::on(at(&path));
    let issued = bench.delivered("a");
    let blocker = raw(&bench.place);
    blocker.hold();
    assert_eq!(bench.refusal(&issued), None);
    let lock_out = "UPDATE api_keys SET locked_out = TRUE";
    blocker.execute(lock_out, ()).expect("changed");
    blocker.release();
    blocker.hold();
    assert_eq!(bench.refusal(&issued), Some(Refused::LockedOut));
}

#[test]
fn what_has_ended_keeps_no_hash_and_keeps_its_tag() {
    let mut bench = Bench::new();
    let first = bench.delivered("a");
    let second = bench.issue(first.key);
    bench.deliver(&second, Some(Overlap::Hour));
    let pending = bench.issue(first.key);
    let connection = raw(&bench.place);
    let hashes = "SELECT count(hash) FROM api_key_secrets";
    assert_eq!(number(&connection, hashes), 3);
    bench.clock.advance(HOUR);
    assert_eq!(bench.service.sweep(), Ok(2));
    assert_eq!(bench.service.sweep(), Ok(0));
    assert_eq!(number(&connection, hashes), 1);
    assert_eq!(bench.refusal(&first), Some(Refused::Replaced));
    assert_eq!(bench.refusal(&pending), Some(Refused::NotDelivered));
    bench.by_alice(|service, alice| service.delete_key(alice, first.key));
    bench.clock.advance(RESTORABLE - 1);
    assert_eq!(bench.service.sweep(), Ok(0));
    bench.clock.advance(1);
    assert_eq!(bench.service.sweep(), Ok(1));
    assert_eq!(number(&connection, hashes), 0);
    assert_eq!(bench.refusal(&second), Some(Refused::Deleted));
}

#[test]
fn an_expiry_is_told_once_and_again_only_when_it_was_moved() {
    let mut bench = Bench::new();
    let key = bench.delivered("a").key;
    let expire = |bench: &mut Bench, day: &str| {
        let before = bench.fields(key);
        let saved = bench.save(key, &before, |draft| {
            draft.expires_on = Some(day.to_owned());
        });
        saved.expect("saved");
    };
    expire(&mut bench, "2026-11-22");
    assert_eq!(bench.service.sweep(), Ok(0));
    bench.clock.advance(8 * HOUR);
    let swept = (bench.service.sweep(), bench.service.sweep());
    assert_eq!(swept, (Ok(1), Ok(0)));
    expire(&mut bench, "2026-11-23");
    bench.clock.advance(DAY);
    let swept = (bench.service.sweep(), bench.service.sweep());
    assert_eq!(swept, (Ok(1), Ok(0)));
    let told = told(&bench, 678);
    assert_eq!(told.len(), 2);
    assert!(told.iter().all(|event| event.0.is_empty()), "by System");
}
