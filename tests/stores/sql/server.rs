//! Real servers: private processes on free loopback ports, in temporary directories. A missing `postgres` fails the test.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use session_policy::store::sql::PostgresStore;
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions, PgSslMode},
};

/// A running server; it ends with this value.
pub(crate) struct Server {
    process: Child,
    folder: PathBuf,
    pub(crate) port: u16,
}

/// The server that all tests of the same time share.
static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());

/// A store of its own for one test: an account that may use the database and owns nothing but what it makes.
pub(crate) async fn fresh() -> (PostgresStore, Arc<Server>) {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let server = {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let server = Arc::new(Server::start());
            *shared = Arc::downgrade(&server);
            server
        })
    };
    let schema = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let pool = PgPoolOptions::new().max_connections(6);
    let pool = pool.connect_lazy_with(server.options(server.port).options([("synchronous_commit", "off")]));
    let store = PostgresStore::new(pool).schema(&schema).expect("a name").timeout(Duration::from_secs(20));
    store.migrate().await.expect("tables");
    (store, server)
}

impl Server {
    /// A server that may lose what it wrote when the machine does: here it is for looking at, not for keeping.
    pub(crate) fn start() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("session-policy-postgres-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).expect("a temporary directory");
        if let Some((uid, gid)) = other_user() {
            std::os::unix::fs::chown(&folder, Some(uid), Some(gid)).expect("the folder is ours");
        }
        let data = folder.join("data");
        let made = program("initdb")
            .arg("--pgdata")
            .arg(&data)
            .args(["--username=postgres", "--auth=trust", "--no-sync", "--encoding=SQL_ASCII", "--locale=C"])
            .current_dir(&folder)
            .output()
            .expect("initdb runs: is the package `postgresql` installed?");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        // Another process may take a port between our asking and the server's: then another one.
        for _ in 0..10 {
            let port = free_port();
            let process = spawn(&folder, port);
            let mut server = Self { process, folder: folder.clone(), port };
            if server.answers() {
                server.sql("CREATE ROLE app LOGIN");
                server.sql("GRANT CREATE ON DATABASE postgres TO app; GRANT CREATE ON SCHEMA public TO app");
                return server;
            }
            let _ = server.process.kill();
            let _ = server.process.wait();
            // The folder is used again.
            server.folder = PathBuf::new();
        }
        panic!("postgres does not start: {}", fs::read_to_string(folder.join("log")).unwrap_or_default());
    }

    fn answers(&mut self) -> bool {
        let until = Instant::now() + Duration::from_secs(60);
        while Instant::now() < until {
            if self.process.try_wait().expect("its state").is_some() {
                return false;
            }
            if self.psql("SELECT 1").output().is_ok_and(|said| said.status.success()) {
                return true;
            }
            thread::sleep(Duration::from_millis(20));
        }
        false
    }

    fn psql(&self, text: &str) -> Command {
        let mut command = program("psql");
        command.args(["-X", "-A", "-t", "-h", "127.0.0.1", "-U", "postgres", "-c", text, "postgres"]);
        command.args(["-p", &self.port.to_string()]);
        command
    }

    /// Past the store, as the server's owner.
    pub(crate) fn sql(&self, text: &str) -> String {
        let said = self.psql(text).output().expect("psql runs");
        assert!(said.status.success(), "{text}: {}", String::from_utf8_lossy(&said.stderr));
        String::from_utf8_lossy(&said.stdout).trim().to_owned()
    }

    pub(crate) fn options(&self, port: u16) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(port)
            .username("app")
            .database("postgres")
            .ssl_mode(PgSslMode::Disable)
    }

    pub(crate) fn pool(&self) -> PgPool {
        PgPoolOptions::new().max_connections(6).connect_lazy_with(self.options(self.port))
    }

    /// Stops it at once, as a crash does: nothing is written any more.
    pub(crate) fn kill(&mut self) {
        let told = Command::new("kill").args(["-QUIT", &self.process.id().to_string()]).status();
        assert!(told.expect("kill runs").success());
        self.process.wait().expect("it ended");
    }

    /// Starts it again, on the same port and folder.
    pub(crate) fn start_again(&mut self) {
        self.process = spawn(&self.folder, self.port);
        assert!(self.answers(), "postgres does not start again");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-QUIT", &self.process.id().to_string()]).status();
        let _ = self.process.wait();
        if !self.folder.as_os_str().is_empty() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

fn spawn(folder: &Path, port: u16) -> Child {
    let log = fs::OpenOptions::new().create(true).append(true).open(folder.join("log")).expect("a log");
    let mut command = program("postgres");
    command.arg("-D").arg(folder.join("data")).args(["-p", &port.to_string(), "-h", "127.0.0.1", "-k", ""]);
    // Nothing is looked at but what the store does: not the server's clock, its zone, its encoding.
    let quick = ["fsync=off", "full_page_writes=off", "autovacuum=off", "shared_buffers=32MB", "max_connections=120"];
    for setting in quick.into_iter().chain(["timezone=Asia/Kathmandu"]) {
        command.args(["-c", setting]);
    }
    command.current_dir(folder).stdin(Stdio::null()).stderr(log.try_clone().expect("a log")).stdout(log);
    command.spawn().expect("postgres runs: is the package `postgresql` installed?")
}

/// A program of the newest server that is installed. It refuses to be root: then it is the package's own user.
fn program(name: &str) -> Command {
    let newest = fs::read_dir("/usr/lib/postgresql").ok().and_then(|versions| {
        let found = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin").join(name)));
        found.filter(|path| path.is_file()).max()
    });
    let mut command = Command::new(newest.unwrap_or_else(|| PathBuf::from(name)));
    if let Some((uid, gid)) = other_user() {
        command.uid(uid).gid(gid);
    }
    command
}

fn other_user() -> Option<(u32, u32)> {
    let number = |arguments: &[&str]| -> Option<u32> {
        let said = Command::new("id").args(arguments).output().ok()?;
        String::from_utf8(said.stdout).ok()?.trim().parse().ok()
    };
    (number(&["-u"]) == Some(0)).then(|| {
        let user = ["-u", "-g"].map(|kind| number(&[kind, "postgres"]));
        (user[0].expect("a user `postgres`"), user[1].expect("its group"))
    })
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its address").port()
}
