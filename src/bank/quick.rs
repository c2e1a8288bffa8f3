//! The quick way through a bank file that is certainly right.
//!
//! A thousand questions are 5 MB of TOML, and a command may take 8 ms. This reader knows only the
//! plain shapes that banks are written in, borrows until the end, and gives up (`None`) at the
//! first thing it does not know or that is not right; then `read`, which knows all of TOML and
//! every sentence, reads the file again. So there is one judge of what is wrong, and this file
//! never says anything.
//!
//! Invariants
//!   Q1  when this gives questions, `read` gives the same ones and no problem
//!       (`tests/bank_quick.rs`: shipped banks, bad banks, banks with pieces cut and moved)
//!   Q2  giving up is always allowed
mod drill;
mod lexer;

use std::borrow::Cow;

use crate::bank::fields::{LINE_CHARS_MAX, LIST_MAX, TEXT_CHARS_MAX};
use crate::bank::model::{Change, GoVersions, Kind, Point, Question, Wrong};
use crate::bank::quick::drill::DrillDraft;
use crate::bank::quick::lexer::{Lexer, set, short_enough};
use crate::bank::read::{LIMIT_DEFAULT_S, is_id, is_version, limit_seconds};
use crate::bank::source::Source;

/// What the keys that follow belong to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Head,
    Question,
    Point,
    Wrong,
    Drill,
}

type Text<'t> = Cow<'t, str>;

/// The head of the file.
#[derive(Default)]
struct Head<'t> {
    format: Option<()>,
    topic: Option<Text<'t>>,
    /// How many.
    planned: Option<usize>,
}

/// A question whose end is not reached yet.
#[derive(Default)]
struct Draft<'t> {
    line: u32,
    id: Option<Text<'t>>,
    ask: Option<Text<'t>>,
    level: Option<u8>,
    kind: Option<Kind>,
    limit: Option<u32>,
    short: Option<Text<'t>>,
    answer: Option<Text<'t>>,
    go: Option<GoVersions>,
    tags: Option<Vec<String>>,
    aka: Option<Vec<String>>,
    sources: Option<Vec<String>>,
    followups: Option<Vec<String>>,
    demos: Option<Vec<String>>,
    points: Vec<PointDraft<'t>>,
    wrongs: Vec<WrongDraft<'t>>,
    drills: Vec<DrillDraft<'t>>,
}

#[derive(Default)]
struct PointDraft<'t> {
    text: Option<Text<'t>>,
    any: Option<Vec<String>>,
    must: Option<bool>,
}

#[derive(Default)]
struct WrongDraft<'t> {
    text: Option<Text<'t>>,
    any: Option<Vec<String>>,
    truth: Option<Text<'t>>,
}

/// The questions of a file that is right in every respect that reading judges; else `None`.
pub(super) fn read(source: &Source) -> Option<Vec<Question>> {
    if !source.shipped && lexer::has_steering(source.text.as_bytes()) {
        return None;
    }
    let mut lexer = Lexer::new(&source.text);
    let mut head = Head::default();
    let mut drafts: Vec<Draft<'_>> = Vec::new();
    let mut at = At::Head;
    while lexer.more() {
        if lexer.peek() == b'[' {
            at = header(&mut lexer, &mut drafts)?;
        } else {
            let key = lexer.key()?;
            match (at, drafts.last_mut()) {
                (At::Head, _) => head_key(&mut lexer, key, &mut head)?,
                (At::Question, Some(draft)) => question_key(&mut lexer, key, draft)?,
                (At::Point, Some(draft)) => point_key(&mut lexer, key, draft.points.last_mut()?)?,
                (At::Wrong, Some(draft)) => wrong_key(&mut lexer, key, draft.wrongs.last_mut()?)?,
                (At::Drill, Some(draft)) => drill::key(&mut lexer, key, draft.drills.last_mut()?)?,
                _ => return None,
            }
        }
        lexer.line_end()?;
    }
    head.format?;
    let topic = head.topic?;
    if drafts.is_empty() {
        return None;
    }
    drafts.into_iter().map(|draft| draft.finish(&topic, &source.name)).collect()
}

/// `[[question]]` and the tables inside it.
fn header(lexer: &mut Lexer<'_>, drafts: &mut Vec<Draft<'_>>) -> Option<At> {
    let name = lexer.header()?;
    if name == "question" {
        drafts.push(Draft::default());
        return Some(At::Question);
    }
    let draft = drafts.last_mut()?;
    match name {
        "question.point" => {
            draft.points.push(PointDraft::default());
            Some(At::Point)
        }
        "question.wrong" => {
            draft.wrongs.push(WrongDraft::default());
            Some(At::Wrong)
        }
        "question.drill" => {
            draft.drills.push(DrillDraft::default());
            Some(At::Drill)
        }
        _ => None,
    }
}

fn head_key<'t>(lexer: &mut Lexer<'t>, key: &str, head: &mut Head<'t>) -> Option<()> {
    match key {
        "format" => set(&mut head.format, (lexer.number()? == 1).then_some(())?),
        "topic" => {
            let topic = lexer.text(64)?;
            let good = topic.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            set(&mut head.topic, good.then_some(topic)?)
        }
        // Only `check` needs it, and `check` reads the thorough way.
        "planned" => set(&mut head.planned, lexer.texts()?.len()),
        _ => None,
    }
}

fn question_key<'t>(lexer: &mut Lexer<'t>, key: &str, draft: &mut Draft<'t>) -> Option<()> {
    match key {
        "id" => {
            draft.line = lexer.line();
            let id = lexer.text(64)?;
            set(&mut draft.id, is_id(&id).then_some(id)?)
        }
        "ask" => set(&mut draft.ask, lexer.text(LINE_CHARS_MAX)?),
        "level" => {
            let level = lexer.number()?;
            set(&mut draft.level, (1..=3).contains(&level).then_some(level as u8)?)
        }
        "kind" => {
            let kind = lexer.text(64)?;
            set(&mut draft.kind, Kind::ALL.into_iter().find(|k| k.name() == kind)?)
        }
        "limit" => set(&mut draft.limit, limit_seconds(&lexer.text(64)?)?),
        "short" => set(&mut draft.short, lexer.text(2000)?),
        "answer" => set(&mut draft.answer, lexer.text(TEXT_CHARS_MAX)?),
        "go" => set(&mut draft.go, versions(lexer)?),
        "tags" => set(&mut draft.tags, lexer.texts()?),
        "aka" => set(&mut draft.aka, lexer.texts()?),
        "sources" => set(&mut draft.sources, lexer.texts()?),
        "followups" => set(&mut draft.followups, lexer.texts()?),
        "demos" => set(&mut draft.demos, lexer.texts()?),
        _ => None,
    }
}

fn point_key<'t>(lexer: &mut Lexer<'t>, key: &str, draft: &mut PointDraft<'t>) -> Option<()> {
    match key {
        "text" => set(&mut draft.text, lexer.text(LINE_CHARS_MAX)?),
        "any" => set(&mut draft.any, lexer.texts()?),
        "must" => set(&mut draft.must, lexer.flag()?),
        _ => None,
    }
}

fn wrong_key<'t>(lexer: &mut Lexer<'t>, key: &str, draft: &mut WrongDraft<'t>) -> Option<()> {
    match key {
        "text" => set(&mut draft.text, lexer.text(LINE_CHARS_MAX)?),
        "any" => set(&mut draft.any, lexer.texts()?),
        "truth" => set(&mut draft.truth, lexer.text(LINE_CHARS_MAX)?),
        _ => None,
    }
}

/// `{ since = "1.0", changed = [{ at = "1.14", what = "…" }] }`.
fn versions(lexer: &mut Lexer<'_>) -> Option<GoVersions> {
    let (mut since, mut changed) = (None, None);
    lexer.inline_table(|lexer, key| match key {
        "since" => set(&mut since, version(lexer)?),
        "changed" => {
            let mut changes = Vec::new();
            lexer.array(|lexer| {
                let (mut at, mut what) = (None, None);
                lexer.inline_table(|lexer, key| match key {
                    "at" => set(&mut at, version(lexer)?),
                    "what" => set(&mut what, lexer.text(LINE_CHARS_MAX)?.into_owned()),
                    _ => None,
                })?;
                changes.push(Change { at: at?, what: what? });
                Some(())
            })?;
            set(&mut changed, changes)
        }
        _ => None,
    })?;
    Some(GoVersions { since: since.unwrap_or_default(), changed: changed.unwrap_or_default() })
}

fn version(lexer: &mut Lexer<'_>) -> Option<String> {
    let text = lexer.text(64)?;
    is_version(&text).then(|| text.into_owned())
}

impl Draft<'_> {
    fn finish(self, topic: &str, file: &str) -> Option<Question> {
        let point = |p: PointDraft<'_>| {
            Some(Point { text: p.text?.into_owned(), any: p.any.unwrap_or_default(), must: p.must.unwrap_or_default() })
        };
        let wrong = |w: WrongDraft<'_>| {
            Some(Wrong { text: w.text?.into_owned(), any: w.any.unwrap_or_default(), truth: w.truth?.into_owned() })
        };
        Some(Question {
            id: self.id?.into_owned(),
            topic: topic.to_owned(),
            ask: self.ask?.into_owned(),
            level: self.level?,
            kind: self.kind?,
            tags: self.tags.unwrap_or_default(),
            aka: self.aka.unwrap_or_default(),
            limit_s: self.limit.unwrap_or(LIMIT_DEFAULT_S),
            short: self.short?.into_owned(),
            answer: self.answer?.into_owned(),
            go: self.go.unwrap_or_default(),
            sources: self.sources.unwrap_or_default(),
            followups: self.followups.unwrap_or_default(),
            demos: self.demos.unwrap_or_default(),
            points: self.points.into_iter().map(point).collect::<Option<_>>()?,
            wrongs: self.wrongs.into_iter().map(wrong).collect::<Option<_>>()?,
            drills: self.drills.into_iter().map(DrillDraft::finish).collect::<Option<_>>()?,
            file: file.to_owned(),
            line: self.line,
        })
    }
}

/// The same bounds as `fields`.
fn list_fits(list: &[String]) -> bool {
    list.len() <= LIST_MAX && list.iter().all(|t| short_enough(t, LINE_CHARS_MAX))
}
