//! Workers are killed and stopped, and the database under them.

use std::time::Duration;

use crate::{
    city::Lane,
    dice::Dice,
    ledger,
    log::Deed,
    scenes::{Done, Scene},
    stage::{Kind, Stage},
    weather::Weather,
};

/// So long without a ring, and everything that was on its way has arrived.
const QUIET: Duration = Duration::from_millis(300);
/// By then some COMMIT has come, where there is anybody left to send it.
const MOMENT: Duration = Duration::from_secs(3);
/// What a worker that goes on says to the database before anything else it says.
const SAYS: u64 = 2;
/// For so long what it says is waited for, and watched.
const LATE: Duration = Duration::from_secs(3);

pub(super) async fn killed(stage: &Stage, lane: &Lane, (dice, urgent): (&mut Dice, bool)) -> Result<Done, String> {
    let scene = Scene::Worker.name();
    let id = stage.draft(lane, Kind { scene, urgent, ..Kind::default() }, &serde_json::Value::Null).await?;
    let told = stage.at_ring(id, 1 + dice.below(lane.phones.len()), |_| {});
    stage.publish(id).await?;
    let killed = match told.await {
        Some(worker) => {
            tokio::time::sleep(dice.within_ms(40)).await;
            worker.kill(&stage.log, scene)
        }
        None => false,
    };
    stage.settle(id).await?;
    Ok(if killed { Done::Played } else { Done::Missed })
}

/// The first ring holds back whatever its worker says to the database; so the service takes the whole batch, and nothing is recorded.
pub(super) async fn killed_between(stage: &Stage, lane: &Lane, urgent: bool) -> Result<Done, String> {
    let scene = Scene::Between.name();
    let id = stage.draft(lane, Kind { scene, urgent, ..Kind::default() }, &serde_json::Value::Null).await?;
    let (tell, held) = tokio::sync::oneshot::channel();
    let log = stage.log.clone();
    let told = stage.at_ring(id, 1, move |worker| {
        worker.link.hold(true);
        tell.send(log.fault(scene, worker.victim(), Deed::Stop)).ok();
    });
    stage.publish(id).await?;
    let (Some(worker), Ok(held)) = (told.await, held.await) else {
        stage.settle(id).await?;
        return Ok(Done::Missed);
    };
    let mut rung = 0;
    while let Some(more) = stage.log.until(QUIET, |s| Some(s.notices[&id].rung).filter(|now| *now > rung)).await {
        rung = more;
    }
    let number = worker.number;
    let killed = worker.kill(&stage.log, scene);
    stage.log.over(held);
    drop(worker);
    stage.settle(id).await?;
    let unproven = stage.log.look(|state| {
        let by_it = |rings: &&Vec<crate::log::Ring>| rings.iter().any(|ring| ring.worker == number);
        let rings = state.notices[&id].rings.values();
        rings.filter(by_it).filter(|rings| rings.len() < 2).count()
    });
    // Whoever is rung once only was recorded, and so the kill did not fall between.
    Ok(if killed && unproven == 0 { Done::Played } else { Done::Missed })
}

/// Of the workers' COMMITs (planning, claiming, recording) one each is obeyed, and then they are killed before they hear of it.
pub(super) async fn killed_at_commit(
    stage: &Stage,
    lane: &Lane,
    (dice, urgent): (&mut Dice, bool),
) -> Result<Done, String> {
    let scene = Scene::WorkerAtCommit.name();
    let id = stage.draft(lane, Kind { scene, urgent, ..Kind::default() }, &serde_json::Value::Null).await?;
    let armed: Vec<_> = stage.crew.workers().into_iter().filter_map(|worker| worker.take()).collect();
    for worker in &armed {
        let (of_act, log) = ((*worker).clone(), stage.log.clone());
        worker.link.at_commit(
            dice.below(3),
            Box::new(move || {
                of_act.kill(&log, scene);
            }),
        );
    }
    stage.publish(id).await?;
    stage.log.until(MOMENT, |state| (state.notices[&id].rung > 0).then_some(())).await;
    // What was claimed and rang is about to be recorded.
    tokio::time::sleep(QUIET).await;
    let killed = armed.iter().filter(|worker| !worker.link.forget_commit()).count();
    drop(armed);
    stage.settle(id).await?;
    Ok(if killed > 0 { Done::Played } else { Done::Missed })
}

pub(super) async fn stopped(stage: &Stage, lane: &Lane, (dice, urgent): (&mut Dice, bool)) -> Result<Done, String> {
    let scene = Scene::Stop.name();
    let _alone = stage.stopped.lock().await;
    let kind = Kind { scene, urgent, weather: Weather::Busy };
    let id = stage.draft(lane, kind, &serde_json::Value::Null).await?;
    // Late enough that it knows of some that it would try again, and early enough that it has not recorded.
    let ring = lane.phones.len() / 3 + dice.below(lane.phones.len() / 2);
    let log = stage.log.clone();
    let (tell, fault) = tokio::sync::oneshot::channel();
    let told = stage.at_ring(id, ring.max(1), move |worker| {
        if worker.stop(true) {
            tell.send(log.fault(scene, worker.victim(), Deed::Stop)).ok();
        }
    });
    stage.publish(id).await?;
    let (Some(worker), Ok(fault)) = (told.await, fault.await) else {
        stage.settle(id).await?;
        return Ok(Done::Missed);
    };
    let settled = stage.settle(id).await;
    let before = (ledger::recorded(&stage.db, id).await, worker.link.carried());
    let went_on = worker.stop(false);
    stage.log.over(fault);
    settled?;
    // It says something, and whatever it is, what was recorded stays.
    let begun = stage.log.now();
    while went_on && stage.log.now() - begun < LATE {
        let heard = worker.link.carried() - before.1 >= SAYS;
        tokio::time::sleep(if heard { LATE / 3 } else { LATE / 30 }).await;
        if heard {
            break;
        }
    }
    let after = ledger::recorded(&stage.db, id).await;
    let (Ok(before), Ok(after)) = (before.0, after) else { return Ok(Done::Missed) };
    if let Some(changed) = after.iter().find(|line| !before.contains(line)) {
        let changed: String = changed.chars().take(200).collect();
        return Err(format!("worker {} woke late and recorded all the same: {id}: {changed}", worker.number));
    }
    stage.judge(id).await?;
    Ok(if went_on { Done::Played } else { Done::Missed })
}

pub(super) async fn without_database(
    stage: &Stage,
    lane: &Lane,
    (dice, urgent): (&mut Dice, bool),
) -> Result<Done, String> {
    let scene = Scene::Database.name();
    let id = stage.send(lane, Kind { scene, urgent, ..Kind::default() }).await?;
    let after = 1 + dice.below(lane.phones.len());
    stage.log.until(Duration::from_secs(5), |state| (state.notices[&id].rung >= after).then_some(())).await;
    // Right after a receipt was answered: what is not on the disk by then is lost.
    let moment = dice.below(lane.residents.len());
    for (place, reader) in lane.residents.iter().enumerate() {
        reader.receipt(id, dice.one_in(2)).await?;
        if place == moment {
            stage.outage(scene).await?;
        }
    }
    stage.settle(id).await?;
    Ok(Done::Played)
}
