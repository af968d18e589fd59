//! Rights: what a role allows, under the JSON names of the original's API.

use std::array;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use crate::domain::locale::Locale;
use crate::domain::words::words;

// The groups of the tree, in a reader's order, and every full name there is, sorted: `build/rights.rs` makes both of
// `assets/rights.toml`.
include!(concat!(env!("OUT_DIR"), "/rights.rs"));

/// Every right to view.
static VIEWS: LazyLock<Rights> = LazyLock::new(|| {
    let views = (0..NAMES.len()).filter(|at| is_view(NAMES[*at]));
    Rights::at(views)
});

/// How many numbers of 64 bits hold a bit for each name.
const WORDS: usize = 3;

/// Some rights that belong together.
#[derive(Debug, PartialEq, Eq)]
pub struct Group {
    pub tab: Tab,
    /// The JSON name of the part of the tree that it is in.
    pub section: &'static str,
    /// The group's own JSON name.
    pub name: &'static str,
    label: Label,
    pub rights: &'static [Leaf],
}

impl Group {
    /// The group's label.
    #[must_use]
    pub fn label(&self, locale: Locale) -> &'static str {
        self.label.of(locale)
    }
}

/// One right.
#[derive(Debug, PartialEq, Eq)]
pub struct Leaf {
    /// The full name: `section.group.right`.
    pub name: &'static str,
    label: Label,
}

impl Leaf {
    /// The right's label.
    #[must_use]
    pub fn label(&self, locale: Locale) -> &'static str {
        self.label.of(locale)
    }
}

/// A label in English and in Japanese.
#[derive(Debug, PartialEq, Eq)]
struct Label(&'static str, &'static str);

impl Label {
    fn of(&self, locale: Locale) -> &'static str {
        match locale {
            Locale::EnUs => self.0,
            Locale::JaJp => self.1,
        }
    }
}

/// The tab of Role Properties on which a group stands, in the original's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tab {
    /// Computer Rights.
    Computer,
    /// Policy Rights.
    Policy,
    /// User and API Key Rights.
    User,
    /// Other Rights.
    Other,
}

impl Tab {
    /// All tabs of rights, in the original's order.
    pub const ALL: [Tab; 4] = [Tab::Computer, Tab::Policy, Tab::User, Tab::Other];
}

/// The whole tree, in the order in which Role Properties shows it.
#[must_use]
pub fn groups() -> &'static [Group] {
    GROUPS
}

/// The label of the right of this full name.
#[must_use]
pub fn label(name: &str, locale: Locale) -> Option<&'static str> {
    let mut leaves = groups().iter().flat_map(|group| group.rights);
    let leaf = leaves.find(|leaf| leaf.name == name)?;
    Some(leaf.label(locale))
}

/// Whether Keyward itself enforces the right of this full name; the others are for the API that the keys open.
#[must_use]
pub fn is_enforced(name: &str) -> bool {
    Right::ALL.iter().any(|right| right.name() == name)
}

words! {
    /// The rights that Keyward itself enforces: the twelve of the tab User and API Key Rights, four each for users, API
    /// keys and roles, and then the others.
    pub enum Right: /** The full name in the tree. */ name {
        ViewUsers = "platformRights.administratorRights.canViewAdministrators",
        CreateUsers = "platformRights.administratorRights.canCreateNewAdministrators",
        EditUsers = "platformRights.administratorRights.canEditAdministratorProperties",
        DeleteUsers = "platformRights.administratorRights.canDeleteAdministrators",
        ViewApiKeys = "platformRights.apikeyRights.canViewApiKeys",
        CreateApiKeys = "platformRights.apikeyRights.canCreateNewApiKeys",
        EditApiKeys = "platformRights.apikeyRights.canEditApiKeyProperties",
        DeleteApiKeys = "platformRights.apikeyRights.canDeleteApiKeys",
        ViewRoles = "platformRights.administratorRoleRights.canViewAdministratorRoles",
        CreateRoles = "platformRights.administratorRoleRights.canCreateNewAdministratorRoles",
        EditRoles = "platformRights.administratorRoleRights.canEditAdministratorRoleProperties",
        DeleteRoles = "platformRights.administratorRoleRights.canDeleteAdministratorRoles",
        /// The original's "events and alerts not related to computers": the system events.
        ViewEvents = "platformRights.computerRights.canViewNotRelatedToComputers",
    }
}

impl Right {
    /// Whether it lets somebody look, and do nothing else.
    #[must_use]
    pub fn only_views(self) -> bool {
        is_view(self.name())
    }
}

/// Whether each right is held, by section, group and right.
pub type RightsTree = BTreeMap<&'static str, BTreeMap<&'static str, BTreeMap<&'static str, bool>>>;

/// A set of rights: a bit for each name, by its place among all. Every verdict has one to hand on.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Rights([u64; WORDS]);

impl fmt::Debug for Rights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

impl Rights {
    /// Every right.
    #[must_use]
    pub fn all() -> Rights {
        Rights::at(0..NAMES.len())
    }

    /// Every right to view: what read-only access means here.
    #[must_use]
    pub fn view_only() -> Rights {
        VIEWS.clone()
    }

    /// The set with these full names; names that are not in the tree are left out.
    #[must_use]
    pub fn from_names(names: impl IntoIterator<Item = String>) -> Rights {
        let mut rights = Rights::default();
        for name in names {
            rights.insert(&name);
        }
        rights
    }

    /// The full names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let names = NAMES.iter().enumerate();
        names.filter_map(|(at, name)| self.is_set(at).then_some(*name))
    }

    /// Whether the right is held.
    #[must_use]
    pub fn has(&self, right: Right) -> bool {
        self.contains(right.name())
    }

    /// Whether the right of this full name is held.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        place(name).is_some_and(|at| self.is_set(at))
    }

    fn at(places: impl IntoIterator<Item = usize>) -> Rights {
        let mut rights = Rights::default();
        for at in places {
            rights.0[at / 64] |= 1 << (at % 64);
        }
        rights
    }

    fn is_set(&self, at: usize) -> bool {
        self.0[at / 64] & (1 << (at % 64)) != 0
    }

    /// Adds the right of this full name; one that is not in the tree is left out.
    pub fn insert(&mut self, name: &str) {
        *self = self.with(&Rights::at(place(name)));
    }

    /// Takes the right of this full name away.
    pub fn remove(&mut self, name: &str) {
        *self = self.without(&Rights::at(place(name)));
    }

    /// Adds the right or takes it away.
    pub fn set(&mut self, name: &str, held: bool) {
        if held {
            self.insert(name);
        } else {
            self.remove(name);
        }
    }

    /// Whether no right is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Rights::default()
    }

    /// Whether every right of the other set is held.
    #[must_use]
    pub fn contains_all(&self, other: &Rights) -> bool {
        other.without(self).is_empty()
    }

    /// Both sets together.
    #[must_use]
    pub fn with(&self, other: &Rights) -> Rights {
        Rights(array::from_fn(|word| self.0[word] | other.0[word]))
    }

    /// What the other set does not hold.
    #[must_use]
    pub fn without(&self, other: &Rights) -> Rights {
        Rights(array::from_fn(|word| self.0[word] & !other.0[word]))
    }

    /// The whole tree as the original's API has it: section, group, right, and whether it is held. Sorted by name.
    #[must_use]
    pub fn tree(&self) -> RightsTree {
        let mut tree = RightsTree::new();
        for group in groups() {
            let leaves = group.rights.iter().map(|leaf| {
                let right = leaf.name.rsplit('.').next().unwrap_or_default();
                (right, self.contains(leaf.name))
            });
            let section = tree.entry(group.section).or_default();
            section.insert(group.name, leaves.collect());
        }
        tree
    }

    /// How much it is of all that there is.
    #[must_use]
    pub fn extent(&self) -> Extent {
        if self.is_empty() {
            Extent::Nothing
        } else if *self == *VIEWS {
            Extent::View
        } else if *self == Rights::all() {
            Extent::All
        } else {
            Extent::Some
        }
    }

    /// What a caller of the API may be told in one word.
    #[must_use]
    pub fn access(&self) -> Access {
        if self.is_empty() {
            Access::None
        } else if VIEWS.contains_all(self) {
            Access::Read
        } else {
            Access::ReadWrite
        }
    }
}

/// The place of a name among all.
fn place(name: &str) -> Option<usize> {
    NAMES.binary_search(&name).ok()
}

fn is_view(name: &str) -> bool {
    name.rsplit('.')
        .next()
        .is_some_and(|right| right.starts_with("canView"))
}

words! {
    /// A role's rights in one word.
    pub enum Access: /** The word in the answer of `keyward verify`. */ word {
        /// No right at all.
        None = "none",
        /// Only rights to view.
        Read = "read",
        /// At least one right to do more than view.
        ReadWrite = "read-write",
    }
}

/// How much of all rights a role has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    Nothing,
    /// Every right to view, and no other.
    View,
    /// Some others than those.
    Some,
    All,
}

/// The five radio buttons of User and API Key Rights, `Allow Users to:`. They and the boxes below them are two views
/// of the same rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// `Change own password and contact information only`: none of the twelve rights.
    OwnAccount,
    /// `Create and manage Users with equal or less access`.
    Users,
    /// `Create and manage Users and API keys with equal or less access`.
    UsersAndApiKeys,
    /// `Have full control over all Roles and Users`: all twelve, and no limit.
    FullControl,
    /// `Custom`: none of the others.
    Custom,
}

impl Preset {
    /// The radio buttons, as they are shown.
    pub const ALL: [Preset; 5] = [
        Preset::OwnAccount,
        Preset::Users,
        Preset::UsersAndApiKeys,
        Preset::FullControl,
        Preset::Custom,
    ];

    /// The twelve rights that a radio button sets or takes away.
    #[must_use]
    pub fn rights() -> &'static [Right] {
        &Right::ALL[..12]
    }

    /// How many of the twelve it stands for, and whether they are limited to users and API keys with equal or less
    /// access; nothing for `Custom`.
    fn stands_for(self) -> Option<(usize, bool)> {
        match self {
            Preset::OwnAccount => Some((0, false)),
            Preset::Users => Some((4, true)),
            Preset::UsersAndApiKeys => Some((8, true)),
            Preset::FullControl => Some((12, false)),
            Preset::Custom => None,
        }
    }

    /// The radio button that these rights and this limit show.
    #[must_use]
    pub fn of(rights: &Rights, equal_or_less: bool) -> Preset {
        let shows = |preset: &Preset| {
            preset.stands_for().is_none_or(|(count, limited)| {
                let mut twelve = Preset::rights().iter().enumerate();
                limited == equal_or_less
                    && twelve.all(|(index, right)| rights.has(*right) == (index < count))
            })
        };
        Preset::ALL
            .into_iter()
            .find(shows)
            .unwrap_or(Preset::Custom)
    }

    /// Gives a role what the radio button stands for; `Custom` changes nothing.
    pub fn apply(self, rights: &mut Rights, equal_or_less: &mut bool) {
        let Some((count, limited)) = self.stands_for() else {
            return;
        };
        for (index, right) in Preset::rights().iter().enumerate() {
            rights.set(right.name(), index < count);
        }
        *equal_or_less = limited;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fmt::Write;

    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn the_tree_has_exactly_the_rights_of_the_original() {
        let leaves: Vec<&str> = groups()
            .iter()
            .flat_map(|group| group.rights.iter().map(|leaf| leaf.name))
            .collect();
        let counts = (leaves.len(), NAMES.len());
        assert_eq!(counts, (173, 173));
        assert!(NAMES.is_sorted_by(|a, b| a < b), "no name stands twice");
        assert!(NAMES.len() <= WORDS * 64, "each has its bit");
        for right in Right::ALL {
            assert!(place(right.name()).is_some(), "{right:?}");
        }
        // Of the full names as the original has them, sorted, one on a line.
        let digest = Sha256::digest(NAMES.join("\n"));
        let digest = digest.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        assert_eq!(
            digest,
            "88c1de8d3c3662c0a0bf4b05e5473f7865818ce8a12cd3bc0e4839384d32a975"
        );
    }

    #[test]
    fn every_label_says_which_one_it_is_in_each_language() {
        let is_japanese =
            |label: &str| label.contains(|c: char| ('\u{3040}'..='\u{9fff}').contains(&c));
        for locale in Locale::ALL {
            let of_groups: BTreeSet<&str> = groups().iter().map(|g| g.label(locale)).collect();
            assert_eq!(of_groups.len(), groups().len());
            let leaves = groups().iter().flat_map(|group| group.rights);
            let labels: BTreeSet<&str> = leaves.map(|leaf| leaf.label(locale)).collect();
            assert_eq!(labels.len(), 173);
            for label in of_groups.iter().chain(&labels) {
                assert_eq!(is_japanese(label), locale == Locale::JaJp, "{label}");
            }
            let can = labels.iter().filter(|label| label.starts_with("Can "));
            assert_eq!(can.count(), if locale == Locale::EnUs { 173 } else { 0 });
        }
    }

    #[test]
    fn groups_of_one_section_are_next_to_each_other_on_a_tab() {
        let places = groups().iter().map(|g| (g.tab, g.section));
        let mut places: Vec<(Tab, &str)> = places.collect();
        places.dedup();
        let distinct: std::collections::HashSet<_> = places.iter().collect();
        assert_eq!(distinct.len(), places.len());
        let on = |tab| -> usize {
            let shown = groups().iter().filter(|group| group.tab == tab);
            shown.map(|group| group.rights.len()).sum()
        };
        assert_eq!(Tab::ALL.map(on), [12, 5, 12, 144]);
    }

    #[test]
    fn the_twelve_are_those_of_the_tab_user_and_api_key_rights() {
        let twelve: Vec<&str> = Preset::rights().iter().map(|right| right.name()).collect();
        let user = groups().iter().filter(|group| group.tab == Tab::User);
        let shown = user.flat_map(|group| group.rights);
        let shown: Vec<&str> = shown.map(|leaf| leaf.name).collect();
        assert_eq!(twelve, shown);
    }

    #[test]
    fn the_extent_of_rights_is_told_from_all_that_there_are() {
        assert_eq!(Rights::default().extent(), Extent::Nothing);
        assert_eq!(Rights::view_only().extent(), Extent::View);
        assert_eq!(Rights::all().extent(), Extent::All);
        for right in [Right::ViewApiKeys, Right::EditApiKeys] {
            let one = Rights::from_names([right.name().to_owned()]);
            assert_eq!(one.extent(), Extent::Some);
            assert_eq!(Rights::all().without(&one).extent(), Extent::Some);
        }
    }

    #[test]
    fn access_follows_from_the_rights() {
        assert_eq!(Rights::all().access(), Access::ReadWrite);
        assert_eq!(Rights::view_only().access(), Access::Read);
        assert_eq!(Rights::default().access(), Access::None);
        let names = [Right::EditApiKeys.name(), "no.such.right"];
        let edit = Rights::from_names(names.map(str::to_owned));
        assert_eq!(edit.access(), Access::ReadWrite);
        assert_eq!(edit.names().count(), 1);
        assert!(
            !Rights::view_only().has(Right::EditApiKeys)
                && Rights::view_only().has(Right::ViewApiKeys)
        );
    }

    #[test]
    fn sets_are_compared_and_put_together_right_by_right() {
        let (all, view) = (Rights::all(), Rights::view_only());
        assert!(all.contains_all(&view) && !view.contains_all(&all));
        let more = all.without(&view);
        assert!(!more.has(Right::ViewRoles) && more.has(Right::EditRoles));
        assert_eq!(more.with(&view), all);
        assert_eq!(all.names().collect::<Vec<_>>(), *NAMES);
        for name in all.names() {
            let mut one = Rights::default();
            one.insert(name);
            assert_eq!(one.names().collect::<Vec<_>>(), [name]);
            assert!(one.contains(name) && !all.without(&one).contains(name));
            one.remove(name);
            assert!(one.is_empty(), "{name}");
        }
    }

    #[test]
    fn the_whole_tree_is_told_right_by_right() {
        let mut one = Rights::default();
        one.insert(Right::ViewUsers.name());
        let tree = one.tree();
        let leaves = tree.values().flat_map(BTreeMap::values);
        let leaves = leaves.flat_map(BTreeMap::values);
        let (held, not): (Vec<bool>, Vec<bool>) = leaves.partition(|held| **held);
        assert_eq!((held.len(), not.len()), (1, 172));
        assert!(tree["platformRights"]["administratorRights"]["canViewAdministrators"]);
    }

    #[test]
    fn the_built_in_roles_show_the_radio_that_they_are() {
        assert_eq!(Preset::of(&Rights::all(), false), Preset::FullControl);
        assert_eq!(Preset::of(&Rights::view_only(), false), Preset::Custom);
        assert_eq!(Preset::of(&Rights::default(), false), Preset::OwnAccount);
    }

    #[test]
    fn a_radio_sets_the_boxes_and_the_boxes_show_the_radio() {
        for preset in Preset::ALL {
            let (mut rights, mut limited) = (Rights::view_only(), false);
            preset.apply(&mut rights, &mut limited);
            assert_eq!(Preset::of(&rights, limited), preset);
            let kept = rights.has(Right::ViewEvents);
            assert!(kept, "the other rights are left as they are");
        }
        let (mut rights, mut limited) = (Rights::default(), false);
        Preset::Users.apply(&mut rights, &mut limited);
        assert!(limited && rights.names().count() == 4 && rights.has(Right::DeleteUsers));
        Preset::UsersAndApiKeys.apply(&mut rights, &mut limited);
        assert!(limited && rights.names().count() == 8 && rights.has(Right::CreateApiKeys));
        Preset::FullControl.apply(&mut rights, &mut limited);
        assert!(!limited && rights.names().count() == 12);
        Preset::OwnAccount.apply(&mut rights, &mut limited);
        assert_eq!((rights, limited), (Rights::default(), false));
    }

    #[test]
    fn one_box_more_or_another_limit_is_custom() {
        let (mut rights, mut limited) = (Rights::default(), false);
        Preset::Users.apply(&mut rights, &mut limited);
        assert_eq!(Preset::of(&rights, false), Preset::Custom);
        rights.insert(Right::ViewRoles.name());
        assert_eq!(Preset::of(&rights, true), Preset::Custom);
        let before = rights.clone();
        Preset::Custom.apply(&mut rights, &mut limited);
        assert_eq!((rights, limited), (before, true));
    }
}
