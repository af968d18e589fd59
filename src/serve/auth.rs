//! Forward authentication: a proxy asks whether it may let a request through.
//!
//! What is asked follows from the path and the dialect's own headers, and the answer from what was found; a body is
//! never read.

pub mod answer;
pub mod credential;
pub mod endpoint;

use std::net::IpAddr;

use hyper::Request;
use hyper::body::{Body, Incoming};
use hyper::header::{CONNECTION, HeaderMap, HeaderValue};
use hyper::http::request::Parts;
use serde::Serialize;

use crate::clock::Stopwatch;
use crate::domain::id::KeyId;
use crate::domain::rights::Access;
use crate::domain::verdict::{Asked, Door, Verdict};
use crate::serve::Here;
use crate::serve::auth::answer::{Answer, Denied, Outcome};
use crate::serve::auth::endpoint::{Dialect, Endpoint, Wanted};
use crate::serve::metrics::Face;

/// What was found, and the key that it is about where there is one.
struct Found {
    outcome: Outcome,
    key: Option<KeyId>,
}

/// What the access log tells of a request.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Accessed {
    listener: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    dialect: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access: Option<&'static str>,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<i64>,
    microseconds: u64,
}

/// Answers a proxy.
pub(super) async fn answer(
    here: &Here,
    peer: Option<IpAddr>,
    request: Request<Incoming>,
) -> Answer {
    let began = here.shared.options.access_log.then(Stopwatch::start);
    let (head, body) = request.into_parts();
    let asked = endpoint::of(&head.method, &head.uri);
    let wanted = asked.map(|asked| asked.wanted(&head.method, &head.headers));
    let found = match (asked, wanted) {
        (Some(asked), Some(wanted)) => judge(here, peer, &head, asked, wanted).await,
        _ => Found::nobody(Outcome::NoSuchPath),
    };
    let dialect = asked.map(|asked| asked.dialect);
    let mut answer = answer::answer(
        &found.outcome,
        dialect,
        here.shared.options.headers.bearer,
        head.headers,
    );
    if !body.is_end_stream() {
        answer
            .headers_mut()
            .insert(CONNECTION, HeaderValue::from_static("close"));
    }
    count(here, &found);
    if let Some(began) = began {
        let took = began.elapsed().as_micros();
        here.shared.log.tell(
            "access",
            Accessed {
                listener: Face::Auth.word(),
                dialect: dialect.map(Dialect::word),
                access: wanted.map(Wanted::word),
                status: answer.status().as_u16(),
                key_id: found.key.map(|key| key.0),
                microseconds: u64::try_from(took).unwrap_or(u64::MAX),
            },
        );
    }
    answer
}

fn count(here: &Here, found: &Found) {
    let shared = &here.shared;
    shared.metrics.answered(Face::Auth, found.outcome.kind());
    match &found.outcome {
        Outcome::Denied(denied) => shared.denied(found.key, *denied),
        Outcome::Limited(_) => shared.denied(found.key, Denied::Rate),
        Outcome::Allowed(_) | Outcome::Trouble | Outcome::NoSuchPath => {}
    }
}

impl Found {
    fn nobody(outcome: Outcome) -> Found {
        Found { outcome, key: None }
    }
}

async fn judge(
    here: &Here,
    peer: Option<IpAddr>,
    head: &Parts,
    endpoint: Endpoint<'_>,
    wanted: Wanted,
) -> Found {
    let secret = match secret(here, &head.headers) {
        Ok(secret) => secret,
        Err(denied) => return Found::nobody(Outcome::Denied(denied)),
    };
    let asked = Asked {
        service: endpoint.service.map_or(Door::Unnamed, Door::Named),
        address: here.client(peer, &head.headers),
    };
    let judging = &here.shared.judging;
    let judged = match judging
        .judge(&here.service, &here.looking, secret, &asked)
        .await
    {
        Ok(judged) => judged,
        Err(hindrance) => {
            here.shared.hindered(&hindrance);
            return Found::nobody(Outcome::Trouble);
        }
    };
    match judged.verdict {
        Verdict::Refused(reason) => Found {
            outcome: Outcome::Denied(Denied::Refused(reason)),
            key: judged.of.map(|(key, _)| key),
        },
        Verdict::Valid(bearer) => Found {
            key: Some(bearer.id),
            outcome: match judging.take(&bearer) {
                Err(seconds) => Outcome::Limited(seconds),
                Ok(()) if grants(bearer.rights.access(), wanted) => {
                    Outcome::Allowed(Box::new(bearer))
                }
                Ok(()) => Outcome::Denied(Denied::Access),
            },
        },
    }
}

fn secret<'a>(here: &Here, headers: &'a HeaderMap) -> Result<&'a [u8], Denied> {
    let secret = here.shared.options.headers.secret(headers);
    secret.map_err(Denied::Unfit)
}

/// Whether so much of all rights is enough.
fn grants(access: Access, wanted: Wanted) -> bool {
    match access {
        Access::None => false,
        Access::Read => wanted == Wanted::Read,
        Access::ReadWrite => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_takes_a_right_to_do_more_than_view_and_reading_any_right() {
        for (access, reads, writes) in [
            (Access::None, false, false),
            (Access::Read, true, false),
            (Access::ReadWrite, true, true),
        ] {
            assert_eq!(grants(access, Wanted::Read), reads);
            assert_eq!(grants(access, Wanted::Write), writes);
        }
    }
}
