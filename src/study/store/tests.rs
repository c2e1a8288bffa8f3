//! The store: what is written is there, what is derived equals the fold, what is broken is refused.
use proptest::prelude::*;

use super::*;
use crate::study::clock::Moment;
use crate::study::schedule::Grade;

const DAY: i64 = 86_400_000;

fn at(minutes: i64) -> Moment {
    let ms = minutes * 60_000;
    Moment { ms, day: i32::try_from(ms / DAY).expect("a small number of days") }
}

fn review(card: &str, grade: Grade) -> Review {
    Review {
        card: card.into(),
        asked: "type".into(),
        grade,
        suggested: Grade::Good,
        seconds: 12.5,
        limit_s: 90,
        hints: 0,
        peeked: false,
        answer: "缓冲".into(),
        hit: vec!["甲".into()],
        missed: vec![],
        wrong: vec![],
        session: None,
    }
}

fn store() -> Store {
    Store::in_memory().expect("memory")
}

/// A folder that is removed at the end.
struct Folder(PathBuf);
impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("bagu-store-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("temp dir");
        Self(path)
    }
    fn db(&self) -> PathBuf {
        self.0.join("progress.db")
    }
}
impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

#[test]
fn what_was_recorded_is_there_after_reopening() {
    let folder = Folder::new("reopen");
    let mut first = Store::open(&folder.db()).expect("new store");
    let recorded = first.record(&review("q#choice", Grade::Hard), at(5)).expect("recorded");
    drop(first);
    let again = Store::open(&folder.db()).expect("the same store");
    assert_eq!(again.card("q#choice").expect("readable"), Some(recorded.state));
    let reviews = again.reviews().expect("readable");
    assert_eq!(reviews.len(), 1);
    assert_eq!((reviews[0].card.as_str(), reviews[0].grade, reviews[0].at), ("q#choice", Grade::Hard, at(5)));
}

#[test]
fn undo_restores_the_card_exactly_and_keeps_the_log() {
    let mut store = store();
    let one = store.record(&review("q", Grade::Good), at(0)).expect("recorded");
    store.record(&review("q", Grade::Again), at(4000)).expect("recorded");
    store.record(&review("other", Grade::Easy), at(4001)).expect("recorded");
    let undone = store.undo(2, None, at(4002)).expect("undone");
    assert_eq!(undone.iter().map(|u| u.card.as_str()).collect::<Vec<_>>(), ["other", "q"]);
    assert_eq!(store.card("q").expect("readable"), Some(one.state));
    assert_eq!(store.card("other").expect("readable"), None);
    assert_eq!(store.undo(5, None, at(4003)).expect("undone").len(), 1, "only one is left");
    assert!(store.undo(1, None, at(4004)).expect("undone").is_empty());
    assert!(store.cards().expect("readable").is_empty());
    let events: i64 = store.db.query_row("SELECT count(*) FROM event", [], |r| r.get(0)).expect("count");
    assert_eq!(events, 6, "three reviews and three undos");
}

#[test]
fn undo_of_a_session_leaves_others_alone() {
    let mut store = store();
    let session = store.open_session("{}", at(0)).expect("opened");
    store.record(&Review { session: Some(session), ..review("a", Grade::Good) }, at(1)).expect("recorded");
    store.record(&review("b", Grade::Good), at(2)).expect("recorded");
    let undone = store.undo(1, Some(session), at(3)).expect("undone");
    assert_eq!(undone[0].card, "a");
    assert!(store.card("b").expect("readable").is_some());
}

#[test]
fn events_cannot_be_changed_or_deleted() {
    let mut store = store();
    store.record(&review("q", Grade::Good), at(0)).expect("recorded");
    for sql in ["UPDATE event SET grade = 4", "DELETE FROM event"] {
        let refused = store.db.execute(sql, []).expect_err(sql).to_string();
        assert!(refused.contains("append-only"), "{refused}");
    }
}

#[test]
fn an_open_session_is_found_until_closed() {
    let mut store = store();
    assert_eq!(store.last_open_session().expect("readable"), None);
    let a = store.open_session("甲", at(0)).expect("opened");
    let b = store.open_session("乙", at(1)).expect("opened");
    store.close_session(b, at(2)).expect("closed");
    let open = store.last_open_session().expect("readable").expect("one is open");
    assert_eq!((open.id, open.plan.as_str()), (a, "甲"));
}

#[test]
fn a_damaged_file_is_refused_and_left_as_it_is() {
    let folder = Folder::new("damaged");
    for bytes in [b"this is no database, whatever its name says it is".to_vec(), vec![0u8; 4096]] {
        std::fs::write(folder.db(), &bytes).expect("written");
        let error = Store::open(&folder.db()).expect_err("refused");
        assert!(matches!(error, OpenError::Store(StoreError::Damaged(_))), "{error:?}");
        assert_eq!(std::fs::read(folder.db()).expect("still there"), bytes);
    }
}

#[test]
fn damage_in_the_middle_is_found_by_examine() {
    let folder = Folder::new("torn");
    let mut store = Store::open(&folder.db()).expect("new store");
    for n in 0..12 {
        let answer = "缓冲".repeat(1000);
        store.record(&Review { answer, ..review(&format!("q{n}"), Grade::Good) }, at(n)).expect("recorded");
    }
    store.examine().expect("sound");
    drop(store);
    let mut bytes = std::fs::read(folder.db()).expect("readable");
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 4096].fill(0xa5);
    std::fs::write(folder.db(), &bytes).expect("written");
    let store = Store::open(&folder.db()).expect("the head is intact");
    assert!(matches!(store.examine(), Err(StoreError::Damaged(_))));
    let aside = set_aside(&folder.db()).expect("renamed");
    assert!(aside.exists() && !folder.db().exists());
}

#[test]
fn newer_and_foreign_files_are_refused() {
    let folder = Folder::new("newer");
    drop(Store::open(&folder.db()).expect("new store"));
    let db = Connection::open(folder.db()).expect("opened");
    db.pragma_update(None, "user_version", VERSION + 1).expect("set");
    drop(db);
    let newer = Store::open(&folder.db()).expect_err("refused");
    assert!(matches!(newer, OpenError::Newer { found } if found == VERSION + 1), "{newer:?}");
    assert!(matches!(Store::open_existing(&folder.db()), Err(OpenError::Newer { .. })));

    let other = folder.0.join("other.db");
    Connection::open(&other).expect("opened").execute_batch("CREATE TABLE t (x)").expect("made");
    assert!(matches!(Store::open(&other), Err(OpenError::Foreign)));
    assert!(matches!(Store::open_existing(&other), Err(OpenError::Foreign)));
}

#[test]
fn reading_creates_nothing() {
    let folder = Folder::new("reading");
    let missing = folder.0.join("sub").join("progress.db");
    assert!(Store::open_existing(&missing).expect("fine").is_none());
    assert!(!missing.parent().expect("has one").exists());
    std::fs::write(folder.db(), b"").expect("written");
    assert!(Store::open_existing(&folder.db()).expect("an empty file holds nothing").is_none());
}

#[test]
fn two_writers_take_turns_on_one_card() {
    let folder = Folder::new("two");
    let mut a = Store::open(&folder.db()).expect("first");
    let mut b = Store::open(&folder.db()).expect("second");
    a.record(&review("q", Grade::Good), at(0)).expect("recorded");
    let second = b.record(&review("q", Grade::Good), at(5000)).expect("recorded");
    assert_eq!(second.state.reps, 2, "it saw the first");
    assert_eq!(a.check().expect("readable"), []);
}

#[test]
fn a_held_lock_is_reported_as_busy() {
    let folder = Folder::new("busy");
    let mut store = Store::open(&folder.db()).expect("store");
    store.db.busy_timeout(Duration::from_millis(30)).expect("set");
    let other = Connection::open(folder.db()).expect("opened");
    other.execute_batch("BEGIN IMMEDIATE").expect("locked");
    let refused = store.record(&review("q", Grade::Good), at(0));
    assert!(matches!(refused, Err(StoreError::Busy)), "{refused:?}");
    other.execute_batch("ROLLBACK").expect("unlocked");
    store.record(&review("q", Grade::Good), at(0)).expect("now it works");
}

#[test]
fn rebuild_mends_a_card_table_that_lies() {
    let mut store = store();
    store.record(&review("q", Grade::Good), at(0)).expect("recorded");
    store.record(&review("r", Grade::Again), at(1)).expect("recorded");
    let good = store.cards().expect("readable");
    store.db.execute("UPDATE card SET reps = 99 WHERE card = 'q'", []).expect("tampered");
    store.db.execute("DELETE FROM card WHERE card = 'r'", []).expect("tampered");
    assert_eq!(store.check().expect("readable").len(), 2);
    store.rebuild().expect("rebuilt");
    assert_eq!(store.cards().expect("readable"), good);
    assert_eq!(store.check().expect("readable"), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// P3: whatever is answered and taken back, the card table is the fold of the events.
    #[test]
    fn the_card_table_equals_the_fold(steps in prop::collection::vec((0u8..5, 1i64..=4, 0i64..20_000, prop::bool::weighted(0.2)), 0..60)) {
        let mut store = store();
        let mut clock = 0;
        for (card, grade, gap, undo) in steps {
            clock += gap;
            if undo {
                store.undo(1 + u32::from(card) / 2, None, at(clock)).expect("undone");
            } else {
                let grade = Grade::from_number(grade).expect("1–4");
                store.record(&review(&format!("q{card}"), grade), at(clock)).expect("recorded");
            }
        }
        prop_assert_eq!(store.cards().expect("readable"), store.folded().expect("readable"));
    }
}
