//! The sources of the program, for tests that read them.

use std::fs;
use std::path::{Path, PathBuf};

/// Every file below a folder of the repository, with what it holds, but for the unit tests at its end.
pub fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    collect(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
        &mut found,
    );
    found
}

fn collect(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let whole = fs::read_to_string(&path).expect("readable");
            let (code, _) = whole
                .split_once("#[cfg(test)]\nmod tests")
                .unwrap_or((&whole, ""));
            found.push((path, code.to_owned()));
        }
    }
}
