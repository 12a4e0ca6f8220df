//! The command line.

use std::{ffi::OsString, fmt, net::SocketAddr, path::PathBuf};

use lexopt::{Arg, Parser, ValueExt};
use session_policy::verdict::Origin;

use crate::report::Form;

/// The text of `--help`.
pub(crate) const HELP: &str = "\
A small bank whose sessions are guarded by session-policy.

Usage: bank [options]

Options:
  --listen <address>  where to listen; port 0 takes a free one [default: 127.0.0.1:3000]
  --tls-cert <file>   the certificate chain, PEM; needs --tls-key
  --tls-key <file>    the private key, PEM; needs --tls-cert
  --origin <origin>   an origin of this bank, such as https://bank.example; may be repeated;
                      needed with TLS on an address that is not loopback
  --store <where>     where sessions are kept: memory; file:PATH for a file that survives a restart and a crash, one bank
                      per file; sqlite:PATH for an SQLite database; redis://host:port[/database] or
                      postgres://user@host[:port]/database for several banks that share them [default: memory]
  --test-clock        a clock that POST /__clock moves, GET /__ends and POST /__sweep to watch sessions end, POST /__hooks to
                      let their hook hang, and routes that fail on purpose; loopback only
  --policies[=<form>] print every route with its policy, where each value comes from, and the controls that it meets,
                      and exit; the form is markdown, json or html [default: markdown]
  -h, --help          print this, and exit
  -V, --version       print the version, and exit
";

/// What the program was asked to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Serve(Options),
    Policies(Options, Form),
    Help,
    Version,
}

/// How to serve.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) listen: SocketAddr,
    pub(crate) tls: Option<Tls>,
    pub(crate) origins: Vec<String>,
    pub(crate) store: Store,
    pub(crate) test_clock: bool,
}

/// Where sessions are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Store {
    Memory,
    File(PathBuf),
    Redis(ServerUrl),
    Postgres(ServerUrl),
    Sqlite(PathBuf),
}

/// Where a server is. It may hold a password, which is never printed.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ServerUrl(String);

impl ServerUrl {
    /// With the password.
    pub(crate) fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ServerUrl {
    /// Without the account, which stands before the last `@` of host and port, and without parameters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, server) = self.0.split_once("://").unwrap_or_default();
        let server = server.rsplit('@').next().unwrap_or_default();
        write!(f, "{scheme}://{}", server.split(['?', '#']).next().unwrap_or_default())
    }
}

impl fmt::Debug for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where certificate and key are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tls {
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
}

/// Reads the command line, without the program's name.
///
/// # Errors
/// One line that says what is wrong and what to write.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, String> {
    let mut parser = Parser::from_args(arguments);
    let mut listen = SocketAddr::from(([127, 0, 0, 1], 3000));
    let (mut cert, mut key) = (None, None);
    let mut origins = Vec::new();
    let mut store = Store::Memory;
    let mut test_clock = false;
    let mut policies = None;
    while let Some(argument) = parser.next().map_err(line)? {
        match argument {
            Arg::Long("listen") => listen = address(&text(&mut parser)?)?,
            Arg::Long("tls-cert") => cert = Some(PathBuf::from(parser.value().map_err(line)?)),
            Arg::Long("tls-key") => key = Some(PathBuf::from(parser.value().map_err(line)?)),
            Arg::Long("origin") => origins.push(origin(text(&mut parser)?)?),
            Arg::Long("store") => store = stored(&text(&mut parser)?)?,
            Arg::Long("test-clock") => test_clock = true,
            Arg::Long("policies") => policies = Some(form(parser.optional_value())?),
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
            Arg::Short('V') | Arg::Long("version") => return Ok(Command::Version),
            other => return Err(format!("{}; `bank --help` lists the options", other.unexpected())),
        }
    }
    let tls = match (cert, key) {
        (Some(cert), Some(key)) => Some(Tls { cert, key }),
        (None, None) => None,
        (Some(_), None) => return Err("--tls-cert needs --tls-key beside it".to_owned()),
        (None, Some(_)) => return Err("--tls-key needs --tls-cert beside it".to_owned()),
    };
    let options = Options { listen, tls, origins, store, test_clock };
    safe(&options)?;
    Ok(match policies {
        Some(form) => Command::Policies(options, form),
        None => Command::Serve(options),
    })
}

/// The form of the report, if one is named.
fn form(word: Option<OsString>) -> Result<Form, String> {
    let Some(word) = word else { return Ok(Form::Markdown) };
    word.to_str()
        .and_then(Form::parse)
        .ok_or_else(|| format!("--policies={}: write markdown, json or html", word.to_string_lossy()))
}

/// Where sessions are kept.
fn stored(text: &str) -> Result<Store, String> {
    match text.split_once(':') {
        None if text == "memory" => Ok(Store::Memory),
        Some(("file", path)) if !path.is_empty() => Ok(Store::File(path.into())),
        Some(("sqlite", path)) if !path.is_empty() => Ok(Store::Sqlite(path.into())),
        Some((scheme @ ("redis" | "postgres" | "postgresql"), server))
            if server.len() > 2 && server.starts_with("//") =>
        {
            let url = ServerUrl(text.to_owned());
            Ok(if scheme == "redis" { Store::Redis(url) } else { Store::Postgres(url) })
        }
        Some(("rediss", _)) => {
            // Not repeated: there may be a password in it.
            Err("--store rediss://…: this bank is built without TLS to Redis: write redis://host:port for a server on this \
                 machine or behind a tunnel"
                .to_owned())
        }
        // Whatever stands before the first `:` is no password.
        _ => Err(format!(
            "--store {}: write memory, or file: and a path, such as file:/var/lib/bank/sessions.redb, or \
             sqlite:PATH, redis://host:port[/database] or postgres://user@host[:port]/database",
            text.split(':').next().unwrap_or_default()
        )),
    }
}

/// Refuses what would put sessions at risk.
fn safe(options: &Options) -> Result<(), String> {
    let Options { listen, tls, origins, test_clock, .. } = options;
    if listen.ip().is_loopback() {
        return Ok(());
    }
    if *test_clock {
        return Err(format!(
            "--test-clock lets anybody move the clock, and {listen} is not a loopback address: listen on 127.0.0.1"
        ));
    }
    if tls.is_none() {
        return Err(format!(
            "{listen} is not a loopback address, and session cookies never travel without TLS: add --tls-cert, --tls-key \
             and --origin, or listen on 127.0.0.1"
        ));
    }
    if origins.is_empty() {
        return Err(format!(
            "{listen} is not a loopback address, so the bank cannot know its own origin: add --origin https://bank.example"
        ));
    }
    Ok(())
}

/// An address and a port; `localhost` is 127.0.0.1.
fn address(text: &str) -> Result<SocketAddr, String> {
    let numeric = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    let fault = |_| format!("--listen {text}: write an IP address and a port, such as 127.0.0.1:3000 or [::1]:3000");
    numeric.as_deref().unwrap_or(text).parse().map_err(fault)
}

/// An origin as the sessions take it; looked at here, because it is the command line's fault.
fn origin(text: String) -> Result<String, String> {
    Origin::parse(&text).map_err(|fault| format!("--origin {text}: {fault}"))?;
    Ok(text)
}

fn text(parser: &mut Parser) -> Result<String, String> {
    parser.value().and_then(ValueExt::string).map_err(line)
}

#[allow(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn line(error: lexopt::Error) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(OsString::from))
    }

    fn fault(line: &str) -> String {
        let fault = parsed(line).err().unwrap_or_default();
        assert!(!fault.contains('\n'), "{fault}");
        fault
    }

    #[test]
    fn defaults_are_a_bank_on_this_machine() {
        let listen = SocketAddr::from(([127, 0, 0, 1], 3000));
        let options = Options { listen, tls: None, origins: vec![], store: Store::Memory, test_clock: false };
        assert_eq!(parsed(""), Ok(Command::Serve(options)));
        assert_eq!(parsed("--policies --help"), Ok(Command::Help));
        assert!(matches!(
            parsed("--policies --test-clock"),
            Ok(Command::Policies(Options { test_clock: true, .. }, Form::Markdown))
        ));
        assert!(matches!(parsed("--policies=html"), Ok(Command::Policies(_, Form::Html))));
        assert!(matches!(parsed("--test-clock --policies=json"), Ok(Command::Policies(_, Form::Json))));
    }

    #[test]
    fn addresses() {
        let listens = |line: &str| match parsed(line) {
            Ok(Command::Serve(options)) => options.listen.to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!(listens("--listen localhost:0"), "127.0.0.1:0");
        assert_eq!(listens("--listen=[::1]:3111"), "[::1]:3111");
        assert_eq!(
            listens("--listen 0.0.0.0:443 --tls-cert c --tls-key k --origin https://bank.example"),
            "0.0.0.0:443"
        );
        assert!(fault("--listen 3000").contains("127.0.0.1:3000"));
    }

    #[test]
    fn stores() {
        let stored = |line: &str| match parsed(line) {
            Ok(Command::Serve(options)) => options.store,
            other => panic!("{other:?}"),
        };
        assert_eq!(stored("--store memory"), Store::Memory);
        assert_eq!(stored("--store=file:/tmp/a:b"), Store::File("/tmp/a:b".into()));
        assert_eq!(stored("--store=sqlite:/tmp/a:b"), Store::Sqlite("/tmp/a:b".into()));
        assert!(matches!(stored("--store=postgres://u@localhost/bank"), Store::Postgres(_)));
        assert!(matches!(stored("--store=postgresql://u@localhost/bank"), Store::Postgres(_)));
        for wrong in [
            "--store file",
            "--store file:",
            "--store disk",
            "--store redis:",
            "--store redis://",
            "--store redis",
            "--store sqlite:",
            "--store postgres:",
            "--store postgres://",
        ] {
            assert!(fault(wrong).contains("file:/var/lib/bank/sessions.redb"), "{wrong}");
            assert!(fault(wrong).contains("redis://host:port"), "{wrong}");
        }
        // Not built, so not taken for something else.
        for wrong in ["--store rediss://:sesame@localhost", "--store mysql://u:sesame@localhost/", "--store mongodb:a"]
        {
            assert!(fault(wrong).contains("redis://host:port") && !fault(wrong).contains("sesame"), "{wrong}");
        }
        assert!(fault("--store rediss://localhost").contains("without TLS"));
    }

    #[test]
    fn no_password_of_a_server_is_printed() {
        let server = |url: &str| match parsed(&format!("--store {url}")) {
            Ok(Command::Serve(options)) => {
                assert!(!format!("{options:?}").contains("sesame"), "{options:?}");
                match options.store {
                    Store::Redis(url) | Store::Postgres(url) => (url.to_string(), url.secret().to_owned()),
                    other => panic!("{other:?}"),
                }
            }
            other => panic!("{other:?}"),
        };
        for (url, printed) in [
            ("redis://127.0.0.1:6379", "redis://127.0.0.1:6379"),
            ("redis://bank:sesame@db.example:6379/3", "redis://db.example:6379/3"),
            ("redis://:open@sesame@[::1]:6379/", "redis://[::1]:6379/"),
            ("redis://localhost/?password=sesame", "redis://localhost/"),
            ("postgres://bank:sesame@db.example:5432/shop", "postgres://db.example:5432/shop"),
        ] {
            assert_eq!(server(url), (printed.to_owned(), url.to_owned()));
        }
    }

    #[test]
    fn what_is_unsafe_is_refused_with_the_way_out() {
        assert!(fault("--listen 0.0.0.0:80").contains("add --tls-cert, --tls-key and --origin"));
        assert!(fault("--listen [::]:80 --policies").contains("--tls-cert"));
        assert!(fault("--listen 0.0.0.0:443 --tls-cert c --tls-key k").contains("--origin https://bank.example"));
        let tls = "--listen 0.0.0.0:443 --tls-cert c --tls-key k --origin https://bank.example";
        assert!(fault(&format!("{tls} --test-clock")).contains("loopback"));
        assert!(fault("--origin bank.example").contains("https://"));
        assert!(fault("--tls-cert c").contains("--tls-key"));
        assert!(fault("--tls-key k").contains("--tls-cert"));
    }

    #[test]
    fn what_is_unknown_is_named() {
        assert!(fault("--lisen 1").contains("--lisen"));
        assert!(fault("serve").contains("serve"));
        assert!(fault("--listen").contains("--listen"));
        assert!(fault("--policies=pdf").contains("markdown, json or html"));
        // Only with `=`, so that what follows stays an argument of its own.
        assert!(fault("--policies json").contains("json"));
    }
}
