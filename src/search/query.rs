//! What was typed, cut into groups. Each group is one thing to look for, with its alternatives.
use unicode_normalization::UnicodeNormalization;

use crate::base::text::is_han;
use crate::search::words::{is_empty_char, is_empty_word, same};

/// Longest query, in characters; the rest is ignored.
const CHARS_MAX: usize = 200;
/// Most groups of a query.
const GROUPS_MAX: usize = 40;
/// How much a synonym counts.
const SYNONYM_WEIGHT: f32 = 0.7;

/// A query, ready to be looked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Query {
    pub groups: Vec<Group>,
    /// Whole runs of three or more Chinese characters; standing together they count extra.
    pub phrases: Vec<String>,
    /// Single characters of those runs that carry meaning; each counts a little, which helps when a
    /// word was split by another (「关没关」).
    pub singles: Vec<Term>,
    /// Every run of Chinese characters.
    pub runs: Vec<String>,
}

/// One thing to look for.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// The word itself first, then what may stand for it.
    pub terms: Vec<Term>,
    /// Letters only: may also be pinyin.
    pub pinyin: Option<String>,
    /// Says nothing alone.
    pub empty: bool,
    /// Index of the Chinese run it was cut from, and the character it begins at.
    pub cut_from: Option<(usize, usize)>,
}

/// A text to look for, lower case.
#[derive(Debug, Clone)]
pub(super) struct Term {
    pub text: String,
    pub weight: f32,
    /// ASCII: where a word begins and ends matters.
    pub latin: bool,
}

impl Term {
    pub fn new(text: &str, weight: f32) -> Self {
        Self { text: text.to_owned(), weight, latin: text.is_ascii() }
    }
}

/// Cuts what was typed.
pub(super) fn parse(typed: &str) -> Query {
    let folded: Vec<char> = typed.chars().take(CHARS_MAX).nfkc().flat_map(char::to_lowercase).collect();
    let folded = whether(&folded);
    let mut query = Query::default();
    for run in runs(&folded) {
        if run.starts_with(is_han) {
            han_run(&run, &mut query);
        } else {
            query.groups.push(group(&run));
        }
    }
    // The same word twice adds nothing.
    let mut seen = std::collections::HashSet::new();
    query.groups.retain(|g| seen.insert(g.terms[0].text.clone()));
    query.groups.truncate(GROUPS_MAX);
    query.singles.sort_by(|a, b| a.text.cmp(&b.text));
    query.singles.dedup_by(|a, b| a.text == b.text);
    query.singles.truncate(GROUPS_MAX);
    if query.groups.iter().all(|g| g.empty) {
        query.groups.iter_mut().for_each(|g| g.empty = false);
    }
    query
}

/// 「关没关」 asks whether: written as 「是否关」, which is how questions are worded. 「有没有」 and
/// 「要不要」 stay as they are: they are words of their own.
fn whether(chars: &[char]) -> String {
    let mut out = String::new();
    let mut i = 0;
    while i < chars.len() {
        if let [a, '没', b, ..] = chars[i..]
            && a == b
            && a != '有'
            && is_han(a)
        {
            out.push_str("是否");
            i += 2;
        } else {
            out.push(chars[i]);
            i += 1;
        }
    }
    out
}

/// Runs of Chinese characters and runs of other letters and digits; a dot between digits stays.
fn runs(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut runs: Vec<String> = Vec::new();
    let mut last = None;
    for (i, &c) in chars.iter().enumerate() {
        let digit = |at: Option<&char>| at.is_some_and(char::is_ascii_digit);
        let dot = c == '.' && i > 0 && digit(chars.get(i - 1)) && digit(chars.get(i + 1));
        let class = match c {
            c if is_han(c) => 1,
            c if c.is_alphanumeric() || dot => 2,
            _ => 0,
        };
        if class != 0 {
            match runs.last_mut() {
                Some(run) if last == Some(class) => run.push(c),
                _ => runs.push(c.to_string()),
            }
        }
        last = Some(class);
    }
    runs
}

/// Overlapping pairs; a single character stands for itself.
fn han_run(run: &str, query: &mut Query) {
    let chars: Vec<char> = run.chars().collect();
    let number = query.runs.len();
    query.runs.push(run.to_owned());
    let from = query.groups.len();
    for (i, pair) in chars.windows(chars.len().min(2)).enumerate() {
        let word: String = pair.iter().collect();
        query.groups.push(Group { cut_from: Some((number, i)), ..group(&word) });
    }
    // 「为什么是」 standing together says no more than its parts.
    if chars.len() > 2 && query.groups[from..].iter().any(|g| !g.empty) {
        query.phrases.push(run.to_owned());
        for c in chars.iter().filter(|c| !is_empty_char(**c)) {
            query.singles.push(Term::new(&c.to_string(), 1.0));
        }
    }
}

fn group(word: &str) -> Group {
    let mut terms = vec![Term::new(word, 1.0)];
    terms.extend(same(word).map(|w| Term::new(w, SYNONYM_WEIGHT)));
    let letters = word.len() >= 2 && word.bytes().all(|b| b.is_ascii_lowercase());
    Group { terms, pinyin: letters.then(|| word.to_owned()), empty: is_empty_word(word), cut_from: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(typed: &str) -> Vec<String> {
        parse(typed).groups.into_iter().map(|g| g.terms[0].text.clone()).collect()
    }

    #[test]
    fn runs_pairs_and_words() {
        assert_eq!(words("关闭Channel"), ["关闭", "channel"]);
        assert_eq!(words("三次握手"), ["三次", "次握", "握手"]);
        assert_eq!(words("锁"), ["锁"]);
        assert_eq!(words("ctx.Done() 1.23 ＷｉｔｈCancel"), ["ctx", "done", "1.23", "withcancel"]);
        assert_eq!(words("，。 !?"), Vec::<String>::new());
        assert_eq!(words("close close"), ["close"]);
        assert_eq!(words("关没关"), ["是否", "否关"]);
    }

    #[test]
    fn a_query_of_empty_words_is_taken_at_its_word() {
        assert!(parse("什么").groups.iter().all(|g| !g.empty));
        let query = parse("什么 channel");
        assert_eq!(query.groups.iter().map(|g| g.empty).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn anything_typed_is_bounded() {
        assert!(parse(&"甲乙丙丁".repeat(10_000)).groups.len() <= GROUPS_MAX);
    }
}
