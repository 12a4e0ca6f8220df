//! The front page.

use maud::{Markup, html};

use super::layout::{Viewer, page};

/// The front page. It is public and knows nobody.
pub(crate) fn home() -> Markup {
    let content = html! {
        p.lead { "Every page behind this one states its session policy above its handler, and the runtime holds it." }
        div.actions {
            a.button href="/login" { "Sign in" }
            a.button.second href="/account" { "Your account" }
        }
        h2 { "What to try" }
        ul.tries {
            li { strong { "Account" } " is open for half an hour without activity, and for eight hours in all." }
            li { strong { "Statements" } " ask for your password again after ten minutes without activity." }
            li { strong { "Transfer" } " wants that you signed in, or confirmed it, in the last five minutes." }
            li { strong { "Sessions" } " shows where you are signed in, and ends what you no longer use. Three at a time: a fourth sign-in ends the oldest." }
            li { strong { "Admin" } " is for carol alone, whose sessions end after a quarter of an hour." }
        }
        p {
            code { "cargo run -p bank -- --policies" }
            " prints all routes with their policies."
        }
    };
    page(&Viewer::Unknown, "A small bank with strict sessions", "/", &content)
}
