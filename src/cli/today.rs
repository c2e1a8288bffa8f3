//! `bagu` alone: what is due today and what to type next.
use crate::cli::ctx::Ctx;
use crate::cli::error::CliResult;
use crate::cli::error::Exit;
use crate::cli::session;
use crate::cli::term::Term;
use crate::study::clock::date_text;
use crate::study::queue;
use crate::study::stats;
use crate::study::stats::Counts;

/// An unfinished session older than this is not mentioned any more.
const MENTION_MS: i64 = 36 * 3600 * 1000;

/// What today looks like.
struct Today {
    counts: Counts,
    weak: Vec<(String, Counts)>,
    answered: usize,
    streak: usize,
    fresh_left: usize,
    unfinished: bool,
}

/// Runs the command.
///
/// # Errors
/// Bad data or I/O from bank and store.
pub fn run(ctx: &Ctx) -> CliResult {
    let failed = |e| session::store_failed(&ctx.places.progress, e);
    let bank = ctx.bank()?;
    let store = session::read_store(ctx)?;
    let now = session::moment(ctx);
    let cards = store.cards().map_err(failed)?;
    let history = stats::History::of(&store.reviews().map_err(failed)?);
    let (counts, topics) = stats::counts(bank, &cards, now);
    let weak = stats::weak_topics(&topics, 3).into_iter().cloned().collect();
    let open = store.last_open_session().map_err(failed)?;
    let today = Today {
        fresh_left: queue::NEW_PER_DAY.saturating_sub(queue::new_today(&cards, now)).min(counts.unseen()),
        answered: history.days.get(&now.day).copied().unwrap_or(0),
        streak: history.streak(now.day),
        unfinished: open.is_some_and(|o| now.ms - o.started_ms < MENTION_MS && o.started_ms <= now.ms),
        counts,
        weak,
    };
    ctx.lines(page(&ctx.term, &date_text(now.day), &today))?;
    Ok(Exit::Done)
}

fn page(term: &Term, date: &str, today: &Today) -> Vec<String> {
    let c = &today.counts;
    let mut lines = term.wrap(&term.title(&format!("bagu 八股  {date}")));
    if c.questions == 0 {
        lines.extend(term.wrap("题库是空的：用 --bank 指定题库，或者用 bagu paths 看看自己的题库放在哪里"));
        return lines;
    }
    let fresh = if c.unseen() == 0 {
        "没有了".to_owned()
    } else {
        format!("{} 题（今天还可学 {}）", c.unseen(), today.fresh_left)
    };
    lines.push(format!("  到期  {} 题", c.due));
    lines.push(format!("  新题  {fresh}"));
    if c.wrong > 0 {
        lines.push(format!("  没过  {} 题", c.wrong));
    }
    let mut done = format!("  今天  已答 {} 题", today.answered);
    if today.streak > 1 {
        done = format!("{done}，连续 {} 天", today.streak);
    }
    lines.push(done);
    lines.push(format!("  覆盖  {}/{} 题做过", c.seen, c.questions));
    if !today.weak.is_empty() {
        lines.push(String::new());
        lines.push(term.title("薄弱的主题"));
        for (topic, counts) in &today.weak {
            // Right after an answer recall is near 100 % by definition: nothing to tell.
            let faded = counts.recall.filter(|r| *r < 0.9);
            let recall = faded.map_or(String::new(), |r| format!("，现在大约记得 {:.0}%", r * 100.0));
            lines.extend(term.hang("  ", &format!("{topic}  没过 {}/{}{recall}", counts.wrong, counts.seen)));
        }
    }
    lines.push(String::new());
    lines.push(term.title("接下来"));
    for (command, what) in next(today) {
        lines.extend(command_line(term, &command, &what));
    }
    lines
}

/// A command and what it is for; on two lines when one is too short.
fn command_line(term: &Term, command: &str, what: &str) -> Vec<String> {
    let pad = 28usize.saturating_sub(crate::base::text::width(command)).max(2);
    let one = format!("  {}{}{what}", term.code(command), " ".repeat(pad));
    if crate::base::text::width(&one) <= term.width() {
        return vec![one];
    }
    let mut lines = vec![format!("  {}", term.code(command))];
    lines.extend(term.hang("      ", what));
    lines
}

fn next(today: &Today) -> Vec<(String, String)> {
    let c = &today.counts;
    let mut next = Vec::new();
    let mut add = |command: &str, what: String| next.push((command.to_owned(), what));
    if today.unfinished {
        add("bagu quiz --resume", "接着上一组没做完的".into());
    }
    if c.due > 0 {
        add("bagu review", format!("复习到期的 {} 题", c.due));
    }
    if today.fresh_left > 0 {
        add("bagu quiz", format!("做一组：到期的，再加新题（最多 {} 题）", queue::SESSION_LEN));
    } else if c.due == 0 {
        add("bagu quiz -n 10", "今天的做完了；还想做就再来 10 题".into());
    }
    if let Some((topic, _)) = today.weak.first() {
        add(&format!("bagu quiz {topic}"), "专攻最弱的主题".into());
    }
    if c.wrong > 0 {
        add("bagu quiz --only wrong", format!("重做没过的 {} 题", c.wrong));
    }
    add("bagu search 关闭 channel", "查一个题目，拼音也行".into());
    add("bagu demo list", "看答案真的跑起来".into());
    next
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::text::width;

    fn today() -> Today {
        Today {
            counts: Counts { questions: 90, seen: 12, due: 5, wrong: 2, leech: 0, recall: Some(0.8) },
            weak: vec![(
                "channel".into(),
                Counts { questions: 40, seen: 6, wrong: 2, recall: Some(0.71), ..Counts::default() },
            )],
            answered: 3,
            streak: 4,
            fresh_left: 7,
            unfinished: true,
        }
    }

    #[test]
    fn the_page_fits_a_narrow_terminal_and_names_commands() {
        for columns in [40, 60, 80] {
            let lines = page(&Term::colourless(columns), "2026-11-21", &today());
            assert!(lines.iter().all(|l| width(l) <= columns), "{columns}: {lines:#?}");
            let text = lines.join("\n");
            for command in ["bagu quiz --resume", "bagu review", "bagu quiz channel", "bagu quiz --only wrong"] {
                assert!(text.contains(command), "{command} in {text}");
            }
        }
    }

    #[test]
    fn when_all_is_done_it_says_how_to_go_on() {
        let mut all_done = today();
        all_done.counts = Counts { questions: 90, seen: 90, ..Counts::default() };
        (all_done.weak, all_done.fresh_left, all_done.unfinished) = (vec![], 0, false);
        let commands: Vec<String> = next(&all_done).into_iter().map(|(c, _)| c).collect();
        assert_eq!(commands[0], "bagu quiz -n 10");
        assert!(!commands.iter().any(|c| c == "bagu review" || c.contains("wrong")));
    }
}
