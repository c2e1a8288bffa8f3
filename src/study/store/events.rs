//! Appending reviews and undos, and reading them back.

use rusqlite::Connection;
use rusqlite::OptionalExtension;
use rusqlite::Row;
use rusqlite::TransactionBehavior;
use rusqlite::params;

use super::Store;
use super::StoreError;
use super::fold;
use crate::study::clock::Moment;
use crate::study::schedule::CardState;
use crate::study::schedule::Cards;
use crate::study::schedule::Due;
use crate::study::schedule::Grade;

/// A graded answer, as the session hands it over.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    /// Key of the card, `question[#form[n]]`.
    pub card: String,
    /// self type choice multi cloze order predict.
    pub asked: String,
    pub grade: Grade,
    pub suggested: Grade,
    pub seconds: f64,
    pub limit_s: u32,
    pub hints: u8,
    pub peeked: bool,
    /// What was typed; empty for a spoken answer.
    pub answer: String,
    pub hit: Vec<String>,
    pub missed: Vec<String>,
    pub wrong: Vec<String>,
    /// The open session it belongs to.
    pub session: Option<i64>,
}

/// What [`Store::record`] made of a review.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recorded {
    pub seq: i64,
    pub state: CardState,
}

/// A review taken back.
#[derive(Debug, Clone, PartialEq)]
pub struct Undone {
    pub seq: i64,
    pub card: String,
    pub grade: Grade,
    pub at_ms: i64,
    pub session: Option<i64>,
}

/// A review that still counts, as `stats` reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reviewed {
    pub seq: i64,
    pub at: Moment,
    pub card: String,
    pub asked: String,
    pub grade: Grade,
    pub seconds: f64,
    pub limit_s: u32,
    pub session: Option<i64>,
}

impl Store {
    /// Appends a graded answer and updates its card. On return both are on the disk.
    ///
    /// The card is read inside the transaction: a second session that answered it meanwhile is
    /// taken into account, never overwritten.
    ///
    /// # Errors
    /// See [`StoreError`]; then nothing was written.
    pub fn record(&mut self, review: &Review, at: Moment) -> Result<Recorded, StoreError> {
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let before = card_state(&tx, &review.card)?;
        let state = self.scheduler.next(&review.card, before.as_ref(), review.grade, at);
        tx.prepare_cached(
            "INSERT INTO event (at_ms, day, kind, card, asked, grade, suggested, seconds, limit_s, hints,
               peeked, answer, hit, missed, wrong, session)
             VALUES (?1, ?2, 'review', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        )?
        .execute(params![
            at.ms,
            at.day,
            review.card,
            review.asked,
            review.grade.number(),
            review.suggested.number(),
            review.seconds,
            review.limit_s,
            review.hints,
            review.peeked,
            review.answer,
            json(&review.hit),
            json(&review.missed),
            json(&review.wrong),
            review.session,
        ])?;
        let seq = tx.last_insert_rowid();
        put_card(&tx, &review.card, &state)?;
        tx.commit()?;
        Ok(Recorded { seq, state })
    }

    /// Takes back the last `n` reviews that still count, newest first; of one session when given.
    /// Returns those taken back, which may be fewer.
    ///
    /// # Errors
    /// See [`StoreError`]; then nothing was written.
    pub fn undo(&mut self, n: u32, session: Option<i64>, at: Moment) -> Result<Vec<Undone>, StoreError> {
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut undone = Vec::new();
        {
            let mut find = tx.prepare(
                "SELECT seq, card, grade, at_ms, session FROM event AS e
                 WHERE kind = 'review' AND (?1 IS NULL OR session = ?1)
                   AND NOT EXISTS (SELECT 1 FROM event WHERE target = e.seq)
                 ORDER BY seq DESC LIMIT ?2",
            )?;
            let rows = find.query_map(params![session, n], |row| {
                Ok(Undone {
                    seq: row.get(0)?,
                    card: row.get(1)?,
                    grade: grade(row, 2)?,
                    at_ms: row.get(3)?,
                    session: row.get(4)?,
                })
            })?;
            for row in rows {
                undone.push(row?);
            }
        }
        for one in &undone {
            tx.execute(
                "INSERT INTO event (at_ms, day, kind, card, target) VALUES (?1, ?2, 'undo', ?3, ?4)",
                params![at.ms, at.day, one.card, one.seq],
            )?;
            match fold::one(&tx, &self.scheduler, &one.card)? {
                Some(state) => put_card(&tx, &one.card, &state)?,
                None => drop(tx.execute("DELETE FROM card WHERE card = ?1", [&one.card])?),
            }
        }
        tx.commit()?;
        Ok(undone)
    }

    /// Every card that was answered, by key.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn cards(&self) -> Result<Cards, StoreError> {
        let mut query = self.db.prepare(&format!("SELECT {CARD_COLUMNS}, card FROM card"))?;
        let rows = query.query_map([], |row| Ok((row.get(11)?, state(row)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The stored state of one card.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn card(&self, key: &str) -> Result<Option<CardState>, StoreError> {
        card_state(&self.db, key)
    }

    /// Every review that still counts, oldest first.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn reviews(&self) -> Result<Vec<Reviewed>, StoreError> {
        self.reviews_where("?1 IS NULL", None)
    }

    /// The reviews of one session that still count, oldest first.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn reviews_of(&self, session: i64) -> Result<Vec<Reviewed>, StoreError> {
        self.reviews_where("session = ?1", Some(session))
    }

    fn reviews_where(&self, which: &str, session: Option<i64>) -> Result<Vec<Reviewed>, StoreError> {
        let mut query = self.db.prepare(&format!(
            "SELECT seq, at_ms, day, card, asked, grade, seconds, limit_s, session FROM event AS e
             WHERE kind = 'review' AND {which}
               AND NOT EXISTS (SELECT 1 FROM event WHERE target = e.seq)
             ORDER BY seq"
        ))?;
        let rows = query.query_map(params![session], |row| {
            Ok(Reviewed {
                seq: row.get(0)?,
                at: Moment { ms: row.get(1)?, day: row.get(2)? },
                card: row.get(3)?,
                asked: row.get::<_, Option<String>>(4)?.unwrap_or_default(),
                grade: grade(row, 5)?,
                seconds: row.get::<_, Option<f64>>(6)?.unwrap_or(0.0),
                limit_s: row.get::<_, Option<u32>>(7)?.unwrap_or(0),
                session: row.get(8)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

const CARD_COLUMNS: &str = "stability, difficulty, due_day, due_ms, last_ms, last_day, first_day, reps, \
                            lapses, relearning, last_grade";

pub(super) fn card_state(db: &Connection, key: &str) -> Result<Option<CardState>, StoreError> {
    let mut query = db.prepare_cached(&format!("SELECT {CARD_COLUMNS} FROM card WHERE card = ?1"))?;
    Ok(query.query_row([key], state).optional()?)
}

pub(super) fn put_card(db: &Connection, key: &str, s: &CardState) -> Result<(), StoreError> {
    let (due_day, due_ms) = match s.due {
        Due::Day(day) => (Some(day), None),
        Due::At(ms) => (None, Some(ms)),
    };
    db.prepare_cached(
        "INSERT OR REPLACE INTO card (card, stability, difficulty, due_day, due_ms, last_ms, last_day,
           first_day, reps, lapses, relearning, last_grade)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?
    .execute(params![
        key,
        f64::from(s.stability),
        f64::from(s.difficulty),
        due_day,
        due_ms,
        s.last.ms,
        s.last.day,
        s.first_day,
        s.reps,
        s.lapses,
        s.relearning,
        s.last_grade.number(),
    ])?;
    Ok(())
}

fn state(row: &Row<'_>) -> rusqlite::Result<CardState> {
    let due = match (row.get::<_, Option<i32>>(2)?, row.get::<_, Option<i64>>(3)?) {
        (Some(day), _) => Due::Day(day),
        (None, ms) => Due::At(ms.unwrap_or(0)),
    };
    Ok(CardState {
        stability: row.get::<_, f64>(0)? as f32,
        difficulty: row.get::<_, f64>(1)? as f32,
        due,
        last: Moment { ms: row.get(4)?, day: row.get(5)? },
        first_day: row.get(6)?,
        reps: row.get(7)?,
        lapses: row.get(8)?,
        relearning: row.get(9)?,
        last_grade: grade(row, 10)?,
    })
}

/// The column checks keep other numbers out; a file edited by hand is reported, not guessed at.
pub(super) fn grade(row: &Row<'_>, column: usize) -> rusqlite::Result<Grade> {
    let number: i64 = row.get(column)?;
    Grade::from_number(number).ok_or(rusqlite::Error::IntegralValueOutOfRange(column, number))
}

fn json(list: &[String]) -> String {
    serde_json::Value::from(list).to_string()
}
