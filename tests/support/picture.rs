//! What the pages have from the code: pictures, drawn from the real screens, and tables.

pub mod cast;
pub mod glyphs;
pub mod motion;
pub mod palette;
mod paths;
pub mod reel;
pub mod svg;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use keyward::auth::random::Random;
use keyward::cli::reference;
use keyward::config::settings::{SETTINGS, ThemeName};
use keyward::domain::locale::Locale;
use keyward::domain::trouble::Trouble;
use keyward::service::demo;
use keyward::text::Text;
use keyward::ui::keymap;
use keyward::ui::look::STYLES;

use super::console::Console;
use super::database::Bench;
use super::page;
use palette::{DARK, LIGHT, Palette};
use svg::Shot;

/// A picture of one screen, and how one gets there.
struct Scene {
    /// Its file in `assets/pictures`.
    file: &'static str,
    /// What is seen, for those who cannot see it.
    title: &'static str,
    size: (u16, u16),
    language: Locale,
    theme: ThemeName,
    /// See [`Console::keys`].
    keys: &'static str,
}

const fn scene(
    file: &'static str,
    size: (u16, u16),
    keys: &'static str,
    title: &'static str,
) -> Scene {
    Scene {
        file,
        title,
        size,
        language: Locale::EnUs,
        theme: ThemeName::Default,
        keys,
    }
}

#[rustfmt::skip]
const SCENES: &[Scene] = &[
    scene("list", (117, 24), "", "The list of API keys, each with its state, role, expiry date and last sign-in"),
    scene("secret", (117, 24), "nnew-dashboard-2<F2>", "The secret of a new API key, shown this one time"),
    scene("properties", (100, 30), "<Down><Down><Down><Down><Down><Down><Down><Down><Down><Down>\n\t\t\t\t\t\t ", "Properties of an API key that expires, with the calendar open"),
    scene("rights", (100, 24), "tgj\n/id:2\n\n<F4>", "The rights of a role on computers"),
    scene("events", (130, 24), "tG\n<Down><Down><Down><Down><Down>", "System events: who did what, to what, and when"),
    scene("preview", (130, 28), "<End><Up><Up><Up><Up>", "The list of API keys, with what is known of the selected one beside it"),
    Scene { theme: ThemeName::Light, ..scene("light", (100, 24), "<Down><Down>l", "Locking an API key out, in the theme for light backgrounds") },
    Scene { language: Locale::JaJp, ..scene("japanese", (100, 24), "<End>", "The list of API keys in Japanese") },
];

/// One screen, as it is drawn.
pub struct Still {
    pub file: &'static str,
    pub title: &'static str,
    pub shot: Shot,
    pub palette: &'static Palette,
}

impl Scene {
    fn still(&self) -> Still {
        let (bench, user) = Bench::demo(demo::FULL_ACCESS_USER);
        let mut console = Console::set(bench, user, self.size, |setting| {
            setting.settings.language = self.language;
            setting.settings.theme = self.theme.into();
        });
        console.random_from(Box::new(Example));
        console.keys(self.keys).rest();
        let palette = match self.theme {
            ThemeName::Light => &LIGHT,
            _ => &DARK,
        };
        Still {
            file: self.file,
            title: self.title,
            shot: Shot::of(&console),
            palette,
        }
    }
}

/// The pictures that do not move.
pub fn stills() -> Vec<Still> {
    SCENES.iter().map(Scene::still).collect()
}

/// All pictures and the recording: where they are in the repository, and what they hold.
pub fn pictures() -> Vec<(String, String)> {
    let stills = stills().into_iter().map(|still| {
        let drawn = svg::still(still.title, &still.shot, still.palette);
        (format!("{}.svg", still.file), drawn)
    });
    let reel = reel::demonstration();
    let moving = [
        ("demo.svg".to_owned(), motion::svg(&reel)),
        ("demo.cast".to_owned(), cast::cast(&reel)),
    ];
    let all = stills.chain(moving);
    all.map(|(file, drawn)| (format!("assets/pictures/{file}"), drawn))
        .collect()
}

/// Random bytes that everybody knows: a secret that is made of them says that it is an example.
pub struct Example;

impl Random for Example {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Trouble> {
        let example = STANDARD.decode("EXAMPLE/").expect("base64");
        let endless = example.iter().cycle();
        bytes
            .iter_mut()
            .zip(endless)
            .for_each(|(byte, of)| *byte = *of);
        Ok(())
    }
}

/// The pages with a table of the code's, as they are with that table.
pub fn pages() -> Vec<(&'static str, String)> {
    let text = Text::en_us();
    vec![
        with_table("docs/keys.md", "keys", &keymap::markdown(text)),
        with_table("docs/configuration.md", "settings", &settings(text)),
        with_table("docs/themes.md", "styles", &styles()),
        with_table(
            "docs/commands.md",
            "commands",
            &reference::commands_markdown(),
        ),
        with_table(
            "docs/exit-codes.md",
            "exit codes",
            &reference::exit_codes_markdown(),
        ),
    ]
}

/// A page with this table between its marks.
fn with_table(page: &'static str, name: &str, table: &str) -> (&'static str, String) {
    let (start, end) = (
        format!("<!-- {name} -->\n"),
        format!("<!-- end of {name} -->\n"),
    );
    let now = page::read(page);
    let (before, rest) = now.split_once(&start).expect(&start);
    let (_, after) = rest.split_once(&end).expect(&end);
    (page, format!("{before}{start}\n{table}\n{end}{after}"))
}

/// The settings with what explains them and their defaults.
fn settings(text: Text) -> String {
    let rows = SETTINGS.iter().map(|setting| {
        let (name, default) = (setting.name, setting.written_unset());
        format!("| `{name}` | {} | `{default}` |\n", text.say(setting.help))
    });
    let head = "| Setting | What it is | Default |\n| --- | --- | --- |\n";
    head.to_owned() + &rows.collect::<String>()
}

/// The styles of themes with what each is for.
fn styles() -> String {
    let rows = STYLES
        .iter()
        .map(|(name, purpose)| format!("| `{name}` |{purpose} |\n"));
    "| Style | What it is for |\n| --- | --- |\n".to_owned() + &rows.collect::<String>()
}
