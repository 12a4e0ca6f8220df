//! Building the bank, once per test run.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

/// The bank's executable, built by cargo if this run has not done so yet.
///
/// `BANK_BINARY` names another one to test instead.
pub(super) fn bank_binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(binary) = env::var_os("BANK_BINARY") {
            return binary.into();
        }
        // nextest runs every test in a process of its own; the first ones leave a note for the others.
        let note = env::var("NEXTEST_RUN_ID").ok().map(|run| note_of(&run));
        if let Some(binary) = note.as_deref().and_then(|note| fs::read_to_string(note).ok()) {
            return binary.into();
        }
        let binary = build();
        if let Some(note) = note {
            // Renamed into place, so that nobody reads half a path.
            let draft = note.with_extension(std::process::id().to_string());
            fs::write(&draft, binary.to_str().unwrap()).unwrap();
            fs::rename(&draft, &note).unwrap();
        }
        binary
    })
}

fn note_of(run: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(folder).unwrap();
    folder.join(format!("bank-of-run-{run}"))
}

/// `cargo`, in the workspace. What `cargo test` says about the test's own package is not passed on: `ring` would be built anew
/// each time, because its build script looks at it.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap());
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            cargo.env_remove(name);
        }
    }
    cargo
}

/// Runs `cargo build -p bank`. Parallel calls wait for each other at cargo's own lock.
fn build() -> PathBuf {
    let output = cargo()
        .args(["build", "--package", "bank", "--message-format", "json-render-diagnostics"])
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "`cargo build -p bank` failed");
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == "bank")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .expect("cargo names the bank's executable")
}
