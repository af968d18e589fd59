//! What chrono-tz knows of time zones as tables without addresses: its own have one in most of 65,000 entries, all of which
//! the dynamic linker would mend each time that the program starts.

use std::fmt::Write;

use chrono::{DateTime, Offset, TimeZone, Utc};
use chrono_tz::{OffsetName, TZ_VARIANTS, Tz, TzOffset};

use crate::texts::Texts;

/// In these years clocks are looked at: zones had no rules before, and chrono-tz has none after.
const YEARS: (i32, i32) = (1840, 2101);
/// So often. No zone has had two changes within less than six days and 22 hours; the tests look more closely.
const STEP: i64 = 6 * 24 * 60 * 60;

/// What the clocks of a zone show: seconds east of UTC, and how that is called.
type Shown = (i32, String);

/// Tables for `src/domain/tz.rs`: what clocks can show, when what begins, and every zone by its name, sorted, with the
/// part of the changes that is its own. Zones with the same changes share them.
pub fn tables() -> String {
    let mut zones = TZ_VARIANTS;
    zones.sort_unstable_by_key(|zone| zone.name());
    let (mut shown, mut lives, mut changes) = (Vec::new(), Vec::new(), Vec::new());
    let (mut rows, mut constants) = (String::new(), String::new());
    let mut names = Texts::default();
    for (number, zone) in zones.into_iter().enumerate() {
        let life = life(zone);
        let from = lives.iter().find(|(other, _)| *other == life);
        let from = from.map_or(changes.len(), |(_, from)| *from);
        let until = from + life.len();
        if from == changes.len() {
            for (since, what) in &life {
                let known = shown.iter().position(|other| other == what);
                let known = known.unwrap_or_else(|| {
                    shown.push(what.clone());
                    shown.len() - 1
                });
                changes.push((*since, known));
            }
            lives.push((life, from));
        }
        let name = zone.name();
        let [start, end] = names.place(name);
        let _ = writeln!(rows, "([{start}, {end}], {from}, {until}),");
        let constant = constant(name);
        let _ = writeln!(
            constants,
            "/// `{name}`\npub const {constant}: Tz = Tz({number});"
        );
    }
    let (since, what): (Vec<i64>, Vec<usize>) = changes.into_iter().unzip();
    let shown = shown
        .into_iter()
        .map(|(seconds, name)| (seconds, names.place(&name)));
    let shown: Vec<_> = shown.collect();
    format!(
        "static SHOWN: &[(i32, [u32; 2])] = &{shown:?};\n\
         #[expect(clippy::unreadable_literal, reason = \"seconds, made by a program\")]\n\
         static SINCE: &[i64] = &{since:?};\n\
         static WHAT: &[u16] = &{what:?};\n\
         static ZONES: &[([u32; 2], u32, u32)] = &[{rows}];\n\
         static NAMES: &str = {:?};\n\
         #[expect(non_upper_case_globals, reason = \"the names of chrono-tz\")]\n\
         impl Tz {{ {constants} }}\n",
        names.all
    )
}

/// What a zone is called in Rust: `Asia__Tokyo`.
fn constant(name: &str) -> String {
    let (name, sign) = (name.replace('/', "__"), name.contains("GMT-"));
    name.replace('-', if sign { "Minus" } else { "" })
        .replace('+', "Plus")
}

/// What a zone's clocks show, each with the second of its begin; the first has always been.
fn life(zone: Tz) -> Vec<(i64, Shown)> {
    let at = |year| {
        Utc.with_ymd_and_hms(year, 1, 1, 0, 0, 0)
            .single()
            .expect("a year")
    };
    let offset = |second| {
        let at = DateTime::from_timestamp_secs(second).expect("an instant");
        zone.offset_from_utc_datetime(&at.naive_utc())
    };
    let shown = |offset: TzOffset| (offset.fix().local_minus_utc(), offset.to_string());
    // Millions are compared: nothing is formatted.
    let same = |one: TzOffset, other: TzOffset| {
        one.fix() == other.fix() && one.abbreviation() == other.abbreviation()
    };
    let (first, end) = (at(YEARS.0).timestamp(), at(YEARS.1).timestamp());
    let mut last = offset(first);
    let mut life = vec![(i64::MIN, shown(last))];
    let mut next = first;
    while next < end {
        next += STEP;
        let what = offset(next);
        if !same(what, last) {
            // The second since the look before at which it changes.
            let (mut before, mut after) = (next - STEP, next);
            while after - before > 1 {
                let between = before.midpoint(after);
                *(if same(offset(between), what) {
                    &mut after
                } else {
                    &mut before
                }) = between;
            }
            life.push((after, shown(what)));
            last = what;
        }
    }
    life
}
