//! The line to a server over the network: what secures it, who is let in, and what an administrator is told where something
//! is missing. A command, `keyward doctor` and the console say the same.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Output;
use std::sync::Arc;
use std::thread;

use keyward::auth::random::{Random, SystemRandom};
use keyward::clock::{Clock, SystemClock};
use keyward::config::Config;
use keyward::store::{Place, Store};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;
use tempfile::TempDir;

#[path = "support"]
mod support {
    #![allow(dead_code, reason = "a part of what the tests use")]
    pub mod certificates;
    pub mod cluster;
    pub mod network;
    pub mod process;
    pub mod program;
    pub mod pty;
    pub mod sentence;
}

use support::certificates::Certificates;
use support::cluster::Cluster;
use support::network::{ADDRESSES, Network};
use support::process::eventually;
use support::program::keyward;
use support::pty::{Sighup, Start};

/// Who is let in how: dave with a password, carol with a certificate, and the others as they are.
const RULES: &str = "
local   all dave              scram-sha-256
local   all all               trust
host    all dave all          scram-sha-256
hostssl all carol all         cert
hostssl all all  all          trust
host    all all  127.0.0.1/32 trust
";

/// What dave's password is. Nothing that is printed has it.
const PASSWORD: &str = "sesame-3141";

/// A server on a host, with certificates, and an administrator's home.
struct Site {
    home: TempDir,
    /// Beside those of the home.
    variables: Vec<(&'static str, PathBuf)>,
    // It goes before the hosts.
    cluster: Cluster,
    network: Network,
    certificates: Certificates,
}

impl Site {
    /// Nothing where there can be none.
    fn new() -> Option<Site> {
        let certificates = Certificates::new()?;
        let network = Network::new()?;
        let at = format!("subjectAltName=DNS:localhost,IP:{}", ADDRESSES[0]);
        // It would do for a server that wants no more than to be named.
        certificates.authority("ours", "subjectAltName=DNS:localhost");
        certificates.authority("others", "subjectAltName=DNS:localhost");
        certificates.issue("good", "ours", "server", &at);
        let rules = certificates.path("pg_hba.conf");
        fs::write(&rules, RULES).expect("written");
        let rules = format!("hba_file={}", rules.display());
        let cluster = Cluster::start_in(Some(&network.names[0]), &[&rules])?;
        let site = Site {
            home: tempfile::tempdir().expect("a directory"),
            variables: Vec::new(),
            cluster,
            network,
            certificates,
        };
        site.set("ssl_ca_file", &site.path("ours.crt"));
        site.shows("good");
        for role in ["carol", "dave"] {
            site.sql(&format!("CREATE ROLE {role} LOGIN IN ROLE keyward_owner"));
        }
        site.sql(&format!("ALTER ROLE dave PASSWORD '{PASSWORD}'"));
        let place = Place::Server(site.cluster.address(&[0]));
        let fill = &mut |bytes: &mut [u8]| SystemRandom.fill(bytes);
        let account = Config::read().account;
        let made = Store::create_or_open(&place, &account, SystemClock.now(), fill);
        made.expect("made");
        Some(site)
    }

    fn sql(&self, sql: &str) {
        self.cluster.sql(0, sql);
    }

    fn set(&self, setting: &str, value: &str) {
        self.sql(&format!("ALTER SYSTEM SET {setting} = '{value}'"));
    }

    /// Has the server secure lines with this certificate.
    fn shows(&self, name: &str) {
        self.certificates.give(name);
        self.set("ssl_key_file", &self.path(&format!("{name}.key")));
        self.set("ssl", "on");
        self.set_now("ssl_cert_file", &self.path(&format!("{name}.crt")));
    }

    fn set_now(&self, setting: &str, value: &str) {
        self.set(setting, value);
        self.sql("SELECT pg_reload_conf()");
        eventually("it is set", || {
            self.cluster.sql(0, &format!("SHOW {setting}")) == value
        });
    }

    fn path(&self, file: &str) -> String {
        self.certificates.path(file).display().to_string()
    }

    /// The parameter that names one of the certificates' files.
    fn named(&self, parameter: &str, file: &str) -> String {
        format!("{parameter}={}", self.path(file))
    }

    /// A file in the home, which its owner alone can read.
    fn keep(&self, name: &str, content: &[u8]) {
        let path = self.home.path().join(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("made");
        fs::write(&path, content).expect("written");
        fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("set");
    }

    /// One of the certificates' files as one of the home's.
    fn keep_copy(&self, name: &str, of: &str) {
        let content = fs::read(self.certificates.path(of)).expect("read");
        self.keep(name, &content);
    }

    fn run(&self, host: usize, args: &[&str]) -> Output {
        let mut command = self.network.keyward(host, self.home.path(), args);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        let ran = command.output().expect("ran");
        for said in [&ran.stdout, &ran.stderr] {
            let said = String::from_utf8_lossy(said);
            assert!(!said.contains(PASSWORD), "{said}");
        }
        ran
    }

    /// What `keyward doctor` says of one thing, with its grade.
    fn doctor(&self, host: usize, address: &str, name: &str) -> Option<(String, String)> {
        let looked = self.run(host, &["doctor", "--json", "--db", address]);
        let said: Value = serde_json::from_slice(&looked.stdout).expect("JSON");
        let mut checks = said["checks"].as_array().expect("checks").iter();
        let found = checks.find(|check| check["name"] == name)?;
        let word = |name: &str| found[name].as_str().expect("a word").to_owned();
        Some((word("result"), word("said")))
    }

    /// The console, in which no line is wrapped: what it says before or in place of its first screen, and how it ends.
    fn console(&self, host: usize, address: &str, opens: bool) -> (String, u32) {
        let [ip, words @ ..] = self.network.before(host);
        let words = words.map(|word| word.to_str().expect("a word"));
        let rest = [support::program::KEYWARD, "--db", address];
        let args: Vec<&str> = words.into_iter().chain(rest).collect();
        let variables: Vec<(&str, &OsStr)> = self
            .variables
            .iter()
            .map(|(name, value)| (*name, value.as_os_str()))
            .collect();
        let start = Start {
            program: ip.to_str().expect("a path"),
            args: &args,
            home: self.home.path(),
            columns: 1_000,
            rows: 24,
            sighup: Sighup::Sent,
            variables: &variables,
        };
        let mut console = start.go();
        if opens {
            console.says("list.empty_read_only");
            console.send("q");
        }
        let code = console.end();
        let bytes = String::from_utf8_lossy(&console.bytes()).into_owned();
        assert!(!bytes.contains(PASSWORD), "{bytes}");
        (console.screen(), code)
    }

    /// A command, doctor and the console get in.
    #[track_caller]
    fn opens(&self, host: usize, address: &str) {
        let listed = self.run(host, &["key", "list", "--db", address]);
        let said = String::from_utf8_lossy(&listed.stderr);
        assert_eq!(listed.status.code(), Some(0), "{said}");
        let found = self.doctor(host, address, "database");
        assert_eq!(found, Some(("ok".to_owned(), address.to_owned())));
        let (said, code) = self.console(host, address, true);
        assert_eq!(code, 0, "{said}");
    }

    /// None of them does, and they tell why in the same words, with these among them.
    #[track_caller]
    fn refuses(&self, host: usize, address: &str, code: i32, gist: &[&str]) {
        let listed = self.run(host, &["key", "list", "--db", address]);
        let said = String::from_utf8_lossy(&listed.stderr);
        assert_eq!(listed.status.code(), Some(code), "{said}");
        assert!(listed.stdout.is_empty());
        let sentence = said.strip_prefix("keyward: ").expect(&said).trim_end();
        for words in gist {
            assert!(sentence.contains(words), "no {words:?}: {sentence}");
        }
        let found = self.doctor(host, address, "database");
        assert_eq!(found, Some(("failed".to_owned(), sentence.to_owned())));
        let (said, ended) = self.console(host, address, false);
        assert!(said.contains(sentence), "no {sentence:?}: {said}");
        assert_eq!(ended, u32::try_from(code).expect("a code"));
    }
}

/// The address of the database for a role, with these parameters.
fn address(host: &str, role: &str, parameters: &[&str]) -> String {
    let port = Cluster::port(0);
    let options = "options=-csearch_path%3Dkeyward";
    let rest = parameters.join("&");
    format!("postgres://{host}:{port}/postgres?user={role}&{options}&{rest}")
}

/// The host that the server is on, and another.
const HERE: usize = 0;
const AWAY: usize = 1;

#[test]
fn a_server_proves_who_it_is_or_gets_nothing() {
    let Some(site) = Site::new() else { return };
    let roots = |file: &str| site.named("sslrootcert", file);
    let at = |host: &str, parameters: &[&str]| address(host, "keyward_owner", parameters);
    let by = |file: &str| at("localhost", &[&roots(file)]);
    let ours = by("ours.crt");
    site.opens(HERE, &ours);
    let line = site.doctor(HERE, &ours, "line");
    assert_eq!(line, Some(("ok".to_owned(), "TLSv1.3".to_owned())));

    let nothing = ["no certificate of an authority", "sslrootcert"];
    let kept = site.home.path().join(".postgresql/root.crt");
    let gist = [nothing[0], nothing[1], kept.to_str().expect("a path")];
    let verified = at("localhost", &["sslmode=verify-full"]);
    site.refuses(HERE, &verified, 2, &gist);
    let beyond = at(ADDRESSES[0], &[]);
    site.refuses(AWAY, &beyond, 2, &gist);
    // Nothing goes over the network that others could read, whatever the address says.
    site.refuses(AWAY, &at(ADDRESSES[0], &["sslmode=disable"]), 2, &gist);
    site.keep_copy(".postgresql/root.crt", "ours.crt");
    site.opens(HERE, &verified);
    site.opens(AWAY, &beyond);
    let line = site.doctor(AWAY, &beyond, "line");
    assert_eq!(line, Some(("ok".to_owned(), "TLSv1.3".to_owned())));

    let other = ["not from an authority in", &site.path("others.crt")];
    site.refuses(HERE, &by("others.crt"), 2, &other);
    let none = ["cannot be used: No such file", &site.path("none.crt")];
    site.refuses(HERE, &by("none.crt"), 2, &none);
    let empty = ["cannot be used: no certificate in it"];
    site.refuses(HERE, &by("ours.key"), 2, &empty);
    let by_number = at("127.0.0.1", &[&roots("ours.crt")]);
    let gist = ["not for 127.0.0.1", "subjectAltName"];
    site.refuses(HERE, &by_number, 2, &gist);

    let issue = |name, names| site.certificates.issue(name, "ours", "localhost", names);
    issue("db9", "subjectAltName=DNS:db9");
    // The common name alone is looked at by nobody any more.
    issue("unnamed", "");
    for name in ["db9", "unnamed"] {
        site.shows(name);
        let gist = ["not for localhost", "subjectAltName", "another server"];
        site.refuses(HERE, &ours, 2, &gist);
    }
    let localhost = "subjectAltName=DNS:localhost";
    let certificates = &site.certificates;
    certificates.issue_at("3 days ago", "late", "ours", "localhost", localhost);
    site.shows("late");
    let gist = ["has expired, or is not valid yet", "Renew it", "clocks"];
    site.refuses(HERE, &ours, 2, &gist);
    site.shows("ours");
    site.refuses(HERE, &ours, 2, &["an authority's own", "CA:TRUE"]);
    site.set_now("ssl", "off");
    for (host, address) in [(HERE, &ours), (AWAY, &beyond)] {
        site.refuses(host, address, 2, &["has no TLS", "ssl = on"]);
    }
}

#[test]
fn a_certificate_lets_in_whom_it_names() {
    let Some(site) = Site::new() else { return };
    let certificates = &site.certificates;
    certificates.issue("carol", "ours", "carol", "");
    certificates.issue("eve", "ours", "eve", "");
    certificates.issue("other", "others", "carol", "");
    certificates.issue_at("3 days ago", "late", "ours", "carol", "");
    let roots = site.named("sslrootcert", "ours.crt");
    let with = |certificate: &str, key: &str| {
        let own = site.named("sslcert", &format!("{certificate}.crt"));
        let key = site.named("sslkey", &format!("{key}.key"));
        address("localhost", "carol", &[&roots, &own, &key])
    };
    let without = address("localhost", "carol", &[&roots]);
    site.opens(HERE, &with("carol", "carol"));
    let gist = ["requires a valid client certificate", "sslcert="];
    site.refuses(HERE, &without, 77, &gist);
    for (name, alert) in [("other", "UnknownCA"), ("late", "CertificateExpired")] {
        let file = site.path(&format!("{name}.crt"));
        let gist = ["does not accept", &file, alert, "ssl_ca_file"];
        site.refuses(HERE, &with(name, name), 77, &gist);
    }
    let gist = [
        "certificate authentication failed for user \"carol\"",
        "pg_hba.conf",
    ];
    site.refuses(HERE, &with("eve", "eve"), 77, &gist);
    let gist = ["eve.key is not the private key", "carol.crt"];
    site.refuses(HERE, &with("carol", "eve"), 2, &gist);

    site.keep_copy(".postgresql/postgresql.crt", "carol.crt");
    let gist = ["/.postgresql/postgresql.key cannot be used: No such file"];
    site.refuses(HERE, &without, 2, &gist);
    site.keep_copy(".postgresql/postgresql.key", "carol.key");
    site.opens(HERE, &without);
    let key = site.home.path().join(".postgresql/postgresql.key");
    fs::set_permissions(&key, Permissions::from_mode(0o644)).expect("set");
    let told = [
        "Others can read",
        "chmod 600",
        key.to_str().expect("a path"),
    ];
    site.refuses(HERE, &without, 2, &told);
}

#[test]
fn a_password_is_read_where_psql_reads_it_and_told_nowhere() {
    let Some(mut site) = Site::new() else { return };
    let roots = site.named("sslrootcert", "ours.crt");
    let secured = address("localhost", "dave", &[&roots]);
    let line = format!("localhost:{}:postgres:dave:", Cluster::port(0));
    let kept = site.home.path().join(".pgpass").display().to_string();
    let none = ["asks the role dave for a password", &kept, &line];
    site.refuses(HERE, &secured, 77, &none);
    site.variables = vec![("PGPASSWORD", PASSWORD.into())];
    site.refuses(HERE, &secured, 77, &none);
    site.variables.clear();
    let own = format!("{line}{PASSWORD}\n");
    site.keep(".pgpass", own.replace(":postgres:", ":keyward:").as_bytes());
    site.refuses(HERE, &secured, 77, &none);

    site.keep(".pgpass", own.as_bytes());
    site.opens(HERE, &secured);
    // Within the machine, and by the socket, which the file calls localhost.
    site.opens(HERE, &address("localhost", "dave", &[]));
    site.opens(HERE, &site.cluster.address_of("dave", &[Cluster::port(0)]));
    let file = site.home.path().join(".pgpass");
    fs::set_permissions(&file, Permissions::from_mode(0o640)).expect("set");
    site.refuses(HERE, &secured, 2, &["Others can read", "chmod 600", &kept]);
    let wrong = format!("{line}{PASSWORD}-not\n");
    site.keep(".pgpass", wrong.as_bytes());
    let refused = "did not let the role dave in with the password that is kept in";
    site.refuses(HERE, &secured, 77, &[refused, &kept, "Correct it there"]);

    // The variable goes before the home, and the address before the variable.
    site.keep("right", own.as_bytes());
    site.keep("wrong", wrong.as_bytes());
    let [right, wrong] = ["right", "wrong"].map(|name| site.home.path().join(name));
    let named = |file: &PathBuf| {
        let file = format!("passfile={}", file.display());
        address("localhost", "dave", &[&roots, &file])
    };
    let (by_right, by_wrong) = (named(&right), named(&wrong));
    site.opens(HERE, &by_right);
    site.variables = vec![("PGPASSFILE", right)];
    site.opens(HERE, &secured);
    let told = wrong.display().to_string();
    site.refuses(HERE, &by_wrong, 77, &[refused, &told]);
    site.variables = vec![("PGPASSFILE", wrong)];
    site.refuses(HERE, &secured, 77, &[refused, &told]);
}

/// What a server that stands in for another is told when it offers both ways to prove that a password is known; nothing by a
/// client that goes, to come again with one.
fn proof(certificates: &Certificates, listener: &TcpListener) -> Option<Vec<u8>> {
    let chain = CertificateDer::pem_file_iter(certificates.path("good.crt")).expect("read");
    let chain = chain.map(|one| one.expect("a certificate")).collect();
    let key = PrivateKeyDer::from_pem_file(certificates.path("good.key")).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a certificate");
    let (mut plain, _) = listener.accept().expect("accepted");
    plain.read_exact(&mut [0; 8]).expect("it asks for TLS");
    plain.write_all(b"S").expect("told");
    let connection = ServerConnection::new(Arc::new(config)).expect("made");
    let mut line = StreamOwned::new(connection, plain);
    message(&mut line);
    let ways = b"SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0";
    let size = u32::try_from(8 + ways.len()).expect("short");
    let asks = [b"R", &size.to_be_bytes()[..], &10_u32.to_be_bytes(), ways].concat();
    line.write_all(&asks).expect("asked");
    line.read_exact(&mut [0]).ok()?;
    Some(message(&mut line))
}

/// Reads a message behind its kind.
fn message(line: &mut impl Read) -> Vec<u8> {
    let mut size = [0; 4];
    line.read_exact(&mut size).expect("a size");
    let size = usize::try_from(u32::from_be_bytes(size)).expect("short");
    let mut rest = vec![0; size - 4];
    line.read_exact(&mut rest).expect("the rest");
    rest
}

#[test]
fn a_password_is_proved_on_this_line_alone() {
    let Some(certificates) = Certificates::new() else {
        return;
    };
    certificates.authority("ours", "subjectAltName=DNS:localhost");
    certificates.issue("good", "ours", "server", "subjectAltName=DNS:localhost");
    let home = tempfile::tempdir().expect("a directory");
    let file = home.path().join(".pgpass");
    fs::write(&file, format!("*:*:*:*:{PASSWORD}\n")).expect("written");
    fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("set");
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("bound");
    let port = listener.local_addr().expect("an address").port();
    let roots = certificates.path("ours.crt").display().to_string();
    let address = format!("postgres://localhost:{port}/k?sslrootcert={roots}");
    let said = thread::scope(|scope| {
        let server = scope.spawn(|| {
            let mut asked = (0..2).map(|_| proof(&certificates, &listener));
            asked.find_map(|said| said).expect("a proof")
        });
        let mut command = keyward(home.path(), &["key", "list", "--db", &address]);
        let ran = command.output().expect("ran");
        assert_eq!(ran.status.code(), Some(2));
        server.join().expect("ended")
    });
    // The proof is bound to the certificate at the other end: who stands between with another one cannot hand it on.
    let way = b"SCRAM-SHA-256-PLUS\0";
    assert!(said.starts_with(way), "{}", String::from_utf8_lossy(&said));
    let bound = b"p=tls-server-end-point,,";
    assert!(said.windows(bound.len()).any(|part| part == bound));
}
