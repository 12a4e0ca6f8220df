//! Neighbours of `module/`: what comes close to a module's rules.
#![deny(warnings)]
#![allow(dead_code, reason = "declared only")]
use session_policy::{SessionPolicy, axum::session};

#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    Admin,
    Auditor,
    Clerk,
}

#[session(role = [Role::Admin, Role::Auditor])]
async fn auditors() {}

//~ NEXT TO no-role-left
#[session(role = [Role::Clerk, Role::Auditor])]
mod office {
    use super::*;

    // Auditors are left.
    #[session(extends = AuditorsPolicy)]
    async fn page() {}
}

//~ NEXT TO public-in-module
#[session(public)]
async fn outside() {}

mod without_a_policy {
    #[session_policy::axum::session(public)]
    async fn inside() {}
}

//~ NEXT TO macro-in-module
macro_rules! number {
    () => {
        7
    };
}

#[session(idle = "10m")]
mod pages {
    use super::*;

    macro_rules! local {
        () => {
            number!()
        };
    }

    #[session]
    fn page() -> String {
        let n: u32 = local!();
        n.to_string()
    }
}

fn main() {}
