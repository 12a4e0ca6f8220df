//! The balancer: connections go to one node after the other; a node that does not answer is passed over.
//!
//! It passes bytes on and reads none. The banks listen with `Transport::loopback()`, which holds for whoever calls this machine by
//! its own name: `Host` has to arrive as the browser wrote it, and a request that was forwarded for somebody else is refused. A
//! balancer that ends TLS and adds `X-Forwarded-For` is declared with `Transport::behind(…)` instead.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    io::{AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::Fault;

/// A running balancer. It ends with this value.
pub(crate) struct Balancer {
    pub(crate) address: SocketAddr,
    nodes: Arc<Mutex<Nodes>>,
    accepts: JoinHandle<()>,
}

#[derive(Default)]
struct Nodes {
    all: Vec<(String, SocketAddr)>,
    turn: usize,
    /// Who took the last connection.
    last: String,
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.accepts.abort();
    }
}

impl Balancer {
    /// # Errors
    /// The address is taken.
    pub(crate) async fn start(listen: SocketAddr) -> Result<Self, Fault> {
        let listener =
            TcpListener::bind(listen).await.map_err(|error| format!("cannot listen on {listen}: {error}"))?;
        let address = listener.local_addr()?;
        let nodes = Arc::<Mutex<Nodes>>::default();
        let known = Arc::clone(&nodes);
        let accepts = tokio::spawn(async move {
            loop {
                // No descriptor is free, for example: those who wait are taken later.
                let Ok((client, _)) = listener.accept().await else {
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                    continue;
                };
                tokio::spawn(pass_on(client, Arc::clone(&known)));
            }
        });
        Ok(Self { address, nodes, accepts })
    }

    /// One more node.
    pub(crate) fn add(&self, name: &str, address: SocketAddr) {
        lock(&self.nodes).all.push((name.to_owned(), address));
    }

    /// Who took the last connection.
    pub(crate) fn last(&self) -> String {
        lock(&self.nodes).last.clone()
    }
}

fn lock(nodes: &Mutex<Nodes>) -> MutexGuard<'_, Nodes> {
    // Plain data: whole also after a panic.
    nodes.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn pass_on(mut client: TcpStream, nodes: Arc<Mutex<Nodes>>) {
    let Some(mut node) = connect(&nodes).await else {
        let none = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        let _gone = client.write_all(none).await;
        return;
    };
    // Whichever side ends, the other one sees the same end.
    let _broken = copy_bidirectional(&mut client, &mut node).await;
}

/// The next node that answers.
async fn connect(nodes: &Mutex<Nodes>) -> Option<TcpStream> {
    let in_turn: Vec<(String, SocketAddr)> = {
        let mut nodes = lock(nodes);
        let count = nodes.all.len();
        let turn = nodes.turn;
        nodes.turn = turn.wrapping_add(1);
        nodes.all.iter().cycle().skip(turn.checked_rem(count)?).take(count).cloned().collect()
    };
    for (name, address) in in_turn {
        if let Ok(stream) = TcpStream::connect(address).await {
            lock(nodes).last = name;
            return Some(stream);
        }
    }
    None
}
