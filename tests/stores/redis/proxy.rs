//! What stands between the store and the server, and breaks.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU16, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};

/// What happens, once, to the request that comes after `skip` others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The connection ends while nothing is under way.
    Idle,
    /// Half of the request gets through.
    InRequest,
    /// The server answers, and the answer is lost.
    BeforeAnswer,
    /// A few bytes of the answer get through.
    InAnswer,
}

/// A proxy on a port of its own.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    state: Arc<State>,
}

struct State {
    target: AtomicU16,
    delay_ms: AtomicU64,
    armed: Mutex<Option<(Cut, usize)>>,
    /// Every change ends all connections.
    ended: watch::Sender<u64>,
}

impl Proxy {
    pub(crate) async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let own = listener.local_addr().expect("its address").port();
        let state = Arc::new(State {
            target: AtomicU16::new(port),
            delay_ms: AtomicU64::new(0),
            armed: Mutex::new(None),
            ended: watch::Sender::new(0),
        });
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, Arc::clone(&shared)));
            }
        });
        Self { port: own, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Leads elsewhere from now on; open connections end.
    pub(crate) fn lead_to(&self, port: u16) {
        self.state.target.store(port, Ordering::SeqCst);
        self.end_all();
    }

    /// Leads elsewhere from now on; open connections stay where they are.
    pub(crate) fn lead_new_ones_to(&self, port: u16) {
        self.state.target.store(port, Ordering::SeqCst);
    }

    pub(crate) fn end_all(&self) {
        self.state.ended.send_modify(|count| *count += 1);
    }

    /// Every answer takes so long.
    pub(crate) fn delay(&self, delay: Duration) {
        self.state.delay_ms.store(u64::try_from(delay.as_millis()).expect("a short delay"), Ordering::SeqCst);
    }

    /// Breaks the connection once.
    pub(crate) fn arm(&self, cut: Cut, skip: usize) {
        *self.state.armed.lock().expect("not poisoned") = Some((cut, skip));
    }

    /// Whether the break is still to come.
    pub(crate) fn is_armed(&self) -> bool {
        self.state.armed.lock().expect("not poisoned").is_some()
    }
}

async fn serve(client: TcpStream, state: Arc<State>) {
    let mut ended = state.ended.subscribe();
    let Ok(server) = TcpStream::connect(("127.0.0.1", state.target.load(Ordering::SeqCst))).await else { return };
    client.set_nodelay(true).expect("an option");
    server.set_nodelay(true).expect("an option");
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        () = pump(from_client, to_server, from_server, to_client, state) => {}
        _ = ended.changed() => {}
    }
}

/// Forwards both ways; a request is what arrives from the client at once.
async fn pump(
    mut from_client: OwnedReadHalf,
    mut to_server: OwnedWriteHalf,
    mut from_server: OwnedReadHalf,
    mut to_client: OwnedWriteHalf,
    state: Arc<State>,
) {
    let (mut request, mut answer) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    let mut cut = None;
    loop {
        tokio::select! {
            read = from_client.read(&mut request) => {
                let Ok(length @ 1..) = read else { return };
                {
                    let mut armed = state.armed.lock().expect("not poisoned");
                    match &mut *armed {
                        Some((_, skip @ 1..)) => *skip -= 1,
                        Some((now, _)) => {
                            cut = Some(*now);
                            *armed = None;
                        }
                        None => {}
                    }
                }
                let through = if cut == Some(Cut::InRequest) { length / 2 } else { length };
                if to_server.write_all(&request[..through]).await.is_err() || cut == Some(Cut::InRequest) {
                    return;
                }
            }
            read = from_server.read(&mut answer) => {
                let Ok(length @ 1..) = read else { return };
                let delay = state.delay_ms.load(Ordering::SeqCst);
                if delay > 0 {
                    tokio::time::sleep(Duration::from_millis(delay)).await;
                }
                let through = match cut {
                    Some(Cut::BeforeAnswer) => 0,
                    Some(Cut::InAnswer) => length.min(3),
                    _ => length,
                };
                if to_client.write_all(&answer[..through]).await.is_err() || cut.is_some() {
                    return;
                }
            }
        }
    }
}
