//! What a question points at: follow-ups, demos, the claim that proves it, versions, sources.
use std::collections::{HashMap, HashSet};

use crate::bank::check::{Case, DemoFacts};
use crate::bank::model::{Drill, Question};
use crate::bank::problem::{Place, Problem};
use crate::base::nearest::nearest;
use crate::base::text::normalise;

/// Everything that may be pointed at.
pub(super) struct Facts<'a> {
    pub known: &'a HashMap<&'a str, &'a Question>,
    pub planned: &'a [&'a str],
    pub demos: &'a [DemoFacts],
}

pub(super) fn judge(case: &Case<'_>, facts: &Facts<'_>, problems: &mut Vec<Problem>) {
    followups(case, facts, problems);
    demos(case, facts, problems);
    claim(case, facts, problems);
    origin(case, problems);
}

/// A follow-up that no bank has: near an existing id it is a slip, else the question of a bank yet
/// to come.
fn followups(case: &Case<'_>, facts: &Facts<'_>, problems: &mut Vec<Problem>) {
    let q = case.question;
    for (id, &at) in q.followups.iter().zip(&case.spots.followups) {
        if id == &q.id {
            problems.push(case.fault("self-followup", at, "追问指向了自己").mend("删掉它"));
            continue;
        }
        if facts.known.contains_key(id.as_str()) || facts.planned.contains(&id.as_str()) {
            continue;
        }
        let what = format!("追问「{id}」还没有这道题");
        problems.push(match near_id(id, facts) {
            Some(near) => case.fault("dangling-followup", at, what).mend(format!("你是不是想写 {near}？")),
            None => case
                .notice("dangling-followup", at, what)
                .mend("以后会有就不用管（写进文件开头的 planned 就不再提示）；写错了就改"),
        });
    }
}

/// A near id of the same topic. Ids are built from common words, so only small slips count.
fn near_id<'a>(id: &str, facts: &Facts<'a>) -> Option<&'a str> {
    let near = nearest(id, facts.known.keys().copied())?;
    crate::base::nearest::edits(id, near, 2).map(|_| near)
}

fn demos(case: &Case<'_>, facts: &Facts<'_>, problems: &mut Vec<Problem>) {
    let q = case.question;
    if q.demos.is_empty() {
        problems.push(
            case.fault("no-demo", case.spots.id, "这道题没有演示")
                .why("每个答案都要能跑给人看")
                .mend("加上 demos = [\"主题/名字\"]，有哪些看 bagu demo list"),
        );
    }
    let named = q.demos.iter().map(String::as_str).zip(case.spots.demos.iter().copied());
    let predicted = q.drills.iter().zip(&case.spots.drills).filter_map(|(drill, spot)| match drill {
        Drill::Predict { demo, .. } => Some((demo.as_str(), spot.list.first().copied().unwrap_or(spot.at))),
        _ => None,
    });
    for (id, at) in named.chain(predicted) {
        if facts.demos.iter().any(|d| d.id == id) {
            continue;
        }
        let mend = nearest(id, facts.demos.iter().map(|d| d.id.as_str()))
            .map_or_else(|| "有哪些看 bagu demo list".to_owned(), |near| format!("你是不是想写 {near}？"));
        problems.push(case.fault("dangling-demo", at, format!("没有「{id}」这个演示")).mend(mend));
    }
}

/// One of its demos must prove a sentence that stands in the short or the full answer.
fn claim(case: &Case<'_>, facts: &Facts<'_>, problems: &mut Vec<Problem>) {
    let q = case.question;
    let mine: Vec<&DemoFacts> = facts.demos.iter().filter(|d| q.demos.contains(&d.id)).collect();
    if mine.is_empty() {
        return;
    }
    let said = [normalise(&q.short), normalise(&q.answer)];
    let proven = mine
        .iter()
        .flat_map(|d| &d.claims)
        .map(|c| normalise(c))
        .any(|c| !c.is_empty() && said.iter().any(|text| text.contains(&c)));
    if proven {
        return;
    }
    let example = mine.iter().flat_map(|d| &d.claims).next().map_or(String::new(), |c| format!("，例如「{c}」"));
    problems.push(
        case.fault("no-claim", case.spots.answer, "答案里没有一句话是它的演示证明过的")
            .why("答案和演示会各说各话")
            .mend(format!("把演示的一条论断原样写进 short 或 answer{example}")),
    );
}

fn origin(case: &Case<'_>, problems: &mut Vec<Problem>) {
    let q = case.question;
    if q.go.since.is_empty() {
        let at = case.spots.go.unwrap_or(case.spots.id);
        problems.push(
            case.fault("no-version", at, "没有写答案从哪个 Go 版本起成立")
                .mend("加上 go = { since = \"1.0\" }；后来变过就再加 changed = [{ at = \"1.14\", what = \"…\" }]"),
        );
    }
    if q.sources.is_empty() {
        problems.push(
            case.fault("no-source", case.spots.id, "没有写来源")
                .mend("加上 sources = [\"runtime/chan.go closechan\"]，要能打开查到"),
        );
    }
}

/// Demos that no question names.
pub(super) fn orphan_demos(known: &HashMap<&str, &Question>, demos: &[DemoFacts], problems: &mut Vec<Problem>) {
    let named: HashSet<&str> = known.values().flat_map(|q| &q.demos).map(String::as_str).collect();
    for demo in demos.iter().filter(|d| !named.contains(d.id.as_str())) {
        let place = Place { file: format!("demos/{}.rs", demo.id.replace('-', "_")), line: 0, column: 0 };
        problems.push(
            Problem::fault("orphan-demo", place, format!("没有一道题用到演示「{}」", demo.id))
                .mend("在它证明的那道题的 demos 里写上它"),
        );
    }
}
