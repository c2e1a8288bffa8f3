//! No input makes the loader panic: random bytes, and good banks with pieces cut, doubled, swapped.
use bagu::bank::check::{DemoFacts, check};
use bagu::bank::load::load_sources;
use bagu::bank::source::Source;
use proptest::prelude::*;

const SEED: &str = include_str!("../questions/channel/close.toml");

/// Everything that happens to a bank file, on any bytes.
fn swallow(bytes: Vec<u8>) {
    let Ok(source) = Source::decode("x.toml", bytes) else { return };
    let (bank, problems) = load_sources(std::slice::from_ref(&source));
    for problem in problems {
        assert!(!problem.to_string().is_empty());
    }
    for q in &bank.questions {
        assert!(!q.id.is_empty() && !q.ask.trim().is_empty() && !q.answer.trim().is_empty());
        assert!((1..=3).contains(&q.level));
    }
    let demos = [DemoFacts { id: "channel/x".to_owned(), claims: vec!["甲".to_owned()] }];
    let _ = check(&[source], 0, &demos);
}

/// A piece of the good bank, cut at characters.
fn piece(from: usize, len: usize) -> String {
    SEED.chars().skip(from).take(len).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        swallow(bytes);
    }

    #[test]
    fn random_toml_like_text(text in r#"(\[{0,3}(question|point|wrong|drill|x)?(\.(point|drill|wrong))?\]{0,3}|id|ask|level|any|go| = |["']{1,3}|[a-z0-9关闭]{0,4}|[{},\n#\\]|true|1\.[0-9]){0,60}"#) {
        swallow(format!("format = 1\ntopic = \"t\"\n{text}").into_bytes());
    }

    #[test]
    fn a_good_bank_with_a_piece_cut_out(from in 0usize..9000, len in 1usize..40) {
        let end: String = SEED.chars().skip(from + len).collect();
        swallow((piece(0, from) + &end).into_bytes());
    }

    #[test]
    fn a_good_bank_with_a_piece_moved(from in 0usize..9000, len in 1usize..200, to in 0usize..9000) {
        let moved = piece(from, len);
        let rest: String = SEED.chars().skip(to).take(4000).collect();
        swallow((piece(0, to) + &moved + &rest).into_bytes());
    }

    #[test]
    fn a_good_bank_with_bytes_changed(at in 0usize..20_000, bytes in proptest::collection::vec(any::<u8>(), 1..6)) {
        let mut changed = SEED.as_bytes().to_vec();
        for (i, byte) in bytes.into_iter().enumerate() {
            if let Some(slot) = changed.get_mut(at + i) {
                *slot = byte;
            }
        }
        swallow(changed);
    }
}

#[test]
fn long_lines_many_tables_and_deep_nesting_are_a_sentence() {
    swallow(vec![b'a'; 3 << 20]);
    swallow(format!("format = 1\ntopic = \"t\"\nx = {}", "[".repeat(200_000)).into_bytes());
    swallow(format!("format = 1\ntopic = \"t\"\nx = {}", "{ a = ".repeat(50_000)).into_bytes());
    swallow(format!("format = 1\ntopic = \"t\"\n{}", "[[question]]\n".repeat(50_000)).into_bytes());
    swallow(format!("format = 1\ntopic = \"t\"\n[{}]\n", "a.".repeat(50_000) + "a").into_bytes());
    swallow(format!("format = 1\ntopic = \"{}\"\n", "题".repeat(1 << 20)).into_bytes());
}
