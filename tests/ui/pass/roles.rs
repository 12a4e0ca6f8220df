//! Neighbours of `roles/`.
#![deny(warnings)]
#![allow(dead_code, reason = "declared only")]
use session_policy::{SessionPolicy, UserSession, axum::session};

//~ NEXT TO role-with-fields number-of-roles
#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    #[session(idle = "15m", absolute = "2h")]
    Admin,
    #[session(idle = "20m")]
    Auditor,
    Guest,
}

//~ NEXT TO role-id duplicate-role-id
#[derive(Clone, Copy, SessionPolicy)]
#[allow(non_camel_case_types, reason = "a raw name")]
enum Named {
    #[session(id = "a")]
    First,
    #[session(id = "0123456789012345678901234567890123456789012345678901234567890123")]
    Longest,
    #[session(id = "verwaltung · 管理")]
    Umlaut,
    r#type,
}

#[derive(Clone, Copy, SessionPolicy)]
#[rustfmt::skip]
enum Most {
    A0, A1, A2, A3, A4, A5, A6, A7, A8, A9, B0, B1, B2, B3, B4, B5, B6, B7, B8, B9, C0, C1, C2, C3, C4, C5, C6, C7, C8, C9,
    D0, D1, D2, D3, D4, D5, D6, D7, D8, D9, E0, E1, E2, E3, E4, E5, E6, E7, E8, E9, F0, F1, F2, F3, F4, F5, F6, F7, F8, F9,
    G0, G1, G2, G3,
}

//~ NEXT TO looser-than-role
#[session(role = Role::Admin, idle = "15m", absolute = "2h")]
async fn equal(me: UserSession) {
    drop(me);
}
#[session(role = [Role::Admin, Role::Auditor], idle = "20m")]
async fn not_laxer_than_all(me: UserSession) {
    drop(me);
}
#[session(role = [Role::Admin, Role::Guest], idle = "12h", absolute = "1d")]
async fn guests_have_no_limit(me: UserSession) {
    drop(me);
}

//~ NEXT TO roles-of-two-enums
#[session(role = [Role::Admin, crate::Role::Guest])]
async fn one_enum(me: UserSession) {
    drop(me);
}

//~ NEXT TO policy-shape
#[derive(SessionPolicy)]
struct Site;

fn main() {}
