use super::*;
use crate::ui::terminal::Lost;
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

/// What comes of these bytes, when nothing more follows.
fn heard(bytes: &[u8]) -> Vec<Heard> {
    let mut parser = Parser::default();
    let mut heard = Vec::new();
    parser.read(bytes, &mut |one| heard.push(one));
    parser.give_up(&mut |one| heard.push(one));
    heard
}

fn name(heard: Heard) -> String {
    match heard {
        Heard::Event(Event::Key(key)) => {
            let code = match key.code {
                KeyCode::Char(c) => c.to_string(),
                code => format!("{code:?}"),
            };
            let held = (key.modifiers - KeyModifiers::SHIFT).iter_names();
            let held: Vec<_> = held.map(|(name, _)| name).collect();
            format!("{}{code}", held.concat())
        }
        Heard::Event(Event::Paste(text)) => format!("<{text}>"),
        other => format!("{other:?}"),
    }
}

fn names(bytes: &[u8]) -> Vec<String> {
    heard(bytes).into_iter().map(name).collect()
}

#[test]
fn what_is_not_known_means_nothing_and_takes_no_key_with_it() {
    for bytes in [
        "\x1b[99~",
        "\x1b[?62;1c",
        "\x1b[>0;276;0c",
        "\x1b[200",
        "\x1bOE",
        "\x1b]11;rgb:0000/0000/0000\x07",
        "\x1b]11;rgb:0000/0000/0000\x1b\\",
        "\x1bP1$r0m\x1b\\",
        "\x1bP>|XTerm(390)\x1b\\",
        "\x1b_Gi=1;OK\x1b\\",
        "\x1b[?2026;2$y",
        "\x1b[?1u",
        "\x1b[4;1$y",
        "\x1b[24;80R",
        "\x1b[8;24;80t",
        "\x1b[I",
        "\x1b[O",
        "\x1b[[Z",
        "\x1b[<0;0;0M",
        "\x1b[32;10;5M",
    ] {
        let after = names(format!("{bytes}\x1b[A").as_bytes());
        assert_eq!(after, ["Up"], "{bytes:?}");
        // Esc was pressed just before.
        let after = names(format!("\x1b{bytes}\x1b[A").as_bytes());
        assert_eq!(after, ["Esc", "Up"], "{bytes:?}");
    }
    assert_eq!(
        names(format!("\x1b[{}Ax", "1;".repeat(99)).as_bytes()),
        ["x"]
    );
    assert_eq!(names(b"\x1b[1;\x1b[A"), ["Up"]);
    assert_eq!(names(b"\x1b]0;title\x03"), ["CONTROLc"]);
}

#[test]
fn what_begins_a_sequence_is_a_key_where_nothing_follows() {
    for (bytes, keys) in [
        ("\x1b", &["Esc"] as &[&str]),
        ("\x1b\x1b", &["Esc", "Esc"]),
        ("\x1b\x1b\x1b", &["Esc", "Esc", "Esc"]),
        ("\x1b\x1bx", &["Esc", "ALTx"]),
        ("\x1b[", &["ALT["]),
        ("\x1bO", &["ALTO"]),
        ("\x1b]", &["ALT]"]),
        ("\x1bP", &["ALTP"]),
    ] {
        assert_eq!(names(bytes.as_bytes()), keys, "{bytes:?}");
    }
}

#[test]
fn bytes_that_are_no_utf_8_are_told_and_not_lost() {
    assert_eq!(names(b"\xe9"), ["\u{fffd}"]);
    assert_eq!(names(b"caf\xe9 x"), ["c", "a", "f", "\u{fffd}", " ", "x"]);
    assert_eq!(
        names(b"\xe6\x97x\xffy\x80"),
        ["\u{fffd}", "x", "\u{fffd}", "y", "\u{fffd}"]
    );
    assert_eq!(names(b"\xf0\x9f\x94"), ["\u{fffd}"]);
    assert_eq!(names(b"\xed\xa0\x80"), ["\u{fffd}", "\u{fffd}"]);
    assert_eq!(names(b"\xc2\x85"), ["\u{fffd}"]);
    assert_eq!(names("日\u{1f511}".as_bytes()), ["日", "\u{1f511}"]);
}

#[test]
fn a_terminal_that_sends_eight_bits_is_understood() {
    assert_eq!(names(b"\x9bA\x9b3~x"), ["Up", "Delete", "x"]);
    assert_eq!(
        names("\u{9b}A\u{8f}P\u{9d}0;t\x07x".as_bytes()),
        ["Up", "F(1)", "x"]
    );
}

#[test]
fn the_two_bytes_of_new_line_mode_are_one_enter() {
    assert_eq!(names(b"a\r\nb\n"), ["a", "Enter", "b", "CONTROLj"]);
    let mut parser = Parser::default();
    let mut keys = Vec::new();
    for key in [b"\r", b"\n"] {
        parser.read(key, &mut |one| keys.push(name(one)));
    }
    assert_eq!(
        keys,
        ["Enter", "CONTROLj"],
        "they were pressed one after the other"
    );
}

#[test]
fn a_paste_is_what_stands_between_its_marks_whatever_it_is() {
    assert_eq!(
        names(b"\x1b[200~a\r\x1b[A\x1b[201\x1b[201~b"),
        ["<a\r\x1b[A\x1b[201>", "b"]
    );
    assert_eq!(names(b"\x1b[200~\x1b[201~"), ["<>"]);
    assert_eq!(names(b"\x1b\x1b[200~a\0\x1b[201~"), ["Esc", "<a\0>"]);
    assert_eq!(
        names(format!("\x1b[200~{}\x1b[201~", "日".repeat(999)).as_bytes()),
        [format!("<{}>", "日".repeat(999))]
    );
    // A paste that has the mark in it is over there: what follows comes as keys, in the same rush.
    assert_eq!(
        names(b"\x1b[200~a\x1b[201~y\r\x1b[201~"),
        ["<a>", "y", "Enter"]
    );
    assert_eq!(
        heard(b"\x1b[200~a\xffb\x1b[201~"),
        [Heard::Lost(Lost::PasteUnreadable)]
    );
}

#[test]
fn nothing_of_a_paste_without_an_end_is_a_key_and_silence_ends_it() {
    let mut parser = Parser::default();
    let mut all = Vec::new();
    parser.read(b"\x1b[200~dy\r", &mut |one| all.push(one));
    assert_eq!((&all[..], parser.awaits()), (&[][..], Awaited::Paste));
    parser.give_up(&mut |one| all.push(one));
    assert_eq!(all, [Heard::Lost(Lost::PasteUnfinished)]);
    // The mark comes too late.
    parser.read(b"\x1b[201~x", &mut |one| all.push(one));
    assert_eq!(all.len(), 2);
}

#[test]
fn ctrl_c_gets_through_a_paste_without_an_end() {
    let mut parser = Parser::default();
    let mut all = Vec::new();
    parser.read(b"\x1b[200~dy\r\x03", &mut |one| all.push(name(one)));
    assert_eq!((&all[..], parser.awaits()), (&[][..], Awaited::AfterCtrlC));
    parser.give_up(&mut |one| all.push(name(one)));
    assert_eq!(all, ["Lost(PasteUnfinished)", "CONTROLc"]);
    // What follows still belongs to the paste, and so does a byte that is followed by others at once.
    parser.read(b"y\r\x03y\r", &mut |one| all.push(name(one)));
    assert_eq!((all.len(), parser.awaits()), (2, Awaited::Paste));
    parser.read(b"\x03", &mut |one| all.push(name(one)));
    parser.give_up(&mut |one| all.push(name(one)));
    assert_eq!(all[2..], ["CONTROLc"]);
    parser.read(b"y\x1b[201~z", &mut |one| all.push(name(one)));
    assert_eq!(all[3..], ["z"]);
}

#[test]
fn of_a_paste_that_is_too_long_nothing_is_handed_over_and_nothing_is_a_key() {
    let paste = |count: usize| format!("\x1b[200~{}\x1b[201~b", "y".repeat(count));
    let most = crate::ui::terminal::PASTE_MOST;
    assert_eq!(
        names(paste(most).as_bytes()),
        [format!("<{}>", "y".repeat(most)), "b".to_owned()]
    );
    for count in [most + 1, most + 7, most * 9] {
        assert_eq!(names(paste(count).as_bytes()), ["Lost(PasteTooLong)", "b"]);
    }
}

#[test]
fn the_mouse_is_reported_in_both_forms() {
    let mouse = |bytes: &[u8]| match heard(bytes)[..] {
        [
            Heard::Event(Event::Mouse(MouseEvent {
                kind,
                column,
                row,
                modifiers,
            })),
        ] => (kind, column, row, modifiers),
        _ => panic!("{bytes:?}"),
    };
    let down = MouseEventKind::Down(MouseButton::Left);
    assert_eq!(mouse(b"\x1b[<0;200;3M"), (down, 199, 2, NONE));
    assert_eq!(mouse(b"\x1b[M !\xff"), (down, 0, 222, NONE));
    let up = MouseEventKind::Up(MouseButton::Right);
    assert_eq!(mouse(b"\x1b[<2;1;1m"), (up, 0, 0, NONE));
    assert_eq!(mouse(b"\x1b[<65;1;1M").0, MouseEventKind::ScrollDown);
    assert_eq!(mouse(b"\x1b[<16;1;1M").3, KeyModifiers::CONTROL);
    assert_eq!(names(b"\x1b[M\x03"), ["CONTROLc"]);
}

#[test]
fn only_esc_itself_is_in_doubt() {
    let awaits = |bytes: &[u8]| {
        let mut parser = Parser::default();
        parser.read(bytes, &mut |_| {});
        parser.awaits()
    };
    assert_eq!(awaits(b"x"), Awaited::Anything);
    assert_eq!(awaits(b"x\x1b"), Awaited::AfterEsc);
    assert_eq!(awaits(b"x\x1b\x1b"), Awaited::AfterEsc);
    assert_eq!(awaits(b"\x1b["), Awaited::Rest);
    assert_eq!(awaits(b"\xe6"), Awaited::Rest);
    assert_eq!(awaits(b"\x1b[200~abc"), Awaited::Paste);
}

/// What terminals send, by their own words: terminfo's entry of each, its documentation, and for the last ones modes
/// that a program has left on.
#[rustfmt::skip]
const SENT: &[(&str, &[(&str, &str)])] = &[
    ("every terminal", &[
        ("a", "a"), ("A", "A"), (" ", " "), ("\r", "Enter"), ("\t", "Tab"), ("\x7f", "Backspace"),
        ("\x08", "CONTROLh"), ("\x0a", "CONTROLj"), ("\x1a", "CONTROLz"), ("\0", "CONTROL "),
        ("é", "é"), ("\x1bx", "ALTx"), ("\x1bé", "ALTé"), ("\x1b\x7f", "ALTBackspace"),
    ]),
    ("xterm, foot, vte, alacritty, kitty", &[
        ("\x1b[A", "Up"), ("\x1bOB", "Down"), ("\x1b[1;5C", "CONTROLRight"),
        ("\x1b[1;3D", "ALTLeft"), ("\x1b[1;2A", "Up"), ("\x1bOH", "Home"), ("\x1b[F", "End"),
        ("\x1b[Z", "BackTab"), ("\x1b[2~", "Insert"), ("\x1b[3~", "Delete"), ("\x1b[5~", "PageUp"),
        ("\x1b[6;5~", "CONTROLPageDown"), ("\x1bOP", "F(1)"), ("\x1bOS", "F(4)"),
        ("\x1b[15~", "F(5)"), ("\x1b[24~", "F(12)"), ("\x1b[1;2P", "F(1)"), ("\x1b[1;2R", "F(3)"),
        ("\x1b[15;3~", "ALTF(5)"), ("\x1b[5A", "CONTROLUp"), ("\x1b[>1;5A", "CONTROLUp"),
        ("\x1b[>5;3~", "ALTPageUp"),
    ]),
    ("the same with the keypad in application mode", &[
        ("\x1bOp", "0"), ("\x1bOy", "9"), ("\x1bOj", "*"), ("\x1bOk", "+"), ("\x1bOl", ","),
        ("\x1bOm", "-"), ("\x1bOn", "."), ("\x1bOo", "/"), ("\x1bOX", "="), ("\x1bOM", "Enter"),
        ("\x1bOI", "Tab"), ("\x1bO ", " "), ("\x1bO5p", "CONTROL0"),
    ]),
    ("rxvt and rxvt-unicode", &[
        ("\x1b[7~", "Home"), ("\x1b[8~", "End"), ("\x1b[11~", "F(1)"), ("\x1b[34~", "F(20)"),
        ("\x1b[3$", "Delete"), ("\x1b[7$", "Home"), ("\x1b[8^", "CONTROLEnd"),
        ("\x1b[5@", "CONTROLPageUp"), ("\x1b[23$", "F(11)"), ("\x1b[11^", "CONTROLF(1)"),
        ("\x1b[a", "Up"), ("\x1b[d", "Left"), ("\x1bOa", "CONTROLUp"), ("\x1bOc", "CONTROLRight"),
        ("\x1b\x1b[A", "ALTUp"), ("\x1b\x1b[3~", "ALTDelete"), ("\x1b\x1bOA", "ALTUp"),
        ("\x1b\x1bOa", "CONTROLALTUp"),
    ]),
    ("the Linux console", &[
        ("\x1b[[A", "F(1)"), ("\x1b[[E", "F(5)"), ("\x1b[17~", "F(6)"), ("\x1b[25~", "F(13)"),
        ("\x1b[1~", "Home"), ("\x1b[4~", "End"), ("\x1b\t", "BackTab"),
    ]),
    ("putty", &[
        ("\x1b[1~", "Home"), ("\x1b[4~", "End"), ("\x1b[11~", "F(1)"), ("\x1b[14~", "F(4)"),
        // The arrows change places where Ctrl is held down: which is which cannot be known.
        ("\x1bOA", "Up"), ("\x1b\x1bOB", "ALTDown"), ("\x1bOu", "5"), ("\x1bOT", "F(5)"),
        ("\x1bO[", "F(12)"),
    ]),
    ("screen and tmux", &[
        ("\x1bOA", "Up"), ("\x1b[1~", "Home"), ("\x1b[4~", "End"), ("\x1bOQ", "F(2)"),
        ("\x1b[1;5A", "CONTROLUp"), ("\x1b\x1b[C", "ALTRight"),
    ]),
    ("konsole", &[
        ("\x1bO2P", "F(1)"), ("\x1bO5Q", "CONTROLF(2)"), ("\x1bOF", "End"),
    ]),
    ("modifyOtherKeys", &[
        ("\x1b[27;5;122~", "CONTROLz"), ("\x1b[27;2;65~", "A"), ("\x1b[27;2;33~", "!"),
        ("\x1b[27;2;63~", "?"), ("\x1b[27;6;83~", "CONTROLs"), ("\x1b[27;3;120~", "ALTx"),
        ("\x1b[27;5;105~", "Tab"), ("\x1b[27;2;13~", "Enter"), ("\x1b[27;2;9~", "BackTab"),
        ("\x1b[27;5;8~", "CONTROLBackspace"), ("\x1b[122;5u", "CONTROLz"), ("\x1b[65;2u", "A"),
        ("\x1b[63;2u", "?"),
    ]),
    ("kitty's protocol, in kitty, foot and others", &[
        ("\x1b[27u", "Esc"), ("\x1b[97u", "a"), ("\x1b[97;1:1u", "a"), ("\x1b[97;1:2u", "a"),
        ("\x1b[97;2u", "A"), ("\x1b[97:65;2u", "A"), ("\x1b[49:33;2u", "!"), ("\x1b[49;2;33u", "!"),
        // No key makes a control character with Shift.
        ("\x1b[97:27;2u", "A"), ("\x1b[494:16;2u", "Ǯ"), ("\x1b[1089::27;5u", "CONTROLс"),
        ("\x1b[49;2u", "\u{fffd}"), ("\x1b[32;2u", " "), ("\x1b[97;65u", "A"),
        ("\x1b[97;129u", "a"), ("\x1b[228;;228u", "ä"), ("\x1b[0;;26085u", "日"),
        ("\x1b[1089::99;5u", "CONTROLc"), ("\x1b[99;5u", "CONTROLc"), ("\x1b[99;6u", "CONTROLc"),
        ("\x1b[105;5u", "Tab"), ("\x1b[100;9u", "SUPERd"), ("\x1b[100;33u", "METAd"),
        ("\x1b[13u", "Enter"), ("\x1b[13;2u", "Enter"), ("\x1b[9;2u", "BackTab"),
        ("\x1b[127u", "Backspace"), ("\x1b[1;1:2A", "Up"), ("\x1b[1;5:1A", "CONTROLUp"),
        ("\x1b[13~", "F(3)"), ("\x1b[P", "F(1)"), ("\x1b[57376u", "F(13)"), ("\x1b[57399u", "0"),
        ("\x1b[57408;129u", "9"), ("\x1b[57400;;49u", "1"), ("\x1b[57409u", "."),
        ("\x1b[57414u", "Enter"), ("\x1b[57417u", "Left"), ("\x1b[57421u", "PageUp"),
        ("\x1b[57426u", "Delete"),
    ]),
];

#[test]
fn keys_are_what_terminals_send_for_them() {
    for (terminal, keys) in SENT {
        for (bytes, key) in *keys {
            // Whatever comes next is a key of its own.
            let sent = format!("{bytes}z");
            assert_eq!(names(sent.as_bytes()), [*key, "z"], "{terminal} {bytes:?}");
        }
    }
}

#[test]
fn a_key_that_is_let_go_and_one_that_is_only_held_down_mean_nothing() {
    for bytes in [
        "\x1b[97;1:3u",
        "\x1b[97;1:3;97u",
        "\x1b[13;1:3u",
        "\x1b[1;1:3A",
        "\x1b[3;1:3~",
        "\x1b[57399;1:3u",
        "\x1b[57441;2u",
        "\x1b[57442;5:1u",
        "\x1b[57358u",
        "\x1b[57360;129u",
        "\x1b[57428u",
        "\x1b[57427u",
    ] {
        assert_eq!(names(format!("{bytes}z").as_bytes()), ["z"], "{bytes:?}");
    }
}
