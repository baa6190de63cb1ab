//! A worker's clock is wrong. Leases go by the database's clock, and the service judges signatures by the true one: what a worker sends
//! whose clock is a day ahead is refused, and nothing may come of that but that others send it.

use std::time::Duration;

use api::clock::Clock;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    city::Lane,
    crew::Taken,
    scenes::{Done, Scene},
    stage::{Kind, Stage},
    weather::Weather,
};

/// For so long the others are held back.
const ALONE: Duration = Duration::from_secs(3);
/// Long enough for a worker to record what it did.
const RECORDS: Duration = Duration::from_secs(1);
/// When the notice is due that a fast clock must not let out early, in seconds; and how fast that clock is.
const LATER: (u32, u32) = (5_400, 7_200);

/// Publishes while one worker is ahead and the others are held back, so that it is this one that plans and sends, if it does so at all.
async fn publish_ahead(stage: &Stage, (id, scene): (Uuid, Scene), ahead: u32) -> Result<Option<Taken>, String> {
    let worker = stage.crew.workers().into_iter().find_map(|worker| worker.take());
    if let Some(worker) = &worker {
        worker.set_clock(ahead.into()).await;
        let alone = stage.alone(worker, scene.name());
        stage.publish(id).await?;
        let number = worker.number;
        stage.log.until(ALONE, |state| state.notices[&id].tries.contains_key(&number).then_some(())).await;
        drop(alone);
        tokio::time::sleep(RECORDS).await;
        worker.set_clock(0).await;
    } else {
        stage.publish(id).await?;
    }
    Ok(worker)
}

/// Some phones are told to wait while the clock is wrong: they ring when it is right.
pub(super) async fn ahead(stage: &Stage, lane: &Lane, (by, scene): (u32, Scene)) -> Result<Done, String> {
    let kind = Kind { scene: scene.name(), urgent: true, weather: Weather::Busy };
    let id = stage.draft(lane, kind, &Value::Null).await?;
    let worker = publish_ahead(stage, (id, scene), by).await?;
    let settled = stage.settle(id).await;
    settled.map(|()| if worker.is_some_and(|worker| !worker.is_dead()) { Done::Played } else { Done::Missed })
}

/// What is to come out later does not come out because one clock says that it is later.
pub(super) async fn early(stage: &Stage, lane: &Lane) -> Result<Done, String> {
    let kind = Kind { scene: Scene::Early.name(), ..Kind::default() };
    let at = Clock::system().now() + time::Duration::seconds(LATER.0.into());
    let at = at.format(&time::format_description::well_known::Rfc3339).map_err(|e| e.to_string())?;
    let id = stage.draft(lane, kind, &json!({ "publish_at": at })).await?;
    let due = stage.log.now() + Duration::from_secs(LATER.0.into());
    stage.log.with(|state| state.notices.get_mut(&id).map(|notice| notice.due = Some(due)));
    let worker = publish_ahead(stage, (id, Scene::Early), LATER.1).await?;
    stage.city.staff[0].act(id, "withdraw", &json!({})).await?;
    let now = stage.log.now();
    stage.log.with(|state| state.notices.get_mut(&id).map(|notice| notice.withdrawn = Some(now)));
    Ok(if worker.is_some_and(|worker| !worker.is_dead()) { Done::Played } else { Done::Missed })
}
