//! A guarded handler on a [`PolicyRouter`](super::PolicyRouter): it is called with the router's sessions.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::{extract::Request, handler::Handler, response::Response};
use tokio::task::futures::TaskLocalFuture;

use super::{
    entry::{CALLING, Call},
    response::keep_private,
};
use crate::sessions::Sessions;

/// The handler and the sessions.
#[derive(Clone)]
pub(super) struct Mounted<H> {
    pub(super) handler: H,
    pub(super) sessions: Sessions,
}

impl<H, T, S> Handler<T, S> for Mounted<H>
where
    H: Handler<T, S>,
{
    type Future = Calling<H::Future>;

    fn call(self, request: Request, state: S) -> Self::Future {
        Calling { inner: CALLING.scope(Call::new(self.sessions), self.handler.call(request, state)) }
    }
}

pin_project_lite::pin_project! {
    /// The handler's future, polled with the sessions in reach. No allocation of its own.
    pub(super) struct Calling<F> {
        #[pin]
        inner: TaskLocalFuture<Call, F>,
    }
}

impl<F: Future<Output = Response>> Future for Calling<F> {
    type Output = Response;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Response> {
        let this = self.project();
        let mut response = ready!(this.inner.poll(context));
        // Also where a later extractor answered (a broken body): the entry was judged, its answer is private.
        keep_private(&mut response);
        Poll::Ready(response)
    }
}
