//! What bounds the use of a key, in words.

use std::fmt::Display;

use crate::domain::bounds::Bounds;
use crate::text::Text;

impl Text {
    /// What bounds the use of a key: `only billing, crm; only from 10.0.0.0/8; at most 60 requests a minute`. Empty where
    /// nothing does.
    #[must_use]
    pub fn bounds(self, bounds: &Bounds<'_>) -> String {
        let list =
            |name, list: &str| (!list.is_empty()).then(|| self.fill(name, &[("list", &list)]));
        let rate = bounds
            .rate
            .map(|rate| self.fill("bounds.rate", &[("count", &rate)]));
        let told = [
            list("bounds.services", bounds.services),
            list("bounds.addresses", bounds.addresses),
            rate,
        ];
        let told: Vec<String> = told.into_iter().flatten().collect();
        told.join(self.say("bounds.between"))
    }

    /// The state of a key that works, with what bounds its use: `Active, only from 10.0.0.0/8`.
    #[must_use]
    pub fn bounded(self, state: &str, bounds: &Bounds<'_>) -> String {
        if !bounds.are_set() {
            return state.to_owned();
        }
        let words: [(&str, &dyn Display); 2] =
            [("state", &state), ("bounds", &self.bounds(bounds))];
        self.fill("bounds.state", &words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_bounds_a_key_stands_behind_its_state_and_nothing_where_nothing_does() {
        let text = Text::en_us();
        let mut bounds = Bounds::default();
        assert_eq!(text.bounded("Active", &bounds), "Active");
        bounds.rate = Some(1);
        let said = "Active, at most 1 request a minute";
        assert_eq!(text.bounded("Active", &bounds), said);
        bounds = Bounds {
            services: "billing, crm",
            addresses: "10.0.0.0/8",
            rate: Some(60),
        };
        let said = "only billing, crm; only from 10.0.0.0/8; at most 60 requests a minute";
        assert_eq!(text.bounds(&bounds), said);
    }
}
