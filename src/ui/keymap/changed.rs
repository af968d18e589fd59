//! The table with the keys that somebody put in place of its own. Some keys stay what they are, so that everybody finds
//! their way about and out; a key that would mean two things on one screen is refused.

use crate::config::complaint::{Complaint, Why};
use crate::config::settings::KeySetting;
use crate::ui::keymap::{
    BACK_TAB, BINDINGS, Binding, Chord, DOWN, ENTER, ESC, F1, Keymap, LEFT, RIGHT, SCOPES, Scope,
    TAB, UP, ch, ctrl,
};

/// Whatever is set, these go on doing what they do in the table.
const STAY: [Chord; 9] = [ENTER, ESC, TAB, BACK_TAB, UP, DOWN, LEFT, RIGHT, F1];
/// No other action gets these: three do the same everywhere, and one held down must not answer the question that it
/// brought up.
const RESERVED: [Chord; 4] = [ctrl('c'), ctrl('l'), ctrl('z'), ch('y')];
/// Where characters are text.
const TYPED: [Scope; 7] = [
    Scope::Filter,
    Scope::Form,
    Scope::Date,
    Scope::Role,
    Scope::Choice,
    Scope::Entry,
    Scope::Check,
];

/// The table in force, and what of the settings counts in it.
pub struct Changed {
    pub keys: Keymap,
    pub counts: Vec<KeySetting>,
    /// In the order of their lines.
    pub complaints: Vec<Complaint>,
}

/// A setting that can be carried out.
struct Wanted<'a> {
    setting: &'a KeySetting,
    chords: Vec<Chord>,
}

impl Keymap {
    /// The table with these keys in place of its own. A setting that cannot be carried out is left out whole.
    #[must_use]
    pub fn changed(settings: &[KeySetting]) -> Changed {
        if settings.is_empty() {
            // Looking for clashes takes long, and the table has none.
            return Changed {
                keys: Keymap::default(),
                counts: Vec::new(),
                complaints: Vec::new(),
            };
        }
        let mut complaints = Vec::new();
        let mut complain = |setting: &KeySetting, why| {
            let line = Some(setting.line);
            complaints.push(Complaint { line, why });
        };
        let mut wanted: Vec<Wanted> = Vec::new();
        for setting in settings {
            let twice = wanted.iter().any(|w| w.setting.action == setting.action);
            match chords(setting) {
                Ok(_) if twice => complain(setting, Why::Twice(setting.action.clone())),
                Ok(chords) => wanted.push(Wanted { setting, chords }),
                Err(why) => complain(setting, why),
            }
        }
        // One goes at a time: without it another may be right, or its key be another's again.
        let keys = loop {
            let keys = Keymap(BINDINGS.iter().map(|b| with_keys(b, &wanted)).collect());
            let Some((index, why)) = clash(&keys, &wanted) else {
                break keys;
            };
            complain(wanted.remove(index).setting, why);
        };
        complaints.sort_by_key(|complaint| complaint.line);
        Changed {
            keys,
            counts: wanted.iter().map(|w| w.setting.clone()).collect(),
            complaints,
        }
    }
}

/// The keys that a setting names, if its action may have them.
fn chords(setting: &KeySetting) -> Result<Vec<Chord>, Why> {
    let action = || setting.action.clone();
    let named = |binding: &&Binding| binding.full_name() == setting.action;
    let Some(binding) = BINDINGS.iter().find(named) else {
        return Err(Why::UnknownAction(action()));
    };
    if binding.name().is_none() {
        return Err(Why::FixedAction(action()));
    }
    let mut chords = Vec::new();
    for name in &setting.keys {
        let (action, key) = (action(), name.clone());
        let Some(chord) = Chord::of_name(name) else {
            return Err(Why::NotAKey { action, key });
        };
        if RESERVED.contains(&chord) {
            return Err(Why::Reserved { action, key });
        }
        let typed = TYPED.contains(&binding.scope) && chord.types();
        if typed && !binding.keys.contains(&chord) {
            return Err(Why::Typed { action, key });
        }
        if !chords.contains(&chord) {
            chords.push(chord);
        }
    }
    Ok(chords)
}

/// A binding with the keys that are wanted for it, and those of its own that stay.
fn with_keys(binding: &Binding, wanted: &[Wanted]) -> Binding {
    let name = binding.full_name();
    let Some(wanted) = wanted.iter().find(|w| w.setting.action == name) else {
        return binding.clone();
    };
    let mut keys = wanted.chords.clone();
    let stay = binding.keys.iter().filter(|key| STAY.contains(key));
    keys.extend(stay.filter(|key| !wanted.chords.contains(key)));
    Binding {
        keys: keys.into(),
        ..binding.clone()
    }
}

/// Whether the table gives this key to the binding.
fn is_own(binding: &Binding, key: Chord) -> bool {
    let mut own = BINDINGS.iter();
    own.any(|b| (b.scope, b.action) == (binding.scope, binding.action) && b.keys.contains(&key))
}

/// A setting that gives a key a second meaning on a screen: of two of them the later one.
fn clash(keys: &Keymap, wanted: &[Wanted]) -> Option<(usize, Why)> {
    let index = |b: &Binding| {
        let name = b.full_name();
        wanted.iter().position(|w| w.setting.action == name)
    };
    for &(scope, _) in SCOPES {
        let all: Vec<&Binding> = keys.of(scope).collect();
        for (at, one) in all.iter().enumerate() {
            for other in &all[at + 1..] {
                let Some(key) = one.keys.iter().find(|key| other.keys.contains(key)) else {
                    continue;
                };
                // What stays is nobody else's, whatever else is set.
                let takes = |b: &Binding| STAY.contains(key) && !is_own(b, *key);
                let (later, earlier) = if takes(one) || (!takes(other) && index(one) > index(other))
                {
                    (one, other)
                } else {
                    (other, one)
                };
                // The table's own keys do not clash.
                let index = index(later)?;
                let (action, other) = (later.full_name(), earlier.full_name());
                let key = key.name();
                return Some((index, Why::Clash { action, key, other }));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyEvent, KeyModifiers};

    use super::*;
    use crate::ui::keymap::{Action, actions};

    fn setting(line: usize, action: &str, keys: &[&str]) -> KeySetting {
        KeySetting {
            action: action.to_owned(),
            keys: keys.iter().map(|&key| key.to_owned()).collect(),
            line,
        }
    }

    fn changed(settings: &[(&str, &str)]) -> Changed {
        let settings = (1..).zip(settings);
        let settings = settings.map(|(line, (action, keys))| {
            setting(line, action, &keys.split(' ').collect::<Vec<_>>())
        });
        Keymap::changed(&settings.collect::<Vec<_>>())
    }

    fn does(keys: &Keymap, scope: Scope, chord: Chord) -> Option<Action> {
        keys.action(scope, &KeyEvent::new(chord.0, chord.1))
    }

    fn press(keys: &Keymap, scope: Scope, name: &str) -> Option<Action> {
        does(keys, scope, Chord::of_name(name).expect("a key"))
    }

    /// The lines of what is complained of, and what the sentences are about.
    fn complaints(changed: &Changed) -> Vec<(usize, &Why)> {
        let all = changed.complaints.iter();
        all.map(|c| (c.line.expect("a line"), &c.why)).collect()
    }

    fn lines(changed: &Changed) -> Vec<usize> {
        let complaints = complaints(changed).into_iter();
        complaints.map(|(line, _)| line).collect()
    }

    #[test]
    fn keys_that_are_set_come_in_place_of_the_tables_on_every_screen_with_a_list() {
        let changed = changed(&[("list.new", "b insert")]);
        assert_eq!(complaints(&changed), []);
        for scope in [Scope::ApiKeys, Scope::Users, Scope::Roles] {
            for key in ["b", "Insert"] {
                assert_eq!(press(&changed.keys, scope, key), Some(Action::New));
            }
            assert_eq!(press(&changed.keys, scope, "n"), None);
            assert_eq!(changed.keys.key(scope, Action::New), "b");
        }
    }

    #[test]
    fn two_actions_can_change_keys_with_each_other() {
        let changed = changed(&[("list.new", "d"), ("list.delete", "n")]);
        assert_eq!(complaints(&changed), []);
        let keys = &changed.keys;
        assert_eq!(press(keys, Scope::Users, "d"), Some(Action::New));
        assert_eq!(press(keys, Scope::Users, "n"), Some(Action::Delete));
        assert_eq!(press(keys, Scope::Users, "Delete"), None);
    }

    #[test]
    fn a_key_of_another_action_of_the_screen_is_refused_and_told() {
        let (new, tree) = (("list.new", "b"), ("list.tree", "b"));
        // With the table, also that of a wider scope; and between two that are set, the later one.
        for (settings, key, other) in [
            (&[("list.new", "d")] as &[_], "d", "list.delete"),
            (&[("list.tree", "b ?")], "?", "anywhere.help"),
            (&[("anywhere.help", "l")], "l", "list.lock"),
            (&[new, tree], "b", "list.new"),
            (&[tree, new], "b", "list.tree"),
        ] {
            let [action, key, other] =
                [settings[settings.len() - 1].0, key, other].map(str::to_owned);
            let why = Why::Clash { action, key, other };
            let changed = changed(settings);
            assert_eq!(complaints(&changed), [(settings.len(), &why)]);
            assert_eq!(changed.counts.len(), settings.len() - 1);
        }
        // On screens of their own both may have it.
        let apart = changed(&[("list.by_time", "z"), ("list.restore", "z")]);
        assert_eq!(complaints(&apart), []);
    }

    #[test]
    fn who_takes_a_key_that_stays_is_told_alone() {
        for (takes, other, line) in [
            (("list.delete", "Enter"), ("list.properties", "d"), 1),
            (("list.properties", "Down"), ("list.down", "b"), 1),
        ] {
            let changed = changed(&[takes, other]);
            let lines = lines(&changed);
            assert!(lines.contains(&line), "{takes:?}: {lines:?}");
            let (_, first) = complaints(&changed)[0];
            let clashes = matches!(first, Why::Clash { action, .. } if action == takes.0);
            assert!(clashes, "{first:?}");
        }
    }

    #[test]
    fn what_one_refused_setting_leaves_is_looked_at_again() {
        // The second could have the first one's key, if the first had another.
        let changed = changed(&[("list.new", "Enter"), ("list.tree", "n")]);
        assert_eq!(lines(&changed), [1, 2]);
        assert_eq!(press(&changed.keys, Scope::Users, "n"), Some(Action::New));
        assert_eq!(press(&changed.keys, Scope::Users, "t"), Some(Action::Tree));
    }

    #[test]
    fn what_cannot_be_carried_out_is_told_and_the_tables_keys_count() {
        let unknown = |action, _| Why::UnknownAction(action);
        let fixed = |action, _| Why::FixedAction(action);
        let not_a_key = |action, key| Why::NotAKey { action, key };
        let reserved = |action, key| Why::Reserved { action, key };
        let typed = |action, key| Why::Typed { action, key };
        for (action, key, why) in [
            ("list.nwe", "n", unknown as fn(String, String) -> Why),
            ("new", "n", unknown),
            ("confirmation.yes", "d", fixed),
            ("anywhere.leave", "q", fixed),
            ("anywhere.stop", "q", fixed),
            ("ended.quit", "x", fixed),
            ("list.new", "Ctrl-1", not_a_key),
            ("list.new", "ctrl-c", reserved),
            ("list.new", "Ctrl-Z", reserved),
            ("form.accept", "o", typed),
            ("filter.cancel", "Home", typed),
        ] {
            let why = why(action.to_owned(), key.to_owned());
            let changed = changed(&[(action, key)]);
            assert_eq!(complaints(&changed), [(1, &why)]);
            assert!(changed.counts.is_empty());
        }
        let twice = changed(&[("list.new", "b"), ("list.new", "z")]);
        let why = Why::Twice("list.new".to_owned());
        assert_eq!(complaints(&twice), [(2, &why)]);
        assert_eq!(press(&twice.keys, Scope::Users, "b"), Some(Action::New));
    }

    #[test]
    fn a_key_that_confirms_brings_up_no_question() {
        let keys = Keymap::default();
        let confirms = keys
            .of(Scope::Confirmation)
            .find(|b| b.action == Action::Yes);
        for yes in confirms.expect("a key").keys.iter() {
            for action in actions() {
                let changed = Keymap::changed(&[setting(1, &action.name, &[&yes.name()])]);
                assert!(changed.counts.is_empty(), "{}", action.name);
            }
        }
    }

    #[test]
    fn nobody_can_lock_themselves_out_of_finding_their_way_or_of_leaving() {
        let usual = Keymap::default();
        let everything: Vec<KeySetting> = (1..)
            .zip(actions())
            .map(|(line, action)| {
                // A key of its own for each: Alt with a letter or F key, which no field takes for text.
                let first = if line < 26 { u32::from('A') } else { 0x4e00 };
                let key = char::from_u32(first + line).expect("a character");
                setting(line as usize, &action.name, &[&format!("Alt-{key}")])
            })
            .collect();
        let changed = Keymap::changed(&everything);
        assert_eq!(complaints(&changed), []);
        assert_eq!(changed.counts.len(), actions().len());
        for &(scope, _) in SCOPES {
            for chord in STAY.into_iter().chain(RESERVED) {
                let [before, after] = [&usual, &changed.keys].map(|keys| does(keys, scope, chord));
                assert_eq!(after, before, "{scope:?} {chord:?}");
            }
            // Whatever the scope is, Ctrl-C leaves and F1 helps or closes the help.
            let leave = does(&changed.keys, scope, ctrl('c'));
            assert_eq!(leave, Some(Action::Leave), "{scope:?}");
            assert!(does(&changed.keys, scope, F1).is_some(), "{scope:?}");
        }
        // Nor can those keys be given away.
        for action in actions() {
            for chord in STAY.into_iter().chain(RESERVED) {
                let changed = Keymap::changed(&[setting(1, &action.name, &[&chord.name()])]);
                for &(scope, _) in SCOPES {
                    let [before, after] =
                        [&usual, &changed.keys].map(|keys| does(keys, scope, chord));
                    let stays = before.is_none() || after == before;
                    assert!(stays, "{} {chord:?}", action.name);
                }
            }
        }
    }

    #[test]
    fn bindings_of_one_name_have_the_same_keys_and_no_name_is_on_a_screen_twice() {
        for action in actions() {
            let is_named = |binding: &&Binding| binding.full_name() == action.name;
            for binding in BINDINGS.iter().filter(is_named) {
                assert_eq!(binding.keys, action.keys, "{}", action.name);
                assert_eq!(binding.name().as_ref(), Some(&action.name));
            }
        }
        let keys = Keymap::default();
        for &(scope, _) in SCOPES {
            let mut names: Vec<String> = keys.of(scope).map(Binding::full_name).collect();
            let all = names.len();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), all, "{scope:?}");
        }
    }

    #[test]
    fn the_tables_own_keys_can_be_set_and_change_nothing() {
        let settings: Vec<KeySetting> = (1..)
            .zip(actions())
            .map(|(line, action)| KeySetting {
                keys: action.keys.iter().map(|key| key.name()).collect(),
                action: action.name,
                line,
            })
            .collect();
        let changed = Keymap::changed(&settings);
        assert_eq!(complaints(&changed), []);
        for &(scope, _) in SCOPES {
            let named = |keys: &Keymap| -> Vec<String> {
                keys.of(scope).map(Binding::keys_named).collect()
            };
            assert_eq!(named(&changed.keys), named(&Keymap::default()));
        }
    }

    #[test]
    fn a_chord_with_alt_is_no_text() {
        assert!(!Chord(crossterm::event::KeyCode::Char('a'), KeyModifiers::ALT).types());
    }
}
