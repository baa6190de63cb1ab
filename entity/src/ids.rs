//! Identifiers: a newtype for each table, so that a household can't be taken for a person.
//!
//! All are UUIDs of version 7 (RFC 9562): ordered by the time they were made, which keeps indexes compact and lets a list be
//! read newest first by its key.

use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, DeriveValueType)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A fresh id, ordered by the present time.
            #[must_use]
            #[expect(clippy::new_without_default, reason = "a default would not be fresh to a reader's eye")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        /// A UUID is never made from a database's counter.
        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

id! {
    /// A city: the unit of isolation.
    CityId,
    /// A node of the tree of areas.
    AreaId,
    /// A stream that an association's people receive.
    ChannelId,
    /// A household.
    HouseholdId,
    /// A person.
    PersonId,
    /// A person's role in an area for a term.
    SeatId,
    /// One signed-in device: the family of its tokens.
    SessionId,
    /// What a device signs in with in place of a password.
    PasskeyId,
    /// One circular.
    NoticeId,
    /// A file beside a notice.
    AttachmentId,
    /// Whose stamp a receipt is: a household, or a seat holder who belongs to none.
    ReaderId,
    /// One browser's push subscription.
    SubscriptionId,
    /// Up to 500 subscriptions of one push service, to be sent one notice.
    BatchId,
    /// One entry of the audit log.
    AuditId,
}

impl From<HouseholdId> for ReaderId {
    fn from(id: HouseholdId) -> Self {
        Self(id.0)
    }
}

impl From<PersonId> for ReaderId {
    fn from(id: PersonId) -> Self {
        Self(id.0)
    }
}
