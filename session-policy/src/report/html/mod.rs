//! The report as one HTML page: no request to anywhere, nothing needed but the file.

mod page;
mod timeline;
mod writer;

use super::model::Report;

impl Report {
    /// The report as one self-contained HTML page: it needs no network and no script to be read (a few inline lines filter
    /// the routes), prints, follows the reader's light or dark scheme, and shows the limits of each policy on one axis.
    ///
    /// ```
    /// # use session_policy::{Sessions, SessionPolicy, client::Transport, report::Report, store::MemoryStore};
    /// # #[derive(SessionPolicy)]
    /// # #[session(idle = "30m", absolute = "8h")]
    /// # struct Site;
    /// # let sessions = Sessions::builder::<Site, ()>().store(MemoryStore::new()).transport(Transport::loopback()).build()?;
    /// let page = Report::new(&sessions, &[]).to_html();
    /// assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<h1>Session policy of <code>Site</code></h1>"));
    /// # Ok::<(), session_policy::BuildError>(())
    /// ```
    #[must_use]
    pub fn to_html(&self) -> String {
        page::page(self)
    }
}
