//! What `keyward --version` tells of this program.

use std::sync::LazyLock;

use crate::store;

/// The commit that this program was built from, as far as `build.rs` could know.
const REVISION: Option<&str> = option_env!("KEYWARD_REVISION");

/// The version, and what somebody must know who reports a fault.
static LONG: LazyLock<String> = LazyLock::new(|| {
    let number = env!("CARGO_PKG_VERSION");
    let revision = REVISION.unwrap_or("unknown");
    let (sqlite, schema) = (store::sqlite_version(), store::SCHEMA);
    format!("{number}\nrevision {revision}\nSQLite   {sqlite}\nschema   {schema}")
});

/// All that is known of the version, in lines.
pub(super) fn long() -> &'static str {
    &LONG
}
