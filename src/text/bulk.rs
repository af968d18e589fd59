//! What is about to be done to many rows: in numbers, and row by row.

use std::fmt::Display;

use crate::domain::intent::{Intent, Outlook, Prospect};
use crate::domain::name::name_sort;
use crate::domain::time::Timestamp;
use crate::domain::trouble::Trouble;
use crate::text::Text;

/// The names of the sentences about a change of many rows. `{n}` is how many rows, `{value}` what they are to have.
pub struct Many {
    /// What the button says.
    pub verb: &'static str,
    /// How the button says of how many.
    pub button: &'static str,
    /// How many rows it will change, and what follows.
    pub all: &'static str,
    /// What will become of one of them.
    pub each: &'static str,
    /// How many it has changed.
    pub done: &'static str,
}

macro_rules! many {
    ($($name:ident $verb:literal $button:literal $all:literal $each:literal $done:literal;)+) => {
        $(
            #[doc = concat!("What is said where `", $verb, "` is done to many rows.")]
            pub static $name: Many = Many {
                verb: $verb,
                button: $button,
                all: $all,
                each: $each,
                done: $done,
            };
        )+
    };
}

many! {
    LOCK_OUT_KEYS "confirm.lock_verb" "bulk.verb" "bulk.lock_keys" "bulk.lock_each" "bulk.lock_done";
    LOCK_OUT_USERS "confirm.lock_verb" "bulk.verb" "bulk.lock_users" "bulk.lock_each" "bulk.lock_done";
    UNLOCK "confirm.unlock_verb" "bulk.verb" "bulk.unlock_all" "bulk.unlock_each" "bulk.unlock_done";
    DELETE "confirm.delete_verb" "bulk.verb" "bulk.delete_all" "bulk.delete_each" "bulk.delete_done";
    RESTORE "confirm.restore_verb" "bulk.verb" "bulk.restore_all" "bulk.restore_each" "bulk.restore_done";
    SET_ROLE "bulk.role_verb" "bulk.verb_of" "bulk.role_all" "bulk.role_each" "bulk.role_done";
    SET_EXPIRY "bulk.expiry_verb" "bulk.verb_of" "bulk.expiry_all" "bulk.expiry_each" "bulk.expiry_done";
    END_OVERLAP "confirm.overlap_verb" "bulk.verb" "bulk.overlap_all" "bulk.overlap_each" "bulk.overlap_done";
    EDIT "bulk.edit_verb" "bulk.verb" "bulk.edit_all" "bulk.edit_each" "bulk.edit_done";
    SET_NO_EXPIRY "bulk.expiry_verb" "bulk.verb_of" "bulk.never_all" "bulk.never_each" "bulk.never_done";
}

/// What is about to be done to each of several rows.
#[derive(Clone)]
pub struct Plan {
    pub many: &'static Many,
    /// What the rows are to have, as it is shown; empty where the change has no value.
    pub value: String,
    /// In the order of the page.
    pub rows: Vec<Outlook>,
}

impl Plan {
    /// A plan for these rows: first those of which nothing will come, then the others, by name.
    #[must_use]
    pub fn new(many: &'static Many, value: String, mut rows: Vec<Outlook>) -> Plan {
        rows.sort_by_cached_key(|row| (row.is_open(), name_sort(&row.name), row.intent.id()));
        Plan { many, value, rows }
    }

    /// How many rows would be changed.
    #[must_use]
    pub fn open(&self) -> usize {
        self.rows.iter().filter(|row| row.is_open()).count()
    }

    /// What will happen: in numbers, and then row by row, each with what changes of it as far as that is known, and of a
    /// role which keys and users that stops or revives.
    #[must_use]
    pub fn told(&self, text: Text, now: Timestamp) -> String {
        let mut lines = self.summary(text, now);
        lines.push(String::new());
        for row in &self.rows {
            lines.push(self.line(row, text, now));
            let mut follows = text.changes(&row.changes);
            if let (true, Ok(Prospect::Affects(affected))) = (of_role(row), &row.prospect) {
                follows.extend(text.affected(affected).lines().map(str::to_owned));
            }
            lines.extend(follows.iter().map(|line| format!("  {line}")));
        }
        lines.join("\n")
    }

    fn summary(&self, text: Text, now: Timestamp) -> Vec<String> {
        let count = |is: &dyn Fn(&Outlook) -> bool| self.rows.iter().filter(|row| is(row)).count();
        let affected = |row: &Outlook, stops: bool| match &row.prospect {
            // Others than the row are told below it.
            Ok(Prospect::Affects(_)) if of_role(row) => false,
            Ok(Prospect::Affects(affected)) if stops => affected.stops(),
            Ok(Prospect::Affects(affected)) => affected.revives(),
            _ => false,
        };
        let is = |prospect: Prospect| count(&|row| row.prospect.as_ref() == Ok(&prospect));
        let leaves_keys = |row: &Outlook| matches!(row.prospect, Ok(Prospect::LeavesKeys(_)));
        let locked = |row: &Outlook| matches!(row.prospect, Ok(Prospect::LockedAlready { .. }));
        let refused = |row: &Outlook, may_not: bool| match &row.prospect {
            Err(trouble) => is_beyond(trouble) == may_not,
            Ok(_) => false,
        };
        let numbers = [
            (self.many.all, count(&Outlook::is_open)),
            ("bulk.stopped", count(&|row| affected(row, true))),
            ("bulk.revived", count(&|row| affected(row, false))),
            ("bulk.leaves_keys", count(&leaves_keys)),
            ("bulk.locked_already", count(&locked)),
            ("bulk.unlocked_already", is(Prospect::NotLocked)),
            ("bulk.there_already", is(Prospect::NotDeleted)),
            ("bulk.so_already", is(Prospect::Same)),
            ("bulk.may_not", count(&|row| refused(row, true))),
            ("bulk.cannot", count(&|row| refused(row, false))),
        ];
        let numbers = numbers.into_iter().filter(|(_, n)| *n > 0);
        let mut lines: Vec<String> = numbers.map(|(name, n)| self.fill(name, n, text)).collect();
        lines.extend(self.last_used(text, now));
        lines
    }

    /// Which of the rows that will be changed was used last, and when.
    fn last_used(&self, text: Text, now: Timestamp) -> Option<String> {
        let open = self.rows.iter().filter(|row| row.is_open());
        let used = open.filter_map(|row| Some((row.last_sign_in_at?, &row.name)));
        let (at, name) = used.max_by_key(|(at, _)| *at)?;
        let ago = text.ago(now.since(at));
        let words: [(&str, &dyn Display); 2] = [("name", name), ("ago", &ago)];
        Some(text.fill(
            self.of_use(["bulk.last_used", "bulk.last_signed_in"]),
            &words,
        ))
    }

    /// The sentence of the two that says it of these rows: keys are used, users sign in.
    fn of_use(&self, [used, signed_in]: [&'static str; 2]) -> &'static str {
        match self.rows.first().map(|row| &row.intent) {
            Some(Intent::User(..)) => signed_in,
            _ => used,
        }
    }

    /// What will become of one row.
    fn line(&self, row: &Outlook, text: Text, now: Timestamp) -> String {
        let what = match &row.prospect {
            Ok(Prospect::Clear | Prospect::Affects(_) | Prospect::LeavesKeys(_)) => {
                text.say(self.many.each).to_owned()
            }
            _ => obstacle(row, text).unwrap_or_default(),
        };
        let what = match row.last_sign_in_at {
            Some(at) if row.is_open() => {
                let ago = text.ago(now.since(at));
                let words: [(&str, &dyn Display); 2] = [("what", &what), ("ago", &ago)];
                text.fill(self.of_use(["bulk.used", "bulk.signed_in"]), &words)
            }
            _ => what,
        };
        named(row, &what, text)
    }

    /// A sentence about so many rows, and what they are to have.
    #[must_use]
    pub fn fill(&self, sentence: &'static str, n: usize, text: Text) -> String {
        let words: [(&str, &dyn Display); 2] = [("n", &n), ("value", &self.value)];
        text.fill(sentence, &words)
    }

    /// What the button says.
    #[must_use]
    pub fn verb(&self, text: Text) -> String {
        let verb = text.say(self.many.verb);
        let words: [(&str, &dyn Display); 2] = [("verb", &verb), ("n", &self.open())];
        text.fill(self.many.button, &words)
    }

    /// The title of the pages.
    #[must_use]
    pub fn title(&self, text: Text) -> String {
        let verb = text.say(self.many.verb);
        let words: [(&str, &dyn Display); 2] = [("verb", &verb), ("n", &self.rows.len())];
        let title = match self.rows.first().map(|row| &row.intent) {
            Some(Intent::User(..)) => "bulk.title_users",
            Some(Intent::DeleteRole(_) | Intent::EditRole(..)) => "bulk.title_roles",
            _ => "bulk.title_keys",
        };
        text.fill(title, &words)
    }
}

/// Whether the row is a role: what is affected by its change is not the row, but who has it.
fn of_role(row: &Outlook) -> bool {
    matches!(row.intent, Intent::EditRole(..))
}

/// Why a row would not be changed; nothing where it would.
#[must_use]
pub fn obstacle(row: &Outlook, text: Text) -> Option<String> {
    Some(match &row.prospect {
        Ok(Prospect::Clear | Prospect::Affects(_) | Prospect::LeavesKeys(_)) => return None,
        Ok(Prospect::LockedAlready { .. }) => text.say("bulk.locked").to_owned(),
        Ok(Prospect::NotLocked) => text.say("bulk.not_locked").to_owned(),
        Ok(Prospect::NotDeleted) => text.say("bulk.not_deleted").to_owned(),
        Ok(Prospect::Same) => text.say("bulk.has_it").to_owned(),
        Err(trouble) => why(trouble, text),
    })
}

/// A sentence about a row, behind its name, or its ID where it has none any more.
#[must_use]
pub fn named(row: &Outlook, what: &str, text: Text) -> String {
    let name = match row.name.as_str() {
        "" => text.fill("event_body.id", &[("id", &row.intent.id())]),
        name => name.to_owned(),
    };
    let words: [(&str, &dyn Display); 2] = [("name", &name), ("what", &what)];
    text.fill("bulk.row", &words)
}

/// Why nothing comes of a row.
#[must_use]
pub fn why(trouble: &Trouble, text: Text) -> String {
    match trouble {
        Trouble::Problems(problems) => {
            let each: Vec<_> = problems.iter().map(|one| text.problem(one, &[])).collect();
            let each: Vec<&str> = each.iter().map(String::as_str).collect();
            text.joined(&each)
        }
        other => text.trouble(other),
    }
}

/// Whether the role of who asks does not allow it.
fn is_beyond(trouble: &Trouble) -> bool {
    matches!(
        trouble.refusal(),
        Some("not-authorized" | "beyond-own-role")
    )
}
