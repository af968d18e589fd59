//! The demo's keys.

use keyward::domain::list::{Filter, KeyRow, WindowQuery};
use keyward::domain::name::{check_description, check_name};
use keyward::domain::state::StateFilter;
use keyward::domain::user::Arrival;
use keyward::service::{Service, demo};
use keyward::store::events;

use crate::support::database::{Bench, NOW, everything};

fn seeded() -> Service {
    Bench::demo(demo::FULL_ACCESS_USER).0.service
}

fn rows(service: &mut Service) -> Vec<KeyRow> {
    let auditor = service
        .sign_in(demo::AUDITOR_USER, &Arrival::default())
        .expect("signed in");
    [StateFilter::Undeleted, StateFilter::Deleted]
        .into_iter()
        .flat_map(|state| {
            let filter = Filter {
                facets: state,
                ..Filter::default()
            };
            let query = WindowQuery {
                filter,
                ..everything()
            };
            service.window(&auditor, &query).expect("rows").rows
        })
        .collect()
}

#[test]
fn the_demo_has_keys_in_every_state_and_a_whole_trail() {
    let mut service = seeded();
    let rows = rows(&mut service);
    let mut ranks: Vec<i64> = rows.iter().map(|row| row.state(NOW).rank()).collect();
    ranks.sort_unstable();
    ranks.dedup();
    assert_eq!(ranks, [0, 1, 2, 3, 4, 5]);
    assert!(rows.iter().any(|row| row.retiring.is_some()));
    assert!(rows.iter().any(|row| row.pending && row.facts.delivered));
    assert!(rows.iter().any(|row| row.last_sign_in_at.is_none()));
    let chain = service.store().read(events::check_chain).expect("read");
    assert!(chain.is_ok_and(|events| events > 100));
    assert_eq!(service.sweep(), Ok(0), "nothing is overdue");
}

#[test]
fn the_demos_keys_could_have_been_typed_and_lie_in_the_past() {
    for row in rows(&mut seeded()) {
        assert_eq!(check_name(&row.name), Ok(row.name.clone()));
        assert!(check_description(&row.description).is_ok());
        assert!(row.created_at < NOW && row.last_sign_in_at.is_none_or(|at| at < NOW));
        assert!(
            row.last_sign_in_at.is_none_or(|at| at > row.created_at),
            "{}",
            row.name
        );
    }
}
