//! `PostgreSQL` servers of a test's own: a primary, and standbys that stream from it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use keyward::config::Config;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio_postgres::{NoTls, SimpleQueryMessage};

use super::process::{eventually, program, skip};

/// The schema of the database.
const SCHEMA: &str = "keyward";
/// The port of the first server; the others follow. Only their sockets have these numbers.
const PORT: u16 = 5500;

/// Servers by their numbers; the first one begins as the primary.
pub struct Cluster {
    directory: TempDir,
    programs: PathBuf,
    servers: Vec<Server>,
}

/// A server that was started.
struct Server {
    running: Option<Child>,
    client: OnceLock<Client>,
}

/// A connection of the superuser's.
struct Client {
    runtime: Runtime,
    connection: tokio_postgres::Client,
}

impl Cluster {
    /// A primary. Nothing where there is no `PostgreSQL`.
    pub fn start(settings: &[&str]) -> Option<Cluster> {
        Cluster::start_in(None, settings)
    }

    /// The same in a network namespace.
    pub fn start_in(namespace: Option<&str>, settings: &[&str]) -> Option<Cluster> {
        let Some(programs) = programs() else {
            skip("there is no PostgreSQL");
            return None;
        };
        let directory = tempfile::Builder::new()
            .prefix("keyward-cluster.")
            .tempdir_in("/tmp");
        let mut cluster = Cluster {
            directory: directory.expect("a directory"),
            programs,
            servers: Vec::new(),
        };
        if is_root() {
            let owned = Command::new("chown")
                .arg("nobody:nogroup")
                .arg(cluster.path())
                .status();
            assert!(owned.expect("ran").success());
        }
        let data = cluster.data(0);
        let made = cluster
            .run("initdb")
            .args(["--username=postgres", "--auth=trust", "--no-sync"])
            .args(["--encoding=UTF8", "--locale=C.UTF-8", "--pgdata"])
            .arg(&data)
            .output();
        assert!(made.expect("ran").status.success());
        let access = data.join("pg_hba.conf");
        let rules = fs::read_to_string(&access).expect("the rules");
        // The two namespaces of a test, in which nobody else is.
        let rules = rules + "host replication postgres 10.213.0.0/24 trust\n";
        fs::write(&access, rules).expect("written");
        cluster.begin(0, namespace, settings);
        cluster.sql(
            0,
            &format!(
                "CREATE ROLE keyward_owner LOGIN; CREATE ROLE keyward_verifier LOGIN;
                 CREATE SCHEMA {SCHEMA} AUTHORIZATION keyward_owner"
            ),
        );
        Some(cluster)
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The socket of a server, or of what stands before one.
    pub fn socket(&self, port: u16) -> PathBuf {
        self.path().join(format!(".s.PGSQL.{port}"))
    }

    pub fn port(server: usize) -> u16 {
        PORT + u16::try_from(server).expect("few")
    }

    /// The address of the database on these servers, in this order.
    pub fn address(&self, servers: &[usize]) -> String {
        let ports: Vec<u16> = servers
            .iter()
            .map(|server| Cluster::port(*server))
            .collect();
        self.address_of("keyward_owner", &ports)
    }

    /// The same for a role, by the numbers of the sockets.
    pub fn address_of(&self, role: &str, ports: &[u16]) -> String {
        let directory = self.path().display().to_string();
        let hosts: Vec<&str> = ports.iter().map(|_| &*directory).collect();
        let ports: Vec<String> = ports.iter().map(ToString::to_string).collect();
        format!(
            "postgres:///postgres?host={}&port={}&user={role}&options=-csearch_path%3D{SCHEMA}",
            hosts.join(","),
            ports.join(",")
        )
    }

    /// Adds a standby that streams from the first server, by its socket or over the network.
    pub fn add_standby(&mut self, namespace: Option<(&str, &str)>, settings: &[&str]) -> usize {
        let number = self.servers.len();
        let mut copy = match namespace {
            None => self.run("pg_basebackup"),
            Some((namespace, _)) => self.run_in(Some(namespace), "pg_basebackup"),
        };
        let from = self.path().display().to_string();
        let host = namespace.map_or(&*from, |(_, address)| address);
        let copied = copy
            .args(["-R", "--no-sync", "--checkpoint=fast", "-U", "postgres"])
            .args(["-h", host, "-p", &Cluster::port(0).to_string(), "-D"])
            .arg(self.data(number))
            .output()
            .expect("ran");
        let said = String::from_utf8_lossy(&copied.stderr);
        assert!(copied.status.success(), "{said}");
        self.begin(number, namespace.map(|(namespace, _)| namespace), settings);
        eventually("the standby is attached", || {
            let attached = "SELECT count(*) FROM pg_stat_wal_receiver";
            self.sql(number, attached) == "1"
        });
        number
    }

    /// Runs statements as the superuser; gives the first value of the answer.
    #[track_caller]
    pub fn sql(&self, server: usize, sql: &str) -> String {
        let client = self.servers[server]
            .client
            .get_or_init(|| self.connect(server).expect("connected"));
        let asked = client
            .runtime
            .block_on(client.connection.simple_query(sql))
            .expect(sql);
        let value = asked.iter().find_map(|said| match said {
            SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or_default().to_owned()),
            _ => None,
        });
        value.unwrap_or_default()
    }

    /// Waits until a standby knows all that the primary does.
    #[track_caller]
    pub fn catch_up(&self, standby: usize) {
        let now = self.sql(0, "SELECT pg_current_wal_insert_lsn()");
        let there = format!("SELECT pg_last_wal_replay_lsn() >= '{now}'");
        eventually("the standby has caught up", || {
            self.sql(standby, &there) == "t"
        });
    }

    /// Has the primary wait, for whoever connects from now on, until its standbys have applied a change.
    #[track_caller]
    pub fn have_confirmed(&self) {
        for setting in [
            "synchronous_standby_names = '*'",
            "synchronous_commit = remote_apply",
        ] {
            self.sql(0, &format!("ALTER SYSTEM SET {setting}"));
        }
        self.sql(0, "SELECT pg_reload_conf()");
        eventually("it is synchronous", || {
            self.sql(0, "SELECT sync_state FROM pg_stat_replication") == "sync"
        });
    }

    /// Ends a server as a crash does.
    pub fn crash(&mut self, server: usize) {
        let server = &mut self.servers[server];
        server.client.take();
        if let Some(mut running) = server.running.take() {
            let pid = i32::try_from(running.id()).expect("a process ID");
            kill(Pid::from_raw(pid), Signal::SIGQUIT).expect("sent");
            // One that was frozen hears of it.
            kill(Pid::from_raw(pid), Signal::SIGCONT).expect("sent");
            running.wait().expect("ended");
        }
    }

    /// Has a server answer nobody any more, as one whose disk hangs: it takes connections and says nothing.
    pub fn freeze(&self, server: usize) {
        let sessions = "SELECT string_agg(CAST(pid AS text), ' ') FROM pg_stat_activity
            WHERE application_name = 'keyward'";
        let sessions = self.sql(server, sessions);
        let running = self.servers[server].running.as_ref().expect("it runs");
        let pids = sessions.split(' ').filter_map(|pid| pid.parse().ok());
        let whole = i32::try_from(running.id()).expect("a process ID");
        for pid in pids.chain([whole]) {
            kill(Pid::from_raw(pid), Signal::SIGSTOP).expect("sent");
        }
    }

    /// Has a standby take the primary's place.
    pub fn promote(&self, standby: usize) {
        assert_eq!(self.sql(standby, "SELECT pg_promote(TRUE, 60)"), "t");
    }

    fn data(&self, server: usize) -> PathBuf {
        self.path().join(format!("data{server}"))
    }

    /// Starts a server again that was ended.
    pub fn start_again(&mut self, server: usize) {
        let running = self.launch(server, None, &[]);
        self.servers[server].running = Some(running);
        eventually("the server answers", || self.connect(server).is_some());
    }

    fn begin(&mut self, number: usize, namespace: Option<&str>, settings: &[&str]) {
        let running = self.launch(number, namespace, settings);
        self.servers.push(Server {
            running: Some(running),
            client: OnceLock::new(),
        });
        eventually("the server answers", || self.connect(number).is_some());
    }

    fn launch(&self, number: usize, namespace: Option<&str>, settings: &[&str]) -> Child {
        let mut command = self.run_in(namespace, "postgres");
        let sockets = format!("unix_socket_directories={}", self.path().display());
        let port = format!("port={}", Cluster::port(number));
        let listens = match namespace {
            None => "listen_addresses=",
            Some(_) => "listen_addresses=*",
        };
        let usual = ["fsync=off", "full_page_writes=off", "max_connections=100"];
        let all = [&*sockets, &*port, listens].into_iter().chain(usual);
        for setting in all.chain(settings.iter().copied()) {
            command.args(["-c", setting]);
        }
        let log = self.path().join(format!("log{number}"));
        let running = command
            .arg("-D")
            .arg(self.data(number))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(&log).expect("a log"))
            .spawn();
        running.expect("started")
    }

    fn connect(&self, server: usize) -> Option<Client> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let address = self.address_of("postgres", &[Cluster::port(server)]);
        let connected = runtime.block_on(tokio_postgres::connect(&address, NoTls));
        let (connection, line) = connected.ok()?;
        runtime.spawn(line);
        Some(Client {
            runtime,
            connection,
        })
    }

    fn run(&self, name: &str) -> Command {
        self.run_in(None, name)
    }

    /// A program of the servers', as an ordinary account, in a directory that this can read. It ends with this thread.
    fn run_in(&self, namespace: Option<&str>, name: &str) -> Command {
        let mut command = match namespace {
            None => Command::new("setpriv"),
            Some(namespace) => {
                let mut command = Command::new("ip");
                command.args(["netns", "exec", namespace, "setpriv"]);
                command
            }
        };
        if is_root() {
            command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]);
        }
        command
            .args(["--pdeathsig=QUIT", "--"])
            .arg(self.programs.join(name))
            .current_dir(self.path());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for server in 0..self.servers.len() {
            self.crash(server);
        }
    }
}

fn is_root() -> bool {
    Config::read().account.uid == 0
}

/// Where the servers' programs are: the newest there is.
fn programs() -> Option<PathBuf> {
    program("setpriv")?;
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let found = versions.filter_map(|version| Some(version.ok()?.path().join("bin")));
    found
        .filter(|programs| programs.join("postgres").is_file())
        .max()
}
