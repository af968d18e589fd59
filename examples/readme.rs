//! Draws README's pictures and its key table again: `cargo run --example readme`.

#[path = "../tests/support/mod.rs"]
mod support;

use std::error::Error;
use std::fs;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (path, picture) in support::picture::all() {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap_or(root))?;
        fs::write(path, picture)?;
    }
    let readme = root.join("README.md");
    let drawn = support::picture::readme(&fs::read_to_string(&readme)?);
    fs::write(readme, drawn)?;
    Ok(())
}
