//! What the terminal tells of the mouse.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

/// A report of the mouse. Bits of `button`: which one (0, 1, 6, 7), shift, alt, control, that it was moved.
pub(super) fn mouse(button: u16, column: u16, row: u16, pressed: bool) -> Option<MouseEvent> {
    let which = match button & 3 {
        0 => MouseButton::Left,
        1 => MouseButton::Middle,
        _ => MouseButton::Right,
    };
    let kind = match (button & 0b1100_0011, button & 0b10_0000 != 0) {
        (3, true) => MouseEventKind::Moved,
        (3, false) => MouseEventKind::Up(MouseButton::Left),
        (0..3, true) => MouseEventKind::Drag(which),
        (0..3, false) if pressed => MouseEventKind::Down(which),
        (0..3, false) => MouseEventKind::Up(which),
        (64, _) => MouseEventKind::ScrollUp,
        (65, _) => MouseEventKind::ScrollDown,
        (66, _) => MouseEventKind::ScrollLeft,
        (67, _) => MouseEventKind::ScrollRight,
        _ => return None,
    };
    let all = [
        (4, KeyModifiers::SHIFT),
        (8, KeyModifiers::ALT),
        (16, KeyModifiers::CONTROL),
    ];
    let held = all.into_iter().filter(|(bit, _)| button & bit != 0);
    Some(MouseEvent {
        kind,
        column: column.checked_sub(1)?,
        row: row.checked_sub(1)?,
        modifiers: held.fold(KeyModifiers::NONE, |all, (_, one)| all | one),
    })
}

/// A report in decimals (mode 1006): what stands between `ESC [ <` and the last byte.
pub(super) fn in_decimals(text: &str, last: u8) -> Option<MouseEvent> {
    let mut numbers = text.split(';').map(str::parse);
    let mut number = || numbers.next()?.ok();
    let (button, column, row) = (number()?, number()?, number()?);
    match numbers.next() {
        None => mouse(button, column, row, last == b'M'),
        Some(_) => None,
    }
}

/// A report in three bytes (without mode 1006): each is 32 more than what it says.
pub(super) fn in_bytes(bytes: [u8; 3]) -> Option<MouseEvent> {
    let [button, column, row] = bytes.map(|byte| u16::from(byte.saturating_sub(32)));
    mouse(button, column, row, true)
}
