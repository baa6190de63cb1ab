//! The server: the rooms put together into one HTTP application.

use std::{net::TcpListener, sync::Arc};

use actix_web::{
    App, HttpResponse, HttpServer,
    dev::{Server, ServerHandle, ServiceFactory, ServiceRequest, ServiceResponse},
    middleware::{Compress, from_fn},
    route,
    web::{Data, QueryConfig, Redirect, ServiceConfig as ActixConfig},
};
use sea_orm::DatabaseConnection;
use socket2::SockRef;
use tracing_actix_web::TracingLogger;
use utoipa::openapi::OpenApi;
use utoipa_actix_web::{AppExt as _, service_config::ServiceConfig};
use utoipa_swagger_ui::SwaggerUi;

use crate::{
    areas,
    clock::Clock,
    config::{Origin, Settings},
    files::Files,
    households,
    identity::{self, Callers, Passwords, Tokens, oidc::Provider, passkeys::Passkeys},
    keys::Keys,
    notices::{self, Lists},
    openapi::complete,
    postgres::{self, cities::Cities, timekeeping},
    privacy,
    problem::Problem,
    proxies, push,
    receipts::{self, Receipts},
    say::Message,
    seats,
    web::{Limits, assets, away, client, headers, language, metrics, problem_page, size},
    workshop::Workshop,
};

/// What the program hands to its rooms.
#[derive(Clone, Debug)]
pub struct Ground {
    /// The database, all cities together: for the worker and for what is asked for many callers at once.
    pub db: DatabaseConnection,
    /// The database, one city at a time: for requests.
    pub cities: Cities,
    /// The settings.
    pub settings: Settings,
    /// The keys.
    pub keys: Arc<Keys>,
    /// The time.
    pub clock: Clock,
    /// The only origin that is put into links.
    pub origin: Origin,
    /// Where files are kept.
    pub files: Files,
    /// Where they are opened.
    pub workshop: Workshop,
}

impl Ground {
    /// The same with the clock set by the database, now and for as long as the runtime lives.
    pub async fn keeping_time(self) -> Self {
        timekeeping::set(&self.clock, &self.db).await;
        let (clock, db) = (self.clock.clone(), self.db.clone());
        tokio::spawn(async move { timekeeping::keep(&clock, &db).await });
        self
    }
}

/// Every call, in one place: `openapi` documents exactly what is served. A request tries one route after the other: those come first that a city
/// calls when it has been rung.
fn rooms(config: &mut ServiceConfig) {
    receipts::routes(config);
    notices::routes(config);
    push::routes(config);
    identity::routes(config);
    privacy::routes(config);
    seats::routes(config);
    households::routes(config);
    proxies::routes(config);
    areas::routes(config);
}

/// Every page, in the same order.
fn pages(config: &mut ActixConfig) {
    receipts::pages::pages(config);
    notices::pages::pages(config);
    assets::pages(config);
    push::pages::pages(config);
    identity::pages::pages(config);
    privacy::pages::pages(config);
    seats::pages::pages(config);
    households::pages::pages(config);
    proxies::pages::pages(config);
    language::pages(config);
    size::pages(config);
    away::pages(config);
}

/// The description of the HTTP interface.
#[must_use]
pub fn openapi() -> OpenApi {
    let (_, document) = App::new().into_utoipa_app().configure(rooms).split_for_parts();
    complete(document)
}

/// The most connections that wait to be taken.
const WAITING: i32 = 4_096;

/// A server at work.
pub struct Serving {
    server: Server,
    receipts: Data<Receipts>,
}

impl Serving {
    /// What stops it.
    #[must_use]
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Waits until it has been stopped and all receipts that came in are written, those of who has gone meanwhile as well.
    ///
    /// # Errors
    /// When the socket can't be used.
    pub async fn end(self) -> std::io::Result<()> {
        self.server.await?;
        self.receipts.drain().await;
        Ok(())
    }
}

/// Serves on `listener` until the handle is told to stop. Must be called within a runtime.
///
/// # Errors
/// When the socket can't be used.
pub fn serve(listener: TcpListener, ground: &Ground) -> std::io::Result<Serving> {
    metrics::start();
    for warning in ground.settings.warnings() {
        tracing::warn!("{warning}");
    }
    // What the standard library leaves room for is 128: of a city that has just been rung, the rest would try again after a second.
    SockRef::from(&listener).listen(WAITING)?;
    let db = Data::new(ground.db.clone());
    let cities = Data::new(ground.cities.clone());
    let settings = Data::new(ground.settings.clone());
    let keys = Data::from(ground.keys.clone());
    let clock = Data::new(ground.clock.clone());
    let origin = Data::new(ground.origin.clone());
    let tokens = Data::new(Tokens::new(&ground.keys, &ground.origin));
    let files = Data::new(ground.files.clone());
    let workshop = Data::new(ground.workshop.clone());
    let passwords = Data::new(Passwords::default());
    let limits = Data::new(Limits::new(ground.settings.limits));
    let provider = ground.settings.oidc.clone().map(|oidc| Provider::new(oidc, &ground.origin));
    let provider = provider.transpose().map_err(std::io::Error::other)?.map(Data::new);
    let passkeys = Passkeys::new(&ground.origin).map(Data::new);
    let callers = Data::new(Callers::start(ground.db.clone(), ground.clock.clone()));
    let lists = Data::new(Lists::start((ground.db.clone(), ground.cities.clone()), ground.clock.clone()));
    let receipts = Data::new(Receipts::start(ground.db.clone(), ground.clock.clone()));
    let last = receipts.clone();
    let register = move |config: &mut ActixConfig| {
        if let Some(provider) = &provider {
            config.app_data(provider.clone());
        }
        if let Some(passkeys) = &passkeys {
            config.app_data(passkeys.clone());
        }
        config
            .app_data(db.clone())
            .app_data(cities.clone())
            .app_data(settings.clone())
            .app_data(keys.clone())
            .app_data(clock.clone())
            .app_data(origin.clone())
            .app_data(tokens.clone())
            .app_data(limits.clone())
            .app_data(passwords.clone())
            .app_data(files.clone())
            .app_data(workshop.clone())
            .app_data(callers.clone())
            .app_data(lists.clone())
            .app_data(receipts.clone())
            .app_data(QueryConfig::default().error_handler(|error, _| {
                Problem::invalid_field("", Message::new("problem-query").with("cause", error.to_string())).into()
            }));
    };
    let server =
        HttpServer::new(move || app(register.clone())).listen(listener)?.shutdown_timeout(10).disable_signals().run();
    Ok(Serving { server, receipts: last })
}

fn app(
    register: impl FnOnce(&mut ActixConfig),
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl actix_web::body::MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    App::new()
        .wrap(from_fn(identity::refusals::written_down))
        .wrap(from_fn(problem_page::problems_as_pages))
        .wrap(from_fn(identity::whose::said))
        .wrap(from_fn(language::speak))
        .wrap(from_fn(size::show))
        .wrap(from_fn(headers::security))
        .wrap(from_fn(metrics::count))
        .wrap(Compress::default())
        .wrap(TracingLogger::<client::Span>::new())
        .configure(register)
        .into_utoipa_app()
        .configure(rooms)
        .into_app()
        .configure(pages)
        .service(Redirect::new("/api/docs", "/api/docs/"))
        .service(SwaggerUi::new("/api/docs/{_:.*}").url("/api/openapi.json", openapi()))
        .service(scrape)
        .service(healthz)
        .service(readyz)
        .default_service(actix_web::web::to(async || Err::<HttpResponse, _>(Problem::not_found())))
}

/// For the inside of the installation: the proxy in front should not pass it on.
#[route("/metrics", method = "GET", method = "HEAD")]
async fn scrape(db: Data<DatabaseConnection>, clock: Data<Clock>) -> Result<HttpResponse, Problem> {
    // What this process has counted is worth showing even where the database does not answer.
    match push::status::status(db.as_ref(), clock.now()).await {
        Ok(status) => status.record(),
        Err(error) => tracing::warn!(%error, "how sending stands can't be read"),
    }
    metrics::page()
}

/// Alive.
#[route("/healthz", method = "GET", method = "HEAD")]
async fn healthz() -> HttpResponse {
    HttpResponse::Ok().body("ok")
}

/// Able to serve: the database answers and its schema is ours.
#[route("/readyz", method = "GET", method = "HEAD")]
async fn readyz(db: Data<DatabaseConnection>) -> Result<HttpResponse, Problem> {
    match postgres::missing_migrations(db.as_ref()).await {
        Ok(missing) if missing.is_empty() => Ok(HttpResponse::Ok().body("ready")),
        Ok(missing) => Err(Problem::unavailable(format!("migrations are missing: {}", missing.join(", ")))),
        Err(error) => Err(Problem::unavailable(error)),
    }
}
