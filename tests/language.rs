//! The language of what the program says before it knows a user: that of the locale which SSH forwards.

use std::path::Path;

mod support {
    #![expect(dead_code, reason = "only a part of it is used here")]
    pub mod program;
}

use support::program::keyward;

/// Runs it with these variables and no others; what it said on standard error and on standard output.
fn said(variables: &[(&str, &str)], args: &[&str]) -> (String, String) {
    let mut command = keyward(Path::new("/"), args);
    let output = command.envs(variables.iter().copied()).output();
    let output = output.expect("ran");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (text(output.stderr), text(output.stdout))
}

const NO_DATABASE: [&str; 3] = ["verify", "--db", "/nowhere/keyward.db"];
const JAPANESE: &str = "keyward: /nowhere/keyward.dbにデータベースがありません。\n";
const ENGLISH: &str = "keyward: There is no database at /nowhere/keyward.db.\n";

#[test]
fn sentences_are_in_the_language_of_the_locale() {
    for (variables, sentence) in [
        (&[] as &[_], ENGLISH),
        (&[("LANG", "ja_JP.UTF-8")], JAPANESE),
        (&[("LANG", "ja_JP.UTF-8"), ("LC_ALL", "C")], ENGLISH),
        (
            &[("LANG", "C.UTF-8"), ("LC_MESSAGES", "ja_JP.UTF-8")],
            JAPANESE,
        ),
    ] {
        assert_eq!(said(variables, &NO_DATABASE).0, sentence, "{variables:?}");
    }
}

#[test]
fn the_help_of_the_command_line_is_the_same_everywhere() {
    let japanese = [("LC_ALL", "ja_JP.UTF-8")];
    assert_eq!(said(&japanese, &["--help"]), said(&[], &["--help"]));
}
