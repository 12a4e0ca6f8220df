//! `max_sessions` needs a store that counts: one that does not implement `Admit` is refused where it is handed over.
#![allow(unused)]
#[path = "../plain_store.rs"]
mod plain_store;

use plain_store::Plain;
use session_policy::{Policy, SessionPolicy, Sessions, policy::Rules, policy::Spec, store::MemoryStore};

#[derive(SessionPolicy)]
struct Site;

#[derive(SessionPolicy)]
#[session(max_sessions = 3, on_limit = "evict_oldest")]
struct Limited;

/// Limited by what it extends.
#[derive(SessionPolicy)]
#[session(extends = Limited, idle = "10m")]
struct Extending;

#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    Member,
    #[session(max_sessions = 1, on_limit = "reject")]
    Admin,
}

fn by_the_role() {
    Sessions::builder::<Site, Role>().store(Plain);
    //~^ RUSTC ERROR `Plain` cannot hold `max_sessions`: it does not implement `Admit`
}

fn by_the_base() {
    Sessions::builder::<Limited, ()>().store(Plain);
    //~^ RUSTC ERROR `Plain` cannot hold `max_sessions`: it does not implement `Admit`
}

fn by_what_it_extends() {
    Sessions::builder::<Extending, ()>().store(Plain);
    //~^ RUSTC ERROR `Plain` cannot hold `max_sessions`: it does not implement `Admit`
}

fn by_both() {
    Sessions::builder::<Limited, Role>().store(Plain);
    //~^ RUSTC ERROR `Plain` cannot hold `max_sessions`: it does not implement `Admit`
}

struct ByHand;
impl Policy for ByHand {
    const SPEC: Spec = Spec::new("ByHand", Rules::UNSET);
}

fn by_hand() {
    Sessions::builder::<ByHand, ()>();
    //~^ RUSTC ERROR what `ByHand` needs of a store is not known
}

fn main() {}
