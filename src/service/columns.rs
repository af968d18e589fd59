//! The columns that a user wants in a list: their own affair, whatever their role allows, and no event.

use crate::domain::list::ChosenColumn;
use crate::domain::trouble::Trouble;
use crate::domain::user::Actor;
use crate::service::Service;
use crate::service::change::{Attempt, On};
use crate::store::columns;

impl Service {
    /// The columns that the actor wants in the list of this name; nothing where they have not chosen.
    pub fn columns(&self, actor: &Actor, list: &str) -> Result<Option<Vec<ChosenColumn>>, Trouble> {
        self.ask(actor, &[], |tx, _| {
            let chosen = actor.user().map(|user| columns::chosen(tx, user, list));
            Ok(chosen.transpose()?.flatten())
        })
    }

    /// Keeps the columns that the actor wants in the list of this name, or that they have not chosen. Of two consoles
    /// of one user the last one counts. A key looks at no list.
    pub fn choose_columns(
        &mut self,
        actor: &Actor,
        list: &str,
        chosen: Option<&[ChosenColumn]>,
    ) -> Result<(), Trouble> {
        let Some(user) = actor.user() else {
            return Ok(());
        };
        let attempt = Attempt::new("choose-columns", On::User(user), &[]);
        self.change(actor, attempt, |change| {
            Ok(columns::choose(change.tx, user, list, chosen)?)
        })
    }
}
