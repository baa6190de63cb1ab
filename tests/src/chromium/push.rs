//! What a browser knows of notifications: its permission, a push service that needs no network, and the service worker from within.

use serde_json::{Value, json};

use super::Chromium;
use crate::{Phone, PushService, TestApp};

/// A `PushManager` whose subscriptions are those of some phones: it holds one until it is to let it go, and the next one from then on, as a service
/// gives another address to who subscribes anew. What it knows outlasts the page, as a browser's does.
const MANAGER: &str = "(() => {
    const phones = PHONES, kept = localStorage;
    const made = (key) => {
        const phone = phones[Math.min(Number(kept.testPlace || 0), phones.length - 1)];
        return {
            endpoint: phone.endpoint,
            options: { userVisibleOnly: true, applicationServerKey: Uint8Array.from(key).buffer },
            toJSON: () => phone,
            unsubscribe: async () => {
                delete kept.testPush;
                kept.testPlace = Number(kept.testPlace || 0) + 1;
                return true;
            },
        };
    };
    PushManager.prototype.getSubscription = async () => kept.testPush ? made(JSON.parse(kept.testPush)) : null;
    PushManager.prototype.subscribe = async ({ applicationServerKey: key }) => {
        kept.testPush = JSON.stringify([...new Uint8Array(key.buffer || key)]);
        return made(JSON.parse(kept.testPush));
    };
})()";

/// An event made by a script may not be waited for by the worker; so this does.
const TAP: &str = "(async () => {
    const asked = [], { focus } = WindowClient.prototype;
    WindowClient.prototype.focus = async function () { asked.push(['focus', this.url]); return this; };
    clients.openWindow = async (url) => { asked.push(['open', url]); return null; };
    try {
        const [notification, ...others] = await registration.getNotifications();
        if (others.length) throw new Error('more than one notification');
        const event = new NotificationEvent('notificationclick', { notification });
        let done;
        event.waitUntil = (work) => { done = work; };
        self.dispatchEvent(event);
        await done;
    } finally {
        WindowClient.prototype.focus = focus;
        delete clients.openWindow;
    }
    return asked;
})()";

impl Chromium {
    /// The browser of 花子, who has joined and is rung in it: the push service, the app, the phone as the service knows it, the browser.
    pub async fn of_who_is_rung() -> (PushService, TestApp, Phone, Self) {
        let push = PushService::start().await;
        let app = TestApp::start_with_push(&push).await;
        let (mut chromium, phone) = (Self::start(), push.phone());
        chromium.subscribes_as(&[&phone]);
        chromium.join(&app, "花子").await;
        chromium.turns_notifications_on(&app);
        (push, app, phone, chromium)
    }

    /// Its owner has answered whether pages of `origin` may notify: `granted`, `denied`, or `prompt` where they have not.
    pub fn may_notify(&mut self, origin: &str, setting: &str) {
        let what = json!({ "permission": { "name": "notifications" }, "setting": setting, "origin": origin });
        self.call_in(None, "Browser.setPermission", what);
    }

    /// Its owner, who is signed in, turns notifications on.
    pub fn turns_notifications_on(&mut self, app: &TestApp) {
        self.may_notify(app.ground.origin.as_str(), "granted");
        self.go(app, "/notifications");
        self.says("通知：切れています");
        self.click("[data-on]");
        self.says("通知：入っています");
    }

    /// Each page from now on subscribes as the first of these phones, and each time that it has let go of one as the next: the real service is
    /// somewhere on the internet.
    pub fn subscribes_as(&mut self, phones: &[&Phone]) {
        let phones: Vec<Value> = phones.iter().map(|phone| phone.subscription()).collect();
        let script = MANAGER.replace("PHONES", &json!(phones).to_string());
        self.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script }));
    }

    /// A push arrives with this text for the service worker of `origin`, which is done with it when this returns.
    ///
    /// # Panics
    /// When the worker fails at it.
    pub fn is_pushed(&mut self, origin: &str, text: &str) {
        self.call("BackgroundService.startObserving", json!({ "service": "pushMessaging" }));
        self.call("BackgroundService.setRecording", json!({ "service": "pushMessaging", "shouldRecord": true }));
        // It tells of the registrations that there are when it is enabled.
        self.call("ServiceWorker.disable", json!({}));
        self.events.clear();
        self.call("ServiceWorker.enable", json!({}));
        let registration = self.heard(|event| {
            let all = event["params"]["registrations"].as_array()?;
            let own = |one: &&Value| one["scopeURL"].as_str().is_some_and(|url| url.trim_end_matches('/') == origin);
            Some(all.iter().find(own)?["registrationId"].clone())
        });
        let what = json!({ "origin": origin, "registrationId": registration, "data": text });
        self.call("ServiceWorker.deliverPushMessage", what);
        let status = self.heard(|event| {
            let event = &event["params"]["backgroundServiceEvent"];
            (event["eventName"] == "Push event completed").then(|| event["eventMetadata"][0]["value"].clone())
        });
        assert_eq!(status, "Success", "{text}");
    }

    /// What the first event gives of which `found` makes something, of those that came and those to come.
    fn heard<T>(&mut self, found: impl Fn(&Value) -> Option<T>) -> T {
        let mut seen = 0;
        loop {
            if let Some(event) = self.events.get(seen) {
                if let Some(what) = found(event) {
                    return what;
                }
                seen += 1;
            } else {
                self.hear();
            }
        }
    }

    /// The notifications that are shown; `rings`: it made itself heard although one of the same tag was there.
    pub fn notifications(&mut self) -> Value {
        self.in_service_worker(
            "registration.getNotifications().then((all) => all.map(
                ({ title, body, lang, tag, data, renotify: rings }) => ({ title, body, lang, tag, data, rings })))",
        )
    }

    /// Its owner taps on the one notification that is shown. What was asked of the browser: which window it brought to the front, and what it opened.
    ///
    /// A browser without a window has nothing to tap on, and lets nobody who did not tap do either; so both are written down instead of done, and
    /// all else happens.
    pub fn taps_on_notification(&mut self) -> Value {
        self.in_service_worker(TAP)
    }

    /// What an expression of the service worker gives; a promise is awaited.
    ///
    /// # Panics
    /// When there is none, or the expression throws.
    pub fn in_service_worker(&mut self, expression: &str) -> Value {
        let worker = self.service_workers().into_iter().next().expect("a service worker");
        let page = self.page.replace(worker);
        let said = self.run(expression);
        self.page = page;
        said
    }

    /// Waits until the page has gone somewhere by itself.
    pub fn is_loaded_anew(&mut self) {
        self.wait_for("Page.loadEventFired");
    }
}
