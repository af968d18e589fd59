//! A look at a server and the database there, for `keyward doctor`.

use crate::domain::time::Timestamp;
use crate::domain::trouble::{Fault, OpenFault};
use crate::domain::user::OsAccount;
use crate::store::postgres::Postgres;
use crate::store::postgres::flaws;
use crate::store::postgres::migrate::KNOWN;
use crate::store::postgres::open::{Purpose, reach};
use crate::store::server::{Found, Line, May, Server, Standing};
use crate::store::sql::Kind;
use crate::store::{Inside, Tx};

/// What it says of itself, of the line, and of the role's rights.
const LOOK: &str = "
    SELECT current_setting('server_version'), current_user,
        coalesce((SELECT version FROM pg_catalog.pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl), ''),
        inet_server_addr() IS NULL, pg_is_in_recovery(),
        CAST(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000 AS bigint),
        (SELECT count(*) FROM pg_catalog.pg_stat_replication),
        (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user),
        coalesce((SELECT pg_has_role(relowner, 'USAGE') FROM pg_catalog.pg_class WHERE oid = to_regclass('meta')), FALSE),
        coalesce(has_table_privilege(to_regclass('api_keys'), 'INSERT'), FALSE),
        coalesce(has_table_privilege(to_regclass('api_keys'), 'SELECT'), FALSE),
        CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)";

/// See [`crate::store::server::look`].
pub fn look(address: &str, account: &OsAccount, now: Timestamp) -> Found {
    let mut found = Found {
        refused: None,
        server: None,
        inside: None,
    };
    let (postgres, there) = match reach(address, account, Purpose::Read) {
        Ok(reached) => reached,
        Err(fault) => {
            found.refused = Some(fault);
            return found;
        }
    };
    match server(&postgres, now) {
        Ok(server) => {
            let may = match server.may {
                May::Nothing if there.version == 0 && there.may_make => May::Make,
                may => may,
            };
            found.server = Some(Server { may, ..server });
        }
        Err(fault) => found.refused = Some(OpenFault::Fault(fault)),
    }
    if there.version == 0 {
        found.refused = Some(OpenFault::Missing);
        return found;
    }
    match Tx::begin(&postgres, Kind::Read) {
        Ok(tx) => {
            let differs = || flaws::flaws(&tx);
            found.inside = Some(Inside::of(&tx, there.version, differs));
        }
        Err(fault) => found.refused = Some(OpenFault::Fault(fault)),
    }
    if there.version < KNOWN && found.refused.is_none() {
        found.refused = Some(OpenFault::Older {
            found: there.version,
            known: KNOWN,
        });
    }
    found
}

fn server(postgres: &Postgres, now: Timestamp) -> Result<Server, Fault> {
    let row = postgres.command(LOOK)?.unwrap_or_default();
    let text = |at: usize| row.get(at).cloned().flatten();
    let is = |at| text(at).as_deref() == Some("t");
    let number = |at| text(at).and_then(|number| number.parse::<i64>().ok());
    let secured = text(2).unwrap_or_default();
    let rights = [
        (is(7), May::Everything),
        (is(8), May::Own),
        (is(9), May::Change),
        (is(10), May::Verify),
    ];
    Ok(Server {
        version: text(0).unwrap_or_default(),
        role: text(1).unwrap_or_default(),
        line: match (is(3), secured.is_empty()) {
            (true, _) => Line::Socket,
            (false, true) => Line::Plain,
            (false, false) => Line::Secured(secured),
        },
        may: rights
            .into_iter()
            .find_map(|(has, may)| has.then_some(may))
            .unwrap_or(May::Nothing),
        standing: if is(4) {
            Standing::Standby { behind: number(5) }
        } else {
            Standing::Primary {
                standbys: number(6).unwrap_or(0),
            }
        },
        apart: number(11).unwrap_or(now.0) - now.0,
    })
}
