//! What the machine did: cores handed out, and the CPU time of each process by `/proc`.

use std::fs;

use nix::{
    sched::{CpuSet, sched_getaffinity, sched_setaffinity},
    unistd::{Pid, SysconfVar, sysconf},
};

/// Runs `start` with this thread on one core, the first that it may use: what it starts stays there, and sees one core to work with.
///
/// # Errors
/// When the system refuses.
pub(super) fn on_one_core<T>(start: impl FnOnce() -> T) -> nix::Result<T> {
    let own = Pid::from_raw(0);
    let all = sched_getaffinity(own)?;
    let mut one = CpuSet::new();
    let first = (0..CpuSet::count()).find(|core| all.is_set(*core).unwrap_or(false)).unwrap_or(0);
    one.set(first)?;
    sched_setaffinity(own, &one)?;
    let started = start();
    sched_setaffinity(own, &all)?;
    Ok(started)
}

/// What a line of `/proc/PID/stat` says: the parent, and the ticks of CPU time, those of children that ended included.
fn stat(pid: &str) -> Option<(u32, u64)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, in parentheses, may hold blanks.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11..15)?.iter().filter_map(|field| field.parse::<u64>().ok()).sum();
    Some((fields.get(1)?.parse().ok()?, ticks))
}

/// The parent of a process of this machine.
pub(super) fn parent(pid: u32) -> Option<u32> {
    stat(&pid.to_string()).map(|(parent, _)| parent)
}

/// Seconds of CPU time that a process has used.
pub(super) fn cpu_seconds(pid: u32) -> f64 {
    in_seconds(stat(&pid.to_string()).map_or(0, |(_, ticks)| ticks))
}

/// Seconds of CPU time that a process and those that it started have used.
pub(super) fn cpu_seconds_of_all(root: u32) -> f64 {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let names = processes.filter_map(|entry| entry.file_name().into_string().ok());
    let children = names.filter(|name| name.bytes().all(|byte| byte.is_ascii_digit())).filter_map(|name| stat(&name));
    let ticks: u64 = children.filter(|(parent, _)| *parent == root).map(|(_, ticks)| ticks).sum();
    cpu_seconds(root) + in_seconds(ticks)
}

fn in_seconds(ticks: u64) -> f64 {
    let per_second = sysconf(SysconfVar::CLK_TCK).ok().flatten().and_then(|ticks| u32::try_from(ticks).ok());
    ticks as f64 / f64::from(per_second.unwrap_or(100))
}

/// Which processor, and how many cores of it may be used.
pub(super) fn description() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split(": ").nth(1));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{}, {cores} cores", model.unwrap_or("unknown processor"))
}
