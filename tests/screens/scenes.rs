//! THE list of scenes: every screen and dialog, and how one gets there. The pictures are of these, and what must hold
//! wherever one is holds in each of them.

use std::panic::{AssertUnwindSafe, catch_unwind};

use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::id::KeyId;
use keyward::domain::locale::Locale::{self, EnUs, JaJp};
use keyward::domain::rights::Right;
use keyward::domain::role::{RoleDraft, RoleFields};
use keyward::domain::time::MINUTE;
use keyward::domain::tz::Tz;
use keyward::service::demo::{AUDITOR_USER, FULL_ACCESS_USER};
use keyward::ui::app::Setting;

use crate::support::console::Console;
use crate::support::console::Part::{self, Body, Dialog, Screen};
use crate::support::database::{Bench, role_draft, user_of};

/// Whose console it is, and what is in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seed {
    /// Nothing; alice has Full Access.
    Empty,
    /// Two keys with names in ASCII, of which one is too long for its column and has a secret that is not delivered.
    Plain,
    /// The demo, as the user with Full Access.
    Demo,
    /// The demo, as the user who may only look.
    Auditor,
    /// The demo with a role that has a wide name.
    WideRole,
    /// The same, as a user in that role, who may only look.
    Viewer,
    /// The demo, as a user who may change roles and has few rights to give.
    Editor,
    /// The demo, as a user who was locked out a moment ago.
    LockedOut,
    /// The demo, with a key's Properties open, of which somebody else has changed the name, description and time zone.
    Clashing,
    /// Nothing; who is idle for 15 minutes is signed out.
    Idle,
    /// Nothing, and no files may be written.
    NoFiles,
}

use Seed::{
    Auditor, Clashing, Demo, Editor, Empty, Idle, LockedOut, NoFiles, Plain, Viewer, WideRole,
};

impl Seed {
    /// A console in this language, with settings of its own besides.
    pub fn console(self, language: Locale, change: impl FnOnce(&mut Setting)) -> Console {
        let (mut bench, mut actor) = match self {
            Empty | Plain | Idle | NoFiles => {
                let bench = Bench::new();
                let alice = bench.alice.clone();
                (bench, alice)
            }
            Auditor | LockedOut => Bench::demo(AUDITOR_USER),
            Demo | WideRole | Viewer | Editor | Clashing => Bench::demo(FULL_ACCESS_USER),
        };
        match self {
            Plain => {
                let long = "a name that is much too long for any column it could stand in";
                let first = bench.delivered(long);
                bench.issue(first.key);
                bench.delivered("deploy-backup");
            }
            WideRole | Viewer => {
                let draft = RoleDraft::from(RoleFields {
                    name: "夜間監査担当者（東京データセンター）".to_owned(),
                    description: "月次の監査レポートを作成する\n担当: ｶﾞｲﾄﾞ、カ\u{3099}イト\u{3099}"
                        .to_owned(),
                    ..RoleFields::default()
                });
                let role = bench.role(&draft);
                if self == Viewer {
                    actor = bench.user("bob", role);
                }
            }
            Editor => {
                let held = [Right::ViewApiKeys, Right::ViewRoles, Right::EditRoles];
                let role = bench.role(&role_draft("Role editors", &held));
                actor = bench.user("bob", role);
            }
            _ => {}
        }
        let mut other = bench.beside();
        let user = user_of(&actor);
        let mut console = Console::set(bench, actor, (80, 24), |setting| {
            setting.settings.language = language;
            setting.files = self != NoFiles;
            if matches!(self, Idle | NoFiles) {
                setting.settings.idle_minutes = 15;
            }
            change(setting);
        });
        if self == Clashing {
            console.keys("/webhook\n\n");
            let id = KeyId(36);
            let there = other.by_alice(|service, alice| service.key_properties(alice, id));
            let mut draft = ApiKeyDraft::from(&there.key.fields);
            "webhook-relay-eu".clone_into(&mut draft.name);
            draft.description =
                "Relays the webhooks of all shops in Europe to the queue. ".repeat(4);
            draft.zone = Tz::Europe__Berlin;
            other.by_alice(|service, alice| service.save_key(alice, id, &there.key.fields, &draft));
        }
        if self == LockedOut {
            let alice = other.alice.clone();
            other
                .service
                .lock_out_user(&alice, user, "")
                .expect("locked");
        }
        console
    }
}

/// A screen or dialog, with what was done there before it is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Scene {
    pub name: &'static str,
    pub seed: Seed,
    /// How one gets there: see [`Console::keys`].
    pub keys: &'static str,
    /// Milliseconds in which nobody does anything, behind that.
    pub waits: &'static [i64],
    /// What is pictured, and in which languages; at every size.
    pub part: Part,
    pub languages: &'static [Locale],
}

impl Scene {
    /// The scene in this language, with settings of its own besides.
    pub fn open(&self, language: Locale, change: impl FnOnce(&mut Setting)) -> Console {
        let mut console = self.seed.console(language, change);
        self.play(&mut console);
        console
    }

    /// Goes from a console's first screen to the scene.
    pub fn play(&self, console: &mut Console) {
        console.keys(self.keys);
        for ms in self.waits {
            console.wait(*ms);
        }
    }
}

/// Goes over every scene; fails with the names of those in which something was wrong.
#[track_caller]
pub fn each(look: impl Fn(&Scene)) {
    let is_wrong = |scene: &&Scene| catch_unwind(AssertUnwindSafe(|| look(scene))).is_err();
    let wrong: Vec<&str> = SCENES
        .iter()
        .filter(is_wrong)
        .map(|scene| scene.name)
        .collect();
    assert!(wrong.is_empty(), "in the scenes {wrong:?}");
}

/// The scene of this name.
pub fn named(name: &str) -> &'static Scene {
    let mut scenes = SCENES.iter();
    scenes.find(|scene| scene.name == name).expect(name)
}

const NO: &[Locale] = &[];
const EN: &[Locale] = &[EnUs];
const JA: &[Locale] = &[JaJp];
const BOTH: &[Locale] = &[EnUs, JaJp];
/// As long as somebody may be idle in [`Seed::Idle`].
const IDLE: i64 = 15 * MINUTE;

/// Role 1 is Full Access, 2 the Auditor.
#[rustfmt::skip]
pub const SCENES: &[Scene] = &[
    // The list of API keys.
    scene("list",                   Demo,      "",                                     Screen, BOTH),
    scene("list_auditor",           Auditor,   "",                                     Screen, BOTH),
    scene("list_empty",             Empty,     "",                                     Body,   BOTH),
    scene("list_end",               Demo,      "<End>",                                Body,   BOTH),
    scene("list_filtered",          Demo,      "/deploy",                              Body,   EN),
    scene("list_filtered_wide",     Demo,      "/監査",                                 Body,   JA),
    scene("list_filtered_narrow",   Demo,      "/ﾊﾞｯｸ",                                Body,   NO),
    scene("filter_completed",       Demo,      "/by:demo role:",                       Body,   BOTH),
    scene("filter_mistake",         Demo,      "/deploy state:lokced expires:<\n",     Body,   BOTH),
    scene("list_kept",              Demo,      "/web\n",                               Body,   NO),
    scene("list_refused",           Auditor,   "n",                                    Body,   JA),
    scene("list_sorted",            Demo,      "oOoooo",                               Body,   NO),
    scene("list_no_key",            Demo,      "zzz",                                  Body,   NO),
    scene("sorting",                Demo,      "oOS",                                  Dialog, BOTH),
    scene("columns",                Demo,      "Cjj j<<+",                              Dialog, BOTH),
    scene("choice_state",           Demo,      "f",                                    Dialog, BOTH),
    scene("confirm_lock_out",       Demo,      "l",                                    Screen, BOTH),
    scene("confirm_reason",         Demo,      "l\tcontract ended",                     Dialog, EN),
    scene("policy",                 Demo,      "p",                                    Dialog, BOTH),
    scene("confirm_delete",         Demo,      "d",                                    Dialog, NO),
    scene("confirm_end_overlap",    Demo,      "/webhook\nx",                          Dialog, JA),
    scene("export",                 Demo,      "X",                                    Dialog, BOTH),
    scene("export_path",            Demo,      "X\n",                                  Dialog, EN),
    scene("copy_row",               Demo,      "Y",                                    Dialog, BOTH),
    scene("list_marked",            Demo,      "/de\n  <Esc>/deploy\n",              Screen, BOTH),
    scene("bulk_lock_out",          Demo,      "*l",                                   Dialog, BOTH),
    scene("bulk_end",               Demo,      "*l<PgDn><PgDn><PgDn><PgDn><PgDn><PgDn>", Dialog, NO),
    scene("bulk_role",              Demo,      "/deploy\n*Rfull\n",                    Dialog, BOTH),
    scene("bulk_expiry",            Demo,      " E",                                   Dialog, BOTH),
    scene("bulk_in_vain",           Demo,      "  u",                                  Dialog, BOTH),
    scene("try_empty",              Demo,      "v",                                    Dialog, BOTH),
    scene("try_malformed",          Demo,      "vabc\n",                               Dialog, BOTH),
    scene("tree",                   Demo,      "t",                                    Body,   BOTH),
    // Properties of a key.
    scene("properties_new",         Demo,      "n",                                    Dialog, EN),
    scene("properties_problem",     Demo,      "nGrafana<F2>",                         Dialog, BOTH),
    scene("properties_no_name",     Demo,      "n<F2>",                                Dialog, NO),
    scene("properties_again",       Demo,      "n<Esc>n<F2>",                          Dialog, NO),
    scene("properties_wide",        Demo,      "Gn漢字\t漢字\n漢字\n漢字\n漢字",          Dialog, NO),
    scene("properties",             Demo,      "\n",                                   Dialog, NO),
    scene("properties_edit",        Demo,      "/webhook\n\n",                         Dialog, BOTH),
    scene("properties_auditor",     Auditor,   "/webhook\n\n",                         Dialog, BOTH),
    scene("choice_role",            Demo,      "n\t\t new",                            Dialog, EN),
    scene("choice_language",        Demo,      "n\t\t\t ",                             Dialog, JA),
    scene("choice_zone",            Demo,      "n\t\t\t\tnew y",                       Dialog, EN),
    scene("calendar",               Demo,      "nx\t\t\t\ttokyo\n\t  <Right><Right>", Dialog, BOTH),
    scene("calendar_refused",       Demo,      "nx\t\t\t\t\t 2027-01-31<Shift-Tab>\t <PgUp><PgUp><PgUp><Home>", Dialog, EN),
    scene("merge",                  Clashing,  "-2\tmy words\t\t\ttokyo\n<F2>",    Dialog, BOTH),
    // Secrets.
    scene("new_secret",             Demo,      "s",                                    Dialog, BOTH),
    scene("new_secret_choice",      Demo,      "s\n",                                  Dialog, NO),
    scene("new_secret_overlap",     Demo,      "/webhook\ns",                          Dialog, NO),
    scene("secret",                 Demo,      "nnew-key<F2>",                         Body,   EN),
    scene("secret_wide",            Demo,      "n新しいダッシュボード<F2>",               Body,   JA),
    scene("secret_hidden",          Demo,      "nx<F2>v",                              Body,   NO),
    scene("secret_replacement",     Demo,      "/webhook\ns<Down>\n\n",                Body,   EN),
    scene("secret_copied",          Demo,      "/webhook\ns<Down>\n\nc",               Body,   JA),
    scene("secret_discard",         Demo,      "nx<F2>x\n",                            Dialog, NO),
    scene("secret_no_files",        NoFiles,   "nbackup<F2>w",                         Body,   EN),
    waiting("secret_nobody",        Idle,      "nbackup<F2>", &[IDLE],                 Body,   BOTH),
    scene("check",                  Demo,      "nnew-key<F2>vpabc",                    Body,   BOTH),
    scene("save_to_file",           Demo,      "nnew-key<F2>vw",                       Dialog, BOTH),
    // Users.
    scene("users",                  Demo,      "tg\n",                                 Screen, BOTH),
    scene("user",                   Demo,      "tg\n\n",                               Dialog, BOTH),
    scene("user_new",               Demo,      "tg\nn",                                Dialog, NO),
    scene("user_refused",           Viewer,    "tg\n\n",                               Dialog, JA),
    // Roles.
    scene("roles",                  Demo,      "tgj\n",                                Screen, BOTH),
    scene("role_general",           Demo,      "tgj\n/id:2\n\n",                       Dialog, BOTH),
    scene("role_computer",          Demo,      "tgj\n/id:2\n\n<F4>",                   Dialog, BOTH),
    scene("role_policy",            Demo,      "tgj\n/id:2\n\n<F4><F4>",               Dialog, EN),
    scene("role_user",              Demo,      "tgj\n/id:2\n\n<F4><F4><F4>",           Dialog, BOTH),
    scene("role_user_end",          Demo,      "tgj\n/id:2\n\n<F4><F4><F4><End>",      Dialog, EN),
    scene("role_tabs",              Demo,      "tgj\n/id:2\n\n<F4><F4><F4><Shift-Tab>", Dialog, EN),
    scene("role_other",             Demo,      "tgj\n/id:2\n\n<F3><F3>",               Dialog, EN),
    scene("role_find",              Demo,      "tgj\n/id:2\n\n<F3><F3>/port list",     Dialog, EN),
    scene("role_find_wide",         Demo,      "tgj\n/id:2\n\n<F3><F3>/リスト",         Dialog, JA),
    scene("role_find_elsewhere",    Demo,      "tgj\n/id:2\n\n<F4>/portlist",          Dialog, BOTH),
    scene("role_ticked_only",       Demo,      "tgj\n/id:2\n\n<F4><F4><F4>t ",         Dialog, BOTH),
    scene("role_changes",           Demo,      "tgj\n/id:2\n\n!\t\t\t <F4><F4><F4>t <F2>", Dialog, BOTH),
    scene("role_new_for_key",       Demo,      "n\t\t new\n",                        Dialog, EN),
    scene("role_assigned",          Demo,      "tgj\n/id:2\n\n<F3><PgDn>",             Dialog, EN),
    scene("role_assigned_begin",    Demo,      "tgj\n/id:2\n\n<F3>",                   Dialog, JA),
    scene("role_full_access",       Demo,      "tgj\n/id:1\n\n",                       Dialog, EN),
    scene("role_full_access_user",  Demo,      "tgj\n/id:1\n\n<F4><F4><F4>",           Dialog, EN),
    scene("role_focus",             Demo,      "tgj\n\n\t",                            Dialog, NO),
    scene("role_wide",              WideRole,  "tgj\n/夜間\n\n",                       Dialog, EN),
    scene("role_problem",           Demo,      "n\t\t new\n<Ctrl-U>auditor<F4><F4><F4><F2>", Dialog, EN),
    scene("role_not_yours",         Editor,    "tg\n/id:2\n\n<F4><Down><Down><Down> ", Dialog, EN),
    // System events.
    scene("events",                 Demo,      "tG\n",                                 Screen, BOTH),
    scene("events_filtered",        Demo,      "tG\nlerror\n/cron\n",                  Body,   EN),
    scene("event_details",          Demo,      "tG\n/updated\n\n",                     Dialog, EN),
    scene("event_details_first",    Demo,      "tG\n\n",                               Dialog, JA),
    scene("event_details_end",      Demo,      "tG\n/role-created\n\n<End>",           Dialog, EN),
    scene("choice_event",           Demo,      "tG\nf",                                Dialog, BOTH),
    scene("choice_target",          Demo,      "tG\na",                                Dialog, NO),
    scene("event_time_empty",       Demo,      "tG\nd",                                Dialog, NO),
    scene("event_time",             Demo,      "tG\ndlast week\n",                     Dialog, EN),
    // Help.
    scene("help",                   Demo,      "<F1>",                                 Dialog, BOTH),
    scene("help_find",              Demo,      "<F1>/sort",                            Dialog, EN),
    scene("help_find_wide",         Demo,      "<F1>/漢",                              Dialog, NO),
    scene("help_key",               Demo,      "n<F1>\n",                              Dialog, BOTH),
    scene("help_states",            Demo,      "<F1><F5>",                             Dialog, BOTH),
    // The palette.
    scene("palette",                Demo,      ":",                                    Dialog, BOTH),
    scene("palette_find",           Demo,      ":lock",                                Dialog, EN),
    // What comes by itself.
    waiting("countdown",            Idle,      "nbackup", &[IDLE, 18_000],             Body,   BOTH),
    waiting("ended",                LockedOut, "", &[1_000],                           Dialog, BOTH),
];

const fn scene(
    name: &'static str,
    seed: Seed,
    keys: &'static str,
    part: Part,
    languages: &'static [Locale],
) -> Scene {
    waiting(name, seed, keys, &[], part, languages)
}

const fn waiting(
    name: &'static str,
    seed: Seed,
    keys: &'static str,
    waits: &'static [i64],
    part: Part,
    languages: &'static [Locale],
) -> Scene {
    Scene {
        name,
        seed,
        keys,
        waits,
        part,
        languages,
    }
}
