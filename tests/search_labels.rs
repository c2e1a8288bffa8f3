//! What a person types, and the question that must be among the first three.
//!
//! The labels stand in `search_labels.toml`; they were written from the list of questions before
//! the ranking was tuned. A label whose questions are not in the shipped banks does not count.
use bagu::bank::load::load_embedded;
use bagu::search::{Options, search};
use serde::Deserialize;

#[derive(Deserialize)]
struct Labels {
    query: Vec<Label>,
}

#[derive(Deserialize)]
struct Label {
    typed: String,
    kind: String,
    want: Vec<String>,
}

fn labels() -> Vec<Label> {
    let labels: Labels = toml::from_str(include_str!("search_labels.toml")).expect("the labels are TOML");
    labels.query
}

#[test]
fn the_right_question_is_among_the_first_three() {
    let (bank, problems) = load_embedded();
    assert!(problems.is_empty(), "shipped banks are flawless: {problems:?}");
    let labels: Vec<Label> = labels().into_iter().filter(|l| l.want.iter().any(|id| bank.get(id).is_some())).collect();
    let mut missed = Vec::new();
    for label in &labels {
        let hits = search(&bank, &label.typed, Options { limit: 3, topic: None });
        let found: Vec<&str> = hits.iter().map(|h| h.question.id.as_str()).collect();
        if !label.want.iter().any(|id| found.contains(&id.as_str())) {
            missed.push(format!("{:<10} {} → {found:?}, want {:?}", label.kind, label.typed, label.want));
        }
    }
    let share = 1.0 - missed.len() as f64 / labels.len().max(1) as f64;
    println!(
        "{} of {} labels found in the first three ({:.1} %)",
        labels.len() - missed.len(),
        labels.len(),
        share * 100.0
    );
    println!("{}", missed.join("\n"));
    assert!(share >= 0.95, "{} of {} missed:\n{}", missed.len(), labels.len(), missed.join("\n"));
}

#[test]
fn there_are_enough_labels_of_every_kind_and_each_once() {
    let labels = labels();
    assert!(labels.len() >= 100, "{} labels", labels.len());
    for kind in ["zh", "en", "pinyin", "initials", "mixed", "colloquial", "typo"] {
        let count = labels.iter().filter(|l| l.kind == kind).count();
        assert!(count >= 10, "{count} labels of kind {kind}");
    }
    let mut typed: Vec<&str> = labels.iter().map(|l| l.typed.as_str()).collect();
    typed.sort_unstable();
    let all = typed.len();
    typed.dedup();
    assert_eq!(all, typed.len(), "a query is labelled twice");
}

#[test]
fn the_same_query_gives_the_same_hits_in_the_same_order() {
    let (bank, _) = load_embedded();
    for label in labels() {
        let run = || {
            search(&bank, &label.typed, Options { limit: 50, topic: None })
                .into_iter()
                .map(|h| (h.question.id.clone(), h.score.to_bits()))
                .collect::<Vec<_>>()
        };
        assert_eq!(run(), run(), "{}", label.typed);
    }
}

#[test]
fn nothing_typed_or_unheard_of_gives_nothing() {
    let (bank, _) = load_embedded();
    for typed in ["", "   ", "，。！", "量子纠缠", "zzqqxx", "🦀🦀"] {
        let hits = search(&bank, typed, Options { limit: 5, topic: None });
        assert!(hits.is_empty(), "{typed}: {:?}", hits.iter().map(|h| &h.question.id).collect::<Vec<_>>());
    }
}
