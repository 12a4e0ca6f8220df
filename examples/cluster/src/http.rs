//! A browser in few lines: one request on one connection, with the fields that matter here, and a cookie jar of one cookie.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::Fault;

/// Far more than any answer needs.
const PATIENCE: Duration = Duration::from_secs(20);

/// Somebody at a browser.
#[derive(Default)]
pub(crate) struct Browser {
    /// `name=token`.
    cookie: Option<String>,
}

/// As much of an answer as the story needs.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Browser {
    /// # Errors
    /// Nobody answers there.
    pub(crate) async fn get(&mut self, at: SocketAddr, path: &str) -> Result<Answer, Fault> {
        self.send(at, &format!("GET {path} HTTP/1.1\r\n"), "").await
    }

    /// Submits a form. The fields are plain words.
    ///
    /// # Errors
    /// Nobody answers there.
    pub(crate) async fn post(&mut self, at: SocketAddr, path: &str, form: &[(&str, &str)]) -> Result<Answer, Fault> {
        let fields: Vec<String> =
            form.iter().map(|(name, value)| format!("{name}={}", value.replace(' ', "+"))).collect();
        let body = fields.join("&");
        let head = format!(
            "POST {path} HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\
             Origin: http://{at}\r\n",
            body.len()
        );
        self.send(at, &head, &body).await
    }

    async fn send(&mut self, at: SocketAddr, head: &str, body: &str) -> Result<Answer, Fault> {
        let cookie = self.cookie.as_deref().map(|cookie| format!("Cookie: {cookie}\r\n")).unwrap_or_default();
        let request = format!(
            "{head}Host: {at}\r\nUser-Agent: cluster\r\nAccept: application/json\r\nSec-Fetch-Site: same-origin\r\n\
             {cookie}Connection: close\r\n\r\n{body}"
        );
        let exchange = async {
            let mut stream = TcpStream::connect(at).await?;
            stream.write_all(request.as_bytes()).await?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await?;
            std::io::Result::Ok(answer)
        };
        let answer = timeout(PATIENCE, exchange).await.map_err(|_| format!("no answer from {at}"))??;
        let (head, body) = answer.split_once("\r\n\r\n").ok_or("half an answer")?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or("no status")?;
        for line in head.lines() {
            if let Some((name, value)) = line.split_once(": ")
                && name.eq_ignore_ascii_case("set-cookie")
            {
                let kept = value.split(';').next().unwrap_or_default();
                // A removal has no value.
                self.cookie = (!kept.ends_with('=')).then(|| kept.to_owned());
            }
        }
        Ok(Answer { status, body: body.to_owned() })
    }

    /// Whether there is a cookie.
    pub(crate) fn has_cookie(&self) -> bool {
        self.cookie.is_some()
    }

    /// A thief: somebody with the same cookie.
    pub(crate) fn copy(&self) -> Self {
        Self { cookie: self.cookie.clone() }
    }
}
