//! Merging what two people changed at the same time.

use crate::domain::problem::{Field, Problem, Rule, Value};

/// Every field of a form with its value, in the order of the form.
pub type Values = Vec<(Field, Value)>;

/// Whose value of a field is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Theirs,
    Mine,
}

/// What was chosen for a field that two people changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    pub field: Field,
    /// What somebody else has made of it. The next save is a change of that, so that a third person's is seen.
    pub theirs: Value,
    pub keeps: Side,
}

/// Merges one person's changes (`before` to `mine`) into what is there `now`. A field that this person did not change
/// is left as somebody else made it; one that both changed, to different values, is a problem.
///
/// The values of a form are read by `values` and set by `adopt`.
///
/// # Errors
/// One [`Rule::ChangedMeanwhile`] for each clash; `by` is left empty.
pub fn merge<F: Clone>(
    [before, mine, now]: [&F; 3],
    values: fn(&F) -> Values,
    adopt: fn(&mut F, Field, &Value),
) -> Result<F, Vec<Problem>> {
    let mut merged = now.clone();
    let mut clashes = Vec::new();
    let others = values(before).into_iter().zip(values(now));
    for ((field, mine), ((_, before), (_, now))) in values(mine).into_iter().zip(others) {
        if mine == before {
            continue;
        }
        adopt(&mut merged, field, &mine);
        if now != before && now != mine {
            let (theirs, by) = (now, None);
            let rule = Rule::ChangedMeanwhile { mine, theirs, by };
            clashes.push(Problem::new(field, rule));
        }
    }
    if clashes.is_empty() {
        Ok(merged)
    } else {
        Err(clashes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Pair = (String, bool);

    fn values((name, flag): &Pair) -> Values {
        vec![
            (Field::Name, Value::Text(name.clone())),
            (Field::LockedOut, Value::Flag(*flag)),
        ]
    }

    fn adopt((name, flag): &mut Pair, _: Field, value: &Value) {
        match value {
            Value::Text(text) => name.clone_from(text),
            Value::Flag(on) => *flag = *on,
            _ => {}
        }
    }

    #[test]
    fn each_field_is_merged_for_itself() {
        let clash = |name: &str| {
            let rule = Rule::ChangedMeanwhile {
                mine: Value::Text("b".to_owned()),
                theirs: Value::Text(name.to_owned()),
                by: None,
            };
            vec![Problem::new(Field::Name, rule)]
        };
        for (before, mine, now, merged) in [
            (("a", false), ("a", false), ("b", true), Ok(("b", true))),
            (("a", false), ("b", false), ("a", true), Ok(("b", true))),
            (("a", false), ("b", true), ("b", true), Ok(("b", true))),
            (("a", false), ("b", true), ("c", false), Err("c")),
            (("a", true), ("b", true), ("c", false), Err("c")),
            (("c", true), ("b", true), ("c", false), Ok(("b", false))),
        ] {
            let pair = |(name, flag): (&str, bool)| (name.to_owned(), flag);
            let found = merge([&pair(before), &pair(mine), &pair(now)], values, adopt);
            let merged = merged.map(pair).map_err(clash);
            assert_eq!(found, merged, "{before:?} {mine:?} {now:?}");
        }
    }
}
