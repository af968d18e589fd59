//! Which option sets which field: what is wrong with a value is told beside the option that has it.

use crate::domain::problem::{Field, Problem, Rule};
use crate::domain::trouble::Trouble;
use crate::text::Text;
use crate::text::bulk;

/// The option that sets what has this problem.
fn option(problem: &Problem) -> &'static str {
    match problem.field {
        Field::Name => "--name",
        Field::FullName => "--full-name",
        Field::Description => "--description",
        Field::Role => "--role",
        Field::Language => "--locale",
        Field::TimeZone => "--zone",
        Field::ExpiresOn => "--expires-on",
        Field::Owner => "--owner",
        Field::Addresses => "--addresses",
        Field::Rate => "--rate",
        Field::LockedOut if problem.rule == Rule::OwnLock => "--locked-out",
        Field::LockedOut => "--reason",
        Field::UserInterface => "--allow-user-interface",
        Field::WebService => "--allow-web-service",
        Field::Rights => "--right",
        Field::EqualOrLess => "--equal-or-less",
        Field::Services => "--services",
        Field::ExpiryRequired => "--expiry-required",
        Field::LongestDays => "--longest-days",
        Field::WarningDays => "--warning-days",
    }
}

/// What is wrong, in words for a command line.
pub(super) fn problem(problem: &Problem, text: Text) -> String {
    match &problem.rule {
        Rule::LooksLike { id, name } => text.fill("cli.looks_like", &[("id", id), ("name", name)]),
        _ => text.problem(problem, &[]),
    }
}

/// Why nothing comes of it, each problem beside its option.
pub(super) fn why(trouble: &Trouble, text: Text) -> String {
    let Trouble::Problems(problems) = trouble else {
        return bulk::why(trouble, text);
    };
    let told = problems
        .iter()
        .map(|one| format!("{}: {}", option(one), problem(one, text)));
    let told: Vec<String> = told.collect();
    text.joined(&told.iter().map(String::as_str).collect::<Vec<_>>())
}
