//! Language and time zone: how they are shown, and how they are chosen.

use crate::domain::locale::Locale;
use crate::domain::problem::Field;
use crate::domain::tz::Tz;
use crate::ui::layer::choice::{Choice, with_offset};
use crate::ui::layer::properties::{Properties, Subject};
use crate::ui::layer::{Asks, Ctx, Then};

/// What the form shows of a language; `unset` is the name of what stands for none.
pub(super) fn language(language: Option<Locale>, unset: Option<&'static str>, ctx: &Ctx) -> String {
    let name = match (language, unset) {
        (Some(language), _) => ctx.text.locale(language),
        (None, Some(unset)) => ctx.text.say(unset),
        (None, None) => "",
    };
    name.to_owned()
}

/// What the form shows of a time zone; `unset` is the name of what stands for none.
pub(super) fn zone(zone: Option<Tz>, unset: Option<&'static str>, ctx: &Ctx) -> String {
    match (zone, unset) {
        (Some(zone), _) => with_offset(zone, ctx.now),
        (None, Some(unset)) => ctx.text.say(unset).to_owned(),
        (None, None) => String::new(),
    }
}

impl<S: Subject> Properties<S> {
    pub(super) fn choose_language(&self, title: &str, ctx: &Ctx, asks: &mut Asks) {
        let unset = S::UNSET.map(|_| None);
        let all = unset.into_iter().chain(Locale::ALL.map(Some));
        let entries = all.map(|one| (one, language(one, S::UNSET, ctx))).collect();
        let then = Then::new(|form: &mut Properties<S>, chosen, ctx, _| {
            form.subject.set_language(chosen);
            form.edited(Field::Language, ctx);
        });
        let present = self.subject.language();
        let choice = Choice::of(title, entries, &present, then);
        asks.push(choice.at(self.form.field_at()));
    }

    /// Opens the choice of a zone; `typed` has been typed already.
    pub(super) fn choose_zone(&self, title: &str, typed: &str, ctx: &Ctx, asks: &mut Asks) {
        let present = self.subject.zone();
        let unset = S::UNSET.map(|unset| ctx.text.say(unset).to_owned());
        let then = Then::new(Properties::<S>::zone_chosen);
        let choice = Choice::zone(title, present, unset, typed, ctx.now, then);
        asks.push(choice.at(self.form.field_at()));
    }

    fn zone_chosen(&mut self, zone: Option<Tz>, ctx: &Ctx, asks: &mut Asks) {
        self.subject.set_zone(zone);
        self.edited(Field::TimeZone, ctx);
        // In a low window the notes that follow from it may be out of sight.
        let notes = self.form.items.iter().flat_map(|item| item.notes.iter());
        let notes: Vec<&str> = notes.map(String::as_str).collect();
        if !notes.is_empty() {
            asks.say(notes.join("  "));
        }
    }
}
