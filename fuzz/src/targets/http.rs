//! What `keyward serve` reads of a request before it knows who asks: path, headers, and the addresses on the way.

use std::net::IpAddr;

use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Uri};
use keyward::domain::address::{Networks, check_addresses};
use keyward::domain::hops::client;
use keyward::domain::services::is_service_name;
use keyward::serve::api::call::Call;
use keyward::serve::auth::credential::Headers;
use keyward::serve::auth::endpoint::{self, Endpoint};

use super::bytes::Bytes;

/// A request as lines: method, target, the proxies that are trusted, the peer, and headers.
pub fn run(data: &[u8]) {
    let mut input = Bytes::of(data);
    let method = Method::from_bytes(input.line());
    let target = input.line();
    let trusted = String::from_utf8_lossy(input.line()).into_owned();
    let peer: Option<IpAddr> = std::str::from_utf8(input.line())
        .ok()
        .and_then(|peer| peer.parse().ok());
    let mut headers = HeaderMap::new();
    while !input.is_empty() && headers.len() < 50 {
        let line = input.line();
        let colon = line.iter().position(|byte| *byte == b':');
        let (name, value) = line.split_at(colon.unwrap_or(line.len()));
        let name = HeaderName::from_bytes(name);
        let value = HeaderValue::from_bytes(value.get(1..).unwrap_or_default().trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    if let (Ok(method), Ok(uri)) = (&method, Uri::try_from(target)) {
        if let Some(endpoint) = endpoint::of(method, &uri) {
            is_sound(&endpoint, method, &headers);
        }
        let _ = Call::of(method, uri.path());
    }
    let path = String::from_utf8_lossy(target);
    let named = endpoint::endpoint(&path);
    if let Some(endpoint) = named {
        assert!(endpoint.service.is_none_or(is_service_name), "{path}");
    }
    for bearer in [false, true] {
        let of = Headers {
            bearer,
            ..Headers::default()
        };
        if let Ok(secret) = of.secret(&headers) {
            assert!(!secret.is_empty() && !secret.contains(&b','));
            let own = headers.get_all(&of.name).iter().count();
            assert!(own == 1 || (own == 0 && bearer), "one secret, and no other");
        }
    }
    if let Ok(trusted) = check_addresses(&trusted) {
        hops(&headers, peer, &Networks::of(&trusted));
    }
}

fn is_sound(endpoint: &Endpoint<'_>, method: &Method, headers: &HeaderMap) {
    assert_ne!(method, Method::CONNECT);
    let wanted = endpoint.wanted(method, headers);
    assert!(endpoint.fixed.is_none_or(|fixed| fixed == wanted));
}

/// No trusted proxy is a client, and nobody who is not trusted can be another.
fn hops(headers: &HeaderMap, peer: Option<IpAddr>, trusted: &Networks) {
    let told = headers.get_all("x-forwarded-for").iter();
    let found = client(told.map(HeaderValue::as_bytes), peer, trusted);
    assert!(found.is_none_or(|found| !trusted.hold(found)), "{found:?}");
    let peer = peer.map(|peer| peer.to_canonical());
    if let Some(peer) = peer.filter(|peer| !trusted.hold(*peer)) {
        assert_eq!(found, Some(peer), "whatever it tells");
    }
}
