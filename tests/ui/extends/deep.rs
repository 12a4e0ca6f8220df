//! A chain of policies that nobody can follow, and what is public above one.
#![allow(unused)]
use session_policy::{SessionPolicy, axum::session};

#[derive(SessionPolicy)]
#[session(idle = "30m")]
struct P0;

#[derive(SessionPolicy)]
#[session(extends = P0)]
struct P1;

#[derive(SessionPolicy)]
#[session(extends = P1)]
struct P2;

#[derive(SessionPolicy)]
#[session(extends = P2)]
struct P3;

#[derive(SessionPolicy)]
#[session(extends = P3)]
struct P4;

#[derive(SessionPolicy)]
#[session(extends = P4)]
struct P5;

#[derive(SessionPolicy)]
#[session(extends = P5)]
struct P6;

#[derive(SessionPolicy)]
#[session(extends = P6)]
struct P7;

#[derive(SessionPolicy)]
#[session(extends = P7)]
struct P8;

#[derive(SessionPolicy)]
#[session(extends = P8)]
struct P9;

#[derive(SessionPolicy)]
#[session(extends = P9)]
struct P10;

#[derive(SessionPolicy)]
#[session(extends = P10)]
struct P11;

#[derive(SessionPolicy)]
#[session(extends = P11)]
struct P12;

#[derive(SessionPolicy)]
#[session(extends = P12)]
struct P13;

#[derive(SessionPolicy)]
#[session(extends = P13)]
struct P14;

#[derive(SessionPolicy)]
#[session(extends = P14)]
struct P15;

#[derive(SessionPolicy)]
#[session(extends = P15)]
struct P16;

#[derive(SessionPolicy)]
#[session(extends = P16)]
struct P17;

#[derive(SessionPolicy)]
#[session(extends = P17)]
struct P18;

#[derive(SessionPolicy)]
#[session(extends = P18)]
struct P19;

#[derive(SessionPolicy)]
#[session(extends = P19)]
struct P20;

#[derive(SessionPolicy)]
#[session(extends = P20)]
struct P21;

#[derive(SessionPolicy)]
#[session(extends = P21)]
struct P22;

#[derive(SessionPolicy)]
#[session(extends = P22)]
struct P23;

#[derive(SessionPolicy)]
#[session(extends = P23)]
struct P24;

#[derive(SessionPolicy)]
#[session(extends = P24)]
struct P25;

#[derive(SessionPolicy)]
#[session(extends = P25)]
struct P26;

#[derive(SessionPolicy)]
#[session(extends = P26)]
struct P27;

#[derive(SessionPolicy)]
#[session(extends = P27)]
struct P28;

#[derive(SessionPolicy)]
#[session(extends = P28)]
struct P29;

#[derive(SessionPolicy)]
#[session(extends = P29)]
struct P30;

#[derive(SessionPolicy)]
#[session(extends = P30)]
struct P31;

#[derive(SessionPolicy)]
#[session(extends = P31)]
struct P32;

#[derive(SessionPolicy)]
#[session(extends = P32)]
//~^ ERROR more than 32 policies stand above this one
struct P33;

#[session(public)]
async fn home() {}

#[session(extends = HomePolicy, idle = "5m")]
//~^ ERROR `home` is public, so there is nothing to start from
async fn from_public() {}

fn main() {}
