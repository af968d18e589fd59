//! The services that a role's keys open behind a proxy: a list of names, kept as the text `billing, crm`. An empty list
//! opens all.

use crate::domain::problem::Rule;

/// Longest name of a service, in characters (as a label of a host name, RFC 1123).
pub const SERVICE_NAME_MAX: usize = 63;
/// The most services that one role lists.
pub const SERVICES_MAX: usize = 100;

/// Whether a text is the name of a service: `[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?`. Nothing in such a name has to be
/// written otherwise in a path.
#[must_use]
pub fn is_service_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    name.len() <= SERVICE_NAME_MAX
        && bytes.first().is_some_and(|first| plain(*first))
        && bytes.last().is_some_and(|last| plain(*last))
        && bytes
            .iter()
            .all(|byte| plain(*byte) || b"._-".contains(byte))
}

/// Checks a list of services as it was typed, with commas or blank space between the names, and writes it as it is kept:
/// sorted, each name once.
///
/// # Errors
/// The first rule that the list breaks.
pub fn check_services(typed: &str) -> Result<String, Rule> {
    let mut names: Vec<&str> = Vec::new();
    for name in typed.split(separates).filter(|name| !name.is_empty()) {
        if !is_service_name(name) {
            let name = name.to_owned();
            return Err(Rule::NotAServiceName { name });
        }
        names.push(name);
    }
    names.sort_unstable();
    names.dedup();
    if names.len() > SERVICES_MAX {
        let (max, count) = (SERVICES_MAX, names.len());
        return Err(Rule::TooMany { max, count });
    }
    Ok(names.join(", "))
}

/// Whether what was typed of a list becomes one if somebody types on: the last name may not be complete.
#[must_use]
pub fn may_go_on(typed: &str) -> bool {
    check_services(&format!("{typed}0")).is_ok()
}

/// Whether a role with this list opens a service, or what is no named service.
#[must_use]
pub fn opens(services: &str, service: Option<&str>) -> bool {
    services.is_empty()
        || service.is_some_and(|service| names(services).any(|name| name == service))
}

/// Whether every service that `other` opens is opened by `own`, too.
#[must_use]
pub fn opens_all_of(own: &str, other: &str) -> bool {
    own.is_empty() || (!other.is_empty() && names(other).all(|name| opens(own, Some(name))))
}

/// The names in a list as it is kept.
pub fn names(services: &str) -> impl Iterator<Item = &str> {
    services.split(", ").filter(|name| !name.is_empty())
}

pub(super) fn separates(c: char) -> bool {
    c == ',' || c.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_kept_sorted_with_each_name_once_however_it_was_typed() {
        for typed in [
            "crm, billing",
            "billing,crm",
            " crm  billing\ncrm ,",
            "billing\u{3000}crm",
        ] {
            assert_eq!(
                check_services(typed),
                Ok("billing, crm".to_owned()),
                "{typed:?}"
            );
        }
        assert_eq!(check_services(" ,\n"), Ok(String::new()));
        let many: Vec<String> = (0..=SERVICES_MAX).map(|n| format!("s{n}")).collect();
        let (max, count) = (SERVICES_MAX, SERVICES_MAX + 1);
        assert_eq!(
            check_services(&many.join(" ")),
            Err(Rule::TooMany { max, count })
        );
    }

    #[test]
    fn a_name_of_a_service_is_one_that_a_path_holds_as_it_is() {
        for name in [
            "a",
            "billing",
            "crm-2.eu",
            "a_b",
            &"x".repeat(SERVICE_NAME_MAX),
        ] {
            assert!(is_service_name(name), "{name}");
        }
        let long = "x".repeat(SERVICE_NAME_MAX + 1);
        for name in [
            "", "Billing", "a/b", "..", "-a", "a-", ".a", "a%20b", "a:b", "ä", &long,
        ] {
            assert!(!is_service_name(name), "{name}");
        }
        let name = "Billing".to_owned();
        assert_eq!(
            check_services("a, Billing"),
            Err(Rule::NotAServiceName { name })
        );
    }

    #[test]
    fn a_name_that_is_being_typed_may_go_on_and_a_wrong_one_may_not() {
        for typed in ["", "billing, crm-", "crm.", "a_"] {
            assert!(may_go_on(typed), "{typed}");
        }
        for typed in ["Billing", "crm-, ", "-"] {
            assert!(!may_go_on(typed), "{typed}");
        }
    }

    #[test]
    fn an_empty_list_opens_all_and_any_other_only_what_it_names() {
        assert!(opens("", None) && opens("", Some("billing")));
        let list = "billing, crm";
        assert!(opens(list, Some("billing")) && opens(list, Some("crm")));
        for service in [
            None,
            Some("bill"),
            Some("billing, crm"),
            Some(""),
            Some("CRM"),
        ] {
            assert!(!opens(list, service), "{service:?}");
        }
    }

    #[test]
    fn what_opens_all_is_more_than_any_list() {
        assert!(opens_all_of("", "") && opens_all_of("", "crm"));
        assert!(opens_all_of("billing, crm", "crm") && opens_all_of("crm", "crm"));
        assert!(!opens_all_of("crm", "") && !opens_all_of("crm", "billing, crm"));
    }
}
