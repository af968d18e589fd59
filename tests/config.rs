//! The config file and `keyward config`, as whoever types it sees them.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use keyward::config::Config;
use keyward::config::settings::ThemeName;
use keyward::text::Text;
use keyward::ui::keymap::{actions, markdown};
use keyward::ui::look::STYLES;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use tempfile::TempDir;

mod support {
    #![expect(dead_code, reason = "only a part of it is used here")]
    pub mod program;
    pub mod pty;
    pub mod sentence;
}

use support::program::{keyward, printed, said};
use support::pty::Start;

/// A home with a config file, or none.
struct Home(TempDir);

impl Home {
    fn new() -> Home {
        Home(tempfile::tempdir().expect("a directory"))
    }

    fn with(config: &str) -> Home {
        let home = Home::new();
        home.write(config);
        home
    }

    fn file(&self) -> PathBuf {
        let directory = self.0.path().join(".config/keyward");
        fs::create_dir_all(&directory).expect("made");
        directory.join("config.toml")
    }

    fn write(&self, config: &str) {
        fs::write(self.file(), config).expect("written");
    }

    /// What the program answers to these arguments, with these variables besides the usual ones.
    fn run(&self, args: &[&str], variables: &[(&str, &str)]) -> Assert {
        let usual = [
            ("TERM", "xterm"),
            ("LANG", "en_US.UTF-8"),
            ("TZ", "Europe/Berlin"),
        ];
        let mut command = keyward(self.0.path(), args);
        command.envs(usual).envs(variables.iter().copied());
        Command::from_std(command).assert()
    }

    /// What `keyward config` prints with this exit code, and what it complains of.
    fn config(&self, variables: &[(&str, &str)], code: i32) -> (String, Vec<String>) {
        let ended = self.run(&["config"], variables).code(code);
        let file = self.file().display().to_string();
        let complaint = |line: &str| {
            let rest = line.strip_prefix("keyward: ").expect("our name");
            rest.replacen(&file, "FILE", 1)
        };
        (
            printed(&ended),
            said(&ended).lines().map(complaint).collect(),
        )
    }
}

/// The lines that set something, without the spaces before their comments.
fn set(printed: &str) -> Vec<String> {
    let lines = printed.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| match line.split_once("  ") {
            Some((set, origin)) => format!("{set} {}", origin.trim_start()),
            None => line.to_owned(),
        })
        .collect()
}

const DEFAULTS: [&str; 10] = [
    "theme = \"default\" # default",
    "colours = \"16\" # TERM",
    "borders = \"unicode\" # LANG",
    "mouse = true # default",
    "clipboard = \"auto\" # default",
    "secret.hidden = false # default",
    "idle_minutes = 15 # default",
    "zone = \"Europe/Berlin\" # TZ",
    "language = \"en-US\" # LANG",
    "warning_days = 14 # default",
];

#[test]
fn without_a_file_the_settings_are_the_defaults_and_say_so() {
    let (printed, complaints) = Home::new().config(&[], 0);
    assert!(printed.contains("# There is no such file: all settings have their defaults.\n"));
    assert_eq!(set(&printed), DEFAULTS);
    assert!(complaints.is_empty());
}

#[test]
fn each_setting_tells_where_it_comes_from() {
    let home = Home::with(
        "theme = 'light'\nmouse = false\nsecret.hidden = true\n\nlanguage = 'ja-JP'\n[keys]\nlist.new = ['b', 'insert']\n",
    );
    let (shown, complaints) = home.config(&[("LC_CTYPE", "C")], 0);
    assert!(shown.starts_with(&format!("# 設定ファイル: {}\n", home.file().display())));
    assert_eq!(
        set(&shown),
        [
            "theme = \"light\" # 1行目",
            "colours = \"16\" # TERM",
            "borders = \"ascii\" # LC_CTYPE",
            "mouse = false # 2行目",
            "clipboard = \"auto\" # 既定値",
            "secret.hidden = true # 3行目",
            "idle_minutes = 15 # 既定値",
            "zone = \"Europe/Berlin\" # TZ",
            "language = \"ja-JP\" # 5行目",
            "warning_days = 14 # 既定値",
            "[keys]",
            "list.new = [\"b\", \"Insert\"] # 7行目",
        ]
    );
    assert!(complaints.is_empty());
    let theme = |args: &[&str], variables| {
        let ended = home.run(args, variables).success();
        set(&printed(&ended)).swap_remove(0)
    };
    let no_colour = [("NO_COLOR", "1")];
    let without_colour = theme(&["config"], &no_colour);
    assert_eq!(without_colour, "theme = \"mono\" # NO_COLOR");
    let on_a_vt100 = theme(&["config"], &[("TERM", "vt100")]);
    assert_eq!(on_a_vt100, "theme = \"mono\" # TERM");
    let named = theme(&["config", "--theme", "high-contrast"], &no_colour);
    assert_eq!(named, "theme = \"high-contrast\" # コマンドライン");
}

#[test]
fn what_is_printed_is_a_config_file_with_the_same_settings() {
    let home = Home::with("theme = 'mono'\nidle_minutes = 0\nkeys.list.delete = ['\\', '\"']\n");
    let (printed, _) = home.config(&[], 0);
    home.write(&printed);
    let (again, complaints) = home.config(&[("TZ", "UTC"), ("LANG", "C")], 0);
    let only = |printed: &str| -> Vec<String> {
        let lines = set(printed).into_iter();
        lines
            .map(|line| line.split(" # ").next().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(only(&again), only(&printed));
    assert!(complaints.is_empty());
}

#[test]
fn the_default_file_has_every_setting_and_key_and_changes_nothing() {
    for language in ["en_US.UTF-8", "ja_JP.UTF-8"] {
        let home = Home::new();
        let variables = [("LANG", language)];
        let printed = printed(&home.run(&["config", "--default"], &variables).success());
        let (nothing, _) = home.config(&variables, 0);
        home.write(&printed);
        let (as_it_is, complaints) = home.config(&variables, 0);
        assert_eq!((set(&as_it_is), complaints), (set(&nothing), vec![]));

        // A setting's line begins with # and no space behind it.
        let taken_in: Vec<&str> = printed
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(setting) if !setting.starts_with(' ') => setting,
                _ => line,
            })
            .collect();
        home.write(&taken_in.join("\n"));
        let (all, complaints) = home.config(&variables, 0);
        assert_eq!(complaints, [""; 0]);
        let value = |line: &String| line.split(" # ").next().map(str::to_owned);
        let (all, nothing) = (set(&all), set(&nothing));
        let settings = nothing.len();
        let values = |lines: &[String]| -> Vec<_> { lines.iter().map(value).collect() };
        assert_eq!(values(&all[..settings]), values(&nothing));
        assert_eq!(all[settings], "[keys]");
        assert_eq!(all.len(), settings + 1 + actions().len());
        assert!(printed.lines().all(|line| !line.ends_with(' ')));
    }
}

#[test]
fn a_wrong_value_is_told_with_file_line_and_what_was_expected_and_its_default_counts() {
    let home = Home::with(
        "theme = \"pink\"\nmous = true\nsecret.hidden = 3\nidle_minutes = -1\nzone = \"Mars/Base\"\n\
         [keys]\nlist.new = [\"d\"]\nlist.tree = [\"Enter\"]\nlist.foo = [\"x\"]\nlist.quit = [\"Ctrl-1\"]\nform.accept = [\"o\"]\n\
         mouse = false\n",
    );
    let (printed, complaints) = home.config(&[], 1);
    assert_eq!(set(&printed)[..DEFAULTS.len()], DEFAULTS);
    assert_eq!(
        set(&printed)[DEFAULTS.len()..],
        [
            "[keys]",
            "list.new = [\"n\"] # default",
            "list.tree = [\"t\"] # default",
            "list.quit = [\"q\"] # default",
            "form.accept = [\"F2\", \"Ctrl-S\"] # default",
        ]
    );
    assert_eq!(
        complaints,
        [
            "FILE, line 1: theme must be a name that keyward themes prints, or the path of a theme file. Its default is used.",
            "FILE, line 2: There is no setting mous. Keys of commands belong under [keys].",
            "FILE, line 3: secret.hidden must be true or false. Its default is used.",
            "FILE, line 4: idle_minutes must be a whole number from 0 to 1440. Its default is used.",
            "FILE, line 5: zone must be auto or an IANA time zone, such as Europe/Berlin. Its default is used.",
            "FILE, line 7: list.new cannot have d: on the same screen list.delete has it. Its default keys are used.",
            "FILE, line 8: list.tree cannot have Enter: on the same screen list.properties has it. Its default keys are used.",
            "FILE, line 9: There is no command list.foo.",
            "FILE, line 10: list.quit must have keys that a terminal sends, and Ctrl-1 is not one. Its default keys are used.",
            "FILE, line 11: form.accept cannot have o: where it is used, that is typed as text. Its default keys are used.",
            "FILE, line 12: mouse is a setting: put it above [keys].",
        ]
    );
}

/// Red, green and blue of Solarized's ground.
const SOLARIZED: &str = "48;2;0;43;54";

#[test]
fn a_theme_of_ones_own_is_one_line_beside_the_config_file_and_is_checked_as_that_is() {
    let home = Home::with("theme = 'own.toml'\ncolours = 'true'\n");
    let path = home.file().with_file_name("own.toml");
    let set_to = |written: &str| fs::write(&path, written).expect("written");
    let complaint = |wrong: &str| format!("{}{wrong}", path.display());
    let (printed, complaints) = home.config(&[], 1);
    let themes = format!("theme = \"{}\" # line 1", path.display());
    assert_eq!(set(&printed)[0], themes);
    let missing = ": There is no such file. The default theme is used.";
    assert_eq!(complaints, [complaint(missing)]);

    set_to("base = 'solarized'\nshadow = {}\nlabel = { fg = 'pink' }\n");
    let (_, complaints) = home.config(&[], 1);
    let wrong = [
        ", line 2: There is no style shadow.",
        ", line 3: label.fg must be a colour, such as red, bright-red or #2aa198. Its default is used.",
    ];
    assert_eq!(complaints, wrong.map(complaint));
    let mut console = Start::new(home.0.path(), &["demo"]).go();
    console.see("2 problems.");
    assert!(
        console
            .screen()
            .replace('\n', " ")
            .contains("There is no style")
    );
    console.quits();
    assert!(String::from_utf8_lossy(&console.bytes()).contains(SOLARIZED));

    fs::set_permissions(&path, Permissions::from_mode(0o666)).expect("set");
    let (_, complaints) = home.config(&[], 1);
    // What mends it can be copied to the end of the line.
    let mends = format!("chmod go-w {}", path.display());
    assert!(complaints[0].ends_with(&mends), "{complaints:?}");
    let counts = "own.toml: The default theme is used. ";
    assert!(complaints[0].contains(counts), "{complaints:?}");
    fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("set");

    set_to("base = 'solarized'\n");
    assert_eq!(home.config(&[], 0).1, [""; 0]);
    let (printed, complaints) = home.config(&[("NO_COLOR", "1")], 0);
    assert_eq!(set(&printed)[0], "theme = \"mono\" # NO_COLOR");
    assert_eq!(complaints, [""; 0]);
    // One that is named counts before all, and its path is the shell's.
    let named = ["demo", "--theme", path.to_str().expect("a path")];
    for (colours, drawn) in [("true", SOLARIZED), ("256", "48;5;")] {
        home.write(&format!("colours = '{colours}'\n"));
        let start = Start::new(home.0.path(), &named);
        let variables: &[_] = &[("NO_COLOR", OsStr::new("1"))];
        let mut console = Start { variables, ..start }.go();
        console.see("n New...");
        console.quits();
        let bytes = String::from_utf8_lossy(&console.bytes()).into_owned();
        assert!(bytes.contains(drawn), "{colours}");
    }
}

#[test]
fn the_themes_are_names_in_a_pipe_colours_at_a_terminal_and_files_to_begin_with() {
    let home = Home::with("theme = 'own.toml'\ncolours = 'true'\n");
    let themes = |args: &[&str]| {
        let args = [&["themes"], args].concat();
        printed(&home.run(&args, &[]).success())
    };
    assert_eq!(themes(&[]), ThemeName::WORDS.join("\n") + "\n");
    for name in ThemeName::WORDS {
        let file = themes(&[name]);
        for (style, purpose) in STYLES {
            assert!(
                file.contains(&format!("#{purpose}\n{style} ")),
                "{name}: {style}"
            );
        }
        fs::write(home.file().with_file_name("own.toml"), file).expect("written");
        assert_eq!(home.config(&[], 0).1, [""; 0], "{name}");
    }
    let shown = |variables| {
        let start = Start::new(home.0.path(), &["themes"]);
        let mut shown = Start { variables, ..start }.go();
        assert_eq!(shown.end(), 0);
        String::from_utf8_lossy(&shown.bytes()).into_owned()
    };
    let in_colour = shown(&[]);
    assert!(in_colour.contains(SOLARIZED) && in_colour.contains("selected_beside"));
    let without = shown(&[("NO_COLOR", OsStr::new("1"))]);
    assert!(!without.contains('\x1b') && without.contains("solarized"));
}

#[test]
fn what_is_no_config_file_is_told_and_nothing_waits_for_it() {
    let home = Home::with("mouse = false\ntheme = mono\n");
    let (printed, complaints) = home.config(&[], 1);
    assert_eq!(set(&printed), DEFAULTS);
    let begin = "FILE, line 2: This is not TOML: ";
    assert!(complaints[0].starts_with(begin), "{complaints:?}");

    fs::remove_file(home.file()).expect("removed");
    mkfifo(&home.file(), Mode::S_IRUSR).expect("a pipe");
    let (printed, complaints) = home.config(&[], 1);
    assert_eq!(set(&printed), DEFAULTS);
    let sentence = "FILE: This is not a regular file. All settings have their defaults.";
    assert_eq!(complaints, [sentence]);
}

#[test]
fn a_wrong_file_says_so_in_the_console_and_nowhere_else() {
    let home = Home::with("theme = 'pink'\n[keys]\nlist.new = ['b']\nlist.foo = ['x']\n");
    let path = home.file();
    // A program that only answers programs says nothing of it.
    let missing = said(&home.run(&["verify"], &[]).code(2));
    assert!(!missing.contains("config"), "{missing}");

    let mut console = Start::new(home.0.path(), &["demo"]).go();
    console.see("b New...");
    // The message is broken where the window is too narrow for it.
    console.see("2 problems.");
    let screen = console.screen().replace('\n', " ");
    let said = [
        &format!("{}, line 1: theme must be", path.display()),
        "keyward config shows",
    ];
    for said in said {
        assert!(screen.contains(said), "{screen}");
    }
    console.quits();
}

#[test]
fn the_console_goes_by_the_file_also_with_user() {
    let home = Home::with(
        "language = 'ja-JP'\nborders = 'ascii'\nmouse = false\nzone = 'Asia/Kathmandu'\nclipboard = 'off'\nsecret.hidden = true\n",
    );
    // The account is the first user of the database that this makes. A window of less than 110 columns has no edges.
    let wide = Start {
        columns: 120,
        ..Start::new(home.0.path(), &[])
    };
    let mut console = wide.go();
    console.see("APIキーはまだありません");
    console.send("n").see("新規APIキー");
    console.send("backup\t");
    console.send("\x13").see("非表示");
    // The answer is drawn after the dialog's first frame, before which other keys are dropped.
    console.send("\x03").see("閉じる方法は2つで");
    // A secret that is copied is sent to the terminal, unless that is off.
    console.send("c").see("clipboard = off");
    console.send("a\r").see("backup");
    console.quits();
    let bytes = String::from_utf8_lossy(&console.bytes()).into_owned();
    assert!(!bytes.contains("\x1b[?1002h") && !bytes.contains("\x1b]52"));
    assert!(!bytes.contains('─') && bytes.contains("+---"));

    let name = Config::read().account.name;
    let mut console = Start::new(home.0.path(), &["--user", &name]).go();
    console.see("backup");
    console.send("tg\r").see("氏名");
    console.quits();
}

#[test]
fn nothing_else_goes_with_it() {
    let home = Home::new();
    for (args, option) in [
        (&["config", "--user", "alice"] as &[_], "--user"),
        (&["--db", "x.db", "config"], "--db"),
        (&["config", "--default", "--theme", "nord"], "--theme"),
    ] {
        let said = said(&home.run(args, &[]).code(64));
        assert!(said.contains("keyward config"), "{said}");
        assert!(said.contains(option), "{said}");
    }
}

#[test]
fn the_key_table_has_every_action() {
    let keys = markdown(Text::en_us());
    for action in actions() {
        let cell = format!(" | `{}` | ", action.name);
        assert!(keys.contains(&cell), "{cell}");
    }
}
