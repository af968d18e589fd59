//! Names that can be taken for another's.

use crate::domain::problem::{Field, Problem, Rule};
use crate::domain::trouble::Trouble;
use crate::store::Tx;
use crate::store::names::{Named, alike};

/// A name that looks like that of another undeleted one of its kind, unless whoever chose it was told so.
pub(super) fn likeness(
    tx: &Tx<'_>,
    named: Named,
    (name, told): (&str, Option<&str>),
    except: Option<i64>,
) -> Result<Option<Problem>, Trouble> {
    if told == Some(name) {
        return Ok(None);
    }
    let problem = |(id, name)| Problem::new(Field::Name, Rule::LooksLike { id, name });
    Ok(alike(tx, named, name, except)?.map(problem))
}
