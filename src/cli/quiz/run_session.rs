//! The loop of a session: ask, read, judge, grade, store.
//!
//! The state machine decides what comes next, the store makes it last, this file only carries words
//! between them and the person. A grade is stored before anything else is shown.
//!
//! From a pipe the same session is read line by line: an open or predicted answer ends with an empty
//! line (an open one also with a line that is a grade), other answers are one line; then one line
//! with the grade, empty = as suggested. When the input ends in the middle, what was answered is
//! kept: an answer without a grade gets the suggested one.
use crate::bank::model::Drill;
use crate::cli::ctx::Ctx;
use crate::cli::error::CliError;
use crate::cli::error::CliResult;
use crate::cli::error::Exit;
use crate::cli::prompt::COMMANDS_HELP;
use crate::cli::prompt::Command;
use crate::cli::prompt::Input;
use crate::cli::prompt::Line;
use crate::cli::prompt::digits;
use crate::cli::session as shared;
use crate::study::clock::Stopwatch;
use crate::study::grade::drill;
use crate::study::grade::drill::Cloze;
use crate::study::grade::drill::Printed;
use crate::study::grade::drill::Unclear;
use crate::study::grade::points::Sheet;
use crate::study::queue::Asked;
use crate::study::schedule::Grade;
use crate::study::session::Alarm;
use crate::study::session::Phase;
use crate::study::session::Session;
use crate::study::session::Verdict;
use crate::study::session::alarms;
use crate::study::store::Store;

use super::ask;
use super::feedback;
use super::hint;
use super::say::Say;
use super::summary::Summary;

/// A session with everything it talks to.
pub(super) struct Run<'a, 'b> {
    say: Say<'a>,
    store: Store,
    input: Input,
    session: Session<'b>,
    /// The session's plan; stored with the first answer.
    plan: String,
    watch: Stopwatch,
    /// What the demo of the present predict drill printed.
    printed: Option<Printed>,
    /// A grade that came with the answer from a pipe.
    preset: Option<Grade>,
    /// The order help was shown.
    introduced: bool,
}

/// What a step of the loop came to.
enum Step {
    /// Go on with the phase the session is in.
    On,
    /// The person left, or the input ended.
    Leave,
    Interrupted,
}

impl<'a, 'b> Run<'a, 'b> {
    pub fn new(ctx: &'a Ctx, store: Store, input: Input, session: Session<'b>, plan: String, json: bool) -> Self {
        Self {
            say: Say::new(ctx, json),
            store,
            input,
            session,
            plan,
            watch: Stopwatch::start(ctx.now_is_fixed()),
            printed: None,
            preset: None,
            introduced: false,
        }
    }

    /// Runs the session to its end.
    pub fn go(mut self) -> CliResult {
        let mut interrupted = false;
        while self.session.next(self.watch.ms()).is_some() {
            let step = self.one_question()?;
            match step {
                Step::On => {}
                Step::Leave => self.session.quit(),
                Step::Interrupted => {
                    interrupted = true;
                    self.session.quit();
                }
            }
        }
        self.finish(interrupted)
    }

    fn finish(&mut self, interrupted: bool) -> CliResult {
        let over = match self.session.phase() {
            Phase::Over(over) => Some(over),
            _ => None,
        };
        let summary = Summary::new(&self.session, over, interrupted);
        if !summary.can_resume()
            && let Some(number) = self.session.number()
        {
            let now = shared::moment(self.say.ctx);
            self.store.close_session(number, now).map_err(|e| self.store_failed(e))?;
        }
        self.say.lines(summary.lines(self.say.term()))?;
        self.say.object(&summary.json())?;
        self.say.ctx.flush()?;
        Ok(if interrupted { Exit::Interrupted } else { Exit::Done })
    }

    fn one_question(&mut self) -> Result<Step, CliError> {
        self.printed = None;
        self.preset = None;
        self.show_question()?;
        self.arm_clock();
        let step = self.answering();
        if let Some(clock) = self.input.clock() {
            clock.disarm();
        }
        match step? {
            Step::On if self.session.phase() == Phase::Judging => {}
            other => return Ok(other),
        }
        self.show_feedback()?;
        self.grading()
    }

    fn show_question(&mut self) -> Result<(), CliError> {
        let term = self.say.term();
        let Some(item) = self.session.item() else { return Ok(()) };
        let before = self.session.answered_before();
        let (at, of) = (before + self.session.passed() + 1, before + self.session.len());
        self.say.lines(ask::question(term, item, at, of, self.session.is_repeat()))?;
        if !self.introduced && self.input.is_terminal() {
            self.introduced = true;
            self.say.lines(term.wrap(COMMANDS_HELP).iter().map(|l| term.dim(l)))?;
        }
        Ok(())
    }

    fn arm_clock(&mut self) {
        let left = self.session.left_ms(self.watch.ms());
        let Some(limit_s) = self.session.item().map(|i| i.limit_s) else { return };
        let Some(clock) = self.input.clock() else { return };
        let words = |alarm| match alarm {
            Alarm::Question30 => "（这题还剩 30 秒）",
            Alarm::QuestionUp => "（这题时间到。写完为止，超时会记下来）",
            Alarm::Session60 => "（这一组还剩 1 分钟）",
            Alarm::SessionUp => "（这一组时间到：答完这题就结束）",
        };
        clock.arm(alarms(limit_s, left).into_iter().map(|(ms, alarm)| (ms, words(alarm).to_owned())).collect());
    }

    /// Reads until the question is answered, skipped or left.
    fn answering(&mut self) -> Result<Step, CliError> {
        let Some(asked) = self.session.item().map(|i| i.asked) else { return Ok(Step::On) };
        let several = matches!(asked, Asked::Type | Asked::Predict);
        let mut lines: Vec<String> = Vec::new();
        loop {
            let prompt = if lines.is_empty() { ask::prompt(asked) } else { "  > " };
            self.say.ctx.flush()?;
            let read = if several { self.input.answer(prompt)? } else { self.input.line(prompt)? };
            let text = match read {
                Line::Interrupted => return Ok(Step::Interrupted),
                Line::End if lines.is_empty() => return Ok(Step::Leave),
                Line::End => String::new(),
                Line::Text(text) => text,
            };
            let (before, last) = text.rsplit_once('\n').unwrap_or(("", &text));
            lines.extend(before.lines().filter(|l| !l.trim().is_empty()).map(str::to_owned));
            if let Some(command) = Command::parse(last) {
                if let Some(step) = self.order(command)? {
                    return Ok(step);
                }
                continue;
            }
            if !last.trim().is_empty() && !self.ends_with_grade(asked, last) {
                lines.push(last.to_owned());
                if several {
                    continue;
                }
            }
            if asked == Asked::Predict && lines.is_empty() && self.input.is_terminal() {
                self.say.text("先写下你猜的输出；不知道就输入「答案」")?;
                continue;
            }
            if self.judge(asked, &lines.join("\n"))? {
                return Ok(Step::On);
            }
            lines.clear();
        }
    }

    /// From a pipe, a line that is a grade ends an open answer and grades it.
    fn ends_with_grade(&mut self, asked: Asked, text: &str) -> bool {
        if self.input.is_terminal() || !matches!(asked, Asked::Type | Asked::SelfGrade) {
            return false;
        }
        self.preset = digits(text).filter(|d| d.len() == 1).and_then(|d| Grade::from_number(d.parse().ok()?));
        self.preset.is_some()
    }

    /// An order while answering; `None`: go on reading.
    fn order(&mut self, command: Command) -> Result<Option<Step>, CliError> {
        match command {
            Command::Hint => self.give_hint()?,
            Command::Answer => {
                self.fetch_printed()?;
                self.session.peek(self.watch.ms());
                return Ok(Some(Step::On));
            }
            Command::Skip => {
                self.session.skip();
                return Ok(Some(Step::On));
            }
            Command::Undo => {
                if self.undo()? {
                    return Ok(Some(Step::On));
                }
            }
            Command::Quit => return Ok(Some(Step::Leave)),
            Command::Help => self.say.text(COMMANDS_HELP)?,
        }
        Ok(None)
    }

    fn give_hint(&mut self) -> Result<(), CliError> {
        self.fetch_printed()?;
        let level = self.session.help().hints + 1;
        let text = self.session.item().and_then(|item| hint::hint(item, level, self.printed.as_ref()));
        match text {
            Some(text) => {
                self.session.hint();
                self.say.lines(self.say.term().hang("提示：", &text))
            }
            None => self.say.text("没有更多提示了；看答案输入「答案」"),
        }
    }

    /// Takes back the answer before this question. False when there is none.
    fn undo(&mut self) -> Result<bool, CliError> {
        if self.session.done().is_empty() {
            self.say.text("这一组还没有评过分的题；更早的用 bagu undo 撤销")?;
            return Ok(false);
        }
        let now = shared::moment(self.say.ctx);
        let undone = self.store.undo(1, self.session.number(), now).map_err(|e| self.store_failed(e))?;
        if undone.is_empty() {
            self.say.text("没有可撤销的：它已经在别处被撤销了")?;
            return Ok(false);
        }
        let Some(done) = self.session.undo() else { return Ok(false) };
        let id = &done.item.question.id;
        self.say.text(&format!("撤销了 {id} 的评分「{}」，重新问它", done.review.grade.label()))?;
        self.say.object(&serde_json::json!({ "schema": 1, "undo": id }))?;
        Ok(true)
    }

    /// Judges an answer. False when it could not be read and is asked for again.
    fn judge(&mut self, asked: Asked, answer: &str) -> Result<bool, CliError> {
        let now_ms = self.watch.ms();
        let typed = !answer.trim().is_empty();
        let Some(item) = self.session.item() else { return Ok(true) };
        let verdict = match item.drill {
            None => {
                let spoken = Sheet::spoken(item.question);
                let sheet = if typed { Sheet::typed(item.question, answer) } else { spoken };
                let asked = if typed { Asked::Type } else { Asked::SelfGrade };
                self.session.answer(answer.to_owned(), asked, Verdict::Open(sheet), now_ms);
                return Ok(true);
            }
            Some(Drill::Predict { .. }) => {
                if !self.fetch_printed()? {
                    self.session.skip();
                    return Ok(true);
                }
                Ok(drill::judge_predict(&self.printed.clone().unwrap_or_default(), answer))
            }
            Some(drill) => judge_drill(drill, item.seed, answer),
        };
        let outcome = match verdict {
            Ok(outcome) => outcome,
            Err(unclear) => {
                self.say.text(&unclear_words(&unclear))?;
                if self.input.is_terminal() {
                    return Ok(false);
                }
                // A script cannot be asked again without losing step: unreadable is wrong.
                drill::Outcome { score: drill::Score::Wrong, hit: vec![], missed: vec![], wrong: vec![] }
            }
        };
        self.session.answer(answer.to_owned(), asked, Verdict::Drill(outcome), now_ms);
        Ok(true)
    }

    /// Runs the demo of a predict drill, once. False when it could not be run.
    fn fetch_printed(&mut self) -> Result<bool, CliError> {
        if let (None, Some(Drill::Predict { demo, .. })) = (&self.printed, self.session.item().and_then(|i| i.drill)) {
            match shared::demo_output(demo) {
                Ok(printed) => self.printed = Some(printed),
                Err(why) => {
                    self.say.text(&format!("演示 {demo} 没能运行（{why}），这题先跳过"))?;
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn show_feedback(&self) -> Result<(), CliError> {
        let term = self.say.term();
        let (Some(item), Some(judging)) = (self.session.item(), self.session.judging()) else { return Ok(()) };
        let lines = match &judging.verdict {
            Verdict::Open(sheet) => feedback::sheet(term, item.question, judging, sheet, item.limit_s),
            Verdict::Drill(outcome) => feedback::drill(term, item, judging, outcome, self.printed.as_ref()),
        };
        self.say.lines(lines)?;
        self.say.lines(feedback::model_answer(term, item.question))
    }

    /// Reads the grade, then stores it.
    fn grading(&mut self) -> Result<Step, CliError> {
        if let Some(grade) = self.preset.take() {
            return self.store_grade(grade);
        }
        if self.input.is_terminal() {
            let points = self.session.item().map_or(0, |i| i.question.points.len());
            let asked = self.session.judging().map_or(Asked::Type, |j| j.asked);
            self.say.lines(self.say.term().wrap(&feedback::grade_help(asked, points)))?;
        }
        loop {
            let suggested = self.session.suggested();
            let prompt = format!("评分 [Enter = {} {}]> ", suggested.number(), suggested.label());
            self.say.ctx.flush()?;
            let text = match self.input.line(&prompt)? {
                Line::Interrupted => return Ok(Step::Interrupted),
                Line::End if self.input.is_terminal() => return Ok(Step::Leave),
                Line::End => return self.store_grade(suggested),
                Line::Text(text) => text,
            };
            if text.trim().is_empty() {
                return self.store_grade(suggested);
            }
            if let Some(grade) = Grade::ALL.into_iter().find(|g| g.label() == text.trim()) {
                return self.store_grade(grade);
            }
            if let Some(command) = Command::parse(&text) {
                if let Some(step) = self.order_while_grading(command)? {
                    return Ok(step);
                }
                continue;
            }
            let digits = digits(&text).unwrap_or_default();
            if let Some(points) = digits.strip_prefix('0').filter(|p| !p.is_empty()) {
                self.toggle(points)?;
            } else if let Some(grade) = digits.parse().ok().and_then(Grade::from_number) {
                return self.store_grade(grade);
            } else {
                self.say.text("没看懂。1 到 4 评分，Enter 用建议的；0 加编号翻转那一行；:q 退出")?;
            }
        }
    }

    fn toggle(&mut self, points: &str) -> Result<(), CliError> {
        for digit in points.bytes().map(|b| usize::from(b - b'0')) {
            if !self.session.toggle(digit) {
                self.say.text(&format!("没有第 {digit} 行可以翻转"))?;
            }
        }
        let term = self.say.term();
        if let (Some(item), Some(judging)) = (self.session.item(), self.session.judging())
            && let Verdict::Open(sheet) = &judging.verdict
        {
            self.say.lines(feedback::sheet(term, item.question, judging, sheet, item.limit_s))?;
        }
        Ok(())
    }

    /// An order at the grade prompt; `None`: go on reading.
    fn order_while_grading(&mut self, command: Command) -> Result<Option<Step>, CliError> {
        match command {
            Command::Undo => {
                self.say.text("好，重新回答这一题")?;
                // Still the present question: the loop asks it anew.
                self.session.again(self.watch.ms());
                return Ok(Some(Step::On));
            }
            Command::Skip => {
                self.session.skip();
                return Ok(Some(Step::On));
            }
            Command::Quit => return Ok(Some(Step::Leave)),
            Command::Hint | Command::Answer | Command::Help => {
                let points = self.session.item().map_or(0, |i| i.question.points.len());
                self.say.text(&feedback::grade_help(Asked::Type, points))?;
                self.say.text("撤销 :u 重答这一题  跳过 :s 不评分  退出 :q")?;
            }
        }
        Ok(None)
    }

    /// Commits the grade, then tells when the card comes back.
    fn store_grade(&mut self, grade: Grade) -> Result<Step, CliError> {
        let now = shared::moment(self.say.ctx);
        if self.session.number().is_none() {
            let number = self.store.open_session(&self.plan, now).map_err(|e| self.store_failed(e))?;
            self.session.set_number(number);
        }
        let Some(review) = self.session.review(grade) else { return Ok(Step::On) };
        let recorded = self.store.record(&review, now).map_err(|e| self.store_failed(e))?;
        let Some(item) = self.session.item() else { return Ok(Step::On) };
        let object = serde_json::json!({
            "schema": 1,
            "id": item.question.id,
            "card": review.card,
            "topic": item.question.topic,
            "kind": review.asked,
            "seconds": review.seconds,
            "limit": review.limit_s,
            "hit": review.hit,
            "missed": review.missed,
            "wrong": review.wrong,
            "suggested": review.suggested.number(),
            "grade": grade.number(),
            "hints": review.hints,
            "peeked": review.peeked,
            "due": shared::due_json(self.say.ctx, recorded.state.due),
        });
        let words = format!("记下了：{}。{}再问", grade.label(), shared::due_words(recorded.state.due, now));
        self.session.graded(review, recorded, self.watch.ms());
        self.say.text(&words)?;
        self.say.object(&object)?;
        Ok(Step::On)
    }

    fn store_failed(&self, error: crate::study::store::StoreError) -> CliError {
        shared::store_failed(&self.say.ctx.places.progress, error)
    }
}

/// Judges a drill that needs nothing but the answer.
fn judge_drill(drill: &Drill, seed: u64, answer: &str) -> Result<drill::Outcome, Unclear> {
    match drill {
        Drill::Choice { options, .. } => {
            let picked = drill::read_choice(answer, &ask::option_order(options, seed))?;
            Ok(drill::judge_options(options, &[picked]))
        }
        Drill::Multi { options, .. } => {
            let picked = drill::read_multi(answer, &ask::option_order(options, seed))?;
            Ok(drill::judge_options(options, &picked))
        }
        Drill::Order { steps, .. } => {
            let put = drill::read_order(answer, &ask::step_order(steps, seed))?;
            Ok(drill::judge_order(steps, &put))
        }
        Drill::Cloze { text } => {
            if answer.trim().is_empty() {
                return Err(Unclear::Empty);
            }
            let cloze = Cloze::new(text);
            Ok(cloze.judge(&cloze.split(answer)))
        }
        Drill::Predict { .. } => Err(Unclear::Empty),
    }
}

/// What was unreadable, and how to write it.
fn unclear_words(unclear: &Unclear) -> String {
    match unclear {
        Unclear::Empty => "还没有作答；不知道就输入「答案」".to_owned(),
        Unclear::NotANumber(word) => format!("「{word}」不是编号；输入前面的数字"),
        Unclear::OutOfRange { number, last } => format!("没有第 {number} 项，只有 1 到 {last}"),
        Unclear::TooMany => "这是单选，只要一个编号".to_owned(),
        Unclear::Count { want, got } => format!("一共 {want} 步，你写了 {got} 个；每一步都写一次，如 3142"),
        Unclear::Repeated(n) => format!("第 {n} 项写了两次"),
    }
}
