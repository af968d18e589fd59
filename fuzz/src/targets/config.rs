//! Config files and files of themes.

use std::path::PathBuf;

use keyward::config::complaint::{CONFIG_FILE_MAX, Complaint};
use keyward::config::settings::{SETTINGS, Settings, ThemeSetting};
use keyward::domain::locale::Locale;
use keyward::text::Text;
use keyward::ui::keymap::Keymap;
use keyward::ui::look::Theme;

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if text.len() > CONFIG_FILE_MAX {
        return;
    }
    let mut settings = Settings::default();
    settings.apply(text);
    settings.file = Some(PathBuf::from("/config.toml"));
    are_of(&settings.complaints, text);
    let of_keys = Keymap::changed(&settings.keys);
    are_of(&of_keys.complaints, text);
    // What was refused is as it was: without it there is nothing to refuse.
    let again = Keymap::changed(&of_keys.counts);
    assert!(again.complaints.is_empty() && again.counts == of_keys.counts);

    settings.theme = ThemeSetting::File(PathBuf::from("/theme.toml"));
    settings.theme_file = Ok(text.to_owned());
    let (_, of_theme) = Theme::of(&settings);
    are_of(&of_theme, text);

    for language in Locale::ALL {
        let told = Text::of(language).complaints(&settings, &of_keys.complaints, &of_theme);
        for sentence in told {
            assert!(!sentence.chars().any(char::is_control), "{sentence:?}");
        }
    }
    is_read_as_it_is_written(&settings);
}

/// A complaint names a line that there is.
fn are_of(complaints: &[Complaint], text: &str) {
    let lines = text.split('\n').count();
    for complaint in complaints {
        let line = complaint.line.unwrap_or(1);
        assert!((1..=lines).contains(&line), "{complaint:?}");
    }
}

/// What `keyward config` prints of the settings makes the same settings.
fn is_read_as_it_is_written(settings: &Settings) {
    let values = |settings: &Settings| -> Vec<String> {
        let lines = SETTINGS
            .iter()
            .map(|setting| (setting, setting.written(settings)));
        lines
            .map(|(setting, value)| format!("{} = {value}", setting.name))
            .collect()
    };
    let written = values(settings);
    let mut again = Settings::default();
    again.apply(&written.join("\n"));
    assert_eq!(again.complaints, []);
    assert_eq!(values(&again), written);
}
