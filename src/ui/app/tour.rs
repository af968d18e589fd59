//! The tour of the demonstration: it types the vendor's procedure into the console, step by step, and says what is
//! seen. The presenter may take the keys at any time; from what they have done with them a step is never gone on.

mod steps;

use std::collections::VecDeque;
use std::fmt::Display;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::secret::Secret;
use crate::domain::time::Uptime;
use crate::domain::trouble::Trouble;
use crate::ui::app::tour::steps::{STEPS, Stroke};
use crate::ui::app::way::{Way, screen};
use crate::ui::app::{App, Input, UnderWay};
use crate::ui::hits::Hits;
use crate::ui::keymap::{Action, Binding, Chord, Scope};
use crate::ui::layer::secret::SecretDialog;
use crate::ui::layer::tree::Screen;
use crate::ui::look::{clear, first, footer, row, skip, width};
use crate::ui::request::{Ticket, Write};

/// How long after one stroke the next one is made, in milliseconds: so that it is seen.
const PACE: i64 = 30;
/// Columns of the longest caption; a test sees to it.
const LONGEST: u16 = 116;
/// Rows of the window below which a caption has one line.
const LOW: u16 = 14;

/// Where the tour is.
#[derive(Default)]
pub(super) struct Tour {
    /// The step that is on the screen, or is being typed.
    step: usize,
    strokes: VecDeque<Stroke>,
    /// When the next stroke may be made.
    next_at: Option<Uptime>,
    /// The presenter has the keys.
    taken: bool,
    /// The presenter has had the keys since the step was typed.
    strayed: bool,
    /// The secret of the key that the tour has made.
    secret: Option<Secret>,
    /// The database is being set back to where the tour began.
    rewinding: Option<Ticket>,
}

impl Tour {
    /// Whether the console is the tour's alone for the moment.
    fn is_busy(&self) -> bool {
        self.rewinding.is_some() || !self.strokes.is_empty()
    }

    /// Has everything typed that leads from the beginning to this step.
    fn types_up_to(&mut self, step: usize) {
        *self = Tour {
            step,
            ..Tour::default()
        };
        let strokes = STEPS[..=step].iter().flat_map(|step| step.strokes);
        self.strokes.extend(strokes);
    }

    /// Has a step typed one character at a time, to be seen.
    fn types(&mut self, strokes: &'static [Stroke]) {
        for stroke in strokes {
            match stroke {
                Stroke::Type(text) => {
                    let ends = text.char_indices().map(|(at, c)| (at, at + c.len_utf8()));
                    let letters = ends.map(|(from, to)| Stroke::Type(&text[from..to]));
                    self.strokes.extend(letters);
                }
                other => self.strokes.push_back(*other),
            }
        }
    }
}

impl App {
    /// Begins the tour; what the database has now is what it goes back to.
    pub(super) fn begin_tour(&mut self) {
        self.tour = Some(Tour::default());
        self.request_for_app(Write::Remember);
    }

    /// Whether the tour is typing: what the presenter types meanwhile waits.
    pub(super) fn tour_is_busy(&self) -> bool {
        self.tour.as_ref().is_some_and(Tour::is_busy)
    }

    /// What a key means to the tour, if it is one of its keys now.
    pub(super) fn tour_action(&self, key: &KeyEvent) -> Option<Action> {
        let tour = self.tour.as_ref()?;
        let action = self.keys.action(Scope::Tour, key)?;
        let is_own = match action {
            Action::NextStep | Action::StepBack | Action::EndTour => !tour.taken,
            Action::Resume => tour.taken,
            _ => false,
        };
        is_own.then_some(action)
    }

    /// Does what one of the tour's keys means.
    pub(super) fn guide(&mut self, action: Action) {
        let fits = self.tour_fits();
        let Some(tour) = &mut self.tour else { return };
        self.dirty = true;
        match action {
            Action::Resume => tour.taken = false,
            Action::EndTour => self.tour = None,
            Action::StepBack => {
                let to = tour.step.saturating_sub(1);
                self.rewind(to);
            }
            Action::NextStep if !fits => {
                let to = tour.step;
                self.rewind(to);
            }
            Action::NextStep => {
                if let Some(next) = STEPS.get(tour.step + 1) {
                    tour.step += 1;
                    tour.types(next.strokes);
                    self.message = None;
                }
            }
            _ => {}
        }
    }

    /// The presenter does something: the console is theirs until they give it back.
    pub(super) fn take_from_tour(&mut self) {
        if let Some(tour) = &mut self.tour {
            tour.taken = true;
            tour.strayed = true;
            tour.strokes.clear();
        }
    }

    /// Whether the console is where the step has led it, and the next one can be typed.
    fn tour_fits(&self) -> bool {
        self.tour.as_ref().is_some_and(|tour| {
            tour.is_busy() || !tour.strayed && self.top().1.scope() == STEPS[tour.step].ends
        })
    }

    /// Goes to a step from the beginning, on the database as it was there.
    fn rewind(&mut self, to: usize) {
        // What is being written is waited for.
        if self.is_writing() {
            let sentence = self.text().say("message.still_saving").to_owned();
            self.complain(sentence);
            return;
        }
        let ticket = self.request_for_app(Write::Rewind);
        if let Some(tour) = &mut self.tour {
            tour.types_up_to(to);
            tour.rewinding = Some(ticket);
        }
    }

    /// Whether this is what came of setting the database back.
    pub(super) fn is_rewinding(&self, ticket: Ticket) -> bool {
        let tour = self.tour.as_ref();
        tour.is_some_and(|tour| tour.rewinding == Some(ticket))
    }

    /// The database is as it was where the tour began, and so is the console.
    pub(super) fn rewound(&mut self) {
        let secret = self.secret().is_some();
        self.layers.clear();
        self.way = Way::new(Screen::first_for(&self.setting.actor));
        self.leaving = None;
        self.message = None;
        self.push(screen(self.way.here.screen));
        if secret {
            self.forget_secret();
        }
        if let Some(tour) = &mut self.tour {
            tour.rewinding = None;
        }
    }

    /// The database could not be set back.
    pub(super) fn not_rewound(&mut self, trouble: &Trouble) {
        if let Some(tour) = &mut self.tour {
            tour.rewinding = None;
            tour.strokes.clear();
            tour.strayed = true;
        }
        self.complain(self.text().trouble(trouble));
    }

    /// When the next stroke is due. Each waits until what came of the one before is on the screen.
    pub(super) fn tour_wake(&self) -> Option<Uptime> {
        let tour = self.tour.as_ref().filter(|tour| !tour.strokes.is_empty())?;
        let rests = tour.rewinding.is_none()
            && !self.dirty
            && !self.too_small()
            && !self.under_way.iter().any(UnderWay::is_waited_for)
            && !self.top().1.status().waits
            && !self.top().1.status().is_stale;
        rests.then(|| tour.next_at.unwrap_or(self.uptime()))
    }

    /// Makes the next stroke, if it is due.
    pub(super) fn type_on(&mut self) {
        let up = self.uptime();
        if self.tour_wake().is_none_or(|at| at > up) {
            return;
        }
        let Some(tour) = &mut self.tour else { return };
        tour.next_at = Some(up.plus(PACE));
        let stroke = tour.strokes.pop_front();
        let secret = tour.secret.clone();
        let top = &self.layers[self.layers.len() - 1].1;
        let mut events = Vec::new();
        match stroke {
            Some(Stroke::Type(text)) => events.extend(text.chars().map(KeyCode::Char).map(press)),
            Some(Stroke::Do(action)) => {
                let binding = self.keys.binding(top.scope(), action);
                let chord = binding.and_then(|binding| binding.keys.first().copied());
                if chord.is_none() {
                    self.act(action);
                }
                events.extend(chord.map(|Chord(code, held)| Event::Key(KeyEvent::new(code, held))));
            }
            Some(Stroke::Keep) => tour.secret = top.secret().map(SecretDialog::issued_secret),
            Some(Stroke::Paste) => {
                events.extend(secret.map(|secret| Event::Paste(secret.expose().to_owned())));
            }
            None => {}
        }
        // As a hand does it, which has seen what is on the screen.
        self.rush.ends();
        for event in events {
            let (frame, at) = (self.frames, up);
            self.handle(Input { event, frame, at });
        }
        self.dirty = true;
        self.run_queue();
    }

    /// Rows of the caption in a window of this size: as many for every step.
    pub(super) fn caption_rows(&self, window: Rect) -> u16 {
        self.tour.as_ref().map_or(0, |_| 1 + caption_lines(window))
    }

    /// What is said of the step.
    fn caption(&self, tour: &Tour) -> String {
        let text = self.text();
        let key = |action| self.keys.key(Scope::Tour, action);
        let (resume, next) = (key(Action::Resume), key(Action::NextStep));
        let words: [(&str, &dyn Display); 2] = [("resume", &resume), ("next", &next)];
        if tour.taken {
            text.fill("tour.taken", &words)
        } else if !self.tour_fits() {
            text.fill("tour.strayed", &words)
        } else {
            text.say(STEPS[tour.step].caption).to_owned()
        }
    }

    /// Draws the caption above the footer: which step it is and the tour's keys, and what is said of it.
    pub(super) fn view_caption(&self, buf: &mut Buffer, window: Rect) {
        let Some(tour) = &self.tour else { return };
        let height = self.caption_rows(window);
        let area = Rect {
            y: window.bottom().saturating_sub(1 + height),
            height,
            ..window
        };
        // Nothing covers it.
        clear(buf, area, &self.theme);
        let (text, theme) = (self.text(), &self.theme);
        let of: [(&str, &dyn Display); 2] = [("n", &(tour.step + 1)), ("all", &STEPS.len())];
        let step = format!(" {} ", text.fill("tour.step", &of));
        let bar = row(area, 0);
        theme.put(buf, first(bar, width(&step)), &step, theme.banner);
        let fits = self.tour_fits();
        let called = |binding: &Binding| {
            let can = match binding.action {
                Action::Resume => tour.taken,
                Action::NextStep => !tour.taken && (!fits || tour.step + 1 < STEPS.len()),
                Action::StepBack => !tour.taken && tour.step > 0,
                Action::EndTour => !tour.taken,
                _ => false,
            };
            let label = if binding.action == Action::NextStep && !fits {
                "tour.afresh"
            } else {
                binding.label
            };
            can.then(|| text.say(label))
        };
        // They are the presenter's keys; the mouse takes the console from the tour.
        let mut nowhere = Hits::default();
        let keys = self.keys.of(Scope::Tour);
        let rest = skip(bar, width(&step) + 2);
        footer(buf, rest, keys, &called, theme, &mut nowhere);
        let columns = window.width.saturating_sub(2);
        let lines = theme.wrap_cut(&self.caption(tour), columns, (height - 1).into());
        for (index, line) in (1..).zip(lines) {
            theme.put(buf, skip(row(area, index), 1), &line, theme.title);
        }
    }
}

/// Lines in which every caption has room.
fn caption_lines(window: Rect) -> u16 {
    if window.height < LOW {
        return 1;
    }
    LONGEST.div_ceil(window.width.saturating_sub(2).max(1))
}

fn press(code: KeyCode) -> Event {
    Event::Key(KeyEvent::new(code, KeyModifiers::NONE))
}
