use std::cell::Cell;

use proptest::prelude::*;

use super::*;
use crate::{request::TestRequest, token::TokenKind};

const A: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const B: &str = "-_9aAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE";

/// In one word: what the reader made of these `Cookie` fields.
fn verdict(fields: &[&[u8]]) -> String {
    let mut request = TestRequest::get("/");
    for field in fields {
        request = request.header("cookie", field);
    }
    match read(&request, "__Host-id") {
        Presented::Nothing => "nothing".into(),
        Presented::Token(token) => token.text(),
        Presented::Malformed => "malformed".into(),
        Presented::Conflict => "conflict".into(),
    }
}

#[test]
fn one_cookie_of_ours() {
    for fields in [
        vec![format!("__Host-id={A}")],
        vec![format!("a=1; __Host-id={A}; b=2")],
        vec![format!("a=1;__Host-id={A};")],
        vec![format!("a=1; \t __Host-id={A}")],
        vec![format!(";;; ;__Host-id={A};;")],
        vec!["a=1".into(), format!("__Host-id={A}"), "b=2".into()],
        vec![format!("__Host-id={A}; __Host-id={A}")],
        vec![format!("__Host-id={A}"), "x".into(), format!("__Host-id={A}")],
        vec![format!("=__Host-id={B}; __Host-id={A}")],
        vec![format!("__Host-id; __Host-id={A}")],
        vec![format!("__host-id={B}; __Host-ID={B}; __Host-id2={B}; x__Host-id={B}; __Host-id={A}")],
    ] {
        let bytes: Vec<&[u8]> = fields.iter().map(String::as_bytes).collect();
        assert_eq!(verdict(&bytes), A, "{fields:?}");
    }
}

#[test]
fn names_that_are_not_ours() {
    for field in [
        String::new(),
        ";".into(),
        "=".into(),
        "__Host-id".into(),
        format!("__Host-id {A}"),
        format!("__Host-id ={A}"),
        format!("__Host-id\t={A}"),
        format!("__host-id={A}"),
        format!("%5F_Host-id={A}"),
        format!("\"__Host-id\"={A}"),
        format!("$__Host-id={A}"),
        format!("a=1, __Host-id={A}"),
        format!("a=\"; __Host-idx={A}\""),
        format!("\u{2000}__Host-id={A}"),
        format!("a=1; \u{2000}__Host-id={A}"),
        format!("\u{a0}__Host-id={A}"),
        format!("\u{feff}__Host-id={A}"),
        format!("\u{85}__Host-id={A}"),
        format!("\x0b__Host-id={A}"),
        format!("\x0c__Host-id={A}"),
        format!("\0__Host-id={A}"),
        format!("__Host-id\u{2000}={A}"),
    ] {
        assert_eq!(verdict(&[field.as_bytes()]), "nothing", "{field:?}");
    }
}

#[test]
fn values_that_are_no_token() {
    for value in [
        String::new(),
        A[1..].into(),
        format!("{A}A"),
        format!("{A}="),
        format!("\"{A}\""),
        format!(" {A}"),
        format!("{A} "),
        format!("{A}\t"),
        format!("{}%41", &A[1..]),
        format!("{}+", &A[1..]),
        format!("{}/", &A[1..]),
        format!("{}B", &A[1..]),
        format!("{}\u{e9}", &A[2..]),
        format!("={A}"),
    ] {
        let field = format!("__Host-id={value}");
        assert_eq!(verdict(&[field.as_bytes()]), "malformed", "{value:?}");
        let twice = format!("{field}; {field}");
        assert_eq!(verdict(&[twice.as_bytes()]), "malformed", "the same value twice counts once: {value:?}");
        for fields in [[field.clone(), format!("__Host-id={A}")], [format!("__Host-id={A}"), field.clone()]] {
            assert_eq!(verdict(&[fields.join("; ").as_bytes()]), "conflict", "{fields:?}");
            assert_eq!(verdict(&[fields[0].as_bytes(), fields[1].as_bytes()]), "conflict", "{fields:?}");
        }
    }
}

#[test]
fn two_different_values() {
    for fields in [
        vec![format!("__Host-id={A}; __Host-id={B}")],
        vec![format!("__Host-id={A}"), format!("__Host-id={B}")],
        vec![format!("__Host-id={A}; __Host-id={A}; __Host-id={B}")],
        vec!["__Host-id=x; __Host-id=y".into()],
        vec![format!("__Host-id={A}; __Host-id=")],
    ] {
        let bytes: Vec<&[u8]> = fields.iter().map(String::as_bytes).collect();
        assert_eq!(verdict(&bytes), "conflict", "{fields:?}");
    }
}

#[test]
fn too_much_is_refused_wherever_ours_stands() {
    let ours = format!("__Host-id={A}");
    let fill = |bytes: usize| "x".repeat(bytes);
    let room = MOST_BYTES - ours.len() - 1;
    assert_eq!(verdict(&[format!("{ours};{}", fill(room)).as_bytes()]), A);
    assert_eq!(verdict(&[format!("{ours};{}", fill(room + 1)).as_bytes()]), "malformed");
    assert_eq!(verdict(&[ours.as_bytes(), fill(MOST_BYTES).as_bytes()]), "malformed");
    assert_eq!(verdict(&[fill(MOST_BYTES).as_bytes(), ours.as_bytes()]), "malformed");
}

proptest! {
    /// What the `cookie` crate reads from well-formed cookies is what we read.
    #[test]
    fn agrees_with_the_cookie_crate(pairs in proptest::collection::vec(("(__Host-id|id|[a-z]{1,3})", "[A-Za-z0-9_-]{40,44}"), 0..6)) {
        let field = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let mut values: Vec<String> = ::cookie::Cookie::split_parse(&field)
            .filter_map(Result::ok)
            .filter(|cookie| cookie.name() == "__Host-id")
            .map(|cookie| cookie.value().to_owned())
            .collect();
        values.dedup();
        let said = verdict(&[field.as_bytes()]);
        match values.as_slice() {
            [] => prop_assert_eq!(said, "nothing"),
            [one] => match Token::parse(one.as_bytes()) {
                Some(_) => prop_assert_eq!(&said, one),
                None => prop_assert_eq!(said, "malformed"),
            },
            _ => prop_assert_eq!(said, "conflict"),
        }
    }

    /// No bytes panic, and none become a token that was not there byte for byte behind its name.
    #[test]
    fn hostile_bytes(fields in proptest::collection::vec(hostile(), 0..4)) {
        let bytes: Vec<&[u8]> = fields.iter().map(Vec::as_slice).collect();
        let said = verdict(&bytes);
        if said.len() == Token::TEXT_LEN {
            let ours = format!("__Host-id={said}");
            prop_assert!(fields.iter().any(|field| field.windows(ours.len()).any(|w| w == ours.as_bytes())));
        }
    }

    /// How pairs are spread over fields changes nothing.
    #[test]
    fn fields_are_joined(fields in proptest::collection::vec(hostile(), 0..4)) {
        let bytes: Vec<&[u8]> = fields.iter().map(Vec::as_slice).collect();
        prop_assert_eq!(verdict(&bytes), verdict(&[&bytes.join(&b"; "[..])]));
    }
}

/// Bytes that look like cookies, and bytes that do not.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"__Host-id=".to_vec()),
        Just(A.as_bytes().to_vec()),
        Just(B.as_bytes().to_vec()),
        Just(b"; ".to_vec()),
        Just(b"\t".to_vec()),
        Just(b"\"".to_vec()),
        Just("\u{2000}".as_bytes().to_vec()),
        proptest::collection::vec(any::<u8>(), 0..6),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// The view is asked once: a request of many fields is not read twice.
#[test]
fn asks_for_the_fields_once() {
    #[derive(Debug)]
    struct Counting(Cell<u32>);
    impl RequestView for Counting {
        fn method(&self) -> &'static str {
            "GET"
        }
        fn path_and_query(&self) -> &'static str {
            "/"
        }
        fn each_header(&self, name: &'static str, visit: &mut dyn FnMut(&[u8])) {
            assert_eq!(name, "cookie");
            self.0.set(self.0.get() + 1);
            visit(format!("__Host-id={A}").as_bytes());
        }
        fn has_header_starting(&self, _: &'static str) -> bool {
            false
        }
        fn peer(&self) -> Option<std::net::SocketAddr> {
            None
        }
        fn is_upgrade(&self) -> bool {
            false
        }
    }
    let request = Counting(Cell::new(0));
    let Presented::Token(token) = read(&request, "__Host-id") else { panic!("a token was there") };
    assert_eq!(token.id(TokenKind::Session), Token::parse(A.as_bytes()).unwrap().id(TokenKind::Session));
    assert_eq!(request.0.get(), 1);
}
