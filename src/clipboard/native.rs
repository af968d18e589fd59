//! The desktop's clipboard. What it holds lasts as long as this process.

use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::clipboard::{Clipboard, PATIENCE};
use crate::domain::clipboard::ClipboardWay;
use crate::domain::secret::Secret;
use crate::domain::trouble::Trouble;

/// The way through the local display.
///
/// A display that never answers hangs whoever talks to it, so that is a thread of its own. While it hangs it keeps
/// an owner of the one text that it was given, and gets no other. arboard makes copies of the text, which nobody
/// can wipe; they last as long as the desktop may ask for it.
pub struct Native {
    open: Open,
    patience: Duration,
    worker: Option<Worker>,
    /// What was sent since the last time that it was taken back.
    sent: Vec<Secret>,
}

/// Reaches the display; a failure is told in the display's words.
type Open = fn() -> Result<Box<dyn Display>, String>;

trait Display {
    fn set(&mut self, text: &str) -> Result<(), String>;

    /// The text in the clipboard now; nothing where it holds something else, or a failure in the display's words.
    fn get(&mut self) -> Result<Option<Zeroizing<String>>, String>;

    fn clear(&mut self) -> Result<(), String>;
}

enum Job {
    Set(Secret),
    /// Clear the clipboard if it holds exactly one of these texts.
    Forget(Vec<Secret>),
}

impl Job {
    fn done_with(&self, display: &mut dyn Display) -> Result<(), String> {
        match self {
            Job::Set(text) => display.set(text.expose()),
            Job::Forget(texts) => match display.get()? {
                Some(held) if texts.iter().any(|text| text.expose() == *held) => display.clear(),
                _ => Ok(()),
            },
        }
    }
}

struct Worker {
    jobs: Sender<Job>,
    answers: Receiver<Result<(), String>>,
    /// How many answers have not come yet.
    late: usize,
}

impl Native {
    /// The display that the environment names; it is reached when the first text is sent.
    #[must_use]
    pub fn new() -> Native {
        Native::with(desktop, PATIENCE)
    }

    fn with(open: Open, patience: Duration) -> Native {
        Native {
            open,
            patience,
            worker: None,
            sent: Vec::new(),
        }
    }

    fn have_done(&mut self, job: Job) -> Result<(), Option<String>> {
        let worker = match &mut self.worker {
            Some(worker) => worker,
            none => none.insert(Worker::start(self.open)?),
        };
        worker.have_done(job, self.patience)
    }
}

impl Default for Native {
    fn default() -> Native {
        Native::new()
    }
}

impl Clipboard for Native {
    fn send(&mut self, text: &Secret) -> Result<ClipboardWay, Trouble> {
        let sent = self.have_done(Job::Set(text.clone()));
        // Also where there was no answer: nobody knows what became of it.
        if !matches!(sent, Err(Some(_))) {
            self.sent.push(text.clone());
        }
        sent.map_err(Trouble::DisplayRefused)?;
        Ok(ClipboardWay::Native)
    }

    fn leave(&mut self, text: &Secret) -> Result<ClipboardWay, Trouble> {
        self.have_done(Job::Set(text.clone()))
            .map_err(Trouble::DisplayRefused)?;
        Ok(ClipboardWay::Native)
    }

    fn forget(&mut self) -> Result<(), Trouble> {
        let sent = std::mem::take(&mut self.sent);
        if sent.is_empty() {
            return Ok(());
        }
        self.have_done(Job::Forget(sent))
            .map_err(Trouble::DisplayKeeps)
    }
}

impl Worker {
    fn start(open: Open) -> Result<Worker, Option<String>> {
        let (jobs, to_do) = mpsc::channel::<Job>();
        let (answer, answers) = mpsc::channel();
        let run = move || {
            let mut display = None;
            for job in to_do {
                let display = match &mut display {
                    Some(display) => Ok(display),
                    none => open().map(|opened| none.insert(opened)),
                };
                let done = display.and_then(|display| job.done_with(display.as_mut()));
                drop(job);
                if answer.send(done).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new()
            .name("clipboard".to_owned())
            .spawn(run)
            .map_err(|error| Some(error.to_string()))?;
        Ok(Worker {
            jobs,
            answers,
            late: 0,
        })
    }

    fn have_done(&mut self, job: Job, patience: Duration) -> Result<(), Option<String>> {
        // Good or bad, they are the answers to earlier jobs.
        while self.late > 0 && self.answers.try_recv().is_ok() {
            self.late -= 1;
        }
        let hangs = self.late > 0;
        if hangs && matches!(job, Job::Set(_)) {
            return Err(None);
        }
        self.jobs.send(job).map_err(|_| None)?;
        self.late += 1;
        if hangs {
            // It is cleared if it ever comes to itself.
            return Err(None);
        }
        let answer = self.answers.recv_timeout(patience).map_err(|_| None)?;
        self.late -= 1;
        answer.map_err(Some)
    }
}

struct Desktop(arboard::Clipboard);

fn desktop() -> Result<Box<dyn Display>, String> {
    let clipboard = arboard::Clipboard::new().map_err(|error| error.to_string())?;
    Ok(Box::new(Desktop(clipboard)))
}

impl Display for Desktop {
    fn set(&mut self, text: &str) -> Result<(), String> {
        let set = self.0.set();
        #[cfg(target_os = "linux")]
        let set = arboard::SetExtLinux::exclude_from_history(set);
        set.text(text).map_err(|error| error.to_string())
    }

    fn get(&mut self) -> Result<Option<Zeroizing<String>>, String> {
        match self.0.get_text() {
            Ok(text) => Ok(Some(Zeroizing::new(text))),
            Err(arboard::Error::ContentNotAvailable | arboard::Error::ConversionFailure) => {
                Ok(None)
            }
            Err(error) => Err(error.to_string()),
        }
    }

    fn clear(&mut self) -> Result<(), String> {
        self.0.clear().map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(Zeroizing::new(text.as_bytes().to_vec().into_boxed_slice()))
    }

    /// Takes what it is given, except `full`, and hands it over; another program puts `other` where `taken` was.
    #[derive(Default)]
    struct Desk(Option<String>);

    impl Display for Desk {
        fn set(&mut self, text: &str) -> Result<(), String> {
            if text == "7:full" {
                return Err("full".to_owned());
            }
            let held = if text == "7:taken" { "other" } else { text };
            self.0 = Some(held.to_owned());
            Ok(())
        }

        fn get(&mut self) -> Result<Option<Zeroizing<String>>, String> {
            Ok(self.0.clone().map(Zeroizing::new))
        }

        fn clear(&mut self) -> Result<(), String> {
            match self.0.take().as_deref() {
                Some("7:stays") => Err("stays".to_owned()),
                Some("other") => panic!("it was not ours"),
                _ => Ok(()),
            }
        }
    }

    fn native() -> Native {
        Native::with(|| Ok(Box::new(Desk::default())), PATIENCE)
    }

    #[test]
    fn a_display_takes_one_text_after_the_other_and_tells_its_failures() {
        let mut native = native();
        assert_eq!(native.send(&secret("7:hidden")), Ok(ClipboardWay::Native));
        let refused = Err(Trouble::DisplayRefused(Some("full".to_owned())));
        assert_eq!(native.send(&secret("7:full")), refused);
        assert_eq!(native.forget(), Ok(()));
    }

    #[test]
    fn only_what_was_sent_is_taken_back_and_only_once() {
        let mut native = native();
        native.send(&secret("7:taken")).expect("sent");
        assert_eq!(native.forget(), Ok(()));
        native.send(&secret("7:header")).expect("sent");
        native.send(&secret("7:stays")).expect("sent");
        let kept = Err(Trouble::DisplayKeeps(Some("stays".to_owned())));
        assert_eq!(native.forget(), kept);
        assert_eq!(native.forget(), Ok(()));
    }

    #[test]
    fn a_display_that_cannot_be_reached_is_tried_again_and_holds_nothing() {
        let mut native = Native::with(|| Err("no display".to_owned()), PATIENCE);
        let refused = Err(Trouble::DisplayRefused(Some("no display".to_owned())));
        assert_eq!(native.send(&secret("7:hidden")), refused);
        assert_eq!(native.send(&secret("7:hidden")), refused);
        assert_eq!(native.forget(), Ok(()));
    }

    /// Never answers.
    struct Hanging;

    impl Display for Hanging {
        fn set(&mut self, _: &str) -> Result<(), String> {
            loop {
                thread::park();
            }
        }

        fn get(&mut self) -> Result<Option<Zeroizing<String>>, String> {
            Ok(None)
        }

        fn clear(&mut self) -> Result<(), String> {
            Ok(())
        }
    }

    #[test]
    fn a_display_that_hangs_is_given_up_and_gets_no_second_secret() {
        let mut native = Native::with(|| Ok(Box::new(Hanging)), Duration::from_millis(5));
        let silent = Err(Trouble::DisplayRefused(None));
        assert_eq!(native.send(&secret("7:hidden")), silent);
        assert_eq!(native.send(&secret("7:second")), silent);
        assert_eq!(native.forget(), Err(Trouble::DisplayKeeps(None)));
    }
}
