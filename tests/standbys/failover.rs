//! The primary goes, and a standby takes its place.

use keyward::domain::event::chain::KeptHead;
use keyward::domain::trouble::{Fault, Trouble};
use keyward::store::{Place, Store, events};

use crate::support::cluster::Cluster;
use crate::support::database::{Bench, account, authenticate};

#[test]
fn what_was_issued_at_the_primary_is_delivered_at_the_standby_that_took_its_place() {
    let Some(mut cluster) = Cluster::start(&[]) else {
        return;
    };
    let both = [0, cluster.add_standby(None, &[])];
    let mut bench = Bench::on(Place::Server(cluster.address(&both)));
    let issued = bench.create("new");
    let head = bench.service.events_head(&bench.alice).expect("read");
    let kept = KeptHead::parse(&head.to_string()).expect("a head");
    cluster.catch_up(1);
    cluster.crash(0);

    // The standby answers, and changes nothing.
    let near = Store::open_near(&bench.place, &account()).expect("opened");
    assert_eq!(near.read(events::head), Ok(head));
    let refused = bench.service.deliver(&bench.alice, issued.id, None);
    assert_eq!(refused, Err(Trouble::Storage(Fault::OnlyReads)));

    cluster.promote(1);
    let first = bench.service.deliver(&bench.alice, issued.id, None);
    let first = first.expect("delivered");
    let again = bench.service.deliver(&bench.alice, issued.id, None);
    assert_eq!(again.expect("delivered").at, first.at);
    assert_eq!(bench.refusal(&issued), None);
    // What was not read yet of an old connection is nowhere.
    assert!(near.data_version().is_ok());
    let whole = near.read(|tx| events::check_chain(tx, Some(&kept)));
    assert!(whole.expect("read").is_ok());
    bench.create("after");
    bench.events();
}

#[test]
fn no_console_is_on_a_standby_and_the_commands_that_only_look_are() {
    let Some(mut cluster) = Cluster::start(&[]) else {
        return;
    };
    let standby = cluster.add_standby(None, &[]);
    let mut bench = Bench::on(Place::Server(cluster.address(&[0])));
    let issued = bench.delivered("key");
    cluster.catch_up(standby);
    let place = Place::Server(cluster.address(&[standby]));
    let opened = Store::open_existing(&place, &account());
    assert!(matches!(
        opened,
        Err(Trouble::Open(
            _,
            keyward::domain::trouble::OpenFault::Fault(Fault::OnlyReads)
        ))
    ));
    let mut near = Store::open_near(&place, &account()).expect("opened");
    assert_eq!(
        near.write(|_| Ok::<_, Fault>(())),
        Err(Fault::OnlyReads),
        "and no primary is in the address"
    );
    let clock = bench.clock.clone();
    let there = keyward::service::Service::new(
        near,
        clock,
        Box::new(keyward::auth::random::SystemRandom),
        bench.hasher.clone(),
    );
    let mut there = there.expect("a service");
    assert!(authenticate(&mut there, issued.secret.expose()).is_ok());
}
