//! The primary waits until a standby has confirmed a change, and that is away.

use keyward::domain::trouble::{Fault, Trouble};
use keyward::store::Place;

use crate::support::cluster::Cluster;
use crate::support::database::Bench;

#[test]
fn a_change_that_no_standby_confirms_is_told_as_such_and_keeps_nobody_waiting_for_ever() {
    let Some(mut cluster) = Cluster::start(&[]) else {
        return;
    };
    let standby = cluster.add_standby(None, &[]);
    let mut bench = Bench::on(Place::Server(cluster.address(&[0])));
    let issued = bench.delivered("key");
    cluster.have_confirmed();
    // A session that was there before takes its time to hear of it.
    bench.service = bench.another();
    let lock = bench.service.lock_out_key(&bench.alice, issued.key, "");
    assert_eq!(lock, Ok(()), "it is confirmed");
    let unlock = keyward::domain::intent::KeyChange::Unlock;
    let unlocked = bench.service.change_key(&bench.alice, unlock, issued.key);
    unlocked.expect("confirmed");

    cluster.crash(standby);
    let lock = bench.service.lock_out_key(&bench.alice, issued.key, "");
    assert_eq!(lock, Err(Trouble::Storage(Fault::Unconfirmed)));
    assert_eq!(bench.service.settle(), Ok(None), "nothing is in doubt");
    assert!(bench.refusal(&issued).is_some(), "it holds on the primary");
    // Nobody else is hindered.
    let other = bench
        .another()
        .create_key(&bench.alice, &crate::support::database::draft("other"));
    assert_eq!(other.map(drop), Err(Trouble::Storage(Fault::Unconfirmed)));

    cluster.add_standby(None, &[]);
    bench.create("confirmed");
    bench.events();
}
