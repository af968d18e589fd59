//! What decides: the rows as they are now, where the client is, how often it asks, and what is noted of it.

use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::id::{FULL_ACCESS, KeyId};
use keyward::domain::secret::Overlap;
use nix::sys::signal::Signal;

use crate::support::database::{draft, role_draft};
use crate::support::process::eventually;
use crate::support::server::{Client, House, Server};

const AUTH: &[&str] = &["--auth", "unix:auth.sock"];

fn read(client: &mut Client, secret: &str, more: &[(&str, &str)]) -> u16 {
    let headers = [&[("api-secret-key", secret)], more].concat();
    client.ask("GET", "/auth-request/read", &headers).status
}

/// The reasons of refusals in the log, with how often each was.
fn refusals(server: Server) -> Vec<(String, u64)> {
    let (_, events) = server.stop();
    let mut counts = std::collections::BTreeMap::new();
    for event in events.iter().filter(|event| event["event"] == "refused") {
        let reason = event["reason"].as_str().expect("a reason").to_owned();
        *counts.entry(reason).or_default() += event["count"].as_u64().expect("a count");
    }
    counts.into_iter().collect()
}

#[test]
fn what_was_changed_holds_from_the_next_request_on_in_the_middle_of_a_connection() {
    let mut house = House::new();
    let (key, secret) = house.key("a");
    let secret = secret.expose();
    let server = house.serve(AUTH);
    let mut client = server.connect("auth");
    assert_eq!(read(&mut client, secret, &[]), 200);
    let owner = house.owner.clone();
    house.service.lock_out_key(&owner, key, "").expect("locked");
    assert_eq!(read(&mut client, secret, &[]), 401);
    house.service.unlock_key(&owner, key).expect("unlocked");
    assert_eq!(read(&mut client, secret, &[]), 200);
    let issued = house.service.issue(&owner, key).expect("issued");
    assert_eq!(read(&mut client, secret, &[]), 200);
    assert_eq!(
        read(&mut client, issued.secret.expose(), &[]),
        401,
        "not delivered"
    );
    house
        .service
        .deliver(&owner, issued.id, Some(Overlap::None))
        .expect("delivered");
    assert_eq!(read(&mut client, secret, &[]), 401);
    assert_eq!(read(&mut client, issued.secret.expose(), &[]), 200);
    house.service.delete_key(&owner, key).expect("deleted");
    assert_eq!(read(&mut client, issued.secret.expose(), &[]), 401);
    let counted = refusals(server);
    let words: Vec<_> = counted.iter().map(|(reason, _)| reason.as_str()).collect();
    assert_eq!(
        words,
        ["deleted", "locked-out", "not-delivered", "replaced"]
    );
}

#[test]
fn a_secret_is_hashed_once_and_proven_from_then_on() {
    let mut house = House::new();
    let (_, secret) = house.key("a");
    let server = house.serve(&[AUTH, &["--admin", "unix:admin.sock"]].concat());
    for _ in 0..5 {
        assert_eq!(read(&mut server.connect("auth"), secret.expose(), &[]), 200);
    }
    let page = server.ask("admin", "GET", "/metrics", &[]).body;
    let page = String::from_utf8(page).expect("UTF-8");
    for line in [
        "keyward_hashes_total 1",
        "keyward_proof_misses_total 1",
        "keyward_proof_hits_total 4",
        "keyward_proofs 1",
    ] {
        assert!(page.lines().any(|there| there == line), "{line}\n{page}");
    }
}

#[test]
fn uses_are_noted_within_the_second_and_those_of_the_last_at_the_end() {
    let mut house = House::new();
    let (key, secret) = house.key("a");
    let server = house.serve(AUTH);
    let mut client = server.connect("auth");
    let owner = house.owner.clone();
    let facts = |house: &House| {
        let key = house.service.key_properties(&owner, key).expect("read").key;
        (
            key.last_sign_in_at.is_some(),
            key.attempts,
            key.secrets[0].uses_refused,
        )
    };
    assert_eq!(read(&mut client, secret.expose(), &[]), 200);
    eventually("the use is noted", || facts(&house) == (true, 0, 0));
    house.service.lock_out_key(&owner, key, "").expect("locked");
    for _ in 0..30 {
        assert_eq!(read(&mut client, secret.expose(), &[]), 401);
    }
    let (status, _) = server.stop();
    assert!(status.success());
    assert_eq!(facts(&house), (true, 30, 30));
}

#[test]
fn a_database_that_somebody_else_writes_to_delays_no_answer_and_loses_no_note() {
    let mut house = House::new();
    let (key, secret) = house.key("a");
    let server = house.serve(AUTH);
    let mut client = server.connect("auth");
    let blocker = house.behind();
    blocker.hold();
    for _ in 0..100 {
        assert_eq!(read(&mut client, secret.expose(), &[]), 200);
    }
    blocker.release();
    let owner = house.owner.clone();
    eventually("the use is noted", || {
        let key = house.service.key_properties(&owner, key).expect("read").key;
        key.last_sign_in_at.is_some()
    });
}

#[test]
fn the_end_waits_a_while_for_whoever_writes_and_tells_how_many_uses_were_lost() {
    for gives_up in [true, false] {
        let mut house = House::new();
        let (key, secret) = house.key("a");
        let mut server = house.serve(AUTH);
        let owner = house.owner.clone();
        house.service.lock_out_key(&owner, key, "").expect("locked");
        let blocker = house.behind();
        blocker.hold();
        let mut client = server.connect("auth");
        for _ in 0..3 {
            assert_eq!(read(&mut client, secret.expose(), &[]), 401);
        }
        drop(client);
        server.signal(Signal::SIGTERM);
        server.has_logged("draining", |event| event["event"] == "draining");
        if gives_up {
            blocker.release();
        }
        assert!(server.ended().success());
        drop(blocker);
        let events = server.events();
        let lost = events.iter().find(|event| event["event"] == "notes-lost");
        let lost = lost.map_or(0, |lost| lost["count"].as_u64().expect("a count"));
        let key = house.service.key_properties(&owner, key).expect("read").key;
        let wanted = if gives_up { (3, 0) } else { (0, 3) };
        assert_eq!((key.attempts, lost), wanted);
    }
}

#[test]
fn a_key_has_as_many_requests_a_minute_as_it_may_over_all_threads() {
    let mut house = House::new();
    let (_, bound) = house.key_of(&ApiKeyDraft {
        rate: "3".to_owned(),
        ..draft("bound")
    });
    let (_, free) = house.key("free");
    let server = house.serve(&[AUTH, &["--threads", "2"]].concat());
    let headers = [("api-secret-key", bound.expose())];
    let ask = |target| server.ask("auth", "GET", target, &headers);
    assert_eq!(ask("/auth-request/read").status, 200);
    assert_eq!(ask("/auth-request/write").status, 403, "it counts, too");
    assert_eq!(ask("/forward-auth/read").status, 200);
    for _ in 0..4 {
        let limited = ask("/forward-auth/read");
        assert_eq!(limited.status, 429);
        let after = limited.header("retry-after").expect("a time");
        assert!(
            (1..=60).contains(&after.parse().expect("seconds")),
            "{after}"
        );
    }
    assert_eq!(ask("/auth-request/read").status, 403);
    assert_eq!(read(&mut server.connect("auth"), free.expose(), &[]), 200);
    assert_eq!(
        refusals(server),
        [("access".to_owned(), 1), ("rate".to_owned(), 5)]
    );
}

#[test]
fn a_key_with_addresses_is_used_from_them_alone_as_trusted_proxies_tell() {
    let mut house = House::new();
    let bound = ApiKeyDraft {
        addresses: "192.0.2.0/24".to_owned(),
        ..draft("bound")
    };
    let (_, secret) = house.key_of(&bound);
    let secret = secret.expose();
    let args = [
        "--auth",
        "127.0.0.1:0",
        "--trust",
        "10.0.0.0/8,127.0.0.1",
        "--trust",
        "::1",
    ];
    let server = house.serve(&[AUTH, &args].concat());
    let name = "x-forwarded-for";
    let cases: [(&[&str], u16); 7] = [
        (&["192.0.2.7"], 200),
        (&["192.0.2.7, 10.0.0.1"], 200),
        (&["203.0.113.9", "192.0.2.7:4711"], 200),
        (&["192.0.2.7, 203.0.113.9"], 403),
        (&["192.0.2.7", "unknown"], 403),
        (&["10.0.0.1"], 403),
        (&[], 403),
    ];
    let places = server.events()[0]["auth"].clone();
    let places = places.as_array().expect("places");
    assert_eq!(places.len(), 2);
    for place in places {
        let place = place.as_str().expect("a place");
        let mut client = Client::connect(place, house.directory.path());
        for (told, status) in cases {
            let headers: Vec<_> = told.iter().map(|told| (name, *told)).collect();
            assert_eq!(
                read(&mut client, secret, &headers),
                status,
                "{place} {told:?}"
            );
        }
    }
    assert_eq!(refusals(server), [("address".to_owned(), 8)]);
    // Without trust the connection itself is all that counts.
    let server = house.serve(&["--auth", "127.0.0.1:0"]);
    let mut client = server.connect("auth");
    assert_eq!(read(&mut client, secret, &[(name, "192.0.2.7")]), 403);
}

#[test]
fn a_role_opens_the_services_that_it_lists_and_no_other() {
    let mut house = House::new();
    let mut role = role_draft("Billing", &[]);
    role.web_service = true;
    role.rights = keyward::domain::rights::Rights::view_only();
    role.services = "billing, crm".to_owned();
    let owner = house.owner.clone();
    let role = house.service.create_role(&owner, &role).expect("created");
    let (_, bound) = house.key_of(&ApiKeyDraft {
        role,
        ..draft("bound")
    });
    let (_, free) = house.key_of(&ApiKeyDraft {
        role: FULL_ACCESS,
        ..draft("free")
    });
    let server = house.serve(AUTH);
    let mut client = server.connect("auth");
    for (target, status) in [
        ("/service/billing/auth-request/read", 200),
        ("/service/crm/ext-authz/service/wiki/auth-request", 200),
        ("/service/wiki/auth-request/read", 403),
        ("/service/wiki/ext-authz/service/billing/auth-request", 403),
        ("/auth-request/read", 403),
    ] {
        let mut status_of = |secret: &str| {
            let headers = [("api-secret-key", secret)];
            client.ask("GET", target, &headers).status
        };
        assert_eq!(status_of(bound.expose()), status, "{target}");
        assert_eq!(status_of(free.expose()), 200, "{target}");
    }
    let (_, events) = server.stop();
    let told = events
        .iter()
        .find(|event| event["reason"] == "service")
        .expect("told");
    assert_eq!(told["keyId"], KeyId(1).0);
}
