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
    why_beside(trouble, text, option)
}

/// [`why`] where the name is no option's value, but an argument of its own.
pub(super) fn why_of_named(trouble: &Trouble, text: Text) -> String {
    why_beside(trouble, text, |problem| match problem.field {
        Field::Name => "NAME",
        _ => option(problem),
    })
}

/// Why nothing comes of it, each problem beside what has it.
fn why_beside(trouble: &Trouble, text: Text, beside: fn(&Problem) -> &'static str) -> String {
    let Trouble::Problems(problems) = trouble else {
        return bulk::why(trouble, text);
    };
    let told = problems
        .iter()
        .map(|one| format!("{}: {}", beside(one), problem(one, text)));
    let told: Vec<String> = told.collect();
    text.joined(&told.iter().map(String::as_str).collect::<Vec<_>>())
}
