//! Databases to test on, and the people who use them.

use std::ffi::OsString;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use keyward::auth::hash::{Cost, Hasher};
use keyward::auth::random::Random;
use keyward::clock::{Clock, SystemClock};
use keyward::config::Config;
use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::id::{AUDITOR, KeyId, RoleId, UserId};
use keyward::domain::list::{Anchor, Filter, KeyRow, Listed, WindowQuery};
use keyward::domain::rights::{Right, Rights};
use keyward::domain::role::{RoleDraft, RoleFields};
use keyward::domain::secret::{IssuedSecret, Overlap};
use keyward::domain::state::{AsOf, Warning};
use keyward::domain::time::Timestamp;
use keyward::domain::trouble::Trouble;
use keyward::domain::tz::Tz;
use keyward::domain::user::{Actor, Arrival, OsAccount, UserDraft, UserFields};
use keyward::domain::verdict::{Asked, Refused, Verdict};
use keyward::service::{Service, demo};
use keyward::store::{Place, Store, events, users};
use nix::unistd::geteuid;
use rand::SeedableRng;
use rand::rngs::StdRng;
use tempfile::TempDir;

#[path = "postgres.rs"]
mod postgres;
#[path = "raw.rs"]
pub mod raw;
#[path = "stand_in.rs"]
mod stand_in;

pub use raw::{Raw, raw};
pub use stand_in::{CHEAP, SetClock};

/// Makes a database of the present form one of the form before it, the twelfth.
pub const TWELFTH: &str = "DROP INDEX api_keys_by_owner; ALTER TABLE api_keys DROP COLUMN owner_key;
    ALTER TABLE users DROP COLUMN full_name_sort; ALTER TABLE roles DROP COLUMN description_sort;
    CREATE INDEX api_keys_by_owner ON api_keys (owner COLLATE NOCASE) WHERE deleted_at IS NULL AND owner <> '';
    DROP INDEX api_keys_to_erase;
    CREATE INDEX api_keys_to_erase ON api_keys (deleted_at) WHERE deleted_at IS NOT NULL AND erased = 0;
    PRAGMA user_version = 12;";

/// 2026-11-22 16:00 UTC.
pub const NOW: Timestamp = Timestamp(1_795_363_200_000);
/// The same with the usual warning time.
pub const AS_OF: AsOf = AsOf {
    now: NOW,
    warning: Warning::DEFAULT,
};

/// The account that the tests run as, under a name of our own.
pub fn account() -> OsAccount {
    OsAccount {
        uid: geteuid().as_raw(),
        name: "alice".to_owned(),
        root_by_sudo: false,
        home: "/nonexistent".into(),
        passwords: "/nonexistent/.pgpass".into(),
    }
}

/// A database that no other test sees: in memory or, where the tests run on `PostgreSQL`, in a schema of its own, for the role
/// that administrators have.
pub fn fresh() -> Place {
    match postgres::server() {
        None => in_memory(),
        Some(server) => {
            let name = format!("t{}_{}", std::process::id(), next());
            Place::Server(postgres::as_console(&postgres::schema(server, &name)))
        }
    }
}

/// The same database for who owns its tables.
pub fn as_owner(place: Place) -> Place {
    match place {
        Place::Server(address) => Place::Server(postgres::as_owner(&address)),
        place => place,
    }
}

/// A place on a server that no other test sees, with no database yet; nothing where there is no server.
pub fn on_server() -> Option<Place> {
    let name = format!("t{}_{}", std::process::id(), next());
    let server = postgres::any_server()?;
    Some(Place::Server(postgres::schema(server, &name)))
}

/// A database in `SQLite`'s memory that no other test sees.
pub fn in_memory() -> Place {
    Place::Memory(format!("test-{}", next()))
}

fn next() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::SeqCst)
}

/// The database of a path: the file or, where the tests run on `PostgreSQL`, a schema that every process finds by the path.
pub fn at(path: &Path) -> Place {
    match postgres::server() {
        None => Place::File(path.to_owned()),
        Some(server) => {
            let mut hash = DefaultHasher::new();
            path.hash(&mut hash);
            let name = format!("p{:016x}", hash.finish());
            Place::Server(postgres::schema(server, &name))
        }
    }
}

/// What `--db` is given for the database of a path.
pub fn db(path: &Path) -> OsString {
    match at(path) {
        Place::Server(address) => address.into(),
        _ => path.into(),
    }
}

/// What tells the program of the database of a path, where it would find the file by itself.
pub fn told(path: &Path) -> Option<(&'static str, OsString)> {
    let db = db(path);
    (db != path).then_some(("KEYWARD_DB", db))
}

/// A directory of the test's own, and the path of a database in it.
pub fn on_disk() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("keyward.db");
    (directory, path)
}

/// Of how many cases one is tried: a server takes longer for each.
pub fn one_of() -> u32 {
    match postgres::server() {
        None => 1,
        Some(_) => 12,
    }
}

/// How many cases are made up, where `SQLite` is given so many.
pub fn cases(of_sqlite: u32) -> u32 {
    of_sqlite.div_ceil(one_of())
}

/// The actor's account.
pub fn user_of(actor: &Actor) -> UserId {
    actor.user().expect("a user")
}

/// Services on one database, with a clock that the test moves.
pub struct Bench {
    pub place: Place,
    pub clock: Arc<SetClock>,
    pub hasher: Hasher,
    pub service: Service,
    /// Has Full Access.
    pub alice: Actor,
}

impl Bench {
    /// On a database, which is made if it is not there.
    pub fn on(place: Place) -> Bench {
        let clock = Arc::new(SetClock::new(NOW));
        let hasher = Hasher::new(CHEAP);
        let service = service(&place, &clock, &hasher, 1);
        // On another connection: on this one the first change would record it.
        let alice = self::service(&place, &clock, &hasher, 2)
            .sign_in("alice", &Arrival::default())
            .expect("the first user");
        Bench {
            place,
            clock,
            hasher,
            service,
            alice,
        }
    }

    /// On a database that no other test sees.
    pub fn new() -> Bench {
        Bench::on(fresh())
    }

    /// The demo's keys, and one of its users.
    pub fn demo(user: &str) -> (Bench, Actor) {
        let (place, kept) = copy_of_demo();
        let clock = Arc::new(SetClock::new(NOW));
        let hasher = Hasher::new(Cost::REAL);
        let service = service_for(&place, &demo_account(), &clock, &hasher, 1);
        drop(kept);
        let mut other = service_for(&place, &demo_account(), &clock, &hasher, 2);
        let mut sign_in = |user| {
            let signed_in = other.sign_in(user, &Arrival::default());
            signed_in.expect("signed in")
        };
        let bench = Bench {
            alice: sign_in(demo::FULL_ACCESS_USER),
            place,
            clock,
            hasher,
            service,
        };
        (bench, sign_in(user))
    }

    /// Another connection to the same database.
    pub fn another(&self) -> Service {
        service(&self.place, &self.clock, &self.hasher, 2)
    }

    /// The same database and clock for a second console.
    pub fn beside(&self) -> Bench {
        Bench {
            place: self.place.clone(),
            clock: self.clock.clone(),
            hasher: self.hasher.clone(),
            service: self.another(),
            alice: self.alice.clone(),
        }
    }

    /// Another store on the same database.
    pub fn store(&self) -> Store {
        Store::open_existing(&self.place, &account()).expect("opened")
    }

    /// Has alice do something, who may.
    #[track_caller]
    pub fn by_alice<T>(
        &mut self,
        does: impl FnOnce(&mut Service, &Actor) -> Result<T, Trouble>,
    ) -> T {
        does(&mut self.service, &self.alice).expect("done")
    }

    /// A new key with a secret that works, and that key as an actor.
    pub fn key_actor(&mut self, name: &str, role: RoleId) -> (IssuedSecret, Actor) {
        let draft = ApiKeyDraft {
            role,
            ..draft(name)
        };
        let issued = self.by_alice(|service, alice| service.create_key(alice, &draft));
        self.deliver(&issued, None);
        let actor = self.service.act_as_key(issued.key, issued.id);
        (issued, actor.expect("let in"))
    }

    /// Adds a user and signs in.
    pub fn user(&self, name: &str, role: RoleId) -> Actor {
        let fields = user_draft(name, role).check(None).expect("valid");
        self.store()
            .write(|tx| users::insert(tx, &fields, "", NOW))
            .expect("added");
        self.another()
            .sign_in(name, &Arrival::default())
            .expect("signed in")
    }

    /// Makes a role, as alice.
    #[track_caller]
    pub fn role(&mut self, draft: &RoleDraft) -> RoleId {
        self.by_alice(|service, alice| service.create_role(alice, draft))
    }

    /// Creates a key; its secret is pending.
    pub fn create(&mut self, name: &str) -> IssuedSecret {
        self.service
            .create_key(&self.alice, &draft(name))
            .expect("created")
    }

    /// Creates a key with a delivered secret.
    pub fn delivered(&mut self, name: &str) -> IssuedSecret {
        let issued = self.create(name);
        self.deliver(&issued, None);
        issued
    }

    pub fn issue(&mut self, key: KeyId) -> IssuedSecret {
        self.service.issue(&self.alice, key).expect("issued")
    }

    pub fn deliver(&mut self, issued: &IssuedSecret, overlap: Option<Overlap>) {
        self.service
            .deliver(&self.alice, issued.id, overlap)
            .expect("delivered");
    }

    /// Why the secret is refused; `None` where it is valid.
    pub fn refusal(&mut self, issued: &IssuedSecret) -> Option<Refused> {
        let verdict = authenticate(&mut self.service, issued.secret.expose());
        match verdict.expect("a verdict") {
            Verdict::Valid(_) => None,
            Verdict::Refused(reason) => Some(reason),
        }
    }

    /// The events so far, as (number, actor, body); the chain must hold.
    pub fn events(&self) -> Vec<(i64, String, String)> {
        let store = self.store();
        let whole = store
            .read(|tx| events::check_chain(tx, None))
            .expect("read")
            .expect("a whole chain");
        let sql = "SELECT number, actor, body FROM events ORDER BY sequence";
        let events: Vec<(i64, String, String)> = raw(&self.place).rows(sql, ()).expect("read");
        assert_eq!(whole.events, i64::try_from(events.len()).expect("few"));
        events
    }

    /// Every row of every table, to see that nothing was written.
    pub fn dump(&self) -> Vec<String> {
        raw(&self.place).dump()
    }

    /// The numbers of the events so far.
    pub fn event_numbers(&self) -> Vec<i64> {
        self.events().iter().map(|event| event.0).collect()
    }
}

/// A service on a place, which is made if need be; the first user is `alice`.
pub fn service(place: &Place, clock: &Arc<SetClock>, hasher: &Hasher, seed: u64) -> Service {
    service_for(place, &account(), clock, hasher, seed)
}

/// The same for another account.
pub fn service_for(
    place: &Place,
    account: &OsAccount,
    clock: &Arc<SetClock>,
    hasher: &Hasher,
    seed: u64,
) -> Service {
    service_at(place, account, clock.clone(), hasher, seed, NOW)
}

/// A service on the database of this path as the program makes it, by the machine's clock, and its owner: the account that
/// the tests run as.
pub fn as_made(path: &Path, cost: Cost) -> (Service, Actor) {
    let account = Config::read().account;
    let (clock, hasher) = (Arc::new(SystemClock), Hasher::new(cost));
    let (place, now) = (at(path), clock.now());
    let mut service = service_at(&place, &account, clock, &hasher, 1, now);
    let owner = service.sign_in(&account.user_name(), &Arrival::default());
    (service, owner.expect("the first user"))
}

/// The same for a database that is said to have been made then.
fn service_at(
    place: &Place,
    account: &OsAccount,
    clock: Arc<dyn Clock>,
    hasher: &Hasher,
    seed: u64,
    made: Timestamp,
) -> Service {
    let mut random = StdRng::seed_from_u64(seed);
    let fill = &mut |bytes: &mut [u8]| random.fill(bytes);
    let store = create_or_open(place, account, made, fill);
    Service::new(store, clock, Box::new(random), hasher.clone()).expect("a service")
}

/// Opens a database that is said to have been made then, where there is none yet.
pub fn create_or_open(
    place: &Place,
    account: &OsAccount,
    made: Timestamp,
    fill: &mut dyn FnMut(&mut [u8]) -> Result<(), Trouble>,
) -> Store {
    let mut open = |place: &Place, now| Store::create_or_open(place, account, now, fill);
    let store = match place {
        Place::Server(address) => {
            // A server is not opened by a clock that differs much from its own; its tables are the owner's.
            let now = SystemClock.now();
            let made_by_owner = open(&as_owner(place.clone()), now);
            drop(made_by_owner.expect("opened"));
            postgres::backdate(address, now.0, made.0);
            open(place, now)
        }
        _ => open(place, made),
    };
    store.expect("opened")
}

fn demo_account() -> OsAccount {
    OsAccount {
        name: demo::FULL_ACCESS_USER.to_owned(),
        ..account()
    }
}

/// A database like the demo's, which is seeded once and copied; it is there as long as anybody is connected to it.
fn copy_of_demo() -> (Place, Raw) {
    static SEEDED: LazyLock<Mutex<(Place, Raw)>> = LazyLock::new(|| {
        let (place, hasher) = (fresh(), Hasher::new(Cost::REAL));
        let clock = Arc::new(SetClock::new(NOW));
        let made = demo::began(NOW);
        let mut service = service_at(&place, &demo_account(), clock, &hasher, 1, made);
        demo::seed(
            &mut service,
            demo::FULL_ACCESS_USER,
            demo::KEYS,
            &mut |_| Ok(()),
        )
        .expect("seeded");
        let kept = raw(&place);
        if let Place::Server(address) = &place {
            postgres::keep_for_all(address);
        }
        Mutex::new((place, kept))
    });
    let place = fresh();
    let kept = raw(&place);
    SEEDED.lock().expect("seeded").1.copy_to(&place);
    (place, kept)
}

/// Judges what a client sent, and notes it, as `keyward verify` does.
pub fn authenticate(service: &mut Service, sent: &str) -> Result<Verdict, Trouble> {
    let judged = service.judge(sent.as_bytes(), &Asked::default())?;
    service.note_use(judged.noted);
    Ok(judged.verdict)
}

/// What is typed for a new key that never expires.
pub fn draft(name: &str) -> ApiKeyDraft {
    ApiKeyDraft {
        name: name.to_owned(),
        ..ApiKeyDraft::blank(AUDITOR, Tz::UTC)
    }
}

/// What is typed for a new user.
pub fn user_draft(name: &str, role: RoleId) -> UserDraft {
    UserDraft::from(UserFields {
        name: name.to_owned(),
        full_name: String::new(),
        role,
        locale: None,
        zone: None,
        locked_out: None,
    })
}

/// The rights as a set.
pub fn rights(rights: &[Right]) -> Rights {
    Rights::from_names(rights.iter().map(|right| right.name().to_owned()))
}

/// What is typed for a new role with these rights, and with access to the console.
pub fn role_draft(name: &str, held: &[Right]) -> RoleDraft {
    RoleDraft::from(RoleFields {
        name: name.to_owned(),
        rights: rights(held),
        ..RoleFields::default()
    })
}

/// The filter that somebody types who sees times in UTC.
#[track_caller]
pub fn filter<L: Listed>(text: &str) -> Filter<L> {
    Filter::parse(text, Tz::UTC).expect(text)
}

/// Every undeleted key, by name.
pub fn everything() -> WindowQuery<KeyRow> {
    all_of()
}

/// All of a list, as it is shown at first.
pub fn all_of<L: Listed>() -> WindowQuery<L> {
    WindowQuery {
        filter: Filter::default(),
        order: L::FIRST_ORDER,
        anchor: Anchor::First,
        rows: 10_000,
    }
}
