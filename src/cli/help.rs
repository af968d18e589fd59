//! What the help of each command says behind its options: a page with what is the command's own, and the exit codes
//! that mean the same for all.

/// What a caller of `keyward verify` must know.
pub(super) const CALLERS: &str = "A caller must take any exit code but 0 as denied.";

const NOT_OWNER: &str = "  77     The database belongs to another account\n";
const ITSELF: &str = "  101    An error of Keyward itself\n";
const CLOSED: &str = "  141    Nobody reads standard output any more\n";
const SIGNAL: &str = "  128+n  Ended by signal n";

pub(super) const CONSOLE: &[&str] = &[
    include_str!("../../assets/help/keyward.txt"),
    NOT_OWNER,
    ITSELF,
    SIGNAL,
    "; 129 also when the terminal hung up",
];
pub(super) const VERIFY: &[&str] = &[
    include_str!("../../assets/help/verify.txt"),
    NOT_OWNER,
    ITSELF,
    SIGNAL,
    "\n\n",
    CALLERS,
];
pub(super) const SERVE: &[&str] = &[
    include_str!("../../assets/help/serve.txt"),
    NOT_OWNER,
    ITSELF,
    SIGNAL,
];
pub(super) const UNLOCK: &[&str] = &[
    include_str!("../../assets/help/unlock.txt"),
    NOT_OWNER,
    ITSELF,
    SIGNAL,
];
pub(super) const SSH_LINE: &[&str] = &[
    include_str!("../../assets/help/ssh-line.txt"),
    NOT_OWNER,
    ITSELF,
    SIGNAL,
];
pub(super) const KEY_LIST: &[&str] = &[
    include_str!("../../assets/help/key-list.txt"),
    NOT_OWNER,
    ITSELF,
    CLOSED,
    SIGNAL,
];
pub(super) const KEY_LOCK: &[&str] = &[
    include_str!("../../assets/help/key-lock.txt"),
    NOT_OWNER,
    ITSELF,
    CLOSED,
    SIGNAL,
];
pub(super) const CONFIG: &[&str] = &[
    include_str!("../../assets/help/config.txt"),
    ITSELF,
    CLOSED,
    SIGNAL,
];
pub(super) const THEMES: &[&str] = &[
    include_str!("../../assets/help/themes.txt"),
    ITSELF,
    CLOSED,
    SIGNAL,
];
pub(super) const EVENTS: &[&str] = &[
    include_str!("../../assets/help/events.txt"),
    NOT_OWNER,
    ITSELF,
    CLOSED,
    SIGNAL,
];

pub(super) const BACKUP: &[&str] = &[
    include_str!("../../assets/help/backup.txt"),
    NOT_OWNER,
    ITSELF,
    CLOSED,
    SIGNAL,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::verdict::Refused;

    #[test]
    fn the_help_tells_every_reason_of_a_refusal() {
        for reason in Refused::ALL {
            assert!(VERIFY[0].contains(reason.word()), "{reason:?}");
        }
    }

    #[test]
    fn callers_are_warned_and_no_line_is_broken() {
        assert_eq!(VERIFY.last(), Some(&CALLERS));
        for page in [
            CONSOLE, VERIFY, SERVE, UNLOCK, SSH_LINE, CONFIG, THEMES, EVENTS, BACKUP,
        ] {
            for line in page.concat().lines() {
                assert!(line.len() <= 79, "{line}");
            }
        }
    }
}
