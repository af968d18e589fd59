//! What stands between the program and a server, and cuts the line at a statement.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

/// When the line is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Behind so many statements; nothing is at the commit.
    pub at: Option<usize>,
    /// The server gets the statement, and its answer is lost; else it does not get it.
    pub answer: bool,
    /// Nobody is let through after it.
    pub for_all: bool,
}

#[derive(Debug, Default)]
struct Plan {
    cut: Option<Cut>,
    seen: usize,
    /// It came to it.
    done: bool,
}

/// It listens as long as the process lives.
#[derive(Clone)]
pub struct Cutter(Arc<Mutex<Plan>>);

/// What is done with a statement.
enum Fate {
    Pass,
    LoseAnswer,
    Cut,
}

impl Cutter {
    /// Listens at a socket before that of a server.
    pub fn start(before: &Path, server: &Path) -> Cutter {
        let cutter = Cutter(Arc::default());
        let listener = UnixListener::bind(before).expect("bound");
        let (accepting, server) = (cutter.clone(), server.to_owned());
        thread::spawn(move || {
            for client in listener.incoming() {
                let Ok(client) = client else { return };
                if accepting.lets_in()
                    && let Ok(server) = UnixStream::connect(&server)
                {
                    accepting.clone().join(client, server);
                }
            }
        });
        cutter
    }

    /// Has the line cut from here on.
    pub fn cut(&self, cut: Cut) {
        *self.0.lock().expect("the plan") = Plan {
            cut: Some(cut),
            seen: 0,
            done: false,
        };
    }

    /// Lets everything through again; says whether the line was cut.
    pub fn mend(&self) -> bool {
        let plan = std::mem::take(&mut *self.0.lock().expect("the plan"));
        plan.done
    }

    fn lets_in(&self) -> bool {
        let plan = self.0.lock().expect("the plan");
        !(plan.done && plan.cut.is_some_and(|cut| cut.for_all))
    }

    fn fate(&self, statement: &[u8]) -> Fate {
        let mut plan = self.0.lock().expect("the plan");
        let Some(cut) = plan.cut.filter(|_| !plan.done) else {
            return Fate::Pass;
        };
        plan.seen += 1;
        let is_commit = statement.get(5..) == Some(b"COMMIT\0");
        if cut.at.map_or(!is_commit, |at| plan.seen <= at) {
            return Fate::Pass;
        }
        plan.done = true;
        if cut.answer {
            Fate::LoseAnswer
        } else {
            Fate::Cut
        }
    }

    fn join(self, client: UnixStream, server: UnixStream) {
        let lost = Arc::new(Mutex::new(false));
        let ends = (client.try_clone(), server.try_clone());
        let (Ok(mut to), Ok(mut from)) = ends else {
            return;
        };
        let is_lost = Arc::clone(&lost);
        thread::spawn(move || {
            let mut bytes = [0; 16 << 10];
            while let Ok(read) = from.read(&mut bytes) {
                if read == 0
                    || *is_lost.lock().expect("said")
                    || to.write_all(&bytes[..read]).is_err()
                {
                    break;
                }
            }
            for end in [to, from] {
                let _ = end.shutdown(Shutdown::Both);
            }
        });
        thread::spawn(move || {
            let (mut from, mut to) = (client, server);
            // What begins a connection has no kind.
            let mut kind = None;
            while let Some(message) = message(&mut from, kind.is_some()) {
                let is_statement = kind.is_some() && matches!(message[0], b'Q' | b'S');
                kind = Some(message[0]);
                match if is_statement {
                    self.fate(&message)
                } else {
                    Fate::Pass
                } {
                    Fate::Pass => {}
                    Fate::LoseAnswer => *lost.lock().expect("said") = true,
                    Fate::Cut => break,
                }
                if to.write_all(&message).is_err() {
                    break;
                }
            }
            for end in [to, from] {
                let _ = end.shutdown(Shutdown::Both);
            }
        });
    }
}

/// The next message of <https://www.postgresql.org/docs/15/protocol-message-formats.html>, all of it.
fn message(from: &mut UnixStream, has_kind: bool) -> Option<Vec<u8>> {
    let mut message = vec![0; if has_kind { 5 } else { 4 }];
    from.read_exact(&mut message).ok()?;
    let length = message[message.len() - 4..].try_into().ok()?;
    let rest = usize::try_from(u32::from_be_bytes(length)).ok()?;
    let head = message.len();
    message.resize(head + rest.checked_sub(4)?, 0);
    from.read_exact(&mut message[head..]).ok()?;
    Some(message)
}
