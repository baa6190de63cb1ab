//! The database as a request sees it: one city at a time.
//!
//! Every query of ours names its city. Should one forget to, PostgreSQL answers as if there were no other: a transaction that begins here is in a role
//! to which row-level security shows the rows of the city that it has named, and none before that. A caller's city is known; who brings
//! a code, a token or an address names the city by it ([`enter`]).
//!
//! There is no way to a connection without transaction, so nothing can be asked outside of a city.

use entity::ids::CityId;
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, TransactionTrait as _};
use secrecy::SecretString;

use super::{open, sql};
use crate::problem::Problem;

/// The way to the database for requests.
#[derive(Clone, Debug)]
pub struct Cities(DatabaseConnection);

/// What somebody brings who is not signed in: its hash, or for an address the address itself in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Door {
    /// A household's joining code.
    Slip(Vec<u8>),
    /// The code of a first sign-in.
    Invitation(Vec<u8>),
    /// A refresh token.
    RefreshToken(Vec<u8>),
    /// What a device calls a passkey of theirs.
    Passkey(Vec<u8>),
    /// The code that another device of theirs shows.
    DeviceCode(Vec<u8>),
    /// A city's code; without one, the only city that there is.
    City(Option<String>),
    /// A mail address.
    Email(String),
}

impl Cities {
    /// Opens a pool of at most `connections`.
    ///
    /// # Errors
    /// When the address is none, the database does not answer, or its schema is older than the role.
    pub async fn connect(url: &SecretString, connections: u32) -> Result<Self, DbErr> {
        Ok(Self(open(url, connections, Some("kairan_city")).await?))
    }

    /// A transaction for looking at one city; it cannot write, and ends when it is dropped.
    ///
    /// # Errors
    /// The database's.
    pub async fn look(&self, city: CityId) -> Result<DatabaseTransaction, DbErr> {
        let transaction = self.0.begin().await?;
        let named = "SELECT set_config('kairan.city', $1, true), set_config('transaction_read_only', 'on', true)";
        transaction.query_one_raw(sql(named, [city.0.to_string().into()])).await?;
        Ok(transaction)
    }

    /// Runs `work` in one transaction within a city, in a task that goes on when the client has gone: it commits, or it leaves nothing. A problem
    /// leaves nothing, unless it is [noted](Problem::noted). Without a city it sees nothing until it has gone through a [`Door`].
    ///
    /// # Errors
    /// Those of `work`, and the database's.
    pub async fn write<T: 'static>(
        &self,
        city: Option<CityId>,
        work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T, Problem> + 'static,
    ) -> Result<T, Problem> {
        let db = self.0.clone();
        let task = actix_web::rt::spawn(async move {
            let transaction = db.begin().await?;
            if let Some(city) = city {
                let named = "SELECT set_config('kairan.city', $1, true)";
                transaction.query_one_raw(sql(named, [city.0.to_string().into()])).await?;
            }
            let done = work(&transaction).await;
            if done.as_ref().err().is_none_or(Problem::is_noted) {
                transaction.commit().await?;
            }
            done
        });
        task.await.map_err(Problem::internal)?
    }

    /// Ends all connections.
    ///
    /// # Errors
    /// The database's.
    pub async fn close(self) -> Result<(), DbErr> {
        self.0.close().await
    }
}

/// Names the city of what somebody brought, for the rest of the transaction. What is known nowhere names none, and nothing will be found by it.
///
/// # Errors
/// The database's.
pub async fn enter(db: &impl ConnectionTrait, door: Door) -> Result<(), DbErr> {
    let (function, key) = match door {
        Door::Slip(hash) => ("SELECT enter_by_slip($1)", hash.into()),
        Door::Invitation(hash) => ("SELECT enter_by_invitation($1)", hash.into()),
        Door::RefreshToken(hash) => ("SELECT enter_by_refresh_token($1)", hash.into()),
        Door::Passkey(name) => ("SELECT enter_by_passkey($1)", name.into()),
        Door::DeviceCode(hash) => ("SELECT enter_by_device_code($1)", hash.into()),
        Door::City(code) => ("SELECT enter_by_city($1)", code.into()),
        Door::Email(address) => ("SELECT enter_by_email($1)", address.into()),
    };
    db.query_one_raw(sql(function, [key])).await.map(drop)
}
