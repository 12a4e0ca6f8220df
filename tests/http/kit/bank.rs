//! The bank as a real process.

use std::{
    io::{BufRead, BufReader, Read},
    net::TcpStream,
    process::{Child, ChildStderr, Command, ExitStatus, Output, Stdio},
    sync::{OnceLock, mpsc},
    thread,
    time::{Duration, Instant},
};

use super::{Answer, Request, Wire, binary::bank_binary};

/// How long a start, an answer or an exit may take before the test fails. Far more than any of them needs.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// A running bank; killed when dropped.
pub(crate) struct Bank {
    child: Option<Child>,
    /// The first line of its output.
    pub(crate) greeting: String,
    /// `127.0.0.1:port`.
    pub(crate) authority: String,
    cookie_name: OnceLock<String>,
}

impl Bank {
    /// Starts the bank on a free port, its clock standing still until [`advance`](Self::advance).
    pub(crate) fn start() -> Self {
        Self::start_with(&["--listen", "127.0.0.1:0", "--test-clock"])
    }

    /// Starts the bank with these flags and waits until it prints its URL.
    pub(crate) fn start_with(flags: &[&str]) -> Self {
        Self::start_to(flags, Stdio::inherit())
    }

    /// The same, and its log: all of it until the end, also what it wrote right before it was killed. Somebody has to read it,
    /// or the bank waits for room.
    pub(crate) fn start_with_log(flags: &[&str]) -> (Self, ChildStderr) {
        let mut bank = Self::start_to(flags, Stdio::piped());
        let log = bank.child.as_mut().and_then(|child| child.stderr.take());
        (bank, log.unwrap())
    }

    fn start_to(flags: &[&str], stderr: Stdio) -> Self {
        let mut child = Command::new(bank_binary())
            .args(flags)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .unwrap();
        let greeting = first_line(child.stdout.take().unwrap());
        let url = greeting.split_whitespace().find(|word| word.contains("://")).unwrap_or_default();
        let authority = url.split("://").nth(1).unwrap_or_default().trim_end_matches('/').to_owned();
        let bank = Self { child: Some(child), greeting, authority, cookie_name: OnceLock::new() };
        assert!(bank.port() != 0, "the first line of the bank's output holds its URL: {:?}", bank.greeting);
        bank
    }

    pub(crate) fn port(&self) -> u16 {
        self.authority.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or_default()
    }

    /// The bank's own origin, as a browser would name it.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.authority)
    }

    pub(crate) fn connect(&self) -> Wire {
        Wire::new(TcpStream::connect(&self.authority).unwrap())
    }

    /// One request on a connection of its own.
    #[track_caller]
    pub(crate) fn send(&self, request: &Request) -> Answer {
        self.connect().exchange(request, &self.authority)
    }

    /// Moves the bank's clock.
    #[track_caller]
    pub(crate) fn advance(&self, by: &str) -> u64 {
        let answer = self.send(&Request::post("/__clock").form(&[("advance", by)])).expect(200);
        answer.json()["now_ms"].as_u64().expect("`now_ms` is a number")
    }

    /// Ends what is over by the clock, and waits for the hooks of that. How many.
    #[track_caller]
    pub(crate) fn sweep(&self) -> u64 {
        let answer = self.send(&Request::post("/__sweep")).expect(200);
        answer.json()["ended"].as_u64().expect("`ended` is a number")
    }

    /// Reason and user of the ends that the hook was told of, in order, as soon as there are so many; each with an id of its
    /// own. The hook runs beside the requests, a moment later.
    #[track_caller]
    pub(crate) fn ends(&self, count: usize) -> Vec<(String, String)> {
        let since = Instant::now();
        loop {
            let text = self.send(&Request::get("/__ends")).expect(200).text();
            let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            if lines.len() >= count {
                let mut ids: Vec<_> = lines.iter().map(|line| line["end"].as_str().unwrap()).collect();
                assert!(ids.iter().all(|id| id.len() == 43), "{text}");
                ids.sort_unstable();
                ids.dedup();
                assert_eq!((lines.len(), ids.len()), (count, count), "{text}");
                let word = |value: &serde_json::Value| value.as_str().unwrap_or("nobody").to_owned();
                return lines.iter().map(|line| (word(&line["reason"]), word(&line["user"]))).collect();
            }
            assert!(since.elapsed() < PATIENCE, "{count} ends: {text}");
        }
    }

    /// The name of the session cookie, as an anonymous visitor learns it.
    pub(crate) fn cookie_name(&self) -> &str {
        self.cookie_name.get_or_init(|| {
            let answer = self.send(&Request::post("/theme").form(&[("theme", "dark")]));
            answer.set_cookie().expect("setting the theme starts an anonymous session").name
        })
    }

    /// A `Cookie` field's value that carries this token.
    pub(crate) fn cookie(&self, token: &str) -> String {
        format!("{}={token}", self.cookie_name())
    }

    /// `GET path` as a program would ask, with this token.
    #[track_caller]
    pub(crate) fn api(&self, path: &str, token: &str) -> Answer {
        self.send(&Request::get(path).header("Cookie", self.cookie(token)))
    }

    /// `kill -9`: it is gone without a word. Whoever waits for it is [`drop`].
    pub(crate) fn kill(&self) {
        if let Some(child) = &self.child {
            send_signal(child.id(), "KILL");
        }
    }

    /// Sends a signal (`TERM`, `INT`) and waits for the end.
    pub(crate) fn stop(mut self, signal: &str) -> ExitStatus {
        let mut child = self.child.take().unwrap();
        let pid = child.id();
        send_signal(pid, signal);
        let (told, wait) = mpsc::channel();
        thread::spawn(move || told.send(child.wait()));
        match wait.recv_timeout(PATIENCE) {
            Ok(status) => status.unwrap(),
            Err(_) => {
                send_signal(pid, "KILL");
                panic!("the bank does not end on SIG{signal}")
            }
        }
    }
}

impl Drop for Bank {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Sends a signal to a process that this test started. Every shell has `kill`; not every machine has the program.
fn send_signal(pid: u32, signal: &str) {
    let sent = Command::new("sh").args(["-c", &format!("kill -s {signal} {pid}")]).status().unwrap();
    assert!(sent.success(), "SIG{signal} reaches process {pid}");
}

/// The first line; what follows is read and thrown away, so that the writer never finds a closed or full pipe.
fn first_line(stdout: impl Read + Send + 'static) -> String {
    let (told, wait) = mpsc::channel();
    thread::spawn(move || {
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        let _ = stdout.read_line(&mut line);
        let _ = told.send(line);
        let _ = std::io::copy(&mut stdout, &mut std::io::sink());
    });
    wait.recv_timeout(PATIENCE).expect("the bank prints its URL when it is ready")
}

/// Runs the bank with flags that make it end by itself.
pub(crate) fn run_to_end(flags: &[&str]) -> Output {
    let mut command = Command::new(bank_binary());
    command.args(flags).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let pid = child.id();
    let (told, wait) = mpsc::channel();
    thread::spawn(move || told.send(child.wait_with_output()));
    match wait.recv_timeout(PATIENCE) {
        Ok(output) => output.unwrap(),
        Err(_) => {
            send_signal(pid, "KILL");
            panic!("the bank goes on running with {flags:?}")
        }
    }
}

/// The words on stderr with which the bank refuses to start.
#[track_caller]
pub(crate) fn refused_to_start(flags: &[&str]) -> String {
    let output = run_to_end(flags);
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success(), "the bank accepts {flags:?}");
    assert!(output.status.code().is_some_and(|code| code != 101), "the bank panics with {flags:?}: {words}");
    assert!(!words.contains("panicked at"), "the bank panics with {flags:?}: {words}");
    assert!(!words.trim().is_empty(), "the bank says nothing about {flags:?}");
    words
}
