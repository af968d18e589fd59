//! The audit trail cannot be rewritten through SQL; what is done behind the triggers' back is found; old events go
//! only behind a checkpoint.

use keyward::domain::event::EventKind;
use keyward::domain::event::chain::{
    Break, CHAIN_START, Hash, Head, Kept, KeptHead, Whole, chain, hex,
};
use keyward::domain::event::flaw::Flaw;
use keyward::domain::event::trail::EventRow;
use keyward::domain::id::AUDITOR;
use keyward::domain::list::Filter;
use keyward::domain::time::{DAY, Timestamp};
use keyward::domain::trouble::Trouble;
use keyward::store::events;

use crate::support::database::raw::ToValue;
use crate::support::database::{Bench, NOW, Raw, filter, raw};

fn with_events() -> (Bench, Raw) {
    let mut bench = Bench::new();
    bench.delivered("a");
    let connection = raw(&bench.place);
    if connection.is_sqlite() {
        let guard_replacing = "PRAGMA recursive_triggers = ON";
        connection.execute_batch(guard_replacing).expect("set");
    }
    (bench, connection)
}

#[test]
fn events_cannot_be_changed_removed_or_replaced() {
    let (bench, connection) = with_events();
    let before = bench.events();
    let replace: &[&str] = if connection.is_sqlite() {
        &[
            "UPDATE OR REPLACE events SET sequence = 1 WHERE sequence = 2",
            "INSERT OR REPLACE INTO events SELECT * FROM events WHERE sequence = 2",
            "REPLACE INTO events SELECT * FROM events WHERE sequence = 3",
        ]
    } else {
        &["TRUNCATE events CASCADE"]
    };
    let change = [
        "UPDATE events SET actor = 'mallory'",
        "DELETE FROM events WHERE sequence = 3",
        "DELETE FROM events",
        "INSERT INTO events SELECT * FROM events WHERE sequence = 3
         ON CONFLICT (sequence) DO UPDATE SET actor = 'mallory'",
    ];
    for sql in change.iter().chain(replace) {
        let refused = connection.execute(sql, ()).expect_err(sql).to_string();
        assert!(refused.contains("events"), "{refused}");
    }
    assert_eq!(bench.events(), before);
}

#[test]
fn events_are_added_only_at_the_end_and_only_to_the_chain() {
    let (bench, connection) = with_events();
    let row = "at, number, level, actor, target_kind, target_id, target_name, body";
    for (sequence, previous) in [
        ("5", "hash"),
        ("0", "hash"),
        ("-7", "hash"),
        ("NULL", "hash"),
        ("4", "zeroblob(32)"),
    ] {
        let sql = format!(
            "INSERT INTO events (sequence, {row}, previous, hash)
             SELECT {sequence}, {row}, {previous}, hash FROM events WHERE sequence = 3"
        );
        let refused = connection.execute(&sql, ()).is_err();
        assert!(refused, "{sequence} {previous}");
    }
    assert_eq!(bench.event_numbers(), [656, 9000, 9001]);
}

/// Nine events, and a connection that no trigger hinders.
fn unguarded() -> (Bench, Raw) {
    let mut bench = Bench::new();
    for name in ["a", "b", "c"] {
        bench.delivered(name);
    }
    let connection = raw(&bench.place);
    connection.unguard("events");
    (bench, connection)
}

fn check(bench: &Bench) -> Result<Whole, Break> {
    let checked = bench.store().read(|tx| events::check_chain(tx, None));
    checked.expect("read")
}

/// What a head that was kept elsewhere shows, with its place and without.
fn kept(bench: &Bench, head: &Head) -> [Option<Kept>; 2] {
    [Some(head.sequence), None].map(|sequence| {
        let wanted = KeptHead {
            sequence,
            hash: head.hash,
        };
        let checked = bench
            .store()
            .read(|tx| events::check_chain(tx, Some(&wanted)));
        checked.expect("read").expect("a whole chain").kept
    })
}

/// Fails where a head that was kept elsewhere does not show this, with its place, and without.
#[track_caller]
fn expect_kept(bench: &Bench, head: &Head, with_place: Kept, without: Kept) {
    assert_eq!(kept(bench, head), [Some(with_place), Some(without)]);
}

fn head(bench: &Bench) -> Head {
    bench.service.events_head(&bench.alice).expect("read")
}

fn all(bench: &Bench) -> Vec<EventRow> {
    let every = Filter::default();
    let alice = &bench.alice;
    let read = bench.service.events_after(alice, &every, None, 1_000);
    read.expect("read")
}

/// What is found in nine events after this was done to them.
fn after(sql: &str) -> Result<Whole, Break> {
    let (bench, connection) = unguarded();
    connection.execute_batch(sql).expect(sql);
    check(&bench)
}

/// Every field of one event, changed.
const CHANGES: [&str; 13] = [
    "at = at - 1",
    "number = 657",
    "level = 'Error'",
    "actor = 'mallory'",
    "actor_kind = 'api-key'",
    "actor_id = 7",
    "actor_kind = NULL, actor_id = NULL",
    "target_kind = 'user'",
    "target_id = 7",
    "target_name = 'x'",
    "body = '{}'",
    "previous = zeroblob(32)",
    "hash = randomblob(32)",
];

#[test]
fn a_change_of_any_field_is_found_wherever_it_is() {
    for change in CHANGES {
        for place in [2, 5, 8, 9] {
            let sql = format!("UPDATE events SET {change} WHERE sequence = {place}");
            assert_eq!(after(&sql), Err(Break(place)), "{sql}");
        }
        if change != "previous = zeroblob(32)" {
            let sql = format!("UPDATE events SET {change} WHERE sequence = 1");
            assert_eq!(after(&sql), Err(Break(1)), "{sql}");
        }
    }
    // The first of several counts.
    let sql = "UPDATE events SET actor = 'mallory' WHERE sequence IN (4, 6, 7)";
    assert_eq!(after(sql), Err(Break(4)));
}

#[test]
fn values_that_no_event_can_have_are_changes() {
    for change in [
        "actor = CAST(x'ff41' AS TEXT)",
        "target_name = CAST(x'c328' AS TEXT)",
        "level = ''",
    ] {
        let sql = format!("UPDATE events SET {change} WHERE sequence = 5");
        assert_eq!(after(&sql), Err(Break(5)), "{sql}");
    }
    let sql = "PRAGMA ignore_check_constraints = ON;
               UPDATE events SET hash = x'00', body = 'no JSON' WHERE sequence = 5";
    assert_eq!(after(sql), Err(Break(5)));
}

#[test]
fn removed_events_are_found_by_the_one_after_them() {
    for (sql, next) in [
        ("DELETE FROM events WHERE sequence = 1", 2),
        ("DELETE FROM events WHERE sequence <= 4", 5),
        ("DELETE FROM events WHERE sequence = 5", 6),
        ("DELETE FROM events WHERE sequence IN (3, 4, 5, 8)", 6),
        // Those behind it got its number.
        (
            "DELETE FROM events WHERE sequence = 5;
             UPDATE events SET sequence = sequence - 1 WHERE sequence > 5",
            5,
        ),
        (
            "DELETE FROM events WHERE sequence IN (1, 2);
             UPDATE events SET sequence = sequence - 2",
            1,
        ),
    ] {
        assert_eq!(after(sql), Err(Break(next)), "{sql}");
    }
}

#[test]
fn a_cut_off_end_is_found_by_a_head_that_was_kept() {
    let (bench, connection) = unguarded();
    let last = head(&bench);
    assert_eq!(kept(&bench, &last), [Some(Kept::There(last)); 2]);
    let cut = "DELETE FROM events WHERE sequence = 9";
    connection.execute(cut, ()).expect("cut");
    assert_eq!(check(&bench).map(|whole| whole.events), Ok(8));
    expect_kept(&bench, &last, Kept::CutOff, Kept::Nowhere);
    connection.execute("DELETE FROM events", ()).expect("cut");
    assert_eq!(check(&bench).map(|whole| whole.events), Ok(0));
    expect_kept(&bench, &last, Kept::CutOff, Kept::Nowhere);
    let start = Head::START;
    assert_eq!(kept(&bench, &start), [Some(Kept::There(start)); 2]);
}

const MAKE_ROOM: &str = "UPDATE events SET sequence = -sequence WHERE sequence >= 5;
                         UPDATE events SET sequence = -sequence + 1 WHERE sequence < 0;";

#[test]
fn an_inserted_event_is_found() {
    let insert = |place: i64| {
        format!(
            "INSERT INTO events SELECT {place}, at, number, level, 'mallory', target_kind, target_id, target_name,
                 body, hash, randomblob(32), actor_kind, actor_id FROM events WHERE sequence = 4"
        )
    };
    let between = format!("{MAKE_ROOM}{}", insert(5));
    assert_eq!(after(&between), Err(Break(5)));
    for place in [0, -3, i64::MIN] {
        assert_eq!(after(&insert(place)), Err(Break(place)));
    }
    let at_the_end = insert(10).replace("sequence = 4", "sequence = 9");
    assert_eq!(after(&at_the_end), Err(Break(10)));
}

#[test]
fn an_event_that_got_another_number_is_found() {
    let renumbered = "UPDATE events SET sequence = 12 WHERE sequence = 9";
    assert_eq!(after(renumbered), Err(Break(12)));
    let swapped = "UPDATE events SET sequence = -5 WHERE sequence = 5;
                   UPDATE events SET sequence = 5 WHERE sequence = 6;
                   UPDATE events SET sequence = 6 WHERE sequence = -5;";
    assert_eq!(after(swapped), Err(Break(5)));
}

/// Writes events again under their numbers, each with a hash that fits what it follows from.
fn forge(connection: &Raw, previous: Hash, events: &[EventRow]) -> Hash {
    let mut previous = previous;
    for event in events {
        let hash = chain(&previous, &event.hashed());
        let gone = "DELETE FROM events WHERE sequence = ?1";
        let gone = connection.execute(gone, [event.sequence()]);
        gone.expect("removed");
        let values = [
            event.sequence().value(),
            event.at.0.value(),
            event.number.value(),
            event.level.value(),
            event.actor.value(),
            event.target.kind.value(),
            event.target.id.value(),
            event.target.name.value(),
            event.body.value(),
            previous.value(),
            hash.value(),
            event.who.as_ref().map(|who| &who.kind).value(),
            event.who.as_ref().map(|who| who.id).value(),
        ];
        let insert =
            "INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
        connection.execute(insert, values).expect("forged");
        previous = hash;
    }
    previous
}

#[test]
fn an_event_written_anew_with_a_hash_that_fits_is_found_by_the_one_after_it() {
    let (bench, connection) = unguarded();
    let mut events = all(&bench);
    events[4].actor = Some("mallory".to_owned());
    forge(&connection, events[3].hash, &events[4..5]);
    assert_eq!(check(&bench), Err(Break(6)));

    let (bench, connection) = unguarded();
    let events = all(&bench);
    connection.execute_batch(MAKE_ROOM).expect("made room");
    forge(&connection, events[3].hash, &events[4..5]);
    let mut inserted = events[3].clone();
    inserted.place.id = 5;
    forge(&connection, events[3].hash, &[inserted]);
    assert_eq!(check(&bench), Err(Break(6)));
}

#[test]
fn a_chain_written_anew_from_a_point_on_is_found_only_by_a_head_that_was_kept() {
    let (bench, connection) = unguarded();
    let events = all(&bench);
    let hash = events[3].hash;
    let (before, last) = (Head { sequence: 4, hash }, head(&bench));
    let mut anew = events[4..].to_vec();
    anew[0].actor = Some("mallory".to_owned());
    forge(&connection, before.hash, &anew);
    assert_eq!(check(&bench).map(|whole| whole.events), Ok(9));
    expect_kept(&bench, &last, Kept::Rewritten, Kept::Nowhere);
    assert_eq!(kept(&bench, &before), [Some(Kept::There(before)); 2]);
    let other = Head { sequence: 5, hash };
    expect_kept(&bench, &other, Kept::Rewritten, Kept::There(before));
}

/// Events of three days; all before the last day can be pruned.
fn three_days() -> Bench {
    let mut bench = Bench::new();
    for name in ["a", "b", "c"] {
        bench.delivered(name);
        bench.clock.advance(DAY);
    }
    bench
}

fn prune(bench: &mut Bench, before: Timestamp) -> Result<Option<i64>, Trouble> {
    let alice = bench.alice.clone();
    let Some(prefix) = bench.service.prunable_events(&alice, before)? else {
        return Ok(None);
    };
    bench.service.prune_events(&alice, &prefix, "/tmp/old")?;
    Ok(Some(prefix.count()))
}

#[test]
fn a_pruned_chain_goes_on_from_its_checkpoint() {
    let mut bench = three_days();
    let (events, last) = (all(&bench), head(&bench));
    assert_eq!(prune(&mut bench, NOW), Ok(None));
    assert_eq!(prune(&mut bench, NOW.plus(DAY)), Ok(Some(3)));
    let head_at = |sequence: usize| Head {
        sequence: i64::try_from(sequence).expect("small"),
        hash: events[sequence - 1].hash,
    };
    let whole = check(&bench).expect("whole");
    assert_eq!(
        (whole.events, whole.start, whole.head.sequence),
        (7, head_at(3), 10)
    );
    let checkpoint = all(&bench).pop().expect("the checkpoint");
    assert_eq!(checkpoint.number, EventKind::EventsPruned.number());
    let body = format!(
        r#"{{"count":3,"file":"/tmp/old","hash":"{}","through":3,"version":1}}"#,
        hex(&events[2].hash)
    );
    assert_eq!(checkpoint.body, body);
    assert_eq!(kept(&bench, &last), [Some(Kept::There(last)); 2]);
    assert_eq!(
        kept(&bench, &head_at(3)),
        [Some(Kept::Checkpoint(head_at(3))); 2]
    );
    expect_kept(&bench, &head_at(2), Kept::Pruned, Kept::Nowhere);
    // Twice: the earlier checkpoint is still in the chain, then it goes, too.
    assert_eq!(prune(&mut bench, NOW.plus(2 * DAY)), Ok(Some(3)));
    let whole = check(&bench).expect("whole");
    assert_eq!((whole.events, whole.start.sequence), (5, 6));
    assert_eq!(
        kept(&bench, &head_at(3)),
        [Some(Kept::Checkpoint(head_at(3))); 2]
    );
    bench.clock.advance(DAY);
    let now = NOW.plus(4 * DAY);
    assert_eq!(prune(&mut bench, now), Ok(Some(5)));
    assert_eq!(check(&bench).map(|whole| whole.events), Ok(1));
    expect_kept(&bench, &head_at(3), Kept::Pruned, Kept::Nowhere);
    bench.delivered("d");
    assert_eq!(check(&bench).map(|whole| whole.events), Ok(4));
}

#[test]
fn only_a_whole_prefix_goes_where_the_clock_was_put_back() {
    let mut bench = three_days();
    bench.clock.advance(-2 * DAY);
    bench.delivered("d");
    bench.clock.advance(4 * DAY);
    // The events 10 to 12 are as old as 4 to 6, but come after 7 to 9, which are younger.
    assert_eq!(prune(&mut bench, NOW.plus(2 * DAY)), Ok(Some(6)));
    assert_eq!(check(&bench).map(|whole| whole.start.sequence), Ok(6));
}

#[test]
fn what_is_wrong_with_a_pruned_chain_is_found() {
    let tampered = |sql: &str| {
        let mut bench = three_days();
        prune(&mut bench, NOW.plus(DAY)).expect("pruned");
        let connection = raw(&bench.place);
        connection.unguard("events");
        connection.execute_batch(sql).expect(sql);
        check(&bench)
    };
    for change in CHANGES {
        let sql = format!("UPDATE events SET {change} WHERE sequence = 4");
        assert_eq!(tampered(&sql), Err(Break(4)), "{sql}");
        let sql = format!("UPDATE events SET {change} WHERE sequence = 10");
        // Without a checkpoint nothing lets the first event follow from one that is gone.
        let first = if change == "number = 657" { 4 } else { 10 };
        assert_eq!(tampered(&sql), Err(Break(first)), "{sql}");
    }
    for (sql, next) in [
        ("DELETE FROM events WHERE sequence = 4", 5),
        ("DELETE FROM events WHERE sequence = 10", 4),
    ] {
        assert_eq!(tampered(sql), Err(Break(next)), "{sql}");
    }
    let back = "INSERT INTO events SELECT 3, at, number, level, actor, target_kind, target_id, target_name, body,
                previous, hash, actor_kind, actor_id FROM events WHERE sequence = 4";
    assert_eq!(tampered(back), Err(Break(3)));
}

#[test]
fn a_broken_chain_is_not_pruned() {
    let mut bench = three_days();
    let connection = raw(&bench.place);
    connection.unguard("events");
    let sql = "UPDATE events SET actor = 'b' WHERE sequence = 8";
    connection.execute(sql, ()).expect("changed");
    let refused = prune(&mut bench, NOW.plus(DAY));
    let broken = Flaw::Chain(Break(8));
    assert!(matches!(&refused, Err(Trouble::Flawed(flaws)) if flaws[0] == broken));
    assert_eq!(all(&bench).len(), 9);
}

#[test]
fn pruning_needs_every_right_and_what_was_pruned_meanwhile_is_told() {
    let mut bench = three_days();
    let auditor = bench.user("bob", AUDITOR);
    let before = NOW.plus(DAY);
    let refused = bench.service.prunable_events(&auditor, before);
    assert_eq!(refused, Err(Trouble::MayNotPrune));
    let alice = bench.alice.clone();
    let prefix = bench
        .by_alice(|service, alice| service.prunable_events(alice, before))
        .expect("old events");
    let refused = bench.service.prune_events(&auditor, &prefix, "x");
    assert_eq!(refused, Err(Trouble::MayNotPrune));
    assert_eq!(check(&bench).map(|whole| whole.start), Ok(Head::START));
    assert_eq!(prune(&mut bench, before), Ok(Some(3)));
    let again = bench.service.prune_events(&alice, &prefix, "x");
    assert_eq!(again, Err(Trouble::PrunedMeanwhile));
}

#[test]
fn a_checkpoint_lets_go_only_what_it_tells_the_truth_about() {
    let mut bench = three_days();
    let connection = raw(&bench.place);
    let third = hex(&all(&bench)[2].hash);
    let insert = |place: i64, body: &str| {
        let sql =
            "INSERT INTO events SELECT ?1, at, 9008, 'Warning', 'alice', 'system', 0, '', ?2, hash,
                   randomblob(32), 'user', 1 FROM events ORDER BY sequence DESC LIMIT 1";
        connection.execute(sql, (place, body))
    };
    let zeros = hex(&CHAIN_START);
    for body in [
        "{}".to_owned(),
        format!(r#"{{"through":"3","hash":"{third}","count":3}}"#),
        format!(r#"{{"through":4,"hash":"{third}","count":4}}"#),
        format!(r#"{{"through":3,"hash":"{third}","count":2}}"#),
        format!(r#"{{"through":3,"hash":"{zeros}","count":3}}"#),
        format!(r#"{{"through":0,"hash":"{zeros}","count":0}}"#),
        format!(r#"{{"through":3,"hash":"{third}"}}"#),
    ] {
        assert!(insert(10, &body).is_err(), "{body}");
    }
    // Without one nothing goes; with one, nothing that is behind it.
    let first = "DELETE FROM events WHERE sequence = 1";
    assert!(connection.execute(first, ()).is_err());
    prune(&mut bench, NOW.plus(DAY)).expect("pruned");
    for sql in [
        "DELETE FROM events WHERE sequence = 4",
        "DELETE FROM events WHERE sequence = 10",
        "DELETE FROM events",
        "UPDATE events SET number = 9008",
        "INSERT INTO events SELECT * FROM events WHERE sequence = 4 ON CONFLICT (sequence) DO UPDATE SET actor = 'b'",
    ] {
        assert!(connection.execute(sql, ()).is_err(), "{sql}");
    }
    assert_eq!(all(&bench).len(), 7);
}

/// The numbers in the chain of the events that a filter shows.
fn shown(bench: &Bench, filter: &Filter<EventRow>) -> Vec<i64> {
    let alice = &bench.alice;
    let read = bench.service.events_after(alice, filter, None, 1_000);
    read.expect("read").iter().map(EventRow::sequence).collect()
}

#[test]
fn each_part_of_a_filter_shows_what_it_says() {
    let mut bench = three_days();
    let issued = bench.issue(keyward::domain::id::KeyId(2));
    bench.refusal(&issued);
    // 1 to 9: created, issued, delivered; 10: issued on the fourth day; 11: refused by nobody.
    assert_eq!(shown(&bench, &Filter::default()).len(), 11);
    let everybody = bench.service.event_actors(&bench.alice);
    assert_eq!(everybody, Ok(vec!["System".to_owned(), "alice".to_owned()]));
    for (text, numbers) in [
        ("event:9000", vec![2, 5, 8, 10]),
        ("event:Secret-Issued", vec![2, 5, 8, 10]),
        ("-event:9000 -event:656", vec![3, 6, 9, 11]),
        ("event:1", vec![]),
        ("by:system", vec![11]),
        ("by:ALICE id:>8", vec![9, 10]),
        ("-by:alice", vec![11]),
        ("by:nobody", vec![]),
        ("level:error", vec![11]),
        ("level:warning", vec![]),
        ("level:info id:<3", vec![1, 2]),
        ("target:api-key:2", vec![4, 5, 6, 10, 11]),
        ("target:role:2", vec![]),
        ("target:api-key:B", vec![4, 5, 6, 10, 11]),
        ("target:user:b", vec![]),
        ("target:Ｂ", vec![4, 5, 6, 10, 11]),
        ("target:b -target:api-key:2", vec![]),
        ("time:2026-11-23", vec![4, 5, 6]),
        ("time:>=2026-11-23 time:<2026-11-24", vec![4, 5, 6]),
        ("time:>2026-11-23", vec![7, 8, 9, 10, 11]),
        ("time:<=2026-11-22", vec![1, 2, 3]),
        ("time:<=72h", vec![1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
        ("time:<72h", vec![4, 5, 6, 7, 8, 9, 10, 11]),
        ("time:>2d", vec![1, 2, 3]),
        ("time:>=2d", vec![1, 2, 3, 4, 5, 6]),
        ("-time:<=2d", vec![1, 2, 3]),
        (
            "time:>\"2026-11-23 16:00\" time:<=2026-11-24T16:00:00.000Z",
            vec![7, 8, 9],
        ),
        ("time:<\"2026-11-23 16:00\"", vec![1, 2, 3]),
        ("event:9000 time:>2026-11-22", vec![5, 8, 10]),
        ("deliv time:>1000y", vec![]),
    ] {
        assert_eq!(shown(&bench, &filter(text)), numbers, "{text}");
    }
}

#[test]
fn whoever_may_not_view_events_reads_none() {
    let bench = three_days();
    let nobody = bench.user("bob", AUDITOR);
    let sql = "UPDATE roles SET rights = '[]' WHERE id = 2";
    raw(&bench.place).execute(sql, ()).expect("changed");
    let (service, every) = (&bench.service, Filter::default());
    for (what, read) in [
        (
            "events",
            service.events_after(&nobody, &every, None, 1).map(drop),
        ),
        ("head", service.events_head(&nobody).map(drop)),
        ("check", service.check_events(&nobody, None).map(drop)),
        ("actors", service.event_actors(&nobody).map(drop)),
    ] {
        assert!(matches!(read, Err(Trouble::NotAuthorized(_))), "{what}");
    }
}
