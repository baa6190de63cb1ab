//! The server is killed while people publish and read. Their programs don't give up; what they were answered is a promise.

use futures_util::future::try_join_all;

use crate::{
    city::Lane,
    dice::Dice,
    scenes::{Done, Scene},
    stage::{Kind, Stage},
};

pub(super) async fn killed(stage: &Stage, lane: &Lane, dice: &mut Dice) -> Result<Done, String> {
    let scene = Scene::Server.name();
    let kind = Kind { scene, ..Kind::default() };
    let first = stage.send(lane, kind).await?;
    stage.settle(first).await?;
    let second = stage.draft(lane, kind, &serde_json::Value::Null).await?;
    let moment = dice.within_ms(150);
    let harm = async {
        tokio::time::sleep(moment).await;
        Ok::<_, String>(stage.crew.server().is_some_and(|server| server.kill(&stage.log, scene)))
    };
    let reading = async {
        // As many at once as a village is awake.
        let stamps = lane.residents.iter().enumerate().map(|(place, reader)| reader.receipt(first, place % 2 == 0));
        try_join_all(stamps).await
    };
    let (killed, ..) = tokio::try_join!(harm, reading, stage.publish(second))?;
    stage.settle(second).await?;
    Ok(if killed { Done::Played } else { Done::Missed })
}

pub(super) async fn killed_at_commit(stage: &Stage, lane: &Lane) -> Result<Done, String> {
    let scene = Scene::ServerAtCommit.name();
    let id = stage.draft(lane, Kind { scene, urgent: true, ..Kind::default() }, &serde_json::Value::Null).await?;
    let Some(server) = stage.crew.server().and_then(|server| server.take()) else {
        stage.publish(id).await?;
        stage.settle(id).await?;
        return Ok(Done::Missed);
    };
    let (of_act, log) = ((*server).clone(), stage.log.clone());
    server.link.at_commit(
        0,
        Box::new(move || {
            of_act.kill(&log, scene);
        }),
    );
    stage.publish(id).await?;
    let happened = !server.link.forget_commit();
    drop(server);
    stage.settle(id).await?;
    Ok(if happened { Done::Played } else { Done::Missed })
}
