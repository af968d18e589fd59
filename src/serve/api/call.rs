//! What a client of the API asks for, by method and path.

use hyper::Method;

use crate::domain::id::{KeyId, RoleId};
use crate::domain::rights::Right;

/// One of the API's operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    ListKeys,
    SearchKeys,
    CreateKey,
    OwnKey,
    EditOwnKey,
    ReplaceOwnSecret,
    Key(KeyId),
    EditKey(KeyId),
    DeleteKey(KeyId),
    ReplaceSecret(KeyId),
    ListRoles,
    SearchRoles,
    CreateRole,
    Role(RoleId),
    EditRole(RoleId),
    DeleteRole(RoleId),
    ListAdministrators,
}

/// Why nothing is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoCall {
    NoSuchPath,
    /// The methods that the path has.
    NoSuchMethod(&'static str),
}

impl Call {
    /// Reads method and path; HEAD is answered as GET is.
    ///
    /// # Errors
    /// See [`NoCall`].
    pub fn of(method: &Method, path: &str) -> Result<Call, NoCall> {
        let (get, post, delete) = match *method {
            Method::GET | Method::HEAD => (true, false, false),
            Method::POST => (false, true, false),
            Method::DELETE => (false, false, true),
            _ => (false, false, false),
        };
        let rest = path.strip_prefix("/api/").ok_or(NoCall::NoSuchPath)?;
        let parts: Vec<&str> = rest.split('/').collect();
        let (calls, allow): ([Option<Call>; 3], _) = match parts.as_slice() {
            ["apikeys"] => (
                [Some(Call::ListKeys), Some(Call::CreateKey), None],
                "GET, HEAD, POST",
            ),
            ["apikeys", "search"] => ([None, Some(Call::SearchKeys), None], "POST"),
            ["apikeys", "current"] => (
                [Some(Call::OwnKey), Some(Call::EditOwnKey), None],
                "GET, HEAD, POST",
            ),
            ["apikeys", "current", "secretkey"] => {
                ([None, Some(Call::ReplaceOwnSecret), None], "POST")
            }
            ["apikeys", id] => {
                let id = KeyId(number(id)?);
                (
                    [Call::Key(id), Call::EditKey(id), Call::DeleteKey(id)].map(Some),
                    "GET, HEAD, POST, DELETE",
                )
            }
            ["apikeys", id, "secretkey"] => {
                let id = KeyId(number(id)?);
                ([None, Some(Call::ReplaceSecret(id)), None], "POST")
            }
            ["roles"] => (
                [Some(Call::ListRoles), Some(Call::CreateRole), None],
                "GET, HEAD, POST",
            ),
            ["roles", "search"] => ([None, Some(Call::SearchRoles), None], "POST"),
            ["roles", id] => {
                let id = RoleId(number(id)?);
                (
                    [Call::Role(id), Call::EditRole(id), Call::DeleteRole(id)].map(Some),
                    "GET, HEAD, POST, DELETE",
                )
            }
            ["administrators"] => ([Some(Call::ListAdministrators), None, None], "GET, HEAD"),
            _ => return Err(NoCall::NoSuchPath),
        };
        let [by_get, by_post, by_delete] = calls;
        by_get
            .filter(|_| get)
            .or(by_post.filter(|_| post))
            .or(by_delete.filter(|_| delete))
            .ok_or(NoCall::NoSuchMethod(allow))
    }

    /// Whether what a client sends with it is read; some send noise with the others.
    #[must_use]
    pub fn reads_body(self) -> bool {
        matches!(
            self,
            Call::SearchKeys
                | Call::CreateKey
                | Call::EditOwnKey
                | Call::EditKey(_)
                | Call::SearchRoles
                | Call::CreateRole
                | Call::EditRole(_)
        )
    }

    /// Whether it is about roles.
    #[must_use]
    pub fn is_about_roles(self) -> bool {
        matches!(
            self,
            Call::ListRoles
                | Call::SearchRoles
                | Call::CreateRole
                | Call::Role(_)
                | Call::EditRole(_)
                | Call::DeleteRole(_)
        )
    }

    /// The right that whoever sends a body must have, before anything is said about that body.
    #[must_use]
    pub fn needs(self) -> Option<Right> {
        match self {
            Call::SearchKeys => Some(Right::ViewApiKeys),
            Call::CreateKey => Some(Right::CreateApiKeys),
            Call::EditKey(_) => Some(Right::EditApiKeys),
            Call::SearchRoles => Some(Right::ViewRoles),
            Call::CreateRole => Some(Right::CreateRoles),
            Call::EditRole(_) => Some(Right::EditRoles),
            _ => None,
        }
    }

    /// The word in the access log.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Call::ListKeys => "list-keys",
            Call::SearchKeys => "search-keys",
            Call::CreateKey => "create-key",
            Call::OwnKey => "own-key",
            Call::EditOwnKey => "edit-own-key",
            Call::ReplaceOwnSecret => "replace-own-secret",
            Call::Key(_) => "key",
            Call::EditKey(_) => "edit-key",
            Call::DeleteKey(_) => "delete-key",
            Call::ReplaceSecret(_) => "replace-secret",
            Call::ListRoles => "list-roles",
            Call::SearchRoles => "search-roles",
            Call::CreateRole => "create-role",
            Call::Role(_) => "role",
            Call::EditRole(_) => "edit-role",
            Call::DeleteRole(_) => "delete-role",
            Call::ListAdministrators => "list-administrators",
        }
    }
}

/// An ID in a path: digits alone.
fn number(typed: &str) -> Result<i64, NoCall> {
    let digits = typed.bytes().all(|b| b.is_ascii_digit());
    let number = typed.parse().ok().filter(|_| digits);
    number.ok_or(NoCall::NoSuchPath)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_and_a_method_are_one_call_or_none() {
        let key = KeyId(42);
        for (method, path, call) in [
            ("GET", "/api/apikeys", Ok(Call::ListKeys)),
            ("HEAD", "/api/apikeys", Ok(Call::ListKeys)),
            ("POST", "/api/apikeys/search", Ok(Call::SearchKeys)),
            ("POST", "/api/apikeys/42", Ok(Call::EditKey(key))),
            ("DELETE", "/api/apikeys/42", Ok(Call::DeleteKey(key))),
            (
                "POST",
                "/api/apikeys/42/secretkey",
                Ok(Call::ReplaceSecret(key)),
            ),
            ("GET", "/api/apikeys/current", Ok(Call::OwnKey)),
            (
                "POST",
                "/api/apikeys/current/secretkey",
                Ok(Call::ReplaceOwnSecret),
            ),
            ("GET", "/api/roles/1", Ok(Call::Role(RoleId(1)))),
            (
                "PUT",
                "/api/roles/1",
                Err(NoCall::NoSuchMethod("GET, HEAD, POST, DELETE")),
            ),
            (
                "DELETE",
                "/api/apikeys/current",
                Err(NoCall::NoSuchMethod("GET, HEAD, POST")),
            ),
            ("GET", "/apikeys", Err(NoCall::NoSuchPath)),
            ("GET", "/api/apikeys/", Err(NoCall::NoSuchPath)),
            ("GET", "/api/apikeys/+1", Err(NoCall::NoSuchPath)),
            (
                "GET",
                "/api/apikeys/99999999999999999999",
                Err(NoCall::NoSuchPath),
            ),
            ("GET", "/api//apikeys", Err(NoCall::NoSuchPath)),
            ("POST", "/api/sessions", Err(NoCall::NoSuchPath)),
        ] {
            let method: Method = method.parse().expect("a method");
            assert_eq!(Call::of(&method, path), call, "{method} {path}");
        }
    }
}
