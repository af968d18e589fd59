//! `keyward user unlock NAME --break-glass`: the database's owner gets a user back in.

use std::io::{self, Write};
use std::sync::Arc;

use crate::cli::{Failure, service};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::trouble::Trouble;
use crate::store::{Place, Store};
use crate::text::Text;

/// Unlocks the user and says so.
pub(super) fn unlock(
    text: Text,
    config: &Config,
    place: &Place,
    name: &str,
) -> Result<(), Failure> {
    let unlocked =
        break_glass(config, place, name).map_err(|trouble| Failure::trouble(text, &trouble))?;
    let sentence = if unlocked {
        "cli.unlocked"
    } else {
        "cli.not_locked"
    };
    let mut out = io::stdout();
    writeln!(out, "{}", text.fill(sentence, &[("name", &name)]))
        .and_then(|()| out.flush())
        .map_err(|error| Failure::io(text, "cli.output", &error))
}

fn break_glass(config: &Config, place: &Place, name: &str) -> Result<bool, Trouble> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store = Store::bring_up_to_date(place, &config.account)?;
    service(store, &clock)?.break_glass(&config.account.name, name)
}
