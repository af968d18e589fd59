//! Exporting the rows that the filter shows: in which form, and where to.

use std::path::PathBuf;

use crate::domain::export::{EXPORT_BATCH, ExportForm, ExportTo, View};
use crate::domain::list::{Anchor, Filter, WindowQuery};
use crate::ui::layer::choice::Choice;
use crate::ui::layer::entry::Entry;
use crate::ui::layer::export::ExportDialog;
use crate::ui::layer::list::{List, ListScreen, Table, Verbs};
use crate::ui::layer::{Asks, Ctx, Then};
use crate::ui::request::{ExportBegin, ListQuery, ListRead, Read};

/// A form and whether it goes to a file; the others go to the clipboard.
const CHOICES: [((ExportForm, bool), &str); 4] = [
    ((ExportForm::Csv, true), "export.csv_file"),
    ((ExportForm::Json, true), "export.json_file"),
    ((ExportForm::Csv, false), "export.csv_clipboard"),
    ((ExportForm::Json, false), "export.json_clipboard"),
];

impl<L: Table> List<L> {
    /// Everything that the filter shows, in the order of the list.
    fn all_shown(&self) -> Option<ListRead> {
        let filter = Filter {
            keep: None,
            ..self.filter.as_ref().ok()?.clone()
        };
        let query = WindowQuery {
            filter,
            order: self.order,
            anchor: Anchor::First,
            rows: EXPORT_BATCH,
        };
        match L::ask(ListQuery::Window(query)) {
            Read::List(list) => Some(list),
            _ => None,
        }
    }
}

impl<V: Verbs> ListScreen<V> {
    /// Asks in which form the rows are to be exported, and where to.
    pub(super) fn choose_export(&self, ctx: &Ctx, asks: &mut Asks) {
        let text = ctx.text;
        let entries: Vec<_> = CHOICES
            .iter()
            .filter(|((_, to_file), _)| ctx.files || !to_file)
            .map(|(chosen, name)| (*chosen, text.say(name).to_owned()))
            .collect();
        let then = Then::new(|screen: &mut ListScreen<V>, chosen, ctx, asks| {
            let (form, to_file): (ExportForm, bool) = chosen;
            if to_file {
                let day = ctx.now.in_zone(ctx.zone).format("%Y-%m-%d");
                let file = format!("{}-{day}.{}", V::Row::EXPORT, form.extension());
                asks.push(Self::path_entry(form, &file, ctx));
            } else {
                screen.export(form, ExportTo::Clipboard, ctx, asks);
            }
        });
        let title = match &self.list.counts {
            Some(counts) => text.fill("export.title_of", &[("rows", &counts.shown)]),
            None => text.say("export.title").to_owned(),
        };
        let first = entries[0].0;
        asks.push(Choice::of(&title, entries, &first, then));
    }

    fn path_entry(form: ExportForm, path: &str, ctx: &Ctx) -> Entry {
        let then = Then::new(move |screen: &mut ListScreen<V>, path: String, ctx, asks| {
            screen.export(form, ExportTo::File(PathBuf::from(path)), ctx, asks);
        });
        let text = ctx.text;
        let (title, note) = (text.say("export.path_title"), text.say("export.new_file"));
        Entry::new(title, note, path, then)
    }

    fn export(&self, form: ExportForm, to: ExportTo, ctx: &Ctx, asks: &mut Asks) {
        let Some(list) = self.list.all_shown() else {
            return;
        };
        let typed = match &to {
            ExportTo::File(path) => path.to_string_lossy().into_owned(),
            ExportTo::Clipboard => String::new(),
        };
        let refused = Then::new(move |_: &mut ListScreen<V>, why: String, ctx, asks| {
            asks.push(Self::path_entry(form, &typed, ctx).refused(why));
        });
        let view = View {
            as_of: ctx.as_of(),
            zone: ctx.zone,
        };
        let begin = ExportBegin {
            list,
            form,
            to,
            view,
        };
        let all = self.list.counts.as_ref().map(|counts| counts.shown);
        asks.push(ExportDialog::new(begin, all, refused));
    }
}
