//! Somebody changes keys and roles at random while clients ask: no answer is from before a change that was there when its
//! request began.

use std::io;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, RwLock};
use std::thread;

use keyward::auth::hash::Hasher;
use keyward::auth::proof::Proofs;
use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::id::{KeyId, RoleId};
use keyward::domain::rights::Rights;
use keyward::domain::role::RoleDraft;
use keyward::domain::secret::Overlap;
use keyward::serve::hashing::Hashing;
use keyward::serve::judging::Judging;
use keyward::serve::listen::{Handover, Listen, Listener};
use keyward::serve::metrics::Face;
use keyward::serve::noting::Noting;
use keyward::serve::{self, Options, Parts};
use keyward::service::Service;
use keyward::store::Store;
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::support::database::{Bench, CHEAP, Raw, account, at, draft, on_disk, raw, role_draft};
use crate::support::server::Client;

const COMMITS: usize = 10_000;
const KEYS: usize = 4;
/// The threads that answer.
const THREADS: usize = 2;

/// Which of its secrets opens each key, by number.
type Open = [Option<usize>; KEYS];

/// What the clients know of what the writer does.
#[derive(Default)]
struct Told {
    secrets: [RwLock<Vec<String>>; KEYS],
    /// After each commit, with the one that is on its way.
    open: RwLock<Vec<Open>>,
    /// How many commits have begun, and how many have returned.
    begun: AtomicUsize,
    returned: AtomicUsize,
    over: AtomicBool,
}

/// A key as the writer believes it to be.
#[derive(Clone, Copy)]
struct Key {
    id: KeyId,
    role: usize,
    locked: bool,
    deleted: bool,
    secret: usize,
}

struct Writer {
    bench: Bench,
    hand: Rc<Raw>,
    told: Arc<Told>,
    keys: [Key; KEYS],
    /// Each with whether it allows the web service API.
    roles: [(RoleId, bool); 2],
    random: u64,
}

impl Writer {
    /// A number below this one.
    fn any(&mut self, below: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        usize::try_from(self.random >> 33).expect("a number") % below
    }

    fn open(&self) -> Open {
        self.keys.map(|key| {
            let opens = !key.locked && !key.deleted && self.roles[key.role].1;
            opens.then_some(key.secret)
        })
    }

    /// A commit, after which the keys and roles are as they are believed to be now.
    fn commit<T>(&mut self, does: impl FnOnce(&mut Bench) -> T) -> T {
        let open = self.open();
        self.told.open.write().expect("told").push(open);
        self.told.begun.fetch_add(1, Ordering::SeqCst);
        let done = does(&mut self.bench);
        self.told.returned.fetch_add(1, Ordering::SeqCst);
        done
    }

    /// A commit of another program's.
    fn by_hand(&mut self, sql: &str, id: i64) {
        let hand = Rc::clone(&self.hand);
        self.commit(|_| hand.execute(sql, [id]).expect("changed"));
    }

    fn keys_of(&self, role: usize) -> Vec<usize> {
        (0..KEYS)
            .filter(|key| self.keys[*key].role == role)
            .collect()
    }

    /// Changes something at random; gives the keys for which it may matter.
    fn step(&mut self) -> Vec<usize> {
        let at = self.any(KEYS);
        let Key { id, deleted, .. } = self.keys[at];
        match self.any(11) {
            _ if deleted => {
                self.keys[at].deleted = false;
                self.commit(|bench| {
                    bench.by_alice(|service, alice| service.restore_key(alice, id));
                });
            }
            0 => {
                self.keys[at].deleted = true;
                self.commit(|bench| bench.by_alice(|service, alice| service.delete_key(alice, id)));
            }
            1 => {
                let locked = !self.keys[at].locked;
                self.keys[at].locked = locked;
                self.commit(|bench| {
                    bench.by_alice(|service, alice| {
                        if locked {
                            service.lock_out_key(alice, id, "")
                        } else {
                            service.unlock_key(alice, id)
                        }
                    });
                });
            }
            2 => {
                let issued = self.commit(|bench| bench.issue(id));
                let mut secrets = self.told.secrets[at].write().expect("told");
                secrets.push(issued.secret.expose().to_owned());
                self.keys[at].secret = secrets.len() - 1;
                drop(secrets);
                self.commit(|bench| bench.deliver(&issued, Some(Overlap::None)));
            }
            3..=5 => {
                let role = 1 - self.keys[at].role;
                self.keys[at].role = role;
                let sum = self.roles[0].0.0 + self.roles[1].0.0;
                let sql = format!("UPDATE api_keys SET role = {sum} - role WHERE id = ?1");
                self.by_hand(&sql, id.0);
            }
            6..=8 => {
                let role = self.any(2);
                self.roles[role].1 = !self.roles[role].1;
                let sql = "UPDATE roles SET web_service = NOT web_service WHERE id = ?1";
                self.by_hand(sql, self.roles[role].0.0);
                return self.keys_of(role);
            }
            _ => {
                let role = self.any(2);
                self.roles[role].1 = !self.roles[role].1;
                let (of, web_service) = self.roles[role];
                self.commit(|bench| {
                    bench.by_alice(|service, alice| {
                        let before = service.role_properties(alice, of)?.fields;
                        let mut draft = RoleDraft::from(&before);
                        draft.web_service = web_service;
                        service.save_role(alice, of, &before, &draft)
                    })
                });
                return self.keys_of(role);
            }
        }
        vec![at]
    }
}

fn opens(client: &mut Client, secret: &str) -> bool {
    let headers = [("api-secret-key", secret)];
    let answer = client.ask("GET", "/auth-request/read", &headers);
    assert!([200, 401].contains(&answer.status), "{answer:?}");
    answer.status == 200
}

/// Asks about any key, with one of its last two secrets, until it is over. Gives how many answers it had.
fn ask(told: &Told, client: &mut Client) -> usize {
    let mut asked = 0;
    while !told.over.load(Ordering::SeqCst) {
        asked += 1;
        let key = asked % KEYS;
        let (secret, number) = {
            let secrets = told.secrets[key].read().expect("told");
            let number = secrets.len() - 1 - (asked / KEYS % 2).min(secrets.len() - 1);
            (secrets[number].clone(), number)
        };
        let before = told.returned.load(Ordering::SeqCst);
        let answer = opens(client, &secret);
        let after = told.begun.load(Ordering::SeqCst);
        let open = told.open.read().expect("told");
        let could = |open: &Open| (open[key] == Some(number)) == answer;
        let states = &open[before..=after];
        assert!(
            states.iter().any(could),
            "key {key}, secret {number}: {answer}, {states:?}"
        );
    }
    asked
}

/// A server of this process on a socket in a directory; it serves until the process ends.
fn serve(bench: &Bench, socket: std::path::PathBuf) {
    let clock = bench.clock.clone();
    let service = |store: Store| {
        let random = Box::new(StdRng::seed_from_u64(5));
        Service::new(store, clock.clone(), random, Hasher::new(CHEAP)).expect("a service")
    };
    let reader = || {
        let store = Store::open_to_answer(&bench.place, &account());
        service(store.expect("opened"))
    };
    let watch = Store::open_reader(&bench.place, &account(), Arc::default()).expect("opened");
    let notes = Store::open_to_verify(&bench.place, &account()).expect("opened");
    let proofs = Proofs::new(&mut StdRng::seed_from_u64(6)).expect("random bytes");
    let hashing = Hashing::start(Hasher::new(CHEAP), proofs, 1).expect("a thread");
    let noting = Noting::start(service(notes)).expect("a thread");
    let listener = Listener::open(&Listen::Unix(socket), 0o600, &mut Handover::take());
    let parts = Parts {
        readers: (0..THREADS).map(|_| reader()).collect(),
        watch: service(watch),
        judging: Judging::new(hashing, noting, clock.clone()),
        writers: Vec::new(),
        listeners: vec![(Face::Auth, listener.expect("a socket"))],
        options: Options::default(),
        connections: 100,
        clock: clock.clone(),
        log: Box::new(io::sink()),
    };
    thread::spawn(move || serve::run(parts).expect("served"));
}

#[test]
fn no_answer_is_from_before_a_change_that_was_there_when_it_was_asked_for() {
    let (directory, path) = on_disk();
    let mut bench = Bench::on(at(&path));
    // What is committed must be seen, and need not be on the disk.
    let store = Store::open_to_verify(&bench.place, &account()).expect("opened");
    let random = Box::new(StdRng::seed_from_u64(7));
    let hasher = bench.hasher.clone();
    bench.service = Service::new(store, bench.clock.clone(), random, hasher).expect("a service");
    let told = Arc::new(Told::default());
    let roles = ["One", "Other"].map(|name| {
        let mut role = role_draft(name, &[]);
        (role.web_service, role.rights) = (true, Rights::view_only());
        (bench.role(&role), true)
    });
    let keys = std::array::from_fn(|at| {
        let named = draft(&format!("key {at}"));
        let of = ApiKeyDraft {
            role: roles[at % 2].0,
            ..named
        };
        let issued = bench.by_alice(|service, alice| service.create_key(alice, &of));
        bench.deliver(&issued, None);
        let mut secrets = told.secrets[at].write().expect("told");
        secrets.push(issued.secret.expose().to_owned());
        Key {
            id: issued.key,
            role: at % 2,
            locked: false,
            deleted: false,
            secret: 0,
        }
    });
    serve(&bench, directory.path().join("auth.sock"));
    let connect = || Client::connect("unix:auth.sock", directory.path());
    let hand = raw(&bench.place);
    if hand.is_sqlite() {
        hand.execute_batch("PRAGMA synchronous = OFF").expect("set");
    }
    let mut writer = Writer {
        bench,
        hand: Rc::new(hand),
        told: Arc::clone(&told),
        keys,
        roles,
        random: 0x5eed_5eed_5eed,
    };
    told.open.write().expect("told").push(writer.open());
    let mut another = connect();
    thread::scope(|scope| {
        let beside = scope.spawn(|| ask(&told, &mut another));
        let mut client = connect();
        let is_over = Over(&told);
        while told.returned.load(Ordering::SeqCst) < COMMITS {
            for key in writer.step() {
                let open = writer.open()[key];
                let secrets = told.secrets[key].read().expect("told");
                let last = secrets.len() - 1;
                // The client beside this one asks with the secret before it, too.
                let answer = opens(&mut client, &secrets[last]);
                assert_eq!(answer, open == Some(last), "key {key}, secret {last}");
            }
        }
        drop(is_over);
        assert!(beside.join().expect("asked") > COMMITS / 10);
    });
}

/// Lets the clients end, also where something was wrong.
struct Over<'a>(&'a Told);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.over.store(true, Ordering::SeqCst);
    }
}
