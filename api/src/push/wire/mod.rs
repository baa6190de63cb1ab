//! The way to the push services: from an address that a stranger gave us to an answer.
//!
//! [`dial`] decides what may be called and opens it, [`pool`] keeps what is open and says which connection has room, [`transport`] sends
//! one message and bounds what may come back, and [`lanes`] gives each core a thread with a transport of its own, so that nothing
//! on this way is shared between cores. Nothing here knows what a notice is.

pub mod address;
pub mod dial;
pub mod lanes;
pub mod plain;
pub mod pool;
pub mod transport;
