//! A browser with one tab: it sends the fields that browsers send, and keeps the session cookie.

use super::{Answer, Bank, Request};

/// Chrome on Linux.
pub(crate) const CHROME: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

/// Firefox on Windows.
pub(crate) const FIREFOX: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// Safari on an iPhone.
pub(crate) const SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                                 Version/18.5 Mobile/15E148 Safari/604.1";

/// The password of all demo accounts.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// Somebody at a browser.
pub(crate) struct Browser<'b> {
    bank: &'b Bank,
    /// The session cookie's value.
    pub(crate) token: Option<String>,
    pub(crate) agent: String,
}

impl<'b> Browser<'b> {
    /// Somebody who was never here.
    pub(crate) fn new(bank: &'b Bank) -> Self {
        Self { bank, token: None, agent: CHROME.to_owned() }
    }

    /// Somebody at another browser.
    pub(crate) fn with_agent(bank: &'b Bank, agent: &str) -> Self {
        Self { agent: agent.to_owned(), ..Self::new(bank) }
    }

    /// Somebody who just signed in.
    #[track_caller]
    pub(crate) fn signed_in(bank: &'b Bank, user: &str) -> Self {
        let mut browser = Self::new(bank);
        browser.login(user);
        browser
    }

    /// Submits the login form with the right password. The new token.
    #[track_caller]
    pub(crate) fn login(&mut self, user: &str) -> String {
        let answer = self.post("/login", &[("user", user), ("password", PASSWORD)]).expect(303);
        answer.expect_token()
    }

    /// Submits the re-authentication form with the right password. The new token.
    #[track_caller]
    pub(crate) fn reauth(&mut self) -> String {
        let answer = self.post("/reauth", &[("password", PASSWORD)]).expect(303);
        answer.expect_token()
    }

    /// The token, of somebody who has one.
    #[track_caller]
    pub(crate) fn token(&self) -> String {
        self.token.clone().expect("there is a session cookie")
    }

    /// Follows a link, or types an address.
    #[track_caller]
    pub(crate) fn visit(&mut self, target: &str) -> Answer {
        let request = Request::get(target).header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        self.send(request.header("Sec-Fetch-Mode", "navigate").header("Sec-Fetch-Site", "same-origin"))
    }

    /// A script of a page asks for data.
    #[track_caller]
    pub(crate) fn fetch(&mut self, target: &str) -> Answer {
        let request = Request::get(target).header("Accept", "application/json");
        self.send(request.header("Sec-Fetch-Mode", "cors").header("Sec-Fetch-Site", "same-origin"))
    }

    /// Submits a form of a page.
    #[track_caller]
    pub(crate) fn post(&mut self, target: &str, fields: &[(&str, &str)]) -> Answer {
        let request = Request::post(target).form(fields).header("Accept", "text/html,*/*;q=0.8");
        let request = request.header("Sec-Fetch-Mode", "navigate").header("Sec-Fetch-Site", "same-origin");
        self.send(request.header("Origin", self.bank.origin()))
    }

    /// A script of a page posts JSON.
    #[track_caller]
    pub(crate) fn post_json(&mut self, target: &str, body: &str) -> Answer {
        let request = Request::post(target).json(body).header("Accept", "application/json");
        let request = request.header("Sec-Fetch-Mode", "cors").header("Sec-Fetch-Site", "same-origin");
        self.send(request.header("Origin", self.bank.origin()))
    }

    /// The request with the browser's own fields: user agent and cookie.
    pub(crate) fn dress(&self, request: Request) -> Request {
        let request = request.header("User-Agent", &self.agent);
        match &self.token {
            Some(token) => request.header("Cookie", self.bank.cookie(token)),
            None => request,
        }
    }

    /// Sends any request, dressed, and keeps what it brings.
    #[track_caller]
    pub(crate) fn send(&mut self, request: Request) -> Answer {
        let answer = self.bank.send(&self.dress(request));
        self.keep(&answer);
        answer
    }

    /// Keeps or forgets the cookie, as the answer says.
    pub(crate) fn keep(&mut self, answer: &Answer) {
        if let Some(cookie) = answer.set_cookie() {
            self.token = (!cookie.is_removal()).then_some(cookie.value);
        }
    }
}
