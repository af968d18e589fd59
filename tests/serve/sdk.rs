//! The vendor's own SDK manages the keys kept here.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::id::FULL_ACCESS;

use crate::support::database::draft;
use crate::support::process::skip;
use crate::support::server::House;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/serve/sdk.py");

#[test]
fn the_vendors_sdk_manages_keys_and_roles_as_it_is() {
    // `.ci/run` has fetched it.
    let sdk = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("sdk");
    if !sdk.join("deepsecurity").is_dir() {
        return skip("the SDK is not there: .ci/run fetches it");
    }
    let mut house = House::new();
    let key = ApiKeyDraft {
        role: FULL_ACCESS,
        ..draft("automation")
    };
    let (_, secret) = house.key_of(&key);
    let server = house.serve(&["--api", "127.0.0.1:0"]);
    let host = format!("http://{}/api", server.place("api"));
    let script = Command::new("python3")
        .args(["-B", SCRIPT, &host])
        .env("PYTHONPATH", sdk)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut script = script.expect("python3");
    let mut input = script.stdin.take().expect("piped");
    writeln!(input, "{}", secret.expose()).expect("written");
    drop(input);
    let ended = script.wait_with_output().expect("ended");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(String::from_utf8_lossy(&ended.stdout), "done\n", "{said}");
}
