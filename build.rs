//! Makes tables of the sentences, of the rights, of the time zones and of the shapes of characters, so that nothing of them
//! is parsed or relocated when the program starts, and tells the program which commit it is built from.
#![expect(
    clippy::disallowed_methods,
    reason = "what cargo and packagers tell a build script is in the environment"
)]

#[path = "src/text/hash.rs"]
mod hash;
#[path = "build/revision.rs"]
mod revision;
#[path = "build/rights.rs"]
mod rights;
#[path = "build/sentences.rs"]
mod sentences;
#[path = "build/shapes.rs"]
mod shapes;
#[path = "build/texts.rs"]
mod texts;
#[path = "build/zones.rs"]
mod zones;

use std::path::{Path, PathBuf};
use std::{env, fs};

use toml::Table;

fn main() {
    for part in ["build.rs", "build", "src/text/hash.rs"] {
        println!("cargo::rerun-if-changed={part}");
    }
    write("sentences.rs", &sentences::tables());
    write("rights.rs", &rights::tables());
    write("zones.rs", &zones::tables());
    write("shapes.rs", &shapes::tables());
    revision::tell();
    link();
}

/// Has the addresses that are mended when a released program starts told in the short form (`DT_RELR`), which takes a
/// fiftieth of the room: glibc knows it from 2.36 on (<https://sourceware.org/glibc/wiki/Release/2.36>). mold 1.10 does
/// not say so in the program, which glibc then refuses to start.
fn link() {
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let is_known = is("CARGO_CFG_TARGET_ENV", "gnu") && !flags.contains("mold");
    if is_known && is("PROFILE", "release") {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// Reads a file of `assets`; the program is built anew when it changes.
///
/// # Panics
/// Where it is not there, or no TOML: then there is no program.
fn read(name: &str) -> Table {
    let path = Path::new("assets").join(name);
    println!("cargo::rerun-if-changed={}", path.display());
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    text.parse()
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Writes Rust where the source includes it.
fn write(name: &str, source: &str) {
    let directory = env::var_os("OUT_DIR").map(PathBuf::from).expect("cargo");
    fs::write(directory.join(name), source).expect("the directory of the build script");
}
