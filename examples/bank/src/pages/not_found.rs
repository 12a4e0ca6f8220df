//! What is not there.

use maud::{Markup, html};

use super::layout::{Viewer, page};

/// The page for every other path.
pub(crate) fn not_found() -> Markup {
    let content = html! {
        p.lead { "There is no such page here." }
        div.actions { a.button href="/" { "To the front page" } }
    };
    page(&Viewer::Unknown, "Not found", "", &content)
}
