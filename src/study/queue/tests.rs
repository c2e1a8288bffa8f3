//! The queue: filters, order, siblings, the daily limit, seeds.
use std::collections::HashMap;

use super::*;
use crate::study::sample;

const DAY: i64 = 86_400_000;

fn now() -> Moment {
    on(1000)
}

fn on(day: i32) -> Moment {
    Moment { ms: i64::from(day) * DAY + DAY / 2, day }
}

/// A card that was answered once on `day`.
fn answered(key: &str, day: i32, grade: Grade) -> (String, CardState) {
    (key.to_owned(), Scheduler::new().next(key, None, grade, on(day)))
}

fn ids(list: &[Planned]) -> Vec<String> {
    list.iter().map(|p| p.key.to_string()).collect()
}

fn open_only() -> Wish {
    Wish { kind: KindWish::Type, n: Some(100), ..Wish::default() }
}

#[test]
fn due_comes_before_new_and_the_weakest_first() {
    let cards = HashMap::from([
        answered("chan-1", 995, Grade::Good),
        answered("sel-1", 900, Grade::Good),
        answered("ctx-1", 980, Grade::Good),
        answered("ctx-2", 999, Grade::Easy),
    ]);
    let list = plan(&sample::bank(), &cards, now(), &open_only());
    assert_eq!(ids(&list)[..3], ["sel-1", "ctx-1", "chan-1"]);
    assert_eq!(list.iter().map(|p| p.why).collect::<HashSet<_>>().len(), 3, "due, new, ahead");
    assert_eq!(list.last().map(|p| (p.key.to_string(), p.why)), Some(("ctx-2".into(), Why::Ahead)));
    assert_eq!(list.len(), 15, "every question once");
}

#[test]
fn filters_pick_what_they_say() {
    let mut leech = answered("sel-3", 999, Grade::Good);
    leech.1.lapses = 8;
    let cards =
        HashMap::from([answered("chan-1", 990, Grade::Good), answered("sel-2#choice", 999, Grade::Again), leech]);
    let bank = sample::bank();
    let with = |only| ids(&plan(&bank, &cards, now(), &Wish { only: Some(only), n: Some(99), ..Wish::default() }));
    let mut due = with(OnlyWish::Due);
    due.sort();
    assert_eq!(due, ["chan-1", "sel-2#choice"]);
    assert_eq!(with(OnlyWish::Wrong), ["sel-2#choice"]);
    assert_eq!(with(OnlyWish::Leech), ["sel-3"]);
    let new = with(OnlyWish::New);
    assert_eq!(new.len(), 12, "three questions were seen: {new:?}");
    let topic = Wish { topics: vec!["ctx".into()], ..open_only() };
    assert!(ids(&plan(&bank, &cards, now(), &topic)).iter().all(|id| id.starts_with("ctx-")));
}

#[test]
fn ids_are_obeyed_in_their_order_even_when_not_due() {
    let cards = HashMap::from([answered("sel-1", 1000, Grade::Easy)]);
    let wish = Wish { ids: vec!["ctx-3".into(), "sel-1".into(), "chan-2".into()], ..Wish::default() };
    let list = plan(&sample::bank(), &cards, now(), &wish);
    assert_eq!(ids(&list), ["ctx-3", "sel-1", "chan-2"]);
    let choice = Wish { kind: KindWish::Choice, ..wish };
    assert_eq!(ids(&plan(&sample::bank(), &cards, now(), &choice)), ["chan-2#choice"], "only it has one");
}

#[test]
fn at_most_one_card_of_a_question() {
    let cards = HashMap::from([
        answered("chan-2", 900, Grade::Good),
        answered("chan-2#choice", 900, Grade::Again),
        answered("chan-2#cloze", 900, Grade::Good),
    ]);
    for seed in 0..50 {
        let wish = Wish { n: Some(100), seed, ..Wish::default() };
        let list = plan(&sample::bank(), &cards, now(), &wish);
        let questions: HashSet<&str> = list.iter().map(|p| p.key.question.as_str()).collect();
        assert_eq!(questions.len(), list.len());
    }
}

#[test]
fn a_sibling_answered_today_keeps_the_others_back() {
    let cards = HashMap::from([answered("chan-2#choice", 1000, Grade::Good)]);
    let list = plan(&sample::bank(), &cards, now(), &Wish { n: Some(100), ..Wish::default() });
    let chan2 = list.iter().find(|p| p.key.question == "chan-2").expect("asked ahead");
    assert_eq!((chan2.why, chan2.key.form), (Why::Ahead, Form::Choice));
    let cloze = Wish { kind: KindWish::Cloze, n: Some(100), ..Wish::default() };
    let list = plan(&sample::bank(), &cards, now(), &cloze);
    assert!(list.iter().any(|p| p.key.question == "chan-2"), "unless its kind is asked for");
}

#[test]
fn ten_new_a_day_unless_more_is_asked_for() {
    let bank = sample::bank();
    let none = HashMap::new();
    assert_eq!(plan(&bank, &none, now(), &Wish::default()).len(), NEW_PER_DAY);
    let seven: HashMap<_, _> = (1..=5)
        .map(|n| format!("chan-{n}"))
        .chain(["sel-1".into(), "sel-3".into()])
        .map(|k| answered(&k, 1000, Grade::Good))
        .collect();
    assert_eq!(new_today(&seven, now()), 7);
    assert_eq!(plan(&bank, &seven, now(), &Wish::default()).len(), 3);
    assert_eq!(plan(&bank, &seven, now(), &Wish { n: Some(6), ..Wish::default() }).len(), 6);
    let topic = Wish { topics: vec!["ctx".into()], ..Wish::default() };
    assert_eq!(plan(&bank, &seven, now(), &topic).len(), 5);
}

#[test]
fn the_same_seed_gives_the_same_list_and_another_seed_another() {
    let bank = sample::bank();
    let list = |seed| ids(&plan(&bank, &HashMap::new(), now(), &Wish { seed, n: Some(15), ..Wish::default() }));
    assert_eq!(list(7), list(7));
    assert!((0..20).any(|seed| list(seed) != list(7)));
    let forms: HashSet<Form> = (0..20)
        .flat_map(|seed| plan(&bank, &HashMap::new(), now(), &Wish { seed, n: Some(15), ..Wish::default() }))
        .map(|p| p.key.form)
        .collect();
    assert_eq!(forms, HashSet::from([Form::Open, Form::Choice, Form::Cloze]), "mixed is mixed");
}

#[test]
fn topics_are_interleaved() {
    let list = plan(&sample::bank(), &HashMap::new(), now(), &Wish { n: Some(12), ..open_only() });
    let same = list.windows(2).filter(|w| w[0].topic == w[1].topic).count();
    assert!(same <= 2, "{:?}", ids(&list));
}

#[test]
fn kinds_decide_how_open_questions_are_put() {
    let bank = sample::bank();
    let asked = |kind| {
        let list = plan(&bank, &HashMap::new(), now(), &Wish { kind, n: Some(99), ..Wish::default() });
        list.into_iter().map(|p| p.asked).collect::<HashSet<_>>()
    };
    assert_eq!(asked(KindWish::Type), HashSet::from([Asked::Type]));
    assert_eq!(asked(KindWish::SelfGrade), HashSet::from([Asked::SelfGrade]));
    assert_eq!(asked(KindWish::Cloze), HashSet::from([Asked::Cloze]));
    assert!(asked(KindWish::Predict).is_empty());
    assert!(asked(KindWish::MixedSpoken).contains(&Asked::SelfGrade));
    assert!(!asked(KindWish::MixedSpoken).contains(&Asked::Type));
}
