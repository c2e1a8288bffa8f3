//! `bagu quiz`: from flags to a plan, then the session.
//!
//! | file | idea |
//! |---|---|
//! | [`ask`] | how a question looks |
//! | [`hint`] | help, a little at a time |
//! | [`feedback`] | what was found in the answer |
//! | [`run`](mod@run_session) | the loop: ask, read, judge, grade, store |
//! | [`summary`] | what came out, what to do next |
use crate::bank::Bank;
use crate::cli::args::QuizArgs;
use crate::cli::args::quiz::Only;
use crate::cli::args::quiz::QuizKind;
use crate::cli::ctx::Ctx;
use crate::cli::error::CliError;
use crate::cli::error::CliResult;
use crate::cli::error::Exit;
use crate::cli::prompt::Input;
use crate::cli::session;
use crate::study::queue;
use crate::study::queue::KindWish;
use crate::study::queue::OnlyWish;
use crate::study::queue::Wish;
use crate::study::session::Plan;
use crate::study::session::Session;
use crate::study::store::Store;

mod ask;
mod feedback;
mod hint;
mod run_session;
mod say;
mod summary;

use run_session::Run;
use say::Say;

/// Runs the command.
///
/// # Errors
/// Usage for unknown topics and ids; bad data or I/O from the store; reading and writing.
pub fn run(ctx: &Ctx, args: &QuizArgs) -> CliResult {
    start(ctx, args, false)
}

/// The same with open questions spoken and ticked by hand: `bagu review`.
///
/// # Errors
/// As [`run`].
pub fn run_as_review(ctx: &Ctx, args: &QuizArgs) -> CliResult {
    start(ctx, args, true)
}

fn start(ctx: &Ctx, args: &QuizArgs, spoken: bool) -> CliResult {
    if ctx.global.no_input {
        return Err(CliError::usage("测验要读你的回答")
            .why("用了 --no-input")
            .mend("去掉 --no-input；回答也可以从管道来：printf '答案\\n\\n3\\n' | bagu quiz -n 1"));
    }
    let bank = ctx.bank()?;
    session::known_topics(bank, &args.topics)?;
    session::known_ids(bank, &args.ids)?;
    let store = session::open_store(ctx)?;
    let begun = if args.resume { resumed(ctx, bank, &store, args)? } else { fresh(ctx, bank, &store, args, spoken)? };
    let (session, plan) = match begun {
        Ok(begun) => begun,
        Err(exit) => return Ok(exit),
    };
    let input = Input::open(args.no_timer || ctx.now_is_fixed())?;
    Run::new(ctx, store, input, session, plan, args.json).go()
}

/// A session and its plan as stored text; or how the command ends because there is nothing to ask.
type Begun<'b> = Result<(Session<'b>, String), Exit>;

/// A new session. Its plan is stored with the first answer: before that there is nothing to continue,
/// and the first question need not wait for the disk.
fn fresh<'b>(ctx: &Ctx, bank: &'b Bank, store: &Store, args: &QuizArgs, spoken: bool) -> Result<Begun<'b>, CliError> {
    let failed = |e| session::store_failed(&ctx.places.progress, e);
    let wish = wish(args, spoken);
    let list = queue::plan(bank, &store.cards().map_err(failed)?, session::moment(ctx), &wish);
    if list.is_empty() {
        return nothing(ctx, args).map(Err);
    }
    let per_s = args.per.map(|d| u32::try_from(d.as_secs().max(1)).unwrap_or(u32::MAX));
    let plan = Plan::new(&list, wish.seed, per_s, args.minutes.map(u32::from));
    Ok(Ok((Session::new(&plan, bank, &[]), plan.to_text())))
}

/// The last session that was not finished.
fn resumed<'b>(ctx: &Ctx, bank: &'b Bank, store: &Store, args: &QuizArgs) -> Result<Begun<'b>, CliError> {
    let failed = |e| session::store_failed(&ctx.places.progress, e);
    let open = store.last_open_session().map_err(failed)?;
    let Some(open) = open else {
        ctx.notice("没有做了一半的一组。开始新的：bagu quiz")?;
        return Ok(Err(Exit::Negative));
    };
    let plan = Plan::from_text(&open.plan).map_err(|why| {
        CliError::bad_data("上一组的记录读不懂")
            .at(ctx.places.progress.display().to_string())
            .why(why)
            .mend("开始新的：bagu quiz")
    })?;
    let answered = store.reviews_of(open.id).map_err(failed)?;
    let answered: Vec<(String, f64)> = answered.into_iter().map(|r| (r.card, r.seconds)).collect();
    let mut session = Session::new(&plan, bank, &answered);
    session.set_number(open.id);
    if !args.topics.is_empty() || !args.ids.is_empty() {
        ctx.notice("接着上一组做；这次写的主题和编号没有用上")?;
    }
    ctx.notice(&format!("接着上一组：已答 {} 题，还有 {} 题", answered.len(), session.len()))?;
    Ok(Ok((session, open.plan)))
}

fn wish(args: &QuizArgs, spoken: bool) -> Wish {
    let kind = match args.kind {
        QuizKind::Mixed if spoken => KindWish::MixedSpoken,
        QuizKind::Mixed => KindWish::Mixed,
        QuizKind::SelfGrade => KindWish::SelfGrade,
        QuizKind::Type => KindWish::Type,
        QuizKind::Choice => KindWish::Choice,
        QuizKind::Cloze => KindWish::Cloze,
        QuizKind::Order => KindWish::Order,
        QuizKind::Predict => KindWish::Predict,
    };
    let only = args.only.map(|only| match only {
        Only::Due => OnlyWish::Due,
        Only::New => OnlyWish::New,
        Only::Wrong => OnlyWish::Wrong,
        Only::Leech => OnlyWish::Leech,
    });
    Wish {
        topics: args.topics.clone(),
        ids: args.ids.clone(),
        only,
        kind,
        n: args.n.map(usize::from),
        // Any number will do; the session stores it, so that a continued one shuffles alike.
        seed: args.seed.unwrap_or_else(rand::random),
    }
}

/// Says why there is nothing to ask, and what else there is to do.
fn nothing(ctx: &Ctx, args: &QuizArgs) -> CliResult {
    let (said, exit) = match args.only {
        Some(Only::Due) => ("现在没有到期的题。学新题：bagu quiz --only new", Exit::Done),
        Some(Only::New) => ("没有没做过的题了。换个主题：bagu list", Exit::Done),
        Some(Only::Wrong) => ("没有上次没过的题。看看到期的：bagu review", Exit::Done),
        Some(Only::Leech) => ("没有反复错的题。看看到期的：bagu review", Exit::Done),
        None if args.topics.is_empty() && args.kind == QuizKind::Mixed && args.ids.is_empty() => {
            ("今天的都做完了：没有到期的，新题也够数了。还想做就说明题数：bagu quiz -n 10", Exit::Done)
        }
        None => ("没有符合条件的题。换个题型或主题：bagu list", Exit::Negative),
    };
    ctx.notice(said)?;
    if args.json {
        Say::new(ctx, true).empty_summary()?;
    }
    Ok(exit)
}
