//! The management API.

use std::net::IpAddr;

use http_body_util::Full;
use hyper::body::Incoming;
use hyper::{Request, Response, StatusCode};

use crate::serve::Here;
use crate::serve::auth::answer::{Answer, Kind};
use crate::serve::metrics::Face;

/// Answers a client of the API.
#[expect(
    clippy::unused_async,
    reason = "the service is asked on another thread"
)]
pub(super) async fn answer(
    here: &Here,
    _peer: Option<IpAddr>,
    _request: Request<Incoming>,
) -> Answer {
    here.shared.metrics.answered(Face::Api, Kind::NoSuchPath);
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = StatusCode::NOT_FOUND;
    answer
}
