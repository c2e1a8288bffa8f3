//! Flags of the study side: quiz, review, stats, undo. The Chinese lines are the help text.
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::base::span::parse_span;

/// 计时测验：出题、计时、判分、安排下次复习
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = "\
示例：
  bagu quiz                         混着来一组
  bagu quiz channel select -n 5     这两个主题里挑 5 题
  bagu quiz --kind choice           只做选择题
  bagu quiz --only wrong            只做错过的
  bagu quiz --resume                接着上次没做完的
  printf '先读完缓冲\\n\\n' | bagu quiz --ids channel-close-semantics --json

作答时可以整行输入：提示 看答案 跳过 撤销 退出（或 :h :a :s :u :q，全角也行）。
从管道读时一行一行来：问答和猜输出以空行结束，其余一行一题；再来一行评分 1–4，空行等于用建议的。
评分前输入 0 加编号（如 024）翻转第 2、4 个得分点。

每答完一题立刻保存，随时 Ctrl-C 都不丢。")]
pub struct QuizArgs {
    /// 主题，可写多个；不写就是全部
    #[arg(value_name = "主题")]
    pub topics: Vec<String>,
    /// 题数
    #[arg(short, value_name = "题数", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub n: Option<u16>,
    /// 整场最多几分钟
    #[arg(long, value_name = "分钟", value_parser = clap::value_parser!(u16).range(1..=600))]
    pub minutes: Option<u16>,
    /// 每题限时，如 90s、1m30s；不写就用题目自己的
    #[arg(long, value_name = "时长", value_parser = span)]
    pub per: Option<Duration>,
    /// 题型：mixed（默认）、self 自评、type 打字作答、choice 选择、cloze 填空、order 排序、predict 猜输出
    #[arg(
        long,
        value_name = "题型",
        value_enum,
        default_value_t,
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub kind: QuizKind,
    /// 只做这一类：due 到期、new 没做过、wrong 上次没过、leech 反复错
    #[arg(long, value_name = "范围", value_enum, hide_possible_values = true)]
    pub only: Option<Only>,
    /// 只做这些题，按这个次序；用逗号隔开
    #[arg(long, value_name = "编号", value_delimiter = ',')]
    pub ids: Vec<String>,
    /// 出题的随机种子；同样的种子、同样的进度出同样的题
    #[arg(long, value_name = "数")]
    pub seed: Option<u64>,
    /// 接着上次中断的那一组
    #[arg(long)]
    pub resume: bool,
    /// 不显示计时提醒（用时照样记录）
    #[arg(long)]
    pub no_timer: bool,
    /// 每答一题输出一行 JSON
    #[arg(long)]
    pub json: bool,
}

/// How questions are put.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum QuizKind {
    #[default]
    Mixed,
    #[value(name = "self")]
    SelfGrade,
    Type,
    Choice,
    Cloze,
    Order,
    Predict,
}

/// Which questions are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Only {
    Due,
    New,
    Wrong,
    Leech,
}

/// 复习到期的卡片（等于 quiz --only due，问答题口述自评）
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = "示例：\n  bagu review\n  bagu review context -n 10")]
pub struct ReviewArgs {
    /// 主题，可写多个；不写就是全部
    #[arg(value_name = "主题")]
    pub topics: Vec<String>,
    /// 题数
    #[arg(short, value_name = "题数", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub n: Option<u16>,
    /// 不显示计时提醒（用时照样记录）
    #[arg(long)]
    pub no_timer: bool,
    /// 每答一题输出一行 JSON
    #[arg(long)]
    pub json: bool,
}

/// 统计：做了多少、记得多少、弱在哪里
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = "示例：\n  bagu stats\n  bagu stats --topic channel\n  bagu stats --json | jq .")]
pub struct StatsArgs {
    /// 只看这个主题
    #[arg(long, value_name = "主题")]
    pub topic: Option<String>,
    /// 输出 JSON
    #[arg(long)]
    pub json: bool,
}

/// 撤销最近一次评分，题目回到评分前的状态
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = "示例：\n  bagu undo\n  bagu undo -n 3")]
pub struct UndoArgs {
    /// 撤销几次
    #[arg(short, value_name = "次数", default_value_t = 1, hide_default_value = true, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub n: u16,
    /// 输出 JSON
    #[arg(long)]
    pub json: bool,
}

/// Reads a length of time and says in Chinese what is wrong with it.
pub(super) fn span(text: &str) -> Result<Duration, String> {
    match parse_span(text) {
        Ok(d) if d.is_zero() => Err("时长要大于 0".to_owned()),
        Ok(d) => Ok(d),
        Err(_) => Err("时长要写成 90s、1m30s、2h 这样的形式，最长 24h".to_owned()),
    }
}
