//! Everything around a proxy: a database with keys, `keyward serve` on it, the service behind, and a certificate.

use std::fs::{self, Permissions};
use std::io::{BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use keyward::config::Config;
use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::id::{AUDITOR, FULL_ACCESS, KeyId, RoleId};
use keyward::domain::rights::Right;
use keyward::domain::role::{RoleDraft, RoleFields};

use super::application::Application;
use super::client::{ADDRESS, read_head};
use super::recipe::Recipe;
use super::support::database::{draft, rights};
use super::support::page;
use super::support::server::{House, Server};

/// The page of what all recipes have in common.
pub const COMMON: &str = "docs/proxies.md";
/// What stands before the number of such connections.
const OPEN: &str = "keyward_connections{listener=\"auth\"} ";
/// The group of the proxies that give up being root.
pub const GROUP: &str = "www-data";

/// The name of a key that no header could hold as it is.
pub const READS: &str = "reads, 監査";

/// Whether the tests run as root, so that some proxies become another account.
pub fn is_root() -> bool {
    Config::read().account.uid == 0
}

/// A key with a delivered secret.
pub struct Key {
    pub id: KeyId,
    pub secret: String,
}

/// The keys of the tests, each by what is special about it.
pub struct Keys {
    /// May only read.
    pub reads: Key,
    /// May do anything.
    pub writes: Key,
    /// Its role opens the service `billing`.
    pub billing: Key,
    /// Its role opens another service.
    pub crm: Key,
    /// For requests from the test's own address.
    pub here: Key,
    /// For requests from an address that is not the test's.
    pub elsewhere: Key,
    /// For one request a minute.
    pub once: Key,
}

impl Keys {
    fn every(&self) -> [&Key; 7] {
        [
            &self.reads,
            &self.writes,
            &self.billing,
            &self.crm,
            &self.here,
            &self.elsewhere,
            &self.once,
        ]
    }
}

/// A machine of the test's own: nothing in it is anybody else's.
pub struct Site {
    house: House,
    pub keys: Keys,
    pub application: Application,
    /// Where keyward listens on the loopback address.
    pub keyward_port: u16,
    keyward: Option<Server>,
    /// What earlier keywards wrote.
    log: String,
}

impl Site {
    pub fn new() -> Site {
        let mut house = House::new();
        let open = Permissions::from_mode(0o755);
        fs::set_permissions(house.directory.path(), open).expect("set");
        let keys = make_keys(&mut house);
        let mut site = Site {
            house,
            keys,
            application: Application::start(),
            keyward_port: free_port(),
            keyward: None,
            log: String::new(),
        };
        site.make_certificate();
        site.make_run();
        site.start_keyward();
        site
    }

    /// A file of the site.
    pub fn path(&self, name: &str) -> PathBuf {
        self.house.path(name)
    }

    pub fn directory(&self) -> &Path {
        self.house.directory.path()
    }

    /// The socket on which keyward is asked.
    pub fn socket(&self) -> String {
        self.path("run/auth.sock").display().to_string()
    }

    /// A recipe with this site's files in the place of those that every page names.
    pub fn fill(&self, recipe: Recipe) -> Recipe {
        let at = self.directory().display().to_string();
        let application = format!("127.0.0.1:{}", self.application.port);
        recipe
            .or_not("/run/keyward", &format!("{at}/run"))
            .or_not("/etc/ssl/api.example.org", &at)
            .or_not("/etc/ssl/keys.example.org", &at)
            .or_not("127.0.0.1:8080", &application)
    }

    /// What the lines print with which a page says that it can be tried, run by a shell with this key's secret. A host's
    /// port 443 is `https` there.
    pub fn try_out(&self, page: &str, key: &Key, https: u16) -> Vec<String> {
        let secret = format!("api-secret-key: {}\n", key.secret);
        fs::write(self.path("key.header"), secret).expect("written");
        let settings = format!(
            "silent\ncacert = {}\ninterface = \"{ADDRESS}\"\nconnect-to = \"::127.0.0.1:{https}\"\n",
            self.path("fullchain.pem").display()
        );
        fs::write(self.path(".curlrc"), settings).expect("written");
        let page = page::read(page);
        let blocks = page::blocks(page::section(&page, "## Trying it"));
        let lines = blocks.iter().flat_map(|block| block.lines());
        let run = |line: &str| {
            let line = line.replace("/run/keyward/auth.sock", &self.socket());
            let ran = Command::new("/bin/sh")
                .args(["-c", &line])
                .current_dir(self.directory())
                .env("HOME", self.directory())
                .output();
            String::from_utf8(ran.expect("ran").stdout).expect("text")
        };
        lines.map(run).collect()
    }

    pub fn lock_out(&mut self, key: KeyId) {
        let House { service, owner, .. } = &mut self.house;
        service.lock_out_key(owner, key, "").expect("locked out");
    }

    pub fn unlock(&mut self, key: KeyId) {
        let House { service, owner, .. } = &mut self.house;
        service.unlock_key(owner, key).expect("unlocked");
    }

    /// The secrets of all keys.
    pub fn secrets(&self) -> Vec<String> {
        let secrets = self.keys.every().map(|key| key.secret.clone());
        secrets.to_vec()
    }

    pub fn start_keyward(&mut self) {
        let auth = format!("unix:{}", self.socket());
        let tcp = format!("127.0.0.1:{}", self.keyward_port);
        let admin = format!("unix:{}", self.path("run/admin.sock").display());
        let api = format!("unix:{}", self.path("run/api.sock").display());
        let trust = ["--trust", "127.0.0.1"];
        let args = [
            &[
                "--auth", &auth, "--auth", &tcp, "--admin", &admin, "--api", &api,
            ],
            &trust[..],
        ]
        .concat();
        self.keyward = Some(self.house.serve(&args));
    }

    pub fn stop_keyward(&mut self) {
        if let Some(keyward) = self.keyward.take() {
            self.log += &keyward.log();
            let (ended, _) = keyward.stop();
            assert!(ended.success(), "{ended}");
        }
    }

    /// In the place of keyward, which has ended, what answers as keyward does that has trouble with its database.
    pub fn start_trouble(&self) {
        let unix = UnixListener::bind(self.socket()).expect("bound");
        let reached = Permissions::from_mode(0o660);
        fs::set_permissions(self.socket(), reached).expect("set");
        let tcp = TcpListener::bind(("127.0.0.1", self.keyward_port)).expect("bound");
        thread::spawn(move || {
            for stream in unix.incoming().flatten() {
                thread::spawn(|| answer_trouble(stream));
            }
        });
        thread::spawn(move || {
            for stream in tcp.incoming().flatten() {
                thread::spawn(|| answer_trouble(stream));
            }
        });
    }

    /// How many connections are open on which keyward is asked.
    pub fn connections(&self) -> u32 {
        let keyward = self.keyward.as_ref().expect("it runs");
        let metrics = keyward.ask("admin", "GET", "/metrics", &[]).body;
        let metrics = String::from_utf8(metrics).expect("text");
        let mut lines = metrics.lines();
        let open = lines.find_map(|line| line.strip_prefix(OPEN));
        open.and_then(|open| open.parse().ok()).expect(&metrics)
    }

    /// Everything that keyward wrote.
    pub fn keyward_log(&self) -> String {
        let now = self.keyward.as_ref().map(Server::log);
        [&*self.log, &now.unwrap_or_default()].concat()
    }

    /// The directory of the socket, made by the page's own line where the proxies are not the account that runs this.
    fn make_run(&self) {
        let run = self.path("run").display().to_string();
        if !is_root() {
            return fs::create_dir(run).expect("made");
        }
        let page = page::read(COMMON);
        let blocks = page::blocks(page::section(&page, "## Who may connect"));
        let line = blocks[0].lines().next().expect("a line");
        let line = line
            .replace("-o keyward", "-o root")
            .replace("/run/keyward", &run);
        let made = Command::new("/bin/sh").args(["-c", &line]).status();
        assert!(made.expect("ran").success(), "{line}");
    }

    /// A certificate for the hosts of the pages, as they name its files.
    fn make_certificate(&self) {
        let options = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=api.example.org \
                       -addext subjectAltName=DNS:api.example.org,DNS:keys.example.org -keyout key.pem -out fullchain.pem";
        let made = Command::new("openssl")
            .args(options.split_whitespace())
            .current_dir(self.directory())
            .stderr(Stdio::null())
            .status();
        assert!(made.expect("openssl").success());
        let [chain, key] =
            ["fullchain.pem", "key.pem"].map(|name| fs::read(self.path(name)).expect("made"));
        fs::write(self.path("combined.pem"), [chain, key].concat()).expect("written");
    }
}

fn make_keys(house: &mut House) -> Keys {
    let [billing, crm] = ["billing", "crm"].map(|opens| make_role(house, opens));
    let mut make = |draft: ApiKeyDraft| {
        let (id, secret) = house.key_of(&draft);
        let secret = secret.expose().to_owned();
        Key { id, secret }
    };
    let of = |name: &str, role| ApiKeyDraft {
        role,
        ..draft(name)
    };
    let from = |name: &str, addresses: &str| ApiKeyDraft {
        addresses: addresses.to_owned(),
        ..draft(name)
    };
    Keys {
        reads: make(of(READS, AUDITOR)),
        writes: make(of("writes", FULL_ACCESS)),
        billing: make(of("billing", billing)),
        crm: make(of("crm", crm)),
        here: make(from("here", &ADDRESS.to_string())),
        elsewhere: make(from("elsewhere", "192.0.2.0/24")),
        once: make(ApiKeyDraft {
            rate: "1".to_owned(),
            ..draft("once")
        }),
    }
}

/// A role whose keys read, and open only this service.
fn make_role(house: &mut House, opens: &str) -> RoleId {
    let role = RoleDraft::from(RoleFields {
        name: opens.to_owned(),
        web_service: true,
        rights: rights(&[Right::ViewApiKeys]),
        services: opens.to_owned(),
        ..RoleFields::default()
    });
    let House { service, owner, .. } = house;
    service.create_role(owner, &role).expect("created")
}

/// Answers every request of a connection with 503.
fn answer_trouble(stream: impl Read + Write) {
    let answer = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n";
    let mut stream = BufReader::new(stream);
    while read_head(&mut stream).is_some() && stream.get_mut().write_all(answer).is_ok() {}
}

/// A port that nobody listens on at this moment.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("bound");
    listener.local_addr().expect("an address").port()
}
