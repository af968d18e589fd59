//! The config file: TOML, read once at the start and never written. Whatever is in its place, reading it neither waits
//! nor fails; what does not count is complained of.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, absolute};

use nix::fcntl::OFlag;
use toml::de::{DeTable, DeValue};

use crate::config::complaint::{CONFIG_FILE_MAX, Complaint, Expected, Why, line_of};
use crate::config::settings::{KeySetting, SETTINGS, Settings};
use crate::path::{self, Halt, Walked};

/// The table of the keys.
const KEYS: &str = "keys";

/// What the file holds; nothing where there is none. Nobody but root and the account may have a say in it.
pub(super) fn read(path: &Path, account: u32) -> Result<Option<String>, Why> {
    let unreadable = |error: std::io::Error| Why::Unreadable(error.to_string());
    let opened = OpenOptions::new()
        .read(true)
        // A pipe that nobody writes to is not waited for.
        .custom_flags((OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits())
        .open(path);
    let file = match opened {
        Ok(file) => file,
        // Where a link leads nowhere, a file is meant to be.
        Err(error) if error.kind() == ErrorKind::NotFound && path.symlink_metadata().is_err() => {
            return Ok(None);
        }
        // What is no file: a socket cannot be opened.
        Err(_) if path.metadata().is_ok_and(|meta| !meta.is_file()) => return Err(Why::NotAFile),
        Err(error) => return Err(unreadable(error)),
    };
    let facts = file.metadata().map_err(unreadable)?;
    if !facts.is_file() {
        return Err(Why::NotAFile);
    }
    let path = absolute(path).map_err(unreadable)?;
    let Walked { real, .. } = path::walk(&path, account).map_err(|halt| match halt {
        Halt::Unsafe(fault) => Why::Unsafe(fault),
        Halt::Unseen(error) => unreadable(error),
    })?;
    path::check_owner(&real, &facts, account)
        .and_then(|()| path::check_mode(&real, &facts))
        .map_err(Why::Unsafe)?;
    let mut bytes = Vec::new();
    let most = u64::try_from(CONFIG_FILE_MAX + 1).unwrap_or(u64::MAX);
    file.take(most)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() > CONFIG_FILE_MAX {
        return Err(Why::TooLong);
    }
    String::from_utf8(bytes).map(Some).map_err(|_| Why::NotText)
}

impl Settings {
    /// Puts in force what a config file sets; what does not count in it is among the complaints.
    pub fn apply(&mut self, text: &str) {
        let settings = self;
        let mut reading = Reading { text, settings };
        match DeTable::parse(text) {
            Ok(table) => reading.settings("", table.get_ref()),
            Err(error) => reading
                .settings
                .complaints
                .push(Complaint::of_parser(text, &error)),
        }
        // A table has them by name.
        settings.complaints.sort_by_key(|complaint| complaint.line);
        settings.keys.sort_by_key(|setting| setting.line);
    }
}

struct Reading<'a> {
    text: &'a str,
    settings: &'a mut Settings,
}

impl Reading<'_> {
    fn complain(&mut self, line: usize, why: Why) {
        let line = Some(line);
        self.settings.complaints.push(Complaint { line, why });
    }

    /// The settings whose names begin with `before`.
    fn settings(&mut self, before: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let name = format!("{before}{}", key.get_ref());
            let line = line_of(self.text, key.span().start);
            let inner = format!("{name}.");
            let is_table = name == KEYS || SETTINGS.iter().any(|s| s.name.starts_with(&inner));
            let setting = SETTINGS.iter().find(|setting| setting.name == name);
            match (value.get_ref(), setting) {
                (DeValue::Table(keys), _) if name == KEYS => self.keys("", keys),
                (DeValue::Table(table), _) if is_table => self.settings(&inner, table),
                (value, Some(setting)) => {
                    if let Err(expected) = setting.read(self.settings, value, line) {
                        self.complain(line, Why::Value { name, expected });
                    }
                }
                (_, None) if is_table => {
                    let expected = Expected::Table;
                    self.complain(line, Why::Value { name, expected });
                }
                (_, None) => self.complain(line, Why::Unknown(name)),
            }
        }
    }

    /// The keys of the actions whose names begin with `before`.
    fn keys(&mut self, before: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let name = format!("{before}{}", key.get_ref());
            let line = line_of(self.text, key.span().start);
            if let DeValue::Table(inner) = value.get_ref() {
                self.keys(&format!("{name}."), inner);
            } else if SETTINGS.iter().any(|setting| setting.name == name) {
                self.complain(line, Why::UnderKeys(name));
            } else if let Some(keys) = names(value.get_ref()) {
                let action = name;
                let setting = KeySetting { action, keys, line };
                self.settings.keys.push(setting);
            } else {
                let expected = Expected::Keys;
                self.complain(line, Why::Value { name, expected });
            }
        }
    }
}

/// A list of names, if it is one and not empty.
fn names(value: &DeValue<'_>) -> Option<Vec<String>> {
    let names = value.as_array()?.iter();
    let names = names.map(|name| name.get_ref().as_str().map(str::to_owned));
    let names: Vec<String> = names.collect::<Option<_>>()?;
    (!names.is_empty()).then_some(names)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt, chown, symlink};
    use std::os::unix::net::UnixListener;

    use nix::sys::stat::Mode;
    use nix::unistd::{geteuid, mkfifo};

    use super::*;
    use crate::domain::trouble::PathFault;

    fn applied(text: &str) -> Settings {
        let mut settings = Settings::default();
        settings.apply(text);
        settings
    }

    /// The line and the reason of the only complaint.
    fn complaint(text: &str) -> (Option<usize>, Why) {
        let mut complaints = applied(text).complaints;
        assert_eq!(complaints.len(), 1, "{text}: {complaints:?}");
        let Complaint { line, why } = complaints.remove(0);
        (line, why)
    }

    #[test]
    fn a_wrong_value_is_told_with_its_line_and_what_was_expected() {
        let one_of = |words: &[&'static str]| Expected::OneOf(words.to_vec());
        let colours = one_of(&["auto", "true", "256", "16"]);
        let borders = one_of(&["auto", "unicode", "ascii"]);
        let clipboards = one_of(&["auto", "tmux", "osc52", "native", "off"]);
        let languages = one_of(&["auto", "en-US", "ja-JP"]);
        for (name, expected, values) in [
            ("theme", Expected::Theme, ["'pink'", "3", "''", "['mono']"]),
            ("colours", colours, ["'24bit'", "256", "true", "''"]),
            ("borders", borders, ["'round'", "true", "'Ascii'", "{}"]),
            ("clipboard", clipboards, ["'x11'", "false", "1.5", "[]"]),
            (
                "language",
                languages,
                ["'en'", "'ja_JP'", "1", "2026-11-22"],
            ),
            (
                "mouse",
                Expected::Flag,
                ["1", "'true'", "{ on = true }", "[true]"],
            ),
            ("secret.hidden", Expected::Flag, ["0", "'no'", "{}", "[]"]),
            (
                "idle_minutes",
                Expected::UpTo(1440),
                ["-1", "1441", "'15'", "1.0"],
            ),
            (
                "warning_days",
                Expected::UpTo(365),
                ["366", "99999999999999999999", "true", "nan"],
            ),
            (
                "zone",
                Expected::Zone,
                ["'Mars/Base'", "'CET-1'", "0", "''"],
            ),
        ] {
            for value in values {
                let text = format!("# first\r\n\r\n{name} = {value}\r\n");
                let why = Why::Value {
                    name: name.to_owned(),
                    expected: expected.clone(),
                };
                assert_eq!(complaint(&text), (Some(3), why), "{text}");
                assert_eq!(applied(&text).values(), Settings::default().values());
            }
        }
    }

    #[test]
    fn one_wrong_value_takes_no_other_setting_with_it() {
        let settings = applied("theme = 'pink'\nmouse = false\n[secret]\nhidde = 1\nhidden = true");
        assert!(!settings.mouse && settings.secret_hidden);
        let unknown = Why::Unknown("secret.hidde".to_owned());
        assert_eq!(settings.complaints[1].why, unknown);
        assert_eq!(settings.complaints[1].line, Some(4));
    }

    #[test]
    fn what_is_no_setting_is_told() {
        for (text, name, line) in [
            ("mous = true", "mous", 1),
            ("\n[palette]\nred = 1", "palette", 2),
            ("Theme = 'mono'", "Theme", 1),
            ("list.new = ['n']", "list", 1),
        ] {
            let unknown = Why::Unknown(name.to_owned());
            assert_eq!(complaint(text), (Some(line), unknown), "{text}");
        }
        for (text, name) in [("secret = true", "secret"), ("keys = ['n']", "keys")] {
            let (name, expected) = (name.to_owned(), Expected::Table);
            assert_eq!(complaint(text), (Some(1), Why::Value { name, expected }));
        }
    }

    #[test]
    fn keys_are_read_however_the_name_is_written_in_toml() {
        for (text, line) in [
            ("[keys]\nlist.new = ['n', 'Insert']", 2),
            ("[keys]\n'list.new' = ['n',\n'Insert']", 2),
            ("[keys.list]\n\nnew = ['n', 'Insert']", 3),
            ("keys.list.new = ['n', 'Insert']", 1),
            ("keys = { list = { new = ['n', 'Insert'] } }", 1),
        ] {
            let settings = applied(text);
            assert_eq!(settings.complaints, [], "{text}");
            let [key] = &settings.keys[..] else {
                panic!("{text}: {:?}", settings.keys);
            };
            assert_eq!((&*key.action, key.line), ("list.new", line), "{text}");
            assert_eq!(key.keys, ["n", "Insert"], "{text}");
        }
        for wrong in ["'n'", "[]", "[1]", "['n', 2]", "true"] {
            let (name, expected) = ("list.new".to_owned(), Expected::Keys);
            let text = format!("[keys]\nlist.new = {wrong}");
            assert_eq!(complaint(&text), (Some(2), Why::Value { name, expected }));
            assert_eq!(applied(&text).keys, []);
        }
    }

    #[test]
    fn what_is_not_toml_sets_nothing_and_says_where() {
        for (text, line) in [
            ("mouse = false\ntheme = mono\n", 2),
            ("mouse = false\n\nkeys [\n", 3),
            ("mouse = false\nmouse = true", 2),
        ] {
            let settings = applied(text);
            assert!(settings.mouse, "{text}");
            let (at, why) = complaint(text);
            assert_eq!(at, Some(line), "{text}");
            assert!(matches!(why, Why::NotToml(words) if !words.contains('\n')));
        }
        for (start, nested) in [("", "["), ("keys = ", "{a=")] {
            let deep = start.to_owned() + &nested.repeat(10_000);
            assert!(matches!(complaint(&deep).1, Why::NotToml(_)), "{nested}");
        }
    }

    fn us() -> u32 {
        geteuid().as_raw()
    }

    #[test]
    fn what_others_have_a_say_in_is_refused_with_what_mends_it() {
        let directory = tempfile::tempdir().expect("a directory");
        let below = directory.path().join("below");
        fs::create_dir(&below).expect("made");
        let file = below.join("config.toml");
        fs::write(&file, "mouse = false").expect("written");
        let set = |path: &Path, mode| {
            fs::set_permissions(path, Permissions::from_mode(mode)).expect("set");
        };
        let writable = |path: &Path, mode| {
            let path = path.to_owned();
            Err(Why::Unsafe(PathFault::Writable { path, mode }))
        };
        for mode in [0o664, 0o646, 0o666] {
            set(&file, mode);
            assert_eq!(read(&file, us()), writable(&file, mode));
        }
        set(&file, 0o644);
        set(&below, 0o775);
        assert_eq!(read(&file, us()), writable(&below, 0o775));
        set(&below, 0o755);
        let link = directory.path().join("link");
        symlink(&file, &link).expect("a link");
        assert!(matches!(read(&link, us()), Ok(Some(_))));
        if !geteuid().is_root() {
            return;
        }
        // An account that made it may have it; any other may not.
        chown(&file, Some(54_321), None).expect("given away");
        let others = read(&file, us());
        assert!(matches!(others, Err(Why::Unsafe(PathFault::Owner { .. }))));
        assert!(matches!(read(&file, 54_321), Ok(Some(_))));
        chown(&file, Some(0), None).expect("taken back");
        assert!(matches!(read(&file, 54_321), Ok(Some(_))), "root's is good");
    }

    #[test]
    fn whatever_is_in_the_files_place_reading_it_neither_waits_nor_fails() {
        let directory = tempfile::tempdir().expect("a directory");
        let at = |name: &str| directory.path().join(name);
        let is_unreadable = |name| matches!(read(&at(name), us()), Err(Why::Unreadable(_)));
        assert_eq!(read(&at("nothing"), us()), Ok(None));
        assert_eq!(read(directory.path(), us()), Err(Why::NotAFile));
        mkfifo(&at("pipe"), Mode::S_IRUSR).expect("a pipe");
        assert_eq!(read(&at("pipe"), us()), Err(Why::NotAFile));
        let _listens = UnixListener::bind(at("socket")).expect("a socket");
        assert_eq!(read(&at("socket"), us()), Err(Why::NotAFile));
        assert_eq!(read(Path::new("/dev/zero"), us()), Err(Why::NotAFile));
        fs::write(at("binary"), b"mouse = \xff").expect("written");
        assert_eq!(read(&at("binary"), us()), Err(Why::NotText));
        symlink("nowhere", at("broken")).expect("a link");
        assert!(is_unreadable("broken"));
        symlink("loop", at("loop")).expect("a link");
        assert!(is_unreadable("loop"));
        assert!(is_unreadable("binary/below"));

        let most = "#".repeat(CONFIG_FILE_MAX);
        fs::write(at("most"), &most).expect("written");
        assert_eq!(read(&at("most"), us()), Ok(Some(most.clone())));
        fs::write(at("more"), most + "#").expect("written");
        assert_eq!(read(&at("more"), us()), Err(Why::TooLong));
        symlink("most", at("link")).expect("a link");
        assert!(matches!(read(&at("link"), us()), Ok(Some(_))));

        fs::set_permissions(at("most"), Permissions::from_mode(0o000)).expect("set");
        // Root reads what it likes.
        assert!(is_unreadable("most") || geteuid().is_root());
    }
}
