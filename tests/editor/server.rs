//! rust-analyzer as a process, and one file open in it.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    path::{Path, PathBuf},
    process::{ChildStdin, ChildStdout, Command, Stdio},
    sync::{
        Mutex, MutexGuard, OnceLock,
        mpsc::{Receiver, channel},
    },
    thread,
    time::Duration,
};

use serde_json::{Value, json};

/// On a busy machine without a warm build; a server that says nothing for so long hangs.
const PATIENCE: Duration = Duration::from_secs(300);
/// The request was overtaken by what the server learned meanwhile (`ContentModified`): ask again.
const OVERTAKEN: i64 = -32801;

/// Before every text: what a user of the crate has in scope.
const PRELUDE: &str = "use session_policy::{axum::session, *};\n";

pub(crate) struct Server {
    input: ChildStdin,
    messages: Receiver<Value>,
    file: String,
    requests: u64,
    version: u64,
    quiescent: bool,
}

/// A place in the open file.
struct Cursor(Value);

/// The one server of all tests; it ends with them, when its input closes.
pub(crate) fn server() -> MutexGuard<'static, Server> {
    static SERVER: OnceLock<Mutex<Server>> = OnceLock::new();
    let server = SERVER.get_or_init(|| Mutex::new(Server::start()));
    server.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// A crate of its own that depends on this one, as a user's does.
fn fixture() -> PathBuf {
    let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("editor");
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    fs::create_dir_all(root.join("src")).unwrap();
    fs::write(root.join("src/lib.rs"), "").unwrap();
    fs::copy(repository.join("Cargo.lock"), root.join("Cargo.lock")).unwrap();
    let manifest = format!(
        "[package]\nname = \"editor\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n\
         session-policy = {{ path = {:?}, features = [\"axum\"] }}\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\n",
        repository.join("session-policy")
    );
    fs::write(root.join("Cargo.toml"), manifest).unwrap();
    root
}

impl Server {
    fn start() -> Self {
        let root = fixture();
        let uri = format!("file://{}", root.display());
        let program = env::var_os("RUST_ANALYZER").unwrap_or_else(|| "rust-analyzer".into());
        let child = Command::new(&program)
            .current_dir(&root)
            // Where this test was built: most of what the fixture needs is there.
            .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut child =
            child.unwrap_or_else(|error| panic!("{error}: {program:?}; `rustup component add rust-analyzer`"));
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, messages) = channel();
        let input = child.stdin.take().unwrap();
        thread::spawn(move || {
            let mut output = output;
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
            child.wait()
        });
        let file = format!("{uri}/src/lib.rs");
        let mut server = Self { input, messages, file, requests: 0, version: 0, quiescent: false };
        let client = json!({
            "experimental": { "serverStatusNotification": true },
            "textDocument": {
                // With it, rust-analyzer proposes what could be imported, too.
                "completion": { "completionItem": {
                    "documentationFormat": ["markdown"], "resolveSupport": { "properties": ["additionalTextEdits"] },
                } },
                "hover": { "contentFormat": ["markdown"] },
                "diagnostic": {},
            },
        });
        let settings = json!({ "checkOnSave": false, "cachePriming": { "enable": false } });
        let capabilities =
            json!({ "processId": null, "rootUri": uri, "capabilities": client, "initializationOptions": settings });
        server.request("initialize", &capabilities);
        server.notify("initialized", &json!({}));
        let document = json!({ "uri": server.file, "languageId": "rust", "version": 0, "text": "" });
        server.notify("textDocument/didOpen", &json!({ "textDocument": document }));
        while !server.quiescent {
            let message = server.receive();
            server.answer(&message);
        }
        server
    }

    /// What is proposed where `|` stands, in the server's order.
    pub(crate) fn complete(&mut self, text: &str) -> Vec<Value> {
        let at = self.open(text);
        let answer = self.request("textDocument/completion", &at.0);
        let mut items = answer.get("items").unwrap_or(&answer).as_array().cloned().unwrap_or_default();
        items.sort_by_key(|item| item["sortText"].as_str().map(str::to_owned));
        items
    }

    /// What is shown when the pointer rests where `|` stands.
    pub(crate) fn hover(&mut self, text: &str) -> String {
        let at = self.open(text);
        self.request("textDocument/hover", &at.0)["contents"]["value"].as_str().unwrap_or_default().to_owned()
    }

    /// The messages of the server's own diagnostics.
    pub(crate) fn diagnostics(&mut self, text: &str) -> Vec<String> {
        let at = self.open(&format!("{text}|"));
        let answer = self.request("textDocument/diagnostic", &at.0);
        let items = answer["items"].as_array().unwrap_or_else(|| panic!("{answer}"));
        items.iter().map(|item| item["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Replaces the text of the open file; the cursor is where `|` stands.
    fn open(&mut self, text: &str) -> Cursor {
        let (before, after) = text.split_once('|').unwrap();
        let before = format!("{PRELUDE}{before}");
        self.version += 1;
        let document = json!({ "uri": self.file, "version": self.version });
        let changes = json!([{ "text": format!("{before}{after}") }]);
        self.notify("textDocument/didChange", &json!({ "textDocument": document, "contentChanges": changes }));
        let character = before.rsplit('\n').next().unwrap_or_default().encode_utf16().count();
        let position = json!({ "line": before.matches('\n').count(), "character": character });
        Cursor(json!({ "textDocument": { "uri": self.file }, "position": position }))
    }

    fn request(&mut self, method: &str, params: &Value) -> Value {
        loop {
            self.requests += 1;
            let id = self.requests;
            self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
            let mut message = loop {
                let message = self.receive();
                if message["id"] == id && message.get("method").is_none() {
                    break message;
                }
                self.answer(&message);
            };
            match message.get("error") {
                None => return message["result"].take(),
                Some(error) if error["code"] == OVERTAKEN => {}
                Some(error) => panic!("{method}: {error}"),
            }
        }
    }

    fn notify(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// What the server asks for, it does not get; what it says of itself is heard.
    fn answer(&mut self, message: &Value) {
        match (message["method"].as_str(), message.get("id")) {
            (Some(_), Some(id)) => self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": null })),
            (Some("experimental/serverStatus"), None) => {
                let status = &message["params"];
                assert_ne!(status["health"], "error", "{status}");
                self.quiescent = status["quiescent"] == true;
            }
            _ => {}
        }
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        self.input.flush().unwrap();
    }

    fn receive(&self) -> Value {
        self.messages.recv_timeout(PATIENCE).expect("rust-analyzer ended or hangs: is the component installed?")
    }
}

/// One message, unless the server ended.
fn read(output: &mut BufReader<ChildStdout>) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        output.read_line(&mut line).ok().filter(|read| *read > 0)?;
        match line.trim().split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
