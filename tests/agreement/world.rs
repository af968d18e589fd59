//! The database that everything begins with, and what is compared afterwards.

use std::fs;

use keyward::auth::hash::Cost;
use keyward::clock::{Clock, SystemClock};
use keyward::config::Config;
use keyward::domain::id::{AUDITOR, FULL_ACCESS, KeyId, RoleId, SecretId, UserId};
use keyward::domain::policy::PolicyDraft;
use keyward::domain::rights::{Right, Rights};
use keyward::domain::role::{RoleDraft, RoleFields};
use keyward::domain::secret::Overlap;
use keyward::domain::time::DAY;
use keyward::domain::user::{UserDraft, UserFields};
use keyward::store::{Place, Store, roles};
use tempfile::TempDir;

use crate::acts::Act;
use crate::support::database::raw::Value;
use crate::support::database::{as_made, at, draft, raw, user_draft};
use crate::support::program::database_of;

/// The role of `bob`, whose rights differ from case to case, and of the key that acts over the API.
pub const OWN: RoleId = RoleId(3);
/// The role that most rows have.
pub const TARGET: RoleId = RoleId(4);
/// Allows nothing.
pub const EMPTY: RoleId = RoleId(5);
/// Nobody and nothing has it.
pub const SPARE: RoleId = RoleId(6);
/// The roles by name.
pub const ROLES: [(&str, RoleId); 6] = [
    ("Full Access", FULL_ACCESS),
    ("Auditor", AUDITOR),
    ("own", OWN),
    ("target", TARGET),
    ("empty", EMPTY),
    ("spare", SPARE),
];

pub const ONE: KeyId = KeyId(1);
pub const PENDING: KeyId = KeyId(2);
/// The key that acts over the API.
pub const ROBOT: KeyId = KeyId(3);
/// What the keys are called, in the order of their IDs.
const KEYS: [&str; 12] = [
    "one", "pending", "robot", "locked", "dated", "expired", "deleted", "long ago", "retiring",
    "weak", "again", "taken",
];

pub const OWNER: UserId = UserId(1);
pub const BOB: UserId = UserId(2);
/// What the users are called, behind the owner, with their roles.
const USERS: [(&str, RoleId); 4] = [
    ("bob", OWN),
    ("ann", TARGET),
    ("lou", TARGET),
    ("eve", EMPTY),
];

/// What a role allows, as far as it matters here.
#[derive(Clone, Debug)]
pub struct Spec {
    pub rights: Vec<Right>,
    pub user_interface: bool,
    pub web_service: bool,
    pub equal_or_less: bool,
}

impl Spec {
    fn fields(&self, name: &str) -> RoleFields {
        RoleFields {
            name: name.to_owned(),
            description: String::new(),
            user_interface: self.user_interface,
            web_service: self.web_service,
            rights: Rights::from_names(self.rights.iter().map(|right| right.name().to_owned())),
            equal_or_less: self.equal_or_less,
            services: String::new(),
        }
    }
}

/// A home with a database.
pub struct World {
    pub home: TempDir,
    /// The pending secret's text, and the ID of the secret of the key that acts.
    pub pending: String,
    pub robot: SecretId,
}

/// A home with a database in which the rows are in every state that they can be in.
pub fn begun() -> World {
    let home = tempfile::tempdir().expect("a directory");
    let path = database_of(home.path());
    fs::create_dir_all(path.parent().expect("a directory")).expect("made");
    let (mut service, owner) = as_made(&path, Cost::REAL);
    for (name, id) in &ROLES[2..] {
        let nothing = RoleFields {
            name: (*name).to_owned(),
            user_interface: false,
            rights: Rights::default(),
            ..RoleFields::default()
        };
        let made = service.create_role(&owner, &RoleDraft::from(nothing));
        assert_eq!(made.expect("a role"), *id);
    }
    for (name, role) in USERS {
        let user = UserDraft::from(UserFields {
            locked_out: (name == "lou").then(|| "left us".to_owned()),
            ..user_draft(name, role).fields
        });
        service.create_user(&owner, &user).expect("a user");
    }
    let (mut pending, mut robot) = (String::new(), SecretId(0));
    for (name, id) in KEYS.into_iter().zip(1..) {
        let mut key = draft(name);
        key.role = match name {
            "robot" => OWN,
            "weak" => EMPTY,
            _ => TARGET,
        };
        // The name is given twice, the first time to a key that is deleted by then.
        if name == "again" {
            "taken".clone_into(&mut key.name);
        }
        key.locked_out = (name == "locked").then(|| "lost".to_owned());
        key.expires_on = ["dated", "expired"]
            .contains(&name)
            .then(|| "2090-01-31".to_owned());
        let issued = service.create_key(&owner, &key).expect("a key");
        assert_eq!(issued.key, KeyId(id));
        match name {
            "pending" => issued.secret.expose().clone_into(&mut pending),
            "robot" => robot = issued.id,
            _ => {}
        }
        if name != "pending" {
            let stored = service.deliver(&owner, issued.id, None);
            stored.expect("delivered");
        }
        if ["deleted", "long ago", "again"].contains(&name) {
            service.delete_key(&owner, issued.key).expect("deleted");
        }
        if name == "retiring" {
            let second = service.issue(&owner, issued.key).expect("issued");
            let stored = service.deliver(&owner, second.id, Some(Overlap::Week));
            stored.expect("delivered");
        }
    }
    let now = SystemClock.now();
    let past = raw(&at(&path));
    past.execute(
        "UPDATE api_keys SET expires_on = '2020-01-31', expires_at = 1580515200000 WHERE name = 'expired'",
        (),
    )
    .expect("expired");
    past.execute(
        "UPDATE api_keys SET deleted_at = ?1 WHERE name = 'long ago'",
        [now.0 - 8 * DAY],
    )
    .expect("gone");
    // What nobody does is not done again while something else is.
    service.sweep().expect("swept");
    World {
        home,
        pending,
        robot,
    }
}

impl World {
    /// A copy of all that is in this home.
    pub fn copy(&self) -> World {
        let home = tempfile::tempdir().expect("a directory");
        let (from, to) = (database_of(self.home.path()), database_of(home.path()));
        fs::create_dir_all(to.parent().expect("a directory")).expect("made");
        raw(&at(&from)).copy_to(&at(&to));
        World {
            home,
            pending: self.pending.clone(),
            robot: self.robot,
        }
    }

    pub fn place(&self) -> Place {
        at(&database_of(self.home.path()))
    }

    pub fn store(&self) -> Store {
        Store::open_existing(&self.place(), &Config::read().account).expect("opened")
    }

    /// Gives the roles what they allow, past every rule.
    pub fn allow(&self, own: &Spec, target: &Spec) {
        let set = self.store().write(|tx| {
            roles::update(tx, OWN, &own.fields("own"))?;
            roles::update(tx, TARGET, &target.fields("target"))
        });
        set.expect("set");
    }

    /// Has the keys held to a policy, past every rule.
    pub fn hold_to(&self, policy: &PolicyDraft) {
        let policy = policy.check().expect("a policy");
        let set = self
            .store()
            .write(|tx| keyward::store::policy::update(tx, &policy));
        set.expect("set");
    }

    /// Gives a key another role, past every rule.
    pub fn give(&self, key: KeyId, role: RoleId) {
        let given = raw(&self.place()).execute(
            "UPDATE api_keys SET role = ?1 WHERE id = ?2",
            [role.0, key.0],
        );
        given.expect("given");
    }

    /// Whether the row is there to which something is to be done.
    pub fn has(&self, act: &Act) -> bool {
        let table = match act {
            Act::EditKey(..) | Act::Key(..) | Act::NewSecret(..) | Act::ReadBack(_) => "api_keys",
            Act::EditUser(..) | Act::User(..) => "users",
            Act::EditRole(..) | Act::DeleteRole(_) => {
                "(SELECT id FROM roles WHERE deleted_at IS NULL) there"
            }
            Act::NewKey(_) | Act::NewUser(_) | Act::NewRole(_) | Act::Policy(_) => return true,
        };
        let sql = format!("SELECT 1 FROM {table} WHERE id = {}", act.row());
        !self.query(&sql).is_empty()
    }

    /// The number of the last event so far.
    pub fn last_event(&self) -> i64 {
        let last = "SELECT max(sequence) FROM events";
        raw(&self.place()).row(last, ())
    }

    /// Every row, without times and without who made it.
    pub fn rows(&self) -> Vec<String> {
        let tables = [
            "SELECT 'role', id, name, description, user_interface, web_service, rights, equal_or_less, services, immutable,
             deleted_at IS NULL FROM roles",
            "SELECT 'user', id, name, full_name, role, locale, time_zone, locked_out, lock_reason FROM users",
            "SELECT 'key', id, name, description, owner, role, locale, time_zone, expires_on, expires_at, addresses, rate,
             locked_out, lock_reason, deleted_at IS NULL, delivered FROM api_keys",
            "SELECT 'secret', id, key, delivered_at IS NULL, retires_at IS NULL, ended_at IS NULL FROM api_key_secrets",
            "SELECT 'policy', * FROM policy",
        ];
        let in_order = |sql| self.query(&format!("{sql} ORDER BY 2"));
        tables.into_iter().flat_map(in_order).collect()
    }

    /// What somebody did after this event: the signing in left out, and through what it was done.
    pub fn events_after(&self, last: i64) -> Vec<String> {
        let sql = format!(
            "SELECT number, target_kind, target_id, target_name, body
             FROM events WHERE sequence > {last} AND number NOT IN (600, 601, 602, 608) AND actor <> ''
             ORDER BY sequence"
        );
        let rows = raw(&self.place()).rows::<Vec<Value>>(&sql, ());
        let moments = ["overlapUntil", "path"];
        let told = |mut row: Vec<Value>| {
            let Some(Value::Text(body)) = row.last_mut() else {
                panic!("no event: {row:?}");
            };
            let mut told: serde_json::Value = serde_json::from_str(body).expect("JSON");
            let changes = told.get_mut("changes");
            if let Some(changes) = changes.and_then(serde_json::Value::as_object_mut) {
                changes.remove("lockReason");
            }
            *body = told.to_string();
            let row = format!("{row:?}");
            let words = row.split(',');
            let kept = words.filter(|word| !moments.iter().any(|moment| word.contains(moment)));
            kept.collect::<Vec<_>>().join(",")
        };
        rows.expect(&sql).into_iter().map(told).collect()
    }

    fn query(&self, sql: &str) -> Vec<String> {
        let database = raw(&self.place());
        let found = database.rows::<Vec<Value>>(sql, ()).expect(sql);
        found.iter().map(|row| format!("{row:?}")).collect()
    }
}
