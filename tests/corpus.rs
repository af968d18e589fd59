//! The inputs that fuzzing has left, and those that it begins with: each is taken as it should be. What a target is, and
//! what must hold: see `fuzz/src/targets/`.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

#[path = "support"]
mod support {
    #![allow(dead_code, reason = "a part of what the tests use")]
    pub mod console;
    pub mod database;
    pub mod process;
    pub mod sentence;
}

#[path = "../fuzz/src/targets/mod.rs"]
mod targets;

use targets::{TARGETS, Target};

/// Everything in the directory with a target's inputs, by name.
fn kept(name: &str) -> Vec<(String, Vec<u8>)> {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    let files = fs::read_dir(seeds.join(name)).expect(name);
    let file = |file: std::io::Result<fs::DirEntry>| {
        let path = file.expect("a file").path();
        (path.display().to_string(), fs::read(&path).expect("read"))
    };
    let mut files: Vec<_> = files.map(file).collect();
    files.sort();
    files
}

fn holds(name: &str) {
    let (_, target): &(_, Target) = TARGETS
        .iter()
        .find(|(one, _)| *one == name)
        .expect("a target");
    for (path, input) in [(String::from("nothing"), Vec::new())]
        .into_iter()
        .chain(kept(name))
    {
        let ran = catch_unwind(AssertUnwindSafe(|| target(&input)));
        assert!(ran.is_ok(), "{path}");
    }
}

/// A test for each target, and one that says that there is one.
macro_rules! targets {
    ($($name:ident: $test:ident,)*) => {
        $(#[test]
        fn $test() {
            holds(stringify!($name));
        })*

        #[test]
        fn every_target_has_a_program_and_a_test_with_kept_inputs() {
            let tested = [$(stringify!($name)),*];
            let there: Vec<_> = TARGETS.iter().map(|(name, _)| *name).collect();
            assert_eq!(there, tested);
            let manifest = include_str!("../fuzz/Cargo.toml");
            let manifest: toml::Table = manifest.parse().expect("TOML");
            let programs = manifest["bin"].as_array().expect("programs");
            let programs: Vec<_> = programs.iter().map(|bin| bin["name"].as_str()).collect();
            assert_eq!(programs, tested.map(Some));
            for name in tested {
                assert!(!kept(name).is_empty(), "{name}");
            }
        }
    };
}

targets! {
    api: no_call_of_the_api_breaks_anything_and_what_is_refused_changes_nothing,
    config: every_config_file_and_theme_is_read_and_what_does_not_count_is_told,
    console: no_keys_break_the_console_or_take_a_secret_from_it,
    database: a_damaged_database_breaks_nothing_and_makes_no_secret_valid,
    dates: days_and_moments_are_what_they_say_in_every_zone,
    filter: every_filter_is_carried_out_and_a_term_and_what_it_is_not_are_all_rows,
    http: no_request_is_too_odd_to_be_read,
    import: every_file_of_keys_is_read_or_told_by_its_line_and_cells_are_read_as_they_are_written,
    scan: a_secret_is_found_in_whatever_is_around_it,
    ssh_key: of_a_public_key_comes_one_line_that_holds_it,
    ssh_words: no_letter_of_a_command_is_lost_and_none_with_a_secret_is_taken,
    terminal: whatever_a_terminal_sends_has_an_end_and_is_the_same_in_pieces,
    token: no_other_text_is_taken_for_a_secret,
}
