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
use crate::serve::api::call::{Call, NoCall};
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

/// Why a call failed, before it is known how the API tells it.
#[derive(Debug)]
pub enum Failure {
    Wrong(Wrong),
    Trouble(Trouble),
    Refusal(Refusal),
}

impl From<Wrong> for Failure {
    fn from(wrong: Wrong) -> Failure {
        Failure::Wrong(wrong)
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Failure {
        Failure::Trouble(trouble)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure::Refusal(refusal)
    }
}

impl Failure {
    /// As a client of this call is told.
    #[must_use]
    pub fn refusal(self, call: Call) -> Refusal {
        match self {
            Failure::Wrong(wrong) => Refusal::told(StatusCode::BAD_REQUEST, wrong.told()),
            Failure::Trouble(trouble) => Refusal::of(trouble, call),
            Failure::Refusal(refusal) => refusal,
        }
    }
}

impl Refusal {
    /// What was the trouble with a call.
    #[must_use]
    pub fn of(trouble: Trouble, call: Call) -> Refusal {
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
                let each: Vec<String> =
                    problems.iter().map(|problem| told(problem, call)).collect();
                let status = if forbidden {
                    StatusCode::FORBIDDEN
                } else {
                    StatusCode::BAD_REQUEST
                };
                return Refusal::told(status, each.join(" "));
            }
            Trouble::SecretNamed => StatusCode::BAD_REQUEST,
            Trouble::RoleInUse { .. } => StatusCode::CONFLICT,
            Trouble::Storage(Fault::Unsure | Fault::Unconfirmed) => {
                let status = StatusCode::INTERNAL_SERVER_ERROR;
                let name = match trouble {
                    Trouble::Storage(Fault::Unsure) => "api.unsure",
                    _ => "api.unconfirmed",
                };
                return Refusal {
                    trouble: Some(Box::new(trouble)),
                    ..Refusal::new(status, name)
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

/// What is wrong with a field, under the name that it has in the API; the others are the console's alone.
fn told(problem: &Problem, call: Call) -> String {
    let member = match problem.field {
        Field::Name if call.is_about_roles() => Some("name"),
        Field::Name => Some("keyName"),
        Field::Role => Some("roleID"),
        Field::ExpiresOn => Some("expiryDate"),
        Field::LockedOut => Some("active"),
        Field::UserInterface => Some("allowUserInterface"),
        Field::WebService => Some("allowWebService"),
        Field::EqualOrLess => Some("canOnlyManipulateUsersWithEqualOrLesserRights"),
        // Those that events name as the API does.
        field => field.in_events(),
    };
    let sentence = Text::en_us().problem(problem, &[]);
    match member {
        None => sentence,
        Some(member) => format!("{member}: {sentence}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::problem::Rule;

    #[test]
    fn what_is_wrong_with_a_field_is_told_under_the_name_that_it_has_in_the_api() {
        let member = |field, call| {
            let told = told(&Problem::new(field, Rule::Empty), call);
            told.split(':').next().map(str::to_owned)
        };
        for (field, name) in [
            (Field::Name, "keyName"),
            (Field::Description, "description"),
            (Field::Role, "roleID"),
            (Field::Language, "locale"),
            (Field::TimeZone, "timeZone"),
            (Field::ExpiresOn, "expiryDate"),
            (Field::LockedOut, "active"),
        ] {
            let found = member(field, Call::CreateKey);
            assert_eq!(found.as_deref(), Some(name), "{field:?}");
        }
        for (field, name) in [
            (Field::Name, "name"),
            (Field::Description, "description"),
            (Field::UserInterface, "allowUserInterface"),
            (Field::WebService, "allowWebService"),
            (Field::Rights, "rights"),
            (
                Field::EqualOrLess,
                "canOnlyManipulateUsersWithEqualOrLesserRights",
            ),
        ] {
            let found = member(field, Call::CreateRole);
            assert_eq!(found.as_deref(), Some(name), "{field:?}");
        }
    }
}
