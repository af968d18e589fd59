//! The same by hand, in the console.

use keyward::domain::id::KeyId;
use keyward::domain::intent::{KeyChange, UserChange};
use keyward::domain::locale::Locale;
use keyward::domain::name::{DESCRIPTION_MAX, NAME_MAX};
use keyward::domain::problem::Field;
use keyward::domain::rights::label;
use keyward::domain::secret::Overlap;
use keyward::text::Text;

use crate::acts::{Act, Then, Typed, lock, right};
use crate::support::console::Console;
use crate::support::sentence::shows;
use crate::world::ROLES;

/// What is said where the service is not asked: of lists that somebody may not see, of what a row shows by itself, and of the
/// policy, for which two rights are needed.
const UNSEEN: [&str; 7] = [
    "right.view_api_keys",
    "right.view_users",
    "right.view_roles",
    "list.is_deleted",
    "list.not_deleted",
    "trouble.no_overlap",
    "policy.not_authorized",
];

/// Somebody at the keys, who stops when they are told what they expect to be told.
pub struct Hand {
    console: Console,
    /// The sentences, each with whether it was on the screen.
    told: Vec<(String, bool)>,
    /// A field or box is not there to be filled in.
    pub not_offered: bool,
    screens: String,
}

impl Hand {
    pub fn of(console: Console, sentences: &[String]) -> Hand {
        Hand {
            console,
            told: sentences
                .iter()
                .map(|sentence| (sentence.clone(), false))
                .collect(),
            not_offered: false,
            screens: String::new(),
        }
    }

    /// Whether all that was expected was told; where nothing was, whether it is done.
    pub fn was_told(&self) -> bool {
        self.told.iter().all(|(_, told)| *told)
    }

    pub fn screen(&self) -> String {
        self.screens.clone()
    }

    /// Whether this is to go on.
    fn goes_on(&self) -> bool {
        !self.not_offered && (self.told.is_empty() || !self.was_told())
    }

    fn look(&mut self) {
        let screen = self.console.screen();
        for (sentence, told) in &mut self.told {
            // A long list of names is cut.
            let begin: String = sentence.chars().take(90).collect();
            *told |= shows(&screen, &begin);
        }
        self.screens = screen;
        // Where nothing can be selected, nothing is done.
        let has_said = |name| self.console.has_said(name, &[]);
        self.not_offered |= UNSEEN.into_iter().any(has_said);
    }

    fn keys(&mut self, keys: &str) -> &mut Hand {
        if self.goes_on() {
            self.console.keys(keys);
            self.look();
        }
        self
    }

    fn paste(&mut self, text: &str) -> &mut Hand {
        if self.goes_on() {
            self.console.paste(text);
            self.look();
        }
        self
    }

    /// Does it.
    pub fn act(&mut self, act: &Act) {
        match act {
            Act::NewKey(typed) => self.keys("1n").fill(typed, false).save(),
            Act::EditKey(id, typed) => self.find_key(*id).keys("\n").fill(typed, false).save(),
            Act::Key(change, id) => {
                self.find_key(*id);
                match change {
                    KeyChange::LockOut { reason } => self.lock_out(reason),
                    KeyChange::Unlock => drop(self.keys("u").keys("y")),
                    KeyChange::Delete => drop(self.keys("d").keys("y")),
                    KeyChange::Restore => drop(self.keys("r").keys("y")),
                    KeyChange::EndOverlap => drop(self.keys("x").keys("y")),
                    KeyChange::SetRole(role) => self.set_role(*role),
                    KeyChange::SetExpiry(day) => {
                        let day = day.map_or("never".to_owned(), |day| day.to_string());
                        self.keys("E").keys(&day).keys("\n").keys("y");
                    }
                    KeyChange::Edit(_) => {}
                }
            }
            Act::NewSecret(id, then) => self.new_secret(*id, *then),
            // It is read back where it is shown, and there is no other place.
            Act::ReadBack(_) => self.not_offered = true,
            Act::NewUser(typed) => self.keys("2n").fill(typed, false).save(),
            Act::EditUser(id, typed) => self.find("2", id.0).keys("\n").fill(typed, false).save(),
            Act::User(change, id) => {
                self.find("2", id.0);
                match change {
                    UserChange::LockOut { reason } => self.lock_out(reason),
                    UserChange::Unlock => drop(self.keys("u").keys("y")),
                    UserChange::Delete => drop(self.keys("d").keys("y")),
                    UserChange::SetRole(role) => self.set_role(*role),
                    UserChange::Edit(_) => {}
                }
            }
            Act::NewRole(typed) => self.keys("3n").fill(typed, true).save(),
            Act::EditRole(id, typed) => self.find("3", id.0).keys("\n").fill(typed, true).save(),
            Act::DeleteRole(id) => drop(self.find("3", id.0).keys("d").keys("y")),
            Act::Policy(typed) => self.keys("p").fill(typed, false).save(),
        }
    }

    fn find(&mut self, screen: &str, id: i64) -> &mut Hand {
        self.keys(screen).keys(&format!("/<Ctrl-U>id:{id}\n"))
    }

    fn find_key(&mut self, id: KeyId) -> &mut Hand {
        self.keys("1")
            .keys(&format!("/<Ctrl-U>id:{} state:any\n", id.0))
    }

    fn lock_out(&mut self, reason: &str) {
        self.keys("l");
        if !reason.is_empty() && self.console.has_said("lock.why", &[]) {
            self.keys("\t").paste(reason).keys("\n");
        }
        self.keys("y");
    }

    fn set_role(&mut self, role: keyward::domain::id::RoleId) {
        let name = ROLES.into_iter().find(|(_, id)| *id == role);
        self.keys("R")
            .keys(name.expect("a role").0)
            .keys("\n")
            .keys("y");
    }

    fn new_secret(&mut self, id: KeyId, then: Then) {
        self.find_key(id).keys("s");
        if self.console.has_said("new_secret.question", &[]) {
            let overlap = match then {
                Then::Store(overlap) => overlap,
                _ => Overlap::None,
            };
            let at = Overlap::ALL.into_iter().position(|one| one == overlap);
            self.keys(&"\t".repeat(at.expect("one"))).keys(" ");
        }
        self.keys("<F2>");
        match then {
            _ if self.console.secret().is_empty() => {}
            Then::Leave => {}
            Then::Store(_) => drop(self.keys("a\n")),
            Then::Discard => drop(self.keys("x\n").keys("y")),
        }
    }

    /// Presses OK, once more where a name is only alike, and says yes to what follows.
    fn save(&mut self) {
        self.keys("<F2>");
        if self.console.has_said("trouble.asked", &[]) {
            self.keys("<F2>");
        }
        self.keys("y");
    }

    fn fill(&mut self, typed: &Typed, is_role: bool) -> &mut Hand {
        for (field, text) in typed {
            if !self.goes_on() {
                break;
            }
            self.fill_in(*field, text, is_role);
        }
        self
    }

    fn fill_in(&mut self, field: Field, text: &str, is_role: bool) {
        // More than a field holds is not typed.
        let most = if field == Field::Description {
            DESCRIPTION_MAX
        } else {
            NAME_MAX
        };
        let short = !matches!(field, Field::Addresses | Field::Services | Field::LockedOut);
        if short && text.chars().count() > most {
            self.not_offered = true;
            return;
        }
        let is_user = self.console.has_said("field.full_name", &[]);
        let name = match field {
            Field::Name => "field.name",
            Field::FullName => "field.full_name",
            Field::Description => "field.description",
            Field::Role => "field.role",
            Field::Language => "field.language",
            Field::TimeZone => "field.time_zone",
            Field::ExpiresOn => "field.expires_on",
            Field::Owner => "field.owner",
            Field::Addresses => "field.addresses",
            Field::Rate => "field.rate",
            Field::LockedOut if is_user => "field.locked_out_user",
            Field::LockedOut => "field.locked_out",
            Field::UserInterface => "field.user_interface",
            Field::WebService => "field.web_service",
            Field::Services => "field.services",
            Field::ExpiryRequired => "field.expiry_required",
            Field::LongestDays => "field.longest_days",
            Field::WarningDays => "field.warning_days",
            Field::Rights => return self.tick_right(text),
            Field::EqualOrLess => return self.tick_limit(text),
        };
        if is_role {
            self.turn_to(["role.general"; 2]);
        }
        if !self.focus(Text::en_us().say(name)) {
            self.not_offered = true;
            return;
        }
        let ticked = self.line().contains("[x]");
        match field {
            Field::Role | Field::TimeZone => drop(self.keys(" ").keys(text).keys("\n")),
            Field::Language => {
                let shown =
                    Locale::from_tag(text).map_or("same as", |tag| Text::en_us().locale(tag));
                self.keys(" ").paste(shown).keys("\n");
            }
            Field::UserInterface | Field::WebService | Field::ExpiryRequired => {
                if ticked != (text == "yes") {
                    self.keys(" ");
                }
            }
            Field::ExpiresOn => {
                self.open(ticked, text != "never");
                if text != "never" {
                    self.keys("<End><Ctrl-U>").paste(text);
                }
            }
            Field::LockedOut => {
                let reason = lock(text);
                self.open(ticked, reason.is_some());
                if let Some(reason) = reason.filter(|reason| !reason.is_empty()) {
                    self.keys("<End><Ctrl-U>").paste(&reason);
                }
            }
            _ => drop(self.keys("<End><Ctrl-U>").paste(text)),
        }
    }

    /// Ticks a box or not, and goes to the field that it opens: ticking it does that by itself.
    fn open(&mut self, ticked: bool, wanted: bool) {
        match (ticked, wanted) {
            (true, true) => drop(self.keys("\t")),
            (false, false) => {}
            _ => drop(self.keys(" ")),
        }
    }

    /// The line of the dialog that the cursor is in.
    fn line(&mut self) -> String {
        let (x, y) = self.console.cursor();
        let screen = self.console.screen();
        let line = screen.lines().nth(usize::from(y)).unwrap_or_default();
        // The dialog's edges are the last before the cursor and the first behind it; a field's edges are others.
        let before: String = line.chars().take(usize::from(x)).collect();
        let inside = before.rfind('│').map_or(0, |at| at + '│'.len_utf8());
        line[inside..].to_owned()
    }

    /// Goes to the field with this label; says whether there is one.
    fn focus(&mut self, label: &str) -> bool {
        for _ in 0..16 {
            if self.line().contains(label) {
                return true;
            }
            self.keys("\t");
        }
        false
    }

    /// Shows the tab with this title.
    fn turn_to(&mut self, titles: [&'static str; 2]) {
        let titles = titles.map(|title| Text::en_us().say(title));
        for _ in 0..6 {
            let shows = |title: &&str| {
                let shown = [format!("[{title}]"), format!("[!{title}]")];
                shown.iter().any(|shown| self.console.shows(shown))
            };
            if titles.iter().any(shows) {
                return;
            }
            self.keys("<F4>");
        }
    }

    fn tick_right(&mut self, text: &str) {
        let wanted = !text.starts_with('-');
        let name = right(text.trim_start_matches('-')).name();
        let label = label(name, Locale::EnUs).expect("a label");
        self.turn_to(["role.user", "role.user_short"]);
        self.keys("/<Ctrl-U>").paste(label).keys("\n");
        self.tick(label, wanted);
        self.keys("/<Esc>");
    }

    fn tick_limit(&mut self, text: &str) {
        self.turn_to(["role.user", "role.user_short"]);
        self.keys("<Home><Down><Down><Down><Down><Down>");
        self.tick(Text::en_us().say("role.equal_or_less"), text == "yes");
    }

    /// Ticks the box that is selected, which has this label, unless it is as it is wanted.
    fn tick(&mut self, label: &str, wanted: bool) {
        let line = self.line();
        if !self.goes_on() {
            return;
        }
        if !line.contains(label) {
            self.not_offered = true;
        } else if line.contains("[x]") != wanted {
            self.keys(" ");
        }
    }
}
