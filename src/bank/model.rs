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
