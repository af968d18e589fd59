//! What is told of requests, and what never is.

use crate::support::server::House;

#[test]
fn refusals_are_told_by_key_and_reason_and_no_secret_or_query_ever_is() {
    let mut house = House::new();
    let (_, good) = house.key("good");
    let (bad, locked) = house.key("locked");
    let House { service, owner, .. } = &mut house;
    service.lock_out_key(owner, bad, "").expect("locked out");
    let server = house.serve(&["--auth", "unix:auth.sock", "--access-log"]);
    let mut client = server.connect("auth");
    for _ in 0..3 {
        let sent = [("api-secret-key", locked.expose())];
        let answer = client.ask("GET", "/auth-request?q=passphrase", &sent);
        assert_eq!(answer.status, 401);
    }
    let sent = [
        ("api-secret-key", good.expose()),
        ("x-original-method", "DELETE"),
    ];
    assert_eq!(client.ask("GET", "/auth-request", &sent).status, 403);
    let forged = format!("{}x", good.expose());
    let sent = [("api-secret-key", forged.as_str())];
    assert_eq!(
        client
            .ask("GET", "/ext-authz/customers/12345", &sent)
            .status,
        401
    );
    drop(client);
    let (_, events) = server.stop();
    let count = |key: Option<i64>, reason: &str| -> u64 {
        let is_it = |event: &&serde_json::Value| {
            event["event"] == "refused"
                && event["keyId"].as_i64() == key
                && event["reason"] == reason
        };
        let counted = events.iter().filter(is_it);
        counted
            .map(|event| event["count"].as_u64().expect("a count"))
            .sum()
    };
    assert_eq!(count(Some(2), "locked-out"), 3, "{events:?}");
    assert_eq!(count(Some(1), "access"), 1, "{events:?}");
    assert_eq!(count(None, "malformed"), 1, "{events:?}");
    let accesses: Vec<_> = events
        .iter()
        .filter(|event| event["event"] == "access")
        .collect();
    assert_eq!(accesses.len(), 5);
    assert_eq!(accesses[3]["listener"], "auth");
    assert_eq!(accesses[3]["dialect"], "auth-request");
    assert_eq!(accesses[3]["access"], "write");
    assert_eq!(accesses[3]["status"], 403);
    assert_eq!(accesses[3]["keyId"], 1);
    assert!(accesses[3]["microseconds"].is_u64());
    let all = events.iter().map(ToString::to_string).collect::<String>();
    for never in [
        good.expose(),
        locked.expose(),
        "passphrase",
        "customers/12345",
        "DELETE",
    ] {
        let (_, end) = never.split_at(never.len() / 2);
        assert!(!all.contains(end), "{all}");
    }
}

#[test]
fn probes_and_those_who_are_let_through_leave_no_line() {
    let mut house = House::new();
    let (_, secret) = house.key("a");
    let server = house.serve(&["--auth", "unix:auth.sock", "--admin", "unix:admin.sock"]);
    let sent = [("api-secret-key", secret.expose())];
    let opened = server.ask("auth", "GET", "/auth-request/read", &sent);
    assert_eq!(opened.status, 200);
    for path in ["/healthz", "/readyz", "/metrics", "/none"] {
        server.ask("admin", "GET", path, &[]);
    }
    let (_, events) = server.stop();
    let told: Vec<_> = events.iter().map(|event| &event["event"]).collect();
    assert_eq!(told, ["ready", "draining", "ended"]);
}

#[test]
fn probes_and_metrics_are_answered_as_their_readers_expect() {
    let mut house = House::new();
    let (_, secret) = house.key("a-name-of-its-own");
    let server = house.serve(&["--auth", "unix:auth.sock", "--admin", "unix:admin.sock"]);
    let sent = [("api-secret-key", secret.expose())];
    for (target, status) in [("/auth-request/read", 200), ("/auth-request", 403)] {
        assert_eq!(server.ask("auth", "GET", target, &sent).status, status);
    }
    assert_eq!(server.ask("auth", "GET", "/auth-request", &[]).status, 401);
    let mut probe = server.connect("admin");
    for path in ["/healthz", "/readyz"] {
        let answer = probe.ask("GET", path, &[]);
        assert_eq!((answer.status, answer.body.as_slice()), (200, &b"ok\n"[..]));
        assert_eq!(probe.ask("HEAD", path, &[]).status, 200);
        let posted = probe.ask("POST", path, &[]);
        assert_eq!(posted.status, 405);
        assert_eq!(posted.header("allow"), Some("GET, HEAD"));
    }
    assert_eq!(probe.ask("GET", "/auth-request", &[]).status, 404);
    let answer = probe.ask("GET", "/metrics", &[]);
    let media = answer.header("content-type").expect("a type");
    assert!(media.starts_with("text/plain; version=0.0.4"), "{media}");
    let page = String::from_utf8(answer.body).expect("UTF-8");
    for line in [
        "keyward_answers_total{listener=\"auth\",outcome=\"allowed\"} 1",
        "keyward_answers_total{listener=\"auth\",outcome=\"forbidden\"} 1",
        "keyward_answers_total{listener=\"auth\",outcome=\"refused\"} 1",
        "keyward_refusals_total{reason=\"access\"} 1",
        "keyward_refusals_total{reason=\"no-secret\"} 1",
        "keyward_connections{listener=\"admin\"} 1",
    ] {
        assert!(page.lines().any(|l| l == line), "{line}\n{page}");
    }
    assert!(!page.contains("a-name"), "no label names a key: {page}");
    assert_eq!(server.ask("auth", "GET", "/metrics", &[]).status, 404);
}

#[test]
fn a_full_standard_error_holds_no_answer_up() {
    let house = House::new();
    let mut command = house.command(&["--auth", "unix:auth.sock", "--access-log"]);
    // A pipe that nobody reads takes 64 KiB.
    let (_unread, full) = std::io::pipe().expect("a pipe");
    let started = command.stderr(full).spawn();
    let mut child = started.expect("started");
    crate::support::process::eventually("it listens", || {
        std::os::unix::net::UnixStream::connect(house.path("auth.sock")).is_ok()
    });
    let place = format!("unix:{}", house.path("auth.sock").display());
    let mut client = crate::support::server::Client::connect(&place, house.directory.path());
    for _ in 0..3_000 {
        assert_eq!(client.ask("GET", "/auth-request", &[]).status, 401);
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
}
