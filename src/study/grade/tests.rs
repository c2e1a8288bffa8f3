//! Answers people type, labelled by hand: which points they make, which wrong claims.
use super::Help;
use super::drill::*;
use super::points::Sheet;
use super::reading::Reading;
use crate::bank::model::ChoiceOption;
use crate::bank::model::Question;
use crate::base::text::Norm;
use crate::study::sample::point;
use crate::study::sample::question;
use crate::study::sample::wrong;
use crate::study::schedule::Grade;

fn close() -> Question {
    let mut q = question("channel", "close");
    q.points = vec![
        point("!先读完缓冲里剩下的", &["读完缓冲", "剩余+读", "剩下+读", "drain"]),
        point("!再读立即得零值，ok=false", &["零值", "zero value", "ok+false"]),
        point("发送会 panic", &["发送+panic", "写+panic", "send+panic"]),
        point("重复关闭会 panic", &["再关+panic", "重复关闭+panic", "关两次+panic", "close 两次"]),
    ];
    q.wrongs = vec![
        wrong("读已关闭的 channel 会 panic", &["读+panic", "接收+panic", "recv+panic"]),
        wrong("读已关闭的 channel 会阻塞", &["关闭+读+阻塞", "读它+阻塞", "读会卡住"]),
        wrong("关闭后缓冲里的数据就丢了", &["数据+丢", "缓冲+清空"]),
    ];
    q
}

fn g0() -> Question {
    let mut q = question("gmp", "g0");
    q.points = vec![
        point("!每个 M 有一个 g0", &["每个M", "M 都有", "属于 M"]),
        point("调度代码跑在 g0 上", &["调度+g0", "schedule+g0"]),
        point("栈是系统栈，不会增长", &["系统栈", "不会增长", "不扩容", "固定大小"]),
    ];
    q.wrongs = vec![
        wrong("g0 属于 P", &["每个P", "属于P", "P 持有 g0"]),
        wrong("g0 是主协程", &["g0 是主协程", "g0 就是 main"]),
    ];
    q
}

fn block() -> Question {
    let mut q = question("channel", "block");
    q.points = vec![
        point("!缓冲满了发送阻塞", &["满+阻塞", "满+挂起"]),
        point("没有接收者就挂起", &["没有接收者", "没人接收", "无接收方"]),
        point("直接交接", &["直接交接", "直接拷贝", "direct"]),
    ];
    q.wrongs = vec![wrong("发送方会忙等", &["忙等", "自旋等", "轮询"]), wrong("满了会丢弃", &["丢弃", "丢掉"])];
    q
}

/// Points made (numbers from 1), wrong claims made (numbers from 1).
type Case = (fn() -> Question, &'static str, &'static [usize], &'static [usize]);

const CASES: &[Case] = &[
    // plain, in every spelling
    (close, "先读完缓冲，再得到零值", &[1, 2], &[]),
    (close, "先 读完 缓冲 ， 再得到 零值", &[1, 2], &[]),
    (close, "剩余的元素还能读，然后是零值和 ok=false，发送 panic，重复关闭也 panic", &[1, 2, 3, 4], &[]),
    (close, "SEND 会 ＰＡＮＩＣ", &[3], &[]),
    (close, "drain first, then zero value", &[1, 2], &[]),
    (close, "得到Ｚｅｒｏ　Ｖａｌｕｅ", &[2], &[]),
    (close, "ok 为 false", &[2], &[]),
    (close, "ok，false", &[2], &[]),
    (close, "close 两次会炸", &[4], &[]),
    (close, "向它写会 panic", &[3], &[]),
    (close, "写入直接 panic；再关一次也 panic", &[3, 4], &[]),
    (close, "", &[], &[]),
    (close, "？？？", &[], &[]),
    (close, "不知道", &[], &[]),
    (close, "不知道。零值吧", &[2], &[]),
    // negated
    (close, "发送不会 panic", &[], &[]),
    (close, "发送并不会导致 panic", &[], &[]),
    (close, "发送不会立即 panic", &[], &[]),
    (close, "不是零值", &[], &[]),
    (close, "读不到零值也没有 panic", &[], &[]),
    (close, "没有零值", &[], &[]),
    (close, "再读不返回零值吗？会的，返回零值", &[2], &[]),
    (close, "send does not panic", &[], &[]),
    (close, "send will panic", &[3], &[]),
    // the wrong claim and its denial
    (close, "读已关闭的 channel 会 panic", &[], &[1]),
    (close, "读已关闭的 channel，会直接 panic", &[], &[1]),
    (close, "读已关闭的 channel 不会 panic", &[], &[]),
    (close, "读不会 panic，写会 panic", &[3], &[]),
    (close, "读返回零值，写会 panic", &[2, 3], &[]),
    (close, "接收会 panic", &[], &[1]),
    (close, "接收永远不会 panic", &[], &[]),
    (close, "很多人以为读会 panic，其实得到零值", &[2], &[]),
    (close, "读会 panic 吗？不会，得零值", &[2], &[]),
    (close, "读会 panic 是错的，得到零值", &[2], &[]),
    (close, "读它会阻塞", &[], &[2]),
    (close, "已经关闭的再读就阻塞了", &[], &[2]),
    (close, "读它不会阻塞", &[], &[]),
    (close, "读它不仅会阻塞", &[], &[2]),
    (close, "未关闭时读才会阻塞，关闭后得零值", &[2], &[]),
    (close, "关闭以后缓冲里的数据就丢了", &[], &[3]),
    (close, "数据不会丢，先读完缓冲再得零值", &[1, 2], &[]),
    (close, "数据没有丢", &[], &[]),
    (close, "缓冲不会被清空", &[], &[]),
    (close, "缓冲会被清空", &[], &[3]),
    (close, "绝非读 panic", &[], &[]),
    // who owns g0
    (g0, "g0 属于 M，每个M都有", &[1], &[]),
    (g0, "每个 P 有一个 g0", &[], &[1]),
    (g0, "g0 不属于 P，属于 M", &[1], &[]),
    (g0, "不是属于 P 而是属于 M", &[1], &[]),
    (g0, "g0 并不是由 P 持有 g0", &[], &[]),
    (g0, "不是每个P都有，是每个M都有一个", &[1], &[]),
    (g0, "g0 的栈是系统栈", &[3], &[]),
    (g0, "栈不会增长", &[3], &[]),
    (g0, "栈会增长", &[], &[]),
    (g0, "调度循环在g0上跑", &[2], &[]),
    (g0, "g0 不是主协程", &[], &[]),
    (g0, "g0 是主协程", &[], &[2]),
    (g0, "g0 就是 main goroutine", &[], &[2]),
    // phrases that carry their own negation
    (block, "没有接收者就挂起", &[2], &[]),
    (block, "没人接收时挂起", &[2], &[]),
    (block, "不仅缓冲满了要阻塞，无接收方也挂起", &[1, 2], &[]),
    (block, "缓冲没满不会阻塞，满了就阻塞", &[1], &[]),
    (block, "缓冲满时发送阻塞，不是忙等", &[1], &[]),
    (block, "缓冲满了发送方会忙等", &[], &[1]),
    (block, "缓冲满了就丢掉", &[], &[2]),
    (block, "满了不会丢弃，而是阻塞", &[1], &[]),
    (block, "有接收者在等就直接拷贝给它", &[3], &[]),
    (block, "不是直接拷贝", &[], &[]),
    (block, "不经过缓冲，直接交接", &[3], &[]),
    (block, "是不是会丢弃？不会", &[], &[]),
    (block, "不得不阻塞，因为满了", &[1], &[]),
    (block, "不管满不满都不丢弃", &[], &[]),
    (block, "会忙等的说法错了，满了是挂起", &[1], &[]),
];

#[test]
fn the_labelled_answers_are_read_as_a_person_reads_them() {
    assert!(CASES.len() >= 60, "{}", CASES.len());
    let mut faults = Vec::new();
    for (make, answer, said, claimed) in CASES {
        let q = make();
        let sheet = Sheet::typed(&q, answer);
        let got_said: Vec<usize> = (1..).zip(&sheet.ticks).filter(|(_, t)| t.said).map(|(n, _)| n).collect();
        let got_claimed: Vec<usize> = sheet.claims.iter().map(|c| c.wrong + 1).collect();
        if got_said != *said || got_claimed != *claimed {
            faults.push(format!(
                "{answer}: 得分点 {got_said:?} 应为 {said:?}；错误说法 {got_claimed:?} 应为 {claimed:?}"
            ));
        }
    }
    assert!(faults.is_empty(), "{} of {}\n{}", faults.len(), CASES.len(), faults.join("\n"));
}

#[test]
fn matched_words_are_quoted_from_the_answer_itself() {
    let answer = "先 读完　缓冲，然后 ＺＥＲＯ value";
    let sheet = Sheet::typed(&close(), answer);
    let words: Vec<&str> = sheet.ticks.iter().flat_map(|t| &t.words).map(|w| &answer[w.clone()]).collect();
    assert_eq!(words, ["读完　缓冲", "ＺＥＲＯ value"]);
}

#[test]
fn the_suggestion_follows_the_rule() {
    let q = close();
    let none = Help::default();
    let suggest = |answer: &str, help| Sheet::typed(&q, answer).suggest(&q, help);
    assert_eq!(suggest("先读完缓冲，再得零值，发送 panic", none), Grade::Good, "3 of 4 = 75 %");
    assert_eq!(suggest("先读完缓冲，再得零值", none), Grade::Hard, "musts only");
    assert_eq!(suggest("先读完缓冲，发送 panic，重复关闭 panic", none), Grade::Again, "a must is missing");
    assert_eq!(suggest("先读完缓冲，再得零值，发送 panic，缓冲会被清空", none), Grade::Again, "a wrong claim");
    assert_eq!(suggest("先读完缓冲，再得零值，发送 panic", Help { hints: 1, peeked: false }), Grade::Hard);
    assert_eq!(suggest("先读完缓冲，再得零值，发送 panic", Help { hints: 0, peeked: true }), Grade::Again);
    assert_eq!(Sheet::spoken(&q).suggest(&q, none), Grade::Good, "4 is never suggested");
    assert_eq!(Sheet::blank(&q).suggest(&q, none), Grade::Again);
    let mut optional = close();
    optional.points.iter_mut().for_each(|p| p.must = false);
    assert_eq!(Sheet::blank(&optional).suggest(&optional, none), Grade::Again, "nothing said is nothing known");
}

#[test]
fn ticks_and_claims_can_be_turned_round() {
    let q = close();
    let mut sheet = Sheet::typed(&q, "先读完缓冲，再得零值，发送 panic，缓冲会被清空");
    assert_eq!(sheet.claims.len(), 1);
    assert!(sheet.toggle(5), "the line behind the four points is the claim");
    assert_eq!(sheet.suggest(&q, Help::default()), Grade::Good);
    assert_eq!(sheet.wrong_sentences(&q), Vec::<String>::new());
    assert!(sheet.toggle(1));
    assert_eq!(sheet.suggest(&q, Help::default()), Grade::Again);
    assert!(!sheet.toggle(0) && !sheet.toggle(6));
    assert_eq!(sheet.sentences(&q, false).len(), 2);
}

#[test]
fn an_endless_answer_is_read_to_its_limit_without_harm() {
    let q = close();
    let long = "阻".repeat(50_000) + "零值";
    assert_eq!(Sheet::typed(&q, &long).said(), 0);
    let reading = Reading::new(&"不会".repeat(10_000));
    assert!(reading.meant(&Norm::new("会")).len() < 20_000);
}

#[test]
fn choices_are_read_in_every_width_and_refused_in_words() {
    let order = [2, 0, 1];
    for text in ["1", "１", " 1 ", "1.", "a", "Ａ", "1。"] {
        assert_eq!(read_choice(text, &order), Ok(2), "{text}");
    }
    assert_eq!(read_choice("", &order), Err(Unclear::Empty));
    assert_eq!(read_choice("4", &order), Err(Unclear::OutOfRange { number: 4, last: 3 }));
    assert_eq!(read_choice("0", &order), Err(Unclear::OutOfRange { number: 0, last: 3 }));
    assert_eq!(read_choice("12", &order), Err(Unclear::TooMany));
    assert_eq!(read_choice("第一个", &order), Err(Unclear::NotANumber("第一个".into())));
    for text in ["13", "1 3", "３，１", "1、3", "ac", "3;1"] {
        assert_eq!(read_multi(text, &order), Ok(vec![1, 2]), "{text}");
    }
    assert_eq!(read_multi("11", &order), Err(Unclear::Repeated(1)));
}

#[test]
fn only_exactly_the_right_options_are_right() {
    let option = |text: &str, ok| ChoiceOption { text: text.into(), ok, why: String::new() };
    let options = [option("甲", true), option("乙", false), option("丙", true)];
    assert_eq!(judge_options(&options, &[0, 2]).score, Score::Right);
    let half = judge_options(&options, &[0]);
    assert_eq!((half.score, half.hit, half.missed), (Score::Wrong, vec!["甲".to_owned()], vec!["丙".to_owned()]));
    let over = judge_options(&options, &[0, 1, 2]);
    assert_eq!((over.score, over.wrong), (Score::Wrong, vec!["乙".to_owned()]));
}

#[test]
fn an_order_is_read_and_judged() {
    let order = [2, 0, 3, 1];
    for text in ["2413", "２４１３", "2 4 1 3", "2，4，1，3", "2->4->1->3", "bdac"] {
        assert_eq!(read_order(text, &order), Ok(vec![0, 1, 2, 3]), "{text}");
    }
    assert_eq!(read_order("241", &order), Err(Unclear::Count { want: 4, got: 3 }));
    assert_eq!(read_order("2411", &order), Err(Unclear::Repeated(1)));
    let steps: Vec<String> = ["一", "二", "三", "四"].map(String::from).to_vec();
    assert_eq!(judge_order(&steps, &[0, 1, 2, 3]).score, Score::Right);
    let swapped = judge_order(&steps, &[0, 2, 1, 3]);
    assert_eq!((swapped.score, swapped.missed.len()), (Score::Wrong, 2));
    let ten: Vec<usize> = (0..11).collect();
    let text = (1..=11).map(|n: usize| n.to_string()).collect::<Vec<_>>().join(" ");
    assert_eq!(read_order(&text, &ten), Ok(ten.clone()), "two digits when there are ten lines or more");
}

#[test]
fn shuffles_are_seeded_and_an_order_is_never_given_away() {
    assert_eq!(shuffled(6, 9, false), shuffled(6, 9, false));
    for seed in 0..200 {
        for len in 2..6 {
            let mut order = shuffled(len, seed, true);
            assert!(!order.is_sorted(), "{seed} {len}");
            order.sort_unstable();
            assert_eq!(order, (0..len).collect::<Vec<_>>());
        }
    }
}

#[test]
fn gaps_accept_every_spelling_and_one_slip() {
    let cloze = Cloze::new("等待者是 {{sudog|sudog 结构}}，环有 {{256|二百五十六}} 格，{{不闭合");
    assert_eq!(cloze.gaps.len(), 2);
    assert_eq!(cloze.filled(|i| format!("<{i}>")), "等待者是 <0>，环有 <1> 格，{{不闭合");
    let score = |answer: &str| cloze.judge(&cloze.split(answer)).score;
    for right in ["sudog；256", "SUDOG; ２５６", "sudog 结构；二百五十六", "sudog 256", "sudog，256", "sudog|256"]
    {
        assert_eq!(score(right), Score::Right, "{right}");
    }
    for almost in ["sudg；256", "sudgo；256", "sudoog；256", "sidog；256"] {
        assert_eq!(score(almost), Score::Almost, "{almost}");
    }
    for wrong in ["sudog；255", "sudog", "；256", "g；256", "sdg；256", ""] {
        assert_eq!(score(wrong), Score::Wrong, "{wrong}");
    }
    assert_eq!(Score::Almost.suggest(Help::default()), Grade::Hard);
    assert_eq!(judge_gap(&["<-ch".into()], "<-ch"), Score::Right);
    assert_eq!(judge_gap(&["!=".into()], "！="), Score::Wrong, "symbols are compared as they stand");
    assert_eq!(judge_gap(&["!=".into()], "!="), Score::Right);
}

#[test]
fn predictions_are_compared_line_by_line() {
    let printed = |any_order| Printed { lines: vec!["1 true".into(), "2 true".into(), "0 false".into()], any_order };
    let score = |p: &Printed, answer: &str| judge_predict(p, answer).score;
    assert_eq!(score(&printed(false), "1 true\n2  TRUE\n\n０ false\n"), Score::Right);
    assert_eq!(score(&printed(false), "2 true\n1 true\n0 false"), Score::Wrong);
    assert_eq!(score(&printed(true), "2 true\n0 false\n1 true"), Score::Right);
    assert_eq!(score(&printed(true), "2 true\n2 true\n1 true\n0 false"), Score::Wrong);
    let part = judge_predict(&printed(false), "1 true\n3 true");
    assert_eq!((part.hit.len(), part.missed.len(), part.wrong), (1, 2, vec!["3 true".to_owned()]));
    assert_eq!(score(&printed(false), "1true\n2true\n0false"), Score::Wrong, "space between words counts");
    assert_eq!(score(&printed(false), "1, true\n(2 true)\n0: false"), Score::Right, "punctuation does not");
}

#[test]
fn of_a_printed_line_the_values_are_enough() {
    let want = |line: &str| Printed { lines: vec![line.into()], any_order: false };
    let line = want("没有人接收 cap=2 完成 2 次发送");
    for right in ["没有人接收 cap=2 完成 2 次发送", "2 2", "cap=2 完成 2 次", "cap=2，2 次"] {
        assert_eq!(judge_predict(&line, right).score, Score::Right, "{right}");
    }
    for wrong in ["2", "2 3", "cap=2 阻塞 2 次", "2 2 2", "没有人接收"] {
        assert_eq!(judge_predict(&line, wrong).score, Score::Wrong, "{wrong}");
    }
    let plain = want("接收 nil：阻塞");
    assert_eq!(judge_predict(&plain, "接收 nil 阻塞").score, Score::Right);
    assert_eq!(judge_predict(&plain, "接收 nil：panic").score, Score::Wrong);
    assert_eq!(judge_predict(&want("-1 1.5"), "1 1.5").score, Score::Wrong);
    assert_eq!(masked("没有人接收 cap=2 完成 2 次，ok=true"), "没有人接收 cap=_ 完成 _ 次，ok=_");
    assert_eq!(masked("close of nil channel"), "close of _ channel");
}
