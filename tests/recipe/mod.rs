//! The recipe of `docs/ssh.md` for several administrators, carried out as it is written there: as root, in a mount namespace with
//! an `/etc`, `/home` and `/usr/local/bin` of its own.

use std::fs::{self, DirBuilder, Permissions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::support::process::given;
use super::support::pty::{Pty, Start};
use super::support::sshd::{Site, Sshd, UNBOUND, program};
use super::support::{namespace, page};
use super::{do_the_job, local_forwarding, make};

/// Where root keeps the keys.
const KEYS: &str = "/home/keys";
/// The command that opens the console of the account's own user.
const OWNER: &str = "sudo -u keyward -H keyward";

/// The block of the page that begins with this.
fn block(start: &str) -> String {
    let blocks = page::blocks(&page::read("docs/ssh.md"));
    let block = blocks.into_iter().find(|block| block.starts_with(start));
    block.expect(start)
}

#[test]
fn the_recipe_works_as_it_is_written() {
    namespace::run(
        "recipe::in_a_namespace_of_its_own",
        &["sshd", "sudo", "visudo", "useradd", "chpasswd", "runuser"],
    );
}

/// The other test runs it in a namespace; else there is nothing to do.
#[test]
fn in_a_namespace_of_its_own() {
    let Some((directory, _)) = given() else {
        return;
    };
    let recipe = Recipe {
        commands: block("useradd")
            + &block("mkdir")
            + &block("sudo -u keyward -H keyward ssh-line"),
        asked: block("ssh keyward@host key list"),
        handed_over: block("ssh keyward@host key new"),
        line: block("restrict"),
        sshd: block("# /etc/ssh"),
        sudoers: block("# /etc/sudoers"),
        break_glass: block("sudo -u keyward -H keyward user unlock"),
    };
    namespace::move_in(&directory);
    DirBuilder::new().mode(0o755).create(KEYS).expect("made");
    let site = Site {
        directory: PathBuf::from(KEYS),
        account: "keyward".to_owned(),
        database: PathBuf::from("/home/keyward/.local/share/keyward/keyward.db"),
        owners: OWNER.split(' ').map(str::to_owned).collect(),
        temporary: None,
    };
    site.make_keys();
    recipe.begin();
    // What sshd allows elsewhere does not count here.
    let settings =
        "AcceptEnv KEYWARD_DB XDG_DATA_HOME\nInclude /etc/ssh/sshd_config.d/keyward.conf\n";
    let sshd = Sshd::start(site, settings);
    do_the_job(&sshd);
    recipe.commands_are_run(&sshd);
    nothing_else_is_reached(&sshd);
    by_sudo(&sshd);
    recipe.glass_is_broken(&sshd);
}

struct Recipe {
    commands: String,
    asked: String,
    handed_over: String,
    line: String,
    sshd: String,
    sudoers: String,
    break_glass: String,
}

impl Recipe {
    /// Writes the files and runs the commands.
    fn begin(&self) {
        let sudoers = write(&self.sudoers);
        fs::set_permissions(&sudoers, Permissions::from_mode(0o440)).expect("root's");
        let checked = run("visudo -c");
        assert!(checked.status.success(), "{checked:?}");
        write(&self.sshd);
        for line in self.commands.lines() {
            if line == OWNER {
                add_administrators();
            } else {
                let ran = run(line);
                assert!(ran.status.success(), "{line}: {ran:?}");
            }
        }
        let lines = fs::read_to_string("/etc/ssh/keyward/keyward").expect("the lines");
        let (like, _) = self.line.split_once(" AAAA").expect("an example");
        assert!(lines.starts_with(like), "{lines}");
        assert_eq!(lines.lines().count(), 3);
    }

    /// ci does what the page shows, with its own shell around the client.
    fn commands_are_run(&self, sshd: &Sshd) {
        let mut alice = sshd.console("alice", &[], &[]);
        alice.see("alice (Full Access)");
        make(&mut alice, "unused");
        alice.send("a\r").see("works now");
        alice.quits();
        let client = format!("ssh {}", sshd.arguments("ci").join(" "));
        let lock = self.asked.lines().nth(1).expect("two lines");
        for (line, words) in [
            (
                self.asked.lines().next().expect("a line"),
                "\"keyName\":\"nightly\"",
            ),
            (lock, ": done"),
        ] {
            let line = line.replace("ssh keyward@host", &format!("{client} keyward"));
            let ran = run(&line.replace(" 42 ", " 2 "));
            let printed = String::from_utf8_lossy(&ran.stdout);
            assert!(
                ran.status.success() && printed.contains(words),
                "{line}: {ran:?}"
            );
        }
        let event = sshd.events(&[673]).pop().expect("an event");
        assert_eq!(event["actor"], "ci");
        assert!(event.to_string().contains("no longer used"), "{event}");
        self.a_secret_is_handed_over(&client);
        let other = run(&format!("{client} keyward config"));
        assert_eq!(other.status.code(), Some(77), "{other:?}");
    }

    /// ci has a secret made, reads it back, and finds it in a log.
    fn a_secret_is_handed_over(&self, client: &str) {
        let secret = Path::new(KEYS).join("secret");
        for (line, code) in self.handed_over.lines().zip([0, 0, 1]) {
            let secret = fs::read_to_string(&secret).unwrap_or_default();
            let (id, _) = secret.split_once(':').unwrap_or_default();
            fs::write(Path::new(KEYS).join("build.log"), &secret).expect("written");
            let line = line.replace("ssh keyward@host", &format!("{client} keyward"));
            let ran = run(&line.replace(" 42 ", &format!(" {id} ")));
            assert_eq!(ran.status.code(), Some(code), "{line}: {ran:?}");
        }
        assert_eq!(self.handed_over.lines().count(), 3);
    }

    /// bob locks alice out, and root gets her back in.
    fn glass_is_broken(&self, sshd: &Sshd) {
        let (unlock, console) = self.break_glass.split_once('\n').expect("two lines");
        let mut bob = sshd.console("bob", &[], &[]);
        bob.see("bob (Full Access)");
        go_to_users(&mut bob);
        bob.see("> alice");
        bob.send("l").says("confirm.lock_user");
        bob.send("y").see("was locked out: denied");
        let mut alice = sshd.console("alice", &[], &[]);
        assert_eq!(alice.end(), 77);
        assert!(alice.screen().contains("alice is locked out"));
        let unlocked = run(unlock);
        assert_eq!(unlocked.stdout, b"alice was unlocked.\n", "{unlocked:?}");
        sshd.console("alice", &[], &[]).see("alice (Full Access)");
        let mut owner = shell(console.trim_end());
        owner.see("keyward (Full Access)");
        owner.quits();
    }
}

/// Writes a block to the file that its first line names.
fn write(block: &str) -> PathBuf {
    let path = block
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("# "));
    let path = PathBuf::from(path.expect("a path"));
    fs::create_dir_all(path.parent().expect("a directory")).expect("made");
    fs::write(&path, block).expect("written");
    path
}

/// A shell's answer to a line, as root, where the keys are.
fn run(line: &str) -> Output {
    Command::new("/bin/sh")
        .args(["-c", line])
        .current_dir(KEYS)
        .stdin(Stdio::null())
        .output()
        .expect("ran")
}

/// The same in a terminal.
fn shell(line: &str) -> Pty {
    Start {
        program: "/bin/sh",
        ..Start::new(Path::new(KEYS), &["-c", line])
    }
    .go()
}

fn go_to_users(console: &mut Pty) {
    console.send("t").see("Go to");
    console.send("g\r").see("Full Name");
}

fn add_administrators() {
    let mut console = shell(OWNER);
    console.says("list.empty_read_only");
    go_to_users(&mut console);
    for user in ["alice", "bob", "ci"] {
        console.send("n").says("user.title_new");
        console.send(&format!("{user}\t\t ")).see("Find:");
        console.send("full\r").see("Role       Full Access");
        console
            .send("\x1bOQ")
            .see(&format!("“{user}” was created."));
    }
    console.quits();
}

/// What the lines alone prevent is tested elsewhere; here it is these settings.
fn nothing_else_is_reached(sshd: &Sshd) {
    let pwned = sshd.site.path("pwned");
    let touch = format!("touch {}", pwned.display());
    let other = sshd
        .client("ssh", "alice", &["-T", "keyward", &touch])
        .output();
    assert_eq!(other.expect("ran").status.code(), Some(2));
    assert!(!local_forwarding(sshd, "alice"));
    let set = "SetEnv=KEYWARD_DB=/home/keys/none.db XDG_DATA_HOME=/home/keys";
    let mut alice = sshd.console("alice", &["-o", set], &[]);
    alice.see("alice (Full Access)");
    alice.quits();
    // A key in the account's home, where its own programs could put one.
    let home = Path::new("/home/keyward/.ssh");
    fs::create_dir(home).expect("made");
    let key = sshd.site.path(&format!("{UNBOUND}.pub"));
    fs::copy(key, home.join("authorized_keys")).expect("copied");
    let owned = run("chown -R keyward: /home/keyward/.ssh && chmod -R go= /home/keyward/.ssh");
    assert!(owned.status.success(), "{owned:?}");
    let unbound = sshd.client("ssh", UNBOUND, &["keyward", &touch]).output();
    assert_eq!(unbound.expect("ran").status.code(), Some(255));
    assert!(!pwned.exists());
}

/// alice has an account and comes by sudo; nothing but her own line is taken.
fn by_sudo(sshd: &Sshd) {
    let made = run("useradd alice && echo alice:pw | chpasswd");
    assert!(made.status.success(), "{made:?}");
    let mut alice = shell(&as_alice("sudo -u keyward keyward --user alice"));
    alice.see("password for alice");
    alice.send("pw\r").see("alice (Full Access)");
    alice.quits();
    let signed_in = sshd.events(&[600]).pop().expect("an event");
    assert_eq!(signed_in["actor"], "alice");
    assert_eq!(signed_in["body"]["unproven"]["sudoUser"], "alice");
    assert_eq!(signed_in["body"]["unproven"]["account"], "keyward");

    let taken = sudo("-u keyward keyward --user alice");
    assert!(taken.contains("The console needs a terminal"), "{taken}");
    for other in [
        "-u keyward keyward",
        "-u keyward keyward --user bob",
        "-u keyward keyward --user alice --db /tmp/x",
        "-u keyward keyward --user alice events",
        "-u keyward sh",
        "-u keyward KEYWARD_DB=/tmp/x keyward --user alice",
        "-E -u keyward keyward --user alice",
        "keyward --user alice",
    ] {
        let refused = sudo(other);
        assert!(refused.contains("not allowed"), "{other}: {refused}");
        assert!(!refused.contains("keyward: "), "{other}: {refused}");
    }
}

/// A shell's line with which root becomes alice.
fn as_alice(line: &str) -> String {
    let runuser = program("runuser").expect("runuser");
    format!("{} -u alice -- {line}", runuser.display())
}

/// What is said to alice, who knows her password, when she asks sudo for this without a terminal.
fn sudo(asked: &str) -> String {
    let mut child = Command::new("/bin/sh")
        .args(["-c", &as_alice(&format!("sudo -S -k {asked}"))])
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    let mut input = child.stdin.take().expect("piped");
    // It may not even be asked for.
    let _ = input.write_all(b"pw\n");
    drop(input);
    let said = child.wait_with_output().expect("ended").stderr;
    String::from_utf8_lossy(&said).into_owned()
}
