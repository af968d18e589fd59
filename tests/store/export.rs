//! Exporting lists: the parts together are the rows of the list, with all that is kept of each but secrets.

use keyward::domain::export::KeyRecord;
use keyward::domain::list::{Anchor, KeyRow, KeySort, Listed, Order, WindowQuery};
use keyward::domain::secret::Overlap;
use keyward::service::export::Part;

use crate::support::database::{Bench, all_of};

/// Everything that is exported, read so many rows at a time.
fn exported(bench: &Bench, order: Order<KeySort>, rows: usize) -> Vec<KeyRecord> {
    let mut query = WindowQuery {
        order,
        rows,
        ..all_of::<KeyRow>()
    };
    let mut all = Vec::new();
    loop {
        let part = bench.service.export(&bench.alice, &query);
        let Part {
            records,
            more_after,
        } = part.expect("exported");
        all.extend(records);
        match more_after {
            Some(place) => query.anchor = Anchor::After(place),
            None => return all,
        }
    }
}

#[test]
fn an_export_in_parts_is_the_list_in_every_order() {
    let mut bench = Bench::new();
    for name in ["b", "a", "d", "c", "e"] {
        bench.delivered(name);
    }
    let last = bench.issue(keyward::domain::id::KeyId(1));
    bench.deliver(&last, Some(Overlap::Day));
    for &by in KeyRow::SORTS {
        for descending in [false, true] {
            let order = Order { by, descending };
            let query = WindowQuery {
                order,
                ..all_of::<KeyRow>()
            };
            let window = bench
                .service
                .window(&bench.alice, &query)
                .expect("a window");
            for rows in [1, 2, 3, 5, 100] {
                let exported = exported(&bench, order, rows);
                let found: Vec<KeyRow> = exported.iter().map(|one| one.row.clone()).collect();
                assert_eq!(found, window.rows, "{order:?}, {rows} at a time");
                for record in &exported {
                    let of = bench.service.key_properties(&bench.alice, record.row.id());
                    let of = of.expect("there");
                    assert_eq!(
                        (&record.fields, record.attempts),
                        (&of.key.fields, of.key.attempts)
                    );
                }
            }
        }
    }
}
