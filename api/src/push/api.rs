//! Subscriptions and deliveries as JSON.

use actix_web::{
    HttpRequest, HttpResponse, delete, get,
    http::StatusCode,
    post,
    web::{Data, Json, Path},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use entity::ids::{NoticeId, SubscriptionId};
use garde::Validate;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    delivery::Delivery,
    endpoint::{Endpoint, hash_at},
    subscribe::{self as browsers, Brought, Registered},
};
use crate::{
    clock::{Clock, JAPAN},
    config::Settings,
    identity::Caller,
    keys::Keys,
    postgres::cities::Cities,
    problem::Problem,
    say::Language,
    web::{Once, Parsed, language::asked},
};

/// The key that a browser subscribes under.
#[derive(Serialize, ToSchema)]
pub struct KeyOut {
    /// The VAPID public key: 65 bytes in base64url, for `applicationServerKey`.
    public_key: String,
}

/// A browser's `PushSubscription`, as its `toJSON()` gives it.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionIn {
    /// Where the push service takes messages.
    #[garde(skip)]
    endpoint: String,
    /// Not heeded: services say themselves when a subscription has ended.
    #[garde(skip)]
    #[serde(default, rename = "expirationTime")]
    _expiration_time: Option<f64>,
    /// Its keys.
    #[garde(skip)]
    keys: KeysIn,
    /// The endpoint that this browser had before: what waits for that one then rings at this one. Heeded where it was the caller's own.
    #[garde(skip)]
    replaces: Option<String>,
    /// The language in which it is rung: ja, ja-yasashii, en. Left out, the one in which pages speak to this browser.
    #[garde(inner(custom(spoken)))]
    language: Option<String>,
}

fn spoken(code: &str, _: &()) -> garde::Result {
    code.parse::<Language>().map(drop).map_err(|()| garde::Error::new("fault-choose-one"))
}

/// A browser's keys.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeysIn {
    /// Public key: 65 bytes in base64url.
    p256dh: String,
    /// Authentication secret: 16 bytes in base64url.
    auth: String,
}

/// A subscription.
#[derive(Serialize, ToSchema)]
pub struct SubscriptionOut {
    id: Uuid,
    /// Whether the page has to subscribe again: the key has changed, or the push service has ended this subscription.
    renew: bool,
}

/// What became of a notice's pushes.
#[derive(Serialize, ToSchema)]
pub struct DeliveryOut {
    /// Subscriptions that it was planned for.
    subscriptions: i64,
    /// Taken by their push service.
    accepted: i64,
    /// Ended by their push service.
    gone: i64,
    /// Still to be sent, or to be tried again.
    retrying: i64,
    /// Refused for good.
    given_up: i64,
    /// Not sent: its time was over.
    expired: i64,
    /// Not sent: signed out, moved away, or the notice was withdrawn.
    left: i64,
    /// Not sent: their person does not want to be rung for it, or is told with the weekly summary.
    in_peace: i64,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    first_accepted_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    last_accepted_at: Option<OffsetDateTime>,
}

impl From<Delivery> for DeliveryOut {
    fn from(delivery: Delivery) -> Self {
        let Delivery {
            subscriptions,
            accepted,
            gone,
            retrying,
            given_up,
            expired,
            left,
            in_peace,
            first_accepted_at,
            last_accepted_at,
            planning: _,
            shortened: _,
        } = delivery;
        let first_accepted_at = first_accepted_at.map(|at| at.to_offset(JAPAN));
        let last_accepted_at = last_accepted_at.map(|at| at.to_offset(JAPAN));
        Self {
            subscriptions,
            accepted,
            gone,
            retrying,
            given_up,
            expired,
            left,
            in_peace,
            first_accepted_at,
            last_accepted_at,
        }
    }
}

/// The key that a browser subscribes under.
#[utoipa::path(tag = "push", responses((status = 200, body = KeyOut)), security(()))]
#[get("/api/v1/push/key")]
pub async fn key(keys: Data<Keys>) -> Json<KeyOut> {
    Json(KeyOut { public_key: BASE64URL.encode(&keys.vapid.public) })
}

/// Register the caller's browser. 200 where the caller had it already.
#[utoipa::path(tag = "push", request_body = SubscriptionIn,
    responses((status = 201, body = SubscriptionOut), (status = 200, body = SubscriptionOut)))]
#[post("/api/v1/push/subscriptions")]
pub async fn subscribe(
    (settings, keys, clock): (Data<Settings>, Data<Keys>, Data<Clock>),
    request: HttpRequest,
    caller: Caller,
    once: Once,
    body: Parsed<SubscriptionIn>,
) -> Result<HttpResponse, Problem> {
    let SubscriptionIn { endpoint, keys: KeysIn { p256dh, auth }, replaces, language, .. } = body.value;
    let language = language.and_then(|code| code.parse().ok()).unwrap_or_else(|| asked(&request));
    let replaces = replaces.and_then(|before| hash_at(&before));
    let endpoint = Endpoint::parse(&endpoint, (&p256dh, &auth), &settings.push)?;
    let (vapid_key, now) = (keys.vapid.id(), clock.now());
    once.within(caller.city)
        .write(caller.person.0, body.digest, async move |tx| {
            let brought = Brought { endpoint, vapid_key: vapid_key.clone(), replaces, language };
            let Registered { row, fresh } = browsers::subscribe(tx, &caller, brought, now).await?;
            let status = if fresh { StatusCode::CREATED } else { StatusCode::OK };
            Ok((status, SubscriptionOut { id: row.id.0, renew: row.renew || row.vapid_key != vapid_key }))
        })
        .await
}

/// Take one of the caller's browsers out.
#[utoipa::path(tag = "push", params(("id" = Uuid, Path)), responses((status = 204)))]
#[delete("/api/v1/push/subscriptions/{id}")]
pub async fn unsubscribe(cities: Data<Cities>, caller: Caller, id: Path<String>) -> Result<HttpResponse, Problem> {
    let id = Uuid::try_parse(&id).map(SubscriptionId).map_err(|_| Problem::not_found())?;
    let done = cities.write(Some(caller.city), async move |tx| {
        Ok(browsers::unsubscribe(tx, (caller.city, caller.person), id).await?)
    });
    if done.await? { Ok(HttpResponse::NoContent().finish()) } else { Err(Problem::not_found()) }
}

/// How a notice's pushes went.
#[utoipa::path(tag = "push", params(("id" = Uuid, Path)), responses((status = 200, body = DeliveryOut)))]
#[get("/api/v1/notices/{id}/delivery")]
pub async fn show_delivery(
    cities: Data<Cities>,
    caller: Caller,
    id: Path<String>,
) -> Result<Json<DeliveryOut>, Problem> {
    let id = Uuid::try_parse(&id).map(NoticeId).map_err(|_| Problem::not_found())?;
    let tx = cities.look(caller.city).await?;
    let delivery = super::delivery::delivery(&tx, &caller, id).await?;
    Ok(Json(delivery.ok_or_else(Problem::not_found)?.into()))
}
