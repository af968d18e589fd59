//! `docs/servers.md`, as somebody follows it on two hosts: each block is carried out there word for word, in the order of the
//! page.

#[path = "support"]
mod support {
    #![expect(dead_code, reason = "only a part of it is used here")]
    pub mod host;
    pub mod namespace;
    pub mod page;
    pub mod process;
    pub mod program;
    pub mod pty;
    pub mod reader;
    pub mod sentence;
}

use std::fmt::Display;
use std::{thread, vec};

use support::host::Hosts;
use support::page::{self, Block};
use support::process::eventually;
use support::reader::Reader;

const PAGE: &str = "docs/servers.md";

/// For whatever asks for one.
const PASSWORD: &str = "not a secret";

/// As after Debian is installed.
const BEFORE: &str = "
cp -a /var/cache/debconf /run/debconf
mount --bind /run/debconf /var/cache/debconf
rm -rf /etc/postgresql/* /etc/repmgr.conf
install -d -o postgres -g postgres /var/lib/postgresql /run/postgresql
install -d -o root -g postgres -m 1775 /var/log/postgresql
useradd --system --create-home alice
useradd --system --create-home --home-dir /var/lib/keyward keyward
";

const PROGRAMS: [&str; 6] = [
    "sudo",
    "useradd",
    "openssl",
    "make-ssl-cert",
    "pg_createcluster",
    "repmgr",
];

/// What stands for programs that are not there, and the addresses of the page.
const KNOWN: &str = r#"
apt() { test "$1" = install; case $2 in postgresql) pg_createcluster 15 main --start -- --no-sync;; esac; }
# It changes nothing where things are as they are to be.
systemctl() {
    test "$2" = postgresql@15-main
    case $1 in
        start | stop) pg_ctlcluster 15 main "$1" || test $? = 2 ;;
        *) pg_ctlcluster 15 main "$1" ;;
    esac
}
socket='postgres:///keyward?host=/var/run/postgresql'
restored='postgres:///restored?host=/var/run/postgresql'
address='postgres://db1,db2/keyward?sslrootcert=/etc/ssl/certs/keyward.pem'
"#;

/// The blocks that are still to be carried out.
struct Blocks(vec::IntoIter<Block>);

impl Blocks {
    /// The next one, which begins like this.
    #[track_caller]
    fn next(&mut self, start: &str) -> String {
        let block = self.0.next().expect(start);
        let line = block.line;
        assert!(
            block.text.starts_with(start),
            "{PAGE}:{line}: not {start:?}"
        );
        block.text
    }
}

/// Runs it, and gives a password wherever one is asked for.
#[track_caller]
fn with_password(host: &Reader, text: &str, times: usize) {
    let mut terminal = host.begins(text);
    for time in 1..=times {
        terminal.wait_for("a question", |screen| {
            let screen = screen.contents();
            screen.matches("Enter ").count() + screen.matches("Password:").count() == time
        });
        terminal.send(&format!("{PASSWORD}\r"));
    }
    assert_eq!(terminal.end(), 0, "{text}\n{}", terminal.screen());
}

#[test]
fn what_the_page_on_servers_has_one_type_works_on_two_hosts() {
    let directory = tempfile::tempdir().expect("a directory");
    let names = [("db1", "192.0.2.1"), ("db2", "192.0.2.2")];
    let Some((_hosts, hosts)) = Hosts::two(directory.path(), names, &PROGRAMS, BEFORE) else {
        return;
    };
    let mut blocks = page::fenced(&page::read(PAGE));
    blocks.retain(|block| block.language == "sh");
    let mut blocks = Blocks(blocks.into_iter());

    set_up(&mut blocks, &hosts, &directory.path().display());
    let app = move_in(&mut blocks, &hosts);
    let [db1, db2] = &hosts;
    confirm(&mut blocks, db1, db2);
    let promote = blocks.next("pg_ctlcluster 15 main promote");
    let back = blocks.next("systemctl stop");
    fail_over([db1, db2], &promote, |host| with_password(host, &back, 1));
    // And the other way round.
    let back = back.replace("=db1", "=other").replace("=db2", "=db1");
    let back = back.replace("=other", "=db2");
    fail_over([db2, db1], &promote, |host| with_password(host, &back, 1));
    with_repmgr(&mut blocks, &hosts);

    // Of the standby, into the primary.
    let there = directory.path().join("dump").display().to_string();
    db1.runs(PAGE, &blocks.next("sudo -u postgres pg_dump"));
    db1.runs("the dump", &format!("cp keyward.dump {there}"));
    db2.runs("the dump", &format!("cp {there} keyward.dump"));
    db2.runs(PAGE, &blocks.next("sudo -u postgres createdb"));
    assert!(is_valid(db2, "$restored", &app));
    assert!(blocks.0.next().is_none(), "{PAGE} has more");
}

/// On both hosts at once.
#[track_caller]
fn both(hosts: &[Reader; 2], text: &str) {
    thread::scope(|both| {
        for host in hosts {
            both.spawn(|| host.runs(PAGE, text));
        }
    });
}

/// A primary and a standby; the directory is for what one host reads of the other.
fn set_up(blocks: &mut Blocks, hosts: &[Reader; 2], directory: &dyn Display) {
    for host in hosts {
        host.knows(KNOWN);
    }
    both(hosts, &blocks.next("apt install postgresql"));
    let certificate = "/etc/ssl/certs/ssl-cert-snakeoil.pem";
    both(
        hosts,
        &format!("cp {certificate} {directory}/$(hostname).pem"),
    );
    for host in hosts {
        host.knows(&format!(
            "{KNOWN}
             ssh() {{ test \"$2 $3\" = 'cat {certificate}'; cat {directory}/\"$1\".pem; }}"
        ));
    }
    both(hosts, &blocks.next("for host in db1 db2"));
    let [db1, db2] = hosts;
    with_password(db1, &blocks.next("sudo -u postgres psql"), 2);
    with_password(db2, &blocks.next("systemctl stop"), 1);
}

/// A database comes from a file, and accounts to it; gives the secret of a key.
fn move_in(blocks: &mut Blocks, hosts: &[Reader; 2]) -> String {
    let [db1, db2] = hosts;
    let made = "keyward key new --name app --stdout --deliver-now 2> /dev/null
                keyward user new --role 'Full Access' alice > /dev/null";
    let app = db1.runs("a database", made);
    db1.runs(PAGE, &blocks.next("keyward move"));
    with_password(db1, &blocks.next("sudo -u postgres createuser"), 4);
    for (account, home) in [("alice", "/home/alice"), ("keyward", "/var/lib/keyward")] {
        let keep = format!(
            "echo '*:5432:keyward:{account}:{PASSWORD}' > {home}/.pgpass
             chmod 600 {home}/.pgpass; chown {account}: {home}/.pgpass"
        );
        both(hosts, &keep);
    }
    let doctor = blocks.next("sudo -u keyward -H keyward doctor");
    for host in hosts {
        let told = host.runs(PAGE, &doctor);
        let is_good = told.contains("Standby; ") && told.contains("TLSv1.3");
        assert!(is_good, "the first that answers: {told}");
    }
    let alice = doctor.replace("-u keyward", "-u alice");
    let told = db2.runs("alice", &alice.replace("db2,db1", "db1,db2"));
    assert!(told.contains("Primary; 1 standby follows."), "{told}");

    let secret = key(db1, "new");
    eventually("the standby has the key", || {
        is_valid(db2, "$socket", &secret)
    });
    let (code, told) = db2.run(&changing("lock", "new", "$socket"));
    assert!(
        code == Some(2) && told.contains("is a standby"),
        "{code:?} {told}"
    );
    app.trim().to_owned()
}

/// The standby confirms changes.
fn confirm(blocks: &mut Blocks, primary: &Reader, standby: &Reader) {
    let secret = key(primary, "confirmed");
    primary.runs(PAGE, &blocks.next("sudo -u postgres psql"));
    eventually("the standby confirms", || attached(primary) == "db2|sync\n");
    primary.runs("a lock", &changing("lock", "confirmed", "$address"));
    assert!(!is_valid(standby, "$socket", &secret), "at once");
}

fn with_repmgr(blocks: &mut Blocks, hosts: &[Reader; 2]) {
    let [db1, db2] = hosts;
    both(hosts, &blocks.next("apt install repmgr"));
    let keep = format!("umask 077; echo \"*:5432:*:repmgr:{PASSWORD}\" > ~/.pgpass");
    both(hosts, &format!("sudo -u postgres sh -c '{keep}'"));
    with_password(db1, &blocks.next("sudo -u postgres createuser"), 2);
    db1.runs(PAGE, &blocks.next("sudo -u postgres repmgr primary"));
    let register = blocks.next("sudo -u postgres repmgr standby register");
    eventually("the standby is registered", || {
        db2.run(&register).0 == Some(0)
    });
    let promote = blocks.next("sudo -u postgres repmgr standby promote");
    let back = blocks.next("systemctl stop");
    fail_over([db1, db2], &promote, |host| drop(host.runs(PAGE, &back)));
}

/// Makes a key with this name; gives its secret.
#[track_caller]
fn key(host: &Reader, name: &str) -> String {
    let words = format!("keyward key new --name {name} --stdout --deliver-now --db \"$address\"");
    host.runs("a key", &format!("sudo -u alice -H {words} > secret"));
    host.runs("its secret", "cat secret").trim().to_owned()
}

/// The command that changes the key of this name.
fn changing(verb: &str, name: &str, address: &str) -> String {
    format!("sudo -u alice -H keyward key {verb} {name} --yes --db \"{address}\"")
}

/// What is said there of a secret.
fn is_valid(host: &Reader, address: &str, secret: &str) -> bool {
    let words = format!("sudo -u keyward -H keyward verify --db \"{address}\"");
    let (code, told) = host.run(&format!("echo '{secret}' | {words}"));
    assert!(matches!(code, Some(0 | 1)), "{told}");
    code == Some(0)
}

/// The standbys that stream from this host, and how.
fn attached(host: &Reader) -> String {
    let sql = "SELECT application_name, sync_state FROM pg_stat_replication";
    host.run(&format!("cd /; sudo -u postgres psql -Atc '{sql}'"))
        .1
}

/// The primary is lost, the standby takes its place, and the old primary comes back.
fn fail_over([lost, next]: [&Reader; 2], promote: &str, come_back: impl Fn(&Reader)) {
    let secret = key(lost, "kept");
    eventually("the standby has the key", || {
        is_valid(next, "$socket", &secret)
    });
    lost.runs("it crashes", "pg_ctlcluster 15 main stop -m immediate");
    next.runs(PAGE, promote);
    next.runs("a lock", &changing("lock", "kept", "$address"));
    come_back(lost);
    eventually("it is a standby", || !attached(next).is_empty());
    eventually("it has the lock", || !is_valid(lost, "$socket", &secret));
    lost.runs(
        "what is changed from there is changed at the primary",
        &changing("delete", "kept", "$address"),
    );
}
