//! Files with keys to be made, in CSV and JSON.

use keyward::domain::id::AUDITOR;
use keyward::domain::import::ImportForm;
use keyward::domain::name::printable;
use keyward::domain::policy::Policy;
use keyward::domain::time::Timestamp;
use keyward::domain::trouble::Trouble;
use keyward::domain::tz::Tz;
use keyward::export::csv::{cell, undefused};
use keyward::import;

use super::bytes::Bytes;

/// A byte for the form that the file is said to have, then the file.
pub fn run(data: &[u8]) {
    let mut input = Bytes::of(data);
    let form = input.one_of(&[None, Some(ImportForm::Csv), Some(ImportForm::Json)]);
    let bytes = input.rest();
    let most = bytes.split(|byte| *byte == b'\n').count() + 1;
    let is_fault = |trouble: &Trouble| {
        let Trouble::Import { line, .. } = trouble else {
            panic!("{trouble:?}");
        };
        assert!((1..=most).contains(line), "{trouble:?} of {most}");
    };
    match import::read(bytes, form) {
        Ok(lines) => {
            let mut before = 0;
            for (line, wanted) in &lines {
                assert!(
                    *line >= before && *line <= most,
                    "{line} after {before} of {most}"
                );
                before = *line;
                match wanted {
                    Ok(key) => {
                        let now = Timestamp(1_795_363_200_000);
                        let draft = key.draft(AUDITOR, Tz::UTC, &Policy::default(), now);
                        let _ = draft.map(|draft| draft.check(None, now));
                    }
                    Err(trouble) => is_fault(trouble),
                }
            }
        }
        Err(trouble) => is_fault(&trouble),
    }
    // What an export writes of a text is read as the text.
    let text = String::from_utf8_lossy(bytes);
    let shown: Vec<String> = text.split('\n').map(printable).collect();
    let quoted = cell(&text);
    let inner = &quoted[1..quoted.len() - 1];
    assert_eq!(undefused(&inner.replace("\"\"", "\"")), shown.join("\n"));
}
