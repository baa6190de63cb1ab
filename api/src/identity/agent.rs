//! What a browser says of itself, as far as people need it to know their devices apart: iPhoneのSafari.

use actix_web::{HttpRequest, http::header};

use crate::say::Message;

/// Machine and browser, by the `User-Agent`. Anybody may claim to be anything: it is for their own eyes alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agent {
    machine: Option<&'static str>,
    software: Option<&'static str>,
}

/// The first that is found counts: an Android also says Linux.
const MACHINES: [(&str, &str); 7] = [
    ("iPad", "iPad"),
    ("iPhone", "iPhone"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "Chromebook"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
];

/// The first that is found counts: everybody says Safari, and nearly everybody Chrome.
const SOFTWARE: [(&str, &str); 10] = [
    (" Line/", "LINE"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("GSA/", "Google"),
    ("Safari/", "Safari"),
];

impl Agent {
    /// Of a request.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        Self::read(request.headers().get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default())
    }

    /// Of what a `User-Agent` says.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let first =
            |names: &[(&str, &'static str)]| names.iter().find(|(part, _)| text.contains(part)).map(|(_, name)| *name);
        Self { machine: first(&MACHINES), software: first(&SOFTWARE) }
    }

    /// Whether what stands on its home screen shares no cookies with its browser. An iPad says that it is a Mac.
    #[must_use]
    pub fn keeps_home_apart(&self) -> bool {
        match self.machine {
            Some("iPhone" | "iPad") => true,
            Some("Mac") => self.software == Some("Safari"),
            _ => false,
        }
    }

    /// What people call the machine, where it is known.
    #[must_use]
    pub fn machine(&self) -> Option<Message> {
        self.machine.map(|name| match name {
            "Windows" => "device-windows".into(),
            "Linux" => "device-linux".into(),
            name => Message::text(name.to_owned()),
        })
    }

    /// What people call both.
    #[must_use]
    pub fn name(&self) -> Message {
        match (self.machine(), self.software) {
            (Some(machine), Some(software)) => {
                Message::new("device-with").with("machine", machine).with("software", software)
            }
            (Some(machine), None) => machine,
            (None, Some(software)) => Message::text(software.to_owned()),
            (None, None) => "device-unknown".into(),
        }
    }

    /// All that there are.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let machines = || MACHINES.iter().map(|(_, name)| Some(*name)).chain([None]);
        let software = || SOFTWARE.iter().map(|(_, name)| Some(*name)).chain([None]);
        machines().flat_map(move |machine| software().map(move |software| Self { machine, software }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::say::{Language, Says as _, Target};

    #[test]
    fn devices_are_called_what_people_call_them() {
        for (text, name) in [
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
                "iPhoneのSafari",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
                "AndroidのChrome",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
                "WindowsのパソコンのEdge",
            ),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:133.0) Gecko/20100101 Firefox/133.0", "MacのFirefox"),
            ("curl/8.5.0", "機種の分からない端末"),
            ("", "機種の分からない端末"),
        ] {
            assert_eq!(Agent::read(text).name().say(Language::Japanese, Target::Plain), name, "{text}");
        }
    }
}
