//! `cargo run -p cluster`: the story holds, and nothing of it is left behind.

use std::{
    io::{BufRead, BufReader, Read},
    net::TcpStream,
    process::{Child, Command, Stdio},
};

use crate::kit::{Request, Wire, cargo};

/// The example; killed if the test fails.
struct Example(Child);

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(flags: &[&str]) -> Example {
    let mut command = cargo();
    command.args(["run", "--quiet", "--package", "cluster", "--"]).args(flags).env_remove("REDIS_URL");
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    Example(command.spawn().unwrap())
}

/// `127.0.0.1:port`, wherever it stands in the line.
fn address(line: &str) -> Option<String> {
    let rest = line.split_once("://")?.1;
    Some(rest.chars().take_while(|char| char.is_ascii_digit() || matches!(char, '.' | ':')).collect())
}

#[test]
#[cfg(unix)]
fn the_story_holds_and_leaves_nothing_behind() {
    let mut example = start(&["--stay"]);
    // Open until the end: a story that nobody reads any more is over.
    let mut stdout = BufReader::new(example.0.stdout.take().unwrap());
    let (mut lines, mut addresses, mut balancer) = (Vec::new(), Vec::new(), None);
    for line in stdout.by_ref().lines() {
        let line = line.unwrap();
        addresses.extend(address(&line));
        if line.starts_with("Go on at ") {
            balancer = address(&line);
            break;
        }
        lines.push(line);
    }
    let story = lines.join("\n");
    let balancer = balancer.unwrap_or_else(|| panic!("the story does not hold:\n{story}"));
    for line in
        ["node B 200 alice is still signed in", "node C 200 it knows alice", "ends until now, no two with the same id"]
    {
        assert!(story.contains(line), "{line}:\n{story}");
    }
    // Redis, two nodes, the balancer, and the balancer once more.
    assert!(addresses.len() >= 5, "{addresses:?}");

    // A browser goes on.
    let mut wire = Wire::new(TcpStream::connect(&balancer).unwrap());
    wire.exchange(&Request::get("/login"), &balancer).expect(200);

    // Ctrl-C ends all of it.
    let pid = example.0.id();
    assert!(Command::new("sh").args(["-c", &format!("kill -s INT {pid}")]).status().unwrap().success());
    assert_eq!(example.0.wait().unwrap().code(), Some(0));
    crate::eventually("nobody listens any more", || addresses.iter().all(|at| TcpStream::connect(at).is_err()));
}

#[test]
fn by_itself_it_ends_with_success() {
    let mut example = start(&[]);
    let mut stdout = example.0.stdout.take().unwrap();
    let story = std::io::read_to_string(&mut stdout).unwrap();
    assert_eq!(example.0.wait().unwrap().code(), Some(0), "{story}");
    assert!(story.ends_with("All of it held. The banks and their server are gone.\n"), "{story}");
}
