//! Who may do what: every use case against every right, both access types and "equal or less access".

use std::collections::BTreeSet;
use std::fmt::Write;

use keyward::domain::api_key::{ApiKeyDraft, ApiKeyFields};
use keyward::domain::date::parse_date;
use keyward::domain::edit::{KeyEdit, RoleEdit, UserEdit};
use keyward::domain::event::trail::EventRow;
use keyward::domain::id::{KeyId, RoleId, SecretId, UserId, Who};
use keyward::domain::intent::{Intent, KeyChange, UserChange};
use keyward::domain::list::{
    ChosenColumn, Filter, KeyRow, Listed, Place, RoleRow, SortValue, UserRow, WindowQuery,
};
use keyward::domain::policy::{Policy, PolicyDraft};
use keyward::domain::reference::{Reference, RowKind};
use keyward::domain::rights::{Right, Rights};
use keyward::domain::role::{RoleDraft, RoleFields};
use keyward::domain::secret::pieces::pieces;
use keyward::domain::secret::{Overlap, Secret};
use keyward::domain::trouble::Trouble;
use keyward::domain::tz::Tz;
use keyward::domain::user::{Actor, UserDraft, UserFields};
use keyward::service::Service;
use keyward::service::handover::{Delivery, Saved};
use keyward::store::events::{self, Prefix};
use keyward::store::{Store, api_keys, roles, users};

use crate::support::database::raw::Value;
use crate::support::database::{Bench, NOW, Raw, all_of, draft, one_of, raw, user_draft, user_of};
use crate::support::files::sources;

/// What a role allows, as far as it matters here.
#[derive(Clone, Debug)]
struct Spec {
    rights: Vec<Right>,
    user_interface: bool,
    web_service: bool,
    equal_or_less: bool,
}

impl Spec {
    /// Everything that counts.
    fn all() -> Spec {
        Spec {
            rights: Right::ALL.to_vec(),
            user_interface: true,
            web_service: true,
            equal_or_less: false,
        }
    }

    /// A role that is within any other.
    fn nothing() -> Spec {
        Spec {
            rights: Vec::new(),
            user_interface: false,
            web_service: false,
            equal_or_less: false,
        }
    }

    fn only(right: Right) -> Spec {
        Spec {
            rights: vec![right],
            ..Spec::nothing()
        }
    }

    fn without(&self, right: Right) -> Spec {
        let rest = self.rights.iter().filter(|held| **held != right);
        Spec {
            rights: rest.copied().collect(),
            ..self.clone()
        }
    }

    fn bound(self, equal_or_less: bool) -> Spec {
        Spec {
            equal_or_less,
            ..self
        }
    }

    /// Whether the other allows no more, counted out by hand.
    fn covers(&self, other: &Spec) -> bool {
        let managing = |right: &Right| {
            !matches!(
                right,
                Right::ViewUsers | Right::ViewApiKeys | Right::ViewRoles | Right::ViewEvents
            )
        };
        let held = other.rights.iter().all(|right| self.rights.contains(right));
        let open =
            self.user_interface >= other.user_interface && self.web_service >= other.web_service;
        let bound = other.equal_or_less || !other.rights.iter().any(managing);
        held && open && (bound || !self.equal_or_less)
    }

    fn draft(&self, name: &str) -> RoleDraft {
        RoleDraft::from(RoleFields {
            name: name.to_owned(),
            description: String::new(),
            user_interface: self.user_interface,
            web_service: self.web_service,
            rights: Rights::from_names(self.rights.iter().map(|right| right.name().to_owned())),
            equal_or_less: self.equal_or_less,
            services: String::new(),
        })
    }

    fn fields(&self, name: &str) -> RoleFields {
        self.draft(name).check().expect("valid")
    }
}

/// A database in which bob, whose role is looked at, meets all that has the role `target`.
struct World {
    bench: Bench,
    /// Past the product's back.
    behind: Raw,
    /// Puts the rows of the tables back as they were.
    back: String,
    store: Store,
    bob: Actor,
    own: RoleId,
    /// Of the key, the deleted key, ann and the locked lou.
    target: RoleId,
    /// Allows the same, and nobody has it.
    like_target: RoleId,
    /// Allows nothing, and nobody has it.
    empty: RoleId,
    key: KeyId,
    /// Locked out, to expire on 2026-12-31, deleted, and deleted while it was locked out.
    locked: KeyId,
    dated: KeyId,
    deleted: KeyId,
    deleted_locked: KeyId,
    /// Of these the role allows nothing.
    weak: KeyId,
    eve: UserId,
    pending: SecretId,
    /// The text of the pending secret.
    sent: Secret,
    ann: UserId,
    lou: UserId,
    /// Events that might be let go.
    first_events: Prefix,
    /// What the target has at the moment.
    like: RoleFields,
}

/// The tables that are put back as they were after every use case; the events only grow.
const TABLES: [&str; 6] = [
    "roles",
    "users",
    "api_keys",
    "api_key_secrets",
    "list_columns",
    "policy",
];

impl World {
    fn new() -> World {
        let mut bench = Bench::new();
        let alice = bench.alice.clone();
        let service = &mut bench.service;
        let mut role = |name| {
            let made = service.create_role(&alice, &Spec::nothing().draft(name));
            made.expect("a role")
        };
        let [own, target, like_target, empty] =
            ["own", "target", "like target", "empty"].map(&mut role);
        let mut user = |name, role, locked_out: bool| {
            let draft = UserDraft::from(UserFields {
                locked_out: locked_out.then(String::new),
                ..user_draft(name, role).fields
            });
            service.create_user(&alice, &draft).expect("a user")
        };
        user("bob", own, false);
        let (ann, lou) = (user("ann", target, false), user("lou", target, true));
        let eve = user("eve", empty, false);
        let mut key = |name, role, locked_out: bool, expires_on: Option<&str>| {
            let draft = ApiKeyDraft {
                role,
                locked_out: locked_out.then(String::new),
                expires_on: expires_on.map(str::to_owned),
                ..draft(name)
            };
            service.create_key(&alice, &draft).expect("a key")
        };
        let first = key("key", target, false, None);
        let locked = key("locked", target, true, None).key;
        let dated = key("dated", target, false, Some("2026-12-31")).key;
        let deleted = key("deleted", target, false, None).key;
        let deleted_locked = key("deleted and locked", target, true, None).key;
        let weak = key("weak", empty, false, None).key;
        let mut deliver = |secret| service.deliver(&alice, secret, Some(Overlap::Week));
        deliver(first.id).expect("delivered");
        let key = first.key;
        let second = bench.issue(key);
        bench.deliver(&second, Some(Overlap::Week));
        let issued = bench.issue(key);
        let (pending, sent) = (issued.id, issued.secret);
        for gone in [deleted, deleted_locked] {
            bench.by_alice(|service, alice| service.delete_key(alice, gone));
        }
        // His role opens nothing yet.
        let bob = bench.store().read(|tx| users::by_name(tx, "bob"));
        let bob = bob.expect("read").expect("bob");
        let bob = Actor {
            who: Who::User(bob.id),
            name: "bob".to_owned(),
            ..alice
        };
        let behind = raw(&bench.place);
        let mut back = String::new();
        for table in TABLES {
            let columns = behind.columns(table).join(", ");
            let sql = format!("CREATE TABLE was_{table} AS SELECT {columns} FROM {table}");
            behind.execute_batch(&sql).expect("kept");
            write!(
                back,
                "DELETE FROM {table}; INSERT INTO {table} ({columns}) SELECT * FROM was_{table};"
            )
            .expect("written");
        }
        let store = bench.store();
        let first_events = store.read(|tx| events::prefix_before(tx, NOW.plus(1)));
        World {
            store,
            bench,
            behind,
            back,
            bob,
            own,
            target,
            like_target,
            empty,
            key,
            locked,
            dated,
            deleted,
            deleted_locked,
            weak,
            eve,
            pending,
            sent,
            ann,
            lou,
            first_events: first_events.expect("read").expect("some"),
            like: Spec::nothing().fields("target"),
        }
    }

    /// Puts every row back as it was, and gives the roles what they allow, past every rule.
    fn begin(&mut self, own: &Spec, target: &Spec) {
        self.behind.past_references(&self.back);
        self.like = target.fields("target");
        let set = self.store.write(|tx| {
            roles::update(tx, self.own, &own.fields("own"))?;
            roles::update(tx, self.target, &self.like)?;
            roles::update(tx, self.like_target, &target.fields("like target"))
        });
        set.expect("set");
    }

    /// Every row but the events'.
    fn rows(&self) -> Vec<String> {
        let mut rows = Vec::new();
        for table in TABLES {
            let sql = format!("SELECT * FROM {table}");
            let found = self.behind.rows::<Vec<Value>>(&sql, ()).expect("read");
            rows.extend(found.iter().map(|row| format!("{row:?}")));
        }
        rows
    }

    /// How many events there are.
    fn events(&self) -> i64 {
        let count = "SELECT count(*) FROM events";
        self.behind.row(count, ())
    }

    /// Number and actor of the events after the first `known`.
    fn events_after(&self, known: i64) -> Vec<(i64, String)> {
        let sql = "SELECT number, actor FROM events WHERE sequence > ?1 ORDER BY sequence";
        self.behind.rows(sql, [known]).expect("read")
    }

    fn fields_of(&self, key: KeyId) -> ApiKeyFields {
        let found = self.store.read(|tx| api_keys::get(tx, key));
        found.expect("read").expect("a key").fields
    }

    /// Saves another expiry.
    fn expire(
        &self,
        service: &mut Service,
        who: &Actor,
        key: KeyId,
        on: Option<&str>,
        zone: Tz,
    ) -> Result<(), Trouble> {
        let before = self.fields_of(key);
        let draft = ApiKeyDraft {
            expires_on: on.map(str::to_owned),
            zone,
            ..ApiKeyDraft::from(&before)
        };
        service.save_key(who, key, &before, &draft).map(drop)
    }

    fn key_draft(role: RoleId) -> ApiKeyDraft {
        ApiKeyDraft {
            role,
            ..draft("key")
        }
    }
}

/// How the target's role counts.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reach {
    /// Not at all.
    Nothing,
    /// Whoever is bound to equal or less access manages nothing beyond their own.
    Manages,
    /// Nobody gives what they do not have.
    Grants,
    /// The same, of what the target could do before; and it is managed.
    Revives,
    /// The right to edit roles is needed, too.
    EditsRoles,
    /// Every right there is, is needed; the roles that are tried here lack those that Keyward does not enforce.
    Everything,
}
use Reach::{EditsRoles, Everything, Grants, Manages, Nothing, Revives};

type Act = fn(&World, &mut Service, &Actor) -> Result<(), Trouble>;

/// Use case, what is done in it, the rights of which one is enough (the first is named), how the target's role counts,
/// whether a refusal is noted.
type Use = (
    &'static str,
    &'static str,
    &'static [Right],
    Reach,
    bool,
    Act,
);

const HANDLING: &[Right] = &[Right::EditApiKeys, Right::CreateApiKeys];
const SHOWING: &[Right] = &[Right::ViewApiKeys, Right::ViewUsers, Right::ViewRoles];

#[rustfmt::skip]
const USES: &[Use] = &[
    ("window", "keys", &[Right::ViewApiKeys], Nothing, false, |_, s, who| s.window::<KeyRow>(who, &all_of()).map(drop)),
    ("window", "users", &[Right::ViewUsers], Nothing, false, |_, s, who| s.window::<UserRow>(who, &all_of()).map(drop)),
    ("window", "roles", &[Right::ViewRoles], Nothing, false, |_, s, who| s.window::<RoleRow>(who, &all_of()).map(drop)),
    ("window", "events", &[Right::ViewEvents], Nothing, false, |_, s, who| {
        let few = WindowQuery { rows: 10, ..all_of::<EventRow>() };
        s.window(who, &few).map(drop)
    }),
    ("matches", "keys", &[Right::ViewApiKeys], Nothing, false, |_, s, who| s.matches::<KeyRow>(who, &Filter::default()).map(drop)),
    ("matches", "users", &[Right::ViewUsers], Nothing, false, |_, s, who| s.matches::<UserRow>(who, &Filter::default()).map(drop)),
    ("matches", "roles", &[Right::ViewRoles], Nothing, false, |_, s, who| s.matches::<RoleRow>(who, &Filter::default()).map(drop)),
    ("matches", "events", &[Right::ViewEvents], Nothing, false, |_, s, who| s.matches::<EventRow>(who, &Filter::default()).map(drop)),
    ("before", "", &[Right::ViewApiKeys], Nothing, false, |_, s, who| s.before::<KeyRow>(who, &Filter::default(), KeyRow::FIRST_ORDER, &Place { value: SortValue::Text(String::new()), id: 0 }).map(drop)),
    ("read_ahead", "", &[Right::ViewApiKeys], Nothing, false, |_, s, who| s.read_ahead(who)),
    ("shown_of", "", &[Right::ViewApiKeys], Nothing, false, |_, s, who| s.shown_of::<KeyRow>(who, &Filter::default(), &[1]).map(drop)),
    ("export", "keys", &[Right::ViewApiKeys], Nothing, false, |_, s, who| s.export::<KeyRow>(who, &all_of()).map(drop)),
    ("export", "users", &[Right::ViewUsers], Nothing, false, |_, s, who| s.export::<UserRow>(who, &all_of()).map(drop)),
    ("export", "roles", &[Right::ViewRoles], Nothing, false, |_, s, who| s.export::<RoleRow>(who, &all_of()).map(drop)),
    ("export", "events", &[Right::ViewEvents], Nothing, false, |_, s, who| {
        let few = WindowQuery { rows: 10, ..all_of::<EventRow>() };
        s.export(who, &few).map(drop)
    }),
    ("records", "keys", &[Right::ViewApiKeys], Nothing, false, |w, s, who| s.records::<KeyRow>(who, &[w.key.0]).map(drop)),
    ("records", "users", &[Right::ViewUsers], Nothing, false, |w, s, who| s.records::<UserRow>(who, &[w.ann.0]).map(drop)),
    ("records", "roles", &[Right::ViewRoles], Nothing, false, |w, s, who| s.records::<RoleRow>(who, &[w.target.0]).map(drop)),
    ("counts", "keys", &[Right::ViewApiKeys], Nothing, false, |_, s, who| s.counts::<KeyRow>(who, &Filter::default()).map(drop)),
    ("counts", "users", &[Right::ViewUsers], Nothing, false, |_, s, who| s.counts::<UserRow>(who, &Filter::default()).map(drop)),
    ("counts", "roles", &[Right::ViewRoles], Nothing, false, |_, s, who| s.counts::<RoleRow>(who, &Filter::default()).map(drop)),
    ("counts", "events", &[Right::ViewEvents], Nothing, false, |_, s, who| s.counts::<EventRow>(who, &Filter::default()).map(drop)),
    ("tally", "keys", &[Right::ViewApiKeys], Nothing, false, |_, s, who| s.tally::<KeyRow>(who, &[]).map(drop)),
    ("tally", "users", &[Right::ViewUsers], Nothing, false, |_, s, who| s.tally::<UserRow>(who, &[]).map(drop)),
    ("known", "keys", &[Right::ViewApiKeys], Nothing, false, |_, s, who| s.known::<KeyRow>(who).map(drop)),
    ("known", "events", &[Right::ViewEvents], Nothing, false, |_, s, who| s.known::<EventRow>(who).map(drop)),
    ("events_after", "", &[Right::ViewEvents], Nothing, false, |_, s, who| s.events_after(who, &Filter::default(), None, 1).map(drop)),
    ("event_actors", "", &[Right::ViewEvents], Nothing, false, |_, s, who| s.event_actors(who).map(drop)),
    ("may_read_events", "", &[Right::ViewEvents], Nothing, true, |_, s, who| s.may_read_events(who)),
    ("known_in_events", "", &[Right::ViewEvents], Nothing, false, |_, s, who| s.known_in_events(who, &Filter::default())),
    ("last_in_common", "", &[Right::ViewEvents], Nothing, false, |_, s, who| s.last_in_common(who, &[]).map(drop)),
    ("events_head", "", &[Right::ViewEvents], Nothing, false, |_, s, who| s.events_head(who).map(drop)),
    ("check_events", "", &[Right::ViewEvents], Nothing, false, |_, s, who| s.check_events(who, None).map(drop)),
    ("prunable_events", "", &[], Everything, true, |_, s, who| s.prunable_events(who, NOW).map(drop)),
    ("prune_events", "", &[], Everything, true, |w, s, who| s.prune_events(who, &w.first_events, "events.jsonl")),
    ("find_rows", "keys", &[Right::ViewApiKeys], Nothing, false, |_, s, who| s.find_rows(who, RowKind::ApiKey, &named("key")).map(drop)),
    ("find_rows", "users", &[Right::ViewUsers], Nothing, false, |_, s, who| s.find_rows(who, RowKind::User, &named("ann")).map(drop)),
    ("find_rows", "oneself", &[], Nothing, false, |_, s, who| s.find_rows(who, RowKind::User, &named("bob")).map(drop)),
    ("find_rows", "roles", SHOWING, Nothing, false, |_, s, who| s.find_rows(who, RowKind::Role, &named("own")).map(drop)),
    ("find_rows", "IDs", &[], Nothing, false, |_, s, who| s.find_rows(who, RowKind::ApiKey, &[Reference::Id(1)]).map(drop)),
    ("as_of_now", "", &[], Nothing, false, |_, s, who| s.as_of_now(who).map(drop)),
    ("policy", "", &[], Nothing, false, |_, s, who| s.policy(who).map(drop)),
    ("foresee_policy", "", &[Right::EditUsers], EditsRoles, false, |_, s, who| {
        let draft = PolicyDraft { warning_days: "7".to_owned(), ..PolicyDraft::default() };
        s.foresee_policy(who, &Policy::default(), &draft).map(drop)
    }),
    ("save_policy", "", &[Right::EditUsers], EditsRoles, true, |_, s, who| {
        let draft = PolicyDraft { warning_days: "7".to_owned(), ..PolicyDraft::default() };
        s.save_policy(who, &Policy::default(), &draft).map(drop)
    }),
    ("key_properties", "", &[Right::ViewApiKeys], Nothing, false, |w, s, who| s.key_properties(who, w.key).map(drop)),
    ("keys_after", "", &[Right::ViewApiKeys], Nothing, false, |_, s, who| s.keys_after(who, KeyId(0), 10).map(drop)),
    ("key_record", "", &[Right::ViewApiKeys], Nothing, false, |w, s, who| s.key_record(who, w.key).map(drop)),
    ("roles_after", "", &[Right::ViewRoles], Nothing, false, |_, s, who| s.roles_after(who, RoleId(0), 10).map(drop)),
    ("role_record", "", &[Right::ViewRoles], Nothing, false, |w, s, who| s.role_record(who, w.target).map(drop)),
    ("users_after", "", &[Right::ViewUsers], Nothing, false, |_, s, who| s.users_after(who, UserId(0), 10).map(drop)),
    ("create_delivered_key", "", &[Right::CreateApiKeys], Grants, true, |w, s, who| {
        let new = ApiKeyDraft { name: "new".to_owned(), ..World::key_draft(w.target) };
        s.create_delivered_key(who, &new).map(drop)
    }),
    ("replace_secret", "", &[Right::EditApiKeys], Grants, true, |w, s, who| s.replace_secret(who, w.key).map(drop)),
    ("check_new_keys", "", &[Right::CreateApiKeys], Grants, true, |w, s, who| {
        let new = ApiKeyDraft { name: "new".to_owned(), ..World::key_draft(w.target) };
        s.check_new_keys(who, &[new])?.remove(0).map_or(Ok(()), Err)
    }),
    ("create_keys", "", &[Right::CreateApiKeys], Grants, true, |w, s, who| {
        let new = ApiKeyDraft { name: "new".to_owned(), ..World::key_draft(w.target) };
        s.create_keys(who, &[new], Delivery::Later, |_| Ok(Saved::default())).map(drop)
    }),
    ("new_secret", "", &[Right::EditApiKeys], Grants, true, |w, s, who| {
        s.new_secret(who, w.key, Delivery::Later, |_| Ok(Saved::default())).map(drop)
    }),
    ("edit_key", "", &[Right::EditApiKeys], Manages, true, |w, s, who| {
        s.edit_key(who, w.key, |draft| draft.description.push_str("other")).map(drop)
    }),
    ("edit_role", "", &[Right::EditRoles], Manages, true, |w, s, who| {
        s.edit_role(who, w.target, |draft| draft.fields.description.push_str("other")).map(drop)
    }),
    ("preview_key", "", &[Right::ViewApiKeys], Nothing, false, |w, s, who| s.preview_key(who, w.key).map(drop)),
    ("key_secrets", "", &[Right::ViewApiKeys], Nothing, false, |w, s, who| s.key_secrets(who, w.key).map(drop)),
    ("preview_user", "", &[Right::ViewUsers], Nothing, false, |w, s, who| s.preview_user(who, w.ann).map(drop)),
    ("preview_role", "", &[Right::ViewRoles], Nothing, false, |w, s, who| s.preview_role(who, w.target).map(drop)),
    ("preview_event", "", &[Right::ViewEvents], Nothing, false, |_, s, who| s.preview_event(who, 1).map(drop)),
    ("try_secret", "", &[Right::ViewApiKeys], Nothing, false, |_, s, who| s.try_secret(who, b"none").map(drop)),
    ("tags_after", "", &[Right::ViewApiKeys], Nothing, false, |_, s, who| s.tags_after(who, None).map(drop)),
    ("leak", "", &[Right::ViewApiKeys], Nothing, false, |_, s, who| {
        let body = "A".repeat(43);
        s.leak(who, &pieces(&format!("1:{body}")).next().expect("a piece")).map(drop)
    }),
    ("may_lock_out_keys", "", &[Right::EditApiKeys], Nothing, false, |_, s, who| s.may_lock_out_keys(who)),
    ("roles", "", SHOWING, Nothing, false, |_, s, who| s.roles(who).map(drop)),
    ("role_properties", "", &[Right::ViewRoles], Nothing, false, |w, s, who| s.role_properties(who, w.target).map(drop)),
    ("new_role_name", "", &[Right::CreateRoles], Nothing, false, |_, s, who| s.new_role_name(who, "own").map(drop)),
    ("user_properties", "", &[Right::ViewUsers], Nothing, false, |w, s, who| s.user_properties(who, w.ann).map(drop)),
    ("columns", "", &[], Nothing, false, |_, s, who| s.columns(who, "api-keys").map(drop)),
    ("choose_columns", "", &[], Nothing, true, |_, s, who| {
        s.choose_columns(who, "api-keys", Some(&[ChosenColumn { name: "column.name".to_owned(), width: None }]))
    }),
    ("user_properties", "own", &[], Nothing, false, |w, s, who| s.user_properties(who, user_of(&w.bob)).map(drop)),

    ("foresee", "lock_out", &[Right::EditApiKeys], Manages, false, |w, s, who| s.foresee(who, &Intent::Key(KeyChange::LockOut { reason: String::new() }, w.key)).map(drop)),
    ("foresee", "unlock", &[Right::EditApiKeys], Revives, false, |w, s, who| s.foresee(who, &Intent::Key(KeyChange::Unlock, w.locked)).map(drop)),
    ("foresee", "unlock what is not locked", &[Right::EditApiKeys], Manages, false, |w, s, who| s.foresee(who, &Intent::Key(KeyChange::Unlock, w.key)).map(drop)),
    ("foresee", "delete", &[Right::DeleteApiKeys], Manages, false, |w, s, who| s.foresee(who, &Intent::Key(KeyChange::Delete, w.key)).map(drop)),
    ("foresee", "restore", &[Right::DeleteApiKeys], Revives, false, |w, s, who| s.foresee(who, &Intent::Key(KeyChange::Restore, w.deleted)).map(drop)),
    ("foresee", "set_role", &[Right::EditApiKeys], Grants, false, |w, s, who| s.foresee(who, &Intent::Key(KeyChange::SetRole(w.target), w.weak)).map(drop)),
    ("foresee", "set_expiry", &[Right::EditApiKeys], Revives, false, |w, s, who| s.foresee(who, &Intent::Key(KeyChange::SetExpiry(None), w.dated)).map(drop)),
    ("foresee_each", "delete", &[Right::DeleteApiKeys], Manages, false, |w, s, who| {
        let intent = Intent::Key(KeyChange::Delete, w.key);
        s.foresee_each(who, &intent, &[w.key.0])?.remove(0).prospect.map(drop)
    }),
    ("foresee_each", "edit_key", &[Right::EditApiKeys], Grants, false, |w, s, who| {
        let edit = Box::new(KeyEdit { role: Some(w.target), ..KeyEdit::default() });
        s.foresee_each(who, &Intent::Key(KeyChange::Edit(edit), w.weak), &[w.weak.0])?.remove(0).prospect.map(drop)
    }),
    ("foresee_each", "edit_user", &[Right::EditUsers], Manages, false, |w, s, who| {
        let edit = Box::new(UserEdit { full_name: Some("x".to_owned()), ..UserEdit::default() });
        s.foresee_each(who, &Intent::User(UserChange::Edit(edit), w.ann), &[w.ann.0])?.remove(0).prospect.map(drop)
    }),
    ("foresee_each", "edit_user, oneself", &[], Nothing, false, |w, s, who| {
        let edit = Box::new(UserEdit { full_name: Some("x".to_owned()), ..UserEdit::default() });
        let own = user_of(&w.bob);
        s.foresee_each(who, &Intent::User(UserChange::Edit(edit), UserId(0)), &[own.0])?.remove(0).prospect.map(drop)
    }),
    ("foresee_changes", "edit_key", &[Right::EditApiKeys], Grants, false, |w, s, who| {
        let edit = Box::new(KeyEdit { role: Some(w.target), ..KeyEdit::default() });
        s.foresee_changes(who, &Intent::Key(KeyChange::Edit(edit), w.weak), &[w.weak.0])?.remove(0).prospect.map(drop)
    }),
    ("foresee_each", "edit_role", &[Right::EditRoles], Manages, false, |w, s, who| {
        let edit = Box::new(RoleEdit { description: Some("x".to_owned()), ..RoleEdit::default() });
        s.foresee_each(who, &Intent::EditRole(edit, w.target), &[w.target.0])?.remove(0).prospect.map(drop)
    }),
    ("foresee", "issue", &[Right::EditApiKeys], Grants, false, |w, s, who| s.foresee(who, &Intent::IssueSecret(w.key, None)).map(drop)),
    ("foresee", "end_overlap", &[Right::EditApiKeys], Manages, false, |w, s, who| s.foresee(who, &Intent::Key(KeyChange::EndOverlap, w.key)).map(drop)),
    ("foresee", "delete_user", &[Right::DeleteUsers], Manages, false, |w, s, who| s.foresee(who, &Intent::User(UserChange::Delete, w.ann)).map(drop)),
    ("foresee", "delete_role", &[Right::DeleteRoles], Manages, false, |w, s, who| s.foresee(who, &Intent::DeleteRole(w.like_target)).map(drop)),
    ("foresee", "lock_out_user", &[Right::EditUsers], Manages, false, |w, s, who| s.foresee(who, &Intent::User(UserChange::LockOut { reason: String::new() }, w.ann)).map(drop)),
    ("foresee", "unlock_user", &[Right::EditUsers], Revives, false, |w, s, who| s.foresee(who, &Intent::User(UserChange::Unlock, w.lou)).map(drop)),

    ("create_key", "", &[Right::CreateApiKeys], Grants, true, |w, s, who| {
        let draft = ApiKeyDraft { role: w.target, ..draft("new") };
        s.create_key(who, &draft).map(drop)
    }),
    ("save_key", "description", &[Right::EditApiKeys], Manages, true, |w, s, who| {
        let before = World::key_draft(w.target).check(None, NOW).expect("valid");
        let draft = ApiKeyDraft { description: "x".to_owned(), ..ApiKeyDraft::from(&before) };
        s.save_key(who, w.key, &before, &draft).map(drop)
    }),
    ("save_key", "role", &[Right::EditApiKeys], Grants, true, |w, s, who| {
        let before = World::key_draft(w.empty).check(None, NOW).expect("valid");
        s.save_key(who, w.weak, &ApiKeyFields { name: "weak".to_owned(), ..before }, &ApiKeyDraft { role: w.target, ..draft("weak") }).map(drop)
    }),
    ("save_key", "role that allows the same", &[Right::EditApiKeys], Manages, true, |w, s, who| {
        let before = World::key_draft(w.target).check(None, NOW).expect("valid");
        s.save_key(who, w.key, &before, &World::key_draft(w.like_target)).map(drop)
    }),
    ("save_key", "role that allows less", &[Right::EditApiKeys], Manages, true, |w, s, who| {
        let before = World::key_draft(w.target).check(None, NOW).expect("valid");
        s.save_key(who, w.key, &before, &World::key_draft(w.empty)).map(drop)
    }),
    ("save_key", "lock", &[Right::EditApiKeys], Manages, true, |w, s, who| {
        let before = World::key_draft(w.target).check(None, NOW).expect("valid");
        s.save_key(who, w.key, &before, &ApiKeyDraft { locked_out: Some(String::new()), ..ApiKeyDraft::from(&before) }).map(drop)
    }),
    ("save_key", "no lock", &[Right::EditApiKeys], Revives, true, |w, s, who| {
        let before = w.fields_of(w.locked);
        s.save_key(who, w.locked, &before, &ApiKeyDraft { locked_out: None, ..ApiKeyDraft::from(&before) }).map(drop)
    }),
    ("save_key", "earlier expiry", &[Right::EditApiKeys], Manages, true, |w, s, who| w.expire(s, who, w.dated, Some("2026-12-30"), Tz::UTC)),
    ("save_key", "an expiry where was none", &[Right::EditApiKeys], Manages, true, |w, s, who| w.expire(s, who, w.key, Some("2026-12-30"), Tz::UTC)),
    ("save_key", "later expiry", &[Right::EditApiKeys], Revives, true, |w, s, who| w.expire(s, who, w.dated, Some("2027-01-01"), Tz::UTC)),
    ("save_key", "no expiry", &[Right::EditApiKeys], Revives, true, |w, s, who| w.expire(s, who, w.dated, None, Tz::UTC)),
    ("save_key", "zone that ends earlier", &[Right::EditApiKeys], Manages, true, |w, s, who| w.expire(s, who, w.dated, Some("2026-12-31"), Tz::Asia__Tokyo)),
    ("save_key", "zone that ends later", &[Right::EditApiKeys], Revives, true, |w, s, who| w.expire(s, who, w.dated, Some("2026-12-31"), Tz::America__New_York)),
    ("lock_out_key", "", &[Right::EditApiKeys], Manages, true, |w, s, who| s.lock_out_key(who, w.key, "")),
    ("lock_out_leaked_key", "", &[Right::EditApiKeys], Manages, true, |w, s, who| s.lock_out_leaked_key(who, w.key, w.pending, "").map(drop)),
    ("unlock_key", "", &[Right::EditApiKeys], Revives, true, |w, s, who| s.unlock_key(who, w.locked)),
    ("unlock_key", "what is not locked", &[Right::EditApiKeys], Manages, true, |w, s, who| s.unlock_key(who, w.key)),
    ("delete_key", "", &[Right::DeleteApiKeys], Manages, true, |w, s, who| s.delete_key(who, w.key)),
    ("restore_key", "", &[Right::DeleteApiKeys], Revives, true, |w, s, who| s.restore_key(who, w.deleted)),
    ("restore_key", "what is locked too", &[Right::DeleteApiKeys], Manages, true, |w, s, who| s.restore_key(who, w.deleted_locked)),
    ("issue", "", &[Right::EditApiKeys], Grants, true, |w, s, who| s.issue(who, w.key).map(drop)),
    ("deliver", "", HANDLING, Grants, true, |w, s, who| s.deliver(who, w.pending, None).map(drop)),
    ("confirm_read_back", "", HANDLING, Grants, true, |w, s, who| {
        s.confirm_read_back(who, w.key, w.sent.expose().as_bytes(), Some(Overlap::None)).map(drop)
    }),
    ("discard", "", HANDLING, Manages, true, |w, s, who| s.discard(who, w.pending)),
    ("may_save_to_file", "", HANDLING, Grants, true, |w, s, who| s.may_save_to_file(who, w.pending, "/a/file")),
    ("saved_to_file", "", HANDLING, Grants, true, |w, s, who| s.saved_to_file(who, w.pending, "secret.txt", &[])),
    ("end_overlap", "", &[Right::EditApiKeys], Manages, true, |w, s, who| s.end_overlap(who, w.key)),
    ("change_key", "lock_out", &[Right::EditApiKeys], Manages, true, |w, s, who| s.change_key(who, KeyChange::LockOut { reason: String::new() }, w.key)),
    ("change_key", "unlock", &[Right::EditApiKeys], Revives, true, |w, s, who| s.change_key(who, KeyChange::Unlock, w.locked)),
    ("change_key", "delete", &[Right::DeleteApiKeys], Manages, true, |w, s, who| s.change_key(who, KeyChange::Delete, w.key)),
    ("change_key", "restore", &[Right::DeleteApiKeys], Revives, true, |w, s, who| s.change_key(who, KeyChange::Restore, w.deleted)),
    ("change_key", "set_role", &[Right::EditApiKeys], Grants, true, |w, s, who| s.change_key(who, KeyChange::SetRole(w.target), w.weak)),
    ("change_key", "set_role that allows less", &[Right::EditApiKeys], Manages, true, |w, s, who| s.change_key(who, KeyChange::SetRole(w.empty), w.key)),
    ("change_key", "set_expiry", &[Right::EditApiKeys], Manages, true, |w, s, who| s.change_key(who, KeyChange::SetExpiry(parse_date("2026-12-30").ok()), w.dated)),
    ("change_key", "set_expiry to none", &[Right::EditApiKeys], Revives, true, |w, s, who| s.change_key(who, KeyChange::SetExpiry(None), w.dated)),
    ("change_key", "edit", &[Right::EditApiKeys], Grants, true, |w, s, who| {
        s.change_key(who, KeyChange::Edit(Box::new(KeyEdit { role: Some(w.target), ..KeyEdit::default() })), w.weak)
    }),
    ("change_key", "edit, unlocking", &[Right::EditApiKeys], Revives, true, |w, s, who| {
        s.change_key(who, KeyChange::Edit(Box::new(KeyEdit { locked_out: Some(None), ..KeyEdit::default() })), w.locked)
    }),
    ("change_key", "end_overlap", &[Right::EditApiKeys], Manages, true, |w, s, who| s.change_key(who, KeyChange::EndOverlap, w.key)),

    ("create_user", "", &[Right::CreateUsers], Grants, true, |w, s, who| {
        s.create_user(who, &user_draft("new", w.target)).map(drop)
    }),
    ("save_user", "full name", &[Right::EditUsers], Manages, true, |w, s, who| {
        let before = user_draft("ann", w.target).check(None).expect("valid");
        let draft = UserDraft::from(UserFields { full_name: "x".to_owned(), ..before.clone() });
        s.save_user(who, w.ann, &before, &draft).map(drop)
    }),
    ("save_user", "role", &[Right::EditUsers], Grants, true, |w, s, who| {
        let before = user_draft("eve", w.empty).check(None).expect("valid");
        s.save_user(who, w.eve, &before, &user_draft("eve", w.target)).map(drop)
    }),
    ("save_user", "role that allows the same", &[Right::EditUsers], Manages, true, |w, s, who| {
        let before = user_draft("ann", w.target).check(None).expect("valid");
        s.save_user(who, w.ann, &before, &user_draft("ann", w.like_target)).map(drop)
    }),
    ("save_user", "role that allows less", &[Right::EditUsers], Manages, true, |w, s, who| {
        let before = user_draft("ann", w.target).check(None).expect("valid");
        s.save_user(who, w.ann, &before, &user_draft("ann", w.empty)).map(drop)
    }),
    ("save_user", "no lock", &[Right::EditUsers], Revives, true, |w, s, who| {
        let before = UserFields { locked_out: Some(String::new()), ..user_draft("lou", w.target).check(None).expect("valid") };
        s.save_user(who, w.lou, &before, &user_draft("lou", w.target)).map(drop)
    }),
    ("save_user", "own full name", &[], Nothing, true, |w, s, who| {
        let before = user_draft("bob", w.own).check(None).expect("valid");
        let draft = UserDraft::from(UserFields { full_name: "x".to_owned(), ..before.clone() });
        s.save_user(who, user_of(&w.bob), &before, &draft).map(drop)
    }),
    ("lock_out_user", "", &[Right::EditUsers], Manages, true, |w, s, who| s.lock_out_user(who, w.ann, "")),
    ("unlock_user", "", &[Right::EditUsers], Revives, true, |w, s, who| s.unlock_user(who, w.lou)),
    ("delete_user", "", &[Right::DeleteUsers], Manages, true, |w, s, who| s.delete_user(who, w.ann)),
    ("change_user", "lock_out", &[Right::EditUsers], Manages, true, |w, s, who| s.change_user(who, UserChange::LockOut { reason: String::new() }, w.ann)),
    ("change_user", "unlock", &[Right::EditUsers], Revives, true, |w, s, who| s.change_user(who, UserChange::Unlock, w.lou)),
    ("change_user", "set_role", &[Right::EditUsers], Grants, true, |w, s, who| s.change_user(who, UserChange::SetRole(w.target), w.eve)),
    ("change_user", "edit", &[Right::EditUsers], Grants, true, |w, s, who| {
        s.change_user(who, UserChange::Edit(Box::new(UserEdit { role: Some(w.target), ..UserEdit::default() })), w.eve)
    }),
    ("change_user", "edit, unlocking", &[Right::EditUsers], Revives, true, |w, s, who| {
        s.change_user(who, UserChange::Edit(Box::new(UserEdit { locked_out: Some(None), ..UserEdit::default() })), w.lou)
    }),
    ("change_user", "edit, oneself", &[], Nothing, true, |w, s, who| {
        let edit = Box::new(UserEdit { full_name: Some("x".to_owned()), ..UserEdit::default() });
        s.change_user(who, UserChange::Edit(edit), user_of(&w.bob))
    }),
    ("change_user", "delete", &[Right::DeleteUsers], Manages, true, |w, s, who| s.change_user(who, UserChange::Delete, w.ann)),

    ("create_role", "", &[Right::CreateRoles], Grants, true, |w, s, who| {
        s.create_role(who, &RoleDraft::from(RoleFields { name: "new".to_owned(), ..w.like.clone() })).map(drop)
    }),
    ("save_role", "description", &[Right::EditRoles], Manages, true, |w, s, who| {
        let draft = RoleDraft::from(RoleFields { description: "x".to_owned(), ..w.like.clone() });
        s.save_role(who, w.target, &w.like, &draft).map(drop)
    }),
    ("save_role", "what it allows", &[Right::EditRoles], Grants, true, |w, s, who| {
        let draft = RoleDraft::from(RoleFields { name: "empty".to_owned(), ..w.like.clone() });
        s.save_role(who, w.empty, &Spec::nothing().fields("empty"), &draft).map(drop)
    }),
    ("delete_role", "", &[Right::DeleteRoles], Manages, true, |w, s, who| s.delete_role(who, w.like_target)),
];

/// What is to come of it.
#[derive(Debug, PartialEq)]
enum Wanted {
    Done,
    NotAuthorized(Right),
    Beyond,
    MayNotPrune,
    NoUserInterface,
}

fn wanted((.., needs, reach, _, _): &Use, own: &Spec, target: &Spec) -> Wanted {
    match (needs.first(), reach) {
        _ if !own.user_interface => Wanted::NoUserInterface,
        (Some(first), _) if !needs.iter().any(|right| own.rights.contains(right)) => {
            Wanted::NotAuthorized(*first)
        }
        (_, EditsRoles) if !own.rights.contains(&Right::EditRoles) => {
            Wanted::NotAuthorized(Right::EditRoles)
        }
        (_, Everything) => Wanted::MayNotPrune,
        (_, Grants | Revives) if !own.covers(target) => Wanted::Beyond,
        (_, Manages) if own.equal_or_less && !own.covers(target) => Wanted::Beyond,
        _ => Wanted::Done,
    }
}

fn found(done: &Result<(), Trouble>) -> Wanted {
    match done {
        Ok(()) => Wanted::Done,
        Err(Trouble::NotAuthorized(right)) => Wanted::NotAuthorized(*right),
        Err(Trouble::NoUserInterface { .. }) => Wanted::NoUserInterface,
        Err(Trouble::MayNotPrune) => Wanted::MayNotPrune,
        Err(trouble) if trouble.refusal() == Some("beyond-own-role") => Wanted::Beyond,
        Err(trouble) => panic!("{trouble:?}"),
    }
}

/// Runs every use case with every pair of roles.
fn check(pairs: &[(Spec, Spec)]) {
    let mut world = World::new();
    let mut service = world.bench.another();
    let every = usize::try_from(one_of()).expect("few");
    for (at, one) in USES.iter().enumerate() {
        let (name, what, .., noted, act) = one;
        for (own, target) in pairs.iter().skip(at % every).step_by(every) {
            let case = || format!("{name} {what}\n  own {own:?}\n  target {target:?}");
            world.begin(own, target);
            let (rows, events) = (world.rows(), world.events());
            let done = act(&world, &mut service, &world.bob);
            assert_eq!(found(&done), wanted(one, own, target), "{}", case());
            if done.is_err() {
                assert_eq!(world.rows(), rows, "{}", case());
                let refusals = vec![(9006, "bob".to_owned()); usize::from(*noted)];
                assert_eq!(world.events_after(events), refusals, "{}", case());
            }
        }
    }
    world.bench.events();
}

#[test]
fn every_use_case_needs_its_right_and_no_other() {
    let one = Right::ALL.map(|right| Spec {
        rights: vec![right],
        ..Spec::all()
    });
    let all_but_one = Right::ALL.map(|right| Spec::all().without(right));
    let each = one.into_iter().chain(all_but_one);
    let pairs: Vec<_> = each.map(|own| (own, Spec::nothing())).collect();
    check(&pairs);
}

#[test]
fn nobody_gives_a_right_that_they_do_not_hold_and_who_is_bound_manages_no_holder_of_it() {
    let mut pairs = Vec::new();
    for right in Right::ALL {
        for bound in [false, true] {
            let own = Spec::all().without(right).bound(bound);
            pairs.push((own, Spec::only(right).bound(bound)));
        }
    }
    check(&pairs);
}

#[test]
fn who_is_bound_to_equal_or_less_manages_only_those_who_are_bound_too_or_manage_nothing() {
    let mut pairs = Vec::new();
    for right in Right::ALL {
        for bound in [false, true] {
            pairs.push((Spec::all().bound(true), Spec::only(right).bound(bound)));
        }
    }
    pairs.push((Spec::all(), Spec::all().bound(true)));
    check(&pairs);
}

#[test]
fn access_types_are_given_like_rights_and_without_the_user_interface_nothing_goes() {
    let mut pairs = vec![(
        Spec {
            user_interface: false,
            ..Spec::all()
        },
        Spec::nothing(),
    )];
    for own in [false, true] {
        for bound in [false, true] {
            let own = Spec {
                web_service: own,
                ..Spec::all().bound(bound)
            };
            for user_interface in [false, true] {
                let target = Spec {
                    web_service: !user_interface,
                    user_interface,
                    ..Spec::nothing()
                };
                pairs.push((own.clone(), target));
            }
        }
    }
    check(&pairs);
}

#[test]
fn who_is_locked_out_or_deleted_does_nothing_any_more_with_every_right_there_is() {
    let bob = || "bob".to_owned();
    for (sql, trouble) in [
        (
            "UPDATE users SET locked_out = TRUE",
            Trouble::LockedOut(bob()),
        ),
        ("DELETE FROM users", Trouble::NoSuchUser(bob())),
    ] {
        let mut world = World::new();
        world.begin(&Spec::all(), &Spec::nothing());
        let sql = format!("{sql} WHERE name = 'bob'");
        world.behind.execute(&sql, ()).expect("done");
        let mut service = world.bench.another();
        for (name, what, .., noted, act) in USES {
            let (rows, events) = (world.rows(), world.events());
            let refused = act(&world, &mut service, &world.bob);
            assert_eq!(refused, Err(trouble.clone()), "{name} {what}");
            assert_eq!(world.rows(), rows, "{name} {what}");
            let refusals = vec![(9006, "bob".to_owned()); usize::from(*noted)];
            assert_eq!(world.events_after(events), refusals, "{name} {what}");
        }
        let again = service.look_again(&world.bob);
        assert_eq!(again.map(|_| ()), Err(trouble));
    }
}

fn named(name: &str) -> [Reference; 1] {
    [Reference::Name(name.to_owned())]
}

/// What notes coming and going, and asks who somebody is, is looked at elsewhere.
const ABOUT_ONESELF: [&str; 4] = ["look_again", "note_sign_in", "note_sign_out", "own_key"];

#[test]
fn no_use_case_is_left_out_here() {
    let mut there = BTreeSet::new();
    for (_, source) in sources("src/service") {
        // The public functions of the service that act for somebody.
        for function in source.split("    pub fn ").skip(1) {
            let (head, _) = function.split_once('{').expect("a body");
            if head.contains("self") && head.contains("actor: &Actor") {
                let end = head.find(['(', '<']).expect("parameters");
                there.insert(head[..end].to_owned());
            }
        }
    }
    assert!(there.len() > 20, "{there:?}");
    let uses = USES.iter().map(|(name, ..)| *name);
    let tested: BTreeSet<String> = uses.chain(ABOUT_ONESELF).map(str::to_owned).collect();
    assert_eq!(there, tested);
}
