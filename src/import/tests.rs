use super::*;
use crate::domain::id::RoleId;
use crate::domain::locale::Locale;
use crate::domain::time::Timestamp;
use crate::domain::zone;
use crate::export::csv::cell;

fn keys(text: &str) -> Vec<(usize, WantedKey)> {
    let lines = read(text.as_bytes(), None).expect(text);
    let each = lines
        .into_iter()
        .map(|(line, key)| (line, key.expect(text)));
    let each = each.map(|(line, key)| {
        let columns = Vec::new();
        (line, WantedKey { columns, ..key })
    });
    each.collect()
}

fn faults(text: &str) -> Vec<(usize, ImportFault)> {
    let lines = match read(text.as_bytes(), None) {
        Ok(lines) => lines,
        Err(trouble) => vec![(0, Err(trouble))],
    };
    let faults = lines.into_iter().filter_map(|(_, key)| match key.err()? {
        Trouble::Import { line, fault } => Some((line, fault)),
        other => panic!("{other:?}"),
    });
    faults.collect()
}

#[test]
fn a_table_and_lines_of_json_say_the_same() {
    let table = "\u{feff}keyName,description,roleID,owner,locale,timeZone,expiresOn,addresses,requestsPerMinute\r\n\
                 ci,\"two\nlines, \"\"quoted\"\"\",4,ann,ja-JP,Asia/Tokyo,2030-01-05,10.0.0.0/8,60\r\n\
                 plain,,,,,,,,\r\n";
    let [(2, ci), (4, plain)] = &keys(table)[..] else {
        panic!("{:?}", keys(table));
    };
    assert_eq!(ci.description, "two\nlines, \"quoted\"");
    assert_eq!(ci.role_id, Some(RoleId(4)));
    assert_eq!(ci.locale, Some(Locale::JaJp));
    assert_eq!(ci.zone, zone::by_name("Asia/Tokyo"));
    let named = WantedKey {
        name: "plain".to_owned(),
        ..WantedKey::default()
    };
    assert_eq!(*plain, named);
    let first = r#"{"keyName":"ci","description":"two\nlines, \"quoted\"","roleID":4,"owner":"ann","locale":"ja-JP","timeZone":"Asia/Tokyo","expiresOn":"2030-01-05","addresses":"10.0.0.0/8","requestsPerMinute":60}"#;
    let second = r#"{"name":"plain","owner":null}"#;
    let lines = format!("{first}\n\n{second}\n");
    assert_eq!(keys(&lines), [(1, ci.clone()), (3, named.clone())]);
    let array = format!("[\n{first},\n{second}\n]\n");
    assert_eq!(keys(&array), [(2, ci.clone()), (3, named)]);
}

#[test]
fn plain_words_name_columns_and_case_does_not_matter() {
    let [(2, key)] = &keys("Name,ZONE,expiry\nci,UTC,never\n")[..] else {
        panic!("one key");
    };
    assert_eq!(key.expires_on.as_deref(), Some("never"));
    assert_eq!(key.zone, zone::by_name("UTC"));
}

#[test]
fn an_instant_is_read_as_both_exports_write_it() {
    let at = Some(Timestamp(1_893_456_000_000));
    for text in [
        "name,expiryDate\na,1893456000000\n",
        "name,expiryDate\na,2030-01-01T00:00:00.000Z\n",
        "{\"name\":\"a\",\"expiryDate\":1893456000000}",
    ] {
        assert_eq!(keys(text)[0].1.expires_at, at, "{text}");
    }
}

#[test]
fn what_an_export_defused_is_read_back_as_it_was() {
    for text in [
        "=1+1",
        " =1",
        "a;=1",
        "a;'=1",
        "'=1",
        "''=1",
        "'a",
        "O'Neill",
        "-1 \"=2\"",
        "a\n@b",
        "＝1",
        "''",
        "a, '-b",
        "+",
    ] {
        let table = format!("name\n{}\n", cell(text));
        let read = keys(&table);
        assert_eq!(read[0].1.name, text, "{table}");
    }
}

#[test]
fn a_lock_is_told_by_two_columns() {
    let locks = |text: &str| keys(text)[0].1.locked_out.clone();
    assert_eq!(
        locks("name,active,lockReason\na,false,leak\n"),
        Some("leak".to_owned())
    );
    assert_eq!(
        locks("name,active,lockReason\na,false,\n"),
        Some(String::new())
    );
    assert_eq!(locks("name,active,lockReason\na,true,\n"), None);
    assert_eq!(locks("name\na\n"), None);
}

#[test]
fn each_fault_has_the_number_of_its_line() {
    let unknown = |name: &str| ImportFault::UnknownColumn {
        name: name.to_owned(),
    };
    assert_eq!(faults("name,color\na,red\n"), [(1, unknown("color"))]);
    assert_eq!(
        faults("{\"name\":\"a\"}\n{\"nme\":\"b\"}\nnone\n[1]"),
        [
            (2, unknown("nme")),
            (3, ImportFault::NotJson { column: 2 }),
            (4, ImportFault::NotAnObject),
        ]
    );
    let uneven = ImportFault::Uneven {
        found: 1,
        wanted: 2,
    };
    assert_eq!(faults("name,owner\n\"a\nb\",c\nd\n"), [(4, uneven)]);
    let twice = ImportFault::Twice {
        name: "name".to_owned(),
    };
    assert_eq!(faults("keyName,name\na,b\n"), [(1, twice)]);
    let wrong = |column, value: &str| ImportFault::NotAValue {
        column,
        value: value.to_owned(),
    };
    assert_eq!(
        faults("name,zone,locale,roleID,expiryDate\na,Mars,,,\na,,de,,\na,,,x,\na,,,,soon\n"),
        [
            (2, wrong("zone", "Mars")),
            (3, wrong("locale", "de")),
            (4, wrong("roleID", "x")),
            (5, wrong("expiryDate", "soon")),
        ]
    );
    let bytes = read(b"name\na\n\xff\n", None);
    assert_eq!(bytes, Err(fault(3, ImportFault::NotText)));
}

#[test]
fn a_file_may_have_no_keys() {
    for text in ["", "\u{feff} \n", "name,owner\n", "[]", " [ ]\n"] {
        assert_eq!(keys(text), [], "{text}");
    }
}

#[test]
fn the_line_of_a_deleted_key_is_refused_and_that_of_a_locked_one_is_locked() {
    let table = "name,state,active,deleted\n\
                 a,Locked out,false,\n\
                 b,Active,true,2026-01-01T00:00:00Z\n\
                 c,Deleted,,\n";
    let of_table = [(3, ImportFault::Deleted), (4, ImportFault::Deleted)];
    assert_eq!(faults(table), of_table);
    let lines = "{\"name\":\"a\",\"deleted\":null}\n{\"name\":\"b\",\"deleted\":1795363200000}\n{\"name\":\"c\",\"state\":\"deleted\"}";
    let of_lines = [(2, ImportFault::Deleted), (3, ImportFault::Deleted)];
    assert_eq!(faults(lines), of_lines);
    assert_eq!(
        keys("name,active\na,false\n")[0].1.locked_out.as_deref(),
        Some("")
    );
}

#[test]
fn a_file_that_is_cut_off_or_quoted_wrongly_is_refused_at_its_line() {
    for (text, line) in [
        ("name,description\nt7,\"cut off", 2),
        ("name,description\nt7,\"cut\noff\n", 2),
        ("name\n\"x\" y\n", 2),
        ("name\na\nx\"y\nb\n", 3),
        ("name\n\"a\nb\"c\n", 3),
    ] {
        assert_eq!(faults(text), [(line, ImportFault::Quotation)], "{text}");
    }
}

#[test]
fn a_member_that_is_there_twice_is_refused_as_a_column_is() {
    let twice = |name: &str| ImportFault::Twice {
        name: name.to_owned(),
    };
    assert_eq!(
        faults("{\"name\":\"a\",\"name\":\"b\"}"),
        [(1, twice("name"))]
    );
    assert_eq!(
        faults("[{\"expiry\":\"never\",\"name\":\"a\",\n\"expiresOn\":\"never\"}]"),
        [(1, twice("expiresOn"))]
    );
}

#[test]
fn a_secret_is_refused_wherever_it_stands_and_never_repeated() {
    let secret = format!("42:{}=", "A".repeat(43));
    let escaped = secret.replace(':', "\\u003a");
    for text in [
        format!("name,zone\na,{secret}\n"),
        format!("name,{secret}\na,b\n"),
        format!("{{\"name\":\"{secret}\"}}"),
        format!("{{\"name\":\"{escaped}\"}}"),
        format!("{{\"{escaped}\":\"a\"}}"),
    ] {
        let found = faults(&text);
        assert!(
            matches!(found[..], [(1 | 2, ImportFault::Secret)]),
            "{found:?}"
        );
    }
}

#[test]
fn no_more_keys_are_read_than_a_file_may_have() {
    let table = format!("name\n{}", "a\n".repeat(IMPORT_MOST));
    assert_eq!(keys(&table).len(), IMPORT_MOST);
    let lines = "{\"name\":\"a\"}\n".repeat(IMPORT_MOST + 1);
    assert_eq!(faults(&lines), [(IMPORT_MOST + 1, ImportFault::TooMany)]);
    let more = format!("{table}a\n");
    assert_eq!(faults(&more), [(IMPORT_MOST + 2, ImportFault::TooMany)]);
}
