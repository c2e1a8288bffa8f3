//! What is remembered separately.
//!
//! A question and each of its drills are *cards*: to pick the right option of four is easier than to
//! say the answer, so one must not count for the other. They are *siblings*: a session asks one of
//! them at most.
//!
//! A drill has no id of its own in a bank. It is named by its question, its kind and its place among
//! the drills of that kind (`chan-close#choice`, `chan-close#choice2`): editing a drill keeps its
//! history, and so does adding a new one behind it. Rejected: a hash of the text, which forgets
//! everything at the first corrected typo.
use std::fmt;
use std::str::FromStr;

use crate::bank::model::Drill;
use crate::bank::model::Question;

/// How a card is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Form {
    /// The question itself, typed or spoken.
    Open,
    Choice,
    Multi,
    Cloze,
    Order,
    Predict,
}

impl Form {
    pub const ALL: [Form; 6] = [Form::Open, Form::Choice, Form::Multi, Form::Cloze, Form::Order, Form::Predict];

    /// The word used in keys, in the database and in `--json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Form::Open => "open",
            Form::Choice => "choice",
            Form::Multi => "multi",
            Form::Cloze => "cloze",
            Form::Order => "order",
            Form::Predict => "predict",
        }
    }

    /// The form of a drill.
    #[must_use]
    pub fn of(drill: &Drill) -> Form {
        match drill {
            Drill::Choice { .. } => Form::Choice,
            Drill::Multi { .. } => Form::Multi,
            Drill::Cloze { .. } => Form::Cloze,
            Drill::Order { .. } => Form::Order,
            Drill::Predict { .. } => Form::Predict,
        }
    }
}

/// Name of a card; `question`, `question#form` or `question#formN`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CardKey {
    pub question: String,
    pub form: Form,
    /// 1 for the first drill of this form in the question. Always 1 for [`Form::Open`].
    pub nth: u8,
}

impl CardKey {
    /// The card of the question itself.
    #[must_use]
    pub fn open(question: &str) -> Self {
        Self { question: question.into(), form: Form::Open, nth: 1 }
    }

    /// The drill this key names in its question; `None` for the open card and for a drill that the
    /// bank no longer has.
    #[must_use]
    pub fn drill<'q>(&self, question: &'q Question) -> Option<&'q Drill> {
        question.drills.iter().filter(|d| Form::of(d) == self.form).nth(usize::from(self.nth).wrapping_sub(1))
    }
}

impl fmt::Display for CardKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.question)?;
        if self.form != Form::Open {
            write!(f, "#{}", self.form.name())?;
            if self.nth > 1 {
                write!(f, "{}", self.nth)?;
            }
        }
        Ok(())
    }
}

/// Text that names no card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadKey;

impl FromStr for CardKey {
    type Err = BadKey;
    fn from_str(text: &str) -> Result<Self, BadKey> {
        let Some((question, rest)) = text.split_once('#') else {
            return if text.is_empty() { Err(BadKey) } else { Ok(Self::open(text)) };
        };
        let word = rest.trim_end_matches(|c: char| c.is_ascii_digit());
        let digits = &rest[word.len()..];
        let nth = if digits.is_empty() { 1 } else { digits.parse().map_err(|_| BadKey)? };
        let form = Form::ALL.into_iter().find(|f| *f != Form::Open && f.name() == word).ok_or(BadKey)?;
        if question.is_empty() || nth == 0 {
            return Err(BadKey);
        }
        Ok(Self { question: question.into(), form, nth })
    }
}

/// Every card of a question: the open one first, then its drills in bank order.
#[must_use]
pub fn cards_of(question: &Question) -> Vec<CardKey> {
    let mut keys = vec![CardKey::open(&question.id)];
    for drill in &question.drills {
        let form = Form::of(drill);
        let before = keys.iter().filter(|k| k.form == form).count();
        let nth = u8::try_from(before + 1).unwrap_or(u8::MAX);
        keys.push(CardKey { question: question.id.clone(), form, nth });
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_survive_the_round_trip() {
        for text in ["a-b", "a-b#choice", "a-b#choice2", "a#predict", "g0#order10"] {
            let key: CardKey = text.parse().expect(text);
            assert_eq!(key.to_string(), text);
        }
    }

    #[test]
    fn bad_keys_are_refused() {
        for text in ["", "#choice", "a#", "a#open", "a#quiz", "a#choice0", "a#choice999", "a#2"] {
            assert_eq!(text.parse::<CardKey>(), Err(BadKey), "{text}");
        }
    }
}
