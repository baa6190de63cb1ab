//! The app under test.

use std::{
    collections::HashMap,
    fs::{self, File},
    net::TcpListener,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use actix_web::dev::ServerHandle;
use api::{
    areas,
    clock::Clock,
    config::{Origin, Settings},
    files::{Files, Place},
    households,
    keys::Keys,
    postgres::{self, cities::Cities},
    seats::{self, Appointment},
    server::{self, Ground},
    worker::Worker,
    workshop::Workshop,
};
use entity::seat::Role;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement, TransactionTrait as _};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::{
    Actor, Phone, PushService,
    link::{Switch, breakable_link},
    server::lease,
    town,
};

/// A running app with a database of its own.
pub struct TestApp {
    /// What the app was built from: its database, clock and keys are there for the test as well.
    pub ground: Ground,
    owner: DatabaseConnection,
    http: reqwest::Client,
    address: String,
    handle: ServerHandle,
    database: String,
    slips: Mutex<HashMap<(String, String), Vec<String>>>,
    keys_dir: PathBuf,
}

impl TestApp {
    /// The app with the small town of [`town`] in it.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// The app with the small town in it and some settings changed, each a variable and its value.
    pub async fn start_with(settings: &[(&str, &str)]) -> Self {
        let app = Self::empty(settings).await;
        let slips = app.import(town::AREAS, &town::households()).await;
        *app.slips.lock().expect("slips") = slips;
        app
    }

    /// The app with the small town in it, which may call a push service of the harness and goes by its clock.
    pub async fn start_with_push(push: &PushService) -> Self {
        Self::start_with_push_and(push, &[]).await
    }

    /// The same with some settings changed.
    pub async fn start_with_push_and(push: &PushService, settings: &[(&str, &str)]) -> Self {
        let app = Self::empty_with_push(push, settings).await;
        let slips = app.import(town::AREAS, &town::households()).await;
        *app.slips.lock().expect("slips") = slips;
        app
    }

    /// The app with an empty database, which may call a push service of the harness and goes by its clock.
    pub async fn empty_with_push(push: &PushService, settings: &[(&str, &str)]) -> Self {
        let own = push.settings();
        let settings: Vec<_> = own.iter().map(|(k, v)| (*k, v.as_str())).chain(settings.iter().copied()).collect();
        Self::at(&own_database().await, |url| url.to_owned(), (&settings, push.clock.clone())).await
    }

    /// The app with an empty database.
    pub async fn empty(settings: &[(&str, &str)]) -> Self {
        Self::at(&own_database().await, |url| url.to_owned(), (settings, Clock::system())).await
    }

    /// The app on an empty database that it reaches by another address than its own.
    pub async fn behind(link: impl FnOnce(&str) -> String) -> Self {
        let app = Self::at(&own_database().await, link, (&[], Clock::system())).await;
        let slips = app.import(town::AREAS, &town::households()).await;
        *app.slips.lock().expect("slips") = slips;
        app
    }

    /// The app with the small town in it, as phones reach it: over a net that can be taken away.
    pub async fn start_on_the_net() -> (Self, Switch) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let (port, net) = breakable_link(listener.local_addr().expect("an address")).await;
        let origin = format!("http://localhost:{port}");
        let settings = [("KAIRAN_PUBLIC_ORIGIN", &*origin)];
        let app = Self::on(listener, (&own_database().await, str::to_owned), (&settings, Clock::system())).await;
        let slips = app.import(town::AREAS, &town::households()).await;
        *app.slips.lock().expect("slips") = slips;
        (app, net)
    }

    async fn at(
        database: &str,
        link: impl FnOnce(&str) -> String,
        settings_and_clock: (&[(&str, &str)], Clock),
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        Self::on(listener, (database, link), settings_and_clock).await
    }

    async fn on(
        listener: TcpListener,
        (database, link): (&str, impl FnOnce(&str) -> String),
        (settings, clock): (&[(&str, &str)], Clock),
    ) -> Self {
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let variables = [("KAIRAN_LIMITS", "off")].iter().chain(settings).map(|(k, v)| ((*k).into(), (*v).into()));
        let settings = Settings::read(variables, []).expect("settings");
        let keys_dir = std::env::temp_dir().join(format!("kairan-keys-{}", uuid::Uuid::now_v7()));
        let files = Place::Directory(keys_dir.join("files"));
        Keys::make(&keys_dir).expect("keys");
        let url = SecretString::from(link(&lease().url(database)));
        let ground = Ground {
            db: postgres::connect_to_all(&url, 20).await.expect("a database"),
            cities: Cities::connect(&url, 20).await.expect("a database"),
            origin: settings
                .public_origin
                .clone()
                .unwrap_or_else(|| Origin::local(listener.local_addr().expect("an address"))),
            settings,
            keys: Arc::new(Keys::load(&keys_dir).expect("keys")),
            clock,
            files: Files::open(&files).expect("a place for files"),
            // This very program: one of its tests is what `kairan preview` is.
            workshop: Workshop::new(
                std::env::current_exe().expect("this program"),
                &["workshop::opens_the_file_on_its_standard_input", "--exact", "--nocapture"],
            ),
        };
        let server = server::serve(listener, &ground).expect("a server");
        let handle = server.handle();
        tokio::spawn(server.end());
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        let owner = postgres::connect(&url, 20).await.expect("a database");
        Self { ground, owner, http, address, handle, database: database.to_owned(), slips: Mutex::default(), keys_dir }
    }

    /// The same installation started once more, as after its keys were changed: the same database, clock and settings, the keys as they are now.
    #[must_use]
    pub fn again(&self) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let keys = Arc::new(Keys::load(&self.keys_dir).expect("keys"));
        let ground = Ground { keys, ..self.ground.clone() };
        let server = server::serve(listener, &ground).expect("a server");
        let handle = server.handle();
        tokio::spawn(server.end());
        let (http, database, keys_dir) = (self.http.clone(), self.database.clone(), self.keys_dir.clone());
        let owner = self.owner.clone();
        Self { ground, owner, http, address, handle, database, slips: Mutex::default(), keys_dir }
    }

    /// Where the keys are.
    #[must_use]
    pub fn keys_dir(&self) -> &Path {
        &self.keys_dir
    }

    /// Imports areas and households; gives the printed codes by association and group.
    pub async fn import(&self, areas: &str, households: &str) -> HashMap<(String, String), Vec<String>> {
        let now = self.ground.clock.now();
        let tx = self.db().begin().await.expect("a transaction");
        areas::import_areas(&tx, areas.as_bytes(), now).await.expect("areas");
        let done = households::import_households(&tx, households.as_bytes(), true, now).await.expect("households");
        tx.commit().await.expect("a commit");
        let mut slips: HashMap<_, Vec<String>> = HashMap::new();
        for slip in done.slips {
            slips.entry((slip.area_code, slip.group)).or_default().push(slip.code.to_print());
        }
        slips
    }

    /// Lets residents join with further slips, as [`TestApp::import`] gives them.
    pub fn keep_slips(&self, slips: HashMap<(String, String), Vec<String>>) {
        self.slips.lock().expect("slips").extend(slips);
    }

    /// The database as its owner, who sees and may change everything.
    #[must_use]
    pub fn db(&self) -> &DatabaseConnection {
        &self.owner
    }

    /// The name of the database.
    #[must_use]
    pub fn database(&self) -> &str {
        &self.database
    }

    /// One number from the database.
    pub async fn number(&self, query: &str) -> i64 {
        let row = self.db().query_one_raw(Statement::from_string(sea_orm::DatabaseBackend::Postgres, query)).await;
        row.expect("a query").expect("a row").try_get_by_index(0).expect("a number")
    }

    /// Changes the database behind the app's back.
    pub async fn tamper(&self, statement: &str) {
        self.db().execute_unprepared(statement).await.expect("a statement");
    }

    /// Where the app listens, without a slash at the end.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The client that actors use: it follows no redirect.
    #[must_use]
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Somebody who is not signed in.
    #[must_use]
    pub fn stranger(&self) -> Actor<'_> {
        Actor::new(self, None)
    }

    /// Whoever was answered with these tokens.
    #[must_use]
    pub fn signed_in(&self, tokens: Value) -> Actor<'_> {
        Actor::new(self, Some(tokens))
    }

    /// The slip of the next free home of a group (`900001-1-01-001.1`), or of any in an association.
    pub fn slip(&self, home: &str) -> String {
        let (association, group) = home.split_once('.').map_or((home, None), |(above, group)| (above, Some(group)));
        let mut slips = self.slips.lock().expect("slips");
        let mut homes =
            slips.iter_mut().filter(|((of, within), _)| of == association && group.is_none_or(|g| g == within));
        homes.find(|(_, codes)| !codes.is_empty()).expect("homes there").1.remove(0)
    }

    /// A resident of the next free home of a group, or of any in an association.
    pub async fn resident(&self, home: &str) -> Actor<'_> {
        self.join(&self.slip(home)).await
    }

    /// Whoever joins with a code.
    pub async fn join(&self, code: &str) -> Actor<'_> {
        let tokens = self.stranger().post("/api/v1/join", &json!({ "code": code })).await.expect(201);
        Actor::new(self, Some(tokens))
    }

    /// So many phones of residents of 山町内会, twenty to a person.
    pub async fn phones(&self, push: &PushService, number: usize) -> Vec<Phone> {
        let mut phones = Vec::with_capacity(number);
        while phones.len() < number {
            let resident = self.resident(town::YAMA).await;
            for _ in 0..20.min(number - phones.len()) {
                let phone = push.phone();
                resident.turn_on(&phone).await;
                phones.push(phone);
            }
        }
        phones
    }

    /// A member of staff of a city, ward or centre.
    pub async fn staff(&self, area: &str) -> Actor<'_> {
        self.holder(area, Role::Staff).await
    }

    /// An officer of an association.
    pub async fn officer(&self, association: &str) -> Actor<'_> {
        self.holder(association, Role::Officer).await
    }

    /// A leader of a group.
    pub async fn leader(&self, group: &str) -> Actor<'_> {
        self.holder(group, Role::Leader).await
    }

    async fn holder(&self, area: &str, role: Role) -> Actor<'_> {
        let email = format!("{}@asahi.example", uuid::Uuid::now_v7());
        let code = self.appoint(area, role, &email).await;
        let welcome = json!({ "code": code, "password": "ひらけごま ひらけごま" });
        Actor::new(self, Some(self.stranger().post("/api/v1/welcome", &welcome).await.expect(201)))
    }

    /// Gives an address a seat; the code of its welcome.
    pub async fn appoint(&self, area: &str, role: Role, email: &str) -> String {
        let area = areas::find(self.db(), None, area).await.expect("an area");
        let appointment = Appointment { email: email.into(), name: "山田 花子".into(), role, department: None };
        let invitation = seats::appoint(self.db(), &area, appointment, self.ground.clock.now()).await;
        invitation.expect("a seat").1.code.to_print()
    }

    /// Turns the worker once: whatever is due is planned and sent.
    pub async fn work(&self) {
        Worker::new(&self.ground).expect("a worker").turn().await.expect("a turn");
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        fs::remove_dir_all(&self.keys_dir).ok();
        if std::thread::panicking() {
            return;
        }
        let (url, now) = (SecretString::from(lease().url(&self.database)), self.ground.clock.now());
        let left = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(left_over(&url, now))
        });
        let left = left.join().expect("a count");
        assert_eq!(left, 0, "the worker would still have to do something: turn it before the test ends");
    }
}

/// Published notices without a plan, and batches that are due.
async fn left_over(url: &SecretString, now: time::OffsetDateTime) -> i64 {
    let db = postgres::connect(url, 1).await.expect("a database");
    let left = postgres::sql(
        "SELECT (SELECT count(*) FROM notice n WHERE n.published_at <= $1 AND n.withdrawn_at IS NULL AND NOT EXISTS (
                    SELECT FROM plan p WHERE p.city_id = n.city_id AND p.notice_id = n.id AND p.revision = n.revision))
              + (SELECT count(*) FROM batch WHERE done_at IS NULL AND due_at <= $1) AS left_over",
        [now.into()],
    );
    let row = db.query_one_raw(left).await.expect("a query").expect("a row");
    row.try_get("", "left_over").expect("a number")
}

/// A database of one's own, cloned from one that is migrated already.
async fn own_database() -> String {
    let server = lease();
    let admin = postgres::connect(&server.url("postgres").into(), 1).await.expect("the server");
    let template = "kairan_template";
    let lock = File::create(server.directory().join("template.lock")).expect("a lock");
    lock.lock().expect("the lock");
    let there = format!("SELECT 1 FROM pg_database WHERE datname = '{template}' AND datistemplate");
    let there = Statement::from_string(sea_orm::DatabaseBackend::Postgres, there);
    if admin.query_one_raw(there).await.expect("a query").is_none() {
        admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {template}")).await.expect("a drop");
        admin.execute_unprepared(&format!("CREATE DATABASE {template}")).await.expect("a database");
        let fresh = postgres::connect(&server.url(template).into(), 2).await.expect("the template");
        postgres::migrate(&fresh).await.expect("a schema");
        fresh.close().await.expect("a closed template");
        admin.execute_unprepared(&format!("ALTER DATABASE {template} IS_TEMPLATE true")).await.expect("a template");
    }
    let name = format!("t_{}", uuid::Uuid::now_v7().simple());
    let clone = format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy");
    admin.execute_unprepared(&clone).await.expect("a clone");
    drop(lock);
    admin.close().await.expect("a closed connection");
    name
}
