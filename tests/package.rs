//! What `assets/package` makes: twice the same, of nothing but what it says, and installed on a Debian of its own it works and
//! leaves its data behind. It packs the program that is tested; a release is packed in the same way.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

mod support {
    #![expect(dead_code, reason = "only a part of it is used here")]
    pub mod page;
    pub mod process;
    pub mod program;
    pub mod pty;
    pub mod sentence;
}

use support::page;
use support::process::{ended_well, is_there, skip};
use support::program::KEYWARD;
use support::pty::Start;

/// What the gate fetches beside what is built.
fn fetched(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name(name)
}

/// Packs into a new directory of this name, from another directory, with other settings than usual where these are given.
fn pack(name: &str, settings: &str) -> PathBuf {
    let into = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&into);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/package");
    let steps = format!("{settings} cd /; exec {script} --binary {KEYWARD} \"$0\"");
    let output = Command::new("/bin/sh")
        .args(["-c", &steps])
        .arg(&into)
        .output();
    ended_well(&output.expect("a shell"));
    into
}

/// What one run makes; nothing, and the test is skipped, where it cannot run.
fn packed() -> Option<&'static Path> {
    static PACKED: OnceLock<PathBuf> = OnceLock::new();
    if !fetched("tools/bin/cargo-deb").exists() || !is_there("jq") {
        skip("there is no cargo-deb in target/tools, or no jq");
        return None;
    }
    Some(PACKED.get_or_init(|| pack("package", "")))
}

/// The files in a directory, by name.
fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(directory).expect("a directory");
    let files = entries.map(|entry| {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy();
        (name.into_owned(), fs::read(&path).expect("read"))
    });
    files.collect()
}

/// The file whose name ends like this.
fn ending(directory: &Path, end: &str) -> PathBuf {
    let name = files(directory).into_keys().find(|it| it.ends_with(end));
    directory.join(name.expect(end))
}

#[test]
fn two_runs_make_the_same_bytes_whose_sums_are_told() {
    let Some(once) = packed() else { return };
    let again = pack(
        "package-again",
        "umask 077; export TZ=Asia/Tokyo LC_ALL=C.UTF-8;",
    );
    let (once, again) = (files(once), files(&again));
    assert!(once.keys().eq(again.keys()));
    assert_eq!(once.len(), 4, "{:?}", once.keys());
    for (name, bytes) in &once {
        assert!(*bytes == again[name], "{name} differs");
    }
    let checked = Command::new("sha256sum")
        .args(["--check", "--strict", "SHA256SUMS"])
        .current_dir(Path::new(env!("CARGO_TARGET_TMPDIR")).join("package"))
        .output()
        .expect("sha256sum");
    ended_well(&checked);
    assert_eq!(checked.stdout.iter().filter(|it| **it == b'\n').count(), 3);
}

#[test]
fn the_tarball_has_the_files_of_the_package_for_usr_local() {
    let Some(packed) = packed() else { return };
    let listed = |command: &mut Command| {
        let output = command.output().expect("ran");
        ended_well(&output);
        String::from_utf8(output.stdout).expect("text")
    };
    let mut deb = Command::new("sh");
    deb.args(["-c", "dpkg-deb --fsys-tarfile \"$0\" | tar -tv"]);
    let deb = listed(deb.arg(ending(packed, ".deb")));
    let tar = listed(
        Command::new("tar")
            .arg("-tvzf")
            .arg(ending(packed, ".tar.gz")),
    );
    // Mode, owner and path below the prefix.
    let rows = |list: &str, parts: usize| -> BTreeSet<(String, String)> {
        let files = list.lines().filter(|line| line.starts_with('-'));
        let rows = files.map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let path = words[5].splitn(parts, '/').last().unwrap_or_default();
            (words[0].to_owned(), path.to_owned())
        });
        rows.collect()
    };
    let own = ["changelog.Debian.gz", "lintian/overrides/keyward"];
    let mut deb = rows(&deb, 3);
    deb.retain(|(_, path)| !own.iter().any(|own| path.ends_with(own)));
    let deb = deb.into_iter().map(|(mode, path)| {
        let path = path.replace("zsh/vendor-completions", "zsh/site-functions");
        (mode, path)
    });
    let tar_rows = rows(&tar, 2);
    assert_eq!(deb.collect::<BTreeSet<_>>(), tar_rows);
    assert!(tar_rows.contains(&("-rwx--x--x".to_owned(), "bin/keyward".to_owned())));
    assert!(
        tar.lines().all(|line| line.contains(" root/root ")),
        "{tar}"
    );
    let units = Command::new("tar")
        .arg("-xOzf")
        .arg(ending(packed, ".tar.gz"))
        .args(["--wildcards", "*/keyward.service", "*/sudoers.d/keyward"])
        .output();
    let units = String::from_utf8(units.expect("tar").stdout).expect("text");
    assert_eq!(
        units.matches("/usr/local/bin/keyward ").count(),
        3,
        "{units}"
    );
}

/// The names in a table of Cargo.toml.
fn dependencies(table: &str) -> Vec<String> {
    let manifest: toml::Table = page::read("Cargo.toml").parse().expect("TOML");
    let table = manifest[table].as_table().expect("a table");
    table.keys().cloned().collect()
}

#[test]
fn the_sbom_names_what_is_linked_and_nothing_of_the_day() {
    let Some(packed) = packed() else { return };
    let sbom = fs::read_to_string(ending(packed, ".cdx.json")).expect("read");
    let sbom: Value = serde_json::from_str(&sbom).expect("JSON");
    assert_eq!(sbom["bomFormat"], "CycloneDX");
    assert!(sbom.get("serialNumber").is_none() && sbom["metadata"].get("timestamp").is_none());
    let components = sbom["components"].as_array().expect("a list");
    let names: BTreeSet<&str> = components
        .iter()
        .filter_map(|it| it["name"].as_str())
        .collect();
    for name in dependencies("dependencies") {
        assert!(names.contains(name.as_str()), "{name}");
    }
    assert!(names.contains("sqlite"));
    for name in ["assert_cmd", "criterion", "insta", "proptest"] {
        assert!(!names.contains(name), "{name} is only in tests");
    }
    // Everything that something depends on is there.
    let refs: BTreeSet<&str> = components
        .iter()
        .filter_map(|it| it["bom-ref"].as_str())
        .collect();
    assert_eq!(refs.len(), components.len());
    for node in sbom["dependencies"].as_array().expect("a list") {
        for needed in node["dependsOn"].as_array().expect("a list") {
            assert!(refs.contains(needed.as_str().expect("text")), "{needed}");
        }
    }
}

/// Whether one of the licences that a package may be taken under, or all that it is taken under, are allowed.
fn is_allowed(expression: &str, allowed: &[&str]) -> bool {
    let expression = expression.replace(['(', ')'], "");
    expression.split(" AND ").all(|part| {
        let mut choices = part.split(" OR ").map(str::trim);
        choices.any(|choice| allowed.contains(&choice))
    })
}

#[test]
fn every_library_is_from_the_registry_under_a_licence_that_deny_toml_allows() {
    let rules: toml::Table = page::read("deny.toml").parse().expect("TOML");
    let texts = |list: &toml::Value, key: &str| -> Vec<String> {
        let list = list.as_array().expect("a list").iter();
        let text = |it: &toml::Value| it.get(key).unwrap_or(it).as_str().map(str::to_owned);
        list.map(|it| text(it).expect("text")).collect()
    };
    let allowed = texts(&rules["licenses"]["allow"], "");
    let allowed: Vec<&str> = allowed.iter().map(String::as_str).collect();
    let banned = texts(&rules["bans"]["deny"], "crate");

    let known = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--offline", "--format-version=1"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo");
    ended_well(&known);
    let known: Value = serde_json::from_slice(&known.stdout).expect("JSON");
    let packages = known["packages"].as_array().expect("a list");
    assert!(packages.len() > 200);
    for package in packages {
        let (name, licence) = (&package["name"], package["license"].as_str());
        let licence = licence.unwrap_or_default().replace('/', " OR ");
        assert!(is_allowed(&licence, &allowed), "{name}: {licence}");
        assert!(!banned.iter().any(|it| name == it), "{name} is banned");
        let is_ours = name == "keyward";
        let source = package["source"].as_str().unwrap_or_default();
        assert!(
            is_ours || source.starts_with("registry+"),
            "{name}: {source}"
        );
    }
}

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
        Command::new("/usr/bin/unshare")
            .args(self.inside(account))
            .args(["/bin/sh", "-ec", &format!("cd\n{steps}")])
            .env_clear()
            .env(
                "PATH",
                "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            )
            .env("HOME", account.map_or("/root", |_| "/tmp"))
            .env("LC_ALL", "C.UTF-8")
            .output()
            .expect("unshare")
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

#[test]
fn debians_own_checks_find_nothing_in_the_package() {
    let Some(packed) = packed() else { return };
    if !is_there("lintian") {
        return skip("there is no lintian");
    }
    let checked = Command::new("lintian")
        .args(["--allow-root", "--fail-on=error,warning"])
        .arg(ending(packed, ".deb"))
        .output()
        .expect("lintian");
    ended_well(&checked);
}
