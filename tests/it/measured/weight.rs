//! What each page weighs on the first visit, and, as figures for `docs/performance.md` alone, when it is readable on a slow line.

use serde_json::{Value, json};
use tests::Chromium;

use super::{
    pages::{PAGES, Page, Who},
    stage::{LANGUAGES, Stage, phone},
};

/// The most that the first page may weigh, in bytes as they travel; none is let be heavier.
const HEAVIEST: f64 = 50_000.0;
/// The most that the preview of something attached may weigh, with the head of its answer.
const PREVIEW: f64 = 31_000.0;
/// The most that what is read may move while it is read (CLS): a tenth of what counts as good.
const CALM: f64 = 0.01;

/// Watches what is painted and what moves, from the beginning of each page.
const WATCH: &str = "
    globalThis.kairanSeen = { lcp: 0, cls: 0 };
    new PerformanceObserver((list) => { for (const one of list.getEntries()) kairanSeen.lcp = one.startTime; })
        .observe({ type: 'largest-contentful-paint', buffered: true });
    new PerformanceObserver((list) => { for (const one of list.getEntries()) if (!one.hadRecentInput) kairanSeen.cls += one.value; })
        .observe({ type: 'layout-shift', buffered: true });";

/// What a visit took.
#[derive(Clone, Copy, Debug, Default)]
struct Visit {
    /// Bytes, with the heads of the answers, and how many answers.
    bytes: f64,
    answers: usize,
    /// When the largest text or picture was there, in milliseconds.
    lcp: f64,
    cls: f64,
}

/// A browser that watches, and finds nothing of an earlier visit.
fn watching() -> Chromium {
    let mut chromium = phone(360);
    chromium.call("Network.setCacheDisabled", json!({ "cacheDisabled": true }));
    chromium.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH }));
    chromium
}

/// Visits a page, and stays until nothing more is loaded or painted.
fn visit(stage: &Stage, chromium: &mut Chromium, page: &Page, language: &str) -> Visit {
    chromium.open("about:blank");
    stage.hand_to(chromium, page.who, language);
    chromium.events();
    chromium.open(&stage.address(page.path));
    chromium.run(
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestIdleCallback(done))))",
    );
    chromium.until("kairanSeen.lcp > 0");
    let seen = chromium.run("kairanSeen");
    let events = chromium.events();
    let of = |method: &'static str| events.iter().filter(move |event| event["method"] == method);
    // What somebody attached is theirs, comes when it is scrolled to, and has a bound of its own for each.
    let attached: Vec<&Value> = of("Network.requestWillBeSent")
        .filter(|event| event["params"]["request"]["url"].as_str().is_some_and(|url| url.contains("/files/")))
        .map(|event| &event["params"]["requestId"])
        .collect();
    let weight = |event: &Value| event["params"]["encodedDataLength"].as_f64();
    let (theirs, ours): (Vec<&Value>, Vec<&Value>) =
        of("Network.loadingFinished").partition(|event| attached.contains(&&event["params"]["requestId"]));
    for preview in theirs {
        assert!(weight(preview).is_some_and(|bytes| bytes <= PREVIEW), "{}: {preview}", page.name);
    }
    let loaded: Vec<f64> = ours.into_iter().filter_map(weight).collect();
    let number = |value: &Value| value.as_f64().expect("a number");
    Visit { bytes: loaded.iter().sum(), answers: loaded.len(), lcp: number(&seen["lcp"]), cls: number(&seen["cls"]) }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_is_heavier_than_50_kilobytes_and_nothing_moves_while_it_is_read() {
    let stage = Stage::set().await;
    let mut chromium = watching();
    for page in PAGES.iter().filter(|page| page.then.is_empty()) {
        for language in LANGUAGES {
            let seen = visit(&stage, &mut chromium, page, language);
            assert!(seen.bytes > 1_000.0 && seen.answers >= 3, "{} ({language}): {seen:?}", page.name);
            assert!(seen.bytes <= HEAVIEST, "{} ({language}): {seen:?}", page.name);
            assert!(seen.cls <= CALM, "{} ({language}): {seen:?}", page.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "prints figures, which depend on the machine: script/measure"]
async fn figures() {
    let stage = Stage::set().await;
    let mut chromium = watching();
    chromium.call("Network.setCacheDisabled", json!({ "cacheDisabled": false }));
    // 400 kbit/s, 400 ms until an answer begins.
    let slow = json!({ "offline": false, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000 });
    chromium.call("Network.emulateNetworkConditions", slow);
    println!(
        "| page | who | kB | answers | readable | again | CLS |\n| --- | --- | ---: | ---: | ---: | ---: | ---: |"
    );
    for page in PAGES.iter().filter(|page| page.then.is_empty()) {
        chromium.call("Network.clearBrowserCache", json!({}));
        let [first, again] = [0; 2].map(|_| visit(&stage, &mut chromium, page, "ja"));
        let who = if page.who == Who::Nobody { "nobody".to_owned() } else { format!("{:?}", page.who).to_lowercase() };
        let Visit { bytes, answers, lcp, cls } = first;
        println!(
            "| {} | {who} | {:.1} | {answers} | {lcp:.0} ms | {:.0} ms | {cls:.3} |",
            page.name,
            bytes / 1_000.0,
            again.lcp
        );
    }
}
