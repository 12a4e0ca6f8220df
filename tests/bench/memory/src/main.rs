//! What a million sessions in memory take, and what a full sweep does to the requests beside it.
//!
//! `cargo run --release -p session-policy-bench-memory` prints two tables; `… -- 100000 3` does so for 100 000 sessions and
//! three rounds. Needs Linux: bytes are what `/proc/self/status` says that the process grew by, everything included.
#![allow(clippy::print_stdout, reason = "the tables are what it is run for")]
#![allow(clippy::expect_used, clippy::panic, reason = "a measurement that goes wrong stops")]

mod requests;
mod sessions;

use std::{env, process::Command, thread};

use requests::{Beside, Measured};
use sessions::Kind;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let number = |at: usize, default: u64| {
        arguments.get(at).map_or(default, |text| text.parse().expect("arguments are numbers: sessions, rounds"))
    };
    if arguments.first().is_some_and(|first| first == "bytes") {
        let kind = Kind::ALL.get(usize::try_from(number(2, 0)).expect("small")).expect("a kind");
        println!("{}", sessions::bytes_each(number(1, 0), *kind));
        return;
    }
    let (count, rounds) = (number(0, 1_000_000), number(1, 5));
    println!("{count} sessions in memory\n");
    bytes(count);
    sweep(count, rounds);
}

/// Each kind in a process of its own: what one leaves behind in the allocator is not the next one's.
fn bytes(count: u64) {
    println!("| one session | bytes |\n|---|---:|");
    for (at, kind) in Kind::ALL.iter().enumerate() {
        let myself = env::current_exe().expect("this program's path");
        let run = Command::new(myself).args(["bytes", &count.to_string(), &at.to_string()]).output();
        let output = run.expect("it can start itself");
        assert!(output.status.success(), "it failed: {}", String::from_utf8_lossy(&output.stderr));
        println!("| {} | {} |", kind.words(), String::from_utf8_lossy(&output.stdout).trim());
    }
}

fn sweep(count: u64, rounds: u64) {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    println!(
        "\nRequests (load, commit a stamp) of one thread, half of the sessions dead; the median of {rounds} rounds; \
         {cores} cores.\n"
    );
    println!("| meanwhile | lasts ms | requests | p50 µs | p99 µs | p99.9 µs | p99.99 µs | slowest µs |");
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    let mut all: Vec<Vec<Measured>> = Beside::ALL.iter().map(|_| Vec::new()).collect();
    // They take turns: whatever else the machine does meets all of them.
    let mut lasts = 0;
    for _ in 0..rounds {
        for (beside, runs) in Beside::ALL.iter().zip(&mut all) {
            let measured = requests::measure(count, *beside, lasts);
            lasts = measured.lasts_us;
            runs.push(measured);
        }
    }
    for (beside, runs) in Beside::ALL.iter().zip(&all) {
        let median = |of: fn(&Measured) -> u64| {
            let mut values: Vec<u64> = runs.iter().map(of).collect();
            values.sort_unstable();
            values.get(values.len() / 2).copied().unwrap_or_default()
        };
        let us = |of: fn(&Measured) -> u64| {
            let ns = median(of);
            format!("{}.{:02}", ns / 1_000, ns % 1_000 / 10)
        };
        println!(
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            beside.words(),
            median(|run| run.lasts_us) / 1_000,
            median(|run| run.requests),
            us(|run| run.p50),
            us(|run| run.p99),
            us(|run| run.p999),
            us(|run| run.p9999),
            us(|run| run.slowest),
        );
    }
}
