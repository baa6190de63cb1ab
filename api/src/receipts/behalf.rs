//! Who answers for a household sees what its people see, and stamps in its name: the caller in that household's place.

use entity::{
    area, household,
    ids::{CityId, HouseholdId, PersonId},
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult as _};
use uuid::Uuid;

use super::Stamp;
use crate::{
    identity::{Caller, Home},
    postgres::sql,
};

/// One look into the key of `proxy` for each. Who has no household any more, or is of this one, answers for nobody.
const STATEMENT: &str = "SELECT given.n, h.id AS household, h.label, h.delivery, home.*
     FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) WITH ORDINALITY AS given (city_id, person_id, household_id, n)
     JOIN proxy x ON x.city_id = given.city_id AND x.household_id = given.household_id AND x.person_id = given.person_id
     JOIN person p ON p.city_id = x.city_id AND p.id = x.person_id AND p.household_id <> x.household_id
     JOIN household h ON h.city_id = x.city_id AND h.id = x.household_id
     JOIN area home ON home.city_id = h.city_id AND home.id = h.area_id";

/// The caller as one of the household that they answer for: its home is theirs, and none of their seats is. None where they don't.
///
/// # Errors
/// The database's.
pub async fn on_behalf(
    db: &impl ConnectionTrait,
    caller: &Caller,
    household: HouseholdId,
) -> Result<Option<Caller>, DbErr> {
    let home = homes(db, &[(caller.city, caller.person, household)]).await?.pop().flatten();
    Ok(home.map(|home| in_place(caller.clone(), home)))
}

fn in_place(mut caller: Caller, home: Home) -> Caller {
    caller.home = Some(home);
    caller.seats.clear();
    caller
}

/// The same for the callers of stamps that are not their own, place by place; nothing is asked where there is none.
pub(super) async fn stand_in(
    db: &impl ConnectionTrait,
    callers: &mut [Option<Caller>],
    stamps: &[Stamp],
) -> Result<(), DbErr> {
    let asked = |(place, stamp): (usize, &Stamp)| {
        let caller = callers.get(place)?.as_ref()?;
        Some((place, (caller.city, caller.person, stamp.behalf?)))
    };
    let (places, asked): (Vec<usize>, Vec<_>) = stamps.iter().enumerate().filter_map(asked).unzip();
    if places.is_empty() {
        return Ok(());
    }
    for (place, home) in places.into_iter().zip(homes(db, &asked).await?) {
        if let Some(caller) = callers.get_mut(place) {
            *caller = caller.take().zip(home).map(|(caller, home)| in_place(caller, home));
        }
    }
    Ok(())
}

/// The homes of the households that people answer for, place by place.
async fn homes(
    db: &impl ConnectionTrait,
    asked: &[(CityId, PersonId, HouseholdId)],
) -> Result<Vec<Option<Home>>, DbErr> {
    let column = |of: fn(&(CityId, PersonId, HouseholdId)) -> Uuid| asked.iter().map(of).collect::<Vec<Uuid>>();
    let values = [column(|one| one.0.0).into(), column(|one| one.1.0).into(), column(|one| one.2.0).into()];
    let mut homes = vec![None; asked.len()];
    for row in db.query_all_raw(sql(STATEMENT, values)).await? {
        let n: i64 = row.try_get("", "n")?;
        if let Some(home) = usize::try_from(n - 1).ok().and_then(|n| homes.get_mut(n)) {
            *home = Some(Home {
                household: row.try_get("", "household")?,
                label: row.try_get("", "label")?,
                delivery: row.try_get::<household::Delivery>("", "delivery")?,
                area: area::Model::from_query_result(&row, "")?,
            });
        }
    }
    Ok(homes)
}
