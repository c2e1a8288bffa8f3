//! The exercises of a question, as [`quick`](super) reads them.
use std::borrow::Cow;

use crate::bank::fields::LINE_CHARS_MAX;
use crate::bank::model::{ChoiceOption, Drill, cloze_gaps};
use crate::bank::quick::lexer::{Lexer, set};

/// An exercise whose end is not reached yet. Which keys it may have depends on its kind, and the
/// kind may come last.
#[derive(Default)]
pub(super) struct DrillDraft<'t> {
    kind: Option<Cow<'t, str>>,
    ask: Option<Cow<'t, str>>,
    text: Option<Cow<'t, str>>,
    demo: Option<Cow<'t, str>>,
    steps: Option<Vec<String>>,
    options: Option<Vec<ChoiceOption>>,
}

pub(super) fn key<'t>(lexer: &mut Lexer<'t>, key: &str, draft: &mut DrillDraft<'t>) -> Option<()> {
    match key {
        "kind" => set(&mut draft.kind, lexer.text(64)?),
        "ask" => set(&mut draft.ask, lexer.text(LINE_CHARS_MAX)?),
        "text" => set(&mut draft.text, lexer.text(2000)?),
        "demo" => set(&mut draft.demo, lexer.text(128)?),
        "steps" => set(&mut draft.steps, lexer.texts()?),
        "options" => {
            let mut options = Vec::new();
            lexer.array(|lexer| {
                options.push(option(lexer)?);
                Some(())
            })?;
            set(&mut draft.options, options)
        }
        _ => None,
    }
}

fn option(lexer: &mut Lexer<'_>) -> Option<ChoiceOption> {
    let (mut text, mut ok, mut why) = (None, None, None);
    lexer.inline_table(|lexer, key| match key {
        "text" => set(&mut text, lexer.text(LINE_CHARS_MAX)?.into_owned()),
        "ok" => set(&mut ok, lexer.flag()?),
        "why" => set(&mut why, lexer.text(LINE_CHARS_MAX)?.into_owned()),
        _ => None,
    })?;
    Some(ChoiceOption { text: text?, ok: ok.unwrap_or_default(), why: why? })
}

impl DrillDraft<'_> {
    /// The exercise when it is valid (see `read::drill`, which says why when it is not).
    pub fn finish(self) -> Option<Drill> {
        let ask = self.ask.map(Cow::into_owned);
        let text = self.text.map(Cow::into_owned);
        let demo = self.demo.map(Cow::into_owned);
        match (&*self.kind?, ask, text, demo, self.steps, self.options) {
            ("choice", Some(ask), None, None, None, Some(options)) => {
                let right = options.iter().filter(|o| o.ok).count();
                (options_fit(&options) && right == 1).then_some(Drill::Choice { ask, options })
            }
            ("multi", Some(ask), None, None, None, Some(options)) => {
                let right = options.iter().filter(|o| o.ok).count();
                (options_fit(&options) && right > 0).then_some(Drill::Multi { ask, options })
            }
            ("cloze", None, Some(text), None, None, None) => {
                let gaps = cloze_gaps(&text).is_some_and(|gaps| !gaps.is_empty());
                gaps.then_some(Drill::Cloze { text })
            }
            ("order", Some(ask), None, None, Some(steps), None) => {
                let fit = (3..=9).contains(&steps.len()) && (1..steps.len()).all(|i| !steps[..i].contains(&steps[i]));
                fit.then_some(Drill::Order { ask, steps })
            }
            ("predict", Some(ask), None, Some(demo), None, None) => Some(Drill::Predict { ask, demo }),
            _ => None,
        }
    }
}

fn options_fit(options: &[ChoiceOption]) -> bool {
    let once = |i: usize| !options[..i].iter().any(|o| o.text == options[i].text);
    (2..=9).contains(&options.len()) && (1..options.len()).all(once)
}
