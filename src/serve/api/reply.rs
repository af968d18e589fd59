//! What a client of the API is answered.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use hyper::{Response, StatusCode};
use serde::Serialize;
use serde_json::json;

use crate::domain::problem::{Field, Problem};
use crate::domain::trouble::{Fault, Trouble};
use crate::serve::api::call::NoCall;
use crate::serve::api::members::Wrong;
use crate::serve::auth::answer::{Answer, Kind};
use crate::text::Text;

/// An answer: what was asked for, or that it was done.
#[derive(Debug)]
pub struct Reply {
    status: StatusCode,
    body: Vec<u8>,
}

impl Reply {
    /// What was asked for, as JSON.
    #[must_use]
    pub fn of(value: &impl Serialize) -> Reply {
        Reply {
            status: StatusCode::OK,
            // Texts, numbers and flags are always JSON.
            body: serde_json::to_vec(value).unwrap_or_default(),
        }
    }

    /// It was done, and there is nothing to tell.
    #[must_use]
    pub fn nothing() -> Reply {
        Reply {
            status: StatusCode::NO_CONTENT,
            body: Vec::new(),
        }
    }

    /// The answer on its way.
    #[must_use]
    pub fn answer(self) -> Answer {
        answer(self.status, self.body)
    }
}

/// Why something was refused, or could not be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: StatusCode,
    message: String,
    /// In how many seconds it is worth while to try again.
    retry: Option<u32>,
    /// The methods that the path has.
    allow: Option<&'static str>,
    /// What was the matter with the database or the machine.
    pub trouble: Option<Box<Trouble>>,
}

impl Refusal {
    /// With the sentence of this name.
    #[must_use]
    pub fn new(status: StatusCode, sentence: &'static str) -> Refusal {
        Refusal::told(status, Text::en_us().say(sentence).to_owned())
    }

    fn told(status: StatusCode, message: String) -> Refusal {
        Refusal {
            status,
            message,
            retry: None,
            allow: None,
            trouble: None,
        }
    }

    /// Worth trying again in so many seconds.
    #[must_use]
    pub fn retry(self, seconds: u32) -> Refusal {
        Refusal {
            retry: Some(seconds),
            ..self
        }
    }

    /// There is no answer at this moment.
    #[must_use]
    pub fn busy() -> Refusal {
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "api.unavailable").retry(1)
    }

    /// In what it is like other answers.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.status {
            StatusCode::UNAUTHORIZED => Kind::Refused,
            StatusCode::FORBIDDEN => Kind::Forbidden,
            StatusCode::TOO_MANY_REQUESTS => Kind::Limited,
            StatusCode::SERVICE_UNAVAILABLE => Kind::Trouble,
            _ => Kind::Unfit,
        }
    }

    /// The answer on its way.
    #[must_use]
    pub fn answer(&self) -> Answer {
        let body = json!({ "message": self.message }).to_string();
        let mut answer = answer(self.status, body.into_bytes());
        let headers = answer.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("ApiKey realm=\"keyward\"");
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(allow) = self.allow {
            headers.insert(ALLOW, HeaderValue::from_static(allow));
        }
        answer
    }
}

fn answer(status: StatusCode, body: Vec<u8>) -> Answer {
    let has_body = !body.is_empty();
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if has_body {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    answer
}

impl From<NoCall> for Refusal {
    fn from(why: NoCall) -> Refusal {
        match why {
            NoCall::NoSuchPath => Refusal::new(StatusCode::NOT_FOUND, "api.no_path"),
            NoCall::NoSuchMethod(allow) => Refusal {
                allow: Some(allow),
                ..Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "api.no_method")
            },
        }
    }
}

impl From<Wrong> for Refusal {
    fn from(wrong: Wrong) -> Refusal {
        Refusal::told(StatusCode::BAD_REQUEST, wrong.told())
    }
}

impl From<Trouble> for Refusal {
    fn from(trouble: Trouble) -> Refusal {
        let text = Text::en_us();
        let status = match &trouble {
            Trouble::KeyRefused(_) => {
                return Refusal::new(StatusCode::UNAUTHORIZED, "api.unauthenticated");
            }
            Trouble::KeyGone(_) => return Refusal::new(StatusCode::NOT_FOUND, "api.no_key"),
            Trouble::RoleGone(_) => return Refusal::new(StatusCode::NOT_FOUND, "api.no_role"),
            Trouble::Problems(problems) => {
                let forbidden = problems
                    .iter()
                    .any(|problem| problem.rule.refusal().is_some());
                let each: Vec<String> = problems.iter().map(told).collect();
                let status = if forbidden {
                    StatusCode::FORBIDDEN
                } else {
                    StatusCode::BAD_REQUEST
                };
                return Refusal::told(status, each.join(" "));
            }
            Trouble::SecretNamed => StatusCode::BAD_REQUEST,
            Trouble::RoleInUse { .. } => StatusCode::CONFLICT,
            Trouble::Storage(Fault::Unsure) => {
                let status = StatusCode::INTERNAL_SERVER_ERROR;
                return Refusal {
                    trouble: Some(Box::new(trouble)),
                    ..Refusal::new(status, "api.unsure")
                };
            }
            trouble if trouble.refusal().is_some() => StatusCode::FORBIDDEN,
            _ => {
                return Refusal {
                    trouble: Some(Box::new(trouble)),
                    ..Refusal::busy()
                };
            }
        };
        Refusal::told(status, text.trouble(&trouble))
    }
}

/// What is wrong with a field, under the name that it has in the API.
fn told(problem: &Problem) -> String {
    let member = match problem.field {
        Field::Name => "name",
        Field::Description => "description",
        Field::Role => "roleID",
        Field::Language => "locale",
        Field::TimeZone => "timeZone",
        Field::ExpiresOn => "expiryDate",
        Field::LockedOut => "active",
        Field::UserInterface => "allowUserInterface",
        Field::WebService => "allowWebService",
        Field::Rights => "rights",
        Field::EqualOrLess => "canOnlyManipulateUsersWithEqualOrLesserRights",
        _ => "",
    };
    let sentence = Text::en_us().problem(problem, &[]);
    match member {
        "" => sentence,
        member => format!("{member}: {sentence}"),
    }
}
