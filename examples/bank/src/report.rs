//! Every route with its policy, as a Markdown table.

use std::fmt::Write as _;

use session_policy::{
    axum::{Guard, MountedRoute},
    policy::{Policy, Spec},
};

use crate::policies::Site;

/// The table, in the order in which the routes were added.
pub(crate) fn table(routes: &[MountedRoute]) -> String {
    let mut table = String::from("| method | path | policy | source |\n| --- | --- | --- | --- |\n");
    for route in routes {
        let path = if route.path.is_empty() { "(any other)".to_owned() } else { code(&route.path) };
        let (policy, source) = match route.guard {
            Guard::Policy(spec) => (code(&words(spec)), source(spec)),
            Guard::Unguarded(reason) => (cell(&format!("unguarded: {reason}")), String::new()),
            // A way to guard a route that this table does not know yet is shown as it is.
            guard => (code(&format!("{guard:?}")), String::new()),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(table, "| {} | {path} | {policy} | {source} |", route.method);
    }
    table
}

/// The policy in the language's words. A bare `#[session]` adds nothing to the base, so the base speaks.
fn words(spec: &Spec) -> String {
    let own = spec.to_string();
    if own.is_empty() { Site::SPEC.to_string() } else { own }
}

fn source(spec: &Spec) -> String {
    let place = &spec.place;
    cell(&format!("{}:{}:{}", place.file, place.line, place.column))
}

fn code(text: &str) -> String {
    format!("`{}`", cell(text))
}

/// A `|` would end the cell, also inside of code.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app,
        cli::{self, Command},
    };

    fn printed(line: &str) -> String {
        let Ok(Command::Policies(options)) = cli::parse(line.split(' ').map(Into::into)) else { panic!("{line}") };
        let router = app::routes(&options, options.listen).unwrap();
        let printed = table(router.routes());
        assert!(router.into_router().is_ok(), "{line}");
        printed
    }

    #[test]
    fn every_route_is_listed_in_the_words_of_its_attribute() {
        let printed = printed("--policies");
        for row in [
            "| GET | `/` | `public` | examples/bank/src/routes/home.rs:",
            "| POST | `/login` | `auth = \"anonymous\"` |",
            "| GET | `/account` | `idle = \"30m\", absolute = \"8h\", bind = \"ua\"` | examples/bank/src/routes/account.rs:",
            "| GET | `/transfer` | `fresh = \"5m\"` |",
            "| POST | `/transfer` | `fresh = \"5m\"` |",
            "| GET | `/admin` | `role = Role::Admin` |",
            "| GET | `/time-left` | `activity = \"passive\"` |",
            // A bare attribute: what the base says.
            "| POST | `/api/echo` | `idle = \"30m\", absolute = \"8h\"` |",
            "| ANY | (any other) | `public` |",
        ] {
            assert!(printed.lines().any(|line| line.starts_with(row)), "{row}\n{printed}");
        }
        assert_eq!(printed.lines().count(), 2 + 16);
    }

    #[test]
    fn what_fails_on_purpose_is_mounted_only_with_the_test_clock() {
        let only = ["`/fail/{what}`", "`/__clock`"];
        let (usual, test) = (printed("--policies"), printed("--policies --test-clock"));
        assert!(only.iter().all(|path| !usual.contains(path) && test.contains(path)), "{usual}\n{test}");
    }

    #[test]
    fn a_bar_stays_in_its_cell() {
        assert_eq!(code("a|b"), "`a\\|b`");
    }
}
