//! What the pages have from the code: pictures, drawn from the real screens, and tables.

use keyward::cli::reference;
use keyward::config::settings::SETTINGS;
use keyward::service::demo;
use keyward::text::Text;
use keyward::ui::keymap;
use keyward::ui::look::STYLES;
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::style::{Color, Modifier, Style};

use super::console::Console;
use super::database::Bench;
use super::page;

/// A cell's size in the picture.
const CELL: (u16, u16) = (9, 19);

/// README's pictures: where they are in the repository, and what they hold.
pub fn pictures() -> Vec<(&'static str, String)> {
    let (bench, user) = Bench::demo(demo::FULL_ACCESS_USER);
    let mut console = Console::of(bench, user, (117, 24));
    let list = svg(console.buffer());
    console.make("new-dashboard-2");
    let secret = svg(console.buffer());
    vec![
        ("assets/pictures/list.svg", list),
        ("assets/pictures/secret.svg", secret),
    ]
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

/// A buffer as a picture: a run of equal cells is one text, held to its width.
pub fn svg(buffer: &Buffer) -> String {
    let (width, height) = (buffer.area.width * CELL.0, buffer.area.height * CELL.1);
    let mut lines = vec![
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"15\">"
        ),
        format!("<rect width=\"{width}\" height=\"{height}\" fill=\"{BACKGROUND}\"/>"),
    ];
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let style = buffer[(x, y)].style();
            let (start, mut run) = (x, String::new());
            while x < buffer.area.width && buffer[(x, y)].style() == style {
                let symbol = buffer[(x, y)].symbol();
                run.push_str(symbol);
                x += symbol.cell_width().max(1);
            }
            draw_run(&mut lines, &run, style, (start, x, y));
        }
    }
    lines.push("</svg>\n".to_owned());
    lines.join("\n")
}

const BACKGROUND: &str = "#1d1f21";
const FOREGROUND: &str = "#d8d8d8";

fn draw_run(lines: &mut Vec<String>, run: &str, style: Style, (start, end, row): (u16, u16, u16)) {
    let reversed = style.add_modifier.contains(Modifier::REVERSED);
    let colour = match style.fg {
        Some(Color::DarkGray) => "#8a8a8a",
        Some(Color::Cyan) => "#70c0ba",
        Some(Color::Red) => "#e06c6c",
        Some(Color::Green) => "#a3be6c",
        Some(Color::Yellow) => "#e6c464",
        _ => FOREGROUND,
    };
    let (x, width) = (start * CELL.0, (end - start) * CELL.0);
    if reversed {
        let y = row * CELL.1;
        let height = CELL.1;
        lines.push(format!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{colour}\"/>"
        ));
    }
    if run.trim().is_empty() {
        return;
    }
    let bold = style.add_modifier.contains(Modifier::BOLD);
    let weight = if bold { " font-weight=\"bold\"" } else { "" };
    let fill = if reversed { BACKGROUND } else { colour };
    let text = run
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let y = row * CELL.1 + 14;
    lines.push(format!(
        "<text x=\"{x}\" y=\"{y}\" textLength=\"{width}\" fill=\"{fill}\"{weight} \
         xml:space=\"preserve\">{text}</text>"
    ));
}
