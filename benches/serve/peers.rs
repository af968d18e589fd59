//! Others that check API keys: each with its own key check, one process of it, over the same kind of socket. Their packages
//! come from `PyPI` and npm, and are kept below `target`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::servers::{Server, printed};

/// What a peer is asked for.
pub const KEYS: usize = 100;

/// A peer that runs, and what it is asked.
pub struct Peer {
    pub name: &'static str,
    pub server: Server,
    pub requests: Vec<Vec<u8>>,
}

/// Those that can be had here, one after another.
pub fn each() -> impl Iterator<Item = Result<Peer, &'static str>> {
    let peers = [
        (
            "djangorestframework-api-key 3.1.0, uvicorn",
            drf as fn(&Path) -> _,
        ),
        ("fastapi-keygate 0.5.1, uvicorn", keygate),
        ("better-auth 1.7.25, Node", better_auth),
    ];
    peers.into_iter().map(|(name, start)| {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers");
        let started = fs::create_dir_all(&directory)
            .ok()
            .and_then(|()| start(&directory));
        let (server, requests) = started.ok_or(name)?;
        Ok(Peer {
            name,
            server,
            requests,
        })
    })
}

type Started = Option<(Server, Vec<Vec<u8>>)>;

fn asking(path: &str, header: &str, keys: &str) -> Vec<Vec<u8>> {
    let request = |key| format!("GET {path} HTTP/1.1\r\nHost: a\r\n{header}: {key}\r\n\r\n");
    keys.lines().map(|key| request(key).into_bytes()).collect()
}

/// The Python of a virtual environment that has these packages.
fn python(directory: &Path) -> Option<PathBuf> {
    let environment = directory.join("python");
    let python = environment.join("bin/python");
    let packages = [
        "djangorestframework==3.18.3",
        "djangorestframework-api-key==3.1.0",
        "fastapi-keygate==0.5.1",
        "uvicorn[standard]==0.54.0",
    ];
    let done = environment.join("complete");
    if !done.exists() {
        printed("python3", &["-m", "venv", "python"], directory)?;
        let args = [&["-m", "pip", "install", "--quiet"], &packages[..]].concat();
        printed(&python, &args, directory)?;
        fs::write(&done, "").ok()?;
    }
    for (file, text) in [
        ("drf.py", include_str!("peers/drf.py")),
        ("gate.py", include_str!("peers/gate.py")),
    ] {
        fs::write(directory.join(file), text).ok()?;
    }
    Some(python)
}

fn uvicorn(directory: &Path, args: &[&str]) -> Option<Server> {
    let socket = directory.join("peer.sock");
    let mut command = Command::new(directory.join("python/bin/python"));
    command.args([
        "-m",
        "uvicorn",
        "--log-level",
        "critical",
        "--no-access-log",
        "--uds",
    ]);
    command.arg(&socket).args(args).current_dir(directory);
    Server::start(command.stderr(Stdio::null()), &socket)
}

/// Over WSGI: as an ASGI application it was five times as slow.
fn drf(directory: &Path) -> Started {
    let python = python(directory)?;
    let _ = fs::remove_file(directory.join("drf.db"));
    let keys = printed(python, &["drf.py", &KEYS.to_string()], directory)?;
    let server = uvicorn(directory, &["--interface", "wsgi", "drf:application"])?;
    Some((server, asking("/check", "api-secret-key", &keys)))
}

fn keygate(directory: &Path) -> Started {
    let python = python(directory)?;
    let _ = fs::remove_file(directory.join("keygate.db"));
    let keys = printed(python, &["gate.py", &KEYS.to_string()], directory)?;
    let server = uvicorn(directory, &["gate:app"])?;
    Some((server, asking("/check", "X-API-Key", &keys)))
}

/// Its uses are noted after the answer (`deferUpdates`), as ours are.
fn better_auth(directory: &Path) -> Started {
    if !directory.join("node_modules/complete").exists() {
        let packages = [
            "better-auth@1.7.25",
            "@better-auth/api-key@1.7.5",
            "better-sqlite3@12.11.1",
        ];
        let args = [
            &["install", "--silent", "--legacy-peer-deps"],
            &packages[..],
        ]
        .concat();
        printed("npm", &args, directory)?;
        fs::write(directory.join("node_modules/complete"), "").ok()?;
    }
    for file in ["better-auth.db", "better-auth.db-wal", "better-auth.db-shm"] {
        let _ = fs::remove_file(directory.join(file));
    }
    let program = include_str!("peers/better-auth.mjs");
    fs::write(directory.join("better-auth.mjs"), program).ok()?;
    let keys = printed(
        "node",
        &["better-auth.mjs", "make", &KEYS.to_string()],
        directory,
    )?;
    let socket = directory.join("peer.sock");
    let mut command = Command::new("node");
    command
        .arg("better-auth.mjs")
        .arg(&socket)
        .current_dir(directory);
    let server = Server::start(command.stderr(Stdio::null()), &socket)?;
    Some((server, asking("/", "api-secret-key", &keys)))
}
