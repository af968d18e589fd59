//! For whoever runs the server: is it alive, can it give verdicts, what has it counted.

use http_body_util::Full;
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};

use crate::serve::Here;
use crate::serve::auth::answer::{Answer, Kind};
use crate::serve::metrics::Face;

const TEXT: &str = "text/plain; charset=utf-8";
/// What Prometheus expects of its text format.
const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Answers a probe.
pub fn answer(here: &Here, request: &Request<Incoming>) -> Answer {
    let is_read = [Method::GET, Method::HEAD].contains(request.method());
    let (kind, status, media, page) = match request.uri().path() {
        "/healthz" | "/readyz" | "/metrics" if !is_read => (
            Kind::Refused,
            StatusCode::METHOD_NOT_ALLOWED,
            TEXT,
            String::new(),
        ),
        "/healthz" => (Kind::Allowed, StatusCode::OK, TEXT, "ok\n".to_owned()),
        "/readyz" if here.is_ready() => (Kind::Allowed, StatusCode::OK, TEXT, "ok\n".to_owned()),
        "/readyz" => (
            Kind::Trouble,
            StatusCode::SERVICE_UNAVAILABLE,
            TEXT,
            "not ready\n".to_owned(),
        ),
        "/metrics" => (Kind::Allowed, StatusCode::OK, METRICS, here.metrics()),
        _ => (Kind::NoSuchPath, StatusCode::NOT_FOUND, TEXT, String::new()),
    };
    here.shared.metrics.answered(Face::Admin, kind);
    let mut answer = Response::new(Full::new(Bytes::from(page)));
    *answer.status_mut() = status;
    let mut tell = |name: HeaderName, value| {
        answer
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    };
    tell(CACHE_CONTROL, "no-store");
    tell(CONTENT_TYPE, media);
    if status == StatusCode::METHOD_NOT_ALLOWED {
        tell(ALLOW, "GET, HEAD");
    }
    if !request.body().is_end_stream() {
        tell(CONNECTION, "close");
    }
    answer
}
