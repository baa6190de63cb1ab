//! How the push service answers in place of a plain 201. It answers badly once or twice and then well, so that every phone rings in the
//! end; and never so many at once that the program's breaker would leave the service alone.

use crate::log::Phone;

/// How it answers for a notice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weather {
    /// 201.
    #[default]
    Fine,
    /// One of ten phones is told 503 first.
    Busy,
    /// 201 with a long body.
    Wordy,
    /// Of forty phones one each is told 401 and 403 until it is tried a second time, 429, 503, 503 with a long body, and broken off.
    Mixed,
}

/// What one try is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It rings. The status is 201, and the body so long.
    Ring(usize),
    /// A status with so long a body, and perhaps a `Retry-After` of a second.
    Refuse(u16, usize, bool),
    /// The stream breaks.
    Break,
}

/// A body that is long, and less than what is read of one.
const LONG: usize = 40 * 1024;

impl Weather {
    /// The answer to a phone that was given `before` bad ones for the same notice. `turn` is another one for each notice.
    pub fn reply(self, phone: Phone, turn: u32, before: u8) -> Reply {
        let place = phone.wrapping_add(turn).wrapping_mul(7);
        match (self, before) {
            (Self::Fine, _) => Reply::Ring(0),
            (Self::Wordy, _) => Reply::Ring(LONG),
            (Self::Busy, 0) if place.is_multiple_of(10) => Reply::Refuse(503, 0, true),
            (Self::Mixed, 0 | 1) if place % 40 == 1 => Reply::Refuse(401, 60, false),
            (Self::Mixed, 0 | 1) if place % 40 == 2 => Reply::Refuse(403, 60, false),
            (Self::Mixed, 0) if place % 40 == 3 => Reply::Refuse(429, 0, true),
            (Self::Mixed, 0) if place % 40 == 4 => Reply::Refuse(503, 0, true),
            (Self::Mixed, 0) if place % 40 == 5 => Reply::Refuse(503, LONG, true),
            (Self::Mixed, 0) if place % 40 == 6 => Reply::Break,
            (Self::Busy | Self::Mixed, _) => Reply::Ring(0),
        }
    }
}
