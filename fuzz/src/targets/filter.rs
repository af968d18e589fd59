//! What is typed into the filter of each of the lists, and the SQL that is made of it.

use std::cell::RefCell;

use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::event::trail::EventRow;
use keyward::domain::filter::Test;
use keyward::domain::filter::{
    Known, Value, complete, pieces, quoted, to_go_on, with_terms, without_sights, without_terms,
};
use keyward::domain::fold::name_key;
use keyward::domain::id::AUDITOR;
use keyward::domain::list::{Filter, KeyRow, Listed, RoleRow, UserRow};
use keyward::domain::rights::Right;
use keyward::domain::role::{RoleDraft, RoleFields};
use keyward::domain::time::DAY;
use keyward::domain::tz::Tz;
use keyward::domain::user::Actor;
use keyward::service::Service;
use keyward::service::lists::Source;

use super::bytes::Bytes;
use crate::support::database::{Bench, NOW, draft, role_draft};

/// Somebody who may see everything in a database with a few rows of every kind.
struct Sees {
    service: Service,
    actor: Actor,
}

impl Sees {
    fn new() -> Sees {
        let mut bench = Bench::new();
        let crm = RoleDraft::from(RoleFields {
            services: "billing, crm".to_owned(),
            ..role_draft("CRM", &[Right::ViewEvents]).fields
        });
        let crm = bench.role(&crm);
        bench.user("bob", AUDITOR);
        for (at, name) in ["backup", "日本 key", "Équipe \"x\"", "host:8080", "alpha"]
            .iter()
            .enumerate()
        {
            let on = (at % 2 == 0).then(|| {
                NOW.plus(90 * DAY * i64::try_from(at).expect("few"))
                    .utc()
                    .date_naive()
            });
            let drafted = ApiKeyDraft {
                role: if at == 3 { crm } else { AUDITOR },
                owner: if at == 1 {
                    "ACME Corp".to_owned()
                } else {
                    String::new()
                },
                addresses: if at == 0 {
                    "10.0.0.0/8, ::1".to_owned()
                } else {
                    String::new()
                },
                description: "for the team".repeat(at % 2),
                expires_on: on.map(|on| on.to_string()),
                ..draft(name)
            };
            let issued = bench.by_alice(|service, alice| service.create_key(alice, &drafted));
            if at != 4 {
                bench.deliver(&issued, None);
                bench.refusal(&issued);
            }
            match at {
                1 => {
                    bench
                        .by_alice(|service, alice| service.lock_out_key(alice, issued.key, "lost"));
                }
                2 => bench.by_alice(|service, alice| service.delete_key(alice, issued.key)),
                _ => {}
            }
            bench.clock.advance(40 * DAY);
        }
        let (service, actor) = (bench.service, bench.alice);
        Sees { service, actor }
    }
}

thread_local! {
    static SEES: RefCell<Option<Sees>> = const { RefCell::new(None) };
}

pub fn run(data: &[u8]) {
    let mut input = Bytes::of(data);
    let list = input.byte() % 4;
    let zone = input.one_of(&Tz::all().collect::<Vec<_>>());
    let text = input.text();
    SEES.with_borrow_mut(|sees| {
        let sees = sees.get_or_insert_with(Sees::new);
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
    let most = 3.min(filter.terms.len());
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
