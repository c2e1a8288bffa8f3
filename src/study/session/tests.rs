//! The session: clock, undo, skip, repeats, resume. Times are passed in; nothing sleeps.
use super::*;
use crate::bank::model::Bank;
use crate::study::card::CardKey;
use crate::study::card::Form;
use crate::study::clock::Moment;
use crate::study::sample;
use crate::study::schedule::Scheduler;

fn plan(cards: &[&str], minutes: Option<u32>) -> Plan {
    let item = |card: &&str| {
        let form = card.parse::<CardKey>().expect("a key").form;
        let asked = if form == Form::Open { "type" } else { form.name() };
        PlanItem { card: (*card).into(), asked: asked.into() }
    };
    Plan { seed: 1, per_s: None, minutes, items: cards.iter().map(item).collect() }
}

/// Answers the present question with nothing and grades it.
fn grade(session: &mut Session<'_>, grade: Grade, at_ms: u64) {
    let sheet = Sheet::blank(session.item().expect("a question").question);
    session.answer("答".into(), Asked::Type, Verdict::Open(sheet), at_ms);
    let review = session.review(grade).expect("judged");
    let now = Moment { ms: at_ms.cast_signed(), day: 0 };
    let state = Scheduler::new().next(&review.card, None, grade, now);
    session.graded(review, Recorded { seq: 1, state }, at_ms);
}

fn asked(session: &mut Session<'_>, at_ms: u64) -> Option<String> {
    session.next(at_ms).map(|i| i.key.to_string())
}

fn bank() -> Bank {
    sample::bank()
}

#[test]
fn seconds_run_from_showing_to_answering() {
    let bank = bank();
    let mut s = Session::new(&plan(&["chan-1"], None), &bank, &[]);
    s.next(10_000);
    s.answer("答".into(), Asked::Type, Verdict::Open(Sheet::default()), 72_500);
    let review = s.review(Grade::Good).expect("judged");
    assert!((review.seconds - 62.5).abs() < 1e-9);
    assert_eq!((review.limit_s, review.asked.as_str()), (90, "type"));
    assert_eq!(s.phase(), Phase::Judging);
}

#[test]
fn an_answer_counts_only_when_graded() {
    let bank = bank();
    let mut s = Session::new(&plan(&["chan-1", "chan-3"], None), &bank, &[]);
    s.next(0);
    s.answer("答".into(), Asked::Type, Verdict::Open(Sheet::default()), 5);
    s.quit();
    assert!(s.done().is_empty());
    assert_eq!(s.unanswered(), 2);
    assert_eq!(asked(&mut s, 6), None);
    assert_eq!(s.phase(), Phase::Over(Over::Quit));
}

#[test]
fn undo_asks_the_last_again_and_then_the_interrupted_one() {
    let bank = bank();
    let mut s = Session::new(&plan(&["chan-1", "chan-3", "chan-5"], None), &bank, &[]);
    s.next(0);
    grade(&mut s, Grade::Good, 1);
    assert_eq!(asked(&mut s, 2).as_deref(), Some("chan-3"));
    assert_eq!(s.undo().map(|d| d.item.key.to_string()).as_deref(), Some("chan-1"));
    assert!(s.undo().is_none());
    for want in ["chan-1", "chan-3", "chan-5"] {
        assert_eq!(asked(&mut s, 3).as_deref(), Some(want));
        grade(&mut s, Grade::Good, 4);
    }
    assert_eq!(asked(&mut s, 5), None);
    assert!(s.undo().is_some(), "after the last card too");
    assert_eq!(asked(&mut s, 6).as_deref(), Some("chan-5"));
}

#[test]
fn a_forgotten_one_comes_back_once_when_its_ten_minutes_are_over() {
    let bank = bank();
    let mut s = Session::new(&plan(&["chan-1", "chan-3"], None), &bank, &[]);
    s.next(0);
    grade(&mut s, Grade::Again, 1000);
    s.next(1000);
    grade(&mut s, Grade::Good, 700_000);
    assert_eq!(asked(&mut s, 700_000).as_deref(), Some("chan-1"));
    assert!(s.is_repeat());
    assert_eq!(s.unanswered(), 0, "a repeat is an extra");
    grade(&mut s, Grade::Again, 701_000);
    assert_eq!(asked(&mut s, 9_000_000), None, "once only");

    let mut quick = Session::new(&plan(&["chan-1"], None), &bank, &[]);
    quick.next(0);
    grade(&mut quick, Grade::Again, 1000);
    assert_eq!(asked(&mut quick, 2000), None, "the ten minutes are not over");
}

#[test]
fn undoing_a_forgotten_one_cancels_its_return() {
    let bank = bank();
    let mut s = Session::new(&plan(&["chan-1"], None), &bank, &[]);
    s.next(0);
    grade(&mut s, Grade::Again, 1000);
    s.undo().expect("one answer");
    s.next(2000);
    grade(&mut s, Grade::Good, 3000);
    assert_eq!(asked(&mut s, 9_000_000), None);
}

#[test]
fn skipped_ones_are_left_for_later() {
    let bank = bank();
    let mut s = Session::new(&plan(&["chan-1", "chan-3"], None), &bank, &[]);
    s.next(0);
    s.skip();
    assert_eq!(asked(&mut s, 1).as_deref(), Some("chan-3"));
    grade(&mut s, Grade::Good, 2);
    assert_eq!(asked(&mut s, 3), None);
    assert_eq!((s.skipped(), s.unanswered(), s.done().len()), (1, 1, 1));
}

#[test]
fn the_session_limit_ends_between_questions_only() {
    let bank = bank();
    let mut s = Session::new(&plan(&["chan-1", "chan-3"], Some(1)), &bank, &[]);
    s.next(0);
    assert_eq!(s.left_ms(15_000), Some(45_000));
    grade(&mut s, Grade::Good, 100_000);
    assert_eq!(s.done().len(), 1, "the answer that ran over counts");
    assert_eq!(asked(&mut s, 100_000), None);
    assert_eq!(s.phase(), Phase::Over(Over::TimeUp));
}

#[test]
fn a_continued_session_asks_only_the_rest_and_remembers_the_time() {
    let bank = bank();
    let plan = plan(&["chan-1", "chan-3", "gone-1", "chan-4#order"], Some(2));
    let mut s = Session::new(&plan, &bank, &[("chan-1".into(), 50.0)]);
    assert_eq!(s.len(), 1, "one answered, one question and one drill gone from the bank");
    assert_eq!(s.left_ms(10_000), Some(60_000));
    assert_eq!(asked(&mut s, 0).as_deref(), Some("chan-3"));
    assert_eq!(s.answered_before(), 1);
}

#[test]
fn drills_shuffle_alike_in_a_continued_session() {
    let bank = bank();
    let plan = plan(&["chan-2#choice", "chan-4#choice"], None);
    let again = Plan::from_text(&plan.to_text()).expect("what was written");
    assert!(Plan::from_text("{").is_err());
    let seeds = |p: &Plan| {
        let mut s = Session::new(p, &bank, &[]);
        s.next(0).map(|i| i.seed)
    };
    assert_eq!(plan, again);
    assert_eq!(seeds(&plan), seeds(&again));
}

#[test]
fn help_is_counted_per_question_and_caps_the_suggestion() {
    let bank = bank();
    let mut s = Session::new(&plan(&["chan-1", "chan-3"], None), &bank, &[]);
    s.next(0);
    s.hint();
    s.answer("答".into(), Asked::Type, Verdict::Open(Sheet::default()), 1);
    assert_eq!(s.suggested(), Grade::Hard);
    let review = s.review(Grade::Good).expect("judged");
    assert_eq!((review.hints, review.grade, review.suggested), (1, Grade::Good, Grade::Hard));
    s.skip();
    s.next(2);
    assert_eq!(s.help(), Help::default());
    s.peek(3);
    assert_eq!(s.suggested(), Grade::Again);
    assert!(s.review(Grade::Again).expect("judged").peeked);
}

#[test]
fn alarms_come_in_order_and_short_limits_have_no_warning() {
    assert_eq!(alarms(90, None), [(60_000, Alarm::Question30), (90_000, Alarm::QuestionUp)]);
    assert_eq!(alarms(45, None), [(45_000, Alarm::QuestionUp)]);
    assert_eq!(
        alarms(120, Some(100_000)),
        [
            (40_000, Alarm::Session60),
            (90_000, Alarm::Question30),
            (100_000, Alarm::SessionUp),
            (120_000, Alarm::QuestionUp)
        ]
    );
    assert_eq!(alarms(0, Some(0)), []);
}

#[test]
fn overtime_begins_with_the_word_that_time_is_up() {
    let up = alarms(90, None).last().expect("a limit").0 as f64 / 1000.0;
    assert!(overtime(up, 90) && !overtime(up - 0.001, 90) && !overtime(1e9, 0));
}
