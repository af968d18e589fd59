//! Whatever somebody does within what they may, and whoever they make do it: they reach no right that they did not
//! start with, and somebody who can edit users and roles remains.

use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::id::{AUDITOR, FULL_ACCESS, KeyId, RoleId, SecretId, UserId, Who};
use keyward::domain::rights::{Right, Rights};
use keyward::domain::role::{RoleDraft, RoleFields};
use keyward::domain::secret::IssuedSecret;
use keyward::domain::trouble::Trouble;
use keyward::domain::user::{Actor, UserDraft, UserFields};
use keyward::service::Service;
use keyward::store::{Store, api_keys, roles, users};
use proptest::prelude::*;
use proptest::sample::subsequence;

use crate::support::database::{Bench, cases, draft, user_draft, user_of};

/// A right that Keyward does not enforce, and one that it need not know.
const OTHERS: [&str; 2] = [
    "platformRights.policyRights.canDeletePolicies",
    "platformRights.alertRights.canDismissGlobalAlerts",
];

fn some_role() -> impl Strategy<Value = RoleDraft> {
    let names = Right::ALL.map(Right::name).into_iter().chain(OTHERS);
    let names: Vec<String> = names.map(str::to_owned).collect();
    let count = names.len();
    let rights = prop_oneof![
        subsequence(names.clone(), 0..=count),
        // Most of them, so that there is something to do.
        subsequence(names, count - 3..=count),
    ];
    let flags = (prop::bool::weighted(0.9), any::<bool>(), any::<bool>());
    let services = prop_oneof![3 => Just(0), 1 => 1..SERVICES.len()];
    (rights, flags, services).prop_map(|(rights, flags, services)| {
        let (user_interface, web_service, equal_or_less) = flags;
        RoleDraft::from(RoleFields {
            name: String::new(),
            description: String::new(),
            user_interface,
            web_service,
            rights: Rights::from_names(rights),
            equal_or_less,
            services: SERVICES[services].to_owned(),
        })
    })
}

/// What roles list; nothing is all.
const SERVICES: [&str; 4] = ["", "billing", "billing, crm", "crm"];

/// Any one of those there are.
type Pick = usize;

#[derive(Clone, Debug)]
enum Step {
    CreateRole(RoleDraft),
    SaveRole(Pick, RoleDraft),
    /// Ticks or unticks one thing.
    TurnRole(Pick, Pick),
    DeleteRole(Pick),
    CreateUser(Pick),
    SaveUser(Pick, Pick),
    LockUser(Pick),
    UnlockUser(Pick),
    DeleteUser(Pick),
    CreateKey(Pick),
    SaveKey(Pick, Pick),
    DeleteKey(Pick),
    RestoreKey(Pick),
    Issue(Pick),
    Deliver(Pick),
}

fn step() -> impl Strategy<Value = Step> {
    let index = any::<Pick>;
    prop_oneof![
        3 => some_role().prop_map(Step::CreateRole),
        4 => (index(), some_role()).prop_map(|(role, draft)| Step::SaveRole(role, draft)),
        6 => (index(), index()).prop_map(|(role, what)| Step::TurnRole(role, what)),
        1 => index().prop_map(Step::DeleteRole),
        4 => index().prop_map(Step::CreateUser),
        6 => (index(), index()).prop_map(|(user, role)| Step::SaveUser(user, role)),
        2 => index().prop_map(Step::LockUser),
        1 => index().prop_map(Step::UnlockUser),
        2 => index().prop_map(Step::DeleteUser),
        3 => index().prop_map(Step::CreateKey),
        4 => (index(), index()).prop_map(|(key, role)| Step::SaveKey(key, role)),
        1 => index().prop_map(Step::DeleteKey),
        1 => index().prop_map(Step::RestoreKey),
        3 => index().prop_map(Step::Issue),
        1 => index().prop_map(Step::Deliver),
    ]
}

/// Some roles, with a user and a key each, all made by alice.
struct World {
    bench: Bench,
    store: Store,
    roles: Vec<RoleId>,
    users: Vec<UserId>,
    keys: Vec<KeyId>,
    pending: Vec<SecretId>,
}

/// What came of a step.
#[derive(Debug)]
enum Made {
    Nothing,
    Role(RoleId),
    User(UserId),
    Key(IssuedSecret),
}

impl World {
    fn new(drafts: &[RoleDraft]) -> World {
        let bench = Bench::new();
        let mut world = World {
            store: bench.store(),
            roles: vec![FULL_ACCESS, AUDITOR],
            users: vec![user_of(&bench.alice)],
            keys: Vec::new(),
            pending: Vec::new(),
            bench,
        };
        let alice = world.bench.alice.clone();
        for draft in drafts {
            let role = world.step(&alice, &Step::CreateRole(draft.clone()));
            world.keep(&role.expect("a role"));
            let last = world.roles.len() - 1;
            for step in [Step::CreateUser(last), Step::CreateKey(last)] {
                let made = world.step(&alice, &step);
                world.keep(&made.expect("of that role"));
            }
        }
        world
    }

    fn keep(&mut self, made: &Made) {
        match made {
            Made::Nothing => {}
            Made::Role(id) => self.roles.push(*id),
            Made::User(id) => self.users.push(*id),
            Made::Key(issued) => {
                if !self.keys.contains(&issued.key) {
                    self.keys.push(issued.key);
                }
                self.pending.push(issued.id);
            }
        }
    }

    fn role(&self, id: RoleId) -> RoleFields {
        let role = self.store.read(|tx| roles::get(tx, id));
        role.expect("read").expect("rows of roles stay").fields
    }

    /// The user's role, if there is such a user.
    fn role_of(&self, user: UserId) -> Option<RoleFields> {
        let found = self.store.read(|tx| users::get(tx, user)).expect("read");
        found.map(|user| self.role(user.fields.role))
    }

    fn role_of_key(&self, key: KeyId) -> RoleFields {
        let found = self.store.read(|tx| api_keys::get(tx, key)).expect("read");
        self.role(found.expect("rows of keys stay").fields.role)
    }

    fn actor(&self, who: Who) -> Actor {
        Actor {
            who,
            ..self.bench.alice.clone()
        }
    }

    /// Whether anybody is there who can edit users and roles, counted out by hand.
    fn has_manager(&self) -> bool {
        self.users.iter().any(|id| {
            let user = self.store.read(|tx| users::get(tx, *id)).expect("read");
            user.filter(|user| user.fields.locked_out.is_none())
                .is_some_and(|user| {
                    let role = self.role(user.fields.role);
                    role.user_interface
                        && role.rights.has(Right::EditUsers)
                        && role.rights.has(Right::EditRoles)
                })
        })
    }

    fn step(&mut self, actor: &Actor, step: &Step) -> Result<Made, Trouble> {
        let number = self.roles.len() + self.users.len() + self.keys.len();
        let name = |kind: char| format!("{kind}{number}");
        let nothing = |()| Made::Nothing;
        let service = &mut self.bench.service;
        let (roles_of, users_of, keys_of) = (&self.roles, &self.users, &self.keys);
        let role = |pick: &Pick| roles_of[pick % roles_of.len()];
        let user = |pick: &Pick| users_of[pick % users_of.len()];
        let key = |pick: &Pick| keys_of[pick % keys_of.len()];
        let there = |service: &Service, id| {
            let found = service.store().read(|tx| roles::get(tx, id)).expect("read");
            found.expect("rows of roles stay").fields
        };
        match step {
            Step::CreateRole(draft) => {
                let draft = RoleDraft::from(RoleFields {
                    name: name('r'),
                    ..draft.fields.clone()
                });
                service.create_role(actor, &draft).map(Made::Role)
            }
            Step::SaveRole(index, draft) => {
                let before = there(service, role(index));
                let draft = RoleDraft::from(RoleFields {
                    name: before.name.clone(),
                    ..draft.fields.clone()
                });
                let saved = service.save_role(actor, role(index), &before, &draft);
                saved.map(|_| Made::Nothing)
            }
            Step::TurnRole(index, what) => {
                let before = there(service, role(index));
                let mut draft = RoleDraft::from(&before);
                match what % (Right::ALL.len() + 4) {
                    0 => draft.user_interface = !draft.user_interface,
                    1 => draft.web_service = !draft.web_service,
                    2 => draft.equal_or_less = !draft.equal_or_less,
                    3 => {
                        let at = SERVICES.iter().position(|list| *list == draft.services);
                        let next = (at.unwrap_or_default() + 1) % SERVICES.len();
                        SERVICES[next].clone_into(&mut draft.services);
                    }
                    n => {
                        let one = Rights::from_names([Right::ALL[n - 4].name().to_owned()]);
                        draft.rights = if draft.rights.contains_all(&one) {
                            draft.rights.without(&one)
                        } else {
                            draft.rights.with(&one)
                        };
                    }
                }
                let saved = service.save_role(actor, role(index), &before, &draft);
                saved.map(|_| Made::Nothing)
            }
            Step::DeleteRole(index) => service.delete_role(actor, role(index)).map(nothing),
            Step::CreateUser(index) => {
                let draft = user_draft(&name('u'), role(index));
                service.create_user(actor, &draft).map(Made::User)
            }
            Step::SaveUser(index, to) => {
                let found = service.store().read(|tx| users::get(tx, user(index)));
                let Some(found) = found.expect("read") else {
                    return Ok(Made::Nothing);
                };
                let draft = UserDraft::from(UserFields {
                    role: role(to),
                    ..found.fields.clone()
                });
                let saved = service.save_user(actor, user(index), &found.fields, &draft);
                saved.map(|_| Made::Nothing)
            }
            Step::LockUser(index) => service.lock_out_user(actor, user(index), "").map(nothing),
            Step::UnlockUser(index) => service.unlock_user(actor, user(index)).map(nothing),
            Step::DeleteUser(index) => service.delete_user(actor, user(index)).map(nothing),
            Step::CreateKey(index) => {
                let draft = ApiKeyDraft {
                    role: role(index),
                    ..draft(&name('k'))
                };
                service.create_key(actor, &draft).map(Made::Key)
            }
            Step::SaveKey(index, to) => {
                let found = service.store().read(|tx| api_keys::get(tx, key(index)));
                let before = found.expect("read").expect("rows of keys stay").fields;
                let draft = ApiKeyDraft {
                    role: role(to),
                    ..ApiKeyDraft::from(&before)
                };
                let saved = service.save_key(actor, key(index), &before, &draft);
                saved.map(|_| Made::Nothing)
            }
            Step::DeleteKey(index) => service.delete_key(actor, key(index)).map(nothing),
            Step::RestoreKey(index) => service.restore_key(actor, key(index)).map(nothing),
            Step::Issue(index) => service.issue(actor, key(index)).map(Made::Key),
            Step::Deliver(index) => {
                let secret = self.pending[index % self.pending.len()];
                service.deliver(actor, secret, None).map(|_| Made::Nothing)
            }
        }
    }
}

/// Whether a role allows nothing that the other does not.
fn is_within(role: &RoleFields, own: &RoleFields) -> bool {
    let managing = Right::ALL.into_iter().any(|right| {
        let viewing = [
            Right::ViewUsers,
            Right::ViewApiKeys,
            Right::ViewRoles,
            Right::ViewEvents,
        ];
        !viewing.contains(&right) && role.rights.has(right)
    });
    role.rights
        .names()
        .all(|name| own.rights.names().any(|held| held == name))
        && role.user_interface <= own.user_interface
        && role.web_service <= own.web_service
        && (!own.equal_or_less || role.equal_or_less || !managing)
        && match (own.services.as_str(), role.services.as_str()) {
            ("", _) => true,
            (own, "") => own.is_empty(),
            (own, services) => services.split(", ").all(|service| own.contains(service)),
        }
}

fn world() -> impl Strategy<Value = (Vec<RoleDraft>, Vec<(Pick, Step)>)> {
    let roles = prop::collection::vec(some_role(), 3);
    let steps = prop::collection::vec((any::<Pick>(), step()), 1..40);
    (roles, steps)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(96)))]

    #[test]
    fn nobody_reaches_a_right_that_they_did_not_start_with((mut drafts, steps) in world()) {
        drafts[0].user_interface = true;
        let mut world = World::new(&drafts);
        let bob = world.users[1];
        let start = world.role_of(bob).expect("bob");
        // Bob, and whomever he or they have made, the keys whose secrets they have seen among them: they do what he wants.
        let mut his = vec![Who::User(bob)];
        let mut users_made = vec![bob];
        let mut roles_made = Vec::new();
        let mut keys_known = Vec::new();
        for (by, step) in steps {
            let actor = world.actor(his[by % his.len()]);
            let Ok(made) = world.step(&actor, &step) else {
                continue;
            };
            world.keep(&made);
            match made {
                Made::Nothing => {}
                Made::Role(id) => roles_made.push(id),
                Made::User(id) => {
                    users_made.push(id);
                    his.push(Who::User(id));
                }
                Made::Key(issued) => {
                    keys_known.push(issued.key);
                    his.push(Who::Key {
                        key: issued.key,
                        secret: issued.id,
                    });
                }
            }
            let users = users_made.iter().filter_map(|user| world.role_of(*user));
            let keys = keys_known.iter().map(|key| world.role_of_key(*key));
            let made = roles_made.iter().map(|role| world.role(*role));
            for role in users.chain(keys).chain(made) {
                prop_assert!(is_within(&role, &start), "{:?} by {:?}\nreaches {:?}\nfrom {:?}", step, actor.who, role, start);
            }
        }
    }

    #[test]
    fn somebody_who_can_edit_users_and_roles_remains((drafts, steps) in world()) {
        let mut world = World::new(&drafts);
        prop_assert!(world.has_manager());
        for (by, step) in steps {
            let actor = world.actor(Who::User(world.users[by % world.users.len()]));
            if let Ok(made) = world.step(&actor, &step) {
                world.keep(&made);
                prop_assert!(world.has_manager(), "{:?} by {:?}", step, actor.who);
            }
        }
        world.bench.events();
    }
}
