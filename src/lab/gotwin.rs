//! The Go twin of a demo: its source, the output recorded from real Go, and the comparison.
//!
//! `demos/<topic>/<name>.go.out` begins with the version it was recorded with (`# go1.27.3`); the
//! rest are the lines the twin printed. All files are embedded in the binary.
use super::demo::{Demo, GoMatch};

/// Source, twin and recorded output of one demo.
#[derive(Clone, Copy, Debug)]
pub struct Sources {
    /// `topic/name`.
    pub id: &'static str,
    pub rust: &'static str,
    pub go: Option<&'static str>,
    out: Option<&'static str>,
}

type Row = (&'static str, &'static str, Option<&'static str>, Option<&'static str>);
const TABLE: &[Row] = include!(concat!(env!("OUT_DIR"), "/twins.rs"));

/// What is embedded for a demo.
#[must_use]
pub fn sources(id: &str) -> Option<Sources> {
    TABLE.iter().find(|row| row.0 == id).map(|&(id, rust, go, out)| Sources { id, rust, go, out })
}

/// Every embedded file set, for checks that none is left over.
pub fn all() -> impl Iterator<Item = Sources> {
    TABLE.iter().map(|&(id, rust, go, out)| Sources { id, rust, go, out })
}

/// Output recorded from real Go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// As in the header: `go1.27.3`.
    pub version: &'static str,
    pub lines: Vec<&'static str>,
}

impl Sources {
    /// The recorded output, when the file is there and has its header.
    #[must_use]
    pub fn recorded(&self) -> Option<Recorded> {
        let (head, rest) = self.out?.split_once('\n')?;
        let version = head.strip_prefix("# ")?.trim();
        Some(Recorded { version, lines: rest.lines().collect() })
    }
}

/// What the comparison came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TwinResult {
    /// The demo says that Go cannot show this.
    None,
    Same,
    /// One Chinese sentence with the first difference.
    Differs(String),
    /// The demo promises a twin, but no recorded output is embedded.
    Missing,
}

impl TwinResult {
    /// True unless the lines differ or the recording is missing.
    #[must_use]
    pub fn ok(&self) -> bool {
        matches!(self, Self::None | Self::Same)
    }
}

/// Compares a demo's printed lines with what real Go printed.
#[must_use]
pub fn compare(demo: &Demo, out: &[String]) -> TwinResult {
    if matches!(demo.go, GoMatch::None(_)) {
        return TwinResult::None;
    }
    let Some(recorded) = sources(demo.id).and_then(|s| s.recorded()) else { return TwinResult::Missing };
    match difference(&demo.go, out, &recorded.lines) {
        None => TwinResult::Same,
        Some(text) => TwinResult::Differs(text),
    }
}

/// The first difference as a sentence, `None` when the lines match as the demo declares.
#[must_use]
pub fn difference(how: &GoMatch, ours: &[String], go: &[&str]) -> Option<String> {
    let ours: Vec<&str> = ours.iter().flat_map(|l| l.split('\n')).collect();
    match how {
        GoMatch::None(_) => None,
        GoMatch::Exact => by_line(&ours, go, |a, b| a == b),
        GoMatch::Pattern => by_line(&ours, go, |a, b| pattern(b, a)),
        GoMatch::Set => {
            let (mut a, mut b) = (ours, go.to_vec());
            a.sort_unstable();
            b.sort_unstable();
            if a == b {
                return None;
            }
            let extra = first_extra(&a, &b);
            let missing = first_extra(&b, &a);
            Some(match (extra, missing) {
                (Some(x), Some(m)) => format!("多了「{x}」，少了「{m}」"),
                (Some(x), None) => format!("多了「{x}」"),
                (None, Some(m)) => format!("少了「{m}」"),
                (None, None) => "同样的行，出现的次数不同".to_owned(),
            })
        }
    }
}

/// The first line of `a` that `b` has fewer times. Both are sorted.
fn first_extra<'a>(a: &[&'a str], b: &[&str]) -> Option<&'a str> {
    let count = |all: &[&str], line: &str| all.iter().filter(|l| **l == line).count();
    a.iter().copied().find(|line| count(a, line) > count(b, line))
}

fn by_line(ours: &[&str], go: &[&str], same: impl Fn(&str, &str) -> bool) -> Option<String> {
    for (i, pair) in ours.iter().zip(go).enumerate() {
        if !same(pair.0, pair.1) {
            return Some(format!("第 {} 行：这里「{}」，Go「{}」", i + 1, pair.0, pair.1));
        }
    }
    if ours.len() == go.len() {
        return None;
    }
    Some(format!("行数不同：这里 {} 行，Go {} 行", ours.len(), go.len()))
}

/// `*` matches any run of characters, everything else itself.
#[must_use]
pub fn pattern(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or("");
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(lines: &[&str]) -> Vec<String> {
        lines.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn patterns() {
        assert!(pattern("a*c", "abc") && pattern("*", "") && pattern("", "") && pattern("a*", "a"));
        assert!(pattern("耗时 * ms，共 * 次", "耗时 12 ms，共 3 次"));
        assert!(!pattern("a*c", "abd") && !pattern("abc", "ab") && !pattern("ab*ba", "aba"));
    }

    #[test]
    fn line_by_line_and_as_a_set() {
        assert_eq!(difference(&GoMatch::Exact, &own(&["1", "2"]), &["1", "2"]), None);
        assert_eq!(difference(&GoMatch::Exact, &own(&["1\n2"]), &["1", "2"]), None, "a printed line may hold several");
        let d = difference(&GoMatch::Exact, &own(&["1", "3"]), &["1", "2"]);
        assert_eq!(d.as_deref(), Some("第 2 行：这里「3」，Go「2」"));
        assert_eq!(
            difference(&GoMatch::Exact, &own(&["1"]), &["1", "2"]).as_deref(),
            Some("行数不同：这里 1 行，Go 2 行")
        );
        assert_eq!(difference(&GoMatch::Set, &own(&["b", "a"]), &["a", "b"]), None);
        let d = difference(&GoMatch::Set, &own(&["a", "a"]), &["a", "b"]);
        assert_eq!(d.as_deref(), Some("多了「a」，少了「b」"));
        assert_eq!(difference(&GoMatch::Pattern, &own(&["x 12"]), &["x *"]), None);
    }

    #[test]
    fn every_recording_has_its_header() {
        for s in all().filter(|s| s.out.is_some()) {
            let r = s.recorded().unwrap_or_else(|| panic!("{}: no header `# go…`", s.id));
            assert!(r.version.starts_with("go1."), "{}: {}", s.id, r.version);
        }
    }
}
