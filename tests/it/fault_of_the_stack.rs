//! A client that resets its connection while the app waits for `BEGIN` must not poison the pool.
//!
//! Without the cures of `api::postgres`, the connection goes back with a transaction open, and what later requests write on it is
//! answered 200 and never committed.

use std::time::{Duration, Instant};

use api::postgres;
use sea_orm::{ConnectionTrait as _, DatabaseBackend, DatabaseConnection, Statement};
use tests::{Actor, TestApp, actor::notice, link::slow_link, server::lease, town};
use tokio::{io::AsyncWriteExt as _, net::TcpStream, time::sleep};
use uuid::Uuid;

const WRITES: usize = 60;
const RESETS: u32 = 100;

/// What is sent: a receipt, which the writer of receipts puts into its next group, or a draft, for which the request has a transaction of
/// its own.
struct Call<'a> {
    who: &'a Actor<'a>,
    line: String,
    body: String,
}

impl Call<'_> {
    /// How long it takes at best when the pool is warm.
    async fn whole(&self) -> Duration {
        let mut whole = Duration::MAX;
        let (method, path) = self.line.split_once(' ').expect("a method and a path");
        let method: reqwest::Method = method.parse().expect("a method");
        for _ in 0..5 {
            let begun = Instant::now();
            let body: serde_json::Value = serde_json::from_str(&self.body).expect("a body");
            let answer = self.who.send(self.who.request(method.clone(), path).json(&body)).await;
            assert!(answer.status.is_success(), "{answer:?}");
            whole = whole.min(begun.elapsed());
        }
        whole
    }
}

/// Sends a call and resets the connection after `patience`, without reading the answer.
async fn send_and_reset(app: &TestApp, Call { who, line, body }: &Call<'_>, patience: Duration) {
    let address = app.address().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.expect("the app");
    socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).expect("a reset at the end");
    let token = who.tokens["access_token"].as_str().expect("a token");
    let request = format!(
        "{line} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.expect("a request");
    sleep(patience).await;
}

/// The first notice's row in `table` once more for each of the others.
async fn copies_of(app: &TestApp, table: &str, ids: &[String]) {
    let key = if table == "notice" { "id" } else { "notice_id" };
    app.tamper(&format!(
        "INSERT INTO {table} SELECT (jsonb_populate_record({table}, jsonb_build_object('{key}', other))).*
         FROM {table}, unnest('{{{}}}'::uuid[]) AS other WHERE {key} = '{}'",
        ids[1..].join(","),
        ids[0]
    ))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_writes_answered_are_sixty_writes_kept_after_a_storm_of_resets() {
    let far = ([127, 0, 0, 1], lease().port()).into();
    let near = slow_link(far, Duration::from_millis(5)).await;
    let app = TestApp::behind(|url| url.replace(&format!(":{}/", lease().port()), &format!(":{near}/"))).await;
    let officer = app.officer(town::YAMA).await;
    let first = officer.announce("お知らせ", town::YAMA).await;
    app.work().await;
    let ids: Vec<String> =
        std::iter::once(first.clone()).chain((1..WRITES).map(|_| Uuid::now_v7().to_string())).collect();
    for table in ["notice", "circulation", "plan"] {
        copies_of(&app, table, &ids).await;
    }
    let (victim, reader) = (app.resident(town::YAMA_1).await, app.resident(town::YAMA_2).await);

    // The resets fall on the latter two thirds of a request, where it begins to write: one after another, and after each the app has to come
    // to rest with no transaction open. What it still does for who has gone ends by itself; a poisoned connection idles for ever.
    let draft = notice("下書き", town::YAMA).to_string();
    let receipt = format!("PUT /api/v1/notices/{first}/receipt");
    let calls = [
        Call { who: &victim, line: receipt, body: r#"{"acknowledged":false}"#.into() },
        Call { who: &officer, line: "POST /api/v1/notices".into(), body: draft },
    ];
    let whole = [calls[0].whole().await, calls[1].whole().await];
    let beside = postgres::connect(&lease().url(app.database()).into(), 1).await.expect("the database itself");
    for part in 0..RESETS {
        let one = usize::from(part % 2 == 1);
        send_and_reset(&app, &calls[one], whole[one] * (RESETS + part * 2) / (RESETS * 3)).await;
        sleep(Duration::from_millis(20)).await;
        let mut looks = 0;
        while transactions_left_open(&beside, &app).await > 0 {
            looks += 1;
            assert!(looks < 200, "a connection went back to the pool with its transaction open");
            sleep(Duration::from_millis(10)).await;
        }
    }

    let answers = futures_util::future::join_all(ids.iter().map(|id| reader.receipt(id, true))).await;
    for answer in answers {
        let _ = answer.expect(200);
    }
    let me = reader.tokens["household"]["id"].as_str().expect("a household");
    let count = format!("SELECT count(*) AS number FROM receipt WHERE reader_id = '{me}'");
    assert_eq!(usize::try_from(number(&beside, count).await), Ok(WRITES));
}

async fn transactions_left_open(beside: &DatabaseConnection, app: &TestApp) -> i64 {
    let database = app.database();
    let query = "SELECT count(*) AS number FROM pg_stat_activity WHERE state LIKE 'idle in%' AND datname";
    number(beside, format!("{query} = '{database}'")).await
}

async fn number(db: &DatabaseConnection, query: String) -> i64 {
    let row = db.query_one_raw(Statement::from_string(DatabaseBackend::Postgres, query)).await;
    row.expect("a query").expect("a row").try_get("", "number").expect("a number")
}
