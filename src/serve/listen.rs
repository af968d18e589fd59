//! Where the server listens: sockets of its own, on the machine alone, and those that systemd hands over.

use std::fmt;
use std::fs::{self, File, Metadata, Permissions, TryLockError};
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use listenfd::ListenFd;
use nix::errno::Errno;

/// The permissions of a socket's file unless others are asked for: its owner and group may connect.
pub const SOCKET_MODE: u32 = 0o660;

/// The longest path of a socket, in bytes (`unix(7)`).
pub const PATH_MAX: usize = 107;
/// How often it is tried to lock a socket's directory, and how long is waited in between.
const LOCKING: (u32, Duration) = (100, Duration::from_millis(20));

/// A place to listen at, as the command line names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// `unix:PATH`: a socket in the file system.
    Unix(PathBuf),
    /// `ADDRESS:PORT`: a loopback address; the port 0 stands for any that is free.
    Tcp(SocketAddr),
    /// `systemd:NAME`: a socket that the service manager has opened, by its `FileDescriptorName`.
    Handed(String),
}

/// Why nothing listens at a place.
#[derive(Debug)]
pub enum Fault {
    /// The text is none of the forms of [`Listen`].
    Unclear,
    /// Others than this machine could reach this address.
    NotLoopback(SocketAddr),
    /// Something listens on the socket already.
    Taken,
    /// What is at the path is no stream socket.
    NotASocket,
    /// A socket's path may have no more bytes than [`PATH_MAX`].
    TooLong,
    /// Another process holds a lock on the socket's directory.
    Locked,
    /// Nothing of that name was handed over, or it was used already.
    NotHanded,
    /// What was handed over is no listening stream socket.
    NoListener,
    /// The operating system said no.
    System(io::Error),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Fault {
        Fault::System(error)
    }
}

impl Listen {
    /// Reads a place from the command line.
    ///
    /// # Errors
    /// [`Fault::Unclear`] and [`Fault::NotLoopback`].
    pub fn parse(text: &str) -> Result<Listen, Fault> {
        match text.split_once(':') {
            Some(("unix", path)) if !path.is_empty() => Ok(Listen::Unix(path.into())),
            Some(("systemd", name)) if !name.is_empty() => Ok(Listen::Handed(name.to_owned())),
            _ => {
                let address = text.parse().map_err(|_| Fault::Unclear)?;
                on_this_machine(address).map(Listen::Tcp)
            }
        }
    }
}

fn on_this_machine(address: SocketAddr) -> Result<SocketAddr, Fault> {
    if address.ip().to_canonical().is_loopback() {
        Ok(address)
    } else {
        Err(Fault::NotLoopback(address))
    }
}

/// The sockets that the service manager handed over, each of which is used once.
pub struct Handover {
    sockets: ListenFd,
    names: Vec<Option<String>>,
}

impl Handover {
    /// Takes over what is meant for this process (`sd_listen_fds(3)`).
    #[must_use]
    pub fn take() -> Handover {
        let handed = sd_notify::listen_fds_with_names();
        let names = handed.map(|handed| handed.map(|(_, name)| Some(name)).collect());
        Handover {
            sockets: ListenFd::from_env(),
            names: names.unwrap_or_default(),
        }
    }

    fn listener(&mut self, wanted: &str) -> Result<Listener, Fault> {
        let is_wanted = |name: &Option<String>| name.as_deref() == Some(wanted);
        let at = self.names.iter().position(is_wanted);
        let at = at.ok_or(Fault::NotHanded)?;
        self.names[at] = None;
        if let Ok(Some(unix)) = self.sockets.take_unix_listener(at) {
            return Ok(Listener::Unix(unix, None));
        }
        let tcp = self.sockets.take_tcp_listener(at).ok().flatten();
        let tcp = tcp.ok_or(Fault::NoListener)?;
        on_this_machine(tcp.local_addr()?)?;
        Ok(Listener::Tcp(tcp))
    }
}

/// A socket that clients connect to. Its file is removed when this is dropped, if it was made here.
#[derive(Debug)]
pub enum Listener {
    Unix(UnixListener, Option<Made>),
    Tcp(TcpListener),
}

impl fmt::Display for Listener {
    /// What the command line would have for it; of a free port the one that was found.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Listener::Unix(_, Some(made)) => write!(f, "unix:{}", made.path.display()),
            Listener::Unix(socket, None) => {
                let address = socket.local_addr().ok();
                let path = address.as_ref().and_then(|address| address.as_pathname());
                write!(f, "unix:{}", path.unwrap_or(Path::new("")).display())
            }
            Listener::Tcp(socket) => match socket.local_addr() {
                Ok(address) => address.fmt(f),
                Err(_) => Ok(()),
            },
        }
    }
}

impl Listener {
    /// Begins to listen. The file of a socket gets these permissions.
    ///
    /// # Errors
    /// See [`Fault`].
    pub fn open(at: &Listen, mode: u32, handover: &mut Handover) -> Result<Listener, Fault> {
        let listener = match at {
            Listen::Unix(path) => unix(path, mode)?,
            Listen::Tcp(address) => Listener::Tcp(TcpListener::bind(address)?),
            Listen::Handed(name) => handover.listener(name)?,
        };
        match &listener {
            Listener::Unix(socket, _) => socket.set_nonblocking(true)?,
            Listener::Tcp(socket) => socket.set_nonblocking(true)?,
        }
        Ok(listener)
    }
}

/// A socket's file that was made here.
#[derive(Debug)]
pub struct Made {
    path: PathBuf,
    inode: (u64, u64),
}

impl Drop for Made {
    fn drop(&mut self) {
        // Another process may have put its own there meanwhile.
        let there = fs::symlink_metadata(&self.path).map(|facts| inode(&facts));
        if there.is_ok_and(|there| there == self.inode) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn inode(facts: &Metadata) -> (u64, u64) {
    (facts.dev(), facts.ino())
}

/// A directory that no other process has locked, which whoever can read it may do.
fn locked(directory: &Path) -> Result<File, Fault> {
    let file = File::open(directory)?;
    let (times, pause) = LOCKING;
    for _ in 0..times {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => thread::sleep(pause),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
    }
    Err(Fault::Locked)
}

fn unix(asked: &Path, mode: u32) -> Result<Listener, Fault> {
    let path = std::path::absolute(asked)?;
    if path.as_os_str().len() > PATH_MAX {
        return Err(Fault::TooLong);
    }
    // Of two processes that find the same dead socket only one at a time may put its own there.
    let _alone = locked(path.parent().unwrap_or(Path::new("/")))?;
    match fs::symlink_metadata(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
        Ok(facts) if !facts.file_type().is_socket() => return Err(Fault::NotASocket),
        Ok(_) => match UnixStream::connect(&path) {
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => fs::remove_file(&path)?,
            Err(error) if error.raw_os_error() == Some(Errno::EPROTOTYPE as i32) => {
                return Err(Fault::NotASocket);
            }
            _ => return Err(Fault::Taken),
        },
    }
    let socket = UnixListener::bind(&path)?;
    let file = Made {
        inode: inode(&fs::symlink_metadata(&path)?),
        path,
    };
    fs::set_permissions(&file.path, Permissions::from_mode(mode))?;
    Ok(Listener::Unix(socket, Some(file)))
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixDatagram;

    use super::*;

    fn open(path: &Path) -> Result<Listener, Fault> {
        let nothing = &mut Handover {
            sockets: ListenFd::empty(),
            names: Vec::new(),
        };
        Listener::open(&Listen::Unix(path.to_owned()), SOCKET_MODE, nothing)
    }

    #[test]
    fn only_places_on_this_machine_can_be_named() {
        let unix = |path: &str| Listen::Unix(path.into());
        for (text, listen) in [
            ("unix:/run/auth.sock", unix("/run/auth.sock")),
            ("unix:a:b", unix("a:b")),
            ("systemd:auth", Listen::Handed("auth".to_owned())),
            ("127.0.0.1:0", Listen::Tcp(([127, 0, 0, 1], 0).into())),
            (
                "[::ffff:127.0.0.1]:80",
                Listen::Tcp("[::ffff:127.0.0.1]:80".parse().expect("an address")),
            ),
            ("127.1.2.3:80", Listen::Tcp(([127, 1, 2, 3], 80).into())),
            (
                "[::1]:80",
                Listen::Tcp(([0, 0, 0, 0, 0, 0, 0, 1], 80).into()),
            ),
        ] {
            assert_eq!(Listen::parse(text).expect(text), listen);
        }
        for text in [
            "0.0.0.0:80",
            "10.0.0.1:80",
            "[::]:80",
            "[::ffff:10.0.0.1]:80",
        ] {
            let refused = Listen::parse(text);
            assert!(matches!(refused, Err(Fault::NotLoopback(_))), "{text}");
        }
        for text in [
            "",
            "unix:",
            "systemd:",
            "80",
            "127.0.0.1",
            "localhost:80",
            "tcp:1",
        ] {
            let refused = Listen::parse(text);
            assert!(matches!(refused, Err(Fault::Unclear)), "{text}");
        }
    }

    #[test]
    fn a_socket_on_which_nobody_listens_is_replaced_and_one_that_answers_is_not() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("auth.sock");
        drop(UnixListener::bind(&path).expect("bound"));
        assert!(path.exists(), "a process that was killed leaves it");
        let first = open(&path).expect("replaced");
        assert!(matches!(open(&path), Err(Fault::Taken)));
        assert!(UnixStream::connect(&path).is_ok());
        drop(first);
        assert!(!path.exists());
    }

    #[test]
    fn what_is_no_socket_is_left_as_it_is() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("auth.sock");
        fs::write(&path, "something").expect("written");
        assert!(matches!(open(&path), Err(Fault::NotASocket)));
        assert_eq!(fs::read(&path).expect("read"), b"something");
        let datagrams = directory.path().join("datagrams.sock");
        let _other = UnixDatagram::bind(&datagrams).expect("bound");
        assert!(matches!(open(&datagrams), Err(Fault::NotASocket)));
        let long = directory.path().join("x".repeat(PATH_MAX));
        assert!(matches!(open(&long), Err(Fault::TooLong)));
        let held = File::open(directory.path()).expect("open");
        held.lock().expect("locked");
        let free = directory.path().join("free.sock");
        assert!(matches!(open(&free), Err(Fault::Locked)));
        let nowhere = directory.path().join("none").join("auth.sock");
        assert!(matches!(open(&nowhere), Err(Fault::System(_))));
    }

    #[test]
    fn the_file_has_the_mode_that_was_asked_for_and_only_ones_own_is_removed() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("auth.sock");
        let listener = open(&path).expect("open");
        let mode = fs::symlink_metadata(&path).expect("there").mode();
        assert_eq!(mode & 0o777, SOCKET_MODE);
        fs::remove_file(&path).expect("removed");
        fs::write(&path, "another").expect("written");
        drop(listener);
        assert!(path.exists());
    }
}
