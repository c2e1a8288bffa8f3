//! A typed answer as a reader takes it: clauses, negations, questions.
//!
//! Key words alone misjudge 「不会 panic」 as 「会 panic」. A window of a few characters before the
//! word misjudges the other way: in 「未关闭时阻塞」 the 未 belongs to 关闭. So we walk back from the
//! word over helpers only (会, 能, 被, 导致, 立即 …) and look whether a negation stands right there,
//! inside the same clause. Two negations cancel.
//!
//! Told apart besides: 「不仅 / 不但 / 不管 …」 negate nothing; 「会不会」 asks; 「以为…」 and 「…是错的」
//! report somebody else's claim; 「…吗？」 asserts nothing.
//!
//! Rejected: a parser or a word segmenter. The price is a dictionary at every start, the gain is in
//! sentences that nobody types in a ninety-second answer.
use std::ops::Range;

use crate::base::text::Norm;
use crate::base::text::is_han;

/// Longest walk back from a word, in kept characters.
const WALK_MAX: usize = 12;

/// Words that negate what follows.
const NEGATIONS: &[&str] = &[
    "不", "没有", "没", "无", "非", "未", "勿", "并非", "绝非", "禁止", "never", "not", "no", "cannot", "cant", "dont",
    "doesnt", "isnt", "arent", "wont", "without",
];

/// Words that begin with a negating character and negate nothing.
const HARMLESS: &[&str] = &[
    "不仅", "不但", "不只", "不光", "不止", "不单", "不论", "不管", "不过", "不然", "不同", "不断", "不妨", "不少",
    "不错", "不久", "不足", "不变", "无论", "没错", "没事", "非常", "notonly",
];

/// Two-character words whose negation ends inside them: the word after is not negated.
const CLOSED: &[&str] =
    &["不满", "不空", "未满", "未空", "非空", "非零", "无锁", "无限", "无序", "无关", "没满", "没空", "不等"];

/// Questions of the form A-not-A.
const ASKING: &[&str] =
    &["会不会", "是不是", "能不能", "有没有", "要不要", "该不该", "可不可", "需不需", "行不行", "对不对"];

/// Helpers that may stand between a negation and the word it negates.
const HELPERS: &[&str] = &[
    "会",
    "能",
    "能够",
    "可",
    "可以",
    "可能",
    "应",
    "应该",
    "该",
    "必",
    "必须",
    "必然",
    "需",
    "需要",
    "用",
    "要",
    "得",
    "再",
    "被",
    "让",
    "使",
    "使得",
    "直接",
    "立即",
    "立刻",
    "马上",
    "一定",
    "总",
    "总是",
    "完全",
    "真",
    "真的",
    "真正",
    "实际",
    "自动",
    "主动",
    "单独",
    "同时",
    "一直",
    "永远",
    "再次",
    "重复",
    "额外",
    "显式",
    "隐式",
    "任何",
    "发生",
    "产生",
    "出现",
    "导致",
    "引起",
    "引发",
    "触发",
    "造成",
    "抛",
    "抛出",
    "报",
    "是",
    "为",
    "属于",
    "在",
    "从",
    "由",
    "把",
    "将",
    "对",
    "给",
    "向",
    "跟",
    "和",
    "与",
    "到",
    "于",
    "去",
    "来",
    "了",
    "过",
    "有",
    "存在",
    "做",
    "进行",
    "所",
    "太",
    "很",
    "那么",
    "都",
    "全",
    "全部",
    "只",
    "只是",
    "仅",
    "允许",
    "支持",
    "保证",
    "意味着",
    "等于",
    "算",
    "叫",
    "像",
    "be",
    "the",
    "a",
    "an",
    "to",
];

/// Words that may open a clause whose subject stands in the clause before.
const OPENERS: &[&str] = &[
    "就", "则", "便", "也", "还", "又", "才", "此时", "这时", "那", "它", "程序", "然后", "并且", "并", "而且", "结果",
];

/// A single character between negation and word is let through, except these: they end a condition.
const NO_GAP: &[char] = &['就', '则', '时', '才', '便', '而', '却', '后', '前', '的', '且', '或', '也', '还', '又'];

/// Where in the text a word was found: kept characters.
pub type Place = Range<usize>;

/// An answer, read.
#[derive(Debug)]
pub struct Reading {
    norm: Norm,
    chars: Vec<char>,
    /// Clause number of each character; clauses end at any punctuation that is not inside a word.
    clause: Vec<u32>,
    /// Sentence number of each character.
    sentence: Vec<u32>,
    /// First character of a word of its script.
    starts: Vec<bool>,
    /// Clauses that ask.
    asks: Vec<bool>,
}

impl Reading {
    /// Reads an answer.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let norm = Norm::new(text);
        let chars: Vec<char> = norm.text().chars().collect();
        let mut reading = Self {
            clause: Vec::with_capacity(chars.len()),
            sentence: Vec::with_capacity(chars.len()),
            starts: Vec::with_capacity(chars.len()),
            asks: vec![false],
            norm,
            chars,
        };
        let (mut clause, mut sentence, mut end) = (0u32, 0u32, 0usize);
        for i in 0..reading.chars.len() {
            let source = reading.norm.source(i..i + 1);
            let between = text.get(end..source.start).unwrap_or("");
            let ends_sentence = between.chars().any(|c| "。！？；!?;\n".contains(c));
            if i > 0 && (ends_sentence || ends_clause(between)) {
                reading.asks[clause as usize] |= between.contains(['？', '?']);
                clause += 1;
                reading.asks.push(false);
            }
            sentence += u32::from(i > 0 && ends_sentence);
            let glued = i > 0 && between.is_empty() && is_han(reading.chars[i]) == is_han(reading.chars[i - 1]);
            reading.clause.push(clause);
            reading.sentence.push(sentence);
            reading.starts.push(!glued);
            end = source.end;
        }
        let tail = text.get(end..).unwrap_or("");
        reading.asks[clause as usize] |= tail.contains(['？', '?']);
        for i in 0..reading.chars.len() {
            let last = reading.clause.get(i + 1) != reading.clause.get(i);
            if last && matches!(reading.chars[i], '吗' | '么' | '呢') {
                reading.asks[reading.clause[i] as usize] = true;
            }
        }
        reading
    }

    /// Nothing but punctuation was typed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chars.is_empty()
    }

    /// Byte range in the typed text.
    #[must_use]
    pub fn source(&self, place: &Place) -> Range<usize> {
        self.norm.source(place.clone())
    }

    /// Every place where a word stands and is meant (not negated, not reported).
    #[must_use]
    pub fn meant(&self, word: &Norm) -> Vec<Place> {
        self.all(word).into_iter().filter(|p| !self.negated(p)).collect()
    }

    /// Every place where a word stands.
    #[must_use]
    pub fn all(&self, word: &Norm) -> Vec<Place> {
        let (mut places, mut from) = (Vec::new(), 0);
        while let Some(place) = self.norm.find_from(word, from) {
            from = place.start + 1;
            places.push(place);
            if from + word.len() > self.chars.len() {
                break;
            }
        }
        places
    }

    /// The clause of this place asks and asserts nothing.
    #[must_use]
    pub fn asked(&self, place: &Place) -> bool {
        self.asks[self.clause[place.start] as usize]
    }

    /// True when `part` may belong to the statement whose predicate is `anchor`: in the same clause,
    /// or in the one before if that of the predicate has no subject of its own
    /// (「读已关闭的 channel，会 panic」).
    #[must_use]
    pub fn together(&self, part: &Place, anchor: &Place) -> bool {
        let (c1, c2) = (self.clause[part.start], self.clause[anchor.start]);
        let same_sentence = self.sentence[part.start] == self.sentence[anchor.start];
        c1 == c2 || (c2 == c1 + 1 && same_sentence && self.opens_clause(anchor.start))
    }

    /// From the start of its clause to `at` stand only helpers and openers.
    fn opens_clause(&self, at: usize) -> bool {
        let mut p = at;
        while p > 0 && self.clause[p - 1] == self.clause[at] {
            let step = self.ends_here(p, HELPERS).or_else(|| self.ends_here(p, OPENERS));
            match step {
                Some(n) => p -= n,
                None => return false,
            }
        }
        true
    }

    /// The word at `place` is denied, or reported as somebody's mistake.
    #[must_use]
    pub fn negated(&self, place: &Place) -> bool {
        self.denied_before(place.start) || self.reported(place)
    }

    fn denied_before(&self, start: usize) -> bool {
        let (mut p, mut denied, mut helped) = (start, false, false);
        while p > 0 && start - p < WALK_MAX && self.clause[p - 1] == self.clause[start] {
            if self.ends_here(p, ASKING).is_some() || self.harmless_at(p) {
                break;
            }
            if let Some(n) = self.negation_ends(p) {
                denied = !denied;
                p -= n;
                helped = true;
            } else if let Some(n) = self.ends_here(p, HELPERS) {
                p -= n;
                helped = true;
            } else if !helped && self.gap_before(p) {
                return true;
            } else {
                break;
            }
        }
        denied
    }

    /// 「没人接收」「不用锁」: one character, then the negation.
    fn gap_before(&self, p: usize) -> bool {
        let c = self.chars[p - 1];
        p >= 2
            && is_han(c)
            && !NO_GAP.contains(&c)
            && self.clause[p - 2] == self.clause[p - 1]
            && self.ends_here(p, CLOSED).is_none()
            && !self.harmless_at(p)
            && !self.harmless_at(p - 1)
            && self.negation_ends(p - 1).is_some()
    }

    /// Length of the negation that ends right before `p`.
    fn negation_ends(&self, p: usize) -> Option<usize> {
        if p < self.chars.len() && self.begins_harmless(p - 1) {
            return None;
        }
        self.ends_here(p, NEGATIONS)
    }

    /// A harmless word begins at `i` (its negating character is `i`).
    fn begins_harmless(&self, i: usize) -> bool {
        HARMLESS.iter().any(|w| self.stands_at(i, w)) || ASKING.iter().any(|w| i > 0 && self.stands_at(i - 1, w))
    }

    fn harmless_at(&self, p: usize) -> bool {
        self.ends_here(p, HARMLESS).is_some()
    }

    /// 「以为读会 panic」 before it, or 「…是错的」 behind it, within the clause.
    fn reported(&self, place: &Place) -> bool {
        let clause = self.clause[place.start];
        let from = self.clause[..place.start].partition_point(|c| *c < clause);
        let until = place.end + self.clause[place.end..].partition_point(|c| *c <= clause);
        let before: String = self.chars[from..place.start].iter().collect();
        let after: String = self.chars[place.end..until.min(place.end + 12)].iter().collect();
        ["以为", "误认", "错认", "误解成", "谣传"].iter().any(|w| before.contains(w))
            || ["是错", "不对", "不正确", "是误", "不成立", "的说法错", "这说法错"].iter().any(|w| after.contains(w))
    }

    /// Length of the longest of `words` that ends right before `p`.
    fn ends_here(&self, p: usize, words: &[&str]) -> Option<usize> {
        let fits = |w: &&&str| {
            let n = w.chars().count();
            n <= p && self.stands_at(p - n, w)
        };
        words.iter().filter(fits).map(|w| w.chars().count()).max()
    }

    /// A word stands at `i`; Latin words only as whole words.
    fn stands_at(&self, i: usize, word: &str) -> bool {
        let n = word.chars().count();
        if i + n > self.chars.len() || !word.chars().eq(self.chars[i..i + n].iter().copied()) {
            return false;
        }
        !word.is_ascii() || (self.starts[i] && (i + n == self.chars.len() || self.starts[i + n]))
    }
}

/// Punctuation that ends a clause; a dot, dash, bracket or quote may stand inside one.
fn ends_clause(between: &str) -> bool {
    between.chars().any(|c| "，,：:、（(".contains(c)) || between.contains("——")
}
