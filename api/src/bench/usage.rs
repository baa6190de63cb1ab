//! What a piece of work cost: seconds of processor time of this process, of another one, and of PostgreSQL with all its backends.

use std::{fs, io, path::Path, time::Duration};

use nix::{
    sys::resource::{UsageWho, getrusage},
    unistd::{SysconfVar, sysconf},
};

/// Processor time used so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Used {
    /// In the program.
    pub user: Duration,
    /// In the kernel for it.
    pub system: Duration,
}

impl Used {
    /// By this process, with all its threads.
    ///
    /// # Errors
    /// The system's.
    pub fn here() -> io::Result<Self> {
        let usage = getrusage(UsageWho::RUSAGE_SELF)?;
        let duration = |time: nix::sys::time::TimeVal| {
            Duration::from_micros(
                u64::try_from(time.tv_sec()).unwrap_or(0) * 1_000_000 + u64::try_from(time.tv_usec()).unwrap_or(0),
            )
        };
        Ok(Self { user: duration(usage.user_time()), system: duration(usage.system_time()) })
    }

    /// By another process, from `/proc`, to a hundredth of a second.
    ///
    /// # Errors
    /// When there is no such process.
    pub fn of(pid: i32) -> io::Result<Self> {
        Ok(Stat::read(pid)?.own())
    }

    /// By a PostgreSQL server: its postmaster, the backends that are there, and those that have ended.
    ///
    /// # Errors
    /// When it is not on this machine.
    pub fn of_postgres(data: &Path) -> io::Result<Self> {
        let pid = fs::read_to_string(data.join("postmaster.pid"))?;
        let pid = pid.lines().next().and_then(|line| line.trim().parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
        let postmaster = Stat::read(pid)?;
        let mut used = postmaster.own().plus(postmaster.ended_children());
        for entry in fs::read_dir("/proc")? {
            let Some(child) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            // One may end while we look.
            if let Ok(stat) = Stat::read(child)
                && stat.parent == pid
            {
                used = used.plus(stat.own());
            }
        }
        Ok(used)
    }

    /// What was used since `before`.
    #[must_use]
    pub fn since(self, before: Self) -> Self {
        Self { user: self.user.saturating_sub(before.user), system: self.system.saturating_sub(before.system) }
    }

    /// Both together, in seconds.
    #[must_use]
    pub fn seconds(self) -> f64 {
        (self.user + self.system).as_secs_f64()
    }

    fn plus(self, other: Self) -> Self {
        Self { user: self.user + other.user, system: self.system + other.system }
    }
}

/// The most memory that this process ever had, in bytes (`VmHWM`).
///
/// # Errors
/// The system's.
pub fn most_memory() -> io::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    Ok(kilobytes.ok_or(io::ErrorKind::InvalidData)? * 1_024)
}

/// What `/proc/PID/stat` says, in ticks.
struct Stat {
    parent: i32,
    times: [u64; 4],
}

impl Stat {
    fn read(pid: i32) -> io::Result<Self> {
        let text = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        // The name stands in brackets and may hold anything, brackets included.
        let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let number = |place: usize| fields.get(place).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
        let parent = fields.get(1).and_then(|field| field.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
        Ok(Self { parent, times: [11, 12, 13, 14].map(number) })
    }

    fn own(&self) -> Used {
        Used { user: ticks(self.times[0]), system: ticks(self.times[1]) }
    }

    fn ended_children(&self) -> Used {
        Used { user: ticks(self.times[2]), system: ticks(self.times[3]) }
    }
}

fn ticks(count: u64) -> Duration {
    let second = sysconf(SysconfVar::CLK_TCK).ok().flatten().and_then(|n| u64::try_from(n).ok()).unwrap_or(100);
    Duration::from_millis(count * 1_000 / second)
}
