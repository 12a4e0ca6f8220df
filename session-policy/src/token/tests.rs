use proptest::prelude::*;

use super::*;

/// Bytes 0, 1, 2, …: known input for known output.
#[derive(Debug)]
struct Counting;

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        (0..).zip(bytes).for_each(|(n, byte)| *byte = n);
        Ok(())
    }
}

#[derive(Debug)]
struct Broken;

impl Random for Broken {
    fn fill(&self, _: &mut [u8]) -> Result<(), RandomError> {
        Err(RandomError::new())
    }
}

/// Text and id as Python's base64 and hashlib give them for bytes 0 to 31, behind the kind 1.
#[test]
fn text_and_id_are_the_published_forms() {
    let token = Token::random(&Counting).unwrap();
    assert_eq!(token.text(), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
    let id: String = token.id(TokenKind::Session).0.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(id, "491176b0f443c65a7c7d72df47d6cbc0d04e111fb5a619f60d3e77677ab6f919");
}

#[test]
fn a_broken_source_gives_nothing() {
    assert!(Token::random(&Broken).is_err());
    assert!(RecordId::random(&Broken).is_err());
    assert_eq!(RandomError::new().to_string(), "the source of random bytes did not answer");
}

#[test]
fn nothing_shows_the_secret() {
    let token = Token::random(&Counting).unwrap();
    assert_eq!(format!("{token:?}"), "Token(…)");
    assert_eq!(format!("{:?}", RecordId::random(&Counting).unwrap()), "RecordId(00010203…)");
}

#[test]
fn other_spellings_are_refused() {
    let text = Token::random(&Counting).unwrap().text();
    assert!(Token::parse(text.as_bytes()).is_some());
    for at in 0..text.len() {
        for byte in 0..=u8::MAX {
            let mut other = text.clone().into_bytes();
            other[at] = byte;
            // The last character carries four bits: every fourth letter is canonical there.
            let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
            let value = alphabet.iter().position(|letter| *letter == byte);
            let good = value.is_some_and(|value| at < 42 || value % 4 == 0);
            assert_eq!(Token::parse(&other).is_some(), good, "{byte:#x} at {at}");
        }
    }
}

proptest! {
    #[test]
    fn what_is_read_is_written_the_same(text in "[A-Za-z0-9_-]{42,44}") {
        if let Some(token) = Token::parse(text.as_bytes()) {
            prop_assert_eq!(token.text(), text);
        }
    }

    #[test]
    fn every_token_is_read_again(bytes in any::<[u8; 32]>()) {
        let token = Token(bytes);
        prop_assert!(Token::parse(token.text().as_bytes()).is_some_and(|again| again.same(&token)));
    }

    #[test]
    fn no_bytes_panic(text in proptest::collection::vec(any::<u8>(), 0..60)) {
        prop_assert!(Token::parse(&text).is_none() || text.len() == Token::TEXT_LEN);
    }
}
