//! What a client may cost: sizes, times and how many there are.

use crate::support::database::db;
use crate::support::server::{Client, House, Server, request};

/// A server that knows no key, and how it answers who has none.
fn server(args: &[&str]) -> (House, Server) {
    let house = House::new();
    let args = [&["--auth", "unix:auth.sock", "--threads", "1"], args].concat();
    let server = house.serve(&args);
    (house, server)
}

#[track_caller]
fn is_served(client: &mut Client) {
    assert_eq!(client.ask("GET", "/auth-request", &[]).status, 401);
}

#[test]
fn a_head_of_more_than_16_kib_is_431() {
    let (_house, server) = server(&[]);
    let long = "x".repeat(15 * 1024);
    let mut client = server.connect("auth");
    let fits = client.ask("GET", "/auth-request", &[("x-long", &long)]);
    assert_eq!(fits.status, 401);
    let too_long = "x".repeat(16 * 1024);
    for headers in [
        vec![("x-long", too_long.as_str())],
        vec![("x-long", long.as_str()), ("x-more", long.as_str())],
        vec![("x-many", "1"); 200],
    ] {
        let answer = server.ask("auth", "GET", "/auth-request", &headers);
        assert_eq!(answer.status, 431);
    }
    let path = format!("/ext-authz/{too_long}");
    let answer = server.ask("auth", "GET", &path, &[]);
    assert_eq!(answer.status, 431);
    // One that never ends.
    let mut client = server.connect("auth");
    let sent = client.try_send(&vec![b'x'; 64 * 1024]);
    let told = client.closed();
    assert!(sent.is_err() || told.contains(" 4"), "{told}");
}

#[test]
fn a_head_that_does_not_come_in_time_ends_its_connection_and_an_idle_one_goes_on() {
    let (_house, server) = server(&[]);
    let mut idle = server.connect("auth");
    is_served(&mut idle);
    let mut silent = server.connect("auth");
    let mut slow = server.connect("auth");
    slow.send("GET /auth-request HTTP/1.1\r\nhost");
    let mut second = server.connect("auth");
    is_served(&mut second);
    second.send("GET /auth-");
    for client in [&mut silent, &mut slow, &mut second] {
        assert_eq!(client.closed(), "");
    }
    is_served(&mut idle);
}

#[test]
fn a_body_is_not_waited_for_and_ends_the_connection() {
    let (_house, server) = server(&[]);
    for announced in [
        "content-length: 5\r\n",
        "content-length: 99999999999\r\n",
        "transfer-encoding: chunked\r\n",
        "content-length: 5\r\nexpect: 100-continue\r\n",
    ] {
        let mut client = server.connect("auth");
        client.send(format!(
            "POST /auth-request HTTP/1.1\r\nhost: x\r\n{announced}\r\n"
        ));
        let answer = client.answer();
        assert_eq!(answer.status, 401, "{announced}");
        assert_eq!(answer.header("connection"), Some("close"), "{announced}");
        assert_eq!(client.closed(), "", "{announced}");
    }
    let mut client = server.connect("auth");
    client.send("POST /auth-request HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nbody");
    assert_eq!(client.answer().status, 401);
    let mut client = server.connect("auth");
    client.send("POST /auth-request HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(client.answer().status, 401);
    is_served(&mut client);
}

#[test]
fn a_body_that_nobody_reads_can_still_be_sent_behind_the_answer() {
    let (_house, server) = server(&[]);
    let mut client = server.connect("auth");
    client.send("POST /auth-request HTTP/1.1\r\nhost: x\r\ncontent-length: 61440\r\n\r\n");
    assert_eq!(client.answer().status, 401);
    for _ in 0..60 {
        client.send([b'x'; 1024]);
    }
    client.finish_sending();
    assert_eq!(client.closed(), "");
}

#[test]
fn a_request_whose_end_two_readers_could_see_elsewhere_is_the_last_of_its_connection() {
    let (_house, server) = server(&[]);
    let smuggled = request("GET", "/auth-request", &[]);
    for headers in [
        "content-length: 4\r\ntransfer-encoding: chunked\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 4\r\n",
        "content-length: 4\r\ncontent-length: 5\r\n",
        "content-length: +4\r\n",
        "transfer-encoding: chunked, identity\r\n",
        "transfer-encoding: xchunked\r\n",
    ] {
        let mut client = server.connect("auth");
        let begun = format!("POST /auth-request HTTP/1.1\r\nhost: x\r\n{headers}\r\n");
        client.send(format!("{begun}0\r\n\r\n{smuggled}"));
        let answer = client.answer();
        assert!([400, 401].contains(&answer.status), "{headers} {answer:?}");
        assert_eq!(client.closed(), "", "{headers}");
    }
    for head in [
        "GET /auth-request HTTP/1.1\r\nhost : x\r\n\r\n",
        "GET /auth-request HTTP/1.1\r\n folded: x\r\n\r\n",
        "GET /auth request HTTP/1.1\r\n\r\n",
        "GET /auth-request HTTP/3.0\r\n\r\n",
        "GET\r\n\r\n",
        "\x16\x03\x01",
    ] {
        let mut client = server.connect("auth");
        client.send(head);
        client.finish_sending();
        let told = client.closed();
        assert!(told.is_empty() || told.contains(" 400 "), "{head}: {told}");
    }
    is_served(&mut server.connect("auth"));
}

#[test]
fn who_sends_no_more_is_still_answered() {
    let (_house, server) = server(&[]);
    let mut client = server.connect("auth");
    client.send(request("GET", "/auth-request", &[]).repeat(2));
    client.finish_sending();
    assert_eq!([client.answer().status, client.answer().status], [401, 401]);
    assert_eq!(client.closed(), "");
    let mut client = server.connect("auth");
    client.finish_sending();
    assert_eq!(client.closed(), "");
}

#[test]
fn an_old_client_is_answered_and_its_connection_ends() {
    let (_house, server) = server(&[]);
    let mut client = server.connect("auth");
    client.send("GET /auth-request HTTP/1.0\r\n\r\n");
    assert_eq!(client.answer().status, 401);
    assert_eq!(client.closed(), "");
}

#[test]
fn a_process_that_may_open_too_few_files_does_not_start() {
    let house = House::new();
    let output = std::process::Command::new("sh")
        .args(["-c", "ulimit -n 100 && exec \"$0\" \"$@\""])
        .arg(crate::support::program::KEYWARD)
        .args(["serve", "--auth", "unix:auth.sock", "--db"])
        .arg(db(&house.database()))
        .current_dir(house.directory.path())
        .output()
        .expect("ran");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("ulimit -n"), "{said}");
    assert!(!house.path("auth.sock").exists());
}

#[test]
fn clients_that_hold_every_connection_lock_nobody_out() {
    let house = House::new();
    let mut command = std::process::Command::new("sh");
    command
        .args(["-c", "ulimit -n 178 && exec \"$0\" \"$@\""])
        .arg(crate::support::program::KEYWARD)
        .args(["serve", "--threads", "1"])
        .args(["--auth", "unix:auth.sock", "--db"])
        .arg(db(&house.database()))
        .current_dir(house.directory.path());
    // 50 connections are left.
    let server = Server::start(command);
    let mut idle: Vec<Client> = (0..30).map(|_| server.connect("auth")).collect();
    idle.iter_mut().for_each(is_served);
    let mut silent: Vec<Client> = (0..60).map(|_| server.connect("auth")).collect();
    for _ in 0..100 {
        is_served(&mut server.connect("auth"));
    }
    idle.iter_mut().for_each(is_served);
    assert_eq!(silent[0].closed(), "");
}
