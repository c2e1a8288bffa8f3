//! The words by which an answer is judged: points, wrong claims, and that they do not contradict.
use crate::bank::check::Case;
use crate::bank::problem::Problem;
use crate::bank::read::Spot;
use crate::base::text::{Norm, normalise, phrase_matches};

/// Fewest points of a question.
const POINTS_MIN: usize = 3;

pub(super) fn judge(case: &Case<'_>, problems: &mut Vec<Problem>) {
    points(case, problems);
    wrongs(case, problems);
}

fn points(case: &Case<'_>, problems: &mut Vec<Problem>) {
    let q = case.question;
    if q.points.len() < POINTS_MIN {
        problems.push(
            case.fault("few-points", case.spots.id, format!("只有 {} 个得分点", q.points.len()))
                .mend(format!("至少写 {POINTS_MIN} 个 [[question.point]]")),
        );
    }
    if !q.points.is_empty() && !q.points.iter().any(|p| p.must) {
        problems.push(
            case.fault("no-must", case.spots.points[0].at, "没有必答的得分点")
                .why("判分时分不清答没答到要害")
                .mend("给 1 到 3 个得分点加 must = true"),
        );
    }
    for (point, spot) in q.points.iter().zip(&case.spots.points) {
        if point.any.is_empty() {
            problems.push(
                case.fault("point-without-words", spot.at, format!("得分点「{}」没有判断用的词", point.text))
                    .mend("加上 any = [\"人们会用的说法\", \"甲+乙\"]"),
            );
        }
        phrases(case, &point.any, spot, problems);
    }
}

/// Phrases that reduce to nothing match nothing.
fn phrases(case: &Case<'_>, any: &[String], spot: &Spot, problems: &mut Vec<Problem>) {
    for (phrase, &at) in any.iter().zip(&spot.list) {
        if phrase.split(['+', '＋']).any(|part| normalise(part).is_empty()) {
            problems.push(
                case.fault("empty-phrase", at, format!("「{phrase}」里有一段只剩标点"))
                    .why("匹配时标点和空格都会去掉，这一段什么也匹配不到")
                    .mend("写上文字；+ 两边都要有词"),
            );
        }
    }
}

fn wrongs(case: &Case<'_>, problems: &mut Vec<Problem>) {
    let q = case.question;
    let said = [("short", Norm::new(&q.short)), ("answer", Norm::new(&q.answer))];
    for (wrong, spot) in q.wrongs.iter().zip(&case.spots.wrongs) {
        if wrong.any.is_empty() {
            problems.push(
                case.fault("wrong-without-words", spot.at, format!("常见错误「{}」没有判断用的词", wrong.text))
                    .mend("加上 any = [\"说错时会用的说法\"]"),
            );
        }
        phrases(case, &wrong.any, spot, problems);
        for (phrase, &at) in wrong.any.iter().zip(&spot.list) {
            for (field, text) in &said {
                if phrase_matches(text, phrase) {
                    problems.push(
                        case.fault("contradiction", at, format!("{field} 里出现了错误说法的判断词「{phrase}」"))
                            .why("照着答案背的人会被判成说错")
                            .mend("把这个词写得更具体（用 + 连接），或改写答案里的那一句"),
                    );
                }
            }
            let same = |p: &&crate::bank::model::Point| p.any.iter().any(|a| normalise(a) == normalise(phrase));
            if let Some(point) = q.points.iter().find(same) {
                problems.push(
                    case.fault("contradiction", at, format!("「{phrase}」同时算得分点「{}」和错误说法", point.text))
                        .mend("从其中一边去掉"),
                );
            }
        }
    }
}
