//! What happens, step by step. Each line is checked before it is printed.

use std::{collections::HashSet, net::SocketAddr, time::Duration};

use tokio::time::sleep;

use crate::{
    Fault,
    balancer::Balancer,
    bank::{Bank, Log},
    http::{Answer, Browser},
    say,
};

/// Of all demo accounts; the login page shows it.
const PASSWORD: &str = "correct horse battery staple";

/// Tells it, and leaves the nodes that are there in the end. `another` starts one more.
///
/// # Errors
/// The first thing that is not as it has to be.
pub(crate) async fn tell<F: Future<Output = Result<Bank, Fault>>>(
    [a, b]: [Bank; 2],
    balancer: &Balancer,
    log: &Log,
    another: impl FnOnce() -> F,
) -> Result<Vec<Bank>, Fault> {
    let front = balancer.address;
    // Whoever took the connection, which is ours: nobody else is there yet.
    let line = |what: &str, answer: &Answer, holds: bool| checked(&balancer.last(), what, answer, holds);

    say("\n1. One session on two nodes")?;
    let mut alice = Browser::default();
    let answer = sign_in(&mut alice, "alice", front).await?;
    line("alice signs in", &answer, answer.status == 303 && alice.has_cookie())?;
    let answer = alice.post(front, "/theme", &[("theme", "dark")]).await?;
    line("she chooses dark colours", &answer, answer.status == 303)?;
    for _ in 0..2 {
        let answer = alice.get(front, "/account").await?;
        line("her account, in dark", &answer, shows(&answer, "dark"))?;
    }

    say("\n2. A logout on one node holds on the other")?;
    let mut carol = Browser::default();
    let answer = sign_in(&mut carol, "carol", a.address).await?;
    checked(a.name(), "carol signs in", &answer, answer.status == 303)?;
    let mut thief = carol.copy();
    let answer = thief.get(b.address, "/account").await?;
    checked(b.name(), "a copy of her cookie opens her account", &answer, answer.status == 200)?;
    let answer = carol.post(a.address, "/logout", &[]).await?;
    checked(a.name(), "she signs out, and her cookie goes", &answer, answer.status == 303 && !carol.has_cookie())?;
    let answer = thief.get(b.address, "/account").await?;
    checked(b.name(), "the copy opens nothing any more", &answer, ended(&answer, "logout"))?;

    say("\n3. So does the end of all other sessions")?;
    let mut bobs = [Browser::default(), Browser::default(), Browser::default()];
    for bob in &mut bobs {
        let answer = sign_in(bob, "bob", front).await?;
        line("bob signs in at another device", &answer, answer.status == 303)?;
    }
    let [bob, others @ ..] = &mut bobs;
    let answer = bob.post(front, "/sessions/end-others", &[]).await?;
    line("he ends all but this one", &answer, answer.status == 303)?;
    for other in others {
        let answer = other.get(front, "/account").await?;
        line("another one is over", &answer, ended(&answer, "revoked"))?;
    }
    let answer = bob.get(front, "/account").await?;
    line("this one is not", &answer, answer.status == 200)?;

    say("\n4. Each end is told to the application's hook, by one of the nodes, once")?;
    told_once(log, &["carol ended: logout", "bob ended: revoked", "bob ended: revoked"]).await?;

    say(&format!("\n5. {} dies: kill -9", a.name()))?;
    a.kill().await?;
    for _ in 0..2 {
        let answer = alice.get(front, "/account").await?;
        line("alice is still signed in, in dark", &answer, shows(&answer, "dark"))?;
    }
    let answer = alice.post(front, "/theme", &[("theme", "light")]).await?;
    line("she chooses light colours", &answer, answer.status == 303)?;
    let answer = sign_in(&mut carol, "carol", front).await?;
    line("carol signs in again", &answer, answer.status == 303)?;

    say("\n6. Another node takes its place")?;
    let c = another().await?;
    balancer.add(c.name(), c.address);
    let mut thief = alice.copy();
    let answer = thief.get(c.address, "/account").await?;
    checked(c.name(), "it knows alice, and her light colours", &answer, shows(&answer, "light"))?;
    for (who, browser) in [("alice", &mut alice), ("bob", bob), ("carol", &mut carol)] {
        let answer = browser.post(front, "/logout", &[]).await?;
        line(&format!("{who} signs out"), &answer, answer.status == 303 && !browser.has_cookie())?;
    }
    for bank in [&b, &c] {
        // The first answer takes the cookie away: the second one gets a copy of its own.
        let answer = thief.copy().get(bank.address, "/account").await?;
        checked(bank.name(), "alice's old cookie opens nothing", &answer, ended(&answer, "logout"))?;
    }
    told_once(log, &["alice ended: logout", "bob ended: logout", "carol ended: logout", "carol ended: logout"]).await?;
    Ok(vec![b, c])
}

async fn sign_in(browser: &mut Browser, user: &str, at: SocketAddr) -> Result<Answer, Fault> {
    browser.post(at, "/login", &[("user", user), ("password", PASSWORD)]).await
}

/// The account page in these colours.
fn shows(answer: &Answer, theme: &str) -> bool {
    answer.status == 200 && answer.body.contains(&format!("data-theme=\"{theme}\""))
}

/// Denied, because the session ended for this reason.
fn ended(answer: &Answer, reason: &str) -> bool {
    answer.status == 401 && answer.body.contains(&format!("\"reason\":\"{reason}\""))
}

/// A line of the story, if it holds.
fn checked(who: &str, what: &str, answer: &Answer, holds: bool) -> Result<(), Fault> {
    if holds {
        say(&format!("   {who} {} {what}", answer.status))
    } else {
        Err(format!("this does not hold: {what} ({who} answered {}: {})", answer.status, answer.body).into())
    }
}

/// Every end was told by one node, and these are among them. (On somebody's own server there may be others.)
async fn told_once(log: &Log, expected: &[&str]) -> Result<(), Fault> {
    // No request waits for a hook: they may still be under way.
    let mut missing = Vec::new();
    for _ in 0..100 {
        let told = log.told();
        let times = |what: &str, all: &[&str]| all.iter().filter(|known| **known == what).count();
        let known: Vec<&str> = told.iter().map(|told| told.what.as_str()).collect();
        missing = expected.iter().filter(|what| times(what, &known) < times(what, expected)).copied().collect();
        if missing.is_empty() {
            break;
        }
        sleep(Duration::from_millis(50)).await;
    }
    if !missing.is_empty() {
        return Err(format!("no hook was told: {}", missing.join(", ")).into());
    }
    // Whoever would tell it again has the time to.
    sleep(Duration::from_millis(300)).await;
    let told = log.told();
    let mut ends = HashSet::new();
    if let Some(again) = told.iter().find(|told| !ends.insert(&told.end)) {
        return Err(format!("{} told again that {} (end {})", again.by, again.what, again.end).into());
    }
    let mut by: Vec<&str> = told.iter().map(|told| told.by.as_str()).collect();
    by.sort_unstable();
    let mut counts = by.clone();
    counts.dedup();
    let counts = counts.iter().map(|who| format!("{} by {who}", by.iter().filter(|other| other == &who).count()));
    say(&format!(
        "   {} ends until now, no two with the same id: {}",
        told.len(),
        counts.collect::<Vec<_>>().join(", ")
    ))
}
