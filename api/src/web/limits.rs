//! Limits: how often one may try what could be guessed, or do what rings phones.
//!
//! Each thing is counted by whoever does it, in a bucket of its own that fills again with time, so that what one does takes nothing from another.
//! A lockout must not shut the victim out: who guesses at somebody's password uses up the tries of their own network, and of all networks from
//! which nobody of this account has signed in before. A browser that has is counted apart, so its owner never waits for a stranger. And a code
//! that is right is taken however many wrong ones come, from the same address or from all over the world: behind one address there may be a city hall,
//! or all customers of a carrier.
//!
//! Reading, stamping, and whatever has to do with an emergency is not limited.

use std::{
    fmt,
    hash::Hash,
    net::IpAddr,
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use actix_web::HttpRequest;
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
};

use super::client::{Network, network};
use crate::problem::Problem;

/// With so many counts those who have been quiet are forgotten.
const TIDY: u32 = 4_096;

/// What is kept of a mail address, a code, or an id, to count by: 32 bytes of a hash, or 16 of an id.
pub type Subject = Vec<u8>;

/// One bucket for each `K`.
struct Buckets<K: Hash + Eq + Clone> {
    limiter: DefaultKeyedRateLimiter<K>,
    counted: AtomicU32,
}

impl<K: Hash + Eq + Clone> Buckets<K> {
    /// `at_once`, and one more after each `period`.
    fn new(at_once: u32, period: Duration) -> Self {
        let one = Quota::with_period(period).unwrap_or(Quota::per_second(NonZeroU32::MIN));
        let quota = one.allow_burst(NonZeroU32::MIN.saturating_add(at_once.saturating_sub(1)));
        Self { limiter: RateLimiter::keyed(quota), counted: AtomicU32::new(0) }
    }

    fn count(&self, key: &K) -> Result<(), Problem> {
        if self.counted.fetch_add(1, Ordering::Relaxed) % TIDY == TIDY - 1 {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        self.limiter.check_key(key).map_err(|wait| {
            Problem::too_many(wait.wait_time_from(DefaultClock::default().now()).as_secs().saturating_add(1))
        })
    }
}

/// One bucket for each `K` and network. Of IPv6 who has a network of 48 bits has 65,536 of 64; yet a carrier may have given those to as many people,
/// so all of them together may do three times as much.
struct ByNetwork<K: Hash + Eq + Clone> {
    own: Buckets<(K, IpAddr)>,
    around: Buckets<(K, IpAddr)>,
}

impl<K: Hash + Eq + Clone> ByNetwork<K> {
    fn new(at_once: u32, period: Duration) -> Self {
        Self { own: Buckets::new(at_once, period), around: Buckets::new(at_once * 3, period / 3) }
    }

    fn count(&self, key: K, request: &HttpRequest) -> Result<(), Problem> {
        let Network { own, around } = network(request);
        self.own.count(&(key.clone(), own))?;
        around.map_or(Ok(()), |around| self.around.count(&(key, around)))
    }
}

/// The limits of one server. Counts are its own: with several servers behind one address each has its share.
pub struct Limits(Option<Counts>);

struct Counts {
    wrong: ByNetwork<()>,
    codes: Buckets<Subject>,
    wrong_codes: Buckets<()>,
    sign_ins: ByNetwork<()>,
    accounts_from: ByNetwork<Subject>,
    accounts: Buckets<Subject>,
    known: Buckets<Subject>,
    journeys: ByNetwork<()>,
    refreshes_from: ByNetwork<()>,
    refreshes: Buckets<Subject>,
    publishing: Buckets<Subject>,
    tests: Buckets<Subject>,
    attaching: Buckets<Subject>,
}

impl Limits {
    /// The limits, or none where they are not `on`.
    #[must_use]
    pub fn new(on: bool) -> Self {
        let seconds = Duration::from_secs;
        Self(on.then(|| Counts {
            // Guessing a code of 67 bits is hopeless anyway; who is told to wait is somebody whose slip is out of date, or a program.
            wrong: ByNetwork::new(30, seconds(2)),
            // A slip admits eight; each of them may mistype their name once.
            codes: Buckets::new(16, seconds(4)),
            wrong_codes: Buckets::new(300, Duration::from_millis(200)),
            // A city hall comes to work at half past eight; who tries one password on all accounts does not get far with it.
            sign_ins: ByNetwork::new(300, Duration::from_millis(200)),
            accounts_from: ByNetwork::new(10, seconds(30)),
            accounts: Buckets::new(100, seconds(6)),
            known: Buckets::new(20, seconds(10)),
            // The same city hall, to its provider and back.
            journeys: ByNetwork::new(300, Duration::from_millis(200)),
            // Every program behind one address, four times an hour.
            refreshes_from: ByNetwork::new(300, Duration::from_millis(200)),
            refreshes: Buckets::new(10, seconds(10)),
            // Nobody has twenty things to say at once; a telegram that comes every minute gets through.
            publishing: Buckets::new(20, seconds(60)),
            // Who turns this and that in the settings of their phone, and looks again.
            tests: Buckets::new(5, seconds(600)),
            // Two months' circulars on one evening; each costs a process, and up to ten seconds of one core.
            attaching: Buckets::new(60, seconds(20)),
        }))
    }

    /// Counts what turned out to be wrong, a code, a password, a passkey, from where `request` comes: thirty at once and one more every two seconds.
    ///
    /// # Errors
    /// `too_many_tries`, as of all of these, with the seconds to wait.
    pub fn count_wrong(&self, request: &HttpRequest) -> Result<(), Problem> {
        self.0.as_ref().map_or(Ok(()), |counts| counts.wrong.count((), request))
    }

    /// Counts a step of a journey to the city's provider and back: three hundred at once and five a second.
    ///
    /// # Errors
    /// `too_many_tries`.
    pub fn count_journey(&self, request: &HttpRequest) -> Result<(), Problem> {
        self.0.as_ref().map_or(Ok(()), |counts| counts.journeys.count((), request))
    }

    /// Counts a try with this very code, right or wrong: sixteen at once and one more every four seconds.
    ///
    /// # Errors
    /// `too_many_tries`.
    pub fn count_code(&self, hash: Subject) -> Result<(), Problem> {
        self.0.as_ref().map_or(Ok(()), |counts| counts.codes.count(&hash))
    }

    /// Counts a code that nobody has, wherever it came from: three hundred at once and five a second.
    ///
    /// # Errors
    /// `too_many_tries`.
    pub fn count_wrong_code(&self) -> Result<(), Problem> {
        let Some(counts) = &self.0 else { return Ok(()) };
        counts.wrong_codes.count(&()).inspect_err(|_| tracing::warn!("somebody guesses codes from many addresses"))
    }

    /// Counts a sign-in to `account`. From a `known` browser, one that has signed in to it before: twenty at once and one more every ten seconds,
    /// whatever anybody else does. Otherwise by network: three hundred at once and five a second; by account and network: ten at once and one more every
    /// half minute; and by account from all unknown browsers together: a hundred at once and one more every six seconds.
    ///
    /// # Errors
    /// `too_many_tries`.
    pub fn count_sign_in(
        &self,
        request: &HttpRequest,
        account: Subject,
        known: Option<Subject>,
    ) -> Result<(), Problem> {
        let Some(counts) = &self.0 else { return Ok(()) };
        if let Some(browser) = known {
            return counts.known.count(&browser);
        }
        counts.sign_ins.count((), request)?;
        counts.accounts_from.count(account.clone(), request)?;
        counts.accounts.count(&account)
    }

    /// Counts a refresh by address: three hundred at once and five a second.
    ///
    /// # Errors
    /// `too_many_tries`.
    pub fn count_refresh_from(&self, request: &HttpRequest) -> Result<(), Problem> {
        self.0.as_ref().map_or(Ok(()), |counts| counts.refreshes_from.count((), request))
    }

    /// Counts a refresh by sign-in: ten at once and one more every ten seconds.
    ///
    /// # Errors
    /// `too_many_tries`.
    pub fn count_refresh_of(&self, sign_in: Subject) -> Result<(), Problem> {
        self.0.as_ref().map_or(Ok(()), |counts| counts.refreshes.count(&sign_in))
    }

    /// Counts what rings phones, by who publishes it: twenty at once and one more a minute. Not for emergencies.
    ///
    /// # Errors
    /// `too_many_tries`.
    pub fn count_publishing(&self, person: Subject) -> Result<(), Problem> {
        self.0.as_ref().map_or(Ok(()), |counts| counts.publishing.count(&person))
    }

    /// Counts the tests with which somebody rings their own browsers: five at once and one more every ten minutes.
    ///
    /// # Errors
    /// `too_many_tries`.
    pub fn count_test(&self, person: Subject) -> Result<(), Problem> {
        self.0.as_ref().map_or(Ok(()), |counts| counts.tests.count(&person))
    }

    /// Counts files that somebody hands in: sixty at once and three more a minute.
    ///
    /// # Errors
    /// `too_many_tries`.
    pub fn count_attaching(&self, person: Subject) -> Result<(), Problem> {
        self.0.as_ref().map_or(Ok(()), |counts| counts.attaching.count(&person))
    }
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Limits").field(&self.0.is_some()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use actix_web::test::TestRequest;

    use super::*;

    fn from(last: u8) -> HttpRequest {
        TestRequest::default().peer_addr(([192, 0, 2, last], 1).into()).to_http_request()
    }

    fn allowed(mut one: impl FnMut(u32) -> Result<(), Problem>) -> u32 {
        (0..1_000).take_while(|n| one(*n).is_ok()).count().try_into().expect("a number")
    }

    #[test]
    fn who_guesses_shuts_themselves_out_and_no_browser_of_the_owners() {
        let limits = Limits::new(true);
        let account = || b"kaicho@asahi.example".to_vec();
        assert_eq!(allowed(|_| limits.count_sign_in(&from(1), account(), None)), 10);
        assert!(limits.count_sign_in(&from(2), account(), None).is_ok(), "another network");
        assert!(limits.count_sign_in(&from(1), b"other".to_vec(), None).is_ok(), "another account");
        // From anywhere in the world.
        let tried =
            allowed(|n| limits.count_sign_in(&from(u8::try_from(n / 10 + 3).expect("a part")), account(), None));
        assert!((80..100).contains(&tried), "{tried}");
        assert!(limits.count_sign_in(&from(250), account(), None).is_err(), "an unknown browser waits");
        assert_eq!(allowed(|_| limits.count_sign_in(&from(1), account(), Some(b"mine".to_vec()))), 20);
    }

    #[test]
    fn journeys_to_the_provider_are_counted_apart_from_what_is_wrong() {
        let limits = Limits::new(true);
        assert!((30..40).contains(&allowed(|_| limits.count_wrong(&from(1)))));
        assert!((300..320).contains(&allowed(|_| limits.count_journey(&from(1)))));
        assert!(limits.count_sign_in(&from(1), b"kaicho@asahi.example".to_vec(), None).is_ok());
    }

    #[test]
    fn who_has_many_networks_of_their_own_is_counted_by_the_one_around_them() {
        let from = |n: u32| {
            let (site, subnet) = (u16::try_from(n / 1_000).expect("a part"), u16::try_from(n % 1_000).expect("a part"));
            let address = Ipv6Addr::new(0x2001, 0xdb8, site, subnet, 0, 0, 0, 1);
            TestRequest::default().peer_addr((address, 1).into()).to_http_request()
        };
        let limits = Limits::new(true);
        assert!((30..40).contains(&allowed(|_| limits.count_wrong(&from(0)))), "one network");
        let more = allowed(|n| limits.count_wrong(&from(n + 1)));
        assert!((55..70).contains(&more), "all others around it: {more}");
        assert!(limits.count_wrong(&from(1_000)).is_ok(), "another one");
        let account = || b"kaicho@asahi.example".to_vec();
        assert_eq!(allowed(|n| limits.count_sign_in(&from(n), account(), None)), 30);
    }

    #[test]
    fn nobody_is_counted_where_limits_are_off() {
        let limits = Limits::new(false);
        assert_eq!(allowed(|_| limits.count_wrong(&from(1))), 1_000);
        assert_eq!(allowed(|_| limits.count_publishing(vec![1])), 1_000);
    }
}
