//! `keyward user unlock NAME --break-glass`: the database's owner gets a user back in.

use std::process::ExitCode;
use std::sync::Arc;

use crate::cli::{Failure, service, write};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::store::{Place, Store};
use crate::text::Text;

/// Unlocks the user and says so.
pub(super) fn unlock(
    text: Text,
    config: &Config,
    place: &Place,
    name: &str,
) -> Result<ExitCode, Failure> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store = Store::bring_up_to_date(place, &config.account)?;
    let unlocked = service(store, &clock)?.break_glass(&config.account.name, name)?;
    let sentence = if unlocked {
        "cli.unlocked"
    } else {
        "cli.not_locked"
    };
    write(&(text.fill(sentence, &[("name", &name)]) + "\n"))
        .map_err(|error| Failure::System("cli.output", error))?;
    Ok(ExitCode::SUCCESS)
}
