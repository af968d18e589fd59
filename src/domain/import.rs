//! Keys to be made that stand in a file, and what can be wrong with one.

use crate::domain::api_key::ApiKeyDraft;
use crate::domain::date::parse_day;
use crate::domain::expiry::Expiry;
use crate::domain::fold::name_key;
use crate::domain::id::RoleId;
use crate::domain::locale::Locale;
use crate::domain::policy::Policy;
use crate::domain::problem::Field;
use crate::domain::time::Timestamp;
use crate::domain::tz::Tz;

/// The most keys in one file.
pub const IMPORT_MOST: usize = 10_000;
/// The most bytes of one file.
pub const IMPORT_BYTES: usize = 32 * 1024 * 1024;

/// The form of such a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportForm {
    /// RFC 4180, with a header.
    Csv,
    /// An object on each line, or an array of objects.
    Json,
}

/// A new key as a line of a file wants it. What the line does not say is nothing, or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WantedKey {
    pub name: String,
    pub description: String,
    pub owner: String,
    /// The name of a role.
    pub role: Option<String>,
    pub role_id: Option<RoleId>,
    pub locale: Option<Locale>,
    pub zone: Option<Tz>,
    /// A day, or `never`.
    pub expires_on: Option<String>,
    pub expires_at: Option<Timestamp>,
    pub addresses: String,
    pub rate: String,
    /// Why it is to be locked out, empty for no reason; nothing where it is not.
    pub locked_out: Option<String>,
    /// What the file calls the columns of these fields.
    pub columns: Vec<(Field, &'static str)>,
}

/// The day of a key that never expires.
const NEVER: &str = "never";

impl WantedKey {
    /// What the file calls the column of this field, if it has one.
    #[must_use]
    pub fn column(&self, field: Field) -> Option<&'static str> {
        let found = self.columns.iter().find(|(of, _)| *of == field);
        found.map(|(_, name)| *name)
    }

    /// What is to be typed for it into the form of a new key, with this role and, where it says nothing else, in this zone
    /// and with an expiry that fits.
    ///
    /// # Errors
    /// [`ImportFault::Differ`].
    pub fn draft(
        &self,
        role: RoleId,
        zone: Tz,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<ApiKeyDraft, ImportFault> {
        let zone = self.zone.unwrap_or(zone);
        let today = now.day_in(zone);
        let mut draft = ApiKeyDraft {
            name: self.name.clone(),
            description: self.description.clone(),
            owner: self.owner.clone(),
            locale: self.locale.unwrap_or_default(),
            expires_at: self.expires_at,
            addresses: self.addresses.clone(),
            rate: self.rate.clone(),
            locked_out: self.locked_out.clone(),
            ..ApiKeyDraft::blank(role, zone)
        };
        match (&self.expires_on, self.expires_at) {
            (None, None) => draft.expires_on = policy.proposed(today).map(|day| day.to_string()),
            (None, Some(_)) => {}
            (Some(day), None) if name_key(day) == NEVER => {}
            (Some(day), None) => draft.expires_on = Some(day.clone()),
            (Some(day), Some(at)) => {
                if parse_day(day, today) != Ok(Expiry::exactly(at, zone).on) {
                    let day = self.column(Field::ExpiresOn).unwrap_or("expiresOn");
                    return Err(ImportFault::Differ(day, "expiryDate"));
                }
            }
        }
        Ok(draft)
    }
}

/// What is wrong with a file of new keys, or with one line of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportFault {
    NotText,
    TooLong,
    TooMany,
    /// No JSON, from this character of the line on.
    NotJson {
        column: usize,
    },
    NotAnObject,
    /// A quotation mark of CSV that is not closed, or stands where none can.
    Quotation,
    /// An export's line of a key that is deleted.
    Deleted,
    /// So many cells, where the header has so many.
    Uneven {
        found: usize,
        wanted: usize,
    },
    /// No column of keys; its name.
    UnknownColumn {
        name: String,
    },
    /// Two columns say the same; the name of the second.
    Twice {
        name: String,
    },
    /// No value of the column of this name.
    NotAValue {
        column: &'static str,
        value: String,
    },
    /// Two columns contradict each other.
    Differ(&'static str, &'static str),
    /// Something has the shape of a secret. Nothing of it is repeated.
    Secret,
    /// The line before that has the same name.
    NameOf {
        line: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::AUDITOR;

    const NOW: Timestamp = Timestamp(1_795_363_200_000); // 2026-11-22 16:00 UTC

    fn draft(key: &WantedKey, policy: &Policy) -> Result<ApiKeyDraft, ImportFault> {
        key.draft(AUDITOR, Tz::UTC, policy, NOW)
    }

    #[test]
    fn an_expiry_is_what_the_line_says_or_what_a_form_proposes() {
        let required = Policy {
            expiry_required: true,
            ..Policy::default()
        };
        let said = WantedKey {
            expires_on: Some("2030-01-05".to_owned()),
            ..WantedKey::default()
        };
        let never = WantedKey {
            expires_on: Some("Never".to_owned()),
            ..WantedKey::default()
        };
        let on = |key: &WantedKey| draft(key, &required).expect("a draft").expires_on;
        assert_eq!(on(&said).as_deref(), Some("2030-01-05"));
        assert_eq!(
            on(&never),
            None,
            "what the policy says to it is asked later"
        );
        let proposed = required.proposed(NOW.day_in(Tz::UTC));
        assert_eq!(
            on(&WantedKey::default()),
            proposed.map(|day| day.to_string())
        );
        let free = draft(&WantedKey::default(), &Policy::default());
        assert_eq!(free.expect("a draft").expires_on, None);
    }

    #[test]
    fn a_day_and_an_instant_of_an_export_have_to_agree() {
        // The last day and the instant after it, as they are exported.
        let both = |day: &str| WantedKey {
            expires_on: Some(day.to_owned()),
            expires_at: Some(Timestamp(1_893_888_000_000)),
            ..WantedKey::default()
        };
        let agrees = draft(&both("2030-01-05"), &Policy::default()).expect("a draft");
        assert_eq!(agrees.expires_at, Some(Timestamp(1_893_888_000_000)));
        for day in ["2030-01-06", "never", "soon"] {
            let differs = draft(&both(day), &Policy::default());
            let fault = ImportFault::Differ("expiresOn", "expiryDate");
            assert_eq!(differs, Err(fault), "{day}");
        }
    }
}
