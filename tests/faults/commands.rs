//! Commands for scripts, on disks that are full or read-only.

use super::broken::{Broken, mounted, says};

#[test]
fn on_a_full_disk_lists_are_given_and_changes_and_copies_are_told_and_leave_nothing() {
    let lines = "disk; fill; keyward key list --format json --db $DB
                 keyward key lock backup --yes --db $DB
                 keyward backup $DISK/copy --db $DB; echo; ls $DISK; rm $DISK/rest
                 keyward key lock backup --yes --db $DB; verify; keyward events --check --db $DB";
    let Some(said) = mounted(&Broken::closed(), lines) else {
        return;
    };
    let rest = says(&said, &["\"backup\"", "exit 0"]);
    let rest = says(rest, &["The disk is full", "exit 2", "The disk is full"]);
    let rest = says(rest, &["exit 2", "keyward.db", "rest", "exit 0"]);
    says(rest, &["locked-out", "exit 1", "is intact", "exit 0"]);
    assert!(!said.contains("\ncopy"), "{said}");
}

#[test]
fn a_secret_that_is_found_is_told_also_where_its_key_cannot_be_locked_out() {
    let lines = "disk; fill; keyward scan --lock --yes $SECRET --db $DB; rm $DISK/rest
                 keyward scan --lock --yes $SECRET --db $DB; verify";
    let Some(said) = mounted(&Broken::closed(), lines) else {
        return;
    };
    says(
        &said,
        &["current", "exit 1", "current", "exit 1", "locked-out"],
    );
    says(
        &said,
        &[
            "The disk is full",
            "was not locked out",
            "exit 1",
            "was locked out",
        ],
    );
}

#[test]
fn on_a_read_only_disk_lists_are_given_and_a_change_names_what_hinders_it() {
    let lines = "disk; mount -o remount,ro $DISK; keyward key list --format json --db $DB
                 keyward key lock backup --yes --db $DB; keyward backup $HOME/copy --db $DB";
    let Some(said) = mounted(&Broken::closed(), lines) else {
        return;
    };
    let rest = says(&said, &["\"backup\"", "exit 0"]);
    says(rest, &["mounted read-only", "exit 2"]);
}
