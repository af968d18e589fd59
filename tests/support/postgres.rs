//! `PostgreSQL` for tests: a server, a schema for each database, and a client that looks behind the product's back.

use std::cell::{Cell, RefCell};
use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::str::FromStr;
use std::sync::{LazyLock, Mutex, PoisonError};

use tokio::runtime::Runtime;
use tokio_postgres::types::{FromSql, Type};
use tokio_postgres::{Config, NoTls, Row};

use super::raw::{Refused, Value};
use crate::support::process::skip;

/// Says where tests have their databases: `postgres`, or `SQLite` where it is not set.
const ENGINE: &str = "KEYWARD_TEST_ENGINE";
/// The address of a server that is there already, for a superuser; else one is started for this process.
const SERVER: &str = "KEYWARD_TEST_SERVER";

/// The server's address, where the tests are to run on `PostgreSQL` and it is there.
pub fn server() -> Option<&'static str> {
    static IS_ASKED: LazyLock<bool> = LazyLock::new(is_asked);
    if *IS_ASKED { any_server() } else { None }
}

/// The address of a server, for tests that are about one wherever others run; nothing where there is none.
pub fn any_server() -> Option<&'static str> {
    static SERVER: LazyLock<Option<Server>> = LazyLock::new(Server::find);
    SERVER.as_ref().map(|server| server.address.as_str())
}

#[expect(
    clippy::disallowed_methods,
    reason = "how the gate says where tests run"
)]
fn is_asked() -> bool {
    match std::env::var(ENGINE).as_deref() {
        Ok("postgres") => true,
        Ok(other) if !other.is_empty() => panic!("{ENGINE}: there is no {other}"),
        _ => false,
    }
}

struct Server {
    address: String,
    /// Ends with this process: its standard input does.
    _started: Option<Child>,
}

impl Server {
    #[expect(
        clippy::disallowed_methods,
        reason = "how the gate says where tests run"
    )]
    fn find() -> Option<Server> {
        if let Ok(address) = std::env::var(SERVER) {
            return Some(Server {
                address,
                _started: None,
            });
        }
        let started = Server::start();
        if started.is_none() {
            skip("there is no PostgreSQL");
        }
        started
    }

    fn start() -> Option<Server> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/postgres.sh");
        let mut started = Command::new(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let mut address = String::new();
        let said = started.stdout.take().expect("piped");
        BufReader::new(said).read_line(&mut address).ok()?;
        let address = address.trim_end().to_owned();
        (!address.is_empty()).then_some(Server {
            address,
            _started: Some(started),
        })
    }
}

/// The schemas that this thread's test has made.
struct Made(Vec<String>);

/// Those whose tests have ended.
static LEFT: Mutex<Vec<String>> = Mutex::new(Vec::new());

impl Drop for Made {
    fn drop(&mut self) {
        if let Ok(mut left) = LEFT.lock() {
            left.append(&mut self.0);
        }
    }
}

thread_local! {
    static MADE: RefCell<Made> = const { RefCell::new(Made(Vec::new())) };
}

/// A connection that stays, for what is done to schemas.
fn on_server<T>(server: &str, work: impl FnOnce(&Client) -> T) -> T {
    static MAKER: Mutex<Option<(Vec<String>, Client)>> = Mutex::new(None);
    let mut maker = MAKER.lock().unwrap_or_else(PoisonError::into_inner);
    let (_, parameters) = server.split_once('?').unwrap_or((server, ""));
    let where_it_is = |one: &&str| one.starts_with("host=") || one.starts_with("port=");
    let at: Vec<String> = parameters
        .split('&')
        .filter(where_it_is)
        .map(ToOwned::to_owned)
        .collect();
    // A test may have servers of its own.
    let there = maker.take().filter(|(there, _)| *there == at);
    let (_, client) = maker.insert(there.unwrap_or_else(|| (at, Client::connect(server))));
    work(client)
}

/// Has a new database be as old as is said.
pub fn backdate(address: &str, from: i64, to: i64) {
    let (_, schema) = address.rsplit_once("%3D").expect("a schema");
    let set = |table: &str| {
        format!("UPDATE {schema}.{table} SET created_at = {to} WHERE created_at = {from};")
    };
    let sql = set("meta") + &set("users");
    on_server(address, |maker| maker.batch(&sql)).expect("set");
}

/// The address of a schema, which is made if it is not there, and goes when the test has ended that made it.
pub fn schema(server: &str, name: &str) -> String {
    on_server(server, |maker| {
        for left in std::mem::take(&mut *LEFT.lock().expect("names")) {
            // Whatever a test has left open would keep it.
            let drop = format!("SET lock_timeout = '1s'; DROP SCHEMA {left} CASCADE");
            let _ = maker.batch(&drop);
        }
        let there = "SELECT 1 FROM pg_namespace WHERE nspname = ?1";
        let there = maker.rows(there, &[Value::Text(name.to_owned())]);
        if there.expect("looked").is_empty() {
            let make = format!("CREATE SCHEMA {name} AUTHORIZATION {OWNER}");
            maker.batch(&make).expect("made");
            MADE.with_borrow_mut(|made| made.0.push(name.to_owned()));
        }
    });
    let (path, parameters) = server.split_once('?').unwrap_or((server, ""));
    let others = parameters
        .split('&')
        .filter(|one| !one.starts_with("user="));
    let user = format!("user={OWNER}");
    let options = format!("options=-csearch_path%3D{name}");
    let parameters: Vec<&str> = others.chain([&*user, &*options]).collect();
    format!("{path}?{}", parameters.join("&"))
}

/// Owns the tables, and may change them.
const OWNER: &str = "keyward_owner";
/// Reads and changes rows.
const CONSOLE: &str = "keyward_console";

/// The same database, for the role that owns its tables.
pub fn as_owner(address: &str) -> String {
    address.replace(CONSOLE, OWNER)
}

/// The same database, for the role that reads and changes its rows.
pub fn as_console(address: &str) -> String {
    address.replace(OWNER, CONSOLE)
}

/// Leaves a schema there for other tests.
pub fn keep_for_all(address: &str) {
    let (_, schema) = address.rsplit_once("%3D").expect("a schema");
    MADE.with_borrow_mut(|made| made.0.retain(|made| made != schema));
}

/// A connection as superuser.
pub struct Client {
    runtime: Runtime,
    connection: tokio_postgres::Client,
    holds: Cell<bool>,
}

impl Client {
    /// Connects as the superuser, to whatever schema the address names.
    pub fn connect(address: &str) -> Client {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        // The library takes one host at a time.
        let hosts = address.split_once("host=").map_or("", |(_, rest)| rest);
        let hosts = hosts.split('&').next().unwrap_or_default();
        let address = address.replace(hosts, &hosts.replace(',', "&host="));
        let mut config = Config::from_str(&address).expect("an address");
        config.user("postgres");
        let (client, connection) = runtime.block_on(config.connect(NoTls)).expect("connected");
        runtime.spawn(connection);
        Client {
            runtime,
            connection: client,
            holds: Cell::new(false),
        }
    }

    pub fn execute(&self, sql: &str, values: &[Value]) -> Result<usize, Refused> {
        self.changing(|| {
            let sql = given(sql, values);
            let changed = self.runtime.block_on(self.connection.execute(&sql, &[]))?;
            Ok(usize::try_from(changed).expect("few"))
        })
    }

    pub fn execute_batch(&self, sql: &str) -> Result<(), Refused> {
        self.changing(|| self.batch(&here(sql)))
    }

    pub fn rows(&self, sql: &str, values: &[Value]) -> Result<Vec<Vec<Value>>, Refused> {
        let sql = given(sql, values);
        let rows = self.runtime.block_on(self.connection.query(&sql, &[]))?;
        let read = |row: &Row| (0..row.len()).map(|at| row.get(at)).collect();
        Ok(rows.iter().map(read).collect())
    }

    /// Puts the rows of all tables in the place of those of another schema with the same tables, and what IDs go on from.
    pub fn copy_to(&self, address: &str) {
        let (_, to) = address.rsplit_once("%3D").expect("a schema");
        let tables = format!(
            "SELECT format('DELETE FROM {to}.%1$I; INSERT INTO {to}.%1$I (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM %1$I',
                 table_name, string_agg(quote_ident(column_name), ', '))
             FROM information_schema.columns WHERE table_schema = current_schema() AND is_generated = 'NEVER'
             GROUP BY table_name"
        );
        let sequences = format!(
            "SELECT format('SELECT setval(''{to}.%1$I'', last_value, is_called) FROM %1$I', sequencename)
             FROM pg_sequences WHERE schemaname = current_schema()"
        );
        let mut sql = "SET LOCAL session_replication_role = replica".to_owned();
        for copies in [tables, sequences] {
            for copy in self.rows(&copies, &[]).expect("the tables") {
                let [Value::Text(copy)] = &copy[..] else {
                    panic!("no statement: {copy:?}");
                };
                sql.push(';');
                sql.push_str(copy);
            }
        }
        self.execute_batch(&sql).expect("copied");
    }

    pub fn hold(&self) {
        self.batch(BEGIN).expect("held");
        self.holds.set(true);
    }

    pub fn release(&self) {
        self.batch("COMMIT").expect("released");
        self.holds.set(false);
    }

    /// Changes something in a transaction that others are told of.
    fn changing<T>(&self, change: impl FnOnce() -> Result<T, Refused>) -> Result<T, Refused> {
        if self.holds.get() {
            return change();
        }
        self.batch(BEGIN)?;
        let done = change();
        self.batch(if done.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        done
    }

    fn batch(&self, sql: &str) -> Result<(), Refused> {
        Ok(self.runtime.block_on(self.connection.batch_execute(sql))?)
    }
}

/// What begins each transaction that writes.
const BEGIN: &str = "BEGIN; UPDATE meta SET changes = changes + 1";

/// A statement with its values in it: what a column has is what the server reads them as.
fn given(sql: &str, values: &[Value]) -> String {
    let sql = here(sql);
    let mut parts = sql.split('?');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.find(|c: char| !c.is_ascii_digit());
        let (number, rest) = part.split_at(digits.unwrap_or(part.len()));
        let value = number.parse::<usize>().expect("a number");
        whole += &literal(&values[value - 1]);
        whole += rest;
    }
    whole
}

/// What `SQLite` says in words of its own, as this server says it.
fn here(sql: &str) -> String {
    let sql = sql
        .replace("zeroblob(32)", "decode(repeat('00', 32), 'hex')")
        .replace("randomblob(32)", "sha256(random()::text::bytea)");
    let literal = |part: &str| {
        let (hex, rest) = part.split_once('\'').expect("an end");
        format!(" '\\x{hex}'::bytea{rest}")
    };
    let mut parts = sql.split(" x'");
    let first = parts.next().unwrap_or_default().to_owned();
    first + &parts.map(literal).collect::<Vec<_>>().concat()
}

fn literal(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Bool(is) => is.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
        Value::Bytes(bytes) => {
            let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("'\\x{}'::bytea", hex.concat())
        }
    }
}

impl From<tokio_postgres::Error> for Refused {
    fn from(error: tokio_postgres::Error) -> Refused {
        let said = error.as_db_error().map(|said| said.message().to_owned());
        Refused(said.unwrap_or_else(|| error.to_string()))
    }
}

impl<'r> FromSql<'r> for Value {
    fn from_sql(of: &Type, raw: &'r [u8]) -> Result<Value, Box<dyn Error + Sync + Send>> {
        Ok(match *of {
            Type::BOOL => Value::Int(bool::from_sql(of, raw)?.into()),
            Type::INT2 => Value::Int(i16::from_sql(of, raw)?.into()),
            Type::INT4 => Value::Int(i32::from_sql(of, raw)?.into()),
            Type::INT8 => Value::Int(i64::from_sql(of, raw)?),
            Type::BYTEA => Value::Bytes(raw.to_owned()),
            _ => Value::Text(std::str::from_utf8(raw)?.to_owned()),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Value, Box<dyn Error + Sync + Send>> {
        Ok(Value::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
