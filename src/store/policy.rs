//! The policy: one row.

use crate::domain::policy::Policy;
use crate::domain::state::Warning;
use crate::domain::trouble::Fault;
use crate::store::Tx;

/// The policy as it is.
pub fn get(tx: &Tx<'_>) -> Result<Policy, Fault> {
    let found: Option<(bool, Option<u16>, Option<u16>)> = tx.row(
        "SELECT expiry_required, longest_days, warning_days FROM policy",
        (),
    )?;
    let (expiry_required, longest_days, warning_days) = found.unwrap_or_default();
    Ok(Policy {
        expiry_required,
        longest_days,
        warning: warning_days.map(|days| Warning { days }),
    })
}

/// Writes the policy.
pub fn update(tx: &Tx<'_>, policy: &Policy) -> Result<(), Fault> {
    tx.change_one(
        "UPDATE policy SET expiry_required = ?1, longest_days = ?2, warning_days = ?3, version = version + 1",
        (
            policy.expiry_required,
            policy.longest_days,
            policy.warning.map(|warning| warning.days),
        ),
    )
}
