//! What is counted, as Prometheus reads it. No label names a key: their number has no bound.

use std::fmt::Write;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use crate::domain::words::words;
use crate::serve::auth::answer::{Denied, Kind};

words! {
    /// What a listener is for.
    pub enum Face: /** The word in the log and in metrics. */ word {
        /// Proxies ask whether a request may go through.
        Auth = "auth",
        /// The management API.
        Api = "api",
        /// Probes and metrics.
        Admin = "admin",
    }
}

/// Counters of the whole process.
#[derive(Debug)]
pub struct Metrics {
    /// By face and kind.
    answers: [[AtomicU64; Kind::ALL.len()]; Face::ALL.len()],
    refusals: Vec<(Denied, AtomicU64)>,
    connections: [AtomicI64; Face::ALL.len()],
    trouble: AtomicU64,
}

impl Default for Metrics {
    fn default() -> Metrics {
        Metrics {
            answers: Default::default(),
            refusals: Denied::all()
                .map(|denied| (denied, AtomicU64::new(0)))
                .collect(),
            connections: Default::default(),
            trouble: AtomicU64::new(0),
        }
    }
}

/// A number whose meaning somebody else keeps.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    pub name: &'static str,
    pub help: &'static str,
    pub value: u64,
}

impl Metrics {
    /// Counts an answer.
    pub fn answered(&self, face: Face, kind: Kind) {
        self.answers[face as usize][kind as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a refusal by its reason.
    pub fn denied(&self, why: Denied) {
        if let Some((_, count)) = self.refusals.iter().find(|(denied, _)| *denied == why) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts a failure of the database.
    pub fn troubled(&self) {
        self.trouble.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a connection that has begun, or with -1 one that has ended.
    pub fn connected(&self, face: Face, change: i64) {
        self.connections[face as usize].fetch_add(change, Ordering::Relaxed);
    }

    /// Everything in Prometheus' text format, with the figures that others keep: those whose names end in `_total` only
    /// grow.
    #[must_use]
    pub fn page(&self, figures: &[Figure]) -> String {
        let mut page = Page::default();
        page.head("keyward_build_info", "gauge", "The version that runs.");
        let version = concat!("version=\"", env!("CARGO_PKG_VERSION"), "\"");
        page.line("keyward_build_info", version, 1);
        page.head(
            "keyward_answers_total",
            "counter",
            "Answers, by listener and outcome.",
        );
        for face in Face::ALL {
            for kind in Kind::ALL {
                let labels = format!("listener=\"{}\",outcome=\"{}\"", face.word(), kind.word());
                let count = &self.answers[face as usize][kind as usize];
                page.line(
                    "keyward_answers_total",
                    &labels,
                    count.load(Ordering::Relaxed),
                );
            }
        }
        page.head(
            "keyward_refusals_total",
            "counter",
            "Requests that were not let through, by reason.",
        );
        for (denied, count) in &self.refusals {
            let labels = format!("reason=\"{}\"", denied.word());
            page.line(
                "keyward_refusals_total",
                &labels,
                count.load(Ordering::Relaxed),
            );
        }
        page.head(
            "keyward_connections",
            "gauge",
            "Open connections, by listener.",
        );
        for face in Face::ALL {
            let labels = format!("listener=\"{}\"", face.word());
            let open = self.connections[face as usize].load(Ordering::Relaxed);
            page.line("keyward_connections", &labels, open);
        }
        let trouble = Figure {
            name: "keyward_database_trouble_total",
            help: "Requests for which the database gave no verdict.",
            value: self.trouble.load(Ordering::Relaxed),
        };
        for figure in [trouble].iter().chain(figures) {
            let grows = figure.name.ends_with("_total");
            let kind = if grows { "counter" } else { "gauge" };
            page.head(figure.name, kind, figure.help);
            page.line(figure.name, "", figure.value);
        }
        page.0
    }
}

/// Text in Prometheus' format (version 0.0.4).
#[derive(Default)]
struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        let _ = match labels {
            "" => writeln!(self.0, "{name} {value}"),
            labels => writeln!(self.0, "{name}{{{labels}}} {value}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::verdict::Refused;

    #[test]
    fn every_reason_and_every_outcome_is_there_before_it_happens() {
        let metrics = Metrics::default();
        metrics.answered(Face::Auth, Kind::Refused);
        metrics.denied(Denied::Refused(Refused::Expired));
        metrics.connected(Face::Admin, 2);
        metrics.connected(Face::Admin, -1);
        let page = metrics.page(&[Figure {
            name: "keyward_hashes_total",
            help: "Hashes.",
            value: 3,
        }]);
        for line in [
            "keyward_answers_total{listener=\"auth\",outcome=\"refused\"} 1",
            "keyward_answers_total{listener=\"api\",outcome=\"allowed\"} 0",
            "keyward_refusals_total{reason=\"expired\"} 1",
            "keyward_refusals_total{reason=\"no-secret\"} 0",
            "keyward_connections{listener=\"admin\"} 1",
            "keyward_database_trouble_total 0",
            "# TYPE keyward_hashes_total counter",
            "keyward_hashes_total 3",
        ] {
            assert!(page.lines().any(|l| l == line), "{line}\n{page}");
        }
        assert!(page.ends_with('\n'));
    }
}
