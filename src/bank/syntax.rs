//! TOML's syntax errors in Chinese, with what to do.
//!
//! The parser goes on after an error, so several are told at once; what it recovers is not used,
//! because half a question is worse than none.
use std::ops::Range;

use crate::bank::problem::Problem;
use crate::bank::source::{Lines, Source};

/// Most syntax errors told for one file: one slip often makes a dozen.
const TOLD_MAX: usize = 5;

/// Turns the parser's errors into problems, in the order of the file.
#[must_use]
pub fn problems(source: &Source, lines: &Lines<'_>, errors: &[toml::de::Error]) -> Vec<Problem> {
    let mut sorted: Vec<_> = errors.iter().map(|e| (e.span().unwrap_or(0..0), e.message())).collect();
    sorted.sort_by_key(|(span, _)| span.start);
    let mut told: Vec<Problem> = Vec::new();
    for (span, message) in sorted {
        let place = lines.place(&source.name, span.start);
        if told.iter().any(|p| p.place.line == place.line) {
            continue;
        }
        let (what, mend) = sentence(message, &found(&source.text, &span));
        told.push(Problem::fault("toml-syntax", place, what).mend(mend));
        // What was not closed swallows the lines below it: the errors there are not the person's.
        if told.len() == TOLD_MAX || message.contains("unclosed") {
            break;
        }
    }
    told
}

/// What stands at the place of the error, short and on one line.
fn found(text: &str, span: &Range<usize>) -> String {
    let rest = text.get(span.start..).unwrap_or("");
    let word: String = rest.lines().next().unwrap_or("").chars().filter(|c| !c.is_control()).take(16).collect();
    word.trim().to_owned()
}

/// What is wrong and what to do, by the parser's own words.
fn sentence(message: &str, found: &str) -> (String, String) {
    let near = if found.is_empty() { String::new() } else { format!("：{found}") };
    let (what, mend) = match message {
        m if m.starts_with("duplicate key") => {
            return (
                format!("同一个键写了两次{near}"),
                "留一个，删掉另一个；一道题里的 point、wrong、drill 要写成 [[question.point]]".to_owned(),
            );
        }
        m if m.contains("max recursion depth") || m.contains("recursion limit") => {
            ("嵌套太深", "题库用不到这么多层，检查括号有没有配对")
        }
        m if m.contains("must be quoted") && found.is_empty() => {
            ("等号后面没有值", "写成 键 = 值，字符串两边加英文双引号")
        }
        _ if found.starts_with(['“', '”', '‘', '’']) => ("用了中文引号", "换成英文双引号 \"…\""),
        m if m.contains("must be quoted") => ("字符串没有加引号", "两边加上英文双引号 \"…\""),
        m if m.contains("unclosed array table") || m.contains("unclosed table") || m.contains("table open") => {
            ("表头没有写完整", "一道题以 [[question]] 开头，得分点以 [[question.point]] 开头")
        }
        m if m.contains("unclosed array") || m.contains("between array elements") => {
            ("数组没有写完整", "元素之间用英文逗号，末尾要有 ]")
        }
        m if m.contains("unclosed inline table") || m.contains("inline table") => {
            ("{ … } 没有写完整", "写成 { 键 = 值, 键 = 值 }，末尾要有 }")
        }
        m if m.contains("literal string") && m.contains("key") || m.contains("basic strings") => {
            ("键不能用多行字符串", "键直接写成 英文字母、数字、-、_")
        }
        m if m.contains("literal string") => {
            ("字符串没有结束", "'…' 要在同一行结束，多行用 '''…'''；内容里有 ' 时换成 \"\"\"…\"\"\"")
        }
        m if m.contains("basic string") => (
            "字符串没有结束，或里面有不能直接写的字符",
            "\"…\" 要在同一行结束，多行用 \"\"\"…\"\"\"；中文引号“”不能当定界符",
        ),
        m if m.contains("escape") || m.contains("unicode value") => {
            ("反斜杠转义写错了", "\\ 要写成 \\\\，或者改用 '…'，里面的 \\ 不转义")
        }
        m if m.contains("carriage return") => ("有单独的回车符", "用编辑器把换行统一成 LF 或 CRLF"),
        m if m.contains("unquoted key") || m.contains("key-value pair") || m.contains("unexpected key") => {
            ("这一行不是「键 = 值」", "键只能用英文字母、数字、- 和 _；等号用英文的 =")
        }
        m if m.contains("assignment") || m.contains("`=`") || m.contains("no value") || m.contains("missing value") => {
            ("「键 = 值」没有写完整", "写成 键 = 值，一行一个，等号用英文的 =")
        }
        m if m.contains("dotted key") || m.contains("cannot extend") => {
            ("同一个名字既当值又当表", "看看上面是不是已经把它写成了 键 = 值")
        }
        m if m.contains("digit") || m.contains("radix") || m.contains("sign") || m.contains("zero") => {
            ("数字写错了", "整数直接写，如 level = 2")
        }
        m if m.contains("comment") => ("注释里有控制字符", "删掉这一行里看不见的字符"),
        m if m.contains("comma") => ("逗号放错了", "元素之间用一个英文逗号"),
        m => return (format!("TOML 语法错误（{m}）{near}"), "对照 README 里的题库格式检查这一行".to_owned()),
    };
    (format!("{what}{near}"), mend.to_owned())
}
