//! Why a secret could not be handed over, or does not count as delivered.

use std::fmt::Display;

use crate::domain::export::View;
use crate::domain::secret::Delivered;
use crate::domain::state::State;
use crate::domain::trouble::{DescriptorFault, NoRecipient, NotReadBack, Trouble};
use crate::text::Text;

impl Text {
    /// Why nothing comes of a hand-over, or of what is to be handed over.
    pub(super) fn not_handed_over(self, trouble: &Trouble) -> String {
        match trouble {
            Trouble::Import { line, fault } => self.import_fault(*line, fault),
            Trouble::NotReadBack(what) => self.not_read_back(*what),
            Trouble::OverlapNeeded => self.say("read_back.overlap").to_owned(),
            Trouble::NotARecipient(why) => self.no_recipient(why),
            Trouble::NotEncrypted(words) => {
                self.fill("handover.not_encrypted", &[("words", words)])
            }
            Trouble::Descriptor(number, fault) => self.descriptor_fault(*number, fault),
            _ => String::new(),
        }
    }

    fn no_recipient(self, why: &NoRecipient) -> String {
        let name = match why {
            NoRecipient::Form => "recipient.form",
            NoRecipient::Private => "recipient.private",
            NoRecipient::Weak => "recipient.weak",
            NoRecipient::TooLong => "recipient.too_long",
            NoRecipient::Unsupported(kind) => {
                return self.fill("recipient.unsupported", &[("kind", kind)]);
            }
        };
        self.say(name).to_owned()
    }

    fn descriptor_fault(self, number: i32, fault: &DescriptorFault) -> String {
        let name = match fault {
            DescriptorFault::Standard => "descriptor.standard",
            DescriptorFault::Closed => "descriptor.closed",
            DescriptorFault::ReadOnly => "descriptor.read_only",
            DescriptorFault::Terminal => "descriptor.terminal",
            DescriptorFault::Null => "descriptor.null",
            DescriptorFault::NoReader => "descriptor.no_reader",
            DescriptorFault::Other(words) => {
                let values: [(&str, &dyn Display); 2] = [("number", &number), ("words", words)];
                return self.fill("descriptor.other", &values);
            }
        };
        self.fill(name, &[("number", &number)])
    }

    fn not_read_back(self, what: NotReadBack) -> String {
        let name = match what {
            NotReadBack::Malformed => "read_back.malformed",
            NotReadBack::Blanks => "read_back.blanks",
            NotReadBack::Forged => "read_back.forged",
            NotReadBack::Unknown => "read_back.unknown",
            NotReadBack::Replaced => "read_back.replaced",
            NotReadBack::OfAnother(id) => {
                return self.fill("read_back.of_another", &[("id", &id.0)]);
            }
        };
        self.say(name).to_owned()
    }

    /// What came of a delivery: whether the secret of the key of this name works now.
    #[must_use]
    pub fn delivered(self, name: &dyn Display, delivered: &Delivered, view: View) -> String {
        let state = delivered.facts.state(view.as_of);
        match delivered.overlap_until {
            _ if state == State::NoApiAccess => {
                self.fill("secret.delivered_no_access", &[("name", name)])
            }
            _ if !delivered.facts.authenticates(view.as_of.now) => {
                let state = self.state(state);
                self.fill(
                    "secret.delivered_in_vain",
                    &[("name", name), ("state", &state)],
                )
            }
            Some(at) => {
                let at = at.in_zone(view.zone).format("%Y-%m-%d %H:%M %Z");
                self.fill("secret.delivered_overlap", &[("name", name), ("at", &at)])
            }
            None => self.fill("secret.delivered", &[("name", name)]),
        }
    }
}
