//! `--policies`: every route with its policy, printed; the report itself is the library's.

use std::error::Error;

use session_policy::report::Report;

/// The form in which the report is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Markdown,
    Json,
    Html,
}

impl Form {
    pub(crate) fn parse(word: &str) -> Option<Self> {
        match word {
            "markdown" => Some(Self::Markdown),
            "json" => Some(Self::Json),
            "html" => Some(Self::Html),
            _ => None,
        }
    }
}

/// The report as text.
pub(crate) fn printed(report: &Report, form: Form) -> Result<String, Box<dyn Error>> {
    Ok(match form {
        Form::Markdown => report.to_markdown(),
        Form::Json => report.to_json()?,
        Form::Html => report.to_html(),
    })
}

#[cfg(test)]
mod tests {
    use session_policy::report;

    use super::*;
    use crate::{
        app,
        cli::{self, Command},
        store::Storage,
    };

    fn report_of(line: &str) -> Report {
        let Ok(Command::Policies(options, _)) = cli::parse(line.split(' ').map(Into::into)) else { panic!("{line}") };
        let router = app::routes(&options, options.listen, &Storage::Memory).unwrap();
        let report = router.report();
        assert!(router.into_router().is_ok(), "{line}");
        report
    }

    fn table_of(line: &str) -> String {
        report_of(line).to_markdown_routes()
    }

    /// Nobody changes a policy of the bank unseen. Meant? `SESSION_POLICY_UPDATE=1 cargo test -p bank`, and commit the file.
    #[test]
    fn policies_are_as_reviewed() -> Result<(), report::Difference> {
        report::snapshot("policy.snap", &report_of("--policies --test-clock"))
    }

    #[test]
    fn every_route_is_listed_in_the_words_of_its_attribute() {
        let printed = table_of("--policies");
        for row in [
            "| GET | `/` | `public` | examples/bank/src/routes/home.rs:",
            "| POST | `/login` | `auth = \"anonymous\"` |",
            "| GET | `/account` | `idle = \"30m\", absolute = \"8h\", bind = \"ua\"` | examples/bank/src/routes/account.rs:",
            "| GET | `/transfer` | `fresh = \"5m\"` |",
            "| POST | `/transfer` | `fresh = \"5m\"` |",
            "| GET | `/sessions` | `idle = \"30m\", absolute = \"8h\", rotate_every = \"15m\"` |",
            "| POST | `/sessions/end` | `fresh = \"5m\"` |",
            "| POST | `/sessions/end-others` | `fresh = \"5m\"` |",
            "| POST | `/password` | `fresh = \"5m\"` |",
            "| GET | `/admin` | `role = Role::Admin` |",
            "| GET | `/time-left` | `activity = \"passive\"` |",
            // A bare attribute: what the base says.
            "| POST | `/api/echo` | `idle = \"30m\", absolute = \"8h\", rotate_every = \"15m\"` |",
            "| ANY | (any other) | `public` |",
        ] {
            assert!(printed.lines().any(|line| line.replace("\\_", "_").starts_with(row)), "{row}\n{printed}");
        }
        assert_eq!(printed.lines().count(), 2 + 20);
    }

    #[test]
    fn every_form_tells_of_the_same_routes() {
        let report = report_of("--policies");
        let [markdown, json, html] =
            [Form::Markdown, Form::Json, Form::Html].map(|form| printed(&report, form).unwrap());
        let parsed: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(parsed["schema"], 1);
        let routes = parsed["routes"].as_array().unwrap();
        assert_eq!(routes.len(), 20);
        for route in routes {
            let (method, path) = (route["method"].as_str().unwrap(), route["path"].as_str().unwrap());
            assert!(path.is_empty() || markdown.contains(&format!("| {method} | `{path}` |")), "{method} {path}");
            assert!(path.is_empty() || html.contains(&format!("<code>{path}</code>")), "{method} {path}");
        }
    }

    #[test]
    fn what_fails_on_purpose_is_mounted_only_with_the_test_clock() {
        let only = ["`/fail/{what}`", "`/__clock`", "`/__ends`", "`/__hooks`", "`/__sweep`"];
        let (usual, test) = (table_of("--policies"), table_of("--policies --test-clock"));
        assert!(only.iter().all(|path| !usual.contains(path) && test.contains(path)), "{usual}\n{test}");
        // The manifest knows that they were declared.
        let never_mounted: Vec<String> = report_of("--policies").findings.into_iter().map(|found| found.text).collect();
        assert!(never_mounted.iter().any(|text| text.starts_with("`fail` has a session policy")), "{never_mounted:?}");
        assert_eq!(never_mounted.len(), 5);
        assert!(report_of("--policies --test-clock").findings.is_empty());
    }
}
