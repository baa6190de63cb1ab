//! Importing the households of associations, and printing a slip for each.
//!
//! A line names the association, the group in it (none: the household lives straight in the association), the household as the
//! association calls it, and how it wants its notices. Groups come into being by being named. Codes are kept as hashes only, so
//! a slip is printed once: an import prints those of households that have none yet.

use std::collections::{BTreeSet, HashMap};

use entity::{
    area::{self, Kind},
    household::Delivery,
    ids::{AreaId, CityId, HouseholdId},
};
use sea_orm::{
    ActiveEnum as _, ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, FromQueryResult, Iterable as _,
    QueryFilter as _, Value,
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    areas::{
        ImportError, NewGroup, add_groups,
        csv::{self, Fault, Line},
    },
    identity::code::Code,
    postgres::sql,
    web::optional_name,
};

/// The columns of the file.
pub(super) const COLUMNS: [&str; 4] = ["area_code", "group", "household", "delivery"];
/// Rows written by one statement.
const CHUNK: usize = 20_000;

/// What an import did.
#[derive(Debug)]
pub struct ImportedHouseholds {
    /// Households in the file.
    pub read: usize,
    /// Households that were not there.
    pub added: u64,
    /// Households whose delivery changed.
    pub changed: u64,
    /// The slips to print, if they were asked for.
    pub slips: Vec<PrintedSlip>,
    /// Whose households they are.
    pub cities: BTreeSet<CityId>,
}

/// A slip on its way to paper.
#[derive(Debug)]
pub struct PrintedSlip {
    /// The association.
    pub area_code: String,
    /// The group; empty where there is none.
    pub group: String,
    /// The household.
    pub household: String,
    /// The code.
    pub code: Code,
}

/// One line.
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) area_code: String,
    group: String,
    pub(super) household: String,
    delivery: Delivery,
}

/// Adds the households of `bytes`; with `slips`, makes a code for each of them that has none.
///
/// # Errors
/// The first fault of the file; then nothing may be committed.
pub async fn import_households(
    db: &impl ConnectionTrait,
    bytes: &[u8],
    slips: bool,
    now: OffsetDateTime,
) -> Result<ImportedHouseholds, ImportError> {
    let rows = csv::read(bytes, &COLUMNS, |line| row(line, |cell| cell))?;
    refuse_twins(&rows)?;
    let associations = associations(db, &rows).await?;
    let imported = put(db, &rows, &associations, slips, now).await?;
    // What comes in at once is planned for at once, and not only after the next autovacuum.
    db.execute_unprepared("ANALYZE area, household, slip").await?;
    Ok(imported)
}

/// Writes the households of a file, whose associations are there.
pub(super) async fn put(
    db: &impl ConnectionTrait,
    rows: &[Row],
    associations: &HashMap<String, area::Model>,
    slips: bool,
    now: OffsetDateTime,
) -> Result<ImportedHouseholds, ImportError> {
    let homes = groups(db, rows, associations, now).await?;
    let mut imported = ImportedHouseholds {
        read: rows.len(),
        added: 0,
        changed: 0,
        slips: Vec::new(),
        cities: associations.values().map(|area| area.city_id).collect(),
    };
    for chunk in rows.chunks(CHUNK) {
        let (added, changed) = write(db, chunk, &homes, now).await?;
        imported.added += added;
        imported.changed += changed;
        if slips {
            imported.slips.append(&mut print(db, chunk, &homes, now).await?);
        }
    }
    Ok(imported)
}

/// A line, its names read from their cells by `name`.
pub(super) fn row(line: &Line<'_>, name: fn(&str) -> &str) -> Result<Row, Fault> {
    let delivery = Delivery::iter().find(|d| d.to_value() == line.text("delivery"));
    let names = || Delivery::iter().map(|d| d.to_value()).collect::<Vec<_>>().join(", ");
    let group = name(line.text("group"));
    if group.chars().count() > 50 || group.contains(['.', '/', '#']) {
        return Err(line.fault("group", "must be at most 50 characters without dot, slash or hash"));
    }
    let household = name(line.required("household")?);
    if household.chars().count() > 100 || optional_name(household, &()).is_err() {
        return Err(line.fault("household", "must be one line of at most 100 characters"));
    }
    Ok(Row {
        line: line.number,
        area_code: name(line.required("area_code")?).to_owned(),
        group: group.to_owned(),
        household: household.to_owned(),
        delivery: delivery.ok_or_else(|| line.fault("delivery", format!("is none of {}", names())))?,
    })
}

pub(super) fn refuse_twins(rows: &[Row]) -> Result<(), Fault> {
    let mut seen = HashMap::with_capacity(rows.len());
    for row in rows {
        if let Some(first) = seen.insert((&row.area_code, &row.group, &row.household), row.line) {
            let reason = format!("stands already in line {first}");
            return Err(Fault { line: row.line, column: "household".into(), value: row.household.clone(), reason });
        }
    }
    Ok(())
}

/// The associations that the file names, by code.
async fn associations(db: &impl ConnectionTrait, rows: &[Row]) -> Result<HashMap<String, area::Model>, ImportError> {
    let mut codes: Vec<&str> = rows.iter().map(|row| &*row.area_code).collect();
    codes.sort_unstable();
    codes.dedup();
    let found = area::Entity::find()
        .filter(area::Column::Kind.eq(Kind::Association))
        .filter(area::Column::Code.is_in(codes))
        .all(db)
        .await?;
    let mut by_code = HashMap::new();
    let mut twice = None;
    for area in found {
        if let Some(other) = by_code.insert(area.code.clone(), area) {
            twice = Some(other.code);
        }
    }
    for row in rows {
        let reason = if twice.as_ref() == Some(&row.area_code) {
            "is an association of more than one city"
        } else if by_code.contains_key(&row.area_code) {
            continue;
        } else {
            "is no association; import the areas first"
        };
        let (line, value) = (row.line, row.area_code.clone());
        return Err(Fault { line, column: "area_code".into(), value, reason: reason.into() }.into());
    }
    Ok(by_code)
}

/// Where each line's household lives, by association and group; groups that are named for the first time are made.
async fn groups(
    db: &impl ConnectionTrait,
    rows: &[Row],
    associations: &HashMap<String, area::Model>,
    now: OffsetDateTime,
) -> Result<HashMap<(String, String), (CityId, AreaId)>, DbErr> {
    let mut homes = HashMap::new();
    let mut wanted: Vec<(&area::Model, &str, String)> = Vec::new();
    for row in rows {
        let Some(association) = associations.get(&row.area_code) else { continue };
        let fresh =
            homes.insert((row.area_code.clone(), row.group.clone()), (association.city_id, association.id)).is_none();
        if fresh && !row.group.is_empty() {
            wanted.push((association, &row.group, format!("{}.{}", row.area_code, row.group)));
        }
    }
    let groups: Vec<NewGroup<'_>> =
        wanted.iter().map(|(association, group, code)| NewGroup { association, group, code: code.clone() }).collect();
    add_groups(db, &groups, now).await?;
    let codes: Vec<String> = wanted.iter().map(|(.., code)| code.clone()).collect();
    let there =
        Place::find_by_statement(sql("SELECT city_id, id, code FROM area WHERE code = ANY($1)", [codes.into()]));
    let there: HashMap<(Uuid, String), Uuid> =
        there.all(db).await?.into_iter().map(|place| ((place.city_id, place.code), place.id)).collect();
    for (association, group, code) in wanted {
        if let Some(id) = there.get(&(association.city_id.0, code)) {
            homes.insert((association.code.clone(), group.to_owned()), (association.city_id, AreaId(*id)));
        }
    }
    Ok(homes)
}

#[derive(FromQueryResult)]
struct Place {
    city_id: Uuid,
    id: Uuid,
    code: String,
}

#[derive(FromQueryResult)]
struct Written {
    fresh: bool,
}

#[derive(FromQueryResult)]
struct WithoutSlip {
    city_id: Uuid,
    id: Uuid,
    place: i64,
}

type Homes = HashMap<(String, String), (CityId, AreaId)>;

/// City, area and name of each line's household, as arrays.
fn keys(chunk: &[Row], homes: &Homes) -> [Value; 3] {
    let home = |row: &Row| homes.get(&(row.area_code.clone(), row.group.clone())).copied();
    let (cities, areas): (Vec<Uuid>, Vec<Uuid>) =
        chunk.iter().filter_map(home).map(|(city, area)| (city.0, area.0)).unzip();
    let labels: Vec<String> = chunk.iter().map(|row| row.household.clone()).collect();
    [cities.into(), areas.into(), labels.into()]
}

/// Adds what is new and takes over changed deliveries; gives the numbers of both.
async fn write(
    db: &impl ConnectionTrait,
    chunk: &[Row],
    homes: &Homes,
    now: OffsetDateTime,
) -> Result<(u64, u64), DbErr> {
    let [cities, areas, labels] = keys(chunk, homes);
    let ids: Vec<Uuid> = chunk.iter().map(|_| HouseholdId::new().0).collect();
    let deliveries: Vec<String> = chunk.iter().map(|row| row.delivery.to_value()).collect();
    let statement = sql(
        "INSERT INTO household (city_id, area_id, label, id, delivery, created_at)
         SELECT f.*, $6 FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[]) AS f
         ON CONFLICT (city_id, area_id, label) DO UPDATE SET delivery = excluded.delivery
           WHERE household.delivery <> excluded.delivery
         RETURNING xmax = 0 AS fresh",
        [cities, areas, labels, ids.into(), deliveries.into(), now.into()],
    );
    let written = Written::find_by_statement(statement).all(db).await?;
    let added = written.iter().filter(|row| row.fresh).count() as u64;
    Ok((added, written.len() as u64 - added))
}

/// Makes a code for each household of the chunk that has none.
async fn print(
    db: &impl ConnectionTrait,
    chunk: &[Row],
    homes: &Homes,
    now: OffsetDateTime,
) -> Result<Vec<PrintedSlip>, ImportError> {
    let statement = sql(
        "SELECT h.city_id, h.id, f.place
         FROM unnest($1::uuid[], $2::uuid[], $3::text[]) WITH ORDINALITY AS f (city_id, area_id, label, place)
         JOIN household h ON h.city_id = f.city_id AND h.area_id = f.area_id AND h.label = f.label
         WHERE NOT EXISTS (SELECT FROM slip WHERE slip.city_id = h.city_id AND slip.household_id = h.id)
         ORDER BY f.place",
        keys(chunk, homes),
    );
    let bare = WithoutSlip::find_by_statement(statement).all(db).await?;
    let mut slips = Vec::with_capacity(bare.len());
    for household in &bare {
        let place = usize::try_from(household.place - 1).unwrap_or_default();
        let Some(row) = chunk.get(place) else { continue };
        let code = Code::draw().map_err(|e| DbErr::Custom(e.to_string()))?;
        let (area_code, group) = (row.area_code.clone(), row.group.clone());
        slips.push(PrintedSlip { area_code, group, household: row.household.clone(), code });
    }
    let values: [Value; 4] = [
        bare.iter().map(|h| h.city_id).collect::<Vec<Uuid>>().into(),
        bare.iter().map(|h| h.id).collect::<Vec<Uuid>>().into(),
        slips.iter().map(|slip| slip.code.hash()).collect::<Vec<Vec<u8>>>().into(),
        now.into(),
    ];
    db.execute_raw(sql(
        "INSERT INTO slip (city_id, household_id, code_hash, issued_at)
         SELECT f.*, $4 FROM unnest($1::uuid[], $2::uuid[], $3::bytea[]) AS f",
        values,
    ))
    .await?;
    Ok(slips)
}
