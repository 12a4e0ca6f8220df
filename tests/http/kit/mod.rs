//! What the tests drive the bank with: the process, the bytes on the wire, and a browser that is honest about its headers.

mod answer;
mod bank;
mod binary;
mod browser;
mod dice;
mod folder;
mod html;
mod request;
mod set_cookie;
mod url;
mod wire;

pub(crate) use answer::Answer;
pub(crate) use bank::{Bank, refused_to_start, run_to_end};
#[allow(unused_imports, reason = "the cluster's tests run another example")]
pub(crate) use binary::cargo;
pub(crate) use browser::{Browser, CHROME, FIREFOX, PASSWORD, SAFARI};
pub(crate) use dice::Dice;
pub(crate) use folder::Folder;
pub(crate) use html::{Form, forms};
pub(crate) use request::Request;
pub(crate) use set_cookie::SetCookie;
pub(crate) use url::{decode, encode_form, query_value};
pub(crate) use wire::Wire;
