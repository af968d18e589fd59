//! Two administrators save the same key, and whose value is kept is chosen for each field that both changed.

use keyward::domain::api_key::{ApiKeyDraft, ApiKeyFields};
use keyward::domain::expiry::Expiry;
use keyward::domain::id::{AUDITOR, FULL_ACCESS, KeyId};
use keyward::domain::locale::Locale;
use keyward::domain::merge::{Settled, Side};
use keyward::domain::problem::{Field, Rule};
use keyward::domain::trouble::Trouble;
use keyward::domain::tz::Tz;
use proptest::prelude::*;

use crate::support::database::{Bench, cases};

/// What one person makes of each field: its present value, or one of two others.
type Edits = [usize; 7];

const FIELDS: [Field; 7] = [
    Field::Name,
    Field::Description,
    Field::Role,
    Field::Language,
    Field::TimeZone,
    Field::ExpiresOn,
    Field::LockedOut,
];

/// A draft in which each field has the value of this number.
fn edited(before: &ApiKeyFields, edits: Edits) -> ApiKeyDraft {
    let mut draft = ApiKeyDraft::from(before);
    let [name, description, role, locale, zone, expiry, lock] = edits;
    ["backup", "nightly", "weekly"][name].clone_into(&mut draft.name);
    ["", "one", "two\nlines"][description].clone_into(&mut draft.description);
    draft.role = [AUDITOR, FULL_ACCESS, FULL_ACCESS][role];
    draft.locale = [Locale::EnUs, Locale::JaJp, Locale::JaJp][locale];
    draft.zone = [Tz::UTC, Tz::Asia__Tokyo, Tz::America__New_York][zone];
    let on = [None, Some("2027-01-31"), Some("2030-12-31")][expiry];
    draft.expires_on = on.map(str::to_owned);
    draft.expiry_edited = expiry != 0;
    draft.locked_out = [None, Some(""), Some("lost")][lock].map(str::to_owned);
    draft
}

/// Those of the values that are the same have one number.
fn same(mut edits: Edits) -> Edits {
    edits[2] = edits[2].min(1);
    edits[3] = edits[3].min(1);
    edits
}

/// What a field has in the end, by the number of its value.
fn wanted(mine: usize, theirs: usize, keeps: Side) -> usize {
    match (mine, theirs) {
        (0, theirs) => theirs,
        (mine, 0) => mine,
        (mine, theirs) => match keeps {
            Side::Mine => mine,
            Side::Theirs => theirs,
        },
    }
}

fn edits() -> impl Strategy<Value = Edits> {
    prop::array::uniform7(0..3usize).prop_map(same)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(64)))]

    #[test]
    fn each_field_is_kept_as_chosen_and_everything_else_is_merged(
        mine in edits(), theirs in edits(), keeps in prop::array::uniform7(any::<bool>()),
        third in prop::option::of("[a-z]{3}"),
    ) {
        let mut bench = Bench::new();
        let bob = bench.user("bob", FULL_ACCESS);
        let id = bench.create("backup").key;
        let mut before = bench.fields(id);
        let mut draft = edited(&before, mine);
        let others = edited(&before, theirs);
        bench.service.save_key(&bob, id, &before, &others).expect("saved");
        let keeps = keeps.map(|mine| if mine { Side::Mine } else { Side::Theirs });
        let clashes = save(&mut bench, id, &before, &draft);
        let expected: Vec<Field> = (0..7)
            .filter(|at| mine[*at] != 0 && theirs[*at] != 0 && mine[*at] != theirs[*at])
            .map(|at| FIELDS[at])
            .collect();
        let found: Vec<Field> = clashes.iter().map(|settled| settled.field).collect();
        prop_assert_eq!(&found, &expected);
        for settled in clashes {
            let at = FIELDS.iter().position(|field| *field == settled.field).expect("a field");
            draft.settle(&mut before, &Settled { keeps: keeps[at], ..settled });
        }
        // Somebody changes the name once more, before that is saved.
        let mut name = None;
        if let (Some(third), false) = (third, expected.is_empty()) {
            let now = bench.fields(id);
            let renamed = ApiKeyDraft { name: third.clone(), ..ApiKeyDraft::from(&now) };
            bench.service.save_key(&bob, id, &now, &renamed).expect("saved");
            let again = save(&mut bench, id, &before, &draft);
            let clashes = draft.name != before.name;
            prop_assert_eq!(again.iter().map(|settled| settled.field).collect::<Vec<_>>(),
                if clashes { vec![Field::Name] } else { vec![] });
            for settled in again {
                draft.settle(&mut before, &Settled { keeps: Side::Theirs, ..settled });
            }
            name = Some(third);
        }
        prop_assert_eq!(save(&mut bench, id, &before, &draft), vec![]);
        let mut numbers = [0; 7];
        for (at, number) in numbers.iter_mut().enumerate() {
            *number = wanted(mine[at], theirs[at], keeps[at]);
        }
        let mut saved = bench.fields(id);
        let mut wanted = edited(&saved, numbers);
        if let Some(name) = name {
            wanted.name = name;
        }
        let on = saved.expiry.map(|expiry| expiry.on);
        prop_assert_eq!(saved.expiry, on.map(|on| Expiry::of(on, saved.zone)));
        saved.expiry = on.map(|on| Expiry::of(on, wanted.zone));
        let saved = ApiKeyDraft { expiry_edited: wanted.expiry_edited, ..ApiKeyDraft::from(&saved) };
        prop_assert_eq!(saved, wanted);
    }
}

/// Saves as alice; what clashes, if that hinders it.
fn save(bench: &mut Bench, id: KeyId, before: &ApiKeyFields, draft: &ApiKeyDraft) -> Vec<Settled> {
    let alice = bench.alice.clone();
    let problems = match bench.service.save_key(&alice, id, before, draft) {
        Ok(_) => return Vec::new(),
        Err(Trouble::Problems(problems)) => problems,
        Err(trouble) => panic!("{trouble:?}"),
    };
    let clash = |problem: keyward::domain::problem::Problem| match problem.rule {
        Rule::ChangedMeanwhile { theirs, by, .. } => {
            assert_eq!(by.as_deref(), Some("bob"));
            Settled {
                field: problem.field,
                theirs,
                keeps: Side::Theirs,
            }
        }
        rule => panic!("{rule:?}"),
    };
    problems.into_iter().map(clash).collect()
}
