//! Calls of the management API, carried out for a key that may do everything and for one that may only look.

use hyper::Method;
use keyward::domain::id::{AUDITOR, FULL_ACCESS};
use keyward::serve::api::call::Call;
use keyward::serve::api::carry_out::carry_out;

use super::bytes::Bytes;
use crate::support::database::Bench;

/// A byte for who calls; then for each call a line with method and path, and one with its body.
pub fn run(data: &[u8]) {
    let mut input = Bytes::of(data);
    let role = input.one_of(&[FULL_ACCESS, AUDITOR]);
    let mut bench = Bench::new();
    let (_, actor) = bench.key_actor("caller", role);
    bench.delivered("another");
    for _ in 0..8 {
        if input.is_empty() {
            break;
        }
        let (asked, body) = (input.line(), input.line());
        let asked = String::from_utf8_lossy(asked);
        let (method, path) = asked.split_once(' ').unwrap_or(("GET", &asked));
        let Ok(method) = Method::from_bytes(method.as_bytes()) else {
            continue;
        };
        let Ok(call) = Call::of(&method, path) else {
            continue;
        };
        let before = rows(&bench);
        let body = if call.reads_body() { body } else { b"" };
        match carry_out(&mut bench.service, &actor, call, body, &|| true) {
            Ok(reply) => assert!(reply.answer().status().is_success()),
            Err(refusal) => {
                let status = refusal.answer().status();
                assert!(status.is_client_error(), "{asked}: {status}");
                assert_eq!(rows(&bench), before, "what was refused changes nothing");
            }
        }
    }
    // They are read with the chain, which must be whole.
    bench.events();
}

/// What the database holds beside events.
fn rows(bench: &Bench) -> Vec<String> {
    let mut rows = bench.dump();
    rows.retain(|row| !row.starts_with("[Text(\"events\")") && !row.contains("sequence"));
    rows
}
