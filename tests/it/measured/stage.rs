//! The demo town with everybody in it and one of everything that has a page, and a browser that shows it to them.

use std::collections::HashMap;

use api::{areas, demo, households};
use entity::household as household_row;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::{Value, json};
use tests::{Answer, Browser, Chromium, TestApp};

use super::pages::{Page, Who};
use crate::attachments::made::{drawing, pdf};

/// 桜町一丁目町内会
pub const ASSOCIATION: &str = "999997-1-01-001";
/// What everybody with an account signs in with.
pub const PASSWORD: &str = "ひらけごま ひらけごま";
/// The officer's address.
pub const OFFICER: &str = "kaicho@sakura1.example";

/// The languages of the pages.
pub const LANGUAGES: [&str; 3] = ["ja", "ja-yasashii", "en"];

/// The town.
pub struct Stage {
    /// The app.
    pub app: TestApp,
    sessions: HashMap<Who, String>,
    things: HashMap<&'static str, String>,
}

impl Stage {
    /// Sets it up.
    pub async fn set() -> Self {
        let app = TestApp::empty(&[]).await;
        let links = demo::prepare(&app.ground, app.db()).await.expect("the demo town");
        let code = |who: &str| {
            let link = links.iter().find(|link| link.who == who).expect("a link");
            link.path.split_once('#').expect("a code").1.to_owned()
        };
        let mut stage = Self { sessions: HashMap::new(), things: HashMap::new(), app };
        stage.join(Who::Resident, &code("Resident"), "佐藤 花子").await;
        for (who, link) in [
            (Who::Leader, "Group leader"),
            (Who::Officer, "Association officer"),
            (Who::Centre, "Centre staff"),
            (Who::Ward, "Ward staff"),
            (Who::Second, "City staff, second person"),
            (Who::City, "City staff"),
        ] {
            let browser = Browser::new(&stage.app);
            let welcome = [("code", &*code(link)), ("password", PASSWORD)];
            assert_eq!(browser.send("/welcome", &welcome).await.status, 200, "{link}");
            let session = browser.cookie("kairan").expect("a sign-in");
            stage.sessions.insert(who, session);
        }
        stage.circulars().await;
        stage.homes().await;
        stage.seats().await;
        stage.app.work().await;
        stage
    }

    async fn join(&mut self, who: Who, code: &str, name: &str) {
        let browser = Browser::new(&self.app);
        let joined = browser.send("/join", &[("code", code), ("name", name), ("consent", "1")]).await;
        assert_eq!(joined.status, 200, "{}", joined.text);
        let session = browser.cookie("kairan").expect("a sign-in");
        self.sessions.insert(who, session);
    }

    /// Notices in every state that looks different.
    async fn circulars(&mut self) {
        let feed = self.get(Who::Resident, "/api/v1/notices").await;
        for (name, title) in
            [("fyi", "インフルエンザ"), ("must", "総合防災訓練"), ("drill", "避難指示"), ("attached", "ごみ収集日")]
        {
            let items = feed["items"].as_array().expect("notices");
            let found = items.iter().find(|item| item["title"].as_str().is_some_and(|t| t.contains(title)));
            self.keep(name, &found.expect("a notice")["id"]);
        }
        let town = json!({ "areas": [ASSOCIATION], "to": "everyone" });
        let fair = json!({ "title": "桜まつりのお手伝いを募集します", "importance": "normal", "audience": town,
            "body": "日時：来月の第1土曜日　午前10時から\n場所：桜公園\n\n受付と綿あめの係を、それぞれ4人募集します。" });
        let fair = self.announce(Who::Officer, &fair).await;
        let change = json!({ "title": "桜まつりのお手伝いを募集します", "reason": "雨の予報のため、日を改めました。",
            "body": "日時：来月の第2土曜日　午前10時から\n場所：桜公園\n\n受付と綿あめの係を、それぞれ4人募集します。" });
        self.post(Who::Officer, &format!("/api/v1/notices/{fair}/correct"), &change).await;
        self.keep("corrected", &json!(fair));
        let lost = json!({ "title": "集会所の鍵をさがしています", "body": "見かけた方は、会長までお知らせください。",
            "importance": "fyi", "audience": town });
        let lost = self.announce(Who::Officer, &lost).await;
        let found = json!({ "reason": "見つかりました。ありがとうございました。" });
        self.post(Who::Officer, &format!("/api/v1/notices/{lost}/withdraw"), &found).await;
        self.keep("withdrawn", &json!(lost));
        let draft = json!({ "title": "歳末夜警のお願い", "body": "夜8時に集会所へお集まりください。", "importance": "must_read", "audience": town });
        let draft = self.post(Who::Officer, "/api/v1/notices", &draft).await;
        self.keep("draft", &draft["id"]);
        // Beside the draft already; beside the other, which is out, with its next correction.
        for (notice, name, file) in [
            ("draft", "順路.png", drawing()),
            ("draft", "当番表.pdf", pdf(2, "")),
            ("corrected", "地図.png", drawing()),
        ] {
            self.attach(Who::Officer, notice, (name, file)).await;
        }
        // For the other district, so that the residents' list stays an everyday one.
        let flood = json!({ "title": "避難指示　松原校区", "importance": "emergency",
            "body": "松原川があふれるおそれがあります。\n\n松原校区の方は、すぐに松原小学校の2階へ避難してください。",
            "audience": { "areas": ["999997-1-02"], "to": "everyone" } });
        for (name, out) in [("emergency", true), ("alarm", false)] {
            let id = self.post(Who::City, "/api/v1/notices", &flood).await["id"].clone();
            self.keep(name, &id);
            if out {
                self.post(Who::Second, &format!("/api/v1/notices/{}/publish", self.thing(name)), &json!({})).await;
            }
        }
    }

    /// A resident where the emergency is, a home that somebody answers for, and what an officer sees of homes.
    async fn homes(&mut self) {
        let area = areas::find(self.app.db(), None, "999997-1-02-001.1").await.expect("a group");
        let home = household_row::Entity::find()
            .filter(household_row::Column::AreaId.eq(area.id))
            .order_by_asc(household_row::Column::Id)
            .one(self.app.db())
            .await
            .expect("a query")
            .expect("a household");
        let now = self.app.ground.clock.now();
        let slip = households::renew_slip(self.app.db(), (home.city_id, home.id), now).await.expect("a slip");
        self.join(Who::Flooded, &slip.to_print(), "松原 太郎").await;

        let home = |label: &str| json!({ "area": format!("{ASSOCIATION}.1"), "label": label, "delivery": "paper" });
        let tome = self.post(Who::Officer, "/api/v1/households", &home("梅田 トメ")).await["id"].clone();
        self.keep("answered", &tome);
        let agreed = json!({ "consented_on": self.app.ground.clock.today().to_string() });
        let path = format!("/api/v1/households/{}/proxy", self.thing("answered"));
        let code = self.post(Who::Officer, &path, &agreed).await["code"].clone();
        let family = self.post(Who::Officer, "/api/v1/households", &home("梅田 幸子")).await["id"].clone();
        self.keep("household", &family);
        let path = format!("/api/v1/households/{}/slip", self.thing("household"));
        let slip = self.post(Who::Officer, &path, &json!({})).await["code"].clone();
        self.join(Who::Family, slip.as_str().expect("a code"), "梅田 幸子").await;
        let newcomers = self.post(Who::Officer, "/api/v1/households", &home("青木")).await["id"].clone();
        let path = format!("/api/v1/households/{}/slip", newcomers.as_str().expect("an id"));
        let slip = self.post(Who::Officer, &path, &json!({})).await["code"].clone();
        self.keep("slip", &slip);
        self.post(Who::Family, "/api/v1/proxies", &json!({ "code": code })).await;
        let family = self.get(Who::Officer, &format!("/api/v1/households/{}", self.thing("household"))).await;
        self.keep("person", &family["people"][0]["id"]);
        // A tablet, and a finger in place of the password.
        let session = self
            .put(
                "session (city_id, id, person_id, created_at)",
                "SELECT city_id, {id}, id, now() FROM person",
                Who::Family,
            )
            .await;
        self.keep("session", &json!(session));
        let columns = "passkey (city_id, id, person_id, credential_id, public_key, name, created_at)";
        let row = "SELECT city_id, {id}, id, uuid_send({id}), '', 'iPhone', now() FROM person";
        let passkey = self.put(columns, row, Who::Officer).await;
        self.keep("passkey", &json!(passkey));
    }

    async fn seats(&mut self) {
        let seats = self.get(Who::Officer, &format!("/api/v1/seats?area={ASSOCIATION}")).await;
        let seats = seats["items"].as_array().expect("seats").clone();
        for (name, role) in [("own_seat", "officer"), ("seat", "leader")] {
            let found = seats.iter().find(|seat| seat["role"] == role).expect("a seat");
            self.keep(name, &found["id"]);
        }
    }

    /// Puts a row of somebody's into the database; gives its id.
    async fn put(&self, table: &str, row: &str, whose: Who) -> String {
        let (id, me) = (uuid::Uuid::now_v7(), self.get(whose, "/api/v1/me").await);
        let person = me["person"]["id"].as_str().expect("a person");
        let row = row.replace("{id}", &format!("'{id}'::uuid"));
        self.app.tamper(&format!("INSERT INTO {table} {row} WHERE id = '{person}'")).await;
        id.to_string()
    }

    async fn announce(&self, who: Who, notice: &Value) -> String {
        let id = self.post(who, "/api/v1/notices", notice).await["id"].as_str().expect("an id").to_owned();
        self.post(who, &format!("/api/v1/notices/{id}/publish"), &json!({})).await;
        id
    }

    /// Attaches a file to a notice of the stage.
    async fn attach(&self, who: Who, notice: &str, (name, file): (&str, Vec<u8>)) {
        let path = format!("/notices/{}/attachments", self.thing(notice));
        let browser = Browser::new(&self.app);
        browser.keep("kairan", Some(&self.sessions[&who]));
        let answer = browser.send_files(&path, &[(name, file)]).await;
        assert!(answer.status == 200 && answer.text.contains(name), "{}", answer.text);
    }

    async fn get(&self, who: Who, path: &str) -> Value {
        self.ask(who, reqwest::Method::GET, path, None).await
    }

    async fn post(&self, who: Who, path: &str, body: &Value) -> Value {
        self.ask(who, reqwest::Method::POST, path, Some(body)).await
    }

    async fn ask(&self, who: Who, method: reqwest::Method, path: &str, body: Option<&Value>) -> Value {
        let stranger = self.app.stranger();
        let cookie = format!("kairan={}", self.sessions[&who]);
        let mut request = stranger.request(method, path).header("Cookie", cookie);
        if let Some(body) = body {
            request = request.header("Origin", self.app.ground.origin.as_str()).json(body);
        }
        let answer: Answer = stranger.send(request).await;
        assert!(answer.status.is_success(), "{path} by {who:?}: {}", answer.text);
        answer.json()
    }

    fn keep(&mut self, name: &'static str, id: &Value) {
        self.things.insert(name, id.as_str().expect("an id").to_owned());
    }

    /// The id of a thing, or the code that it is.
    pub fn thing(&self, name: &str) -> &str {
        &self.things[name]
    }

    /// The address of a path, in which things stand by their names.
    pub fn address(&self, path: &str) -> String {
        let path =
            self.things.iter().fold(path.to_owned(), |path, (name, id)| path.replace(&format!("{{{name}}}"), id));
        assert!(!path.contains('{'), "{path}: tests/it/measured/stage.rs knows no such thing");
        format!("{}{path}", self.app.ground.origin.as_str())
    }

    /// Makes the browser somebody's who speaks a language.
    pub fn hand_to(&self, chromium: &mut Chromium, who: Who, language: &str) {
        let origin = self.app.ground.origin.as_str();
        chromium.call("Network.clearBrowserCookies", json!({}));
        chromium.keep(origin, ("kairan-language", language));
        if let Some(session) = self.sessions.get(&who) {
            chromium.keep(origin, ("kairan", session));
        }
    }

    /// Shows a page to whom it is for.
    pub fn show(&self, chromium: &mut Chromium, page: &Page, language: &str) {
        self.hand_to(chromium, page.who, language);
        chromium.open(&self.address(page.path));
        if !page.then.is_empty() {
            chromium.run(&format!("{}; 0", page.then));
            chromium.wait_for("Page.loadEventFired");
        }
        let status = chromium.run("performance.getEntriesByType('navigation')[0].responseStatus");
        assert_eq!(status, page.status, "{}: {:?}", page.name, chromium.page());
    }
}

/// A browser as wide as a phone, to which no service worker hands what it kept.
pub fn phone(width: u32) -> Chromium {
    let mut chromium = Chromium::start();
    for domain in ["Network.enable", "DOM.enable", "CSS.enable"] {
        chromium.call(domain, json!({}));
    }
    chromium.call("Network.setBypassServiceWorker", json!({ "bypass": true }));
    set_width(&mut chromium, width);
    chromium
}

/// Makes the screen so wide, in CSS pixels.
pub fn set_width(chromium: &mut Chromium, width: u32) {
    let screen = json!({ "width": width, "height": 740, "deviceScaleFactor": 1, "mobile": true });
    chromium.call("Emulation.setDeviceMetricsOverride", screen);
}

/// Turns the light on or off, or paints in the few colours that somebody has chosen for all pages.
pub fn set_theme(chromium: &mut Chromium, theme: &str) {
    let colours = if theme == "forced-colors" { "active" } else { "none" };
    let features =
        json!([{ "name": "prefers-color-scheme", "value": theme }, { "name": "forced-colors", "value": colours }]);
    chromium.call("Emulation.setEmulatedMedia", json!({ "features": features }));
}
