//! The city of a run: some associations, each with residents and their phones. An association is a lane: one notice at a time goes
//! to it, so that a phone never has two under way, and what it sees twice it sees because of one fault.

use std::{error::Error, fmt::Write as _, ops::Range, sync::Arc};

use api::{
    areas,
    clock::Clock,
    households,
    seats::{self, Appointment},
};
use entity::seat::Role;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use sea_orm::{DatabaseConnection, TransactionTrait as _};
use uuid::Uuid;

use crate::{
    log::Phone,
    people::{Door, Person},
    service::Service,
};

/// Browsers that one person may have.
const OF_ONE: usize = 20;
/// How many come in at once.
const AT_ONCE: usize = 8;

/// An association.
pub struct Lane {
    /// Its place among them.
    pub number: usize,
    /// Its code.
    pub code: String,
    /// Its phones.
    pub phones: Range<Phone>,
    /// Who lives there.
    pub residents: Vec<Person>,
}

/// The city.
pub struct City {
    /// Who drafts, and who publishes emergencies.
    pub staff: [Person; 2],
    /// The associations.
    pub lanes: Vec<Arc<Lane>>,
    /// The subscription of each phone.
    pub subscriptions: Vec<Uuid>,
}

impl City {
    /// Builds it with so many phones in each lane.
    pub async fn build(
        db: &DatabaseConnection,
        door: &Door,
        (service, in_each): (&Service, usize),
    ) -> Result<Self, Box<dyn Error>> {
        let lanes = service.origins.len();
        let homes = in_each.div_ceil(OF_ONE);
        let (mut tree, mut households) = (
            "code,parent_code,kind,name,latitude,longitude\n900003,,city,ゆうひ市,,\n900003-1,900003,ward,北区,,\n"
                .to_owned(),
            "area_code,group,household,delivery\n".to_owned(),
        );
        for lane in 0..lanes {
            writeln!(tree, "{},900003-1,association,{lane}町内会,,", code(lane))?;
            (0..homes).try_for_each(|home| writeln!(households, "{},1,{home}号,digital", code(lane)))?;
        }
        let now = Clock::system().now();
        let tx = db.begin().await?;
        areas::import_areas(&tx, tree.as_bytes(), now).await?;
        let slips = households::import_households(&tx, households.as_bytes(), true, now).await?.slips;
        let city = areas::find(&tx, None, "900003").await?;
        let mut invitations = Vec::new();
        for email in ["a@yuuhi.example", "b@yuuhi.example"] {
            let appointment =
                Appointment { email: email.into(), name: "青葉 緑".into(), role: Role::Staff, department: None };
            invitations.push(seats::appoint(&tx, &city, appointment, now).await?.1.code.to_print());
        }
        tx.commit().await?;

        let staff = [door.come_in("welcome", &invitations[0]).await?, door.come_in("welcome", &invitations[1]).await?];
        let browsers = service.phones((0..lanes * in_each).map(|phone| phone / in_each))?;
        let (mut built, mut subscriptions) = (Vec::new(), Vec::new());
        for (number, of_lane) in browsers.chunks(in_each).enumerate() {
            let slips = slips.iter().filter(|slip| slip.area_code == code(number));
            let moved_in = stream::iter(slips.zip(of_lane.chunks(OF_ONE))).map(async |(slip, browsers)| {
                let person = door.come_in("join", &slip.code.to_print()).await?;
                let mut ids = Vec::new();
                for browser in browsers {
                    ids.push(person.turn_on(browser).await?);
                }
                Ok::<_, String>((person, ids))
            });
            let moved_in: Vec<(Person, Vec<Uuid>)> = moved_in.buffered(AT_ONCE).try_collect().await?;
            let first = Phone::try_from(subscriptions.len())?;
            let mut residents = Vec::new();
            for (person, ids) in moved_in {
                residents.push(person);
                subscriptions.extend(ids);
            }
            let phones = first..Phone::try_from(subscriptions.len())?;
            built.push(Arc::new(Lane { number, code: code(number), phones, residents }));
        }
        Ok(Self { staff, lanes: built, subscriptions })
    }
}

fn code(lane: usize) -> String {
    format!("900003-1-{lane:02}")
}
