//! One moment of a run as text: screens, SCHED lines and dumps from the real binary.
mod kit;

use std::collections::BTreeSet;

use kit::bagu;

const ID: &str = "csp/rendezvous";

#[test]
fn a_screen_is_the_same_bytes_whatever_the_colour() {
    let plain = bagu(&["demo", "run", ID, "--print", "--at", "20"]);
    assert_eq!((plain.code, plain.out.lines().count()), (0, 24), "{}", plain.err);
    assert!(plain.out.contains("@20 ") && plain.out.contains(" P0 "), "{}", plain.out);
    let coloured = bagu(&["demo", "run", ID, "--view", "sched", "--at", "@20", "--color", "always"]);
    assert_eq!(coloured.out, plain.out);
    let large = bagu(&["demo", "run", ID, "--print", "--at", "20", "--width", "120", "--rows", "40"]);
    assert_eq!(large.out.lines().count(), 40);
    assert_ne!(bagu(&["demo", "run", ID, "--print", "--at", "21"]).out, plain.out);
    for view in ["chan", "ctx", "events"] {
        let r = bagu(&["demo", "run", ID, "--view", view, "--at", "20"]);
        assert!(r.code == 0 && r.out.starts_with(&format!(" {view}")), "{}", r.out);
    }
}

#[test]
fn two_runs_and_where_they_part() {
    let r = bagu(&["demo", "run", ID, "--versus", "--print"]);
    assert!(r.code == 0 && r.out.contains("变异") && r.out.contains("起不同"), "{}{}", r.out, r.err);
    let r = bagu(&["demo", "run", ID, "--versus", "7", "--print", "--width", "120"]);
    assert!(r.out.contains("种子 7") && r.out.contains(" | "), "{}", r.out);
    let r = bagu(&["demo", "run", ID, "--seed", "7", "--versus", "7", "--print"]);
    assert!(r.code == 2 && r.err.contains("同一次"), "{}", r.err);
    let r = bagu(&["demo", "run", ID, "--versus", "no-such-mutation", "--print"]);
    assert!(r.code == 2 && r.err.contains("没有变异"), "{}", r.err);
}

#[test]
fn what_cannot_be_done_is_told() {
    let r = bagu(&["demo", "run", ID, "--step"]);
    assert!(r.code == 2 && r.err.contains("终端") && r.err.contains("--print"), "{}", r.err);
    let r = bagu(&["demo", "run", ID, "--print", "--at", "99999999"]);
    assert!(r.code == 2 && r.err.contains("最后一个是 @"), "{}", r.err);
    let r = bagu(&["demo", "run", ID, "--schedtrace", "1ns"]);
    assert!(r.code == 2 && r.err.contains("间隔太短"), "{}{}", r.err, r.out.len());
    for bad in [&["--scheddetail"][..], &["--print", "--json"], &["--at", "x"], &["--schedtrace", "0ms"]] {
        let r = bagu(&[&["demo", "run", ID][..], bad].concat());
        assert!(r.code == 2 && r.err.starts_with("出错了"), "{bad:?}: {}", r.err);
    }
    assert_eq!(bagu(&["demo", "run", "--all", "--print"]).code, 2);
}

/// A line with what varies taken out: numbers, true and false, wait reasons, lengths of lists.
fn shape(line: &str) -> String {
    let mut out = String::new();
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '0'..='9' => {
                while chars.next_if(char::is_ascii_digit).is_some() {}
                out.push('N');
            }
            '(' => {
                chars.by_ref().find(|c| *c == ')');
                out.push_str("(R)");
            }
            c => out.push(c),
        }
    }
    let mut out = out.replace("true", "B").replace("false", "B");
    for field in [" m=", " p=", " curg=", " lockedg=", " lockedm="] {
        out = out.replace(&format!("{field}nil"), &format!("{field}N"));
    }
    while out.contains("N N") {
        out = out.replace("N N", "N");
    }
    out
}

/// Printed by a go1.27.3 program under GODEBUG=schedtrace=20 and schedtrace=40,scheddetail=1.
const GO_SHORT: &str = "\
SCHED 29ms: gomaxprocs=2 idleprocs=0 threads=6 spinningthreads=0 needspinning=1 idlethreads=1 runqueue=1 [ 1 2 ] schedticks=[ 12 18 ]";
const GO_DETAIL: &str = "\
SCHED 43ms: gomaxprocs=2 idleprocs=0 threads=5 spinningthreads=0 needspinning=1 idlethreads=0 runqueue=2 gcwaiting=false nmidlelocked=1 stopwait=0 sysmonwait=false
  P0: status=1 schedtick=18 syscalltick=1 m=3 runqsize=2 gfreecnt=0 timerslen=1
  P1: status=0 schedtick=2 syscalltick=4 m=nil runqsize=9 gfreecnt=0 timerslen=0
  M4: p=nil curg=nil mallocing=0 throwing=0 preemptoff= locks=0 dying=0 spinning=false blocked=true lockedg=nil
  M3: p=0 curg=28 mallocing=0 throwing=0 preemptoff= locks=0 dying=0 spinning=false blocked=false lockedg=nil
  M0: p=nil curg=nil mallocing=0 throwing=0 preemptoff= locks=0 dying=0 spinning=false blocked=true lockedg=1
  G1: status=4(sync.WaitGroup.Wait) m=nil lockedm=0
  G21: status=4(sync.Mutex.Lock) m=nil lockedm=nil
  G25: status=2() m=2 lockedm=nil";

fn shapes(text: &str) -> BTreeSet<String> {
    text.lines().map(shape).collect()
}

#[test]
fn sched_lines_have_the_shape_of_go_s() {
    assert_ne!(shape("SCHED 1ms: a=1"), shape("SCHED 1ms a=1"), "a shape keeps what does not vary");
    let r = bagu(&["demo", "run", ID, "--schedtrace", "1ms"]);
    assert_eq!((r.code, shapes(&r.out)), (0, shapes(GO_SHORT)), "{}", r.out);
    let r = bagu(&["demo", "run", ID, "--schedtrace", "1ms", "--scheddetail", "--procs", "3"]);
    assert_eq!(shapes(&r.out), shapes(GO_DETAIL), "{}", r.out);
    assert!(r.out.contains("gomaxprocs=3"));
}

#[test]
fn a_dump_reads_like_go_s() {
    let r = bagu(&["demo", "run", ID, "--dump", "--at", "12"]);
    assert!(r.out.starts_with("goroutine 1 [chan send]:\nmain.main()\n\ngoroutine 2 ["), "{}", r.out);
    assert!(r.out.contains("created by main.main in goroutine 1\n"), "{}", r.out);
}

#[test]
fn findings_stand_under_the_claims_and_in_json() {
    let r = bagu(&["demo", "run", "channel/blocked-leak"]);
    let (claims, found) = (r.out.find("\n论断\n"), r.out.find("\n留意\n"));
    assert!(claims.is_some() && claims < found && r.out.contains("就泄漏了"), "{}", r.out);
    let r = bagu(&["demo", "run", "channel/blocked-leak", "--json"]);
    let v: serde_json::Value = serde_json::from_str(&r.out).expect("one object");
    let first = &v["lints"][0];
    assert_eq!(first["rule"], "left-at-exit");
    assert!(first["event"].as_u64() > Some(0) && first["text"].as_str().is_some_and(|t| t.contains("G5")), "{first}");
    let r = bagu(&["demo", "run", ID, "--json"]);
    let v: serde_json::Value = serde_json::from_str(&r.out).expect("one object");
    assert_eq!(v["lints"], serde_json::json!([]));
}
