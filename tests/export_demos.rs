//! Every form of file for every demo: it can be read, it is bounded, the same run gives the same
//! bytes; and no recording, however wrong, makes a writer or the judge fall over.
use bagu::demos;
use bagu::export::picture::{self, Title};
use bagu::export::{chrome, gotrace};
use bagu::lab::{RunOptions, world};
use bagu::trace::event::{NO_CAUSE, NO_M, NO_P};
use bagu::trace::{Event, Kind, Recording, validate};
use proptest::prelude::*;

const TITLE: Title = Title { heading: "标题", how: "怎样跑的" };

/// Tags open and close in order and attributes are quoted.
fn well_formed(text: &str) -> Result<(), String> {
    let mut open: Vec<&str> = vec![];
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let end = rest[at..].find('>').ok_or("a tag that does not end")? + at;
        let tag = &rest[at + 1..end];
        if !tag.matches('"').count().is_multiple_of(2) || rest[..at].contains('>') {
            return Err(format!("around <{tag}>"));
        }
        let name = tag.split([' ', '\n', '/']).next().unwrap_or(tag);
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Err(format!("</{name}> closes nothing"));
            }
        } else if !tag.ends_with('/') && !tag.starts_with('!') && name != "meta" {
            open.push(name);
        }
        rest = &rest[end + 1..];
    }
    if open.is_empty() { Ok(()) } else { Err(format!("left open: {open:?}")) }
}

#[test]
fn pictures_of_every_demo_are_well_formed_bounded_and_the_same_each_time() {
    for demo in demos::all() {
        let rec = world::run_demo(demo, &RunOptions::of(demo)).recording;
        let title = Title { heading: demo.title, how: demo.id };
        let svg = picture::svg(&rec, &title);
        well_formed(&svg).unwrap_or_else(|e| panic!("{} svg: {e}", demo.id));
        assert!(svg.len() < 400_000, "{}: an SVG of {} bytes", demo.id, svg.len());
        let page = picture::html(&rec, &title);
        well_formed(&page).unwrap_or_else(|e| panic!("{} html: {e}", demo.id));
        assert!(page.len() < 8_000_000, "{}: a page of {} bytes", demo.id, page.len());
        for text in [&svg, &page] {
            assert!(!text.contains("<script") && !text.contains("src="), "{}: something is fetched or run", demo.id);
        }
        assert!(svg == picture::svg(&rec, &title) && page == picture::html(&rec, &title), "{}", demo.id);
        assert_eq!(gotrace::trace(&rec), gotrace::trace(&rec), "{}", demo.id);
    }
}

/// Any event at all, with ids near each other so that they meet.
fn any_event() -> impl Strategy<Value = Event> {
    let kinds = 0..Kind::ALL.len();
    let p = prop_oneof![4 => 0..4u8, 1 => Just(NO_P), 1 => any::<u8>()];
    let m = prop_oneof![4 => 0..4u8, 1 => Just(NO_M), 1 => any::<u8>()];
    let a = prop_oneof![4 => 0..6u32, 1 => any::<u32>()];
    let b = prop_oneof![4 => 0..6u64, 1 => any::<u64>()];
    let cause = prop_oneof![2 => 0..60u32, 1 => Just(NO_CAUSE), 1 => any::<u32>()];
    (kinds, 0..6u32, a, b, cause, p, m, any::<u8>(), prop_oneof![9 => 0..5_000u64, 1 => any::<u64>()]).prop_map(
        |(kind, g, a, b, cause, p, m, why, time)| Event { time, b, g, a, cause, p, m, kind: Kind::ALL[kind], why },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn nonsense_is_judged_and_written_without_falling_over(events in prop::collection::vec(any_event(), 0..120)) {
        let texts = ["", "a", "<b>\u{1}&\"", "长"].map(str::to_owned).to_vec();
        let rec = Recording { events, texts, procs: 3, ..Recording::default() };
        let _ = validate(&rec);
        let _ = gotrace::trace(&rec);
        prop_assert!(well_formed(&picture::svg(&rec, &TITLE)).is_ok());
        prop_assert!(well_formed(&picture::html(&rec, &TITLE)).is_ok());
        prop_assert!(serde_json::from_str::<serde_json::Value>(&chrome::trace(&rec)).is_ok());
    }
}
