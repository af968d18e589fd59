//! The tab General: name, description, the two access types and the services.

use crate::domain::problem::{Field, Problem, Rule};
use crate::domain::role::RoleDraft;
use crate::domain::services::{SERVICE_NAME_MAX, SERVICES_MAX, may_go_on};
use crate::text::Text;
use crate::ui::field::{AreaField, LineField};
use crate::ui::form::{Form, Input, Item};
use crate::ui::layer::role::RoleDialog;
use crate::ui::layer::{Asks, Ctx};

/// The most characters of the list of services: as many as it can have as it is kept.
const SERVICES_TEXT_MAX: usize = SERVICES_MAX * (SERVICE_NAME_MAX + 2);

/// Whether a problem is only that somebody is not done with typing.
pub(super) fn is_unfinished(draft: &RoleDraft, problem: &Problem) -> bool {
    problem.rule == Rule::Empty || (problem.field == Field::Services && may_go_on(&draft.services))
}

impl RoleDialog {
    pub(super) fn form(&self, draft: &RoleDraft, text: Text) -> Form {
        let name = Input::Line(match self.existing() {
            Some(_) => LineField::new(&draft.name),
            None => LineField::new(&draft.name).suggested(),
        });
        let description = Input::Area(Box::new(AreaField::new(&draft.description)));
        let mut items = vec![
            Item::new(Field::Name, "field.name", name),
            Item::new(Field::Description, "field.description", description),
            Item {
                heading: Some("role.access_type"),
                ..Item::new(
                    Field::UserInterface,
                    "field.user_interface",
                    Input::Tick(draft.user_interface),
                )
            },
            Item::new(
                Field::WebService,
                "field.web_service",
                Input::Tick(draft.web_service),
            ),
            Item::new(
                Field::Services,
                "field.services",
                Input::Line(LineField::new(&draft.services).at_most(SERVICES_TEXT_MAX)),
            ),
        ];
        for item in &mut items {
            let told = matches!(item.field, Field::Name | Field::Description);
            item.enabled = !self.is_read_only() && (told || self.locked.is_none());
        }
        let facts = self
            .existing()
            .map(|id| ("ID".to_owned(), id.0.to_string()));
        let facts = facts.into_iter().collect();
        Form::new(items, facts, self.is_read_only(), text)
    }

    /// Brings below the fields why they cannot be changed, and what follows from an access or from rights that the role does
    /// not have.
    pub(super) fn show_consequences(&mut self, ctx: &Ctx) {
        let draft = self.drafted();
        // The sentence stands where it is seen first, or where it matters.
        let locked_at = if self.is_read_only() {
            Field::Name
        } else {
            Field::WebService
        };
        for item in &mut self.general.items {
            let locked = self.locked.iter().filter(|_| item.field == locked_at);
            item.notes = locked.cloned().collect();
            let follows: &[(bool, &str)] = match item.field {
                Field::UserInterface => &[(!draft.user_interface, "role.no_user_interface")],
                Field::WebService => &[
                    (!draft.web_service, "role.no_web_service"),
                    (draft.rights.is_empty(), "role.no_rights"),
                ],
                _ => &[],
            };
            let follows = follows.iter().filter(|(holds, _)| *holds);
            let follows = follows.map(|(_, sentence)| ctx.text.say(sentence).to_owned());
            item.notes.extend(follows);
        }
    }

    /// The draft as it is now, with what is typed in the form.
    pub(super) fn drafted(&self) -> RoleDraft {
        let mut draft = self.draft.clone();
        for item in &self.general.items {
            match (&item.input, item.field) {
                (Input::Line(line), Field::Services) => draft.services = line.copy(),
                (Input::Line(line), _) => draft.name = line.copy(),
                (Input::Area(area), _) => draft.description = area.text(),
                (Input::Tick(on), Field::UserInterface) => draft.user_interface = *on,
                (Input::Tick(on), Field::WebService) => draft.web_service = *on,
                _ => {}
            }
        }
        draft
    }

    /// Ticks the access type that has the focus, or takes the tick away.
    pub(super) fn tick(&mut self, ctx: &Ctx, asks: &mut Asks) {
        let had = |field| match (&self.before, field) {
            (Some(before), Field::UserInterface) => before.user_interface,
            (Some(before), _) => before.web_service,
            (None, _) => false,
        };
        let own = &ctx.actor.role.fields;
        let Some(field) = self.general.focused().map(|item| item.field) else {
            return;
        };
        let holds = match field {
            Field::UserInterface => own.user_interface,
            _ => own.web_service,
        };
        let may = holds || had(field);
        let Some(item) = self.general.focused_mut() else {
            return;
        };
        if let Input::Tick(on) = &mut item.input {
            if *on || may {
                *on = !*on;
                item.problem = None;
                self.show_consequences(ctx);
            } else {
                let problem = Problem::new(field, Rule::NotHeld);
                asks.complain(ctx.text.problem(&problem, &[]));
            }
        }
    }
}
