//! Cards from events: the definition of what the `card` table must contain.
use rusqlite::Connection;
use rusqlite::TransactionBehavior;

use super::Store;
use super::StoreError;
use super::events;
use crate::study::clock::Moment;
use crate::study::schedule::CardState;
use crate::study::schedule::Cards;
use crate::study::schedule::Scheduler;

/// A card whose stored state is not the fold of its events.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    pub card: String,
    pub stored: Option<CardState>,
    pub folded: Option<CardState>,
}

/// Reviews that still count, in order; `?1` is a card or NULL for all.
const LIVE: &str = "SELECT card, grade, at_ms, day FROM event AS e
    WHERE kind = 'review' AND (?1 IS NULL OR card = ?1)
      AND NOT EXISTS (SELECT 1 FROM event WHERE target = e.seq)
    ORDER BY seq";

/// The state of one card by folding its events.
pub(super) fn one(db: &Connection, scheduler: &Scheduler, key: &str) -> Result<Option<CardState>, StoreError> {
    Ok(fold(db, scheduler, Some(key))?.remove(key))
}

fn fold(db: &Connection, scheduler: &Scheduler, key: Option<&str>) -> Result<Cards, StoreError> {
    let mut cards: Cards = Cards::new();
    let mut query = db.prepare_cached(LIVE)?;
    let mut rows = query.query([key])?;
    while let Some(row) = rows.next()? {
        let card: String = row.get(0)?;
        let at = Moment { ms: row.get(2)?, day: row.get(3)? };
        let next = scheduler.next(&card, cards.get(&card), events::grade(row, 1)?, at);
        cards.insert(card, next);
    }
    Ok(cards)
}

impl Store {
    /// Every card by folding all events; what [`Store::cards`] must equal.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn folded(&self) -> Result<Cards, StoreError> {
        fold(&self.db, &self.scheduler, None)
    }

    /// Cards whose stored state differs from the fold; empty when all is well.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn check(&self) -> Result<Vec<Difference>, StoreError> {
        let (stored, folded) = (self.cards()?, self.folded()?);
        let mut keys: Vec<&String> = stored.keys().chain(folded.keys()).collect();
        keys.sort();
        keys.dedup();
        let differs = |key: &&&String| stored.get(**key) != folded.get(**key);
        let describe = |key: &String| Difference {
            card: key.clone(),
            stored: stored.get(key).copied(),
            folded: folded.get(key).copied(),
        };
        Ok(keys.iter().filter(differs).map(|key| describe(key)).collect())
    }

    /// Writes the `card` table anew from the events.
    ///
    /// # Errors
    /// See [`StoreError`]; then nothing was written.
    pub fn rebuild(&mut self) -> Result<(), StoreError> {
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute("DELETE FROM card", [])?;
        for (key, state) in fold(&tx, &self.scheduler, None)? {
            events::put_card(&tx, &key, &state)?;
        }
        tx.commit()?;
        Ok(())
    }
}
