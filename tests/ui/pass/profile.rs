//! Neighbours of `profile/` and `weak/`: at every figure, and a reason for what is past a SHOULD.
#![deny(warnings)]
#![allow(dead_code, reason = "declared only")]
use session_policy::{Policy, SessionPolicy, axum::session};

//~ NEXT TO past-profile-shall
#[session(profile = "asvs-4-l1", absolute = "30d")]
async fn asvs_1() {}
#[session(profile = "asvs-4-l2", idle = "30m", absolute = "12h")]
async fn asvs_2() {}
#[session(profile = "asvs-4-l3", idle = "15m", absolute = "12h", auth = "mfa")]
async fn asvs_3() {}
#[session(profile = "pci-dss-4", idle = "15m")]
async fn pci() {}

//~ NEXT TO past-profile-should
#[derive(SessionPolicy)]
#[session(profile = "owasp-low", idle = "30m", absolute = "8h")]
struct Low;
#[derive(SessionPolicy)]
#[session(
    profile = "owasp-high",
    idle = "6m",
    absolute = "9h",
    deviation(idle = "long contracts", absolute = "a whole shift")
)]
struct Reasoned;

//~ NEXT TO profile-leaves-no-room
#[derive(SessionPolicy)]
#[session(profile = "owasp-low", fresh = "8h", touch = "3m")]
struct Room;

//~ NEXT TO idle-over-a-day absolute-over-30-days fresh-under-30-seconds cookie-outlives-browser-limit
#[session(idle = "1d", absolute = "30d", fresh = "30s")]
async fn not_weak() {}

fn main() {
    assert_eq!((Room::SPEC.rules().idle, Room::SPEC.rules().absolute), (Some(1_800), Some(28_800)));
    assert_eq!(Asvs3Policy::SPEC.rules().auth, Some(session_policy::Level::Mfa));
}
