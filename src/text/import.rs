//! What is wrong with a file of new keys.

use std::fmt::Display;

use crate::domain::import::{IMPORT_BYTES, IMPORT_MOST, ImportFault};
use crate::domain::problem::{Field, Problem};
use crate::text::Text;

impl Text {
    pub(super) fn import_fault(self, line: usize, fault: &ImportFault) -> String {
        let most = IMPORT_BYTES / 1024 / 1024;
        let (name, values): (_, Vec<(&str, &dyn Display)>) = match fault {
            ImportFault::Empty => ("import.empty", vec![]),
            ImportFault::NotText => ("import.not_text", vec![]),
            ImportFault::TooLong => ("import.too_long", vec![("most", &most)]),
            ImportFault::TooMany => ("import.too_many", vec![("most", &IMPORT_MOST)]),
            ImportFault::NotJson { column } => ("import.not_json", vec![("column", column)]),
            ImportFault::NotAnObject => ("import.not_an_object", vec![]),
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

    /// What is wrong with a field of a new key, with the name that its column has in a file and its option on the command
    /// line.
    #[must_use]
    pub fn problem_of_column(self, problem: &Problem) -> String {
        let column = match problem.field {
            Field::Name => "name",
            Field::Description => "description",
            Field::Role => "role",
            Field::Language => "locale",
            Field::TimeZone => "zone",
            Field::ExpiresOn => "expires-on",
            Field::Owner => "owner",
            Field::Addresses => "addresses",
            Field::Rate => "rate",
            _ => return self.problem(problem, &[]),
        };
        let words = self.problem(problem, &[]);
        self.fill("import.column", &[("column", &column), ("fault", &words)])
    }
}
