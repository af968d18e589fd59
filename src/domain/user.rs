//! People who may open the console: their fields, what was typed for them, and who is acting.

use std::path::PathBuf;

use crate::domain::event::Signature;
use crate::domain::event::trail::SYSTEM_NAME;
use crate::domain::id::{KeyId, RoleId, UserId, Who};
use crate::domain::locale::Locale;
use crate::domain::merge::{Values, merge};
use crate::domain::name::{check_label, check_reason};
use crate::domain::problem::{Field, Problem, Rule, Value};
use crate::domain::rights::Right;
use crate::domain::role::Role;
use crate::domain::secret::find_secret_shape;
use crate::domain::state::LockedBy;
use crate::domain::time::Timestamp;
use crate::domain::typed::Typed;
use crate::domain::tz::Tz;
use crate::domain::zone;

/// Longest user name, in characters.
pub const USER_NAME_MAX: usize = 32;

/// The user or API key on whose behalf something is done, as they were when they were read.
///
/// The role in here only greys verbs; every use case reads it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    pub who: Who,
    /// How they sign what they do: a user's name, or what [`key_signature`] makes of a key's.
    pub name: String,
    /// Empty for a key.
    pub full_name: String,
    pub role: Role,
    /// The console's language; nothing is as the machine says.
    pub locale: Option<Locale>,
    /// The zone in which times are shown; nothing is as the machine says.
    pub zone: Option<Tz>,
}

impl Actor {
    /// The user; nothing where it is a key.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        match self.who {
            Who::User(id) => Some(id),
            Who::Key { .. } => None,
        }
    }

    /// Whether this user's account is the actor's own.
    #[must_use]
    pub fn is_user(&self, id: UserId) -> bool {
        self.user() == Some(id)
    }

    /// Whether the actor is this key.
    #[must_use]
    pub fn is_key(&self, id: KeyId) -> bool {
        matches!(self.who, Who::Key { key, .. } if key == id)
    }

    /// Whose deed it is, for events.
    #[must_use]
    pub fn signature(&self) -> Signature {
        Signature {
            who: self.who,
            name: self.name.clone(),
        }
    }

    /// Whether the verb is worth offering.
    #[must_use]
    pub fn may(&self, right: Right) -> bool {
        self.role.fields.rights.has(right)
    }

    /// Whether the role allows any change at all; one's own account is everybody's.
    #[must_use]
    pub fn may_change(&self) -> bool {
        let mut rights = Right::ALL.iter();
        rights.any(|right| !right.only_views() && self.may(*right))
    }
}

/// The fields of a user's Properties: as they are kept, or as a person typed them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserFields {
    /// Given once: sshd's `command=` and sudoers name it.
    pub name: String,
    pub full_name: String,
    pub role: RoleId,
    /// Nothing is as the machine says.
    pub locale: Option<Locale>,
    /// Nothing is as the machine says.
    pub zone: Option<Tz>,
    /// Why they are locked out, empty where no reason was given; nothing where they are not.
    pub locked_out: Option<String>,
}

/// What was typed into a user's Properties.
pub type UserDraft = Typed<UserFields>;

impl UserFields {
    /// Checks every rule that needs no database, and leaves out the spaces around what was typed. `before` is what an
    /// existing user had when they were read: the name stays as it is.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the fields.
    pub fn check(&self, before: Option<&UserFields>) -> Result<UserFields, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut note = |field, rule| problems.push(Problem::new(field, rule));
        let name = self
            .checked_name(before)
            .map_err(|rule| note(Field::Name, rule));
        let full_name = check_label(&self.full_name).map_err(|rule| note(Field::FullName, rule));
        let locked_out = self.locked_out.as_deref().map(check_reason).transpose();
        let locked_out = locked_out.map_err(|rule| note(Field::LockedOut, rule));
        match (name, full_name, locked_out) {
            (Ok(name), Ok(full_name), Ok(locked_out)) => Ok(UserFields {
                name,
                full_name,
                locked_out,
                ..self.clone()
            }),
            _ => Err(problems),
        }
    }

    fn checked_name(&self, before: Option<&UserFields>) -> Result<String, Rule> {
        let name = self.name.trim();
        match before {
            Some(before) if before.name == name => Ok(name.to_owned()),
            Some(before) => Err(Rule::NameStays {
                name: before.name.clone(),
            }),
            None if name.is_empty() => Err(Rule::Empty),
            None if is_system_name(name) => Err(Rule::SystemName),
            None if !is_user_name(name) => Err(Rule::NotAUserName),
            None => Ok(name.to_owned()),
        }
    }

    /// The texts that were typed, in the order of the form.
    #[must_use]
    pub fn texts(&self) -> [(Field, &str); 3] {
        [
            (Field::Name, &self.name),
            (Field::FullName, &self.full_name),
            (Field::LockedOut, self.locked_out.as_deref().unwrap_or("")),
        ]
    }

    fn values(&self) -> Values {
        let or_machine =
            |text: Option<&str>| text.map_or(Value::Machine, |text| Value::Text(text.to_owned()));
        vec![
            (Field::FullName, Value::Text(self.full_name.clone())),
            (Field::Role, Value::Role(self.role)),
            (Field::Language, or_machine(self.locale.map(Locale::tag))),
            (Field::TimeZone, or_machine(self.zone.map(Tz::name))),
            (Field::LockedOut, Value::Lock(self.locked_out.clone())),
        ]
    }

    /// Takes over a value that somebody else has saved, so that the next save is a change of that.
    pub fn adopt(&mut self, field: Field, value: &Value) {
        match (field, value) {
            (Field::FullName, Value::Text(name)) => self.full_name.clone_from(name),
            (Field::Role, Value::Role(role)) => self.role = *role,
            (Field::Language, Value::Text(tag)) => {
                self.locale = Locale::from_tag(tag).or(self.locale);
            }
            (Field::Language, Value::Machine) => self.locale = None,
            (Field::TimeZone, Value::Text(name)) => self.zone = zone::by_name(name).or(self.zone),
            (Field::TimeZone, Value::Machine) => self.zone = None,
            (Field::LockedOut, Value::Lock(lock)) => self.locked_out.clone_from(lock),
            _ => {}
        }
    }

    /// Merges one person's changes (`before` to `self`) into what the user has `now`.
    ///
    /// # Errors
    /// The clashes, as of [`merge`].
    pub fn merge(&self, before: &UserFields, now: &UserFields) -> Result<UserFields, Vec<Problem>> {
        merge([before, self, now], UserFields::values, UserFields::adopt)
    }

    /// Whether nothing differs but what everybody may change of the own account: full name, language, time zone.
    #[must_use]
    pub fn differs_only_in_own_matters(&self, before: &UserFields) -> bool {
        let rest = UserFields {
            full_name: before.full_name.clone(),
            locale: before.locale,
            zone: before.zone,
            ..self.clone()
        };
        rest == *before
    }
}

/// Everything that a user's Properties show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserProperties {
    pub id: UserId,
    pub fields: UserFields,
    pub created_at: Timestamp,
    /// Who locked them out, as far as it is known.
    pub locked_by: Option<LockedBy>,
    pub last_sign_in_at: Option<Timestamp>,
    /// The roles that can be chosen, by name.
    pub roles: Vec<Role>,
}

/// How somebody came to the console. It is noted and proves nothing: the environment can be set to anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    /// The account that the process runs as.
    pub account: String,
    /// `SUDO_USER`.
    pub sudo_user: Option<String>,
    /// `SSH_CONNECTION`.
    pub ssh_connection: Option<String>,
}

impl Arrival {
    /// The longest part of a variable that is noted, in characters.
    const NOTED: usize = 200;

    /// A variable of the environment as it may be noted: not endless, and never a secret.
    #[must_use]
    pub fn noted(variable: &str) -> String {
        if find_secret_shape(variable).is_some() {
            return String::new();
        }
        variable.chars().take(Arrival::NOTED).collect()
    }
}

/// How a user's console ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignOut {
    /// They left it.
    Left,
    /// They may not be signed in any more: locked out, deleted, or without access to the user interface.
    NoLongerAllowed,
    /// A signal or a hang-up ended it.
    Interrupted,
    /// They pressed no key for too long.
    TimedOut { last_action: Timestamp },
}

impl SignOut {
    /// The word in events.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            SignOut::Left => "left",
            SignOut::NoLongerAllowed => "no-longer-allowed",
            SignOut::Interrupted => "interrupted",
            SignOut::TimedOut { .. } => "idle",
        }
    }
}

/// The name under which an API key signs what it does: `API key 42 (backup)`. It has blanks, so no user has it.
#[must_use]
pub fn key_signature(id: KeyId, name: &str) -> String {
    format!("API key {} ({name})", id.0)
}

/// What is left of a signature without the name of an API key: `API key 42`. A user's is whole.
#[must_use]
pub fn unnamed(signature: &str) -> &str {
    signature.split_once(" (").map_or(signature, |(key, _)| key)
}

/// The key that somebody asks for who types `api-key:42`, `API key 42`, or a name under which a key signs or has signed, in
/// whatever case: its own name may have changed. No user can have such a name.
#[must_use]
pub fn signing_key(typed: &str) -> Option<KeyId> {
    let typed = typed.trim().to_lowercase();
    let (rest, signs) = match typed.strip_prefix("api-key:") {
        Some(rest) => (rest, false),
        None => (typed.strip_prefix("api key ")?, true),
    };
    let (id, named) = match rest.split_once(" (") {
        Some((id, name)) => (id, signs && name.ends_with(')')),
        None => (rest, true),
    };
    let digits = !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit());
    id.parse().ok().filter(|_| named && digits).map(KeyId)
}

/// Whether a text is a user name: `[A-Za-z_][A-Za-z0-9_.@-]{0,31}`, and not the name under which events tell of what
/// nobody did.
#[must_use]
pub fn is_user_name(name: &str) -> bool {
    let mut chars = name.chars();
    !is_system_name(name)
        && name.len() <= USER_NAME_MAX
        && chars
            .next()
            .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(is_user_name_part)
}

fn is_user_name_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_.@-".contains(c)
}

fn is_system_name(name: &str) -> bool {
    name.eq_ignore_ascii_case(SYSTEM_NAME)
}

/// The operating system's account that the process runs as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OsAccount {
    /// Effective user ID.
    pub uid: u32,
    /// Its name in the account database; `uid-` and the ID where that has none.
    pub name: String,
    /// Root that came by way of sudo: it may not become the first user of a database.
    pub root_by_sudo: bool,
    /// Its home directory, where it keeps certificates for lines to servers.
    pub home: PathBuf,
    /// The file in which it keeps passwords for servers.
    pub passwords: PathBuf,
}

impl OsAccount {
    /// The name of the account's own user. Directory services name accounts as no user can be named (`CORP\\alice`):
    /// `\\` becomes `.`, any other character that does not fit `_`, and what is too long is cut.
    ///
    /// That two accounts can come to one name lets nobody in: the database opens for the account that owns it alone.
    #[must_use]
    pub fn user_name(&self) -> String {
        let fitting = self.name.chars().map(|c| match c {
            '\\' => '.',
            _ if is_user_name_part(c) => c,
            _ => '_',
        });
        let mut name: String = fitting.take(USER_NAME_MAX).collect();
        if !is_user_name(&name) {
            // It begins as none does, or is the one name that nobody can have.
            name.insert(0, '_');
            name.truncate(USER_NAME_MAX);
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{AUDITOR, FULL_ACCESS};
    use crate::domain::tests::with;

    fn draft() -> UserFields {
        UserFields {
            name: " bob ".to_owned(),
            full_name: String::new(),
            role: AUDITOR,
            locale: None,
            zone: None,
            locked_out: None,
        }
    }

    fn fields() -> UserFields {
        draft().check(None).expect("valid")
    }

    #[test]
    fn only_the_name_has_to_be_typed_and_every_problem_is_told_at_once() {
        assert_eq!(fields().name, "bob");
        let bad = UserFields {
            name: "a b".to_owned(),
            full_name: "B\u{1b}".to_owned(),
            ..draft()
        };
        let found = bad.check(None).expect_err("problems");
        let found: Vec<Field> = found.iter().map(|problem| problem.field).collect();
        assert_eq!(found, [Field::Name, Field::FullName]);
    }

    #[test]
    fn the_name_of_an_existing_user_stays() {
        let before = fields();
        let renamed = with(&before, |user| user.name = "Bob".to_owned());
        let name = "bob".to_owned();
        let stays = Problem::new(Field::Name, Rule::NameStays { name });
        assert_eq!(renamed.check(Some(&before)), Err(vec![stays]));
        // A name that was given before the rule was tightened is not checked again.
        let odd = with(&before, |user| user.name = "été".to_owned());
        assert!(odd.check(Some(&odd)).is_ok());
    }

    #[test]
    fn two_people_changing_different_fields_both_win_and_one_field_is_told() {
        let mut before = fields();
        let mine = UserFields {
            full_name: "Bob B.".to_owned(),
            zone: Some(Tz::Asia__Tokyo),
            ..before.clone()
        };
        let theirs = UserFields {
            role: FULL_ACCESS,
            locked_out: Some(String::new()),
            ..before.clone()
        };
        let merged = mine.merge(&before, &theirs);
        let wanted = UserFields {
            role: FULL_ACCESS,
            locked_out: Some(String::new()),
            ..mine.clone()
        };
        assert_eq!(merged, Ok(wanted));
        before.zone = Some(Tz::UTC);
        let unset = with(&before, |user| user.zone = None);
        let clash = mine.merge(&before, &unset).expect_err("a clash");
        let rule = Rule::ChangedMeanwhile {
            mine: Value::Text("Asia/Tokyo".to_owned()),
            theirs: Value::Machine,
            by: None,
        };
        assert_eq!(clash, [Problem::new(Field::TimeZone, rule)]);
        before.adopt(Field::TimeZone, &Value::Machine);
        assert!(mine.merge(&before, &unset).is_ok());
    }

    #[test]
    fn no_user_can_have_the_name_under_which_a_key_signs() {
        for name in ["", "alice", "System", "x) API key 8 (y"] {
            assert!(!is_user_name(&key_signature(KeyId(7), name)), "{name}");
        }
        assert_eq!(key_signature(KeyId(42), "backup"), "API key 42 (backup)");
        assert_eq!(unnamed(&key_signature(KeyId(42), "a (b)")), "API key 42");
        assert_eq!(unnamed("alice"), "alice");
        for typed in [
            "api-key:42",
            "API key 42",
            " api key 42 (old) ",
            "API key 42 (a (b))",
        ] {
            assert_eq!(signing_key(typed), Some(KeyId(42)), "{typed}");
        }
        for typed in [
            "42",
            "api-key:x",
            "API key 42 (",
            "api key",
            "alice",
            "api-key:42 (x)",
            "API key +42",
        ] {
            assert_eq!(signing_key(typed), None, "{typed}");
        }
    }

    #[test]
    fn no_secret_of_the_environment_is_noted() {
        assert_eq!(Arrival::noted(&format!("7:{}=", "A".repeat(43))), "");
        assert_eq!(Arrival::noted(&"x".repeat(1_000)).len(), Arrival::NOTED);
        let connection = "192.0.2.7 50022 192.0.2.1 22";
        assert_eq!(Arrival::noted(connection), connection);
    }

    #[test]
    fn every_account_has_a_user_name_of_its_own() {
        for (account, user) in [
            ("alice", "alice"),
            ("ALICE", "ALICE"),
            ("CORP\\alice", "CORP.alice"),
            ("CORP\\alice smith", "CORP.alice_smith"),
            ("alice@corp.example", "alice@corp.example"),
            ("HOST$", "HOST_"),
            ("9 lives", "_9_lives"),
            ("-x", "_-x"),
            ("zoë", "zo_"),
            ("雅子", "__"),
            ("system", "_system"),
            ("uid-1234", "uid-1234"),
            ("", "_"),
            (
                "alice.of.the.far.too.long.name@corp.example",
                "alice.of.the.far.too.long.name@c",
            ),
            (
                "1alice.of.the.far.too.long.name@corp.example",
                "_1alice.of.the.far.too.long.name",
            ),
        ] {
            let account = OsAccount {
                uid: 1_000,
                name: account.to_owned(),
                root_by_sudo: false,
                home: PathBuf::new(),
                passwords: PathBuf::new(),
            };
            assert_eq!(account.user_name(), user);
            assert!(is_user_name(user), "{user}");
        }
    }

    #[test]
    fn user_names_are_those_of_accounts() {
        for good in ["alice", "_svc", "a.b@c-d", "Z9", &"a".repeat(32)] {
            assert!(is_user_name(good), "{good}");
        }
        for bad in [
            "",
            "9a",
            "-x",
            "a b",
            "Zoë",
            &"a".repeat(33),
            "a\n",
            "System",
            "SYSTEM",
        ] {
            assert!(!is_user_name(bad), "{bad:?}");
        }
    }
}
