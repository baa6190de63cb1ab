//! The way to the database, and the cure of a fault of the stack.
//!
//! When a client resets its connection while `BEGIN` is under way, the handler's future is dropped, and the pooled connection
//! would go back with a transaction open: later writes on it would answer 200 and never be committed. Two cures, each enough:
//! every write of a request runs in a task of its own, which no client can drop ([`cities`]), and the pool sends `ROLLBACK` over each connection
//! that comes back. Besides, the server ends a transaction that idles.
//!
//! The program works in roles that own nothing (row-level security): requests see one city at a time ([`cities`]), the worker and what is asked
//! for many at once all of them ([`connect_to_all`]). As the owner it connects to migrate, and for the commands of who runs the installation.

pub mod cities;
pub mod gather;
pub mod private;
pub mod timekeeping;

use std::{
    pin::pin,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use migration::{Migrator, MigratorTrait as _};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbErr, RuntimeErr, SqlxPostgresConnector, Statement, TransactionTrait,
};
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{
    Connection as _, Executor as _,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
};

/// How long a request waits for a connection before it is answered 503.
const WAIT: Duration = Duration::from_secs(2);
/// A connection that was in use so short a while ago is taken to be there.
const FRESH: Duration = Duration::from_secs(1);

/// Opens a pool of at most `connections` to `url`, as the user that it names: for whoever runs the installation.
///
/// # Errors
/// When the address is none or the database does not answer.
pub async fn connect(url: &SecretString, connections: u32) -> Result<DatabaseConnection, DbErr> {
    open(url, connections, None).await
}

/// Opens a pool in the role that sees every city's rows and owns none: for the worker, and for what is asked for many callers in one statement.
///
/// # Errors
/// When the address is none, the database does not answer, or its schema is older than the role.
pub async fn connect_to_all(url: &SecretString, connections: u32) -> Result<DatabaseConnection, DbErr> {
    open(url, connections, Some("kairan_all")).await
}

async fn open(url: &SecretString, connections: u32, role: Option<&str>) -> Result<DatabaseConnection, DbErr> {
    let options: PgConnectOptions = url.expose_secret().parse().map_err(|e: sqlx::Error| conn_err(&e))?;
    let options = options.options(role.map(|role| ("role", role)));
    let options = options.application_name("kairan").options([
        ("idle_in_transaction_session_timeout", "60s"),
        ("timezone", "UTC"),
        // What is looked up here is rarely looked up twice: remembering it costs four times the look.
        ("enable_memoize", "off"),
        // The pool's ROLLBACK nearly always finds nothing to undo, and PostgreSQL would warn of it each time.
        ("client_min_messages", "error"),
        // Compiling a statement takes longer than any of ours runs, and what is estimated for a set is often far too much.
        ("jit", "off"),
        // What is asked often is in memory, where the next row of a key costs no more than the next of a table.
        ("random_page_cost", "1.1"),
        // A lost COMMIT is a lost receipt: never trade it for speed.
        ("synchronous_commit", "on"),
    ]);
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(WAIT)
        .after_release(|connection, _| {
            Box::pin(async move {
                given_back(connection.execute("ROLLBACK")).await?;
                Ok(true)
            })
        })
        .connect_with(options)
        .await
        .map_err(|e| conn_err(&e))?;
    Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
}

/// A further pool to the same database for what is asked in single statements, one after another: no transaction can stay open on it, so
/// nothing is undone when a connection comes back, and one that was in use a moment ago is not looked after. How each is carried out is
/// thought of once and not with every use. That is most of what a small statement costs.
#[must_use]
pub fn for_single_statements(db: &DatabaseConnection, connections: u32) -> DatabaseConnection {
    let options = db.get_postgres_connection_pool().connect_options();
    let options = (*options).clone().options([("plan_cache_mode", "force_generic_plan")]);
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(WAIT)
        .test_before_acquire(false)
        .before_acquire(|connection, about| {
            Box::pin(async move {
                if about.idle_for > FRESH {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .after_release(|connection, _| {
            Box::pin(async move {
                if was_silent() {
                    given_back(connection.ping()).await?;
                }
                Ok(true)
            })
        })
        .connect_lazy_with(options);
    SqlxPostgresConnector::from_sqlx_postgres_pool(pool)
}

/// Asks a connection that comes back for a sign of life. One whose link was cut without a word would otherwise keep its place in the pool until
/// the system gives it up, after a quarter of an hour.
async fn given_back<T>(sign: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    tokio::time::timeout(WAIT, sign).await.map_err(|_| sqlx::Error::PoolTimedOut)?
}

/// An answer of the database, or an error where none comes within `limit`: a link that was cut without a word is a long silence.
///
/// # Errors
/// The database's.
pub async fn within<T>(limit: Duration, answer: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
    let mut answer = pin!(answer);
    let answered = tokio::time::timeout(limit, answer.as_mut()).await;
    answered.unwrap_or_else(|_| {
        // Before the question is dropped, and its connection comes back.
        *SILENT_AT.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        Err(DbErr::Conn(RuntimeErr::Internal(format!("no answer within {} s", limit.as_secs()))))
    })
}

/// When the database last did not answer [`within()`] the time that it was given.
static SILENT_AT: Mutex<Option<Instant>> = Mutex::new(None);
/// For so long afterwards connections that come back are mistrusted.
const MISTRUST: Duration = Duration::from_secs(60);

fn was_silent() -> bool {
    SILENT_AT.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|at| at.elapsed() < MISTRUST)
}

/// Listens to `channel` on a connection of its own.
///
/// # Errors
/// The database's.
pub async fn listen(db: &DatabaseConnection, channel: &str) -> Result<PgListener, sqlx::Error> {
    let options = db.get_postgres_connection_pool().connect_options();
    // One of the pool's could not be given up when its link is cut without a word.
    let own = PgPoolOptions::new().max_connections(1).connect_lazy_with((*options).clone());
    let mut listener = PgListener::connect_with(&own).await?;
    listener.listen(channel).await?;
    Ok(listener)
}

fn conn_err(error: &sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::Internal(error.to_string()))
}

/// Whether an error says that the database can't be had, as it is when it restarts or its host is gone, and not that it refused
/// what was asked.
#[must_use]
pub fn is_away(error: &DbErr) -> bool {
    let cause = match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => return true,
        DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => cause,
        _ => return false,
    };
    match &**cause {
        sqlx::Error::Database(error) => {
            // 08: connection; 57P01 to 57P05: shutting down, starting, idle; 53300: no connection left.
            error.code().is_some_and(|code| code.starts_with("08") || code.starts_with("57P") || code == "53300")
        }
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}

/// Brings the schema up to date. Safe to run twice at once: the second waits for the first and finds nothing to do.
///
/// # Errors
/// The database's.
pub async fn migrate(db: &DatabaseConnection) -> Result<(), DbErr> {
    let turn = db.begin().await?;
    // It idles while the migrations run on another connection.
    turn.execute_unprepared("SET LOCAL idle_in_transaction_session_timeout = 0").await?;
    turn.execute_unprepared("SELECT pg_advisory_xact_lock(hashtext('kairan migrate'))").await?;
    Migrator::up(db, None).await?;
    turn.commit().await
}

/// The migrations that this program has and the database lacks, by name.
///
/// # Errors
/// When the database does not answer.
pub async fn missing_migrations(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let known = db.query_one_raw(sql("SELECT to_regclass('seaql_migrations') IS NOT NULL AS known", [])).await?;
    let known = known.map(|row| row.try_get::<bool>("", "known")).transpose()?.unwrap_or(false);
    let mut missing: Vec<String> = Migrator::migrations().iter().map(|m| m.name().to_owned()).collect();
    if known {
        for row in db.query_all_raw(sql("SELECT version FROM seaql_migrations", [])).await? {
            let applied: String = row.try_get("", "version")?;
            missing.retain(|name| *name != applied);
        }
    }
    Ok(missing)
}

/// A statement in PostgreSQL's own words, with its values in the order of `$1`, `$2`, ….
pub fn sql(text: &str, values: impl IntoIterator<Item = sea_orm::Value>) -> Statement {
    Statement::from_sql_and_values(sea_orm::DatabaseBackend::Postgres, text, values)
}
