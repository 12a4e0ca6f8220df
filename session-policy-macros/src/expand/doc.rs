//! The documentation of a generated policy type.

use crate::{
    args::{Word, spelled},
    duration::show,
    model::{Handler, Policy, plain},
};

/// What hovering over `DashboardPolicy` shows.
pub(super) fn of_handler(handler: &Handler, policy: &Policy) -> String {
    let name = plain(&handler.sig.ident);
    if policy.public {
        return format!("Session policy of [`{name}()`]: public, no checks and no session.");
    }
    format!("Session policy of [`{name}()`]: {}.", words(policy))
}

/// What hovering over `AdminModulePolicy` shows.
pub(super) fn of_module(name: &str, policy: &Policy) -> String {
    format!("Session policy of the handlers in [`mod@{name}`]: {}.", words(policy))
}

fn words(policy: &Policy) -> String {
    let mut words: Vec<String> = Vec::new();
    if let Some(base) = &policy.extends {
        words.push(format!("all of `{}`", spelled(base)));
    }
    if policy.module.is_some() {
        words.push("all of its module".to_owned());
    }
    let durations = [("idle", &policy.idle), ("absolute", &policy.absolute), ("fresh", &policy.fresh)];
    for (key, duration) in durations {
        if let Some(duration) = duration {
            words.push(format!("{key} {}", show(duration.value)));
        }
    }
    if let Some(level) = &policy.auth {
        words.push(format!("auth {}", level.value.word()));
    }
    if let Some(roles) = &policy.role {
        let names: Vec<String> = roles.value.iter().map(|role| format!("`{}`", spelled(role))).collect();
        words.push(names.join(" or "));
    }
    for bind in &policy.bind {
        words.push(format!("bound to {}", bind.kind()));
    }
    if !policy.rotate_on.is_empty() {
        let events: Vec<&str> = policy.rotate_on.iter().map(|event| event.word()).collect();
        words.push(format!("rotated on {}", events.join(", ")));
    }
    if let Some(csrf) = &policy.csrf {
        words.push(format!("csrf {}", csrf.value.word()));
    }
    if let Some(activity) = &policy.activity {
        words.push(activity.value.word().to_owned());
    }
    if words.is_empty() {
        words.push("the defaults".to_owned());
    }
    words.join(", ")
}
