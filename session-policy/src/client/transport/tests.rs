use proptest::prelude::*;

use super::*;
use crate::request::TestRequest;

const TABLE: &str = include_str!("../../../../tests/data/transport.tsv");

fn transport(text: &str) -> Transport {
    let proxies = |how: &str| match how.split_once(':') {
        Some(("hops", hops)) => TrustedProxies::hops(hops.parse().unwrap()),
        Some(("nets", nets)) => {
            TrustedProxies::nets(nets.split('+').filter(|n| !n.is_empty()).map(|n| n.parse().unwrap()))
        }
        _ => panic!("no such proxies: {how}"),
    };
    match text.split_once(' ') {
        None if text == "tls" => Transport::tls(),
        None if text == "loopback" => Transport::loopback(),
        Some(("forwarded", how)) => Transport::behind(proxies(how).forwarded()),
        Some(("x-forwarded", how)) => Transport::behind(proxies(how).x_forwarded()),
        _ => panic!("no such transport: {text}"),
    }
}

#[test]
fn the_table() {
    for row in TABLE.lines().filter(|line| !line.starts_with('#')).skip(1) {
        let [declared, peer, fields, secure, client] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        let mut request = TestRequest::get("/");
        if peer != "-" {
            request = request.peer(SocketAddr::new(peer.parse().unwrap(), 50_000));
        }
        for field in fields.split(" | ").filter(|field| *field != "-") {
            let (name, value) = field.split_once(": ").unwrap_or((field.trim_end_matches(':'), ""));
            request = request.header(name, value);
        }
        let expected = Channel { secure: secure == "yes", client: (client != "-").then(|| client.parse().unwrap()) };
        assert_eq!(transport(declared).assess(&request), expected, "{row}");
    }
}

#[test]
fn more_proxies_than_are_walked() {
    let proxied = |entries: usize| {
        let list = vec!["10.0.0.1"; entries].join(", ");
        let request = TestRequest::get("/").peer(([10, 0, 0, 1], 1).into());
        let request =
            request.header("x-forwarded-for", format!("192.0.2.1, {list}")).header("x-forwarded-proto", "https");
        transport("x-forwarded nets:10.0.0.0/8").assess(&request)
    };
    assert_eq!(proxied(15), Channel { secure: true, client: Some([192, 0, 2, 1].into()) });
    assert_eq!(proxied(16), Channel::CLOSED);
    assert_eq!(proxied(17), Channel::CLOSED);
    let hops = |hops| {
        let list = vec!["192.0.2.1"; 40].join(",");
        let request = TestRequest::get("/").header("forwarded", list.replace("192", "proto=https;for=192"));
        Transport::behind(TrustedProxies::hops(hops).forwarded()).assess(&request)
    };
    assert_eq!(hops(16), Channel { secure: true, client: Some([192, 0, 2, 1].into()) });
    assert_eq!(hops(17), Channel::CLOSED);
    assert_eq!(hops(0), Channel::CLOSED);
}

/// Too many bytes close the channel, wherever they stand; as many as fit do not.
#[test]
fn more_bytes_than_are_read() {
    let assessed = |fill: usize| {
        let request = TestRequest::get("/").peer(([10, 0, 0, 1], 1).into());
        let request = request.header("x-forwarded-for", "x".repeat(fill)).header("x-forwarded-for", "192.0.2.1");
        transport("x-forwarded nets:10.0.0.0/8").assess(&request.header("x-forwarded-proto", "https"))
    };
    let most = 8 * 1024 - "192.0.2.1https".len();
    assert_eq!(assessed(most), Channel { secure: true, client: Some([192, 0, 2, 1].into()) });
    assert_eq!(assessed(most + 1), Channel::CLOSED);
}

#[test]
fn hosts_of_this_machine() {
    for host in [
        "localhost",
        "LOCALHOST:1",
        "localhost:65535",
        "127.0.0.1",
        "127.255.0.9:80",
        "[::1]",
        "[::1]:3000",
        "[::ffff:127.0.0.1]",
    ] {
        assert!(is_loopback_host(host.as_bytes()), "{host}");
    }
    for host in [
        "",
        "localhost:",
        "localhost:+1",
        "localhost:65536",
        "localhost:a",
        "localhost:1:2",
        "localhost.",
        "localhost.evil.example",
        "evil.localhost",
        "xlocalhost",
        "user@localhost",
        " localhost",
        "localhost, evil.example",
        "127.1",
        "0177.0.0.1",
        "127.0.0.1.nip.io",
        "126.255.255.255",
        "0.0.0.0",
        "::1",
        "[::1",
        "[::1]x",
        "[::2]",
        "[127.0.0.1]",
        "[]",
        "[",
        "]",
        ":",
        ":80",
    ] {
        assert!(!is_loopback_host(host.as_bytes()), "{host}");
    }
    assert!(!is_loopback_host(b"localhost\xff"));
}

proptest! {
    /// What a client writes to the left of a proxy's entry never counts: the answer is the same as without it.
    #[test]
    fn clients_cannot_add_entries(forged in proptest::collection::vec("[^,\"\\\\]{0,12}", 0..6), nets in any::<bool>()) {
        let declared = transport(if nets { "x-forwarded nets:10.0.0.0/8" } else { "x-forwarded hops:1" });
        let assessed = |list: String| {
            let request = TestRequest::get("/").peer(([10, 0, 0, 1], 1).into()).header("x-forwarded-proto", "http");
            declared.assess(&request.header("x-forwarded-for", list))
        };
        let forged = [forged.join(", "), "198.51.100.9".to_owned()].join(", ");
        prop_assert_eq!(assessed(forged), Channel { secure: false, client: Some([198, 51, 100, 9].into()) });
    }

    /// The same in `Forwarded`, where quotes might swallow the proxy's entry: then nothing is believed.
    #[test]
    fn clients_cannot_swallow_entries(forged in r#"([a-z=;," \\\[\]]|for=|proto=https|192\.0\.2\.1){0,20}"#, quoted in any::<bool>()) {
        let appended = if quoted { r#"for="[2001:db8::9]:4711";proto=http"# } else { "for=198.51.100.9;proto=http" };
        let request = TestRequest::get("/").header("forwarded", format!("{forged}, {appended}"));
        let channel = transport("forwarded hops:1").assess(&request);
        let named: IpAddr = if quoted { "2001:db8::9" } else { "198.51.100.9" }.parse().unwrap();
        prop_assert!(!channel.secure);
        prop_assert!(channel == Channel::CLOSED || channel.client == Some(named), "{:?}", channel);
    }

    #[test]
    fn hostile_bytes(fields in proptest::collection::vec((0..6_usize, hostile()), 0..6), hops in any::<u8>(), peer in any::<[u8; 4]>()) {
        let names = ["forwarded", "x-forwarded-for", "x-forwarded-proto", "host", "via", "x-forwarded-"];
        let mut request = TestRequest::get("/").peer((peer, 1).into());
        for (name, value) in &fields {
            request = request.header(names[*name], value);
        }
        for declared in ["tls", "loopback", "forwarded nets:0.0.0.0/0+::/0", "x-forwarded nets:0.0.0.0/0+::/0"] {
            let channel = transport(declared).assess(&request);
            // Never shown as IPv6 when it is IPv4, or every comparison of prefixes would be off.
            prop_assert!(channel.client.is_none_or(|client| client == client.to_canonical()));
        }
        for proxies in [TrustedProxies::hops(hops).forwarded(), TrustedProxies::hops(hops).x_forwarded()] {
            let channel = Transport::behind(proxies).assess(&request);
            let says_https = fields.iter().any(|(_, value)| {
                let text = String::from_utf8_lossy(value).to_ascii_lowercase();
                text.contains("https") || text.contains("wss")
            });
            prop_assert!(says_https || !channel.secure);
        }
    }
}

/// Pieces of these fields, and other bytes between them.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let word = prop::sample::select(vec![
        "for=",
        "proto=https",
        "https",
        ";",
        ",",
        "\"",
        "\\",
        "10.0.0.1",
        "[::1]",
        "[::ffff:10.0.0.1]",
        ":80",
        "unknown",
        "localhost",
        " ",
    ]);
    let piece =
        prop_oneof![word.prop_map(|word| word.as_bytes().to_vec()), proptest::collection::vec(any::<u8>(), 0..3)];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}
