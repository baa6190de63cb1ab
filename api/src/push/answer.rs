//! What a push service's answer means: the table of how services answer, as one pure function.
//!
//! Only 404 and 410 end a subscription. Whatever else goes wrong is either the moment's (try again later), ours (say so loudly and
//! keep the subscription), or our signature's (sign afresh, once).

use http::{HeaderMap, StatusCode, header};
use time::{Duration, OffsetDateTime};

use super::retry_after;

/// Whose push service it is: they answer differently, and their few names are what counters are kept by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    /// Firefox: autopush.
    Mozilla,
    /// Chrome and Android: FCM.
    Google,
    /// Safari, iPhones.
    Apple,
    /// Edge: WNS.
    Microsoft,
    /// Whatever else the settings allow.
    Other,
}

impl Service {
    /// The service that serves `host`.
    #[must_use]
    pub fn of_host(host: &str) -> Self {
        let below = |suffix: &str| host.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        if below("push.services.mozilla.com") {
            Self::Mozilla
        } else if below("fcm.googleapis.com") {
            Self::Google
        } else if below("push.apple.com") {
            Self::Apple
        } else if below("notify.windows.com") {
            Self::Microsoft
        } else {
            Self::Other
        }
    }

    /// Its name in counters.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mozilla => "mozilla",
            Self::Google => "google",
            Self::Apple => "apple",
            Self::Microsoft => "microsoft",
            Self::Other => "other",
        }
    }
}

/// What came back of one try.
#[derive(Clone, Debug)]
pub enum Reply {
    /// An answer, with the beginning of its body.
    Answer {
        /// Its status.
        status: StatusCode,
        /// Its headers.
        headers: HeaderMap,
        /// The beginning of its body.
        body: Vec<u8>,
    },
    /// None: the connection, the name, TLS, or the time failed.
    NoAnswer,
}

/// What to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The service took it.
    Accepted,
    /// The subscription is no more.
    Gone,
    /// Try again: after as long as the service said, or by our own back-off.
    Retry {
        /// What the service asked for.
        after: Option<Duration>,
        /// What it says of the service as a whole.
        sign: Sign,
    },
    /// Our signature was refused: sign once more with a fresh clock.
    Resign,
    /// The page subscribed under another key: it has to subscribe again.
    Renew,
    /// Too large: the smallest form, once.
    TooLarge,
    /// The same bytes will be refused again.
    OurFault,
}

/// What a failed try says of the service as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It is in trouble: 5xx, or no answer at all.
    Sick,
    /// We are too fast for it.
    TooFast,
    /// Nothing.
    None,
}

impl Verdict {
    /// Its name in counters.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Gone => "gone",
            Self::Retry { sign: Sign::Sick, .. } => "sick",
            Self::Retry { sign: Sign::TooFast, .. } => "too_fast",
            Self::Retry { sign: Sign::None, .. } => "odd",
            Self::Resign => "signature_refused",
            Self::Renew => "renew",
            Self::TooLarge => "too_large",
            Self::OurFault => "our_fault",
        }
    }
}

/// What a service says of a message that it took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// The address by which it knows the message (RFC 8030, section 5), without what all its messages have in common.
    pub message_id: Option<Box<str>>,
    /// For how many seconds it keeps it, where that is less than was asked for.
    pub shortened_to: Option<u32>,
}

/// Reads what a service says of a message that it took and that was to be kept for `ttl` seconds.
#[must_use]
pub fn taken(reply: &Reply, ttl: u32) -> Taken {
    let Reply::Answer { headers, .. } = reply else { return Taken::default() };
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let id = text("location").and_then(|address| address.rsplit('/').next()).unwrap_or_default();
    let kept = text("ttl").and_then(|text| text.parse().ok());
    Taken {
        // What is longer is none that could be named to anybody.
        message_id: Some(id).filter(|id| !id.is_empty() && id.len() <= LONGEST_ID).map(Box::from),
        shortened_to: kept.filter(|kept| *kept < ttl),
    }
}

/// The longest id that is kept; autopush's have some 200 characters.
const LONGEST_ID: usize = 512;

/// Reads a reply of `service` at `now`.
#[must_use]
pub fn judge(service: Service, reply: &Reply, now: OffsetDateTime) -> Verdict {
    let Reply::Answer { status, headers, body } = reply else {
        return Verdict::Retry { after: None, sign: Sign::Sick };
    };
    let retry = |sign| Verdict::Retry { after: retry_after::parse(headers.get(header::RETRY_AFTER), now), sign };
    match status.as_u16() {
        200..=299 if service == Service::Microsoft => match windows_status(headers) {
            "dropped" => retry(Sign::None),
            "channelthrottled" => retry(Sign::TooFast),
            _ => Verdict::Accepted,
        },
        200..=299 => Verdict::Accepted,
        400 if service == Service::Apple && mentions(body, "VapidPkHashMismatch") => Verdict::Renew,
        400 | 405 => Verdict::OurFault,
        401 | 403 => Verdict::Resign,
        404 | 410 => Verdict::Gone,
        406 | 429 => retry(Sign::TooFast),
        408 | 500..=599 => retry(Sign::Sick),
        413 => Verdict::TooLarge,
        _ => retry(Sign::None),
    }
}

fn windows_status(headers: &HeaderMap) -> &str {
    headers.get("x-wns-status").and_then(|v| v.to_str().ok()).unwrap_or_default()
}

fn mentions(body: &[u8], word: &str) -> bool {
    body.windows(word.len()).any(|part| part == word.as_bytes())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-22 09:00 UTC);

    fn judged(service: Service, status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Verdict {
        let headers =
            headers.iter().map(|(k, v)| (http::HeaderName::from_static(k), HeaderValue::from_static(v))).collect();
        let status = StatusCode::from_u16(status).expect("status");
        judge(service, &Reply::Answer { status, headers, body: body.as_bytes().to_vec() }, NOW)
    }

    const ALL: [Service; 5] = [Service::Mozilla, Service::Google, Service::Apple, Service::Microsoft, Service::Other];

    #[test]
    fn row_200_201_202() {
        for service in ALL {
            for status in [200, 201, 202, 204] {
                assert_eq!(judged(service, status, &[], ""), Verdict::Accepted, "{service:?} {status}");
            }
        }
    }

    #[test]
    fn row_200_201_202_keeps_the_message_id_and_notes_a_shortened_ttl() {
        let said = |headers: &[(&'static str, &str)]| {
            let headers = headers
                .iter()
                .map(|(name, value)| {
                    (http::HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value"))
                })
                .collect();
            taken(&Reply::Answer { status: StatusCode::CREATED, headers, body: Vec::new() }, 3_600)
        };
        let all = said(&[("location", "https://updates.push.services.mozilla.com/m/gAAAA"), ("ttl", "60")]);
        assert_eq!(all, Taken { message_id: Some("gAAAA".into()), shortened_to: Some(60) });
        for nothing in [
            said(&[]),
            said(&[("ttl", "3600")]),
            said(&[("ttl", "many"), ("location", "/")]),
            said(&[("location", &"x".repeat(600))]),
        ] {
            assert_eq!(nothing, Taken::default());
        }
        assert_eq!(taken(&Reply::NoAnswer, 1), Taken::default());
    }

    #[test]
    fn row_200_with_a_status_of_wns() {
        let wns = |status| judged(Service::Microsoft, 200, &[("x-wns-status", status)], "");
        assert_eq!(wns("received"), Verdict::Accepted);
        assert_eq!(wns("dropped"), Verdict::Retry { after: None, sign: Sign::None });
        assert_eq!(wns("channelthrottled"), Verdict::Retry { after: None, sign: Sign::TooFast });
        assert_eq!(judged(Service::Google, 201, &[("x-wns-status", "dropped")], ""), Verdict::Accepted);
    }

    #[test]
    fn row_3xx() {
        for status in [301, 302, 307, 308] {
            let verdict = judged(Service::Other, status, &[("location", "https://elsewhere.example/")], "");
            assert_eq!(verdict, Verdict::Retry { after: None, sign: Sign::None }, "{status}");
        }
    }

    #[test]
    fn row_400() {
        for service in ALL {
            assert_eq!(judged(service, 400, &[], "bad TTL"), Verdict::OurFault, "{service:?}");
        }
        assert_eq!(judged(Service::Google, 400, &[], "UnauthorizedRegistration"), Verdict::OurFault);
        let mismatch = r#"{"reason":"VapidPkHashMismatch"}"#;
        assert_eq!(judged(Service::Apple, 400, &[], mismatch), Verdict::Renew);
        assert_eq!(judged(Service::Mozilla, 400, &[], mismatch), Verdict::OurFault);
    }

    #[test]
    fn row_401_403() {
        for service in ALL {
            assert_eq!(judged(service, 401, &[], ""), Verdict::Resign, "{service:?}");
            assert_eq!(judged(service, 403, &[], r#"{"reason":"BadJwtToken"}"#), Verdict::Resign, "{service:?}");
        }
    }

    #[test]
    fn row_404_410_alone_end_a_subscription() {
        for service in ALL {
            for status in 200..=599 {
                let gone = judged(service, status, &[], "") == Verdict::Gone;
                assert_eq!(gone, matches!(status, 404 | 410), "{service:?} {status}");
            }
        }
    }

    #[test]
    fn row_405() {
        assert_eq!(judged(Service::Apple, 405, &[], ""), Verdict::OurFault);
    }

    #[test]
    fn row_406() {
        let verdict = judged(Service::Microsoft, 406, &[("retry-after", "900")], "");
        assert_eq!(verdict, Verdict::Retry { after: Some(Duration::minutes(15)), sign: Sign::TooFast });
    }

    #[test]
    fn row_408_time_out_reset_dns_tls() {
        let sick = Verdict::Retry { after: None, sign: Sign::Sick };
        assert_eq!(judged(Service::Mozilla, 408, &[], ""), sick);
        for service in ALL {
            assert_eq!(judge(service, &Reply::NoAnswer, NOW), sick, "{service:?}");
        }
    }

    #[test]
    fn row_413() {
        assert_eq!(judged(Service::Mozilla, 413, &[], ""), Verdict::TooLarge);
    }

    #[test]
    fn row_429() {
        let verdict = judged(Service::Google, 429, &[("retry-after", "7")], "");
        assert_eq!(verdict, Verdict::Retry { after: Some(Duration::seconds(7)), sign: Sign::TooFast });
        let verdict = judged(Service::Apple, 429, &[], "TooManyRequests");
        assert_eq!(verdict, Verdict::Retry { after: None, sign: Sign::TooFast });
    }

    #[test]
    fn row_500_502_503() {
        for status in [500, 502, 503, 504] {
            let verdict = judged(Service::Mozilla, status, &[("retry-after", "120")], "");
            assert_eq!(verdict, Verdict::Retry { after: Some(Duration::minutes(2)), sign: Sign::Sick }, "{status}");
        }
    }

    #[test]
    fn row_else() {
        for status in [402, 409, 418, 421, 451, 999] {
            let verdict = judged(Service::Other, status, &[], "");
            assert_eq!(verdict, Verdict::Retry { after: None, sign: Sign::None }, "{status}");
        }
    }

    #[test]
    fn services_are_known_by_their_hosts() {
        for (host, service) in [
            ("updates.push.services.mozilla.com", Service::Mozilla),
            ("fcm.googleapis.com", Service::Google),
            ("web.push.apple.com", Service::Apple),
            ("wns2-by3p.notify.windows.com", Service::Microsoft),
            ("evilpush.apple.com", Service::Other),
            ("localhost", Service::Other),
        ] {
            assert_eq!(Service::of_host(host), service, "{host}");
        }
    }
}
