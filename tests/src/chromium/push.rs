//! What a browser knows of notifications: its permission, a push service that needs no network, and the service worker from within.

use serde_json::{Value, json};

use super::Chromium;
use crate::Phone;

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

impl Chromium {
    /// Its owner has answered whether pages of `origin` may notify: `granted`, `denied`, or `prompt` where they have not.
    pub fn may_notify(&mut self, origin: &str, setting: &str) {
        let what = json!({ "permission": { "name": "notifications" }, "setting": setting, "origin": origin });
        self.call_in(None, "Browser.setPermission", what);
    }

    /// Each page from now on subscribes as the first of these phones, and each time that it has let go of one as the next: the real service is
    /// somewhere on the internet.
    pub fn subscribes_as(&mut self, phones: &[&Phone]) {
        let phones: Vec<Value> = phones.iter().map(|phone| phone.subscription()).collect();
        let script = MANAGER.replace("PHONES", &json!(phones).to_string());
        self.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script }));
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
