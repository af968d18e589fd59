//! README says what is so: its key table and its pictures are those of the code.

mod support;

use std::fs;
use std::path::Path;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const AGAIN: &str = "run `cargo run --example readme`";

#[test]
fn the_key_table_is_the_codes_own() {
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).expect("README");
    assert!(support::picture::readme(&readme) == readme, "{AGAIN}");
}

#[test]
fn the_pictures_are_those_of_the_real_screens() {
    for (path, picture) in support::picture::all() {
        let kept = fs::read_to_string(Path::new(ROOT).join(path)).expect(AGAIN);
        assert!(kept == picture, "{path}: {AGAIN}");
    }
}
