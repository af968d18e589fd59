//! The page of what is worth counting: how many rows there are of each, and the term that shows them.

use crate::domain::filter::{Sight, without_sights};
use crate::domain::list::{Filter, Listed};
use crate::ui::layer::choice::Choice;
use crate::ui::layer::list::{List, ListScreen, Table, Verbs};
use crate::ui::layer::{Asks, Ctx, Then};
use crate::ui::request::{Asked, ListQuery};

/// Asks which of a list's sights to show, with how many rows there are in each of what else is asked for.
pub fn choose_sight<V: Verbs>(list: &List<V::Row>, ctx: &Ctx, asks: &mut Asks) {
    let (rest, present) = apart::<V::Row>(list.text());
    let filter = Filter::parse(&rest, ctx.zone).unwrap_or_default();
    let sights = V::Row::SIGHTS;
    let each = sights.iter().map(|sight| filter.in_sight(*sight)).collect();
    let entry = |sight: &Sight| {
        let named = ctx.text.fill(sight.name, &[("days", &ctx.warning.days)]);
        (*sight, named)
    };
    let then = Then::new(
        |screen: &mut ListScreen<V>, sight: Sight, ctx: &Ctx, asks| {
            let (rest, _) = apart::<V::Row>(screen.list.text());
            let text = format!("{rest} {}", sight.term);
            screen.list.set_text(text.trim(), ctx.zone, asks);
        },
    );
    let entries = sights.iter().map(entry).collect();
    let title = ctx.text.say("list.state_filter");
    let choice = Choice::of(title, entries, &present.unwrap_or(sights[0]), then);
    asks.push(choice.counted(V::Row::ask(ListQuery::Tally(each))));
}

fn apart<L: Table>(text: &str) -> (String, Option<Sight>) {
    without_sights(L::FIELDS, L::SIGHTS, text)
}
