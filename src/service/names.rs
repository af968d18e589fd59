//! Names that are taken, and names that can be taken for another's.

use crate::domain::fold::name_key;
use crate::domain::id::{KeyId, Who};
use crate::domain::problem::{Field, Problem, Rule};
use crate::domain::reference::{Reference, RowKind};
use crate::domain::rights::Right;
use crate::domain::trouble::{Fault, Trouble};
use crate::domain::user::Actor;
use crate::service::Service;
use crate::service::typed::missing;
use crate::store::Tx;
use crate::store::names::{self, alike};

/// Whoever sees a list with roles in it may know them.
pub(super) const SHOWING_ROLES: [Right; 3] =
    [Right::ViewApiKeys, Right::ViewUsers, Right::ViewRoles];

/// What is wrong with a name beside the others of its kind: it is `taken`, or looks like another one, unless whoever
/// chose it was told so. `before` is the ID and the name so far; a name that stays is not compared.
pub(super) fn name_problem(
    tx: &Tx<'_>,
    named: RowKind,
    (name, told_alike): (&str, Option<&str>),
    before: Option<(i64, &str)>,
    taken: Option<Rule>,
) -> Result<Option<Problem>, Fault> {
    let stays = before.is_some_and(|(_, before)| before == name);
    let rule = match taken {
        None if !stays && told_alike.map(str::trim) != Some(name) => {
            let like = alike(tx, named, name, before.map(|(id, _)| id))?;
            like.map(|(id, name)| Rule::LooksLike { id, name })
        }
        taken => taken,
    };
    Ok(rule.map(|rule| Problem::new(Field::Name, rule)))
}

impl Service {
    /// The IDs of the rows that somebody named, each once and in that order, and of each that is not found why: by
    /// [`Trouble::NoneNamed`], [`Trouble::NoneWithId`] or [`Trouble::SeveralNamed`]. A name is looked for among the rows
    /// that are there and then, of API keys, among the deleted ones. What is done with the ID of a row that is gone will
    /// be refused.
    ///
    /// # Errors
    /// Who may not view the list may name nothing but IDs, of which they are told nothing.
    pub fn find_rows(
        &self,
        actor: &Actor,
        kind: RowKind,
        references: &[Reference],
    ) -> Result<Vec<Result<i64, Trouble>>, Trouble> {
        let view: &[Right] = match kind {
            RowKind::ApiKey => &[Right::ViewApiKeys],
            RowKind::User => &[Right::ViewUsers],
            // Whoever sees a list with roles in it may know them.
            RowKind::Role => &SHOWING_ROLES,
        };
        let named =
            |one: &Reference| matches!(one, Reference::Name(name) if !is_own(actor, kind, name));
        let needs = if references.iter().any(named) {
            view
        } else {
            &[]
        };
        self.ask(actor, needs, |tx, own| {
            let views = view.iter().any(|right| own.fields.rights.has(*right));
            let mut found = Vec::with_capacity(references.len());
            for reference in references {
                let one = match reference {
                    Reference::Name(name) => one_named(tx, kind, name),
                    Reference::Id(id) if !views || names::was_given(tx, kind, *id)? => Ok(*id),
                    none => Err(Trouble::NoneWithId(kind, none.to_string())),
                };
                match one {
                    Err(fault @ Trouble::Storage(_)) => return Err(fault),
                    one if !found.contains(&one) => found.push(one),
                    _ => {}
                }
            }
            Ok(found)
        })
    }
}

/// Whether it is the actor's own name: everybody may know that.
fn is_own(actor: &Actor, kind: RowKind, name: &str) -> bool {
    kind == RowKind::User
        && matches!(actor.who, Who::User(_))
        && name_key(name) == name_key(&actor.name)
}

fn one_named(tx: &Tx<'_>, kind: RowKind, name: &str) -> Result<i64, Trouble> {
    match names::ids_of(tx, kind, name)?[..] {
        [id] => Ok(id),
        [] => Err(missing(tx, name, |name| Trouble::NoneNamed(kind, name))?),
        ref ids => Err(Trouble::SeveralNamed {
            name: name.to_owned(),
            ids: ids.iter().copied().map(KeyId).collect(),
        }),
    }
}
