//! The limits of a policy on one axis: a bar for each, on a scale that makes minutes and days both readable.

use super::{
    super::model::{Report, Row, values},
    writer::Html,
};
use crate::duration::{self, Written};

/// The keys that are shown, top to bottom, with what the bar says.
const LIMITS: &[(&str, &str)] = &[
    ("warn", "warned so long before the end"),
    ("fresh", "since an active authentication"),
    ("idle", "without activity"),
    ("rotate_every", "until the token is replaced"),
    ("absolute", "since the authentication"),
];

/// Where a line may stand, in seconds.
const TICKS: &[u64] = &[
    1,
    5,
    15,
    60,
    300,
    900,
    1_800,
    3_600,
    14_400,
    28_800,
    43_200,
    86_400,
    604_800,
    2_592_000,
    7_776_000,
    31_536_000,
    315_360_000,
];

/// The height of a limit with its label, of the axis below, and of the bar; and where in the first the words and the bar are.
/// In pixels: only the width follows the screen, so that letters keep their size.
const ROW: usize = 34;
const AXIS: usize = 20;
const LABEL_BASELINE: usize = 13;
const BAR_TOP: usize = 18;
const BAR: usize = 8;
/// The characters of a note beside a limit.
const NOTE_MOST: usize = 28;

/// A logarithmic axis, the same for all pictures of a report, so that they can be compared.
pub(super) struct Scale {
    from: f64,
    to: f64,
    ticks: Vec<u64>,
}

impl Scale {
    /// The axis from below the shortest to above the longest limit of the report.
    pub(super) fn of(report: &Report) -> Self {
        let rows = report.routes.iter().flat_map(|route| &route.effective).chain(&report.sessions);
        let limits: Vec<u64> = rows
            .filter(|row| LIMITS.iter().any(|(key, _)| *key == row.key))
            .flat_map(|row| &row.values)
            .filter_map(|held| seconds(&held.value))
            .collect();
        let (shortest, longest) =
            (limits.iter().min().copied().unwrap_or(60), limits.iter().max().copied().unwrap_or(60));
        // At least one step between the two ends, and room before the shortest bar's end.
        let from = TICKS.iter().rev().find(|tick| **tick * 2 <= shortest).copied().unwrap_or(1);
        let to = longest.max(from * 4);
        let inside: Vec<u64> = TICKS.iter().copied().filter(|tick| (from..=to).contains(tick)).collect();
        // A label needs a sixth of a narrow screen.
        let mut scale = Self { from: from as f64, to: to as f64, ticks: Vec::new() };
        let mut last = f64::NEG_INFINITY;
        for tick in inside {
            let at = scale.at(tick);
            if at - last >= 14.0 && at <= 96.0 {
                scale.ticks.push(tick);
                last = at;
            }
        }
        scale
    }

    /// Where a time is on the axis, in per cent.
    fn at(&self, seconds: u64) -> f64 {
        let share = (seconds as f64 / self.from).ln() / (self.to / self.from).ln();
        (share * 100.0).clamp(0.0, 100.0)
    }
}

/// The picture of what holds for some rows. `whose` names the policy for those who cannot see it.
pub(super) fn draw(html: &mut Html, scale: &Scale, rows: &[Row], whose: &str) {
    let bars = bars(rows);
    if bars.is_empty() {
        return;
    }
    let height = (bars.len() * ROW + AXIS).to_string();
    let told: Vec<String> = bars.iter().map(Bar::told).collect();
    let label = format!("Limits of {whose}, on a logarithmic axis: {}", told.join("; "));
    let svg = [
        ("class", "timeline"),
        ("width", "100%"),
        ("height", height.as_str()),
        ("role", "img"),
        ("aria-label", &label),
    ];
    html.el("svg", &svg, |html| {
        for (index, bar) in bars.iter().enumerate() {
            let top = index * ROW;
            let (label, y) = ((top + LABEL_BASELINE).to_string(), (top + BAR_TOP).to_string());
            html.el("text", &[("x", "0"), ("y", &label)], |html| {
                html.leaf("tspan", &[("class", "limit")], &format!("{} {}", bar.key, bar.value));
                html.leaf("tspan", &[("dx", "6"), ("class", "whom")], &bar.note());
            });
            let thick = BAR.to_string();
            let width = per_cent(scale.at(bar.seconds).max(1.0));
            let class = format!("bar {}", bar.key);
            html.el(
                "rect",
                &[("class", "rail"), ("x", "0"), ("y", &y), ("width", "100%"), ("height", &thick), ("rx", "2")],
                |_| {},
            );
            html.el(
                "rect",
                &[("class", &class), ("x", "0"), ("y", &y), ("width", &width), ("height", &thick), ("rx", "2")],
                |_| {},
            );
            // Beside the bar alone, so that no line runs through the words.
            let (from, to) = ((top + BAR_TOP - 2).to_string(), (top + BAR_TOP + BAR + 2).to_string());
            for tick in &scale.ticks {
                let x = per_cent(scale.at(*tick));
                html.el("line", &[("class", "tick"), ("x1", &x), ("x2", &x), ("y1", &from), ("y2", &to)], |_| {});
            }
        }
        let baseline = (bars.len() * ROW + AXIS - 4).to_string();
        for tick in &scale.ticks {
            let at = scale.at(*tick);
            let anchor = if at < 4.0 { "start" } else { "middle" };
            html.leaf(
                "text",
                &[("class", "axis"), ("x", &per_cent(at)), ("y", &baseline), ("text-anchor", anchor)],
                &Written(*tick).to_string(),
            );
        }
    });
}

struct Bar<'a> {
    key: &'a str,
    value: &'a str,
    seconds: u64,
    whom: Vec<&'a str>,
    says: &'static str,
}

impl Bar<'_> {
    /// For whom, or where it is for everyone, what the limit means. Short, for a narrow screen; the table names all.
    fn note(&self) -> String {
        if self.whom.is_empty() {
            return self.says.to_owned();
        }
        let names: Vec<&str> = self.whom.iter().map(|name| name.rsplit("::").next().unwrap_or(name)).collect();
        let mut note = String::from("for ");
        for (index, name) in names.iter().enumerate() {
            if index > 0 && note.chars().count() + name.chars().count() > NOTE_MOST {
                note.push_str(&format!(" and {} more", names.len() - index));
                break;
            }
            note.push_str(if index > 0 { ", " } else { "" });
            note.push_str(name);
        }
        note
    }

    fn told(&self) -> String {
        let whom = if self.whom.is_empty() { String::new() } else { format!(" for {}", self.whom.join(", ")) };
        format!("{} {}{whom}, {}", self.key, self.value, self.says)
    }
}

/// One bar for each limit and value, whoever decided it.
fn bars(rows: &[Row]) -> Vec<Bar<'_>> {
    let mut bars: Vec<Bar<'_>> = Vec::new();
    for (key, says) in LIMITS {
        let first = bars.len();
        for held in values(rows, key) {
            let Some(seconds) = seconds(&held.value) else { continue };
            let roles = held.roles.iter().map(String::as_str);
            match bars.iter_mut().skip(first).find(|bar| bar.value == held.value) {
                Some(bar) => bar.whom.extend(roles),
                None => bars.push(Bar { key, value: &held.value, seconds, whom: roles.collect(), says }),
            }
        }
        // The same for everyone, only from several places.
        if let Some([only]) = bars.get_mut(first..)
            && values(rows, key).iter().all(|held| held.value == only.value)
        {
            only.whom.clear();
        }
    }
    bars
}

fn seconds(value: &str) -> Option<u64> {
    duration::parse(value).ok().map(|value| value.as_secs())
}

fn per_cent(at: f64) -> String {
    format!("{at:.2}%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_short() {
        let note = |whom: &[&'static str]| {
            Bar { key: "idle", value: "5m", seconds: 300, whom: whom.to_vec(), says: "without activity" }.note()
        };
        assert_eq!(note(&[]), "without activity");
        assert_eq!(note(&["no role", "Role::Member", "Role::Admin"]), "for no role, Member, Admin");
        assert_eq!(
            note(&["no role", "Role::Accountant", "Role::Admin", "Role::Clerk"]),
            "for no role, Accountant, Admin and 1 more"
        );
        assert_eq!(note(&["Role::AVeryLongNameThatIsLongerThanTheRest"]), "for AVeryLongNameThatIsLongerThanTheRest");
    }

    #[test]
    fn the_axis_is_in_order_and_inside() {
        let scale = Scale { from: 60.0, to: 28_800.0, ticks: Vec::new() };
        let at: Vec<f64> = [1, 60, 300, 3_600, 28_800, 90_000].map(|seconds| scale.at(seconds)).to_vec();
        assert_eq!((at[0], at[1], at[4], at[5]), (0.0, 0.0, 100.0, 100.0));
        assert!(at[1] < at[2] && at[2] < at[3] && at[3] < at[4], "{at:?}");
    }
}
