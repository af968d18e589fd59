//! Where in a request the client's secret is.

use hyper::header::{AUTHORIZATION, GetAll, HeaderMap, HeaderName, HeaderValue};

/// Which headers may hold a secret.
#[derive(Clone, Debug)]
pub struct Headers {
    /// The header that holds nothing but the secret.
    pub name: HeaderName,
    /// `Authorization: Bearer` may hold it, too.
    pub bearer: bool,
}

impl Default for Headers {
    fn default() -> Headers {
        Headers {
            name: HeaderName::from_static("api-secret-key"),
            bearer: false,
        }
    }
}

/// Headers that mean something else to HTTP, to proxies or here; a star stands for any end.
const TAKEN: [&str; 17] = [
    "accept*",
    "api-version",
    "authorization",
    "connection",
    "content-*",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "proxy-*",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-forwarded-*",
    "x-original-*",
];

/// Why a request has no secret that could be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// None was sent.
    Missing,
    /// More than one was, or what may be more than one.
    Several,
}

impl Headers {
    /// The header of this name, and `Authorization: Bearer` if that is asked for; nothing where it is no header's name
    /// (RFC 9110, section 5.1), or that of one that means something else.
    #[must_use]
    pub fn new(name: &str, bearer: bool) -> Option<Headers> {
        let name = HeaderName::try_from(name).ok()?;
        let is_taken = |taken: &&'static str| match taken.strip_suffix('*') {
            Some(beginning) => name.as_str().starts_with(beginning),
            None => name.as_str() == *taken,
        };
        if TAKEN.iter().any(is_taken) {
            return None;
        }
        Some(Headers { name, bearer })
    }

    /// The one secret of a request, as it was sent.
    ///
    /// # Errors
    /// Two values, or two in one, could be read as another one by whoever else reads them: neither counts.
    pub fn secret<'a>(&self, headers: &'a HeaderMap) -> Result<&'a [u8], Unfit> {
        let own = single(&headers.get_all(&self.name))?;
        let borne = if self.bearer {
            bearer(&headers.get_all(AUTHORIZATION))?
        } else {
            None
        };
        let secret = match (own, borne) {
            (None, None) => return Err(Unfit::Missing),
            (Some(_), Some(_)) => return Err(Unfit::Several),
            (Some(secret), None) | (None, Some(secret)) => secret,
        };
        if secret.contains(&b',') {
            return Err(Unfit::Several);
        }
        if secret.is_empty() {
            return Err(Unfit::Missing);
        }
        Ok(secret)
    }
}

fn single<'a>(values: &GetAll<'a, HeaderValue>) -> Result<Option<&'a [u8]>, Unfit> {
    let mut values = values.iter();
    match (values.next(), values.next()) {
        (value, None) => Ok(value.map(HeaderValue::as_bytes)),
        (_, Some(_)) => Err(Unfit::Several),
    }
}

/// What a bearer brings (RFC 6750, section 2.1). Other schemes are the application's own.
fn bearer<'a>(values: &GetAll<'a, HeaderValue>) -> Result<Option<&'a [u8]>, Unfit> {
    let Some(value) = single(values)? else {
        return Ok(None);
    };
    let (scheme, rest) = value.split_at(value.len().min(b"Bearer".len()));
    let is_borne = scheme.eq_ignore_ascii_case(b"Bearer");
    Ok(match rest {
        [] if is_borne => Some(rest),
        [b' ', ..] if is_borne => Some(rest.trim_ascii()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "api-secret-key";
    const AUTH: &str = "authorization";

    fn secret(bearer: bool, sent: &[(&'static str, &'static str)]) -> Result<&'static str, Unfit> {
        let mut map = HeaderMap::new();
        for (name, value) in sent {
            map.append(*name, HeaderValue::from_static(value));
        }
        let headers = Headers {
            bearer,
            ..Headers::default()
        };
        let map = Box::leak(Box::new(map));
        let secret = headers.secret(map)?;
        Ok(std::str::from_utf8(secret).expect("text"))
    }

    #[test]
    fn one_secret_is_taken_from_its_header() {
        assert_eq!(secret(false, &[(OWN, "1:a")]), Ok("1:a"));
        let other = Headers {
            name: HeaderName::from_static("x-key"),
            bearer: false,
        };
        let map = HeaderMap::from_iter([
            (other.name.clone(), HeaderValue::from_static("1:b")),
            (Headers::default().name, HeaderValue::from_static("1:a")),
        ]);
        assert_eq!(other.secret(&map), Ok(&b"1:b"[..]));
    }

    #[test]
    fn a_header_that_means_something_else_holds_no_secret() {
        for name in [
            "Authorization",
            "Host",
            "X-Forwarded-For",
            "x-original-method",
            "Content-Length",
            "",
            "a b",
        ] {
            assert!(Headers::new(name, false).is_none(), "{name}");
        }
        for name in ["X-Api-Key", "api-secret-key", "x-original"] {
            assert!(Headers::new(name, true).is_some(), "{name}");
        }
    }

    #[test]
    fn two_secrets_are_none() {
        let several = Err(Unfit::Several);
        assert_eq!(secret(false, &[(OWN, "1:a"), (OWN, "1:a")]), several);
        assert_eq!(secret(false, &[(OWN, "1:a,1:b")]), several);
        assert_eq!(secret(false, &[(OWN, "1:a, ")]), several);
        assert_eq!(secret(true, &[(OWN, "1:a"), (AUTH, "Bearer 1:a")]), several);
        let twice = [(AUTH, "Bearer 1:a"), (AUTH, "Basic eDp5")];
        assert_eq!(secret(true, &twice), several);
        assert_eq!(secret(true, &[(AUTH, "Bearer 1:a, Bearer 1:b")]), several);
    }

    #[test]
    fn no_secret_is_told_from_one() {
        for sent in [&[][..], &[(OWN, "")], &[("cookie", "api-secret-key=1:a")]] {
            assert_eq!(secret(false, sent), Err(Unfit::Missing), "{sent:?}");
        }
        for value in ["Bearer", "Bearer ", "Basic eDp5", "Bearer1:a", "", "1:a"] {
            assert_eq!(
                secret(true, &[(AUTH, value)]),
                Err(Unfit::Missing),
                "{value}"
            );
        }
    }

    #[test]
    fn authorization_counts_only_where_it_is_asked_for() {
        let sent = [(AUTH, "Bearer 1:a")];
        assert_eq!(secret(false, &sent), Err(Unfit::Missing));
        assert_eq!(secret(true, &sent), Ok("1:a"));
        assert_eq!(secret(true, &[(AUTH, "bearer  1:a")]), Ok("1:a"));
        let both = [(OWN, "1:a"), (AUTH, "Bearer 1:b")];
        assert_eq!(secret(false, &both), Ok("1:a"));
        let others = [(OWN, "1:a"), (AUTH, "Basic eDp5")];
        assert_eq!(secret(true, &others), Ok("1:a"));
    }
}
