//! Several administrators over a real sshd, each held by their line of `authorized_keys`: the job is done, a dropped
//! connection leaves the truth, and nobody gets anywhere else.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use keyward::config::Config;

#[path = "ssh/commands.rs"]
mod commands;
#[path = "recipe/mod.rs"]
mod recipe;
#[path = "support"]
mod support {
    #![expect(dead_code, reason = "only a part of it is used here")]
    pub mod database;
    pub mod namespace;
    pub mod page;
    pub mod process;
    pub mod program;
    pub mod pty;
    pub mod sentence;
    pub mod sshd;
}

use support::process::skip;
use support::pty::{Pty, Start, signal};
use support::sshd::{KEYWARD, Sshd, UNBOUND, program, says, until};

/// An sshd that forbids nothing by itself, or the test is skipped.
fn lax() -> Option<Sshd> {
    let sshd = Sshd::lax();
    if sshd.is_none() {
        skip("there is no sshd");
    }
    sshd
}

/// One whose lines open the console, and one whose lines allow commands, too; none where there is no sshd.
fn both() -> Vec<Sshd> {
    let both = [lax(), Sshd::with_commands()];
    both.into_iter().flatten().collect()
}

/// As root the environment of a process that hides itself from everybody else can be seen.
fn environment(console: u32) -> Option<String> {
    let seen = fs::read(format!("/proc/{console}/environ")).ok()?;
    Some(String::from_utf8_lossy(&seen).replace('\0', "\n"))
}

/// Makes a key and leaves its secret dialog open; gives the secret.
fn make(console: &mut Pty, name: &str) -> String {
    console.send("n").says("form.title_new");
    console.send(&format!("{name}\x1bOQ")).says("secret.title");
    // The answer is drawn after the dialog's first frame, before which keys are dropped.
    console.send("\x03").says("secret.ways_out");
    let screen = console.screen();
    let is_secret = |line: &&str| keyward::domain::secret::find_secret_shape(line).is_some();
    let secret = screen.lines().find(is_secret).expect("a secret");
    secret.trim_end().to_owned()
}

/// What `keyward verify` answers.
fn verify(sshd: &Sshd, secret: &str) -> String {
    let verify = sshd
        .site
        .owner(&["verify"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut verify = verify.expect("started");
    let mut input = verify.stdin.take().expect("piped");
    input.write_all(secret.as_bytes()).expect("written");
    drop(input);
    let answer = verify.wait_with_output().expect("ended").stdout;
    String::from_utf8(answer).expect("text")
}

/// Signs in, issues and delivers, as alice, and has bob see it.
fn do_the_job(sshd: &Sshd) {
    let mut alice = sshd.console("alice", &[], &[]);
    alice.see("alice (Full Access)");
    let secret = make(&mut alice, "nightly");
    assert!(verify(sshd, &secret).contains("not-delivered"));
    alice.send("c");
    alice.wait_for_bytes(&format!("\x1b]52;c;{}", BASE64_STANDARD.encode(&secret)));
    alice.send("w").says("trouble.no_files");
    alice.send("p").says("check.note");
    alice.send(&format!("{secret}\r")).says("secret.matches");

    let mut bob = sshd.console("bob", &[], &[]);
    bob.see("bob (Full Access)");
    bob.says("state.not_delivered");
    alice.send("a\r").see("works now");
    bob.see("Active");
    assert!(verify(sshd, &secret).contains(r#""valid":true,"id":1"#));
    bob.send("l").says("confirm.lock");
    bob.send("y");
    alice.says("state.locked_out");
    for console in [&mut alice, &mut bob] {
        console.quits();
        assert!(console.modes_are_as_before());
    }
    // Each does one thing after the other; two consoles do not wait for each other.
    let did = |user: &str| -> Vec<i64> {
        let mut events = sshd.events(&[600, 601, 656, 673, 9000, 9001]);
        events.retain(|event| actor(event) == user);
        let number = |event: &serde_json::Value| event["number"].as_i64().expect("a number");
        events.iter().map(number).collect()
    };
    assert_eq!(did("alice"), [600, 656, 9000, 9001, 601]);
    assert_eq!(did("bob"), [600, 673, 601]);
    let mut signed_in = sshd.events(&[600]);
    signed_in.retain(|event| actor(event) != sshd.site.account);
    assert_eq!(signed_in.len(), 2);
    for event in &signed_in {
        let unproven = &event["body"]["unproven"];
        assert_eq!(unproven["account"], sshd.site.account);
        let connection = unproven["sshConnection"].as_str().expect("noted");
        let server = format!(" 127.0.0.1 {}", sshd.port);
        assert!(connection.starts_with("127.0.0.1 ") && connection.ends_with(&server));
    }
}

fn actor(event: &serde_json::Value) -> String {
    event["actor"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn two_administrators_do_the_whole_job() {
    let Some(sshd) = lax() else { return };
    do_the_job(&sshd);
}

#[test]
fn a_connection_that_drops_while_a_secret_is_shown_leaves_the_truth() {
    let Some(sshd) = lax() else { return };
    let mut secrets = Vec::new();
    for drops in ["client", "server"] {
        let mut alice = sshd.console("alice", &[], &[]);
        alice.see("alice (Full Access)");
        secrets.push(make(&mut alice, drops));
        let console = sshd.console_process();
        let end = match drops {
            "client" => alice.pid(),
            _ => sshd.session_of(console),
        };
        signal(end, "KILL");
        assert_ne!(alice.end(), 0);
        sshd.no_console();
    }
    let mut alice = sshd.console("alice", &[], &[]);
    alice.wait_for("two keys", |screen| {
        screen.contents().matches("Not delivered").count() == 2
    });
    for secret in &secrets {
        assert!(verify(&sshd, secret).contains("not-delivered"));
    }
    // Nothing is broken: another one is issued.
    alice.send("s").says("new_secret.title");
    alice.send("\r").says("secret.title");
    alice.send("\x03").says("secret.ways_out");
    alice.send("a\r").see("works now");
}

#[test]
fn whatever_is_asked_for_only_ones_own_console_comes() {
    let Some(sshd) = lax() else { return };
    let pwned = sshd.site.path("pwned");
    let touch = format!("touch {}", pwned.display());
    let other = format!(
        "'{KEYWARD}' --user bob --db '{}'",
        sshd.site.database.display()
    );
    for words in [
        &["id"][..],
        &[&touch],
        &["keyward", "--user", "bob"],
        &[&other],
        &["--", "--user", "bob"],
        &["\";", &touch, ";\""],
        &["$(", &touch, ")"],
    ] {
        let mut console = sshd.console("alice", &[], words);
        console.see("alice (Full Access)");
        console.send("q");
        assert_eq!(console.end(), 0, "{words:?}");
        let refused = sshd
            .client("ssh", "alice", &[&["-T", "keyward"], words].concat())
            .output()
            .expect("ran");
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(
            refused.status.code() == Some(2) && said.contains("The console needs a terminal"),
            "{refused:?}"
        );
        assert!(refused.stdout.is_empty(), "{refused:?}");
    }
    assert!(!pwned.exists());
    let users: Vec<String> = sshd.events(&[600]).iter().map(actor).collect();
    assert_eq!(users[0], "root", "who made the users");
    assert_eq!(users[1..], ["alice"; 7]);
    // It is the line that holds alice, not this sshd.
    let unbound = sshd.client("ssh", UNBOUND, &["keyward", &touch]).status();
    assert!(unbound.expect("ran").success() && pwned.exists());
}

#[test]
fn no_file_is_copied_either_way() {
    for sshd in both() {
        copies_no_file(&sshd);
    }
}

fn copies_no_file(sshd: &Sshd) {
    let path = |name: &str| sshd.site.path(name).display().to_string();
    fs::write(sshd.site.path("mine"), "mine").expect("written");
    let batch = format!(
        "put {0}/mine {0}/theirs\nget {0}/sshd_config {0}/got\n",
        path("")
    );
    fs::write(sshd.site.path("batch"), batch).expect("written");
    let to = format!("keyward:{}", path("theirs"));
    let from = format!("keyward:{}", path("sshd_config"));
    let tries: [(&str, Vec<String>); 5] = [
        ("sftp", vec!["-b".into(), path("batch"), "keyward".into()]),
        ("scp", vec![path("mine"), to.clone()]),
        ("scp", vec![from.clone(), path("got")]),
        ("scp", vec!["-O".into(), path("mine"), to]),
        ("scp", vec!["-O".into(), from, path("got")]),
    ];
    let go = |user: &str, program: &str, args: &[String]| {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let ran = sshd.client(program, user, &args).output().expect("ran");
        let copied = ["theirs", "got"].map(|name| fs::remove_file(sshd.site.path(name)).is_ok());
        (ran.status.success(), copied.contains(&true))
    };
    for (program, args) in &tries {
        assert_eq!(go("alice", program, args), (false, false), "{args:?}");
        assert_eq!(go(UNBOUND, program, args), (true, true), "{args:?}");
    }
}

#[test]
fn nothing_is_forwarded() {
    for sshd in both() {
        forwards_nothing(&sshd);
    }
}

fn forwards_nothing(sshd: &Sshd) {
    for (user, allowed) in [("alice", false), (UNBOUND, true)] {
        assert_eq!(local_forwarding(sshd, user), allowed, "-L as {user}");
        for back in ["0:127.0.0.1:9", "SOCKET:127.0.0.1:9"] {
            let socket = sshd.site.path("back").display().to_string();
            let back = back.replace("SOCKET", &socket);
            let forwarded = remote_forwarding(sshd, user, &back);
            assert_eq!(forwarded, allowed, "-R {back} as {user}");
            assert_eq!(
                fs::remove_file(&socket).is_ok(),
                allowed && back.contains(&socket)
            );
        }
    }
}

/// Whether something comes from the server's side through `-L`: sshd's own greeting.
fn local_forwarding(sshd: &Sshd, user: &str) -> bool {
    let directory = tempfile::tempdir().expect("a directory");
    let socket = directory.path().join("socket");
    let forward = format!("{}:127.0.0.1:{}", socket.display(), sshd.port);
    let mut client = sshd
        .client("ssh", user, &["-N", "-L", &forward, "keyward"])
        .stderr(Stdio::null())
        .spawn()
        .expect("started");
    let mut stream = until("the forwarding", || UnixStream::connect(&socket).ok());
    let limit = Some(Duration::from_secs(20));
    stream.set_read_timeout(limit).expect("a limit");
    let mut greeting = [0; 8];
    let came = match stream.read(&mut greeting) {
        Ok(0) => false,
        Ok(_) => greeting.starts_with(b"SSH-"),
        Err(error) => panic!("neither an answer nor an end: {error}"),
    };
    client.kill().expect("killed");
    client.wait().expect("ended");
    came
}

/// Whether the server listens for `-R`.
fn remote_forwarding(sshd: &Sshd, user: &str, back: &str) -> bool {
    let options = [
        "-N",
        "-v",
        "-o",
        "ExitOnForwardFailure=yes",
        "-R",
        back,
        "keyward",
    ];
    let mut client = sshd
        .client("ssh", user, &options)
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    let allowed = says(&mut client, "remote forward success");
    let _ = client.kill();
    client.wait().expect("ended");
    allowed
}

#[test]
fn neither_agent_nor_display_is_reached_through_it() {
    let Some(sshd) = lax() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let socket = directory.path().join("agent").display().to_string();
    let mut agent = Command::new("ssh-agent")
        .args(["-D", "-a", &socket])
        .stdout(Stdio::null())
        .spawn()
        .expect("ssh-agent");
    until("the agent", || UnixStream::connect(&socket).ok());
    let agent_at = format!("SSH_AUTH_SOCK={socket}");
    let own = format!("IdentityAgent={socket}");
    let options = ["-A", "-Y", "-o", &own];
    let variables = [agent_at.as_str(), "DISPLAY=127.0.0.1:99"];
    let mut console = sshd.console_from(&variables, "alice", &options, &[]);
    console.wait_for_bytes("X11 forwarding request failed");
    console.see("alice (Full Access)");
    match environment(sshd.console_process()) {
        Some(seen) => assert!(
            seen.contains("SSH_CONNECTION=")
                && !seen.contains("SSH_AUTH_SOCK=")
                && !seen.contains("DISPLAY="),
            "{seen}"
        ),
        None => skip("only root sees the console's environment"),
    }
    console.send("q");
    console.end();
    let words = ["echo agent at \"$SSH_AUTH_SOCK\""];
    let unbound = sshd.console_from(&variables, UNBOUND, &options, &words);
    unbound.see("agent at /");
    drop(unbound);
    agent.kill().expect("killed");
    agent.wait().expect("ended");
}

#[test]
fn no_variable_of_the_clients_changes_whose_console_it_is_or_on_what() {
    let Some(sshd) = lax() else { return };
    let elsewhere = sshd.site.path("elsewhere").display().to_string();
    let names = [
        "KEYWARD_DB",
        "HOME",
        "XDG_DATA_HOME",
        "XDG_CONFIG_HOME",
        "USER",
        "LOGNAME",
        "SUDO_USER",
        "PATH",
        "SHELL",
        "ENV",
        "BASH_ENV",
        "LD_PRELOAD",
        "TMUX",
        "SSH_CONNECTION",
        "SSH_ORIGINAL_COMMAND",
    ];
    let variables: Vec<String> = names
        .iter()
        .map(|name| format!("{name}={elsewhere}"))
        .collect();
    let set = format!("SetEnv={}", variables.join(" "));
    let mut console = sshd.console("alice", &["-o", &set], &[]);
    console.see("alice (Full Access)");
    match environment(sshd.console_process()) {
        Some(seen) => assert!(!seen.contains("elsewhere"), "{seen}"),
        None => skip("only root sees the console's environment"),
    }
    make(&mut console, "nightly");
    console.send("a\r").see("works now");
    console.quits();
    assert_eq!(sshd.events(&[656]).len(), 1, "on the one database");
    assert!(!sshd.site.path("elsewhere").exists());
    let signed_in = sshd.events(&[600]);
    let unproven = &signed_in.last().expect("noted")["body"]["unproven"];
    assert_eq!(unproven["sudoUser"], serde_json::Value::Null);
    let connection = unproven["sshConnection"].as_str().expect("noted");
    assert!(connection.starts_with("127.0.0.1 "), "{connection}");
}

#[test]
fn no_terminal_and_no_language_is_too_odd() {
    let Some(sshd) = lax() else { return };
    let long = "x".repeat(3_000);
    for odd in [
        "",
        "no-such-thing",
        "../../../etc/passwd",
        "\x1b]0;x\x07",
        "日本",
        &long,
    ] {
        let variables = ["TERM", "LANG", "LC_ALL"].map(|name| format!("{name}={odd}"));
        let variables: Vec<&str> = variables.iter().map(String::as_str).collect();
        let options = ["-o", "SendEnv=LANG LC_*"];
        let mut console = sshd.console_from(&variables, "alice", &options, &[]);
        console.see("alice (Full Access)");
        console.send("q");
        assert_eq!(console.end(), 0, "{odd:?}");
    }
}

#[test]
fn who_does_not_own_the_database_is_nobody_by_naming_a_user() {
    use std::os::unix::fs::PermissionsExt;
    let Some(sshd) = lax() else { return };
    let (Some(setpriv), 0) = (program("setpriv"), Config::read().account.uid) else {
        return skip("only root can become another account");
    };
    // Where the other account can reach it: it is the owner that counts.
    let directory = tempfile::tempdir().expect("a directory");
    let reachable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(directory.path(), reachable).expect("opened to all");
    let keyward = directory.path().join("keyward");
    fs::copy(KEYWARD, &keyward).expect("copied");
    let database = directory.path().join("keyward.db");
    fs::copy(&sshd.site.database, &database).expect("copied");
    let path = |path: &std::path::Path| path.display().to_string();
    let (keyward, database) = (path(&keyward), path(&database));
    let other = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    for user in ["alice", "nobody", "root"] {
        let args = [&other[..], &[&keyward, "--db", &database, "--user", user]].concat();
        let mut console = Start {
            program: setpriv.to_str().expect("UTF-8"),
            ..Start::new(directory.path(), &args)
        }
        .go();
        assert_eq!(console.end(), 77, "{user}");
        let owner = Config::read().account.name;
        let told = format!("belongs to the account {owner}");
        assert!(console.screen().replace('\n', "").contains(&told));
    }
}
