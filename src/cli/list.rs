//! `bagu list`: topics, questions, demos, with filters that must all hold.
use serde::Serialize;

use crate::bank::model::{Bank, Kind, Question, level_title};
use crate::base::nearest::nearest;
use crate::cli::args::ListArgs;
use crate::cli::ctx::Ctx;
use crate::cli::error::{CliError, CliResult, Exit};
use crate::cli::json::{Items, QuestionItem, demo_item, demo_topic};
use crate::cli::lookup;
use crate::cli::progress::Progress;
use crate::lab::Demo;

/// What is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Topics,
    Questions,
    Demos,
}

/// A condition; all of them must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Filter {
    Topic(String),
    Tag(String),
    Level(u8),
    Kind(Kind),
    Go(String),
    Progress(Progress),
}

const FILTER_KEYS: [&str; 6] = ["topic", "tag", "level", "kind", "go", "is"];

/// Runs the command.
///
/// # Errors
/// Usage for a filter that does not exist; I/O when stdout cannot be written.
pub fn run(ctx: &Ctx, args: &ListArgs) -> CliResult {
    let bank = ctx.bank()?;
    let (what, filters) = parse(bank, &args.filter)?;
    let count = match what {
        What::Topics => topics(ctx, bank, &filters, args.json)?,
        What::Questions => questions(ctx, bank, &filters, args.json)?,
        What::Demos => demos(ctx, bank, &filters, args.json)?,
    };
    if count > 0 {
        return Ok(Exit::Done);
    }
    if !filters.is_empty() {
        ctx.notice("没有符合条件的。去掉一个条件试试，或看 bagu list topics")?;
        return Ok(Exit::Negative);
    }
    ctx.notice("题库是空的。")?;
    Ok(Exit::Negative)
}

/// `[topics|questions|demos] [key:value …]`.
fn parse(bank: &Bank, words: &[String]) -> Result<(What, Vec<Filter>), CliError> {
    let mut what = None;
    let mut filters = Vec::new();
    for word in words {
        let named = match word.as_str() {
            "topics" | "topic" | "主题" => Some(What::Topics),
            "questions" | "question" | "题目" => Some(What::Questions),
            "demos" | "demo" | "演示" => Some(What::Demos),
            _ => None,
        };
        if let Some(named) = named {
            if what.is_some_and(|w| w != named) {
                return Err(CliError::usage("一次只能列一种").mend("topics、questions、demos 里选一个"));
            }
            what = Some(named);
            continue;
        }
        match word.split_once([':', '：']) {
            Some((key, value)) => filters.push(filter(bank, key, value.trim())?),
            // A bare topic is what people type first.
            None => match lookup::topic(bank, word) {
                Ok(topic) => filters.push(Filter::Topic(topic.to_owned())),
                Err(_) => {
                    return Err(CliError::usage(format!("不认识「{word}」"))
                        .mend("写 topics、questions、demos，或筛选式如 topic:channel、level:2、tag:关闭、go:1.23"));
                }
            },
        }
    }
    let what = what.unwrap_or(if filters.is_empty() { What::Topics } else { What::Questions });
    Ok((what, filters))
}

fn filter(bank: &Bank, key: &str, value: &str) -> Result<Filter, CliError> {
    let wrong = |mend: &str| CliError::usage(format!("筛选式 {key}:{value} 不对")).mend(mend);
    if value.is_empty() {
        return Err(wrong("冒号后面要有内容，如 topic:channel"));
    }
    Ok(match key.to_lowercase().as_str() {
        "topic" | "主题" => Filter::Topic(lookup::topic(bank, value)?.to_owned()),
        "tag" | "标签" => Filter::Tag(value.to_lowercase()),
        "level" | "难度" => match value {
            "1" | "校招" => Filter::Level(1),
            "2" | "社招" => Filter::Level(2),
            "3" | "资深" => Filter::Level(3),
            _ => return Err(wrong("写 level:1（校招）、level:2（社招）或 level:3（资深）")),
        },
        "kind" | "类型" => {
            let kind = Kind::ALL.into_iter().find(|k| k.name() == value || k.title() == value);
            Filter::Kind(kind.ok_or_else(|| wrong(&format!("可用的类型：{}", Kind::ALL.map(Kind::name).join("、"))))?)
        }
        "go" => {
            let version = value.trim_start_matches("go");
            if !version.split('.').all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit())) {
                return Err(wrong("写成 go:1.23"));
            }
            Filter::Go(version.to_owned())
        }
        "is" => Filter::Progress(match value {
            "due" | "到期" => Progress::Due,
            "wrong" | "错题" => Progress::Wrong,
            "new" | "新题" => Progress::New,
            _ => return Err(wrong("写 is:due（到期）、is:wrong（上次没过）或 is:new（没做过）")),
        }),
        other => {
            let mend = nearest(other, FILTER_KEYS).map_or_else(
                || format!("可用的筛选：{}", FILTER_KEYS.join("、")),
                |k| format!("你是不是想写 {k}:{value}？"),
            );
            return Err(CliError::usage(format!("没有「{key}」这种筛选")).mend(mend));
        }
    })
}

/// The questions for which every condition holds.
fn chosen<'b>(ctx: &Ctx, bank: &'b Bank, filters: &[Filter]) -> Result<Vec<&'b Question>, CliError> {
    let mut chosen: Vec<&Question> = bank.questions.iter().collect();
    for filter in filters {
        match filter {
            Filter::Topic(topic) => chosen.retain(|q| &q.topic == topic),
            Filter::Tag(tag) => chosen.retain(|q| q.tags.iter().any(|t| t.to_lowercase().contains(tag))),
            Filter::Level(level) => chosen.retain(|q| q.level == *level),
            Filter::Kind(kind) => chosen.retain(|q| q.kind == *kind),
            Filter::Go(version) => {
                chosen.retain(|q| q.go.since == *version || q.go.changed.iter().any(|c| c.at == *version));
            }
            Filter::Progress(progress) => {
                let ids = crate::cli::progress::ids(ctx, bank, *progress)?;
                chosen.retain(|q| ids.contains(&q.id));
            }
        }
    }
    Ok(chosen)
}

#[derive(Serialize)]
struct TopicItem<'a> {
    topic: &'a str,
    questions: usize,
    demos: usize,
    levels: [usize; 3],
}

fn topics(ctx: &Ctx, bank: &Bank, filters: &[Filter], as_json: bool) -> Result<usize, CliError> {
    let chosen = chosen(ctx, bank, filters)?;
    let items: Vec<TopicItem<'_>> = lookup::topics(bank)
        .into_iter()
        .filter_map(|topic| {
            let mine: Vec<&&Question> = chosen.iter().filter(|q| q.topic == topic).collect();
            let levels = [1u8, 2, 3].map(|l| mine.iter().filter(|q| q.level == l).count());
            let demos = crate::demos::all().filter(|d| demo_topic(d) == topic).count();
            (!mine.is_empty()).then_some(TopicItem { topic, questions: mine.len(), demos, levels })
        })
        .collect();
    let count = items.len();
    if as_json {
        ctx.json(&Items::new(items))?;
        return Ok(count);
    }
    for item in &items {
        let [junior, middle, senior] = item.levels;
        let detail = format!("校招 {junior} · 社招 {middle} · 资深 {senior} · 演示 {}", item.demos);
        ctx.line(&format!("{}  {} 题  {}", ctx.term.bold(item.topic), item.questions, ctx.term.dim(&detail)))?;
    }
    if count > 0 && !ctx.term.plain() {
        let total: usize = items.iter().map(|i| i.questions).sum();
        ctx.notice(&format!("共 {total} 题。看题目：bagu list questions topic:{}", items[0].topic))?;
    }
    Ok(count)
}

fn questions(ctx: &Ctx, bank: &Bank, filters: &[Filter], as_json: bool) -> Result<usize, CliError> {
    let chosen = chosen(ctx, bank, filters)?;
    if as_json {
        ctx.json(&Items::new(chosen.iter().map(|q| QuestionItem::of(q)).collect()))?;
        return Ok(chosen.len());
    }
    let mut last = "";
    for q in &chosen {
        if ctx.term.plain() {
            ctx.line(&format!("{}\t{}\t{}\t{}", q.id, q.topic, q.level, q.ask))?;
            continue;
        }
        if q.topic != last {
            ctx.line(&ctx.term.title(&q.topic))?;
            last = &q.topic;
        }
        ctx.lines(ctx.term.hang("  ", &q.ask))?;
        ctx.line(&format!(
            "    {}",
            ctx.term.dim(&format!("{} · {} · {}", q.id, level_title(q.level), q.kind.title()))
        ))?;
    }
    if !ctx.term.plain() && !chosen.is_empty() {
        ctx.notice(&format!("共 {} 题。看答案：bagu show {}", chosen.len(), chosen[0].id))?;
    }
    Ok(chosen.len())
}

fn demos(ctx: &Ctx, bank: &Bank, filters: &[Filter], as_json: bool) -> Result<usize, CliError> {
    let wanted = chosen(ctx, bank, filters)?;
    let fits = |d: &&Demo| filters.is_empty() || wanted.iter().any(|q| q.demos.iter().any(|id| id == d.id));
    let chosen: Vec<&Demo> = crate::demos::all().filter(fits).collect();
    if as_json {
        ctx.json(&Items::new(chosen.iter().map(|d| demo_item(d, bank)).collect()))?;
        return Ok(chosen.len());
    }
    for demo in &chosen {
        if ctx.term.plain() {
            ctx.line(&format!("{}\t{}", demo.id, demo.title))?;
        } else {
            ctx.line(&ctx.term.bold(demo.id))?;
            ctx.lines(ctx.term.hang("    ", demo.title))?;
        }
    }
    if let (Some(first), false) = (chosen.first(), ctx.term.plain()) {
        ctx.notice(&format!("共 {} 个演示。运行：bagu demo run {}", chosen.len(), first.id))?;
    }
    Ok(chosen.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').filter(|w| !w.is_empty()).map(str::to_owned).collect()
    }

    #[test]
    fn what_and_filters() {
        let bank = Bank::default();
        assert_eq!(parse(&bank, &[]).expect("nothing").0, What::Topics);
        let (what, filters) = parse(&bank, &words("level:3 tag:泄漏 go:1.23")).expect("filters");
        assert_eq!(what, What::Questions);
        assert_eq!(filters, [Filter::Level(3), Filter::Tag("泄漏".to_owned()), Filter::Go("1.23".to_owned())]);
        assert_eq!(parse(&bank, &words("demos kind：output")).expect("full-width colon").0, What::Demos);
    }

    #[test]
    fn wrong_filters_are_usage_errors() {
        let bank = Bank::default();
        for line in
            ["levle:1", "level:9", "kind:x", "go:latest", "is:old", "topic:", "demos topics", "topic:nosuch", "?"]
        {
            assert_eq!(parse(&bank, &words(line)).expect_err(line).exit(), Exit::Usage, "{line}");
        }
    }
}
