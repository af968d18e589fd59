//! A real proxy that runs a recipe.

use std::fs::{self, File};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::client::{Client, Request};
use super::site::{Site, free_port};

/// Where the tests' recipes listen: without a certificate for most of the tests, and as the page says.
pub struct Ports {
    pub plain: u16,
    pub https: u16,
}

/// A proxy that listens, until it is dropped.
pub struct Proxy {
    pub ports: Ports,
    process: Child,
    log: PathBuf,
}

/// A program on the machine, or among those that the gate has fetched.
pub fn program(name: &str) -> Option<PathBuf> {
    let fetched = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("programs");
    let places = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].map(PathBuf::from);
    let mut places = places.into_iter().chain([fetched]);
    places.find_map(|place| Some(place.join(name)).filter(|path| path.is_file()))
}

impl Proxy {
    /// Starts what is made for two free ports, and waits until this is so of them.
    pub fn start(
        site: &Site,
        make: impl Fn(&Site, &Ports) -> Command,
        is_at_work: fn(&Ports) -> bool,
    ) -> Proxy {
        // Somebody else may take a port before the proxy does.
        for _ in 0..3 {
            let ports = Ports {
                plain: free_port(),
                https: free_port(),
            };
            let log = site.path("proxy.log");
            let (out, err) = (
                File::create(&log).expect("a log"),
                File::options().append(true).open(&log),
            );
            let mut command = make(site, &ports);
            let started = command
                .env_clear()
                .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
                .env("HOME", site.directory())
                .current_dir(site.directory())
                .stdin(Stdio::null())
                .stdout(out)
                .stderr(err.expect("a log"))
                .process_group(0)
                .spawn();
            let mut proxy = Proxy {
                ports,
                process: started.expect("started"),
                log,
            };
            if proxy.comes_to(is_at_work) {
                return proxy;
            }
        }
        panic!("it does not start");
    }

    /// Fails where the proxy wrote a secret of the site's. One that a client put into a URL does not count.
    #[track_caller]
    pub fn logged_no_secret(&self, site: &Site) {
        let log = fs::read_to_string(&self.log).expect("a log");
        for secret in site.secrets() {
            let log = log.replace(&format!("api-secret-key={secret}"), "");
            assert!(!log.contains(&secret), "{secret}: {log}");
        }
    }

    /// Whether that is so before the proxy ends.
    fn comes_to(&mut self, is_at_work: fn(&Ports) -> bool) -> bool {
        for _ in 0..2_000 {
            if self.process.try_wait().expect("a child").is_some() {
                return false;
            }
            if is_at_work(&self.ports) {
                return true;
            }
            thread::sleep(Duration::from_millis(10));
        }
        false
    }
}

/// Whether somebody listens on the port.
pub fn is_open(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// Whether who has no key is refused: some listen before they have read the recipe.
pub fn refuses(ports: &Ports) -> bool {
    is_open(ports.plain)
        && Client::connect(ports.plain)
            .ask(&Request::get("/api/"))
            .status
            == 401
}

impl Drop for Proxy {
    #[expect(
        clippy::print_stderr,
        reason = "what a proxy said tells why a test failed"
    )]
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("{}", fs::read_to_string(&self.log).unwrap_or_default());
        }
        let group = Pid::from_raw(i32::try_from(self.process.id()).expect("an ID"));
        let _ = killpg(group, Signal::SIGKILL);
        let _ = self.process.wait();
    }
}
