//! The table of what is tried.

use keyward::domain::date::parse_date;
use keyward::domain::id::{AUDITOR, FULL_ACCESS, KeyId, RoleId, UserId};
use keyward::domain::intent::{KeyChange, UserChange};
use keyward::domain::problem::Field::{self, *};
use keyward::domain::secret::Overlap;

use crate::acts::{Act, Then, Typed};
use crate::world::{BOB, EMPTY, ONE, OWN, OWNER, PENDING, SPARE, TARGET};

/// Stands for a text of so many characters.
const LONG: &str = "long";

/// What is put into a field of a key, whether it is new or there.
const KEY: &[(Field, &[&str])] = &[
    (
        Name,
        &[
            "another",
            " ",
            LONG,
            "ONE",
            "taken",
            "long ago",
            "on\u{435}",
            "a\u{202e}b",
            "\u{301}a",
        ],
    ),
    (Description, &["for the backup", LONG, "a\u{200b}b"]),
    (
        Role,
        &["Full Access", "Auditor", "own", "target", "empty", "spare"],
    ),
    (Language, &["ja-JP"]),
    (TimeZone, &["Asia/Tokyo", "America/New_York"]),
    (
        ExpiresOn,
        &[
            "never",
            "2089-12-31",
            "2090-01-31",
            "2091-01-01",
            "2020-01-31",
            "2100-01-01",
            "2090-02-30",
            "soonish",
        ],
    ),
    (Owner, &["nightly jobs", LONG, "a\u{202e}b"]),
    (
        Addresses,
        &["10.0.0.0/8, 192.0.2.1", "10.0.0.1/8", "somewhere"],
    ),
    (Rate, &["100", "", "0", "1000001", "many"]),
];
/// And of one that is there.
const KEY_LOCK: &[(Field, &[&str])] = &[(LockedOut, &["yes", "no", "yes lost", "yes a\u{202e}b"])];

/// What is put into a field of a user.
const USER: &[(Field, &[&str])] = &[
    (FullName, &["Somebody", LONG, "a\u{202e}b"]),
    (
        Role,
        &["Full Access", "Auditor", "own", "target", "empty", "spare"],
    ),
    (Language, &["ja-JP"]),
    (TimeZone, &["Asia/Tokyo"]),
];
/// And of one that is new, or there.
const USER_NAME: &[(Field, &[&str])] = &[(Name, &["carol", " ", "BOB", "b0b", "system", "car ol"])];
const USER_LOCK: &[(Field, &[&str])] =
    &[(LockedOut, &["yes", "no", "yes left us", "yes a\u{202e}b"])];

/// What is put into a field of a role.
const ROLE: &[(Field, &[&str])] = &[
    (
        Name,
        &[
            "another",
            " ",
            LONG,
            "TARGET",
            "Auditor",
            "t\u{430}rget",
            "a\u{202e}b",
        ],
    ),
    (Description, &["for the night", LONG, "a\u{200b}b"]),
    (UserInterface, &["yes", "no"]),
    (WebService, &["yes", "no"]),
    (
        Rights,
        &[
            "ViewUsers",
            "-ViewUsers",
            "CreateApiKeys",
            "-EditUsers",
            "EditRoles",
            "-EditRoles",
            "DeleteUsers",
        ],
    ),
    (EqualOrLess, &["yes", "no"]),
    (Services, &["billing, crm", "", "Not A Service!"]),
];

/// What is put into a field of the policy.
const POLICY: &[(Field, &[&str])] = &[
    (ExpiryRequired, &["yes", "no"]),
    (LongestDays, &["90", "", "0", "99999", "many"]),
    (WarningDays, &["7", "", "366"]),
];

const KEYS: std::ops::RangeInclusive<i64> = 1..=13;
const USERS: std::ops::RangeInclusive<i64> = 1..=6;
const ROLES: std::ops::RangeInclusive<i64> = 1..=7;

/// Everything that is tried, each once on every kind of row that it can be done to.
pub fn acts() -> Vec<Act> {
    let mut acts = Vec::new();
    let days = [
        parse_date("2089-12-31").ok(),
        parse_date("2020-01-31").ok(),
        None,
    ];
    for key in KEYS.map(KeyId) {
        let lock_out = |reason: &str| KeyChange::LockOut {
            reason: reason.to_owned(),
        };
        let changes = [
            lock_out(""),
            KeyChange::Unlock,
            KeyChange::Delete,
            KeyChange::Restore,
            KeyChange::EndOverlap,
        ];
        acts.extend(changes.map(|change| Act::Key(change, key)));
        acts.push(Act::Key(KeyChange::SetRole(AUDITOR), key));
        acts.push(Act::Key(KeyChange::SetExpiry(None), key));
        acts.push(Act::NewSecret(key, Then::Store(Overlap::None)));
        acts.push(Act::EditKey(key, vec![(Description, "other".to_owned())]));
    }
    for role in [FULL_ACCESS, OWN, TARGET, EMPTY, SPARE] {
        acts.push(Act::Key(KeyChange::SetRole(role), ONE));
        acts.push(Act::User(UserChange::SetRole(role), UserId(3)));
    }
    acts.extend(days.map(|day| Act::Key(KeyChange::SetExpiry(day), KeyId(5))));
    for reason in ["lost", "a\u{202e}b"] {
        let reason = reason.to_owned();
        acts.push(Act::Key(
            KeyChange::LockOut {
                reason: reason.clone(),
            },
            ONE,
        ));
        acts.push(Act::User(UserChange::LockOut { reason }, UserId(3)));
    }
    for then in [Then::Leave, Then::Discard, Then::Store(Overlap::Day)] {
        acts.extend([ONE, PENDING, KeyId(4), KeyId(9)].map(|key| Act::NewSecret(key, then)));
    }
    acts.extend([PENDING, ONE, KeyId(13)].map(Act::ReadBack));
    for user in USERS.map(UserId) {
        let lock_out = UserChange::LockOut {
            reason: String::new(),
        };
        let changes = [
            lock_out,
            UserChange::Unlock,
            UserChange::Delete,
            UserChange::SetRole(AUDITOR),
        ];
        acts.extend(changes.map(|change| Act::User(change, user)));
        acts.push(Act::EditUser(user, vec![(FullName, "other".to_owned())]));
        acts.push(Act::EditUser(user, vec![(LockedOut, "yes".to_owned())]));
    }
    acts.extend(ROLES.map(RoleId).map(Act::DeleteRole));
    for role in ROLES.map(RoleId) {
        acts.push(Act::EditRole(role, vec![(Description, "other".to_owned())]));
        acts.push(Act::EditRole(role, vec![(Rights, "-EditUsers".to_owned())]));
    }
    let new_key: Typed = vec![
        (Name, "new".to_owned()),
        (Role, "target".to_owned()),
        (TimeZone, "UTC".to_owned()),
    ];
    let new_user: Typed = vec![(Name, "carol".to_owned()), (Role, "target".to_owned())];
    let new_role: Typed = vec![(Name, "new".to_owned())];
    acts.push(Act::NewRole(new_role.clone()));
    for value in values(KEY) {
        acts.push(Act::NewKey(with(&new_key, &value)));
        acts.push(Act::EditKey(KeyId(5), vec![value]));
    }
    acts.extend(values(KEY_LOCK).map(|value| Act::EditKey(KeyId(4), vec![value])));
    for value in values(USER) {
        acts.push(Act::NewUser(with(&new_user, &value)));
        acts.push(Act::EditUser(UserId(3), vec![value.clone()]));
        acts.push(Act::EditUser(BOB, vec![value]));
    }
    acts.extend(values(USER_NAME).map(|value| Act::NewUser(with(&new_user, &value))));
    for value in values(USER_LOCK) {
        acts.push(Act::EditUser(UserId(4), vec![value.clone()]));
        acts.push(Act::EditUser(OWNER, vec![value]));
    }
    for value in values(ROLE) {
        acts.push(Act::NewRole(with(&new_role, &value)));
        acts.push(Act::EditRole(TARGET, vec![value.clone()]));
        acts.push(Act::EditRole(OWN, vec![value]));
    }
    acts.extend(values(POLICY).map(|value| Act::Policy(vec![value])));
    acts
}

/// Each value with its field.
fn values(table: &[(Field, &[&str])]) -> impl Iterator<Item = (Field, String)> {
    table.iter().flat_map(|(field, texts)| {
        texts.iter().map(|text| {
            let most = if *field == Description { 2_001 } else { 101 };
            let text = if *text == LONG {
                "x".repeat(most)
            } else {
                (*text).to_owned()
            };
            (*field, text)
        })
    })
}

/// The values with this one in the place of that of the same field.
fn with(values: &Typed, value: &(Field, String)) -> Typed {
    let others = values.iter().filter(|(field, _)| *field != value.0);
    others.chain([value]).cloned().collect()
}
