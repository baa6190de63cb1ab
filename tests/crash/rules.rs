//! What must hold, whatever was killed: nothing is lost, and what comes twice comes because of one fault that can have caused it.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::Duration,
};

use uuid::Uuid;

use crate::log::{Deed, Fault, Notice, Phone, Ring, State, Victim};

/// How late a ring may be noted that left before its sender was killed.
const ON_ITS_WAY: Duration = Duration::from_secs(5);
/// The longest that a batch is in hand after one of its phones rang: it begins messages for five seconds, and one takes fifteen.
const IN_HAND: Duration = Duration::from_secs(25);
/// For how long after a withdrawal what had begun may still ring.
const WOUND_UP: Duration = Duration::from_secs(10);
/// By when a dead worker's batch is in other hands, an emergency's and any other's; and what it may take besides, on a busy machine, until a
/// phone rings.
const TAKEN_OVER: [Duration; 2] = [Duration::from_secs(10), Duration::from_secs(5)];
const RINGS: Duration = Duration::from_secs(3);
/// The shortest that a lease may have left: it is renewed every second, a little later on a busy machine.
const LEFT: [Duration; 2] = [Duration::from_secs(6), Duration::from_secs(2)];

/// One ring too many.
#[derive(Clone, Copy, Debug)]
pub struct Repeat {
    /// Of which notice.
    pub notice: Uuid,
    /// Which phone.
    pub phone: Phone,
    /// The ring, and the one before it.
    pub rings: [Ring; 2],
}

/// The repeats, each under the fault that explains it, and those that nothing explains. A fault explains one repeat of a phone.
#[derive(Debug, Default)]
pub struct Explained {
    /// By the place of the fault.
    pub by_fault: BTreeMap<usize, Vec<Repeat>>,
    /// What nothing explains.
    pub left: Vec<Repeat>,
}

/// The repeats of a notice: the same revision at the same phone.
fn repeats(id: Uuid, notice: &Notice) -> Vec<Repeat> {
    let mut found = Vec::new();
    for (phone, rings) in &notice.rings {
        let mut last: HashMap<i32, Ring> = HashMap::new();
        for ring in rings {
            if let Some(before) = last.insert(ring.revision, *ring) {
                found.push(Repeat { notice: id, phone: *phone, rings: [before, *ring] });
            }
        }
    }
    found
}

/// Explains the repeats of all notices, or of one.
pub fn explain(state: &State, only: Option<Uuid>) -> Explained {
    let chosen = state.notices.iter().filter(|(id, _)| only.is_none_or(|only| only == **id));
    let mut all: Vec<Repeat> = chosen.flat_map(|(id, notice)| repeats(*id, notice)).collect();
    all.sort_by_key(|repeat| repeat.rings[1].at);
    let (mut explained, mut used) = (Explained::default(), HashSet::new());
    for repeat in all {
        let mut candidates = state.faults.iter().enumerate().filter(|(_, fault)| can_cause(fault, &repeat.rings));
        match candidates.find(|(place, _)| used.insert((*place, repeat.phone))) {
            Some((place, _)) => explained.by_fault.entry(place).or_default().push(repeat),
            None => explained.left.push(repeat),
        }
    }
    explained
}

/// Whether a fault can have caused the second of two rings: it befell the sender of the first before that was recorded, or the sender
/// of the second while it held what another sent meanwhile, or the database.
fn can_cause(fault: &Fault, [first, second]: &[Ring; 2]) -> bool {
    let until = fault.until.unwrap_or(Duration::MAX);
    let in_hand = fault.from <= second.at && fault.from <= first.at + IN_HAND;
    let fresh = fault.from + ON_ITS_WAY >= first.at;
    match (fault.victim, fault.deed) {
        (Victim::Server, _) => false,
        (Victim::Database, _) => in_hand && until.saturating_add(ON_ITS_WAY) >= first.at,
        (Victim::Worker(worker), Deed::Kill | Deed::Cut) => worker == first.worker && in_hand && fresh,
        (Victim::Worker(worker), Deed::Stop) => {
            let lasted = fault.from <= second.at && until.saturating_add(ON_ITS_WAY) >= first.at;
            worker == first.worker && in_hand && lasted || worker == second.worker && lasted
        }
    }
}

/// What must not be about the rings of a notice.
pub fn of_rings(state: &State, id: Uuid) -> Vec<String> {
    let Some(notice) = state.notices.get(&id) else { return vec![format!("{id} is unknown")] };
    let explained = explain(state, Some(id));
    let mut wrong: Vec<String> = explained.left.iter().map(|repeat| unexplained(notice, repeat)).collect();
    if let Some(withdrawn) = notice.withdrawn {
        let stopped = |worker| state.was_hit(worker);
        let late =
            notice.rings.values().flatten().filter(|ring| ring.at > withdrawn + WOUND_UP && !stopped(ring.worker));
        wrong.extend(late.map(|ring| format!("{id} ({}) was withdrawn and rang: {ring:?}", notice.scene)));
    }
    wrong.truncate(5);
    wrong
}

/// What is said of a repeat that nothing explains.
pub fn unexplained(notice: &Notice, repeat: &Repeat) -> String {
    let [first, second] = repeat.rings.map(|ring| format!("{:.2} s by {}", ring.at.as_secs_f64(), ring.worker));
    let Repeat { notice: id, phone, .. } = repeat;
    format!("phone {phone} rang twice for {id} ({}) and no fault explains it: at {first}, at {second}", notice.scene)
}

/// What must not be about how a notice's subscriptions ended: each once for each revision that it was planned for, accepted where its
/// phone rang, and only there.
pub fn of_ends(state: &State, id: Uuid, (subscriptions, ends): (&[Uuid], &HashMap<Uuid, Vec<bool>>)) -> Vec<String> {
    let Some(notice) = state.notices.get(&id) else { return Vec::new() };
    let mut wrong = Vec::new();
    for phone in notice.audience.clone().filter(|phone| !state.gone.contains(phone)) {
        let ended = ends.get(&subscriptions[phone as usize]).map(Vec::as_slice).unwrap_or_default();
        let (rang, accepted) = (notice.rings.contains_key(&phone), ended.contains(&true));
        let scene = notice.scene;
        if accepted && !rang {
            wrong.push(format!("phone {phone} never rang for {id} ({scene}), and it is recorded as accepted"));
        } else if notice.withdrawn.is_none() && (ended.is_empty() || ended.contains(&false) || !rang) {
            wrong.push(format!("phone {phone} for {id} ({scene}): rang {rang}, recorded as {ended:?}"));
        } else if ended.len() > usize::try_from(notice.revision).unwrap_or(1) {
            wrong.push(format!("phone {phone} ended {} times for {id} ({scene})", ended.len()));
        }
    }
    wrong.truncate(5);
    wrong
}

/// How long it took until another worker sent what a killed one had in hand, and whether anything else happened meanwhile.
pub fn takeover(state: &State, fault: &Fault, repeats: &[Repeat]) -> Option<(Duration, bool, bool)> {
    let next = repeats.iter().min_by_key(|repeat| repeat.rings[1].at)?;
    let at = next.rings[1].at;
    let urgent = state.notices[&next.notice].urgent;
    // Another worker can have had it in hand only once the lease was out, which is renewed to the last.
    let free = fault.from + LEFT[usize::from(urgent)];
    let meanwhile = |other: &&Fault| match other.victim {
        Victim::Server => false,
        Victim::Database => other.from < at && other.until.unwrap_or(Duration::MAX) > fault.from,
        Victim::Worker(_) => other.from > free && other.from < at,
    };
    let disturbed = state.faults.iter().any(|other| meanwhile(&other));
    Some((at.saturating_sub(fault.from), urgent, disturbed))
}

/// The longest that an undisturbed takeover may take.
pub fn longest(urgent: bool) -> Duration {
    TAKEN_OVER[usize::from(urgent)] + RINGS
}
