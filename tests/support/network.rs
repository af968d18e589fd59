//! Two hosts of a test's own: network namespaces that are joined, in which nobody else is.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use keyward::config::Config;

use super::process::{program, skip_anywhere};
use super::program::KEYWARD;

/// How each host reaches the other.
pub const ADDRESSES: [&str; 2] = ["10.213.0.1", "10.213.0.2"];

/// The namespaces. They go when this does.
pub struct Network {
    ip: PathBuf,
    pub names: [String; 2],
}

impl Network {
    /// Nothing where there can be none.
    pub fn new() -> Option<Network> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let ip = program("ip").filter(|_| Config::read().account.uid == 0);
        let Some(ip) = ip else {
            skip_anywhere("only root can have network namespaces, with the program ip");
            return None;
        };
        let number = NEXT.fetch_add(1, Ordering::SeqCst);
        let name = |end| format!("keyward-{}-{number}{end}", std::process::id());
        let names = ["a", "b"].map(name);
        let network = Network { ip, names };
        let [a, b] = &network.names;
        let made = network.ip(&format!("netns add {a}"))
            && network.ip(&format!("netns add {b}"))
            && network.ip(&format!(
                "-n {a} link add kw type veth peer name kw netns {b}"
            ));
        if !made {
            skip_anywhere("this machine allows no network namespaces");
            return None;
        }
        for (name, address) in network.names.iter().zip(ADDRESSES) {
            assert!(network.ip(&format!("-n {name} address add {address}/24 dev kw")));
            assert!(network.ip(&format!("-n {name} link set lo up")));
            assert!(network.ip(&format!("-n {name} link set kw up")));
        }
        Some(network)
    }

    /// Joins a host to the other one, or cuts the link.
    pub fn link(&self, host: usize, is_up: bool) {
        let state = if is_up { "up" } else { "down" };
        assert!(self.ip(&format!("-n {} link set kw {state}", self.names[host])));
    }

    /// What stands before a program that runs on this host.
    pub fn before(&self, host: usize) -> [&OsStr; 4] {
        let name = &self.names[host];
        let [netns, exec] = ["netns", "exec"].map(OsStr::new);
        [self.ip.as_os_str(), netns, exec, name.as_ref()]
    }

    /// The program itself on this host, in this home, with no other variables of the environment.
    pub fn keyward(&self, host: usize, home: &Path, args: &[&str]) -> Command {
        let [ip, words @ ..] = self.before(host);
        let mut command = Command::new(ip);
        command
            .env_clear()
            .env("HOME", home)
            .env("XDG_DATA_HOME", home.join("data"))
            .current_dir(home)
            .args(words)
            .arg(KEYWARD)
            .args(args);
        command
    }

    fn ip(&self, words: &str) -> bool {
        let ran = Command::new(&self.ip)
            .args(words.split_whitespace())
            .output();
        ran.is_ok_and(|ran| ran.status.success())
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for name in &self.names {
            self.ip(&format!("netns delete {name}"));
        }
    }
}
