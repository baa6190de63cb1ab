//! What the service says, and what the sender changes while a worker is killed.

use serde_json::json;

use crate::{
    city::Lane,
    dice::Dice,
    scenes::{Done, Scene},
    stage::{Kind, Stage},
    weather::Weather,
};

pub(super) async fn answers(stage: &Stage, lane: &Lane, dice: &mut Dice) -> Result<Done, String> {
    let scene = Scene::Answers.name();
    // One phone of the lane is gone from now on.
    let gone = lane.phones.end - 1;
    stage.log.with(|state| state.gone.insert(gone));
    let mut weathers = [Weather::Mixed, Weather::Wordy];
    dice.shuffle(&mut weathers);
    for weather in weathers {
        let id = stage.send(lane, Kind { scene, urgent: true, weather }).await?;
        stage.settle(id).await?;
    }
    Ok(Done::Played)
}

pub(super) async fn corrected(stage: &Stage, lane: &Lane, dice: &mut Dice) -> Result<Done, String> {
    let scene = Scene::Correction.name();
    let id = stage.draft(lane, Kind { scene, urgent: true, ..Kind::default() }, &serde_json::Value::Null).await?;
    let told = stage.at_ring(id, 1 + dice.below(lane.phones.len()), |_| {});
    stage.publish(id).await?;
    let worker = told.await;
    let correction = json!({ "title": "訂正した題", "reason": "時刻の誤り" });
    let (kill_first, mut killed) = (dice.one_in(2), false);
    let mut harm = || killed = worker.as_ref().is_some_and(|worker| worker.kill(&stage.log, scene));
    if kill_first {
        harm();
    }
    // The newest text is the only one that everybody has to have seen, from before it is answered on.
    stage.log.with(|state| state.notices.get_mut(&id).map(|notice| notice.revision = 2));
    stage.city.staff[1].act(id, "correct", &correction).await?;
    if !kill_first {
        harm();
    }
    drop(worker);
    stage.settle(id).await?;
    Ok(if killed { Done::Played } else { Done::Missed })
}

pub(super) async fn withdrawn(stage: &Stage, lane: &Lane, dice: &mut Dice) -> Result<Done, String> {
    let scene = Scene::Withdrawal.name();
    let id = stage.draft(lane, Kind { scene, urgent: true, ..Kind::default() }, &serde_json::Value::Null).await?;
    let told = stage.at_ring(id, 1 + dice.below(lane.phones.len() / 2), |_| {});
    stage.publish(id).await?;
    let worker = told.await;
    let killed = worker.as_ref().is_some_and(|worker| worker.kill(&stage.log, scene));
    drop(worker);
    stage.city.staff[1].act(id, "withdraw", &json!({ "reason": "誤報" })).await?;
    let now = stage.log.now();
    stage.log.with(|state| state.notices.get_mut(&id).map(|notice| notice.withdrawn = Some(now)));
    stage.close(id).await?;
    Ok(if killed { Done::Played } else { Done::Missed })
}
