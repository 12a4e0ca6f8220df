//! A node: the bank of `examples/bank`, as a process.

use std::{
    env,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::{Fault, say};

/// Has cargo build the bank, as this program was built; its executable.
///
/// # Errors
/// It cannot be built; cargo has said why.
pub(crate) async fn build() -> Result<PathBuf, Fault> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--package", "bank", "--message-format", "json-render-diagnostics"]);
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    // What `cargo run` says about this program is not about the bank; build scripts that look at it would run again each time.
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            command.env_remove(name);
        }
    }
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR"))).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.kill_on_drop(true).output().await.map_err(|error| format!("cannot run cargo: {error}"))?;
    if !output.status.success() {
        return Err("`cargo build --package bank` failed".into());
    }
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message.pointer("/target/name").is_some_and(|name| name == "bank"))
        .find_map(|message| message.get("executable")?.as_str().map(PathBuf::from))
        .ok_or_else(|| "cargo does not say where the bank's executable is".into())
}

/// What the hook for ended sessions told, on all nodes.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<Told>>>);

/// One call of the hook: a session ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) by: String,
    /// Whose session, and why it ended.
    pub(crate) what: String,
    /// The same if the hook had to be called again.
    pub(crate) end: String,
}

impl Log {
    pub(crate) fn told(&self) -> Vec<Told> {
        self.lines().clone()
    }

    fn lines(&self) -> MutexGuard<'_, Vec<Told>> {
        // Whole lines, also after a panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads `bank: session of alice ended: logout, end 3f…`.
    fn add(&self, by: &str, line: &str) {
        if let Some((what, end)) = line.strip_prefix("bank: session of ").and_then(|line| line.rsplit_once(", end ")) {
            self.lines().push(Told { by: by.to_owned(), what: what.to_owned(), end: end.to_owned() });
        }
    }
}

/// A running bank. It ends with this value.
pub(crate) struct Bank {
    name: String,
    pub(crate) address: SocketAddr,
    process: Child,
}

impl Bank {
    /// Starts a bank on a free port and waits until it says where. What it logs goes into the story and into `log`.
    ///
    /// # Errors
    /// It does not start; its own words are on the standard error.
    pub(crate) async fn start(name: &str, program: &Path, redis: &str, log: &Log) -> Result<Self, Fault> {
        let name = format!("node {name}");
        let mut process = Command::new(program)
            .args(["--listen", "127.0.0.1:0", "--store", redis])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("cannot run {}: {error}", program.display()))?;
        let (Some(stdout), Some(stderr)) = (process.stdout.take(), process.stderr.take()) else {
            return Err("the bank has no output".into());
        };
        let (by, log) = (name.clone(), log.clone());
        tokio::spawn(async move {
            let mut lines = BufReader::new(stderr).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                // Nobody reads the story: the bank goes on.
                let _unread = say(&format!("              {by} logs | {line}"));
                log.add(&by, &line);
            }
        });
        let mut greeting = BufReader::new(stdout).lines();
        let line = greeting.next_line().await?.unwrap_or_default();
        let address =
            line.trim().strip_prefix("bank: http://").and_then(|rest| rest.trim_end_matches('/').parse().ok());
        // It says nothing more there; the pipe stays open all the same.
        tokio::spawn(async move { while let Ok(Some(_)) = greeting.next_line().await {} });
        let Some(address) = address else {
            // Its words on the way to the story come first.
            let _status = process.wait().await;
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            return Err(format!("{name} does not start").into());
        };
        Ok(Self { name, address, process })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// `kill -9`: it is gone without a word.
    ///
    /// # Errors
    /// The operating system does not end it.
    pub(crate) async fn kill(mut self) -> Result<(), Fault> {
        Ok(self.process.kill().await?)
    }
}
