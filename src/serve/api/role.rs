//! Roles as the original's API tells them, and as its clients change them.

use serde::Serialize;

use crate::domain::rights::{Group, Rights, RightsTree, groups};
use crate::domain::role::{Role as Stored, RoleDraft};
use crate::serve::api::members::{Members, Wrong};
use crate::serve::api::search::Field;
use crate::serve::api::search::Kind::{Flag, Number, Text};

/// What can be searched by.
pub const FIELDS: &[Field] = &[
    ("name", Text),
    ("description", Text),
    ("immutable", Flag),
    ("canOnlyManipulateUsersWithEqualOrLesserRights", Flag),
    ("allComputers", Flag),
    ("allPolicies", Flag),
    ("allowUserInterface", Flag),
    ("allowWebService", Flag),
    ("ID", Number),
];

const EQUAL_OR_LESS: &str = "canOnlyManipulateUsersWithEqualOrLesserRights";

/// A role. There are no computers and policies here that it could be narrowed to.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the original's API has as many"
)]
pub struct Role<'a> {
    name: &'a str,
    description: &'a str,
    immutable: bool,
    #[serde(rename = "canOnlyManipulateUsersWithEqualOrLesserRights")]
    equal_or_less: bool,
    all_computers: bool,
    all_policies: bool,
    allow_user_interface: bool,
    allow_web_service: bool,
    rights: RightsTree,
    #[serde(rename = "ID")]
    id: i64,
}

impl<'a> Role<'a> {
    /// A role with all of its rights.
    #[must_use]
    pub fn of(role: &'a Stored) -> Role<'a> {
        let fields = &role.fields;
        Role {
            name: &fields.name,
            description: &fields.description,
            immutable: role.immutable,
            equal_or_less: fields.equal_or_less,
            all_computers: true,
            all_policies: true,
            allow_user_interface: fields.user_interface,
            allow_web_service: fields.web_service,
            rights: fields.rights.tree(),
            id: role.id.0,
        }
    }
}

/// What is asked to be otherwise; what was left out stays, each right by itself.
///
/// # Errors
/// The first member that is of the wrong type, or a right that is not there.
pub fn change(body: &Members<'_>) -> Result<impl FnOnce(&mut RoleDraft) + use<>, Wrong> {
    let name = body.text("name")?.map(str::to_owned);
    let description = body.text("description")?.map(str::to_owned);
    let equal_or_less = body.flag(EQUAL_OR_LESS)?;
    let user_interface = body.flag("allowUserInterface")?;
    let web_service = body.flag("allowWebService")?;
    let rights = match body.object("rights")? {
        Some(sections) => rights(&sections)?,
        None => Vec::new(),
    };
    Ok(move |draft: &mut RoleDraft| {
        if let Some(name) = name {
            // Nobody is there who could be asked whether it is meant.
            draft.told_alike = Some(name.clone());
            draft.fields.name = name;
        }
        let fields = &mut draft.fields;
        fields.description = description.unwrap_or_else(|| fields.description.clone());
        fields.equal_or_less = equal_or_less.unwrap_or(fields.equal_or_less);
        fields.user_interface = user_interface.unwrap_or(fields.user_interface);
        fields.web_service = web_service.unwrap_or(fields.web_service);
        for (name, held) in rights {
            fields.rights.set(&name, held);
        }
    })
}

/// Each right that is named, by its full name, and whether it is to be held. One that is not there may be misspelt, and
/// whoever takes it away would believe that it is gone.
fn rights(sections: &Members<'_>) -> Result<Vec<(String, bool)>, Wrong> {
    let mut rights = Vec::new();
    for section in sections.names() {
        if !groups().iter().any(|known| known.section == section) {
            return Err(sections.wrong(section, "api.no_right"));
        }
        let Some(groups) = sections.object(section)? else {
            continue;
        };
        for group in groups.names() {
            let is_there = |known: &Group| known.section == section && known.name == group;
            if !self::groups().iter().any(is_there) {
                return Err(groups.wrong(group, "api.no_right"));
            }
            let Some(leaves) = groups.object(group)? else {
                continue;
            };
            for leaf in leaves.names() {
                let name = format!("{section}.{group}.{leaf}");
                if !Rights::all().contains(&name) {
                    return Err(leaves.wrong(leaf, "api.no_right"));
                }
                if let Some(held) = leaves.flag(leaf)? {
                    rights.push((name, held));
                }
            }
        }
    }
    Ok(rights)
}
