//! Sessions on more than one machine, in one command: `cargo run -p cluster`.
//!
//! It starts a private `redis-server` (or uses the one that `REDIS_URL` names), two banks that share it, and a balancer in
//! front; then it tells a story with them ([`story`]), checks each line of it, and ends. With `--stay` it goes on for a browser.
//! The program holds no session code: what makes two banks one is `--store redis://…`, and nothing else.
//!
//! What the banks share is their sessions. Accounts and money are in each bank's own memory: it is an example of sessions.

mod balancer;
mod bank;
mod http;
mod redis;
mod story;

use std::{
    env,
    error::Error,
    ffi::OsString,
    io::{self, Write},
    net::SocketAddr,
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
};

use lexopt::{Arg, Parser, ValueExt};

use crate::{
    balancer::Balancer,
    bank::{Bank, Log},
    redis::Redis,
};

/// Whatever goes wrong ends the program with a line.
pub(crate) type Fault = Box<dyn Error + Send + Sync>;

const HELP: &str = "\
Two banks on one Redis, a balancer in front, and what happens when one of them dies.

Usage: cluster [options]

Options:
  --stay              go on afterwards, for a browser, until Ctrl-C
  --listen <address>  where the balancer listens, a loopback address; port 0 takes a free one [default: 127.0.0.1:0]
  -h, --help          print this, and exit

REDIS_URL names a server to use, such as redis://127.0.0.1:6379/9. Without it, a private redis-server is started and ended.
";

struct Options {
    stay: bool,
    listen: SocketAddr,
}

fn main() -> ExitCode {
    let options = match parse(env::args_os().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => return code(say(HELP.trim_end())),
        Err(fault) => {
            complain(&fault);
            return ExitCode::from(2);
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(fault) => return code(Err(fault.into())),
    };
    // All processes that are still there end with what is dropped in here.
    let done = runtime.block_on(async {
        let told_to_end = told_to_end()?;
        let over = AtomicBool::new(false);
        tokio::select! {
            done = run(&options, &over) => done,
            () = told_to_end => {
                let _unread = say("\nThe banks and their server end.");
                if over.load(Ordering::Relaxed) { Ok(()) } else { Err("told to end before the story was over".into()) }
            }
        }
    });
    drop(runtime);
    code(done)
}

/// `None`: only `--help` was asked for.
fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Option<Options>, String> {
    let line = |error: lexopt::Error| error.to_string();
    let mut parser = Parser::from_args(arguments);
    let mut options = Options { stay: false, listen: SocketAddr::from(([127, 0, 0, 1], 0)) };
    while let Some(argument) = parser.next().map_err(line)? {
        match argument {
            Arg::Long("stay") => options.stay = true,
            Arg::Long("listen") => {
                let text = parser.value().and_then(ValueExt::string).map_err(line)?;
                let fault = || format!("--listen {text}: write a loopback address and a port, such as 127.0.0.1:3000");
                options.listen = text.parse().ok().filter(|at: &SocketAddr| at.ip().is_loopback()).ok_or_else(fault)?;
            }
            Arg::Short('h') | Arg::Long("help") => return Ok(None),
            other => return Err(format!("{}; `cluster --help` lists the options", other.unexpected())),
        }
    }
    Ok(Some(options))
}

/// All of it; `over` is set when only the browser's turn is left.
async fn run(options: &Options, over: &AtomicBool) -> Result<(), Fault> {
    let redis = match env::var("REDIS_URL") {
        Ok(url) => Redis::at(url),
        Err(_) => Redis::start().await?,
    };
    say(&format!("Redis         {}", redis.described()))?;
    let program = bank::build().await?;
    let log = Log::default();
    let banks =
        [Bank::start("A", &program, redis.url(), &log).await?, Bank::start("B", &program, redis.url(), &log).await?];
    for bank in &banks {
        say(&format!("{}        http://{}", bank.name(), bank.address))?;
    }
    let balancer = Balancer::start(options.listen).await?;
    for bank in &banks {
        balancer.add(bank.name(), bank.address);
    }
    say(&format!("balancer      http://{}, one node after the other", balancer.address))?;

    let banks = story::tell(banks, &balancer, &log, || Bank::start("C", &program, redis.url(), &log)).await?;
    if options.stay {
        over.store(true, Ordering::Relaxed);
        say(&format!("\nGo on at http://{} (the login page has the accounts). Ctrl-C ends it all.", balancer.address))?;
        std::future::pending::<()>().await;
    }
    for bank in banks {
        bank.kill().await?;
    }
    redis.end().await?;
    say("\nAll of it held. The banks and their server are gone.")
}

/// Resolves at SIGINT (Ctrl-C) or SIGTERM.
fn told_to_end() -> io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        #[cfg(not(unix))]
        let _unheard = tokio::signal::ctrl_c().await;
    })
}

/// One line of the story. A reader that went away is an error, and ends it.
pub(crate) fn say(line: &str) -> Result<(), Fault> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

fn complain(fault: &str) {
    let _unread = writeln!(io::stderr(), "cluster: {fault}");
}

fn code(done: Result<(), Fault>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            complain(&fault.to_string());
            ExitCode::FAILURE
        }
    }
}
