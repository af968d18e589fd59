//! The servers that are measured: each is a process of its own, over a unix socket, and ends when it is dropped.

use std::convert::Infallible;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use http_body_util::Empty;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::load::Client;

/// A server that runs, and where it listens.
pub struct Server {
    child: Child,
    pub socket: PathBuf,
}

impl Server {
    /// Starts it and waits until it answers; nothing where it ends before.
    pub fn start(command: &mut Command, socket: &Path) -> Option<Server> {
        // A server that was killed may have left its socket, on which nobody listens.
        let _ = fs::remove_file(socket);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let mut server = Server {
            child: command.spawn().ok()?,
            socket: socket.to_owned(),
        };
        for _ in 0..3_000 {
            let asked = Client::connect(socket).and_then(|mut client| {
                client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")?;
                client.answer()
            });
            if asked.is_ok() {
                return Some(server);
            }
            if server.child.try_wait().ok()?.is_some() {
                return None;
            }
            thread::sleep(Duration::from_millis(10));
        }
        None
    }

    /// How long all its threads have run so far.
    pub fn processor_time(&self) -> Duration {
        let tasks = format!("/proc/{}/task", self.child.id());
        let times = fs::read_dir(tasks).expect("threads").map(|task| {
            let file = task.expect("a thread").path().join("schedstat");
            let times = fs::read_to_string(file).unwrap_or_default();
            let time = times.split_whitespace().next().unwrap_or("0");
            time.parse::<u64>().expect("nanoseconds")
        });
        Duration::from_nanos(times.sum())
    }

    /// What it has of memory, in MiB: all, and what is its own alone.
    pub fn memory(&self) -> (f64, f64) {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("its status");
        let mib = |field: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(field));
            let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
            kib.expect("memory").parse::<f64>().expect("a number") / 1_024.0
        };
        (mib("VmRSS:"), mib("RssAnon:"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let pid = i32::try_from(self.child.id()).expect("a process");
        let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
        let _ = self.child.wait();
    }
}

/// `keyward serve` on this database, with this many threads.
pub fn keyward(database: &Path, socket: &Path, threads: usize) -> Server {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyward"));
    command.env_clear().args(["serve", "--db"]).arg(database);
    command.args(["--auth", &format!("unix:{}", socket.display())]);
    command.args(["--threads", &threads.to_string()]);
    command.stderr(Stdio::null());
    Server::start(&mut command, socket).expect("keyward serves")
}

/// This program again, as the least that hyper can do: it answers 200, and asks nothing.
pub fn bare(socket: &Path, threads: usize) -> Server {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.arg(BARE).arg(socket).arg(threads.to_string());
    Server::start(&mut command, socket).expect("a bare server")
}

pub const BARE: &str = "bare";

/// What [`bare`] starts: threads with a runtime each, as `keyward serve` has them. Does not return.
pub fn be_bare(socket: &Path, threads: usize) {
    let listener = UnixListener::bind(socket).expect("bound");
    listener.set_nonblocking(true).expect("set");
    let threads = (0..threads).map(|_| {
        let listener = listener.try_clone().expect("cloned");
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_io()
                .build();
            runtime.expect("a runtime").block_on(async {
                let listener = tokio::net::UnixListener::from_std(listener).expect("a listener");
                let local = tokio::task::LocalSet::new();
                local.run_until(accept(listener)).await;
            });
        })
    });
    for thread in threads.collect::<Vec<_>>() {
        let _ = thread.join();
    }
}

async fn accept(listener: tokio::net::UnixListener) {
    while let Ok((stream, _)) = listener.accept().await {
        let answer = service_fn(|_: Request<Incoming>| async {
            Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new()))
        });
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), answer);
        tokio::task::spawn_local(connection);
    }
}

/// nginx with one worker. `location` is how it answers; `behind` is asked by `auth_request` where there is one.
pub fn nginx(directory: &Path, behind: Option<&Path>) -> Option<Server> {
    let (socket, configuration) = (directory.join("nginx.sock"), directory.join("nginx.conf"));
    let [upstream, asked, asks] = match behind {
        None => [String::new(), String::new(), String::new()],
        Some(behind) => [
            format!(
                "upstream authoriser {{ server unix:{}; keepalive 16; }}",
                behind.display()
            ),
            "location = /keyward {
                internal;
                proxy_pass http://authoriser/auth-request;
                proxy_pass_request_body off;
                proxy_http_version 1.1;
                proxy_set_header Connection \"\";
                proxy_set_header Content-Length \"\";
                proxy_set_header X-Original-Method $request_method;
            }"
            .to_owned(),
            "auth_request /keyward; auth_request_set $id $upstream_http_x_keyward_key_id;
             add_header X-Id $id;"
                .to_owned(),
        ],
    };
    let place = directory.display();
    // Root's worker would be another account, and reach nothing here. `return` would answer before `auth_request` is asked;
    // an empty file is served after it.
    let text = format!(
        "daemon off; user root; worker_processes 1; pid {place}/nginx.pid; error_log {place}/nginx.log;
        events {{ worker_connections 1024; }}
        http {{
            access_log off; keepalive_requests 100000000; client_body_temp_path {place}/body;
            proxy_temp_path {place}/proxy; fastcgi_temp_path {place}/fastcgi;
            uwsgi_temp_path {place}/uwsgi; scgi_temp_path {place}/scgi;
            {upstream}
            server {{
                listen unix:{};
                root {place};
                {asked}
                location / {{ {asks} }}
            }}
        }}",
        socket.display()
    );
    fs::write(directory.join("empty"), "").ok()?;
    fs::write(&configuration, text).ok()?;
    let mut command = Command::new("nginx");
    command.arg("-c").arg(&configuration).stderr(Stdio::null());
    Server::start(&mut command, &socket)
}

/// Runs a program to its end and returns what it printed.
pub fn printed(program: impl AsRef<OsStr>, args: &[&str], directory: &Path) -> Option<String> {
    let mut command = Command::new(program);
    command.args(args).current_dir(directory);
    let output = command.stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then_some(text)
}
