//! Merging what two people changed at the same time.

use crate::domain::problem::{Field, Problem, Rule, Value};

/// Every field of a form with its value, in the order of the form.
pub type Values = Vec<(Field, Value)>;

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
            clashes.push(Problem::new(field, Rule::ChangedMeanwhile { theirs, by }));
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
        let pair = |name: &str, flag| (name.to_owned(), flag);
        let theirs = |name: &str| {
            let (theirs, by) = (Value::Text(name.to_owned()), None);
            Err(vec![Problem::new(
                Field::Name,
                Rule::ChangedMeanwhile { theirs, by },
            )])
        };
        for (before, mine, now, merged) in [
            (
                pair("a", false),
                pair("a", false),
                pair("b", true),
                Ok(pair("b", true)),
            ),
            (
                pair("a", false),
                pair("b", false),
                pair("a", true),
                Ok(pair("b", true)),
            ),
            (
                pair("a", false),
                pair("b", true),
                pair("b", true),
                Ok(pair("b", true)),
            ),
            (
                pair("a", false),
                pair("b", true),
                pair("c", false),
                theirs("c"),
            ),
            (
                pair("a", true),
                pair("b", true),
                pair("c", false),
                theirs("c"),
            ),
            (
                pair("c", true),
                pair("b", true),
                pair("c", false),
                Ok(pair("b", false)),
            ),
        ] {
            let found = merge([&before, &mine, &now], values, adopt);
            assert_eq!(found, merged, "{before:?} {mine:?} {now:?}");
        }
    }
}
