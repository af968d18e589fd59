//! What is left of a secret in the process's memory after its dialog was closed the normal way.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use nix::unistd::geteuid;
use ratatui::buffer::Cell;

mod support {
    #![allow(dead_code, reason = "each file of tests uses a part of it")]
    pub mod hand;
    pub mod process;
    pub mod program;
    pub mod pty;
    pub mod sentence;
}

use support::hand::{confirm_stored, empty, home, make, replace};
use support::process::skip;
use support::pty::Pty;

/// Everything that the process of this number can write to.
fn memory(pid: u32) -> Vec<(String, Vec<u8>)> {
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).expect("maps");
    let memory = File::open(format!("/proc/{pid}/mem")).expect("memory");
    let part = |line: &str| {
        let (range, rest) = line.split_once(' ')?;
        let (start, end) = range.split_once('-')?;
        let address = |text| u64::from_str_radix(text, 16).ok();
        let (start, end) = (address(start)?, address(end)?);
        if !rest.starts_with("rw") {
            return None;
        }
        let mut bytes = vec![0; usize::try_from(end - start).ok()?];
        // A page that was never used has nothing in it; what cannot be read the kernel keeps for itself.
        memory.read_exact_at(&mut bytes, start).ok()?;
        Some((line.to_owned(), bytes))
    };
    maps.lines().filter_map(part).collect()
}

/// Where in the process's memory these bytes are.
fn places(pid: u32, wanted: &[u8]) -> Vec<String> {
    let mut places = Vec::new();
    for (name, bytes) in memory(pid) {
        for (at, window) in bytes.windows(wanted.len()).enumerate() {
            if window == wanted {
                let from = at.saturating_sub(40);
                let to = (at + wanted.len() + 40).min(bytes.len());
                let around = String::from_utf8_lossy(&bytes[from..to]).into_owned();
                places.push(format!("{name}: {around:?}"));
            }
        }
    }
    places
}

/// What would give the secret away: its random part as text and as bytes, and what OSC 52 makes of the whole and of
/// its header.
fn traces(secret: &str) -> [(&'static str, Vec<u8>); 4] {
    let random = secret.split_once(':').expect("an ID").1;
    let bytes = BASE64_STANDARD.decode(random).expect("base64");
    let header = format!("api-secret-key: {secret}");
    // The ends of what is encoded depend on what stands beside it.
    let inner = |text: &str| BASE64_STANDARD.encode(text).as_bytes()[24..60].to_vec();
    [
        ("its text", random.as_bytes()[..40].to_vec()),
        ("its bytes", bytes[..24].to_vec()),
        ("its OSC 52", inner(secret)),
        ("its header's OSC 52", inner(&header)),
    ]
}

/// Where the text is in cells of the screen: each of its characters where the cell next to the one before begins.
fn in_cells(pid: u32, text: &[u8]) -> Vec<String> {
    let step = size_of::<Cell>();
    let mut places = Vec::new();
    for (name, bytes) in memory(pid) {
        let whole = (text.len() - 1) * step;
        let starts = bytes
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte == text[0]);
        for (at, _) in starts.take_while(|(at, _)| at + whole < bytes.len()) {
            let is_there = |(index, byte): (usize, &u8)| bytes[at + index * step] == *byte;
            if text.iter().enumerate().all(is_there) {
                places.push(format!("cells in {name}"));
            }
        }
    }
    places
}

/// Does to the open dialog everything that handles the secret.
fn use_it(console: &mut Pty, secret: &str) {
    console.send("c").says("secret.sent_osc52");
    console.send("h");
    console.wait_for_bytes(&BASE64_STANDARD.encode(format!("api-secret-key: {secret}")));
    console.send("v").see("(hidden:");
    console.send("v");
    console.resize(44, 24).see("Widen to 47 columns");
    console.resize(80, 24);
    console.wait_for("one line", |screen| screen.contents().contains(secret));
    for paste in [format!("\x1b[200~{secret}\x1b[201~"), secret.to_owned()] {
        console.send("p").says("check.note");
        console.send(&paste);
        console.see(&format!("{} characters", secret.len()));
        console.send("\r").says("secret.matches");
        console.send("\x03").says("secret.ways_out");
    }
    // Where nobody wants it.
    console.send(&format!("\x1b[200~{secret}\x1b[201~"));
    console.says("secret.pasted");
}

#[test]
fn nothing_of_a_secret_is_left_when_its_dialog_is_closed() {
    if !geteuid().is_root() {
        skip("only root can look into the memory of a process that is not dumpable");
        return;
    }
    let home = home();
    let mut console = empty(&home);
    let first = make(&mut console);
    let shown = traces(&first);
    assert!(
        !places(console.pid(), &shown[0].1).is_empty(),
        "the search finds what is there"
    );
    assert!(
        !in_cells(console.pid(), &first.as_bytes()[2..14]).is_empty(),
        "the search finds what is on the screen"
    );
    use_it(&mut console, &first);
    confirm_stored(&mut console);
    let second = replace(&mut console);
    use_it(&mut console, &second);
    // Frames that are smaller than the ones before leave more of them behind.
    console.resize(200, 50);
    console.wait_for("one line", |screen| screen.contents().contains(&second));
    console.resize(40, 10).see("[ I have stored it ]");
    console.send("x\r").says("discard.title");
    console.send("y").see("discarded");
    let mut found = Vec::new();
    for secret in [&first, &second] {
        found.extend(in_cells(console.pid(), &secret.as_bytes()[2..14]));
    }
    for secret in [&first, &second] {
        for (trace, bytes) in traces(secret) {
            found.extend(
                places(console.pid(), &bytes)
                    .into_iter()
                    .map(|place| format!("{trace}: {place}")),
            );
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// Of the shape of a secret; no database has made it.
const TYPED: &str = "7:Zk3vQ9xT/mW2bJ8hR5nY+cL6dF1gS4pA0eU7iO3kVtX=";

/// Types it by hand: each part is seen before the next.
fn type_it(console: &mut Pty) {
    for at in (0..TYPED.len()).step_by(9) {
        let end = (at + 9).min(TYPED.len());
        console.send(&TYPED[at..end]);
        // It is one without the padding, too.
        if end < TYPED.len() - 1 {
            console.see(&TYPED[at..end]);
        }
    }
}

#[test]
fn nothing_of_a_secret_typed_into_another_field_is_left_when_it_is_refused() {
    if !geteuid().is_root() {
        skip("only root can look into the memory of a process that is not dumpable");
        return;
    }
    let home = home();
    let mut console = empty(&home);
    console.send("/").see("Esc Clear");
    type_it(&mut console);
    console.see("id:7");
    console.send("\x1b").says("list.empty_read_only");
    console.send("n").says("form.title_new");
    for next in ["\t", "\t\r"] {
        type_it(&mut console);
        console.says("problem.secret");
        console.send(next);
    }
    console.see("Find:");
    type_it(&mut console);
    console.says("problem.secret");
    console.send("\x1b");
    console.send("\x1bOP").see("Find:");
    type_it(&mut console);
    console.says("problem.secret");
    let random = TYPED.split_once(':').expect("an ID").1.as_bytes();
    let mut found = Vec::new();
    for at in [0, 8, 16, 24, 31] {
        found.extend(places(console.pid(), &random[at..at + 12]));
    }
    assert!(found.is_empty(), "{found:#?}");
}
