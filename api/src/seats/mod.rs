//! Seats: who holds which role where.

use sea_orm::DbErr;

use crate::{identity::IdentityError, problem::Problem};

mod appoint;

pub use appoint::{Appointment, appoint};

/// What can go wrong with seats.
#[derive(Debug, thiserror::Error)]
pub enum SeatError {
    /// A seat that such an area does not have.
    #[error("a seat as {role} belongs to {fits}, and {code} is none")]
    WrongSeat {
        /// The role.
        role: &'static str,
        /// What it belongs to.
        fits: &'static str,
        /// The area.
        code: String,
    },
    /// The account.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The database's.
    #[error(transparent)]
    Db(#[from] DbErr),
}

impl From<SeatError> for Problem {
    fn from(error: SeatError) -> Self {
        match error {
            SeatError::WrongSeat { .. } => Self::conflict("wrong_seat", "その役は、この区域には置けません。"),
            SeatError::Identity(error) => error.into(),
            SeatError::Db(error) => error.into(),
        }
    }
}
