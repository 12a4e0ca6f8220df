//! The entries that proxies appended, read from `Forwarded` or `X-Forwarded-*` into a place of fixed size.

use std::net::{IpAddr, SocketAddr};

use super::Channel;
use crate::request::{RequestView, trim};

/// The most proxies that are walked.
const MOST_HOPS: usize = 16;
/// The most bytes of the fields together.
const MOST_BYTES: usize = 8 * 1024;

/// The last entries of all fields of the name, which count as one list.
pub(super) struct Chain {
    /// Whom each entry names; `None` if that is no address.
    nodes: Last<Option<IpAddr>>,
    /// Whether each entry says `https`.
    protos: Last<bool>,
    /// Whether an entry's proto belongs to its node (`Forwarded`), or is a list of its own.
    aligned: bool,
    bytes: usize,
    broken: bool,
}

impl Chain {
    fn new(aligned: bool) -> Self {
        Self { nodes: Last::new(None), protos: Last::new(false), aligned, bytes: 0, broken: false }
    }

    /// `X-Forwarded-For` and `X-Forwarded-Proto`.
    pub(super) fn of_x_forwarded(request: &dyn RequestView) -> Self {
        let mut chain = Self::new(false);
        request.each_header("x-forwarded-for", &mut |field| {
            chain.entries(field, |chain, entry| chain.nodes.push(node(entry)));
        });
        request.each_header("x-forwarded-proto", &mut |field| {
            chain.entries(field, |chain, entry| chain.protos.push(is_https(entry)));
        });
        chain
    }

    /// `Forwarded`. One syntax error makes all of it worthless: an open quote may have swallowed what a proxy appended. So does
    /// a backslash: escapes are legal between quotes, but nothing that is read here ever needs one.
    pub(super) fn of_forwarded(request: &dyn RequestView) -> Self {
        let mut chain = Self::new(true);
        request.each_header("forwarded", &mut |field| {
            chain.broken |= field.contains(&b'\\');
            if !chain.takes(field) {
                return;
            }
            for element in Unquoted::new(field, b',') {
                match element.map(trim) {
                    Some([]) => {}
                    Some(element) => match forwarded_element(element) {
                        Some((node, https)) => {
                            chain.nodes.push(node);
                            chain.protos.push(https);
                        }
                        None => chain.broken = true,
                    },
                    None => chain.broken = true,
                }
            }
        });
        chain
    }

    /// Counts the bytes; a field beyond the bound is not read.
    fn takes(&mut self, field: &[u8]) -> bool {
        self.bytes = self.bytes.saturating_add(field.len());
        self.broken |= self.bytes > MOST_BYTES;
        !self.broken
    }

    /// Each non-empty entry of a comma-separated list (RFC 9110, 5.6.1).
    fn entries(&mut self, field: &[u8], push: impl Fn(&mut Self, &[u8])) {
        if self.takes(field) {
            for entry in field.split(|byte| *byte == b',').map(trim).filter(|entry| !entry.is_empty()) {
                push(self, entry);
            }
        }
    }

    /// How many entries from the right were written by proxies that are believed, given that the peer is one: each entry
    /// that names such a proxy makes the one to its left believable.
    pub(super) fn walk(&self, trusted: impl Fn(IpAddr) -> bool) -> usize {
        let named = |at| self.nodes.nth_last(at).flatten();
        let proxies = (0..self.nodes.len()).take_while(|at| named(*at).is_some_and(&trusted)).count();
        // The first that is no proxy is the client; if all are, the leftmost is.
        self.nodes.len().min(proxies.saturating_add(1))
    }

    /// What the outermost believed proxy wrote, `entries` from the right.
    pub(super) fn channel(&self, entries: usize) -> Channel {
        let Some(at) = entries.checked_sub(1).filter(|_| !self.broken) else { return Channel::CLOSED };
        let Some(client) = self.nodes.nth_last(at) else { return Channel::CLOSED };
        let secure = if self.aligned {
            self.protos.nth_last(at) == Some(true)
        } else {
            let known = self.protos.len().min(entries);
            known > 0 && (0..known).all(|at| self.protos.nth_last(at) == Some(true))
        };
        Channel { secure, client }
    }
}

/// The last values of a sequence of any length, without allocating.
struct Last<T> {
    items: [T; MOST_HOPS],
    pushed: usize,
}

impl<T: Copy> Last<T> {
    fn new(empty: T) -> Self {
        Self { items: [empty; MOST_HOPS], pushed: 0 }
    }

    fn push(&mut self, item: T) {
        if let Some(slot) = self.items.get_mut(self.pushed % MOST_HOPS) {
            *slot = item;
        }
        self.pushed = self.pushed.saturating_add(1);
    }

    /// How many there were, kept or not.
    const fn len(&self) -> usize {
        self.pushed
    }

    /// The value so far from the right, from 0, if it is there and was kept.
    fn nth_last(&self, at: usize) -> Option<T> {
        if at >= MOST_HOPS {
            return None;
        }
        self.items.get(self.pushed.checked_sub(at.saturating_add(1))? % MOST_HOPS).copied()
    }
}

/// Whether a proxy says that the client came over TLS; some write `wss` for a web socket.
fn is_https(proto: &[u8]) -> bool {
    proto.eq_ignore_ascii_case(b"https") || proto.eq_ignore_ascii_case(b"wss")
}

/// An address with or without a port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
fn node(text: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(text).ok()?;
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let ip = match bare {
        Some(v6) => IpAddr::V6(v6.parse().ok()?),
        None => text.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))?,
    };
    Some(ip.to_canonical())
}

/// Node and proto of one element: `for=192.0.2.60;proto=https;by=203.0.113.43`. `None` if it is not one.
fn forwarded_element(element: &[u8]) -> Option<(Option<IpAddr>, bool)> {
    let (mut of, mut proto) = (None, None);
    for pair in Unquoted::new(element, b';') {
        let pair = trim(pair?);
        if pair.is_empty() {
            continue;
        }
        let at = pair.iter().position(|byte| *byte == b'=')?;
        let (name, value) = (pair.get(..at)?, unquote(pair.get(at.saturating_add(1)..)?)?);
        let slot = match name {
            _ if name.eq_ignore_ascii_case(b"for") => &mut of,
            _ if name.eq_ignore_ascii_case(b"proto") => &mut proto,
            _ => continue,
        };
        // RFC 7239, 4: a parameter must not occur twice.
        if slot.replace(value).is_some() {
            return None;
        }
    }
    Some((of.and_then(node), proto.is_some_and(is_https)))
}

/// A token, or what stands between the quotes.
fn unquote(value: &[u8]) -> Option<&[u8]> {
    let bare = match value {
        [b'"', inside @ .., b'"'] => inside,
        [] => return None,
        token => token,
    };
    (!bare.contains(&b'"')).then_some(bare)
}

/// The parts between separators that stand outside quotes; `None` for a part whose quote is never closed.
struct Unquoted<'a> {
    rest: Option<&'a [u8]>,
    separator: u8,
}

impl<'a> Unquoted<'a> {
    const fn new(text: &'a [u8], separator: u8) -> Self {
        Self { rest: Some(text), separator }
    }
}

impl<'a> Iterator for Unquoted<'a> {
    type Item = Option<&'a [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        let text = self.rest.take()?;
        let mut quoted = false;
        for (at, byte) in text.iter().enumerate() {
            match byte {
                b'"' => quoted = !quoted,
                _ if *byte == self.separator && !quoted => {
                    self.rest = text.get(at.saturating_add(1)..);
                    return Some(text.get(..at));
                }
                _ => {}
            }
        }
        Some((!quoted).then_some(text))
    }
}
