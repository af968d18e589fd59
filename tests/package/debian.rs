//! A Debian of its own, on which what was packed is installed, used and removed as the page on installing says.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::page;
use crate::support::process::{ended_well, skip};
use crate::support::pty::Start;
use crate::{fetched, files, packed};

#[path = "booted.rs"]
mod booted;

/// A Debian of its own.
struct Debian {
    root: TempDir,
}

impl Debian {
    /// A copy of the one that the gate has fetched.
    fn new() -> Option<Debian> {
        let fetched = fetched("debian");
        if !fetched.join("usr/bin/dpkg").exists() || !nix::unistd::geteuid().is_root() {
            skip("there is no Debian in target/debian, or this is not root");
            return None;
        }
        let root = tempfile::tempdir().expect("a directory");
        let copied = Command::new("cp")
            .arg("-a")
            .arg(fetched.join("."))
            .arg(root.path())
            .output();
        ended_well(&copied.expect("cp"));
        Some(Debian { root })
    }

    /// Puts what was packed where its root is at home, and has nothing asked there.
    fn is_handed(&self, packed: &Path) {
        for (name, bytes) in files(packed) {
            fs::write(self.path("root").join(name), bytes).expect("written");
        }
        let settings = self.path("etc/apt/apt.conf.d/90-yes");
        fs::write(settings, "APT::Get::Assume-Yes \"true\";\n").expect("written");
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    /// The words that run something in it.
    fn inside(&self, account: Option<(u32, u32)>) -> Vec<String> {
        let root = self.root.path().display();
        let mut words = format!("--mount --pid --fork --kill-child --root={root} --mount-proc")
            .split(' ')
            .map(str::to_owned)
            .collect::<Vec<_>>();
        if let Some((user, group)) = account {
            words.extend([format!("--setgid={group}"), format!("--setuid={user}")]);
        }
        words
    }

    fn run(&self, account: Option<(u32, u32)>, steps: &str) -> Output {
        let mut command = Command::new("/usr/bin/unshare");
        command.args(self.inside(account));
        shell(command, account.map_or("/root", |_| "/tmp"), steps)
    }

    /// What steps that must go well print.
    #[track_caller]
    fn does(&self, account: Option<(u32, u32)>, steps: &str) -> String {
        let output = self.run(account, steps);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{steps}: {said}");
        String::from_utf8(output.stdout).expect("text")
    }
}

/// Has a command that goes there carry out steps in this home.
fn shell(mut there: Command, home: &str, steps: &str) -> Output {
    there
        .args(["/bin/sh", "-ec", &format!("cd\n{steps}")])
        .env_clear()
        .env(
            "PATH",
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        )
        .env("HOME", home)
        .env("LC_ALL", "C.UTF-8")
        .output()
        .expect("started")
}

/// The first steps that the page on installing has under a heading.
fn steps(heading: &str) -> String {
    let page = page::read("docs/install.md");
    page::blocks(page::section(&page, heading)).remove(0)
}

/// User and group of an account of it.
fn account(debian: &Debian, name: &str) -> (u32, u32) {
    let accounts = fs::read_to_string(debian.path("etc/passwd")).expect("read");
    let line = accounts.lines().find_map(|line| line.strip_prefix(name));
    let fields: Vec<&str> = line.expect(name).split(':').collect();
    let number = |at: usize| fields[at].parse::<u32>().expect("a number");
    (number(2), number(3))
}

#[test]
fn installed_on_a_debian_of_its_own_it_works_and_leaves_its_data_when_it_goes() {
    let Some(packed) = packed() else { return };
    let Some(debian) = Debian::new() else { return };
    debian.is_handed(packed);
    debian.does(None, &steps("## Is it what was handed out"));
    let install = steps("## The Debian package");
    debian.does(None, &install);

    // Whose it is: anybody runs the program and only root reads it; only the account looks into its directory.
    let keyward = account(&debian, "keyward");
    let nobody = account(&debian, "nobody");
    let owner_and_mode = |path: &str| {
        let found = fs::metadata(debian.path(path)).expect(path);
        let mode = found.permissions().mode() & 0o7777;
        ((found.uid(), found.gid()), mode)
    };
    assert_eq!(owner_and_mode("usr/bin/keyward"), ((0, 0), 0o711));
    assert_eq!(owner_and_mode("var/lib/keyward"), (keyward, 0o700));
    let version = debian.does(Some(nobody), "keyward --version");
    assert!(version.starts_with("keyward "), "{version}");
    let read = debian.run(Some(nobody), "cat /usr/bin/keyward");
    assert!(!read.status.success() && read.stdout.is_empty());

    // What comes with it.
    debian.does(
        None,
        "cd /usr/share
         for page in man1/keyward.1 man1/keyward-key-new.1 man5/keyward-config.5 man7/keyward-keys.7; do
             gzip -t man/$page.gz
         done
         test -s bash-completion/completions/keyward
         test -s zsh/vendor-completions/_keyward
         test -s fish/vendor_completions.d/keyward.fish
         cd doc/keyward
         gzip -t changelog.gz changelog.Debian.gz third-party.gz
         grep -q 'Match User keyward' examples/sshd_config.d/keyward.conf
         grep -q ': /usr/bin/keyward --user alice$' examples/sudoers.d/keyward
         systemd-analyze verify --man=no /usr/lib/systemd/system/keyward*",
    );

    // The demonstration, and then real keys.
    let home = debian.path("var/lib/keyward");
    let mut words = debian.inside(Some(keyward));
    words.extend(["/usr/bin/keyward", "demo"].map(str::to_owned));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let start = Start {
        program: "/usr/bin/unshare",
        variables: &[("HOME", "/var/lib/keyward".as_ref())],
        ..Start::new(&home, &words)
    };
    let mut console = start.go();
    console.see("39 of 41").says("header.demo");
    console.quits();
    let several = page::read("docs/install.md");
    let several = page::blocks(page::section(&several, "## The Debian package")).remove(2);
    debian.does(None, &several);
    let verified = debian.does(
        Some(keyward),
        "umask 077; cd /var/lib/keyward; export KEYWARD_DB=$PWD/keyward.db
         keyward key new --name ci --role Auditor --stdout > secret
         keyward key delivered 1 < secret > /dev/null
         keyward verify < secret",
    );
    let verdict: Value = serde_json::from_str(&verified).expect("JSON");
    assert_eq!(verdict["valid"], true, "{verified}");
    assert_eq!(verdict["name"], "ci");

    // Once more, as an upgrade does it; then it goes.
    let enabled = || debian.path("etc/systemd/system/multi-user.target.wants/keyward.service");
    debian.does(None, "systemctl enable keyward.service");
    debian.does(None, "dpkg -i keyward_*.deb");
    assert!(enabled().is_symlink());
    debian.does(None, &steps("## Removing"));
    assert!(!debian.path("usr/bin/keyward").exists());
    assert!(
        !debian
            .path("usr/lib/systemd/system/keyward.service")
            .exists()
    );
    debian.does(None, "apt purge keyward");
    assert!(!enabled().is_symlink());
    let database = owner_and_mode("var/lib/keyward/keyward.db");
    assert_eq!(database, (keyward, 0o600));
    assert_eq!(account(&debian, "keyward"), keyward);

    // Who installs it again goes on where they were.
    debian.does(None, &install);
    let verify = "keyward verify --db /var/lib/keyward/keyward.db < /var/lib/keyward/secret";
    debian.does(Some(keyward), verify);
}

#[test]
fn the_archive_is_unpacked_and_removed_as_its_page_says() {
    let Some(packed) = packed() else { return };
    let Some(debian) = Debian::new() else { return };
    debian.is_handed(packed);
    // There is no systemd that runs, which alone could be told to look again.
    let without_reload = |steps: String| steps.replace("systemctl daemon-reload", "");
    let modes = "stat -c '%a %u %n' /usr/local/*";
    let before = debian.does(None, modes);
    debian.does(None, &without_reload(steps("## The archive")));
    let keyward = account(&debian, "keyward");
    debian.does(Some(keyward), "cd /var/lib/keyward; keyward --version");
    debian.does(
        None,
        "systemd-analyze verify --man=no /usr/local/lib/systemd/system/keyward*
         test \"$(stat -c %a:%u /usr/local/bin/keyward)\" = 711:0
         systemctl enable keyward.service",
    );
    // What was there already is as it was.
    let after = debian.does(None, modes);
    for line in before.lines() {
        assert!(after.lines().any(|it| it == line), "{line} of\n{after}");
    }
    let page = page::read("docs/install.md");
    let remove = page::blocks(page::section(&page, "## Removing")).remove(1);
    let remove = without_reload(remove).replace("disable --now", "disable");
    debian.does(None, &remove);
    let left = debian.does(None, "find /usr/local -name '*keyward*' -type f");
    assert_eq!(left, "");
    assert!(debian.path("var/lib/keyward").exists());
}
