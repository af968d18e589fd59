//! The ways a text reaches the administrator's clipboard. None is ever confirmed, so nothing here says "copied".

use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::domain::secret::{ClipboardWay, Secret};
use crate::domain::trouble::Trouble;

/// How long the local display may take.
const PATIENCE: Duration = Duration::from_secs(1);
/// There was no answer in that time.
const SILENT: Trouble = Trouble::Clipboard(None);

/// Where a text is sent.
pub trait Clipboard: Send {
    /// Sends the text on its way, waiting at most a second. With [`ClipboardWay::Osc52`] it is the caller who has
    /// to write it to the terminal, between two frames.
    fn send(&mut self, text: &Secret) -> Result<ClipboardWay, Trouble>;
}

/// The way that fits: the display only for someone who sits before it, else the terminal.
#[must_use]
pub fn choose(display: bool, ssh: bool) -> Box<dyn Clipboard> {
    if display && !ssh {
        Box::new(Native::new())
    } else {
        Box::new(Terminal)
    }
}

/// The terminal's clipboard, by OSC 52.
#[derive(Debug)]
pub struct Terminal;

impl Clipboard for Terminal {
    fn send(&mut self, _: &Secret) -> Result<ClipboardWay, Trouble> {
        Ok(ClipboardWay::Osc52)
    }
}

/// The desktop's clipboard. What it holds lasts as long as this process.
///
/// A display that never answers hangs whoever talks to it, so that is a thread of its own. While it hangs it keeps
/// an owner of the one text that it was given, and gets no other. arboard makes copies of the text, which nobody
/// can wipe; they last as long as the desktop may ask for it.
pub struct Native {
    open: Open,
    patience: Duration,
    worker: Option<Worker>,
}

/// Reaches the display, and gives what hands a text to it. Failures are in the display's words.
type Open = fn() -> Result<Set, String>;
type Set = Box<dyn FnMut(&str) -> Result<(), String>>;

struct Worker {
    texts: Sender<Secret>,
    answers: Receiver<Result<(), String>>,
    /// The answer to the last text has not come yet.
    late: bool,
}

impl Native {
    /// The display that the environment names; it is reached when the first text is sent.
    #[must_use]
    pub fn new() -> Native {
        Native::with(display, PATIENCE)
    }

    fn with(open: Open, patience: Duration) -> Native {
        Native {
            open,
            patience,
            worker: None,
        }
    }
}

impl Default for Native {
    fn default() -> Native {
        Native::new()
    }
}

impl Clipboard for Native {
    fn send(&mut self, text: &Secret) -> Result<ClipboardWay, Trouble> {
        let worker = match &mut self.worker {
            Some(worker) => worker,
            none => none.insert(Worker::start(self.open)?),
        };
        worker.send(text, self.patience)?;
        Ok(ClipboardWay::Native)
    }
}

impl Worker {
    fn start(open: Open) -> Result<Worker, Trouble> {
        let (texts, to_set) = mpsc::channel::<Secret>();
        let (answer, answers) = mpsc::channel();
        let run = move || {
            let mut set = None;
            for text in to_set {
                let done = match &mut set {
                    Some(set) => Ok(set),
                    none => open().map(|opened| none.insert(opened)),
                }
                .and_then(|set| set(text.expose()));
                drop(text);
                if answer.send(done).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new()
            .name("clipboard".to_owned())
            .spawn(run)
            .map_err(|error| Trouble::Clipboard(Some(error.to_string())))?;
        Ok(Worker {
            texts,
            answers,
            late: false,
        })
    }

    fn send(&mut self, text: &Secret, patience: Duration) -> Result<(), Trouble> {
        if self.late {
            // Good or bad, it is the answer to an earlier text.
            let _ = self.answers.try_recv().map_err(|_| SILENT)?;
        }
        self.late = true;
        self.texts.send(text.clone()).map_err(|_| SILENT)?;
        let answer = self.answers.recv_timeout(patience).map_err(|_| SILENT)?;
        self.late = false;
        answer.map_err(|words| Trouble::Clipboard(Some(words)))
    }
}

fn display() -> Result<Set, String> {
    let mut clipboard = arboard::Clipboard::new().map_err(|error| error.to_string())?;
    Ok(Box::new(move |text| {
        let set = clipboard.set();
        #[cfg(target_os = "linux")]
        let set = arboard::SetExtLinux::exclude_from_history(set);
        set.text(text).map_err(|error| error.to_string())
    }))
}

/// Keeps what is sent, for tests; it answers as it is told to.
#[derive(Clone, Debug)]
pub struct Recorded {
    answer: Result<ClipboardWay, Trouble>,
    sent: Arc<Mutex<Vec<Secret>>>,
}

impl Recorded {
    /// A clipboard that gives this answer to every text.
    #[must_use]
    pub fn answering(answer: Result<ClipboardWay, Trouble>) -> Recorded {
        Recorded {
            answer,
            sent: Arc::default(),
        }
    }

    /// What was sent to this one and its clones, in order.
    #[must_use]
    pub fn sent(&self) -> Vec<Secret> {
        self.sent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Clipboard for Recorded {
    fn send(&mut self, text: &Secret) -> Result<ClipboardWay, Trouble> {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.push(text.clone());
        self.answer.clone()
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    fn secret() -> Secret {
        Secret::new(Zeroizing::new(b"7:hidden".to_vec().into_boxed_slice()))
    }

    #[test]
    fn the_display_is_used_only_by_someone_who_sits_before_it() {
        for (display, ssh) in [(false, false), (false, true), (true, true)] {
            let sent = choose(display, ssh).send(&secret());
            assert_eq!(sent, Ok(ClipboardWay::Osc52));
        }
    }

    #[test]
    fn a_display_takes_one_text_after_the_other_and_tells_its_failures() {
        let open = || -> Result<Set, String> {
            let mut full = false;
            Ok(Box::new(move |_| {
                if std::mem::replace(&mut full, true) {
                    return Err("full".to_owned());
                }
                Ok(())
            }))
        };
        let mut native = Native::with(open, PATIENCE);
        assert_eq!(native.send(&secret()), Ok(ClipboardWay::Native));
        let refused = Err(Trouble::Clipboard(Some("full".to_owned())));
        assert_eq!(native.send(&secret()), refused);
    }

    #[test]
    fn a_display_that_cannot_be_reached_is_tried_again() {
        let mut native = Native::with(|| Err("no display".to_owned()), PATIENCE);
        let refused = Err(Trouble::Clipboard(Some("no display".to_owned())));
        assert_eq!(native.send(&secret()), refused);
        assert_eq!(native.send(&secret()), refused);
    }

    #[test]
    fn a_display_that_hangs_is_given_up_and_gets_no_second_secret() {
        let open = || -> Result<Set, String> {
            Ok(Box::new(|_| {
                loop {
                    thread::park();
                }
            }))
        };
        let mut native = Native::with(open, Duration::from_millis(5));
        assert_eq!(native.send(&secret()), Err(SILENT));
        assert_eq!(native.send(&secret()), Err(SILENT));
    }
}
