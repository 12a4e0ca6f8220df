//! Real servers: private processes on free loopback ports, in temporary directories. A missing `redis-server` fails the test.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use redis::{Connection, FromRedisValue, Value};
use session_policy::store::redis::RedisStore;

/// A running server; it ends with this value.
pub(crate) struct Server {
    process: Child,
    folder: PathBuf,
    options: Vec<String>,
    pub(crate) port: u16,
}

/// What the store's user may do: the line of the documentation.
pub(crate) const RIGHTS: &str = "resetkeys resetchannels -@all +hello +info +evalsha +script|load \
    +get +set +del +exists +pttl +pexpire +zadd +zrem +zrangebyscore +zrangebylex +sadd +srem +smembers";

/// Servers that all tests of the same time share.
static PLAIN: Mutex<Weak<Server>> = Mutex::new(Weak::new());
static CLUSTER: Mutex<Weak<Server>> = Mutex::new(Weak::new());

fn shared(slot: &Mutex<Weak<Server>>, start: impl FnOnce() -> Server) -> Arc<Server> {
    let mut shared = slot.lock().unwrap_or_else(PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let server = Arc::new(start());
        *shared = Arc::downgrade(&server);
        server
    })
}

/// A store of its own for one test, as a user with no more rights than it needs.
pub(crate) async fn fresh() -> (RedisStore, Arc<Server>) {
    let server = shared(&PLAIN, || {
        let server = Server::start();
        let () = server.run(&format!("ACL SETUSER sessions on >secret {RIGHTS} ~{{test-*}}:*"));
        server
    });
    let url = format!("redis://sessions:secret@127.0.0.1:{}/", server.port);
    (alone_on(&url).await, server)
}

/// A store of its own for one test, on the only node of a cluster.
pub(crate) async fn fresh_in_cluster() -> (RedisStore, Arc<Server>) {
    let server = shared(&CLUSTER, || {
        let server = Server::cluster_node();
        let () = server.run("CLUSTER ADDSLOTSRANGE 0 16383");
        server.wait_for_cluster();
        server
    });
    (alone_on(&server.url()).await, server)
}

async fn alone_on(url: &str) -> RedisStore {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let prefix = format!("test-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let store = RedisStore::builder(url).prefix(prefix).timeout(Duration::from_secs(20)).connect().await;
    store.expect("the server is there")
}

impl Server {
    /// A server that keeps everything in memory.
    pub(crate) fn start() -> Self {
        Self::with(&["--save", "", "--appendonly", "no"])
    }

    pub(crate) fn cluster_node() -> Self {
        Self::with(&["--save", "", "--cluster-enabled", "yes"])
    }

    pub(crate) fn wait_for_cluster(&self) {
        let until = Instant::now() + Duration::from_secs(30);
        while !self.run::<String>("CLUSTER INFO").contains("cluster_state:ok") {
            assert!(Instant::now() < until, "{}", self.run::<String>("CLUSTER INFO"));
            thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn with(options: &[&str]) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("session-policy-redis-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).expect("a temporary directory");
        let options: Vec<String> = options.iter().map(ToString::to_string).collect();
        // Another process may take a port between our asking and the server's: then another one.
        for _ in 0..10 {
            let port = free_port();
            let process = spawn(&folder, port, &options);
            let mut server = Self { process, folder: folder.clone(), options: options.clone(), port };
            if server.answers() {
                return server;
            }
            let _ = server.process.kill();
            let _ = server.process.wait();
            // The folder is used again.
            server.folder = PathBuf::new();
        }
        panic!("redis-server does not start: {}", fs::read_to_string(folder.join("log")).unwrap_or_default());
    }

    fn answers(&mut self) -> bool {
        let until = Instant::now() + Duration::from_secs(20);
        while Instant::now() < until {
            if self.process.try_wait().expect("its state").is_some() {
                return false;
            }
            // Whoever answers there has to be this process: another server may have been quicker to take the port. And it must
            // have read its files: until then it answers nothing but this.
            let ready = [format!("process_id:{}\r", self.process.id()), "\nloading:0\r".to_owned()];
            match self.try_connect().and_then(|mut admin| redis::cmd("INFO").query::<String>(&mut admin)) {
                Ok(info) if ready.iter().all(|line| info.contains(line)) => return true,
                _ => thread::sleep(Duration::from_millis(10)),
            }
        }
        false
    }

    fn try_connect(&self) -> redis::RedisResult<Connection> {
        redis::Client::open(self.url())?.get_connection_with_timeout(Duration::from_secs(5))
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    pub(crate) async fn store(&self) -> RedisStore {
        RedisStore::connect(&self.url()).await.expect("the server is there")
    }

    /// A connection past the store.
    pub(crate) fn admin(&self) -> Connection {
        self.try_connect().expect("the server is there")
    }

    /// Runs one command: `"CONFIG SET maxmemory 1"`.
    pub(crate) fn run<T: FromRedisValue>(&self, command: &str) -> T {
        let mut words = command.split(' ');
        let mut built = redis::cmd(words.next().expect("a command"));
        built.arg(words.collect::<Vec<_>>());
        built.query(&mut self.admin()).unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// One field of `INFO`.
    pub(crate) fn info(&self, section: &str, field: &str) -> Option<String> {
        let text: String = self.run(&format!("INFO {section}"));
        text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':').map(|value| value.trim().to_owned()))
    }

    /// Kills the process: nothing is written any more.
    pub(crate) fn kill(&mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it ended");
    }

    /// Starts it again, on the same port and folder.
    pub(crate) fn start_again(&mut self) {
        self.process = spawn(&self.folder, self.port, &self.options);
        assert!(self.answers(), "redis-server does not start again");
    }

    /// Everything that it holds, in an order of its own; of expiries nothing.
    pub(crate) fn dump(&self) -> Vec<String> {
        let mut admin = self.admin();
        let keys: Vec<Vec<u8>> = redis::cmd("KEYS").arg("*").query(&mut admin).expect("keys");
        let mut dump: Vec<_> = keys
            .into_iter()
            .map(|key| {
                let kind: String = redis::cmd("TYPE").arg(&key).query(&mut admin).expect("a type");
                let read = match kind.as_str() {
                    "string" => redis::cmd("GET").arg(&key).to_owned(),
                    "set" => redis::cmd("SMEMBERS").arg(&key).to_owned(),
                    "zset" => redis::cmd("ZRANGE").arg(&key).arg(0).arg(-1).arg("WITHSCORES").to_owned(),
                    other => panic!("a {other}"),
                };
                let mut value: Value = read.query(&mut admin).expect("a value");
                if let (Value::Array(members), "set") = (&mut value, kind.as_str()) {
                    members.sort_by_key(|member| format!("{member:?}"));
                }
                format!("{} = {value:?}", String::from_utf8_lossy(&key))
            })
            .collect();
        dump.sort();
        dump
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if !self.folder.as_os_str().is_empty() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

fn spawn(folder: &PathBuf, port: u16, options: &[String]) -> Child {
    let log = fs::OpenOptions::new().create(true).append(true).open(folder.join("log")).expect("a log");
    let mut command = Command::new("redis-server");
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1"]).arg("--dir").arg(folder).args(options);
    command.stdin(Stdio::null()).stderr(log.try_clone().expect("a log")).stdout(log);
    command.spawn().expect("redis-server runs: is the package installed?")
}

/// Below what the system gives to connections that go out, and so that a cluster's second port, 10 000 further, is, too: a
/// server that was killed finds its port free when it comes back. Different for test programs that run at the same time.
fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let offset = std::process::id().wrapping_mul(101).wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % 7_000;
        let port = 15_000 + u16::try_from(offset).expect("below 7000");
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}
