//! A real sshd on the loopback address, with host and user keys and a database of its own, and clients of it. Every
//! wait is for something, up to a time limit.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use keyward::auth::hash::{Cost, Hasher};
use keyward::auth::random::{Random, SystemRandom};
use keyward::clock::{Clock, SystemClock};
use keyward::config::Config;
use keyward::domain::role::FULL_ACCESS;
use keyward::domain::user::{Arrival, UserDraft};
use keyward::service::Service;
use keyward::store::{Place, Store};
use tempfile::TempDir;

use super::pty::{Pty, Start};

/// How long anything may take on a busy machine before the test has failed.
const LIMIT: Duration = Duration::from_secs(20);

pub const KEYWARD: &str = env!("CARGO_BIN_EXE_keyward");

/// The administrators, whose lines `keyward ssh-line` makes.
const ADMINISTRATORS: [&str; 2] = ["alice", "bob"];
/// Somebody whose line has no options: shows that what the others cannot do can be done.
pub const UNBOUND: &str = "unbound";

/// An sshd that allows what it can: nothing but the lines of the keys is in the way.
const LAX: &str = "\
AuthorizedKeysFile DIRECTORY/keys
AllowTcpForwarding yes
AllowStreamLocalForwarding yes
AllowAgentForwarding yes
X11Forwarding yes
PermitUserEnvironment yes
PermitUserRC yes
AcceptEnv LANG LC_*
";

/// A running sshd, its keys, and the database that its administrators share.
pub struct Sshd {
    directory: TempDir,
    pub port: u16,
    account: String,
    daemon: Child,
}

impl Sshd {
    /// One that forbids nothing by itself; none where there is no sshd.
    pub fn lax() -> Option<Sshd> {
        Sshd::start(LAX)
    }

    /// One with these settings, `DIRECTORY` and `ACCOUNT` filled in.
    pub fn start(settings: &str) -> Option<Sshd> {
        let program = program("sshd")?;
        // Where the build is, others may not write, as StrictModes wants it; in /tmp everybody may.
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
        let account = Config::read().account.name;
        let path = directory.path().to_str().expect("UTF-8").to_owned();
        let settings = settings
            .replace("DIRECTORY", &path)
            .replace("ACCOUNT", &account);
        make_database(directory.path());
        for name in [&["host", UNBOUND], &ADMINISTRATORS[..]].concat() {
            make_key(&directory.path().join(name), name);
        }
        make_privilege_separation_directory();
        let strict = if others_may_write(directory.path()) {
            "no"
        } else {
            "yes"
        };
        // A free port may be taken by somebody else before sshd has it.
        let (port, daemon) = (0..5).find_map(|_| {
            let port = free_port();
            let config = format!(
                "Port {port}\nListenAddress 127.0.0.1\nHostKey \"{path}/host\"\nPidFile none\n\
                 UsePAM no\nStrictModes {strict}\nPasswordAuthentication no\n\
                 KbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\n\
                 Subsystem sftp internal-sftp\n{settings}"
            );
            let file = directory.path().join("sshd_config");
            fs::write(&file, config).expect("written");
            let log = fs::File::create(directory.path().join("log")).expect("a log");
            let mut daemon = Command::new(&program)
                .args(["-D", "-e", "-f"])
                .arg(&file)
                .env_clear()
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(log)
                .spawn()
                .expect("sshd");
            let up = until("sshd to listen", || {
                let ended = daemon.try_wait().expect("waited").is_some();
                let listens = TcpStream::connect(("127.0.0.1", port)).is_ok();
                (ended || listens).then_some(!ended)
            });
            up.then_some((port, daemon))
        })?;
        let sshd = Sshd {
            directory,
            port,
            account,
            daemon,
        };
        sshd.settle();
        Some(sshd)
    }

    /// Writes the lines of the keys, and the client's settings.
    fn settle(&self) {
        let path = |name: &str| self.path(name).display().to_string();
        let mut lines = fs::read_to_string(self.path(&format!("{UNBOUND}.pub"))).expect("a key");
        for user in ADMINISTRATORS {
            let key = path(&format!("{user}.pub"));
            let made = self.keyward(&["ssh-line", "--user", user, &key]);
            assert!(made.status.success(), "{made:?}");
            lines += &String::from_utf8(made.stdout).expect("text");
        }
        fs::write(self.path("keys"), lines).expect("written");
        let host = fs::read_to_string(self.path("host.pub")).expect("a key");
        let known = format!("[127.0.0.1]:{} {host}", self.port);
        fs::write(self.path("known_hosts"), known).expect("written");
        let client = format!(
            "Host keyward\nHostName 127.0.0.1\nPort {}\nUser {}\nIdentitiesOnly yes\nIdentityAgent none\n\
             UserKnownHostsFile \"{}\"\nGlobalKnownHostsFile none\nStrictHostKeyChecking yes\n\
             BatchMode yes\nPreferredAuthentications publickey\nLogLevel ERROR\n",
            self.port,
            self.account,
            path("known_hosts"),
        );
        fs::write(self.path("ssh_config"), client).expect("written");
    }

    /// A file beside the keys.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The database. Its path has to be quoted in the lines of the keys.
    pub fn database(&self) -> PathBuf {
        database(self.directory.path())
    }

    /// What sshd has said so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// The arguments with which a client of OpenSSH comes as this user.
    pub fn arguments(&self, user: &str) -> Vec<String> {
        let path = |name: &str| self.path(name).display().to_string();
        ["-F", &path("ssh_config"), "-i", &path(user)]
            .map(str::to_owned)
            .to_vec()
    }

    /// `ssh -tt keyward` in a pseudo terminal as this user, with more options before the host and words behind it.
    pub fn console(&self, user: &str, options: &[&str], words: &[&str]) -> Pty {
        self.console_from(&[], user, options, words)
    }

    /// The same where the client's environment has these variables besides.
    pub fn console_from(
        &self,
        variables: &[&str],
        user: &str,
        options: &[&str],
        words: &[&str],
    ) -> Pty {
        let own = self.arguments(user);
        let own: Vec<&str> = own.iter().map(String::as_str).collect();
        let args = [
            variables,
            &["ssh"],
            &own,
            &["-tt"],
            options,
            &["keyward"],
            words,
        ]
        .concat();
        Start {
            program: "/usr/bin/env",
            ..Start::new(self.directory.path(), &args)
        }
        .go()
    }

    /// A client without a terminal, `ssh` or another one, with nothing to read.
    pub fn client(&self, program: &str, user: &str, args: &[&str]) -> Command {
        let mut client = Command::new(program);
        client
            .args(self.arguments(user))
            .args(args)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.directory.path())
            .stdin(Stdio::null());
        client
    }

    /// The program itself on the database, as the account that owns it.
    pub fn keyward(&self, args: &[&str]) -> Output {
        Command::new(KEYWARD)
            .args(args)
            .env_clear()
            .env("KEYWARD_DB", self.database())
            .stdin(Stdio::null())
            .output()
            .expect("ran")
    }

    /// The system events with these numbers.
    pub fn events(&self, numbers: &[i64]) -> Vec<serde_json::Value> {
        let told = self.keyward(&["events", "--format", "json"]);
        assert!(told.status.success(), "{told:?}");
        let told = String::from_utf8(told.stdout).expect("text");
        let events = told
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
        let wanted = |event: &serde_json::Value| {
            let number = event["number"].as_i64().expect("a number");
            numbers.contains(&number)
        };
        events.filter(wanted).collect()
    }

    /// The process of the console that somebody has open.
    pub fn console_process(&self) -> u32 {
        until("a console", || self.find_console())
    }

    /// Waits until nobody has a console open.
    pub fn no_console(&self) {
        until("the console to end", || {
            self.find_console().is_none().then_some(())
        });
    }

    fn find_console(&self) -> Option<u32> {
        let database = self.database();
        let database = database.to_str().expect("UTF-8");
        let processes = fs::read_dir("/proc").expect("proc");
        processes.filter_map(Result::ok).find_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let words = fs::read(entry.path().join("cmdline")).ok()?;
            let mut words = words.split(|byte| *byte == 0);
            let program = words.next() == Some(KEYWARD.as_bytes());
            let ours = words.any(|word| word == database.as_bytes());
            (program && ours).then_some(pid)
        })
    }

    /// The process of sshd that serves this console.
    pub fn session_of(&self, console: u32) -> u32 {
        let mut pid = console;
        loop {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("a process");
            // pid (name) state parent
            let (name, rest) = stat.rsplit_once(')').expect("a name");
            if pid != console && name.contains("(sshd") {
                assert_ne!(pid, self.daemon.id());
                return pid;
            }
            let parent = rest.split_whitespace().nth(1).expect("a parent");
            pid = parent.parse().expect("a number");
        }
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// Tries until there is an answer.
#[track_caller]
#[expect(clippy::disallowed_methods, reason = "measures programs from outside")]
pub fn until<T>(what: &str, mut answer: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = answer() {
            return found;
        }
        assert!(start.elapsed() < LIMIT, "waited in vain for {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// Waits until a program's standard error has a line with these words, or is at its end.
pub fn says(child: &mut Child, words: &str) -> bool {
    let errors = BufReader::new(child.stderr.take().expect("piped"));
    errors
        .lines()
        .map_while(Result::ok)
        .any(|line| line.contains(words))
}

/// Where a program of the system is; sshd is where an ordinary account's PATH does not look.
pub fn program(name: &str) -> Option<PathBuf> {
    ["/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin"]
        .map(|directory| Path::new(directory).join(name))
        .into_iter()
        .find(|path| path.is_file())
}

fn database(directory: &Path) -> PathBuf {
    directory.join("of all $HOME/keyward.db")
}

/// A database with the administrators, and the account itself.
fn make_database(directory: &Path) {
    let account = Config::read().account;
    let place = Place::File(database(directory));
    let fill = &mut |bytes: &mut [u8]| SystemRandom.fill(bytes);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store = Store::create_or_open(&place, &account, clock.now(), fill).expect("made");
    let hasher = Hasher::new(Cost::CHEAP);
    let service = Service::new(store, clock, Box::new(SystemRandom), hasher);
    let mut service = service.expect("a service");
    let owner = service.sign_in(&account.name, &Arrival::default());
    let owner = owner.expect("the first user");
    for name in ADMINISTRATORS {
        let draft = UserDraft {
            name: name.to_owned(),
            full_name: String::new(),
            role: FULL_ACCESS,
            locale: None,
            time_zone: None,
            locked_out: false,
        };
        service.create_user(&owner, &draft).expect("created");
    }
}

fn make_key(path: &Path, comment: &str) {
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f"])
        .arg(path)
        .status();
    assert!(made.expect("ssh-keygen").success());
}

/// sshd started by root wants this directory, which a service manager would make.
fn make_privilege_separation_directory() {
    if Config::read().account.uid == 0 {
        let _ = fs::DirBuilder::new().mode(0o755).create("/run/sshd");
    }
}

/// Whether somebody else could put a file in the place of this directory, as sshd judges it.
fn others_may_write(directory: &Path) -> bool {
    let uid = Config::read().account.uid;
    directory.ancestors().any(|part| {
        let facts = fs::metadata(part).expect("a directory");
        facts.mode() & 0o022 != 0 || ![0, uid].contains(&facts.uid())
    })
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}
