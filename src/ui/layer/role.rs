//! Role Properties: the tabs of one dialog for a new role, a copy and an existing one.

mod assigned;
mod begin;
mod boxes;
mod click;
mod focus;
mod general;
mod problems;
mod tabs;
mod view;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::id::RoleId;
use crate::domain::intent::{Intent, Prospect};
use crate::domain::rights::{Rights, Tab};
use crate::domain::role::{Assigned, NEW_ROLE, RoleDraft, RoleFields, RoleFor};
use crate::domain::trouble::Trouble;
use crate::ui::field::{Edit, Typed};
use crate::ui::form::Form;
use crate::ui::hits::{Hits, Mouse};
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::confirm::Confirm;
use crate::ui::layer::hint::{self, About};
use crate::ui::layer::properties::Properties;
use crate::ui::layer::role::assigned::AssignedTo;
use crate::ui::layer::role::boxes::{Boxes, Giver};
use crate::ui::layer::role::focus::Focus;
use crate::ui::layer::role::tabs::Page;
use crate::ui::layer::{Asks, Can, Cannot, Ctx, Hint, Layer, Status, Then};
use crate::ui::request::{Done, Outcome, Read, Ticket, Write};

/// The dialog.
pub struct RoleDialog {
    task: Task,
    /// What an existing role had when it was read.
    before: Option<RoleFields>,
    /// What the dialog began with.
    initial: RoleFields,
    /// The rights as they are ticked now. Texts and access types are the form's.
    draft: RoleDraft,
    /// The rights that may be ticked.
    grantable: Rights,
    /// Why nothing can be changed.
    read_only: Option<String>,
    /// Why what the role allows cannot be changed.
    locked: Option<String>,
    title: String,
    /// The key that shows the next tab.
    next_tab: String,
    page: Page,
    focus: Focus,
    general: Form,
    /// One list for each tab of rights, once the role is there.
    boxes: Vec<Boxes>,
    /// What is wrong with the rights, and on which tab.
    problems: Vec<(Tab, String)>,
    assigned: AssignedTo,
    /// What it begins with, what saving would bring about, or whether it was saved.
    awaited: Option<Ticket>,
    /// Who has the role is being read again.
    rereading: Option<Ticket>,
    /// Why that could not be read.
    unread: Option<String>,
    /// Takes the ID of the role that was saved.
    then: Then<i64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Task {
    New,
    /// From the list of roles of what it is for.
    NewFor(RoleFor),
    Edit(RoleId),
    Copy(RoleId),
}

impl RoleDialog {
    /// For a new role.
    #[must_use]
    pub fn of_new_role(then: Then<i64>) -> RoleDialog {
        RoleDialog::opened(Task::New, then)
    }

    /// For a new role of a key or user: without a name so far, and with the access that one needs.
    #[must_use]
    pub fn of_new_role_for(what: RoleFor, then: Then<i64>) -> RoleDialog {
        let mut dialog = RoleDialog::opened(Task::NewFor(what), then);
        dialog.draft = RoleDraft::from(RoleFields {
            name: String::new(),
            user_interface: what == RoleFor::User,
            web_service: what == RoleFor::Key,
            ..RoleFields::default()
        });
        dialog
    }

    /// For an existing role.
    #[must_use]
    pub fn of_role(id: RoleId, then: Then<i64>) -> RoleDialog {
        RoleDialog::opened(Task::Edit(id), then)
    }

    /// For a new role that begins as a copy of another.
    #[must_use]
    pub fn of_copy(id: RoleId, then: Then<i64>) -> RoleDialog {
        RoleDialog::opened(Task::Copy(id), then)
    }

    fn opened(task: Task, then: Then<i64>) -> RoleDialog {
        RoleDialog {
            task,
            before: None,
            initial: RoleFields::default(),
            draft: RoleDraft::default(),
            grantable: Rights::default(),
            read_only: None,
            locked: None,
            title: String::new(),
            next_tab: String::new(),
            page: Page::General,
            focus: Focus::Page,
            general: Form::default(),
            boxes: Vec::new(),
            problems: Vec::new(),
            assigned: AssignedTo::default(),
            awaited: None,
            rereading: None,
            unread: None,
            then,
        }
    }

    /// The role that is edited.
    fn existing(&self) -> Option<RoleId> {
        match self.task {
            Task::Edit(id) => Some(id),
            Task::New | Task::NewFor(_) | Task::Copy(_) => None,
        }
    }

    /// Nothing of the role is there yet.
    fn is_beginning(&self) -> bool {
        self.boxes.is_empty()
    }

    fn is_read_only(&self) -> bool {
        self.read_only.is_some()
    }

    /// The boxes of the tab that is shown, if it has any.
    fn boxes(&self) -> Option<&Boxes> {
        self.boxes
            .iter()
            .find(|boxes| self.page == Page::Rights(boxes.tab))
    }

    /// The boxes of the tab that is shown, to change them.
    fn boxes_mut(&mut self) -> Option<&mut Boxes> {
        self.boxes
            .iter_mut()
            .find(|boxes| self.page == Page::Rights(boxes.tab))
    }

    /// The boxes in whose find line is typed.
    fn searched_boxes(&mut self) -> Option<&mut Boxes> {
        self.boxes_mut().filter(|boxes| boxes.finding)
    }

    fn is_searching(&self) -> bool {
        self.boxes().is_some_and(|boxes| boxes.finding)
    }

    fn is_on_radio(&self) -> bool {
        self.boxes().is_some_and(Boxes::is_on_radio)
    }

    fn save(&mut self, ctx: &Ctx, asks: &mut Asks) {
        let draft = self.drafted();
        if let Err(problems) = draft.check() {
            self.show_problems(&problems, ctx, asks);
            return;
        }
        let changes = !self.changes(ctx).is_empty();
        self.awaited = Some(match self.write(draft) {
            Write::Change(intent) if changes => asks.request(Read::Foresee(intent)),
            write => asks.request(write),
        });
    }

    /// What saving would change of an existing role, in lines.
    fn changes(&self, ctx: &Ctx) -> Vec<String> {
        let after = self.drafted().check();
        let changes = |before| Some(ctx.text.role_changes(before, &after.ok()?));
        let changes = self.before.as_ref().and_then(changes);
        changes.unwrap_or_default()
    }

    /// Asks whether to save what changes, and what follows from it.
    fn confirm(&self, prospect: &Prospect, ctx: &Ctx, asks: &mut Asks) {
        let text = ctx.text;
        let mut body = self.changes(ctx).join("\n");
        if let Prospect::Affects(affected) = prospect {
            body = text.affected(affected) + "\n\n" + &body;
        }
        let yes = Then::new(|dialog: &mut RoleDialog, (), _, asks| dialog.send(asks));
        let title = text.say("role_change.title");
        asks.push(Confirm::new(title, body, text.say("affected.verb"), yes));
    }

    fn send(&mut self, asks: &mut Asks) {
        self.awaited = Some(asks.request(self.write(self.drafted())));
    }

    /// The request that saves what was drafted.
    fn write(&self, draft: RoleDraft) -> Write {
        match (self.existing(), &self.before) {
            (Some(id), Some(before)) => Write::Change(Intent::SaveRole {
                id,
                before: Box::new(before.clone()),
                draft: Box::new(draft),
            }),
            _ => Write::CreateRole(Box::new(draft)),
        }
    }

    fn leave(&mut self, ctx: &Ctx, asks: &mut Asks) {
        if self.is_changed() {
            asks.push(Confirm::leaves(ctx.text));
        } else {
            asks.close();
        }
    }

    /// Ticks what is selected on a tab of rights.
    fn toggle(&mut self, ctx: &Ctx, asks: &mut Asks) {
        let Page::Rights(tab) = self.page else {
            return;
        };
        let giver = Giver {
            own: &ctx.actor.role.fields,
            before: self.before.as_ref(),
        };
        if let Some(boxes) = self.boxes.iter().find(|boxes| boxes.tab == tab)
            && let Err(sentence) = boxes.toggle(&mut self.draft, &self.grantable, &giver)
        {
            asks.complain(sentence);
        }
        self.problems.retain(|(on, _)| *on != tab);
        self.show_consequences(ctx);
    }

    /// Opens the Properties of the user or key that is selected.
    fn open_assigned(&self, asks: &mut Asks) {
        let then = Then::new(|dialog: &mut RoleDialog, _, _, asks| dialog.reread(asks));
        match self.assigned.selected() {
            Some(Assigned::Key { id, .. }) => asks.push(Properties::of_key(*id, then)),
            Some(Assigned::User(id, _)) => asks.push(Properties::of_user(*id, then)),
            None => {}
        }
    }

    /// What is looked for on one tab is looked for on all.
    fn find_on_all(&mut self) {
        let text = self.boxes().map(|boxes| boxes.looked_for().to_owned());
        let text = text.unwrap_or_default();
        for boxes in &mut self.boxes {
            if boxes.looked_for() != text {
                boxes.look_for(&text);
            }
        }
    }

    fn stop_finding(&mut self) {
        for boxes in &mut self.boxes {
            boxes.clear();
        }
    }

    fn is_in_form(&self) -> bool {
        (self.page, self.focus) == (Page::General, Focus::Page)
    }

    /// Takes who has the role now.
    fn take_assigned(&mut self, outcome: Outcome, ctx: &Ctx) {
        match outcome {
            Ok(Done::RoleProperties(properties)) => {
                self.assigned
                    .set(properties.assigned, properties.assigned_more);
                self.unread = None;
            }
            Ok(_) => {}
            Err(trouble) => self.unread = Some(ctx.text.trouble(&trouble)),
        }
    }

    fn reread(&mut self, asks: &mut Asks) {
        if let (Some(id), None) = (self.existing(), self.rereading) {
            self.rereading = Some(asks.request(Read::RoleProperties(id)));
        }
    }

    fn saved(&self, id: RoleId, told: (&'static str, &str), ctx: &Ctx, asks: &mut Asks) {
        let (sentence, name) = told;
        asks.say(ctx.text.fill(sentence, &[("name", &name)]));
        asks.answer(&self.then, id.0);
    }
}

impl Layer for RoleDialog {
    fn scope(&self) -> Scope {
        if self.is_searching() {
            Scope::Find
        } else {
            Scope::Role
        }
    }

    fn open(&mut self, ctx: &Ctx, asks: &mut Asks) {
        ctx.text.say("form.loading").clone_into(&mut self.title);
        self.next_tab = ctx.keys.key(Scope::Role, Action::NextTab);
        let request = match self.task {
            Task::NewFor(_) => {
                self.begin_new(String::new(), ctx, asks);
                return;
            }
            Task::New => Read::NewRoleName(NEW_ROLE.to_owned()),
            Task::Edit(id) | Task::Copy(id) => Read::RoleProperties(id),
        };
        self.awaited = Some(asks.request(request));
    }

    fn can(&self, action: Action, _ctx: &Ctx) -> Can<'_> {
        if self.has_use(action) {
            return Ok(());
        }
        let ticks = action == Action::Tick && self.focus == Focus::Page;
        let why = match (action, self.page) {
            (Action::Accept, _) => &self.read_only,
            (_, Page::General | Page::Rights(_)) if ticks => &self.locked,
            _ => &None,
        };
        Err(why
            .as_ref()
            .map_or(Cannot::Unused, |why| Cannot::Said(why.into())))
    }

    fn label(&self, action: Action, ctx: &Ctx) -> Option<&str> {
        let name = match action {
            Action::Cancel if self.is_read_only() => "button.close",
            Action::TickedOnly if self.boxes().is_some_and(Boxes::is_ticked_only) => {
                "key.all_rights"
            }
            _ => return None,
        };
        Some(ctx.text.say(name))
    }

    fn act(&mut self, action: Action, ctx: &Ctx, asks: &mut Asks) {
        let searched = self.boxes().is_some_and(Boxes::is_searched);
        let turns = matches!(action, Action::NextTab | Action::PreviousTab);
        if let Some(boxes) = self.searched_boxes() {
            match action {
                Action::Accept => boxes.finding = false,
                Action::Cancel => self.stop_finding(),
                _ if turns => {
                    boxes.finding = false;
                    self.go(action);
                    if let Some(boxes) = self.boxes_mut() {
                        boxes.finding = true;
                    }
                }
                _ => boxes.go(action),
            }
            return;
        }
        match action {
            // As on a list: what is looked for goes first.
            Action::Cancel if searched => self.stop_finding(),
            Action::Accept => self.save(ctx, asks),
            Action::Cancel => self.leave(ctx, asks),
            Action::Tick | Action::Press => self.press(action, ctx, asks),
            _ => self.go(action),
        }
    }

    fn mouse(&mut self, does: Mouse, _ctx: &Ctx, _asks: &mut Asks) -> Option<Action> {
        match does {
            Mouse::Click(click) => self.clicked(&click),
            Mouse::Wheel(_) | Mouse::To(_) => {
                self.scroll_page(does);
                None
            }
        }
    }

    fn edit(&mut self, typed: Typed, ctx: &Ctx, asks: &mut Asks) -> bool {
        if self.awaited.is_some() {
            return false;
        }
        let in_form = self.is_in_form();
        let edit = match self.searched_boxes() {
            Some(boxes) => boxes.take(typed),
            None if in_form => self.general.take(typed),
            None => Edit::NotTaken,
        };
        if edit != Edit::NotTaken {
            if in_form {
                self.check_focused(ctx);
            } else {
                self.find_on_all();
            }
        }
        asks.edited(typed, &edit, ctx.text)
    }

    fn answer(&mut self, ticket: Ticket, outcome: Outcome, ctx: &Ctx, asks: &mut Asks) {
        if self.rereading.take_if(|asked| *asked == ticket).is_some() {
            self.take_assigned(outcome, ctx);
            return;
        }
        if self.awaited.take_if(|asked| *asked == ticket).is_none() {
            return;
        }
        match outcome {
            Ok(Done::RoleProperties(properties)) => match self.task {
                Task::Copy(_) => {
                    let name = properties.fields.name.clone();
                    self.draft = RoleDraft::from(&properties.fields);
                    self.awaited = Some(asks.request(Read::NewRoleName(name)));
                }
                _ => self.edit_existing(*properties, ctx),
            },
            Ok(Done::RoleName(name)) => self.begin_new(name, ctx, asks),
            Ok(Done::RoleCreated(id)) => {
                self.saved(id, ("form.created", self.drafted().name.trim()), ctx, asks);
            }
            Ok(Done::RoleSaved(fields)) => {
                if let Some(id) = self.existing() {
                    let same = self.before.as_ref() == Some(&fields);
                    let told = if same { "form.unchanged" } else { "form.saved" };
                    self.saved(id, (told, &fields.name), ctx, asks);
                }
            }
            Ok(Done::Foreseen(prospect)) => self.confirm(&prospect, ctx, asks),
            Ok(_) => {}
            Err(Trouble::Problems(problems)) => self.show_problems(&problems, ctx, asks),
            Err(trouble) => {
                asks.complain(ctx.text.trouble(&trouble));
                if self.is_beginning() {
                    asks.close();
                }
            }
        }
    }

    fn refresh(&mut self, _ctx: &Ctx, asks: &mut Asks) {
        if self.awaited.is_none() {
            self.reread(asks);
        }
    }

    fn status(&self) -> Status<'_> {
        Status {
            waits: self.awaited.is_some(),
            unread: self.unread.as_deref(),
            ..Status::default()
        }
    }

    fn hint(&self, ctx: &Ctx) -> Option<Hint> {
        let in_form = self.is_in_form().then_some(&self.general);
        in_form.and_then(|form| hint::of(About::Role, form, None, ctx))
    }

    fn is_changed(&self) -> bool {
        self.drafted().fields != self.initial
    }

    fn place(&mut self, area: Rect) {
        self.place_page(area);
    }

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position> {
        Some(self.draw(ctx, buf, area, hits))
    }
}
