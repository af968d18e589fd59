//! From one screen to another, and back.

use crate::domain::trouble::Trouble;
use crate::ui::app::{App, LayerId};
use crate::ui::layer::Layer;
use crate::ui::layer::api_keys::ApiKeys;
use crate::ui::layer::destination::Destination;
use crate::ui::layer::events::SystemEvents;
use crate::ui::layer::roles::Roles;
use crate::ui::layer::tree::Screen;
use crate::ui::layer::users::Users;

/// The screen that is shown, and those that were left.
pub(super) struct Way {
    pub here: Here,
    /// Those from which one came here, the first one first. There is one of each screen, and one that is about
    /// something.
    behind: Vec<Left>,
    /// Those that one went back from; they stay as they were left.
    beside: Vec<Left>,
}

/// Which screen it is.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Here {
    pub screen: Screen,
    /// The name of what it is about, where it shows nothing else.
    pub about: Option<String>,
}

/// A screen as it was left.
struct Left {
    here: Here,
    layer: Box<dyn Layer>,
}

impl Way {
    /// A way that begins with this screen.
    pub fn new(screen: Screen) -> Way {
        let about = None;
        Way {
            here: Here { screen, about },
            behind: Vec::new(),
            beside: Vec::new(),
        }
    }

    /// Whether there is a screen to go back to.
    pub fn leads_back(&self) -> bool {
        !self.behind.is_empty()
    }

    /// Forgets the screens that do not pass.
    pub fn retain(&mut self, passes: impl Fn(Screen) -> bool) {
        for left in [&mut self.behind, &mut self.beside] {
            left.retain(|left| passes(left.here.screen));
        }
    }

    /// The present screen is left for another one, which is given back as it was left, if it was. What is about
    /// something begins anew.
    fn go(&mut self, to: Here, layer: Box<dyn Layer>) -> Option<Box<dyn Layer>> {
        let here = std::mem::replace(&mut self.here, to);
        self.behind.push(Left { here, layer });
        let to = &self.here;
        let is_kind = |left: &mut Left| {
            left.here.screen == to.screen && left.here.about.is_some() == to.about.is_some()
        };
        let before = match self.behind.iter_mut().position(is_kind) {
            Some(at) => {
                let before = self.behind.remove(at);
                // What is about something goes with the screen from which one came to it: from there it leads nowhere.
                if self
                    .behind
                    .get(at)
                    .is_some_and(|left| left.here.about.is_some())
                {
                    self.behind.remove(at);
                }
                Some(before)
            }
            None => self.beside.extract_if(.., is_kind).next(),
        };
        before.filter(|_| to.about.is_none()).map(|left| left.layer)
    }

    /// The present screen is left for the one from which one came, which is given back.
    fn back(&mut self, layer: Box<dyn Layer>) -> Result<Box<dyn Layer>, Box<dyn Layer>> {
        let Some(before) = self.behind.pop() else {
            return Err(layer);
        };
        let here = std::mem::replace(&mut self.here, before.here);
        if here.about.is_none() {
            self.beside.push(Left { here, layer });
        }
        Ok(before.layer)
    }
}

impl App {
    /// Shows another screen in place of this one and what is on top of it.
    pub(super) fn go(&mut self, to: &Destination) {
        self.dirty = true;
        self.drop_dialogs();
        let here = Here {
            screen: to.screen,
            about: to.about.as_ref().map(|about| about.name.clone()),
        };
        if here != self.way.here
            && let Some((_, layer)) = self.layers.pop()
        {
            match self.way.go(here, layer) {
                Some(layer) => self.show_again(layer),
                None => self.push(screen(to.screen)),
            }
        }
        if to.about.is_some() || to.row.is_some() {
            self.with_layer(0, |layer, ctx, asks| layer.arrive(to, ctx, asks));
        }
    }

    /// Shows the screen again from which one came here.
    pub(super) fn back(&mut self) {
        if !self.way.leads_back() {
            return;
        }
        self.dirty = true;
        self.drop_dialogs();
        if let Some((_, layer)) = self.layers.pop() {
            match self.way.back(layer) {
                Ok(layer) | Err(layer) => self.show_again(layer),
            }
        }
    }

    /// Under another identity: answers to what it asked before it was left come too late.
    fn show_again(&mut self, layer: Box<dyn Layer>) {
        self.last_layer += 1;
        self.layers.push((LayerId(self.last_layer), layer));
        self.with_layer(0, Layer::refresh);
    }

    /// Leaves a screen that the role does not allow, as soon as no dialog is on top of it.
    pub(super) fn leave_forbidden(&mut self) {
        let forbidden = self.way.here.screen;
        if self.layers.len() > 1 || self.setting.actor.may(forbidden.needs()) {
            return;
        }
        let to = Screen::first_for(&self.setting.actor);
        if to != forbidden {
            self.go(&to.into());
            self.way.retain(|screen| screen != forbidden);
            let why = Trouble::NotAuthorized(forbidden.needs());
            self.complain(self.text().trouble(&why));
        }
    }
}

/// A screen that has not been shown before.
pub(super) fn screen(which: Screen) -> Box<dyn Layer> {
    match which {
        Screen::Users => Box::new(Users::default()),
        Screen::Roles => Box::new(Roles::default()),
        Screen::ApiKeys => Box::new(ApiKeys::default()),
        Screen::SystemEvents => Box::new(SystemEvents::default()),
    }
}
