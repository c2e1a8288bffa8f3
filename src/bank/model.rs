//! A question bank as the rest of the program sees it: checked, owned, immutable.
//!
//! The TOML shape is `format = 1` (see ARCHITECTURE.md); reading and judging it is `load` and
//! `check`. Everything here is plain data.

/// All questions of all loaded files, shipped ones first.
#[derive(Debug, Clone, Default)]
pub struct Bank {
    pub questions: Vec<Question>,
}

/// One question with everything needed to ask it, grade it and show it.
#[derive(Debug, Clone)]
pub struct Question {
    /// Stable for ever; progress is kept under it.
    pub id: String,
    /// From the head of the file.
    pub topic: String,
    pub ask: String,
    /// 1 校招 · 2 社招 · 3 资深.
    pub level: u8,
    pub kind: Kind,
    pub tags: Vec<String>,
    /// More words a person may search for.
    pub aka: Vec<String>,
    /// How long the spoken answer may take, in seconds (`limit = "1m30s"`).
    pub limit_s: u32,
    /// The 30-second spoken answer.
    pub short: String,
    /// Markdown subset: headings, lists, code, bold.
    pub answer: String,
    pub go: GoVersions,
    pub sources: Vec<String>,
    pub followups: Vec<String>,
    pub demos: Vec<String>,
    pub points: Vec<Point>,
    pub wrongs: Vec<Wrong>,
    pub drills: Vec<Drill>,
    /// Where it was defined, for messages.
    pub file: String,
    pub line: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Concept,
    Compare,
    Output,
    Pitfall,
    Scenario,
    Tool,
    Design,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 7] =
        [Kind::Concept, Kind::Compare, Kind::Output, Kind::Pitfall, Kind::Scenario, Kind::Tool, Kind::Design];

    /// As written in a bank.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Concept => "concept",
            Kind::Compare => "compare",
            Kind::Output => "output",
            Kind::Pitfall => "pitfall",
            Kind::Scenario => "scenario",
            Kind::Tool => "tool",
            Kind::Design => "design",
        }
    }

    /// As shown to people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Kind::Concept => "概念",
            Kind::Compare => "对比",
            Kind::Output => "看输出",
            Kind::Pitfall => "陷阱",
            Kind::Scenario => "场景",
            Kind::Tool => "工具",
            Kind::Design => "设计",
        }
    }
}

/// `1` 校招, `2` 社招, `3` 资深.
#[must_use]
pub const fn level_title(level: u8) -> &'static str {
    match level {
        1 => "校招",
        2 => "社招",
        _ => "资深",
    }
}

/// From which Go version the answer holds, and what changed when.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoVersions {
    pub since: String,
    #[serde(default)]
    pub changed: Vec<Change>,
}

#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    pub at: String,
    pub what: String,
}

/// A thing the interviewer ticks.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    pub text: String,
    /// Words that show it was said. Within one entry, `+` joins words that must all appear.
    pub any: Vec<String>,
    #[serde(default)]
    pub must: bool,
}

/// A wrong claim that people make, and the truth in one sentence.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wrong {
    pub text: String,
    pub any: Vec<String>,
    pub truth: String,
}

/// A small exercise on the question.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Drill {
    /// Exactly one option is right.
    Choice { ask: String, options: Vec<ChoiceOption> },
    /// At least one option is right; all right ones and no other must be picked.
    Multi { ask: String, options: Vec<ChoiceOption> },
    /// Gaps are written `{{word|other spelling}}`.
    Cloze { text: String },
    /// `steps` stands in the right order; it is shown shuffled.
    Order { ask: String, steps: Vec<String> },
    /// What does the demo print? The demo itself is the answer key.
    Predict { ask: String, demo: String },
}

#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChoiceOption {
    pub text: String,
    #[serde(default)]
    pub ok: bool,
    /// Why this option is right or wrong; shown after the pick.
    pub why: String,
}

impl Bank {
    /// The question called `id`.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|q| q.id == id)
    }
}

/// A stretch of a cloze text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClozePart<'t> {
    /// Shown as it stands.
    Text(&'t str),
    /// A gap and the spellings that fill it, the first one being the model answer.
    Gap(Vec<&'t str>),
}

/// Cuts a cloze text at its gaps. `None` when a gap is empty, holds an empty spelling or does not end.
#[must_use]
pub fn cloze_parts(text: &str) -> Option<Vec<ClozePart<'_>>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find("{{") {
        if open > 0 {
            parts.push(ClozePart::Text(&rest[..open]));
        }
        let inside = &rest[open + 2..];
        let close = inside.find("}}")?;
        let words: Vec<&str> = inside[..close].split('|').map(str::trim).collect();
        if words.iter().any(|w| w.is_empty()) {
            return None;
        }
        parts.push(ClozePart::Gap(words));
        rest = &inside[close + 2..];
    }
    if !rest.is_empty() {
        parts.push(ClozePart::Text(rest));
    }
    Some(parts)
}

/// The gaps of a cloze text; `None` when one of them is malformed.
#[must_use]
pub fn cloze_gaps(text: &str) -> Option<Vec<Vec<&str>>> {
    let parts = cloze_parts(text)?;
    Some(parts.into_iter().filter_map(|p| if let ClozePart::Gap(words) = p { Some(words) } else { None }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cloze_gaps_and_what_is_none() {
        assert_eq!(
            cloze_parts("容量是 {{128|一百二十八}}。"),
            Some(vec![ClozePart::Text("容量是 "), ClozePart::Gap(vec!["128", "一百二十八"]), ClozePart::Text("。")])
        );
        assert_eq!(cloze_gaps("没有空"), Some(vec![]));
        for bad in ["{{}}", "{{a|}}", "{{a", "x {{ }} y"] {
            assert_eq!(cloze_gaps(bad), None, "{bad}");
        }
    }
}
