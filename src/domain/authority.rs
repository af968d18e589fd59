//! Who may do what to whom: what one role allows against what another one does. Every rule compares with the actor's
//! role as it is at that moment.

mod standing;

use crate::domain::id::{AUDITOR, RoleId};
use crate::domain::problem::{Field, Problem, Rule};
use crate::domain::rights::{Right, Rights};
use crate::domain::role::{Role, RoleFields};
use crate::domain::services::opens_all_of;

pub use standing::{Given, Holder, Standing, given_beyond};

/// The rights to create, edit or delete users, API keys or roles.
pub const MANAGING: [Right; 9] = [
    Right::CreateUsers,
    Right::EditUsers,
    Right::DeleteUsers,
    Right::CreateApiKeys,
    Right::EditApiKeys,
    Right::DeleteApiKeys,
    Right::CreateRoles,
    Right::EditRoles,
    Right::DeleteRoles,
];

/// Whether the role allows anything to be managed.
#[must_use]
pub fn manages(role: &RoleFields) -> bool {
    MANAGING.iter().any(|right| role.rights.has(*right))
}

/// Whether the role lets its holder edit users and roles in the console. As long as one user has such a role, whatever
/// else was done to users and roles can be undone.
#[must_use]
pub fn can_edit_users_and_roles(role: &RoleFields) -> bool {
    role.user_interface && role.rights.has(Right::EditUsers) && role.rights.has(Right::EditRoles)
}

/// Whether the role `other` allows nothing that `own` does not.
///
/// That is no right, no access type, no service and, where `own` is bound to equal or less access, no managing without that bound.
#[must_use]
pub fn within(other: &RoleFields, own: &RoleFields) -> bool {
    own.rights.contains_all(&other.rights)
        && (own.user_interface || !other.user_interface)
        && (own.web_service || !other.web_service)
        && (!own.equal_or_less || other.equal_or_less || !manages(other))
        && opens_all_of(&own.services, &other.services)
}

/// The role that a new user or key begins with: Auditor, or the first that one may give at all.
#[must_use]
pub fn first_to_give(roles: &[Role], own: &Role) -> RoleId {
    let may = |role: &&Role| within(&role.fields, &own.fields);
    let auditor = roles.iter().find(|role| role.id == AUDITOR);
    let first = auditor.filter(may).or_else(|| roles.iter().find(may));
    first.map_or(AUDITOR, |role| role.id)
}

/// Whether a holder of `own` may manage the role `target`, and users and keys that have it.
///
/// Who is bound to equal or less access manages only what allows no more than `own`.
#[must_use]
pub fn may_manage(own: &RoleFields, target: &RoleFields) -> bool {
    !own.equal_or_less || within(target, own)
}

/// Whether the two roles allow the same, whatever they are named.
#[must_use]
pub fn allows_the_same(one: &RoleFields, other: &RoleFields) -> bool {
    one.rights == other.rights
        && one.user_interface == other.user_interface
        && one.web_service == other.web_service
        && one.equal_or_less == other.equal_or_less
        && one.services == other.services
}

/// What a change of a role would give that `own` does not hold. `before` is nothing where the role is new.
///
/// Taking `equal or less` off gives every managing right of the role anew, without that bound; an access type that is
/// opened gives all of its rights to those who could not use them, and so does a service.
#[must_use]
pub fn beyond(own: &RoleFields, before: Option<&RoleFields>, after: &RoleFields) -> Vec<Problem> {
    let none = Rights::default();
    let freed = before.is_some_and(|before| before.equal_or_less) && !after.equal_or_less;
    let mut given = after
        .rights
        .without(before.map_or(&none, |before| &before.rights));
    if freed {
        given = given.with(&managing(&after.rights));
    }
    let opened = |is: fn(&RoleFields) -> bool| is(after) && !before.is_some_and(is);
    let (console, api) = (
        opened(|role| role.user_interface),
        opened(|role| role.web_service),
    );
    let services = !before.is_some_and(|before| opens_all_of(&before.services, &after.services));
    if console || api || services {
        given = given.with(&after.rights);
    }
    let missing = given.without(&own.rights);
    let mut problems = Vec::new();
    if console && !own.user_interface {
        problems.push(Problem::new(Field::UserInterface, Rule::NotHeld));
    }
    if api && !own.web_service {
        problems.push(Problem::new(Field::WebService, Rule::NotHeld));
    }
    if !missing.is_empty() {
        let rights = missing.names().map(str::to_owned).collect();
        problems.push(Problem::new(
            Field::Rights,
            Rule::RightsBeyondOwn { rights },
        ));
    }
    if services && !opens_all_of(&own.services, &after.services) {
        problems.push(Problem::new(Field::Services, Rule::NotHeld));
    }
    if own.equal_or_less && !after.equal_or_less && manages(after) {
        problems.push(Problem::new(Field::EqualOrLess, Rule::NotHeld));
    }
    problems
}

/// The part of a new role that a holder of `own` may give.
#[must_use]
pub fn cut(new: &RoleFields, own: &RoleFields) -> RoleFields {
    let beyond = new.rights.without(&own.rights);
    let mut cut = RoleFields {
        user_interface: new.user_interface && own.user_interface,
        web_service: new.web_service && own.web_service,
        rights: new.rights.without(&beyond),
        ..new.clone()
    };
    if !opens_all_of(&own.services, &cut.services) {
        cut.services.clone_from(&own.services);
    }
    let managing = !managing(&cut.rights).is_empty();
    cut.equal_or_less |= own.equal_or_less && managing;
    cut
}

fn managing(rights: &Rights) -> Rights {
    let held = MANAGING.iter().filter(|right| rights.has(**right));
    Rights::from_names(held.map(|right| right.name().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::role::Role;
    use crate::domain::tests::with;

    fn role(rights: &[Right], equal_or_less: bool) -> RoleFields {
        let rights = Rights::from_names(rights.iter().map(|right| right.name().to_owned()));
        RoleFields {
            rights,
            equal_or_less,
            ..RoleFields::default()
        }
        .check()
        .expect("valid")
    }

    fn fields(problems: &[Problem]) -> Vec<Field> {
        problems.iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn a_new_key_begins_with_a_role_that_one_may_give() {
        let [full, auditor] = Role::built_in();
        let less = Role {
            id: RoleId(3),
            immutable: false,
            fields: with(&auditor.fields, |role| role.web_service = false),
        };
        let roles = [auditor, full.clone(), less.clone()];
        assert_eq!(first_to_give(&roles, &full), AUDITOR);
        assert_eq!(first_to_give(&roles, &less), less.id);
        assert_eq!(first_to_give(&roles[..2], &less), AUDITOR);
    }

    #[test]
    fn everything_is_within_full_access_and_full_access_within_nothing_less() {
        let [full, auditor] = Role::built_in().map(|role| role.fields);
        assert!(within(&full, &full) && within(&auditor, &full) && !within(&full, &auditor));
        for right in Right::ALL {
            let rights = full.rights.without(&role(&[right], false).rights);
            let less = with(&full, |role| role.rights = rights);
            assert!(!within(&full, &less), "{right:?}");
        }
        for less in [
            with(&full, |role| role.user_interface = false),
            with(&full, |role| role.web_service = false),
            with(&full, |role| role.equal_or_less = true),
        ] {
            assert!(within(&less, &full) && !within(&full, &less));
        }
    }

    #[test]
    fn who_is_bound_to_equal_or_less_stays_within_it() {
        let bound = role(&[Right::ViewUsers, Right::EditUsers], true);
        let free = with(&bound, |role| role.equal_or_less = false);
        assert!(within(&bound, &bound) && !within(&free, &bound));
        let views = role(&[Right::ViewUsers], false);
        assert!(within(&views, &bound), "it manages nothing");
        let more = role(&[Right::ViewRoles], false);
        assert!(!may_manage(&bound, &more) && may_manage(&free, &more));
    }

    #[test]
    fn only_what_is_added_has_to_be_held() {
        let own = role(&[Right::ViewUsers, Right::EditRoles], false);
        let before = role(&[Right::DeleteApiKeys], false);
        let plus = |more| {
            let rights = before.rights.with(&role(&[more], false).rights);
            with(&before, |role| role.rights = rights)
        };
        assert!(beyond(&own, Some(&before), &plus(Right::ViewUsers)).is_empty());
        let problems = beyond(&own, Some(&before), &plus(Right::ViewRoles));
        let rights = vec![Right::ViewRoles.name().to_owned()];
        let rule = Rule::RightsBeyondOwn { rights };
        assert_eq!(problems, [Problem::new(Field::Rights, rule)]);
        assert_eq!(fields(&beyond(&own, None, &before)), [Field::Rights]);
        let api = with(&before, |role| role.web_service = true);
        assert_eq!(
            fields(&beyond(&own, Some(&before), &api)),
            [Field::WebService, Field::Rights]
        );
        let open = with(&own, |role| role.web_service = true);
        assert_eq!(
            fields(&beyond(&open, Some(&before), &api)),
            [Field::Rights],
            "whoever has the role gets all of its rights where they could not use them"
        );
        assert!(beyond(&own, Some(&api), &api).is_empty());
        let console = with(&own, |role| role.user_interface = false);
        let closed = with(&before, |role| role.user_interface = false);
        assert_eq!(
            fields(&beyond(&console, Some(&closed), &before)),
            [Field::UserInterface, Field::Rights]
        );
    }

    #[test]
    fn freeing_a_role_from_equal_or_less_gives_its_managing_rights_anew() {
        let bound = role(&[Right::EditApiKeys, Right::ViewApiKeys], true);
        let free = with(&bound, |role| role.equal_or_less = false);
        let own = role(&[Right::EditRoles], false);
        assert_eq!(fields(&beyond(&own, Some(&bound), &free)), [Field::Rights]);
        let own = role(&[Right::EditRoles, Right::EditApiKeys], false);
        assert!(beyond(&own, Some(&bound), &free).is_empty());
        let own = with(&own, |role| role.equal_or_less = true);
        let found = fields(&beyond(&own, Some(&bound), &free));
        assert_eq!(found, [Field::EqualOrLess]);
        assert!(beyond(&own, None, &role(&[], false)).is_empty());
    }

    #[test]
    fn a_role_opens_no_service_that_whoever_gives_it_does_not_open() {
        let [full, _] = Role::built_in().map(|role| role.fields);
        let opening = |services: &str| with(&full, |role| role.services = services.to_owned());
        let (crm, both) = (opening("crm"), opening("billing, crm"));
        let services = [Problem::new(Field::Services, Rule::NotHeld)];
        for (before, after) in [
            (None, &both),
            (None, &full),
            (Some(&crm), &both),
            (Some(&both), &full),
        ] {
            assert_eq!(beyond(&crm, before, after), services, "{before:?}");
            assert_eq!(beyond(&full, before, after), []);
        }
        assert_eq!(beyond(&crm, Some(&full), &both), [], "fewer than before");
        assert!(within(&crm, &both) && !within(&both, &crm) && !within(&full, &both));
        assert!(!allows_the_same(&crm, &both));
        assert_eq!(cut(&full, &crm).services, "crm");
        assert_eq!(cut(&crm, &both).services, "crm");
        let less = with(&crm, |role| role.rights = Rights::view_only());
        let found = fields(&beyond(&less, Some(&crm), &opening("billing")));
        assert_eq!(
            found,
            [Field::Rights, Field::Services],
            "a service opens for all rights of the role"
        );
    }

    #[test]
    fn a_new_role_is_cut_to_what_may_be_given_and_to_no_less() {
        let [full, auditor] = Role::built_in().map(|role| role.fields);
        let draft = full.clone();
        assert_eq!(cut(&draft, &full), draft);
        let bound = role(&[Right::CreateRoles, Right::EditApiKeys], true);
        for own in [&auditor, &bound, &role(&[], false)] {
            let cut = cut(&draft, own);
            let fields = cut.check().expect("valid");
            assert_eq!(beyond(own, None, &fields), []);
            assert_eq!(cut.rights, own.rights);
            assert_eq!(cut.equal_or_less, own.equal_or_less);
        }
    }

    #[test]
    fn a_manager_can_open_the_console_and_edit_both() {
        let both = role(&[Right::EditUsers, Right::EditRoles], false);
        assert!(can_edit_users_and_roles(&both));
        for less in [
            with(&both, |role| role.user_interface = false),
            role(&[Right::EditUsers], false),
            role(&[Right::EditRoles], false),
        ] {
            assert!(!can_edit_users_and_roles(&less), "{less:?}");
        }
    }
}
