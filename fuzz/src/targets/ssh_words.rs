//! Commands that a client of SSH typed.

use keyward::cli::ssh_words::{NoWords, words};
use keyward::domain::secret::find_secret_shape;

pub fn run(data: &[u8]) {
    match words(data) {
        Ok(words) => are_what_was_typed(&words, data),
        Err(NoWords::TooLong) => return,
        Err(_) => {}
    }
    // Whatever stands before a secret, it is no command.
    let secret = [data, b" 12:", &[b'A'; 43], b"="].concat();
    assert!(words(&secret).is_err(), "a secret");
    let quoted = [data, b" 12:'", &[b'A'; 21], b"'\\", &[b'A'; 22], b"="].concat();
    assert!(words(&quoted).is_err(), "a quoted secret");
}

/// No letter of it is left out, and none is added; the same words come of them in quotation marks.
fn are_what_was_typed(apart: &[String], data: &[u8]) {
    let typed = std::str::from_utf8(data).expect("text");
    let letters = |text: &str| text.replace([' ', '\'', '"', '\\'], "");
    assert_eq!(letters(&apart.concat()), letters(typed));
    for word in apart {
        assert!(!word.is_empty() && !word.contains(char::is_control));
        let is_head = word.trim_start_matches("--head=").len() > 64;
        assert!(find_secret_shape(word).is_none() || is_head, "{word:?}");
    }
    let quoted: Vec<String> = apart
        .iter()
        .map(|word| format!("'{}'", word.replace('\'', "'\\''")))
        .collect();
    match words(quoted.join(" ").as_bytes()) {
        Err(NoWords::TooLong) => {}
        again => assert_eq!(again.as_deref(), Ok(apart)),
    }
}
