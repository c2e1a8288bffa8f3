//! One bank file into questions, noting every fault with its place. Never stops at the first.
//!
//! Invariants
//!   R1  no input makes this panic (fuzz target `bank`, `tests/bank_bad.rs`)
//!   R2  a question that is handed out has every field that asking, grading and showing need;
//!       one that has not is dropped and told
//!   R3  `spots` runs parallel to the question: same lengths, same order
//!
//! Not done: serde's derived reading, which stops at the first error and knows places only of
//! whole values.
mod drill;
mod head;

use toml::de::DeTable;

use crate::bank::fields::{Fields, LINE_CHARS_MAX, Notes, TEXT_CHARS_MAX, Text};
use crate::bank::model::{Change, GoVersions, Kind, Point, Question, Wrong};
use crate::bank::problem::Problem;
use crate::bank::source::Source;
use crate::bank::syntax;
use crate::base::span::{SpanError, parse_span};

/// A question without `limit` gets this long, in seconds.
pub const LIMIT_DEFAULT_S: u32 = 90;
/// Shortest and longest `limit`, in seconds.
const LIMIT_RANGE_S: std::ops::RangeInclusive<u64> = 10..=1800;

/// Where the parts of a question stand, as byte offsets into the text of the file.
#[derive(Debug, Clone, Default)]
pub struct Spots {
    pub id: usize,
    pub ask: usize,
    pub short: usize,
    pub answer: usize,
    pub go: Option<usize>,
    pub sources: Vec<usize>,
    pub followups: Vec<usize>,
    pub demos: Vec<usize>,
    pub points: Vec<Spot>,
    pub wrongs: Vec<Spot>,
    pub drills: Vec<Spot>,
}

/// A table inside a question and the strings of its list.
#[derive(Debug, Clone, Default)]
pub struct Spot {
    pub at: usize,
    pub list: Vec<usize>,
}

/// What a file holds.
#[derive(Debug, Default)]
pub struct FileRead {
    pub questions: Vec<(Question, Spots)>,
    /// Ids of questions that are still to be written; `followups` may name them.
    pub planned: Vec<String>,
    pub problems: Vec<Problem>,
}

const QUESTION_KEYS: &[&str] = &[
    "id",
    "ask",
    "level",
    "kind",
    "tags",
    "aka",
    "limit",
    "short",
    "answer",
    "go",
    "sources",
    "followups",
    "demos",
    "point",
    "wrong",
    "drill",
];

/// Reads one file.
#[must_use]
pub fn read(source: &Source) -> FileRead {
    let mut notes = Notes::new(source);
    let (document, errors) = DeTable::parse_recoverable(&source.text);
    if !errors.is_empty() {
        let problems = syntax::problems(source, &notes.lines, &errors);
        return FileRead { problems, ..FileRead::default() };
    }
    let fields = Fields { name: "题库文件", table: document.get_ref(), span: 0..0 };
    let Some(head) = head::read(&mut notes, &fields) else {
        return FileRead { problems: notes.problems, ..FileRead::default() };
    };
    let mut questions = Vec::new();
    for table in notes.tables(&fields, "question", "题目") {
        notes.broken = false;
        notes.question.clear();
        if let Some(found) = question(&mut notes, &table, &head.topic) {
            questions.push(found);
        }
    }
    FileRead { questions, planned: head.planned, problems: notes.problems }
}

/// One `[[question]]`; `None` when something needed is missing (noted).
fn question(notes: &mut Notes<'_>, fields: &Fields<'_, '_>, topic: &str) -> Option<(Question, Spots)> {
    let id = notes.text(fields, "id", 64);
    if let Some(id) = &id {
        notes.question.clone_from(&id.text);
        if !is_id(&id.text) {
            let what = format!("id「{}」的写法不对", id.text);
            notes.broken("bad-id", id.at, what, "只用小写英文字母、数字和 -，如 channel-close-why");
        }
    }
    notes.known(fields, QUESTION_KEYS);
    let ask = notes.text(fields, "ask", LINE_CHARS_MAX);
    let level = level(notes, fields);
    let kind = kind(notes, fields);
    let limit_s = limit(notes, fields);
    let short = notes.text(fields, "short", 2000);
    let answer = notes.text(fields, "answer", TEXT_CHARS_MAX);
    let (go, go_at) = versions(notes, fields);
    let tags = notes.texts(fields, "tags");
    let aka = notes.texts(fields, "aka");
    let sources = notes.texts(fields, "sources");
    let followups = notes.texts(fields, "followups");
    let demos = notes.texts(fields, "demos");
    let (points, point_spots) = points(notes, fields);
    let (wrongs, wrong_spots) = wrongs(notes, fields);
    let (drills, drill_spots) = drill::read_all(notes, fields);
    let (id, ask, short, answer) = (id?, ask?, short?, answer?);
    if notes.broken {
        return None;
    }
    let spots = Spots {
        id: id.at,
        ask: ask.at,
        short: short.at,
        answer: answer.at,
        go: go_at,
        sources: at(&sources),
        followups: at(&followups),
        demos: at(&demos),
        points: point_spots,
        wrongs: wrong_spots,
        drills: drill_spots,
    };
    let question = Question {
        topic: topic.to_owned(),
        ask: ask.text,
        level: level?,
        kind: kind?,
        tags: words(tags),
        aka: words(aka),
        limit_s,
        short: short.text,
        answer: answer.text,
        go,
        sources: words(sources),
        followups: words(followups),
        demos: words(demos),
        points,
        wrongs,
        drills,
        file: notes.source.name.clone(),
        line: notes.lines.line(id.at),
        id: id.text,
    };
    Some((question, spots))
}

fn words(texts: Vec<Text>) -> Vec<String> {
    texts.into_iter().map(|t| t.text).collect()
}

fn at(texts: &[Text]) -> Vec<usize> {
    texts.iter().map(|t| t.at).collect()
}

/// Lower-case ASCII words joined by single dashes.
pub(super) fn is_id(id: &str) -> bool {
    !id.is_empty()
        && id.split('-').all(|w| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}

fn level(notes: &mut Notes<'_>, fields: &Fields<'_, '_>) -> Option<u8> {
    if !fields.table.contains_key("level") {
        notes.missing(fields, "level");
    }
    let (level, at) = notes.number(fields, "level")?;
    match level {
        1..=3 => Some(level as u8),
        _ => {
            notes.broken("bad-level", at, format!("level 不能是 {level}"), "写 1（校招）、2（社招）或 3（资深）");
            None
        }
    }
}

fn kind(notes: &mut Notes<'_>, fields: &Fields<'_, '_>) -> Option<Kind> {
    let text = notes.text(fields, "kind", 64)?;
    let found = Kind::ALL.iter().copied().find(|k| k.name() == text.text);
    if found.is_none() {
        let names = Kind::ALL.map(Kind::name);
        let mend = crate::base::nearest::nearest(&text.text, names)
            .map_or_else(|| format!("可用的类型：{}", names.join("、")), |k| format!("你是不是想写 \"{k}\"？"));
        notes.broken("bad-kind", text.at, format!("没有「{}」这种题目类型", text.text), mend);
    }
    found
}

fn limit(notes: &mut Notes<'_>, fields: &Fields<'_, '_>) -> u32 {
    let Some(text) = notes.optional_text(fields, "limit", 64) else { return LIMIT_DEFAULT_S };
    if let Some(seconds) = limit_seconds(&text.text) {
        return seconds;
    }
    let (what, mend) = match parse_span(&text.text) {
        Ok(_) | Err(SpanError::TooLong) => (format!("limit 不能是 {}", text.text), "写 10s 到 30m 之间"),
        Err(_) => (format!("limit「{}」不是时长", text.text), "写成 90s 或 1m30s 这样"),
    };
    notes.fault("bad-limit", text.at, what, mend);
    LIMIT_DEFAULT_S
}

/// A `limit` within bounds, in seconds.
pub(super) fn limit_seconds(text: &str) -> Option<u32> {
    let seconds = parse_span(text).ok()?.as_secs();
    LIMIT_RANGE_S.contains(&seconds).then_some(seconds as u32)
}

/// `go = { since = "1.0", changed = [{ at = "1.14", what = "…" }] }`.
fn versions(notes: &mut Notes<'_>, fields: &Fields<'_, '_>) -> (GoVersions, Option<usize>) {
    let Some(table) = notes.table(fields, "go", "go") else { return (GoVersions::default(), None) };
    notes.known(&table, &["since", "changed"]);
    let mut go = GoVersions::default();
    if let Some(since) = notes.optional_text(&table, "since", 64) {
        version(notes, &since);
        go.since = since.text;
    }
    for change in notes.tables(&table, "changed", "go.changed") {
        notes.known(&change, &["at", "what"]);
        let at = notes.text(&change, "at", 64);
        let what = notes.text(&change, "what", LINE_CHARS_MAX);
        if let (Some(at), Some(what)) = (at, what) {
            version(notes, &at);
            go.changed.push(Change { at: at.text, what: what.text });
        }
    }
    (go, Some(table.span.start))
}

/// Notes a version that is not `1.N` or `1.N.M`.
fn version(notes: &mut Notes<'_>, text: &Text) {
    if !is_version(&text.text) {
        notes.fault(
            "bad-version",
            text.at,
            format!("「{}」不是 Go 版本", text.text),
            "写成 1.14 或 1.14.2，不带 go 前缀",
        );
    }
}

pub(super) fn is_version(text: &str) -> bool {
    matches!(text.split('.').count(), 2 | 3)
        && text.split('.').all(|p| (1..=3).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()))
}

fn points(notes: &mut Notes<'_>, fields: &Fields<'_, '_>) -> (Vec<Point>, Vec<Spot>) {
    let (mut points, mut spots) = (Vec::new(), Vec::new());
    for table in notes.tables(fields, "point", "得分点") {
        notes.known(&table, &["text", "any", "must"]);
        let text = notes.text(&table, "text", LINE_CHARS_MAX);
        let any = notes.texts(&table, "any");
        let must = notes.flag(&table, "must");
        if let Some(text) = text {
            spots.push(Spot { at: text.at, list: at(&any) });
            points.push(Point { text: text.text, any: words(any), must });
        }
    }
    (points, spots)
}

fn wrongs(notes: &mut Notes<'_>, fields: &Fields<'_, '_>) -> (Vec<Wrong>, Vec<Spot>) {
    let (mut wrongs, mut spots) = (Vec::new(), Vec::new());
    for table in notes.tables(fields, "wrong", "常见错误") {
        notes.known(&table, &["text", "any", "truth"]);
        let text = notes.text(&table, "text", LINE_CHARS_MAX);
        let any = notes.texts(&table, "any");
        let truth = notes.text(&table, "truth", LINE_CHARS_MAX);
        if let (Some(text), Some(truth)) = (text, truth) {
            spots.push(Spot { at: text.at, list: at(&any) });
            wrongs.push(Wrong { text: text.text, any: words(any), truth: truth.text });
        }
    }
    (wrongs, spots)
}
