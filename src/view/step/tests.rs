//! The stepper without a terminal: keys move what they should, screens fit, the same bytes each time.
use super::*;
use crate::base::text::width;
use crate::trace::event::{Event, Kind, NO_CAUSE, Recording, WaitReason};
use crate::trace::fixture::{self, Script};
use crate::trace::{State, Timeline};
use proptest::prelude::*;

/// Two processors: main starts five, P1 steals, one goes into a blocking call and loses its
/// processor, one is preempted, one waits on a channel and is woken.
pub(crate) fn busy() -> Recording {
    let mut s = Script::new(2);
    let born = s.create(0, 1, "main");
    s.on(0, 0, Kind::ThreadStart, 0, 0, 0, NO_CAUSE);
    s.on(0, 0, Kind::ProcStart, 0, 0, 0, NO_CAUSE);
    s.start(1, born);
    let jobs = s.chan(1, "任务", 2);
    let births: Vec<u32> =
        (2..7).map(|g| s.create(1, g, ["读者", "worker", "spinner", "", "等着的人"][g as usize - 2])).collect();
    s.on(0, 0, Kind::ThreadStart, 1, 0, 0, NO_CAUSE);
    s.on(1, 0, Kind::ProcStart, 0, 0, 0, NO_CAUSE);
    s.on(1, 0, Kind::SpinStart, 0, 0, 0, NO_CAUSE);
    s.pass(2_000);
    s.on(1, 2, Kind::Steal, 2, 0, 0, NO_CAUSE);
    s.on(1, 0, Kind::SpinStop, 1, 0, 0, NO_CAUSE);
    s.on(1, 2, Kind::GoStart, 0, 0, 0, births[0]);
    s.on(1, 2, Kind::SyscallEnter, 0, 0, 0, NO_CAUSE);
    s.pass(100);
    s.park(1, WaitReason::WaitGroupWait, 9);
    s.start(6, births[4]);
    s.ev(6, Kind::ChanRecv, jobs, 0, 0, NO_CAUSE);
    s.ev(6, Kind::ChanWait, jobs, 0, 1, NO_CAUSE);
    s.park(6, WaitReason::ChanReceive, jobs);
    s.start(4, births[2]);
    s.pass(25_000);
    s.on(1, 0, Kind::Sysmon, 20, 0, 0, NO_CAUSE);
    s.on(1, 0, Kind::Retake, 1, 25_100, 1, NO_CAUSE);
    s.on(2, 0, Kind::ThreadStart, 2, 0, 0, NO_CAUSE);
    s.rec.events.push(Event { m: 2, ..s.rec.events[3] });
    s.rec.events.pop();
    s.pass(10_000_000);
    let ask = s.ev(0, Kind::PreemptAsk, 4, 10_025_000, 0, NO_CAUSE);
    s.ev(4, Kind::GoYield, 0, 0, 1, ask);
    s.start(5, births[3]);
    let v = u64::from(s.text("四十一"));
    s.ev(5, Kind::ChanSend, jobs, v, 0, NO_CAUSE);
    let done = s.ev(5, Kind::ChanSendDone, jobs, 6, 0, NO_CAUSE);
    s.ready(5, 6, done);
    s.print(5, "送出去了：\u{1b}[31m红\t“引号”…");
    s.ev(5, Kind::GoEnd, 0, 0, 0, NO_CAUSE);
    s.start(6, done + 1);
    s.ev(6, Kind::ChanRecvDone, jobs, v, 2, done + 1);
    s.rec
}

fn keys(model: &mut Model<'_>, typed: &str) {
    for c in typed.chars() {
        let key = match c {
            '<' => Key::Left,
            '>' => Key::Right,
            '\n' => Key::Enter,
            c => Key::Char(c),
        };
        assert_eq!(model.key(key), Effect::None, "{c:?}");
    }
}

fn find(rec: &Recording, kind: Kind, nth: usize) -> u32 {
    rec.of(kind).nth(nth).map(|(i, _)| i).expect("the story has it")
}

#[test]
fn one_event_the_ends_and_numbers() {
    let rec = busy();
    let line = Timeline::new(&rec);
    let mut m = Model::new(&line);
    let last = rec.events.len() as u32 - 1;
    keys(&mut m, "<");
    assert_eq!((m.at(), m.status.is_empty()), (0, false));
    keys(&mut m, ">>>");
    assert_eq!((m.at(), m.status.is_empty()), (3, true));
    m.key(Key::End);
    keys(&mut m, ">");
    assert_eq!((m.at(), m.status.is_empty()), (last, false));
    m.key(Key::Home);
    keys(&mut m, ":@7\n");
    assert_eq!(m.at(), 7);
    keys(&mut m, ":99999\n");
    assert_eq!((m.at(), m.status.as_str()), (7, format!("最后一个事件是 @{last}").as_str()));
    keys(&mut m, ":x\n");
    assert!(m.status.contains("编号"));
    keys(&mut m, ":12");
    m.key(Key::Escape);
    assert_eq!((m.at(), &m.prompt), (7, &None));
}

#[test]
fn decisions_who_woke_whom_and_back() {
    let rec = busy();
    let line = Timeline::new(&rec);
    let mut m = Model::new(&line);
    let (steal, ready) = (find(&rec, Kind::Steal, 0), find(&rec, Kind::GoReady, 0));
    keys(&mut m, "]");
    assert_eq!(m.at(), steal);
    m.go(i64::from(find(&rec, Kind::ChanRecvDone, 0)));
    keys(&mut m, "u");
    assert_eq!(m.at(), ready, "G6 receives because it was made ready");
    keys(&mut m, "u");
    assert_eq!(m.at(), find(&rec, Kind::ChanSendDone, 0), "and that because of the send");
    keys(&mut m, "ww");
    assert_eq!(m.at(), find(&rec, Kind::ChanRecvDone, 0));
    keys(&mut m, "w");
    assert!(m.status.contains("可回"));
    // Without a cause of its own an event leads to what last woke its goroutine.
    m.go(i64::from(find(&rec, Kind::ChanWait, 0)));
    keys(&mut m, "u");
    assert_eq!(rec.events[m.at() as usize].kind, Kind::GoCreate);
    keys(&mut m, "[[[");
    assert!(m.status.contains("没有决定"), "{}", m.status);
}

#[test]
fn the_same_goroutine_processor_or_channel() {
    let rec = busy();
    let line = Timeline::new(&rec);
    let mut m = Model::new(&line);
    m.go(i64::from(find(&rec, Kind::Steal, 0)));
    keys(&mut m, "n");
    assert_eq!((m.at(), m.g()), (find(&rec, Kind::GoStart, 1), 2), "Steal is about G2, so is its start");
    keys(&mut m, "n");
    assert_eq!(rec.events[m.at() as usize].kind, Kind::SyscallEnter);
    keys(&mut m, "N");
    assert_eq!(rec.events[m.at() as usize].kind, Kind::GoStart);
    keys(&mut m, "jj");
    assert_eq!(m.g(), 4);
    keys(&mut m, "k");
    assert_eq!(m.g(), 3);
    m.key(Key::Escape);
    assert_eq!(m.g(), 2, "follows the event again");
    keys(&mut m, "p");
    m.go(0);
    keys(&mut m, "jn");
    assert_eq!(rec.events[m.at() as usize].p, 1);
    keys(&mut m, "vn");
    assert_eq!((m.pane, rec.events[m.at() as usize].kind), (Pane::Chan, Kind::ChanRecv));
}

#[test]
fn text_is_found_onwards_and_round_the_end() {
    let rec = busy();
    let line = Timeline::new(&rec);
    let mut m = Model::new(&line);
    keys(&mut m, "/四十一\n");
    assert_eq!(m.at(), find(&rec, Kind::ChanSend, 0));
    keys(&mut m, "/\n");
    assert_eq!(m.at(), find(&rec, Kind::ChanRecvDone, 0));
    keys(&mut m, "/\n");
    assert_eq!((m.at(), m.status.as_str()), (find(&rec, Kind::ChanSend, 0), "从头找到的"));
    keys(&mut m, "/偷来\n");
    assert_eq!(m.at(), find(&rec, Kind::Steal, 0), "sentences are searched too");
    keys(&mut m, "/没有这样的\n");
    assert!(m.status.starts_with("找不到"));
}

#[test]
fn stepping_back_shows_what_stepping_forward_showed() {
    let rec = busy();
    let line = Timeline::new(&rec);
    let mut m = Model::new(&line);
    let mut seen = vec![];
    for _ in 0..rec.events.len() {
        seen.push(draw(&m, 80, 24).text());
        m.key(Key::Right);
    }
    m.key(Key::Escape);
    for want in seen.iter().rev() {
        assert_eq!(draw(&m, 80, 24).text(), *want);
        m.key(Key::Left);
        m.key(Key::Escape);
    }
}

fn at(rec: &Recording, kind: Kind, nth: usize, typed: &str, size: (usize, usize)) -> String {
    let line = Timeline::new(rec);
    let mut m = Model::new(&line);
    m.go(i64::from(find(rec, kind, nth)));
    keys(&mut m, typed);
    draw(&m, size.0, size.1).text()
}

#[test]
fn the_scheduler_at_four_sizes() {
    let rec = busy();
    insta::assert_snapshot!("sched_80x24", at(&rec, Kind::ChanRecvDone, 0, "", (80, 24)));
    insta::assert_snapshot!("sched_120x40", at(&rec, Kind::ChanRecvDone, 0, "", (120, 40)));
    insta::assert_snapshot!("sched_60x20", at(&rec, Kind::Retake, 0, "", (60, 20)));
    insta::assert_snapshot!("sched_40x8", at(&rec, Kind::Retake, 0, "", (40, 8)));
    insta::assert_snapshot!("sched_p_80x24", at(&rec, Kind::PreemptAsk, 0, "p", (80, 24)));
    insta::assert_snapshot!("sched_m_true_time_80x24", at(&rec, Kind::GoReady, 0, "mt-----", (80, 24)));
}

#[test]
fn the_other_views() {
    let rec = busy();
    insta::assert_snapshot!("chan_80x24", at(&rec, Kind::GoPark, 1, "v", (80, 24)));
    insta::assert_snapshot!("events_80x24", at(&rec, Kind::GoPark, 1, "vvv", (80, 24)));
    insta::assert_snapshot!("help_80x24", at(&rec, Kind::GoPark, 1, "?", (80, 24)));
    assert!(at(&rec, Kind::GoPark, 1, "vv", (80, 24)).contains("没有用到 context"));
    assert!(at(&rec, Kind::GoPark, 1, "", (30, 24)).contains("窗口太小"));
    let none = Recording::default();
    let line = Timeline::new(&none);
    let mut m = Model::new(&line);
    keys(&mut m, "<>[]nNuwgpmvjk/x\n:3\n");
    assert!(draw(&m, 80, 24).text().contains("没有记录"));
}

#[test]
fn two_runs_locked_together() {
    let a = busy();
    let mut b = busy();
    let at = find(&b, Kind::GoYield, 0) as usize;
    b.events.truncate(at);
    assert_eq!(parting(&a, &a), None);
    assert_eq!(parting(&a, &b), Some(at as u32));
    b.events[5].a = 77;
    assert_eq!(parting(&a, &b), Some(5));
    let (la, lb) = (Timeline::new(&a), Timeline::new(&b));
    let mut v = Versus::new(Model::new(&la), Model::new(&lb), ["种子 1".into(), "种子 2".into()]);
    assert_eq!((v.left.at(), v.right.at()), (5, 5));
    v.key(Key::Right);
    v.key(Key::Char('v'));
    assert_eq!((v.left.at(), v.right.at(), v.right.pane), (6, 6, Pane::Chan));
    v.key(Key::End);
    assert_eq!((v.left.at() as usize, v.right.at() as usize), (a.events.len() - 1, at - 1));
    v.key(Key::Char('d'));
    v.key(Key::Char('g'));
    insta::assert_snapshot!("versus_80x24", v.draw(80, 24).text());
    insta::assert_snapshot!("versus_120x30", v.draw(120, 30).text());
    let mut v = Versus::new(Model::new(&lb), Model::new(&la), ["短".into(), "长".into()]);
    v.key(Key::End);
    v.key(Key::Right);
    v.key(Key::Right);
    assert_eq!((v.left.at() as usize, v.right.at() as usize), (at - 1, at + 1), "the longer one goes on");
}

fn fits(screen: &Screen, size: (usize, usize)) {
    assert_eq!(screen.rows.len(), size.1);
    for line in screen.text().lines() {
        assert!(width(line) <= size.0, "{} of {} columns: {line}", width(line), size.0);
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
}

prop_compose! {
    fn any_event()(
        kind in 0..Kind::ALL.len(), dt in 0..3_000_000u64, g in 0..6u32, a in prop_oneof![0..6u32, Just(u32::MAX)],
        b in prop_oneof![0..6u64, any::<u64>()], cause in 0..40u32, p in prop_oneof![0..3u8, Just(255)],
        m in prop_oneof![0..3u8, Just(255)], why in 0..17u8,
    ) -> (u64, Event) {
        let b = if Kind::ALL[kind] == Kind::ChanMake { b % 5 } else { b };
        (dt, Event { time: 0, b, g, a, cause, p, m, kind: Kind::ALL[kind], why })
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Whatever was recorded and typed: no panic, every screen fits.
    #[test]
    fn any_keys_on_any_recording(
        events in prop::collection::vec(any_event(), 0..60),
        typed in prop::collection::vec(prop_oneof![
            Just(Key::Left), Just(Key::Right), Just(Key::Up), Just(Key::Down), Just(Key::End), Just(Key::ShiftRight),
            Just(Key::PageDown), Just(Key::Enter), Just(Key::Escape), Just(Key::Backspace),
            prop::char::range(' ', '~').prop_filter("quits", |c| *c != 'q').prop_map(Key::Char),
        ], 0..24),
        columns in 8usize..140, height in 1usize..45,
    ) {
        let mut now = 0;
        let events = events.into_iter().map(|(dt, e)| { now += dt; Event { time: now, ..e } }).collect();
        let texts = vec![String::new(), "甲“乙”…\u{7}\u{1b}[2J".into(), "x".repeat(300)];
        let rec = Recording { events, procs: 2, texts, chan_names: vec!["名\n字".into()], ..Recording::default() };
        let line = Timeline::new(&rec);
        let mut m = Model::new(&line);
        let mut v = Versus::new(Model::new(&line), Model::new(&line), ["a".into(), "b".into()]);
        for key in typed {
            m.key(key);
            v.key(key);
            fits(&draw(&m, columns, height), (columns, height));
        }
        fits(&v.draw(columns, height), (columns, height));
        prop_assert!(rec.events.is_empty() || (m.at() as usize) < rec.events.len());
    }
}

#[test]
fn a_long_run_has_the_same_screens() {
    let rec = fixture::ping_pong(900);
    let line = Timeline::new(&rec);
    let mut m = Model::new(&line);
    m.key(Key::End);
    let mut state = State::new(&rec);
    rec.events.iter().for_each(|e| state.apply(e));
    fits(&draw(&m, 80, 24), (80, 24));
    keys(&mut m, "t---------");
    fits(&draw(&m, 80, 24), (80, 24));
}
