//! What a proxy asks by the path that it sends: how it tells the client's method, for which service, and what for.
//!
//! The path is looked at as it came: nothing is decoded and no dots are taken out. A client can choose what stands
//! behind `/ext-authz/`, so nothing there chooses anything.

use hyper::header::HeaderMap;
use hyper::{Method, Uri};

use crate::domain::services::is_service_name;
use crate::domain::words::words;

words! {
    /// How a kind of proxy asks.
    pub enum Dialect: /** The word in the access log. */ word {
        /// nginx, `HAProxy` and Apache: the client's method is in `X-Original-Method`.
        AuthRequest = "auth-request",
        /// Caddy and Traefik: the client's method is in `X-Forwarded-Method`.
        ForwardAuth = "forward-auth",
        /// Envoy: the request has the client's method and, behind the endpoint's, its path.
        ExtAuthz = "ext-authz",
    }
}

words! {
    /// What a client wants to do.
    pub enum Wanted: /** The word in the access log. */ word {
        Read = "read",
        Write = "write",
    }
}

/// A place to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint<'a> {
    pub dialect: Dialect,
    /// The service that the client wants to use; nothing where the proxy names none.
    pub service: Option<&'a str>,
    /// What the client wants, where the proxy's configuration says it.
    pub fixed: Option<Wanted>,
}

/// The endpoint that a path names.
#[must_use]
pub fn endpoint(path: &str) -> Option<Endpoint<'_>> {
    let (service, path) = match path.strip_prefix("/service/") {
        Some(named) => {
            let (name, _) = named.split_once('/')?;
            if !is_service_name(name) {
                return None;
            }
            (Some(name), &named[name.len()..])
        }
        None => (None, path),
    };
    let (dialect, fixed) = match path {
        "/auth-request" => (Dialect::AuthRequest, None),
        "/auth-request/read" => (Dialect::AuthRequest, Some(Wanted::Read)),
        "/auth-request/write" => (Dialect::AuthRequest, Some(Wanted::Write)),
        "/forward-auth" => (Dialect::ForwardAuth, None),
        "/forward-auth/read" => (Dialect::ForwardAuth, Some(Wanted::Read)),
        "/forward-auth/write" => (Dialect::ForwardAuth, Some(Wanted::Write)),
        path if path.starts_with("/ext-authz/") => (Dialect::ExtAuthz, None),
        path if path.starts_with("/ext-authz-read/") => (Dialect::ExtAuthz, Some(Wanted::Read)),
        path if path.starts_with("/ext-authz-write/") => (Dialect::ExtAuthz, Some(Wanted::Write)),
        _ => return None,
    };
    Some(Endpoint {
        dialect,
        service,
        fixed,
    })
}

/// The endpoint that a request names; a query counts for nothing. CONNECT names none: an allowing answer to it would be the
/// beginning of a tunnel (RFC 9110, section 9.3.6).
#[must_use]
pub fn of<'a>(method: &Method, uri: &'a Uri) -> Option<Endpoint<'a>> {
    if method == Method::CONNECT {
        return None;
    }
    endpoint(uri.path())
}

impl Endpoint<'_> {
    /// What the client wants to do. Whatever does not clearly only read is a write.
    #[must_use]
    pub fn wanted(&self, method: &Method, headers: &HeaderMap) -> Wanted {
        let told = |name| {
            let mut values = headers.get_all(name).iter();
            match (values.next(), values.next()) {
                (Some(value), None) => value.as_bytes(),
                _ => b"",
            }
        };
        self.fixed.unwrap_or_else(|| {
            reads(match self.dialect {
                Dialect::AuthRequest => told("x-original-method"),
                Dialect::ForwardAuth => told("x-forwarded-method"),
                Dialect::ExtAuthz => method.as_str().as_bytes(),
            })
        })
    }
}

/// What a method is for (RFC 9110, section 9.2.1, without TRACE).
fn reads(method: &[u8]) -> Wanted {
    match method {
        b"GET" | b"HEAD" | b"OPTIONS" => Wanted::Read,
        _ => Wanted::Write,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(dialect: Dialect, fixed: Option<Wanted>) -> Endpoint<'static> {
        Endpoint {
            dialect,
            service: None,
            fixed,
        }
    }

    #[test]
    fn an_endpoint_is_named_by_its_whole_path_and_only_envoys_goes_on() {
        let (read, write) = (Some(Wanted::Read), Some(Wanted::Write));
        for (path, named) in [
            ("/auth-request", is(Dialect::AuthRequest, None)),
            ("/auth-request/read", is(Dialect::AuthRequest, read)),
            ("/auth-request/write", is(Dialect::AuthRequest, write)),
            ("/forward-auth", is(Dialect::ForwardAuth, None)),
            ("/forward-auth/read", is(Dialect::ForwardAuth, read)),
            ("/forward-auth/write", is(Dialect::ForwardAuth, write)),
            ("/ext-authz/", is(Dialect::ExtAuthz, None)),
            ("/ext-authz/a/../b//c", is(Dialect::ExtAuthz, None)),
            ("/ext-authz-read/", is(Dialect::ExtAuthz, read)),
            ("/ext-authz-write/x", is(Dialect::ExtAuthz, write)),
        ] {
            assert_eq!(endpoint(path), Some(named), "{path}");
        }
        for path in [
            "",
            "/",
            "*",
            "/auth-request/",
            "/auth-request/READ",
            "/auth-request/read/",
            "/auth-request/x",
            "//auth-request",
            "/./auth-request",
            "/x/../auth-request",
            "/%61uth-request",
            "/auth%2Drequest",
            "/auth-request%2Fread",
            "/AUTH-REQUEST",
            "/ext-authz",
            "/ext-authz-read",
            "/ext-authz-readx/",
            "/ext-authzz/",
            "/service/billing",
            "/service/billing/",
            "/service//auth-request",
            "/service/../auth-request",
            "/service/Billing/auth-request",
            "/service/b%69lling/auth-request",
            "/service/a/service/b/auth-request",
            "/service/billing//auth-request",
        ] {
            assert_eq!(endpoint(path), None, "{path}");
        }
    }

    #[test]
    fn nothing_behind_envoys_endpoint_names_a_service_or_what_is_wanted() {
        for path in [
            "/ext-authz/service/billing/auth-request",
            "/ext-authz/ext-authz-read/",
            "/ext-authz/../ext-authz-read/",
            "/ext-authz/../service/billing/ext-authz-read/x",
            "/ext-authz/%2e%2e/ext-authz-read/",
        ] {
            assert_eq!(endpoint(path), Some(is(Dialect::ExtAuthz, None)), "{path}");
        }
        let fixed = endpoint("/service/billing/ext-authz-write/../ext-authz-read/x");
        let fixed = fixed.expect("an endpoint");
        assert_eq!(fixed.service, Some("billing"));
        assert_eq!(fixed.fixed, Some(Wanted::Write));
    }

    #[test]
    fn a_query_counts_for_nothing() {
        for (target, named) in [
            (
                "/auth-request?/read&x=/service/a",
                Some(is(Dialect::AuthRequest, None)),
            ),
            (
                "/ext-authz/x?y=/../ext-authz-read/",
                Some(is(Dialect::ExtAuthz, None)),
            ),
            ("/?/auth-request", None),
            (
                "http://x/auth-request",
                Some(is(Dialect::AuthRequest, None)),
            ),
            ("http://x/y?z", None),
        ] {
            let uri: Uri = target.parse().expect("a target");
            assert_eq!(of(&Method::GET, &uri), named, "{target}");
            assert_eq!(of(&Method::CONNECT, &uri), None, "{target}");
        }
    }

    #[test]
    fn whatever_does_not_clearly_only_read_is_a_write() {
        let wanted = |path: &str, method: &str, headers: &[(&'static str, &'static str)]| {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.append(*name, value.parse().expect("a value"));
            }
            let method = Method::from_bytes(method.as_bytes()).expect("a method");
            endpoint(path).expect(path).wanted(&method, &map)
        };
        let original = "x-original-method";
        for method in ["GET", "HEAD", "OPTIONS"] {
            let read = wanted("/auth-request", "POST", &[(original, method)]);
            assert_eq!(read, Wanted::Read);
            assert_eq!(wanted("/ext-authz/", method, &[]), Wanted::Read);
        }
        for method in [
            "", "get", "Get", "GET ,", "GET,GET", "GETX", "POST", "TRACE", "QUERY", "\"GET\"",
        ] {
            let write = wanted("/auth-request", "GET", &[(original, method)]);
            assert_eq!(write, Wanted::Write, "{method}");
        }
        let twice = [(original, "GET"), (original, "GET")];
        assert_eq!(wanted("/auth-request", "GET", &twice), Wanted::Write);
        assert_eq!(wanted("/auth-request", "GET", &[]), Wanted::Write);
        for method in ["get", "POST", "CONNECT", "X"] {
            assert_eq!(wanted("/ext-authz/", method, &[]), Wanted::Write);
        }
    }

    #[test]
    fn each_dialect_reads_its_own_header_alone() {
        let wanted = |path, method: &Method, header: &'static str| {
            let map = HeaderMap::from_iter([(
                header.parse().expect("a name"),
                "GET".parse().expect("a value"),
            )]);
            endpoint(path).map(|endpoint| endpoint.wanted(method, &map))
        };
        for header in ["x-forwarded-method", "x-http-method-override"] {
            let asked = wanted("/auth-request", &Method::GET, header);
            assert_eq!(asked, Some(Wanted::Write), "{header}");
        }
        for header in ["x-original-method", "x-http-method-override"] {
            let asked = wanted("/forward-auth", &Method::GET, header);
            assert_eq!(asked, Some(Wanted::Write), "{header}");
        }
        for header in ["x-original-method", "x-forwarded-method"] {
            let asked = wanted("/ext-authz/", &Method::POST, header);
            assert_eq!(asked, Some(Wanted::Write), "{header}");
            let fixed = wanted("/auth-request/write", &Method::GET, header);
            assert_eq!(fixed, Some(Wanted::Write), "{header}");
        }
    }
}
