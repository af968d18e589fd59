//! The words of all keys in memory: the text in which a filter looks for words, one key's behind the other's.
//!
//! Every change of such a text has its event, so the last event tells whether what is here is what the database has; uses
//! that are noted, which change the database all the time, have none.

use std::collections::HashMap;
use std::sync::Arc;

use memchr::{memchr, memmem, memrchr};

use crate::domain::event::API_KEY;
use crate::domain::event::chain::Head;
use crate::domain::trouble::Fault;
use crate::store::list::ids::{HIGHEST, Ids};
use crate::store::{Tx, dialect};

/// The most bytes of text that are kept, and of how many keys: more are looked up in the database.
const MOST: usize = 384 << 20;
const MOST_KEYS: i64 = 4_000_000;
/// How many keys are read with one statement.
const AT_ONCE: i64 = 20_000;
/// Behind each text: no UTF-8 has it, and so no word.
const END: u8 = 0xff;
/// So many events bring about that the texts are read anew, instead of one by one.
const MANY_EVENTS: i64 = 50_000;

/// The part of a key's text in which a word is looked for; the text has the name, the description and the owner, with line
/// ends between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Any,
    Name,
    Description,
    Owner,
}

/// The words of all keys.
#[derive(Default)]
pub struct Words {
    /// The last event when they were read, or began to be.
    as_of: Option<Head>,
    /// Up to which key they are read, while they are.
    read: i64,
    is_whole: bool,
    /// There are too many to be kept, as of the event there.
    is_too_much: bool,
    text: Vec<u8>,
    /// The keys in the order of their texts.
    rows: Vec<Row>,
    /// How many of them were read in the order of their IDs; where the others are, by their IDs.
    in_order: usize,
    later: HashMap<i64, usize>,
    all: Arc<Ids>,
    /// How many bytes of the text are of no use any more.
    waste: usize,
    /// What was found last: a list asks several times for the same words.
    found: Vec<(Part, String, Arc<Ids>)>,
}

/// How many words are remembered with what was found.
const REMEMBERED: usize = 8;

#[derive(Clone, Copy)]
struct Row {
    start: u32,
    /// Negative where the key has another text by now.
    id: i32,
}

impl Words {
    /// Reads what is missing; false where there is too much to be kept. Where a question that supersedes this one comes
    /// between, what was read so far stays.
    pub fn bring_up_to_date(&mut self, tx: &Tx<'_>) -> Result<bool, Fault> {
        let head = last_event(tx)?;
        let known = match self.as_of {
            Some(known) if known == head => true,
            Some(known) => {
                head.sequence > known.sequence
                    && head.sequence - known.sequence < MANY_EVENTS
                    && is_there(tx, &known)?
            }
            None => false,
        };
        if !known || self.waste > self.text.len() / 2 {
            *self = Words {
                as_of: Some(head),
                is_too_much: has_too_many(tx)?,
                ..Words::default()
            };
        }
        if self.is_too_much {
            return Ok(false);
        }
        while !self.is_whole {
            self.read_more(tx)?;
            if self.text.len() > MOST {
                *self = Words {
                    as_of: Some(head),
                    is_too_much: true,
                    ..Words::default()
                };
                return Ok(false);
            }
        }
        if let Some(known) = self.as_of.filter(|known| *known != head) {
            self.found.clear();
            self.catch_up(tx, known.sequence)?;
            self.as_of = Some(head);
        }
        Ok(true)
    }

    fn read_more(&mut self, tx: &Tx<'_>) -> Result<(), Fault> {
        let sql = "SELECT id, search FROM api_keys WHERE id > ?1 ORDER BY id LIMIT ?2";
        let (text, rows) = (self.text.len(), self.rows.len());
        let all = Arc::make_mut(&mut self.all);
        let mut last = None;
        let read = tx.each(sql, (self.read, AT_ONCE), |mut columns| {
            let id: i64 = columns.value()?;
            push(&mut self.text, &mut self.rows, id, columns.text()?);
            all.insert(id);
            last = Some(id);
            Ok(false)
        });
        match (read, last) {
            (Ok(_), Some(last)) => self.read = last,
            (Ok(_), None) => {
                self.is_whole = true;
                self.in_order = self.rows.len();
            }
            (Err(fault), _) => {
                self.text.truncate(text);
                self.rows.truncate(rows);
                return Err(fault);
            }
        }
        Ok(())
    }

    /// Reads the keys anew that an event after this one is about.
    fn catch_up(&mut self, tx: &Tx<'_>, sequence: i64) -> Result<(), Fault> {
        let sql = format!(
            "SELECT DISTINCT target_id FROM events {} WHERE sequence > ?1 AND target_kind = ?2",
            dialect::by(None)
        );
        let changed: Vec<i64> = tx.values(&sql, (sequence, API_KEY))?;
        for id in changed {
            let text: Option<String> =
                tx.find("SELECT search FROM api_keys WHERE id = ?1", [id])?;
            self.change(id, text.as_deref());
        }
        Ok(())
    }

    fn change(&mut self, id: i64, text: Option<&str>) {
        if let Some(at) = self.place(id) {
            let row = self.rows[at];
            let (start, end) = self.span(at);
            let same = text.is_some_and(|text| text.as_bytes() == &self.text[start..end]);
            if same {
                return;
            }
            self.waste += end - start;
            self.rows[at].id = -row.id.abs() - 1;
            Arc::make_mut(&mut self.all).remove(id);
        }
        if let Some(text) = text {
            self.later.insert(id, self.rows.len());
            push(&mut self.text, &mut self.rows, id, text);
            Arc::make_mut(&mut self.all).insert(id);
        }
    }

    /// Where the present text of this key is.
    fn place(&self, id: i64) -> Option<usize> {
        let sought = i32::try_from(id).ok()?;
        let of = |row: &Row| if row.id < 0 { -(row.id + 1) } else { row.id };
        let in_order = || self.rows[..self.in_order].binary_search_by_key(&sought, of);
        let at = self.later.get(&id).copied().or_else(|| in_order().ok());
        at.filter(|at| self.rows[*at].id == sought)
    }

    /// Where the text of a row is, without its end.
    fn span(&self, at: usize) -> (usize, usize) {
        let start = |row: &Row| usize::try_from(row.start).unwrap_or(usize::MAX);
        let end = self.rows.get(at + 1).map_or(self.text.len(), start);
        (start(&self.rows[at]), end - 1)
    }

    /// All keys.
    pub fn all(&self) -> Arc<Ids> {
        Arc::clone(&self.all)
    }

    /// Whether no word is waited for until those of all keys are read.
    pub fn are_read(&self) -> bool {
        self.is_whole || self.is_too_much
    }

    /// All keys as of this transaction, where nothing has to be read for that.
    pub fn all_of(&self, tx: &Tx<'_>) -> Result<Option<Arc<Ids>>, Fault> {
        if !self.is_whole || self.is_too_much || self.as_of != Some(last_event(tx)?) {
            return Ok(None);
        }
        Ok(Some(self.all()))
    }

    /// [`Words::with`], once as long as nothing changes.
    pub fn once_with(&mut self, part: Part, word: &str) -> Arc<Ids> {
        let known = self
            .found
            .iter()
            .find(|(of, known, _)| *of == part && known == word);
        if let Some((.., ids)) = known {
            return Arc::clone(ids);
        }
        let ids = Arc::new(self.with(part, word));
        if self.found.len() == REMEMBERED {
            self.found.remove(0);
        }
        self.found.push((part, word.to_owned(), Arc::clone(&ids)));
        ids
    }

    /// The keys that have this word in a part of their text; an empty one has only who has nothing there.
    fn with(&self, part: Part, word: &str) -> Ids {
        let mut ids = Ids::default();
        if word.is_empty() {
            for at in 0..self.rows.len() {
                let (start, end) = self.span(at);
                if self.rows[at].id >= 0 && part.within(&self.text[start..end]).is_empty() {
                    ids.insert(i64::from(self.rows[at].id));
                }
            }
            return ids;
        }
        let finder = memmem::Finder::new(word.as_bytes());
        let (mut from, mut at) = (0, 0);
        while let Some(hit) = finder.find(&self.text[from..]) {
            let hit = from + hit;
            at = self.row_of(at, hit);
            let (start, end) = self.span(at);
            let row = self.rows[at];
            if row.id >= 0 && !part.holds(&self.text[start..end], hit - start, word.len()) {
                from = hit + 1;
                continue;
            }
            if row.id >= 0 {
                ids.insert(i64::from(row.id));
            }
            from = end;
        }
        ids
    }

    /// The last row from this one on that begins no later than here: mostly it is near.
    fn row_of(&self, at: usize, here: usize) -> usize {
        let begins = |row: &Row| usize::try_from(row.start).unwrap_or(usize::MAX) <= here;
        let mut step = 1;
        while self.rows.get(at + step).is_some_and(begins) {
            step *= 2;
        }
        let end = (at + step).min(self.rows.len());
        let near = at + step / 2;
        near + self.rows[near..end].partition_point(begins) - 1
    }
}

/// The last event.
pub fn last_event(tx: &Tx<'_>) -> Result<Head, Fault> {
    let last = "SELECT sequence, hash FROM events ORDER BY sequence DESC LIMIT 1";
    let last = tx.row(last, ())?;
    Ok(last.map_or(Head::START, |(sequence, hash)| Head { sequence, hash }))
}

/// Whether this event is there, as it was: those after it are there, too.
fn is_there(tx: &Tx<'_>, head: &Head) -> Result<bool, Fault> {
    let there = "SELECT EXISTS (SELECT 1 FROM events WHERE sequence = ?1 AND hash = ?2)";
    tx.value(there, (head.sequence, head.hash))
}

/// Whether there are more keys than are kept, or one whose ID is too high.
fn has_too_many(tx: &Tx<'_>) -> Result<bool, Fault> {
    let last: Option<i64> = tx.value("SELECT max(id) FROM api_keys", ())?;
    let last = last.unwrap_or(0);
    if last <= MOST_KEYS {
        return Ok(false);
    }
    let all: i64 = tx.value("SELECT count(*) FROM api_keys", ())?;
    Ok(last >= HIGHEST || all > MOST_KEYS)
}

fn push(text: &mut Vec<u8>, rows: &mut Vec<Row>, id: i64, words: &str) {
    let (Ok(start), Ok(id)) = (u32::try_from(text.len()), i32::try_from(id)) else {
        return;
    };
    rows.push(Row { start, id });
    text.extend_from_slice(words.as_bytes());
    text.push(END);
}

impl Part {
    /// This part of a text.
    fn within(self, text: &[u8]) -> &[u8] {
        let first = memchr(b'\n', text).unwrap_or(text.len());
        let last = memrchr(b'\n', text).unwrap_or(text.len());
        match self {
            Part::Any => text,
            Part::Name => &text[..first],
            Part::Description => text.get(first + 1..last).unwrap_or_default(),
            Part::Owner => text.get(last + 1..).unwrap_or_default(),
        }
    }

    /// Whether a hit of so many bytes is in this part.
    fn holds(self, text: &[u8], hit: usize, len: usize) -> bool {
        let first = || memchr(b'\n', text).unwrap_or(text.len());
        let last = || memrchr(b'\n', text).unwrap_or(text.len());
        match self {
            Part::Any => true,
            Part::Name => hit + len <= first(),
            Part::Description => hit > first() && hit + len <= last(),
            Part::Owner => hit > last(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(texts: &[&str]) -> Words {
        let mut words = Words::default();
        for (id, text) in (1..).zip(texts) {
            push(&mut words.text, &mut words.rows, id, text);
            Arc::make_mut(&mut words.all).insert(id);
        }
        words.in_order = texts.len();
        words.is_whole = true;
        words
    }

    fn ids(words: &Words, part: Part, word: &str) -> Vec<i64> {
        words.with(part, word).iter().collect()
    }

    #[test]
    fn a_word_is_found_in_the_part_that_was_asked_for_and_never_across_two_keys() {
        let words = words(&["ab\nbc\ncd", "b\n\n", "cd\nab\nmore ab\nb", "日本\nab\n本"]);
        for (part, word, wanted) in [
            (Part::Any, "b", vec![1, 2, 3, 4]),
            (Part::Any, "ab", vec![1, 3, 4]),
            (Part::Name, "ab", vec![1]),
            (Part::Name, "b", vec![1, 2]),
            (Part::Description, "ab", vec![3, 4]),
            (Part::Description, "b", vec![1, 3, 4]),
            (Part::Description, "", vec![2]),
            (Part::Owner, "", vec![2]),
            (Part::Owner, "b", vec![3]),
            (Part::Owner, "本", vec![4]),
            (Part::Name, "本", vec![4]),
            (Part::Any, "cdb", vec![]),
            (Part::Any, "zz", vec![]),
        ] {
            assert_eq!(ids(&words, part, word), wanted, "{part:?} {word}");
        }
    }

    #[test]
    fn a_changed_text_takes_the_place_of_the_one_before() {
        let mut words = words(&["one\n\n", "two\n\n", "three\n\n"]);
        words.change(2, Some("second\n\n"));
        words.change(4, Some("four\n\n"));
        words.change(2, Some("again\n\n"));
        words.change(3, None);
        words.change(1, Some("one\n\n"));
        for (word, wanted) in [
            ("two", vec![]),
            ("second", vec![]),
            ("again", vec![2]),
            ("four", vec![4]),
            ("three", vec![]),
            ("one", vec![1]),
        ] {
            assert_eq!(ids(&words, Part::Any, word), wanted, "{word}");
        }
        assert_eq!(words.all().iter().collect::<Vec<_>>(), [1, 2, 4]);
    }
}
