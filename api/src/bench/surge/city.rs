//! The city of the measurement: as many households as wanted, each with a person who is signed in, written in sets.
//!
//! Seven wards, 132 districts, an association for every 55 households with four groups in it. One household of each group has the leader,
//! one of each association an officer, and the city a member of staff who sends the notices.

use std::{error::Error, fmt::Write as _};

use entity::{
    city,
    ids::{CityId, NoticeId, PersonId, SessionId},
    notice::{Addressees, Category, Importance},
};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbErr, EntityTrait as _, PaginatorTrait as _, TransactionTrait as _,
};
use uuid::Uuid;

use crate::{
    clock::Clock,
    identity::{Caller, Tokens},
    notices::{self, Audience, Draft, Facts, Publishing, Versions},
    postgres::sql,
};

/// Households of an association.
const ASSOCIATION: usize = 55;
/// Groups of an association.
const GROUPS: usize = 4;
const WARDS: usize = 7;
const DISTRICTS: usize = 132;
/// Circulars of the last month that a resident finds besides: from the city, and from the ward.
const CIRCULARS: (usize, usize) = (8, 4);

/// A city and who is signed in there.
#[derive(Debug)]
pub(super) struct City {
    id: CityId,
    staff: SessionId,
    /// The households and, place by place, their persons and sessions.
    pub households: Vec<Uuid>,
    people: Vec<Uuid>,
    sessions: Vec<Uuid>,
}

/// The columns of areas to be written.
#[derive(Default)]
struct Areas {
    ids: Vec<Uuid>,
    paths: Vec<String>,
    kinds: Vec<String>,
    codes: Vec<String>,
}

impl Areas {
    /// Adds an area below another, given by place.
    fn add(&mut self, kind: &str, above: Option<usize>, code: String) -> usize {
        let id = Uuid::now_v7();
        let path = above.map_or(String::new(), |place| format!("{},", self.paths[place]));
        self.ids.push(id);
        self.paths.push(format!("{path}{id}"));
        self.kinds.push(kind.to_owned());
        self.codes.push(code);
        self.ids.len() - 1
    }
}

impl City {
    /// Writes a city of `households` into an empty database.
    pub(super) async fn build(
        db: &DatabaseConnection,
        households: usize,
        clock: &Clock,
    ) -> Result<Self, Box<dyn Error>> {
        if city::Entity::find().count(db).await? > 0 {
            return Err("the measurement needs an empty database, and there is a city in this one".into());
        }
        let mut areas = Areas::default();
        let top = areas.add("city", None, "900009".into());
        let wards: Vec<_> = (1..=WARDS).map(|n| areas.add("ward", Some(top), format!("900009-{n}"))).collect();
        let districts: Vec<_> = (0..DISTRICTS)
            .map(|n| areas.add("district", Some(wards[n % WARDS]), format!("900009-{}-{n:03}", n % WARDS + 1)))
            .collect();
        let mut associations = Vec::new();
        let mut groups = Vec::new();
        for n in 0..households.div_ceil(ASSOCIATION) {
            let code = format!("{}-{n:04}", areas.codes[districts[n % DISTRICTS]]);
            let association = areas.add("association", Some(districts[n % DISTRICTS]), code.clone());
            associations.push(association);
            groups.extend((1..=GROUPS).map(|group| areas.add("group", Some(association), format!("{code}.{group}"))));
        }
        let fresh = |count: usize| (0..count).map(|_| Uuid::now_v7()).collect::<Vec<_>>();
        let made = Self {
            id: CityId(Uuid::now_v7()),
            staff: SessionId::new(),
            households: fresh(households),
            people: fresh(households),
            sessions: fresh(households),
        };
        let homes: Vec<_> =
            (0..households).map(|n| areas.ids[groups[n / ASSOCIATION * GROUPS + n % ASSOCIATION % GROUPS]]).collect();
        // Who lives where within an association decides who holds a seat.
        let seat = |n: usize| match n % ASSOCIATION {
            place @ 0..GROUPS => Some(("leader", areas.ids[groups[n / ASSOCIATION * GROUPS + place]])),
            GROUPS => Some(("officer", areas.ids[associations[n / ASSOCIATION]])),
            _ => None,
        };
        let seats: Vec<_> =
            (0..households).filter_map(|n| seat(n).map(|(role, area)| (made.people[n], role, area))).collect();
        let now = clock.now();
        let tx = db.begin().await?;
        tx.execute_raw(sql(
            "INSERT INTO city (id, code, name, created_at) VALUES ($1, '900009', 'うみかぜ市', $2)",
            [made.id.0.into(), now.into()],
        ))
        .await?;
        tx.execute_raw(sql(
            "INSERT INTO area (city_id, id, parent_id, path, kind, code, name, created_at)
             SELECT $1, a.id, path.ids[cardinality(path.ids) - 1], path.ids, a.kind, a.code, a.code, $2
             FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[]) AS a (id, path, kind, code)
             CROSS JOIN LATERAL (SELECT ('{' || a.path || '}')::uuid[] AS ids) AS path",
            [
                made.id.0.into(),
                now.into(),
                areas.ids.clone().into(),
                areas.paths.into(),
                areas.kinds.into(),
                areas.codes.into(),
            ],
        ))
        .await?;
        tx.execute_raw(sql(
            "INSERT INTO channel (city_id, id, area_id, kind)
             SELECT $1, gen_random_uuid(), area.id, whose.kind FROM area, unnest('{everyone,officers}'::text[]) AS whose (kind)
             WHERE city_id = $1 AND area.kind = 'association'",
            [made.id.0.into()],
        ))
        .await?;
        made.people(&tx, homes, clock).await?;
        made.seats(&tx, (seats, areas.ids[top]), clock).await?;
        tx.commit().await?;
        db.execute_unprepared("VACUUM ANALYZE").await?;
        Ok(made)
    }

    async fn people(&self, db: &impl ConnectionTrait, homes: Vec<Uuid>, clock: &Clock) -> Result<(), DbErr> {
        let now = clock.now();
        db.execute_raw(sql(
            "INSERT INTO household (city_id, id, area_id, label, delivery, created_at)
             SELECT $1, h.id, h.area, h.n::text, 'digital', $2
             FROM unnest($3::uuid[], $4::uuid[]) WITH ORDINALITY AS h (id, area, n)",
            [self.id.0.into(), now.into(), self.households.clone().into(), homes.into()],
        ))
        .await?;
        db.execute_raw(sql(
            "INSERT INTO person (city_id, id, household_id, name, created_at)
             SELECT $1, p.id, p.household, NULL, $2 FROM unnest($3::uuid[], $4::uuid[]) AS p (id, household)",
            [self.id.0.into(), now.into(), self.people.clone().into(), self.households.clone().into()],
        ))
        .await?;
        db.execute_raw(sql(
            "INSERT INTO session (city_id, id, person_id, created_at)
             SELECT $1, s.id, s.person, $2 FROM unnest($3::uuid[], $4::uuid[]) AS s (id, person)",
            [self.id.0.into(), now.into(), self.sessions.clone().into(), self.people.clone().into()],
        ))
        .await?;
        Ok(())
    }

    async fn seats(
        &self,
        db: &impl ConnectionTrait,
        (seats, top): (Vec<(Uuid, &str, Uuid)>, Uuid),
        clock: &Clock,
    ) -> Result<(), DbErr> {
        let (now, staff) = (clock.now(), Uuid::now_v7());
        db.execute_raw(sql(
            "WITH staff AS (INSERT INTO person (city_id, id, name, created_at) VALUES ($1, $2, '広報課', $3))
             INSERT INTO session (city_id, id, person_id, created_at) VALUES ($1, $4, $2, $3)",
            [self.id.0.into(), staff.into(), now.into(), self.staff.0.into()],
        ))
        .await?;
        let (mut people, mut roles, mut areas) = (vec![staff], vec!["staff".to_owned()], vec![top]);
        for (person, role, area) in seats {
            people.push(person);
            roles.push(role.to_owned());
            areas.push(area);
        }
        db.execute_raw(sql(
            "INSERT INTO seat (city_id, id, person_id, area_id, role, starts_on)
             SELECT $1, gen_random_uuid(), s.person, s.area, s.role, $2
             FROM unnest($3::uuid[], $4::text[], $5::uuid[]) AS s (person, role, area)",
            [self.id.0.into(), clock.today().into(), people.into(), roles.into(), areas.into()],
        ))
        .await?;
        Ok(())
    }

    /// An access token for each household.
    pub(super) fn tokens(&self, tokens: &Tokens, clock: &Clock) -> Result<Vec<String>, Box<dyn Error>> {
        let signed_in = self.people.iter().zip(&self.sessions);
        let token = |(person, session): (&Uuid, &Uuid)| {
            Ok(tokens.issue(self.id, PersonId(*person), SessionId(*session), clock.now())?)
        };
        signed_in.map(token).collect()
    }

    /// The circulars that are there already when the measurement begins.
    pub(super) async fn month(&self, db: &DatabaseConnection, clock: &Clock) -> Result<(), Box<dyn Error>> {
        for n in 0..CIRCULARS.0 {
            self.publish(db, ("900009", &format!("市からのお知らせ {n}")), clock).await?;
        }
        for (ward, n) in (1..=WARDS).flat_map(|ward| (0..CIRCULARS.1).map(move |n| (ward, n))) {
            self.publish(db, (&format!("900009-{ward}"), &format!("区からのお知らせ {n}")), clock).await?;
        }
        db.execute_unprepared("VACUUM ANALYZE").await?;
        Ok(())
    }

    /// Publishes a notice to everyone in an area, by the verbs that a member of staff uses.
    pub(super) async fn publish(
        &self,
        db: &DatabaseConnection,
        (area, title): (&str, &str),
        clock: &Clock,
    ) -> Result<NoticeId, Box<dyn Error>> {
        let tx = db.begin().await?;
        let staff = Caller::load(&tx, self.id, self.staff, clock.today()).await?.ok_or("the staff can't sign in")?;
        let mut body = String::new();
        for line in 1..=6 {
            writeln!(body, "{line}. 日時と場所は、お住まいの地区の市民センターでお確かめください。")?;
        }
        let draft = Draft {
            title: title.to_owned(),
            body,
            importance: Importance::MustRead,
            category: Category::Other,
            audience: Audience { areas: vec![area.to_owned()], to: Addressees::Everyone },
            circulate_until: None,
            publish_at: None,
            drill: false,
            facts: Facts::default(),
            versions: Versions::default(),
        };
        let draft = notices::draft(&tx, &staff, draft, clock.now()).await?;
        let notice = notices::publish(&tx, draft, (staff.person, Publishing::default()), clock.now()).await?;
        tx.commit().await?;
        Ok(notice.id)
    }
}
