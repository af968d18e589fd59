//! Every sentence that the code names is there, and every sentence that is there is used.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::fs;
use std::path::Path;

use keyward::config::settings::SETTINGS;
use keyward::domain::event::EventKind;
use keyward::domain::locale::Locale;
use keyward::text::Text;
use keyward::ui::keymap::{Keymap, Scope, Shown};
use keyward::ui::look::width;

mod support {
    pub mod files;
}

use support::files::sources;

type Sentences = BTreeMap<String, BTreeMap<String, String>>;

/// What is the same in every language: names, and what is no word.
const SAME: &[&str] = &[
    "bulk.row",
    "access.user_interface",
    "access.web_service",
    "button.ok",
    "column.event_id",
    "column.id",
    "cli.no_day",
    "cli.no_span",
    "config.in_file",
    "event_body.change",
    "event_body.id",
    "event_body.value",
    "event_details.utc",
    "event_field.ssh_connection",
    "event_field.sudo_user",
    "event_field.web_service",
    "event_filter.event",
    "fact.id",
    "form.date_shape",
    "form.in_utc",
    "lock.reason",
    "preview.role",
    "restore.row",
    "restore.row_why",
    "doctor.account_is",
    "header.product",
    "header.who",
    "help.enter_entry",
    "link.shortest",
    "key.ok",
];

/// What ends like a plural and is none.
const NO_PLURAL: &[&str] = &[
    "is", "does", "was", "has", "exists", "belongs", "holds", "expires", "ms",
];

/// Words that would be a second one for the same thing; the glossary is at the top of ja-JP.toml.
const OTHER_WORDS: &[&str] = &[
    "シークレット",
    "ユーザー",
    "ログイン",
    "ログオン",
    "フィルター",
    "ヘッダー",
    "アンロック",
    "API キー",
    "ロック解除",
];

fn sentences() -> Sentences {
    sentences_of("en-US")
}

fn sentences_of(language: &str) -> Sentences {
    let file = format!("assets/text/{language}.toml");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    toml::from_str(&fs::read_to_string(path).expect("the sentences")).expect("TOML")
}

/// Labels that stand before a field or a fact, in a column of 16 cells with the space behind it.
const LABELS: &[&str] = &[
    "field.name",
    "field.description",
    "field.role",
    "field.language",
    "field.time_zone",
    "field.full_name",
    "fact.id",
    "fact.state",
    "fact.created",
    "fact.last_sign_in",
    "fact.attempts",
    "fact.pending",
    "fact.current",
    "fact.retiring",
];

/// Full names with their sentences.
fn by_name(sentences: Sentences) -> BTreeMap<String, String> {
    let flat = sentences.into_iter().flat_map(|(section, keys)| {
        keys.into_iter()
            .map(move |(key, sentence)| (format!("{section}.{key}"), sentence))
    });
    flat.collect()
}

/// The words in braces; of a word that follows a number, the number's.
fn placeholders(sentence: &str) -> BTreeSet<&str> {
    let parts = sentence.split('{').skip(1);
    parts
        .filter_map(|part| part.split(['}', '|']).next())
        .collect()
}

/// All of `src`, without its unit tests.
fn source() -> String {
    let files = sources("src").into_iter();
    files.map(|(_, source)| source).collect()
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
    let mut named = named(&source(), &sentences);
    // A setting may be named as a sentence could be.
    named
        .retain(|name| there.contains(name) || SETTINGS.iter().all(|setting| setting.name != name));
    named.extend(EventKind::ALL.iter().map(|kind| kind.sentence().to_owned()));
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
fn every_sentence_that_a_test_looks_for_is_there() {
    let there = by_name(sentences());
    let mut count = 0;
    for (path, source) in sources("tests") {
        let calls = ["says(", "says_with(", "says_not(", "has_said("]
            .map(|call| source.split(call).skip(1));
        for argument in calls.into_iter().flatten() {
            let literal = argument.trim_start().strip_prefix('"');
            let name = literal.and_then(|literal| literal.split('"').next());
            let Some(name) = name.filter(|name| name.contains('.') && !name.contains(' ')) else {
                continue;
            };
            assert!(there.contains_key(name), "{name} in {}", path.display());
            count += 1;
        }
    }
    assert!(count > 300, "{count}");
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

#[test]
fn no_sentence_says_one_of_many() {
    for (name, sentence) in by_name(sentences()) {
        let name: &'static str = name.leak();
        // The keys of the keyboard are no numbers.
        let no_key = |word: &&str| !["key", "save"].contains(word);
        let ones: Vec<_> = placeholders(&sentence).into_iter().filter(no_key).collect();
        let ones: Vec<(&str, &dyn Display)> = ones.iter().map(|word| (*word, &1 as _)).collect();
        let said = Text::en_us().fill(name, &ones);
        let words: Vec<&str> = said.split(|c: char| !c.is_alphanumeric()).collect();
        for pair in words.windows(2) {
            // Not the end of a range.
            if said.contains("1 to 1") {
                continue;
            }
            let many = pair[0] == "1" && pair[1].len() > 1 && pair[1].ends_with('s');
            assert!(!many || NO_PLURAL.contains(&pair[1]), "{name}: {said}");
            let many = ["are", "were"].contains(&pair[1]) && pair[0] == "1";
            assert!(!many, "{name}: {said}");
        }
    }
}

#[test]
fn every_sentence_is_there_in_japanese_with_the_same_values() {
    let (english, japanese) = (by_name(sentences()), by_name(sentences_of("ja-JP")));
    let names = |sentences: &BTreeMap<String, String>| -> BTreeSet<String> {
        sentences.keys().cloned().collect()
    };
    let (here, there) = (names(&english), names(&japanese));
    let missing: Vec<_> = here.difference(&there).collect();
    assert!(missing.is_empty(), "not in Japanese: {missing:?}");
    let left: Vec<_> = there.difference(&here).collect();
    assert!(left.is_empty(), "only in Japanese: {left:?}");
    for (name, sentence) in &english {
        let japanese = &japanese[name];
        assert!(!sentence.is_empty() && !japanese.is_empty(), "{name}");
        assert_eq!(placeholders(sentence), placeholders(japanese), "{name}");
    }
}

#[test]
fn no_sentence_was_left_in_english() {
    let is_japanese = |c: char| ('\u{3000}'..='\u{9fff}').contains(&c);
    for (name, sentence) in by_name(sentences_of("ja-JP")) {
        let same = SAME.contains(&name.as_str());
        assert!(same != sentence.contains(is_japanese), "{name}: {sentence}");
    }
}

#[test]
fn japanese_has_one_word_for_one_thing_and_one_way_to_write_it() {
    let english = by_name(sentences());
    for (name, sentence) in by_name(sentences_of("ja-JP")) {
        for word in OTHER_WORDS {
            assert!(!sentence.contains(word), "{name}: {word}");
        }
        // Latin letters, digits, brackets and colons are half-width everywhere.
        let wide = |c: char| ('\u{ff01}'..='\u{ff5e}').contains(&c);
        assert!(!sentence.contains(wide), "{name}: {sentence}");
        // What ends like a sentence does so in both languages.
        let ends = english[&name].ends_with('.') && !english[&name].ends_with("...");
        assert_eq!(ends, sentence.ends_with('。'), "{name}: {sentence}");
    }
}

#[test]
fn labels_and_toolbars_have_room_in_every_language() {
    for text in Locale::ALL.map(Text::of) {
        for name in LABELS {
            let label = text.say(name);
            assert!(width(label) < 16 && label != *name, "{name}: {label}");
        }
        // The date stands in the row of its box, behind the label.
        let expires = format!("[x] {}", text.say("field.expires_on"));
        assert!(width(&expires) < 16, "{expires}");
        for screen in [Scope::ApiKeys, Scope::Users, Scope::Roles, Scope::Events] {
            let keys = Keymap::default();
            let verbs = keys
                .of(screen)
                .filter(|binding| binding.shown == Shown::Toolbar);
            let verbs = verbs.map(|b| format!("{} {}", b.keys[0].name(), text.say(b.label)));
            let toolbar = verbs.collect::<Vec<_>>().join("  ");
            assert!(width(&toolbar) <= 80, "{toolbar}");
        }
    }
}

/// Words that an administrator would have to think about, in English, each with the plain one.
const NOT_USED: &[(&str, &str)] = &[
    ("mend", "fix"),
    ("want of", "no ..."),
    ("made", "created"),
    ("makes", "creates"),
    ("void", "discarded, or: will never work"),
    ("meanwhile", "who did it, or nothing"),
    ("whoever", "the user who"),
    ("whom", "who"),
    ("goes on", "keeps working, continues"),
    ("go on", "keep working, continue"),
    ("begins", "starts"),
    ("begin", "start"),
    ("told", "shown"),
    ("at once", "immediately"),
    ("is none", "is not one"),
    ("nobody can say", "it is not known"),
    ("the machine", "this machine"),
    ("as it was before", "what it is now"),
    ("present secret", "current secret"),
    ("earlier secret", "previous secret"),
    ("leave Keyward", "quit Keyward"),
    ("exists already", "already exists"),
    ("mounted for reading only", "mounted read-only"),
];

/// The same in Japanese.
const NOT_USED_IN_JAPANESE: &[(&str, &str)] = &[
    ("を直して", "を修正して"),
    ("作った", "作成した"),
    ("マシンの設定に従う", "このマシンと同じ"),
    ("ほかの人", "ほかのユーザ"),
    ("書き直", "書き換え"),
    ("ディスクが失敗", "ディスクのエラー"),
    ("分間キー操作", "分間キーボード操作"),
    ("コピーから復元", "バックアップから復元"),
    ("閲覧", "表示"),
];

#[test]
fn sentences_use_the_plain_words() {
    for (name, sentence) in by_name(sentences()) {
        // A name in braces is nobody's word.
        let parts = sentence.split(['{', '}']).enumerate();
        let parts = parts.map(|(at, part)| match at % 2 {
            0 => part,
            _ => part.split_once('|').map_or("", |(_, forms)| forms),
        });
        let words = format!(" {} ", parts.collect::<String>().to_lowercase());
        let words = words.replace(|c: char| !c.is_alphanumeric(), " ");
        for (word, plain) in NOT_USED {
            assert!(
                !words.contains(&format!(" {} ", word.to_lowercase())),
                "{name}: not “{word}” but: {plain}"
            );
        }
    }
    for (name, sentence) in by_name(sentences_of("ja-JP")) {
        for (word, plain) in NOT_USED_IN_JAPANESE {
            assert!(!sentence.contains(word), "{name}: {word} -> {plain}");
        }
    }
}

#[test]
fn japanese_sentences_are_polite_and_its_labels_are_not_sentences() {
    for (name, sentence) in by_name(sentences_of("ja-JP")) {
        let parts = sentence.split_inclusive('。');
        for part in parts.filter(|part| part.ends_with('。')) {
            let past = part.ends_with("た。")
                && !["ました。", "でした。"]
                    .iter()
                    .any(|end| part.ends_with(end));
            let plain = past || part.ends_with("る。") || part.ends_with("ない。");
            // Help is told in verbs, in the plain form.
            assert!(!plain || name.starts_with("help."), "{name}: {part}");
        }
    }
}
