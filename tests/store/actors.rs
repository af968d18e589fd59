//! API keys that act: as themselves, under their role, and never under a user's name.

use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::event::chain::{Break, chain};
use keyward::domain::event::trail::RowWho;
use keyward::domain::id::{AUDITOR, FULL_ACCESS, KeyId, RoleId, SecretId};
use keyward::domain::list::{Filter, KeyRow, Listed};
use keyward::domain::preview::UserPreview;
use keyward::domain::problem::{Field, Problem, Rule};
use keyward::domain::rights::Right;
use keyward::domain::role::{RoleDraft, RoleFields};
use keyward::domain::secret::Overlap;
use keyward::domain::time::DAY;
use keyward::domain::trouble::Trouble;
use keyward::domain::tz::Tz;
use keyward::domain::user::{Actor, Arrival, SignOut};
use keyward::domain::verdict::Refused;
use keyward::store::events;
use keyward::store::list::Source;

use crate::support::database::{
    Bench, draft, filter, raw, rights, role_draft, user_draft, user_of,
};

/// The role of a key that manages keys.
fn key_manager(bench: &mut Bench) -> RoleId {
    let held = [
        Right::ViewApiKeys,
        Right::CreateApiKeys,
        Right::EditApiKeys,
        Right::DeleteApiKeys,
    ];
    bench.role(&RoleDraft::from(RoleFields {
        name: "Key managers".to_owned(),
        rights: rights(&held),
        user_interface: false,
        web_service: true,
        ..RoleFields::default()
    }))
}

/// How many rows of a list of this filter there are.
fn found<L>(bench: &Bench, text: &str) -> i64
where
    L: Listed + Source,
{
    let filter: Filter<L> = filter(text);
    let counts = bench.service.counts(&bench.alice, &filter);
    counts.expect("counted").shown
}

#[test]
fn a_key_named_like_a_user_never_signs_as_that_user() {
    let mut bench = Bench::new();
    let (own, key) = bench.key_actor("alice", FULL_ACCESS);
    let signed = format!("API key {} (alice)", own.key.0);
    assert_eq!(key.name, signed);
    let made = bench.service.create_key(&key, &draft("backup"));
    let made = made.expect("created");
    let locked = bench.service.lock_out_key(&key, made.key, "lost");
    locked.expect("locked out");
    let bob = user_of(&bench.user("bob", AUDITOR));
    bench.service.lock_out_user(&key, bob, "").expect("locked");
    let carol = bench
        .service
        .create_user(&key, &user_draft("carol", AUDITOR));
    carol.expect("created");
    let properties = bench.by_alice(|service, alice| service.key_properties(alice, made.key));
    assert_eq!(properties.key.created_by, signed);
    let by = properties.key.locked_by.expect("known");
    assert_eq!(by.name.as_ref(), Some(&signed));
    let locked = bench.by_alice(|service, alice| service.user_properties(alice, bob));
    assert_eq!(
        locked.locked_by.expect("known").name.as_ref(),
        Some(&signed)
    );
    let issued = "SELECT issued_by FROM api_key_secrets WHERE id = ?1";
    let issued: String = raw(&bench.place).row(issued, [made.id]);
    assert_eq!(issued, signed);
    let every = Filter::default();
    let all = bench.by_alice(|service, alice| service.events_after(alice, &every, None, 100));
    let by_key: Vec<i64> = all
        .iter()
        .filter(|event| event.actor.as_ref() == Some(&signed))
        .map(|event| event.number)
        .collect();
    assert_eq!(by_key, [656, 9000, 673, 603, 650]);
    for event in &all {
        let kind = event.who.as_ref().map(|who| who.kind.as_str());
        let is_keys = event.actor.as_ref() == Some(&signed);
        assert_eq!(kind, Some(if is_keys { "api-key" } else { "user" }));
    }
    let last = all.last().and_then(|event| event.who.clone());
    let kind = "api-key".to_owned();
    assert_eq!(
        last,
        Some(RowWho {
            kind,
            id: own.key.0
        })
    );
    // What is asked about the user tells nothing of the key.
    let by_alice = Filter::parse("by:alice", Tz::UTC).expect("a filter");
    let hers = bench.by_alice(|service, alice| service.events_after(alice, &by_alice, None, 100));
    assert!(
        hers.iter()
            .all(|event| event.actor.as_deref() == Some("alice"))
    );
    assert_eq!(hers.len() + by_key.len(), all.len());
    assert_eq!(found::<KeyRow>(&bench, "by:alice"), 1, "its own");
    let quoted = format!("by:\"{signed}\"");
    assert_eq!(found::<KeyRow>(&bench, &quoted), 1);
    let alice = user_of(&bench.alice);
    let preview: UserPreview = bench.by_alice(|service, by| service.preview_user(by, alice));
    let made = preview.keys.expect("counted").made;
    assert_eq!(made, 1, "the key alice made, and not what it made");
    bench.events();
}

#[test]
fn a_key_acts_with_the_rights_of_its_role_and_no_others() {
    let mut bench = Bench::new();
    let role = key_manager(&mut bench);
    let (_, key) = bench.key_actor("automation", role);
    let full = ApiKeyDraft {
        role: FULL_ACCESS,
        ..draft("more")
    };
    let refused = bench.service.create_key(&key, &full).map(|_| ());
    let beyond = Problem::new(Field::Role, Rule::RoleBeyondOwn);
    assert_eq!(refused, Err(Trouble::Problems(vec![beyond])));
    let same = ApiKeyDraft {
        role,
        ..draft("same")
    };
    assert!(bench.service.create_key(&key, &same).is_ok());
    let refused = bench
        .service
        .create_role(&key, &role_draft("x", &[]))
        .map(|_| ());
    assert_eq!(refused, Err(Trouble::NotAuthorized(Right::CreateRoles)));
    let (number, body) = bench.last_body();
    assert_eq!(
        (number, &body["right"]),
        (9006, &Right::CreateRoles.name().into())
    );
    let last = "SELECT actor_kind, actor FROM events ORDER BY sequence DESC LIMIT 1";
    let last: (String, String) = raw(&bench.place).row(last, ());
    assert_eq!(last, ("api-key".to_owned(), key.name.clone()));
}

#[test]
fn what_a_key_may_is_read_again_by_each_thing_that_it_does() {
    type End = fn(&mut Bench, KeyId);
    let ends: [(Refused, End); 6] = [
        (Refused::LockedOut, |bench, key| {
            bench.by_alice(|service, alice| service.lock_out_key(alice, key, ""));
        }),
        (Refused::Deleted, |bench, key| {
            bench.by_alice(|service, alice| service.delete_key(alice, key));
        }),
        (Refused::Expired, |bench, _| bench.clock.advance(3 * DAY)),
        (Refused::Replaced, |bench, key| {
            let next = bench.issue(key);
            bench.deliver(&next, None);
        }),
        (Refused::NoApiAccess, |bench, key| {
            let fields = bench.by_alice(|service, alice| service.key_properties(alice, key));
            let role = fields.key.fields.role;
            let before = bench.by_alice(|service, alice| service.role_properties(alice, role));
            let mut closed = RoleDraft::from(before.fields.clone());
            closed.fields.web_service = false;
            bench
                .by_alice(|service, alice| service.save_role(alice, role, &before.fields, &closed));
        }),
        (Refused::Unknown, |bench, key| {
            let sql = format!("DELETE FROM api_keys WHERE id = {}", key.0);
            raw(&bench.place).past_references(&sql);
        }),
    ];
    for (reason, end) in ends {
        let mut bench = Bench::new();
        let role = key_manager(&mut bench);
        let until = Some("2026-11-24".to_owned());
        let own = ApiKeyDraft {
            role,
            expires_on: until,
            ..draft("automation")
        };
        let issued = bench.by_alice(|service, alice| service.create_key(alice, &own));
        bench.deliver(&issued, None);
        let key = bench
            .service
            .act_as_key(issued.key, issued.id)
            .expect("let in");
        let other = bench.create("other").key;
        end(&mut bench, issued.key);
        let refused = Trouble::KeyRefused(reason);
        let before = bench.events().len();
        let locked = bench.service.lock_out_key(&key, other, "");
        assert_eq!(locked, Err(refused.clone()));
        let (number, body) = bench.last_body();
        assert_eq!((number, &body["reason"]), (9006, &reason.word().into()));
        assert_eq!(bench.events().len(), before + 1);
        let read = bench.service.key_properties(&key, other).map(|_| ());
        assert_eq!(read, Err(refused.clone()));
        let again = bench.service.act_as_key(issued.key, issued.id).map(|_| ());
        assert_eq!(again, Err(refused), "{reason:?}");
    }
}

#[test]
fn a_secret_that_retires_acts_until_its_overlap_is_over_and_one_of_another_key_never() {
    let mut bench = Bench::new();
    let role = key_manager(&mut bench);
    let (issued, key) = bench.key_actor("automation", role);
    let next = bench.issue(issued.key);
    let pending = bench.service.act_as_key(issued.key, next.id).map(|_| ());
    assert_eq!(pending, Err(Trouble::KeyRefused(Refused::NotDelivered)));
    bench.deliver(&next, Some(Overlap::Day));
    assert!(bench.service.key_properties(&key, issued.key).is_ok());
    bench.clock.advance(DAY);
    let over = bench.service.key_properties(&key, issued.key).map(|_| ());
    assert_eq!(over, Err(Trouble::KeyRefused(Refused::Replaced)));
    let (other, _) = bench.key_actor("other", role);
    let mixed = bench.service.act_as_key(issued.key, other.id).map(|_| ());
    assert_eq!(mixed, Err(Trouble::KeyRefused(Refused::Unknown)));
    let never = bench
        .service
        .act_as_key(issued.key, SecretId(99))
        .map(|_| ());
    assert_eq!(never, Err(Trouble::KeyRefused(Refused::Unknown)));
}

#[test]
fn a_key_changes_nothing_that_binds_itself() {
    let mut bench = Bench::new();
    let (own, key) = bench.key_actor("automation", FULL_ACCESS);
    let id = own.key;
    assert_eq!(
        bench.service.lock_out_key(&key, id, ""),
        Err(Trouble::OwnLock)
    );
    assert_eq!(
        bench.service.delete_key(&key, id),
        Err(Trouble::OwnDeletion)
    );
    let before = bench.by_alice(|service, alice| service.key_properties(alice, id));
    let before = before.key.fields;
    let mut save = |by: &Actor, edit: fn(&mut ApiKeyDraft)| {
        let mut draft = ApiKeyDraft::from(&before);
        edit(&mut draft);
        bench.service.save_key(by, id, &before, &draft).map(|_| ())
    };
    let refused = |field, rule| Err(Trouble::Problems(vec![Problem::new(field, rule)]));
    let demoted = save(&key, |draft| draft.role = AUDITOR);
    assert_eq!(demoted, refused(Field::Role, Rule::OwnDemotion));
    let locked = save(&key, |draft| draft.locked_out = Some(String::new()));
    assert_eq!(locked, refused(Field::LockedOut, Rule::OwnLock));
    let ends = save(&key, |draft| {
        draft.expires_on = Some("2027-01-01".to_owned());
    });
    assert_eq!(ends, refused(Field::ExpiresOn, Rule::OwnBounds));
    let moved = save(&key, |draft| draft.addresses = "10.0.0.0/8".to_owned());
    assert_eq!(moved, refused(Field::Addresses, Rule::OwnBounds));
    let faster = save(&key, |draft| draft.rate = "1000000".to_owned());
    assert_eq!(faster, refused(Field::Rate, Rule::OwnBounds));
    let described = save(&key, |draft| draft.description = "Nightly".to_owned());
    assert_eq!(described, Ok(()));
    let (number, _) = bench.last_body();
    assert_eq!(number, 658);
    let held = [Right::ViewRoles, Right::EditRoles];
    let role = bench.role(&RoleDraft::from(RoleFields {
        name: "Role editors".to_owned(),
        rights: rights(&held),
        web_service: true,
        ..RoleFields::default()
    }));
    let (_, editor) = bench.key_actor("editor", role);
    let before = bench.by_alice(|service, alice| service.role_properties(alice, role));
    let mut more = RoleDraft::from(before.fields.clone());
    more.fields.rights = rights(&[Right::ViewRoles]);
    let saved = bench
        .service
        .save_role(&editor, role, &before.fields, &more);
    assert_eq!(saved.map(|_| ()), refused(Field::Rights, Rule::OwnRole));
}

#[test]
fn a_key_does_not_sign_in() {
    let mut bench = Bench::new();
    let (_, key) = bench.key_actor("automation", FULL_ACCESS);
    let before = bench.dump();
    let arrival = Arrival::default();
    assert_eq!(bench.service.note_sign_in(&key, &arrival), Ok(()));
    assert_eq!(bench.service.note_sign_out(&key, SignOut::Left), Ok(()));
    assert_eq!(
        bench.service.choose_columns(&key, "api-keys", Some(&[])),
        Ok(())
    );
    assert_eq!(bench.service.columns(&key, "api-keys"), Ok(None));
    assert!(bench.service.sign_in(&key.name, &arrival).is_err());
    // The events, and their words where they are kept apart.
    let rows = |dump: Vec<String>| dump.into_iter().filter(|row| !row.contains("\"event"));
    assert!(rows(bench.dump()).eq(rows(before)));
    assert_eq!(
        bench.event_numbers().last(),
        Some(&608),
        "no user has that name"
    );
}

#[test]
fn events_from_before_and_after_are_one_chain() {
    let mut bench = Bench::new();
    bench.delivered("a");
    let connection = raw(&bench.place);
    let whole = |bench: &Bench| {
        let read = bench.store().read(|tx| events::check_chain(tx, None));
        read.expect("read")
    };
    // As an older Keyward has recorded it.
    let last = bench.service.events_head(&bench.alice).expect("read");
    let every = Filter::default();
    let mut old = bench
        .by_alice(|service, alice| service.events_after(alice, &every, None, 100))
        .pop()
        .expect("an event");
    old.who = None;
    old.previous = last.hash;
    old.place.id = last.sequence + 1;
    let hash = chain(&last.hash, &old.hashed());
    let insert = "INSERT INTO events (sequence, at, number, level, actor, target_kind, target_id, target_name, body,
                      previous, hash)
                  SELECT ?1, at, number, level, actor, target_kind, target_id, target_name, body, ?2, ?3
                  FROM events WHERE sequence = ?4";
    let values = (last.sequence + 1, last.hash, hash, last.sequence);
    connection.execute(insert, values).expect("added");
    bench.delivered("b");
    assert!(whole(&bench).is_ok());
    // It cannot be given somebody, and no other can lose them or become another's.
    connection.unguard("events");
    let (none, alice) = ("NULL, NULL", "'user', 1");
    for (sequence, was, is) in [
        (last.sequence + 1, none, alice),
        (last.sequence, alice, none),
        (last.sequence, alice, "'api-key', 1"),
        (last.sequence, alice, "'user', 2"),
    ] {
        let set = |to| {
            let set = "UPDATE events SET (actor_kind, actor_id)";
            let set = format!("{set} = ({to}) WHERE sequence = {sequence}");
            assert_eq!(connection.execute(&set, ()), Ok(1));
        };
        set(is);
        assert_eq!(whole(&bench), Err(Break(sequence)), "{is}");
        set(was);
        assert!(whole(&bench).is_ok());
    }
    let half = "UPDATE events SET actor_kind = NULL";
    assert!(connection.execute(half, ()).is_err(), "both or none");
}

#[test]
fn what_a_key_did_is_found_by_its_id_whatever_it_was_called() {
    let mut bench = Bench::new();
    let (own, key) = bench.key_actor("first", FULL_ACCESS);
    bench
        .service
        .create_key(&key, &draft("a"))
        .expect("created");
    let before = bench.by_alice(|service, alice| service.key_properties(alice, own.key));
    let mut renamed = ApiKeyDraft::from(&before.key.fields);
    renamed.name = "second".to_owned();
    bench.by_alice(|service, alice| service.save_key(alice, own.key, &before.key.fields, &renamed));
    let key = bench.service.act_as_key(own.key, own.id).expect("let in");
    bench
        .service
        .create_key(&key, &draft("b"))
        .expect("created");
    let id = own.key.0;
    for typed in [
        format!("by:api-key:{id}"),
        format!("by:\"API key {id}\""),
        format!("by:\"API key {id} (first)\""),
        format!("by:\"API key {id} (second)\""),
    ] {
        let filter = Filter::parse(&typed, Tz::UTC).expect("a filter");
        bench
            .service
            .known_in_events(&bench.alice, &filter)
            .expect("known");
        let found =
            bench.by_alice(|service, alice| service.events_after(alice, &filter, None, 100));
        let numbers: Vec<i64> = found.iter().map(|event| event.number).collect();
        assert_eq!(numbers, [656, 9000, 656, 9000], "{typed}");
    }
    let never = Filter::parse("by:api-key:99", Tz::UTC).expect("a filter");
    let unknown = bench.service.known_in_events(&bench.alice, &never);
    assert_eq!(unknown, Err(Trouble::NoSuchActor("api-key:99".to_owned())));
    let everybody = bench.by_alice(|service, alice| service.event_actors(alice));
    let second = format!("API key {id} (second)");
    assert_eq!(
        everybody,
        [second, "alice".to_owned()],
        "a renamed key is there once"
    );
}
