//! One step past every figure of every profile.
#![allow(unused)]
use session_policy::{SessionPolicy, axum::session};

#[session(profile = "asvs-4-l1", absolute = "30d1s", deviation(absolute = "kiosks"))]
//~^ ERROR `absolute` (30d1s) is longer than the 30d of `asvs-4-l1`
async fn asvs_1() {}

#[session(profile = "asvs-4-l2", idle = "31m")]
//~^ ERROR `idle` (31m) is longer than the 30m of `asvs-4-l2`
async fn asvs_2() {}

#[session(profile = "asvs-4-l2", absolute = "13h")]
//~^ ERROR `absolute` (13h) is longer than the 12h of `asvs-4-l2`
async fn asvs_2_absolute() {}

#[session(profile = "asvs-4-l3", idle = "16m", auth = "full")]
//~^ ERROR `idle` (16m) is longer than the 15m of `asvs-4-l3`
//~| ERROR `auth = "full"` is weaker than the `"mfa"` of `asvs-4-l3`
async fn asvs_3() {}

#[derive(SessionPolicy)]
#[session(profile = "owasp-low", idle = "31m", absolute = "9h")]
//~^ ERROR `idle` (31m) is longer than the 30m of `owasp-low`
//~| ERROR `absolute` (9h) is longer than the 8h of `owasp-low`
struct Low;

#[derive(SessionPolicy)]
#[session(profile = "owasp-high", idle = "6m", deviation(absolute = "shifts"))]
//~^ ERROR `idle` (6m) is longer than the 5m of `owasp-high`
//~| ERROR this deviation deviates from nothing: `absolute` is not written here
struct High;

#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    #[session(profile = "pci-dss-4", idle = "20m")]
    //~^ ERROR `idle` (20m) is longer than the 15m of `pci-dss-4`
    Clerk,
    #[session(profile = ["owasp-low", "owasp-high"], idle = "10m")]
    //~^ ERROR `idle` (10m) is longer than the 5m of `owasp-high`
    Strictest,
    #[session(profile = ["owasp-high", "pci-dss-4"], idle = "20m")]
    //~^ ERROR `idle` (20m) is longer than the 15m of `pci-dss-4`
    ShallFirst,
    #[session(profile = ["asvs-4-l1", "owasp-low"], idle = "8h", deviation(idle = "night shifts"))]
    //~^ ERROR `idle` (8h) is not shorter than the `absolute` (8h) of `owasp-low`, so it can never fire
    NoRoom,
    #[session(profile = "owasp-low", fresh = "9h")]
    //~^ ERROR `fresh` (9h) is longer than the `absolute` (8h) of `owasp-low`, so it can never fire
    Fresh,
    #[session(profile = "owasp-high", touch = "31s")]
    //~^ ERROR `touch` (31s) is more than a tenth of the `idle` (5m) of `owasp-high`
    Touch,
    #[session(profile = "owasp-high", warn = "5m")]
    //~^ ERROR `warn` (5m) is not shorter than the `idle` (5m) of `owasp-high`
    Warn,
    #[session(profile = "owasp-low", rotate_every = "8h")]
    //~^ ERROR `rotate_every` (8h) is not shorter than the `absolute` (8h) of `owasp-low`
    Rotate,
}

#[session(profile = "nist-800-63b-4-aal2", idle = "61m", deviation(idle = "long forms"))]
//~^ ERROR `nist-800-63b-4-aal2` demands `csrf = "token"`
async fn nist_should() {}

#[session(profile = "nist-800-63b-4-aal3", absolute = "13h", auth = "remembered")]
//~^ ERROR `absolute` (13h) is longer than the 12h of `nist-800-63b-4-aal3`
//~| ERROR `auth = "remembered"` is weaker than the `"mfa"` of `nist-800-63b-4-aal3`
//~| ERROR `nist-800-63b-4-aal3` demands `csrf = "token"`
async fn nist_shall() {}

#[session(profile = ["nist-800-63b-3-aal1", "nist-800-63b-3-aal3"], idle = "16m")]
//~^ ERROR `idle` (16m) is longer than the 15m of `nist-800-63b-3-aal3`
//~| ERROR `nist-800-63b-3-aal1` demands `csrf = "token"`
//~| ERROR `nist-800-63b-3-aal3` demands `csrf = "token"`
async fn nist_before() {}

#[session(profile = "aal2")]
//~^ ERROR unknown profile `"aal2"`, did you mean `"nist-800-63b-4-aal2"`?
async fn habit() {}

#[session(profile = "hipaa")]
//~^ ERROR unknown profile `"hipaa"`; there are
async fn unheard_of() {}

#[session(profile = ["owasp-low", "owasp-low"])]
//~^ ERROR `"owasp-low"` is listed twice; remove one
async fn twice() {}

#[session(profile = owasp_low)]
//~^ ERROR `profile` takes the name of a profile
async fn bare() {}

#[session(profile = [])]
//~^ ERROR this list is empty; list a value or remove `profile`
async fn none() {}

#[session(profile = "owasp-low")]
mod pages {
    #[session_policy::axum::session(idle = "1h")]
    //~^ ERROR `idle = "1h"` can never apply
    async fn page() {}
}

fn main() {}
