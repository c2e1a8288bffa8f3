//! The Go execution trace we write: read back by a reader of our own in CI, by Go's in the developer
//! recipe (`just go-trace-check`). Lies told about a schedule must be refused by both, and by our judge.
mod lies;
mod programs;
mod read;

use std::io::Write as _;

use bagu::demos;
use bagu::export::gotrace;
use bagu::lab::{Demo, Engine, Platform, RunOptions, world};
use bagu::trace::{Kind, Recording, validate};

fn export(rec: &Recording) -> Vec<u8> {
    gotrace::trace(rec).expect("it has a schedule")
}

#[test]
fn the_story_is_told_event_by_event() {
    let rec = lies::story();
    assert_eq!(validate(&rec), []);
    let trace = read::read(&export(&rec)).expect("it can be read");
    let told: Vec<String> = trace
        .events
        .iter()
        .map(|e| {
            let on = |x: Option<u64>| x.map_or("-".to_owned(), |n| n.to_string());
            format!("{:>5} M{:<3} P{} G{} {} {:?}", e.time, e.m, on(e.p), on(e.g), e.name, e.args)
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn stacks_say_who_and_what() {
    let rec = lies::story();
    let trace = read::read(&export(&rec)).expect("it can be read");
    let stack = |name: &str, at: usize| {
        let e = trace.events.iter().find(|e| e.name == name).expect("such an event");
        trace.stacks[&e.args[at]].join(" < ")
    };
    assert_eq!(stack("GoBlock", 1), "chan receive ch0 < main.main");
    assert_eq!(stack("GoCreate", 1), "worker");
    assert_eq!(stack("GoCreate", 2), "go worker < main.main");
    let log = trace.events.iter().find(|e| e.name == "UserLog").expect("a print");
    assert_eq!([&trace.strings[&log.args[1]], &trace.strings[&log.args[2]]], ["打印", "hello"]);
}

#[test]
fn every_lie_is_caught_by_our_judge_and_by_the_reader() {
    for lie in lies::LIES {
        let mut rec = lies::story();
        (lie.tell)(&mut rec);
        let faults = validate(&rec);
        assert!(faults.iter().any(|f| f.rule == lie.rule), "{}: {faults:?}", lie.name);
        let read = read::read(&export(&rec));
        assert!(read.is_err(), "{}: the exported bytes were accepted", lie.name);
    }
}

#[test]
fn every_demo_can_be_read_whole_and_cut_short() {
    for demo in demos::all() {
        for seed in [1, 2] {
            let rec = world::run_demo(demo, &RunOptions::of(demo).seed(seed)).recording;
            let trace = read::read(&export(&rec)).unwrap_or_else(|e| panic!("{} seed {seed}: {e}", demo.id));
            let starts = rec.of(Kind::GoStart).count();
            assert!(trace.events.iter().filter(|e| e.name == "GoStart").count() >= starts, "{}", demo.id);
            assert!(trace.events.windows(2).all(|w| w[0].time < w[1].time), "{}: out of order", demo.id);
            assert!(trace.batches.iter().all(|&b| b <= 64 << 10));
            let first = rec.of(Kind::GoStart).next().map_or(0, |(i, _)| i as usize + 1);
            for cut in [first, rec.events.len() / 3, rec.events.len() / 2].into_iter().filter(|&c| c >= first) {
                let mut part = rec.clone();
                part.events.truncate(cut);
                part.truncated = true;
                read::read(&export(&part)).unwrap_or_else(|e| panic!("{} cut at {cut}: {e}", demo.id));
            }
        }
    }
}

#[test]
fn programs_that_do_everything_are_accepted_on_both_platforms() {
    for &program in programs::ALL {
        for (platform, procs, seed) in [
            (Platform::Virtual, 1, 1),
            (Platform::Virtual, 2, 2),
            (Platform::Virtual, 4, 3),
            (Platform::Real, 1, 1),
            (Platform::Real, 2, 1),
        ] {
            let rec = programs::record(program, platform, procs, seed).recording;
            let at = format!("{} {} P{procs} seed {seed}", program.0, platform.name());
            assert_eq!(first_fault(&rec), None, "{at}");
            read::read(&export(&rec)).unwrap_or_else(|e| panic!("{at}: {e}"));
        }
    }
}

#[test]
fn what_cannot_be_told_is_refused() {
    assert_eq!(gotrace::trace(&Recording::default()), Err(gotrace::Refused::NoSchedule));
    let rec = Recording { procs: 300, ..lies::story() };
    assert_eq!(gotrace::trace(&rec), Err(gotrace::Refused::TooManyProcs));
}

/// What our judge says first about the schedule, in words.
fn first_fault(rec: &Recording) -> Option<String> {
    let fault = validate(rec).into_iter().find(|f| !matches!(f.rule, "ring" | "direct"))?;
    Some(format!("@{} [{}] {}", fault.seq, fault.rule, fault.text))
}

/// One record of the stream that the Go checker reads: name, whether it must be accepted, bytes.
fn put(out: &mut impl std::io::Write, name: &str, honest: bool, bytes: &[u8]) {
    let mut record = (name.len() as u32).to_le_bytes().to_vec();
    record.extend(name.as_bytes());
    record.push(u8::from(honest));
    record.extend((bytes.len() as u32).to_le_bytes());
    out.write_all(&record).and_then(|()| out.write_all(bytes)).expect("the stream can be written");
}

/// The ways a demo is run for the checker, without end.
fn ways(demo: &'static Demo) -> impl Iterator<Item = (String, RunOptions)> {
    (0u64..).map(move |i| {
        let seed = i / 4 + 1;
        let mut opts = RunOptions::of(demo).seed(seed);
        match i % 4 {
            0 => {}
            1 => opts.procs = [1, 2, 3, 4, 8][seed as usize % 5],
            2 if !demo.mutations.is_empty() => {
                let all = demo.mutations;
                opts = opts.mutate(all[seed as usize % all.len()].name);
            }
            3 if demo.setup.real && seed % 4 == 0 => opts = opts.on(Engine::Gmp, Platform::Real),
            _ => opts.procs = 2 + (seed % 3) as u16,
        }
        let how = format!("{}/{} P{} {}", demo.id, seed, opts.procs, opts.platform.name());
        (format!("{how} {}", opts.mutation.clone().unwrap_or_default()), opts)
    })
}

#[test]
#[ignore = "writes thousands of recordings for Go's validator; run by `just go-trace-check N`"]
fn stream_for_go() {
    let path = std::env::var("BAGU_GO_TRACES").expect("BAGU_GO_TRACES names the file to write");
    let want: usize = std::env::var("BAGU_GO_TRACES_N").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000);
    let mut out = std::io::BufWriter::new(std::fs::File::create(path).expect("the stream can be made"));
    put(&mut out, "story", true, &export(&lies::story()));
    for lie in lies::LIES {
        let mut rec = lies::story();
        (lie.tell)(&mut rec);
        put(&mut out, &format!("lie/{}", lie.name), false, &export(&rec));
    }
    let all: Vec<&Demo> = demos::all().collect();
    let each = want.div_ceil(all.len() + programs::ALL.len());
    let (mut written, mut events, mut disagree) = (0, 0, 0);
    let mut one = |name: &str, rec: &Recording| {
        let Ok(bytes) = gotrace::trace(rec) else { return };
        if let Some(fault) = first_fault(rec) {
            disagree += 1;
            println!("our judge: {name}: {fault}");
        }
        written += 1;
        events += rec.events.len();
        put(&mut out, name, true, &bytes);
    };
    // To go on after an interruption: only demos whose ids come later.
    let after = std::env::var("BAGU_GO_TRACES_AFTER").unwrap_or_default();
    for demo in all.into_iter().filter(|d| d.id > after.as_str()) {
        for (name, opts) in ways(demo).take(each) {
            one(&name, &world::run_demo(demo, &opts).recording);
        }
    }
    for &program in programs::ALL {
        for i in 0..each as u64 {
            let real = i % 4 == 3;
            let platform = if real { Platform::Real } else { Platform::Virtual };
            let procs = [1, 2, 4][i as usize % 3];
            let name = format!("program {}/{i} P{procs} {}", program.0, platform.name());
            one(&name, &programs::record(program, platform, procs, i + 1).recording);
        }
    }
    out.flush().expect("the stream can be written");
    println!("{written} recordings, {events} events; our judge objects to {disagree}");
    assert!(written >= want * 9 / 10 || !after.is_empty(), "only {written} of {want}");
}
