//! Clients that ask at the same time.

use crate::support::server::{House, request};

const CLIENTS: usize = 12;

#[test]
fn clients_that_ask_at_once_are_each_told_of_their_own_key() {
    let mut house = House::new();
    let mut keys: Vec<_> = (0..CLIENTS)
        .map(|number| house.key(&format!("key {number}")))
        .collect();
    let (locked, _) = &keys[3];
    let lock = house.service.lock_out_key(&house.owner, *locked, "");
    lock.expect("locked out");
    // One thread, so that it has all of them at once.
    let server = house.serve(&["--auth", "unix:auth.sock", "--threads", "1"]);
    let mut clients: Vec<_> = keys.iter().map(|_| server.connect("auth")).collect();
    for round in 0..20 {
        // Another client has another key each time.
        keys.rotate_left(1);
        for (client, (_, secret)) in clients.iter_mut().zip(&keys) {
            let headers = [
                ("api-secret-key", secret.expose()),
                ("x-original-method", "GET"),
            ];
            client.send(request("GET", "/auth-request", &headers));
        }
        for (client, (key, _)) in clients.iter_mut().zip(&keys) {
            let answer = client.answer();
            let id = key.0.to_string();
            let told = (answer.status, answer.header("x-keyward-key-id"));
            let own = if key.0 == 4 {
                (401, None)
            } else {
                (200, Some(&*id))
            };
            assert_eq!(told, own, "round {round}");
        }
    }
}
