//! Every sentence a person can see, by name. Errors carry facts; their sentences are made here.

mod bounds;
pub mod bulk;
mod event;
mod handover;
mod hash;
mod import;
mod pasted;
mod role;
mod server;
mod setting;
mod table;

use std::fmt::Display;
use std::path::Path;

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};

use crate::domain::date::{Away, away};
use crate::domain::event::trail::SYSTEM_NAME;
use crate::domain::export::CLIPBOARD_MOST;
use crate::domain::filter::{Mistake, TERMS_MAX, Why};
use crate::domain::intent::{Affected, LeftKeys, Named};
use crate::domain::locale::Locale;
use crate::domain::name::printable;
use crate::domain::problem::{Field, Problem, Rule, Value};
use crate::domain::reference::RowKind;
use crate::domain::rights::{self, Preset, Right};
use crate::domain::role::{Assigned, Role};
use crate::domain::secret::Overlap;
use crate::domain::state::{LockedBy, RESTORABLE, Span, State, UserState, Warning, age, span};
use crate::domain::time::{DAY, HOUR, MINUTE, SECOND, Timestamp};
use crate::domain::trouble::{Fault, FileFault, OpenFault, PathFault, Trouble};
use crate::domain::tz::Tz;
use crate::domain::user::USER_NAME_MAX;
use crate::text::table::Sentences;

pub use event::{Fact, Told};

/// How many names a sentence lists; the rest is counted.
const NAMED: usize = 3;

/// The sentences of one language.
#[derive(Clone, Copy)]
pub struct Text {
    language: Locale,
    sentences: Sentences,
}

impl Text {
    /// The sentences in English (US).
    #[must_use]
    pub fn en_us() -> Text {
        Text::of(Locale::EnUs)
    }

    /// The sentences of this language.
    #[must_use]
    pub fn of(locale: Locale) -> Text {
        let sentences = match locale {
            Locale::EnUs => Sentences::EN_US,
            Locale::JaJp => Sentences::JA_JP,
        };
        Text {
            language: locale,
            sentences,
        }
    }

    /// The sentences for a terminal that shows nothing but ASCII, as far as the language can be written in it.
    #[must_use]
    pub fn in_ascii(self) -> Text {
        match self.language {
            Locale::EnUs => Text {
                sentences: Sentences::EN_US_ASCII,
                ..self
            },
            Locale::JaJp => self,
        }
    }

    /// The language that the sentences are in.
    #[must_use]
    pub fn language(self) -> Locale {
        self.language
    }

    /// The sentence of this name (`section.name`); the name itself where there is none, which a test rules out.
    #[must_use]
    pub fn say(self, name: &'static str) -> &'static str {
        self.sentences.get(name).unwrap_or(name)
    }

    /// The sentence of this name with its `{words}` filled in.
    ///
    /// Values are made printable: data never steers a terminal. A word that follows a number stands in the sentence as
    /// `{number|key|keys}`: for one, and for any other.
    #[must_use]
    pub fn fill(self, name: &'static str, values: &[(&str, &dyn Display)]) -> String {
        let mut rest = self.say(name);
        let mut filled = String::with_capacity(rest.len() + 16);
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let Some((word, after)) = after.split_once('}') else {
                rest = after;
                break;
            };
            let mut forms = word.split('|');
            let word = forms.next().unwrap_or_default();
            if let Some((_, value)) = values.iter().find(|(name, _)| *name == word) {
                let value = value.to_string();
                match (forms.next(), forms.next()) {
                    (Some(one), _) if value == "1" => filled.push_str(one),
                    (Some(_), Some(many)) => filled.push_str(many),
                    _ => filled.push_str(&printable(&value)),
                }
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    /// Sentences one after the other; Japanese has no space between them.
    #[must_use]
    pub fn joined(self, sentences: &[&str]) -> String {
        sentences.join(match self.language {
            Locale::EnUs => " ",
            Locale::JaJp => "",
        })
    }

    /// A state as a word.
    #[must_use]
    pub fn state(self, state: State) -> String {
        self.say(match state {
            State::Deleted => "state.deleted",
            State::LockedOut => "state.locked_out",
            State::Expired => "state.expired",
            State::NotDelivered => "state.not_delivered",
            State::NoApiAccess => "state.no_api_access",
            State::ExpiresSoon(ms) => {
                return self.fill("state.expires_in", &[("span", &self.span(ms))]);
            }
            State::Active => "state.active",
        })
        .to_owned()
    }

    /// A key's state as it is told of the key: with the end of the replaced secret that still works.
    #[must_use]
    pub fn key_state(self, state: State, overlap_until: Option<Timestamp>, zone: Tz) -> String {
        let state = self.state(state);
        match overlap_until {
            Some(until) => {
                let at = until.in_zone(zone).format(self.say("moment.short"));
                self.fill("state.overlap", &[("state", &state), ("at", &at)])
            }
            None => state,
        }
    }

    /// A key's state, or what a role lets keys into, where something bounds that.
    #[must_use]
    pub fn limited(self, state: &str) -> String {
        self.fill("state.limited", &[("state", &state)])
    }

    /// The same as [`Text::key_state`] in fewer words, with whether something bounds the key's use; an expiry is told,
    /// where there is one, and else for how many milliseconds the replaced secret still works.
    #[must_use]
    pub fn key_state_short(self, state: State, overlap_left: Option<i64>, limited: bool) -> String {
        match (state, overlap_left) {
            (State::ExpiresSoon(ms), _) if limited => {
                self.fill("state.expires_limited", &[("span", &self.span(ms))])
            }
            (State::Active, Some(ms)) if limited => {
                // Hours have no room there.
                let days = (ms + DAY - 1) / DAY;
                let span = self.fill("span.days", &[("n", &days)]);
                self.fill("state.overlap_limited", &[("span", &span)])
            }
            (State::Active, None) if limited => self.limited(&self.state(state)),
            (State::Active, Some(ms)) => {
                // Minutes have no room there.
                let span = match ms {
                    ms if ms <= HOUR => self.fill("span.hours", &[("n", &1)]),
                    ms => self.span(ms),
                };
                let words: [(&str, &dyn Display); 2] =
                    [("state", &self.state(state)), ("span", &span)];
                self.fill("state.overlap_short", &words)
            }
            _ => self.state(state),
        }
    }

    /// What a state means, in one sentence.
    #[must_use]
    pub fn meaning(self, state: State, warning: Warning) -> String {
        let (name, ms) = match state {
            State::Deleted => ("states.deleted", RESTORABLE),
            State::LockedOut => ("states.locked_out", 0),
            State::Expired => ("states.expired", 0),
            State::NotDelivered => ("states.not_delivered", 0),
            State::NoApiAccess => ("states.no_api_access", 0),
            State::ExpiresSoon(_) => ("states.expires_in", warning.ms()),
            State::Active => ("states.active", 0),
        };
        self.fill(name, &[("days", &(ms / DAY))])
    }

    /// A user's state as a word.
    #[must_use]
    pub fn user_state(self, state: UserState) -> &'static str {
        self.say(match state {
            UserState::LockedOut => "state.locked_out",
            UserState::NoUserInterface => "state.no_user_interface",
            UserState::Active => "state.active",
        })
    }

    /// What a user's state means, in one sentence.
    #[must_use]
    pub fn user_meaning(self, state: UserState) -> &'static str {
        self.say(match state {
            UserState::LockedOut => "states.user_locked_out",
            UserState::NoUserInterface => "states.no_user_interface",
            UserState::Active => "states.user_active",
        })
    }

    /// By whom something is locked out, since when and why, as far as that is known: ` by ann, 2026-11-26 14:03: contract
    /// ended`, to stand behind a state.
    #[must_use]
    pub fn lock(
        self,
        by: Option<&LockedBy>,
        reason: &str,
        when: &dyn Fn(Timestamp) -> String,
    ) -> String {
        let by = by.map(|by| {
            let who = by.name.as_deref().unwrap_or(SYSTEM_NAME);
            let at = when(by.at);
            self.fill("lock.by", &[("who", &who), ("at", &at)])
        });
        let reason = (!reason.is_empty()).then(|| self.fill("lock.reason", &[("reason", &reason)]));
        by.unwrap_or_default() + &reason.unwrap_or_default()
    }

    /// A length of time in its largest unit, rounded up.
    #[must_use]
    pub fn span(self, ms: i64) -> String {
        let (name, n) = match span(ms) {
            Span::Days(n) => ("span.days", n),
            Span::Hours(n) => ("span.hours", n),
            Span::Minutes(n) => ("span.minutes", n),
        };
        self.fill(name, &[("n", &n)])
    }

    /// How long ago an instant was, in as few words as there are.
    #[must_use]
    pub fn age(self, at: Timestamp, now: Timestamp) -> String {
        let (name, n) = match age(at, now) {
            None => return self.say("age.now").to_owned(),
            Some(Span::Minutes(n)) => ("age.minutes", n),
            Some(Span::Hours(n)) => ("age.hours", n),
            Some(Span::Days(n)) => ("age.days", n),
        };
        self.fill(name, &[("n", &n)])
    }

    /// How long ago something was, `ms` milliseconds before now. What a clock that was ahead has told is said to be so.
    #[must_use]
    pub fn ago(self, ms: i64) -> String {
        if ms <= -SECOND {
            return self.fill("span.ahead", &[("span", &self.span(ms.saturating_neg()))]);
        }
        if ms < MINUTE {
            return self.say("age.now").to_owned();
        }
        let (name, n) = match ms {
            ms if ms < HOUR => ("span.minutes_ago", ms / MINUTE),
            ms if ms < DAY => ("span.hours_ago", ms / HOUR),
            ms => ("span.days_ago", ms / DAY),
        };
        self.fill(name, &[("n", &n)])
    }

    /// A day, in words.
    #[must_use]
    pub fn day(self, day: NaiveDate) -> String {
        day.format(self.say("moment.day")).to_string()
    }

    /// A moment in few cells: day and time, or of another year than now is the day alone, which is told beside it.
    #[must_use]
    pub fn short_moment(self, at: Timestamp, zone: Tz, now: Timestamp) -> (String, bool) {
        let (then, now) = (at.in_zone(zone), now.in_zone(zone));
        if then.year() == now.year() {
            let moment = then.format(self.say("moment.short"));
            (moment.to_string(), false)
        } else {
            (self.day(then.date_naive()), true)
        }
    }

    /// How far an instant is away, by the calendar of a zone.
    #[must_use]
    pub fn until(self, at: Timestamp, zone: Tz, now: Timestamp) -> String {
        let ms = at.since(now);
        if ms < 0 {
            return self.ago(ms.saturating_neg());
        }
        if ms < DAY {
            return self.fill("until.span", &[("span", &self.span(ms))]);
        }
        // A day counts when it is whole.
        let (from, to) = (now.in_zone(zone), at.in_zone(zone));
        let short = i64::from(to.time() < from.time());
        let to = to.date_naive() - TimeDelta::days(short);
        let (name, n) = match away(from.date_naive(), to) {
            Away::Days(n) => ("until.days", n),
            Away::Months(n) => ("until.months", n),
            Away::Years(n) => ("until.years", n),
        };
        self.fill(name, &[("n", &n)])
    }

    /// The name of a day of the week.
    #[must_use]
    pub fn weekday(self, day: Weekday) -> &'static str {
        self.word("calendar.weekdays", day.num_days_from_sunday())
    }

    /// The short name of a day of the week, two cells wide.
    #[must_use]
    pub fn short_weekday(self, day: Weekday) -> &'static str {
        self.word("calendar.short", day.num_days_from_sunday())
    }

    /// One of several words, counted from 0.
    fn word(self, name: &'static str, index: u32) -> &'static str {
        let mut words = (0..).zip(self.say(name).split_whitespace());
        words
            .find(|(at, _)| *at == index)
            .map_or("", |(_, word)| word)
    }

    /// A month of a year.
    #[must_use]
    pub fn month(self, day: NaiveDate) -> String {
        let month = self.word("calendar.months", day.month0());
        self.fill(
            "calendar.title",
            &[("month", &month), ("year", &day.year())],
        )
    }

    /// An instant to the second, with the offset that the zone has then.
    #[must_use]
    pub fn instant(self, at: Timestamp, zone: Tz) -> String {
        at.in_zone(zone).format("%Y-%m-%d %H:%M:%S %:z").to_string()
    }

    /// How long a replaced secret goes on working.
    #[must_use]
    pub fn overlap(self, overlap: Overlap) -> &'static str {
        self.say(match overlap {
            Overlap::None => "overlap.none",
            Overlap::Hour => "overlap.hour",
            Overlap::Day => "overlap.day",
            Overlap::Week => "overlap.week",
        })
    }

    /// Why a term of a filter is none.
    #[must_use]
    pub fn mistake(self, mistake: &Mistake) -> String {
        let typed = mistake.typed.as_str();
        let name = match mistake.why {
            Why::Missing => "filter_mistake.missing",
            Why::Unclosed => "filter_mistake.unclosed",
            Why::NoSuchWord(words) => {
                let words = words.join(", ");
                let said: [(&str, &dyn Display); 2] = [("typed", &typed), ("words", &words)];
                return self.fill("filter_mistake.word", &said);
            }
            Why::NotANumber => "filter_mistake.number",
            Why::NoSuchEvent => "filter_mistake.event",
            Why::NotATime => "filter_mistake.time",
            Why::NoSuchTime => "filter_mistake.no_such_time",
            Why::NeedsComparison => "filter_mistake.comparison",
            Why::TooMany => "filter_mistake.too_many",
        };
        self.fill(name, &[("typed", &typed), ("most", &TERMS_MAX)])
    }

    /// The name of a key's language.
    #[must_use]
    pub fn locale(self, locale: Locale) -> &'static str {
        self.say(match locale {
            Locale::EnUs => "locale.en_us",
            Locale::JaJp => "locale.ja_jp",
        })
    }

    /// A radio button of User and API Key Rights.
    #[must_use]
    pub fn preset(self, preset: Preset) -> &'static str {
        self.say(match preset {
            Preset::OwnAccount => "role.own_account_only",
            Preset::Users => "role.users",
            Preset::UsersAndApiKeys => "role.users_and_api_keys",
            Preset::FullControl => "role.full_control",
            Preset::Custom => "role.custom",
        })
    }

    /// What is said where these problems keep a form from being saved.
    #[must_use]
    pub fn not_saved(self, problems: &[Problem]) -> &'static str {
        let asked = problems.iter().all(|problem| problem.rule.is_asked_once());
        self.say(if asked {
            "trouble.asked"
        } else {
            "trouble.problems"
        })
    }

    /// A sentence about one character: its place in the text, counted from 1, and its code point.
    fn character(self, name: &'static str, position: usize, code: u32) -> String {
        let code = format!("{code:04X}");
        self.fill(name, &[("position", &position), ("code", &code)])
    }

    /// What is wrong with a field. `roles` are for the names of the roles in it.
    #[must_use]
    pub fn problem(self, problem: &Problem, roles: &[Role]) -> String {
        match &problem.rule {
            Rule::Empty => self.say("problem.empty").to_owned(),
            Rule::TooLong { max, count } => {
                self.fill("problem.too_long", &[("count", count), ("max", max)])
            }
            Rule::ControlCharacter { position, code } => {
                self.character("problem.control", *position, *code)
            }
            Rule::InvisibleCharacter { position, code } => {
                self.character("problem.invisible", *position, *code)
            }
            Rule::LoneMark { position, code } => {
                self.character("problem.lone_mark", *position, *code)
            }
            Rule::UnknownCharacter { position, code } => {
                self.character("problem.unknown", *position, *code)
            }
            Rule::LooksLike { id, name } => {
                self.fill("problem.looks_like", &[("id", id), ("name", name)])
            }
            Rule::LooksLikeSecret => self.say("problem.secret").to_owned(),
            Rule::NameTaken { id, name } => {
                self.fill("problem.name_taken", &[("id", id), ("name", name)])
            }
            Rule::RoleNameTaken { name } => self.fill("problem.role_name_taken", &[("name", name)]),
            Rule::UserNameTaken { name } => self.fill("problem.user_name_taken", &[("name", name)]),
            Rule::SystemName => self.say("problem.system_name").to_owned(),
            Rule::NotAUserName => self.fill("problem.user_name", &[("max", &USER_NAME_MAX)]),
            Rule::NameStays { name } => self.fill("problem.name_stays", &[("name", name)]),
            Rule::RoleBeyondOwn => self.say("problem.role_beyond").to_owned(),
            Rule::RightsBeyondOwn { rights } => {
                let named = self.listed(rights.iter().map(|right| self.right(right).to_owned()), 0);
                self.fill("problem.rights_beyond", &[("rights", &named)])
            }
            Rule::NotHeld if problem.field == Field::EqualOrLess => {
                self.say("problem.bound").to_owned()
            }
            Rule::NotHeld => self.say("problem.not_held").to_owned(),
            Rule::OwnLock => self.say("trouble.own_lock").to_owned(),
            Rule::OwnDemotion => self.say("problem.own_demotion").to_owned(),
            Rule::OwnRole => self.say("problem.own_role").to_owned(),
            Rule::OwnBounds => self.say("problem.own_bounds").to_owned(),
            Rule::NoSuchRole => self.say("problem.no_role").to_owned(),
            Rule::NotADate => self.say("problem.not_a_date").to_owned(),
            Rule::NoSuchDay => self.say("problem.no_day").to_owned(),
            Rule::DateInPast { today } => self.fill("problem.past", &[("today", today)]),
            Rule::InstantInPast => self.say("problem.instant_past").to_owned(),
            Rule::DateTooLate { last } => self.fill("problem.too_late", &[("last", last)]),
            Rule::ExpiryRequired { last: Some(last) } => {
                self.fill("problem.expiry_by", &[("last", last)])
            }
            Rule::ExpiryRequired { last: None } => self.say("problem.expiry_required").to_owned(),
            Rule::LivesTooLong { last, days } => {
                self.fill("problem.lives_too_long", &[("last", last), ("days", days)])
            }
            Rule::NotAServiceName { name } => self.fill("problem.service_name", &[("name", name)]),
            Rule::NotAnAddress { typed } => self.fill("problem.address", &[("typed", typed)]),
            Rule::NotANetwork { typed, network } => {
                self.fill("problem.network", &[("typed", typed), ("network", network)])
            }
            Rule::TooMany { max, count } => {
                self.fill("problem.too_many", &[("max", max), ("count", count)])
            }
            Rule::NotARate { least, most } => {
                self.fill("problem.rate", &[("least", least), ("most", most)])
            }
            Rule::NotDays { least, most } => {
                self.fill("problem.not_days", &[("least", least), ("most", most)])
            }
            Rule::ChangedMeanwhile { theirs, by, .. } => {
                let who = by.as_deref().unwrap_or(self.say("problem.somebody"));
                let theirs = self.value(problem.field, theirs, roles).replace('\n', " ");
                self.fill("problem.changed", &[("who", &who), ("theirs", &theirs)])
            }
        }
    }

    /// A field's value. `roles` are for the names of the roles in it.
    #[must_use]
    pub fn value(self, field: Field, value: &Value, roles: &[Role]) -> String {
        match value {
            Value::Text(text) if text.is_empty() => self.say("value.empty").to_owned(),
            Value::Text(tag) if field == Field::Language => {
                let language = Locale::from_tag(tag);
                language
                    .map_or(tag.as_str(), |language| self.locale(language))
                    .to_owned()
            }
            Value::Text(text) => text.clone(),
            Value::Role(id) => roles
                .iter()
                .find(|role| role.id == *id)
                .map_or_else(|| id.0.to_string(), |role| role.fields.name.clone()),
            Value::Expiry(Some(expiry)) => expiry.on.to_string(),
            Value::Expiry(None) => self.say("value.never").to_owned(),
            Value::Lock(Some(reason)) if !reason.is_empty() => {
                self.fill("value.locked", &[("reason", reason)])
            }
            Value::Lock(lock) => self.value(field, &Value::Flag(lock.is_some()), roles),
            Value::Flag(true) => self.say("value.yes").to_owned(),
            Value::Flag(false) => self.say("value.no").to_owned(),
            Value::Machine => self.say("value.machine").to_owned(),
        }
    }

    /// Why something could not be done, in one sentence or two.
    #[must_use]
    pub fn trouble(self, trouble: &Trouble) -> String {
        match trouble {
            Trouble::NotAuthorized(right) => self.say(match right {
                Right::ViewUsers => "right.view_users",
                Right::CreateUsers => "right.create_users",
                Right::EditUsers => "right.edit_users",
                Right::DeleteUsers => "right.delete_users",
                Right::ViewApiKeys => "right.view_api_keys",
                Right::CreateApiKeys => "right.create_api_keys",
                Right::EditApiKeys => "right.edit_api_keys",
                Right::DeleteApiKeys => "right.delete_api_keys",
                Right::ViewRoles => "right.view_roles",
                Right::CreateRoles => "right.create_roles",
                Right::EditRoles => "right.edit_roles",
                Right::DeleteRoles => "right.delete_roles",
                Right::ViewEvents => "right.view_events",
            }),
            Trouble::SecretNamed => "problem.secret",
            Trouble::NoSuchUser(name) => return self.fill("trouble.no_user", &[("name", name)]),
            Trouble::LockedOut(name) => return self.fill("trouble.locked_out", &[("name", name)]),
            Trouble::KeyRefused(reason) => {
                let reason = self.refusal(*reason);
                return self.fill("trouble.key_refused", &[("reason", &reason)]);
            }
            Trouble::NoUserInterface { user, role } => {
                return self.fill(
                    "trouble.no_user_interface",
                    &[("name", user), ("role", role)],
                );
            }
            Trouble::BeyondOwn { .. }
            | Trouble::RoleBeyondOwn(_)
            | Trouble::SecretBeyondOwn { .. }
            | Trouble::GivesBeyondOwn { .. } => return self.beyond_own(trouble),
            Trouble::RoleImmutable(name) => {
                return self.fill("trouble.role_immutable", &[("name", name)]);
            }
            Trouble::RoleInUse { name, by, more } => {
                let by = self.listed(by.iter().map(|one| self.assigned(one)), *more);
                return self.fill("trouble.role_in_use", &[("name", name), ("by", &by)]);
            }
            Trouble::KeyGone(id) => return self.fill("trouble.key_gone", &[("id", &id.0)]),
            Trouble::UserGone(id) => return self.fill("trouble.user_gone", &[("id", &id.0)]),
            Trouble::RoleGone(id) => return self.fill("trouble.role_gone", &[("id", &id.0)]),
            Trouble::NotRestorable(id) => {
                return self.fill("trouble.not_restorable", &[("id", &id.0)]);
            }
            Trouble::NameTakenMeanwhile { id, name } => {
                return self.fill(
                    "trouble.name_taken_meanwhile",
                    &[("id", &id.0), ("name", name)],
                );
            }
            Trouble::ChangedSinceSeen => self.say("trouble.changed_since_seen"),
            Trouble::OwnLock => self.say("trouble.own_lock"),
            Trouble::OwnDeletion => self.say("trouble.own_deletion"),
            Trouble::LastManager => self.say("trouble.last_manager"),
            Trouble::ClipboardOff
            | Trouble::DisplayRefused(_)
            | Trouble::TmuxRefused(_)
            | Trouble::DisplayKeeps(_)
            | Trouble::TmuxKeeps { .. } => return self.not_copied(trouble),
            Trouble::Storage(fault) => return self.fault(fault),
            Trouble::Open(path, fault) => return self.open_fault(path, fault),
            Trouble::File(path, fault) => return self.file_fault(path, fault),
            Trouble::Import { .. }
            | Trouble::NotReadBack(_)
            | Trouble::OverlapNeeded
            | Trouble::NotARecipient(_)
            | Trouble::NotEncrypted(_)
            | Trouble::Descriptor(..) => return self.not_handed_over(trouble),
            Trouble::Flawed(flaws) => return self.flaws(flaws),
            Trouble::NoSuchTarget(_)
            | Trouble::NoSuchActor(_)
            | Trouble::NoneNamed(..)
            | Trouble::NoneWithId(..)
            | Trouble::SeveralNamed { .. } => return self.not_found(trouble),
            Trouble::ExportTooLong => {
                let most = CLIPBOARD_MOST / 1024;
                return self.fill("trouble.export_too_long", &[("most", &most)]);
            }
            Trouble::NoFiles => self.say("trouble.no_files"),
            Trouble::MayNotPrune => self.say("trouble.may_not_prune"),
            Trouble::PrunedMeanwhile => self.say("trouble.pruned_meanwhile"),
            Trouble::Problems(problems) => self.not_saved(problems),
            Trouble::SecretVoid => self.say("trouble.secret_void"),
            Trouble::SecretDelivered => self.say("trouble.secret_delivered"),
            Trouble::NoOverlap => self.say("trouble.no_overlap"),
            Trouble::OutOfMemory => self.say("trouble.memory"),
            Trouble::UnknownHash => self.say("trouble.unknown_hash"),
            Trouble::NoRandomness => self.say("trouble.randomness"),
        }
        .to_owned()
    }

    /// What the actor's role allows less of than that of whom it is about.
    fn beyond_own(self, trouble: &Trouble) -> String {
        let (sentence, name, role) = match trouble {
            Trouble::BeyondOwn { name, role } => ("trouble.beyond_own", name, role),
            Trouble::SecretBeyondOwn { name, role } => ("trouble.secret_beyond_own", name, role),
            Trouble::GivesBeyondOwn { name, role } => ("trouble.gives_beyond_own", name, role),
            Trouble::RoleBeyondOwn(name) => ("trouble.role_beyond_own", name, name),
            _ => return String::new(),
        };
        self.fill(sentence, &[("name", name), ("role", role)])
    }

    /// What somebody named that is not there, or not one.
    fn not_found(self, trouble: &Trouble) -> String {
        match trouble {
            Trouble::NoSuchTarget(target) => self.fill("trouble.no_target", &[("target", target)]),
            Trouble::NoSuchActor(name) => self.fill("trouble.no_actor", &[("name", name)]),
            Trouble::NoneNamed(kind, name) => {
                let sentence = match kind {
                    RowKind::ApiKey => "trouble.no_key_named",
                    RowKind::User => "trouble.no_user",
                    RowKind::Role => "trouble.no_role_named",
                };
                self.fill(sentence, &[("name", name)])
            }
            Trouble::NoneWithId(kind, id) => {
                let sentence = match kind {
                    RowKind::ApiKey => "trouble.no_key_with_id",
                    RowKind::User => "trouble.no_user_with_id",
                    RowKind::Role => "trouble.no_role_with_id",
                };
                self.fill(sentence, &[("id", id)])
            }
            Trouble::SeveralNamed { name, ids } => {
                let ids: Vec<String> = ids.iter().map(|id| id.0.to_string()).collect();
                let said: [(&str, &dyn Display); 2] = [("name", name), ("ids", &ids.join(", "))];
                self.fill("trouble.several_named", &said)
            }
            _ => String::new(),
        }
    }

    /// What became of a copy.
    fn not_copied(self, trouble: &Trouble) -> String {
        let (name, words) = match trouble {
            Trouble::DisplayRefused(words) => ("trouble.display", words),
            Trouble::TmuxRefused(words) => ("trouble.tmux", words),
            Trouble::DisplayKeeps(words) => ("trouble.display_keeps", words),
            Trouble::TmuxKeeps { buffer, words } => {
                let words = self.or_silence(words.as_deref());
                return self.fill(
                    "trouble.tmux_keeps",
                    &[("words", &words), ("buffer", buffer)],
                );
            }
            _ => return self.say("trouble.clipboard_off").to_owned(),
        };
        self.fill(name, &[("words", &self.or_silence(words.as_deref()))])
    }

    /// The words of another program, or a sentence that it did not answer in time.
    fn or_silence(self, words: Option<&str>) -> &str {
        words.unwrap_or(self.say("trouble.silent"))
    }

    /// A right's label; its name where there is none.
    fn right(self, name: &str) -> &str {
        rights::label(name, self.language).unwrap_or(name)
    }

    /// Who or what has a role.
    #[must_use]
    pub fn assigned(self, one: &Assigned) -> String {
        match one {
            Assigned::User(_, name) => self.fill("assigned.user", &[("name", name)]),
            Assigned::Key { id, name, deleted } => {
                let sentence = if *deleted {
                    "assigned.deleted_key"
                } else {
                    "assigned.key"
                };
                self.fill(sentence, &[("name", name), ("id", &id.0)])
            }
        }
    }

    /// Whom a change of roles stops, whom it lets go on, and which keys open less, a line for each kind.
    #[must_use]
    pub fn affected(self, affected: &Affected) -> String {
        let line = |name, named: &Named| {
            let count = i64::try_from(named.first.len()).unwrap_or(i64::MAX);
            let quoted = named.first.iter();
            let quoted = quoted.map(|name| self.fill("affected.name", &[("name", name)]));
            let names = match named.first[..] {
                [] => self.say("affected.unseen").to_owned(),
                _ => self.listed(quoted, named.all - count),
            };
            (named.all > 0).then(|| self.fill(name, &[("count", &named.all), ("names", &names)]))
        };
        let lines = [
            line("affected.keys_stopped", &affected.keys_stopped),
            line("affected.keys_revived", &affected.keys_revived),
            line("affected.keys_narrowed", &affected.keys_narrowed),
            line("affected.users_stopped", &affected.users_stopped),
            line("affected.users_revived", &affected.users_revived),
        ];
        lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
    }

    /// How many API keys go on without the user who made or owns them.
    #[must_use]
    pub fn left_keys(self, name: &str, LeftKeys { made, owned }: LeftKeys) -> String {
        let line = |sentence, count: i64| {
            (count > 0).then(|| self.fill(sentence, &[("count", &count), ("name", &name)]))
        };
        let lines = [
            line("affected.keys_made", made),
            line("affected.keys_owned", owned),
        ];
        lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
    }

    fn listed(self, several: impl ExactSizeIterator<Item = String>, more: i64) -> String {
        let rest = several.len().saturating_sub(NAMED);
        let more = more.saturating_add(i64::try_from(rest).unwrap_or(i64::MAX));
        let mut named: Vec<String> = several.take(NAMED).collect();
        if more > 0 {
            named.push(self.fill("assigned.more", &[("n", &more)]));
        }
        named.join(self.say("assigned.between"))
    }

    fn fault(self, fault: &Fault) -> String {
        self.say(match fault {
            Fault::Busy => "trouble.busy",
            Fault::Full => "trouble.full",
            Fault::OverLimit => "trouble.over_limit",
            Fault::ReadOnly => "trouble.read_only",
            Fault::ReadOnlyMount => "trouble.read_only_mount",
            Fault::Moved => "trouble.moved",
            Fault::Newer => "trouble.newer",
            Fault::OnServer => "trouble.on_server",
            Fault::LogGone { kept: true } => "trouble.log_gone_kept",
            Fault::LogGone { kept: false } => "trouble.log_gone",
            Fault::Corrupt => "trouble.corrupt",
            Fault::NotTaken => "trouble.not_taken",
            Fault::Unreadable => "trouble.unreadable",
            Fault::Unwritable => "trouble.unwritable",
            Fault::Unsure => "trouble.unsure",
            Fault::Unconfirmed => "trouble.unconfirmed",
            Fault::CannotOpen => "trouble.cannot_open",
            Fault::TooManyFiles => "trouble.too_many_files",
            Fault::NoLocks => "trouble.no_locks",
            Fault::NoMemory => "trouble.no_memory",
            Fault::Superseded => "trouble.superseded",
            Fault::Unseen(words) => return self.fill("trouble.unseen", &[("words", words)]),
            Fault::Away(words) => return self.fill("trouble.away", &[("words", words)]),
            Fault::OnlyReads => "trouble.only_reads",
            Fault::Stale => "trouble.stale",
            Fault::Denied(words) => return self.fill("trouble.denied", &[("words", words)]),
            Fault::TooManyConnections => "trouble.too_many_connections",
            Fault::Server(code, words) => {
                return self.fill("trouble.server", &[("code", code), ("words", words)]);
            }
            Fault::Other(code, words) => {
                return self.fill("trouble.other", &[("code", code), ("words", words)]);
            }
        })
        .to_owned()
    }

    fn open_fault(self, place: &Path, fault: &OpenFault) -> String {
        let path = &place.display();
        let only_path = |name| self.fill(name, &[("path", path)]);
        match fault {
            OpenFault::Missing => only_path("open.missing"),
            OpenFault::Exists => only_path("open.exists"),
            OpenFault::IsDirectory => only_path("open.directory"),
            OpenFault::OnServer => only_path("open.on_server"),
            OpenFault::InFile => only_path("open.in_file"),
            OpenFault::Moved { to } => self.fill("open.moved", &[("path", path), ("to", to)]),
            OpenFault::Unreachable(words) => {
                self.fill("open.unreachable", &[("path", path), ("words", words)])
            }
            OpenFault::NotOwner { owner } => {
                self.fill("open.not_owner", &[("path", path), ("owner", owner)])
            }
            OpenFault::Unsafe(fault) => self.path_fault(fault),
            OpenFault::Empty => only_path("open.empty"),
            OpenFault::ForeignLog => self.fill(
                "open.foreign_log",
                &[("path", path), ("quoted", &shell_quoted(place))],
            ),
            OpenFault::ForeignJournal => self.fill(
                "open.foreign_journal",
                &[("path", path), ("quoted", &shell_quoted(place))],
            ),
            OpenFault::OrphanedLog(log) => self.fill(
                "open.orphaned_log",
                &[
                    ("path", path),
                    ("log", &log.display()),
                    ("quoted", &shell_quoted(log)),
                ],
            ),
            OpenFault::ReadOnly => only_path("open.read_only"),
            OpenFault::ReadOnlyMount => only_path("open.read_only_mount"),
            OpenFault::NotADatabase => only_path("open.not_a_database"),
            OpenFault::Foreign => only_path("open.foreign"),
            OpenFault::Newer { found, known } => self.fill(
                "open.newer",
                &[("path", path), ("found", found), ("known", known)],
            ),
            OpenFault::Older { found, known } => self.fill(
                "open.older",
                &[("path", path), ("found", found), ("known", known)],
            ),
            OpenFault::NetworkFileSystem => only_path("open.network"),
            OpenFault::NoWal => only_path("open.no_wal"),
            OpenFault::InUse => only_path("open.in_use"),
            OpenFault::NoBackup(trouble) => {
                let why = self.trouble(trouble);
                self.fill("open.no_backup", &[("path", path), ("why", &why)])
            }
            OpenFault::Server(fault) => self.server_fault(place, fault),
            OpenFault::RootBySudo => self.say("open.root_by_sudo").to_owned(),
            OpenFault::Fault(fault) => format!("{path}: {}", self.fault(fault)),
        }
    }

    /// What others could change, and the command that mends it.
    #[must_use]
    pub fn path_fault(self, fault: &PathFault) -> String {
        let about = |name, path: &Path, facts: &[(&str, &dyn Display)]| {
            let (target, quoted) = (path.display(), shell_quoted(path));
            let mut all: Vec<(&str, &dyn Display)> = vec![("target", &target), ("quoted", &quoted)];
            all.extend(facts);
            self.fill(name, &all)
        };
        match fault {
            PathFault::Owner {
                path,
                owner,
                account,
            } => about(
                "path.owner",
                path,
                &[("owner", owner), ("account", account)],
            ),
            PathFault::Writable { path, mode } => {
                about("path.writable", path, &[("mode", &format!("{mode:04o}"))])
            }
            PathFault::Shared(path) => about("path.shared", path, &[]),
            PathFault::HardLinks { path, .. } => about("path.hard_links", path, &[]),
            PathFault::NotAFile(path) => about("path.not_a_file", path, &[]),
        }
    }

    fn file_fault(self, path: &Path, fault: &FileFault) -> String {
        let path = &path.display();
        let name = match fault {
            FileFault::Exists => "file.exists",
            FileFault::Denied => "file.denied",
            FileFault::ReadOnlyMount => "file.read_only_mount",
            FileFault::NoDirectory => "file.no_directory",
            FileFault::Reserved => "file.reserved",
            FileFault::Full => "file.full",
            FileFault::OverLimit => "file.over_limit",
            FileFault::Unsure => "file.unsure",
            FileFault::Other(words) => {
                return self.fill("file.other", &[("path", path), ("words", words)]);
            }
        };
        self.fill(name, &[("path", path)])
    }
}

/// A path as a shell takes it whole.
fn shell_quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+,:@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{KeyId, UserId};

    #[test]
    fn values_are_filled_in_and_cannot_steer_a_terminal() {
        let text = Text::en_us();
        let trouble = Trouble::NoSuchUser("a\u{1b}[2Jb{name}".to_owned());
        assert_eq!(
            text.trouble(&trouble),
            "There is no user a\u{fffd}[2Jb{name} in this database."
        );
    }

    #[test]
    fn a_word_after_a_number_has_the_form_for_one_or_for_many() {
        let text = Text::en_us();
        let said = |days: i64| text.fill("filter.expires_soon", &[("days", &days)]);
        assert_eq!(said(1), "Expires within 1 day");
        assert_eq!(said(0), "Expires within 0 days");
        assert_eq!(said(14), "Expires within 14 days");
    }

    #[test]
    fn a_time_in_the_future_is_no_moment_ago() {
        let text = Text::en_us();
        assert_eq!(text.ago(0), "now");
        for (ago, span) in [(-20 * MINUTE, "20 min"), (-400 * DAY, "400 d")] {
            let wrong = format!("{span} in the future (a clock was wrong)");
            assert_eq!(text.ago(ago), wrong);
        }
        assert_eq!(text.ago(2 * HOUR), "2 h ago");
    }

    #[test]
    fn english_can_be_written_in_ascii_and_says_the_same() {
        let (text, ascii) = (Text::en_us(), Text::en_us().in_ascii());
        for name in Sentences::names() {
            let (sentence, whole) = (ascii.say(name), text.say(name));
            let written = sentence.is_ascii() && !sentence.is_empty();
            assert!(written, "{name}");
            let words = |text: &str| text.matches(|c: char| c.is_ascii_alphanumeric()).count();
            assert_eq!(words(sentence), words(whole), "{name}");
        }
        let stored = "go to \"I have stored it\", without pressing it";
        assert_eq!(ascii.say("help.stored"), stored);
    }

    #[test]
    fn a_role_in_use_names_a_few_and_counts_the_rest() {
        let key = |id, deleted| Assigned::Key {
            id: KeyId(id),
            name: format!("k{id}"),
            deleted,
        };
        let user = Assigned::User(UserId(1), "bob".to_owned());
        let trouble = |by, more| {
            let name = "Ops".to_owned();
            Text::en_us().trouble(&Trouble::RoleInUse { name, by, more })
        };
        assert_eq!(
            trouble(vec![user.clone(), key(4, true)], 0),
            "The role “Ops” cannot be deleted while it is assigned to the user bob, \
             the deleted API key “k4” (ID 4), which can be restored."
        );
        let many = vec![user, key(1, false), key(2, false), key(3, false)];
        assert!(trouble(many, 7).ends_with("the API key “k2” (ID 2), 8 more."));
    }

    #[test]
    fn the_chmod_that_mends_is_one_word_for_the_shell() {
        let fault = OpenFault::Unsafe(PathFault::Writable {
            path: "/tmp/it's here".into(),
            mode: 0o666,
        });
        let sentence = Text::en_us().trouble(&Trouble::Open("/tmp/x".into(), fault));
        let mended = sentence.ends_with("chmod go-w '/tmp/it'\\''s here'");
        assert!(mended, "{sentence}");
        assert!(sentence.contains("mode 0666"));
    }
}
