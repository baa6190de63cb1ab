//! `kairan audit`: whether the log is whole, what somebody did, and whose data somebody saw.

use api::{
    audit::{self, Period, Whole},
    clock::JAPAN,
};
use clap::{Args, Subcommand};
use entity::{
    account, city,
    ids::{CityId, PersonId},
};
use sea_orm::{ColumnTrait as _, DatabaseConnection, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use time::{Date, Duration, OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};
use uuid::Uuid;

use crate::Outcome;

#[derive(Subcommand)]
pub enum Audit {
    /// Say whether the log is whole: nothing missing, nothing changed; ends with 1 where it is not
    Verify {
        /// Code of the city; without it, every city
        #[arg(long)]
        city: Option<String>,
        /// The NUMBER:HASH that an earlier run printed, kept where nobody of this database can change it
        #[arg(long, requires = "city")]
        kept: Option<String>,
    },
    /// Print what was done, by one person or by everybody
    List {
        #[command(flatten)]
        period: When,
        /// Code of the city; needed where there are several
        #[arg(long)]
        city: Option<String>,
        /// Mail address or id of the person; without it, everybody
        #[arg(long)]
        person: Option<String>,
    },
    /// Print whose data a person saw, and how many persons that were
    Seen {
        #[command(flatten)]
        period: When,
        /// Code of the city; needed where there are several
        #[arg(long)]
        city: Option<String>,
        /// Mail address or id of the person who looked
        #[arg(long)]
        person: String,
    },
}

#[derive(Args)]
pub struct When {
    /// From this day (2026-04-01, in Japan) or moment (2026-04-01T09:00:00+09:00)
    #[arg(long, value_parser = |text: &str| moment(text, Duration::ZERO))]
    from: OffsetDateTime,
    /// To the end of this day, or until this moment
    #[arg(long, value_parser = |text: &str| moment(text, Duration::DAY))]
    to: OffsetDateTime,
}

/// A moment, or so long after the beginning of a day.
fn moment(text: &str, into_the_day: Duration) -> Result<OffsetDateTime, String> {
    if let Ok(moment) = OffsetDateTime::parse(text, &Rfc3339) {
        return Ok(moment);
    }
    let day = Date::parse(text, format_description!("[year]-[month]-[day]"));
    let day = day.map_err(|_| "is neither a day (2026-04-01) nor a moment (2026-04-01T09:00:00+09:00)")?;
    day.midnight().assume_offset(JAPAN).checked_add(into_the_day).ok_or_else(|| "is too far away".to_owned())
}

impl When {
    fn period(&self) -> Outcome<Period> {
        if self.from >= self.to {
            return Err("--from must come before --to".into());
        }
        Ok(Period { from: self.from, until: self.to })
    }
}

pub async fn audit(db: &DatabaseConnection, what: Audit) -> Outcome {
    match what {
        Audit::Verify { city, kept } => verify(db, city, kept).await,
        Audit::List { period, city, person } => {
            let (city, period) = (one_city(db, city).await?, period.period()?);
            let person = match person {
                Some(person) => Some(find(db, city, &person).await?),
                None => None,
            };
            list(db, (city, person), period).await
        }
        Audit::Seen { period, city, person } => {
            let (city, period) = (one_city(db, city).await?, period.period()?);
            seen(db, (city, find(db, city, &person).await?), period).await
        }
    }
}

async fn verify(db: &DatabaseConnection, city: Option<String>, kept: Option<String>) -> Outcome {
    let kept = kept.map(|text| read(&text).ok_or("--kept must be the NUMBER:HASH that `kairan audit verify` printed"));
    let kept = kept.transpose()?;
    let cities = match city {
        Some(code) => vec![named(db, &code).await?],
        None => city::Entity::find().order_by_asc(city::Column::Code).all(db).await?,
    };
    let mut broken = 0;
    for city in cities {
        match audit::verify(db, city.id, kept.as_ref()).await? {
            Ok(end) => println!("{} {}: whole, {end}", city.code, city.name),
            Err(fault) => {
                broken += 1;
                println!("{} {}: BROKEN: {fault}", city.code, city.name);
            }
        }
    }
    if broken == 0 { Ok(()) } else { Err("the audit log is not what was written".into()) }
}

/// What [`Whole`] printed.
fn read(text: &str) -> Option<Whole> {
    let (seq, hash) = text.split_once(':')?;
    let pairs = hash.as_bytes().chunks(2);
    let hash = pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    Some(Whole { seq: seq.parse().ok()?, hash: hash.collect::<Option<_>>()? })
}

async fn list(db: &DatabaseConnection, who: (CityId, Option<PersonId>), period: Period) -> Outcome {
    let found = audit::search(db, who, period).await?;
    println!("number\ttime\twho\tseat\tfrom\tact\tobject\tdetail\toutcome\thouseholds\tpersons");
    for entry in &found {
        let at = entry.at.to_offset(JAPAN).replace_nanosecond(0)?.format(&Rfc3339)?;
        let or = |text: &Option<String>, none: &str| text.clone().unwrap_or_else(|| none.to_owned());
        let fields = [
            entry.seq.to_string(),
            at,
            or(&entry.who, "(command)"),
            or(&entry.seat, ""),
            or(&entry.address, ""),
            entry.act.clone(),
            entry.object.clone(),
            entry.detail.clone(),
            entry.outcome.clone(),
            entry.households.to_string(),
            entry.persons.to_string(),
        ];
        // What people wrote must not look like two entries, nor steer a terminal.
        let clean = |field: &String| field.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
        println!("{}", fields.iter().map(clean).collect::<Vec<_>>().join("\t"));
    }
    eprintln!("{} entries.", found.len());
    Ok(())
}

async fn seen(db: &DatabaseConnection, who: (CityId, PersonId), period: Period) -> Outcome {
    let seen = audit::seen_by(db, who, period).await?;
    for (id, place, label) in &seen.households {
        println!("household\t{id}\t{place}\t{label}");
    }
    for (id, name) in &seen.persons {
        println!("person\t{id}\t{}", name.as_deref().unwrap_or("(no name, or deleted)"));
    }
    let (homes, persons) = (seen.households.len(), seen.persons.len());
    println!("{} looks: {persons} persons in {homes} households.", seen.looks);
    Ok(())
}

async fn named(db: &DatabaseConnection, code: &str) -> Outcome<city::Model> {
    let found = city::Entity::find().filter(city::Column::Code.eq(code)).one(db).await?;
    Ok(found.ok_or_else(|| format!("there is no city {code}"))?)
}

async fn one_city(db: &DatabaseConnection, code: Option<String>) -> Outcome<CityId> {
    if let Some(code) = code {
        return Ok(named(db, &code).await?.id);
    }
    let cities = city::Entity::find().order_by_asc(city::Column::Code).all(db).await?;
    match &*cities {
        [only] => Ok(only.id),
        [] => Err("there is no city yet".into()),
        several => {
            let codes: Vec<&str> = several.iter().map(|city| &*city.code).collect();
            Err(format!("there are several cities; say which: --city {}", codes.join(" or ")).into())
        }
    }
}

/// A person by mail address or id.
async fn find(db: &DatabaseConnection, city: CityId, person: &str) -> Outcome<PersonId> {
    if let Ok(id) = Uuid::try_parse(person) {
        return Ok(PersonId(id));
    }
    let account = account::Entity::find()
        .filter(account::Column::CityId.eq(city))
        .filter(account::Column::Email.eq(person.trim().to_ascii_lowercase()))
        .one(db)
        .await?;
    Ok(account.ok_or_else(|| format!("nobody in this city has the address {person}"))?.person_id)
}
