//! What came out of a session, and what to do next.
use serde_json::Value;
use serde_json::json;

use crate::cli::session::rounded;
use crate::cli::session::span_words;
use crate::cli::term::Term;
use crate::study::schedule::Grade;
use crate::study::session::Done;
use crate::study::session::Over;
use crate::study::session::Session;
use crate::study::session::overtime;

/// Missed points listed per question; the rest is counted.
const SHOWN: usize = 3;

/// The figures of a session.
pub(super) struct Summary<'s, 'b> {
    session: &'s Session<'b>,
    ended: &'static str,
    /// Answers that still count for a question: the last of each.
    last: Vec<&'s Done<'b>>,
}

impl<'s, 'b> Summary<'s, 'b> {
    /// `interrupted`: ended by Ctrl-C.
    pub fn new(session: &'s Session<'b>, over: Option<Over>, interrupted: bool) -> Self {
        let ended = match over {
            _ if interrupted => "interrupted",
            Some(Over::Finished) => "finished",
            Some(Over::TimeUp) => "time",
            Some(Over::Quit) | None => "quit",
        };
        let mut last: Vec<&Done<'b>> = Vec::new();
        for done in session.done() {
            last.retain(|d| d.item.key != done.item.key);
            last.push(done);
        }
        Self { session, ended, last }
    }

    fn seconds(&self) -> f64 {
        // Starting at +0.0: the empty sum is -0.0.
        self.session.done().iter().fold(0.0, |sum, d| sum + d.review.seconds)
    }
    fn overtime(&self) -> usize {
        self.session.done().iter().filter(|d| overtime(d.review.seconds, d.review.limit_s)).count()
    }
    fn grades(&self) -> [usize; 4] {
        let mut grades = [0; 4];
        for done in self.session.done() {
            grades[usize::from(done.review.grade.number()) - 1] += 1;
        }
        grades
    }
    /// Answers to work on: forgotten, or right with something missed or claimed wrongly.
    fn weak(&self) -> Vec<&'s Done<'b>> {
        let mut weak: Vec<&Done<'b>> = self.last.iter().copied().filter(|d| d.review.grade <= Grade::Hard).collect();
        weak.sort_by_key(|d| d.review.grade);
        weak
    }
    fn forgotten(&self) -> usize {
        self.last.iter().filter(|d| d.review.grade == Grade::Again).count()
    }
    /// Something is left that `--resume` would ask.
    pub fn can_resume(&self) -> bool {
        self.session.unanswered() > 0 && (self.session.answered_before() > 0 || !self.session.done().is_empty())
    }

    /// Commands to type next, with what they are for.
    fn next(&self) -> Vec<(String, String)> {
        let mut next = Vec::new();
        for done in self.weak().into_iter().take(3) {
            if let Some(demo) = done.item.question.demos.first() {
                let command = format!("bagu demo run {demo}");
                if !next.iter().any(|(c, _)| *c == command) {
                    next.push((command, format!("看 {} 是怎么回事", done.item.question.id)));
                }
            }
        }
        let forgotten = self.forgotten();
        if forgotten > 0 {
            next.push(("bagu quiz --only wrong".into(), format!("重做没过的 {forgotten} 题")));
        }
        if self.can_resume() {
            next.push(("bagu quiz --resume".into(), format!("还有 {} 题没答", self.session.unanswered())));
        }
        if !self.session.done().is_empty() {
            next.push(("bagu undo".into(), "最后一题评错了？撤销它".into()));
        }
        next
    }

    /// For a person.
    pub fn lines(&self, term: &Term) -> Vec<String> {
        let mut lines = vec![String::new()];
        let answered = self.session.done().len();
        if answered == 0 {
            lines.push("这次没有评分的题，进度没有变化。".to_owned());
            if self.can_resume() {
                lines.push(format!("  {}", term.code("bagu quiz --resume")));
                lines.extend(term.hang("      ", &format!("还有 {} 题没答", self.session.unanswered())));
            }
            return lines;
        }
        let grades = self.grades();
        let why = match self.ended {
            "time" => "时间到。",
            "interrupted" => "中断了，已经评分的都保存好了。",
            _ => "",
        };
        lines.extend(term.wrap(&term.bold(&format!("{why}答了 {answered} 题，用时 {}", span_words(self.seconds())))));
        let tally: Vec<String> =
            Grade::ALL.iter().rev().map(|g| format!("{} {}", g.label(), grades[usize::from(g.number()) - 1])).collect();
        let mut text = format!("  {}", tally.join("  "));
        for (n, word) in [(self.overtime(), "超时"), (self.session.skipped(), "跳过")] {
            if n > 0 {
                text = format!("{text}  {word} {n}");
            }
        }
        lines.push(text);
        for done in self.weak() {
            lines.extend(weak_lines(term, done));
        }
        lines.push(term.title("接下来"));
        for (command, what) in self.next() {
            lines.push(format!("  {}", term.code(&command)));
            lines.extend(term.hang("      ", &what));
        }
        lines
    }

    /// For a program.
    pub fn json(&self) -> Value {
        let wrong: Vec<&str> =
            self.last.iter().filter(|d| d.review.grade == Grade::Again).map(|d| d.item.question.id.as_str()).collect();
        let next: Vec<String> = self.next().into_iter().map(|(command, _)| command).collect();
        json!({
            "schema": 1,
            "summary": {
                "ended": self.ended,
                "answered": self.session.done().len(),
                "skipped": self.session.skipped(),
                "left": self.session.unanswered(),
                "grades": self.grades(),
                "seconds": rounded(self.seconds()),
                "overtime": self.overtime(),
                "wrong": wrong,
                "next": next,
                "resume": self.can_resume(),
            }
        })
    }
}

/// One answer to work on: what was missed, what was claimed wrongly, what helps.
fn weak_lines(term: &Term, done: &Done<'_>) -> Vec<String> {
    let q = done.item.question;
    let label = if done.review.grade == Grade::Again { term.bad("✗ 忘了") } else { term.warn("~ 费力") };
    let mut lines = term.hang(&format!("  {label}  "), &format!("{}  {}", q.ask, term.dim(&q.id)));
    for (word, list) in [("漏了：", &done.review.missed), ("说错：", &done.review.wrong)] {
        if !list.is_empty() {
            let more = if list.len() > SHOWN { format!("……等 {} 点", list.len()) } else { String::new() };
            let text = list.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join("；");
            lines.extend(term.hang(&format!("      {word}"), &format!("{text}{more}")));
        }
    }
    if done.recorded.state.leech_now() {
        let lapses = done.recorded.state.lapses;
        let cure = format!("已经忘了 {lapses} 次：再问也没用，先跑演示，再看完整答案 bagu show {}", q.id);
        lines.extend(term.hang("      ", &cure));
    }
    lines
}
