//! Without UTF-8: nothing but ASCII is drawn, except what people themselves have written in other characters.

use keyward::config::settings::Borders;
use keyward::domain::locale::Locale;
use keyward::ui::app::Setting;

use crate::scenes::{self, Scene, Seed};
use crate::support::console::{Part, SIZES};
use crate::{expect_picture, pictures};

fn ascii(setting: &mut Setting) {
    setting.settings.borders = Borders::Ascii;
}

#[test]
fn a_few_scenes_look_like_their_pictures() {
    for (name, part) in [
        ("list", Part::Screen),
        ("properties_new", Part::Dialog),
        ("secret", Part::Body),
    ] {
        let mut console = scenes::named(name).open(Locale::EnUs, ascii);
        let picture = pictures(&mut console, part);
        expect_picture(&format!("ascii_{name}"), Locale::EnUs, &picture);
    }
}

#[test]
fn every_scene_is_ascii_where_the_data_is() {
    scenes::each(|scene| {
        if !scene.keys.is_ascii() {
            return;
        }
        let plain = Scene {
            seed: Seed::Plain,
            ..*scene
        };
        let mut console = plain.open(Locale::EnUs, ascii);
        for (width, height) in SIZES.into_iter().chain([(30, 5)]) {
            console.resize(width, height);
            let screen = console.screen();
            assert!(screen.is_ascii(), "{}\n{screen}", scene.name);
        }
    });
}

#[test]
fn what_people_wrote_is_drawn_as_they_wrote_it() {
    let mut console = Seed::Empty.console(Locale::EnUs, ascii);
    console.make_and_store("Équipe ▲ · “nuit”…");
    console.expect("Équipe ▲ · “nuit”…");
}
