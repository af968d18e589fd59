//! Where a client is, by what the proxies on the way have told: the values of `X-Forwarded-For`, to which each proxy
//! adds the address that it was asked from.

use std::net::{IpAddr, SocketAddr};

use crate::domain::address::Networks;

/// The address of the client: of all addresses on the way, from the nearest one on, the first that is no trusted proxy's.
/// What stands before it anybody may have written.
///
/// `forwarded` has the values of the header in the order in which they were sent; `peer` is the address of the connection
/// itself, and nothing for a Unix socket, whose other end is trusted. Nothing is found where all on the way are trusted,
/// or one is not told or cannot be read: a trusted proxy that does not know whom it speaks for must not let the one
/// before it speak.
#[must_use]
pub fn client<'a>(
    forwarded: impl DoubleEndedIterator<Item = &'a [u8]>,
    peer: Option<IpAddr>,
    trusted: &Networks,
) -> Option<IpAddr> {
    let told = forwarded
        .rev()
        .flat_map(|value| value.rsplit(|byte| *byte == b','));
    let on_the_way = peer.map(Some).into_iter().chain(told.map(read));
    for hop in on_the_way {
        let hop = hop?.to_canonical();
        if !trusted.hold(hop) {
            return Some(hop);
        }
    }
    None
}

/// One address, with or without a port behind it.
fn read(told: &[u8]) -> Option<IpAddr> {
    let told = std::str::from_utf8(told).ok()?;
    let told = told.trim_matches([' ', '\t']);
    // A zone means something on one machine alone (RFC 4007).
    if told.contains('%') {
        return None;
    }
    let bare = told
        .strip_prefix('[')
        .and_then(|told| told.strip_suffix(']'));
    if let Some(bare) = bare {
        return bare.parse().ok().map(IpAddr::V6);
    }
    let address = told.parse().ok();
    address.or_else(|| told.parse().ok().map(|socket: SocketAddr| socket.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROXIES: &str = "10.0.0.0/8, 2001:db8::/32, 127.0.0.1";

    /// The client's address as text; empty where there is none.
    fn found(forwarded: &[&str], peer: Option<&str>) -> String {
        let values = forwarded.iter().map(|value| value.as_bytes());
        let peer = peer.map(|peer| peer.parse().expect("an address"));
        let client = client(values, peer, &Networks::of(PROXIES));
        client.map_or(String::new(), |client| client.to_string())
    }

    #[test]
    fn the_client_is_the_nearest_that_is_no_trusted_proxy() {
        for (forwarded, peer, client) in [
            // Who asks by itself.
            (&[][..], Some("192.0.2.7"), "192.0.2.7"),
            (&["203.0.113.9"], Some("192.0.2.7"), "192.0.2.7"),
            // Through one proxy, over a Unix socket and over TCP.
            (&["192.0.2.7"], None, "192.0.2.7"),
            (&["192.0.2.7"], Some("127.0.0.1"), "192.0.2.7"),
            // What the client has written itself stands further away.
            (&["203.0.113.9, 192.0.2.7"], None, "192.0.2.7"),
            (&["203.0.113.9", "192.0.2.7"], None, "192.0.2.7"),
            (&["10.0.0.1", "192.0.2.7"], None, "192.0.2.7"),
            // Through several.
            (&["192.0.2.7, 10.0.0.1,10.0.0.2"], None, "192.0.2.7"),
            (
                &["192.0.2.7", "10.0.0.1", "2001:db8::5"],
                Some("10.9.9.9"),
                "192.0.2.7",
            ),
        ] {
            assert_eq!(found(forwarded, peer), client, "{forwarded:?} {peer:?}");
        }
    }

    #[test]
    fn nobody_speaks_for_a_proxy_that_does_not_tell_whom_it_speaks_for() {
        for forwarded in [
            &[][..],
            &[""],
            &["10.0.0.1"],
            &["unknown"],
            &["192.0.2.7, unknown"],
            &["192.0.2.7, "],
            &["192.0.2.7,,10.0.0.1"],
            &["192.0.2.7", ""],
            &["192.0.2.7, _hidden, 10.0.0.1"],
            &["192.0.2.7, unix:"],
        ] {
            assert_eq!(found(forwarded, None), "", "{forwarded:?}");
            assert_eq!(found(forwarded, Some("127.0.0.1")), "", "{forwarded:?}");
        }
    }

    #[test]
    fn an_address_is_read_with_and_without_a_port_and_in_one_form() {
        for (told, client) in [
            ("192.0.2.7:5678", "192.0.2.7"),
            ("[2001:db9::1]:80", "2001:db9::1"),
            ("[2001:db9::1]", "2001:db9::1"),
            ("2001:DB9:0::1", "2001:db9::1"),
            ("\t192.0.2.7 ", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("[::ffff:192.0.2.7]:1", "192.0.2.7"),
            ("::192.0.2.7", "::c000:207"),
        ] {
            assert_eq!(found(&[told], None), client, "{told}");
        }
        let mapped = found(&["192.0.2.7", "::ffff:10.0.0.1"], Some("::ffff:127.0.0.1"));
        assert_eq!(mapped, "192.0.2.7", "a trusted proxy is one in either form");
    }

    #[test]
    fn what_is_no_address_is_none() {
        for told in [
            "192.0.2",
            "192.0.2.256",
            "192.0.2.07",
            "192.0.2.7:",
            "192.0.2.7:65536",
            "192.0.2.7/32",
            "192.0.2.7 192.0.2.8",
            "0x7f.1",
            "fe80::1%eth0",
            "[fe80::1%1]:80",
            "[192.0.2.7]",
            "[::1",
            "::1]",
            "[]",
            "\"192.0.2.7\"",
            "for=192.0.2.7",
            "host.example",
            "１９２.0.2.7",
            "192.0.2.7\u{0}",
            "\u{a0}192.0.2.7",
        ] {
            assert_eq!(found(&[told], None), "", "{told}");
        }
        let bytes: &[u8] = b"192.0.2.7\xff";
        assert_eq!(
            client([bytes].into_iter(), None, &Networks::default()),
            None
        );
    }

    #[test]
    fn hundreds_of_hops_are_as_good_as_one() {
        let many = vec!["10.0.0.1"; 300].join(", ");
        assert_eq!(found(&[&format!("192.0.2.7, {many}")], None), "192.0.2.7");
        assert_eq!(found(&[&many], None), "");
        assert_eq!(found(&[&format!("{many}, 192.0.2.7")], None), "192.0.2.7");
    }
}
