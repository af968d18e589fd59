//! Why a file is no public key, in words.

use std::path::Path;

use crate::domain::ssh_key::NoKey;
use crate::text::Text;

impl Text {
    /// Why the file at this path does not hold exactly one public key. Nothing of what it holds is repeated.
    #[must_use]
    pub fn no_key(self, why: NoKey, path: &Path) -> String {
        let name = match why {
            NoKey::NotText => "ssh_line.not_text",
            NoKey::Private => "ssh_line.private",
            NoKey::Empty => "ssh_line.empty",
            NoKey::Several => "ssh_line.several",
            NoKey::Options => "ssh_line.options",
            NoKey::UnknownType => "ssh_line.unknown_type",
            NoKey::NotBase64 => "ssh_line.not_base64",
            NoKey::OtherType => "ssh_line.other_type",
            NoKey::Damaged => "ssh_line.damaged",
            NoKey::ControlCharacter => "ssh_line.control",
        };
        self.fill(name, &[("path", &path.display())])
    }
}
