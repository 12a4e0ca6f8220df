//! Serving: HTTP or TLS, and an end that is prompt and clean.

use std::{
    error::Error,
    io,
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use axum::Router;
use axum_server::{Handle, tls_rustls::RustlsConfig};
use hyper_util::{rt::TokioExecutor, server::conn::auto::Builder};
use tokio::runtime;

use crate::{
    app,
    cli::{Options, Tls},
    say,
    store::Storage,
};

/// How long requests (and TLS handshakes) may go on after a signal to end. Idle connections are closed at once.
const LAST_REQUESTS: Duration = Duration::from_secs(1);

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// The address is taken, a file cannot be read, the sessions cannot be built.
pub(crate) fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    let served = runtime.block_on(serve(options));
    // A password check that is under way is nobody's any more.
    runtime.shutdown_background();
    served
}

async fn serve(options: &Options) -> Result<(), Box<dyn Error>> {
    // Before anybody is told that the bank is there: a signal from now on ends it cleanly.
    let told_to_end = told_to_end()?;
    let listener =
        TcpListener::bind(options.listen).map_err(|error| format!("cannot listen on {}: {error}", options.listen))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let storage = Storage::open(&options.store).await?;
    let router = app::routes(options, address, &storage)?.into_router()?;
    let tls = match &options.tls {
        Some(tls) => Some(certificate(tls).await?),
        None => None,
    };
    let handle = Handle::new();
    let serving = listen(listener, tls, handle.clone(), router);
    tokio::pin!(serving);

    let scheme = if options.tls.is_some() { "https" } else { "http" };
    say(&format!("bank: {scheme}://{address}/\n"))?;
    tokio::select! {
        ended = &mut serving => return Ok(ended?),
        () = told_to_end => {}
    }
    handle.graceful_shutdown(Some(LAST_REQUESTS));
    serving.await?;
    storage.flush().await
}

/// Answers requests until the handle says that it is enough.
async fn listen(
    listener: TcpListener,
    tls: Option<RustlsConfig>,
    handle: Handle<SocketAddr>,
    router: Router,
) -> io::Result<()> {
    // The peer's address is what `Transport::loopback()` judges by.
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    // Each arm is a type of its own.
    match tls {
        Some(tls) => {
            let mut server = axum_server::from_tcp_rustls(listener, tls)?.handle(handle);
            finish_what_was_asked(server.http_builder());
            server.serve(service).await
        }
        None => {
            let mut server = axum_server::from_tcp(listener)?.handle(handle);
            finish_what_was_asked(server.http_builder());
            server.serve(service).await
        }
    }
}

/// A request that arrived whole is carried out, also if the client hung up right behind it: by default hyper would drop
/// it before the handler even starts, and a sign-out on a page that is being closed would be lost.
fn finish_what_was_asked(http: &mut Builder<TokioExecutor>) {
    http.http1().half_close(true);
}

/// The certificate and its key.
async fn certificate(Tls { cert, key }: &Tls) -> Result<RustlsConfig, String> {
    // Somebody else may have chosen a provider in this process before; theirs is as good.
    let _chosen_before = rustls::crypto::ring::default_provider().install_default();
    RustlsConfig::from_pem_file(cert, key)
        .await
        .map_err(|error| format!("cannot use {} with {}: {error}", cert.display(), key.display()))
}

/// Resolves at SIGTERM or SIGINT, also if it came before anybody waited.
#[cfg(unix)]
fn told_to_end() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Resolves at Ctrl-C; where that cannot be heard, at once.
#[cfg(not(unix))]
fn told_to_end() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _unheard = tokio::signal::ctrl_c().await;
    })
}
