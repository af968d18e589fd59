//! What is wrong with a file of new keys.

use std::fmt::Display;

use crate::domain::import::{IMPORT_BYTES, IMPORT_MOST, ImportFault};
use crate::text::Text;

impl Text {
    pub(super) fn import_fault(self, line: usize, fault: &ImportFault) -> String {
        let most = IMPORT_BYTES / 1024 / 1024;
        let (name, values): (_, Vec<(&str, &dyn Display)>) = match fault {
            ImportFault::NotText => ("import.not_text", vec![]),
            ImportFault::TooLong => ("import.too_long", vec![("most", &most)]),
            ImportFault::TooMany => ("import.too_many", vec![("most", &IMPORT_MOST)]),
            ImportFault::NotJson { column } => ("import.not_json", vec![("column", column)]),
            ImportFault::NotAnObject => ("import.not_an_object", vec![]),
            ImportFault::Quotation => ("import.quotation", vec![]),
            ImportFault::Deleted => ("import.deleted", vec![]),
            ImportFault::Uneven { found, wanted } => {
                ("import.uneven", vec![("found", found), ("wanted", wanted)])
            }
            ImportFault::UnknownColumn { name } => ("import.unknown_column", vec![("name", name)]),
            ImportFault::Twice { name } => ("import.twice", vec![("name", name)]),
            ImportFault::NotAValue { column, value } => (
                "import.not_a_value",
                vec![("column", column), ("value", value)],
            ),
            ImportFault::Differ(one, other) => {
                ("import.differ", vec![("one", one), ("other", other)])
            }
            ImportFault::Secret => ("import.secret", vec![]),
            ImportFault::NameOf { line } => ("import.name_of", vec![("other", line)]),
        };
        let fault = self.fill(name, &values);
        self.line_fault(line, &fault)
    }

    /// What is wrong with a line of a file.
    #[must_use]
    pub fn line_fault(self, line: usize, fault: &str) -> String {
        self.fill("import.line", &[("line", &line), ("fault", &fault)])
    }

    /// What is wrong with a field of a new key, beside the column of a file that has it.
    #[must_use]
    pub fn column_fault(self, column: &str, fault: &str) -> String {
        self.fill("import.column", &[("column", &column), ("fault", &fault)])
    }
}
