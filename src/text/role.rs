//! What a change of a role gives and takes, in words.

use std::fmt::Display;

use crate::domain::list::RoleRow;
use crate::domain::rights::{Extent, Rights, groups};
use crate::domain::role::RoleFields;
use crate::text::Text;

impl Text {
    /// What a role lets one into.
    #[must_use]
    pub fn lets_into(self, role: &RoleRow) -> &'static str {
        self.say(match (role.user_interface, role.web_service) {
            (true, true) => "access.both",
            (true, false) => "access.user_interface",
            (false, true) => "access.web_service",
            (false, false) => "access.none",
        })
    }

    /// What a role lets one into, and which services it opens where it lists some.
    #[must_use]
    pub fn role_access(self, role: &RoleRow) -> String {
        let access = self.lets_into(role);
        match role.services.as_str() {
            "" => access.to_owned(),
            services => {
                let words: [(&str, &dyn Display); 2] =
                    [("access", &access), ("services", &services)];
                self.fill("access.limited", &words)
            }
        }
    }

    /// What these rights allow where one gets by them, in few words: `reads through the API`.
    #[must_use]
    pub fn allows(self, rights: &Rights, user_interface: bool, web_service: bool) -> String {
        let by = match (user_interface, web_service) {
            (true, true) => "allows.both",
            (true, false) => "allows.user_interface",
            (false, true) => "allows.web_service",
            (false, false) => return self.say("allows.nowhere").to_owned(),
        };
        let name = match rights.extent() {
            Extent::Nothing => "allows.nothing",
            Extent::View => "allows.view",
            Extent::Some => "allows.some",
            Extent::All => "allows.all",
        };
        self.fill(name, &[("by", &self.say(by))])
    }

    /// What changes of a role, a line each: texts before and after, then what it gives (+) and takes (-), the rights as its
    /// tabs have them.
    #[must_use]
    pub fn role_changes(self, before: &RoleFields, after: &RoleFields) -> Vec<String> {
        let mut lines = Vec::new();
        if before.name != after.name {
            let names: [(&str, &dyn Display); 2] =
                [("before", &before.name), ("after", &after.name)];
            lines.push(self.fill("role_change.name", &names));
        }
        if before.description != after.description {
            lines.push(self.say("role_change.description").to_owned());
        }
        if before.services != after.services {
            let told = |services: &str| match services {
                "" => self.say("role_change.all_services").to_owned(),
                services => services.to_owned(),
            };
            let (before, after) = (told(&before.services), told(&after.services));
            let lists: [(&str, &dyn Display); 2] = [("before", &before), ("after", &after)];
            lines.push(self.fill("role_change.services", &lists));
        }
        let flags = [
            (
                before.user_interface,
                after.user_interface,
                "field.user_interface",
            ),
            (before.web_service, after.web_service, "field.web_service"),
            (
                before.equal_or_less,
                after.equal_or_less,
                "role.equal_or_less",
            ),
        ];
        let flags = flags.map(|(was, is, label)| (was, is, self.say(label)));
        let leaves = groups().iter().flat_map(|group| group.rights);
        let rights = leaves.map(|leaf| {
            let held = |role: &RoleFields| role.rights.contains(leaf.name);
            (held(before), held(after), leaf.label(self.language()))
        });
        let boxes = flags.into_iter().chain(rights);
        lines.extend(boxes.filter_map(|(was, is, label)| match (was, is) {
            (false, true) => Some(format!("+ {label}")),
            (true, false) => Some(format!("- {label}")),
            _ => None,
        }));
        lines
    }
}
