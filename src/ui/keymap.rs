//! THE table of keys. Router, toolbar, footer, help and `docs/keys.md` are read from it; in the console with the keys that the
//! settings put in place of its own.

mod changed;
mod chord;
mod name;

use std::borrow::Cow;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::text::Text;

pub use changed::Changed;
pub use chord::Chord;

/// What a key press means to the layer on top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    // everywhere
    Help,
    /// Everything that can be done, found by typing.
    Palette,
    /// What each state means.
    States,
    /// Paints the whole screen, whatever the terminal shows.
    Redraw,
    Leave,
    Stop,
    // moving
    Up,
    Down,
    PageUp,
    PageDown,
    HalfUp,
    HalfDown,
    First,
    Last,
    Next,
    Previous,
    Left,
    Right,
    NextTab,
    PreviousTab,
    In30Days,
    In90Days,
    InAYear,
    /// Shows only the boxes that are ticked, or all again.
    TickedOnly,
    // acting on what has the focus
    /// Also opens the list of a field that is chosen from one.
    Tick,
    Press,
    Accept,
    Cancel,
    Yes,
    /// Instead of an answer: what the question is about.
    Show,
    // the list
    New,
    Properties,
    NewSecret,
    Lock,
    Unlock,
    EndOverlap,
    Delete,
    Restore,
    SetRole,
    SetExpiry,
    Duplicate,
    Events,
    Export,
    /// A secret, to see whether it authenticates.
    Try,
    /// Marks the selected row, or takes its mark off.
    Mark,
    /// Marks every row that the filter shows.
    MarkAll,
    UnmarkAll,
    Filter,
    StateFilter,
    // the filters of the system events
    ByEvent,
    ByLevel,
    ByTarget,
    ByPerson,
    ByTime,
    SortNext,
    SortReverse,
    SortBy,
    Columns,
    // the columns of a list
    ToTheLeft,
    ToTheRight,
    Wider,
    Narrower,
    AsUsual,
    // going about
    Tree,
    /// Shows the tree beside the screen, or hides it.
    TreePane,
    /// Shows the selected row beside the list, or hides it; in a narrow window, in a dialog.
    Preview,
    ToApiKeys,
    ToUsers,
    ToRoles,
    ToSystemEvents,
    /// To the screen from which one came.
    Back,
    MyAccount,
    /// What the keys of this database are held to.
    Policy,
    Quit,
    // the tour of the demonstration
    NextStep,
    StepBack,
    EndTour,
    /// Gives the keys back to the tour.
    Resume,
    // the secret dialog
    /// Also, in a list, something of the selected row.
    Copy,
    CopyHeader,
    SaveToFile,
    HideOrShow,
    Check,
    Stored,
    Discard,
}

impl Action {
    /// Whether it is the same whichever rows a list shows: one types a filter, goes elsewhere or asks for help.
    #[must_use]
    pub fn acts_on_no_row(self) -> bool {
        use Action::{Accept, Back, Cancel, Filter, Help, Next, Previous, Quit, States};
        matches!(
            self,
            Accept | Back | Cancel | Filter | Help | Next | Previous | Quit | States
        )
    }

    /// Whether it only moves: a cursor, the focus, what is on the screen.
    #[must_use]
    pub fn moves(self) -> bool {
        use Action::{Down, First, Last, Left, Next, Previous, Right, Up};
        self.turns_pages()
            || matches!(
                self,
                Up | Down | First | Last | Next | Previous | Left | Right
            )
    }

    /// Whether it moves by pages or halves of them.
    #[must_use]
    pub fn turns_pages(self) -> bool {
        use Action::{HalfDown, HalfUp, PageDown, PageUp};
        matches!(self, PageUp | PageDown | HalfUp | HalfDown)
    }
}

/// Where a key has its meaning: each kind of layer has a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    Anywhere,
    /// Every list; each has verbs of its own besides.
    List,
    ApiKeys,
    Users,
    Roles,
    Events,
    /// All of one event, or the preview of a row as a dialog.
    Details,
    Tree,
    /// The list's filter line, while it is typed in.
    Filter,
    Form,
    /// A date in a form.
    Date,
    /// The month that opens at a date.
    Calendar,
    /// Whose value is kept, where two people changed one field.
    Merge,
    /// Role Properties, with its tabs.
    Role,
    /// Their find line, while it is typed in.
    Find,
    Choice,
    /// The page on which a letter chooses the order of a list.
    Sorting,
    /// The page on which the columns of a list are chosen.
    Columns,
    /// Many rows are being changed, or were.
    Bulk,
    Confirmation,
    Secret,
    Entry,
    /// What was stored, to be compared with the secret: a paste may end it.
    Check,
    /// An export under way.
    Export,
    /// A secret to be tried: a paste may end it.
    Try,
    /// The keys that the tour of the demonstration has before all layers.
    Tour,
    /// No key has a meaning of its own: any ends it.
    Countdown,
    Ended,
    Help,
}

/// Where a binding is shown besides help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// A verb of the screen: in the toolbar, greyed when not allowed now.
    Toolbar,
    /// In the footer while it is allowed.
    Footer,
    /// In help only.
    HelpOnly,
}

/// By whom a key is pressed where it counts. A paste without brackets comes as keys, in one rush.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    /// It counts in a paste, too.
    Any,
    /// Not in a paste, of which another key meant nothing.
    ByHand,
    /// Nor in the rush of keys in which the layer was opened.
    Anew,
}

impl Hand {
    /// What a row of the table says, which is nothing in most of them.
    const fn of(said: &[Hand]) -> Hand {
        match said {
            [hand, ..] => *hand,
            [] => Hand::Any,
        }
    }
}

/// One line of the table.
#[derive(Clone, Debug)]
pub struct Binding {
    pub scope: Scope,
    /// None where the action is done from the palette alone, unless the settings give it one.
    pub keys: Cow<'static, [Chord]>,
    pub action: Action,
    pub shown: Shown,
    pub hand: Hand,
    /// Name of the short label in the toolbar and footer.
    pub label: &'static str,
    /// Name of the sentence in help and in the table of `docs/keys.md`.
    pub help: &'static str,
}

impl Binding {
    /// The keys, as help and `docs/keys.md` write them.
    #[must_use]
    pub fn keys_named(&self) -> String {
        let names: Vec<String> = self.keys.iter().map(|key| key.name()).collect();
        names.join(", ")
    }

    /// The name of the key for toolbar and footer: for help, of one that no text field takes for a character.
    #[must_use]
    pub fn shown_key(&self) -> String {
        let mut keys = self.keys.iter();
        let help = match self.action {
            Action::Help => keys.find(|key| !key.types()),
            _ => None,
        };
        let key = help.or(self.keys.first());
        key.map(|key| key.name()).unwrap_or_default()
    }
}

const NONE: KeyModifiers = KeyModifiers::NONE;
const fn key(code: KeyCode) -> Chord {
    Chord(code, NONE)
}
const fn ch(c: char) -> Chord {
    Chord(KeyCode::Char(c), NONE)
}
const fn ctrl(c: char) -> Chord {
    Chord(KeyCode::Char(c), KeyModifiers::CONTROL)
}

const UP: Chord = key(KeyCode::Up);
const DOWN: Chord = key(KeyCode::Down);
const PAGE_UP: Chord = key(KeyCode::PageUp);
const PAGE_DOWN: Chord = key(KeyCode::PageDown);
const HOME: Chord = key(KeyCode::Home);
const END: Chord = key(KeyCode::End);
const LEFT: Chord = key(KeyCode::Left);
const RIGHT: Chord = key(KeyCode::Right);
const TAB: Chord = key(KeyCode::Tab);
const BACK_TAB: Chord = key(KeyCode::BackTab);
const ENTER: Chord = key(KeyCode::Enter);
const ESC: Chord = key(KeyCode::Esc);
const CTRL_UP: Chord = Chord(KeyCode::Up, KeyModifiers::CONTROL);
const CTRL_DOWN: Chord = Chord(KeyCode::Down, KeyModifiers::CONTROL);
const SPACE: Chord = ch(' ');
const F1: Chord = key(KeyCode::F(1));
const F2: Chord = key(KeyCode::F(2));
const F3: Chord = key(KeyCode::F(3));
const F4: Chord = key(KeyCode::F(4));
const F5: Chord = key(KeyCode::F(5));
const BACKSPACE: Chord = key(KeyCode::Backspace);
const DELETE: Chord = key(KeyCode::Delete);

macro_rules! bindings {
    ($($scope:ident [$($key:expr),*] $action:ident $shown:ident $($hand:ident)? $label:literal $help:literal;)+) => {
        &[$(Binding {
            scope: Scope::$scope,
            keys: Cow::Borrowed(&[$($key),*]),
            action: Action::$action,
            shown: Shown::$shown,
            hand: Hand::of(&[$(Hand::$hand)?]),
            label: $label,
            help: $help,
        }),+]
    };
}

/// Every binding, in the order in which help, footer and toolbar show them.
#[rustfmt::skip]
pub static BINDINGS: &[Binding] = bindings![
    ApiKeys [ch('n')]                New          Toolbar  "key.new"          "help.new";
    ApiKeys [ENTER]                  Properties   Toolbar  "key.properties"   "help.properties";
    ApiKeys [ch('d'), DELETE]        Delete       Toolbar  "key.delete"       "help.delete";
    ApiKeys [ch('s')]                NewSecret    Toolbar  "key.new_secret"   "help.new_secret";
    ApiKeys [ch('l')]                Lock         Toolbar  "key.lock"         "help.lock";
    ApiKeys [ch('u')]                Unlock       Toolbar  "key.unlock"       "help.unlock";
    ApiKeys [ch('x')]                EndOverlap   Footer   "key.end_overlap"  "help.end_overlap";
    ApiKeys [ch('r')]               Restore      Footer   "key.restore"      "help.restore";
    ApiKeys [ch('c')]                Duplicate    HelpOnly "key.duplicate"    "help.duplicate_key";
    ApiKeys [ch('v')]                Try          HelpOnly "key.try"          "help.try";
    ApiKeys [ch('R')]               SetRole      HelpOnly "key.set_role"     "help.set_role";
    ApiKeys [ch('E')]               SetExpiry    HelpOnly "key.set_expiry"   "help.set_expiry";
    Users  [ch('n')]                New          Toolbar  "key.new"          "help.new_user";
    Users  [ENTER]                  Properties   Toolbar  "key.properties"   "help.properties_user";
    Users  [ch('d'), DELETE]        Delete       Toolbar  "key.delete"       "help.delete_user";
    Users  [ch('l')]                Lock         Toolbar  "key.lock"         "help.lock_user";
    Users  [ch('u')]                Unlock       Toolbar  "key.unlock"       "help.unlock_user";
    Users  [ch('R')]                SetRole      HelpOnly "key.set_role"     "help.set_role_user";
    Roles  [ch('n')]                New          Toolbar  "key.new"          "help.new_role";
    Roles  [ENTER]                  Properties   Toolbar  "key.properties"   "help.properties_role";
    Roles  [ch('c')]                Duplicate    Toolbar  "key.duplicate"    "help.duplicate";
    Roles  [ch('d'), DELETE]        Delete       Toolbar  "key.delete"       "help.delete_role";
    Events [ENTER]                  Properties   Toolbar  "key.details"      "help.details";
    Events [ch('f')]                ByEvent      Toolbar  "key.by_event"     "help.by_event";
    Events [ch('l')]                ByLevel      Toolbar  "key.by_level"     "help.by_level";
    Events [ch('a')]                ByTarget     Toolbar  "key.by_target"    "help.by_target";
    Events [ch('p')]                ByPerson     Toolbar  "key.by_person"    "help.by_person";
    Events [ch('d')]                ByTime       Toolbar  "key.by_time"      "help.by_time";
    List   [SPACE]                  Mark         HelpOnly "key.mark"         "help.mark";
    List   [ch('*')]                MarkAll      HelpOnly "key.mark_all"     "help.mark_all";
    List   [ch('-')]                UnmarkAll    Footer   "key.unmark_all"   "help.unmark_all";
    List   [ch('/')]                Filter       Footer   "key.filter"       "help.filter";
    List   [ch('t')]                Tree         Footer   "key.tree"         "help.tree";
    List   [ch('T')]                TreePane     HelpOnly "key.tree_pane"    "help.tree_pane";
    List   [ch('P')]                Preview      HelpOnly "key.preview"      "help.preview";
    List   [ch('1')]                ToApiKeys    HelpOnly "tree.api_keys"     "help.to_api_keys";
    List   [ch('2')]                ToUsers      HelpOnly "tree.users"        "help.to_users";
    List   [ch('3')]                ToRoles      HelpOnly "tree.roles"        "help.to_roles";
    List   [ch('4')]                ToSystemEvents HelpOnly "tree.system_events" "help.to_system_events";
    List   [BACKSPACE]              Back         HelpOnly "key.back"         "help.back";
    List   [ch('m')]                MyAccount    HelpOnly "key.my_account"   "help.my_account";
    ApiKeys [ch('p')]               Policy       HelpOnly "key.policy"       "help.policy";
    Users  [ch('p')]                Policy       HelpOnly "key.policy"       "help.policy";
    Roles  [ch('p')]                Policy       HelpOnly "key.policy"       "help.policy";
    ApiKeys [ch('f')]                StateFilter  Footer   "key.state_filter" "help.state_filter";
    Users  [ch('f')]                StateFilter  HelpOnly "key.state_filter" "help.state_filter_users";
    List   [ch('e')]                Events       Footer   "key.events"       "help.events";
    List   [ch('X')]                Export       HelpOnly "key.export"       "help.export";
    List   [ch('Y')]                Copy         HelpOnly "key.copy_row"     "help.copy_row";
    List   [ch('o')]                SortNext     Footer   "key.sort"         "help.sort";
    List   [ch('O')]                SortReverse  Footer   "key.reverse"      "help.reverse";
    List   [ch('S')]                SortBy       HelpOnly "key.sort_by"      "help.sort_by";
    List   [ch('C')]                Columns      HelpOnly "key.columns"      "help.columns";
    List   [ESC]                    Cancel       Footer   "key.show_all"     "help.show_all";
    List   [ch('q')]                Quit         Footer   "key.quit"         "help.quit";
    List   [UP, ch('k')]            Up           HelpOnly "key.up"           "help.up";
    List   [DOWN, ch('j')]          Down         HelpOnly "key.down"         "help.down";
    List   [PAGE_UP, ctrl('b')]     PageUp       HelpOnly "key.page_up"      "help.page_up";
    List   [PAGE_DOWN, ctrl('f')]   PageDown     HelpOnly "key.page_down"    "help.page_down";
    List   [ctrl('u')]              HalfUp       HelpOnly "key.half_up"      "help.half_up";
    List   [ctrl('d')]              HalfDown     HelpOnly "key.half_down"    "help.half_down";
    List   [HOME, ch('g')]          First        HelpOnly "key.first"        "help.first";
    List   [END, ch('G')]           Last         HelpOnly "key.last"         "help.last";
    Tree   [ENTER]                  Accept       Footer   "key.choose"       "help.choose_screen";
    Tree   [ESC, ch('t'), ch('q')]  Cancel       Footer   "key.close"        "help.close_tree";
    Tree   [UP, ch('k')]            Up           HelpOnly "key.up"           "help.up";
    Tree   [DOWN, ch('j')]          Down         HelpOnly "key.down"         "help.down";
    Tree   [PAGE_UP, ctrl('b')]     PageUp       HelpOnly "key.page_up"      "help.page_up";
    Tree   [PAGE_DOWN, ctrl('f')]   PageDown     HelpOnly "key.page_down"    "help.page_down";
    Tree   [ctrl('u')]              HalfUp       HelpOnly "key.half_up"      "help.half_up";
    Tree   [ctrl('d')]              HalfDown     HelpOnly "key.half_down"    "help.half_down";
    Tree   [HOME, ch('g')]          First        HelpOnly "key.first"        "help.first";
    Tree   [END, ch('G')]           Last         HelpOnly "key.last"         "help.last";
    Filter [ENTER]                  Accept       Footer   "key.keep"         "help.keep";
    Filter [ESC]                    Cancel       Footer   "key.clear"        "help.clear";
    Filter [TAB]                    Next         Footer   "key.complete"     "help.complete";
    Filter [BACK_TAB]               Previous     HelpOnly "key.next_field"   "help.next_candidate";
    Filter [UP]                     Up           HelpOnly "key.up"           "help.up";
    Filter [DOWN]                   Down         HelpOnly "key.down"         "help.down";
    Filter [PAGE_UP]                PageUp       HelpOnly "key.page_up"      "help.page_up";
    Filter [PAGE_DOWN]              PageDown     HelpOnly "key.page_down"    "help.page_down";
    Form   [F2, ctrl('s')]          Accept       Footer   "key.ok"           "help.ok";
    Form   [ESC]                    Cancel       Footer   "key.cancel"       "help.cancel_form";
    Form   [TAB, DOWN]              Next         Footer   "key.next_field"   "help.next_field";
    Form   [BACK_TAB, UP]           Previous     HelpOnly "key.previous"     "help.previous_field";
    Form   [ENTER]                  Press        HelpOnly "key.enter"        "help.enter_form";
    Form   [SPACE]                  Tick         HelpOnly "key.open"         "help.open";
    Form   [LEFT]                   Left         HelpOnly "key.previous"     "help.previous_button";
    Form   [RIGHT]                  Right        HelpOnly "key.next_field"   "help.next_button";
    Form   [PAGE_UP]                PageUp       HelpOnly "key.page_up"      "help.scroll_up";
    Form   [PAGE_DOWN]              PageDown     Footer   "key.scroll"       "help.scroll_down";
    Date   [F2, ctrl('s')]          Accept       Footer   "key.ok"           "help.ok";
    Date   [ESC]                    Cancel       Footer   "key.cancel"       "help.cancel_form";
    Date   [SPACE]                  Tick         Footer   "key.calendar"     "help.calendar";
    Date   [TAB]                    Next         Footer   "key.next_field"   "help.next_field";
    Date   [BACK_TAB]               Previous     HelpOnly "key.previous"     "help.previous_field";
    Date   [ENTER]                  Press        HelpOnly "key.next_field"   "help.next_field";
    Date   [UP]                     Up           HelpOnly "key.up"           "help.day_earlier";
    Date   [DOWN]                   Down         HelpOnly "key.down"         "help.day_later";
    Date   [PAGE_UP]                PageUp       HelpOnly "key.page_up"      "help.month_earlier";
    Date   [PAGE_DOWN]              PageDown     HelpOnly "key.page_down"    "help.month_later";
    Merge  [F2, ctrl('s')]          Accept       Footer   Anew   "key.ok"           "help.ok_merge";
    Merge  [ESC]                    Cancel       Footer   "key.back"         "help.cancel_merge";
    Merge  [LEFT]                   Left         Footer   "key.theirs"       "help.theirs";
    Merge  [RIGHT]                  Right        Footer   "key.mine"         "help.mine";
    Merge  [SPACE]                  Tick         HelpOnly "key.choose"       "help.choose_value";
    Merge  [TAB, DOWN]              Next         Footer   "key.next_field"   "help.next_value";
    Merge  [BACK_TAB, UP]           Previous     HelpOnly "key.previous"     "help.previous_value";
    Merge  [ENTER]                  Press        HelpOnly ByHand "key.enter"        "help.enter_merge";
    Merge  [PAGE_UP]                PageUp       HelpOnly "key.page_up"      "help.scroll_up";
    Merge  [PAGE_DOWN]              PageDown     Footer   "key.scroll"       "help.scroll_down";
    Calendar [ENTER]                Accept       Footer   "key.choose"       "help.choose_day";
    Calendar [ESC]                  Cancel       Footer   "key.cancel"       "help.cancel_choice";
    Calendar [UP]                   Up           HelpOnly "key.up"           "help.week_earlier";
    Calendar [DOWN]                 Down         HelpOnly "key.down"         "help.week_later";
    Calendar [LEFT]                 Left         HelpOnly "key.previous"     "help.day_earlier";
    Calendar [RIGHT]                Right        HelpOnly "key.next_field"   "help.day_later";
    Calendar [PAGE_UP]              PageUp       HelpOnly "key.page_up"      "help.month_earlier";
    Calendar [PAGE_DOWN]            PageDown     Footer   "key.next_month"   "help.month_later";
    Calendar [HOME]                 First        HelpOnly "key.first"        "help.first_of_month";
    Calendar [END]                  Last         HelpOnly "key.last"         "help.last_of_month";
    Calendar [ch('3')]              In30Days     HelpOnly "key.in_30_days"   "help.in_30_days";
    Calendar [ch('9')]              In90Days     HelpOnly "key.in_90_days"   "help.in_90_days";
    Calendar [ch('1')]              InAYear      HelpOnly "key.in_a_year"    "help.in_a_year";
    Role   [F2, ctrl('s')]          Accept       Footer   "key.ok"           "help.ok";
    Role   [ESC]                    Cancel       Footer   "key.cancel"       "help.cancel_form";
    Role   [F4]                     NextTab      Footer   "key.next_tab"     "help.next_tab";
    Role   [F3]                     PreviousTab  HelpOnly "key.previous"     "help.previous_tab";
    Role   [SPACE]                  Tick         Footer   "key.tick"         "help.tick";
    Role   [ch('/')]                Filter       Footer   "key.find"         "help.find";
    Role   [ch('t')]                TickedOnly   Footer   "key.ticked_only"  "help.ticked_only";
    Role   [ENTER]                  Press        HelpOnly "key.enter"        "help.enter_role";
    Role   [TAB]                    Next         Footer   "key.next_field"   "help.next_part";
    Role   [BACK_TAB]               Previous     HelpOnly "key.previous"     "help.previous_part";
    Role   [UP]                     Up           HelpOnly "key.up"           "help.up";
    Role   [DOWN]                   Down         HelpOnly "key.down"         "help.down";
    Role   [LEFT]                   Left         HelpOnly "key.previous"     "help.left";
    Role   [RIGHT]                  Right        HelpOnly "key.next_field"   "help.right";
    Role   [PAGE_UP, ctrl('b')]     PageUp       HelpOnly "key.page_up"      "help.page_up";
    Role   [PAGE_DOWN, ctrl('f')]   PageDown     HelpOnly "key.page_down"    "help.page_down";
    Role   [ctrl('u')]              HalfUp       HelpOnly "key.half_up"      "help.half_up";
    Role   [ctrl('d')]              HalfDown     HelpOnly "key.half_down"    "help.half_down";
    Role   [HOME]                   First        HelpOnly "key.first"        "help.first";
    Role   [END]                    Last         HelpOnly "key.last"         "help.last";
    Find   [ENTER]                  Accept       Footer   "key.keep"         "help.keep_found";
    Find   [ESC]                    Cancel       Footer   "key.clear"        "help.clear_found";
    Find   [F4]                     NextTab      Footer   "key.next_tab"     "help.next_found";
    Find   [F3]                     PreviousTab  HelpOnly "key.previous"     "help.previous_found";
    Find   [UP]                     Up           HelpOnly "key.up"           "help.up";
    Find   [DOWN]                   Down         HelpOnly "key.down"         "help.down";
    Find   [PAGE_UP]                PageUp       HelpOnly "key.page_up"      "help.page_up";
    Find   [PAGE_DOWN]              PageDown     HelpOnly "key.page_down"    "help.page_down";
    Choice [ENTER]                  Accept       Footer   "key.choose"       "help.choose";
    Choice [ESC]                    Cancel       Footer   "key.cancel"       "help.cancel_choice";
    Choice [UP]                     Up           HelpOnly "key.up"           "help.up";
    Choice [DOWN]                   Down         HelpOnly "key.down"         "help.down";
    Choice [PAGE_UP, ctrl('b')]     PageUp       HelpOnly "key.page_up"      "help.page_up";
    Choice [PAGE_DOWN, ctrl('f')]   PageDown     HelpOnly "key.page_down"    "help.page_down";
    Choice [ctrl('u')]              HalfUp       HelpOnly "key.half_up"      "help.half_up";
    Choice [ctrl('d')]              HalfDown     HelpOnly "key.half_down"    "help.half_down";
    Choice [HOME]                   First        HelpOnly "key.first"        "help.first";
    Choice [END]                    Last         HelpOnly "key.last"         "help.last";
    Sorting [ENTER]                 Accept       Footer   "key.choose"       "help.choose_order";
    Sorting [ESC]                   Cancel       Footer   "key.cancel"       "help.cancel_choice";
    Sorting [UP]                    Up           HelpOnly "key.up"           "help.up";
    Sorting [DOWN]                  Down         HelpOnly "key.down"         "help.down";
    Sorting [PAGE_UP, ctrl('b')]    PageUp       HelpOnly "key.page_up"      "help.page_up";
    Sorting [PAGE_DOWN, ctrl('f')]  PageDown     HelpOnly "key.page_down"    "help.page_down";
    Sorting [ctrl('u')]             HalfUp       HelpOnly "key.half_up"      "help.half_up";
    Sorting [ctrl('d')]             HalfDown     HelpOnly "key.half_down"    "help.half_down";
    Sorting [HOME]                  First        HelpOnly "key.first"        "help.first";
    Sorting [END]                   Last         HelpOnly "key.last"         "help.last";
    Columns [ENTER]                 Accept       Footer   "key.ok"           "help.accept_columns";
    Columns [ESC]                   Cancel       Footer   "key.cancel"       "help.cancel_columns";
    Columns [SPACE]                 Tick         Footer   "key.show_column"  "help.show_column";
    Columns [ch('<'), CTRL_UP]      ToTheLeft    Footer   "key.to_the_left"  "help.column_to_the_left";
    Columns [ch('>'), CTRL_DOWN]    ToTheRight   Footer   "key.to_the_right" "help.column_to_the_right";
    Columns [ch('+'), RIGHT]        Wider        Footer   "key.wider"        "help.wider";
    Columns [ch('-'), LEFT]         Narrower     Footer   "key.narrower"     "help.narrower";
    Columns [ch('r')]               AsUsual      Footer   "key.as_usual"     "help.as_usual";
    Columns [UP, ch('k')]           Up           HelpOnly "key.up"           "help.up";
    Columns [DOWN, ch('j')]         Down         HelpOnly "key.down"         "help.down";
    Columns [PAGE_UP]               PageUp       HelpOnly "key.page_up"      "help.page_up";
    Columns [PAGE_DOWN]             PageDown     HelpOnly "key.page_down"    "help.page_down";
    Columns [HOME, ch('g')]         First        HelpOnly "key.first"        "help.first";
    Columns [END, ch('G')]          Last         HelpOnly "key.last"         "help.last";
    Bulk   [ESC]                    Cancel       Footer   "key.stop_bulk"    "help.stop_bulk";
    Bulk   [ENTER]                  Press        HelpOnly "key.close"        "help.close_bulk";
    Bulk   [UP]                     Up           HelpOnly "key.up"           "help.scroll_up";
    Bulk   [DOWN]                   Down         HelpOnly "key.down"         "help.scroll_down";
    Bulk   [PAGE_UP, ctrl('b')]     PageUp       HelpOnly "key.page_up"      "help.scroll_up";
    Bulk   [PAGE_DOWN, ctrl('f')]   PageDown     HelpOnly "key.page_down"    "help.scroll_down";
    Bulk   [ctrl('u')]              HalfUp       HelpOnly "key.half_up"      "help.half_up";
    Bulk   [ctrl('d')]              HalfDown     HelpOnly "key.half_down"    "help.half_down";
    Bulk   [HOME]                   First        HelpOnly "key.first"        "help.first";
    Bulk   [END]                    Last         HelpOnly "key.last"         "help.last";
    Confirmation [ch('y')]          Yes          Footer   ByHand "key.yes"          "help.yes";
    Confirmation [ESC, ch('n')]     Cancel       Footer   "key.no"           "help.no";
    Confirmation [ch('s')]          Show         Footer   "key.show"         "help.show";
    Confirmation [ENTER]            Press        HelpOnly ByHand "key.press"        "help.press";
    Confirmation [TAB]              Next         HelpOnly "key.next_button"  "help.next_in_question";
    Confirmation [BACK_TAB]         Previous     HelpOnly "key.previous"     "help.previous_in_question";
    Confirmation [DOWN]             Down         HelpOnly "key.down"         "help.down_in_question";
    Confirmation [UP]               Up           HelpOnly "key.up"           "help.up_in_question";
    Confirmation [LEFT]             Left         HelpOnly "key.previous"     "help.previous_button";
    Confirmation [RIGHT]            Right        HelpOnly "key.next_button"  "help.next_button";
    Confirmation [PAGE_UP, ctrl('b')] PageUp       HelpOnly "key.page_up"      "help.scroll_up";
    Confirmation [PAGE_DOWN, ctrl('f')] PageDown     Footer   "key.scroll"       "help.scroll_down";
    Confirmation [ctrl('u')]        HalfUp       HelpOnly "key.half_up"      "help.half_up";
    Confirmation [ctrl('d')]        HalfDown     HelpOnly "key.half_down"    "help.half_down";
    Secret [ch('a')]                Stored       Footer   ByHand "key.stored"       "help.stored";
    Secret [ch('x')]                Discard      Footer   ByHand "key.discard"      "help.discard";
    Secret [ENTER]                  Press        Footer   ByHand "key.press"        "help.press";
    Secret [ch('c')]                Copy         Footer   ByHand "key.copy"         "help.copy";
    Secret [ch('p')]                Check        Footer   ByHand "key.check"        "help.check";
    Secret [ch('h')]                CopyHeader   Footer   ByHand "key.copy_header"  "help.copy_header";
    Secret [ch('w')]                SaveToFile   Footer   ByHand "key.save"         "help.save";
    Secret [ch('v')]                HideOrShow   Footer   ByHand "key.hide"         "help.hide";
    Secret [TAB, RIGHT, DOWN]       Next         HelpOnly "key.next_button"  "help.next_button";
    Secret [BACK_TAB, LEFT, UP]     Previous     HelpOnly "key.previous"     "help.previous_button";
    Secret [ESC, ch('q')]           Cancel       HelpOnly "key.cancel"       "help.secret_esc";
    Entry  [ENTER]                  Accept       Footer   Anew   "key.ok"           "help.enter_entry";
    Entry  [ESC]                    Cancel       Footer   "key.cancel"       "help.cancel_entry";
    Check  [ENTER]                  Accept       Footer   "button.check"     "help.enter_entry";
    Check  [ESC]                    Cancel       Footer   "key.cancel"       "help.cancel_entry";
    Try    [ENTER]                  Accept       Footer   "key.try_it"       "help.try_it";
    Try    [ESC]                    Cancel       Footer   "key.close"        "help.cancel_entry";
    Try    [UP]                     Up           HelpOnly "key.up"           "help.scroll_up";
    Try    [DOWN]                   Down         HelpOnly "key.down"         "help.scroll_down";
    Try    [PAGE_UP]                PageUp       HelpOnly "key.page_up"      "help.scroll_up";
    Try    [PAGE_DOWN]              PageDown     HelpOnly "key.page_down"    "help.scroll_down";
    Export [ESC, ENTER]             Cancel       Footer   "key.stop_export"  "help.stop_export";
    Details [ESC, ch('q'), ENTER, ch('P')] Cancel       Footer   "key.close"        "help.close_details";
    Details [UP, ch('k')]           Up           HelpOnly "key.up"           "help.scroll_up";
    Details [DOWN, ch('j')]         Down         Footer   "key.scroll"       "help.scroll_down";
    Details [PAGE_UP, ctrl('b')]    PageUp       HelpOnly "key.page_up"      "help.scroll_up";
    Details [PAGE_DOWN, SPACE, ctrl('f')] PageDown     HelpOnly "key.page_down"    "help.scroll_down";
    Details [ctrl('u')]             HalfUp       HelpOnly "key.half_up"      "help.half_up";
    Details [ctrl('d')]             HalfDown     HelpOnly "key.half_down"    "help.half_down";
    Details [HOME, ch('g')]         First        HelpOnly "key.first"        "help.first";
    Details [END, ch('G')]          Last         HelpOnly "key.last"         "help.last";
    Ended  [ENTER, ESC, ch('q')]    Quit         Footer   "key.quit"         "help.quit";
    Help   [ESC, F1, ch('q')]                Cancel       Footer   "key.close"        "help.close";
    Help   [ch('/')]                Filter       Footer   "key.find"         "help.find_key";
    Help   [ENTER]                  Accept       Footer   "key.keep"         "help.keep_keys";
    Help   [F5]                     States       Footer   "key.states"       "help.states";
    Help   [UP, ch('k')]                     Up           HelpOnly "key.up"           "help.scroll_up";
    Help   [DOWN, ch('j')]                   Down         HelpOnly "key.down"         "help.scroll_down";
    Help   [PAGE_UP, ctrl('b')]     PageUp       HelpOnly "key.page_up"      "help.scroll_up";
    Help   [PAGE_DOWN, ctrl('f'), SPACE]   PageDown     HelpOnly "key.page_down"    "help.scroll_down";
    Help   [ctrl('u')]              HalfUp       HelpOnly "key.half_up"      "help.half_up";
    Help   [ctrl('d')]              HalfDown     HelpOnly "key.half_down"    "help.half_down";
    Help   [HOME, ch('g')]                   First        HelpOnly "key.first"        "help.first";
    Help   [END, ch('G')]                    Last         HelpOnly "key.last"         "help.last";
    Tour   [SPACE]                  NextStep     Footer   "tour.next"        "help.next_step";
    Tour   [BACKSPACE]              StepBack     Footer   "tour.back"        "help.step_back";
    Tour   [ESC]                    EndTour      Footer   "tour.end"         "help.end_tour";
    Tour   [ctrl('t')]              Resume       Footer   "tour.resume"      "help.resume";
    Anywhere [ch('?'), F1]          Help         Footer   "key.help"         "help.help";
    Anywhere [ch(':')]             Palette      HelpOnly ByHand "key.palette"      "help.palette";
    Anywhere [ctrl('l')]            Redraw       HelpOnly "key.redraw"       "help.redraw";
    Anywhere [ctrl('c')]            Leave        HelpOnly "key.leave"        "help.leave";
    Anywhere [ctrl('z')]            Stop         HelpOnly "key.stop"         "help.stop";
];

/// Where every character is text, where no key has a meaning of its own, and where a secret is shown, which the palette
/// would lie over.
const NO_PALETTE: [Scope; 9] = [
    Scope::Filter,
    Scope::Choice,
    Scope::Entry,
    Scope::Check,
    Scope::Try,
    Scope::Secret,
    Scope::Countdown,
    Scope::Ended,
    Scope::Help,
];

/// The table as it is in force.
#[derive(Clone, Debug)]
pub struct Keymap(Vec<Binding>);

impl Default for Keymap {
    fn default() -> Keymap {
        Keymap(BINDINGS.to_vec())
    }
}

impl Keymap {
    /// The bindings of a scope, followed by those of the wider ones that it is part of.
    pub fn of(&self, scope: Scope) -> impl Iterator<Item = &Binding> {
        let list = match scope {
            Scope::ApiKeys | Scope::Users | Scope::Roles | Scope::Events => Some(Scope::List),
            _ => None,
        };
        let anywhere = (scope != Scope::Anywhere).then_some(Scope::Anywhere);
        let scopes = [Some(scope), list, anywhere];
        let has = move |b: &&Binding| match b.action {
            // Help is not opened over itself: its own keys close it.
            Action::Help => scope != Scope::Help,
            Action::Palette => !NO_PALETTE.contains(&scope),
            _ => true,
        };
        let bindings = |scope| self.0.iter().filter(move |b| b.scope == scope);
        scopes.into_iter().flatten().flat_map(bindings).filter(has)
    }

    /// What a key means in a scope. Shift is part of the character that it makes.
    #[must_use]
    pub fn action(&self, scope: Scope, event: &KeyEvent) -> Option<Action> {
        let chord = Chord::of(event);
        self.of(scope)
            .find(|binding| binding.keys.contains(&chord))
            .map(|binding| binding.action)
    }

    /// The keys of the action of this name; nothing where there is none, or its keys cannot be changed.
    #[must_use]
    pub fn keys_of(&self, name: &str) -> Option<&[Chord]> {
        let is = |binding: &&Binding| binding.name().is_some_and(|own| own == name);
        self.0.iter().find(is).map(|binding| binding.keys.as_ref())
    }

    /// The binding of an action in a scope.
    #[must_use]
    pub fn binding(&self, scope: Scope, action: Action) -> Option<&Binding> {
        self.of(scope).find(|binding| binding.action == action)
    }

    /// The name of the first key for an action in a scope, for sentences; empty where it has none.
    #[must_use]
    pub fn key(&self, scope: Scope, action: Action) -> String {
        self.binding(scope, action)
            .and_then(|binding| binding.keys.first())
            .map(|key| key.name())
            .unwrap_or_default()
    }
}

/// A key that edits text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextKey {
    Char(char),
    Enter,
    Backspace,
    Delete,
    Left,
    Right,
    Up,
    Down,
    Home,
    End,
    WordLeft,
    WordRight,
    DeleteWord,
    DeleteToStart,
    DeleteToEnd,
}

impl TextKey {
    /// Whether the key edits a few words at their end; the others are of use beside a list.
    #[must_use]
    pub fn edits_end(self) -> bool {
        matches!(
            self,
            TextKey::Char(_) | TextKey::Backspace | TextKey::DeleteWord | TextKey::DeleteToStart
        )
    }
}

/// What a key means to a text field. Ctrl-H is Backspace and Ctrl-J Enter: some terminals send them for those keys, or
/// for the line ends of what is pasted. A character that could not be read is none.
#[must_use]
pub fn text_key(event: &KeyEvent) -> Option<TextKey> {
    let modifiers = event.modifiers - KeyModifiers::SHIFT;
    let ctrl = modifiers == KeyModifiers::CONTROL;
    Some(match event.code {
        KeyCode::Char(char::REPLACEMENT_CHARACTER) => return None,
        KeyCode::Char(c) if modifiers == NONE => TextKey::Char(c),
        KeyCode::Char('h') if ctrl => TextKey::Backspace,
        KeyCode::Char('j') if ctrl => TextKey::Enter,
        KeyCode::Char('a') if ctrl => TextKey::Home,
        KeyCode::Char('e') if ctrl => TextKey::End,
        KeyCode::Char('w') if ctrl => TextKey::DeleteWord,
        KeyCode::Char('u') if ctrl => TextKey::DeleteToStart,
        KeyCode::Char('k') if ctrl => TextKey::DeleteToEnd,
        KeyCode::Left if ctrl => TextKey::WordLeft,
        KeyCode::Right if ctrl => TextKey::WordRight,
        _ if modifiers != NONE => return None,
        KeyCode::Enter => TextKey::Enter,
        KeyCode::Backspace => TextKey::Backspace,
        KeyCode::Delete => TextKey::Delete,
        KeyCode::Left => TextKey::Left,
        KeyCode::Right => TextKey::Right,
        KeyCode::Up => TextKey::Up,
        KeyCode::Down => TextKey::Down,
        KeyCode::Home => TextKey::Home,
        KeyCode::End => TextKey::End,
        _ => return None,
    })
}

impl Chord {
    /// Whether a field of one line takes the key for its text: it means nothing else there.
    #[must_use]
    pub fn types(self) -> bool {
        let key = text_key(&KeyEvent::new(self.0, self.1));
        !matches!(
            key,
            None | Some(TextKey::Enter | TextKey::Up | TextKey::Down)
        )
    }
}

/// Every scope, in the order in which `docs/keys.md` has them, with the name of its heading.
const SCOPES: &[(Scope, &str)] = &[
    (Scope::ApiKeys, "key_table.api_keys"),
    (Scope::Users, "key_table.users"),
    (Scope::Roles, "key_table.roles"),
    (Scope::Events, "key_table.events"),
    (Scope::Details, "key_table.details"),
    (Scope::List, "key_table.list"),
    (Scope::Tree, "key_table.tree"),
    (Scope::Filter, "key_table.filter"),
    (Scope::Form, "key_table.form"),
    (Scope::Date, "key_table.date"),
    (Scope::Calendar, "key_table.calendar"),
    (Scope::Merge, "key_table.merge"),
    (Scope::Role, "key_table.role"),
    (Scope::Find, "key_table.find"),
    (Scope::Secret, "key_table.secret"),
    (Scope::Confirmation, "key_table.confirmation"),
    (Scope::Bulk, "key_table.bulk"),
    (Scope::Choice, "key_table.choice"),
    (Scope::Sorting, "key_table.sorting"),
    (Scope::Columns, "key_table.columns"),
    (Scope::Entry, "key_table.entry"),
    (Scope::Check, "key_table.check"),
    (Scope::Try, "key_table.try"),
    (Scope::Export, "key_table.export"),
    (Scope::Ended, "key_table.ended"),
    (Scope::Help, "key_table.help"),
    (Scope::Tour, "key_table.tour"),
    (Scope::Anywhere, "key_table.anywhere"),
];

/// An action whose keys can be changed.
pub struct NamedAction {
    pub name: String,
    pub keys: Cow<'static, [Chord]>,
    /// The names of the sentences that tell what it does, on one screen or another.
    pub help: Vec<&'static str>,
}

/// Every action whose keys can be changed, in the order of the table.
#[must_use]
pub fn actions() -> Vec<NamedAction> {
    let mut all: Vec<NamedAction> = Vec::new();
    for binding in BINDINGS {
        let Some(name) = binding.name() else {
            continue;
        };
        match all.iter_mut().find(|named| named.name == name) {
            Some(named) if named.help.contains(&binding.help) => {}
            Some(named) => named.help.push(binding.help),
            None => all.push(NamedAction {
                name,
                keys: binding.keys.clone(),
                help: vec![binding.help],
            }),
        }
    }
    all
}

/// The whole table: the name of the sentence that names each part of it, and its lines.
pub fn by_scope() -> impl Iterator<Item = (&'static str, impl Iterator<Item = &'static Binding>)> {
    SCOPES.iter().map(|&(scope, name)| {
        let own = BINDINGS
            .iter()
            .filter(move |binding| binding.scope == scope);
        (name, own)
    })
}

/// The whole table in Markdown, as `docs/keys.md` has it.
#[must_use]
pub fn markdown(text: Text) -> String {
    let heads = ["key_table.keys", "key_table.action", "key_table.does"].map(|name| text.say(name));
    let tables = by_scope().map(|(name, own)| {
        let lines: Vec<String> = own
            .map(|binding| {
                let name = binding.name().map(|name| format!("`{name}`"));
                let name = name.unwrap_or_default();
                let help = text.say(binding.help);
                format!("| {} | {name} | {help} |", binding.keys_named())
            })
            .collect();
        let head = format!("| {} |\n| --- | --- | --- |", heads.join(" | "));
        format!("### {}\n\n{head}\n{}\n", text.say(name), lines.join("\n"))
    });
    tables.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_key_means_two_things_in_one_scope() {
        let keys = Keymap::default();
        for &(scope, _) in SCOPES {
            let mut seen = HashSet::new();
            for binding in keys.of(scope) {
                for chord in binding.keys.iter() {
                    assert!(seen.insert(chord.name()), "{scope:?} {}", chord.name());
                }
            }
        }
    }

    /// Of each pair one undoes the other, or loses what the other is for.
    const OPPOSITES: [(Action, Action); 12] = [
        (Action::Lock, Action::Unlock),
        (Action::Delete, Action::Restore),
        (Action::New, Action::Delete),
        (Action::Duplicate, Action::Delete),
        (Action::New, Action::Discard),
        (Action::NewSecret, Action::Discard),
        (Action::NewSecret, Action::EndOverlap),
        (Action::Stored, Action::Discard),
        (Action::Copy, Action::Discard),
        (Action::Yes, Action::Cancel),
        (Action::Mark, Action::UnmarkAll),
        (Action::MarkAll, Action::UnmarkAll),
    ];

    fn keys_of(action: Action) -> Vec<Chord> {
        let bindings = BINDINGS.iter().filter(|binding| binding.action == action);
        bindings.flat_map(|b| b.keys.iter().copied()).collect()
    }

    #[test]
    fn no_key_does_anywhere_the_opposite_of_what_it_does_elsewhere() {
        for (one, other) in OPPOSITES {
            let (keys, others) = (keys_of(one), keys_of(other));
            assert!(!keys.is_empty() && !others.is_empty());
            let shared = keys.iter().find(|key| others.contains(key));
            assert_eq!(shared, None, "{one:?} and {other:?}");
        }
    }

    #[test]
    fn with_caps_lock_no_key_changes_what_is_selected() {
        use Action::{Delete, EndOverlap, Lock, NewSecret, Restore, Unlock};
        let changes = [Delete, EndOverlap, Lock, NewSecret, Restore, Unlock];
        for chord in changes.into_iter().flat_map(keys_of) {
            assert!(
                !matches!(chord.0, KeyCode::Char(c) if c.is_uppercase()),
                "{chord:?}"
            );
        }
    }

    #[test]
    fn control_h_is_backspace_and_shift_belongs_to_the_character() {
        let ctrl_h = KeyEvent::new(KeyCode::Char('h'), KeyModifiers::CONTROL);
        assert_eq!(text_key(&ctrl_h), Some(TextKey::Backspace));
        let upper = KeyEvent::new(KeyCode::Char('O'), KeyModifiers::SHIFT);
        let keys = Keymap::default();
        assert_eq!(
            keys.action(Scope::ApiKeys, &upper),
            Some(Action::SortReverse)
        );
    }
}
