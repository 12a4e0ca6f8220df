//! What the proofs share: a site of hand-written policies, a client that keeps its cookie, a store that can be made to fail.

mod client;
mod site;
mod store;

pub(crate) use client::{Client, FIREFOX, Got, denied};
pub(crate) use site::{
    Ask, Carried, Note, Open, Page, Role, Site, World, builder, builder_of, guarded, page, policy, world, world_of,
};
pub(crate) use store::{Faulty, Op};
