//! The Go twins: every demo that promises one has it, with output recorded from real Go.
use bagu::demos;
use bagu::lab::GoMatch;
use bagu::lab::gotwin;

#[test]
fn every_promised_twin_is_there_with_its_recording() {
    let mut wrong = vec![];
    let mut twins = 0;
    for demo in demos::all() {
        let sources = gotwin::sources(demo.id).unwrap_or_else(|| panic!("{}: no source", demo.id));
        match demo.go {
            GoMatch::None(why) => {
                if why.trim().is_empty() {
                    wrong.push(format!("{}: no twin and no reason", demo.id));
                }
            }
            _ => {
                twins += 1;
                match (sources.go, sources.recorded()) {
                    (Some(go), Some(r)) if go.contains("package main") && !r.lines.is_empty() => {}
                    _ => wrong.push(format!("{}: twin or recording missing", demo.id)),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(twins >= 30, "only {twins} twins");
}

#[test]
fn no_file_is_left_without_a_demo() {
    let orphans: Vec<&str> = gotwin::all().map(|s| s.id).filter(|id| demos::get(id).is_none()).collect();
    assert!(orphans.is_empty(), "not listed in a topic's mod.rs: {orphans:?}");
}

#[test]
fn recordings_name_one_version_of_go() {
    let mut versions: Vec<&str> = gotwin::all().filter_map(|s| s.recorded()).map(|r| r.version).collect();
    versions.sort_unstable();
    versions.dedup();
    assert_eq!(versions, ["go1.27.3"]);
}
