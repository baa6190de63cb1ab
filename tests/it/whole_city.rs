//! The real city: its areas are imported, a thousand residents join, and a notice to one ward rings exactly that ward's phones.
//!
//! The tree is read from `shared/data/areas.csv` beside the project. Where that is not at hand, a tree of the same shape is made up,
//! so that the test says the same everywhere.

use std::{collections::HashMap, fmt::Write as _, fs};

use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use tests::{Actor, Phone, PushService, TestApp};

const RESIDENTS: usize = 1_000;
const WARDS: usize = 7;

/// The file, or a city of seven wards with ten districts and twenty associations each.
fn areas() -> String {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/areas.csv");
    fs::read_to_string(beside).unwrap_or_else(|_| {
        let mut csv = String::from("code,parent_code,kind,name,latitude,longitude\n900009,,city,まなび市,,\n");
        for ward in 1..=WARDS {
            writeln!(csv, "900009-{ward},900009,ward,{ward}区,,").expect("a line");
            for district in 1..=10 {
                writeln!(csv, "900009-{ward}-{district},900009-{ward},district,{district}校区,,").expect("a line");
                for association in 1..=20 {
                    let code = format!("900009-{ward}-{district}-{association}");
                    writeln!(csv, "{code},900009-{ward}-{district},association,{association}町内会,,").expect("a line");
                }
            }
        }
        csv
    })
}

/// A line of the tree: code, parent and kind.
fn line(text: &str) -> Option<(&str, &str, &str)> {
    let mut fields = text.split(',');
    Some((fields.next()?, fields.next()?, fields.next()?))
}

struct Resident<'a> {
    actor: Actor<'a>,
    phone: Phone,
    association: String,
    ward: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_to_one_ward_rings_that_wards_phones_and_no_other() {
    let areas = areas();
    let parents: HashMap<&str, &str> = areas.lines().filter_map(line).map(|(code, parent, _)| (code, parent)).collect();
    let kinds: HashMap<&str, &str> = areas.lines().filter_map(line).map(|(code, _, kind)| (code, kind)).collect();
    let above = |code: &str, kind: &str| {
        let mut at = code.to_owned();
        while kinds[&*at] != kind {
            at = parents[&*at].to_owned();
        }
        at
    };
    let mut associations: Vec<&str> =
        kinds.iter().filter(|(_, kind)| **kind == "association").map(|(code, _)| *code).collect();
    associations.sort_unstable();
    let city = *kinds.iter().find(|(_, kind)| **kind == "city").expect("a city").0;
    let mut households = String::from("area_code,group,household,delivery\n");
    for association in &associations {
        for home in 0..4 {
            writeln!(households, "{association},{},{home},{}", home / 2 + 1, ["digital", "paper"][home % 2])
                .expect("a line");
        }
    }

    let push = PushService::start().await;
    let app = TestApp::empty_with_push(&push, &[]).await;
    let slips = app.import(&areas, &households).await;
    // Every resident takes the first slip of a group; the groups lie all over the city.
    let mut groups: Vec<_> = slips.iter().collect();
    groups.sort();
    let step = groups.len() / RESIDENTS;
    assert!(step > 0, "room for a thousand");
    let chosen: Vec<_> = groups.iter().step_by(step).take(RESIDENTS).collect();
    let residents: Vec<Resident> = stream::iter(chosen)
        .map(async |((association, _), codes)| {
            let (actor, phone) = (app.join(&codes[0]).await, push.phone());
            actor.turn_on(&phone).await;
            Resident { ward: above(association, "ward"), association: association.clone(), actor, phone }
        })
        .buffer_unordered(16)
        .collect()
        .await;
    assert_eq!(residents.len(), RESIDENTS);

    let staff = app.staff(city).await;
    let ward = residents[RESIDENTS / 2].ward.clone();
    let id = staff.announce("区のみなさまへ", &ward).await;
    app.work().await;
    for resident in &residents {
        let messages = resident.phone.arrived();
        assert_eq!(messages.len(), usize::from(resident.ward == ward), "{} {}", resident.ward, resident.association);
        for message in messages {
            let notification = &message.body["notification"];
            assert_eq!((&message.body["web_push"], &notification["lang"]), (&json!(8030), &json!("ja")));
            assert_eq!((&notification["tag"], &notification["data"]["notice"]), (&json!(id), &json!(id)));
        }
    }
    let there: Vec<&Resident> = residents.iter().filter(|resident| resident.ward == ward).collect();
    let delivery = staff.get(&format!("/api/v1/notices/{id}/delivery")).await.expect(200);
    assert_eq!(delivery["accepted"], json!(there.len()));

    // Every second one reads, every fourth acknowledges; then all levels add up.
    let readers: Vec<&&Resident> = there.iter().step_by(2).collect();
    let acknowledged = readers.len().div_ceil(2);
    for (number, reader) in readers.iter().enumerate() {
        let _ = reader.actor.receipt(&id, number % 2 == 0).await.expect(200);
    }
    let homes = |within: &dyn Fn(&str) -> bool| associations.iter().filter(|code| within(code)).count() * 4;
    let of_ward = |code: &str| above(code, "ward") == ward;
    let items = async |by: &str| -> Vec<Value> {
        let coverage = staff.coverage(&id, by).await.expect(200);
        coverage["items"].as_array().expect("items").clone()
    };
    let wards = items("ward").await;
    assert_eq!(wards.len(), 1);
    assert_eq!((&wards[0]["area"]["code"], &wards[0]["households"]), (&json!(ward), &json!(homes(&of_ward))));
    assert_eq!((&wards[0]["read"], &wards[0]["acknowledged"]), (&json!(readers.len()), &json!(acknowledged)));
    assert_eq!(wards[0]["paper"], json!(homes(&of_ward) / 2));
    assert_eq!(wards[0]["unreached"], json!(homes(&of_ward) / 2 - there.len()));
    let districts = items("district").await;
    let households: i64 = districts.iter().map(|item| item["households"].as_i64().expect("a number")).sum();
    assert_eq!(usize::try_from(households), Ok(homes(&of_ward)));
    assert_eq!(items("association").await.len(), associations.iter().filter(|code| of_ward(code)).count());

    let officer = app.officer(&readers[0].association).await;
    let by_household = officer.coverage(&id, "household").await.expect(200);
    let by_household = by_household["items"].as_array().expect("items");
    let read = readers.iter().filter(|reader| reader.association == readers[0].association).count();
    assert_eq!(by_household.len(), 4);
    assert_eq!(by_household.iter().filter(|item| item["read"] == 1).count(), read);
}
