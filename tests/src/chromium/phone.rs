//! A browser as a resident's phone: it joins, keeps notices for where there is no net, and sends what waits.

use serde_json::json;

use super::Chromium;
use crate::{Browser, TestApp, link::Switch, town};

impl Chromium {
    /// The phone of 花子, who has read the one notice there is: the app, the net between, the notice's id, the phone.
    pub async fn of_a_reader() -> (TestApp, Switch, String, Self) {
        let (app, net) = TestApp::start_on_the_net().await;
        let id = app.officer(town::YAMA).await.announce("公園の清掃", town::YAMA).await;
        app.work().await;
        let mut phone = Self::start();
        phone.join(&app, "花子").await;
        phone.read(&app, &id);
        (app, net, id, phone)
    }

    /// Goes to a page of the app.
    pub fn go(&mut self, app: &TestApp, path: &str) {
        self.open(&format!("{}{path}", app.ground.origin.as_str()));
    }

    /// Joins as somebody of this name would, in the first group, and waits until pages are kept.
    pub async fn join(&mut self, app: &TestApp, name: &str) {
        let slip = app.slip(town::YAMA_1);
        self.go(app, &format!("/join#{slip}"));
        self.fill("#field-name", name);
        self.run("document.querySelector('#field-consent').checked = true");
        self.click_on("main form button.huge");
        self.eventually("navigator.serviceWorker.controller !== null");
    }

    /// Somebody of another group takes it over who has joined, without signing out who was there.
    ///
    /// # Panics
    /// When they can't join.
    pub async fn is_taken_over(&mut self, app: &TestApp, name: &str) {
        let browser = Browser::new(app);
        let slip = app.slip(town::YAMA_2);
        let joined = browser.send("/join", &[("code", &slip), ("name", name), ("consent", "1")]).await;
        assert_eq!(joined.status, 200, "{}", joined.text);
        self.keep(app.ground.origin.as_str(), ("kairan", &browser.cookie("kairan").expect("a sign-in")));
    }

    /// Reads a notice and waits until it is kept.
    pub fn read(&mut self, app: &TestApp, id: &str) {
        self.go(app, &format!("/n/{id}"));
        self.keeps(&format!("/n/{id}"));
    }

    /// Presses 確認しました on the page of a notice.
    pub fn press(&mut self) {
        self.click_on("form[action$='/receipt'] button");
    }

    /// Waits until a page is kept.
    pub fn keeps(&mut self, path: &str) {
        self.eventually(&format!("caches.match('{path}').then(Boolean)"));
    }

    /// Waits until the page says something.
    pub fn says(&mut self, text: &str) {
        self.eventually(&format!("document.body.innerText.includes({})", json!(text)));
    }

    /// Waits until nothing waits to be sent.
    pub fn has_sent_all(&mut self) {
        self.eventually("waiting.all().then((all) => all.length === 0)");
    }

    /// Waits until pages are kept for who is looking, and for nobody else.
    pub fn keeps_its_own_alone(&mut self) {
        self.eventually(
            "caches.keys().then((all) => all.filter((one) => one.startsWith('pages-')).join() \
             === `pages-${document.body.dataset.signedIn}`)",
        );
    }
}
