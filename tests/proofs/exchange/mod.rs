//! The exchange as a client sees it: a router in this process, the test clock, the in-memory store behind switches.

mod carry;
mod challenge;
mod future;
mod handle;
mod hang_up;
mod ladder;
mod late;
mod logout_outage;
mod lowering;
mod module;
mod next;
mod outage;
mod races;
mod room;
mod sizes;
mod staged;
mod superseded;
mod time;
mod touch;
mod updates;
