//! An enum of roles: names without fields, parameters, or a stored name twice.
#![allow(unused)]
use session_policy::SessionPolicy;

#[derive(Clone, Copy, SessionPolicy)]
enum Fields {
    Member,
    Admin(u32),
    //~^ ERROR a role carries no fields; write `Admin`
    Root { level: u32 },
    //~^ ERROR a role carries no fields; write `Root`
}

#[derive(Clone, Copy, SessionPolicy)]
enum Ids {
    Member,
    #[session(id = "Member")]
    //~^ ERROR `Member` is stored as `"Member"` too
    Admin,
    #[session(id = "")]
    //~^ ERROR the stored name of a role is empty
    Empty,
    #[session(id = "a\nb")]
    //~^ ERROR the stored name of a role contains a control character
    Control,
    #[session(id = "0123456789012345678901234567890123456789012345678901234567890123456789")]
    //~^ ERROR the stored name of a role is 70 bytes long; there can be at most 64
    Long,
}

#[derive(Clone, Copy, SessionPolicy)]
enum Nothing {}
//~^ ERROR `Nothing` names no role

#[derive(Clone, Copy, SessionPolicy)]
enum Generic<const N: usize> {
    //~^ ERROR roles are names, so their enum has no parameters
    Admin,
}

#[derive(Clone, Copy, SessionPolicy)]
#[rustfmt::skip]
enum Many {
    A0, A1, A2, A3, A4, A5, A6, A7, A8, A9, B0, B1, B2, B3, B4, B5, B6, B7, B8, B9, C0, C1, C2, C3, C4, C5, C6, C7, C8, C9,
    D0, D1, D2, D3, D4, D5, D6, D7, D8, D9, E0, E1, E2, E3, E4, E5, E6, E7, E8, E9, F0, F1, F2, F3, F4, F5, F6, F7, F8, F9,
    G0, G1, G2, G3, G4,
    //~^ ERROR `Many` has 65 roles; there can be at most 64
}

// A policy that is not a unit struct.
#[derive(SessionPolicy)]
struct Site {
    //~^ ERROR a policy is a constant, so it needs no fields; write `struct Site;`
    idle: u32,
}

#[derive(SessionPolicy)]
struct Typed<const N: usize>;
//~^ ERROR a policy is a constant, so it has no parameters; write `struct Typed;`

fn main() {}
