//! What was typed, held against the secrets of this database.
//!
//! The shape of a secret is refused in any one field, before anything asks the database. What is found here was taken
//! apart or written in another form, and is refused only where the tag proves it: a sentence without its spaces can
//! have the same shape.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use serde_json::Value;

use crate::auth::token::{Body, TagKey};
use crate::domain::event::NewEvent;
use crate::domain::id::RoleId;
use crate::domain::problem::{Field, Problem, Rule};
use crate::domain::secret::pieces::{BODY_LEN, joined, orders, pieces};
use crate::domain::trouble::{Fault, Trouble};
use crate::store::{self, Tx, roles, secrets};

/// Refuses a form whose texts hold a secret of this database: in one of them, or over several in whatever order, the
/// name of the role that is chosen there among them.
pub(super) fn refuse_secrets(
    tx: &Tx<'_>,
    typed: &[(Field, &str)],
    role: Option<RoleId>,
) -> Result<(), Trouble> {
    let role = role.map(|id| roles::get(tx, id)).transpose()?.flatten();
    let role = role.map_or_else(String::new, |role| role.fields.name);
    let mut texts = typed.to_vec();
    texts.push((Field::Role, &role));
    // Each more is tried before, behind and between all others.
    texts.retain(|(_, text)| !text.is_empty());
    let mut proof = Proof::new(tx)?;
    for order in orders(texts.len()) {
        let joined: Vec<&str> = order.iter().map(|index| texts[*index].1).collect();
        if proof.is_in(&joined)? {
            let mut fields: Vec<Field> = order.iter().map(|index| texts[*index].0).collect();
            fields.sort_unstable();
            let problem = |field| Problem::new(field, Rule::LooksLikeSecret);
            return Err(Trouble::Problems(fields.into_iter().map(problem).collect()));
        }
    }
    Ok(())
}

/// What is said of a name that is nobody's and nothing's: the name, unless a secret of this database is in it.
pub(super) fn missing(
    tx: &Tx<'_>,
    name: &str,
    say: impl FnOnce(String) -> Trouble,
) -> Result<Trouble, Fault> {
    Ok(if is_secret(tx, name)? {
        Trouble::SecretNamed
    } else {
        say(name.to_owned())
    })
}

/// Whether a text holds a secret of this database.
pub(super) fn is_secret(tx: &Tx<'_>, text: &str) -> Result<bool, Fault> {
    Ok(text.len() >= BODY_LEN && Proof::new(tx)?.is_in(&[text])?)
}

/// Empties the texts of an event that hold a secret of this database.
pub(super) fn without_secrets(tx: &Tx<'_>, event: &mut NewEvent) -> Result<(), Fault> {
    let mut texts = vec![&mut event.target.name];
    collect(&mut event.body, &mut texts);
    texts.retain(|text| text.len() >= BODY_LEN);
    if texts.is_empty() {
        return Ok(());
    }
    let mut proof = Proof::new(tx)?;
    for text in texts {
        if proof.is_in(&[text])? {
            text.clear();
        }
    }
    Ok(())
}

/// Every text in the JSON.
fn collect<'a>(json: &'a mut Value, texts: &mut Vec<&'a mut String>) {
    match json {
        Value::String(text) => texts.push(text),
        Value::Array(values) => values.iter_mut().for_each(|value| collect(value, texts)),
        Value::Object(fields) => fields.values_mut().for_each(|value| collect(value, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Looks for secrets of one database.
struct Proof<'a> {
    tx: &'a Tx<'a>,
    tag_key: TagKey,
    /// What was looked at and is none, by a hash of it.
    none: HashSet<u64>,
    hashing: RandomState,
}

impl<'a> Proof<'a> {
    fn new(tx: &'a Tx<'a>) -> Result<Proof<'a>, Fault> {
        Ok(Proof {
            tx,
            tag_key: TagKey::new(store::tag_key(tx)?),
            none: HashSet::new(),
            hashing: RandomState::new(),
        })
    }

    /// Whether the texts, one after the other, hold a secret. It is known by the ID before it, or by its tag, which
    /// the database keeps of every secret that it ever issued.
    fn is_in(&mut self, texts: &[&str]) -> Result<bool, Fault> {
        for text in joined(texts) {
            for piece in pieces(&text) {
                if !self.none.insert(self.hashing.hash_one(piece)) {
                    continue;
                }
                let Some(body) = Body::read(piece.body.as_bytes()) else {
                    continue;
                };
                let issued = secrets::keys_with_tag(self.tx, &body.tag())?;
                let mut ids = piece.ids().chain(issued);
                if ids.any(|id| body.genuine(id, &self.tag_key)) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}
