//! What is typed, on its way from the thread that reads it to the main one: as much of it as can be of use. The reading
//! goes on all the same, so that Ctrl-C gets through.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crossterm::event::{Event, KeyCode, KeyModifiers};

/// The most inputs that are taken of those that come in one go, and the most that wait. No field takes so many, and
/// nobody types so many ahead.
const MOST: u64 = 8_192;
/// Pasted bytes that count as one input more.
const PASTED: usize = 64;
/// What comes after a pause of so many milliseconds is another go.
const PAUSE: i64 = 100;

/// Whether an input goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    Through,
    /// It is left out, and that is to be told.
    FirstLeftOut,
    LeftOut,
}

/// Counts the inputs that go through, and leaves out those beyond the limits.
pub struct Intake {
    through: u64,
    /// How many of them have been handled, as the main thread says.
    handled: Arc<AtomicU64>,
    in_one_go: u64,
    /// When the last one came, in milliseconds.
    last: i64,
    leaves_out: bool,
}

impl Intake {
    pub fn new(handled: Arc<AtomicU64>) -> Intake {
        Intake {
            through: 0,
            handled,
            in_one_go: 0,
            last: 0,
            leaves_out: false,
        }
    }

    /// Says what becomes of an input that has come at this time, in milliseconds.
    pub fn pass(&mut self, event: Option<&Event>, at: i64) -> Passage {
        let handled = self.handled.load(Ordering::SeqCst);
        let waiting = self.through.saturating_sub(handled);
        if at - self.last >= PAUSE && waiting == 0 {
            self.in_one_go = 0;
            self.leaves_out = false;
        }
        self.last = at;
        self.in_one_go += weight(event);
        let before = self.leaves_out;
        self.leaves_out |= self.in_one_go > MOST || waiting >= MOST;
        if self.leaves_out && (!event.is_some_and(is_ctrl_c) || waiting >= 2 * MOST) {
            // What is told goes through, too.
            self.through += u64::from(!before);
            return if before {
                Passage::LeftOut
            } else {
                Passage::FirstLeftOut
            };
        }
        self.through += 1;
        Passage::Through
    }
}

/// How many keys an input counts for: a paste takes as much room as some.
fn weight(event: Option<&Event>) -> u64 {
    match event {
        Some(Event::Paste(text)) => 1 + u64::try_from(text.len() / PASTED).unwrap_or(MOST),
        _ => 1,
    }
}

fn is_ctrl_c(event: &Event) -> bool {
    matches!(event, Event::Key(key) if key.code == KeyCode::Char('c')
        && key.modifiers == KeyModifiers::CONTROL)
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyEvent;

    use super::*;

    fn key(c: char, held: KeyModifiers) -> Event {
        Event::Key(KeyEvent::new(KeyCode::Char(c), held))
    }

    fn intake() -> (Intake, Arc<AtomicU64>) {
        let handled = Arc::new(AtomicU64::new(0));
        (Intake::new(Arc::clone(&handled)), handled)
    }

    #[test]
    fn of_a_rush_so_many_keys_go_through_and_ctrl_c() {
        let (mut intake, handled) = intake();
        let x = key('x', KeyModifiers::NONE);
        for sent in 0..MOST {
            assert_eq!(intake.pass(Some(&x), 1), Passage::Through);
            handled.store(sent + 1, Ordering::SeqCst);
        }
        assert_eq!(intake.pass(Some(&x), 1), Passage::FirstLeftOut);
        handled.fetch_add(1, Ordering::SeqCst);
        assert_eq!(intake.pass(Some(&x), PAUSE), Passage::LeftOut);
        assert_eq!(intake.pass(None, PAUSE), Passage::LeftOut);
        let ctrl_c = key('c', KeyModifiers::CONTROL);
        assert_eq!(intake.pass(Some(&ctrl_c), PAUSE), Passage::Through);
        handled.fetch_add(1, Ordering::SeqCst);
        assert_eq!(intake.pass(Some(&x), PAUSE * 2), Passage::Through);
    }

    #[test]
    fn while_nothing_is_handled_only_so_many_wait() {
        let (mut intake, handled) = intake();
        let x = key('x', KeyModifiers::NONE);
        let ctrl_c = key('c', KeyModifiers::CONTROL);
        let mut through = 0;
        for at in 0..3 * MOST {
            let at = i64::try_from(at).expect("small") * PAUSE;
            for event in [&x, &ctrl_c] {
                through += u64::from(intake.pass(Some(event), at) != Passage::LeftOut);
            }
        }
        assert!(through <= 2 * MOST + 1, "{through}");
        handled.store(through, Ordering::SeqCst);
        assert_eq!(intake.pass(Some(&x), i64::MAX), Passage::Through);
    }
}
