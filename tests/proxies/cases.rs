//! What holds for every recipe. Each function is one thing that it protects.

use super::application::Seen;
use super::client::{ADDRESS, Answer, Client, Request};
use super::proxy::Proxy;
use super::site::{COMMON, READS, Site};
use super::support::process::eventually;

/// A proxy with everything around it.
pub struct Door {
    pub site: Site,
    pub proxy: Proxy,
}

/// The headers that say who asks.
const IDENTITY: [&str; 5] = [
    "x-keyward-key-id",
    "x-keyward-key-name",
    "x-keyward-role",
    "x-keyward-access",
    "x-keyward-expires",
];
/// Headers by which some applications take a request for another.
const OVERRIDES: [&str; 5] = [
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
    "x-original-url",
    "x-rewrite-url",
];

impl Door {
    fn client(&self) -> Client {
        Client::connect(self.proxy.ports.plain)
    }

    /// On a connection of its own.
    #[track_caller]
    fn ask(&self, request: &Request) -> Answer {
        self.client().ask(request)
    }

    /// Fails unless the request is refused with this status, and the application knows nothing of it.
    #[track_caller]
    fn refuses(&self, status: u16, request: &Request) -> Answer {
        let answer = self.ask(request);
        assert_eq!(answer.status, status, "{answer:?}");
        self.nothing_came();
        answer
    }

    /// What the application was sent, which must be let through.
    #[track_caller]
    fn lets_through(&self, request: &Request) -> Seen {
        let answer = self.ask(request);
        assert_eq!(answer.status, 200, "{answer:?}");
        self.site.application.one()
    }

    #[track_caller]
    fn nothing_came(&self) {
        let seen = self.site.application.seen();
        assert!(seen.is_empty(), "{seen:?}");
    }

    fn reads(&self) -> &str {
        &self.site.keys.reads.secret
    }

    fn writes(&self) -> &str {
        &self.site.keys.writes.secret
    }

    /// Everything that every recipe does.
    pub fn keeps_its_promises(&mut self) {
        self.a_key_that_reads_may_read_and_the_service_is_told_who_asks();
        self.a_key_that_reads_may_not_write();
        self.a_body_of_a_key_that_writes_arrives_whole();
        self.without_a_valid_secret_nothing_comes_through();
        self.a_key_that_is_locked_out_is_refused_on_a_connection_that_stays_open();
        self.keyward_is_asked_on_connections_that_stay_open();
        self.nobody_says_who_they_are();
        self.nobody_says_which_method_they_mean();
        self.head_is_answered_and_the_connection_goes_on();
        self.a_web_socket_needs_a_key_that_may_write();
        self.a_get_that_changes_something_needs_a_key_that_may_write();
        self.a_path_has_one_meaning();
        self.the_last_slash_of_a_path_changes_nothing();
        self.large_headers_are_not_keywards();
        self.a_preflight_is_answered_without_a_key();
        self.an_address_is_the_proxys_to_say();
        self.a_service_is_opened_by_keys_of_its_own();
        self.too_many_requests_are_told_when_to_come_again();
        self.the_lines_to_try_it_do_what_the_page_says();
        self.without_keyward_nothing_comes_through();
        self.no_secret_came_through();
        self.without_the_service_a_request_fails();
        self.where_keyward_has_no_verdict_nothing_comes_through();
        self.proxy.logged_no_secret(&self.site);
    }

    fn a_key_that_reads_may_read_and_the_service_is_told_who_asks(&self) {
        let request = Request::get("/api/x?y=%7E1&y=2").key(self.reads());
        let seen = self.lets_through(&request.with("Authorization", "Basic eDp5"));
        assert_eq!((&*seen.method, &*seen.target), ("GET", "/api/x?y=%7E1&y=2"));
        let id = self.site.keys.reads.id.0.to_string();
        assert_eq!(READS, "reads, 監査");
        let name = "reads%2C%20%E7%9B%A3%E6%9F%BB";
        let told = IDENTITY.map(|name| seen.header(name));
        assert_eq!(told, [[&*id], [name], ["Auditor"], ["read"], ["never"]]);
        assert_eq!(seen.header("api-secret-key"), [""; 0]);
        assert_eq!(seen.header("authorization"), ["Basic eDp5"]);
        assert_eq!(seen.header("host"), ["api.example.org"]);
    }

    fn a_key_that_reads_may_not_write(&self) {
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            let request = Request::new(method, "/api/x").key(self.reads());
            self.refuses(403, &request.body(b"changed"));
        }
    }

    fn a_body_of_a_key_that_writes_arrives_whole(&self) {
        let body: Vec<u8> = (0..200_000_u32)
            .map(|at| at.to_le_bytes()[at as usize % 3])
            .collect();
        let mut client = self.client();
        let post = Request::new("POST", "/api/x").key(self.writes());
        for request in [
            post.clone().body(&body),
            post.clone().chunked(&body),
            post.body(b""),
        ] {
            assert_eq!(client.ask(&request).status, 200);
        }
        let seen = self.site.application.seen();
        assert_eq!(seen.len(), 3);
        assert!(seen[0].body == body && seen[1].body == body && seen[2].body.is_empty());
    }

    fn without_a_valid_secret_nothing_comes_through(&self) {
        let (get, post) = (Request::get("/api/x"), Request::new("POST", "/api/x"));
        let forged = self.reads().replacen(':', ":A", 1);
        let refused = [
            get.clone(),
            post.clone(),
            post.body(b"changed"),
            get.clone().key(""),
            get.clone().key("x"),
            get.clone().key(&forged),
            get.clone()
                .with("Authorization", &format!("Bearer {}", self.reads())),
            Request::get(&format!("/api/x?api-secret-key={}", self.reads())),
            Request::get("/api/run/x"),
            Request::get("/billing/x"),
            Request::web_socket("/api/live"),
        ];
        for request in &refused[..10] {
            let answer = self.refuses(401, request);
            let asked = answer.header("www-authenticate");
            assert_eq!(asked, ["ApiKey realm=\"keyward\""]);
        }
        self.refuses(401, &refused[10]);
        for path in [
            "/",
            "/auth-request",
            "/keyward/auth-request",
            "/apis",
            "/apis/x",
        ] {
            let answer = self.ask(&Request::get(path));
            assert!([301, 404].contains(&answer.status), "{path}: {answer:?}");
        }
        self.nothing_came();
    }

    fn a_key_that_is_locked_out_is_refused_on_a_connection_that_stays_open(&mut self) {
        let request = Request::get("/api/x").key(self.reads());
        let mut client = self.client();
        assert_eq!(client.ask(&request).status, 200);
        assert_eq!(client.ask(&request).status, 200);
        let key = self.site.keys.reads.id;
        self.site.lock_out(key);
        assert_eq!(client.ask(&request).status, 401);
        assert_eq!(self.site.application.seen().len(), 2);
        self.site.unlock(key);
        assert_eq!(client.ask(&request).status, 200);
        self.site.application.one();
    }

    fn keyward_is_asked_on_connections_that_stay_open(&self) {
        let mut client = self.client();
        let request = Request::get("/api/x").key(self.reads());
        for _ in 0..20 {
            assert_eq!(client.ask(&request).status, 200);
        }
        assert!(self.site.connections() > 0);
        assert_eq!(self.site.application.seen().len(), 20);
    }

    fn nobody_says_who_they_are(&self) {
        let mut said = Request::get("/api/x");
        for name in IDENTITY {
            said = said
                .with(name, "mine")
                .with(&name.replace('-', "_"), "mine");
        }
        self.refuses(401, &said);
        let seen = self.lets_through(&said.key(self.reads()));
        assert!(
            seen.headers.iter().all(|(_, value)| value != "mine"),
            "{seen:?}"
        );
        for name in IDENTITY {
            assert_eq!(seen.header(name).len(), 1, "{seen:?}");
        }
        // A header that Connection names is taken out on the way, unless somebody sees to it.
        let request = Request::get("/api/x").key(self.reads());
        let named = IDENTITY.join(", ");
        let answer = self.ask(&request.with("Connection", &format!("keep-alive, {named}")));
        if answer.status == 400 {
            return self.nothing_came();
        }
        let seen = self.site.application.one();
        for name in IDENTITY {
            assert_eq!(seen.header(name).len(), 1, "{seen:?}");
        }
    }

    fn nobody_says_which_method_they_mean(&self) {
        let post = Request::new("POST", "/api/x").key(self.reads());
        for name in [
            "X-Original-Method",
            "X-Forwarded-Method",
            "X-Method",
            "Upgrade",
        ] {
            self.refuses(403, &post.clone().with(name, "GET").body(b"changed"));
        }
        let mut get = Request::get("/api/x").key(self.reads());
        for name in OVERRIDES {
            get = get.with(name, "DELETE");
            get = get.with(&name.replace('-', "_"), "DELETE");
        }
        get = get.with("api_secret_key", self.reads());
        let seen = self.lets_through(&get);
        for name in OVERRIDES {
            assert_eq!(seen.header(name), [""; 0], "{seen:?}");
            assert_eq!(seen.header(&name.replace('-', "_")), [""; 0], "{seen:?}");
        }
        assert_eq!(seen.header("api_secret_key"), [""; 0], "{seen:?}");
    }

    fn head_is_answered_and_the_connection_goes_on(&self) {
        let mut client = self.client();
        let head = Request::new("HEAD", "/api/x");
        assert_eq!(client.ask(&head.clone().key(self.reads())).status, 200);
        assert_eq!(client.ask(&head).status, 401);
        assert_eq!(client.ask(&head.key(self.reads())).status, 200);
        let methods: Vec<_> = self
            .site
            .application
            .seen()
            .into_iter()
            .map(|seen| seen.method)
            .collect();
        assert_eq!(methods, ["HEAD", "HEAD"]);
    }

    fn a_web_socket_needs_a_key_that_may_write(&self) {
        let request = Request::web_socket("/api/live");
        self.refuses(403, &request.clone().key(self.reads()));
        let mut client = self.client();
        let answer = client.ask(&request.key(self.writes()));
        assert_eq!(answer.status, 101, "{answer:?}");
        let opens = Request::web_socket("/billing/live").key(&self.site.keys.billing.secret);
        let status = self.ask(&opens).status;
        assert!([403, 404].contains(&status), "{status}");
        // A frame of a client: text, masked with zeros.
        assert!(client.echoes(b"\x81\x85\0\0\0\0hello"));
        let seen = self.site.application.one();
        assert_eq!(seen.header("x-keyward-access"), ["read-write"]);
        assert_eq!(seen.header("api-secret-key"), [""; 0]);
    }

    fn a_get_that_changes_something_needs_a_key_that_may_write(&self) {
        self.refuses(403, &Request::get("/api/run/x").key(self.reads()));
        self.lets_through(&Request::get("/api/run/x").key(self.writes()));
    }

    /// Of all spellings of a path that needs to write, none comes through for a key that reads.
    fn a_path_has_one_meaning(&self) {
        for path in [
            "/api/%72un",
            "/api//run",
            "/api/./run",
            "/api/x/../run",
            "/api/x/..%2frun",
            "/api/run/.",
            "/api/run?x=/y",
            "/api/run%2F",
            "/api/%72un/x",
            "/%61pi/run/x",
            "/api//run/x",
            "//api/run/x",
            "/api/./run/x",
            "/api/%2e/run/x",
            "/api/x/../run/x",
            "/api/x/%2e%2e/run/x",
            "/api/x/..%2frun/x",
            "/api/run%2Fx",
            "/api/x;y/../run/x",
            "/billing/../api/run/x",
            "http://api.example.org/api/run/x",
        ] {
            let status = self.ask(&Request::get(path).key(self.reads())).status;
            assert!([301, 400, 403, 404].contains(&status), "{path}: {status}");
            self.nothing_came();
        }
    }

    /// Some applications take the one for the other. A redirection to the path with its slash lets nothing through, either.
    fn the_last_slash_of_a_path_changes_nothing(&self) {
        let keys = &self.site.keys;
        for (status, path, key) in [
            (401, "/api", ""),
            (403, "/api", &*keys.billing.secret),
            (403, "/api/run", self.reads()),
            (403, "/billing", &keys.crm.secret),
        ] {
            let answer = self.ask(&Request::get(path).key(key));
            assert!([status, 301].contains(&answer.status), "{path}: {answer:?}");
            self.nothing_came();
        }
        for path in ["/api", "/api/run", "/billing"] {
            let answer = self.ask(&Request::get(path).key(self.writes()));
            let seen = self.site.application.seen();
            match answer.status {
                301 => assert!(seen.is_empty(), "{seen:?}"),
                status => assert_eq!((status, &*seen[0].target), (200, path)),
            }
        }
    }

    /// More than keyward takes. A proxy may refuse it by its own limits.
    fn large_headers_are_not_keywards(&self) {
        let (request, long) = (Request::get("/api/x").key(self.reads()), "x".repeat(6_000));
        let request = request.with("Cookie", &long).with("Referer", &long);
        let answer = self.ask(&request.with("Accept", &long));
        match (answer.status, &*self.site.application.seen()) {
            (200, [seen]) => assert_eq!(seen.header("cookie"), [&*long]),
            (status, seen) => assert!(status == 400 && seen.is_empty(), "{answer:?}"),
        }
    }

    fn a_preflight_is_answered_without_a_key(&self) {
        let request = Request::new("OPTIONS", "/api/x")
            .with("Origin", "https://app.example.org")
            .with("Access-Control-Request-Method", "POST")
            .with("Access-Control-Request-Headers", "api-secret-key");
        let answer = self.ask(&request);
        assert!([200, 204].contains(&answer.status), "{answer:?}");
        let allowed = |name| {
            answer
                .header(&format!("access-control-allow-{name}"))
                .join("")
        };
        assert_eq!(allowed("origin"), "https://app.example.org");
        assert!(allowed("methods").contains("POST"), "{answer:?}");
        assert!(allowed("headers").contains("api-secret-key"), "{answer:?}");
        self.nothing_came();
    }

    fn an_address_is_the_proxys_to_say(&self) {
        let keys = &self.site.keys;
        let from = |key: &str, address: &str| {
            let request = Request::get("/api/x").key(key);
            request
                .with("X-Forwarded-For", address)
                .with("X-Real-IP", address)
        };
        self.refuses(403, &Request::get("/api/x").key(&keys.elsewhere.secret));
        self.refuses(403, &from(&keys.elsewhere.secret, "192.0.2.1"));
        let own = ADDRESS.to_string();
        for address in ["192.0.2.1", &format!("192.0.2.1, {own}"), "nonsense", ""] {
            let seen = self.lets_through(&from(&keys.here.secret, address));
            assert_eq!(seen.header("x-forwarded-for"), [&*own]);
        }
    }

    fn a_service_is_opened_by_keys_of_its_own(&self) {
        let keys = &self.site.keys;
        let seen = self.lets_through(&Request::get("/billing/x").key(&keys.billing.secret));
        assert_eq!(seen.header("x-keyward-role"), ["billing"]);
        self.refuses(403, &Request::get("/billing/x").key(&keys.crm.secret));
        for path in [
            "/api/x",
            "/api/service/billing/x",
            "/api/x?/service/billing/",
        ] {
            self.refuses(403, &Request::get(path).key(&keys.billing.secret));
        }
    }

    fn too_many_requests_are_told_when_to_come_again(&self) {
        let request = Request::get("/api/x").key(&self.site.keys.once.secret);
        self.lets_through(&request);
        let answer = self.ask(&request);
        assert!([403, 429].contains(&answer.status), "{answer:?}");
        let seconds = answer.header("retry-after").join("").parse::<u32>();
        assert!(
            seconds.is_ok_and(|seconds| (1..=60).contains(&seconds)),
            "{answer:?}"
        );
        self.nothing_came();
    }

    fn the_lines_to_try_it_do_what_the_page_says(&self) {
        let reads = &self.site.keys.reads;
        let printed = self.site.try_out(COMMON, reads, self.proxy.ports.https);
        let status = |printed: &String| printed.split(' ').nth(1).map(str::to_owned);
        let statuses: Vec<_> = printed.iter().filter_map(status).collect();
        assert_eq!(statuses, ["401", "200", "200"], "{printed:?}");
        assert_eq!(self.site.application.one().target, "/api/");
    }

    fn without_keyward_nothing_comes_through(&mut self) {
        self.site.stop_keyward();
        for method in ["GET", "POST", "HEAD"] {
            let answer = self.ask(&Request::new(method, "/api/x").key(self.writes()));
            assert!((500..600).contains(&answer.status), "{answer:?}");
        }
        let answer = self.ask(&Request::web_socket("/api/live").key(self.writes()));
        assert!((500..600).contains(&answer.status), "{answer:?}");
        self.nothing_came();
        self.site.start_keyward();
        let request = Request::get("/api/x").key(self.reads());
        eventually("it is asked again", || self.ask(&request).status == 200);
        self.site.application.seen();
    }

    fn without_the_service_a_request_fails(&mut self) {
        self.site.application.end();
        for target in ["/api/x", "/api/run/x", "/billing/x"] {
            let request = Request::get(target).key(self.writes());
            let bearer = format!("Bearer {}", self.writes());
            let answer = self.ask(&request.with("Authorization", &bearer));
            assert!((500..600).contains(&answer.status), "{answer:?}");
        }
    }

    fn where_keyward_has_no_verdict_nothing_comes_through(&mut self) {
        self.site.stop_keyward();
        self.site.start_trouble();
        for target in ["/api/x", "/api/run/x", "/billing/x"] {
            let answer = self.ask(&Request::get(target).key(self.writes()));
            assert!((500..600).contains(&answer.status), "{answer:?}");
        }
        self.nothing_came();
    }

    fn no_secret_came_through(&self) {
        let seen = self.site.application.everything();
        assert!(seen.len() > 10);
        for secret in self.site.secrets() {
            let is_clean = |seen: &Seen| {
                let head = format!("{} {:?}", seen.target, seen.headers);
                !head.contains(&secret) && !String::from_utf8_lossy(&seen.body).contains(&secret)
            };
            assert!(seen.iter().all(is_clean));
            assert!(!self.site.keyward_log().contains(&secret));
        }
    }
}
