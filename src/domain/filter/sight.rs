//! What of a list is worth counting, each with the term that shows it.

use crate::domain::filter::{Field, pieces};

/// Something that is worth counting and looking at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// The term that shows it; of what the list shows without one, empty.
    pub term: &'static str,
    /// Name of what it is called.
    pub name: &'static str,
    /// Name of the sentence that tells how many there are beside the list; most are told only where one asks.
    pub told: Option<&'static str>,
}

impl Sight {
    /// What is told only where one asks.
    #[must_use]
    pub const fn of(term: &'static str, name: &'static str) -> Sight {
        let told = None;
        Sight { term, name, told }
    }

    /// What is told beside the list, too, where there is any.
    #[must_use]
    pub const fn told(term: &'static str, name: &'static str, told: &'static str) -> Sight {
        let told = Some(told);
        Sight { term, name, told }
    }
}

/// Takes a text apart: what it asks for beside sights, and the sight that it shows.
#[must_use]
pub fn without_sights<F>(
    fields: &[Field<F>],
    sights: &[Sight],
    text: &str,
) -> (String, Option<Sight>) {
    let (mut rest, mut shown) = (Vec::new(), None);
    for piece in pieces(fields, text) {
        let term = &text[piece.span];
        let sight = sights.iter().find(|sight| sight.term == term);
        let asks = piece
            .field
            .is_some_and(|index| fields[index].name == "state");
        if sight.is_none() && (piece.not || !asks) {
            rest.push(term);
        }
        shown = shown.or(sight.copied());
    }
    (rest.join(" "), shown)
}
