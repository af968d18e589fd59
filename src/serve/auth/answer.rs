//! What a proxy is told: the whole answer follows from what was found.

use chrono::SecondsFormat;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{
    CACHE_CONTROL, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER,
    WWW_AUTHENTICATE,
};
use hyper::{Response, StatusCode};

use crate::domain::verdict::{Bearer, Refused};
use crate::domain::words::words;
use crate::serve::auth::credential::Unfit;
use crate::serve::auth::endpoint::Dialect;

/// An answer on its way.
pub type Answer = Response<Full<Bytes>>;

/// Tells nobody on the way to keep an answer: it holds for one request.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// How a client would authenticate (RFC 9110, section 11.6.1).
const CHALLENGE: HeaderValue = HeaderValue::from_static("ApiKey realm=\"keyward\"");
/// How it would where a bearer is taken, too (RFC 6750, section 3).
const BEARER: HeaderValue = HeaderValue::from_static("Bearer realm=\"keyward\"");
const NONE: HeaderValue = HeaderValue::from_static("0");
/// When to try again where the database or the machine is at its limit, in seconds.
const SOON: HeaderValue = HeaderValue::from_static("1");

const KEY_ID: HeaderName = HeaderName::from_static("x-keyward-key-id");
const KEY_NAME: HeaderName = HeaderName::from_static("x-keyward-key-name");
const ROLE: HeaderName = HeaderName::from_static("x-keyward-role");
const ACCESS: HeaderName = HeaderName::from_static("x-keyward-access");
const EXPIRES: HeaderName = HeaderName::from_static("x-keyward-expires");

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Allowed(Box<Bearer>),
    Denied(Denied),
    /// The key has used up its requests; in so many seconds it may go on.
    Limited(u32),
    /// There is no verdict: the database or the machine was not able to give one.
    Trouble,
    NoSuchPath,
}

/// Why a request is not let through, for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// There is no secret that could be judged.
    Unfit(Unfit),
    /// The secret is refused.
    Refused(Refused),
    /// The key's role has fewer rights than the request asks for.
    Access,
    /// The key has used up its requests.
    Rate,
}

words! {
    /// In what answers are alike.
    pub enum Kind: /** The word in metrics. */ word {
        Allowed = "allowed",
        /// Not authenticated.
        Refused = "refused",
        /// Authenticated, and not allowed to.
        Forbidden = "forbidden",
        Limited = "limited",
        Trouble = "trouble",
        /// What was asked for cannot be done as it was asked.
        Unfit = "unfit",
        NoSuchPath = "no-such-path",
    }
}

impl Denied {
    /// The word in the log and in metrics.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Denied::Unfit(Unfit::Missing) => "no-secret",
            Denied::Unfit(Unfit::Several) => "several-secrets",
            Denied::Refused(reason) => reason.word(),
            Denied::Access => "access",
            Denied::Rate => "rate",
        }
    }

    /// Every reason.
    pub fn all() -> impl Iterator<Item = Denied> {
        let own = [
            Denied::Unfit(Unfit::Missing),
            Denied::Unfit(Unfit::Several),
            Denied::Access,
            Denied::Rate,
        ];
        own.into_iter()
            .chain(Refused::ALL.into_iter().map(Denied::Refused))
    }

    /// Whether the secret itself is good, and only not for this.
    fn is_authenticated(self) -> bool {
        matches!(
            self,
            Denied::Access | Denied::Rate | Denied::Refused(Refused::Service | Refused::Address)
        )
    }
}

impl Outcome {
    /// In what it is like others.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Outcome::Allowed(_) => Kind::Allowed,
            Outcome::Denied(denied) if denied.is_authenticated() => Kind::Forbidden,
            Outcome::Denied(_) => Kind::Refused,
            Outcome::Limited(_) => Kind::Limited,
            Outcome::Trouble => Kind::Trouble,
            Outcome::NoSuchPath => Kind::NoSuchPath,
        }
    }
}

/// The answer to a proxy that speaks this dialect, where a bearer is taken or not. The headers of the request are used
/// again for it.
#[must_use]
pub fn answer(
    outcome: &Outcome,
    dialect: Option<Dialect>,
    bearer: bool,
    mut headers: HeaderMap,
) -> Answer {
    headers.clear();
    headers.insert(CACHE_CONTROL, NO_STORE);
    // Told also where the answer to HEAD would leave it out.
    headers.insert(CONTENT_LENGTH, NONE);
    let status = match outcome {
        Outcome::Allowed(whose) => {
            tell(whose, &mut headers);
            StatusCode::OK
        }
        Outcome::Denied(denied) if denied.is_authenticated() => StatusCode::FORBIDDEN,
        Outcome::Denied(_) => {
            headers.insert(WWW_AUTHENTICATE, CHALLENGE);
            if bearer {
                headers.append(WWW_AUTHENTICATE, BEARER);
            }
            StatusCode::UNAUTHORIZED
        }
        Outcome::Limited(seconds) => {
            headers.insert(RETRY_AFTER, HeaderValue::from(*seconds));
            match dialect {
                // Of refusals nginx passes on 401 and 403 alone.
                Some(Dialect::AuthRequest) => StatusCode::FORBIDDEN,
                _ => StatusCode::TOO_MANY_REQUESTS,
            }
        }
        Outcome::Trouble => {
            headers.insert(RETRY_AFTER, SOON);
            StatusCode::SERVICE_UNAVAILABLE
        }
        Outcome::NoSuchPath => StatusCode::NOT_FOUND,
    };
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    answer
}

/// Says whose secret it is: always all of it, so that the proxy leaves nothing standing that a client has sent.
fn tell(bearer: &Bearer, headers: &mut HeaderMap) {
    headers.insert(KEY_ID, HeaderValue::from(bearer.id.0));
    headers.insert(KEY_NAME, encoded(&bearer.name));
    headers.insert(ROLE, encoded(&bearer.role));
    let access = bearer.rights.access().word();
    headers.insert(ACCESS, HeaderValue::from_static(access));
    let expires = match bearer.expires_at {
        None => HeaderValue::from_static("never"),
        // Digits, and what stands between them.
        Some(at) => {
            let at = at.utc().to_rfc3339_opts(SecondsFormat::AutoSi, true);
            HeaderValue::try_from(at).unwrap_or(NONE)
        }
    };
    headers.insert(EXPIRES, expires);
}

/// A name with everything percent-encoded but the unreserved characters (RFC 3986, section 2.3).
fn encoded(name: &str) -> HeaderValue {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut value = Vec::with_capacity(name.len() + 16);
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            value.push(byte);
        } else {
            let digit = |four: u8| HEX[usize::from(four)];
            value.extend([b'%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    // Everything in it can be in a header.
    HeaderValue::from_maybe_shared(Bytes::from(value)).unwrap_or(NONE)
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::domain::id::{KeyId, SecretId};
    use crate::domain::locale::Locale;
    use crate::domain::rights::Rights;
    use crate::domain::time::Timestamp;
    use crate::domain::tz::Tz;

    fn bearer(name: &str, expires_at: Option<Timestamp>) -> Outcome {
        Outcome::Allowed(Box::new(Bearer {
            id: KeyId(7),
            name: name.to_owned(),
            role: "Full Access".to_owned(),
            rights: Rights::all(),
            locale: Locale::EnUs,
            zone: Tz::UTC,
            expires_at,
            rate: None,
            secret: SecretId(1),
        }))
    }

    /// The status and the headers of an answer, sorted.
    fn told(outcome: &Outcome, dialect: Dialect) -> (u16, Vec<String>) {
        let sent = HeaderMap::from_iter([
            (KEY_ID, HeaderValue::from_static("1")),
            (RETRY_AFTER, HeaderValue::from_static("9")),
        ]);
        let answer = answer(outcome, Some(dialect), false, sent);
        let line = |(name, value): (&HeaderName, &HeaderValue)| {
            format!("{name}: {}", value.to_str().expect("text"))
        };
        let mut lines: Vec<String> = answer.headers().iter().map(line).collect();
        lines.sort();
        lines.retain(|line| line != "cache-control: no-store" && line != "content-length: 0");
        assert_eq!(lines.len(), answer.headers().len() - 2, "always there");
        (answer.status().as_u16(), lines)
    }

    #[test]
    fn an_allowed_request_is_told_whose_it_is_in_every_header() {
        let named = told(&bearer("監査 a~b/1", None), Dialect::ExtAuthz);
        let lines = [
            "x-keyward-access: read-write",
            "x-keyward-expires: never",
            "x-keyward-key-id: 7",
            "x-keyward-key-name: %E7%9B%A3%E6%9F%BB%20a~b%2F1",
            "x-keyward-role: Full%20Access",
        ];
        assert_eq!(named, (200, lines.map(str::to_owned).to_vec()));
    }

    #[test]
    fn an_expiry_is_told_in_utc_with_milliseconds_only_where_there_are_any() {
        for (at, expires) in [
            (1_798_729_200_000, "2026-12-31T15:00:00Z"),
            (1_798_729_200_001, "2026-12-31T15:00:00.001Z"),
        ] {
            let (_, lines) = told(&bearer("a", Some(Timestamp(at))), Dialect::ForwardAuth);
            let line = format!("x-keyward-expires: {expires}");
            assert!(lines.contains(&line), "{lines:?}");
        }
    }

    #[test]
    fn a_refused_secret_is_challenged_and_the_reason_is_not_told() {
        for denied in Denied::all().filter(|denied| !denied.is_authenticated()) {
            let (status, lines) = told(&Outcome::Denied(denied), Dialect::ForwardAuth);
            assert_eq!(status, 401, "{denied:?}");
            assert_eq!(lines, ["www-authenticate: ApiKey realm=\"keyward\""]);
        }
    }

    #[test]
    fn who_may_not_is_told_apart_from_who_is_not_known() {
        for denied in [
            Denied::Access,
            Denied::Refused(Refused::Service),
            Denied::Refused(Refused::Address),
        ] {
            let denied = Outcome::Denied(denied);
            assert_eq!(told(&denied, Dialect::AuthRequest), (403, Vec::new()));
        }
        assert_eq!(told(&Outcome::Trouble, Dialect::ExtAuthz).0, 503);
        assert_eq!(told(&Outcome::NoSuchPath, Dialect::ExtAuthz).0, 404);
    }

    #[test]
    fn a_limit_is_429_where_the_proxy_passes_it_on() {
        let limited = Outcome::Limited(17);
        let lines = vec!["retry-after: 17".to_owned()];
        assert_eq!(told(&limited, Dialect::ForwardAuth), (429, lines.clone()));
        assert_eq!(told(&limited, Dialect::ExtAuthz), (429, lines.clone()));
        assert_eq!(told(&limited, Dialect::AuthRequest), (403, lines));
    }

    #[test]
    fn no_two_reasons_have_one_word() {
        let words: Vec<_> = Denied::all().map(Denied::word).collect();
        for (i, word) in words.iter().enumerate() {
            assert!(!words[..i].contains(word), "{word}");
        }
    }
}
