//! Of what the names and texts of the demo's many keys are made.

use crate::domain::tz::Tz;

/// What a key is for, and some of it in Japanese.
pub(super) type Job = (&'static str, Option<&'static str>);

#[rustfmt::skip]
pub(super) const JOBS: [Job; 40] = [
    ("backup", None), ("billing-sync", None), ("build-agent", None), ("card-reader", None), ("catalogue-feed", None),
    ("cold-storage", None), ("crm-export", None), ("customs-gateway", None), ("dashboard", None), ("deploy", None),
    ("dns-updater", None), ("door-sensor", None), ("energy-meter", None), ("fleet-tracker", None), ("fraud-check", None),
    ("grafana-reader", None), ("helpdesk-bot", None), ("invoice-export", None), ("kiosk", None), ("label-printer", None),
    ("ledger-import", None), ("loyalty-points", None), ("mail-relay", None), ("metrics-push", None), ("mobile-app", None),
    ("parcel-scanner", None), ("patch-runner", None), ("payroll", None), ("price-watch", None), ("quality-report", None),
    ("returns-desk", None), ("route-planner", None), ("siem-forwarder", None), ("stock-count", None), ("tax-report", None),
    ("telemetry", None), ("till", None), ("warehouse-robot", None),
    ("audit", Some("監査ログ")), ("inventory", Some("在庫確認")),
];

/// Where it is: as a name has it, as a text has it, and its zone.
#[rustfmt::skip]
pub(super) const PLACES: [(&str, &str, Tz); 32] = [
    ("ams", "Amsterdam", Tz::Europe__Amsterdam), ("ath", "Athens", Tz::Europe__Athens), ("ber", "Berlin", Tz::Europe__Berlin),
    ("bog", "Bogotá", Tz::America__Bogota), ("bom", "Mumbai", Tz::Asia__Kolkata), ("bos", "Boston", Tz::America__New_York),
    ("cai", "Cairo", Tz::Africa__Cairo), ("chi", "Chicago", Tz::America__Chicago), ("cph", "Copenhagen", Tz::Europe__Copenhagen),
    ("dub", "Dublin", Tz::Europe__Dublin), ("gva", "Genève", Tz::Europe__Zurich), ("hel", "Helsinki", Tz::Europe__Helsinki),
    ("ist", "Istanbul", Tz::Europe__Istanbul), ("jnb", "Johannesburg", Tz::Africa__Johannesburg), ("lis", "Lisbon", Tz::Europe__Lisbon),
    ("lon", "London", Tz::Europe__London), ("mad", "Madrid", Tz::Europe__Madrid), ("mex", "Mexico City", Tz::America__Mexico_City),
    ("muc", "München", Tz::Europe__Berlin), ("nbo", "Nairobi", Tz::Africa__Nairobi), ("nyc", "New York", Tz::America__New_York),
    ("osa", "Osaka", Tz::Asia__Tokyo), ("osl", "Oslo", Tz::Europe__Oslo), ("par", "Paris", Tz::Europe__Paris),
    ("prg", "Prague", Tz::Europe__Prague), ("rom", "Rome", Tz::Europe__Rome), ("sao", "São Paulo", Tz::America__Sao_Paulo),
    ("sin", "Singapore", Tz::Asia__Singapore), ("syd", "Sydney", Tz::Australia__Sydney), ("tyo", "Tokyo", Tz::Asia__Tokyo),
    ("vie", "Vienna", Tz::Europe__Vienna), ("waw", "Warsaw", Tz::Europe__Warsaw),
];

/// How a name ends.
pub(super) const ENDS: [&str; 5] = ["prod", "prod", "staging", "test", "edge"];

/// Whom keys are given to.
#[rustfmt::skip]
pub(super) const TEAMS: [&str; 24] = [
    "Storage team", "Platform team", "Security operations", "Release engineering", "Network team", "Operations room",
    "On-call team", "CMDB team", "Payments", "Logistics", "Warehouse systems", "Retail systems", "Data engineering",
    "Machine learning", "Mobile team", "Facilities", "Finance systems", "Customer service", "Quality assurance",
    "Partner integration", "Field service", "Identity team", "運用グループ", "Équipe de nuit",
];

/// What a key does.
#[rustfmt::skip]
pub(super) const DOES: [&str; 16] = [
    "Reads the inventory", "Sends measurements", "Writes policies", "Forwards events", "Reads prices", "Enrols machines",
    "Prints labels", "Opens incidents", "Counts licences", "Exports invoices", "Checks certificates", "Moves archives",
    "Reads orders", "Updates records", "Watches queues", "Collects crash reports",
];

/// And where.
#[rustfmt::skip]
pub(super) const WHERE: [&str; 6] = [
    "of the site in", "for the office in", "of the data centre in", "for the shops in", "behind the gateway of", "of the test floor in",
];

/// Why a key was locked out.
#[rustfmt::skip]
pub(super) const LOCKS: [&str; 6] = [
    "", "Found in a log", "The owner has left", "Nobody knows who uses it", "The machine was replaced", "Found by a scan",
];
