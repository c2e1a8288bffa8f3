//! The quick reader gives what the thorough one gives, or gives up.
use bagu::bank::load::{quick_for_tests, shipped};
use bagu::bank::read::read;
use bagu::bank::source::Source;
use proptest::prelude::*;

/// Both ways on one file: what the quick one gives, the thorough one gives without a problem.
/// True when the quick one did not give up.
fn agree(source: &Source) -> bool {
    let Some(quick) = quick_for_tests(source) else { return false };
    let thorough = read(source);
    assert!(thorough.problems.is_empty(), "{}: {:?}", source.name, thorough.problems);
    let questions: Vec<_> = thorough.questions.into_iter().map(|(q, _)| q).collect();
    assert_eq!(format!("{quick:#?}"), format!("{questions:#?}"), "{}", source.name);
    true
}

fn decoded(bytes: Vec<u8>) -> Option<Source> {
    Source::decode("x.toml", bytes).ok()
}

#[test]
fn every_shipped_bank_is_read_the_quick_way() {
    for mut source in shipped() {
        assert!(agree(&source), "{} is not plain", source.name);
        source.shipped = false;
        assert!(agree(&source), "{} holds control characters", source.name);
    }
}

#[test]
fn bad_banks_are_left_to_the_thorough_one() {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bad_banks");
    for entry in std::fs::read_dir(dir).expect("the directory of bad banks") {
        let bytes = std::fs::read(entry.expect("an entry").path()).expect("a bad bank can be read");
        if let Some(source) = decoded(bytes) {
            agree(&source);
        }
    }
}

const SEED: &str = include_str!("../questions/channel/close.toml");

fn piece(from: usize, len: usize) -> String {
    SEED.chars().skip(from).take(len).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn with_a_piece_cut_out(from in 0usize..12_000, len in 1usize..30) {
        let end: String = SEED.chars().skip(from + len).collect();
        if let Some(source) = decoded((piece(0, from) + &end).into_bytes()) {
            agree(&source);
        }
    }

    #[test]
    fn with_a_piece_put_in(at in 0usize..12_000, text in r#"[ "'\\#=,\[\]{}\n.a-z0-9关闭\u{202e}\u{1b}]{1,6}"#) {
        let end: String = SEED.chars().skip(at).collect();
        if let Some(source) = decoded((piece(0, at) + &text + &end).into_bytes()) {
            agree(&source);
        }
    }

    #[test]
    fn with_a_line_moved(from in 0usize..400, to in 0usize..400) {
        let mut lines: Vec<&str> = SEED.lines().collect();
        let line = lines.remove(from % lines.len());
        lines.insert(to % lines.len(), line);
        if let Some(source) = decoded(lines.join("\n").into_bytes()) {
            agree(&source);
        }
    }
}
