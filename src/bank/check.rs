//! The judge: what is readable but not right. Rules in three groups, one file each.
//!
//! Invariants
//!   C1  every rule reports every place it is broken at, in the order of the files
//!   C2  the judge knows demos only as plain data ([`DemoFacts`]), so this layer needs no runtime
//!   C3  a rule never repeats what reading already told
mod look;
mod refs;
mod words;

use std::collections::HashMap;

use crate::bank::load;
use crate::bank::model::{Bank, Question};
use crate::bank::problem::{Place, Problem};
use crate::bank::read::{self, Spots};
use crate::bank::source::{Lines, Source};

/// What the judge must know about a demo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoFacts {
    /// `topic/name`.
    pub id: String,
    /// The sentences it proves.
    pub claims: Vec<String>,
}

/// What a check found.
#[derive(Debug, Default)]
pub struct Checked {
    /// Every readable question, context included.
    pub bank: Bank,
    /// Faults and notices, sorted by place.
    pub problems: Vec<Problem>,
    /// Questions that were judged.
    pub judged: usize,
}

/// A question under judgement.
pub(super) struct Case<'a> {
    pub question: &'a Question,
    pub spots: &'a Spots,
    source: &'a Source,
    lines: &'a Lines<'a>,
}

impl Case<'_> {
    /// The place of a byte of the file.
    fn place(&self, at: usize) -> Place {
        self.lines.place(&self.source.name, at)
    }
    /// The place of `needle` at or after `at`; the place of `at` when it does not stand there as it
    /// is (it was written with escapes).
    fn place_of(&self, at: usize, needle: &str) -> Place {
        let found = self.source.text.get(at..).and_then(|rest| rest.find(needle));
        self.place(at + found.unwrap_or(0))
    }
    fn fault(&self, code: &'static str, at: usize, what: impl Into<String>) -> Problem {
        Problem::fault(code, self.place(at), what).of(&self.question.id)
    }
    fn notice(&self, code: &'static str, at: usize, what: impl Into<String>) -> Problem {
        Problem::notice(code, self.place(at), what).of(&self.question.id)
    }
}

/// Judges `sources[from..]`; the ones before are context for ids and are not judged. With `from`
/// 0 the demos are judged too: one that no question names is a fault.
#[must_use]
pub fn check(sources: &[Source], from: usize, demos: &[DemoFacts]) -> Checked {
    let files: Vec<_> = sources.iter().map(read::read).collect();
    let lines: Vec<_> = sources.iter().map(|s| Lines::new(&s.text)).collect();
    let mut problems = Vec::new();
    let mut planned: Vec<&str> = Vec::new();
    let mut known: HashMap<&str, &Question> = HashMap::new();
    let mut cases = Vec::new();
    for (i, file) in files.iter().enumerate() {
        planned.extend(file.planned.iter().map(String::as_str));
        if i >= from {
            problems.extend(file.problems.iter().cloned());
        }
        for (question, spots) in &file.questions {
            let case = Case { question, spots, source: &sources[i], lines: &lines[i] };
            match known.get(question.id.as_str()) {
                Some(first) if i >= from => {
                    problems.push(load::duplicate(question, &first.file, first.line, case.place(spots.id)));
                }
                Some(_) => {}
                None => {
                    known.insert(&question.id, question);
                }
            }
            if i >= from {
                cases.push(case);
            }
        }
    }
    let facts = refs::Facts { known: &known, planned: &planned, demos };
    for case in &cases {
        refs::judge(case, &facts, &mut problems);
        words::judge(case, &mut problems);
        look::judge(case, &mut problems);
    }
    if from == 0 {
        refs::orphan_demos(&known, demos, &mut problems);
    }
    let judged = cases.len();
    problems.sort_by(|a, b| a.place.cmp(&b.place).then(a.code.cmp(b.code)));
    let mut bank = Bank::default();
    let mut seen = std::collections::HashSet::new();
    for (question, _) in files.iter().flat_map(|f| &f.questions) {
        if seen.insert(question.id.as_str()) {
            bank.questions.push(question.clone());
        }
    }
    Checked { bank, problems, judged }
}
