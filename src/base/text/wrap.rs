//! Display width and line breaking for mixed Chinese and Latin text.
use unicode_linebreak::{BreakOpportunity, linebreaks};
use unicode_width::UnicodeWidthChar;

/// The lines of a wrapped text, none wider than asked unless one unbreakable run is.
pub type Wrapped = Vec<String>;

/// Columns a text takes, ambiguous characters counted as two. Escape codes for colour count zero.
#[must_use]
pub fn width(text: &str) -> usize {
    let mut total = 0;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            for c in chars.by_ref() {
                if c.is_ascii_alphabetic() {
                    break;
                }
            }
        } else {
            total += char_width(c);
        }
    }
    total
}

/// Columns of one character; control characters take none.
fn char_width(c: char) -> usize {
    if c.is_ascii() { usize::from(!c.is_ascii_control()) } else { c.width_cjk().unwrap_or(0) }
}

/// Wraps at `columns`, keeping the line breaks of the text. Never splits a word or an identifier;
/// never starts a line with closing punctuation (UAX #14). A run that is wider than the line is
/// cut at the edge.
#[must_use]
pub fn wrap(text: &str, columns: usize) -> Wrapped {
    wrap_hanging(text, columns, "", "")
}

/// Like [`wrap`], with `first` before the first line and `rest` before every other one.
#[must_use]
pub fn wrap_hanging(text: &str, columns: usize, first: &str, rest: &str) -> Wrapped {
    let mut out = Wrapped::new();
    for line in text.split('\n') {
        let lead = if out.is_empty() { first } else { rest };
        fill(line.trim_end(), columns.max(4), lead, rest, &mut out);
    }
    out
}

/// Greedy fill of one paragraph.
fn fill(line: &str, columns: usize, first: &str, rest: &str, out: &mut Wrapped) {
    let mut current = first.to_owned();
    let mut lead = first.len();
    let mut used = width(first);
    let mut start = 0;
    for (end, opportunity) in linebreaks(line) {
        if opportunity == BreakOpportunity::Allowed && !may_break(line, end) {
            continue;
        }
        let piece = &line[start..end];
        start = end;
        let mut piece_width = width(piece.trim_end());
        if used + piece_width > columns && current.len() > lead {
            out.push(take_line(&mut current, rest));
            (lead, used) = (rest.len(), width(rest));
        }
        let mut piece = piece;
        while used + piece_width > columns && columns > used {
            let cut = cut_at(piece, columns - used);
            if cut == 0 || cut >= piece.len() {
                break;
            }
            current.push_str(&piece[..cut]);
            out.push(take_line(&mut current, rest));
            (lead, used) = (rest.len(), width(rest));
            piece = &piece[cut..];
            piece_width = width(piece.trim_end());
        }
        current.push_str(piece);
        used += width(piece);
    }
    out.push(current.trim_end().to_owned());
}

/// Hands out the full line and starts the next one with `rest`.
fn take_line(current: &mut String, rest: &str) -> String {
    let line = current.trim_end().to_owned();
    current.clear();
    current.push_str(rest);
    line
}

/// UAX #14 allows a break after `/` and `-`; inside `runtime/chan.go` or `GOMAXPROCS-1` we do not.
fn may_break(line: &str, at: usize) -> bool {
    let (before, after) = line.split_at(at);
    let (Some(last), Some(next)) = (before.chars().next_back(), after.chars().next()) else { return true };
    !(matches!(last, '/' | '-' | '|' | '!' | '?' | '}' | ')' | ']' | '%') && next.is_ascii_graphic())
}

/// Largest byte length of a prefix of `piece` that takes at most `columns`; at least one character.
fn cut_at(piece: &str, columns: usize) -> usize {
    let mut used = 0;
    for (at, c) in piece.char_indices() {
        used += char_width(c);
        if used > columns && at > 0 {
            return at;
        }
    }
    piece.len()
}

/// The text cut to `columns`, with `…` when something was left off.
#[must_use]
pub fn fit(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut out = text[..cut_at(text, columns.saturating_sub(2).max(1))].trim_end().to_owned();
    out.push('…');
    out
}

/// The widest stretch of a line that cannot be wrapped: its columns and its byte offset.
#[must_use]
pub fn longest_run(line: &str) -> (usize, usize) {
    let (mut best, mut start) = ((0, 0), 0);
    for (end, opportunity) in linebreaks(line) {
        if opportunity == BreakOpportunity::Allowed && !may_break(line, end) {
            continue;
        }
        let columns = width(line[start..end].trim_end());
        if columns > best.0 {
            best = (columns, start);
        }
        start = end;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn width_counts_upper_bound_and_no_escapes() {
        assert_eq!(width("abc"), 3);
        assert_eq!(width("缓冲区"), 6);
        assert_eq!(width("“…”"), 6, "ambiguous characters count as two");
        assert_eq!(width("\u{1b}[1;31m红\u{1b}[0m"), 2);
    }

    #[test]
    fn no_line_starts_with_closing_punctuation_and_identifiers_stay_whole() {
        let text = "向已关闭的 channel 发送会 panic，读则先读完缓冲；`runtime/chan.go` 里的 sync.WaitGroup 也在 GOMAXPROCS=1 时成立。";
        for columns in [20, 30, 40, 60] {
            let lines = wrap(text, columns);
            assert!(lines.iter().all(|l| width(l) <= columns), "{columns}: {lines:?}");
            assert!(!lines.iter().any(|l| l.starts_with(['，', '。', '；', '、'])), "{lines:?}");
            assert!(lines.iter().any(|l| l.contains("sync.WaitGroup")), "{lines:?}");
        }
    }

    #[test]
    fn hanging_indent_and_long_runs() {
        assert_eq!(wrap_hanging("一二三四五六", 8, "- ", "  "), ["- 一二三", "  四五六"]);
        assert_eq!(wrap("aaaaaaaaaa", 4), ["aaaa", "aaaa", "aa"]);
        assert_eq!(wrap("", 10), [""]);
        assert_eq!(wrap("一\n二", 10), ["一", "二"]);
    }

    #[test]
    fn longest_run_finds_what_cannot_wrap() {
        let long = "x".repeat(70);
        assert_eq!(longest_run(&format!("中文 {long} 中文")), (70, 7));
        assert!(longest_run("一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十").0 <= 4);
    }

    #[test]
    fn fit_marks_what_was_cut() {
        assert_eq!(fit("一二三四五", 10), "一二三四五");
        assert_eq!(fit("一二三四五", 8), "一二三…");
    }

    proptest! {
        #[test]
        fn wrapping_fits_and_loses_nothing_but_space(text in "[ -~一-龥，。（）“”…a-zA-Z/\\-]{0,200}", columns in 8usize..100) {
            let lines = wrap(&text, columns);
            for line in &lines {
                prop_assert!(width(line) <= columns, "{line:?}");
            }
            let strip = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(strip(&lines.join("")), strip(&text));
        }
    }
}
