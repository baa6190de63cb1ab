//! A household gets its slip, and its people join.

use serde_json::json;
use tests::{TestApp, town};

#[tokio::test(flavor = "multi_thread")]
async fn a_family_joins_with_one_slip_however_they_type_it() {
    let app = TestApp::start().await;
    let slip = app.slip(town::YAMA_1);

    let mother = app.stranger().post("/api/v1/join", &json!({ "code": slip, "name": "花子" })).await.expect(201);
    assert_eq!(mother["person"]["name"], "花子");
    assert_eq!(mother["household"]["area"]["code"], town::YAMA_1);
    let typed = slip.to_lowercase().replace('-', "　");
    let father = app.stranger().post("/api/v1/join", &json!({ "code": typed })).await.expect(201);
    assert_eq!(father["household"]["id"], mother["household"]["id"]);
    assert_eq!(father["person"]["name"], json!(null));

    let me = app.join(&slip).await.get("/api/v1/me").await.expect(200);
    assert_eq!(me["household"]["label"], "1号");
    assert_eq!(me["seats"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_admits_eight_even_when_nine_come_at_once() {
    let app = TestApp::start().await;
    let slip = app.slip(town::OKA);
    let stranger = app.stranger();
    let body = json!({ "code": slip });
    let tries = (0..9).map(|_| stranger.post("/api/v1/join", &body));
    let answers = futures_util::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 8);
    let refused = answers.into_iter().find(|answer| answer.status != 201).expect("one too many");
    refused.problem(409, "slip_is_full");
    assert_eq!(app.number("SELECT count(*) FROM person").await, 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_are_told_apart_and_change_nothing() {
    let app = TestApp::start().await;
    let stranger = app.stranger();
    let slip = app.slip(town::YAMA_1);
    let (head, last) = slip.split_at(slip.len() - 1);
    let mistyped = format!("{head}{}", if last == "A" { "C" } else { "A" });
    stranger.post("/api/v1/join", &json!({ "code": mistyped })).await.refused_at("/code");
    stranger.post("/api/v1/join", &json!({ "code": "" })).await.refused_at("/code");
    // Right by its check letter, but nobody's.
    stranger.post("/api/v1/join", &json!({ "code": "AAAA-AAAA-AAAA-AAAA" })).await.problem(422, "invalid_code");
    stranger.post("/api/v1/join", &json!({ "code": slip, "name": "a\u{0}b" })).await.refused_at("/name");
    stranger.post("/api/v1/join", &json!({ "code": slip, "name": "あ".repeat(51) })).await.refused_at("/name");
    stranger.post("/api/v1/join", &json!({ "code": slip, "household": "x" })).await.refused_at("/household");
    assert_eq!(app.number("SELECT count(*) FROM person").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_sends_again_joins_once() {
    let app = TestApp::start().await;
    let body = json!({ "code": app.slip(town::YAMA_1), "name": "花子" });
    let first = app.stranger().post_once("/api/v1/join", "k1", &body).await;
    let again = app.stranger().post_once("/api/v1/join", "k1", &body).await;
    assert_eq!((first.status, &first.text), (again.status, &again.text));
    assert_eq!(app.number("SELECT count(*) FROM person").await, 1);
    assert_eq!(
        app.number("SELECT count(*) FROM kept_answer WHERE position('access_token' in encode(answer, 'escape')) > 0")
            .await,
        0
    );

    let mut other = body.clone();
    other["name"] = json!("太郎");
    app.stranger().post_once("/api/v1/join", "k1", &other).await.problem(422, "idempotency_key_reused");

    app.ground.clock.advance(time::Duration::hours(25));
    let later = app.stranger().post_once("/api/v1/join", "k1", &other).await.expect(201);
    assert_eq!(later["person"]["name"], "太郎");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_tries_too_often_has_to_wait() {
    let app = TestApp::start_with(&[("KAIRAN_LIMITS", "on")]).await;
    let body = json!({ "code": "AAAA-AAAA-AAAA-AAAA" });
    // Thirty at once, and one more every two seconds: no machine is so slow that sixty go through.
    for _ in 0..60 {
        let answer = app.stranger().post("/api/v1/join", &body).await;
        if answer.status == 429 {
            assert!(answer.headers.get("retry-after").is_some());
            answer.problem(429, "too_many_tries");
            return;
        }
        answer.problem(422, "invalid_code");
    }
    panic!("nobody stopped the guessing");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tree_is_walked_by_code() {
    let app = TestApp::start().await;
    let resident = app.resident(town::YAMA_1).await;
    let codes = async |parent: &str| {
        let list = resident.get(&format!("/api/v1/areas{parent}")).await.expect(200);
        list["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|i| (i["code"].clone(), i["households"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(codes("").await, [(json!(town::CITY), json!(24))]);
    assert_eq!(codes("?parent=900001").await, [(json!(town::EAST), json!(18)), (json!(town::WEST), json!(6))]);
    assert_eq!(
        codes(&format!("?parent={}", town::YAMA)).await,
        [(json!(town::YAMA_1), json!(6)), (json!(town::YAMA_2), json!(6))]
    );
    let first = resident.get("/api/v1/areas?parent=900001&limit=1").await.expect(200);
    let cursor = first["next_cursor"].as_str().expect("a second page");
    let second = resident.get(&format!("/api/v1/areas?parent=900001&limit=1&cursor={cursor}")).await.expect(200);
    assert_eq!(second["items"][0]["code"], town::WEST);
    assert_eq!(second["next_cursor"], json!(null));
    resident.get("/api/v1/areas?parent=nowhere").await.problem(404, "not_found");
    resident.get("/api/v1/areas?limit=1000").await.refused_at("limit");
    resident.get("/api/v1/areas?parent=%00").await.refused_at("parent");
    resident.get("/api/v1/areas?cursor=%00").await.refused_at("cursor");
}
