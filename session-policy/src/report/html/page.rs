//! The page, from top to bottom.

use super::{
    super::model::{Control, GuardKind, Met, Place, Report, Route, Row, SourceKind},
    timeline::{self, Scale},
    writer::Html,
};

const STYLE: &str = include_str!("style.css");
const FILTER: &str = include_str!("filter.js");

pub(super) fn page(report: &Report) -> String {
    let mut html = Html::new();
    html.raw("<!DOCTYPE html>\n");
    html.el("html", &[("lang", "en")], |html| {
        html.el("head", &[], |html| {
            html.el("meta", &[("charset", "utf-8")], |_| {});
            html.el("meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")], |_| {});
            html.el("meta", &[("name", "color-scheme"), ("content", "light dark")], |_| {});
            html.leaf("title", &[], &format!("Session policy of {}", report.base.name));
            html.el("style", &[], |html| html.raw(STYLE));
        });
        html.raw("\n");
        html.el("body", &[], |html| {
            header(html, report);
            html.el("main", &[], |html| body(html, report));
            html.el("footer", &[], |html| {
                html.text(&format!(
                    "Made by session-policy {} from the mounted routes. Schema {}.",
                    env!("CARGO_PKG_VERSION"),
                    report.schema
                ));
            });
            html.el("script", &[], |html| html.raw(FILTER));
        });
    });
    html.raw("\n");
    html.finish()
}

fn header(html: &mut Html, report: &Report) {
    html.el("header", &[], |html| {
        html.el("h1", &[], |html| {
            html.text("Session policy of ");
            html.leaf("code", &[], &report.base.name);
        });
        let count = |kind| report.routes.iter().filter(|route| route.guard == kind).count();
        let counts = [
            (report.routes.len(), "route", "routes"),
            (count(GuardKind::Policy), "with a policy", "with a policy"),
            (count(GuardKind::Public), "public", "public"),
            (count(GuardKind::Unguarded), "unguarded", "unguarded"),
            (report.findings.len(), "finding", "findings"),
        ];
        html.el("ul", &[("class", "counts")], |html| {
            for (count, one, many) in counts {
                let loud = count > 0 && matches!(one, "unguarded" | "finding");
                html.el("li", if loud { &[("class", "loud")] } else { &[] }, |html| {
                    html.leaf("strong", &[], &count.to_string());
                    html.text(" ");
                    html.text(if count == 1 { one } else { many });
                });
            }
        });
        html.el("nav", &[("aria-label", "Sections")], |html| {
            for (id, title) in [
                ("routes", "Routes"),
                ("sessions", "Sessions"),
                ("details", "Each route"),
                ("controls", "Controls"),
                ("guarantees", "Guarantees"),
            ] {
                html.leaf("a", &[("href", &format!("#{id}"))], title);
                html.text(" ");
            }
        });
    });
}

fn body(html: &mut Html, report: &Report) {
    let scale = Scale::of(report);
    if !report.findings.is_empty() {
        section(html, "findings", "Findings", |html| findings(html, report));
    }
    section(html, "routes", "Routes", |html| routes(html, report));
    section(html, "sessions", "Sessions, on every route", |html| sessions(html, report, &scale));
    let reasons = report.all_reasons();
    if !reasons.is_empty() {
        section(html, "deviations", "Deviations, with their reasons", |html| {
            table(html, "", "Documented reasons", &["where", "key", "reason"], |html| {
                for (whose, deviation) in &reasons {
                    html.el("tr", &[], |html| {
                        head(html, |html| html.leaf("code", &[], whose));
                        cell(html, |html| html.leaf("code", &[], &deviation.key));
                        cell(html, |html| html.text(&deviation.why));
                    });
                }
            });
        });
    }
    if report.unguarded().next().is_some() {
        section(html, "unguarded", "Unguarded routes, with their reasons", |html| {
            table(html, "", "Routes without a policy", &["route", "reason"], |html| {
                for (route, reason) in report.unguarded() {
                    html.el("tr", &[], |html| {
                        head(html, |html| html.leaf("code", &[], &route.title()));
                        cell(html, |html| html.text(reason));
                    });
                }
            });
        });
    }
    section(html, "details", "What holds on each route", |html| {
        for (index, route) in report.routes.iter().enumerate() {
            detail(html, route, index, &scale);
        }
    });
    section(html, "controls", "Controls", |html| controls(html, report));
    section(html, "guarantees", "What holds whatever the policy says", |html| {
        html.el("ul", &[("class", "guarantees")], |html| {
            for guarantee in &report.guarantees {
                html.el("li", &[], |html| {
                    html.leaf("strong", &[], guarantee.name);
                    html.text(" ");
                    html.prose(guarantee.text);
                });
            }
        });
    });
}

fn findings(html: &mut Html, report: &Report) {
    html.el("ul", &[("class", "findings")], |html| {
        for finding in &report.findings {
            html.el("li", &[], |html| {
                html.prose(&finding.text);
                source(html, finding.place.as_ref());
            });
        }
    });
}

fn routes(html: &mut Html, report: &Report) {
    // Shown by the script that it needs.
    html.el("p", &[("id", "filter"), ("hidden", "")], |html| {
        html.leaf("label", &[("for", "search")], "Filter ");
        html.el(
            "input",
            &[
                ("id", "search"),
                ("type", "search"),
                ("placeholder", "path, key, role, public …"),
                ("autocomplete", "off"),
            ],
            |_| {},
        );
        html.el("output", &[("for", "search"), ("id", "shown"), ("aria-live", "polite")], |_| {});
    });
    table(
        html,
        "routes",
        "Every mounted route, in the order of the router",
        &["method", "path", "policy", "source"],
        |html| {
            for (index, route) in report.routes.iter().enumerate() {
                html.el("tr", &[("data-route", &index.to_string())], |html| {
                    cell(html, |html| html.leaf("span", &[("class", "method")], route.method));
                    head(html, |html| {
                        html.el("a", &[("href", &format!("#route-{index}"))], |html| path(html, route));
                    });
                    cell(html, |html| match route.guard {
                        // A bare attribute adds nothing: the base speaks.
                        GuardKind::Policy if route.policy.is_empty() => {
                            html.leaf("code", &[("class", "quiet")], &report.base.policy);
                        }
                        GuardKind::Policy => html.leaf("code", &[], &route.policy),
                        guard => {
                            badge(html, guard);
                            html.text(" ");
                            html.text(route.reason.as_deref().unwrap_or_default());
                        }
                    });
                    cell(html, |html| source(html, route.place.as_ref()));
                });
            }
        },
    );
}

fn sessions(html: &mut Html, report: &Report, scale: &Scale) {
    html.el("p", &[], |html| {
        html.prose("The role of a session and the base together. A session that breaks `idle` or `absolute` of these is over; a route that is stricter denies itself and lets the session live.");
    });
    table(html, "", "Base, named policies and roles, as written", &["policy", "written", "source"], |html| {
        for named in report.named() {
            html.el("tr", &[], |html| {
                head(html, |html| html.leaf("code", &[], &named.name));
                cell(html, |html| match named.policy.as_str() {
                    "" => html.leaf("span", &[("class", "quiet")], "adds nothing"),
                    policy => html.leaf("code", &[], policy),
                });
                cell(html, |html| source(html, named.place.as_ref()));
            });
        }
    });
    html.el("div", &[("class", "held")], |html| {
        rows(html, "What holds for a session everywhere", &report.sessions);
        html.el("div", &[], |html| timeline::draw(html, scale, &report.sessions, "a session"));
    });
    html.el("p", &[], |html| {
        html.text("Cookie: ");
        html.leaf("code", &[], &report.cookie.field);
        html.text(". Transport: ");
        html.leaf("code", &[], report.transport);
        html.text(".");
        if let Some(purpose) = &report.cookie.purpose {
            html.text(" Purpose: ");
            html.text(purpose);
        }
    });
}

fn detail(html: &mut Html, route: &Route, index: usize, scale: &Scale) {
    html.el("article", &[("id", &format!("route-{index}")), ("data-detail", &index.to_string())], |html| {
        html.el("h3", &[], |html| {
            html.leaf("span", &[("class", "method")], route.method);
            html.text(" ");
            path(html, route);
        });
        html.el("p", &[("class", "origin")], |html| {
            if let Some(handler) = route.handler_name() {
                html.leaf("code", &[], &format!("{handler}()"));
                html.text(" ");
            }
            source(html, route.place.as_ref());
        });
        html.el("p", &[], |html| match (&route.reason, route.guard) {
            (Some(reason), guard) => {
                badge(html, guard);
                html.text(" ");
                html.text(reason);
            }
            (None, GuardKind::Policy) if route.policy.is_empty() => {
                html.leaf("span", &[("class", "quiet")], "adds nothing to the base");
            }
            (None, GuardKind::Policy) => html.leaf("code", &[], &route.policy),
            (None, guard) => {
                badge(html, guard);
                html.text(" no checks and no session");
            }
        });
        if !route.effective.is_empty() {
            let title = route.title();
            html.el("div", &[("class", "held")], |html| {
                rows(html, &format!("What holds on {title}"), &route.effective);
                html.el("div", &[], |html| timeline::draw(html, scale, &route.effective, &title));
            });
        }
    });
}

/// Key, value, for whom, and where from; what nobody wrote stands in one sentence below.
fn rows(html: &mut Html, caption: &str, rows: &[Row]) {
    let is_default =
        |row: &&Row| row.values.iter().all(|held| held.from.iter().all(|source| source.kind == SourceKind::Default));
    html.el("div", &[], |html| {
        let written: Vec<&Row> = rows.iter().filter(|row| !is_default(row)).collect();
        if !written.is_empty() {
            table(html, "", caption, &["key", "value", "from"], |html| {
                for row in written {
                    values(html, row);
                }
            });
        }
        let mut by_default =
            rows.iter().filter(is_default).flat_map(|row| row.values.first().map(|held| (row.key, held))).peekable();
        if by_default.peek().is_some() {
            html.el("p", &[("class", "defaults")], |html| {
                html.text("By default: ");
                for (index, (key, held)) in by_default.enumerate() {
                    html.text(if index == 0 { "" } else { ", " });
                    html.leaf("code", &[], key);
                    html.text(" ");
                    html.text(&held.value);
                }
                html.text(".");
            });
        }
    });
}

/// The rows of one key.
fn values(html: &mut Html, row: &Row) {
    for (index, held) in row.values.iter().enumerate() {
        html.el("tr", &[], |html| {
            if index == 0 {
                let span = row.values.len().to_string();
                let attributes: &[(&'static str, &str)] = if row.values.len() > 1 {
                    &[("scope", "rowgroup"), ("rowspan", &span)]
                } else {
                    &[("scope", "row")]
                };
                html.el("th", attributes, |html| html.leaf("code", &[], row.key));
            }
            cell(html, |html| {
                html.leaf("span", &[("class", "value")], &held.value);
                if !held.roles.is_empty() {
                    html.text(" ");
                    html.leaf("span", &[("class", "quiet")], &format!("for {}", held.roles.join(", ")));
                }
            });
            cell(html, |html| html.text(&held.origin()));
        });
    }
}

fn controls(html: &mut Html, report: &Report) {
    html.el("p", &[], |html| {
        html.text(
            "What the runtime enforces on guarded routes, and when. What an application must do itself is not listed.",
        );
    });
    let mut standards: Vec<&str> = report.controls.iter().map(|control| control.standard).collect();
    standards.dedup();
    for standard in standards {
        table(html, "controls", standard, &["control", "what it asks for", "by", "when", "met"], |html| {
            for control in report.controls.iter().filter(|control| control.standard == standard) {
                control_row(html, control);
            }
        });
    }
}

fn control_row(html: &mut Html, control: &Control) {
    html.el("tr", &[], |html| {
        head(html, |html| {
            html.leaf("span", &[("class", "id")], control.id);
            html.text(" ");
            html.leaf("span", &[("class", "quiet")], control.strength);
        });
        cell(html, |html| html.prose(control.gist));
        cell(html, |html| html.prose(control.by));
        cell(html, |html| html.prose(control.condition));
        cell(html, |html| {
            let (class, word) = match control.met {
                Met::Yes => ("badge yes", "yes"),
                Met::OnRoutes => ("badge some", "on"),
                Met::No => ("badge no", "no"),
            };
            html.leaf("span", &[("class", class)], word);
            if !control.detail.is_empty() {
                html.text(" ");
                html.prose(&control.detail);
            }
        });
    });
}

fn section(html: &mut Html, id: &str, title: &str, inside: impl FnOnce(&mut Html)) {
    let heading = format!("{id}-heading");
    html.raw("\n");
    html.el("section", &[("id", id), ("aria-labelledby", &heading)], |html| {
        html.leaf("h2", &[("id", &heading)], title);
        inside(html);
    });
}

/// A table that scrolls by itself where it is too wide.
fn table(html: &mut Html, class: &'static str, caption: &str, titles: &[&str], rows: impl FnOnce(&mut Html)) {
    let class = format!("table {class}");
    html.el("div", &[("class", class.trim_end())], |html| {
        html.el("table", &[], |html| {
            html.leaf("caption", &[], caption);
            html.el("thead", &[], |html| {
                html.el("tr", &[], |html| {
                    for title in titles {
                        html.leaf("th", &[("scope", "col")], title);
                    }
                });
            });
            html.el("tbody", &[], rows);
        });
    });
}

fn head(html: &mut Html, inside: impl FnOnce(&mut Html)) {
    html.el("th", &[("scope", "row")], inside);
}

fn cell(html: &mut Html, inside: impl FnOnce(&mut Html)) {
    html.el("td", &[], inside);
}

fn path(html: &mut Html, route: &Route) {
    if route.path.is_empty() {
        html.text(route.shown_path());
    } else {
        html.leaf("code", &[], &route.path);
    }
}

fn badge(html: &mut Html, guard: GuardKind) {
    let (class, word) = match guard {
        GuardKind::Policy => ("badge yes", "policy"),
        GuardKind::Public => ("badge some", "public"),
        GuardKind::Unguarded => ("badge no", "unguarded"),
    };
    html.leaf("span", &[("class", class)], word);
}

fn source(html: &mut Html, place: Option<&Place>) {
    if let Some(place) = place {
        html.text(" ");
        html.leaf("span", &[("class", "source")], &place.to_string());
    }
}
