//! A page's recipe, and the places that stand in it for those of the test.

use std::fs;
use std::path::{Path, PathBuf};

use super::support::page;

/// A file of a page's recipe.
#[derive(Clone)]
pub struct Recipe(String);

impl Recipe {
    /// The block of a page whose first line, a comment, names this file.
    #[track_caller]
    pub fn of(page: &str, file: &str) -> Recipe {
        let blocks = page::blocks(&page::read(page));
        let is_it = |block: &String| {
            let first = block.lines().next().unwrap_or_default();
            first == format!("# {file}") || first == format!("-- {file}")
        };
        Recipe(blocks.into_iter().find(is_it).expect(file))
    }

    /// With something of the test's own in the place of what the page says, which must be there.
    #[track_caller]
    pub fn put(self, page: &str, own: &str) -> Recipe {
        assert!(self.0.contains(page), "the recipe does not say {page}");
        Recipe(self.0.replace(page, own))
    }

    /// With something of the test's own in the place of what the page may say.
    pub fn or_not(self, page: &str, own: &str) -> Recipe {
        Recipe(self.0.replace(page, own))
    }

    /// From this, which must be there, to the end.
    #[track_caller]
    pub fn from(&self, start: &str) -> Recipe {
        let at = self.0.find(start).expect(start);
        Recipe(self.0[at..].to_owned())
    }

    /// Without the lines that begin with this.
    pub fn without(&self, start: &str) -> Recipe {
        let kept = self
            .0
            .lines()
            .filter(|line| !line.trim_start().starts_with(start));
        Recipe(kept.flat_map(|line| [line, "\n"]).collect())
    }

    /// With more at the end.
    pub fn and(self, more: &str) -> Recipe {
        Recipe(self.0 + more)
    }

    pub fn text(&self) -> &str {
        &self.0
    }

    /// Written to a file of this name.
    pub fn write(&self, directory: &Path, name: &str) -> PathBuf {
        let path = directory.join(name);
        fs::write(&path, &self.0).expect("written");
        path
    }
}
