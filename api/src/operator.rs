//! The commands of whoever runs the installation, on a database that is there already: imports, seats, drafts from telegrams, how sending stands. They
//! work as the owner of the database, for any city.

mod audit;

use std::{
    fs,
    path::{Path, PathBuf},
};

use api::{
    areas,
    clock::Clock,
    config::{Origin, Settings},
    households::{self, SlipFile},
    notices, push,
    seats::{self, Appointment},
};
use clap::{Subcommand, ValueEnum};
use entity::{ids::CityId, seat::Role};
use sea_orm::{ActiveEnum as _, DatabaseConnection, DatabaseTransaction, TransactionTrait as _};
use time::OffsetDateTime;

pub use self::audit::{Audit, audit};
use crate::Outcome;

#[derive(Subcommand)]
pub enum Import {
    /// The tree of areas: code,parent_code,kind,name,latitude,longitude
    Areas {
        /// The CSV file
        file: PathBuf,
    },
    /// Households of associations: area_code,group,household,delivery
    Households {
        /// The CSV file
        file: PathBuf,
        /// Make a joining code for each household that has none and write them here
        #[arg(long)]
        slips: Option<PathBuf>,
    },
}

#[derive(Subcommand)]
pub enum Staff {
    /// Make an account with a seat and print its one-time sign-in link
    Add {
        /// Mail address
        #[arg(long)]
        email: String,
        /// Name
        #[arg(long)]
        name: String,
        /// Code of the area
        #[arg(long)]
        area: String,
        /// Department
        #[arg(long)]
        department: Option<String>,
        /// What the seat is
        #[arg(long, value_enum, default_value_t = RoleArg::Staff)]
        role: RoleArg,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub enum RoleArg {
    Staff,
    Officer,
    Leader,
}

#[derive(Clone, Copy, Subcommand)]
pub enum PushCommand {
    /// By push service: what was sent, what waits, what is left alone and why; ends with 1 where somebody should look
    Status,
}

#[derive(Subcommand)]
pub enum Notice {
    /// From a telegram of the Meteorological Agency (気象庁防災情報XML): a draft of importance emergency
    FromJma {
        /// The XML file
        file: PathBuf,
        /// Code of the area that it is for
        #[arg(long)]
        area: String,
    },
}

fn read(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|e| format!("{}: {e}", path.display()).into())
}

pub async fn import(db: &DatabaseConnection, import: Import) -> Outcome {
    let now = Clock::system().now();
    match import {
        Import::Areas { file } => {
            let bytes = read(&file)?;
            let tx = db.begin().await?;
            let done = areas::import_areas(&tx, &bytes, now).await;
            let done = done.map_err(|e| format!("{}: {e}; nothing was imported", file.display()))?;
            write_down(
                &tx,
                ("import areas", &file),
                done.city,
                (done.read, done.added as u64, done.changed as u64),
                now,
            )
            .await?;
            tx.commit().await?;
            println!("{} areas: {} added, {} changed.", done.read, done.added, done.changed);
        }
        Import::Households { file, slips } => {
            let bytes = read(&file)?;
            let tx = db.begin().await?;
            let done = households::import_households(&tx, &bytes, slips.is_some(), now).await;
            let done = done.map_err(|e| format!("{}: {e}; nothing was imported", file.display()))?;
            let numbers = (done.read, done.added, done.changed);
            write_down(&tx, ("import households", &file), done.cities.iter().copied(), numbers, now).await?;
            let printed = match &slips {
                Some(place) if !done.slips.is_empty() => {
                    let failed = |e| format!("{}: {e}; nothing was imported", place.display());
                    Some(SlipFile::write(place, &done.slips).map_err(failed)?)
                }
                _ => None,
            };
            match (tx.commit().await, printed) {
                (Ok(()), Some(printed)) => printed.put()?,
                (Ok(()), None) => {}
                (Err(error), printed) => {
                    printed.map(SlipFile::discard).transpose()?;
                    return Err(error.into());
                }
            }
            println!("{} households: {} added, {} changed.", done.read, done.added, done.changed);
            match slips {
                Some(_) if done.slips.is_empty() => println!("No slips: every household has one already."),
                Some(place) => println!("{} slips in {}.", done.slips.len(), place.display()),
                None => {}
            }
        }
    }
    Ok(())
}

/// Writes down what was imported, in the log of each city that it is of.
async fn write_down(
    tx: &DatabaseTransaction,
    (act, file): (&str, &Path),
    cities: impl IntoIterator<Item = CityId>,
    (read, added, changed): (usize, u64, u64),
    now: OffsetDateTime,
) -> Outcome {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    for city in cities {
        let detail = format!("{read} read, {added} added, {changed} changed");
        api::audit::record(tx, (city, None), act, (name.clone().into_owned(), detail), now).await?;
    }
    Ok(())
}

pub async fn staff(
    db: &DatabaseConnection,
    Staff::Add { email, name, area, department, role }: Staff,
    settings: &Settings,
) -> Outcome {
    let role = match role {
        RoleArg::Staff => Role::Staff,
        RoleArg::Officer => Role::Officer,
        RoleArg::Leader => Role::Leader,
    };
    let tx = db.begin().await?;
    let area = areas::find(&tx, None, &area).await?;
    let appointment = Appointment::new(email, name, role, department)?;
    let (now, role) = (Clock::system().now(), appointment.role.to_value());
    let (person, invitation) = seats::appoint(&tx, &area, appointment, now).await?;
    // By number and not by address: the log can't forget, and people may leave.
    let what = (person.to_string(), format!("{role} in {}", area.code));
    api::audit::record(&tx, (area.city_id, None), "appoint", what, now).await?;
    tx.commit().await?;
    let origin = settings.public_origin.clone().unwrap_or_else(|| Origin::local(settings.listen));
    println!("{origin}/welcome#{}", invitation.code.to_print());
    Ok(())
}

pub async fn push_status(db: &DatabaseConnection) -> Outcome {
    let status = push::status::status(db, Clock::system().now()).await?;
    print!("{status}");
    if status.wants_attention() { Err("somebody should look".into()) } else { Ok(()) }
}

pub async fn notice(db: &DatabaseConnection, Notice::FromJma { file, area }: Notice) -> Outcome {
    let telegram = String::from_utf8(read(&file)?).map_err(|_| format!("{} is not UTF-8", file.display()))?;
    let tx = db.begin().await?;
    let area = areas::find(&tx, None, &area).await?;
    let draft = notices::draft_from_telegram(&tx, &telegram, &area, Clock::system().now()).await;
    let draft = draft.map_err(|e| format!("{} {e}", file.display()))?;
    tx.commit().await?;
    println!("{}", draft.id);
    eprintln!("A draft for {}: {}. A member of staff has to publish it.", area.name, draft.title);
    Ok(())
}
