//! An API key: its fields, what was typed for them, and the rules between the two.

use crate::domain::address::check_addresses;
use crate::domain::bounds::Bounds;
use crate::domain::date::{last_day, parse_day};
use crate::domain::expiry::{Expiry, end_of_day, is_over};
use crate::domain::fold::name_key;
use crate::domain::id::{KeyId, RoleId};
use crate::domain::locale::Locale;
use crate::domain::merge::{Settled, Side, Values, merge};
use crate::domain::name::{check_description, check_label, check_name, check_reason};
use crate::domain::policy::Policy;
use crate::domain::problem::{Field, Problem, Rule, Value};
use crate::domain::role::Role;
use crate::domain::secret::SecretFacts;
use crate::domain::state::{Facts, LockedBy};
use crate::domain::time::Timestamp;
use crate::domain::tz::Tz;
use crate::domain::zone;

/// The most requests a minute that a key can be held to.
pub const RATE_MAX: u32 = 1_000_000;

/// The fields of Properties, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyFields {
    pub name: String,
    pub description: String,
    /// Whom the key was given to, in whatever words.
    pub owner: String,
    pub role: RoleId,
    pub locale: Locale,
    pub zone: Tz,
    pub expiry: Option<Expiry>,
    /// From where it may be used, as [`check_addresses`] writes it; empty is from anywhere.
    pub addresses: String,
    /// How many requests a minute it may make; nothing is as many as it likes.
    pub rate: Option<u32>,
    /// Why it is locked out, empty where no reason was given; nothing where it is not.
    pub locked_out: Option<String>,
}

/// The fields of Properties as a person typed them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyDraft {
    pub name: String,
    pub description: String,
    pub owner: String,
    pub role: RoleId,
    pub locale: Locale,
    pub zone: Tz,
    /// The day as it is typed ([`parse_day`]); `None` is never.
    pub expires_on: Option<String>,
    /// The first instant at which it is not to work, in place of a day.
    pub expires_at: Option<Timestamp>,
    /// The expiry was touched: its instant is computed anew even when the date is the same.
    pub expiry_edited: bool,
    pub addresses: String,
    /// A number of requests; blank is as many as it likes.
    pub rate: String,
    /// Why it is to be locked out, empty for no reason; nothing where it is not.
    pub locked_out: Option<String>,
    /// A name that was told to look like another's ([`Rule::LooksLike`]), and is meant all the same.
    pub told_alike: Option<String>,
}

impl ApiKeyDraft {
    /// A form in which nothing was typed yet, with this role and zone chosen.
    #[must_use]
    pub fn blank(role: RoleId, zone: Tz) -> ApiKeyDraft {
        ApiKeyDraft {
            name: String::new(),
            description: String::new(),
            owner: String::new(),
            role,
            locale: Locale::default(),
            zone,
            expires_on: None,
            expires_at: None,
            expiry_edited: false,
            addresses: String::new(),
            rate: String::new(),
            locked_out: None,
            told_alike: None,
        }
    }

    /// Checks every rule that needs no database. `before` is what an existing key had when it was read: an expiry
    /// that was not changed is neither checked again nor moved.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the fields.
    pub fn check(
        &self,
        before: Option<&ApiKeyFields>,
        now: Timestamp,
    ) -> Result<ApiKeyFields, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut note = |field, rule| problems.push(Problem::new(field, rule));
        let name = check_name(&self.name).map_err(|rule| note(Field::Name, rule));
        let description =
            check_description(&self.description).map_err(|rule| note(Field::Description, rule));
        let expiry = self
            .expiry(before, now)
            .map_err(|rule| note(Field::ExpiresOn, rule));
        let owner = check_label(&self.owner).map_err(|rule| note(Field::Owner, rule));
        let addresses =
            check_addresses(&self.addresses).map_err(|rule| note(Field::Addresses, rule));
        let rate = parse_rate(&self.rate).map_err(|rule| note(Field::Rate, rule));
        let locked_out = self.locked_out.as_deref().map(check_reason).transpose();
        let locked_out = locked_out.map_err(|rule| note(Field::LockedOut, rule));
        let limits = addresses.and_then(|addresses| Ok((addresses, rate?)));
        match (name, description, owner, expiry, limits, locked_out) {
            (
                Ok(name),
                Ok(description),
                Ok(owner),
                Ok(expiry),
                Ok((addresses, rate)),
                Ok(locked_out),
            ) => Ok(ApiKeyFields {
                name,
                description,
                owner,
                role: self.role,
                locale: self.locale,
                zone: self.zone,
                expiry,
                addresses,
                rate,
                locked_out,
            }),
            _ => Err(problems),
        }
    }

    /// When the key is to stop. An expiry that was not changed is neither checked again nor moved.
    ///
    /// # Errors
    /// What is wrong with the day.
    pub fn expiry(
        &self,
        before: Option<&ApiKeyFields>,
        now: Timestamp,
    ) -> Result<Option<Expiry>, Rule> {
        if let Some(at) = self.expires_at {
            return self.exactly(at, before, now).map(Some);
        }
        let Some(typed) = &self.expires_on else {
            return Ok(None);
        };
        let date = parse_day(typed, now.day_in(self.zone))?;
        let same_day = before.filter(|b| b.expiry.is_some_and(|expiry| expiry.on == date));
        match same_day {
            Some(b) if b.zone == self.zone && !self.expiry_edited => return Ok(b.expiry),
            None if is_over(date, self.zone, now) => {
                let today = now.day_in(self.zone);
                return Err(Rule::DateInPast { today });
            }
            // A day that was there before may be over, in whichever zone.
            _ => {}
        }
        Ok(Some(Expiry::of(date, self.zone)))
    }

    fn exactly(
        &self,
        at: Timestamp,
        before: Option<&ApiKeyFields>,
        now: Timestamp,
    ) -> Result<Expiry, Rule> {
        let same = before.filter(|b| b.expiry.is_some_and(|expiry| expiry.at == at));
        match same {
            Some(b) if b.zone == self.zone => {
                return Ok(b.expiry.unwrap_or(Expiry::exactly(at, b.zone)));
            }
            None if at <= now => return Err(Rule::InstantInPast),
            None if at > end_of_day(last_day(), self.zone) => {
                return Err(Rule::DateTooLate { last: last_day() });
            }
            _ => {}
        }
        Ok(Expiry::exactly(at, self.zone))
    }
}

/// Reads a number of requests a minute.
fn parse_rate(typed: &str) -> Result<Option<u32>, Rule> {
    // Of any width, as a day may be typed.
    let typed = name_key(typed.trim());
    if typed.is_empty() {
        return Ok(None);
    }
    let digits = typed.bytes().all(|byte| byte.is_ascii_digit());
    match typed.parse() {
        Ok(rate @ 1..=RATE_MAX) if digits => Ok(Some(rate)),
        _ => Err(Rule::NotARate {
            least: 1,
            most: RATE_MAX,
        }),
    }
}

fn rate_text(rate: Option<u32>) -> String {
    rate.map_or_else(String::new, |rate| rate.to_string())
}

impl ApiKeyDraft {
    /// Takes what was chosen for a field that somebody else changed too: what they have made of it is what it was
    /// `before` the next save.
    pub fn settle(&mut self, before: &mut ApiKeyFields, settled: &Settled) {
        let Settled {
            field,
            theirs,
            keeps,
        } = settled;
        before.adopt(*field, theirs);
        if *keeps == Side::Theirs {
            self.adopt(*field, theirs);
        }
    }

    /// Takes a value that somebody else has saved in place of one's own.
    fn adopt(&mut self, field: Field, value: &Value) {
        match (field, value) {
            (Field::Name, Value::Text(name)) => self.name.clone_from(name),
            (Field::Description, Value::Text(text)) => self.description.clone_from(text),
            (Field::Owner, Value::Text(owner)) => self.owner.clone_from(owner),
            (Field::Role, Value::Role(role)) => self.role = *role,
            (Field::Language, Value::Text(tag)) => {
                self.locale = Locale::from_tag(tag).unwrap_or(self.locale);
            }
            (Field::TimeZone, Value::Text(name)) => {
                self.zone = zone::by_name(name).unwrap_or(self.zone);
            }
            (Field::ExpiresOn, Value::Expiry(expiry)) => {
                self.expires_on = expiry.map(|expiry| expiry.on.to_string());
                self.expires_at = None;
                self.expiry_edited = false;
            }
            (Field::Addresses, Value::Text(text)) => self.addresses.clone_from(text),
            (Field::Rate, Value::Text(rate)) => self.rate.clone_from(rate),
            (Field::LockedOut, Value::Lock(lock)) => self.locked_out.clone_from(lock),
            _ => {}
        }
    }
}

impl From<&ApiKeyFields> for ApiKeyDraft {
    fn from(fields: &ApiKeyFields) -> ApiKeyDraft {
        ApiKeyDraft {
            name: fields.name.clone(),
            description: fields.description.clone(),
            owner: fields.owner.clone(),
            role: fields.role,
            locale: fields.locale,
            zone: fields.zone,
            expires_on: fields.expiry.map(|expiry| expiry.on.to_string()),
            expires_at: None,
            expiry_edited: false,
            addresses: fields.addresses.clone(),
            rate: rate_text(fields.rate),
            locked_out: fields.locked_out.clone(),
            told_alike: None,
        }
    }
}

impl ApiKeyFields {
    /// What bounds the key, whose role opens these services.
    #[must_use]
    pub fn bounds<'a>(&'a self, services: &'a str) -> Bounds<'a> {
        Bounds {
            services,
            addresses: &self.addresses,
            rate: self.rate,
        }
    }

    /// The texts that were typed, in the order of the form.
    #[must_use]
    pub fn texts(&self) -> [(Field, &str); 5] {
        [
            (Field::Name, &self.name),
            (Field::Description, &self.description),
            (Field::Owner, &self.owner),
            (Field::Addresses, &self.addresses),
            (Field::LockedOut, self.locked_out.as_deref().unwrap_or("")),
        ]
    }

    /// Whether nothing differs but what a key may always change of itself: name, description, language, time zone.
    #[must_use]
    pub fn differs_only_in_own_matters(&self, before: &ApiKeyFields) -> bool {
        let rest = ApiKeyFields {
            name: before.name.clone(),
            description: before.description.clone(),
            locale: before.locale,
            zone: before.zone,
            ..self.clone()
        };
        rest.bound_changed(before).is_none()
            && ApiKeyFields {
                expiry: before.expiry,
                ..rest
            } == *before
    }

    /// The field that holds the key to something else than `before`; nothing where it is held to the same.
    #[must_use]
    pub fn bound_changed(&self, before: &ApiKeyFields) -> Option<Field> {
        let ends = |fields: &ApiKeyFields| fields.expiry.map(|expiry| expiry.at);
        if ends(self) != ends(before) {
            Some(Field::ExpiresOn)
        } else if self.addresses != before.addresses {
            Some(Field::Addresses)
        } else {
            (self.rate != before.rate).then_some(Field::Rate)
        }
    }

    fn values(&self) -> Values {
        vec![
            (Field::Name, Value::Text(self.name.clone())),
            (Field::Description, Value::Text(self.description.clone())),
            (Field::Role, Value::Role(self.role)),
            (Field::Language, Value::Text(self.locale.tag().to_owned())),
            (Field::TimeZone, Value::Text(self.zone.name().to_owned())),
            (Field::ExpiresOn, Value::Expiry(self.expiry)),
            (Field::Owner, Value::Text(self.owner.clone())),
            (Field::Addresses, Value::Text(self.addresses.clone())),
            (Field::Rate, Value::Text(rate_text(self.rate))),
            (Field::LockedOut, Value::Lock(self.locked_out.clone())),
        ]
    }

    /// Takes over a value that somebody else has saved, so that the next save is a change of that.
    pub fn adopt(&mut self, field: Field, value: &Value) {
        match (field, value) {
            (Field::Name, Value::Text(name)) => self.name.clone_from(name),
            (Field::Description, Value::Text(text)) => self.description.clone_from(text),
            (Field::Owner, Value::Text(owner)) => self.owner.clone_from(owner),
            (Field::Role, Value::Role(role)) => self.role = *role,
            (Field::Language, Value::Text(tag)) => {
                self.locale = Locale::from_tag(tag).unwrap_or(self.locale);
            }
            (Field::TimeZone, Value::Text(name)) => {
                self.zone = zone::by_name(name).unwrap_or(self.zone);
            }
            (Field::ExpiresOn, Value::Expiry(expiry)) => self.expiry = *expiry,
            (Field::Addresses, Value::Text(text)) => self.addresses.clone_from(text),
            (Field::Rate, Value::Text(rate)) => self.rate = parse_rate(rate).unwrap_or(self.rate),
            (Field::LockedOut, Value::Lock(lock)) => self.locked_out.clone_from(lock),
            _ => {}
        }
    }

    /// Merges one person's changes (`before` to `self`) into what the key has `now`. The zone and the expiry go
    /// together: the expiry is a date in that zone.
    ///
    /// # Errors
    /// The clashes, as of [`merge`].
    pub fn merge(
        &self,
        before: &ApiKeyFields,
        now: &ApiKeyFields,
    ) -> Result<ApiKeyFields, Vec<Problem>> {
        // Two who chose one day do not clash, though it ends at another instant in another zone.
        let on = |fields: &ApiKeyFields| fields.expiry.map(|expiry| expiry.on);
        let one_day = self.expiry != before.expiry && on(self) == on(now);
        let alike = ApiKeyFields {
            expiry: if one_day { self.expiry } else { now.expiry },
            ..now.clone()
        };
        let fields = [before, self, &alike];
        let mut merged = merge(fields, ApiKeyFields::values, ApiKeyFields::adopt)?;
        // One person's zone with the other's date is an expiry that neither has seen: computed anew.
        let seen = [self, now].map(|fields| (fields.zone, fields.expiry));
        if !seen.contains(&(merged.zone, merged.expiry)) {
            let expiry = merged.expiry;
            merged.expiry = expiry.map(|expiry| Expiry::of(expiry.on, merged.zone));
        }
        Ok(merged)
    }
}

/// An existing key with the story of its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyLife {
    pub id: KeyId,
    pub fields: ApiKeyFields,
    pub facts: Facts,
    pub created_at: Timestamp,
    pub created_by: String,
    /// Who locked it out, as far as it is known.
    pub locked_by: Option<LockedBy>,
    pub last_sign_in_at: Option<Timestamp>,
    /// Unsuccessful attempts since the last success.
    pub attempts: i64,
    /// The pending, current and retiring secret, as far as there are such, in that order.
    pub secrets: Vec<SecretFacts>,
}

/// Everything that Properties shows of an existing key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyProperties {
    pub key: ApiKeyLife,
    /// Every role that can be chosen, by name.
    pub roles: Vec<Role>,
    /// What the key is held to when its expiry is changed.
    pub policy: Policy,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::date::parse_date;
    use crate::domain::expiry::end_of_day;
    use crate::domain::id::{AUDITOR, FULL_ACCESS};
    use crate::domain::tests::with;

    const NOW: Timestamp = Timestamp(1_795_363_200_000); // 2026-11-22 16:00 UTC

    fn draft() -> ApiKeyDraft {
        ApiKeyDraft {
            name: " backup ".to_owned(),
            ..ApiKeyDraft::blank(AUDITOR, Tz::Asia__Tokyo)
        }
    }

    fn until(date: &str) -> ApiKeyDraft {
        with(&draft(), |draft| draft.expires_on = Some(date.to_owned()))
    }

    fn fields(draft: &ApiKeyDraft) -> ApiKeyFields {
        draft.check(None, NOW).expect("valid")
    }

    #[test]
    fn a_number_of_requests_is_whole_and_within_bounds_or_blank() {
        let rate = |typed: &str| {
            let draft = with(&draft(), |draft| draft.rate = typed.to_owned());
            draft.check(None, Timestamp(0)).map(|fields| fields.rate)
        };
        assert_eq!(rate(" "), Ok(None));
        assert_eq!(rate(" 60 "), Ok(Some(60)));
        assert_eq!(rate("1000000"), Ok(Some(RATE_MAX)));
        assert_eq!(rate("１０"), Ok(Some(10)));
        for typed in ["0", "-1", "+5", "1.5", "1000001", "99999999999", "ten"] {
            let rule = Rule::NotARate {
                least: 1,
                most: RATE_MAX,
            };
            assert_eq!(
                rate(typed),
                Err(vec![Problem::new(Field::Rate, rule)]),
                "{typed}"
            );
        }
    }

    #[test]
    fn only_the_name_has_to_be_typed() {
        assert_eq!(fields(&draft()).name, "backup");
    }

    #[test]
    fn every_problem_is_told_at_once() {
        let bad = with(&until("2026-02-30"), |draft| draft.name = " ".to_owned());
        let found = bad.check(None, NOW).expect_err("problems");
        let found: Vec<Field> = found.iter().map(|problem| problem.field).collect();
        assert_eq!(found, [Field::Name, Field::ExpiresOn]);
    }

    #[test]
    fn an_exact_instant_is_kept_to_the_millisecond_by_who_changes_something_else() {
        let at = NOW.plus(90_061_007);
        let exact = with(&draft(), |draft| draft.expires_at = Some(at));
        let before = fields(&exact);
        assert_eq!(before.expiry.map(|expiry| expiry.at), Some(at));
        // As the console has it, which knows a day.
        let renamed = with(&ApiKeyDraft::from(&before), |draft| {
            draft.name = "b".to_owned();
        });
        let saved = renamed.check(Some(&before), NOW.plus(1)).expect("valid");
        assert_eq!(saved.expiry, before.expiry);
        let touched = with(&renamed, |draft| draft.expiry_edited = true);
        let saved = touched.check(Some(&before), NOW).expect("valid");
        assert!(saved.expiry > before.expiry, "the whole day");
        // The instant stays in another zone, and when it is over.
        let moved = with(&exact, |draft| draft.zone = Tz::America__New_York);
        let saved = moved.check(Some(&before), at.plus(1)).expect("valid");
        let expiry = saved.expiry.expect("an expiry");
        assert_eq!(
            (expiry.at, expiry.on),
            (at, parse_date("2026-11-23").expect("date"))
        );
        let same = exact.check(Some(&before), at.plus(1)).expect("valid");
        assert_eq!(same.expiry, before.expiry);
    }

    #[test]
    fn an_exact_instant_is_ahead_and_not_beyond_the_calendar() {
        let refused = |at| {
            let exact = with(&draft(), |draft| draft.expires_at = Some(at));
            exact.check(None, NOW).expect_err("a problem")[0]
                .rule
                .clone()
        };
        assert_eq!(refused(NOW), Rule::InstantInPast);
        assert_eq!(refused(Timestamp(i64::MIN)), Rule::InstantInPast);
        assert!(matches!(
            refused(Timestamp(i64::MAX)),
            Rule::DateTooLate { .. }
        ));
    }

    #[test]
    fn a_past_date_is_refused_unless_it_was_there_before() {
        let past = until("2026-11-22");
        assert!(past.check(None, NOW).is_err());
        let mut before = fields(&draft());
        before.expiry = Some(Expiry {
            on: parse_date("2026-11-22").expect("date"),
            at: Timestamp(7),
        });
        let kept = past.check(Some(&before), NOW).expect("kept");
        assert_eq!(kept.expiry, before.expiry);
        let edited = with(&past, |draft| draft.expiry_edited = true);
        let recomputed = edited.check(Some(&before), NOW).expect("recomputed");
        assert_ne!(recomputed.expiry, before.expiry);
        let moved = with(&past, |draft| draft.zone = Tz::UTC);
        assert!(moved.check(Some(&before), NOW).is_ok());
        let earlier = with(&until("2026-11-20"), |draft| draft.zone = Tz::UTC);
        assert!(earlier.check(Some(&before), NOW).is_err());
    }

    #[test]
    fn two_people_changing_different_fields_both_win() {
        let before = fields(&until("2026-12-31"));
        let mine = with(&before, |key| key.name = "mine".to_owned());
        let theirs = ApiKeyFields {
            role: FULL_ACCESS,
            locked_out: Some(String::new()),
            ..before.clone()
        };
        let merged = mine.merge(&before, &theirs).expect("no clash");
        assert_eq!(
            (merged.name.as_str(), merged.role, merged.locked_out),
            ("mine", FULL_ACCESS, Some(String::new()))
        );
    }

    #[test]
    fn two_people_changing_one_field_is_told() {
        let before = fields(&draft());
        let mine = with(&before, |key| key.name = "mine".to_owned());
        let theirs = with(&before, |key| key.name = "theirs".to_owned());
        let problems = mine.merge(&before, &theirs).expect_err("clash");
        assert_eq!(problems.len(), 1);
        assert!(matches!(&problems[0].rule,
            Rule::ChangedMeanwhile { theirs: Value::Text(text), .. } if text == "theirs"));
        assert!(
            mine.merge(&before, &mine).is_ok(),
            "the same change twice is no clash"
        );
    }

    #[test]
    fn a_draft_that_takes_every_value_of_others_is_what_they_saved() {
        let theirs = ApiKeyFields {
            name: "theirs".to_owned(),
            description: "theirs".to_owned(),
            owner: "theirs".to_owned(),
            role: FULL_ACCESS,
            locale: Locale::JaJp,
            zone: Tz::UTC,
            locked_out: Some("theirs".to_owned()),
            ..fields(&until("2027-01-31"))
        };
        let (mut mine, mut before) = (until("2026-12-31"), fields(&draft()));
        for (field, theirs) in theirs.values() {
            let keeps = Side::Theirs;
            let settled = Settled {
                field,
                theirs,
                keeps,
            };
            mine.settle(&mut before, &settled);
        }
        assert_eq!(before, theirs);
        assert_eq!(mine, ApiKeyDraft::from(&theirs));
        assert_eq!(mine.check(Some(&before), NOW), Ok(theirs));
    }

    #[test]
    fn one_day_that_both_chose_is_no_clash_in_whichever_zone() {
        let never = fields(&draft());
        let mine = fields(&until("2026-12-31"));
        let theirs = with(&until("2026-12-31"), |draft| draft.zone = Tz::UTC);
        let theirs = fields(&theirs);
        let merged = mine.merge(&never, &theirs).expect("no clash");
        assert_eq!(merged, theirs);
    }

    #[test]
    fn my_zone_and_their_date_give_an_expiry_in_my_zone() {
        let dated = fields(&until("2026-12-31"));
        let mine = with(&ApiKeyDraft::from(&dated), |draft| draft.zone = Tz::UTC);
        let mine = mine.check(Some(&dated), NOW).expect("valid");
        let expiry = mine.expiry.expect("kept");
        assert_eq!(expiry.at, end_of_day(expiry.on, Tz::UTC));
        let never = fields(&draft());
        let moved = with(&never, |key| key.zone = Tz::UTC);
        let renamed = with(&dated, |key| key.name = "x".to_owned());
        for (ours, before, theirs) in [
            (&moved, &never, &dated),
            (&dated, &never, &moved),
            (&renamed, &dated, &mine),
        ] {
            let merged = ours.merge(before, theirs).expect("no clash");
            assert_eq!(merged.expiry, mine.expiry, "{ours:?}");
        }
    }
}
