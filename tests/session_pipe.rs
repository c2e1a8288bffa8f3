//! The real binary over a pipe: a whole session, JSON lines, resume, undo, wrong use, broken stores.
use std::fs;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

use serde_json::Value;

/// Five questions: two open ones of one topic, a choice, a cloze and an order of another.
const BANK: &str = r#"
format = 1
topic = "zz-test"

[[question]]
id = "zz-close"
ask = "从已关闭的 channel 读会怎样？"
level = 1
kind = "concept"
tags = ["测试"]
limit = "1m"
short = "先读完缓冲，再得零值。"
answer = "先读完缓冲，再得零值，ok 为 false；发送会 panic。"
go = { since = "1.0" }
sources = ["runtime/chan.go chanrecv"]
demos = ["channel/close-drain"]
[[question.point]]
text = "先读完缓冲"
any = ["读完缓冲"]
must = true
[[question.point]]
text = "再得零值"
any = ["零值"]
must = true
[[question.point]]
text = "发送会 panic"
any = ["发送+panic", "写+panic"]
[[question.wrong]]
text = "读会 panic"
any = ["读会panic", "读取会panic"]
truth = "读得到零值，写才会 panic"
[[question.drill]]
kind = "choice"
ask = "从已关闭且已空的 channel 读得到什么？"
options = [
  { text = "零值和 false", ok = true, why = "关闭后立即返回" },
  { text = "panic", why = "那是发送" },
  { text = "永远阻塞", why = "那是 nil channel" },
]

[[question]]
id = "zz-nil"
ask = "nil channel 上收发会怎样？"
level = 1
kind = "concept"
tags = ["测试"]
limit = "1m"
short = "永远阻塞。"
answer = "永远阻塞。"
go = { since = "1.0" }
sources = ["runtime/chan.go chansend"]
demos = ["channel/close-drain"]
[[question.point]]
text = "永远阻塞"
any = ["永远阻塞", "一直阻塞"]
must = true
[[question.point]]
text = "关闭它会 panic"
any = ["关闭+panic"]
[[question.point]]
text = "select 里等于关掉这一路"
any = ["select"]
[[question.drill]]
kind = "cloze"
text = "等待者排在 {{sudog}} 链表里"
[[question.drill]]
kind = "order"
ask = "发送的次序？"
steps = ["加锁", "找接收者", "写缓冲", "解锁"]
"#;

struct Home(PathBuf);

impl Home {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("bagu-session-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&dir));
        fs::create_dir_all(&dir).expect("temp dir");
        fs::write(dir.join("bank.toml"), BANK).expect("bank written");
        Self(dir)
    }
    fn db(&self) -> PathBuf {
        self.0.join("progress.db")
    }
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bagu"));
        command
            .args(args)
            .arg("--home")
            .arg(&self.0)
            .arg("--bank")
            .arg(self.0.join("bank.toml"))
            .env("BAGU_NOW", "2026-11-21T10:00:00+08:00")
            .env_remove("BAGU_HOME")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
    fn run(&self, args: &[&str], input: &str) -> Output {
        self.run_command(&mut self.command(args), input)
    }
    fn run_at(&self, now: &str, args: &[&str], input: &str) -> Output {
        self.run_command(self.command(args).env("BAGU_NOW", now), input)
    }
    #[expect(clippy::unused_self, reason = "reads like the others")]
    fn run_command(&self, command: &mut Command, input: &str) -> Output {
        let mut child = command.spawn().expect("the binary starts");
        let mut stdin = child.stdin.take().expect("piped");
        // The program may end before it has read everything.
        drop(stdin.write_all(input.as_bytes()));
        drop(stdin);
        child.wait_with_output().expect("it ends")
    }
    fn stats(&self) -> Value {
        let out = self.run(&["stats", "--json"], "");
        serde_json::from_slice(&out.stdout).expect("stats --json is JSON")
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}
fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}
fn code(output: &Output) -> Option<i32> {
    output.status.code()
}
fn json_lines(output: &Output) -> Vec<Value> {
    out(output).lines().map(|l| serde_json::from_str(l).expect(l)).collect()
}

const TYPE: &[&str] = &["quiz", "--kind", "type", "--ids", "zz-close,zz-nil"];

#[test]
fn a_session_over_a_pipe_says_what_was_hit_and_what_to_do_next() {
    let home = Home::new("plain");
    let done = home.run(TYPE, "先读完缓冲，读会 panic\n\n\n一直阻塞\n\n4\n");
    assert_eq!(code(&done), Some(0), "{}", err(&done));
    let text = out(&done);
    for part in [
        "第 1/2 题",
        "✓ 1 【必答】先读完缓冲",
        "✗ 2 【必答】再得零值",
        "说错了：读会 panic",
        "读得到零值，写才会 panic",
        "30 秒答案：先读完缓冲，再得零值。",
        "记下了：忘了。10 分钟后再问",
        "记下了：很轻松",
        "bagu demo run channel/close-drain",
        "bagu quiz --only wrong",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert!(!text.contains("答> ") && !text.contains("还剩"), "no prompts and no clock lines over a pipe");
    assert!(!text.contains('\u{1b}'), "no colour over a pipe");
}

#[test]
fn json_gives_one_object_an_answer_and_a_summary() {
    let home = Home::new("json");
    let mut args = TYPE.to_vec();
    args.push("--json");
    let done = home.run(&args, "读完缓冲，零值，发送 panic\n\n\n不知道\n\n03\n\n");
    let lines = json_lines(&done);
    assert_eq!(lines.len(), 3, "{lines:#?}");
    let first = &lines[0];
    assert_eq!((&first["id"], &first["kind"], &first["schema"]), (&"zz-close".into(), &"type".into(), &1.into()));
    assert_eq!((&first["suggested"], &first["grade"], &first["limit"]), (&3.into(), &3.into(), &60.into()));
    assert_eq!(first["hit"].as_array().map(Vec::len), Some(3));
    assert_eq!((&first["missed"], &first["wrong"]), (&Value::Array(vec![]), &Value::Array(vec![])));
    assert_eq!(first["seconds"], 0.0, "the clock is fixed");
    assert!(first["due"].as_str().is_some_and(|d| d > "2026-11-21" && d.len() == 10), "{first}");
    let second = &lines[1];
    assert_eq!(second["hit"], serde_json::json!(["select 里等于关掉这一路"]), "03 ticked the third point");
    assert_eq!((&second["grade"], &second["due"]), (&1.into(), &"2026-11-21T10:10:00+08:00".into()));
    let summary = &lines[2]["summary"];
    assert_eq!((&summary["answered"], &summary["ended"], &summary["left"]), (&2.into(), &"finished".into(), &0.into()));
    assert_eq!(summary["grades"], serde_json::json!([1, 0, 1, 0]));
    assert_eq!(summary["wrong"], serde_json::json!(["zz-nil"]));
}

#[test]
fn every_kind_is_answered_by_lines() {
    let home = Home::new("kinds");
    let quiz = |kind: &str, input: &str| {
        let args = ["quiz", "zz-test", "--kind", kind, "--seed", "5", "--json"];
        json_lines(&home.run(&args, input))
    };
    let cloze = quiz("cloze", "ＳＵＤＯＧ\n\n");
    assert_eq!((&cloze[0]["kind"], &cloze[0]["suggested"]), (&"cloze".into(), &3.into()));
    let choice = quiz("choice", "9\n\n");
    assert_eq!(
        (&choice[0]["kind"], &choice[0]["grade"]),
        (&"choice".into(), &1.into()),
        "unreadable over a pipe is wrong"
    );
    let order = quiz("order", "1234\n4\n");
    assert_eq!(
        (&order[0]["suggested"], &order[0]["grade"]),
        (&1.into(), &4.into()),
        "never shown in order; the person decides"
    );
    let spoken = quiz("self", "\n02\n\n\n4\n");
    assert_eq!((&spoken[0]["kind"], &spoken[0]["missed"].as_array().map(Vec::len)), (&"self".into(), &Some(1)));
    assert_eq!(spoken[1]["grade"], 4);
    assert_eq!(home.stats()["reviews"], 5);
}

#[test]
fn the_same_seed_asks_the_same_and_the_choice_is_found_by_its_words() {
    let home = Home::new("seed");
    let show = || out(&home.run(&["quiz", "zz-test", "--kind", "choice", "--seed", "11"], ""));
    assert_eq!(show(), show());
    let text = show();
    let right = text.lines().find(|l| l.contains("零值和 false")).expect("the option is shown").trim();
    let number = right.split(' ').next().expect("a number first");
    let done = home.run(&["quiz", "zz-test", "--kind", "choice", "--seed", "11", "--json"], &format!("{number}\n\n"));
    assert_eq!(json_lines(&done)[0]["suggested"], 3);
}

#[test]
fn input_that_ends_early_keeps_what_was_answered_and_resume_goes_on() {
    let home = Home::new("resume");
    let args = ["quiz", "zz-test", "--kind", "type", "--seed", "1", "-n", "2"];
    let cut = home.run(&args, "随便\n\n2\n半句");
    assert_eq!(code(&cut), Some(0));
    assert_eq!(home.stats()["reviews"], 2, "an answer without a grade gets the suggested one");

    let home = Home::new("resume2");
    let cut = home.run(&args, "随便\n\n2\n");
    assert_eq!(code(&cut), Some(0), "{}", err(&cut));
    assert!(out(&cut).contains("bagu quiz --resume"), "{}", out(&cut));
    assert!(out(&home.run(&[], "")).contains("bagu quiz --resume"), "today mentions it");
    let rest = home.run(&["quiz", "--resume", "--json"], "永远阻塞\n\n3\n永远\n\n3\n");
    assert_eq!(json_lines(&rest).len(), 2, "one answer and the summary");
    assert!(err(&rest).contains("已答 1 题，还有 1 题"), "{}", err(&rest));
    let none = home.run(&["quiz", "--resume"], "");
    assert_eq!(code(&none), Some(1));
    assert!(err(&none).contains("没有做了一半的一组"));
}

#[test]
fn orders_work_over_a_pipe_too() {
    let home = Home::new("orders");
    let done = home.run(TYPE, "提示\n:h\n：ｈ\n答案\n\n跳过\n");
    let text = out(&done);
    assert!(text.contains("提示：共 3 个得分点，其中 2 个必答"), "{text}");
    assert!(text.contains("骨架"), "{text}");
    assert!(text.contains("没有更多提示"), "{text}");
    assert!(text.contains("记下了：忘了"), "peeked: suggested 1\n{text}");
    assert!(text.contains("跳过 1"), "{text}");
    let quit = home.run(TYPE, "退出\n读完缓冲\n\n3\n");
    assert_eq!(code(&quit), Some(0));
    assert_eq!(home.stats()["reviews"], 1, "nothing after 退出 is read");
}

#[test]
fn undo_in_the_session_asks_again_and_undo_afterwards_restores() {
    let home = Home::new("undo");
    let mut args = TYPE.to_vec();
    args.push("--json");
    let done = home.run(&args, "不知道\n\n1\n撤销\n读完缓冲，零值，发送 panic\n\n3\n永远阻塞\n\n3\n");
    let lines = json_lines(&done);
    let kinds: Vec<&str> = lines.iter().map(|l| l["undo"].as_str().or(l["id"].as_str()).unwrap_or("summary")).collect();
    assert_eq!(kinds, ["zz-close", "zz-close", "zz-close", "zz-nil", "summary"]);
    assert_eq!(home.stats()["reviews"], 2);
    assert_eq!(home.stats()["grades"], serde_json::json!([0, 0, 2, 0]));

    let undone = home.run(&["undo", "-n", "2"], "");
    assert_eq!(code(&undone), Some(0));
    assert!(out(&undone).contains("撤销了 zz-nil 的评分「记得」"), "{}", out(&undone));
    assert_eq!((&home.stats()["reviews"], &home.stats()["seen"]), (&0.into(), &0.into()));
    let nothing = home.run(&["undo"], "");
    assert_eq!(code(&nothing), Some(1));
    assert!(err(&nothing).contains("没有可撤销的评分"));
}

#[test]
fn tomorrow_brings_what_is_due() {
    let home = Home::new("due");
    home.run(TYPE, "不知道\n\n1\n永远阻塞\n\n4\n");
    let now = home.run(&["review"], "");
    assert!(err(&now).contains("现在没有到期的题"), "{}", err(&now));
    assert_eq!(code(&now), Some(0));
    let later = home.run_at("2026-11-21T10:11:00+08:00", &["review", "--json"], "\n\n");
    let lines = json_lines(&later);
    assert_eq!((&lines[0]["id"], &lines[0]["kind"]), (&"zz-close".into(), &"self".into()));
    assert_eq!(lines.len(), 2, "the easy one is days away: {lines:#?}");
    let month = home.run_at("2026-12-21T10:00:00+08:00", &["review", "--json"], "\n\n\n\n");
    assert_eq!(json_lines(&month).len(), 3, "both are due and the summary");
}

#[test]
fn wrong_use_is_answered_in_words() {
    let home = Home::new("usage");
    let topic = home.run(&["quiz", "zz-tset"], "");
    assert_eq!(code(&topic), Some(2));
    assert!(err(&topic).contains("没有主题「zz-tset」") && err(&topic).contains("是不是 zz-test"), "{}", err(&topic));
    let id = home.run(&["quiz", "--ids", "zz-clos"], "");
    assert_eq!(code(&id), Some(2));
    assert!(err(&id).contains("是不是 zz-close"), "{}", err(&id));
    let input = home.run(&["quiz", "--no-input"], "");
    assert_eq!(code(&input), Some(2));
    let predict = home.run(&["quiz", "zz-test", "--kind", "predict"], "");
    assert_eq!(code(&predict), Some(1), "no such question here");
    assert!(!home.db().exists() || home.stats()["reviews"] == 0);
    let binary = home.run_command(&mut home.command(TYPE), "\u{0}\u{7f}\u{1b}[31m\n\n\n");
    assert_eq!(code(&binary), Some(0));
}

#[test]
fn looking_at_figures_creates_nothing() {
    let home = Home::new("looking");
    for args in [&[][..], &["stats"], &["stats", "--json", "--topic", "zz-test"]] {
        let done = home.run(args, "");
        assert_eq!(code(&done), Some(0), "{}", err(&done));
    }
    assert!(!home.db().exists());
}

#[test]
fn a_damaged_store_is_refused_in_words_and_kept() {
    let home = Home::new("damaged");
    let bytes = b"not a database at all, just some text that is long enough".repeat(100);
    fs::write(home.db(), &bytes).expect("written");
    for args in [&["quiz", "-n", "1"][..], &["stats"], &["undo"], &[]] {
        let done = home.run(args, "\n\n");
        assert_eq!(code(&done), Some(3), "{args:?}: {}", err(&done));
        assert!(err(&done).contains("进度库损坏") && err(&done).contains("没有重置"), "{}", err(&done));
        assert_eq!(fs::read(home.db()).expect("still there"), bytes);
    }
}

#[test]
fn a_busy_store_is_waited_for_and_then_reported() {
    let home = Home::new("busy");
    home.run(TYPE, "");
    let lock = rusqlite::Connection::open(home.db()).expect("opened");
    lock.execute_batch("BEGIN EXCLUSIVE").expect("locked");
    let done = home.run(TYPE, "读完缓冲\n\n3\n");
    assert_eq!(code(&done), Some(4), "{}", err(&done));
    assert!(err(&done).contains("进度库被另一个程序占用"), "{}", err(&done));
}

#[cfg(unix)]
#[test]
fn a_read_only_home_can_be_looked_at_and_says_why_it_cannot_be_written() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new("readonly");
    home.run(TYPE, "读完缓冲\n\n3\n");
    let set = |mode: u32| fs::set_permissions(&home.0, fs::Permissions::from_mode(mode)).expect("mode");
    set(0o555);
    fs::set_permissions(home.db(), fs::Permissions::from_mode(0o444)).expect("mode");
    // The superuser may write anywhere: nothing to see then.
    let writable = fs::write(home.0.join("probe"), "x").is_ok();
    let (stats, quiz) = (home.run(&["stats"], ""), home.run(TYPE, "读完缓冲\n\n3\n"));
    set(0o755);
    assert_eq!(code(&stats), Some(0), "{}", err(&stats));
    if !writable {
        assert_eq!(code(&quiz), Some(4), "{}", err(&quiz));
        assert!(err(&quiz).contains("权限"), "{}", err(&quiz));
    }
}

#[test]
fn a_place_that_cannot_hold_a_store_says_so() {
    let home = Home::new("place");
    fs::create_dir(home.db()).expect("a folder in the way");
    let done = home.run(TYPE, "\n\n");
    assert_eq!(code(&done), Some(4), "{}", err(&done));
    assert!(err(&done).contains("进度库打不开"), "{}", err(&done));
    let below_a_file = home.0.join("bank.toml").join("sub");
    let mut command = Command::new(env!("CARGO_BIN_EXE_bagu"));
    let done = home.run_command(
        command
            .args(["undo", "--home"])
            .arg(below_a_file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped()),
        "",
    );
    assert_eq!(code(&done), Some(4), "{}", err(&done));
    assert!(err(&done).contains("不能建立存放进度的目录"), "{}", err(&done));
}

#[test]
fn two_sessions_at_once_keep_both_answers() {
    let home = Home::new("two");
    let start = |args: &[&str]| home.command(args).spawn().expect("starts");
    let mut a = start(TYPE);
    let mut b = start(TYPE);
    let write = |child: &mut std::process::Child, text: &str| {
        child.stdin.as_mut().expect("piped").write_all(text.as_bytes()).expect("it reads");
    };
    write(&mut a, "读完缓冲\n\n3\n");
    write(&mut b, "读完缓冲，零值\n\n2\n");
    write(&mut a, "永远阻塞\n\n3\n");
    write(&mut b, "永远阻塞\n\n4\n");
    for child in [a, b] {
        let done = child.wait_with_output().expect("it ends");
        assert_eq!(code(&done), Some(0), "{}", err(&done));
    }
    let stats = home.stats();
    assert_eq!((&stats["reviews"], &stats["seen"]), (&4.into(), &2.into()));
    folded_equals_stored(&home.db());
}

fn folded_equals_stored(db: &Path) {
    let store = bagu::study::store::Store::open_existing(db).expect("opens").expect("exists");
    assert_eq!(store.check().expect("readable"), []);
    store.examine().expect("sound");
}

#[test]
fn doctor_finds_cards_that_lie_and_repairs_them_from_the_log() {
    let home = Home::new("doctor");
    home.run(TYPE, "读完缓冲\n\n3\n永远阻塞\n\n4\n");
    let raw = rusqlite::Connection::open(home.db()).expect("opened");
    raw.execute("UPDATE card SET reps = 99", []).expect("tampered");
    drop(raw);
    let found = home.run(&["doctor"], "");
    assert!(out(&found).contains("2 张卡片的状态和作答记录对不上"), "{}", out(&found));
    let mended = home.run(&["doctor", "--repair"], "");
    assert!(out(&mended).contains("2 张卡片，和作答记录一致"), "{}", out(&mended));
    folded_equals_stored(&home.db());
}

#[test]
fn lists_can_be_filtered_by_progress() {
    let home = Home::new("list");
    home.run(TYPE, "不知道\n\n1\n永远阻塞\n\n4\n");
    let ids = |filter: &str| {
        let listed = home.run(&["list", "questions", "topic:zz-test", filter, "--json"], "");
        let value: Value = serde_json::from_slice(&listed.stdout).expect("JSON");
        let items = value["items"].as_array().cloned().unwrap_or_default();
        items.iter().filter_map(|i| i["id"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(ids("is:wrong"), ["zz-close"]);
    assert!(ids("is:new").is_empty() && ids("is:due").is_empty());
}
