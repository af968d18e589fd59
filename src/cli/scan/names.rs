//! Names of files: a secret can be in one, and is not told then.

use std::path::Path;

use crate::cli::Failure;
use crate::cli::scan::Scan;
use crate::domain::leak::Leak;
use crate::domain::secret::find_secret_shape;
use crate::domain::secret::scan::look_through;
use crate::domain::trouble::Trouble;

/// What is told in place of what is not.
const HIDDEN: &str = "…";

impl Scan {
    /// The path as it is told: as far as no secret is in it.
    pub(super) fn shown(&self, path: &Path) -> String {
        let mut shorter = path.ancestors();
        let may_be_told = |path: &&Path| {
            let text = path.to_string_lossy();
            find_secret_shape(&text).is_none()
                && self.leaks_in(&text).is_ok_and(|leaks| leaks.is_empty())
        };
        match shorter.find(may_be_told) {
            Some(whole) if whole == path => path.to_string_lossy().into_owned(),
            Some(part) => part.join(HIDDEN).to_string_lossy().into_owned(),
            None => HIDDEN.to_owned(),
        }
    }

    /// Tells the secrets that are in a file's own name.
    pub(super) fn in_name(&mut self, path: &Path, shown: &str) -> Result<(), Failure> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        for leak in self.leaks_in(&name)? {
            self.tell(shown, None, leak)?;
        }
        Ok(())
    }

    fn leaks_in(&self, text: &str) -> Result<Vec<Leak>, Trouble> {
        let session = &self.session;
        let mut leaks: Vec<Leak> = Vec::new();
        look_through(text.as_bytes(), &self.tags, &mut |piece, _| {
            let leak = session.service.leak(&session.actor, &piece)?;
            leaks.extend(leak.filter(|leak| !leaks.contains(leak)));
            Ok::<_, Trouble>(())
        })?;
        Ok(leaks)
    }
}
