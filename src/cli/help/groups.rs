//! THE table of how options are grouped in help: the same one stands under the same heading in every command.

use clap::Arg;

/// The headings, with the IDs of the arguments under each. All others are the command's own, under `Options`.
const GROUPS: &[(&str, &[&str])] = &[
    (
        "Which rows",
        &[
            "by", "expiring", "filter", "named", "since", "target", "until", "unused",
        ],
    ),
    ("Output", &["follow", "format", "json", "reverse", "sort"]),
    (
        "Secret",
        &[
            "age",
            "deliver_now",
            "overlap",
            "secret_dir",
            "secret_fd",
            "secret_file",
            "stdout",
        ],
    ),
    ("Before anything is changed", &["dry_run", "yes"]),
    ("Database and user", &["db", "user"]),
];

/// The argument under its heading.
pub(super) fn grouped(argument: Arg) -> Arg {
    let id = argument.get_id().as_str();
    match GROUPS.iter().find(|(_, ids)| ids.contains(&id)) {
        Some((heading, _)) => argument.help_heading(*heading),
        None => argument,
    }
}
