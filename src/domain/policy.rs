//! What the keys of this database must keep to: whether they expire, how long they live, how early one is warned.

use chrono::{Days, NaiveDate};

use crate::domain::expiry::Expiry;
use crate::domain::merge::{Values, merge};
use crate::domain::problem::{Field, Problem, Rule, Value};
use crate::domain::state::Warning;
use crate::domain::time::Timestamp;
use crate::domain::tz::Tz;

/// The most days of a lifetime.
pub const LONGEST_MAX: u16 = 36_500;
/// The most days of warning.
pub const WARNING_MAX: u16 = 365;
/// How many days are proposed for a new key where an expiry is required and no longest lifetime is set.
const PROPOSED: u16 = 365;

/// The policy. Nothing set asks for nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// A key must have an expiry.
    pub expiry_required: bool,
    /// How many days after today the last day of a key may be, in the key's own zone. A key that never expires is
    /// beyond any.
    pub longest_days: Option<u16>,
    /// How early one is warned of an expiry; it takes the place of everybody's setting.
    pub warning: Option<Warning>,
}

/// The policy as a person typed it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyDraft {
    pub expiry_required: bool,
    /// Days; empty for none.
    pub longest_days: String,
    /// Days; empty for none.
    pub warning_days: String,
}

impl From<&Policy> for PolicyDraft {
    fn from(policy: &Policy) -> PolicyDraft {
        PolicyDraft {
            expiry_required: policy.expiry_required,
            longest_days: written(policy.longest_days),
            warning_days: written(policy.warning.map(|warning| warning.days)),
        }
    }
}

impl PolicyDraft {
    /// Checks what was typed.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the fields.
    pub fn check(&self) -> Result<Policy, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut days = |field, typed: &str, (least, most)| {
            number(typed, least, most).unwrap_or_else(|rule| {
                problems.push(Problem::new(field, rule));
                None
            })
        };
        let longest_days = days(Field::LongestDays, &self.longest_days, (1, LONGEST_MAX));
        let warning_days = days(Field::WarningDays, &self.warning_days, (0, WARNING_MAX));
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Policy {
            expiry_required: self.expiry_required,
            longest_days,
            warning: warning_days.map(|days| Warning { days }),
        })
    }
}

fn written(days: Option<u16>) -> String {
    days.map(|days| days.to_string()).unwrap_or_default()
}

/// A whole number of days, or nothing where nothing was typed.
fn number(typed: &str, least: u16, most: u16) -> Result<Option<u16>, Rule> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let days = typed.parse().ok();
    match days.filter(|days| (least..=most).contains(days)) {
        Some(days) => Ok(Some(days)),
        None => Err(Rule::NotDays { least, most }),
    }
}

impl Policy {
    /// Whether every key needs an expiry; one that lives no longer than so many days has one.
    #[must_use]
    pub fn requires_expiry(&self) -> bool {
        self.expiry_required || self.longest_days.is_some()
    }

    /// The last day that a key may have, if there is one, where today is this day.
    #[must_use]
    pub fn last_day(&self, today: NaiveDate) -> Option<NaiveDate> {
        let days = Days::new(self.longest_days?.into());
        Some(today.checked_add_days(days).unwrap_or(NaiveDate::MAX))
    }

    /// Why a key may not be given this expiry in place of the one before, nothing for a new key. An expiry that stays
    /// as it is is not asked about: the key goes on.
    #[must_use]
    pub fn problem(
        &self,
        before: Option<Option<Expiry>>,
        expiry: Option<Expiry>,
        zone: Tz,
        now: Timestamp,
    ) -> Option<Problem> {
        if before == Some(expiry) {
            return None;
        }
        let rule = match (expiry, self.last_day(now.day_in(zone))) {
            (None, last) if self.requires_expiry() => Rule::ExpiryRequired { last },
            (Some(expiry), Some(last)) if expiry.on > last => Rule::LivesTooLong {
                last,
                days: self.longest_days.unwrap_or_default(),
            },
            _ => return None,
        };
        Some(Problem::new(Field::ExpiresOn, rule))
    }

    /// The last day that is proposed for a new key where an expiry is required.
    #[must_use]
    pub fn proposed(&self, today: NaiveDate) -> Option<NaiveDate> {
        let days = self.longest_days.unwrap_or(PROPOSED).min(PROPOSED);
        let proposed = self.requires_expiry().then_some(days)?;
        today.checked_add_days(Days::new(proposed.into()))
    }

    /// How early one is warned, where the setting says otherwise.
    #[must_use]
    pub fn warning_or(&self, setting: Warning) -> Warning {
        self.warning.unwrap_or(setting)
    }

    fn values(&self) -> Values {
        let days = |days| Value::Text(written(days));
        vec![
            (Field::ExpiryRequired, Value::Flag(self.expiry_required)),
            (Field::LongestDays, days(self.longest_days)),
            (
                Field::WarningDays,
                days(self.warning.map(|warning| warning.days)),
            ),
        ]
    }

    /// Takes over a value that somebody else has saved, so that the next save is a change of that.
    pub fn adopt(&mut self, field: Field, value: &Value) {
        match (field, value) {
            (Field::ExpiryRequired, Value::Flag(on)) => self.expiry_required = *on,
            (Field::LongestDays, Value::Text(days)) => self.longest_days = days.parse().ok(),
            (Field::WarningDays, Value::Text(days)) => {
                self.warning = days.parse().ok().map(|days| Warning { days });
            }
            _ => {}
        }
    }

    /// Merges one person's changes (`before` to `self`) into the policy as it is `now`.
    ///
    /// # Errors
    /// The clashes, as of [`merge`].
    pub fn merge(&self, before: &Policy, now: &Policy) -> Result<Policy, Vec<Problem>> {
        merge([before, self, now], Policy::values, Policy::adopt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::date::parse_date;

    const NOW: Timestamp = Timestamp(1_795_363_200_000); // 2026-11-22 16:00 UTC

    fn expiry(date: &str, zone: Tz) -> Expiry {
        Expiry::of(parse_date(date).expect("a date"), zone)
    }

    fn rule(policy: &Policy, date: Option<&str>, zone: Tz) -> Option<Rule> {
        let expiry = date.map(|date| expiry(date, zone));
        policy
            .problem(None, expiry, zone, NOW)
            .map(|found| found.rule)
    }

    #[test]
    fn nothing_set_asks_for_nothing() {
        let policy = Policy::default();
        assert_eq!(rule(&policy, None, Tz::UTC), None);
        assert_eq!(rule(&policy, Some("2099-12-31"), Tz::UTC), None);
        assert_eq!(policy.proposed(NOW.day_in(Tz::UTC)), None);
        assert_eq!(policy.warning_or(Warning { days: 3 }).days, 3);
    }

    #[test]
    fn the_last_day_is_counted_from_today_in_the_keys_own_zone() {
        let policy = Policy {
            longest_days: Some(30),
            ..Policy::default()
        };
        for (zone, fits, not) in [
            (Tz::UTC, "2026-12-22", "2026-12-23"),
            // It is the 23rd there already.
            (Tz::Asia__Tokyo, "2026-12-23", "2026-12-24"),
        ] {
            assert_eq!(rule(&policy, Some(fits), zone), None);
            let last = parse_date(fits).expect("a date");
            let refused = Some(Rule::LivesTooLong { last, days: 30 });
            assert_eq!(rule(&policy, Some(not), zone), refused);
            let required = Some(Rule::ExpiryRequired { last: Some(last) });
            assert_eq!(rule(&policy, None, zone), required, "no key lives longer");
            assert_eq!(policy.proposed(NOW.day_in(zone)), Some(last));
        }
    }

    #[test]
    fn an_expiry_that_stays_is_not_asked_about() {
        let policy = Policy {
            expiry_required: true,
            longest_days: Some(1),
            warning: None,
        };
        let far = Some(expiry("2030-01-01", Tz::UTC));
        for expiry in [None, far] {
            assert!(policy.problem(None, expiry, Tz::UTC, NOW).is_some());
            let stays = policy.problem(Some(expiry), expiry, Tz::UTC, NOW);
            assert_eq!(stays, None);
        }
        assert!(policy.problem(Some(far), None, Tz::UTC, NOW).is_some());
    }

    #[test]
    fn days_are_whole_numbers_within_bounds() {
        let draft = |longest: &str, warning: &str| PolicyDraft {
            expiry_required: false,
            longest_days: longest.to_owned(),
            warning_days: warning.to_owned(),
        };
        let policy = draft(" 90 ", "0").check().expect("valid");
        assert_eq!(policy.longest_days, Some(90));
        assert_eq!(policy.warning, Some(Warning { days: 0 }));
        assert_eq!(draft("", " ").check(), Ok(Policy::default()));
        assert_eq!(PolicyDraft::from(&policy).check(), Ok(policy));
        for (longest, warning) in [
            ("0", "x"),
            ("-1", "366"),
            ("1.5", "99999"),
            ("36501", "7 d"),
        ] {
            let found = draft(longest, warning).check().expect_err("problems");
            let fields: Vec<Field> = found.iter().map(|problem| problem.field).collect();
            assert_eq!(fields, [Field::LongestDays, Field::WarningDays]);
        }
    }
}
