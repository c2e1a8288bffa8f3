//! What is known about words beforehand: which mean the same, and which say nothing.

/// Words that stand for the same thing in these interviews, mis-writings included. Lower case.
const SAME: &[&[&str]] = &[
    &["协程", "goroutine", "携程"],
    &["通道", "管道", "channel", "chan"],
    &["上下文", "context", "ctx"],
    &["死锁", "deadlock"],
    &["泄漏", "泄露", "leak"],
    &["关闭", "close", "关掉", "关了"],
    &["缓冲", "缓存", "buffer", "buffered"],
    &["超时", "timeout"],
    &["取消", "cancel"],
    &["截止", "deadline"],
    &["定时", "计时", "timer"],
    &["互斥", "mutex"],
    &["发送", "send", "写入"],
    &["接收", "recv", "receive", "读取"],
    &["遍历", "range"],
    &["优先", "priority"],
    &["随机", "random"],
    &["饥饿", "starvation"],
    &["阻塞", "block", "卡住"],
    &["唤醒", "wake", "wakeup"],
    &["容量", "cap", "capacity"],
    &["长度", "len"],
    &["方向", "direction"],
    &["单向", "directional"],
    &["广播", "broadcast"],
    &["退出", "exit", "结束"],
    &["优雅", "graceful"],
    &["关停", "shutdown", "停机"],
    &["信号", "signal"],
    &["流水", "pipeline"],
    &["交替", "alternate", "轮流"],
    &["性能", "performance", "开销", "cost"],
    &["反射", "reflect"],
    &["默认", "default"],
    &["传值", "value", "传递"],
    &["崩溃", "panic"],
    &["回收", "gc"],
    &["内存", "memory"],
    &["指针", "pointer"],
    &["结构", "layout", "struct"],
    &["源码", "底层", "实现"],
    &["客户", "client"],
    &["断开", "disconnect"],
    &["信号量", "semaphore"],
    &["共享", "share"],
    &["通信", "communicate"],
    &["例子", "示例", "example"],
    &["最佳", "best"],
    &["数据竞争", "竞态", "race"],
    &["等待", "wait"],
    &["线程", "thread"],
    &["调度", "schedule"],
    &["谁来", "由谁", "谁负"],
    &["是否", "判断"],
];

/// Pairs of characters that any question may contain; alone they make no hit.
const EMPTY: &[&str] = &[
    "什么", "怎么", "为什", "么样", "怎样", "如何", "哪些", "哪个", "是不", "不是", "可以", "能不", "不能", "一个",
    "这个", "那个", "一下", "会不", "不会", "有没", "没有", "有什", "是什", "么是", "时候", "的时", "情况", "么会",
    "会怎", "么用", "样的", "的是", "是怎", "么办", "讲讲", "说说", "介绍", "请问", "吗为", "几种", "需要", "应该",
    "还是", "里面", "用来", "以及", "我们", "在的",
];

/// Characters that say nothing alone.
const EMPTY_CHARS: &str =
    "的了是在有和与或吗呢吧么什怎为会能不没都也就还要可以个这那一两三几多里上下中后前时到从把被用给对让很来去往着过";

/// Latin words that say nothing in a query.
const EMPTY_LATIN: &[&str] =
    &["go", "golang", "the", "a", "an", "of", "in", "is", "to", "how", "what", "why", "do", "does", "and", "or", "vs"];

/// Words that mean the same as `word`, itself left out.
pub(super) fn same(word: &str) -> impl Iterator<Item = &'static str> {
    SAME.iter()
        .filter(move |group| group.contains(&word))
        .flat_map(|group| group.iter().copied())
        .filter(move |w| *w != word)
}

/// True when a word can make no hit alone.
pub(super) fn is_empty_word(word: &str) -> bool {
    EMPTY.contains(&word) || EMPTY_LATIN.contains(&word)
}

/// True for a character that says nothing alone.
pub(super) fn is_empty_char(c: char) -> bool {
    EMPTY_CHARS.contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_have_no_word_twice_and_no_capitals() {
        for group in SAME {
            for (i, word) in group.iter().enumerate() {
                assert!(!group[..i].contains(word), "{word} twice");
                assert_eq!(&word.to_lowercase(), word);
            }
        }
        assert_eq!(same("协程").collect::<Vec<_>>(), ["goroutine", "携程"]);
        assert_eq!(same("nothing").count(), 0);
    }
}
