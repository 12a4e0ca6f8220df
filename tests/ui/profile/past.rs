//! What is past a standard.
#![allow(unused)]
use session_policy::{SessionPolicy, axum::session};

#[session(profile = "pci-dss-4", idle = "16m")]
//~^ ERROR `idle` (16m) is longer than the 15m of `pci-dss-4` (PCI DSS 4.0 8.2.8, by a secondary source: SHALL)
async fn shall() {}

#[session(profile = "pci-dss-4", idle = "16m", deviation(idle = "we type slowly"))]
//~^ ERROR `idle` (16m) is longer than the 15m of `pci-dss-4` (PCI DSS 4.0 8.2.8, by a secondary source: SHALL); write at most `"15m"`, for no deviation is possible from a SHALL
async fn no_deviation() {}

#[session(profile = "owasp-low", idle = "40m", absolute = "9h")]
//~^ ERROR `idle` (40m) is longer than the 30m of `owasp-low` (OWASP Session Management Cheat Sheet: SHOULD); write at most `"30m"`, or why it may: `deviation(idle = "…")`
//~| ERROR `absolute` (9h) is longer than the 8h of `owasp-low`
async fn should() {}

#[session(profile = ["owasp-low", "asvs-4-l3", "owasp-high"], idle = "20m", auth = "full")]
//~^ ERROR `idle` (20m) is longer than the 15m of `asvs-4-l3`
//~| ERROR `auth = "full"` is weaker than the `"mfa"` of `asvs-4-l3`
async fn strictest() {}

#[session(profile = "owasp-low", idle = "20m", deviation(idle = "long forms"))]
//~^ ERROR this deviation deviates from nothing: the value of `idle` needs no reason
async fn nothing() {}

#[session(profile = "asvs-4-l1", idle = "30d", fresh = "31d")]
//~^ ERROR `idle` (30d) is not shorter than the `absolute` (30d) of `asvs-4-l1`, so it can never fire
//~| ERROR `fresh` (31d) is longer than the `absolute` (30d) of `asvs-4-l1`
async fn room() {}

#[derive(SessionPolicy)]
#[session(profile = "owasp-high", touch = "1m")]
//~^ ERROR `touch` (1m) is more than a tenth of the `idle` (5m) of `owasp-high`
struct Site;

#[session(profile = ["owasp-lo", "aal2", "hipaa", "pci-dss-4", "pci-dss-4"])]
//~^ ERROR unknown profile `"owasp-lo"`, did you mean `"owasp-low"`?
//~| ERROR unknown profile `"aal2"`, did you mean `"nist-800-63b-4-aal2"`?
//~| ERROR unknown profile `"hipaa"`; there are `nist-800-63b-4-aal1`
//~| ERROR `"pci-dss-4"` is listed twice; remove one
async fn names() {}

fn main() {}
