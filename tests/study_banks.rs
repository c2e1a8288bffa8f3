//! The shipped banks against the grader: what a bank says itself must be read as it is meant.
use bagu::bank::Bank;
use bagu::bank::load::load;
use bagu::study::grade::points::Sheet;

fn bank() -> Bank {
    let (bank, _) = load(&[]);
    assert!(bank.questions.len() >= 50, "{} questions are shipped", bank.questions.len());
    bank
}

/// Someone who types the model answer must not be told that a must is missing, nor be accused.
#[test]
fn the_model_answer_makes_every_must_and_no_wrong_claim() {
    let mut faults = Vec::new();
    let (mut points, mut said) = (0, 0);
    for q in &bank().questions {
        let text = format!("{}\n{}", q.short, q.answer);
        let sheet = Sheet::typed(q, &text);
        points += sheet.ticks.len();
        said += sheet.said();
        for (point, tick) in q.points.iter().zip(&sheet.ticks) {
            if point.must && !tick.said {
                faults.push(format!("{}: 必答点没有读出来：{}", q.id, point.text));
            }
        }
        for claim in &sheet.claims {
            let words: Vec<&str> = claim.words.iter().map(|w| &text[w.clone()]).collect();
            faults.push(format!("{}: 误判为「{}」：{words:?}", q.id, q.wrongs[claim.wrong].text));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(said * 100 >= points * 95, "{said} of {points} points");
}

/// The truth of a wrong claim must not be taken for a wrong claim; the claim itself must be caught.
#[test]
fn truths_are_not_accused_and_claims_are_caught() {
    let mut faults = Vec::new();
    for q in &bank().questions {
        for (i, wrong) in q.wrongs.iter().enumerate() {
            for claim in Sheet::typed(q, &wrong.truth).claims {
                faults.push(format!("{}: 真话「{}」误判为「{}」", q.id, wrong.truth, q.wrongs[claim.wrong].text));
            }
            // 「以为…」 reports a claim and makes none.
            if !wrong.text.contains("以为") && !Sheet::typed(q, &wrong.text).claims.iter().any(|c| c.wrong == i) {
                faults.push(format!("{}: 没有抓住「{}」", q.id, wrong.text));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A question's hints, options and gaps must be usable: the right answer to every drill is accepted.
#[test]
fn the_right_answer_to_every_drill_is_right() {
    use bagu::bank::model::Drill;
    use bagu::study::grade::drill::Cloze;
    use bagu::study::grade::drill::Score;
    use bagu::study::grade::drill::judge_options;
    use bagu::study::grade::drill::judge_order;
    let mut seen = 0;
    for q in &bank().questions {
        for drill in &q.drills {
            seen += 1;
            let score = match drill {
                Drill::Choice { options, .. } | Drill::Multi { options, .. } => {
                    let right: Vec<usize> = (0..options.len()).filter(|i| options[*i].ok).collect();
                    judge_options(options, &right).score
                }
                Drill::Order { steps, .. } => judge_order(steps, &(0..steps.len()).collect::<Vec<_>>()).score,
                Drill::Cloze { text } => {
                    let cloze = Cloze::new(text);
                    assert!(!cloze.gaps.is_empty(), "{}: {text}", q.id);
                    let typed: Vec<String> = cloze.gaps.iter().map(|g| g[0].clone()).collect();
                    assert_eq!(cloze.split(&typed.join("；")), typed, "{}: {text}", q.id);
                    cloze.judge(&typed).score
                }
                Drill::Predict { .. } => Score::Right,
            };
            assert_eq!(score, Score::Right, "{}", q.id);
        }
    }
    assert!(seen > 10, "{seen} drills");
}
