//! A small bank whose sessions are guarded by session-policy: `cargo run -p bank`, then http://127.0.0.1:3000/.
//!
//! Start reading at [`policies`] and [`routes`]: the rules, and the handlers that they stand above. [`app`] puts them together.

mod app;
mod cli;
mod ends;
mod headers;
mod ledger;
mod money;
mod pages;
mod policies;
mod report;
mod routes;
mod server;
mod store;
mod users;

use std::{
    error::Error,
    io::{self, Write},
    process::ExitCode,
};

use cli::Command;

fn main() -> ExitCode {
    let command = match cli::parse(std::env::args_os().skip(1)) {
        Ok(command) => command,
        Err(fault) => return failed(2, &fault),
    };
    let done = match command {
        Command::Help => say(cli::HELP),
        Command::Version => say(concat!("bank ", env!("CARGO_PKG_VERSION"), "\n")),
        Command::Policies(options, form) => print_policies(&options, form),
        Command::Serve(options) => server::run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => failed(1, &fault.to_string()),
    }
}

/// Prints the policy report.
fn print_policies(options: &cli::Options, form: report::Form) -> Result<(), Box<dyn Error>> {
    // The rules are the same wherever sessions are kept; a report opens no file.
    let routes = app::routes(options, options.listen, &store::Storage::Memory)?;
    say(&report::printed(&routes.report(), form)?)
}

/// Writes to the standard output. A reader that went away is an error here, and not a panic as with `println!`.
fn say(text: &str) -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// One line to the standard error, and the exit code: 2 for the command line, 1 for what went wrong afterwards.
fn failed(code: u8, fault: &str) -> ExitCode {
    note(fault);
    ExitCode::from(code)
}

/// One line to the standard error. If nobody reads it, the bank goes on.
fn note(line: &str) {
    let _unread = writeln!(io::stderr(), "bank: {}", line.replace('\n', "; "));
}
