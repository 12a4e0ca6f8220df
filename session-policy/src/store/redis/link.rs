//! The connection: one, shared by all requests, made anew when it is lost; every answer within a bounded time.

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use ::redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, ErrorKind, IntoConnectionInfo, PushInfo, PushKind,
    RedisError, RedisResult, ServerErrorKind, Value, aio::MultiplexedConnection,
};
use tokio::time::{Instant, timeout_at};

use super::scripts::{self, Answer, Call};
use crate::store::StoreError;

/// How often one call is sent at most. A second time is safe after an answer which says that nothing was done, and for a
/// script that only reads.
const ATTEMPTS: usize = 3;

/// Why a call failed.
#[derive(Debug)]
pub(super) enum Fault {
    /// The server has no room; nothing was done.
    Full(StoreError),
    /// Anything else.
    Failed(StoreError),
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Full(error) | Fault::Failed(error) => error,
        }
    }
}

/// The way to the server.
pub(super) struct Link {
    home: ConnectionInfo,
    timeout: Duration,
    current: Mutex<Current>,
    /// One at a time makes a connection; the others wait for it.
    connecting: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Current {
    connection: Option<Connection>,
    /// The node of a cluster that has our slot, if it is not the one that the URL names.
    moved: Option<(String, u16)>,
}

#[derive(Clone)]
struct Connection {
    shared: MultiplexedConnection,
    /// The driver saw the end of it.
    lost: Arc<AtomicBool>,
}

impl Connection {
    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.lost, &other.lost)
    }
}

impl fmt::Debug for Link {
    /// Not the URL: it may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.home.addr().to_string();
        f.debug_struct("Link").field("address", &address).field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

impl Link {
    pub(super) fn new(home: ConnectionInfo, timeout: Duration) -> Self {
        // RESP3: so the driver tells when the connection ends, and a call is not sent into one that is known to be dead.
        // Without `CLIENT SETINFO`: fewer rights needed.
        let settings =
            home.redis_settings().clone().set_protocol(::redis::ProtocolVersion::RESP3).set_skip_set_lib_name();
        let home = home.set_redis_settings(settings);
        Self { home, timeout, current: Mutex::default(), connecting: tokio::sync::Mutex::default() }
    }

    /// When an operation that begins now has to be over.
    pub(super) fn until(&self) -> Instant {
        Instant::now() + self.timeout
    }

    /// Runs a script.
    pub(super) async fn call(&self, call: Call, until: Instant) -> Result<Answer, Fault> {
        let mut error = None;
        for _ in 0..ATTEMPTS {
            let mut connection = self.connection(until).await?;
            let failed = match timeout_at(until, connection.shared.send_packed_command(&call.command)).await {
                Ok(Ok(Value::ServerError(failed))) => RedisError::from(failed),
                Ok(Ok(value)) => return Ok(Answer::of(value)),
                Ok(Err(failed)) => failed,
                Err(_) => {
                    // Perhaps nobody is there any more: the next call finds out.
                    self.drop_connection(&connection);
                    return Err(Fault::Failed(self.late()));
                }
            };
            let again = self.recover(&failed, &connection, call.only_reads, until).await?;
            if !again {
                return Err(fault(failed));
            }
            error = Some(failed);
        }
        Err(error.map_or_else(|| Fault::Failed(self.late()), fault))
    }

    /// Whether the call can be sent again, after what there is to do first.
    async fn recover(
        &self,
        error: &RedisError,
        connection: &Connection,
        only_reads: bool,
        until: Instant,
    ) -> Result<bool, Fault> {
        match error.kind() {
            // The server was started anew, or another one took over.
            ErrorKind::Server(ServerErrorKind::NoScript) => {
                self.load_scripts(connection.clone(), until).await?;
                Ok(true)
            }
            ErrorKind::Server(ServerErrorKind::Moved) => {
                self.drop_connection(connection);
                self.current().moved = error.redirect_node().and_then(|(address, _)| node(address));
                Ok(self.current().moved.is_some())
            }
            // It became a replica. Behind the same name there may be its successor.
            _ if is_read_only(error) => {
                self.drop_connection(connection);
                self.current().moved = None;
                Ok(true)
            }
            _ if error.is_io_error() || error.is_unrecoverable_error() => {
                self.drop_connection(connection);
                Ok(only_reads)
            }
            _ => Ok(false),
        }
    }

    /// What the server says about its memory, if we may ask.
    pub(super) async fn memory(&self) -> Result<Option<String>, StoreError> {
        let until = self.until();
        let mut connection = self.connection(until).await?;
        let mut info = ::redis::cmd("INFO");
        info.arg("memory");
        match timeout_at(until, info.query_async::<String>(&mut connection.shared)).await {
            Ok(Ok(text)) => Ok(Some(text)),
            Ok(Err(error)) if error.kind() == ErrorKind::Server(ServerErrorKind::NoPerm) => Ok(None),
            Ok(Err(error)) => Err(StoreError::new(error)),
            Err(_) => Err(self.late()),
        }
    }

    async fn connection(&self, until: Instant) -> Result<Connection, Fault> {
        if let Some(connection) = self.ready() {
            return Ok(connection);
        }
        let late = || Fault::Failed(self.late());
        let _one = timeout_at(until, self.connecting.lock()).await.map_err(|_| late())?;
        // Somebody else may have made it meanwhile.
        if let Some(connection) = self.ready() {
            return Ok(connection);
        }
        let lost = Arc::new(AtomicBool::new(false));
        let connected = match timeout_at(until, self.connect(Arc::clone(&lost))).await {
            Ok(connected) => connected,
            Err(_) => {
                // A node that is gone stays gone: back to the one that the URL names.
                self.current().moved = None;
                return Err(late());
            }
        };
        match connected {
            Ok(shared) => {
                let connection = Connection { shared, lost };
                self.current().connection = Some(connection.clone());
                Ok(connection)
            }
            Err(error) => {
                self.current().moved = None;
                Err(fault(error))
            }
        }
    }

    async fn connect(&self, lost: Arc<AtomicBool>) -> RedisResult<MultiplexedConnection> {
        let on_push = move |push: PushInfo| {
            if push.kind == PushKind::Disconnection {
                lost.store(true, Ordering::Relaxed);
            }
            Ok::<_, ::redis::aio::SendError>(())
        };
        let moved = self.current().moved.clone();
        let info = match moved {
            Some((host, port)) => self.home.clone().set_addr(elsewhere(self.home.addr(), host, port)),
            None => self.home.clone(),
        };
        // The bounds are ours: one for all that an operation does.
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(None)
            .set_response_timeout(None)
            .set_push_sender(on_push);
        Client::open(info)?.get_multiplexed_async_connection_with_config(&config).await
    }

    async fn load_scripts(&self, mut connection: Connection, until: Instant) -> Result<(), Fault> {
        let mut pipeline = ::redis::pipe();
        for script in scripts::all() {
            pipeline.cmd("SCRIPT").arg("LOAD").arg(script);
        }
        match timeout_at(until, pipeline.query_async::<Vec<String>>(&mut connection.shared)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => {
                if error.is_io_error() {
                    self.drop_connection(&connection);
                }
                Err(fault(error))
            }
            Err(_) => Err(Fault::Failed(self.late())),
        }
    }

    /// Loads the scripts, so that the first requests find them.
    pub(super) async fn prepare(&self) -> Result<(), StoreError> {
        let until = self.until();
        let connection = self.connection(until).await?;
        Ok(self.load_scripts(connection, until).await?)
    }

    fn ready(&self) -> Option<Connection> {
        self.current().connection.clone().filter(|connection| !connection.lost.load(Ordering::Relaxed))
    }

    /// Nobody uses it any more; what others wait for on it may still come.
    fn drop_connection(&self, dropped: &Connection) {
        let mut current = self.current();
        if current.connection.as_ref().is_some_and(|connection| connection.is(dropped)) {
            current.connection = None;
        }
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        // Plain data: whole also after a panic.
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn late(&self) -> StoreError {
        StoreError::new(format!("no answer within {:?}", self.timeout))
    }
}

fn fault(error: RedisError) -> Fault {
    let full = says(&error, "OOM");
    let error = StoreError::new(error);
    if full { Fault::Full(error) } else { Fault::Failed(error) }
}

fn is_read_only(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::ReadOnly) || says(error, "READONLY")
}

/// Before version 7 the error of a command in a script has its code in the middle: `ERR Error running script …: -OOM …`.
fn says(error: &RedisError, code: &str) -> bool {
    let in_detail = || error.detail().is_some_and(|detail| detail.contains(&format!("-{code} ")));
    error.code().is_some_and(|known| known == code) || in_detail()
}

fn node(address: &str) -> Option<(String, u16)> {
    let (host, port) = address.rsplit_once(':')?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    // A node that does not know its own name says none.
    if host.is_empty() { None } else { Some((host.to_owned(), port.parse().ok()?)) }
}

/// Another node, reached the same way.
fn elsewhere(home: &ConnectionAddr, host: String, port: u16) -> ConnectionAddr {
    match home {
        ConnectionAddr::TcpTls { insecure, tls_params, .. } => {
            ConnectionAddr::TcpTls { host, port, insecure: *insecure, tls_params: tls_params.clone() }
        }
        _ => ConnectionAddr::Tcp(host, port),
    }
}

/// What a URL, an address or a `redis::ConnectionInfo` says.
pub(super) fn info(server: impl IntoConnectionInfo) -> Result<ConnectionInfo, StoreError> {
    server.into_connection_info().map_err(StoreError::new)
}
