//! Console, command line and service agree: what one of them refuses the others refuse, in the same sentence, and what they do
//! leaves the same rows.

use std::fs;
use std::sync::Arc;

use chrono::NaiveDate;
use keyward::auth::hash::{Cost, Hasher};
use keyward::clock::{Clock, SystemClock};
use keyward::config::Config;
use keyward::domain::id::{AUDITOR, FULL_ACCESS, KeyId, RoleId};
use keyward::domain::intent::KeyChange;
use keyward::domain::locale::Locale;
use keyward::domain::rights::Right;
use keyward::domain::role::{RoleDraft, RoleFields};
use keyward::domain::trouble::Trouble;
use keyward::domain::user::{Actor, Arrival};
use keyward::store::Place;
use keyward::text::Text;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tempfile::TempDir;

#[path = "support"]
mod support {
    #![allow(dead_code, reason = "a part of what the tests use")]
    pub mod console;
    pub mod database;
    pub mod program;
    pub mod sentence;
}

use support::console::Console;
use support::database::{
    Bench, CHEAP, SetClock, as_made, draft, raw, role_draft, service, user_draft,
};
use support::program::{database_of, keyward};

/// How many things are done, one after the other.
const STEPS: usize = 40;
/// Who does them: the owner of the database has no name here.
const USERS: [&str; 5] = ["full", "auditor", "bound", "locked", "nobody"];
const KEYS: i64 = 5;

/// Something that is done to a key.
struct Deed {
    /// On the command line, before the key.
    words: &'static [&'static str],
    change: fn() -> KeyChange,
    /// In the console: the verb, and what is then typed.
    keys: [&'static str; 2],
}

const DEEDS: [Deed; 8] = [
    Deed {
        words: &["lock"],
        change: || KeyChange::LockOut {
            reason: String::new(),
        },
        keys: ["l", ""],
    },
    Deed {
        words: &["unlock"],
        change: || KeyChange::Unlock,
        keys: ["u", ""],
    },
    Deed {
        words: &["delete"],
        change: || KeyChange::Delete,
        keys: ["d", ""],
    },
    Deed {
        words: &["restore"],
        change: || KeyChange::Restore,
        keys: ["r", ""],
    },
    Deed {
        words: &["set-role", "Full Access"],
        change: || KeyChange::SetRole(FULL_ACCESS),
        keys: ["R", "full\n"],
    },
    Deed {
        words: &["set-role", "Auditor"],
        change: || KeyChange::SetRole(AUDITOR),
        keys: ["R", "auditor\n"],
    },
    Deed {
        words: &["set-expiry", "2090-01-31"],
        change: || KeyChange::SetExpiry(NaiveDate::from_ymd_opt(2090, 1, 31)),
        keys: ["E", "2090-01-31\n"],
    },
    Deed {
        words: &["set-expiry", "never"],
        change: || KeyChange::SetExpiry(None),
        keys: ["E", "never\n"],
    },
];

/// A home with a database in which people and keys differ in what they may.
fn begun() -> TempDir {
    let home = tempfile::tempdir().expect("a directory");
    let path = database_of(home.path());
    fs::create_dir_all(path.parent().expect("a directory")).expect("made");
    let (mut service, owner) = as_made(&path, Cost::REAL);
    let bound = RoleDraft::from(RoleFields {
        equal_or_less: true,
        ..role_draft("Bound", &[Right::ViewApiKeys, Right::EditApiKeys]).fields
    });
    let bound = service.create_role(&owner, &bound).expect("a role");
    for (name, role) in [
        ("full", FULL_ACCESS),
        ("auditor", AUDITOR),
        ("bound", bound),
        ("locked", FULL_ACCESS),
    ] {
        let made = service.create_user(&owner, &user_draft(name, role));
        let user = made.expect("a user");
        if name == "locked" {
            let lock = service.lock_out_user(&owner, user, "");
            lock.expect("locked out");
        }
    }
    for (name, role) in [
        ("a", AUDITOR),
        ("b", FULL_ACCESS),
        ("c", bound),
        ("d", FULL_ACCESS),
        ("e", AUDITOR),
    ] {
        let mut key = draft(name);
        key.role = RoleId(role.0);
        let issued = service.create_key(&owner, &key).expect("created");
        if name != "e" {
            let stored = service.deliver(&owner, issued.id, None);
            stored.expect("delivered");
        }
    }
    home
}

/// A copy of all that is in this home.
fn copy(of: &TempDir) -> TempDir {
    let home = tempfile::tempdir().expect("a directory");
    let (from, to) = (database_of(of.path()), database_of(home.path()));
    fs::create_dir_all(to.parent().expect("a directory")).expect("made");
    let database = raw(&Place::File(from));
    let copied = database.execute("VACUUM INTO ?1", [to.to_str().expect("UTF-8")]);
    copied.expect("copied");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    fs::set_permissions(&to, mode).expect("set");
    home
}

/// The keys and their secrets, without times.
fn rows(home: &TempDir) -> Vec<String> {
    let database = raw(&Place::File(database_of(home.path())));
    let mut all = Vec::new();
    for sql in [
        "SELECT id, name, role, locked_out, deleted_at IS NULL, expires_on, delivered, version
         FROM api_keys ORDER BY id",
        "SELECT id, key, delivered_at IS NULL, retires_at IS NULL, ended_at IS NULL
         FROM api_key_secrets ORDER BY id",
    ] {
        let mut query = database.prepare(sql).expect("prepared");
        let columns = query.column_count();
        let mut found = query.query(()).expect("queried");
        while let Some(row) = found.next().expect("read") {
            let values = (0..columns).map(|at| row.get::<_, rusqlite::types::Value>(at));
            all.push(format!("{:?}", values.collect::<Result<Vec<_>, _>>()));
        }
    }
    all
}

/// The use cases on the database of a home, by the machine's clock.
fn bench(home: &TempDir, name: &str) -> (Bench, Result<Actor, Trouble>) {
    let place = Place::File(database_of(home.path()));
    let (clock, hasher) = (
        Arc::new(SetClock::new(SystemClock.now())),
        Hasher::new(CHEAP),
    );
    let mut service = service(&place, &clock, &hasher, 1);
    let alice = Config::read().account.user_name();
    let actor = service.sign_in(name, &Arrival::default());
    let alice = service
        .sign_in(&alice, &Arrival::default())
        .expect("the owner");
    let bench = Bench {
        place,
        clock,
        hasher,
        service,
        alice,
    };
    (bench, actor)
}

/// What the service refuses it with.
fn by_service(home: &TempDir, name: &str, deed: &Deed, key: KeyId) -> Option<String> {
    let (mut bench, actor) = bench(home, name);
    let done = actor.and_then(|actor| bench.service.change_key(&actor, (deed.change)(), key));
    let text = Text::of(Locale::EnUs);
    done.err().map(|trouble| text.trouble(&trouble))
}

/// How the command ends, and what it says on standard error.
fn by_command(home: &TempDir, name: &str, deed: &Deed, key: KeyId) -> (Option<i32>, String) {
    let id = key.0.to_string();
    let which = [&id, "--yes", "--user", name];
    let words = [&["key"], deed.words, &which].concat();
    let output = keyward(home.path(), &words).output().expect("run");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), said)
}

/// Does it in the console, where they are let in; gives the screen where it does not say this.
fn by_console(
    home: &TempDir,
    name: &str,
    deed: &Deed,
    key: KeyId,
    sentence: Option<&str>,
) -> Option<String> {
    let (bench, actor) = bench(home, name);
    let mut console = Console::of(bench, actor.ok()?, (200, 20));
    console.keys(&format!("/<Ctrl-U>id:{} state:any\n", key.0));
    // It is said until the next key. Of a row that is shown as deleted it is said that it is, and not that it is gone.
    let says = |console: &Console| {
        let is_deleted = || console.has_said("list.is_deleted", &[]) && console.shows("Deleted");
        sentence.is_some_and(|sentence| console.shows(sentence) || is_deleted())
    };
    let mut screen = String::new();
    for keys in [deed.keys[0], deed.keys[1], "y"] {
        console.keys(keys);
        if says(&console) {
            return None;
        }
        screen += &console.screen();
    }
    sentence.map(|_| screen)
}

#[test]
fn console_command_line_and_service_agree_on_every_refusal() {
    let first = begun();
    let homes = [&first, &copy(&first), &copy(&first)];
    let owner = Config::read().account.user_name();
    let mut random = StdRng::seed_from_u64(14);
    let (mut wrong, mut refused) = (Vec::new(), 0);
    for step in 0..STEPS {
        // The owner is there as often as the others together.
        let name = USERS.get(random.random_range(0..2 * USERS.len()));
        let name = name.copied().unwrap_or(&owner);
        let deed = &DEEDS[random.random_range(0..DEEDS.len())];
        let key = KeyId(random.random_range(1..=KEYS));
        let what = format!("{step}: {name} {:?} {key:?}", deed.words);
        let sentence = by_service(homes[0], name, deed, key);
        let (code, said) = by_command(homes[1], name, deed, key);
        let silent = by_console(homes[2], name, deed, key, sentence.as_deref());
        refused += usize::from(sentence.is_some());
        match &sentence {
            None if code != Some(0) => wrong.push(format!("{what}: {code:?} {said}")),
            Some(sentence) if code == Some(0) || !said.contains(sentence.as_str()) => {
                wrong.push(format!("{what}: {sentence} but {code:?} {said}"));
            }
            _ => {}
        }
        if let Some(screen) = silent {
            wrong.push(format!("{what}: {sentence:?} is not said:\n{screen}"));
        }
        let all = homes.map(rows);
        if all[0] != all[1] || all[0] != all[2] {
            wrong.push(format!("{what}: {all:#?}"));
            break;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(refused > STEPS / 5 && refused < STEPS, "{refused} refusals");
}
