//! What a phone is sent: both a declarative push and JSON for the service worker.
//!
//! A notice, the weekly summary, or a test, in the language of whose phone it is. It is read by strangers on a lock screen, so nothing of a notice that is not for everyone is in it but its kind. A service and
//! the network see its length; Firefox on Android takes no more than about 2.7 kB of it.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use entity::notice::{self, Importance};
use serde::Serialize;
use time::{Duration, OffsetDateTime};

use crate::{
    config::Origin,
    lock_screen::{DRILL, LockScreen, beginning},
    say::Language,
};

/// The most that a body may hold before it is encrypted.
pub const LIMIT: usize = 2_048;
/// How much of the title is left in the smallest form.
const SHORT_TITLE: usize = 30;
/// The longest that a service keeps a message.
pub const LONGEST_LIFE: Duration = Duration::days(28);
/// An emergency waits at least so long for a phone that is off.
pub const EMERGENCY_LIFE: Duration = Duration::hours(1);

/// How a phone is to be woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// At once.
    High,
    /// As usual.
    Normal,
    /// When it is awake anyway.
    Low,
}

/// One notice as it is pushed.
#[derive(Clone, Debug)]
pub struct Message {
    /// The body.
    pub body: Vec<u8>,
    /// The body where a service finds that too large: id and title.
    pub smallest: Vec<u8>,
    /// How a phone is to be woken.
    pub urgency: Urgency,
    /// What a later message replaces: the notice, and nothing else than the notice.
    pub topic: String,
}

#[derive(Serialize)]
struct Push<'a> {
    web_push: u16,
    notification: Notification<'a>,
}

#[derive(Serialize)]
struct Notification<'a> {
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
    lang: &'static str,
    navigate: String,
    tag: String,
    data: Data,
}

#[derive(Serialize)]
struct Data {
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<String>,
    revision: i64,
}

impl Message {
    /// The message of a notice of the area named `sender`, with links to `origin`, for who reads `language`.
    ///
    /// # Errors
    /// When JSON can't be written.
    pub fn new(notice: &notice::Model, sender: &str, origin: &Origin, language: Language) -> serde_json::Result<Self> {
        let LockScreen { title, text, language: spoken } = LockScreen::of(notice, sender, language);
        let write = |title: &str, body: Option<&str>| {
            serde_json::to_vec(&Push {
                web_push: 8030,
                notification: Notification {
                    title,
                    body,
                    lang: spoken.tag(),
                    navigate: format!("{origin}/n/{}", notice.id),
                    tag: notice.id.to_string(),
                    data: Data { notice: Some(notice.id.to_string()), revision: notice.revision.into() },
                },
            })
        };
        // What is longest is cut first: the text, then the title.
        let around = write("", None)?.len();
        let title_fits = shortened_to(&title, |t| write(t, None).is_ok_and(|bytes| bytes.len() <= LIMIT - around / 2));
        let text_fits = shortened_to(&text, |t| write(&title_fits, Some(t)).is_ok_and(|bytes| bytes.len() <= LIMIT));
        Ok(Self {
            body: write(&title_fits, Some(&text_fits))?,
            smallest: write(&short_title(notice, &title), None)?,
            urgency: match notice.importance {
                Importance::Emergency => Urgency::High,
                Importance::MustRead | Importance::Normal => Urgency::Normal,
                Importance::Fyi => Urgency::Low,
            },
            topic: BASE64URL.encode(notice.id.0.as_bytes()),
        })
    }

    /// The weekly summary of so many `notices`, which leads to the list; with a higher `number` it takes the place of one before.
    ///
    /// # Errors
    /// When JSON can't be written.
    pub fn week(notices: i64, origin: &Origin, number: i64, language: Language) -> serde_json::Result<Self> {
        Self::saying(&LockScreen::week(notices, language), (format!("{origin}/"), "week", number), Urgency::Low)
    }

    /// That notifications arrive. A later one has a higher `number`, and rings again.
    ///
    /// # Errors
    /// When JSON can't be written.
    pub fn test(origin: &Origin, number: i64, language: Language) -> serde_json::Result<Self> {
        let leads_to = format!("{origin}/notifications");
        Self::saying(&LockScreen::test(language), (leads_to, "test", number), Urgency::Normal)
    }

    fn saying(
        LockScreen { title, text, language }: &LockScreen,
        (navigate, tag, revision): (String, &str, i64),
        urgency: Urgency,
    ) -> serde_json::Result<Self> {
        let data = Data { notice: None, revision };
        let (body, lang) = (Some(text.as_str()), language.tag());
        let notification = Notification { title, body, lang, navigate, tag: tag.to_owned(), data };
        let body = serde_json::to_vec(&Push { web_push: 8030, notification })?;
        Ok(Self { smallest: body.clone(), body, urgency, topic: tag.to_owned() })
    }
}

/// How many seconds a service is to keep a message that ends at `expires_at`: never 0, which is dropped where the phone is off.
#[must_use]
pub fn time_to_live(expires_at: OffsetDateTime, urgency: Urgency, now: OffsetDateTime) -> u32 {
    let least = if urgency == Urgency::High { EMERGENCY_LIFE } else { Duration::SECOND };
    let life = (expires_at - now).clamp(least, LONGEST_LIFE);
    u32::try_from(life.whole_seconds()).unwrap_or(1)
}

/// The title of the smallest form: a drill says so in however few characters.
fn short_title(notice: &notice::Model, title: &str) -> String {
    let short = beginning(title, SHORT_TITLE);
    if notice.drill && !short.contains(DRILL) { format!("{DRILL}{short}") } else { short }
}

/// `text`, or the longest beginning of it that fits.
fn shortened_to(text: &str, fits: impl Fn(&str) -> bool) -> String {
    if fits(text) {
        return text.to_owned();
    }
    let lengths: Vec<usize> = (1..=text.chars().count()).collect();
    let fitting = lengths.partition_point(|most| fits(&beginning(text, *most)));
    beginning(text, fitting.max(1))
}

#[cfg(test)]
mod tests {
    use entity::{
        ids::{AreaId, CityId, NoticeId},
        notice::Addressees,
    };
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-22 09:00 UTC);

    fn notice(importance: Importance, addressees: Addressees) -> notice::Model {
        notice::Model {
            city_id: CityId::new(),
            id: NoticeId::new(),
            author_id: None,
            sender_area_id: AreaId::new(),
            sender_role: notice::Role::Officer,
            title: "夏祭りの準備".into(),
            body: "八月一日の朝八時に公園へお集まりください。".into(),
            importance,
            category: notice::Category::Other,
            addressees,
            area_ids: Vec::new(),
            circulate_until: None,
            starts_on: None,
            starts_time: None,
            ends_on: None,
            ends_time: None,
            place: None,
            for_whom: None,
            fee: None,
            answer_by: None,
            contact_name: None,
            contact_phone: None,
            contact_mail: None,
            easy_title: None,
            easy_body: None,
            english_title: None,
            english_body: None,
            publish_at: None,
            drill: false,
            revision: 1,
            created_at: NOW,
            published_at: Some(NOW),
            publisher_id: None,
            alone_reason: None,
            withdrawn_at: None,
            withdrawn_reason: None,
            closed_at: None,
        }
    }

    fn pushed(notice: &notice::Model) -> serde_json::Value {
        let origin = "https://kairan.example".parse().expect("origin");
        let message = Message::new(notice, "丸山町内会", &origin, Language::Japanese).expect("message");
        assert!(message.body.len() <= LIMIT, "{} bytes", message.body.len());
        assert!(message.smallest.len() <= 512, "{} bytes", message.smallest.len());
        serde_json::from_slice(&message.body).expect("JSON")
    }

    #[test]
    fn the_body_is_the_contract_s() {
        let notice = notice(Importance::Normal, Addressees::Everyone);
        let id = notice.id.to_string();
        assert_eq!(
            pushed(&notice),
            serde_json::json!({"web_push": 8030, "notification": {
                "title": "夏祭りの準備", "body": "丸山町内会からのお知らせ", "lang": "ja",
                "navigate": format!("https://kairan.example/n/{id}"), "tag": id,
                "data": {"notice": id, "revision": 1},
            }})
        );
    }

    #[test]
    fn nothing_for_officers_is_shown_to_a_stranger() {
        let mut notice = notice(Importance::Emergency, Addressees::Officers);
        notice.drill = true;
        let push = pushed(&notice).to_string();
        assert!(!push.contains("夏祭り") && !push.contains("公園") && !push.contains("丸山"), "{push}");
        assert!(push.contains("【訓練】役員・班長へのお知らせ") && push.contains("開いてご確認ください。"), "{push}");
    }

    #[test]
    fn a_drill_and_a_correction_say_so() {
        let mut notice = notice(Importance::Emergency, Addressees::Everyone);
        notice.drill = true;
        notice.revision = 2;
        let push = pushed(&notice);
        assert_eq!(push["notification"]["title"], "【訂正】【訓練】夏祭りの準備");
        assert_eq!(push["notification"]["body"], "八月一日の朝八時に公園へお集まりください。");
        notice.title = "避難訓練のお知らせ".into();
        assert_eq!(pushed(&notice)["notification"]["title"], "【訂正】【訓練】避難訓練のお知らせ");
    }

    #[test]
    fn row_payload_what_is_too_long_is_cut_between_characters() {
        let mut notice = notice(Importance::Emergency, Addressees::Everyone);
        notice.title = "𠮷".repeat(200);
        notice.body = "\"\n\u{1}川".repeat(3_000);
        let push = pushed(&notice);
        let body = push["notification"]["body"].as_str().expect("body");
        assert!(body.ends_with('…') && body.chars().count() > 100, "{body}");
        notice.title = "\u{1}".repeat(5_000);
        assert!(pushed(&notice)["notification"]["title"].as_str().is_some_and(|t| t.ends_with('…')));
    }

    #[test]
    fn row_ttl_as_long_as_it_matters_and_never_zero() {
        let ttl = |life, urgency| time_to_live(NOW + life, urgency, NOW);
        assert_eq!(ttl(Duration::hours(5), Urgency::Normal), 18_000);
        assert_eq!(ttl(Duration::ZERO, Urgency::Low), 1);
        assert_eq!(ttl(Duration::days(60), Urgency::Normal), 2_419_200);
        assert_eq!(ttl(Duration::minutes(1), Urgency::High), 3_600);
    }

    #[test]
    fn row_urgency_by_importance() {
        let urgency = |importance| {
            let origin = "https://kairan.example".parse().expect("origin");
            let notice = notice(importance, Addressees::Everyone);
            Message::new(&notice, "", &origin, Language::Japanese).expect("message").urgency
        };
        assert_eq!(urgency(Importance::Emergency), Urgency::High);
        assert_eq!([Importance::MustRead, Importance::Normal].map(urgency), [Urgency::Normal; 2]);
        assert_eq!(urgency(Importance::Fyi), Urgency::Low);
    }

    #[test]
    fn row_topic_two_notices_never_share_one() {
        let topic = |notice: &notice::Model| {
            let origin = "https://kairan.example".parse().expect("origin");
            Message::new(notice, "", &origin, Language::Japanese).expect("message").topic
        };
        let mut notice = notice(Importance::Normal, Addressees::Everyone);
        let first = topic(&notice);
        assert!(first.len() <= 32);
        assert!(first.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')), "{first}");
        notice.revision = 2;
        assert_eq!(topic(&notice), first);
        notice.id = NoticeId::new();
        assert_ne!(topic(&notice), first);
    }
}
