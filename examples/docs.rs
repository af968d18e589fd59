//! Draws README's pictures and the key table of `docs/keys.md` again: `cargo run --example docs`.

#[path = "../tests/support/mod.rs"]
mod support;

use std::error::Error;
use std::fs;
use std::path::Path;

use support::{page, picture};

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (path, picture) in picture::pictures() {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap_or(root))?;
        fs::write(path, picture)?;
    }
    let drawn = picture::with_key_table(&page::read(picture::KEYS));
    fs::write(root.join(picture::KEYS), drawn)?;
    Ok(())
}
