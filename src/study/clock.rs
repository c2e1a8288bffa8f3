//! Wall time as the study side sees it.
//!
//! Invariants
//!   C1  a [`Moment`] carries its study day, computed once where the answer was given, so that
//!       replaying the log in another time zone gives the same schedule
//!   C2  a study day starts at 04:00 local time: an answer at 01:30 belongs to the evening before
//!   C3  with `BAGU_NOW` set nothing moves: neither wall time nor the stopwatch
//!
//! Rejected: storing due dates as instants. They drift by an hour twice a year and by many after a
//! flight; whole days do not.
use std::time::Instant;

use jiff::SignedDuration;
use jiff::Timestamp;
use jiff::civil;
use jiff::tz::TimeZone;

/// Hour of the local day at which a study day begins.
pub const ROLLOVER_HOURS: i64 = 4;

/// A point in time together with the study day it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Milliseconds since 1970-01-01 UTC.
    pub ms: i64,
    /// Study day: days since 1970-01-01 in local time, rolled over at 04:00.
    pub day: i32,
}

/// `BAGU_NOW` that is not a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadTime {
    pub given: String,
}

/// Where the time comes from.
#[derive(Debug, Clone)]
pub struct Clock {
    fixed: Option<Timestamp>,
    zone: TimeZone,
    started: Instant,
}

impl Clock {
    /// The system clock, or the fixed one when `fixed` is given (the value of `BAGU_NOW`).
    ///
    /// Accepted: `2026-11-21T09:00:00+08:00`, `2026-11-21T01:00:00Z`, `2026-11-21T09:00` (local),
    /// `2026-11-21` (local noon), seconds since 1970.
    ///
    /// # Errors
    /// [`BadTime`] when the text is none of these.
    pub fn new(fixed: Option<&str>) -> Result<Self, BadTime> {
        Self::in_zone(fixed, TimeZone::system())
    }

    /// As [`Clock::new`] with a given zone.
    ///
    /// # Errors
    /// [`BadTime`] when `fixed` is not a time.
    pub fn in_zone(fixed: Option<&str>, zone: TimeZone) -> Result<Self, BadTime> {
        let fixed = match fixed.map(str::trim).filter(|s| !s.is_empty()) {
            None => None,
            Some(text) => Some(parse(text, &zone).ok_or_else(|| BadTime { given: text.into() })?),
        };
        Ok(Self { fixed, zone, started: Instant::now() })
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.moment(self.fixed.unwrap_or_else(Timestamp::now))
    }

    /// Milliseconds on the stopwatch since this clock was made; stands still when frozen.
    #[must_use]
    pub fn stopwatch_ms(&self) -> u64 {
        if self.fixed.is_some() { 0 } else { self.started.elapsed().as_millis() as u64 }
    }

    /// True under `BAGU_NOW`.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        self.fixed.is_some()
    }

    fn moment(&self, at: Timestamp) -> Moment {
        let shifted = at - SignedDuration::from_hours(ROLLOVER_HOURS);
        let date = self.zone.to_datetime(shifted).date();
        Moment { ms: at.as_millisecond(), day: day_of(date) }
    }

    /// Local `HH:MM` of an instant.
    #[must_use]
    pub fn hour_minute(&self, ms: i64) -> String {
        let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
        let t = self.zone.to_datetime(at).time();
        format!("{:02}:{:02}", t.hour(), t.minute())
    }
}

fn parse(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    if let Ok(seconds) = text.parse::<i64>() {
        return Timestamp::from_second(seconds).ok();
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    if text.len() == 10 {
        let noon = text.parse::<civil::Date>().ok()?.at(12, 0, 0, 0);
        return zone.to_timestamp(noon).ok();
    }
    zone.to_timestamp(text.parse::<civil::DateTime>().ok()?).ok()
}

/// Days from 1970-01-01 to `date`.
#[must_use]
pub fn day_of(date: civil::Date) -> i32 {
    date.duration_since(civil::Date::constant(1970, 1, 1)).as_hours() as i32 / 24
}

/// The calendar date of a study day, `2026-11-21`.
#[must_use]
pub fn date_text(day: i32) -> String {
    let span = SignedDuration::from_hours(i64::from(day) * 24);
    civil::Date::constant(1970, 1, 1)
        .checked_add(span)
        .map_or_else(|_| format!("day {day}"), |d| d.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shanghai(text: &str) -> Moment {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        Clock::in_zone(Some(text), zone).expect("a time").now()
    }

    #[test]
    fn the_day_turns_at_four() {
        let before = shanghai("2026-11-21T03:59:59");
        let after = shanghai("2026-11-21T04:00:00");
        assert_eq!(after.day, before.day + 1);
        assert_eq!(date_text(before.day), "2026-11-20");
        assert_eq!(date_text(after.day), "2026-11-21");
    }

    #[test]
    fn every_accepted_form_names_the_same_instant() {
        let want = shanghai("2026-11-21T12:00").ms;
        for text in ["2026-11-21T12:00:00+08:00", "2026-11-21T04:00:00Z", "2026-11-21", "1795233600"] {
            assert_eq!(shanghai(text).ms, want, "{text}");
        }
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["今天", "2026-13-01", "2026-11-21 99:00", "12:00", "x"] {
            assert!(Clock::in_zone(Some(text), TimeZone::UTC).is_err(), "{text}");
        }
        assert!(!Clock::in_zone(Some("  "), TimeZone::UTC).expect("blank = unset").is_frozen());
    }

    #[test]
    fn dates_before_1970_and_leap_days() {
        assert_eq!(date_text(0), "1970-01-01");
        assert_eq!(date_text(-1), "1969-12-31");
        assert_eq!(date_text(day_of(civil::Date::constant(2028, 2, 29))), "2028-02-29");
    }

    #[test]
    fn a_frozen_stopwatch_stands_still() {
        let clock = Clock::in_zone(Some("0"), TimeZone::UTC).expect("a time");
        assert_eq!(clock.stopwatch_ms(), 0);
        assert_eq!(clock.now(), Moment { ms: 0, day: -1 });
    }
}
