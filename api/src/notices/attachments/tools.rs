//! What it takes to add a file, put together for both faces.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use entity::{attachment, notice};
use sea_orm::ConnectionTrait;

use super::{NotTaken, Prepared, Refused, Why, name, prepare};
use crate::{
    audit,
    clock::Clock,
    files::Files,
    identity::Caller,
    postgres::cities::Cities,
    problem::Problem,
    web::{Handed, Limits, part},
    workshop::Workshop,
};

/// The parts of the server that adding takes.
#[derive(Debug)]
pub(super) struct Tools {
    pub(super) cities: Data<Cities>,
    pub(super) clock: Data<Clock>,
    files: Data<Files>,
    workshop: Data<Workshop>,
    limits: Data<Limits>,
}

impl FromRequest for Tools {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready((|| {
            Ok(Self {
                cities: part(request)?,
                clock: part(request)?,
                files: part(request)?,
                workshop: part(request)?,
                limits: part(request)?,
            })
        })())
    }
}

/// Why there is nothing of a file.
pub(super) enum Left {
    /// It is not taken.
    Refused(Refused),
    /// Something else.
    Problem(Problem),
}

impl Tools {
    /// Counts a file that somebody hands in.
    ///
    /// # Errors
    /// `too_many_tries`.
    pub(super) fn count(&self, caller: &Caller) -> Result<(), Problem> {
        self.limits.count_attaching(caller.person.0.as_bytes().to_vec())
    }

    /// Prepares a file of somebody who has not handed in too many.
    pub(super) async fn prepare(&self, caller: &Caller, handed: Handed) -> Result<Prepared, Left> {
        let name = name::shown(&handed.name);
        prepare((&self.files, &self.workshop), caller.city, handed).await.map_err(|not| match not {
            NotTaken::Refused(refusal) => Left::Refused(Refused { name, why: Why::File(refusal) }),
            NotTaken::Busy => Left::Refused(Refused { name, why: Why::Busy }),
            NotTaken::Problem(problem) => Left::Problem(problem),
        })
    }
}

/// Writes into the audit log what was done to the files of a notice that is out.
pub(super) async fn record(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    (act, notice): (&str, &notice::Model),
    (files, now): (&[attachment::Model], time::OffsetDateTime),
) -> Result<(), Problem> {
    for file in files {
        audit::record(tx, caller, act, (notice.id.to_string(), file.name.clone()), now).await?;
    }
    Ok(())
}
