//! What the study commands share: the store and its failures as sentences, the present moment,
//! topics and ids as typed, what a demo prints.
use std::path::Path;

use crate::bank::Bank;
use crate::base::nearest::nearest;
use crate::cli::ctx::Ctx;
use crate::cli::demo::printed;
use crate::cli::error::CliError;
use crate::cli::error::Exit;
use crate::cli::error::io_reason;
use crate::lab::GoMatch;
use crate::study::clock::Moment;
use crate::study::clock::date_text;
use crate::study::grade::drill::Printed;
use crate::study::queue::topics;
use crate::study::schedule::Due;
use crate::study::store::OpenError;
use crate::study::store::Store;
use crate::study::store::StoreError;
use crate::study::store::VERSION;

/// The present moment of the study side.
#[must_use]
pub fn moment(ctx: &Ctx) -> Moment {
    Moment::of(&ctx.now())
}

/// Opens the store for writing; makes it when it is missing.
///
/// # Errors
/// Bad data or I/O, in words.
pub fn open_store(ctx: &Ctx) -> Result<Store, CliError> {
    let path = &ctx.places.progress;
    Store::open(path).map_err(|e| open_failed(path, e))
}

/// Opens the store for reading; an empty one in memory when nothing was answered yet, so that
/// looking at the figures creates no file.
///
/// # Errors
/// Bad data or I/O, in words.
pub fn read_store(ctx: &Ctx) -> Result<Store, CliError> {
    let path = &ctx.places.progress;
    match Store::open_existing(path) {
        Ok(Some(store)) => Ok(store),
        Ok(None) => Store::in_memory().map_err(|e| open_failed(path, e)),
        Err(e) => Err(open_failed(path, e)),
    }
}

/// Why a store could not be opened, in words.
#[must_use]
pub fn open_failed(path: &Path, error: OpenError) -> CliError {
    let shown = path.display().to_string();
    match error {
        OpenError::Folder(folder, e) => CliError::new(Exit::Io, "不能建立存放进度的目录")
            .at(folder.display().to_string())
            .why(io_reason(&e))
            .mend("改正权限，或者用 --home 换一个能写的目录"),
        OpenError::Newer { found } => CliError::bad_data("进度库是更新的 bagu 写的")
            .at(shown)
            .why(format!("它的格式是第 {found} 版，这个程序只认得第 {VERSION} 版"))
            .mend("升级 bagu；进度库没有被改动"),
        OpenError::Foreign => CliError::bad_data("这个文件不是 bagu 的进度库")
            .at(shown)
            .why("里面是别的程序的数据")
            .mend("把它移到别处，或者用 --home 换一个目录；文件没有被改动"),
        OpenError::Store(e) => store_failed(path, e),
    }
}

/// Why reading or writing the store failed, in words.
#[must_use]
pub fn store_failed(path: &Path, error: StoreError) -> CliError {
    let shown = path.display().to_string();
    match error {
        StoreError::Busy => CliError::new(Exit::Io, "进度库被另一个程序占用")
            .at(shown)
            .why("等了 3 秒，写锁仍没有放开")
            .mend("关掉另一个正在写的 bagu（或打开着它的数据库工具）再试；已经评分的都在"),
        StoreError::ReadOnly => CliError::new(Exit::Io, "进度库不能写")
            .at(shown)
            .why("文件或所在目录是只读的")
            .mend("改正权限，或者用 --home 换一个能写的目录"),
        StoreError::Unopenable => CliError::new(Exit::Io, "进度库打不开")
            .at(shown)
            .why("它不是一个文件，或者没有读写它和所在目录的权限")
            .mend("改正权限，或者用 --home 换一个能写的目录"),
        StoreError::Full => CliError::new(Exit::Io, "进度没能存下")
            .at(shown)
            .why("磁盘满了")
            .mend("腾出空间再用 bagu quiz --resume 接着做；之前评过分的都在"),
        StoreError::Damaged(found) => {
            CliError::bad_data("进度库损坏").at(shown.clone()).why(format!("SQLite 说：{found}")).mend(format!(
                "文件原样留着，没有重置。先备份；有旧备份就放回来；要从头开始就把它移开：mv '{shown}' '{shown}.damaged'"
            ))
        }
        StoreError::Other(found) => {
            CliError::new(Exit::Io, "进度库读写失败").at(shown).why(format!("SQLite 说：{found}"))
        }
    }
}

/// The topics as typed exist.
///
/// # Errors
/// Usage, with the nearest topic.
pub fn known_topics(bank: &Bank, typed: &[String]) -> Result<(), CliError> {
    let known = topics(bank);
    if let Some(topic) = typed.iter().find(|t| !known.contains(t)) {
        let near = meant_topic(topic).filter(|t| known.iter().any(|k| k == t));
        let mend = match near.or_else(|| nearest(topic, known.iter().map(String::as_str))) {
            Some(near) => format!("是不是 {near}？"),
            None if known.is_empty() => "题库是空的：用 --bank 指定一个".to_owned(),
            None => format!("现有主题：{}", known.join(" ")),
        };
        return Err(CliError::usage(format!("没有主题「{topic}」")).mend(mend));
    }
    Ok(())
}

/// The topic that a Chinese word means: topics are typed by their ids.
pub fn meant_topic(word: &str) -> Option<&'static str> {
    Some(match word {
        "协程" => "goroutine",
        "调度" | "调度器" => "gmp",
        "栈" => "stack",
        "泄漏" | "泄露" | "协程泄漏" | "协程泄露" => "leak",
        "线程模型" | "线程" => "thread-model",
        "通道" | "管道" => "channel",
        "上下文" => "context",
        _ => return None,
    })
}

/// The ids as typed exist.
///
/// # Errors
/// Usage, with the nearest id.
pub fn known_ids(bank: &Bank, typed: &[String]) -> Result<(), CliError> {
    if let Some(id) = typed.iter().find(|id| bank.get(id).is_none()) {
        let mend = match nearest(id, bank.questions.iter().map(|q| q.id.as_str())) {
            Some(near) => format!("是不是 {near}？也可以用 bagu search 找"),
            None => "用 bagu search 或 bagu list questions 找编号".to_owned(),
        };
        return Err(CliError::usage(format!("没有编号「{id}」的题")).mend(mend));
    }
    Ok(())
}

/// When a card is due, for people: `明天（2026-11-22）`, `10 分钟后`.
#[must_use]
pub fn due_words(due: Due, now: Moment) -> String {
    match due {
        Due::At(ms) => match (ms - now.ms + 59_999) / 60_000 {
            minutes if minutes <= 0 => "现在".to_owned(),
            minutes => format!("{minutes} 分钟后"),
        },
        Due::Day(day) => match day - now.day {
            ..=0 => "今天".to_owned(),
            1 => format!("明天（{}）", date_text(day)),
            days => format!("{days} 天后（{}）", date_text(day)),
        },
    }
}

/// When a card is due, for programs: a date, or an instant in RFC 3339.
#[must_use]
pub fn due_json(ctx: &Ctx, due: Due) -> String {
    match due {
        Due::Day(day) => date_text(day),
        Due::At(ms) => match jiff::Timestamp::from_millisecond(ms) {
            Ok(at) => at.to_zoned(ctx.now().time_zone().clone()).strftime("%FT%T%:z").to_string(),
            Err(_) => date_text(0),
        },
    }
}

/// Seconds to the millisecond: sums of floats carry dust behind it.
#[must_use]
pub fn rounded(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

/// Seconds as `1:48`.
#[must_use]
pub fn span_words(seconds: f64) -> String {
    crate::base::span::clock(std::time::Duration::from_secs(seconds.max(0.0) as u64))
}

/// What a demo prints, for predict drills.
///
/// # Errors
/// Why it could not be run, in a few words.
pub fn demo_output(id: &str) -> Result<Printed, String> {
    let demo = crate::demos::get(id).ok_or("没有这个演示")?;
    let lines = printed(demo)?;
    if lines.iter().all(|l| l.trim().is_empty()) {
        return Err("它什么也没有打印".to_owned());
    }
    Ok(Printed { lines, any_order: matches!(demo.go, GoMatch::Set) })
}
