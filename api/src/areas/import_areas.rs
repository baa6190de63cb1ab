//! Importing a city's tree of areas.
//!
//! The file may hold the whole tree, or areas below ones that are already there. It is read and judged whole before anything is
//! written. What is new is added and names and places are brought up to date; where an area hangs and what it is are not changed
//! by an import, since people, seats and notices hang on it.

use std::collections::HashMap;

use entity::{
    area::{self, Kind},
    channel,
    ids::{AreaId, ChannelId, CityId},
};
use sea_orm::{
    ActiveEnum as _, ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, Iterable as _, QueryFilter as _, Value,
};
use time::OffsetDateTime;
use uuid::Uuid;

use super::csv::{self, Fault, Line};
use crate::postgres::sql;

/// The columns of the file.
const COLUMNS: [&str; 6] = ["code", "parent_code", "kind", "name", "latitude", "longitude"];

/// What an import did.
#[derive(Debug, PartialEq, Eq)]
pub struct ImportedAreas {
    /// Areas in the file.
    pub read: usize,
    /// Areas that were not there.
    pub added: usize,
    /// Areas whose name or place changed.
    pub changed: usize,
    /// Whose areas they are; none for an empty file.
    pub city: Option<CityId>,
}

/// What can go wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Something in it.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The database's.
    #[error("the database: {0}")]
    Db(#[from] DbErr),
}

/// Whether an area of one kind may hang below one of another: each below a wider one, and nothing below a centre or an association but
/// groups, which come with the households.
fn may_hang(kind: Kind, below: Kind) -> bool {
    let width = |kind| match kind {
        Kind::City => 0,
        Kind::Ward => 1,
        Kind::District => 2,
        Kind::Centre | Kind::Association | Kind::Group => 3,
    };
    width(below) < width(kind)
}

/// One line.
struct Row {
    line: u64,
    code: String,
    parent: String,
    kind: Kind,
    name: String,
    latitude: Option<f64>,
    longitude: Option<f64>,
}

/// An area as far as children need it.
#[derive(Clone)]
struct Known {
    city: CityId,
    path: Vec<Uuid>,
}

/// Brings the tree up to date with `bytes`.
///
/// # Errors
/// The first fault of the file; then nothing may be committed.
pub async fn import_areas(
    db: &impl ConnectionTrait,
    bytes: &[u8],
    now: OffsetDateTime,
) -> Result<ImportedAreas, ImportError> {
    let rows = csv::read(bytes, &COLUMNS, row)?;
    let by_code = index(&rows)?;
    let mut codes: Vec<&str> =
        rows.iter().flat_map(|row| [&*row.code, &*row.parent]).filter(|c| !c.is_empty()).collect();
    codes.sort_unstable();
    codes.dedup();
    let there = area::Entity::find().filter(area::Column::Code.is_in(codes)).all(db).await?;
    let mut tree = Tree::new(&rows, &by_code, &there)?;
    let mut imported = ImportedAreas { read: rows.len(), added: 0, changed: 0, city: tree.city };
    let mut fresh = Vec::new();
    for row in &rows {
        match tree.existing(row) {
            Some(area) => imported.changed += usize::from(update(db, area, row).await?),
            None => fresh.push((row, tree.place(row)?)),
        }
    }
    imported.added = fresh.len();
    imported.city = imported.city.or(fresh.first().map(|(_, known)| known.city));
    insert(db, &fresh, now).await?;
    // What comes in at once is planned for at once, and not only after the next autovacuum.
    db.execute_unprepared("ANALYZE area, channel").await?;
    Ok(imported)
}

fn row(line: &Line<'_>) -> Result<Row, Fault> {
    let degrees = |column: &'static str, most: f64| match line.text(column) {
        "" => Ok(None),
        text => match text.parse::<f64>() {
            Ok(degrees) if degrees.abs() <= most => Ok(Some(degrees)),
            _ => Err(line.fault(column, format!("is no number of degrees up to {most}"))),
        },
    };
    let kinds = || Kind::iter().filter(|kind| *kind != Kind::Group);
    let kind = kinds().find(|kind| kind.to_value() == line.text("kind")).ok_or_else(|| {
        let names: Vec<String> = kinds().map(|kind| kind.to_value()).collect();
        line.fault("kind", format!("is none of {}", names.join(", ")))
    })?;
    if (kind == Kind::City) != line.text("parent_code").is_empty() {
        return Err(line.fault("parent_code", "must be empty for a city and for nothing else"));
    }
    if line.text("code").contains(['.', '/', '#', ' ']) {
        return Err(line.fault("code", "must have no dot, slash, hash or space"));
    }
    Ok(Row {
        line: line.number,
        code: line.required("code")?.to_owned(),
        parent: line.text("parent_code").to_owned(),
        kind,
        name: line.required("name")?.to_owned(),
        latitude: degrees("latitude", 90.0)?,
        longitude: degrees("longitude", 180.0)?,
    })
}

fn fault(row: &Row, column: &str, value: &str, reason: String) -> Fault {
    Fault { line: row.line, column: column.into(), value: value.into(), reason }
}

fn hangs(row: &Row, below: Kind) -> Result<(), Fault> {
    if may_hang(row.kind, below) {
        return Ok(());
    }
    let reason = format!("is of kind {}, below which no {} can hang", below.to_value(), row.kind.to_value());
    Err(fault(row, "parent_code", &row.parent, reason))
}

fn index(rows: &[Row]) -> Result<HashMap<&str, usize>, Fault> {
    let mut by_code = HashMap::new();
    for (place, row) in rows.iter().enumerate() {
        if let Some(first) = by_code.insert(&*row.code, place) {
            return Err(fault(row, "code", &row.code, format!("stands already in line {}", rows[first].line)));
        }
    }
    Ok(by_code)
}

/// The file's areas and those that are there, as one tree.
struct Tree<'a> {
    rows: &'a [Row],
    by_code: &'a HashMap<&'a str, usize>,
    /// The areas of this file's city that are there.
    there: HashMap<&'a str, &'a area::Model>,
    city: Option<CityId>,
    placed: HashMap<&'a str, Known>,
}

impl<'a> Tree<'a> {
    /// Finds out which city the file is of: its own root, or the city of the areas that it hangs on.
    fn new(rows: &'a [Row], by_code: &'a HashMap<&'a str, usize>, there: &'a [area::Model]) -> Result<Self, Fault> {
        let mut roots = rows.iter().filter(|row| row.kind == Kind::City);
        let root = roots.next();
        if let Some(second) = roots.next() {
            return Err(fault(second, "kind", "city", "is a second city; import one at a time".into()));
        }
        if let Some(taken) = root.filter(|root| there.iter().any(|a| a.code == root.code && a.kind != Kind::City)) {
            return Err(fault(taken, "code", &taken.code, "is another area's code already".into()));
        }
        let city = match root {
            Some(root) => there.iter().find(|a| a.code == root.code && a.kind == Kind::City).map(|a| a.city_id),
            None => {
                let outside = rows.iter().find(|row| !by_code.contains_key(&*row.parent));
                outside.and_then(|row| there.iter().find(|a| a.code == row.parent)).map(|a| a.city_id)
            }
        };
        let there = there.iter().filter(|a| Some(a.city_id) == city).map(|a| (&*a.code, a)).collect();
        Ok(Self { rows, by_code, there, city, placed: HashMap::new() })
    }

    fn existing(&self, row: &Row) -> Option<&'a area::Model> {
        self.there.get(&*row.code).copied()
    }

    /// The city and path that a fresh area gets: its parent's and itself.
    fn place(&mut self, row: &'a Row) -> Result<Known, Fault> {
        let mut chain = vec![row];
        let mut top = row;
        let mut above = loop {
            if let Some(known) = self.placed.get(&*top.code) {
                chain.pop();
                break known.clone();
            }
            if top.kind == Kind::City {
                break Known { city: self.city.unwrap_or_else(CityId::new), path: Vec::new() };
            }
            if let Some(area) = self.there.get(&*top.parent) {
                hangs(top, area.kind)?;
                break Known { city: area.city_id, path: area.path.clone() };
            }
            let parent = self.by_code.get(&*top.parent).map(|place| &self.rows[*place]);
            let parent = parent.ok_or_else(|| {
                fault(top, "parent_code", &top.parent, "is neither in the file nor in the database".into())
            })?;
            // Always below a wider one: so the way up has an end.
            hangs(top, parent.kind)?;
            top = parent;
            chain.push(top);
        };
        for row in chain.into_iter().rev() {
            above.path.push(AreaId::new().0);
            self.placed.insert(&row.code, above.clone());
        }
        Ok(above)
    }
}

/// Takes over name and place; says whether anything changed.
async fn update(db: &impl ConnectionTrait, area: &area::Model, row: &Row) -> Result<bool, ImportError> {
    if area.kind != row.kind {
        let reason = format!("is a {} already; an import does not change what an area is", area.kind.to_value());
        return Err(fault(row, "kind", &row.kind.to_value(), reason).into());
    }
    if let Some(parent) = area.parent_id {
        let parent = area::Entity::find_by_id((area.city_id, parent)).one(db).await?;
        if let Some(parent) = parent.filter(|parent| parent.code != row.parent) {
            let reason = format!("hangs on {} already; an import does not move an area", parent.code);
            return Err(fault(row, "parent_code", &row.parent, reason).into());
        }
    }
    if (&area.name, area.latitude, area.longitude) == (&row.name, row.latitude, row.longitude) {
        return Ok(false);
    }
    let values: [Value; 5] =
        [area.city_id.0.into(), area.id.0.into(), row.name.clone().into(), row.latitude.into(), row.longitude.into()];
    let text = "UPDATE area SET name = $3, latitude = $4, longitude = $5 WHERE city_id = $1 AND id = $2";
    db.execute_raw(sql(text, values)).await?;
    Ok(true)
}

/// Writes all fresh areas at once, parents before children by the order of their paths, with the two channels of each association.
async fn insert(db: &impl ConnectionTrait, fresh: &[(&Row, Known)], now: OffsetDateTime) -> Result<(), DbErr> {
    let mut fresh: Vec<_> = fresh.iter().collect();
    fresh.sort_by_key(|(_, known)| known.path.len());
    for (row, known) in fresh.iter().filter(|(row, _)| row.kind == Kind::City) {
        let values: [Value; 4] = [known.city.0.into(), row.code.clone().into(), row.name.clone().into(), now.into()];
        db.execute_raw(sql("INSERT INTO city (id, code, name, created_at) VALUES ($1, $2, $3, $4)", values)).await?;
    }
    let arrays: [Value; 8] = [
        fresh.iter().map(|(_, k)| k.city.0).collect::<Vec<Uuid>>().into(),
        fresh.iter().map(|(_, k)| array_text(&k.path)).collect::<Vec<String>>().into(),
        fresh.iter().map(|(row, _)| row.kind.to_value()).collect::<Vec<String>>().into(),
        fresh.iter().map(|(row, _)| row.code.clone()).collect::<Vec<String>>().into(),
        fresh.iter().map(|(row, _)| row.name.clone()).collect::<Vec<String>>().into(),
        fresh
            .iter()
            .map(|(row, _)| row.latitude.map_or(String::new(), |d| d.to_string()))
            .collect::<Vec<String>>()
            .into(),
        fresh
            .iter()
            .map(|(row, _)| row.longitude.map_or(String::new(), |d| d.to_string()))
            .collect::<Vec<String>>()
            .into(),
        now.into(),
    ];
    db.execute_raw(sql(
        "INSERT INTO area (city_id, id, parent_id, path, kind, code, name, latitude, longitude, created_at)
         SELECT city_id, path[cardinality(path)], path[cardinality(path) - 1], path, kind, code, name,
                nullif(latitude, '')::float8, nullif(longitude, '')::float8, $8
         FROM (SELECT city_id, path::uuid[] AS path, kind, code, name, latitude, longitude
               FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
                 AS f (city_id, path, kind, code, name, latitude, longitude)) AS fresh",
        arrays,
    ))
    .await?;
    let associations = fresh.iter().filter(|(row, _)| row.kind == Kind::Association);
    let channels = associations.flat_map(|(_, known)| {
        channel::Kind::iter()
            .map(|kind| (known.city.0, ChannelId::new().0, known.path.last().copied(), kind.to_value()))
    });
    let (mut cities, mut ids, mut areas, mut kinds) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (city, id, area, kind) in channels {
        cities.push(city);
        ids.push(id);
        areas.extend(area);
        kinds.push(kind);
    }
    let values: [Value; 4] = [cities.into(), ids.into(), areas.into(), kinds.into()];
    db.execute_raw(sql(
        "INSERT INTO channel (city_id, id, area_id, kind) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[])",
        values,
    ))
    .await?;
    Ok(())
}

/// An array as PostgreSQL writes it: unnest can't take arrays of different lengths in an array.
fn array_text(path: &[Uuid]) -> String {
    format!("{{{}}}", path.iter().map(Uuid::to_string).collect::<Vec<_>>().join(","))
}
