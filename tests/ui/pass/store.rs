//! Neighbours of `store/`: a store that counts, or nothing to count.
#![deny(warnings)]
#![allow(dead_code, reason = "compiled only")]
#[path = "../plain_store.rs"]
mod plain_store;

use std::sync::Arc;

use plain_store::Plain;
use session_policy::{
    Policy, Roles, SessionPolicy, Sessions,
    axum::session,
    policy::{AdmittingStore, AnyStore, Needs, OnLimit, Rules, Spec, StoreFor},
    store::{Holds, MemoryStore},
};

#[derive(SessionPolicy)]
#[session(idle = "30m", rotate_every = "15m")]
struct Site;

#[derive(SessionPolicy)]
#[session(max_sessions = 3, on_limit = "evict_oldest")]
struct Limited;

#[derive(Clone, Copy, SessionPolicy)]
enum Role {
    Member,
    #[session(idle = "5m", rotate_every = "5m")]
    Admin,
}

#[derive(Clone, Copy, SessionPolicy)]
enum Counted {
    #[session(extends = Limited)]
    Member,
}

fn nothing_to_count() {
    let _ = Sessions::builder::<Site, Role>().store(Plain);
    let _ = Sessions::builder::<Site, ()>().store(Arc::new(Plain));
}

fn it_counts() {
    let _ = Sessions::builder::<Limited, ()>().store(MemoryStore::new());
    let _ = Sessions::builder::<Site, Counted>().store(Arc::new(MemoryStore::new()));
}

struct ByHand;
impl Policy for ByHand {
    const SPEC: Spec = Spec::new("ByHand", Rules::UNSET.limit(1, OnLimit::Reject));
}
impl Needs for ByHand {
    type Store = StoreFor<{ ByHand::SPEC.needs_admission() }>;
}

fn generic<Base: Policy + Needs, Role: Roles + Needs>()
where
    MemoryStore: Holds<Base::Store> + Holds<Role::Store>,
{
    let _ = Sessions::builder::<Base, Role>().store(MemoryStore::new());
}

/// What a handler is under, a base may extend, though no handler's policy is a base.
#[session(idle = "10m")]
async fn page() {}

#[derive(SessionPolicy)]
#[session(extends = PagePolicy)]
struct LikeThePage;

fn needs<P: Needs<Store = S>, S>() {}

fn main() {
    needs::<Site, AnyStore>();
    needs::<Role, AnyStore>();
    needs::<LikeThePage, AnyStore>();
    needs::<Limited, AdmittingStore>();
    needs::<Counted, AdmittingStore>();
    needs::<ByHand, AdmittingStore>();
    let _ = (nothing_to_count, it_counts, generic::<ByHand, Counted>, page, Role::Member, Role::Admin, Counted::Member);
}
