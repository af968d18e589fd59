//! The role: chosen from the list, or made under the list's last entry.

use crate::domain::id::RoleId;
use crate::domain::problem::Field;
use crate::domain::rights::Right;
use crate::domain::role::Role;
use crate::ui::layer::choice::Choice;
use crate::ui::layer::properties::{Awaited, Properties, Subject};
use crate::ui::layer::role::RoleDialog;
use crate::ui::layer::{Asks, Ctx, Then};
use crate::ui::request::Read;

impl<S: Subject> Properties<S> {
    /// Opens the choice of a role by name, and `New...` for whoever may create one.
    pub(super) fn choose_role(&mut self, title: &str, ctx: &Ctx, asks: &mut Asks) {
        let named = |role: &Role| (Some(role.id), role.fields.name.clone());
        let new = ctx.actor.may(Right::CreateRoles);
        let new = new.then(|| (None, ctx.text.say("key.new").to_owned()));
        let entries = self.roles.iter().map(named).chain(new).collect();
        let present = Some(self.subject.role());
        let then = Then::new(Properties::<S>::role_chosen);
        let choice = Choice::of(title, entries, &present, then);
        asks.push(choice.at(self.form.field_at()));
    }

    /// Takes the role that was chosen; none is `New...`.
    fn role_chosen(&mut self, role: Option<RoleId>, ctx: &Ctx, asks: &mut Asks) {
        if let Some(role) = role {
            self.subject.set_role(role);
            self.edited(Field::Role, ctx);
        } else {
            asks.push(RoleDialog::of_new_role_for(
                S::ROLE_FOR,
                Then::new(|form: &mut Properties<S>, made, _, asks| {
                    form.role_made(RoleId(made), asks);
                }),
            ));
        }
    }

    /// A role was made: reads the list again, to choose it.
    pub(super) fn role_made(&mut self, id: RoleId, asks: &mut Asks) {
        self.awaited = Some((asks.request(Read::Roles), Awaited::Roles(id)));
    }

    /// The list as it is now, with the new role.
    pub(super) fn choose_made(&mut self, roles: Vec<Role>, made: RoleId, ctx: &Ctx) {
        self.roles = roles;
        if self.roles.iter().any(|role| role.id == made) {
            self.subject.set_role(made);
        }
        self.edited(Field::Role, ctx);
    }
}
