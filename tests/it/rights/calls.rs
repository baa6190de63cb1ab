//! Every call, and how it is made so that nothing but a missing right stands in its way.

use super::world::Place;

/// What a call is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Nothing but the caller.
    Nothing,
    /// A code or a password that is wrong: it opens nothing, to nobody.
    Code,
    /// An area.
    Area,
    /// A notice that has not been published.
    Draft,
    /// One that has.
    Notice,
    /// A browser that is rung.
    Subscription,
    /// A device that is signed in.
    Session,
    /// A household of the first group.
    Household,
    /// One of its people.
    Person,
    /// A seat of somebody else: an officer's, in another group a leader's, of the whole city a member of staff's.
    Seat,
    /// A passkey.
    Passkey,
    /// A household, which is one's own to answer for; what reaches it goes where `{notice}` stands.
    Answered,
}

impl About {
    /// Where such a thing can be. What does not exist comes first: the others are held against it.
    pub fn places(self) -> &'static [Place] {
        match self {
            Self::Nothing | Self::Code => &[Place::Nowhere],
            Self::Area | Self::Draft | Self::Notice => {
                &[Place::Unknown, Place::Here, Place::AnotherAssociation, Place::TheCity, Place::AnotherCity]
            }
            Self::Subscription | Self::Session | Self::Passkey | Self::Answered => {
                &[Place::Unknown, Place::OnesOwn, Place::Here, Place::AnotherCity]
            }
            Self::Household | Self::Person => &[
                Place::Unknown,
                Place::OnesOwn,
                Place::Here,
                Place::AnotherGroup,
                Place::AnotherAssociation,
                Place::AnotherCity,
            ],
            Self::Seat => &[
                Place::Unknown,
                Place::Here,
                Place::AnotherGroup,
                Place::AnotherAssociation,
                Place::TheCity,
                Place::AnotherCity,
            ],
        }
    }
}

/// A call.
#[derive(Debug)]
pub struct Call {
    /// Verb and path, as in the source.
    pub name: &'static str,
    /// What it is about; its id goes where `{id}` stands.
    pub about: About,
    /// What comes after the path; the code of the thing's area goes where `{area}` stands.
    pub query: &'static str,
    /// The body; a form's where the path is a page's.
    pub body: &'static str,
}

impl Call {
    /// What its body is.
    pub fn kind(&self) -> &'static str {
        match self.name {
            "POST /api/v1/roster" => "text/csv",
            "POST /roster/import" | "POST /notices/{id}/attachments" => "multipart/form-data; boundary=x",
            "POST /api/v1/notices/{id}/attachments" => "application/pdf",
            page if !page.contains(" /api/") => "application/x-www-form-urlencoded",
            _ => "application/json",
        }
    }
}

const fn call(name: &'static str, about: About, body: &'static str) -> Call {
    Call { name, about, query: "", body }
}

const fn asked(name: &'static str, about: About, query: &'static str) -> Call {
    Call { name, about, query, body: "" }
}

const NOTICE: &str =
    r#"{"title":"溝掃除","body":"九時から","importance":"normal","audience":{"areas":["{area}"],"to":"everyone"}}"#;
const SUBSCRIPTION: &str = r#"{"endpoint":"https://localhost:1/x","keys":{"p256dh":"x","auth":"x"}}"#;
const HOUSEHOLD: &str = r#"{"area":"{area}","label":"号 {id}","delivery":"paper"}"#;
const SEAT: &str = r#"{"area":"{area}","role":"officer","email":"{id}@asahi.example","name":"山田 次郎"}"#;
const SUCCESSOR: &str = r#"{"email":"{id}@asahi.example","name":"山田 次郎"}"#;
const SPLIT: &str = r#"{"label":"離れ {id}","people":["{person}"]}"#;
const ROSTER: &str = "area_code,group,household,delivery\n{area},1,号 {id},paper\n";
const ROSTER_FILE: &str = concat!(
    "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n",
    "area_code,group,household,delivery\n{area},1,号 {id},paper\n\r\n--x--\r\n"
);
const PDF: &str = concat!(
    "%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n",
    "3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n"
);
const PDF_FILE: &str = concat!(
    "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n",
    "%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n",
    "3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n\r\n--x--\r\n"
);
const RINGS: &str = r#"{"quiet_hours":null,"fyi":"weekly","weekly":{"weekday":6,"hour":10},"muted":[]}"#;
const NO_CODE: &str = r#"{"code":"AAAA-AAAA-AAAA-AAAA","password":"ひらけごま ひらけごま"}"#;

/// All of them.
pub const CALLS: &[Call] = &[
    call("DELETE /api/v1/households/{id}", About::Household, ""),
    call("DELETE /api/v1/households/{id}/proxy", About::Household, ""),
    call("DELETE /api/v1/me", About::Nothing, ""),
    call("DELETE /api/v1/notices/{id}/attachments/{file}", About::Notice, ""),
    call("DELETE /api/v1/people/{id}", About::Person, ""),
    call("DELETE /api/v1/proxies/{id}", About::Answered, ""),
    call("DELETE /api/v1/push/subscriptions/{id}", About::Subscription, ""),
    call("DELETE /api/v1/seats/{id}", About::Seat, ""),
    call("DELETE /api/v1/seats/{id}/handover", About::Seat, ""),
    call("DELETE /api/v1/session", About::Nothing, ""),
    call("DELETE /api/v1/sessions", About::Nothing, ""),
    call("DELETE /api/v1/sessions/{id}", About::Session, ""),
    call("GET /", About::Nothing, ""),
    asked("GET /api/v1/areas", About::Area, "?parent={area}"),
    call("GET /api/v1/households", About::Nothing, ""),
    call("GET /api/v1/households/{id}", About::Household, ""),
    call("GET /api/v1/me", About::Nothing, ""),
    call("GET /api/v1/me/data", About::Nothing, ""),
    call("GET /api/v1/notices", About::Nothing, ""),
    call("GET /api/v1/notices/{id}", About::Notice, ""),
    call("GET /api/v1/notices/{id}/attachments", About::Notice, ""),
    call("GET /api/v1/notices/{id}/attachments/{file}", About::Notice, ""),
    call("GET /api/v1/notices/{id}/attachments/{file}/preview", About::Notice, ""),
    asked("GET /api/v1/notices/{id}/coverage", About::Notice, "?by=household"),
    call("GET /api/v1/notices/{id}/delivery", About::Notice, ""),
    call("GET /api/v1/proxies", About::Nothing, ""),
    call("GET /api/v1/proxies/{id}/notices", About::Answered, ""),
    call("GET /api/v1/push/key", About::Nothing, ""),
    call("GET /api/v1/push/preferences", About::Nothing, ""),
    call("GET /api/v1/push/test", About::Nothing, ""),
    asked("GET /api/v1/seats", About::Area, "?area={area}"),
    call("GET /api/v1/purposes", About::Nothing, ""),
    call("GET /api/v1/retention", About::Nothing, ""),
    call("GET /api/v1/recovery-codes", About::Nothing, ""),
    call("GET /api/v1/roster", About::Nothing, ""),
    call("GET /api/v1/seats/{id}/handover", About::Seat, ""),
    call("GET /api/v1/sessions", About::Nothing, ""),
    call("GET /assets/{name}", About::Nothing, ""),
    call("GET /device", About::Nothing, ""),
    call("GET /devices", About::Nothing, ""),
    call("GET /devices/add", About::Nothing, ""),
    call("GET /devices/{id}/end", About::Session, ""),
    call("GET /favicon.ico", About::Nothing, ""),
    call("GET /healthz", About::Nothing, ""),
    call("GET /home", About::Nothing, ""),
    call("GET /households/new", About::Nothing, ""),
    call("GET /households/{id}", About::Household, ""),
    call("GET /households/{id}/dissolve", About::Household, ""),
    call("GET /households/{id}/proxy/end", About::Household, ""),
    call("GET /home.webmanifest", About::Nothing, ""),
    call("GET /join", About::Nothing, ""),
    call("GET /offline", About::Nothing, ""),
    call("GET /start", About::Nothing, ""),
    call("GET /manifest.webmanifest", About::Nothing, ""),
    call("GET /me/data", About::Nothing, ""),
    call("GET /me/leave", About::Nothing, ""),
    call("GET /metrics", About::Nothing, ""),
    call("GET /n/{id}", About::Notice, ""),
    call("GET /n/{id}/files/{file}", About::Notice, ""),
    call("GET /n/{id}/files/{file}/preview", About::Notice, ""),
    asked("GET /n/{id}/coverage", About::Notice, "?by=association"),
    call("GET /n/{id}/delivery", About::Notice, ""),
    call("GET /n/{id}/notice.ics", About::Notice, ""),
    call("GET /notices/new", About::Nothing, ""),
    call("GET /notices/{id}/attachments", About::Draft, ""),
    call("GET /notices/{id}/confirm", About::Draft, ""),
    call("GET /notices/{id}/correct", About::Notice, ""),
    call("GET /notices/{id}/withdraw", About::Notice, ""),
    call("GET /notifications", About::Nothing, ""),
    call("GET /office", About::Nothing, ""),
    call("GET /passkeys", About::Nothing, ""),
    call("GET /passkeys/add", About::Nothing, ""),
    call("GET /passkeys/{id}/remove", About::Passkey, ""),
    call("GET /people/{id}/leave", About::Person, ""),
    call("GET /people/{id}/lost-phone", About::Person, ""),
    call("GET /privacy", About::Nothing, ""),
    call("GET /privacy/retention", About::Nothing, ""),
    asked("GET /oidc/back", About::Code, "?code=x&state=x"),
    call("GET /oidc/start", About::Code, ""),
    call("GET /proxies", About::Nothing, ""),
    call("GET /proxies/{id}", About::Answered, ""),
    call("GET /proxies/{id}/end", About::Answered, ""),
    call("GET /proxies/{id}/n/{notice}", About::Answered, ""),
    call("GET /proxies/{id}/n/{notice}/files/{file}", About::Answered, ""),
    call("GET /proxies/{id}/n/{notice}/files/{file}/preview", About::Answered, ""),
    call("GET /readyz", About::Nothing, ""),
    asked("GET /seats", About::Area, "?area={area}"),
    call("GET /recovery", About::Nothing, ""),
    call("GET /roster", About::Nothing, ""),
    call("GET /roster/file", About::Nothing, ""),
    call("GET /roster/import", About::Nothing, ""),
    call("GET /seats/new", About::Nothing, ""),
    call("GET /seats/{id}/end", About::Seat, ""),
    call("GET /seats/{id}/handover", About::Seat, ""),
    call("GET /signin", About::Nothing, ""),
    call("GET /signin/passkey", About::Nothing, ""),
    call("GET /signout", About::Nothing, ""),
    call("GET /sw.js", About::Nothing, ""),
    call("GET /welcome", About::Nothing, ""),
    call("POST /api/v1/device", About::Code, r#"{"code":"AAAA-AAAA-AAAA-AAAA"}"#),
    call("POST /api/v1/device-codes", About::Nothing, "{}"),
    call("POST /api/v1/households", About::Area, HOUSEHOLD),
    call("POST /api/v1/households/{id}/merge", About::Household, r#"{"household":"{home}"}"#),
    call("POST /api/v1/households/{id}/move", About::Household, r#"{"area":"{area}"}"#),
    call("POST /api/v1/households/{id}/people", About::Household, r#"{"name":"桜"}"#),
    call("POST /api/v1/households/{id}/proxy", About::Household, r#"{"consented_on":"{day}"}"#),
    call("POST /api/v1/households/{id}/slip", About::Household, "{}"),
    call("POST /api/v1/households/{id}/split", About::Household, SPLIT),
    call("POST /api/v1/join", About::Code, r#"{"code":"AAAA-AAAA-AAAA-AAAA"}"#),
    call("POST /api/v1/move", About::Code, r#"{"code":"AAAA-AAAA-AAAA-AAAA"}"#),
    call("POST /api/v1/notices", About::Area, NOTICE),
    Call { name: "POST /api/v1/notices/{id}/attachments", about: About::Draft, query: "?name=a.pdf", body: PDF },
    call("POST /api/v1/notices/{id}/correct", About::Notice, r#"{"title":"溝掃除（延期）","reason":"雨"}"#),
    call("POST /api/v1/notices/{id}/publish", About::Draft, "{}"),
    call("POST /api/v1/notices/{id}/withdraw", About::Notice, "{}"),
    call("POST /api/v1/people/{id}/lost-phone", About::Person, "{}"),
    call("POST /api/v1/proxies", About::Code, r#"{"code":"AAAA-AAAA-AAAA-AAAA"}"#),
    call("POST /api/v1/push/subscriptions", About::Nothing, SUBSCRIPTION),
    call("POST /api/v1/push/test", About::Nothing, "{}"),
    call("POST /api/v1/recovery-codes", About::Code, r#"{"password":"x"}"#),
    call("POST /api/v1/roster", About::Area, ROSTER),
    call("POST /api/v1/seats", About::Area, SEAT),
    call("POST /api/v1/seats/{id}/handover", About::Seat, SUCCESSOR),
    call("POST /api/v1/seats/{id}/link", About::Seat, "{}"),
    call("POST /api/v1/session", About::Code, r#"{"email":"nobody@asahi.example","password":"ひらけごま"}"#),
    call("POST /api/v1/session/refresh", About::Code, r#"{"refresh_token":"x"}"#),
    call("POST /api/v1/sessions/known", About::Nothing, "{}"),
    call("POST /api/v1/welcome", About::Code, NO_CODE),
    call("POST /device", About::Code, "code=AAAA-AAAA-AAAA-AAAA"),
    call("POST /devices/add", About::Nothing, ""),
    call("POST /devices/known", About::Nothing, ""),
    call("POST /devices/{id}/end", About::Session, ""),
    call("POST /home/move", About::Code, "code=AAAA-AAAA-AAAA-AAAA"),
    call("POST /households/new", About::Area, "area={area}&label=号 {id}"),
    call("POST /households/{id}/dissolve", About::Household, ""),
    call("POST /households/{id}/edit", About::Household, "what=delivery&delivery=paper"),
    call("POST /households/{id}/people", About::Household, "name=桜"),
    call("POST /households/{id}/proxy", About::Household, "consented_on={day}"),
    call("POST /households/{id}/proxy/end", About::Household, ""),
    call("POST /households/{id}/slip", About::Household, ""),
    call("POST /join/show", About::Code, "code=AAAA-AAAA-AAAA-AAAA"),
    call("POST /join", About::Code, "code=AAAA-AAAA-AAAA-AAAA&consent=1"),
    call("POST /language", About::Nothing, "language=en"),
    call("POST /me/leave", About::Nothing, "sure=yes"),
    call("POST /notifications", About::Nothing, "quiet_from=&quiet_to=&fyi=weekly&weekday=6&hour=10"),
    call("POST /notifications/test", About::Nothing, ""),
    call("POST /n/{id}/receipt", About::Notice, ""),
    call("POST /notices/new", About::Area, "title=x&body=y&importance=normal&to=everyone&areas={area}"),
    call("POST /notices/{id}/attachments", About::Draft, PDF_FILE),
    call("POST /notices/{id}/attachments/{file}/keep", About::Notice, ""),
    call("POST /notices/{id}/attachments/{file}/remove", About::Notice, ""),
    call("POST /notices/{id}/correct", About::Notice, "title=x&body=y&reason=z"),
    call("POST /notices/{id}/publish", About::Draft, "reason="),
    call("POST /notices/{id}/withdraw", About::Notice, "reason=z"),
    call("POST /people/{id}/leave", About::Person, ""),
    call("POST /people/{id}/lost-phone", About::Person, ""),
    call("POST /privacy/consent", About::Nothing, "version=1"),
    call("POST /privacy/retention", About::Nothing, "exact_days=90&receipt_months=36&sign_in_months=6"),
    call("POST /passkeys", About::Code, "ticket=x&credential=x"),
    call("POST /passkeys/add", About::Code, "password=x"),
    call("POST /passkeys/{id}/remove", About::Passkey, ""),
    call("POST /proxies", About::Code, "code=AAAA-AAAA-AAAA-AAAA"),
    call("POST /proxies/{id}/end", About::Answered, ""),
    call("POST /proxies/{id}/n/{notice}/receipt", About::Answered, ""),
    call("POST /recovery", About::Code, "password=x"),
    call("POST /roster/import", About::Area, ROSTER_FILE),
    call("POST /seats/new", About::Area, "area={area}&name=次郎&email={id}@asahi.example"),
    call("POST /seats/{id}/end", About::Seat, ""),
    call("POST /seats/{id}/handover", About::Seat, "name=次郎&email={id}@asahi.example"),
    call("POST /seats/{id}/handover/undo", About::Seat, ""),
    call("POST /seats/{id}/link", About::Seat, ""),
    call("POST /signin", About::Code, "email=nobody@asahi.example&password=x"),
    call("POST /signin/passkey", About::Code, "ticket=x&credential=x"),
    call("POST /text-size", About::Nothing, "size=large"),
    call("POST /signout", About::Nothing, ""),
    call("POST /welcome", About::Code, "code=AAAA-AAAA-AAAA-AAAA&password=ひらけごま+ひらけごま"),
    call("PUT /api/v1/push/preferences", About::Nothing, RINGS),
    call("PUT /api/v1/households/{id}", About::Household, r#"{"delivery":"paper"}"#),
    call("PUT /api/v1/me/consent", About::Nothing, r#"{"version":1}"#),
    call("PUT /api/v1/retention", About::Nothing, r#"{"exact_days":90,"receipt_months":36,"sign_in_months":6}"#),
    call("PUT /api/v1/notices/{id}/receipt", About::Notice, r#"{"acknowledged":true}"#),
    call("PUT /api/v1/proxies/{id}/notices/{notice}/receipt", About::Answered, "{}"),
    call("PUT /api/v1/people/{id}", About::Person, r#"{"name":"花子"}"#),
];
