//! Just enough of Rust's grammar to find the paths in a source.

/// Every path in the source, `use` groups taken apart, `super` and `self` resolved to `crate`.
pub fn paths(module: &str, source: &str) -> Vec<String> {
    let tokens = tokens(source);
    let mut found = Vec::new();
    // Inline modules that are open, with the depth of braces at which each began.
    let mut inline: Vec<(usize, &str)> = Vec::new();
    let mut depth = 0;
    let mut at = 0;
    while at < tokens.len() {
        match tokens[at] {
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                inline.pop_if(|(began, _)| *began == depth);
            }
            "use" => {
                let mut whole = Vec::new();
                at = match tokens.get(at + 1) {
                    Some(&"{") => group_at(&tokens, at + 1, &[], &mut whole),
                    Some(&"::") => at + 1,
                    _ => path_at(&tokens, at + 1, &[], &mut whole),
                };
                found.extend(whole.iter().map(|path| resolve(module, &inline, path)));
                continue;
            }
            "mod" if tokens.get(at + 2) == Some(&"{") => inline.push((depth, tokens[at + 1])),
            token if is_name(token) => {
                let mut whole = Vec::new();
                at = path_at(&tokens, at, &[], &mut whole);
                whole.retain(|path| path.len() > 1);
                found.extend(whole.iter().map(|path| resolve(module, &inline, path)));
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Reads the path that begins at a name, with its groups; gives where it ends.
fn path_at<'a>(
    tokens: &[&'a str],
    mut at: usize,
    before: &[&'a str],
    found: &mut Vec<Vec<&'a str>>,
) -> usize {
    let mut path = before.to_vec();
    loop {
        path.push(tokens[at]);
        at += 1;
        match (tokens.get(at), tokens.get(at + 1)) {
            (Some(&"::"), Some(&"{")) => return group_at(tokens, at + 1, &path, found),
            (Some(&"::"), Some(next)) if is_name(next) => at += 1,
            _ => break,
        }
    }
    found.push(path);
    at
}

/// Reads the group that begins at a brace; gives where it ends.
fn group_at<'a>(
    tokens: &[&'a str],
    mut at: usize,
    before: &[&'a str],
    found: &mut Vec<Vec<&'a str>>,
) -> usize {
    at += 1;
    while at < tokens.len() && tokens[at] != "}" {
        at = match tokens[at] {
            // What follows is a new name for the path before it.
            "as" => at + 2,
            name if is_name(name) => path_at(tokens, at, before, found),
            _ => at + 1,
        };
    }
    at + 1
}

/// The path with `crate` at its beginning, if it lies in this one.
fn resolve(module: &str, inline: &[(usize, &str)], path: &[&str]) -> String {
    let mut base: Vec<&str> = module.split("::").filter(|part| !part.is_empty()).collect();
    base.extend(inline.iter().map(|(_, name)| *name));
    let mut rest = path;
    match path[0] {
        "crate" | "keyward" => {
            base.clear();
            rest = &path[1..];
        }
        "self" | "super" => {
            while let Some((first @ (&"self" | &"super"), tail)) = rest.split_first() {
                if *first == "super" {
                    base.pop();
                }
                rest = tail;
            }
        }
        _ => return path.join("::"),
    }
    let whole = ["crate"].iter().chain(&base).chain(rest);
    whole.copied().collect::<Vec<_>>().join("::")
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Names, `::` and single characters; comments, texts, numbers and lifetimes left out.
fn tokens(source: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let name = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(length) = text_at(rest) {
            length
        } else if first == '\'' {
            quote_at(rest)
        } else if rest.starts_with("::") {
            2
        } else {
            name.max(first.len_utf8())
        };
        let (token, tail) = rest.split_at(length);
        rest = tail;
        if token == "::" || is_name(token) && !token.contains('"') || "{}*,;".contains(token) {
            found.push(token);
        }
    }
    found
}

/// The length of the text that begins here: `".."`, `b".."`, `r#".."#`.
fn text_at(rest: &str) -> Option<usize> {
    let prefix = rest.find(|c| !"br".contains(c))?;
    let raw = rest[..prefix].contains('r');
    let hashes = rest[prefix..].find(|c| c != '#')?;
    let open = prefix + hashes;
    if !rest[open..].starts_with('"') || hashes > 0 && !raw {
        return None;
    }
    let close = format!("\"{}", "#".repeat(hashes));
    let mut at = open + 1;
    loop {
        let tail = &rest[at..];
        if !raw && tail.starts_with('\\') {
            at += 2;
        } else if tail.starts_with(&close) {
            return Some(at + close.len());
        } else {
            at += tail.chars().next()?.len_utf8();
        }
    }
}

/// The length of the character or lifetime that begins here.
fn quote_at(rest: &str) -> usize {
    let mut chars = rest[1..].char_indices();
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), _) => rest[3..].find('\'').map_or(rest.len(), |end| end + 4),
        (Some(_), Some((end, '\''))) => end + 2,
        _ => 1,
    }
}
