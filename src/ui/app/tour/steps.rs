//! The steps of the tour: the vendor's procedure for a key, and how it is locked out.

use crate::ui::keymap::{Action, Scope};

/// One step: what is typed, what is said of what is on the screen then, and which layer that is.
pub(super) struct Step {
    /// Name of the sentence.
    pub caption: &'static str,
    pub strokes: &'static [Stroke],
    /// Where it ends, and the next one begins.
    pub ends: Scope,
}

/// What is done to the console, as by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stroke {
    /// The key that means this.
    Do(Action),
    /// These characters.
    Type(&'static str),
    /// Nothing: the secret that is shown is remembered.
    Keep,
    /// The secret that was remembered.
    Paste,
}

use Action::{Accept, Cancel, Copy, New, Next, Press, Previous, Properties, Stored, Tick, Try};
use Stroke::{Do, Keep, Paste, Type};

const fn step(caption: &'static str, strokes: &'static [Stroke], ends: Scope) -> Step {
    Step {
        caption,
        strokes,
        ends,
    }
}

/// In order. Nothing is typed before the first one.
#[rustfmt::skip]
pub(super) const STEPS: [Step; 14] = [
    step("tour.list", &[], Scope::ApiKeys),
    step("tour.new", &[Do(New)], Scope::Form),
    step("tour.name", &[Type("nightly-report"), Do(Next), Type("Reads for the nightly report")], Scope::Form),
    step("tour.role", &[Do(Next), Do(Tick)], Scope::Choice),
    step("tour.language", &[Type("aud"), Do(Accept), Do(Next), Do(Tick)], Scope::Choice),
    step("tour.zone", &[Do(Accept), Do(Next), Do(Tick), Type("tokyo")], Scope::Choice),
    step("tour.expiry", &[Do(Accept), Do(Next), Do(Tick), Type("90d")], Scope::Date),
    step("tour.secret", &[Do(Accept), Keep], Scope::Secret),
    step("tour.copy", &[Do(Copy)], Scope::Secret),
    step("tour.stored", &[Do(Stored), Do(Press)], Scope::ApiKeys),
    step("tour.valid", &[Do(Try), Paste, Do(Accept)], Scope::Try),
    step("tour.lock", &[Do(Cancel), Do(Properties), Do(Previous), Do(Previous), Do(Previous), Do(Tick)], Scope::Form),
    step("tour.locked", &[Do(Accept)], Scope::ApiKeys),
    step("tour.denied", &[Do(Try), Paste, Do(Accept)], Scope::Try),
];
