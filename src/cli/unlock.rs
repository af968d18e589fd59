//! `keyward user unlock NAME --break-glass`: the database's owner gets a user back in.

use std::process::ExitCode;
use std::sync::Arc;

use crate::cli::console::tell_in;
use crate::cli::{Failure, service, write};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::store::rehearsal::Opened;
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
    let account = &config.account;
    let mut opened = match Store::open_to_change(place, account, &|| tell_in(text))? {
        Opened::UpToDate(store) => service(store, &clock)?,
        Opened::Older(copy) => {
            let mut copy = service(copy, &clock)?;
            copy.rehearse(|copy| copy.break_glass(&account.name, name))?;
            service(
                Store::bring_up_to_date_telling(place, account, &|| tell_in(text))?,
                &clock,
            )?
        }
    };
    let unlocked = opened.break_glass(&account.name, name)?;
    let sentence = if unlocked {
        "cli.unlocked"
    } else {
        "cli.not_locked"
    };
    write(&(text.fill(sentence, &[("name", &name)]) + "\n")).map_err(Failure::Output)?;
    Ok(ExitCode::SUCCESS)
}
