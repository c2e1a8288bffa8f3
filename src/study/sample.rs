//! Questions for the tests of this folder.
use crate::bank::model::Bank;
use crate::bank::model::ChoiceOption;
use crate::bank::model::Drill;
use crate::bank::model::GoVersions;
use crate::bank::model::Kind;
use crate::bank::model::Point;
use crate::bank::model::Question;
use crate::bank::model::Wrong;

/// A question with nothing but its name.
pub(super) fn question(topic: &str, id: &str) -> Question {
    Question {
        id: id.into(),
        topic: topic.into(),
        ask: format!("{id}？"),
        level: 1,
        kind: Kind::Concept,
        tags: vec![],
        aka: vec![],
        limit_s: 90,
        short: "短".into(),
        answer: "长".into(),
        go: GoVersions::default(),
        sources: vec![],
        followups: vec![],
        demos: vec![],
        points: vec![],
        wrongs: vec![],
        drills: vec![],
        file: String::new(),
        line: 0,
    }
}

/// A point; `!` in front of its text makes it a must.
pub(super) fn point(text: &str, any: &[&str]) -> Point {
    let (must, text) = text.strip_prefix('!').map_or((false, text), |t| (true, t));
    Point { text: text.into(), any: any.iter().map(|s| (*s).to_owned()).collect(), must }
}

/// A wrong claim.
pub(super) fn wrong(text: &str, any: &[&str]) -> Wrong {
    Wrong { text: text.into(), any: any.iter().map(|s| (*s).to_owned()).collect(), truth: "不是这样".into() }
}

/// A choice whose first option is right.
pub(super) fn choice(options: usize) -> Drill {
    let option = |i: usize| ChoiceOption { text: format!("选项{i}"), ok: i == 0, why: "因为".into() };
    Drill::Choice { ask: "哪个？".into(), options: (0..options).map(option).collect() }
}

/// Three topics with five questions each; every second question has a choice and a cloze.
pub(super) fn bank() -> Bank {
    let mut questions = Vec::new();
    for topic in ["chan", "sel", "ctx"] {
        for n in 1..=5 {
            let mut q = question(topic, &format!("{topic}-{n}"));
            if n % 2 == 0 {
                q.drills = vec![choice(4), Drill::Cloze { text: "大小是 {{256}}".into() }];
            }
            questions.push(q);
        }
    }
    Bank { questions }
}
