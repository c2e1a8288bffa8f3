//! Drills: choice, multi, cloze, order, predict.
//!
//! An answer that cannot be read (a letter where a number belongs) is not wrong, it is [`Unclear`]:
//! the command line asks again.
use unicode_normalization::UnicodeNormalization;

use super::Help;
use crate::bank::model::ChoiceOption;
use crate::base::Rng;
use crate::base::text::normalise;
use crate::study::schedule::Grade;

/// How well a drill went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Score {
    Right,
    /// One letter off: 几乎. The person decides.
    Almost,
    Wrong,
}

impl Score {
    /// 3 for right, 2 for almost, 1 for wrong; help taken caps it.
    #[must_use]
    pub fn suggest(self, help: Help) -> Grade {
        help.cap(match self {
            Score::Right => Grade::Good,
            Score::Almost => Grade::Hard,
            Score::Wrong => Grade::Again,
        })
    }
}

/// The judgement on a drill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub score: Score,
    /// What was got, what was not, and what was claimed wrongly: sentences for the log.
    pub hit: Vec<String>,
    pub missed: Vec<String>,
    pub wrong: Vec<String>,
}

/// Why an answer could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unclear {
    Empty,
    /// Something that is no number of a line.
    NotANumber(String),
    /// Only the lines 1 to `last` exist.
    OutOfRange {
        number: usize,
        last: usize,
    },
    /// One line only, please.
    TooMany,
    /// Every line once: this many were expected.
    Count {
        want: usize,
        got: usize,
    },
    Repeated(usize),
}

/// The order in which lines are shown: `order[i]` is the bank's index of shown line `i + 1`.
/// The same seed gives the same order. With `never_sorted` the bank's own order is avoided.
#[must_use]
pub fn shuffled(len: usize, seed: u64, never_sorted: bool) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    let mut rng = Rng::new(seed);
    rng.shuffle(&mut order);
    if never_sorted && len > 1 && order.is_sorted() {
        order.rotate_left(1);
    }
    order
}

/// Numbers in an answer: `3`, `３`, `1 3`, `1，3`, `13` (one digit each when all lines have one),
/// letters `a`–`i` for 1–9.
fn numbers(answer: &str, last: usize) -> Result<Vec<usize>, Unclear> {
    let plain: String = answer.nfkc().flat_map(char::to_lowercase).collect();
    let plain = plain.trim();
    if plain.is_empty() {
        return Err(Unclear::Empty);
    }
    let separators = |c: char| c.is_whitespace() || ",;、.。>-→和".contains(c);
    let mut found = Vec::new();
    for word in plain.split(separators).filter(|w| !w.is_empty()) {
        let digits = word.chars().all(|c| c.is_ascii_digit());
        let letters = word.chars().all(|c| ('a'..='i').contains(&c));
        if digits && (last > 9 || word.len() > 1 && word.starts_with('0')) {
            found.push(word.parse().map_err(|_| Unclear::NotANumber(word.into()))?);
        } else if digits {
            found.extend(word.bytes().map(|b| usize::from(b - b'0')));
        } else if letters {
            found.extend(word.bytes().map(|b| usize::from(b - b'a') + 1));
        } else {
            return Err(Unclear::NotANumber(word.into()));
        }
    }
    match found.iter().find(|n| **n == 0 || **n > last) {
        Some(n) => Err(Unclear::OutOfRange { number: *n, last }),
        None if found.is_empty() => Err(Unclear::Empty),
        None => Ok(found),
    }
}

/// Which shown line was picked, as the bank's index.
///
/// # Errors
/// [`Unclear`] when the answer is not exactly one number of a shown line.
pub fn read_choice(answer: &str, order: &[usize]) -> Result<usize, Unclear> {
    match numbers(answer, order.len())?.as_slice() {
        [one] => Ok(order[one - 1]),
        _ => Err(Unclear::TooMany),
    }
}

/// Which shown lines were picked, as sorted bank indexes.
///
/// # Errors
/// [`Unclear`] when something is no number of a shown line or stands twice.
pub fn read_multi(answer: &str, order: &[usize]) -> Result<Vec<usize>, Unclear> {
    let shown = numbers(answer, order.len())?;
    no_repeats(&shown)?;
    let mut picked: Vec<usize> = shown.into_iter().map(|n| order[n - 1]).collect();
    picked.sort_unstable();
    Ok(picked)
}

/// The bank indexes in the order the person put them.
///
/// # Errors
/// [`Unclear`] when not every shown line is named exactly once.
pub fn read_order(answer: &str, order: &[usize]) -> Result<Vec<usize>, Unclear> {
    let shown = numbers(answer, order.len())?;
    no_repeats(&shown)?;
    if shown.len() != order.len() {
        return Err(Unclear::Count { want: order.len(), got: shown.len() });
    }
    Ok(shown.into_iter().map(|n| order[n - 1]).collect())
}

fn no_repeats(shown: &[usize]) -> Result<(), Unclear> {
    let mut seen = Vec::new();
    for n in shown {
        if seen.contains(n) {
            return Err(Unclear::Repeated(*n));
        }
        seen.push(*n);
    }
    Ok(())
}

/// Judges picked options: exactly the right ones are wanted.
#[must_use]
pub fn judge_options(options: &[ChoiceOption], picked: &[usize]) -> Outcome {
    let mut outcome = Outcome { score: Score::Right, hit: vec![], missed: vec![], wrong: vec![] };
    for (i, option) in options.iter().enumerate() {
        match (option.ok, picked.contains(&i)) {
            (true, true) => outcome.hit.push(option.text.clone()),
            (true, false) => outcome.missed.push(option.text.clone()),
            (false, true) => outcome.wrong.push(option.text.clone()),
            (false, false) => {}
        }
    }
    if !outcome.missed.is_empty() || !outcome.wrong.is_empty() {
        outcome.score = Score::Wrong;
    }
    outcome
}

/// Judges an order against the bank's. A step counts as got when it follows its real predecessor.
#[must_use]
pub fn judge_order(steps: &[String], put: &[usize]) -> Outcome {
    let mut outcome = Outcome { score: Score::Right, hit: vec![], missed: vec![], wrong: vec![] };
    for (at, index) in put.iter().enumerate() {
        let Some(text) = steps.get(*index) else { continue };
        if at == *index { outcome.hit.push(text.clone()) } else { outcome.missed.push(text.clone()) }
    }
    if !put.is_sorted() || put.len() != steps.len() {
        outcome.score = Score::Wrong;
    }
    outcome
}

/// A text with gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cloze {
    /// Text before each gap, and after the last: one longer than `gaps`.
    pub texts: Vec<String>,
    /// Accepted spellings of each gap, the first is shown.
    pub gaps: Vec<Vec<String>>,
}

impl Cloze {
    /// Cuts `…{{a|b}}…`. An opening without its end is plain text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let (mut texts, mut gaps, mut rest) = (Vec::new(), Vec::new(), text);
        while let Some(open) = rest.find("{{") {
            let Some(close) = rest[open..].find("}}") else { break };
            texts.push(rest[..open].to_owned());
            let inner = &rest[open + 2..open + close];
            gaps.push(inner.split('|').map(|s| s.trim().to_owned()).collect());
            rest = &rest[open + close + 2..];
        }
        texts.push(rest.to_owned());
        Self { texts, gaps }
    }

    /// The text with `fill(gap)` in each gap, gaps from 0.
    #[must_use]
    pub fn filled(&self, fill: impl Fn(usize) -> String) -> String {
        let mut out = String::new();
        for (i, text) in self.texts.iter().enumerate() {
            out.push_str(text);
            if i < self.gaps.len() {
                out.push_str(&fill(i));
            }
        }
        out
    }

    /// One answer per gap from one typed line. Several are parted by `；;、，,|/` or, failing that,
    /// by spaces; missing ones are empty.
    #[must_use]
    pub fn split(&self, answer: &str) -> Vec<String> {
        let n = self.gaps.len();
        if n <= 1 {
            return vec![answer.trim().to_owned()];
        }
        let cut = |is: &dyn Fn(char) -> bool| -> Vec<String> {
            answer.split(is).map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned).collect()
        };
        let mut parts = cut(&|c| "；;|｜".contains(c));
        for separators in ["、，,", "/"] {
            if parts.len() < n {
                parts = cut(&|c| "；;|｜".contains(c) || separators.contains(c));
            }
        }
        if parts.len() < n {
            parts = cut(&|c| c.is_whitespace() || "；;|｜、，,".contains(c));
        }
        parts.resize(n.max(parts.len()), String::new());
        parts
    }

    /// Judges one answer per gap.
    #[must_use]
    pub fn judge(&self, answers: &[String]) -> Outcome {
        let mut outcome = Outcome { score: Score::Right, hit: vec![], missed: vec![], wrong: vec![] };
        for (i, accepted) in self.gaps.iter().enumerate() {
            let given = answers.get(i).map_or("", String::as_str);
            let shown = accepted.first().cloned().unwrap_or_default();
            match judge_gap(accepted, given) {
                Score::Right => outcome.hit.push(shown),
                Score::Almost => {
                    outcome.hit.push(shown);
                    if outcome.score == Score::Right {
                        outcome.score = Score::Almost;
                    }
                }
                Score::Wrong => {
                    outcome.missed.push(shown);
                    if !given.is_empty() {
                        outcome.wrong.push(given.to_owned());
                    }
                    outcome.score = Score::Wrong;
                }
            }
        }
        outcome
    }
}

/// One gap: equal after normalising is right; one letter off in a word of four or more is almost.
/// A number that is one digit off is a different number.
#[must_use]
pub fn judge_gap(accepted: &[String], given: &str) -> Score {
    let said = normalise(given);
    for word in accepted {
        let want = normalise(word);
        let symbols = want.is_empty() && !word.is_empty();
        if (symbols && word.trim() == given.trim()) || (!symbols && want == said) {
            return Score::Right;
        }
    }
    let near = accepted.iter().map(|w| normalise(w)).any(|want| {
        want.len() >= 4
            && want.bytes().all(|b| b.is_ascii_alphabetic())
            && said.is_ascii()
            && one_edit_apart(want.as_bytes(), said.as_bytes())
    });
    if near { Score::Almost } else { Score::Wrong }
}

/// Exactly one insertion, deletion, substitution or swap of neighbours.
fn one_edit_apart(a: &[u8], b: &[u8]) -> bool {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let head = long.iter().zip(short).take_while(|(x, y)| x == y).count();
    match long.len() - short.len() {
        1 => long[head + 1..] == short[head..],
        0 if head == long.len() => false,
        0 => {
            long[head + 1..] == short[head + 1..]
                || (head + 1 < long.len()
                    && long[head] == short[head + 1]
                    && long[head + 1] == short[head]
                    && long[head + 2..] == short[head + 2..])
        }
        _ => false,
    }
}

/// What a demo printed, and whether the order of its lines is part of the answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Printed {
    pub lines: Vec<String>,
    pub any_order: bool,
}

/// Judges a prediction line by line. Blank lines, case, width, punctuation and the amount of space do
/// not count, and of a line with numbers the numbers alone will do: what a program prints around them
/// is not what the drill asks about.
#[must_use]
pub fn judge_predict(printed: &Printed, answer: &str) -> Outcome {
    let given: Vec<&str> = answer.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    let want: Vec<&String> = printed.lines.iter().filter(|l| !l.trim().is_empty()).collect();
    let mut left: Vec<Option<&str>> = given.iter().copied().map(Some).collect();
    let mut outcome = Outcome { score: Score::Right, hit: vec![], missed: vec![], wrong: vec![] };
    for (i, line) in want.iter().enumerate() {
        let fits = |l: Option<&str>| l.is_some_and(|l| same_line(line, l));
        let found = if printed.any_order {
            left.iter().position(|l| fits(*l))
        } else {
            left.get(i).is_some_and(|l| fits(*l)).then_some(i)
        };
        match found {
            Some(at) => {
                left[at] = None;
                outcome.hit.push((*line).clone());
            }
            None => outcome.missed.push((*line).clone()),
        }
    }
    outcome.wrong = left.iter().flatten().map(|line| (*line).to_owned()).collect();
    if !outcome.missed.is_empty() || !outcome.wrong.is_empty() {
        outcome.score = Score::Wrong;
    }
    outcome
}

fn same_line(want: &str, given: &str) -> bool {
    let (want, given) = (folded(want), folded(given));
    if words(&want) == words(&given) {
        return true;
    }
    let values = values(&want);
    // Other words are welcome as long as the program printed them too.
    let known = given.chars().all(|c| !c.is_alphabetic() || want.contains(c));
    !values.is_empty() && known && values == self::values(&given)
}

fn folded(line: &str) -> String {
    line.nfkc().flat_map(char::to_lowercase).collect()
}

fn words(line: &str) -> Vec<&str> {
    line.split(|c: char| !c.is_alphanumeric() && !"-.<&*".contains(c)).filter(|w| !w.is_empty()).collect()
}

/// Numbers and truth values of a line, in order.
fn values(line: &str) -> Vec<&str> {
    let token = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
    let is_value = |w: &&str| {
        matches!(*w, "true" | "false" | "nil") || w.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit())
    };
    line.split(|c: char| !token(c)).map(|w| w.trim_end_matches(['.', '-'])).filter(is_value).collect()
}

/// A printed line with its values struck out: what may be told without telling the answer.
#[must_use]
pub fn masked(line: &str) -> String {
    let token = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
    let mut out = String::new();
    for piece in line.split_inclusive(|c: char| !token(c)) {
        let end = piece.find(|c: char| !token(c)).unwrap_or(piece.len());
        out.push_str(if values(&piece[..end]).is_empty() { &piece[..end] } else { "_" });
        out.push_str(&piece[end..]);
    }
    out
}
