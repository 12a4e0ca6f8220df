//! Which of two values is the looser one, by the words in which they are written.

use serde::Serialize;

use crate::duration;

/// What a change of a value does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Direction {
    /// More passes than before.
    Looser,
    /// Different, without an order between the two.
    Changed,
    /// Less passes than before.
    Tighter,
}

/// How the values of a key are ordered.
#[derive(Clone, Copy, Debug)]
pub(super) enum Order {
    /// Durations, the shorter the tighter; `none` is no limit.
    Shorter,
    /// Numbers, the smaller the tighter; `none` is no limit.
    Fewer,
    /// Words, loosest first.
    Words(&'static [&'static str]),
    /// A list of what is admitted; `any` admits all.
    Admitted,
    /// A list of `kind (what a mismatch does)`; more kinds and higher rungs are tighter. `none` is empty.
    Bindings,
    /// None is looser than another.
    Unordered,
}

impl Order {
    /// The direction from `old` to `new`, which differ. What cannot be read is only `Changed`.
    pub(super) fn direction(self, old: &str, new: &str) -> Direction {
        let (tighter, looser) = match self {
            Self::Shorter => smaller(limit(old), limit(new)),
            Self::Fewer => smaller(count(old), count(new)),
            Self::Words(words) => {
                let rank = |word: &str| words.iter().position(|known| *known == word);
                match (rank(old), rank(new)) {
                    (Some(old), Some(new)) => (new > old, new < old),
                    _ => (false, false),
                }
            }
            Self::Admitted => (admits(old, new), admits(new, old)),
            Self::Bindings => (binds(new, old), binds(old, new)),
            Self::Unordered => (false, false),
        };
        match (tighter, looser) {
            (true, false) => Direction::Tighter,
            (false, true) => Direction::Looser,
            _ => Direction::Changed,
        }
    }
}

/// Whether the new limit is smaller, and whether it is larger.
fn smaller(old: Option<u64>, new: Option<u64>) -> (bool, bool) {
    match (old, new) {
        (Some(old), Some(new)) => (new < old, new > old),
        _ => (false, false),
    }
}

/// A number; `none` is larger than every other.
fn count(text: &str) -> Option<u64> {
    if text == "none" { Some(u64::MAX) } else { text.parse().ok() }
}

/// A limit in seconds; `none` is longer than every other.
fn limit(text: &str) -> Option<u64> {
    match text {
        "none" => Some(u64::MAX),
        text => duration::parse(text).ok().map(|limit| limit.as_secs()),
    }
}

fn entries(text: &str) -> Vec<&str> {
    text.split(", ").filter(|entry| !entry.is_empty() && *entry != "none").collect()
}

/// Whether everything in `inner` is admitted by `outer`.
fn admits(outer: &str, inner: &str) -> bool {
    let all = entries(outer);
    outer == "any" || (inner != "any" && entries(inner).iter().all(|entry| all.contains(entry)))
}

/// Whether `tight` demands at least what `loose` does.
fn binds(tight: &str, loose: &str) -> bool {
    let held: Vec<Binding<'_>> = entries(tight).into_iter().map(Binding::read).collect();
    entries(loose).into_iter().map(Binding::read).all(|wanted| held.iter().any(|held| held.covers(&wanted)))
}

/// `ua (end)`, `ip/24/64 (step_up)`.
struct Binding<'a> {
    kind: &'a str,
    /// The prefixes; a longer one is tighter.
    prefixes: Vec<u8>,
    rung: usize,
}

impl<'a> Binding<'a> {
    fn read(text: &'a str) -> Self {
        let (what, mismatch) = text.split_once(" (").unwrap_or((text, ""));
        let mut parts = what.split('/');
        let kind = parts.next().unwrap_or(what);
        let rungs = ["log", "step_up", "end"];
        let rung = rungs.iter().position(|rung| *rung == mismatch.trim_end_matches(')')).map_or(0, |index| index + 1);
        Self { kind, prefixes: parts.filter_map(|prefix| prefix.parse().ok()).collect(), rung }
    }

    fn covers(&self, other: &Self) -> bool {
        // A prefix that is not written is the longest one.
        let prefix = |binding: &Self, at: usize| binding.prefixes.get(at).copied().unwrap_or(u8::MAX);
        self.kind == other.kind && self.rung >= other.rung && (0..2).all(|at| prefix(self, at) >= prefix(other, at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways() {
        let words: Order = Order::Words(&["off", "origin", "token"]);
        for (order, loose, tight) in [
            (Order::Shorter, "20m", "10m"),
            (Order::Shorter, "none", "3650d"),
            (Order::Shorter, "1h", "59m59s"),
            (Order::Fewer, "10", "9"),
            (Order::Fewer, "none", "1000"),
            (words, "off", "token"),
            (Order::Admitted, "any", "Role::Admin"),
            (Order::Admitted, "Role::Admin, Role::Member", "Role::Member"),
            (Order::Bindings, "none", "ua (log)"),
            (Order::Bindings, "ua (step_up)", "ua (end)"),
            (Order::Bindings, "ua (end)", "ua (end), ip/24/64 (step_up)"),
            (Order::Bindings, "ip/24/64 (end)", "ip/32/64 (end)"),
        ] {
            assert_eq!(order.direction(loose, tight), Direction::Tighter, "{loose} → {tight}");
            assert_eq!(order.direction(tight, loose), Direction::Looser, "{tight} → {loose}");
        }
    }

    #[test]
    fn without_an_order() {
        for (order, old, new) in [
            (Order::Unordered, "auto", "status"),
            (Order::Admitted, "Role::Admin", "Role::Member"),
            (Order::Bindings, "ua (end)", "header:X (end)"),
            (Order::Bindings, "ua (log), header:X (end)", "ua (end), header:X (log)"),
            (Order::Shorter, "soon", "10m"),
            (Order::Fewer, "few", "3"),
            (Order::Words(&["a", "b"]), "a", "c"),
        ] {
            assert_eq!(order.direction(old, new), Direction::Changed, "{old} → {new}");
            assert_eq!(order.direction(new, old), Direction::Changed, "{new} → {old}");
        }
    }
}
