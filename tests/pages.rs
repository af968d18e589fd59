//! README.md and the pages of `docs/`, as somebody reads them who types what stands there: every block is carried out here word
//! for word, in the order of the page, or by the test that is named here, or its language says that it is no command.

#[path = "pages/places.rs"]
mod places;
#[path = "support"]
mod support {
    #![expect(dead_code, reason = "only a part of it is used here")]
    pub mod namespace;
    pub mod page;
    pub mod process;
    pub mod program;
    pub mod pty;
    pub mod reader;
    pub mod sentence;
}

use places::{COMMON, PLACES, Place, SAMPLE, WAYS, Way};
use support::namespace;
use support::page::{self, Block};
use support::process::given;
use support::reader::Reader;

/// The languages of what is typed.
const COMMANDS: [&str; 2] = ["", "sh"];
/// The languages of what is not: files and answers.
const OTHERS: [&str; 11] = [
    "apache",
    "caddyfile",
    "crontab",
    "haproxy",
    "ini",
    "json",
    "lua",
    "nginx",
    "text",
    "toml",
    "yaml",
];

/// The pages for those who use Keyward.
fn pages() -> Vec<String> {
    let mut pages = page::all();
    pages.retain(|page| page == "README.md" || page.starts_with("docs/"));
    pages
}

/// The blocks of a page that are typed.
fn typed(page: &str) -> Vec<Block> {
    let mut blocks = page::fenced(&page::read(page));
    blocks.retain(|block| COMMANDS.contains(&&*block.language));
    blocks
}

/// In which way this block is carried out, where it is not just run.
fn way(page: &str, block: &Block) -> Option<&'static Way> {
    let mut ways = WAYS.iter();
    let way = ways.find(|(of, start, _)| *of == page && block.text.starts_with(start));
    way.map(|(_, _, way)| way)
}

#[test]
fn every_block_of_a_page_says_whether_it_is_typed() {
    for page in pages() {
        for block in page::fenced(&page::read(&page)) {
            let language = &*block.language;
            let known = COMMANDS.contains(&language) || OTHERS.contains(&language);
            assert!(known, "{page}:{}: what is {language:?}?", block.line);
        }
    }
}

#[test]
fn what_is_said_of_a_block_is_about_one_that_is_there() {
    for (page, start, way) in WAYS {
        let is_there = typed(page)
            .iter()
            .any(|block| block.text.starts_with(start));
        assert!(is_there, "{page} has no block that begins with {start:?}");
        if let Way::Test(file, name) = way {
            let is_there = page::read(file).contains(&format!("#[test]\nfn {name}("))
                || page::read(file).contains(&format!("#[test]\n    fn {name}("));
            assert!(is_there, "{file} has no test {name}");
        }
    }
    for place in PLACES {
        assert!(!typed(place.page).is_empty(), "{}", place.page);
    }
}

#[test]
fn what_the_pages_have_one_type_does_what_they_say() {
    namespace::run(
        "carried_out",
        &["sudo", "useradd", "sqlite3", "git", "curl", "ssh-keygen"],
    );
}

/// The other test runs it in a namespace; else there is nothing to do.
#[test]
fn carried_out() {
    let Some((directory, _)) = given() else {
        return;
    };
    namespace::move_in(&directory);
    let sample = Reader::new(&directory, "sample");
    sample.knows(COMMON);
    sample.runs("the sample", SAMPLE);
    for page in pages() {
        let blocks = typed(&page);
        let place = PLACES.iter().find(|place| place.page == page);
        if blocks
            .iter()
            .any(|block| !matches!(way(&page, block), Some(Way::Test(..))))
        {
            let reader = Reader::new(&directory, &page.replace('/', "-"));
            reader.knows(COMMON);
            read(&reader, &page, &blocks, place, &sample);
        }
    }
}

/// From the top to the end.
fn read(reader: &Reader, page: &str, blocks: &[Block], place: Option<&Place>, sample: &Reader) {
    let copy = format!("cp -a {}/. .", sample.home().display());
    reader.runs(page, &copy);
    if let Some(place) = place {
        reader.knows(&format!("{COMMON}\n{}", place.known));
        reader.runs(page, place.before);
    }
    for block in blocks {
        let name = format!("{page}:{}", block.line);
        match way(page, block) {
            None => drop(reader.runs(&name, &block.text)),
            Some(Way::Ends(code)) => assert_eq!(reader.run(&block.text).0, Some(*code), "{name}"),
            Some(Way::Until(state)) => reader.runs_until(&name, &block.text, state),
            Some(Way::Answers(answers)) => reader.answers(&name, &block.text, answers),
            Some(Way::Test(..)) => {}
        }
    }
    if let Some(place) = place {
        reader.runs(&format!("{page}, at the end"), place.after);
    }
}
