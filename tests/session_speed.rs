//! A long history must not slow the first question down: opening reads the derived cards, never the
//! log. The bound here is generous (an unoptimised build on a busy machine); the figure is printed.
use std::fs;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use bagu::study::store::Store;

const REVIEWS: i64 = 10_000;
const DAY_MS: i64 = 86_400_000;
/// 2026-11-21T02:00:00Z.
const NOW_MS: i64 = 1_795_226_400_000;

/// Ten thousand answers over 400 days, written as the store writes them, cards rebuilt.
fn fill(db: &Path, ids: &[String]) {
    drop(Store::open(db).expect("new store"));
    let mut raw = rusqlite::Connection::open(db).expect("opened");
    let tx = raw.transaction().expect("begun");
    for n in 0..REVIEWS {
        let at = NOW_MS - (REVIEWS - n) * 400 * DAY_MS / REVIEWS;
        let card = &ids[(n * 7 % ids.len() as i64) as usize];
        let grade = [3, 3, 1, 4, 2, 3][(n % 6) as usize];
        tx.execute(
            "INSERT INTO event (at_ms, day, kind, card, asked, grade, suggested, seconds, limit_s, answer, hit, missed, wrong)
             VALUES (?1, ?2, 'review', ?3, 'type', ?4, 3, 42.5, 90, '先读完缓冲，再得零值', '[\"一\"]', '[\"二\"]', '[]')",
            rusqlite::params![at, at / DAY_MS, card, grade],
        )
        .expect("inserted");
    }
    tx.commit().expect("committed");
    Store::open(db).expect("the store").rebuild().expect("rebuilt");
}

#[test]
fn the_first_question_after_ten_thousand_reviews() {
    let home = std::env::temp_dir().join(format!("bagu-speed-{}", std::process::id()));
    fs::create_dir_all(&home).expect("temp dir");
    let (bank, _) = bagu::bank::load::load(&[]);
    let ids: Vec<String> = bank.questions.iter().map(|q| q.id.clone()).collect();
    fill(&home.join("progress.db"), &ids);
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let started = Instant::now();
        let out = Command::new(env!("CARGO_BIN_EXE_bagu"))
            .args(["quiz", "-n", "1", "--seed", "1", "--home"])
            .arg(&home)
            .env("BAGU_NOW", "2026-11-21T10:00:00+08:00")
            .stdin(Stdio::null())
            .output()
            .expect("the binary runs");
        best = best.min(started.elapsed());
        let text = String::from_utf8_lossy(&out.stdout);
        assert!(text.contains("第 1/1 题"), "{text}{}", String::from_utf8_lossy(&out.stderr));
    }
    let store = Store::open_existing(&home.join("progress.db")).expect("opens").expect("exists");
    assert_eq!(store.check().expect("readable"), []);
    drop(fs::remove_dir_all(&home));
    println!("first question after {REVIEWS} reviews, whole process: {best:?}");
    assert!(best < Duration::from_millis(500), "{best:?}");
}
