//! What `assets/package` makes: twice the same, of nothing but what it says, and installed on a Debian of its own it works and
//! leaves its data behind. It packs the program that is tested; a release is packed in the same way.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

#[path = "package/debian.rs"]
mod debian;
#[path = "support"]
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
    let checked = String::from_utf8_lossy(&checked.stdout);
    assert_eq!(checked.lines().count(), 3, "{checked}");
}

#[test]
fn the_archive_has_the_files_of_the_package_for_usr_local() {
    let Some(packed) = packed() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let steps = r#"
        dpkg-deb -x "$0" deb
        mkdir tar
        tar -xpzf "$1" -C tar --strip-components=1
        tar -tvzf "$1" | grep -v ' root/root ' && exit 1
        # What only a package of Debian's has, and what is elsewhere.
        rm -r deb/usr/share/lintian deb/usr/share/doc/keyward/changelog.Debian.gz
        mv tar/share/zsh/site-functions tar/share/zsh/vendor-completions
        grep -rlF /usr/local/bin/keyward tar/lib tar/share/doc | tee named | xargs sed -i s:/usr/local/bin:/usr/bin:
        test "$(wc -l < named)" = 3
        diff -r deb/usr tar
        for tree in deb/usr tar; do (cd $tree && find . -type f -printf '%m %p\n' | sort) > modes-${tree%/*}; done
        diff modes-deb modes-tar
        grep -x '711 ./bin/keyward' modes-deb"#;
    let compared = Command::new("/bin/sh")
        .args(["-ec", steps])
        .args([ending(packed, ".deb"), ending(packed, ".tar.gz")])
        .current_dir(directory.path())
        .output();
    ended_well(&compared.expect("a shell"));
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
    for name in ["sqlite", "chrono-tz", "unicode-security"] {
        assert!(names.contains(name), "{name} is in it");
    }
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
