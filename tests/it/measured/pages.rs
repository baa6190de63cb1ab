//! The list of all pages: where each is, who sees it there, and how it is come by.

use std::{collections::BTreeSet, fs, path::Path};

/// Who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// Not signed in.
    Nobody,
    /// Of 桜町一丁目町内会.
    Resident,
    /// Of the same, who has a further device and answers for a neighbour.
    Family,
    /// Where an emergency is.
    Flooded,
    /// Of the first group.
    Leader,
    /// Of the association.
    Officer,
    /// Of the centre.
    Centre,
    /// Of the ward.
    Ward,
    /// Of the city.
    City,
    /// Of the city too: the second person of an emergency.
    Second,
}

/// A page.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Its name, which its picture has as well.
    pub name: &'static str,
    /// Its route, as in the source.
    pub route: &'static str,
    /// Who looks at it.
    pub who: Who,
    /// Its path and query, with the things of the stage by their names.
    pub path: &'static str,
    /// What is done there to come to the page that is meant; empty: it is that page.
    pub then: &'static str,
    /// The status that it is answered with.
    pub status: u16,
}

/// The page of a route that has nothing to be filled in.
const fn page(name: &'static str, who: Who, route: &'static str) -> Page {
    Page { name, route, who, path: route, then: "", status: 200 }
}

/// The page of a route about something.
const fn about(name: &'static str, who: Who, route: &'static str, path: &'static str) -> Page {
    Page { name, route, who, path, then: "", status: 200 }
}

/// What comes after something was done on a page.
const fn after(name: &'static str, who: Who, path: &'static str, then: &'static str, status: u16) -> Page {
    Page { name, route: "", who, path, then, status }
}

/// All of them.
pub const PAGES: &[Page] = &[
    page("welcome-to-all", Who::Nobody, "/"),
    page("join", Who::Nobody, "/join"),
    about("join-for-notice", Who::Nobody, "/join", "/join?next=%2Fn%2F{must}"),
    page("sign-in", Who::Nobody, "/signin"),
    page("sign-in-passkey", Who::Nobody, "/signin/passkey"),
    page("welcome", Who::Nobody, "/welcome"),
    page("device", Who::Nobody, "/device"),
    page("start", Who::Nobody, "/start"),
    page("offline", Who::Nobody, "/offline"),
    page("join-help", Who::Officer, "/join"),
    page("privacy", Who::Nobody, "/privacy"),
    page("list", Who::Resident, "/"),
    page("list-emergency", Who::Flooded, "/"),
    about("list-found", Who::Resident, "/", "/?q=%E3%81%94%E3%81%BF"),
    about("list-not-found", Who::Resident, "/", "/?q=%E5%AF%92%E4%B8%AD%E6%B0%B4%E6%B3%B3"),
    page("list-officer", Who::Officer, "/"),
    about("notice", Who::Resident, "/n/{id}", "/n/{fyi}"),
    about("notice-must-read", Who::Resident, "/n/{id}", "/n/{must}"),
    about("notice-drill", Who::Resident, "/n/{id}", "/n/{drill}"),
    about("notice-corrected", Who::Resident, "/n/{id}", "/n/{corrected}"),
    about("notice-withdrawn", Who::Resident, "/n/{id}", "/n/{withdrawn}"),
    about("notice-attached", Who::Resident, "/n/{id}", "/n/{attached}"),
    about("notice-emergency", Who::Flooded, "/n/{id}", "/n/{emergency}"),
    page("notifications", Who::Resident, "/notifications"),
    about("joined", Who::Resident, "/notifications", "/notifications?joined=1"),
    page("home", Who::Resident, "/home"),
    page("devices", Who::Family, "/devices"),
    about("device-end", Who::Family, "/devices/{id}/end", "/devices/{session}/end"),
    page("device-add", Who::Resident, "/devices/add"),
    page("sign-out", Who::Resident, "/signout"),
    page("privacy-resident", Who::Resident, "/privacy"),
    page("leave", Who::Resident, "/me/leave"),
    page("proxies", Who::Family, "/proxies"),
    about("proxy-list", Who::Family, "/proxies/{id}", "/proxies/{answered}"),
    about("proxy-notice", Who::Family, "/proxies/{id}/n/{notice}", "/proxies/{answered}/n/{corrected}"),
    about("proxy-end", Who::Family, "/proxies/{id}/end", "/proxies/{answered}/end"),
    page("compose", Who::Officer, "/notices/new"),
    page("compose-city", Who::City, "/notices/new"),
    about("confirm", Who::Officer, "/notices/{id}/confirm", "/notices/{draft}/confirm"),
    about("attachments", Who::Officer, "/notices/{id}/attachments", "/notices/{draft}/attachments"),
    about("attachments-out", Who::Officer, "/notices/{id}/attachments", "/notices/{corrected}/attachments"),
    about("confirm-emergency", Who::Second, "/notices/{id}/confirm", "/notices/{alarm}/confirm"),
    about("correct", Who::Officer, "/notices/{id}/correct", "/notices/{corrected}/correct"),
    about("withdraw", Who::Officer, "/notices/{id}/withdraw", "/notices/{corrected}/withdraw"),
    page("office", Who::Officer, "/office"),
    page("office-city", Who::City, "/office"),
    about("coverage-city", Who::City, "/n/{id}/coverage", "/n/{must}/coverage"),
    about("coverage-homes", Who::Officer, "/n/{id}/coverage", "/n/{corrected}/coverage?by=household"),
    about("coverage-leader", Who::Leader, "/n/{id}/coverage", "/n/{corrected}/coverage?by=household"),
    about("delivery", Who::Officer, "/n/{id}/delivery", "/n/{corrected}/delivery"),
    page("roster", Who::Officer, "/roster"),
    page("roster-import", Who::Officer, "/roster/import"),
    page("household-new", Who::Officer, "/households/new"),
    about("household", Who::Officer, "/households/{id}", "/households/{household}"),
    about("household-dissolve", Who::Officer, "/households/{id}/dissolve", "/households/{household}/dissolve"),
    about("household-proxy-end", Who::Officer, "/households/{id}/proxy/end", "/households/{answered}/proxy/end"),
    about("person-leave", Who::Officer, "/people/{id}/leave", "/people/{person}/leave"),
    about("person-lost-phone", Who::Officer, "/people/{id}/lost-phone", "/people/{person}/lost-phone"),
    page("seats", Who::Officer, "/seats"),
    page("seats-city", Who::City, "/seats"),
    page("seat-new", Who::Officer, "/seats/new"),
    about("seat-handover", Who::Officer, "/seats/{id}/handover", "/seats/{own_seat}/handover"),
    about("seat-end", Who::Officer, "/seats/{id}/end", "/seats/{seat}/end"),
    page("passkeys", Who::Officer, "/passkeys"),
    page("passkey-add", Who::Officer, "/passkeys/add"),
    about("passkey-remove", Who::Officer, "/passkeys/{id}/remove", "/passkeys/{passkey}/remove"),
    page("retention", Who::City, "/privacy/retention"),
    after("join-faults", Who::Nobody, "/join", "document.querySelector('main form').submit()", 422),
    after("compose-faults", Who::Officer, "/notices/new", "document.querySelector('main form').submit()", 422),
    after(
        "attachments-faults",
        Who::Officer,
        "/notices/{draft}/attachments",
        "document.querySelector('form[enctype]').submit()",
        422,
    ),
    after("device-code", Who::Resident, "/devices/add", "document.querySelector('main form').submit()", 200),
    after(
        "slip",
        Who::Officer,
        "/households/{household}",
        "document.querySelector('[action$=\"/slip\"]').submit()",
        200,
    ),
    Page { status: 409, ..page("home-without", Who::Officer, "/home") },
    Page { status: 404, ..page("not-there", Who::Resident, "/n/0") },
    Page { status: 403, ..page("not-yours", Who::Resident, "/roster") },
    page("sign-in-first", Who::Nobody, "/roster"),
    // Who has no authenticator app has no need of them.
    Page { status: 409, ..page("recovery-without", Who::Officer, "/recovery") },
];

/// What is served and is no page: files, what machines ask, and ways that only lead elsewhere.
const NO_PAGES: &[&str] = &[
    "/assets/{name}",
    "/favicon.ico",
    "/healthz",
    "/home.webmanifest",
    "/manifest.webmanifest",
    "/me/data",
    "/metrics",
    "/n/{id}/files/{file}",
    "/n/{id}/files/{file}/preview",
    "/n/{id}/notice.ics",
    "/oidc/back",
    "/oidc/start",
    "/proxies/{id}/n/{notice}/files/{file}",
    "/proxies/{id}/n/{notice}/files/{file}/preview",
    "/readyz",
    "/roster/file",
    "/sw.js",
];

/// The routes of the source that are called by GET, without those of the API.
fn served() -> BTreeSet<String> {
    let api = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join("api/src");
    let (mut found, mut folders) = (BTreeSet::new(), vec![api]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap_or_default();
            let routes = ["#[get(\"", "#[route(\""].iter().flat_map(|attribute| {
                text.lines().filter_map(move |line| line.strip_prefix(attribute)?.split('"').next())
            });
            found.extend(routes.filter(|route| !route.starts_with("/api/")).map(str::to_owned));
        }
    }
    found
}

#[test]
fn every_page_that_is_served_is_in_the_list() {
    let listed: BTreeSet<&str> = PAGES.iter().map(|page| page.route).chain(NO_PAGES.iter().copied()).collect();
    let served = served();
    let missing: Vec<&String> = served.iter().filter(|route| !listed.contains(route.as_str())).collect();
    assert!(missing.is_empty(), "pages without a line in tests/it/measured/pages.rs: {missing:#?}");
    let names: BTreeSet<&str> = PAGES.iter().map(|page| page.name).collect();
    assert_eq!(names.len(), PAGES.len(), "two pages of one name");
}
