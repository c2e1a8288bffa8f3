//! Lengths of time as people type them: `90s`, `1m30s`, `2h`, `500ms`, `1分30秒`.
//!
//! Banks write `limit = "1m30s"`, the command line takes `--per 90s`: one reader for both, so that
//! what works in one place works in the other.
use std::time::Duration;

/// Longest length accepted: a day. Anything longer is a slip of the keyboard.
pub const SPAN_MAX: Duration = Duration::from_secs(24 * 3600);

/// Why a text is no length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanError {
    /// Nothing there.
    Empty,
    /// A number without a unit, or a unit without a number.
    Unit,
    /// A unit that is none of `h m s ms`.
    UnknownUnit,
    /// More than [`SPAN_MAX`].
    TooLong,
}

/// Reads a length of time. Full-width digits and letters are accepted.
///
/// # Errors
/// [`SpanError`] says which part is wrong.
pub fn parse_span(text: &str) -> Result<Duration, SpanError> {
    let text: String = text.chars().map(half_width).filter(|c| !c.is_whitespace()).collect();
    if text.is_empty() {
        return Err(SpanError::Empty);
    }
    let (mut total_ms, mut rest) = (0u64, text.as_str());
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or(SpanError::Unit)?;
        let number: u64 = match digits {
            0 => return Err(SpanError::Unit),
            1..=9 => rest[..digits].parse().map_err(|_| SpanError::Unit)?,
            _ => return Err(SpanError::TooLong),
        };
        rest = &rest[digits..];
        let unit = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let factor = match &rest[..unit] {
            "h" | "小时" | "时" => 3_600_000,
            "m" | "min" | "分钟" | "分" => 60_000,
            "s" | "秒" => 1000,
            "ms" | "毫秒" => 1,
            _ => return Err(SpanError::UnknownUnit),
        };
        total_ms += number * factor;
        rest = &rest[unit..];
    }
    let span = Duration::from_millis(total_ms);
    if span > SPAN_MAX { Err(SpanError::TooLong) } else { Ok(span) }
}

/// `1:30` style for people; hours only when there are any.
#[must_use]
pub fn clock(span: Duration) -> String {
    let s = span.as_secs();
    match s / 3600 {
        0 => format!("{}:{:02}", s / 60, s % 60),
        h => format!("{h}:{:02}:{:02}", s / 60 % 60, s % 60),
    }
}

/// Full-width ASCII (`９ｓ`) to the plain form; everything else unchanged.
fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_people_type() {
        for (text, ms) in [
            ("90s", 90_000),
            ("1m30s", 90_000),
            ("2h", 7_200_000),
            ("500ms", 500),
            ("１分３０秒", 90_000),
            (" 3 m ", 180_000),
        ] {
            assert_eq!(parse_span(text), Ok(Duration::from_millis(ms)), "{text}");
        }
    }

    #[test]
    fn what_is_no_length_says_why() {
        use SpanError::{Empty, TooLong, Unit, UnknownUnit};
        for (text, why) in [
            ("", Empty),
            ("90", Unit),
            ("s", Unit),
            ("5x", UnknownUnit),
            ("25h", TooLong),
            ("99999999999999999999s", TooLong),
        ] {
            assert_eq!(parse_span(text), Err(why), "{text}");
        }
    }

    #[test]
    fn clock_form() {
        assert_eq!(clock(Duration::from_secs(90)), "1:30");
        assert_eq!(clock(Duration::from_secs(3661)), "1:01:01");
    }
}
