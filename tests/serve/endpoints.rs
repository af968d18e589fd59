//! Forward authentication: what is asked, and what is answered.

use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::id::{FULL_ACCESS, KeyId};

use crate::support::database::draft;
use crate::support::server::{Answer, House, Server, request};

const SECRET: &str = "api-secret-key";

/// A server with a key that may only read, and one that may do everything.
struct Proxied {
    server: Server,
    house: House,
    auditor: String,
    manager: String,
}

impl Proxied {
    fn new(args: &[&str]) -> Proxied {
        let mut house = House::new();
        let (_, auditor) = house.key("監査 1/2");
        let (_, manager) = house.key_of(&ApiKeyDraft {
            role: FULL_ACCESS,
            ..draft("deploy")
        });
        let args = [&["--auth", "unix:auth.sock"], args].concat();
        Proxied {
            server: house.serve(&args),
            house,
            auditor: auditor.expose().to_owned(),
            manager: manager.expose().to_owned(),
        }
    }

    #[track_caller]
    fn ask(&self, method: &str, target: &str, headers: &[(&str, &str)]) -> Answer {
        self.server.ask("auth", method, target, headers)
    }
}

#[test]
fn a_valid_key_opens_and_every_answer_tells_all_of_whose_it_is() {
    let proxied = Proxied::new(&[]);
    let sent = [
        (SECRET, proxied.auditor.as_str()),
        ("x-original-method", "GET"),
        ("x-keyward-key-id", "99"),
    ];
    let answer = proxied.ask("GET", "/auth-request", &sent);
    assert_eq!(answer.status, 200);
    for (name, value) in [
        ("x-keyward-key-id", "1"),
        ("x-keyward-key-name", "%E7%9B%A3%E6%9F%BB%201%2F2"),
        ("x-keyward-role", "Auditor"),
        ("x-keyward-access", "read"),
        ("x-keyward-expires", "never"),
        ("cache-control", "no-store"),
        ("content-length", "0"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{answer:?}");
    }
    assert_eq!(answer.body, b"");
}

#[test]
fn every_endpoint_takes_the_method_from_its_own_place() {
    let proxied = Proxied::new(&[]);
    let original = |method| ("x-original-method", method);
    let forwarded = |method| ("x-forwarded-method", method);
    for (method, target, header, status) in [
        ("GET", "/auth-request", original("GET"), 200),
        ("GET", "/auth-request", original("POST"), 403),
        ("POST", "/auth-request", original("HEAD"), 200),
        ("GET", "/auth-request", forwarded("GET"), 403),
        ("GET", "/auth-request/read", original("POST"), 200),
        ("GET", "/auth-request/write", original("GET"), 403),
        ("GET", "/forward-auth", forwarded("OPTIONS"), 200),
        ("GET", "/forward-auth", forwarded("DELETE"), 403),
        ("GET", "/forward-auth", original("GET"), 403),
        ("GET", "/forward-auth/read", original("GET"), 200),
        ("GET", "/forward-auth/write", forwarded("GET"), 403),
        ("GET", "/ext-authz/", original("POST"), 200),
        ("HEAD", "/ext-authz/any/path", original("POST"), 200),
        ("POST", "/ext-authz/", original("GET"), 403),
        ("get", "/ext-authz/", original("GET"), 403),
        ("POST", "/ext-authz-read/x", original("POST"), 200),
        ("GET", "/ext-authz-write/x", original("GET"), 403),
    ] {
        let sent = [(SECRET, proxied.auditor.as_str()), header];
        let asked = format!("{method} {target} {header:?}");
        assert_eq!(proxied.ask(method, target, &sent).status, status, "{asked}");
        let sent = [(SECRET, proxied.manager.as_str()), header];
        assert_eq!(proxied.ask(method, target, &sent).status, 200, "{asked}");
        let sent = [(SECRET, "1:x"), header];
        assert_eq!(proxied.ask(method, target, &sent).status, 401, "{asked}");
    }
}

#[test]
fn a_method_that_is_told_twice_or_not_at_all_is_a_write() {
    let proxied = Proxied::new(&[]);
    let secret = (SECRET, proxied.auditor.as_str());
    let get = ("x-original-method", "GET");
    for sent in [
        &[secret][..],
        &[secret, get, get],
        &[secret, get, ("X-Original-Method", "POST")],
        &[secret, ("x-original-method", "get")],
        &[secret, ("x-original-method", "GET, GET")],
        &[secret, ("x-http-method", "GET")],
    ] {
        assert_eq!(proxied.ask("GET", "/auth-request", sent).status, 403);
    }
}

#[test]
fn no_path_is_decoded_or_tidied() {
    let proxied = Proxied::new(&[]);
    let sent = [(SECRET, proxied.manager.as_str())];
    for target in [
        "/",
        "//auth-request",
        "/auth-request/",
        "/./auth-request",
        "/x/../auth-request",
        "/%61uth-request",
        "/auth-request%2fread",
        "/ext-authz",
        "/service/Billing/auth-request",
        "/service/a%2fb/auth-request",
        "/service/../auth-request",
        "/?/auth-request",
    ] {
        let answer = proxied.ask("GET", target, &sent);
        assert_eq!(answer.status, 404, "{target}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    let auditor = [(SECRET, proxied.auditor.as_str())];
    for target in [
        "/ext-authz/../ext-authz-read/x",
        "/ext-authz/%2e%2e/ext-authz-read/x",
        "/ext-authz//ext-authz-read/x",
        "/ext-authz/x?/ext-authz-read/",
        "/ext-authz-write/../ext-authz-read/x",
        "http://keyward/ext-authz/http://keyward/ext-authz-read/x",
    ] {
        let refused = proxied.ask("POST", target, &auditor);
        assert_eq!(refused.status, 403, "{target}");
    }
    let absolute = proxied.ask("GET", "http://other/auth-request/read", &auditor);
    assert_eq!(absolute.status, 200);
    for target in ["*", "keyward:80"] {
        let method = if target == "*" { "OPTIONS" } else { "CONNECT" };
        assert_eq!(proxied.ask(method, target, &sent).status, 404, "{target}");
    }
    for target in ["/auth-request/read", "/ext-authz-read/x"] {
        let tunnel = proxied.ask("CONNECT", target, &auditor);
        assert_eq!(tunnel.status, 404, "{target}");
    }
}

#[test]
fn two_secrets_or_none_are_refused_with_a_challenge() {
    let proxied = Proxied::new(&[]);
    let secret = (SECRET, proxied.manager.as_str());
    let two = format!("{},{}", proxied.manager, proxied.auditor);
    for sent in [
        &[][..],
        &[secret, secret],
        &[secret, ("API-Secret-Key", &proxied.auditor)],
        &[(SECRET, &two)],
        &[(SECRET, "")],
        &[(SECRET, "1:x")],
        &[("authorization", &format!("Bearer {}", proxied.manager))],
    ] {
        let answer = proxied.ask("GET", "/auth-request/read", sent);
        assert_eq!(answer.status, 401, "{sent:?}");
        let challenge = answer.header("www-authenticate");
        assert_eq!(challenge, Some("ApiKey realm=\"keyward\""));
        assert_eq!(answer.header("content-length"), Some("0"));
        assert_eq!(answer.header("x-keyward-key-id"), None);
    }
}

#[test]
fn a_bearer_and_another_header_count_where_they_are_asked_for() {
    let proxied = Proxied::new(&["--bearer", "--header", "X-Key"]);
    let bearer = format!("Bearer {}", proxied.manager);
    let bearer = ("authorization", bearer.as_str());
    let own = ("x-key", proxied.manager.as_str());
    for (sent, status) in [
        (&[bearer][..], 200),
        (&[own], 200),
        (&[own, ("authorization", "Basic eDp5")], 200),
        (&[own, bearer], 401),
        (&[bearer, bearer], 401),
        (&[(SECRET, proxied.manager.as_str())], 401),
    ] {
        let answer = proxied.ask("GET", "/forward-auth", sent);
        assert_eq!(answer.status, status, "{sent:?}");
        let offered = answer
            .headers
            .iter()
            .filter(|(name, _)| name == "www-authenticate");
        let offered: Vec<&str> = offered.map(|(_, value)| value.as_str()).collect();
        if status == 401 {
            let schemes = ["ApiKey realm=\"keyward\"", "Bearer realm=\"keyward\""];
            assert_eq!(offered, schemes);
        }
    }
}

#[test]
fn every_method_is_answered_on_a_connection_that_goes_on() {
    let proxied = Proxied::new(&[]);
    let mut client = proxied.server.connect("auth");
    let sent = [(SECRET, proxied.auditor.as_str())];
    for method in [
        "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND", "X",
    ] {
        let answer = client.ask(method, "/ext-authz-read/x", &sent);
        assert_eq!(answer.status, 200, "{method}");
        assert_eq!(answer.header("content-length"), Some("0"), "{method}");
        assert_eq!(answer.header("connection"), None, "{method}");
    }
}

#[test]
fn the_handshake_of_a_web_socket_is_answered_as_any_request() {
    let proxied = Proxied::new(&[]);
    let mut client = proxied.server.connect("auth");
    let sent = [
        (SECRET, proxied.auditor.as_str()),
        ("connection", "Upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    for _ in 0..2 {
        let answer = client.ask("GET", "/ext-authz/socket", &sent);
        assert_eq!(answer.status, 200);
    }
    assert_eq!(client.ask("GET", "/ext-authz-write/", &sent).status, 403);
}

#[test]
fn requests_that_come_in_one_go_are_answered_in_their_order() {
    let proxied = Proxied::new(&[]);
    let mut client = proxied.server.connect("auth");
    let secrets = [&proxied.auditor, "1:x", &proxied.manager, &proxied.auditor];
    let requests = secrets.map(|secret| request("GET", "/ext-authz-write/", &[(SECRET, secret)]));
    client.send(requests.concat());
    assert_eq!([0; 4].map(|_| client.answer().status), [403, 401, 200, 403]);
}

#[test]
fn a_key_that_is_locked_out_is_refused_on_the_connection_that_it_was_let_through_on() {
    let mut proxied = Proxied::new(&[]);
    let mut client = proxied.server.connect("auth");
    let sent = [(SECRET, proxied.auditor.as_str())];
    let mut status = || client.ask("GET", "/auth-request/read", &sent).status;
    assert_eq!(status(), 200);
    let House { service, owner, .. } = &mut proxied.house;
    service.lock_out_key(owner, KeyId(1), "").expect("locked");
    assert_eq!(status(), 401);
}
