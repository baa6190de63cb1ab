//! What is looked at while a run goes on, and when it is over.

use std::{collections::HashMap, time::Duration};

use sea_orm::DbErr;
use uuid::Uuid;

use crate::{
    ledger,
    log::{Deed, Phone, State, Victim},
    rules,
    stage::Stage,
};

/// How often leases and subscriptions are looked at.
const LOOK: Duration = Duration::from_millis(250);
/// By then nothing may be left to do.
const DONE: Duration = Duration::from_secs(60);

/// Watches the database for as long as a run goes on: leases, subscriptions that end; and bodies that lie.
pub async fn guard(stage: &Stage) {
    loop {
        // Nobody knows while the database is down.
        for line in ledger::long_leases(&stage.db).await.unwrap_or_default() {
            stage.log.violation(line);
        }
        if let Ok(gone) = ledger::gone(&stage.db).await {
            ended(stage, &gone);
        }
        if let Some(unread) = stage.log.look(|state| state.unread(stage.log.now())) {
            stage.log.violation(unread);
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Nobody's subscription ends but by 404 and 410.
fn ended(stage: &Stage, gone: &[Uuid]) {
    for subscription in gone {
        let phone = stage.city.subscriptions.iter().position(|one| one == subscription);
        let phone = phone.and_then(|place| Phone::try_from(place).ok());
        if !phone.is_some_and(|phone| stage.log.look(|state| state.gone.contains(&phone))) {
            stage.log.violation(format!("the subscription of phone {phone:?} was ended, and nobody said 404 or 410"));
        }
    }
}

/// Judges a run that has come to its end.
pub async fn judge(stage: &Stage) {
    // What was answered last is taken, or turns out to be left lying.
    while stage.log.look(|state| state.lying.values().any(|(worker, _)| !state.was_hit(*worker))) {
        if let Some(unread) = stage.log.look(|state| state.unread(stage.log.now())) {
            return stage.log.violation(unread);
        }
        tokio::time::sleep(LOOK).await;
    }
    let begun = stage.log.now();
    let wrong = loop {
        let over = stage.log.now() - begun > DONE;
        match ledger::left_over(&stage.db).await {
            Ok(left) if left.is_empty() => match all(stage).await {
                Ok(wrong) => break wrong,
                Err(error) if over => break vec![error.to_string()],
                Err(_) => {}
            },
            Ok(left) if over => break left,
            Err(error) if over => break vec![error.to_string()],
            _ => {}
        }
        tokio::time::sleep(LOOK).await;
    };
    wrong.into_iter().take(20).for_each(|what| stage.log.violation(what));
}

async fn all(stage: &Stage) -> Result<Vec<String>, DbErr> {
    let mut wrong = ledger::miscounted(&stage.db).await?;
    ended(stage, &ledger::gone(&stage.db).await?);
    let published = |state: &State| -> Vec<Uuid> {
        state.notices.iter().filter(|(_, notice)| notice.due.is_some()).map(|(id, _)| *id).collect()
    };
    for id in stage.log.look(|state| published(state)) {
        let ends = ledger::ends(&stage.db, id).await?;
        wrong.extend(stage.log.look(|state| rules::of_ends(state, id, (&stage.city.subscriptions, &ends))));
    }
    let kept = ledger::receipts(&stage.db).await?;
    wrong.extend(stage.log.look(|state| promises(state, &kept)));
    wrong.extend(stage.log.look(|state| of_all(state)));
    Ok(wrong)
}

/// Receipts that were answered 2xx and are not there.
fn promises(state: &State, kept: &HashMap<(Uuid, Uuid), bool>) -> Vec<String> {
    let broken =
        state.receipts.iter().filter(|(key, acknowledged)| kept.get(key).is_none_or(|kept| kept < acknowledged));
    broken
        .map(|((person, notice), _)| format!("the receipt of {person} for {notice} was answered and is not there"))
        .collect()
}

/// What all rings and faults together must not be.
fn of_all(state: &State) -> Vec<String> {
    let explained = rules::explain(state, None);
    let left = explained.left.iter().take(5);
    let mut wrong: Vec<String> =
        left.map(|repeat| rules::unexplained(&state.notices[&repeat.notice], repeat)).collect();
    for (place, repeats) in &explained.by_fault {
        let fault = &state.faults[*place];
        if fault.deed != Deed::Kill || !matches!(fault.victim, Victim::Worker(_)) {
            continue;
        }
        if let Some((took, urgent, false)) = rules::takeover(state, fault, repeats)
            && took > rules::longest(urgent)
        {
            let kind = if urgent { "an emergency" } else { "a notice" };
            wrong.push(format!("{kind} of {} was taken over after {:.1} s", fault.scene, took.as_secs_f64()));
        }
    }
    wrong
}
