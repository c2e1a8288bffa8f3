//! Time as the study side sees it.
//!
//! Invariants
//!   C1  a [`Moment`] carries its study day, computed once where the answer was given, so that
//!       replaying the log in another time zone gives the same schedule
//!   C2  a study day starts at 04:00 local time: an answer at 01:30 belongs to the evening before
//!   C3  when the clock is fixed for a test, the stopwatch stands still too
//!
//! Rejected: storing due dates as instants. They drift by an hour twice a year and by many after a
//! flight; whole days do not.
use std::time::Instant;

use jiff::SignedDuration;
use jiff::Zoned;
use jiff::civil::Date;

/// Hour of the local day at which a study day begins.
pub const ROLLOVER_HOURS: i64 = 4;
const EPOCH: Date = Date::constant(1970, 1, 1);

/// A point in time together with the study day it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Milliseconds since 1970-01-01 UTC.
    pub ms: i64,
    /// Study day: days since 1970-01-01 in local time, rolled over at 04:00.
    pub day: i32,
}

impl Moment {
    /// The moment of a wall-clock time.
    #[must_use]
    pub fn of(time: &Zoned) -> Self {
        let shifted = time.checked_sub(SignedDuration::from_hours(ROLLOVER_HOURS));
        let date = shifted.as_ref().unwrap_or(time).date();
        Self { ms: time.timestamp().as_millisecond(), day: day_of(date) }
    }
}

/// Days from 1970-01-01 to `date`.
#[must_use]
pub fn day_of(date: Date) -> i32 {
    // At most four million days: fits.
    (date.duration_since(EPOCH).as_hours() / 24) as i32
}

/// The calendar date of a study day, `2026-11-21`.
#[must_use]
pub fn date_text(day: i32) -> String {
    let span = SignedDuration::from_hours(i64::from(day) * 24);
    EPOCH.checked_add(span).map_or_else(|_| format!("{day}"), |d| d.to_string())
}

/// Milliseconds since it was made.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch {
    started: Option<Instant>,
}

impl Stopwatch {
    /// Starts one; a frozen one always shows 0.
    #[must_use]
    pub fn start(frozen: bool) -> Self {
        Self { started: (!frozen).then(Instant::now) }
    }
    /// What it shows.
    #[must_use]
    pub fn ms(&self) -> u64 {
        self.started.map_or(0, |s| s.elapsed().as_millis() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        let time: Zoned = text.parse().expect("a zoned time");
        Moment::of(&time)
    }

    #[test]
    fn the_day_turns_at_four_local_time() {
        let before = at("2026-11-21T03:59:59+08:00[+08:00]");
        let after = at("2026-11-21T04:00:00+08:00[+08:00]");
        assert_eq!(after.day, before.day + 1);
        assert_eq!(date_text(before.day), "2026-11-20");
        assert_eq!(date_text(after.day), "2026-11-21");
        assert_eq!(after.ms - before.ms, 1000);
    }

    #[test]
    fn dates_before_1970_and_leap_days() {
        assert_eq!(date_text(0), "1970-01-01");
        assert_eq!(date_text(-1), "1969-12-31");
        assert_eq!(date_text(day_of(Date::constant(2028, 2, 29))), "2028-02-29");
        assert_eq!(at("1970-01-01T00:00:00+00:00[UTC]"), Moment { ms: 0, day: -1 });
    }

    #[test]
    fn a_frozen_stopwatch_stands_still() {
        assert_eq!(Stopwatch::start(true).ms(), 0);
        let running = Stopwatch::start(false);
        std::thread::sleep(std::time::Duration::from_millis(3));
        assert!(running.ms() >= 3);
    }
}
