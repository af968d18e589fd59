//! The role: chosen from the list, or made under the list's last entry.

use crate::domain::id::RoleId;
use crate::domain::problem::Field;
use crate::domain::rights::Right;
use crate::domain::role::Role;
use crate::ui::layer::choice::Choice;
use crate::ui::layer::properties::{Properties, Question, Subject};
use crate::ui::layer::role::RoleDialog;
use crate::ui::layer::{Asks, Ctx};
use crate::ui::request::Request;

impl<S: Subject> Properties<S> {
    /// The roles by name, and `New...` for whoever may create one.
    pub(super) fn role_choice(&mut self, title: &str, ctx: &Ctx) -> Choice {
        let names = self.roles.iter().map(|role| role.fields.name.clone());
        let new = ctx.actor.may(Right::CreateRoles);
        let new = new.then(|| ctx.text.say("key.new").to_owned());
        let names = names.chain(new).collect();
        let chosen = *self.subject.role();
        let at = self.roles.iter().position(|role| role.id == chosen);
        Choice::of(title, names, at.unwrap_or(0))
    }

    /// Takes the entry that was chosen; what is behind the last role is `New...`.
    pub(super) fn role_chosen(&mut self, index: usize, ctx: &Ctx, asks: &mut Asks) {
        if let Some(role) = self.roles.get(index) {
            *self.subject.role() = role.id;
            self.edited(Field::Role, ctx);
        } else {
            self.question = Some(Question::NewRole);
            asks.push(RoleDialog::of_new_role());
        }
    }

    /// A role was made: reads the list again, to choose it.
    pub(super) fn role_made(&mut self, id: RoleId, asks: &mut Asks) {
        self.choosing = Some((asks.request(Request::Roles), id));
    }

    /// The list as it is now, with the new role.
    pub(super) fn choose_made(&mut self, roles: Vec<Role>, made: RoleId, ctx: &Ctx) {
        self.roles = roles;
        if self.roles.iter().any(|role| role.id == made) {
            *self.subject.role() = made;
        }
        self.edited(Field::Role, ctx);
    }
}
