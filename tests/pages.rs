//! README.md and the pages of `docs/`, as somebody reads them who types what stands there: every block is carried out here word
//! for word, in the order of the page, or by the test that is named here, or its language says that it is no command.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

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
    pub mod sentence;
}

use places::{COMMON, PLACES, Place, SAMPLE, WAYS, Way};
use support::namespace;
use support::page::{self, Block};
use support::process::{eventually, given};
use support::pty::Start;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
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
    sample.runs("the sample", SAMPLE);
    for page in pages() {
        let blocks = typed(&page);
        let place = PLACES.iter().find(|place| place.page == page);
        if blocks
            .iter()
            .any(|block| !matches!(way(&page, block), Some(Way::Test(..))))
        {
            Reader::new(&directory, &page.replace('/', "-")).reads(&page, &blocks, place, &sample);
        }
    }
}

/// Somebody with a home of their own, in which they are.
struct Reader {
    home: PathBuf,
    /// What the shell knows before each block.
    known: PathBuf,
    block: PathBuf,
}

impl Reader {
    fn new(directory: &Path, name: &str) -> Reader {
        let at = |end: &str| directory.join(format!("{name}{end}"));
        let reader = Reader {
            home: at(""),
            known: at(".known"),
            block: at(".block"),
        };
        fs::create_dir(&reader.home).expect("made");
        reader.knows("");
        reader
    }

    fn knows(&self, more: &str) {
        let known = format!("repository='{ROOT}'\n{COMMON}\n{more}\n");
        fs::write(&self.known, known).expect("written");
    }

    /// From the top to the end.
    fn reads(&self, page: &str, blocks: &[Block], place: Option<&Place>, sample: &Reader) {
        let copy = format!("cp -a {}/. .", sample.home.display());
        self.runs(page, &copy);
        if let Some(place) = place {
            self.knows(place.known);
            self.runs(page, place.before);
        }
        for block in blocks {
            let name = format!("{page}:{}", block.line);
            match way(page, block) {
                None => self.runs(&name, &block.text),
                Some(Way::Ends(code)) => assert_eq!(self.run(&block.text).0, Some(*code), "{name}"),
                Some(Way::Until(state)) => self.runs_until(&name, &block.text, state),
                Some(Way::Answers(answers)) => self.answers(&name, &block.text, answers),
                Some(Way::Test(..)) => {}
            }
        }
        if let Some(place) = place {
            self.runs(&format!("{page}, at the end"), place.after);
        }
    }

    /// A shell that runs this.
    fn shell(&self, text: &str) -> Command {
        fs::write(&self.block, text).expect("written");
        let mut shell = Command::new("/bin/sh");
        shell
            .args(["-euc", ". \"$0\"; . \"$1\""])
            .args([&self.known, &self.block])
            .current_dir(&self.home)
            .env_clear()
            .env("HOME", &self.home)
            .stdin(Stdio::null());
        shell
    }

    fn run(&self, text: &str) -> (Option<i32>, String) {
        let ran = self.shell(text).output().expect("ran");
        let told = [ran.stdout, ran.stderr].concat();
        (
            ran.status.code(),
            String::from_utf8_lossy(&told).into_owned(),
        )
    }

    #[track_caller]
    fn runs(&self, name: &str, text: &str) {
        let (code, told) = self.run(text);
        assert_eq!(code, Some(0), "{name}\n{text}\n{told}");
    }

    /// Runs what does not end by itself until something is so.
    fn runs_until(&self, name: &str, text: &str, state: &str) {
        let out = File::create(self.home.join("out")).expect("made");
        let errors = out.try_clone().expect("a file");
        let mut shell = self.shell(text);
        let child = shell.stdout(out).stderr(errors).process_group(0).spawn();
        let lasting = Lasting(child.expect("started"));
        let seen = Reader {
            home: self.home.clone(),
            known: self.known.clone(),
            block: self.block.with_extension("state"),
        };
        eventually(&format!("{name}: {state}"), || seen.run(state).0 == Some(0));
        drop(lasting);
    }

    /// Runs it in a terminal, where what is seen is answered.
    fn answers(&self, name: &str, text: &str, answers: &[(&str, &str)]) {
        let shell = self.shell(text);
        let words: Vec<&str> = shell.get_args().filter_map(|word| word.to_str()).collect();
        let mut terminal = Start {
            program: "/bin/sh",
            ..Start::new(&self.home, &words)
        }
        .go();
        for (seen, answer) in answers {
            terminal.see(seen);
            terminal.send(answer);
        }
        assert_eq!(terminal.end(), 0, "{name}");
    }
}

/// A group of processes that goes on until it is dropped.
struct Lasting(Child);

impl Drop for Lasting {
    fn drop(&mut self) {
        let group = i32::try_from(self.0.id()).map(Pid::from_raw);
        if let Ok(group) = group {
            let _ = killpg(group, Signal::SIGTERM);
        }
        let _ = self.0.wait();
    }
}
