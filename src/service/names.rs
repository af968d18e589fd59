//! Names that are taken, and names that can be taken for another's.

use crate::domain::problem::{Field, Problem, Rule};
use crate::domain::trouble::Fault;
use crate::store::Tx;
use crate::store::names::{Named, alike};

/// What is wrong with a name beside the others of its kind: it is `taken`, or looks like another one, unless whoever
/// chose it was told so. `before` is the ID and the name so far; a name that stays is not compared.
pub(super) fn name_problem(
    tx: &Tx<'_>,
    named: Named,
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
