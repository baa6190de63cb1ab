//! The town in which everybody tries everything: who calls, and the things that they call about.

use std::{collections::HashMap, sync::Mutex};

use api::files::Key;
use entity::{ids::CityId, seat::Role};
use reqwest::Method;
use sea_orm::ConnectionTrait as _;
use serde_json::json;
use tests::{Actor, Answer, PushService, TestApp, actor::notice, town};

use super::calls::{About, Call};

/// Who calls. All are of 山町内会, or of what stands above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Caller {
    /// Not signed in.
    Nobody,
    /// Of a home in its first group.
    Resident,
    /// Of that group.
    Leader,
    /// Of the association.
    Officer,
    /// Held a seat of the association until yesterday.
    FormerOfficer,
    /// Of the centre of the district.
    Centre,
    /// Of the ward.
    Ward,
    /// Of the city.
    City,
}

impl Caller {
    pub const ALL: &'static [Self; 8] = &[
        Self::Nobody,
        Self::Resident,
        Self::Leader,
        Self::Officer,
        Self::FormerOfficer,
        Self::Centre,
        Self::Ward,
        Self::City,
    ];

    /// As the table names them.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Resident => "resident",
            Self::Leader => "leader",
            Self::Officer => "officer",
            Self::FormerOfficer => "former officer",
            Self::Centre => "centre staff",
            Self::Ward => "ward staff",
            Self::City => "city staff",
        }
    }
}

/// Where a thing is, or whose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// There is nothing that the call is about.
    Nowhere,
    /// It does not exist.
    Unknown,
    /// The caller's own.
    OnesOwn,
    /// In 山町内会, of somebody else; of homes, in its first group.
    Here,
    /// In the second group of 山町内会.
    AnotherGroup,
    /// In 川町内会, in another ward.
    AnotherAssociation,
    /// The city's, for all.
    TheCity,
    /// In another city.
    AnotherCity,
}

impl Place {
    /// As the table names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nowhere => "",
            Self::Unknown => "what does not exist",
            Self::OnesOwn => "one's own",
            Self::Here => "the own association",
            Self::AnotherGroup => "another group",
            Self::AnotherAssociation => "another association",
            Self::TheCity => "the whole city",
            Self::AnotherCity => "another city",
        }
    }

    /// The code of its area.
    fn area(self) -> &'static str {
        match self {
            Self::Unknown => "900001-9-99-999",
            Self::Nowhere | Self::OnesOwn | Self::Here | Self::AnotherGroup => town::YAMA,
            Self::AnotherAssociation => town::KAWA,
            Self::TheCity => town::CITY,
            Self::AnotherCity => "900002-1-01-001",
        }
    }
}

/// What a call is about.
#[derive(Clone, Debug)]
pub struct Thing {
    pub id: String,
    pub area: String,
    /// Of a household, one of its people, and another household there.
    pub person: String,
    pub home: String,
    /// What reaches a household.
    pub notice: String,
    /// What is attached to a notice.
    pub file: String,
    /// Today.
    pub day: String,
}

impl Thing {
    /// A text with the thing's id and area in their places.
    pub fn fill(&self, text: &str) -> String {
        let own = text.replace("{id}", &self.id).replace("{area}", &self.area);
        let own = own.replace("{file}", &self.file).replace("{notice}", &self.notice).replace("{day}", &self.day);
        own.replace("{person}", &self.person).replace("{home}", &self.home).replace("{name}", "icon-192.png")
    }
}

/// The town, and who is there.
pub struct World<'a> {
    app: &'a TestApp,
    push: &'a PushService,
    callers: HashMap<Caller, Actor<'a>>,
    /// Who writes notices, and whose browsers are rung, in each place; none of them calls.
    others: HashMap<&'static str, Actor<'a>>,
    /// What was made to be looked at only.
    kept: Mutex<HashMap<(&'static str, Place), String>>,
}

/// Runs `trial` in the town, and rings whom it left to be rung.
pub async fn with_world(trial: impl AsyncFnOnce(&World<'_>)) {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let beside = |text: &str| text.replace("900001", "900002").replace("あさひ市", "ゆうひ市");
    app.keep_slips(app.import(&beside(town::AREAS), &beside(&town::households())).await);
    let former = app.officer(town::YAMA).await;
    app.tamper("UPDATE seat SET starts_on = '2020-04-01', ends_on = '2021-03-31'").await;
    let callers = HashMap::from([
        (Caller::Nobody, app.stranger()),
        (Caller::Resident, app.resident(town::YAMA_1).await),
        (Caller::Leader, app.leader(town::YAMA_1).await),
        (Caller::Officer, app.officer(town::YAMA).await),
        (Caller::FormerOfficer, former),
        (Caller::Centre, app.staff(town::CENTRE).await),
        (Caller::Ward, app.staff(town::EAST).await),
        (Caller::City, app.staff(town::CITY).await),
    ]);
    let mut others = HashMap::new();
    for place in [Place::Here, Place::AnotherAssociation, Place::AnotherCity] {
        others.insert(place.area(), app.officer(place.area()).await);
    }
    others.insert(town::CITY, app.staff(town::CITY).await);
    trial(&World { app: &app, push: &push, callers, others, kept: Mutex::default() }).await;
    app.work().await;
}

impl World<'_> {
    /// Asks as somebody; to sign out or leave, somebody else stands in.
    pub async fn ask(&self, caller: &Caller, (method, path): (Method, &str), (kind, body): (&str, String)) -> Answer {
        let goes = matches!(
            (method.as_str(), path),
            ("POST", "/signout" | "/me/leave") | ("DELETE", "/api/v1/session" | "/api/v1/me")
        );
        let again = if goes { self.stand_in(*caller).await } else { None };
        let actor = again.as_ref().unwrap_or(&self.callers[caller]);
        let mut request = actor.request(method.clone(), path);
        if method != Method::GET && method != Method::DELETE {
            request = request.header("Content-Type", kind).header("Sec-Fetch-Site", "same-origin").body(body);
        }
        actor.send(request).await
    }

    /// Somebody of the same kind.
    async fn stand_in(&self, caller: Caller) -> Option<Actor<'_>> {
        Some(match caller {
            Caller::Nobody => return None,
            // The homes of the others' groups are taken one by one.
            Caller::Resident => self.app.resident(town::OKA).await,
            Caller::Leader => self.app.leader(town::YAMA_1).await,
            Caller::Officer => self.app.officer(town::YAMA).await,
            Caller::FormerOfficer => {
                let former = self.app.officer(town::YAMA).await;
                let past = "starts_on = '2020-04-01', ends_on = '2021-03-31'";
                self.app
                    .tamper(&format!(
                        "UPDATE seat SET {past} WHERE id = (SELECT id FROM seat ORDER BY id DESC LIMIT 1)"
                    ))
                    .await;
                former
            }
            Caller::Centre => self.app.staff(town::CENTRE).await,
            Caller::Ward => self.app.staff(town::EAST).await,
            Caller::City => self.app.staff(town::CITY).await,
        })
    }

    /// The thing that a call is about; one of its own for each call, unless it is only looked at.
    pub async fn thing(&self, call: &Call, place: Place, caller: &Caller, looking: bool) -> Thing {
        let fresh = || uuid::Uuid::now_v7().to_string();
        let thing = |id| Thing {
            id,
            area: place.area().to_owned(),
            person: fresh(),
            home: fresh(),
            notice: fresh(),
            file: fresh(),
            day: self.app.ground.clock.today().to_string(),
        };
        let kind = match call.about {
            About::Nothing | About::Code | About::Area => return thing(fresh()),
            About::Draft => "draft",
            About::Notice => "notice",
            About::Subscription => "subscription",
            About::Session => "session",
            About::Household => "household",
            About::Person => "person",
            About::Seat => "seat",
            About::Passkey => "passkey",
            About::Answered => "answered",
        };
        let none = place == Place::OnesOwn && *caller == Caller::Nobody;
        if place == Place::Unknown || none {
            return thing(fresh());
        }
        let kept = self.kept.lock().expect("things").get(&(kind, place)).cloned();
        if looking
            && place != Place::OnesOwn
            && let Some(id) = kept
        {
            let mut thing = thing(id);
            if call.name.contains("{file}") && call.about == About::Notice {
                thing.file = self.file(call, &thing.id).await;
            }
            return thing;
        }
        let other = &self.others[place.area()];
        let mut thing = thing(String::new());
        match call.about {
            About::Draft => thing.id = other.draft(&notice("溝掃除", &thing.area)).await,
            About::Notice => {
                // It says when, so that there is something for a calendar.
                let mut cleaning = notice("溝掃除", &thing.area);
                cleaning["facts"] = json!({ "starts": thing.day });
                thing.id = other.draft(&cleaning).await;
                let _ = other.publish(&thing.id).await.expect(200);
            }
            About::Seat => thing.id = self.seat(place).await,
            About::Household | About::Person => {
                let own = self.callers[caller].tokens["household"]["id"].as_str().filter(|_| place == Place::OnesOwn);
                thing.home = self.household(place).await;
                let home = match own {
                    Some(own) => own.to_owned(),
                    // Who has no household has none of their own.
                    None if place == Place::OnesOwn => {
                        thing.id = fresh();
                        return thing;
                    }
                    None => self.household(place).await,
                };
                let person = other.post(&format!("/api/v1/households/{home}/people"), &json!({ "name": "桜" })).await;
                thing.person = person.expect(201)["id"].as_str().expect("an id").to_owned();
                thing.id = if call.about == About::Person { thing.person.clone() } else { home };
            }
            About::Session if place == Place::OnesOwn => thing.id = self.further_device(&self.callers[caller]).await,
            About::Session => thing.id = self.further_device(other).await,
            About::Passkey if place == Place::OnesOwn => thing.id = self.passkey(&self.callers[caller]).await,
            About::Passkey => thing.id = self.passkey(other).await,
            About::Answered => {
                thing.id = self.household(place).await;
                thing.notice = other.announce("溝掃除", &thing.area).await;
                if place == Place::OnesOwn {
                    let columns = "city_id, household_id, person_id, consented_on, since";
                    let row = format!(
                        "SELECT city_id, '{}', id, current_date, now() FROM person WHERE id = {{person}}",
                        thing.id
                    );
                    self.put(&format!("proxy ({columns}) {row}"), &self.callers[caller]).await;
                }
            }
            _ if place == Place::OnesOwn => thing.id = self.callers[caller].turn_on(&self.push.phone()).await,
            _ => thing.id = other.turn_on(&self.push.phone()).await,
        }
        self.kept.lock().expect("things").insert((kind, place), thing.id.clone());
        if call.name.contains("{file}") {
            thing.file = self.file(call, if call.about == About::Answered { &thing.notice } else { &thing.id }).await;
        }
        thing
    }

    /// A file of a notice, as if it had been attached before that came out; to leave it after all, one that is to go.
    async fn file(&self, call: &Call, notice: &str) -> String {
        let (id, sum) = (uuid::Uuid::now_v7(), [7; 32]);
        let city = api::postgres::sql("SELECT city_id FROM notice WHERE id = $1::uuid", [notice.into()]);
        let city = self.app.db().query_one_raw(city).await.expect("a query").expect("a notice");
        let city = CityId(city.try_get("", "city_id").expect("a city"));
        self.app.ground.files.put(&Key { city, of: id, sum }, "a file".into()).await.expect("kept");
        let until = if call.name.ends_with("/keep") { "2" } else { "NULL" };
        let (sum, columns) = (
            api::files::hex(&sum),
            "city_id, id, notice_id, name, kind, size, sum, preview_sum, preview_width, preview_height",
        );
        self.app
            .tamper(&format!(
                "INSERT INTO attachment ({columns}, since_revision, until_revision, added_at)
                 SELECT city_id, '{id}', id, 'a.png', 'png', 6, '\\x{sum}', '\\x{sum}', 9, 9, 1, {until}, now() FROM notice WHERE id = '{notice}'"
            ))
            .await;
        id.to_string()
    }

    /// A home in the first group of a place, or in the other one.
    async fn household(&self, place: Place) -> String {
        let group = if place == Place::AnotherGroup { 2 } else { 1 };
        let home =
            json!({ "area": format!("{}.{group}", place.area()), "label": uuid::Uuid::now_v7(), "delivery": "paper" });
        let made = self.others[place.area()].post("/api/v1/households", &home).await.expect(201);
        made["id"].as_str().expect("an id").to_owned()
    }

    /// A seat of somebody who has not signed in yet.
    async fn seat(&self, place: Place) -> String {
        let email = format!("{}@asahi.example", uuid::Uuid::now_v7());
        let (area, role) = match place {
            Place::AnotherGroup => (town::YAMA_2, Role::Leader),
            Place::TheCity => (town::CITY, Role::Staff),
            _ => (place.area(), Role::Officer),
        };
        self.app.appoint(area, role, &email).await;
        let query = "SELECT s.id FROM seat s JOIN account a USING (city_id, person_id) WHERE a.email = $1";
        let row = self.app.db().query_one_raw(api::postgres::sql(query, [email.into()])).await.expect("a query");
        row.expect("a seat").try_get::<uuid::Uuid>("", "id").expect("an id").to_string()
    }

    /// A device that somebody has besides.
    async fn further_device(&self, whose: &Actor<'_>) -> String {
        self.put("session (city_id, id, person_id, created_at) SELECT city_id, {id}, id, now() FROM person WHERE id = {person}", whose).await
    }

    /// A passkey of somebody who has an account; others have none.
    async fn passkey(&self, whose: &Actor<'_>) -> String {
        let columns = "city_id, id, person_id, credential_id, public_key, name, created_at";
        let row =
            "SELECT city_id, {id}, person_id, uuid_send({id}), '', 'x', now() FROM account WHERE person_id = {person}";
        self.put(&format!("passkey ({columns}) {row}"), whose).await
    }

    /// Puts a row of somebody's into the database; gives its id.
    async fn put(&self, row: &str, whose: &Actor<'_>) -> String {
        let (id, me) = (uuid::Uuid::now_v7(), whose.get("/api/v1/me").await.expect(200));
        let person = me["person"]["id"].as_str().expect("a person");
        let row = row.replace("{id}", &format!("'{id}'::uuid")).replace("{person}", &format!("'{person}'"));
        self.app.tamper(&format!("INSERT INTO {row}")).await;
        id.to_string()
    }
}
