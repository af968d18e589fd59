//! Commands for scripts, on disks that are full or read-only.

use super::broken::{Broken, VALID, mounted, says};

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

#[test]
fn a_secret_is_handed_over_whole_or_not_at_all_on_a_full_disk() {
    let lines = "disk; fill
                 keyward key new --name first --role Auditor --secret-file $DISK/first --db $DB
                 keyward key new --name second --role Auditor --secret-file $DISK/second --db $FROM
                 echo left; ls $DISK; keyward key list --format jsonl --db $FROM; rm $DISK/rest
                 keyward key new --name first --role Auditor --secret-file $DISK/first --db $DB
                 keyward verify --db $DB < $DISK/first";
    let Some(said) = mounted(&Broken::closed(), lines) else {
        return;
    };
    let full = ["The disk is full", "exit 2"];
    let rest = says(says(&said, &full), &full);
    let (left, rest) = says(rest, &["left\n"])
        .split_once("\"backup\"")
        .expect("listed");
    assert!(
        !left.contains("first") && !left.contains("second"),
        "{left}"
    );
    let (list, rest) = rest.split_once("exit 0").expect("listed");
    assert!(!list.contains("second"), "{list}");
    says(
        rest,
        &["exit 0", "\"valid\":true", "\"name\":\"first\"", "exit 0"],
    );
}

#[test]
fn nothing_is_restored_in_part_and_the_doctor_says_that_the_disk_is_full() {
    let lines = "cp -p $FROM $HOME/copy; disk; fill; keyward doctor --db $DB
                 keyward restore $HOME/copy --yes --db $DB; echo left; ls $DISK; verify
                 rm $DISK/rest; keyward restore $HOME/copy --yes --db $DB; verify
                 keyward doctor --db $DB";
    let Some(said) = mounted(&Broken::closed(), lines) else {
        return;
    };
    let rest = says(
        &said,
        &["free space", "Nothing more can be saved", "exit 1"],
    );
    let rest = says(rest, &["The disk is full", "exit 2", "left\n"]);
    let (left, rest) = rest.split_once("rest").expect("listed");
    assert!(!left.contains("before"), "{left}");
    let rest = says(
        rest,
        &[VALID, "exit 0", "Restored", "exit 0", VALID, "exit 0"],
    );
    says(rest, &["chain", "intact", "exit 0"]);
}
