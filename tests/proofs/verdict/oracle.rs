//! semantics.md §2.4, §3, §6 read a second time: a list of all failures in the order of §2.4, of which the first decides.

use session_policy::{
    client::UaMatch,
    policy::{Csrf, Effective, Level, OnMismatch},
    verdict::Facts,
};

/// The judgement's line, see [`super::line`].
pub(crate) fn judge(w: &Effective, e: &Effective, facts: &Facts) -> String {
    // Times are compared as signed numbers: a stamp a little ahead is an age of zero.
    let age = |stamp: u64| (i128::from(facts.now) - i128::from(stamp)).max(0);
    let stamps = [facts.created, facts.last_seen].into_iter().chain(facts.authenticated.into_iter().flatten());
    let ahead = stamps.map(|stamp| i128::from(stamp) - i128::from(facts.now)).max().unwrap_or(0);
    let over = |limit: u64, age: i128| age >= i128::from(limit);

    let own_level = facts.authenticated[facts.level as usize];
    let since_own = age(own_level.unwrap_or(facts.created));
    let gap = i128::from(facts.longest_gap).max(age(facts.last_seen));

    // §6: within one family at most `step_up`; another family goes the whole ladder.
    let rung = match (facts.ua, e.bind.ua) {
        (UaMatch::Same, _) | (_, None) => None,
        (UaMatch::Changed, Some(OnMismatch::End)) => Some(OnMismatch::StepUp),
        (_, Some(rung)) => Some(rung),
    };
    let ends = rung == Some(OnMismatch::End);
    let marks = rung == Some(OnMismatch::StepUp);
    let reports = rung == Some(OnMismatch::Log);

    let order = [Level::Anonymous, Level::Remembered, Level::Full, Level::Mfa];
    let rank = |level: Level| order.iter().position(|known| *known == level);
    // The page where one re-authenticates is open to whoever is remembered.
    let needed = if facts.at_reauth && rank(e.auth) > rank(Level::Remembered) { Level::Remembered } else { e.auth };
    let too_low = rank(facts.level) < rank(needed);

    // §3: an authentication at the route's level or higher counts; a restore is none.
    let active = order.iter().zip(facts.authenticated).filter(|(level, _)| {
        rank(**level) >= rank(e.auth) && **level != Level::Anonymous && **level != Level::Remembered
    });
    let youngest = active.filter_map(|(_, stamp)| stamp.map(age)).min();

    let refused = |role: Option<usize>| e.role.is_some_and(|roles| role.is_none_or(|role| !roles.contains(role)));

    let in_seconds = |ms: u64| ms / 1000;
    let failures = [
        (!facts.seen.secure, "403 insecure_transport → nothing".to_owned()),
        (
            e.csrf != Csrf::Off && (facts.seen.is_unsafe || facts.seen.csrf_on_every_method) && !facts.seen.same_origin,
            "403 csrf → nothing".to_owned(),
        ),
        (ahead > i128::from(facts.max_skew_ms), "503 clock → retry".to_owned()),
        (over(w.absolute_ms, since_own), "401 absolute → login; end absolute".to_owned()),
        (over(w.idle_ms, gap), "401 idle → login; end idle".to_owned()),
        (ends, "401 binding → login; end binding".to_owned()),
        (marks && !facts.at_reauth, "401 step_up → reauth max_age=0; mark".to_owned()),
        (facts.step_up && !facts.at_reauth, "401 step_up → reauth max_age=0".to_owned()),
        (too_low && facts.level == Level::Anonymous, "401 no_session → login".to_owned()),
        (too_low, format!("401 level → reauth level={}", e.auth.as_str())),
        // After a change of role both must allow; where only the new one does, an authentication brings it.
        (refused(facts.role) && (refused(facts.granted) || facts.granted.is_none()), "403 role → nothing".to_owned()),
        (facts.granted.is_some() && refused(facts.granted), "403 role → nothing".to_owned()),
        (refused(facts.role) && !facts.at_reauth, "401 new_role → reauth max_age=0".to_owned()),
        (
            !facts.at_reauth && over(e.absolute_ms, since_own),
            format!("401 route_absolute → reauth max_age={}", in_seconds(e.absolute_ms)),
        ),
        (!facts.at_reauth && over(e.idle_ms, gap), "401 route_idle → reauth max_age=0".to_owned()),
        // §4: who holds a token in place of one that was lost never satisfies `fresh`; only a new authentication helps.
        (!facts.at_reauth && e.fresh_ms.is_some() && facts.recovered, "401 fresh → reauth max_age=0".to_owned()),
        (
            !facts.at_reauth && e.fresh_ms.is_some_and(|fresh| youngest.is_none_or(|youngest| over(fresh, youngest))),
            format!("401 fresh → reauth max_age={}", in_seconds(e.fresh_ms.unwrap_or_default())),
        ),
    ];
    let bindings_step = 8;
    match failures.into_iter().enumerate().find(|(_, (failed, _))| *failed) {
        Some((step, (_, line))) if step < bindings_step => line,
        Some((_, (_, line))) => line + duty(marks, reports),
        None => "allow".to_owned() + duty(marks, reports),
    }
}

/// What a mismatch asks for that did not deny.
fn duty(marks: bool, reports: bool) -> &'static str {
    match (marks, reports) {
        // Only where one re-authenticates: the visit is allowed, but the mark stays for every other page.
        (true, _) => "; mark",
        (_, true) => "; report",
        _ => "",
    }
}
