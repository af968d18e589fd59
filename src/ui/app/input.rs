//! From a key to what it means: those that count everywhere at once, the others in the order in which they came.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, MouseEventKind};
use zeroize::Zeroizing;

use crate::ui::app::{App, Effect, Input};
use crate::ui::field::Typed;
use crate::ui::keymap::{Action, Chord, Hand, Scope, TextKey, text_key};
use crate::ui::layer::choice::Choice;
use crate::ui::layer::confirm::Confirm;
use crate::ui::layer::help::Help;
use crate::ui::layer::panes::PREVIEW_FROM;
use crate::ui::layer::policy::PolicyDialog;
use crate::ui::layer::preview::PreviewDialog;
use crate::ui::layer::properties::Properties;
use crate::ui::layer::secret::SecretDialog;
use crate::ui::layer::tree::Tree;
use crate::ui::layer::{Cannot, Then, Tone};
use crate::ui::terminal::{Lost, PASTE_MOST};

impl App {
    /// Takes a key, paste, click or resize.
    pub fn input(&mut self, input: Input) {
        let redraws = self.redraws(&input.event);
        if redraws {
            self.redraw();
        }
        if is_by_hand(&input.event) && self.somebody_is_there(input.at) {
            self.dropped(&input);
            return;
        }
        match &input.event {
            Event::Resize(columns, rows) => {
                self.window = (*columns, *rows);
                self.mouse.forget();
                self.dirty = true;
            }
            Event::Mouse(event) if !self.takes(*event) => {}
            Event::Key(key) if key.kind == KeyEventKind::Release => {}
            Event::Key(_) if redraws => self.rush.key(input.frame, input.at),
            Event::Key(key) if self.means(key, Action::Leave) => {
                self.rush.key(input.frame, input.at);
                self.take_from_tour();
                self.leave();
            }
            Event::Key(key) if self.means(key, Action::Stop) => {
                self.rush.key(input.frame, input.at);
                self.effects.push(Effect::Stop);
            }
            Event::Key(_) | Event::Paste(_) | Event::Mouse(_) => {
                // Of a thumb that is dragged only the last place counts.
                self.queue
                    .pop_back_if(|last| is_drag(&last.event) && is_drag(&input.event));
                self.queue.push_back(input);
            }
            _ => {}
        }
        self.run_queue();
    }

    /// Says that something was typed or pasted that is not handed over.
    pub fn lost(&mut self, lost: Lost) {
        self.rush.means_nothing();
        let text = self.text();
        self.complain(match lost {
            Lost::PasteUnfinished => text.say("lost.unfinished").to_owned(),
            Lost::PasteTooLong => text.fill("lost.too_long", &[("most", &(PASTE_MOST / 1024))]),
            Lost::PasteUnreadable => text.say("lost.unreadable").to_owned(),
            Lost::Keys => text.say("lost.keys").to_owned(),
        });
    }

    /// Nothing more has come in one go with what was typed or pasted so far.
    pub fn pause(&mut self) {
        self.rush.pause();
    }

    /// How many inputs wait for their turn.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Whether a key has the screen painted anew. It does so also where it is taken for a sign that somebody is there.
    fn redraws(&self, event: &Event) -> bool {
        matches!(event, Event::Key(key)
            if key.kind != KeyEventKind::Release && self.means(key, Action::Redraw))
    }

    /// Has the whole screen painted, whatever the terminal shows.
    fn redraw(&mut self) {
        self.dirty = true;
        self.effects.push(Effect::Anew);
        self.mouse.restart();
    }

    /// Whether a key means this everywhere; such a key waits for nothing.
    fn means(&self, key: &KeyEvent, wanted: Action) -> bool {
        self.keys.action(Scope::Anywhere, key) == Some(wanted)
    }

    pub(super) fn run_queue(&mut self) {
        while !self.done && !self.tour_is_busy() {
            let status = self.top().1.status();
            let (waits, is_stale) = (status.waits, status.is_stale);
            let Some(input) = self.queue.front() else {
                break;
            };
            // Where a thumb was dragged before is read no more when it is somewhere else.
            let is_drag = is_drag(&input.event);
            // What was clicked on will be somewhere else.
            if is_stale && let Event::Mouse(event) = &input.event {
                let clicks = matches!(event.kind, MouseEventKind::Down(_));
                self.queue.pop_front();
                if clicks {
                    self.complain(self.text().say("lost.click").to_owned());
                }
                continue;
            }
            // Of a key that is no text only what it does tells whether it waits.
            let waits = waits || is_stale && !self.acts_on_no_row(&input.event);
            let passes = !waits
                || is_drag
                || matches!(&input.event, Event::Key(key) if text_key(key).is_some() && self.tour_action(key).is_none());
            if !passes {
                break;
            }
            let Some(input) = self.queue.pop_front() else {
                break;
            };
            // What cannot be seen is not acted on.
            if input.frame < self.deaf_before || self.too_small() {
                self.dropped(&input);
                continue;
            }
            let guided = match &input.event {
                Event::Key(key) => self.tour_action(key),
                _ => None,
            };
            if let Some(action) = guided {
                self.rush.key(input.frame, input.at);
                self.guide(action);
                continue;
            }
            self.take_from_tour();
            if waits && !is_drag {
                if !self.edited(&input) {
                    self.queue.push_front(input);
                    break;
                }
            } else {
                self.handle(input);
            }
        }
    }

    /// Whether what this key does concerns no row of the screen's list.
    fn acts_on_no_row(&self, event: &Event) -> bool {
        let Event::Key(key) = event else {
            return matches!(event, Event::Paste(_));
        };
        let action = self.keys.action(self.top().1.scope(), key);
        action.is_none_or(Action::acts_on_no_row)
    }

    /// A key or paste means nothing, and so does what follows it in one rush.
    fn dropped(&mut self, input: &Input) {
        if matches!(input.event, Event::Key(_) | Event::Paste(_)) {
            self.rush.key(input.frame, input.at);
            self.rush.means_nothing();
        }
    }

    fn edited(&mut self, input: &Input) -> bool {
        let Event::Key(key) = &input.event else {
            return false;
        };
        let Some(key) = text_key(key) else {
            return false;
        };
        let top = self.layers.len() - 1;
        let id = self.top().0;
        let taken = self.with_layer(top, |layer, ctx, asks| {
            layer.edit(Typed::Key(key), ctx, asks)
        });
        if taken {
            self.dirty = true;
            self.rush.key(input.frame, input.at);
            if matches!(key, TextKey::Char(_) | TextKey::Enter) {
                self.rush.typed_into(id);
            }
        }
        taken
    }

    pub(super) fn handle(&mut self, mut input: Input) {
        if let Event::Mouse(event) = input.event {
            self.mouse(event, input.frame, input.at);
            return;
        }
        self.dirty = true;
        // What is said is not taken away by what was typed before it could be read.
        if self.message == self.seen.1 && input.frame >= self.seen.0 {
            self.message = None;
        }
        self.rush.key(input.frame, input.at);
        let top = self.layers.len() - 1;
        match &mut input.event {
            Event::Paste(pasted) => {
                self.rush.pasted();
                let pasted = Zeroizing::new(std::mem::take(pasted));
                self.with_layer(top, |layer, ctx, asks| {
                    layer.edit(Typed::Pasted(&pasted), ctx, asks)
                });
            }
            Event::Key(key) => {
                let key = *key;
                if self.edited(&input) {
                    return;
                }
                if key.code == KeyCode::Char(char::REPLACEMENT_CHARACTER) {
                    self.rush.means_nothing();
                    self.complain(self.text().say("lost.character").to_owned());
                    return;
                }
                self.rush.acts_in(self.top().0);
                let other = Typed::Other(Chord::of(&key));
                let used = self.with_layer(top, |layer, ctx, asks| layer.edit(other, ctx, asks));
                match self.keys.action(self.top().1.scope(), &key) {
                    Some(action) => self.act(action),
                    None if used => {}
                    None => self.rush.means_nothing(),
                }
            }
            _ => {}
        }
    }

    /// Does an action, or says why it cannot be done now.
    pub(super) fn act(&mut self, action: Action) {
        let (_, layer) = self.top();
        let binding = self.keys.binding(layer.scope(), action);
        let hand = binding.map_or(Hand::Any, |binding| binding.hand);
        match layer.can(action, &self.ctx()) {
            Ok(()) | Err(Cannot::Asks(..)) if !self.rush.counts(hand) => {
                self.complain(self.text().say("message.pasting").to_owned());
            }
            Ok(()) | Err(Cannot::Asks(..)) => self.carry_out(action),
            Err(why) => {
                if let Some(sentence) = why.sentence(self.text()) {
                    self.complain(sentence);
                }
            }
        }
    }

    fn carry_out(&mut self, action: Action) {
        let top = self.layers.len() - 1;
        match action {
            Action::Help => {
                let help = Help::new(
                    self.top().1.as_ref(),
                    self.way.here.screen.scope(),
                    &self.ctx(),
                );
                self.push(Box::new(help));
            }
            Action::Policy => self.push(Box::new(PolicyDialog::new())),
            Action::MyAccount => {
                if let Some(user) = self.setting.actor.user() {
                    self.push(Box::new(Properties::of_user(user, Then::nothing())));
                }
            }
            Action::Palette => {
                let palette = Choice::palette(self.top().1.as_ref(), &self.ctx());
                self.push(Box::new(palette));
            }
            Action::Leave => self.leave(),
            Action::TreePane => self.panes.tree = self.panes.tree.turned(),
            Action::Preview if self.window.0 >= PREVIEW_FROM => {
                self.panes.preview = self.panes.preview.turned();
            }
            Action::Preview => {
                if let Some(row) = self.top().1.status().selected {
                    self.push(Box::new(PreviewDialog::new(row)));
                }
            }
            Action::Redraw => self.redraw(),
            Action::Stop => self.effects.push(Effect::Stop),
            Action::Tree => self.push(Box::new(Tree::new(self.way.here.screen))),
            _ => self.with_layer(top, |layer, ctx, asks| layer.act(action, ctx, asks)),
        }
    }

    /// Ctrl-C: leaves, unless something would be lost.
    pub(super) fn leave(&mut self) {
        self.dirty = true;
        self.message = None;
        if self
            .leaving
            .is_some_and(|id| self.layers.iter().any(|(layer, _)| *layer == id))
        {
            return;
        }
        let text = self.text();
        let unsettled = self
            .layers
            .iter()
            .position(|(_, layer)| layer.secret().is_some_and(SecretDialog::is_unsettled));
        if let Some(index) = unsettled {
            self.with_layer(index, |layer, ctx, asks| {
                layer.act(Action::Leave, ctx, asks);
            });
        } else if self.is_writing() {
            self.message = Some((Tone::Problem, text.say("message.still_saving").to_owned()));
        } else if self.layers.iter().any(|(_, layer)| layer.is_changed()) {
            let body = text.say("quit.body").to_owned();
            let (title, verb) = (text.say("quit.title"), text.say("quit.verb"));
            self.push(Box::new(Confirm::leaving(title, body, verb, Then::quit())));
            self.leaving = self.layers.last().map(|(id, _)| *id);
        } else {
            self.done = true;
        }
    }
}

fn is_drag(event: &Event) -> bool {
    matches!(event, Event::Mouse(event) if matches!(event.kind, MouseEventKind::Drag(_)))
}

/// Whether somebody is there, and not only their terminal.
fn is_by_hand(event: &Event) -> bool {
    match event {
        Event::Key(key) => key.kind != KeyEventKind::Release,
        Event::Mouse(_) | Event::Paste(_) => true,
        _ => false,
    }
}
