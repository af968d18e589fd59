//! Draws what the pages have from the code again: pictures, the demonstration with its recording, and tables.
//! `cargo run --example docs`.

#[path = "../tests/support/mod.rs"]
mod support;

use std::error::Error;
use std::fs;
use std::path::Path;

use support::picture;

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (path, picture) in picture::pictures() {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap_or(root))?;
        fs::write(path, picture)?;
    }
    for (path, page) in picture::pages() {
        fs::write(root.join(path), page)?;
    }
    Ok(())
}
