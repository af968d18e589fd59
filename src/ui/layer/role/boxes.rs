//! The boxes of one tab of rights: a list in groups, found by typing, with the radio buttons above those for users.
//! The rights themselves are the draft's.

mod view;

use crate::domain::authority::beyond;
use crate::domain::fold::name_key;
use crate::domain::rights::{Group, Leaf, Preset, Rights, Tab, groups, is_enforced};
use crate::domain::role::RoleFields;
use crate::text::Text;
use crate::ui::field::{Edit, LineField, Typed};
use crate::ui::keymap::Action;
use crate::ui::scroll::Scroll;

/// Where the selection can be.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Spot {
    Radio(Preset),
    /// The box for equal or less access.
    Limit,
    Group(&'static Group),
    Right(&'static Leaf),
}

impl Spot {
    /// The number that no other place on any tab has.
    fn number(self) -> i64 {
        let fixed = Preset::ALL.into_iter().map(Spot::Radio);
        let boxes = groups().iter().flat_map(|group| {
            std::iter::once(Spot::Group(group)).chain(group.rights.iter().map(Spot::Right))
        });
        let mut all = fixed.chain([Spot::Limit]).chain(boxes);
        let at = all.position(|spot| spot == self);
        at.and_then(|at| i64::try_from(at).ok()).unwrap_or(-1)
    }
}

/// What the boxes are about.
pub(super) struct Subject<'a> {
    pub(super) draft: &'a RoleFields,
    /// The rights that may be ticked; the others are greyed.
    pub(super) grantable: &'a Rights,
    /// Sentences above the boxes; and whether each is a problem.
    pub(super) notes: Vec<(String, bool)>,
    /// The next tab on which something is found.
    pub(super) elsewhere: Option<Elsewhere>,
}

/// Another tab on which something is found.
pub(super) struct Elsewhere {
    pub(super) tab: &'static str,
    pub(super) count: usize,
    /// The key that leads there.
    pub(super) key: String,
}

/// Whom a change has to be allowed to.
pub(super) struct Giver<'a> {
    /// The actor's own role.
    pub(super) own: &'a RoleFields,
    /// What the role had when it was read; nothing where it is new.
    pub(super) before: Option<&'a RoleFields>,
}

/// The list.
pub(super) struct Boxes {
    pub(super) tab: Tab,
    text: Text,
    find: LineField,
    /// The find line is being typed in.
    pub(super) finding: bool,
    /// Only the boxes of these rights are shown: those that were ticked when that was asked for, so that what is unticked
    /// does not vanish at once.
    only: Option<Rights>,
    selected: Spot,
    pub(super) scroll: Scroll,
}

impl Boxes {
    pub(super) fn new(tab: Tab, text: Text) -> Boxes {
        let first = groups().iter().find(|group| group.tab == tab);
        let mut boxes = Boxes {
            tab,
            text,
            find: LineField::default(),
            finding: false,
            only: None,
            selected: first.map_or(Spot::Limit, Spot::Group),
            scroll: Scroll::default(),
        };
        boxes.select_at(0);
        boxes
    }

    /// How many rights of the tab are held, and how many there are.
    pub(super) fn count(&self, rights: &Rights) -> (usize, usize) {
        let leaves = self.leaves();
        let held = leaves.iter().filter(|leaf| rights.contains(leaf.name));
        (held.count(), leaves.len())
    }

    /// How many rights of the tab Keyward enforces itself, and how many there are.
    fn enforced(&self) -> (usize, usize) {
        let leaves = self.leaves();
        let enforced = leaves.iter().filter(|leaf| is_enforced(leaf.name));
        (enforced.count(), leaves.len())
    }

    fn leaves(&self) -> Vec<&'static Leaf> {
        let own = groups().iter().filter(|group| group.tab == self.tab);
        own.flat_map(|group| group.rights).collect()
    }

    /// The groups of the tab with the rights that what was typed finds, groups without any left out; where only what is
    /// ticked is shown, as far as it is.
    fn found(&self) -> impl Iterator<Item = (&'static Group, Vec<&'static Leaf>)> {
        let wanted = name_key(self.find.text());
        let holds = move |text: &str| wanted.is_empty() || name_key(text).contains(&wanted);
        let groups = groups().iter().filter(|group| group.tab == self.tab);
        let language = self.text.language();
        groups.filter_map(move |group| {
            let whole = holds(group.label(language));
            let hit = |leaf: &&Leaf| {
                let only = self.only.as_ref();
                only.is_none_or(|only| only.contains(leaf.name))
                    && (whole || holds(leaf.label(language)) || holds(leaf.name))
            };
            let hits: Vec<&Leaf> = group.rights.iter().filter(hit).collect();
            (!hits.is_empty()).then_some((group, hits))
        })
    }

    /// Whether something is looked for.
    pub(super) fn is_searched(&self) -> bool {
        !self.find.text().trim().is_empty()
    }

    /// How many rights of the tab are found.
    pub(super) fn hits(&self) -> usize {
        self.found().map(|(_, leaves)| leaves.len()).sum()
    }

    /// Whether not all boxes are shown.
    fn is_narrowed(&self) -> bool {
        self.is_searched() || self.only.is_some()
    }

    /// Whether only what is ticked is shown.
    pub(super) fn is_ticked_only(&self) -> bool {
        self.only.is_some()
    }

    /// Shows only the boxes of these rights, or all.
    pub(super) fn show_only(&mut self, rights: Option<Rights>) {
        self.only = rights;
        self.search();
    }

    /// Looks for this text, which was typed on another tab.
    pub(super) fn look_for(&mut self, text: &str) {
        self.find.set(text);
        self.search();
    }

    /// What is looked for.
    pub(super) fn looked_for(&self) -> &str {
        self.find.text()
    }

    /// Every place of the selection, from above.
    fn spots(&self) -> Vec<Spot> {
        let mut spots = Vec::new();
        if self.tab == Tab::User && !self.is_narrowed() {
            spots.extend(Preset::ALL.map(Spot::Radio));
            spots.push(Spot::Limit);
        }
        for (group, leaves) in self.found() {
            spots.push(Spot::Group(group));
            spots.extend(leaves.into_iter().map(Spot::Right));
        }
        spots
    }

    fn at(&self) -> Option<usize> {
        self.spots().iter().position(|spot| *spot == self.selected)
    }

    fn select_at(&mut self, to: usize) {
        self.selected = self.spots().get(to).copied().unwrap_or(self.selected);
        self.scroll.follow();
    }

    /// Whether what is selected is on the page.
    pub(super) fn has_selected(&self) -> bool {
        self.at().is_some()
    }

    /// Whether Enter acts on what is selected.
    pub(super) fn is_on_radio(&self) -> bool {
        matches!(self.selected, Spot::Radio(_))
    }

    /// Moves the selection; at the top, what stands above it comes on the screen.
    pub(super) fn go(&mut self, action: Action) {
        let at = self.at().unwrap_or(0);
        if at == 0 && matches!(action, Action::Up | Action::PageUp | Action::HalfUp) {
            self.scroll.act(action);
            self.scroll.hold();
        } else {
            let last = self.spots().len().saturating_sub(1);
            self.select_at(self.scroll.moved(action, at, last));
        }
    }

    /// Selects the box with this number, which is on the screen; false where it is not found.
    pub(super) fn select(&mut self, number: i64) -> bool {
        let wanted = self
            .spots()
            .into_iter()
            .find(|spot| spot.number() == number);
        self.scroll.hold();
        self.selected = wanted.unwrap_or(self.selected);
        wanted.is_some()
    }

    /// Puts the cursor at this column of the find line.
    pub(super) fn click_find(&mut self, column: u16) {
        self.find.click(column);
    }

    /// Brings the sentences above the boxes on the screen.
    pub(super) fn show_notes(&mut self) {
        self.scroll.hold();
        self.scroll.show_from(0);
    }

    /// Offers what is typed or pasted to the find line.
    pub(super) fn take(&mut self, typed: Typed) -> Edit {
        let before = self.find.text().to_owned();
        let edit = self.find.take(typed);
        if self.find.text() != before {
            self.search();
        }
        edit
    }

    /// Leaves the find line and looks for nothing any more.
    pub(super) fn clear(&mut self) {
        self.finding = false;
        self.look_for("");
    }

    /// The selected right stays selected while it is found; else it is the first that is.
    fn search(&mut self) {
        self.scroll.follow();
        if self.at().is_none() || matches!(self.selected, Spot::Group(_)) && self.is_narrowed() {
            let is_right = |spot: &Spot| matches!(spot, Spot::Right(_));
            let first = self.spots().iter().position(is_right);
            self.select_at(first.unwrap_or(0));
        }
    }

    /// Ticks what is selected, or takes the tick away; a group as a whole, as far as it is found.
    ///
    /// # Errors
    /// A sentence: why it cannot be done, or what of a group was left as it is.
    pub(super) fn toggle(
        &self,
        draft: &mut RoleFields,
        grantable: &Rights,
        giver: &Giver,
    ) -> Result<(), String> {
        let text = self.text;
        match self.selected {
            _ if self.at().is_none() => Ok(()),
            Spot::Radio(Preset::Custom) => {
                let is_custom = Preset::of(&draft.rights, draft.equal_or_less) == Preset::Custom;
                let sentence = text.say("role.choose_boxes").to_owned();
                if is_custom { Ok(()) } else { Err(sentence) }
            }
            Spot::Radio(preset) => giver.change(draft, text, |draft| {
                preset.apply(&mut draft.rights, &mut draft.equal_or_less);
            }),
            Spot::Limit => giver.change(draft, text, |draft| {
                draft.equal_or_less = !draft.equal_or_less;
            }),
            Spot::Right(leaf) if draft.rights.contains(leaf.name) => {
                draft.rights.remove(leaf.name);
                Ok(())
            }
            Spot::Right(leaf) if grantable.contains(leaf.name) => {
                draft.rights.insert(leaf.name);
                Ok(())
            }
            Spot::Right(_) => Err(text.say("problem.not_held").to_owned()),
            Spot::Group(group) => self.toggle_group(group, draft, grantable),
        }
    }

    fn toggle_group(
        &self,
        group: &Group,
        draft: &mut RoleFields,
        grantable: &Rights,
    ) -> Result<(), String> {
        let text = self.text;
        let shown = self.found().find(|(found, _)| *found == group);
        let shown = shown.map(|(_, leaves)| leaves).unwrap_or_default();
        let off: Vec<&Leaf> = shown
            .iter()
            .copied()
            .filter(|leaf| !draft.rights.contains(leaf.name))
            .collect();
        let (can, cannot): (Vec<&Leaf>, Vec<&Leaf>) =
            off.iter().partition(|leaf| grantable.contains(leaf.name));
        if can.is_empty() && off.len() < shown.len() {
            for leaf in shown {
                draft.rights.remove(leaf.name);
            }
            return Ok(());
        }
        for leaf in &can {
            draft.rights.insert(leaf.name);
        }
        match (can.len(), cannot.len()) {
            (_, 0) => Ok(()),
            (0, _) => Err(text.say("problem.not_held").to_owned()),
            (_, count) => Err(text.fill("role.left_out", &[("count", &count)])),
        }
    }
}

impl Giver<'_> {
    /// Makes a change unless it would give what the actor does not hold.
    fn change(
        &self,
        draft: &mut RoleFields,
        text: Text,
        change: impl FnOnce(&mut RoleFields),
    ) -> Result<(), String> {
        let mut changed = draft.clone();
        change(&mut changed);
        if let Some(problem) = beyond(self.own, self.before, &changed).first() {
            return Err(text.problem(problem, &[]));
        }
        *draft = changed;
        Ok(())
    }
}
