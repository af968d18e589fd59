//! Hosts of a test's own, joined by a network: each is a set of namespaces, with directories, a name and processes of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use keyward::config::Config;

use super::namespace::moving_in;
use super::process::{program, skip, skip_anywhere};
use super::reader::Reader;

/// Beside directories and processes, what each host has of its own.
const NAMESPACES: [&str; 4] = ["--mount", "--net", "--uts", "--ipc"];

/// Hosts of these names and addresses, the first one's joined to each other's. They end with this.
pub struct Hosts(Vec<Child>);

impl Hosts {
    /// Two hosts, on which root can do what pages say after this was done there. Nothing where there can be none.
    pub fn two(
        directory: &Path,
        hosts: [(&str, &str); 2],
        programs: &[&str],
        before: &str,
    ) -> Option<(Hosts, [Reader; 2])> {
        if Config::read().account.uid != 0 {
            skip("only root can have hosts of its own");
            return None;
        }
        for name in programs
            .iter()
            .chain(&["ip", "nsenter", "setpriv", "unshare"])
        {
            if program(name).is_none() {
                skip(&format!("there is no {name}"));
                return None;
            }
        }
        let words = NAMESPACES.iter().chain(&["--pid", "--fork", "true"]);
        let allowed = Command::new("unshare").args(words).output();
        if !allowed.expect("ran").status.success() {
            skip_anywhere("this machine allows no network namespaces");
            return None;
        }
        let known = hosts.map(|(name, address)| format!("{address} {name}\n"));
        let known = format!("127.0.0.1 localhost\n{}", known.concat());
        let started = hosts.map(|(name, _)| start(directory, name, &known, before));
        let [one, other] = started.each_ref().map(|host| host.id().to_string());
        let hosts_of_this = Hosts(started.into());
        if !ip(
            &one,
            &[
                "link", "add", "kw", "type", "veth", "peer", "name", "kw", "netns", &other,
            ],
        ) {
            skip_anywhere("this machine joins no network namespaces");
            return None;
        }
        let readers = [(one, hosts[0]), (other, hosts[1])].map(|(id, (name, address))| {
            let address = format!("{address}/24");
            assert!(ip(&id, &["address", "add", &address, "dev", "kw"]));
            assert!(ip(&id, &["link", "set", "kw", "up"]));
            Reader::root(directory, name, way_in(&id))
        });
        Some((hosts_of_this, readers))
    }
}

impl Drop for Hosts {
    fn drop(&mut self) {
        for host in &mut self.0 {
            let _ = host.kill();
            let _ = host.wait();
        }
    }
}

/// Starts a host; everything on it ends with its first process, and that with this program.
fn start(directory: &Path, name: &str, known: &str, before: &str) -> Child {
    let own = directory.join(format!("{name}.own"));
    std::fs::create_dir(&own).expect("made");
    let moving = moving_in(&own);
    let script = format!(
        "hostname {name}
         {moving}
         mount -t tmpfs -o mode=700 tmpfs /root
         mount -t proc proc /proc
         printf '%s' '{known}' > /etc/hosts
         ip link set lo up
         {before}
         echo up
         sleep infinity & wait"
    );
    let mut host = Command::new("setpriv")
        .args(["--pdeathsig=KILL", "unshare"])
        .args(NAMESPACES)
        .args([
            "--propagation=private",
            "unshare",
            "--pid",
            "--fork",
            "--kill-child",
        ])
        .args(["/bin/sh", "-euc", &script])
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let lines = BufReader::new(host.stdout.take().expect("its output")).lines();
    let up = lines.map_while(Result::ok).any(|line| line == "up");
    assert!(up, "{name} does not start");
    host
}

/// The command that runs another one on a host.
fn way_in(id: &str) -> Vec<String> {
    let words = ["/usr/bin/nsenter", "--target", id].into_iter();
    let words = words.chain(NAMESPACES).map(str::to_owned);
    words
        .chain([
            format!("--pid=/proc/{id}/ns/pid_for_children"),
            "--".to_owned(),
        ])
        .collect()
}

fn ip(host: &str, words: &[&str]) -> bool {
    Command::new("nsenter")
        .args(["--target", host, "--net", "ip"])
        .args(words)
        .output()
        .is_ok_and(|ran| ran.status.success())
}
