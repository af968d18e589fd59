//! A real sshd on the loopback address, with host and user keys and a database of its own, and clients of it. Every
//! wait is for something, up to a time limit.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use keyward::config::Config;
use keyward::domain::id::FULL_ACCESS;
use tempfile::TempDir;

use super::database::{CHEAP, as_made, user_draft};
pub use super::process::program;
pub use super::program::KEYWARD;
use super::pty::{Pty, Start};

/// How long anything may take on a busy machine before the test has failed.
const LIMIT: Duration = Duration::from_secs(20);

/// The administrators, whose lines `keyward ssh-line` makes.
const ADMINISTRATORS: [&str; 2] = ["alice", "bob"];
/// A user for scripts, in the recipe.
const FOR_SCRIPTS: &str = "ci";
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

/// What an sshd lets through that is to make no difference to commands.
const VARIABLES: &str = "\
AcceptEnv KEYWARD_DB XDG_DATA_HOME HOME USER SSH_ORIGINAL_COMMAND
";

/// What an sshd serves: an account, its administrators' keys, and the database that they share.
pub struct Site {
    /// Where the keys are.
    pub directory: PathBuf,
    pub account: String,
    pub database: PathBuf,
    /// The program as the account that owns the database starts it.
    pub owners: Vec<String>,
    /// Removed at the end.
    pub temporary: Option<TempDir>,
}

/// A running sshd.
pub struct Sshd {
    pub site: Site,
    pub port: u16,
    daemon: Child,
}

impl Site {
    /// The account that runs the tests, with a database and keys of its own.
    pub fn own() -> Site {
        Site::with_lines(&[])
    }

    /// The same, with lines that `keyward ssh-line` makes with these options.
    pub fn with_lines(options: &[&str]) -> Site {
        // Where the build is, others may not write, as StrictModes wants it; in /tmp everybody may.
        let temporary = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
        let directory = temporary.path().to_owned();
        // It has to be quoted in the lines of the keys.
        let database = directory.join("of all $HOME/keyward.db");
        make_database(&database);
        let site = Site {
            directory,
            account: Config::read().account.name,
            database,
            owners: vec![KEYWARD.to_owned()],
            temporary: Some(temporary),
        };
        site.make_keys();
        let mut lines = fs::read_to_string(site.path("unbound.pub")).expect("a key");
        for user in ADMINISTRATORS {
            let key = site.path(&format!("{user}.pub")).display().to_string();
            let made = site.keyward(&[&["ssh-line", "--user", user, &key], options].concat());
            assert!(made.status.success(), "{made:?}");
            lines += &String::from_utf8(made.stdout).expect("text");
        }
        fs::write(site.path("keys"), lines).expect("written");
        site
    }

    /// Makes the keys of the host and of everybody.
    pub fn make_keys(&self) {
        for name in [&["host", UNBOUND, FOR_SCRIPTS], &ADMINISTRATORS[..]].concat() {
            make_key(&self.path(name), name);
        }
    }

    /// A file beside the keys.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// The program on the database, as the account that owns it.
    pub fn owner(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.owners[0]);
        command
            .args(&self.owners[1..])
            .args(args)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("KEYWARD_DB", &self.database)
            .stdin(Stdio::null());
        command
    }

    /// What that prints.
    pub fn keyward(&self, args: &[&str]) -> Output {
        self.owner(args).output().expect("ran")
    }

    /// The settings of a client.
    fn write_client(&self, port: u16) {
        let host = fs::read_to_string(self.path("host.pub")).expect("a key");
        let known = format!("[127.0.0.1]:{port} {host}");
        fs::write(self.path("known_hosts"), known).expect("written");
        let client = format!(
            "Host keyward\nHostName 127.0.0.1\nPort {port}\nUser {}\nIdentitiesOnly yes\nIdentityAgent none\n\
             UserKnownHostsFile \"{}\"\nGlobalKnownHostsFile none\nStrictHostKeyChecking yes\n\
             BatchMode yes\nPreferredAuthentications publickey\nLogLevel ERROR\n",
            self.account,
            self.path("known_hosts").display(),
        );
        fs::write(self.path("ssh_config"), client).expect("written");
    }
}

impl Sshd {
    /// One that forbids nothing by itself, for the account that runs the tests; none where there is no sshd.
    pub fn lax() -> Option<Sshd> {
        program("sshd")?;
        let site = Site::own();
        let settings = LAX.replace("DIRECTORY", site.directory.to_str().expect("UTF-8"));
        Some(Sshd::start(site, &settings))
    }

    /// The same, with lines that allow commands, and with variables of the client's.
    pub fn with_commands() -> Option<Sshd> {
        program("sshd")?;
        let site = Site::with_lines(&["--commands"]);
        let settings = LAX.replace("DIRECTORY", site.directory.to_str().expect("UTF-8"));
        Some(Sshd::start(site, &(settings + VARIABLES)))
    }

    /// One with these settings.
    pub fn start(site: Site, settings: &str) -> Sshd {
        make_privilege_separation_directory();
        let others = others_may_write(&site.directory);
        let strict = if others { "no" } else { "yes" };
        let host = site.path("host").display().to_string();
        // A free port may be taken by somebody else before sshd has it.
        let started = (0..5).find_map(|_| {
            let port = free_port();
            let config = format!(
                "Port {port}\nListenAddress 127.0.0.1\nHostKey \"{host}\"\nPidFile none\nUsePAM no\n\
                 StrictModes {strict}\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n\
                 PermitRootLogin prohibit-password\nSubsystem sftp internal-sftp\n{settings}"
            );
            fs::write(site.path("sshd_config"), config).expect("written");
            listening(&site, port).map(|daemon| (port, daemon))
        });
        let (port, daemon) = started.expect("sshd");
        site.write_client(port);
        Sshd { site, port, daemon }
    }

    /// The arguments with which a client of OpenSSH comes as this user.
    pub fn arguments(&self, user: &str) -> Vec<String> {
        let path = |name: &str| self.site.path(name).display().to_string();
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
            ..Start::new(&self.site.directory, &args)
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
            .env("HOME", &self.site.directory)
            .stdin(Stdio::null());
        client
    }

    /// The system events with these numbers.
    pub fn events(&self, numbers: &[i64]) -> Vec<serde_json::Value> {
        let told = self.site.keyward(&["events", "--format", "jsonl"]);
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
        let database = self.site.database.to_str().expect("UTF-8");
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

/// A database with the administrators, and the account itself.
fn make_database(path: &Path) {
    let (mut service, owner) = as_made(path, CHEAP);
    for name in ADMINISTRATORS {
        let draft = user_draft(name, FULL_ACCESS);
        service.create_user(&owner, &draft).expect("created");
    }
}

/// An sshd that listens on this port, unless somebody else has it.
fn listening(site: &Site, port: u16) -> Option<Child> {
    let log = fs::File::create(site.path("log")).expect("a log");
    let mut daemon = Command::new(program("sshd").expect("sshd"))
        .args(["-D", "-e", "-f"])
        .arg(site.path("sshd_config"))
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
    up.then_some(daemon)
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
