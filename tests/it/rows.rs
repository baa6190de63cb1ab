//! The rows of `docs/push.md` that show only with the whole app: what is answered, what leaves, and under which key.

use std::{fs, net::TcpListener};

use api::{config::Settings, keys::Keys, server::Ground, worker::Worker};
use serde_json::{Value, json};
use tests::{Actor, Manner, Phone, PushService, Reply, TestApp, actor::notice, in_own_process, town};
use time::Duration;

fn shown(phones: &[&Phone]) -> Vec<usize> {
    phones.iter().map(|phone| phone.arrived().len()).collect()
}

fn later(status: u16, seconds: &'static str) -> Reply {
    Reply::Status(status, vec![("retry-after", seconds)], "")
}

async fn key(person: &Actor<'_>) -> String {
    let key = person.get("/api/v1/push/key").await.expect(200);
    key["public_key"].as_str().expect("a key").to_owned()
}

async fn turn(ground: &Ground) {
    Worker::new(ground).expect("a worker").turn().await.expect("a turn");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_200_201_202_the_id_is_kept_and_a_shortened_ttl_noted() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let phones = app.phones(&push, 3).await;
    phones[0].answer_status([200]);
    phones[1].answer([Reply::Status(202, vec![("location", "https://push.example/m/the-id"), ("ttl", "60")], "")]);
    app.officer(town::YAMA).await.announce("町内会から", town::YAMA).await;
    app.work().await;
    assert_eq!(shown(&phones.iter().collect::<Vec<_>>()), [1, 1, 1]);
    let batch = "SELECT count(*) FROM batch WHERE outcomes = '{1,1,1}' AND shortened_to = 60";
    assert_eq!(app.number(&format!("{batch} AND 'the-id' = ANY (string_to_array(message_ids, E'\\n'))")).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_3xx_is_not_followed() {
    let mut push = PushService::start().await;
    let elsewhere = push.another(Manner::Proper).await;
    let app = TestApp::start_with_push(&push).await;
    let phones = app.phones(&push, 5).await;
    let there = elsewhere.phone().subscription()["endpoint"].as_str().expect("an address").to_owned();
    for (phone, status) in phones.iter().zip([301, 302, 303, 307, 308]) {
        phone.answer([Reply::Status(status, vec![("location", there.clone().leak()), ("retry-after", "60")], "")]);
    }
    app.officer(town::YAMA).await.announce("町内会から", town::YAMA).await;
    app.work().await;
    assert_eq!(elsewhere.connections(), 0);
    push.clock.advance(Duration::minutes(2));
    app.work().await;
    assert!(phones.iter().all(|phone| phone.tries() == 2 && phone.arrived().len() == 1), "a failed try, and one more");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_400_405_413_are_ours_and_end_nothing() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let phones = app.phones(&push, 4).await;
    phones[0].answer_status([400]);
    phones[1].answer_status([405]);
    phones[2].answer_status([413, 413]);
    let officer = app.officer(town::YAMA).await;
    let id = officer.announce("町内会から", town::YAMA).await;
    app.work().await;
    push.clock.advance(Duration::minutes(10));
    app.work().await;
    let tries: Vec<usize> = phones.iter().map(Phone::tries).collect();
    assert_eq!(tries, [1, 1, 2, 1], "the same bytes are not sent again; the smallest form is, once");
    let sizes: Vec<u32> = phones[2].tried().iter().map(length).collect();
    assert!(sizes[1] < sizes[0], "{sizes:?}");
    let delivery = officer.get(&format!("/api/v1/notices/{id}/delivery")).await.expect(200);
    assert_eq!((&delivery["given_up"], &delivery["accepted"]), (&json!(3), &json!(1)));
    assert_eq!(app.number("SELECT count(*) FROM subscription WHERE gone_at IS NULL AND NOT renew").await, 4);
    officer.announce("次のお知らせ", town::YAMA).await;
    app.work().await;
    assert!(phones.iter().all(|phone| phone.titles().contains(&"次のお知らせ".to_owned())));
}

fn length(message: &tests::push_service::Tried) -> u32 {
    message.headers["content-length"].to_str().expect("text").parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn row_404_410_alone_end_a_subscription_and_else_is_tried_again() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let statuses = [402, 404, 409, 410, 418, 421, 451, 507, 599];
    let phones = app.phones(&push, statuses.len()).await;
    for (phone, status) in phones.iter().zip(statuses) {
        phone.answer([later(status, "60")]);
    }
    let officer = app.officer(town::YAMA).await;
    officer.announce("町内会から", town::YAMA).await;
    app.work().await;
    push.clock.advance(Duration::minutes(2));
    app.work().await;
    officer.announce("次のお知らせ", town::YAMA).await;
    app.work().await;
    let ended = |status: u16| matches!(status, 404 | 410);
    for (phone, status) in phones.iter().zip(statuses) {
        assert_eq!(phone.arrived().len(), if ended(status) { 0 } else { 2 }, "{status}");
    }
    assert_eq!(app.number("SELECT count(*) FROM subscription WHERE gone_at IS NOT NULL").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_ttl_urgency_topic_and_vapid_as_they_leave() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push_and(&push, &[("KAIRAN_VAPID_SUBJECT", "mailto:push@asahi.example")]).await;
    let phone = push.phone();
    let resident = app.resident(town::YAMA_1).await;
    resident.turn_on(&phone).await;
    resident.rings(json!({ "fyi": "at_once" })).await;
    let (city, second) = (app.staff(town::CITY).await, app.staff(town::CITY).await);
    let mut fyi = notice("お知らせ", town::CITY);
    fyi["importance"] = json!("fyi");
    fyi["circulate_until"] = json!((app.ground.clock.today() + Duration::days(2)).to_string());
    let id = city.draft(&fyi).await;
    let _ = city.publish(&id).await.expect(200);
    let worker = Worker::new(&app.ground).expect("a worker");
    worker.turn().await.expect("a turn");
    city.announce("市から", town::CITY).await;
    worker.turn().await.expect("a turn");
    let alert = city.alert(&second, "避難指示", town::CITY).await;
    app.work().await;
    let correction = json!({ "title": "避難指示（訂正）", "reason": "誤り" });
    let _ = second.post(&format!("/api/v1/notices/{alert}/correct"), &correction).await.expect(200);
    app.work().await;

    let messages = phone.arrived();
    let header = |place: usize, name: &str| messages[place].headers[name].to_str().expect("text").to_owned();
    let all = |name: &str| (0..messages.len()).map(|place| header(place, name)).collect::<Vec<_>>();
    assert_eq!(all("urgency")[..3], ["low", "normal", "high"]);
    let ttl: Vec<i64> = all("ttl").iter().map(|ttl| ttl.parse().expect("a number")).collect();
    let days = |days: i64| days * 86_400;
    assert!((days(2)..=days(3)).contains(&ttl[0]), "until the end of its last day: {ttl:?}");
    assert!((days(28) - 60..=days(28)).contains(&ttl[1]), "{ttl:?}");
    assert!((3_600..=days(1)).contains(&ttl[2]), "{ttl:?}");
    let topics = all("topic");
    assert!(topics[0] != topics[1] && topics[1] != topics[2] && topics[0] != topics[2], "never shared: {topics:?}");
    assert_eq!(
        topics[2..].iter().filter(|topic| **topic == topics[2]).count(),
        2,
        "a correction replaces the original"
    );

    let token = header(0, "authorization");
    let claims = token.split('.').nth(1).expect("claims");
    let claims = base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, claims).expect("base64url");
    let claims: Value = serde_json::from_slice(&claims).expect("JSON");
    assert_eq!(claims["aud"], push.origin(), "with its port");
    assert_eq!(claims["sub"], "mailto:push@asahi.example");
    let left = claims["exp"].as_i64().expect("a time") - app.ground.clock.now().unix_timestamp();
    assert!((12 * 3_600 - 60..=12 * 3_600).contains(&left), "{left} s");
    assert_eq!(header(1, "authorization"), token, "one signature serves for six hours");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_keys_each_phone_is_signed_for_with_the_key_it_subscribed_under() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let (former, present) = (push.phone(), push.phone());
    let (one, two) = (app.resident(town::YAMA_1).await, app.resident(town::YAMA_1).await);
    let officer = app.officer(town::YAMA).await;
    let first_key = key(&one).await;
    former.subscribed_under(&first_key);
    one.turn_on(&former).await;

    // The key is replaced as `keys.rs` describes it: the one before stays beside the new one.
    let (now, before) = (app.keys_dir().join("vapid.pem"), app.keys_dir().join("vapid-2026.pem"));
    fs::rename(&now, &before).expect("a former key");
    assert!(Keys::load(app.keys_dir()).is_err() && !now.exists(), "nothing makes a key by itself");
    Keys::make(app.keys_dir()).expect("a new key");
    let both = app.again();
    let second_key = key(&two.at(&both)).await;
    assert_ne!(first_key, second_key);
    present.subscribed_under(&second_key);
    two.at(&both).turn_on(&present).await;
    officer.announce("二つの鍵", town::YAMA).await;
    turn(&both.ground).await;
    assert_eq!(shown(&[&former, &present]), [1, 1]);
    let asked = one.at(&both).post("/api/v1/push/subscriptions", &former.subscription()).await.expect(200);
    assert_eq!(asked["renew"], true, "its page subscribes again, under the new key");

    // A key that is gone: its phones are silent and kept, and nobody is asked to take what it would refuse. Another worker may have it.
    let aside = app.keys_dir().join("aside.pem");
    fs::rename(&before, &aside).expect("a key aside");
    let without = app.again();
    let id = officer.announce("鍵がない", town::YAMA).await;
    turn(&without.ground).await;
    assert_eq!((former.tries(), shown(&[&former, &present])), (1, vec![1, 2]));
    assert_eq!(app.number("SELECT count(*) FROM subscription WHERE gone_at IS NULL").await, 2);
    assert_eq!(app.number("SELECT count(*) FROM subscription WHERE renew").await, 1);
    let delivery = officer.get(&format!("/api/v1/notices/{id}/delivery")).await.expect(200);
    assert_eq!(
        (&delivery["accepted"], &delivery["given_up"], &delivery["retrying"]),
        (&json!(1), &json!(0), &json!(1))
    );
    assert_eq!(app.number("SELECT refused + failures_in_row FROM push_origin WHERE paused_until IS NULL").await, 0);

    fs::rename(&aside, &before).expect("the key again");
    push.clock.advance(Duration::minutes(1));
    turn(&app.again().ground).await;
    assert_eq!(former.titles(), ["二つの鍵", "鍵がない"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_ownership_an_address_alone_moves_nothing() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let phone = push.phone();
    let (owner, other) = (app.resident(town::YAMA_1).await, app.resident(town::OKA).await);
    owner.turn_on(&phone).await;
    let own = phone.subscription();
    // The address with keys of one's own, with half of the owner's keys, and with the other half.
    let foreign = push.phone().subscription();
    for (p256dh, auth) in [(&foreign, &foreign), (&own, &foreign), (&foreign, &own)] {
        let mut leaked = own.clone();
        leaked["keys"] = json!({ "p256dh": p256dh["keys"]["p256dh"], "auth": auth["keys"]["auth"] });
        other.post("/api/v1/push/subscriptions", &leaked).await.problem(409, "endpoint_taken");
    }
    let officer = app.officer(town::YAMA).await;
    officer.announce("町内会から", town::YAMA).await;
    app.work().await;
    assert_eq!(phone.titles(), ["町内会から"], "the owner is not silenced");

    // Who has the browser itself has its keys: what was on its way to the one before does not ring for them.
    phone.answer([later(503, "60")]);
    officer.announce("山町内会だけ", town::YAMA).await;
    app.work().await;
    let _ = other.post("/api/v1/push/subscriptions", &own).await.expect(201);
    push.clock.advance(Duration::minutes(2));
    app.work().await;
    assert_eq!((phone.tries(), phone.arrived().len()), (2, 1));
    app.staff(town::CITY).await.announce("市から", town::CITY).await;
    app.work().await;
    assert_eq!(phone.titles(), ["町内会から", "市から"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_who_may_be_called_is_asked_at_every_dial() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let phone = push.phone();
    app.resident(town::YAMA_1).await.turn_on(&phone).await;
    app.officer(town::YAMA).await.announce("町内会から", town::YAMA).await;
    // The list has become shorter since the browser registered.
    let [_, (name, ca_file)] = push.settings();
    let settings = Settings::read([(name.to_owned(), ca_file)], []).expect("settings");
    turn(&Ground { settings, ..app.ground.clone() }).await;
    assert_eq!((push.connections(), phone.tries()), (0, 0));
    push.clock.advance(Duration::minutes(2));
    app.work().await;
    assert_eq!(phone.titles(), ["町内会から"]);
}

/// What rings a phone with whatever is in the environment.
async fn one_ring() {
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let phone = push.phone();
    app.resident(town::YAMA_1).await.turn_on(&phone).await;
    app.officer(town::YAMA).await.announce("町内会から", town::YAMA).await;
    app.work().await;
    assert_eq!(phone.titles(), ["町内会から"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_one_try_heeds_no_proxy_of_the_environment() {
    let proxy = TcpListener::bind("127.0.0.1:0").expect("a proxy");
    let address = format!("http://{}", proxy.local_addr().expect("an address"));
    let names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];
    let variables: Vec<(&str, &str)> =
        names.iter().map(|name| (*name, address.as_str())).chain([("NO_PROXY", ""), ("no_proxy", "")]).collect();
    if in_own_process("rows::row_one_try_heeds_no_proxy_of_the_environment", &variables).is_none() {
        return one_ring().await;
    }
    proxy.set_nonblocking(true).expect("no waiting");
    let called = proxy.accept().map(|(_, from)| from);
    assert!(called.is_err(), "{called:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_endpoint_is_never_in_the_log() {
    let Some(output) = in_own_process("rows::row_endpoint_is_never_in_the_log", &[]) else {
        return everything_that_is_logged().await;
    };
    let log = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("SECRET ")).collect();
    let secrets: Vec<&str> = lines.iter().filter_map(|line| line.split("SECRET ").nth(1)).collect();
    assert_eq!(secrets.len(), 6, "{log}");
    for secret in secrets {
        let leaks: Vec<&str> = log.lines().filter(|line| line.contains(secret) && !line.contains("SECRET ")).collect();
        assert!(leaks.is_empty(), "{leaks:#?}");
    }
    let named = log.lines().filter(|line| line.contains("a message can't be sent"));
    let named: Vec<&str> = named.filter(|line| line.contains("https://localhost:") && line.contains('#')).collect();
    assert!(!named.is_empty(), "a phone is known by its origin and eight digits: {log}");
}

/// Says the secrets first, so that who reads the log knows what must not be in it.
async fn everything_that_is_logged() {
    tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::TRACE).with_ansi(false).init();
    let push = PushService::start().await;
    let app = TestApp::start_with_push(&push).await;
    let phones = app.phones(&push, 6).await;
    for phone in &phones {
        println!("\nSECRET {}", phone.token());
    }
    phones[0].answer_status([400]);
    phones[1].answer_status([410]);
    phones[2].answer_status([401, 403]);
    phones[3].answer_status([413, 413]);
    phones[4].answer([Reply::Reset]);
    // One whose key is none.
    app.tamper("UPDATE subscription SET p256dh = decode(repeat('04', 65), 'hex') WHERE id = (SELECT max(id::text)::uuid FROM subscription)")
        .await;
    app.officer(town::YAMA).await.announce("町内会から", town::YAMA).await;
    app.work().await;
    push.clock.advance(Duration::minutes(2));
    app.work().await;
}
