//! The schedule against the reference crate's own figures, and its invariants.
use fsrs::FSRSItem;
use fsrs::FSRSReview;
use proptest::prelude::*;

use super::*;

const DAY: i64 = 86_400_000;

fn on(day: i32) -> Moment {
    Moment { ms: i64::from(day) * DAY + 12 * 3_600_000, day }
}

/// The documented first intervals of FSRS-6 with default weights (doc test of `next_states`).
#[test]
fn a_new_card_gets_the_documented_states() {
    let want = [
        (Grade::Again, 0.212, 6.4133),
        (Grade::Hard, 1.2931, 5.112_170_7),
        (Grade::Good, 2.3065, 2.118_104),
        (Grade::Easy, 8.2956, 1.0),
    ];
    for (grade, stability, difficulty) in want {
        let (memory, interval) = Scheduler::new().step(None, grade, 0);
        assert!((memory.stability - stability).abs() < 1e-6, "{grade:?} {memory:?}");
        assert!((memory.difficulty - difficulty).abs() < 1e-6, "{grade:?} {memory:?}");
        assert!((interval - stability).abs() < 1e-4, "{grade:?} {interval}");
    }
}

#[test]
fn forgotten_comes_back_after_ten_minutes_and_counts_one_lapse() {
    let s = Scheduler::new();
    let first = s.next("q", None, Grade::Again, on(100));
    assert_eq!((first.lapses, first.relearning, first.due), (0, true, Due::At(on(100).ms + RELEARN_MS)));
    assert!(!first.is_due(on(100)));
    assert!(first.is_due(Moment { ms: on(100).ms + RELEARN_MS, day: 100 }));

    let learnt = s.next("q", Some(&first), Grade::Good, on(100));
    assert_eq!((learnt.lapses, learnt.relearning), (0, false));
    assert!(matches!(learnt.due, Due::Day(d) if d > 100));

    let lapsed = s.next("q", Some(&learnt), Grade::Again, on(103));
    let again = s.next("q", Some(&lapsed), Grade::Again, on(103));
    assert_eq!((lapsed.lapses, again.lapses), (1, 1), "failing the step again is the same lapse");
}

#[test]
fn the_eighth_lapse_makes_a_leech_and_the_twelfth_again() {
    let s = Scheduler::new();
    let mut card = s.next("q", None, Grade::Good, on(0));
    let mut spoke = Vec::new();
    for n in 1..=16 {
        card = s.next("q", Some(&card), Grade::Again, on(n * 2));
        assert_eq!(card.lapses, n.unsigned_abs());
        if card.leech_now() {
            spoke.push(n);
        }
        card = s.next("q", Some(&card), Grade::Good, on(n * 2));
        assert!(!card.leech_now());
    }
    assert_eq!(spoke, [8, 12, 16]);
    assert!(card.is_leech());
}

#[test]
fn a_clock_that_went_back_counts_as_no_time() {
    let s = Scheduler::new();
    let card = s.next("q", None, Grade::Good, on(500));
    let (back, same) = (s.next("q", Some(&card), Grade::Good, on(20)), s.next("q", Some(&card), Grade::Good, on(500)));
    assert!((back.stability - same.stability).abs() < f32::EPSILON);
    assert!((s.retrievability(&card, on(20)) - 1.0).abs() < 1e-6);
}

#[test]
fn recall_is_ninety_per_cent_when_stability_days_have_passed() {
    let s = Scheduler::new();
    let card = s.next("q", None, Grade::Easy, on(0));
    let then = Moment { ms: on(0).ms + (f64::from(card.stability) * DAY as f64) as i64, day: 8 };
    assert!((s.retrievability(&card, then) - 0.9).abs() < 1e-4);
}

#[test]
fn the_longest_interval_is_capped() {
    let s = Scheduler::new();
    let mut card = s.next("q", None, Grade::Easy, on(0));
    for _ in 0..40 {
        card = s.next("q", Some(&card), Grade::Easy, on(card.due_day()));
    }
    assert!(card.due_day() - card.last.day <= LONGEST_DAYS.cast_signed());
}

proptest! {
    /// Folding grades one by one gives what the crate computes from the whole history at once.
    #[test]
    fn memory_equals_the_crates_own_replay(history in prop::collection::vec((1u32..=4, 0u32..60), 1..40)) {
        let s = Scheduler::new();
        let (mut day, mut card) = (1000, None);
        let mut reviews = Vec::new();
        for (rating, delta) in history {
            let delta_t = if reviews.is_empty() { 0 } else { delta };
            day += delta_t.cast_signed();
            let grade = Grade::from_number(i64::from(rating)).expect("1–4");
            card = Some(s.next("q", card.as_ref(), grade, on(day)));
            reviews.push(FSRSReview { rating, delta_t });
        }
        let want = FSRS::default().memory_state(FSRSItem { reviews }, None).expect("finite");
        let got = card.expect("one review at least");
        prop_assert!((got.stability - want.stability).abs() <= want.stability * 1e-6);
        prop_assert!((got.difficulty - want.difficulty).abs() <= 1e-5);
    }

    /// S2: 忘了 < 费力 ≤ 记得 ≤ 很轻松, fuzz included.
    #[test]
    fn a_better_grade_is_never_earlier(grades in prop::collection::vec(1i64..=4, 0..12), gap in 0i32..400, key in "[a-z]{1,6}") {
        let s = Scheduler::new();
        let mut card = None;
        let mut day = 0;
        for g in grades {
            card = Some(s.next(&key, card.as_ref(), Grade::from_number(g).expect("1–4"), on(day)));
            day += gap / 12;
        }
        let due: Vec<i32> = Grade::ALL.iter().map(|g| s.next(&key, card.as_ref(), *g, on(day + gap)).due_day()).collect();
        prop_assert!(due[0] < due[1] && due[1] <= due[2] && due[2] <= due[3], "{:?}", due);
    }

    /// The fuzz stays within the spread it names, and never shortens below a day.
    #[test]
    fn fuzz_is_small(interval in 0.0f32..5000.0, reps in 0u32..50) {
        let days = fuzzed(interval, "q", reps) as f32;
        let near = interval.clamp(1.0, LONGEST_DAYS as f32);
        prop_assert!(days >= 1.0 && days <= LONGEST_DAYS as f32);
        prop_assert!((days - near).abs() <= 0.15 * near + 2.5, "{} {}", near, days);
    }
}
