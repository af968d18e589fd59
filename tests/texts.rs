//! Every sentence that the code names is there, and every sentence that is there is used.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

type Sentences = BTreeMap<String, BTreeMap<String, String>>;

fn sentences() -> Sentences {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/text/en-US.toml");
    toml::from_str(&fs::read_to_string(path).expect("the sentences")).expect("TOML")
}

/// All of `src`, without its unit tests.
fn source(folder: &Path) -> String {
    let mut all = String::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all += &source(&path);
        } else {
            let text = fs::read_to_string(&path).expect("readable");
            all += text
                .split("#[cfg(test)]\nmod tests")
                .next()
                .unwrap_or_default();
        }
    }
    all
}

/// What stands in the code between quotes and has the form of a sentence's name.
fn named(source: &str, sections: &Sentences) -> BTreeSet<String> {
    let literals = source.split('"').skip(1).step_by(1);
    let is_name = |text: &&str| {
        text.split_once('.').is_some_and(|(section, key)| {
            sections.contains_key(section)
                && !key.is_empty()
                && key
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        })
    };
    literals.filter(is_name).map(str::to_owned).collect()
}

#[test]
fn every_sentence_is_named_in_the_code_and_every_name_has_one() {
    let sentences = sentences();
    let there: BTreeSet<String> = sentences
        .iter()
        .flat_map(|(section, keys)| keys.keys().map(move |key| format!("{section}.{key}")))
        .collect();
    let named = named(
        &source(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")),
        &sentences,
    );
    let missing: Vec<&String> = named.difference(&there).collect();
    assert!(
        missing.is_empty(),
        "named in the code and not there: {missing:?}"
    );
    let unused: Vec<&String> = there.difference(&named).collect();
    assert!(
        unused.is_empty(),
        "there and not named in the code: {unused:?}"
    );
}

#[test]
fn no_sentence_has_an_open_brace() {
    for (section, keys) in sentences() {
        for (key, sentence) in keys {
            let open = sentence.matches('{').count();
            assert_eq!(open, sentence.matches('}').count(), "{section}.{key}");
        }
    }
}
