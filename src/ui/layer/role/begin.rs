//! What Role Properties begins with, and what of it can be changed.

use crate::domain::authority::{cut, may_manage};
use crate::domain::rights::{Right, Rights, Tab};
use crate::domain::role::{RoleDraft, RoleFields, RoleProperties};
use crate::domain::trouble::Trouble;
use crate::ui::layer::role::boxes::Boxes;
use crate::ui::layer::role::{RoleDialog, Task};
use crate::ui::layer::{Asks, Ctx};

impl RoleDialog {
    /// Begins with an existing role.
    pub(super) fn edit_existing(&mut self, properties: RoleProperties, ctx: &Ctx) {
        let (text, actor) = (ctx.text, ctx.actor);
        let RoleProperties {
            id,
            immutable,
            fields,
            assigned,
            assigned_more,
        } = properties;
        let why = if immutable {
            Some(Trouble::RoleImmutable(fields.name.clone()))
        } else if !actor.may(Right::EditRoles) {
            Some(Trouble::NotAuthorized(Right::EditRoles))
        } else if may_manage(&actor.role.fields, &fields) {
            None
        } else {
            Some(Trouble::RoleBeyondOwn(fields.name.clone()))
        };
        self.read_only = why.map(|trouble| text.trouble(&trouble));
        let is_own = id == actor.role.id;
        let own = is_own.then(|| text.say("problem.own_role").to_owned());
        self.locked = self.read_only.clone().or(own);
        self.title = text.fill("role.title_edit", &[("name", &fields.name)]);
        self.assigned.set(assigned, assigned_more);
        let draft = RoleDraft::from(&fields);
        self.before = Some(fields);
        self.begin(draft, ctx);
    }

    fn begin(&mut self, draft: RoleDraft, ctx: &Ctx) {
        let none = Rights::default();
        let had = self.before.as_ref().map_or(&none, |before| &before.rights);
        self.grantable = if self.locked.is_some() {
            // One reason for all boxes is enough.
            Rights::all()
        } else {
            ctx.actor.role.fields.rights.with(had)
        };
        self.general = self.form(&draft, ctx.text);
        self.boxes = Tab::ALL.map(|tab| Boxes::new(tab, ctx.text)).into();
        self.initial = draft.fields.clone();
        self.draft = draft;
        self.show_consequences(ctx);
    }

    /// Begins with a new role or a copy, without anything that the actor's own role does not have.
    pub(super) fn begin_new(&mut self, name: String, ctx: &Ctx, asks: &mut Asks) {
        let own = &ctx.actor.role.fields;
        let wanted = RoleFields {
            name,
            ..self.draft.fields.clone()
        };
        let draft = cut(&wanted, own);
        if draft != wanted && matches!(self.task, Task::Copy(_)) {
            asks.say(ctx.text.say("role.cut"));
        }
        ctx.text.say("role.title_new").clone_into(&mut self.title);
        self.begin(draft.into(), ctx);
    }
}
