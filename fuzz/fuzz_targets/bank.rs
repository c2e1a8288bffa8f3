//! Any bytes as a bank file: read, judged, searched. Never a panic.
//!
//! Run: `cargo +nightly fuzz run bank -- -max_len=20000 -dict=fuzz/bank.dict`, seeds from
//! `questions/` and `tests/bad_banks/`.
#![no_main]
use bagu::bank::check::{DemoFacts, check};
use bagu::bank::load::load_sources;
use bagu::bank::source::Source;
use bagu::search::{Options, search};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(source) = Source::decode("fuzz.toml", bytes.to_vec()) else { return };
    let (bank, problems) = load_sources(std::slice::from_ref(&source));
    for problem in &problems {
        assert!(!problem.to_string().is_empty());
    }
    for q in &bank.questions {
        let typed: String = q.ask.chars().take(12).collect();
        let _ = search(&bank, &typed, Options { limit: 3, topic: None });
    }
    let demos = [DemoFacts { id: "channel/close-drain".to_owned(), claims: vec!["关闭".to_owned()] }];
    let _ = check(&[source], 0, &demos);
});
