//! Links break: after a COMMIT whose answer never arrives, and without a word under the connection that listens.

use std::time::Duration;

use crate::{
    city::Lane,
    dice::Dice,
    log::{Deed, Victim},
    scenes::{Done, Scene},
    stage::{Kind, Stage},
};

/// NOTIFY is a hint only: without it a worker looks once a second, and then has to get to the phone.
const UNHEARD: Duration = Duration::from_secs(5);
/// A worker that has just begun has connections to make as well.
const BORN: Duration = Duration::from_secs(20);

pub(super) async fn worker_cut(stage: &Stage, lane: &Lane, (dice, urgent): (&mut Dice, bool)) -> Result<Done, String> {
    let scene = Scene::WorkerCut.name();
    let id = stage.draft(lane, Kind { scene, urgent, ..Kind::default() }, &serde_json::Value::Null).await?;
    // The first ring is followed by the recording's COMMIT; before there are those of planning and claiming.
    if dice.one_in(2) {
        let log = stage.log.clone();
        let told = stage.at_ring(id, 1, move |worker| {
            let victim = worker.victim();
            worker.link.at_commit(
                0,
                Box::new(move || {
                    log.fault(scene, victim, Deed::Cut);
                }),
            );
        });
        stage.publish(id).await?;
        let worker = told.await;
        stage.settle(id).await?;
        return Ok(if worker.is_some_and(|worker| !worker.link.forget_commit()) { Done::Played } else { Done::Missed });
    }
    let armed: Vec<_> = stage.crew.workers().into_iter().filter_map(|worker| worker.take()).collect();
    for worker in &armed {
        let (log, victim) = (stage.log.clone(), worker.victim());
        worker.link.at_commit(
            0,
            Box::new(move || {
                log.fault(scene, victim, Deed::Cut);
            }),
        );
    }
    stage.publish(id).await?;
    stage.log.until(UNHEARD, |state| (state.notices[&id].rung > 0).then_some(())).await;
    let cut = armed.iter().filter(|worker| !worker.link.forget_commit()).count();
    drop(armed);
    stage.settle(id).await?;
    Ok(if cut > 0 { Done::Played } else { Done::Missed })
}

pub(super) async fn server_cut(stage: &Stage, lane: &Lane) -> Result<Done, String> {
    let scene = Scene::ServerCut.name();
    let id = stage.draft(lane, Kind { scene, urgent: true, ..Kind::default() }, &serde_json::Value::Null).await?;
    let server = stage.crew.server().and_then(|server| server.take());
    if let Some(server) = &server {
        let log = stage.log.clone();
        server.link.at_commit(
            0,
            Box::new(move || {
                log.fault(scene, Victim::Server, Deed::Cut);
            }),
        );
    }
    stage.publish(id).await?;
    let cut = server.is_some_and(|server| !server.link.forget_commit());
    stage.settle(id).await?;
    for reader in &lane.residents {
        reader.receipt(id, true).await?;
    }
    Ok(if cut { Done::Played } else { Done::Missed })
}

pub(super) async fn deaf(stage: &Stage, lane: &Lane) -> Result<Done, String> {
    let lost: usize = stage.crew.workers().iter().map(|worker| worker.link.silence_listeners(false)).sum();
    let kind = Kind { scene: Scene::Listen.name(), urgent: true, ..Kind::default() };
    let faults = stage.log.look(|state| state.faults.len());
    let id = stage.send(lane, kind).await?;
    let rang = stage.log.until(UNHEARD, |state| (state.notices[&id].rung > 0).then_some(())).await;
    let calm = stage.log.look(|state| state.faults.len()) == faults;
    stage.settle(id).await?;
    if rang.is_none() && calm {
        return Err(format!("{id}: nobody listens, and nobody looked within {} s", UNHEARD.as_secs()));
    }
    Ok(if lost > 0 { Done::Played } else { Done::Missed })
}

/// A worker is replaced by one whose LISTEN is lost on the way; then the others are held back, and it has to work all the same.
pub(super) async fn deaf_from_birth(stage: &Stage, lane: &Lane) -> Result<Done, String> {
    let scene = Scene::DeafFromBirth.name();
    let id = stage.draft(lane, Kind { scene, urgent: true, ..Kind::default() }, &serde_json::Value::Null).await?;
    let Some(old) = stage.crew.workers().into_iter().find_map(|worker| worker.take()) else {
        stage.publish(id).await?;
        stage.settle(id).await?;
        return Ok(Done::Missed);
    };
    let born = stage.crew.next_is_deaf();
    old.kill(&stage.log, scene);
    let Ok(born) = tokio::time::timeout(BORN, born).await else { return Err("a killed worker is not replaced".into()) };
    let Some(new) = born.ok().and_then(|new| new.take()) else {
        // Another scenario was quicker to take it, or waited for the next one too.
        stage.publish(id).await?;
        stage.settle(id).await?;
        return Ok(Done::Missed);
    };
    let alone = stage.alone(&new, scene);
    let faults = stage.log.look(|state| state.faults.len());
    stage.publish(id).await?;
    let tried = stage.log.until(BORN, |state| state.notices[&id].tries.contains_key(&new.number).then_some(())).await;
    drop(alone);
    let calm = stage.log.look(|state| state.faults.len()) == faults && !new.is_dead();
    if tried.is_none() && calm {
        return Err(format!("worker {} does nothing since its LISTEN was lost", new.number));
    }
    // It would never hear: with it, one of few would stay deaf for the rest of the run.
    stage.settle(id).await?;
    Ok(if tried.is_some() { Done::Played } else { Done::Missed })
}
