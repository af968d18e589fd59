//! Requests that come together are looked up together: one transaction reads the rows of all that wait.
//!
//! Opening a transaction costs more than what is read in it. It is opened after each of the requests has come, so none is
//! answered by rows that were older.

use std::cell::RefCell;
use std::fmt;
use std::mem;

use tokio::sync::Notify;
use tokio::sync::oneshot::{self, Sender};

use crate::domain::trouble::Trouble;
use crate::serve::hashing::Hindrance;
use crate::service::Service;
use crate::service::authenticate::{Found, Genuine};

/// Who waits for what was found.
type Teller = Sender<Result<Found, Trouble>>;

/// Whoever waits for rows on one thread.
#[derive(Default)]
pub struct Looking {
    waiting: RefCell<Vec<(Genuine, Teller)>>,
    wanted: Notify,
}

impl fmt::Debug for Looking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[looking]")
    }
}

impl Looking {
    /// What the database has of a secret at a moment after the call.
    ///
    /// # Errors
    /// What the database said to all who waited.
    pub async fn find(&self, of: Genuine) -> Result<Found, Hindrance> {
        let (tell, told) = oneshot::channel();
        self.waiting.borrow_mut().push((of, tell));
        self.wanted.notify_one();
        // Nobody tells where the thread is about to end.
        let found = told.await.map_err(|_| Hindrance::Busy)?;
        Ok(found?)
    }

    /// Looks for whoever waits, for ever. It is woken behind the requests that came with the one that wakes it.
    pub async fn look(&self, service: &Service) {
        loop {
            self.wanted.notified().await;
            let waiting = mem::take(&mut *self.waiting.borrow_mut());
            let (wanted, tell): (Vec<_>, Vec<_>) = waiting.into_iter().unzip();
            match service.find(&wanted) {
                // Who has gone needs no answer.
                Ok(found) => tell.into_iter().zip(found).for_each(|(tell, found)| {
                    let _ = tell.send(Ok(found));
                }),
                Err(trouble) => tell.into_iter().for_each(|tell| {
                    let _ = tell.send(Err(trouble.clone()));
                }),
            }
        }
    }
}
