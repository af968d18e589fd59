//! The management API: the original's, as far as it is about API keys and roles.
//!
//! A key acts as itself. Each request is authenticated as a proxy's is, and carried out on a thread that writes.

pub mod administrator;
pub mod call;
pub mod carry_out;
pub mod key;
pub mod members;
pub mod reply;
pub mod role;
pub mod search;
pub mod work;

use std::net::IpAddr;
use std::time::Duration;

use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::{Request, StatusCode};
use serde::Serialize;
use tokio::time::timeout;

use crate::clock::Stopwatch;
use crate::domain::id::KeyId;
use crate::domain::verdict::{Asked, Bearer, Door, Refused, Verdict};
use crate::serve::Here;
use crate::serve::api::call::{Call, NoCall};
use crate::serve::api::reply::{Refusal, Reply};
use crate::serve::auth::answer::{Answer, Denied, Kind};
use crate::serve::auth::credential::Headers;
use crate::serve::metrics::Face;

/// The most bytes of a body.
const BODY: usize = 64 * 1024;
/// How long a body may take to come.
const COMING: Duration = Duration::from_secs(5);
/// How many requests a minute a key may make, as the original allows.
const RATE: u32 = 500;
/// The version of the API, where a client names one.
const VERSION: &str = "v1";

/// What the access log tells of a request.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Accessed {
    listener: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<&'static str>,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<i64>,
    microseconds: u64,
}

/// Answers a client of the API.
pub(super) async fn answer(
    here: &Here,
    peer: Option<IpAddr>,
    request: Request<Incoming>,
) -> Answer {
    let began = Stopwatch::start();
    let (head, body) = request.into_parts();
    let call = Call::of(&head.method, head.uri.path());
    let mut body = Unread {
        left: !body.is_end_stream(),
        body,
    };
    let mut key = None;
    let done = match call {
        Ok(call) => serve(here, peer, &head.headers, call, &mut body, &mut key).await,
        Err(why) => Err(why.into()),
    };
    if let Err(refusal) = &done
        && let Some(trouble) = &refusal.trouble
    {
        here.shared.trouble(trouble);
    }
    let kind = match (&done, call) {
        (_, Err(NoCall::NoSuchPath)) => Kind::NoSuchPath,
        (Ok(_), _) => Kind::Allowed,
        (Err(refusal), _) => refusal.kind(),
    };
    here.shared.metrics.answered(Face::Api, kind);
    let mut answer = match done {
        Ok(reply) => reply.answer(),
        Err(refusal) => refusal.answer(),
    };
    if body.left {
        let close = HeaderValue::from_static("close");
        answer.headers_mut().insert(CONNECTION, close);
    }
    if here.shared.options.access_log {
        let took = began.elapsed().as_micros();
        here.shared.log.tell(
            "access",
            Accessed {
                listener: Face::Api.word(),
                call: call.ok().map(Call::word),
                status: answer.status().as_u16(),
                key_id: key.map(|key: KeyId| key.0),
                microseconds: u64::try_from(took).unwrap_or(u64::MAX),
            },
        );
    }
    answer
}

/// A body that may still be read.
struct Unread {
    body: Incoming,
    left: bool,
}

async fn serve(
    here: &Here,
    peer: Option<IpAddr>,
    headers: &HeaderMap,
    call: Call,
    body: &mut Unread,
    key: &mut Option<KeyId>,
) -> Result<Reply, Refusal> {
    let bearer = authenticate(here, peer, headers, key).await?;
    let versions = headers.get_all("api-version");
    if versions.iter().any(|version| version != VERSION) {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "api.no_version"));
    }
    let sent = if call.reads_body() {
        let is_json = |media: &HeaderValue| {
            let media = media.to_str().unwrap_or_default();
            let essence = media.split(';').next().unwrap_or_default().trim();
            essence.eq_ignore_ascii_case("application/json")
        };
        if !headers.get_all(CONTENT_TYPE).iter().all(is_json) {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(Refusal::new(status, "api.not_json"));
        }
        read(body).await?
    } else {
        // Some clients send noise where nothing is asked for: what is not too long is passed over.
        if body.left {
            read(body).await?;
        }
        Vec::new()
    };
    let who = (bearer.id, bearer.secret);
    here.shared.work.carry_out(who, call, sent).await
}

async fn read(body: &mut Unread) -> Result<Vec<u8>, Refusal> {
    let limited = Limited::new(&mut body.body, BODY);
    match timeout(COMING, limited.collect()).await {
        Ok(Ok(whole)) => {
            body.left = false;
            Ok(whole.to_bytes().to_vec())
        }
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "api.too_large"))
        }
        Ok(Err(_)) => Err(Refusal::new(StatusCode::BAD_REQUEST, "api.cut_short")),
        Err(_) => Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "api.cut_short")),
    }
}

/// Who sent the request: a proxy's question is judged in the same way, but for the services.
async fn authenticate(
    here: &Here,
    peer: Option<IpAddr>,
    headers: &HeaderMap,
    key: &mut Option<KeyId>,
) -> Result<Bearer, Refusal> {
    let unauthenticated = || Refusal::new(StatusCode::UNAUTHORIZED, "api.unauthenticated");
    let secret = Headers::default().secret(headers).map_err(|unfit| {
        here.shared.denied(None, Denied::Unfit(unfit));
        unauthenticated()
    })?;
    let asked = Asked {
        service: Door::None,
        address: here.client(peer, headers),
    };
    let judging = &here.shared.judging;
    let judged = judging
        .judge(&here.service, &here.looking, secret, &asked)
        .await;
    let judged = judged.map_err(|hindrance| {
        here.shared.hindered(&hindrance);
        Refusal::busy()
    })?;
    let bearer = match judged.verdict {
        Verdict::Valid(bearer) => bearer,
        Verdict::Refused(reason) => {
            *key = judged.of.map(|(key, _)| key);
            here.shared.denied(*key, Denied::Refused(reason));
            return Err(match reason {
                Refused::Address => Refusal::new(StatusCode::FORBIDDEN, "api.address"),
                _ => unauthenticated(),
            });
        }
    };
    *key = Some(bearer.id);
    judging.take_call(&bearer, RATE).map_err(|seconds| {
        here.shared.denied(*key, Denied::Rate);
        Refusal::new(StatusCode::TOO_MANY_REQUESTS, "api.too_many").retry(seconds)
    })?;
    Ok(bearer)
}
