//! The server that holds the sessions.

use std::{
    env, fs,
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
    process::Stdio,
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    process::{Child, Command},
    time::sleep,
};

use crate::Fault;

/// A Redis server: a private one, which ends with this value, or somebody else's.
pub(crate) struct Redis {
    url: String,
    private: Option<Private>,
}

struct Private {
    process: Child,
    folder: PathBuf,
}

impl Drop for Private {
    fn drop(&mut self) {
        let _ended_already = self.process.start_kill();
        let _left = fs::remove_dir_all(&self.folder);
    }
}

impl Redis {
    /// One that is there. Whether it can be used, the banks find out.
    pub(crate) fn at(url: String) -> Self {
        Self { url, private: None }
    }

    /// Starts one on a free port, which keeps nothing on disk.
    ///
    /// # Errors
    /// There is no `redis-server`, or it does not come up.
    pub(crate) async fn start() -> Result<Self, Fault> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let folder = env::temp_dir().join(format!("session-policy-cluster-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let started = Command::new("redis-server")
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"])
            .arg(&folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        let process = match started {
            Ok(process) => process,
            Err(error) => {
                let _left = fs::remove_dir_all(&folder);
                return Err(format!(
                    "cannot run redis-server: {error}; install it (Debian: the package redis-server), or name a server: \
                     REDIS_URL=redis://host:port"
                )
                .into());
            }
        };
        let mut private = Private { process, folder };
        for _ in 0..500 {
            if let Some(status) = private.process.try_wait()? {
                return Err(format!("redis-server ended at once, with {status}").into());
            }
            if answers(port).await {
                return Ok(Self { url: format!("redis://127.0.0.1:{port}"), private: Some(private) });
            }
            sleep(Duration::from_millis(20)).await;
        }
        Err("redis-server does not answer".into())
    }

    /// With the password, if it has one.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn described(&self) -> &str {
        // A URL that was given may hold a password.
        if self.private.is_some() { &self.url } else { "the server that REDIS_URL names" }
    }

    /// Ends the private server, and waits until it is gone.
    ///
    /// # Errors
    /// The operating system does not end it.
    pub(crate) async fn end(self) -> Result<(), Fault> {
        match self.private {
            Some(mut private) => Ok(private.process.kill().await?),
            None => Ok(()),
        }
    }
}

async fn answers(port: u16) -> bool {
    let pong = async {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
        stream.write_all(b"PING\r\n").await?;
        let mut pong = [0; 5];
        stream.read_exact(&mut pong).await?;
        std::io::Result::Ok(pong)
    };
    pong.await.is_ok_and(|pong| &pong == b"+PONG")
}
