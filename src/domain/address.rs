//! The addresses from which a key may be used: a list of networks in CIDR form (RFC 4632, RFC 4291), kept as the text
//! `10.0.0.0/8, 2001:db8::/32`. An empty list is from anywhere.

use std::net::{IpAddr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::domain::problem::Rule;
use crate::domain::services::separates;

/// The most networks that one key lists.
pub const ADDRESSES_MAX: usize = 32;

/// The bits before an IPv4 address in an IPv6 address that stands for it (`::ffff:0:0/96`, RFC 4291).
const MAPPED_BITS: u8 = 96;

/// Checks a list of addresses and networks as it was typed, with commas or blank space between them, and writes it as
/// it is kept: each once, an address as it is and a network with its length.
///
/// # Errors
/// The first rule that the list breaks.
pub fn check_addresses(typed: &str) -> Result<String, Rule> {
    let mut networks = Vec::new();
    for one in typed.split(separates).filter(|one| !one.is_empty()) {
        let network = read(one).ok_or_else(|| Rule::NotAnAddress {
            typed: one.to_owned(),
        })?;
        if network.addr() != network.network() {
            let network = network.trunc().to_string();
            return Err(Rule::NotANetwork {
                typed: one.to_owned(),
                network,
            });
        }
        if !networks.contains(&network) {
            networks.push(network);
        }
    }
    if networks.len() > ADDRESSES_MAX {
        let (max, count) = (ADDRESSES_MAX, networks.len());
        return Err(Rule::TooMany { max, count });
    }
    let written: Vec<String> = networks.iter().map(write).collect();
    Ok(written.join(", "))
}

/// Whether what was typed of a list may become one if somebody types on: nothing is wrong before the last entry, and that
/// has only what addresses have.
#[must_use]
pub fn may_go_on(typed: &str) -> bool {
    let (done, last) = typed
        .rfind(separates)
        .map_or(("", typed), |at| typed.split_at(at));
    let begun = |c: char| c.is_ascii_hexdigit() || ".:/".contains(c);
    let last = last.trim_start_matches(separates);
    last.chars().all(begun) && check_addresses(done).is_ok()
}

/// Whether a key with this list may be used from an address; nothing is one that is not known. A list that cannot be read
/// allows none.
#[must_use]
pub fn allows(addresses: &str, from: Option<IpAddr>) -> bool {
    if addresses.is_empty() {
        return true;
    }
    let Some(from) = from.map(|from| from.to_canonical()) else {
        return false;
    };
    networks(addresses).any(|network| network.contains(&from))
}

/// Whether every address that `other` allows is allowed by `own`, too. Two networks that make up a third are not put
/// together: where that matters the answer is no.
#[must_use]
pub fn allows_all_of(own: &str, other: &str) -> bool {
    let within = |one: IpNet| networks(own).any(|network| network.contains(&one));
    own.is_empty() || (!other.is_empty() && networks(other).all(within))
}

/// One address or network as it was typed or is kept.
#[must_use]
pub fn read(text: &str) -> Option<IpNet> {
    let network = match text.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address),
        Err(_) => text.parse().ok()?,
    };
    Some(match network {
        IpNet::V6(v6) => of_mapped(v6).map_or(network, IpNet::V4),
        IpNet::V4(_) => network,
    })
}

/// The IPv4 network that an IPv6 one stands for.
fn of_mapped(v6: Ipv6Net) -> Option<Ipv4Net> {
    let v4 = Ipv6Addr::to_ipv4_mapped(&v6.addr())?;
    Ipv4Net::new(v4, v6.prefix_len().checked_sub(MAPPED_BITS)?).ok()
}

/// A list as it is kept, read once to be asked often; an empty one holds no address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// The networks of a list; what cannot be read is left out.
    #[must_use]
    pub fn of(addresses: &str) -> Networks {
        Networks(networks(addresses).collect())
    }

    /// Whether an address is in one of them.
    #[must_use]
    pub fn hold(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

fn networks(addresses: &str) -> impl Iterator<Item = IpNet> {
    addresses.split(", ").filter_map(read)
}

fn write(network: &IpNet) -> String {
    if network.prefix_len() == network.max_prefix_len() {
        network.addr().to_string()
    } else {
        network.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_list_is_kept_in_one_form_however_it_was_typed() {
        let kept = |typed| check_addresses(typed).expect("a list");
        assert_eq!(kept("10.0.0.0/8,192.0.2.7"), "10.0.0.0/8, 192.0.2.7");
        assert_eq!(kept(" 192.0.2.7/32\n192.0.2.7 "), "192.0.2.7");
        assert_eq!(kept("2001:DB8:0::/32 ::1"), "2001:db8::/32, ::1");
        assert_eq!(
            kept("::ffff:10.0.0.0/104 ::ffff:1.2.3.4"),
            "10.0.0.0/8, 1.2.3.4"
        );
        assert_eq!(kept(" , "), "");
        assert_eq!(kept(&kept("0.0.0.0/0 ::/0")), "0.0.0.0/0, ::/0");
    }

    #[test]
    fn what_is_no_address_and_no_network_is_refused_with_what_was_typed() {
        for typed in [
            "10.0.0",
            "010.0.0.1",
            "10.0.0.1/33",
            "host.example",
            "fe80::1%eth0",
            "1.2.3.4:80",
            "10.0.0.0/",
        ] {
            let rule = Rule::NotAnAddress {
                typed: typed.to_owned(),
            };
            assert_eq!(check_addresses(typed), Err(rule), "{typed}");
        }
        let rule = Rule::NotANetwork {
            typed: "10.1.2.3/8".to_owned(),
            network: "10.0.0.0/8".to_owned(),
        };
        assert_eq!(check_addresses("10.1.2.3/8"), Err(rule));
        let many: Vec<String> = (0..=ADDRESSES_MAX).map(|n| format!("10.0.0.{n}")).collect();
        let (max, count) = (ADDRESSES_MAX, ADDRESSES_MAX + 1);
        assert_eq!(
            check_addresses(&many.join(" ")),
            Err(Rule::TooMany { max, count })
        );
    }

    #[test]
    fn an_address_that_is_being_typed_may_go_on_and_a_wrong_one_may_not() {
        for typed in [
            "",
            "10",
            "10.0.0.0/8, 2001:d",
            "10.0.0.0/1",
            "10.0.0.0/8\u{3000}",
        ] {
            assert!(may_go_on(typed), "{typed}");
        }
        for typed in ["host", "10, 10.0.0.1", "10.0.0.0/1,"] {
            assert!(!may_go_on(typed), "{typed}");
        }
    }

    #[test]
    fn a_key_with_addresses_is_used_from_them_alone_and_never_from_nowhere() {
        let list = "10.0.0.0/8, 2001:db8::/32, 192.0.2.7";
        for inside in ["10.255.0.1", "::ffff:10.0.0.1", "2001:db8::5", "192.0.2.7"] {
            assert!(allows(list, Some(from(inside))), "{inside}");
        }
        for outside in ["11.0.0.0", "192.0.2.8", "2001:db9::", "::1", "::10.0.0.1"] {
            assert!(!allows(list, Some(from(outside))), "{outside}");
        }
        assert!(!allows(list, None) && allows("", None) && allows("", Some(from("::1"))));
        assert!(
            !allows("?", Some(from("10.0.0.1"))),
            "a list that cannot be read allows none"
        );
    }

    #[test]
    fn from_anywhere_is_more_than_any_list() {
        assert!(allows_all_of("", "") && allows_all_of("", "::1"));
        assert!(allows_all_of("10.0.0.0/8", "10.1.0.0/16, 10.0.0.1"));
        assert!(!allows_all_of("10.0.0.0/8", "") && !allows_all_of("10.1.0.0/16", "10.0.0.0/8"));
        assert!(!allows_all_of("10.0.0.0/8", "10.0.0.1, ::1"));
    }
}
