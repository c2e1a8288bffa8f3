//! Figures over a small log.
use super::*;
use crate::study::sample;

const DAY: i64 = 86_400_000;

fn on(day: i32) -> Moment {
    Moment { ms: i64::from(day) * DAY + DAY / 2, day }
}

fn review(card: &str, day: i32, grade: Grade, seconds: f64) -> Reviewed {
    Reviewed {
        seq: 0,
        at: on(day),
        card: card.into(),
        asked: "type".into(),
        grade,
        seconds,
        limit_s: 60,
        session: None,
    }
}

#[test]
fn questions_are_counted_once_over_their_cards() {
    let s = Scheduler::new();
    let cards = HashMap::from([
        ("chan-2".to_owned(), s.next("chan-2", None, Grade::Good, on(90))),
        ("chan-2#choice".to_owned(), s.next("chan-2#choice", None, Grade::Again, on(99))),
        ("gone".to_owned(), s.next("gone", None, Grade::Again, on(99))),
    ]);
    let (all, topics) = counts(&sample::bank(), &cards, on(100));
    assert_eq!((all.questions, all.seen, all.due, all.wrong, all.unseen()), (15, 1, 1, 1, 14));
    assert_eq!(
        topics.iter().map(|(t, c)| (t.as_str(), c.seen)).collect::<Vec<_>>(),
        [("chan", 1), ("sel", 0), ("ctx", 0)]
    );
    assert_eq!(weak_topics(&topics, 3).len(), 1);
    assert!(all.recall.is_some_and(|r| r < 0.9), "{:?}", all.recall);
}

#[test]
fn history_measures_retention_on_later_days_only() {
    let log = [
        review("a", 1, Grade::Again, 10.0),
        review("a", 1, Grade::Good, 70.0),
        review("a", 4, Grade::Good, 5.0),
        review("b", 4, Grade::Good, 5.0),
        review("b", 9, Grade::Again, 5.0),
    ];
    let history = History::of(&log);
    assert_eq!(history.retention, (2, 1));
    assert_eq!(history.grades, [2, 0, 3, 0]);
    assert_eq!((history.reviews, history.overtime), (5, 1));
    assert!((history.seconds - 95.0).abs() < 1e-9);
}

#[test]
fn a_streak_may_end_today_or_yesterday() {
    let log: Vec<_> = [3, 4, 6, 7, 8].into_iter().map(|d| review("a", d, Grade::Good, 1.0)).collect();
    let history = History::of(&log);
    assert_eq!(history.streak(8), 3);
    assert_eq!(history.streak(9), 3);
    assert_eq!(history.streak(10), 0);
    assert_eq!(history.streak(4), 2);
}
