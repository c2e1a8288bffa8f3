//! Every frame of every demo: within its width, bounded in length, the same without colour.
use bagu::base::text::width;
use bagu::demos;
use bagu::export::chrome;
use bagu::lab::{Picture, RunOptions, world};
use bagu::trace::{Recording, State, Timeline};
use bagu::view::step::{Key, Lanes, Model, Pane, draw};
use bagu::view::{self, Look};

fn strip(s: &str) -> String {
    let mut out = String::new();
    let mut chars = s.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            chars.by_ref().find(char::is_ascii_alphabetic);
        } else {
            out.push(c);
        }
    }
    out.trim_end().to_owned()
}

type Frame = fn(&Recording, Look) -> Vec<String>;
const FRAMES: [(&str, Frame); 4] = [
    ("sched", view::lanes_view),
    ("chan", |r, l| view::chan_view(r, None, l)),
    ("ctx", view::context_view),
    ("time", view::time_view),
];

#[test]
fn frames_fit_are_bounded_and_need_no_colour() {
    for demo in demos::all() {
        let rec = world::run_demo(demo, &RunOptions::of(demo)).recording;
        for (name, frame) in FRAMES {
            for columns in [40, 60, 80, 120] {
                let plain = frame(&rec, Look::new(columns, false));
                for line in &plain {
                    assert!(width(line) <= columns, "{} {name} {columns}: {} columns: {line}", demo.id, width(line));
                    assert!(!line.contains('\u{1b}'), "{line:?}");
                }
                assert!(plain.len() < 250, "{} {name} {columns}: {} lines", demo.id, plain.len());
                let coloured: Vec<String> = frame(&rec, Look::new(columns, true)).iter().map(|l| strip(l)).collect();
                let plain: Vec<String> = plain.iter().map(|l| l.trim_end().to_owned()).collect();
                assert_eq!(coloured, plain, "{} {name} {columns}", demo.id);
            }
        }
    }
}

#[test]
fn the_picture_a_demo_asks_for_has_something_to_show() {
    for demo in demos::all() {
        let rec = world::run_demo(demo, &RunOptions::of(demo)).recording;
        let (frame, nothing) = match demo.picture {
            Picture::Lanes => (view::lanes_view(&rec, Look::PLAIN), "不记录"),
            Picture::Chan(name) => {
                assert!(rec.chan_names.iter().any(|n| n == name), "{}: no channel is called {name}", demo.id);
                (view::chan_view(&rec, Some(name), Look::PLAIN), "没有用到")
            }
            Picture::Context => (view::context_view(&rec, Look::PLAIN), "没有用到"),
            Picture::Timeline => (view::time_view(&rec, Look::PLAIN), "没有记录"),
        };
        assert!(frame.len() > 3 && !frame[0].contains(nothing), "{}: {frame:?}", demo.id);
    }
}

/// Slices of one track never overlap, have width, and every arrow has both ends.
#[test]
fn every_demo_s_trace_keeps_the_rules_of_the_format() {
    for demo in demos::all() {
        let rec = world::run_demo(demo, &RunOptions::of(demo)).recording;
        let root: serde_json::Value = serde_json::from_str(&chrome::trace(&rec)).expect("JSON");
        let events = root["traceEvents"].as_array().expect("an array");
        let mut slices: Vec<(u64, u64, i64, i64)> = vec![];
        let mut arrows = 0i64;
        for e in events {
            let ns = |key: &str| (e[key].as_f64().expect("a number") * 1000.0).round() as i64;
            match e["ph"].as_str().expect("a phase") {
                "X" => {
                    slices.push((
                        e["pid"].as_u64().expect("pid"),
                        e["tid"].as_u64().expect("tid"),
                        ns("ts"),
                        ns("dur"),
                    ));
                }
                "s" => arrows += 1,
                "f" => arrows -= 1,
                ph => assert!(["M", "i"].contains(&ph), "{e}"),
            }
        }
        assert_eq!(arrows, 0, "{}", demo.id);
        slices.sort_unstable();
        assert!(slices.iter().all(|s| s.3 > 0), "{}: a slice without width", demo.id);
        for pair in slices.windows(2) {
            let same_track = pair[0].0 == pair[1].0 && pair[0].1 == pair[1].1;
            assert!(!same_track || pair[0].2 + pair[0].3 <= pair[1].2, "{}: {pair:?}", demo.id);
        }
    }
}

/// Every demo's four views at three sizes, at moments spread over the run: within the size, without
/// characters that move the cursor, the same when drawn again.
#[test]
fn the_stepper_s_screens_fit_at_any_moment() {
    const VIEWS: [(Pane, Lanes); 6] = [
        (Pane::Sched, Lanes::G),
        (Pane::Sched, Lanes::P),
        (Pane::Sched, Lanes::M),
        (Pane::Chan, Lanes::G),
        (Pane::Ctx, Lanes::G),
        (Pane::Events, Lanes::G),
    ];
    for demo in demos::all() {
        let rec = world::run_demo(demo, &RunOptions::of(demo)).recording;
        let line = Timeline::new(&rec);
        let mut model = Model::new(&line);
        for part in 0..=4 {
            model.go(rec.events.len() as i64 * part / 4);
            for (pane, lanes) in VIEWS {
                (model.pane, model.lanes) = (pane, lanes);
                for (columns, rows) in [(80, 24), (120, 40), (60, 20)] {
                    let text = draw(&model, columns, rows).text();
                    assert_eq!(text.lines().count(), rows, "{}", demo.id);
                    for l in text.lines() {
                        assert!(width(l) <= columns, "{} @{}: {} columns: {l}", demo.id, model.at(), width(l));
                        assert!(!l.chars().any(char::is_control), "{} @{}: {l:?}", demo.id, model.at());
                    }
                    assert_eq!(draw(&model, columns, rows).text(), text, "{}", demo.id);
                }
            }
        }
        model.key(Key::Char('t'));
        assert!(draw(&model, 80, 24).text().lines().all(|l| width(l) <= 80), "{}", demo.id);
    }
}

/// State by stepping back from the end is the state by replay from the beginning.
#[test]
fn stepping_back_is_replay_for_every_demo() {
    for demo in demos::all() {
        let rec = world::run_demo(demo, &RunOptions::of(demo)).recording;
        let line = Timeline::new(&rec);
        let stride = rec.events.len() / 40 + 1;
        let mut forward = vec![];
        let mut state = State::new(&rec);
        for (n, e) in rec.events.iter().enumerate() {
            if n % stride == 0 {
                forward.push((n as u32, state.clone()));
            }
            state.apply(e);
        }
        assert_eq!(line.at(u32::MAX), state, "{}", demo.id);
        for (n, want) in forward.iter().rev() {
            assert_eq!(line.at(*n), *want, "{} at {n}", demo.id);
        }
    }
}
