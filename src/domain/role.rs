//! A role: a named set of rights, what was typed for one, and the rules between the two.

use crate::domain::id::{AUDITOR, FULL_ACCESS, KeyId, RoleId, UserId};
use crate::domain::merge::{Values, merge};
use crate::domain::name::{check_description, check_name};
use crate::domain::problem::{Field, Problem, Value};
use crate::domain::rights::Rights;
use crate::domain::services::check_services;
use crate::domain::typed::Typed;

/// What a new role is named (the vendor's console; a clash makes it `New Role_2`).
pub const NEW_ROLE: &str = "New Role";

/// The fields of Role Properties: as they are kept, or as a person typed them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleFields {
    pub name: String,
    pub description: String,
    /// `Allow Access to ... User Interface`.
    pub user_interface: bool,
    /// `Allow Access to Web Service API`.
    pub web_service: bool,
    pub rights: Rights,
    /// Manages only what has equal or less access (the original's `canOnlyManipulateUsersWithEqualOrLesserRights`).
    pub equal_or_less: bool,
    /// The services that the role's keys open, as [`check_services`] writes them; empty opens all.
    pub services: String,
}

/// A role with what it allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    pub id: RoleId,
    /// Cannot be changed or deleted.
    pub immutable: bool,
    pub fields: RoleFields,
}

impl Role {
    /// The two roles that every database starts with, as the original's.
    #[must_use]
    pub fn built_in() -> [Role; 2] {
        let role = |id, name: &str, immutable, rights| Role {
            id,
            immutable,
            fields: RoleFields {
                name: name.to_owned(),
                description: String::new(),
                user_interface: true,
                web_service: true,
                rights,
                equal_or_less: false,
                services: String::new(),
            },
        };
        [
            role(FULL_ACCESS, "Full Access", true, Rights::all()),
            role(AUDITOR, "Auditor", false, Rights::view_only()),
        ]
    }
}

/// What a new role is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleFor {
    Key,
    User,
}

/// What was typed into Role Properties.
pub type RoleDraft = Typed<RoleFields>;

impl Default for RoleFields {
    /// A new role, as the original's: it may view, and open the console.
    fn default() -> RoleFields {
        RoleFields {
            name: NEW_ROLE.to_owned(),
            description: String::new(),
            user_interface: true,
            web_service: false,
            rights: Rights::view_only(),
            equal_or_less: false,
            services: String::new(),
        }
    }
}

impl RoleFields {
    /// Checks every rule that needs no database, and leaves out the spaces around what was typed.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the fields.
    pub fn check(&self) -> Result<RoleFields, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut note = |field, rule| problems.push(Problem::new(field, rule));
        let name = check_name(&self.name).map_err(|rule| note(Field::Name, rule));
        let description =
            check_description(&self.description).map_err(|rule| note(Field::Description, rule));
        let services = check_services(&self.services).map_err(|rule| note(Field::Services, rule));
        match (name, description, services) {
            (Ok(name), Ok(description), Ok(services)) => Ok(RoleFields {
                name,
                description,
                services,
                ..self.clone()
            }),
            _ => Err(problems),
        }
    }

    /// The texts that were typed, in the order of the form.
    #[must_use]
    pub fn texts(&self) -> [(Field, &str); 3] {
        [
            (Field::Name, &self.name),
            (Field::Description, &self.description),
            (Field::Services, &self.services),
        ]
    }

    fn values(&self) -> Values {
        vec![
            (Field::Name, Value::Text(self.name.clone())),
            (Field::Description, Value::Text(self.description.clone())),
            (Field::UserInterface, Value::Flag(self.user_interface)),
            (Field::WebService, Value::Flag(self.web_service)),
            (Field::EqualOrLess, Value::Flag(self.equal_or_less)),
            (Field::Services, Value::Text(self.services.clone())),
        ]
    }

    /// Takes over a value that somebody else has saved, so that the next save is a change of that.
    pub fn adopt(&mut self, field: Field, value: &Value) {
        match (field, value) {
            (Field::Name, Value::Text(name)) => self.name.clone_from(name),
            (Field::Description, Value::Text(text)) => self.description.clone_from(text),
            (Field::UserInterface, Value::Flag(on)) => self.user_interface = *on,
            (Field::WebService, Value::Flag(on)) => self.web_service = *on,
            (Field::EqualOrLess, Value::Flag(on)) => self.equal_or_less = *on,
            (Field::Services, Value::Text(text)) => self.services.clone_from(text),
            _ => {}
        }
    }

    /// Merges one person's changes (`before` to `self`) into what the role has `now`, each right for itself: two people
    /// who change what is on or off cannot clash.
    ///
    /// # Errors
    /// The clashes, as of [`merge`].
    pub fn merge(&self, before: &RoleFields, now: &RoleFields) -> Result<RoleFields, Vec<Problem>> {
        let added = self.rights.without(&before.rights);
        let removed = before.rights.without(&self.rights);
        let rights = now.rights.with(&added).without(&removed);
        let merged = merge([before, self, now], RoleFields::values, RoleFields::adopt)?;
        Ok(RoleFields { rights, ..merged })
    }
}

/// Everything that Role Properties shows of an existing role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleProperties {
    pub id: RoleId,
    pub immutable: bool,
    pub fields: RoleFields,
    /// Users first, each kind by name; at most [`ASSIGNED_MAX`], and only of the kinds that the actor may view.
    pub assigned: Vec<Assigned>,
    /// How many more have the role and are not listed.
    pub assigned_more: i64,
}

/// The most users and keys of a role that are listed.
pub const ASSIGNED_MAX: usize = 200;

/// Who or what has a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assigned {
    User(UserId, String),
    Key {
        id: KeyId,
        name: String,
        /// It was deleted, and can be restored.
        deleted: bool,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::problem::Rule;
    use crate::domain::rights::Right;
    use crate::domain::tests::with;

    fn fields() -> RoleFields {
        RoleFields::default().check().expect("valid")
    }

    #[test]
    fn a_new_role_may_view_and_open_the_console() {
        let new = fields();
        assert_eq!(new.rights, Rights::view_only());
        assert!(new.user_interface && !new.web_service && !new.equal_or_less);
    }

    #[test]
    fn every_problem_is_told_at_once() {
        let bad = RoleFields {
            name: " ".to_owned(),
            description: "a\u{202e}".to_owned(),
            ..RoleFields::default()
        };
        let found = bad.check().expect_err("bad");
        let found: Vec<Field> = found.iter().map(|problem| problem.field).collect();
        assert_eq!(found, [Field::Name, Field::Description]);
    }

    #[test]
    fn two_people_ticking_different_boxes_both_win() {
        let rights = |rights: &[Right]| {
            Rights::from_names(rights.iter().map(|right| right.name().to_owned()))
        };
        let having = |held: &[Right]| with(&fields(), |role| role.rights = rights(held));
        let before = having(&[Right::ViewUsers, Right::EditUsers]);
        let mut mine = having(&[Right::ViewUsers, Right::ViewRoles]);
        mine.web_service = true;
        let mut theirs = having(&[Right::EditUsers, Right::ViewEvents]);
        theirs.equal_or_less = true;
        let merged = mine.merge(&before, &theirs).expect("no clash");
        let both = rights(&[Right::ViewRoles, Right::ViewEvents]);
        assert_eq!(merged.rights, both);
        assert!(merged.web_service && merged.equal_or_less && merged.user_interface);
    }

    #[test]
    fn two_people_changing_one_text_is_told_and_taken_over() {
        let mut before = fields();
        let named = |name: &str| with(&before, |role| role.name = name.to_owned());
        let (mine, theirs) = (named("mine"), named("theirs"));
        let clash = mine.merge(&before, &theirs).expect_err("a clash");
        let [
            Problem {
                field,
                rule: Rule::ChangedMeanwhile { theirs: value, .. },
            },
        ] = &clash[..]
        else {
            panic!("{clash:?}");
        };
        before.adopt(*field, value);
        let merged = mine.merge(&before, &theirs).map(|merged| merged.name);
        assert_eq!(merged, Ok("mine".to_owned()));
    }
}
