//! The tables of the demo: its roles, users and keys.

use crate::domain::id::{AUDITOR, FULL_ACCESS, RoleId};
use crate::domain::locale::Locale;
use crate::domain::tz::Tz;

/// The roles are made in this order, after the built-in ones.
pub(super) const KEY_OPERATORS: RoleId = RoleId(3);
pub(super) const MONITORING: RoleId = RoleId(4);
pub(super) const AUTOMATION: RoleId = RoleId(5);
pub(super) const HELP_DESK: RoleId = RoleId(6);

/// ID, name, description, user interface, web service, rights beside those to view, equal or less, age in days.
pub(super) type RoleSample = (
    RoleId,
    &'static str,
    &'static str,
    bool,
    bool,
    &'static [&'static str],
    bool,
    i64,
);

#[rustfmt::skip]
pub(super) const ROLES: [RoleSample; 4] = [
    (KEY_OPERATORS, "Key Operators", "Look after the API keys of the teams, within their own rights", true, true, &[
        "platformRights.apikeyRights.canCreateNewApiKeys",
        "platformRights.apikeyRights.canEditApiKeyProperties",
        "platformRights.apikeyRights.canDeleteApiKeys",
    ], true, 640),
    (MONITORING, "監視担当", "監視システムからの読み取りと通知の確認", true, true, &[
        "platformRights.alertRights.canDismissGlobalAlerts",
    ], false, 320),
    (AUTOMATION, "Automation", "For keys of jobs that enrol servers and write policies; nobody signs in with it", false, true, &[
        "platformRights.policyRights.canCreateNewPolicies",
        "platformRights.policyRights.canImportPolicies",
        "firewallRights.firewallRuleRights.canCreateNewFirewallRules",
        "firewallRights.firewallRuleRights.canEditFirewallRuleProperties",
    ], false, 310),
    (HELP_DESK, "Help Desk", "Looks things up in the console; no key works with it", true, false, &[], false, 150),
];

/// Name, full name, role, language, zone, age in days, last sign-in in minutes before now, locked out days ago.
pub(super) type UserSample = (
    &'static str,
    &'static str,
    RoleId,
    Option<Locale>,
    Option<Tz>,
    i64,
    Option<i64>,
    Option<i64>,
);

#[rustfmt::skip]
pub(super) const USERS: [UserSample; 8] = [
    (super::AUDITOR_USER, "Internal Audit", AUDITOR, None, None, 400, Some(2_880), None),
    ("standby", "Standby Administrator", FULL_ACCESS, None, Some(Tz::UTC), 610, None, None),
    ("key-desk", "Key Desk", KEY_OPERATORS, None, Some(Tz::Europe__Berlin), 350, Some(35), None),
    ("night-shift", "Équipe de nuit", KEY_OPERATORS, None, Some(Tz::Europe__Paris), 120, Some(700), None),
    ("tokyo-ops", "東京運用グループ", MONITORING, Some(Locale::JaJp), Some(Tz::Asia__Tokyo), 210, Some(404), None),
    ("wallboard", "The screen in the operations room; reads through the API now", AUTOMATION, None, None, 180, Some(43_000), None),
    ("help-desk", "First line support", HELP_DESK, None, None, 149, Some(1_560), None),
    ("rollout-contractor", "Until the end of the rollout", AUDITOR, None, Some(Tz::Europe__Stockholm), 88, Some(14_000), Some(6)),
];

/// What became of a key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Story {
    /// Delivered, and nothing since.
    InUse,
    /// For this reason.
    LockedOut(&'static str),
    /// Its first secret is pending.
    JustMade,
    /// Its first secret was never stored.
    NeverStored,
    /// A new secret was delivered; the old one still works.
    BeingReplaced,
    /// A new secret is pending; the old one works.
    NewSecretPending,
    /// Somebody uses a secret that was replaced.
    OldSecretUsed,
    Deleted,
}

pub(super) use Story::{
    BeingReplaced, Deleted, InUse, JustMade, LockedOut, NeverStored, NewSecretPending,
    OldSecretUsed,
};

/// Name, description, owner, role, zone, age in days, expiry in days from now, last use in minutes before now, story.
pub(super) type Sample = (
    &'static str,
    &'static str,
    &'static str,
    RoleId,
    Tz,
    i64,
    Option<i64>,
    Option<i64>,
    Story,
);

#[rustfmt::skip]
pub(super) const SAMPLES: [Sample; 41] = [
    ("backup-nightly", "Reads the inventory before the nightly backup.\nRuns after the one of the file servers", "Storage team", AUDITOR, Tz::Europe__Berlin, 412, None, Some(611), InUse),
    ("siem-export", "Sends events to the SIEM", "Security operations", AUDITOR, Tz::UTC, 380, Some(202), Some(1), InUse),
    ("deploy-pipeline", "Used by the release jobs", "Release engineering", FULL_ACCESS, Tz::America__New_York, 355, Some(96), Some(4), InUse),
    ("deploy-pipeline-staging", "The same for staging", "Release engineering", AUTOMATION, Tz::America__New_York, 355, Some(96), Some(37), InUse),
    ("terraform", "Policies as code", "Platform team", AUTOMATION, Tz::UTC, 301, Some(31), Some(52), InUse),
    ("ansible-tower", "Enrols new servers", "Platform team", AUTOMATION, Tz::Europe__London, 290, None, Some(233), InUse),
    ("grafana", "Dashboards on the wall of the operations room", "Operations room", AUDITOR, Tz::Europe__Paris, 288, None, Some(2), InUse),
    ("asset-inventory", "CMDB import, every six hours", "CMDB team", AUDITOR, Tz::UTC, 270, Some(180), Some(174), InUse),
    ("vulnerability-report", "Monthly report for the board", "Information security", AUDITOR, Tz::America__Chicago, 251, Some(5), Some(21_600), InUse),
    ("pci-audit-2026", "External auditors; ends with the audit", "External auditors", AUDITOR, Tz::Europe__Zurich, 60, Some(11), Some(2_890), InUse),
    ("contractor-rollout", "Until the end of the contract", "Rollout contractor", AUDITOR, Tz::Europe__Stockholm, 88, Some(0), Some(190), InUse),
    ("load-test", "May be deleted after the tests", "", FULL_ACCESS, Tz::UTC, 12, Some(2), Some(40), InUse),
    ("pager-bridge", "Opens incidents", "On-call team", MONITORING, Tz::Asia__Kolkata, 199, None, Some(318), InUse),
    ("chatops", "The bot in #security", "Security operations", FULL_ACCESS, Tz::America__Los_Angeles, 187, Some(365), Some(9), InUse),
    ("licence-counter", "", "", AUDITOR, Tz::UTC, 640, None, Some(43_000), InUse),
    ("old-reporting", "Taken off the API until somebody asks for it", "", HELP_DESK, Tz::Europe__Madrid, 700, None, Some(262_800), InUse),
    ("mobile-app-backend", "Behind the on-call app", "On-call team", AUDITOR, Tz::America__Sao_Paulo, 144, Some(55), Some(3), InUse),
    ("branch-office-lisbon", "", "Lisbon office", AUDITOR, Tz::Europe__Lisbon, 130, Some(120), Some(1_300), InUse),
    ("branch-office-são-paulo", "", "São Paulo office", AUDITOR, Tz::America__Sao_Paulo, 129, Some(120), Some(1_421), InUse),
    ("Équipe sécurité", "Clé de l'équipe de nuit", "Équipe de nuit", AUDITOR, Tz::Europe__Paris, 95, Some(300), Some(77), InUse),
    ("the key of the integration that keeps the ticket system and the asset register of both sites in step", "A name as long as they may be", "", AUDITOR, Tz::UTC, 77, Some(250), Some(15), InUse),
    ("監査レポート", "月次の監査レポートを作成する", "監査部", AUDITOR, Tz::Asia__Tokyo, 210, Some(140), Some(2_000), InUse),
    ("東京データセンター連携", "東京データセンターの監視システムから読み取る\n担当: 運用グループ", "運用グループ", MONITORING, Tz::Asia__Tokyo, 208, None, Some(6), InUse),
    ("ﾊﾞｯｸｱｯﾌﾟ夜間", "半角カタカナの名前", "", AUDITOR, Tz::Asia__Tokyo, 150, Some(9), Some(540), InUse),
    ("カ\u{3099}イト\u{3099}ライン検証", "結合文字の濁点を含む名前", "", FULL_ACCESS, Tz::Asia__Tokyo, 33, Some(60), None, InUse),
    ("new-dashboard", "Not in use yet", "", AUDITOR, Tz::UTC, 3, None, None, InUse),
    ("dr-exercise", "For the exercise in spring", "", FULL_ACCESS, Tz::UTC, 20, Some(160), None, InUse),
    ("ci-runner-legacy", "Locked until the owner is found", "", FULL_ACCESS, Tz::America__New_York, 900, None, Some(129_600), LockedOut("Nobody knows who uses it")),
    ("contractor-laptop", "The laptop was lost; see the incident report", "Rollout contractor", AUDITOR, Tz::Europe__Berlin, 160, Some(40), Some(10_100), LockedOut("The laptop was stolen")),
    ("partner-feed", "Locked and expired", "Partner integration", AUDITOR, Tz::UTC, 420, Some(-30), Some(60_000), LockedOut("")),
    ("pentest-2025", "Ended", "", FULL_ACCESS, Tz::Europe__London, 400, Some(-210), Some(310_000), InUse),
    ("migration-2026", "Moving to the new console", "", FULL_ACCESS, Tz::America__Denver, 120, Some(-1), Some(1_900), InUse),
    ("trial-connector", "", "", AUDITOR, Tz::Australia__Sydney, 45, Some(-15), None, InUse),
    ("edge-collector", "Waiting for its owner to store the secret", "Network team", AUDITOR, Tz::UTC, 0, Some(90), None, JustMade),
    ("kubernetes-admission", "The dialog was closed too early", "Platform team", FULL_ACCESS, Tz::UTC, 6, None, None, NeverStored),
    ("webhook-relay", "Old secret works for a day after the change", "Platform team", AUDITOR, Tz::America__Toronto, 230, Some(130), Some(2), BeingReplaced),
    ("payments-monitor", "Yearly change of the secret", "Payments", AUDITOR, Tz::Europe__Dublin, 365, Some(365), Some(12), BeingReplaced),
    ("log-shipper", "A new secret waits to be stored", "Operations room", MONITORING, Tz::UTC, 310, None, Some(1), NewSecretPending),
    ("cron-on-old-host", "One host still sends the old secret", "Storage team", AUDITOR, Tz::UTC, 500, None, Some(28), OldSecretUsed),
    ("prototype", "Deleted after the demonstration", "", FULL_ACCESS, Tz::UTC, 50, None, Some(14_000), Deleted),
    ("contractor-akhan", "Contract ended", "A. Khan", AUDITOR, Tz::Asia__Kolkata, 240, Some(20), Some(30_000), Deleted),
];
