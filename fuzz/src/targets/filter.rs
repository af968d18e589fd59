//! What is typed into the filter of each of the lists, and the SQL that is made of it.

use std::cell::RefCell;

use chrono_tz::{TZ_VARIANTS, Tz};
use keyward::domain::event::trail::EventRow;
use keyward::domain::filter::Test;
use keyward::domain::filter::{
    Known, Value, complete, pieces, quoted, to_go_on, with_terms, without_sights, without_terms,
};
use keyward::domain::fold::name_key;
use keyward::domain::list::{Filter, KeyRow, Listed, RoleRow, UserRow};
use keyward::domain::user::Actor;
use keyward::service::Service;
use keyward::service::lists::Source;

use super::bytes::Bytes;
use crate::support::database::Bench;

/// Somebody who may see everything in a database with rows of every kind.
struct Sees {
    service: Service,
    actor: Actor,
}

thread_local! {
    static SEES: RefCell<Option<Sees>> = const { RefCell::new(None) };
}

pub fn run(data: &[u8]) {
    let mut input = Bytes::of(data);
    let list = input.byte() % 4;
    let zone = input.one_of(&TZ_VARIANTS);
    let text = input.text();
    SEES.with_borrow_mut(|sees| {
        let sees = sees.get_or_insert_with(|| {
            let (bench, actor) = Bench::demo(keyward::service::demo::FULL_ACCESS_USER);
            let service = bench.service;
            Sees { service, actor }
        });
        match list {
            0 => asks::<KeyRow>(sees, &text, zone),
            1 => asks::<UserRow>(sees, &text, zone),
            2 => asks::<RoleRow>(sees, &text, zone),
            _ => asks::<EventRow>(sees, &text, zone),
        }
    });
    is_quoted(&text);
}

fn asks<L: Source>(sees: &Sees, text: &str, zone: Tz)
where
    L::Field: PartialEq,
{
    is_edited::<L>(text);
    let filter = match Filter::<L>::parse(text, zone) {
        Ok(filter) => filter,
        Err(mistakes) => {
            assert!(!mistakes.is_empty());
            for mistake in mistakes {
                assert!(text.get(mistake.span).is_some(), "{text:?}");
            }
            return;
        }
    };
    let shown = |filter: &Filter<L>| {
        let found = sees.service.matches(&sees.actor, filter);
        found.unwrap_or_else(|trouble| panic!("{text:?}: {trouble:?}"))
    };
    let all = shown(&filter);
    let counts = sees.service.counts(&sees.actor, &filter);
    let counted = counts.expect("counted").shown;
    assert_eq!(counted, i64::try_from(all.len()).expect("few"), "{text:?}");
    // Of a term and what it is not, each row is in one: with deleted ones, which else only one of the two may show.
    let any = Filter::<L>::parse("state:any", zone).unwrap_or_default();
    let most = 5.min(filter.terms.len());
    for index in 0..most {
        let mut others = filter.clone();
        let term = others.terms.remove(index);
        others.terms.extend(any.terms.clone());
        let with = |not| {
            let mut filter = others.clone();
            let mut term = term.clone();
            term.not = not;
            filter.terms.push(term);
            shown(&filter)
        };
        let mut both = [with(true), with(false)].concat();
        both.sort_unstable();
        assert_eq!(both, shown(&others), "{term:?} of {text:?}");
    }
}

/// What a text is changed to by the console's choices is as it was where it was not meant.
fn is_edited<L: Listed>(text: &str) {
    let found = pieces(L::FIELDS, text);
    let mut at = 0;
    for piece in &found {
        assert!(piece.span.start >= at && text.get(piece.span.clone()).is_some());
        at = piece.span.end;
    }
    let more = to_go_on(L::FIELDS, text);
    assert_eq!(more.trim_end(), text.trim_end());
    let known: Known = L::FIELDS
        .iter()
        .map(|field| (field.name, vec!["Équipe \"x\"".to_owned()]))
        .collect();
    let completion = complete(L::FIELDS, &known, text);
    assert!(text.get(completion.span).is_some(), "{text:?}");
    let _ = without_sights(L::FIELDS, L::SIGHTS, text);
    for field in L::FIELDS {
        let without = without_terms(L::FIELDS, text, field.is);
        let asks = |piece: &keyward::domain::filter::Piece| {
            !piece.not
                && piece
                    .field
                    .is_some_and(|of| L::FIELDS[of].name == field.name)
        };
        assert!(!pieces(L::FIELDS, &without).iter().any(asks), "{without:?}");
        let term = format!("{}:1", field.name);
        let with = with_terms(L::FIELDS, text, field.is, &term);
        assert!(with.ends_with(&term));
    }
}

/// A value in quotation marks is the value, whatever it is.
fn is_quoted(text: &str) {
    let typed = format!("name:{}", quoted(text));
    let filter = Filter::<KeyRow>::parse(&typed, Tz::UTC);
    let filter = filter.unwrap_or_else(|mistakes| panic!("{typed:?}: {mistakes:?}"));
    let [term] = filter.terms.as_slice() else {
        panic!("{typed:?}: {:?}", filter.terms);
    };
    let Test::Field(_, Value::Text(value)) = &term.test else {
        panic!("{typed:?}: {term:?}");
    };
    assert_eq!(*value, name_key(text), "{typed:?}");
}
