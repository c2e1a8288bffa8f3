//! Typed access to one TOML table, noting every wrong thing on the way instead of stopping at it.
//!
//! Invariants
//!   F1  an accessor returns a usable value or has noted a fault (or the key is absent and optional)
//!   F2  every string handed out is free of control characters but newline and tab, and of the
//!       marks that reorder text, so a bank cannot steer the terminal
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::bank::problem::{Place, Problem};
use crate::bank::source::{Lines, Source};
use crate::base::nearest::nearest;

/// Most characters of a one-line text (`ask`, `text`, `truth`, an option).
pub const LINE_CHARS_MAX: usize = 400;
/// Most characters of a long text (`answer`).
pub const TEXT_CHARS_MAX: usize = 20_000;
/// Most entries of a list.
pub const LIST_MAX: usize = 100;

/// One table of the file.
#[derive(Clone)]
pub(super) struct Fields<'a, 'i> {
    /// What the person calls it: 题目, 得分点 …
    pub name: &'static str,
    pub table: &'a DeTable<'i>,
    pub span: Range<usize>,
}

/// A string and the byte where it stands.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub text: String,
    pub at: usize,
}

/// Collects problems while a file is read.
pub(super) struct Notes<'s> {
    pub source: &'s Source,
    pub lines: Lines<'s>,
    pub problems: Vec<Problem>,
    /// Id of the question being read, for the messages.
    pub question: String,
    /// Set when something needed is missing or unusable.
    pub broken: bool,
}

impl<'s> Notes<'s> {
    pub fn new(source: &'s Source) -> Self {
        Self { source, lines: Lines::new(&source.text), problems: Vec::new(), question: String::new(), broken: false }
    }

    pub fn place(&self, at: usize) -> Place {
        self.lines.place(&self.source.name, at)
    }

    /// A fault that leaves the rest usable.
    pub fn fault(&mut self, code: &'static str, at: usize, what: String, mend: impl Into<String>) {
        let problem = Problem::fault(code, self.place(at), what).of(&self.question).mend(mend);
        self.problems.push(problem);
    }

    /// A fault that makes the question (or the file) unusable.
    pub fn broken(&mut self, code: &'static str, at: usize, what: String, mend: impl Into<String>) {
        self.broken = true;
        self.fault(code, at, what, mend);
    }

    /// Notes every key that is none of `known`, with the nearest one as a suggestion.
    pub fn known(&mut self, fields: &Fields<'_, '_>, known: &[&'static str]) {
        for key in fields.table.keys() {
            let name: &str = key.get_ref();
            if known.contains(&name) {
                continue;
            }
            let hint = alias(name)
                .filter(|a| known.contains(a))
                .or_else(|| nearest(name, known.iter().copied()))
                .map_or_else(|| format!("可用的键：{}", known.join("、")), |k| format!("你是不是想写 {k}？"));
            let what = format!("{}里没有「{}」这个键", fields.name, shown(name));
            self.fault("unknown-key", key.span().start, what, hint);
        }
    }

    /// A string that must be there and must not be blank.
    pub fn text(&mut self, fields: &Fields<'_, '_>, key: &'static str, chars_max: usize) -> Option<Text> {
        let found = self.optional_text(fields, key, chars_max);
        if found.is_none() && !fields.table.contains_key(key) {
            self.missing(fields, key);
        }
        found
    }

    /// A string that may be absent; blank is a fault.
    pub fn optional_text(&mut self, fields: &Fields<'_, '_>, key: &'static str, chars_max: usize) -> Option<Text> {
        let value = fields.table.get(key)?;
        let DeValue::String(text) = value.get_ref() else {
            self.wrong_type(key, value, "字符串，如 \"…\"");
            return None;
        };
        self.clean(key, text, value.span().start, chars_max)
    }

    /// Checks the characters and the length of a string.
    fn clean(&mut self, key: &str, text: &str, at: usize, chars_max: usize) -> Option<Text> {
        if text.trim().is_empty() {
            self.broken("empty", at, format!("{key} 是空的"), format!("写上内容，或者删掉 {key} 这一行"));
            return None;
        }
        if let Some(c) = text.chars().find(|&c| is_steering(c)) {
            let what = format!("{key} 里有控制字符 U+{:04X}", c as u32);
            self.broken("control-character", at, what, "删掉它；要换行就用 '''…''' 直接换行");
            return None;
        }
        let length = text.chars().count();
        if length > chars_max {
            self.broken("too-long", at, format!("{key} 有 {length} 个字符"), format!("最多 {chars_max} 个，拆短一些"));
            return None;
        }
        Some(Text { text: text.to_owned(), at })
    }

    /// A list of strings; absent gives an empty list.
    pub fn texts(&mut self, fields: &Fields<'_, '_>, key: &'static str) -> Vec<Text> {
        let Some(value) = fields.table.get(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(key, value, "数组，如 [\"…\", \"…\"]");
            return Vec::new();
        };
        if items.len() > LIST_MAX {
            let what = format!("{key} 有 {} 项", items.len());
            self.broken("too-long", value.span().start, what, format!("最多 {LIST_MAX} 项"));
            return Vec::new();
        }
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            if let DeValue::String(text) = item.get_ref() {
                texts.extend(self.clean(key, text, item.span().start, LINE_CHARS_MAX));
            } else {
                self.wrong_type(key, item, "字符串（数组里每一项都要加引号）");
            }
        }
        texts
    }

    /// A whole number; absent and wrong both give `None`, wrong is noted.
    pub fn number(&mut self, fields: &Fields<'_, '_>, key: &'static str) -> Option<(i64, usize)> {
        let value = fields.table.get(key)?;
        let at = value.span().start;
        let DeValue::Integer(number) = value.get_ref() else {
            self.wrong_type(key, value, "整数，如 2");
            return None;
        };
        let Ok(number) = i64::from_str_radix(number.as_str(), number.radix()) else {
            self.broken("wrong-type", at, format!("{key} 这个数太大了"), "写一个普通的整数，如 2");
            return None;
        };
        Some((number, at))
    }

    /// A truth value; absent is `false`.
    pub fn flag(&mut self, fields: &Fields<'_, '_>, key: &'static str) -> bool {
        match fields.table.get(key).map(|v| (v.get_ref(), v)) {
            None => false,
            Some((DeValue::Boolean(b), _)) => *b,
            Some((_, value)) => {
                self.wrong_type(key, value, " true 或 false");
                false
            }
        }
    }

    /// An array of tables (`[[question.point]]` or `[{ … }]`); absent gives none.
    pub fn tables<'a, 'i>(
        &mut self,
        fields: &Fields<'a, 'i>,
        key: &'static str,
        name: &'static str,
    ) -> Vec<Fields<'a, 'i>> {
        let Some(value) = fields.table.get(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            let want = if key == "options" || key == "changed" {
                "[{ … }, { … }]"
            } else {
                "[[…]]（两层方括号）"
            };
            self.wrong_type(key, value, want);
            return Vec::new();
        };
        let mut tables = Vec::with_capacity(items.len());
        for item in items {
            if let DeValue::Table(table) = item.get_ref() {
                tables.push(Fields { name, table, span: item.span() });
            } else {
                self.wrong_type(key, item, "表，如 { 键 = 值 }");
            }
        }
        tables
    }

    /// One inline table; absent gives `None`.
    pub fn table<'a, 'i>(
        &mut self,
        fields: &Fields<'a, 'i>,
        key: &'static str,
        name: &'static str,
    ) -> Option<Fields<'a, 'i>> {
        let value = fields.table.get(key)?;
        if let DeValue::Table(table) = value.get_ref() {
            return Some(Fields { name, table, span: value.span() });
        }
        self.wrong_type(key, value, "表，如 { since = \"1.0\" }");
        None
    }

    /// Notes that a needed key is absent; a near miss among the present keys is pointed out by
    /// [`Notes::known`], so nothing is guessed here.
    pub fn missing(&mut self, fields: &Fields<'_, '_>, key: &'static str) {
        self.broken("missing-key", fields.span.start, format!("{}缺少 {key}", fields.name), example(key));
    }

    fn wrong_type(&mut self, key: &str, value: &Spanned<DeValue<'_>>, want: &str) {
        let got = match value.get_ref() {
            DeValue::String(_) => "字符串",
            DeValue::Integer(_) => "整数",
            DeValue::Float(_) => "小数",
            DeValue::Boolean(_) => "true/false",
            DeValue::Datetime(_) => "日期",
            DeValue::Array(_) => "数组",
            DeValue::Table(_) => "表",
        };
        self.broken(
            "wrong-type",
            value.span().start,
            format!("{key} 的类型不对，这里是{got}"),
            format!("应该是{want}"),
        );
    }
}

/// Control characters (newline and tab are fine) and the marks that reorder displayed text.
fn is_steering(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}')
}

/// A key as shown in a message: short, on one line.
fn shown(key: &str) -> String {
    let clean: String = key.chars().filter(|&c| !is_steering(c) && c != '\n').collect();
    if clean.chars().count() > 40 { clean.chars().take(40).chain(['…']).collect() } else { clean }
}

/// Names that other banks use for our keys.
fn alias(key: &str) -> Option<&'static str> {
    Some(match key.to_lowercase().as_str() {
        "title" | "question" | "q" | "题目" | "问题" => "ask",
        "a" | "full" | "body" | "答案" => "answer",
        "brief" | "summary" | "短答" => "short",
        "points" | "keypoint" | "key_points" | "得分点" => "point",
        "wrongs" | "errata" | "mistake" | "pitfall" | "误区" => "wrong",
        "drills" | "exercise" | "练习" => "drill",
        "demo" | "演示" => "demos",
        "difficulty" | "难度" => "level",
        "type" | "类型" => "kind",
        "time" | "timeout" | "限时" => "limit",
        "ref" | "refs" | "references" | "来源" => "sources",
        "next" | "related" | "follow_ups" | "追问" => "followups",
        "alias" | "aliases" | "keywords" | "别名" => "aka",
        "version" | "since" | "版本" => "go",
        "keywords_any" | "words" | "match" => "any",
        "required" => "must",
        "correct" | "right" | "answer_ok" => "ok",
        "reason" | "explain" => "why",
        "correction" | "fact" | "right_answer" => "truth",
        _ => return None,
    })
}

/// What to write when a needed key is absent.
fn example(key: &str) -> String {
    match key {
        "format" => "在文件开头写 format = 1".to_owned(),
        "topic" => "在文件开头写 topic = \"channel\" 这样的主题".to_owned(),
        "id" => "加上 id = \"主题-简短英文\"，定了就不要再改".to_owned(),
        "ask" => "加上 ask = \"面试官怎么问\"".to_owned(),
        "level" => "加上 level = 1（校招）、2（社招）或 3（资深）".to_owned(),
        "kind" => "加上 kind，如 kind = \"concept\"".to_owned(),
        "short" => "加上 short = \"30 秒能说完的答案\"".to_owned(),
        "answer" => "加上 answer = '''完整答案'''".to_owned(),
        "text" => "加上 text = \"…\"".to_owned(),
        "any" => "加上 any = [\"人们会用的说法\", \"甲+乙\"]".to_owned(),
        "truth" => "加上 truth = \"正确的说法，一句话\"".to_owned(),
        "why" => "加上 why = \"为什么对或错\"，答完会显示".to_owned(),
        "options" => "加上 options = [{ text = \"…\", ok = true, why = \"…\" }, …]".to_owned(),
        "steps" => "加上 steps = [\"先\", \"再\", \"后\"]，按正确次序".to_owned(),
        "demo" => "加上 demo = \"主题/名字\"".to_owned(),
        key => format!("加上 {key} = …"),
    }
}
