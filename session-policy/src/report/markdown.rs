//! The report as Markdown: the table of routes first, then everything else.

use std::fmt::Write as _;

use super::model::{Deviation, GuardKind, Met, NamedPolicy, Place, Report, Route, Row};

impl Report {
    /// The report as Markdown (the tables of CommonMark's common extension): the table of routes with method, path, policy
    /// and source, then findings, sessions, what holds on each route, reasons, controls and guarantees.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let mut out = self.to_markdown_routes();
        self.findings(&mut out);
        heading(&mut out, 2, &format!("Sessions of {}", code(&self.base.name)));
        table(
            &mut out,
            &["policy", "written", "source"],
            self.named().map(|named| vec![code(&named.name), code(&named.policy), source(named.place.as_ref())]),
        );
        out.push('\n');
        held(&mut out, &self.sessions);
        let _ = writeln!(out, "\nCookie: {}; transport: {}.", code(&self.cookie.field), code(self.transport));
        if let Some(purpose) = &self.cookie.purpose {
            let _ = writeln!(out, "Purpose: {}.", text(purpose));
        }
        heading(&mut out, 2, "What holds on each route");
        for route in self.routes.iter().filter(|route| route.guard == GuardKind::Policy) {
            heading(&mut out, 3, &code(&route.title()));
            held(&mut out, &route.effective);
        }
        self.reasons(&mut out);
        heading(&mut out, 2, "Controls");
        table(
            &mut out,
            &["control", "", "what it asks for", "by", "when", "met"],
            self.controls.iter().map(|control| {
                let met = match control.met {
                    Met::Yes => "yes",
                    Met::OnRoutes => "on",
                    Met::No => "no",
                };
                let met = if control.detail.is_empty() { met.to_owned() } else { format!("{met}: {}", control.detail) };
                let cells = [control.id, control.strength, control.gist, control.by, control.condition, &met];
                let mut cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
                if let Some(first) = cells.first_mut() {
                    *first = format!("{} {first}", control.standard);
                }
                cells
            }),
        );
        heading(&mut out, 2, "What holds whatever the policy says");
        for guarantee in &self.guarantees {
            let _ = writeln!(out, "- **{}**: {}", guarantee.name, guarantee.text);
        }
        out
    }

    /// The table of routes alone. A bare `#[session]` adds nothing to the base: there, the base speaks.
    #[must_use]
    pub fn to_markdown_routes(&self) -> String {
        let mut out = String::new();
        table(
            &mut out,
            &["method", "path", "policy", "source"],
            self.routes.iter().map(|route| {
                let path = if route.path.is_empty() { "(any other)".to_owned() } else { code(&route.path) };
                let policy = match &route.reason {
                    Some(reason) => text(&format!("unguarded: {reason}")),
                    None => code(self.words_of(route)),
                };
                vec![route.method.to_owned(), path, policy, source(route.place.as_ref())]
            }),
        );
        out
    }

    /// The policy of a route in the language's words; where nothing is written, those of the base.
    pub(super) fn words_of<'a>(&'a self, route: &'a Route) -> &'a str {
        if route.policy.is_empty() { &self.base.policy } else { &route.policy }
    }

    /// The base, what is built on, and the roles.
    pub(super) fn named(&self) -> impl Iterator<Item = &NamedPolicy> {
        std::iter::once(&self.base).chain(&self.shared).chain(&self.roles)
    }

    /// Everything that gives a reason: where, and the reasons.
    pub(super) fn all_reasons(&self) -> Vec<(String, &Deviation)> {
        let named = self.named().map(|named| (named.name.clone(), &named.deviations));
        let routes = self.routes.iter().map(|route| (route.title(), &route.deviations));
        named.chain(routes).flat_map(|(whose, all)| all.iter().map(move |one| (whose.clone(), one))).collect()
    }

    /// The routes that nothing guards.
    pub(super) fn unguarded(&self) -> impl Iterator<Item = (&Route, &str)> {
        self.routes.iter().filter_map(|route| Some((route, route.reason.as_deref()?)))
    }

    fn findings(&self, out: &mut String) {
        heading(out, 2, "Findings");
        if self.findings.is_empty() {
            out.push_str("None.\n");
        }
        for finding in &self.findings {
            let place = finding.place.as_ref().map(|place| format!(" ({})", text(&place.to_string())));
            let _ = writeln!(out, "- {}{}", finding.text.replace('\n', " "), place.unwrap_or_default());
        }
    }

    fn reasons(&self, out: &mut String) {
        let reasons = self.all_reasons();
        if !reasons.is_empty() {
            heading(out, 2, "Deviations");
            table(
                out,
                &["where", "key", "reason"],
                reasons.iter().map(|(whose, deviation)| vec![code(whose), code(&deviation.key), text(&deviation.why)]),
            );
        }
        if self.unguarded().next().is_some() {
            heading(out, 2, "Unguarded routes");
            table(
                out,
                &["route", "reason"],
                self.unguarded().map(|(route, reason)| vec![code(&route.title()), text(reason)]),
            );
        }
    }
}

fn held(out: &mut String, rows: &[Row]) {
    let lines = rows.iter().flat_map(|row| {
        row.values.iter().map(|held| {
            let whom = if held.roles.is_empty() { "every session".to_owned() } else { held.roles.join(", ") };
            vec![code(row.key), code(&held.value), text(&whom), text(&held.origin())]
        })
    });
    table(out, &["key", "value", "for", "from"], lines);
}

fn heading(out: &mut String, level: usize, title: &str) {
    let _ = writeln!(out, "\n{} {title}\n", "#".repeat(level));
}

// Writing to a string cannot fail.
fn table(out: &mut String, titles: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    let _ = writeln!(out, "| {} |", titles.join(" | "));
    let _ = writeln!(out, "|{}", " --- |".repeat(titles.len()));
    for row in rows {
        let _ = writeln!(out, "| {} |", row.join(" | "));
    }
}

fn source(place: Option<&Place>) -> String {
    place.map(|place| place.to_string().replace('|', "\\|")).unwrap_or_default()
}

/// Text in a cell: a `|` would end it, a line break would end the table, and nothing is markup.
fn text(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '\n' | '\r' => out.push(' '),
            '|' | '`' | '*' | '_' | '<' | '>' | '[' | ']' | '&' | '\\' => out.extend(['\\', letter]),
            letter => out.push(letter),
        }
    }
    out
}

/// Code in a cell; a fence longer than any run of backticks inside it.
fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let text = text.replace('|', "\\|").replace(['\n', '\r'], " ");
    if longest == 0 { format!("{fence}{text}{fence}") } else { format!("{fence} {text} {fence}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_its_cell() {
        assert_eq!(code("a|b"), "`a\\|b`");
        assert_eq!(code("a`b``c"), "``` a`b``c ```");
        assert_eq!(code(""), "");
        assert_eq!(text("a|b\n<script> *x* _y_ [z](u) & \\"), "a\\|b \\<script\\> \\*x\\* \\_y\\_ \\[z\\](u) \\& \\\\");
    }
}
