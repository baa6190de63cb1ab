//! Looking at the tree.

use entity::{
    area::{self, Kind},
    ids::CityId,
};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, FromQueryResult, QueryFilter as _, QuerySelect as _,
};

use super::{AreaError, scope_of};
use crate::{identity::Caller, postgres::sql};

/// An area below another, with how many households live in and below it.
#[derive(Debug, FromQueryResult)]
pub struct Child {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Households in and below it.
    pub households: i64,
    /// Its path, for judging who may see the exact number.
    pub path: Vec<uuid::Uuid>,
}

/// The areas below `parent` (none: the city itself) after the code `after`, by code; at most `limit`.
///
/// # Errors
/// [`AreaError::UnknownArea`].
pub async fn children(
    db: &impl ConnectionTrait,
    city: CityId,
    parent: Option<&str>,
    (after, limit): (&str, u64),
) -> Result<Vec<Child>, AreaError> {
    let parent = match parent {
        Some(code) => Some(find(db, Some(city), code).await?),
        None => None,
    };
    let above = parent.as_ref().map_or(0, |parent| parent.path.len());
    let statement = sql(
        // What is below is counted in one go, by the place of the path at which the children are.
        "SELECT child.code, child.name, child.kind, child.path, coalesce(lived_in.households, 0) AS households
         FROM area child
         LEFT JOIN (SELECT below.path[$5 + 1] AS id, count(*) AS households
                    FROM area below JOIN household h ON h.city_id = below.city_id AND h.area_id = below.id
                    WHERE below.city_id = $1 AND ($2::uuid IS NULL OR below.path[$5] = $2)
                    GROUP BY below.path[$5 + 1]) AS lived_in ON lived_in.id = child.id
         WHERE child.city_id = $1 AND child.parent_id IS NOT DISTINCT FROM $2 AND child.code > $3
         ORDER BY child.code LIMIT $4",
        [
            city.into(),
            parent.map(|parent| parent.id.0).into(),
            after.into(),
            limit.into(),
            i32::try_from(above).unwrap_or_default().into(),
        ],
    );
    Ok(Child::find_by_statement(statement).all(db).await?)
}

/// An area that somebody may publish to.
#[derive(Debug)]
pub struct Choice {
    /// The area.
    pub area: area::Model,
    /// How far it lies below the widest, from 0.
    pub depth: u8,
}

/// The areas to choose from when somebody writes a notice: what their seats reach, two levels deep; more would be a list that nobody
/// reads. Groups are among them where the seat is of an association.
///
/// # Errors
/// The database's.
pub async fn choices(db: &impl ConnectionTrait, caller: &Caller) -> Result<Vec<Choice>, DbErr> {
    let mut choices: Vec<Choice> = Vec::new();
    for seat in &caller.seats {
        let scope = scope_of(seat);
        let statement = sql(
            "SELECT * FROM area WHERE city_id = $1 AND path @> ARRAY[$2] AND kind <> 'centre'
               AND cardinality(path) <= $3 AND (kind <> 'group' OR $4) ORDER BY code",
            [
                caller.city.0.into(),
                scope.last().copied().into(),
                i32::try_from(scope.len() + 2).unwrap_or(i32::MAX).into(),
                matches!(seat.area.kind, Kind::Association | Kind::Group).into(),
            ],
        );
        for area in area::Model::find_by_statement(statement).all(db).await? {
            if !choices.iter().any(|choice| choice.area.id == area.id) {
                let depth = u8::try_from(area.path.len() - scope.len()).unwrap_or_default();
                choices.push(Choice { area, depth });
            }
        }
    }
    Ok(choices)
}

/// The area with a code, in one city or (for a command on the server) in whichever has it.
///
/// # Errors
/// [`AreaError::UnknownArea`], [`AreaError::AmbiguousArea`].
pub async fn find(db: &impl ConnectionTrait, city: Option<CityId>, code: &str) -> Result<area::Model, AreaError> {
    let select = match city {
        Some(city) => area::Entity::of(city),
        None => area::Entity::find(),
    };
    let found: Result<Vec<area::Model>, DbErr> = select.filter(area::Column::Code.eq(code)).limit(2).all(db).await;
    let mut found = found?;
    match (found.pop(), found.is_empty()) {
        (Some(area), true) => Ok(area),
        (Some(_), false) => Err(AreaError::AmbiguousArea(code.to_owned())),
        (None, _) => Err(AreaError::UnknownArea(code.to_owned())),
    }
}
