//! The bank with TLS of its own. curl speaks HTTP/2 and TLS, so that these tests need no client of their own for them.

use std::{fs, path::PathBuf, process::Command};

use crate::kit::{Bank, PASSWORD};

/// A bank with a certificate that was made for it, and a folder for curl's jar.
struct Served {
    bank: Bank,
    folder: PathBuf,
}

impl Served {
    fn start(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("tls-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned(), "localhost".to_owned()]).unwrap();
        let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
        fs::write(&cert, made.cert.pem()).unwrap();
        fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        let (cert, key) = (cert.to_str().unwrap(), key.to_str().unwrap());
        let bank = Bank::start_with(&["--listen", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key, "--test-clock"]);
        Self { bank, folder }
    }

    fn origin(&self) -> String {
        format!("https://{}", self.bank.authority)
    }

    /// Head and body of the answer, with the cookies of the jar.
    fn curl(&self, path: &str, arguments: &[&str]) -> String {
        let mut command = Command::new("curl");
        command.args(["--silent", "--show-error", "--include", "--max-time", "20"]).args(arguments);
        command.arg("--cacert").arg(self.folder.join("cert.pem"));
        let jar = self.folder.join("jar");
        let output = command.arg("--cookie").arg(&jar).arg("--cookie-jar").arg(&jar);
        let output = output.arg(format!("{}{path}", self.origin())).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[track_caller]
fn has_status(answer: &str, status: &str) {
    let first = answer.lines().next().unwrap_or_default();
    assert_eq!(first.split(' ').nth(1), Some(status), "{answer}");
}

#[test]
fn a_login_works_over_tls() {
    for version in ["--http1.1", "--http2"] {
        let served = Served::start(version.trim_start_matches('-'));
        assert!(served.bank.greeting.contains("https://"), "{}", served.bank.greeting);
        let password = format!("password={PASSWORD}");
        has_status(&served.curl("/account", &[version]), "401");
        let form = ["--data-urlencode", "user=alice", "--data-urlencode", &password, version];
        has_status(&served.curl("/login", &form), "303");
        let account = served.curl("/account", &[version]).to_lowercase();
        has_status(&account, "200");
        assert!(account.contains("cache-control: no-store") && account.contains("vary: cookie"), "{account}");
        // A header of a proxy that is not there changes nothing.
        has_status(&served.curl("/account", &[version, "-H", "X-Forwarded-For: 192.0.2.1"]), "200");
        has_status(&served.curl("/logout", &[version, "-X", "POST", "-H", "Sec-Fetch-Site: same-origin"]), "303");
        has_status(&served.curl("/account", &[version]), "401");
    }
}

/// With TLS, own is what was declared, and never the `Host` that the client chose.
#[test]
fn own_is_what_was_declared() {
    for version in ["--http1.1", "--http2"] {
        let served = Served::start(&format!("own{version}"));
        let port = served.bank.port();
        let post = |origin: &str, host: &str| {
            let origin = format!("Origin: {origin}");
            let host = format!("Host: {host}");
            // Without a body: HTTP/2 resets the stream of a body that nobody wants, which some curls take for a fault.
            served.curl("/logout", &["-X", "POST", "-H", &origin, "-H", &host, version])
        };
        let own = format!("127.0.0.1:{port}");
        has_status(&post(&format!("https://{own}"), &own), "303");
        for (origin, host) in [
            (format!("http://{own}"), own.as_str()),
            ("https://evil.example".to_owned(), "evil.example"),
            (format!("https://127.0.0.1:{}", port ^ 1), own.as_str()),
            ("https://127.0.0.1".to_owned(), "127.0.0.1"),
            ("null".to_owned(), own.as_str()),
        ] {
            has_status(&post(&origin, host), "403");
        }
    }
}

#[test]
fn the_clear_is_not_answered() {
    let served = Served::start("clear");
    let mut wire = served.bank.connect();
    wire.write(format!("GET /login HTTP/1.1\r\nHost: {}\r\n\r\n", served.bank.authority).as_bytes());
    assert!(wire.read_to_end().iter().all(|byte| *byte != b'<'), "no page for those who do not speak TLS");
}
