//! "Did you mean": the nearest of a few known words.

/// Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`, or `None` when they
/// are more than `most`. Optimal string alignment distance, counted in characters.
#[must_use]
pub fn edits(a: &str, b: &str, most: usize) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    edits_chars(&a, &b, most)
}

/// [`edits`] on characters, for callers that compare one word with many.
#[must_use]
pub fn edits_chars(a: &[char], b: &[char], most: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replace = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replace.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        if row.iter().min().is_some_and(|&m| m > most) {
            return None;
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|&d| d <= most)
}

/// The known word that a mistyped one most likely stands for, or `None` when nothing is near.
/// Words of up to 4 characters may differ by one edit, longer ones by up to a third, at most 3.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    let most = if length <= 4 { 1 } else { (length / 3).clamp(2, 3) };
    let folded = word.to_lowercase();
    known
        .into_iter()
        .filter_map(|k| edits(&folded, &k.to_lowercase(), most).map(|d| (d, k)))
        .min_by_key(|&(d, k)| (d, k.len(), k))
        .map(|(_, k)| k)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_count_and_stop() {
        assert_eq!(edits("chan", "chan", 0), Some(0));
        assert_eq!(edits("answr", "answer", 2), Some(1));
        assert_eq!(edits("asnwer", "answer", 2), Some(1), "a swap is one edit");
        assert_eq!(edits("题目", "题", 1), Some(1));
        assert_eq!(edits("abc", "xyz", 2), None);
        assert_eq!(edits("", "abc", 3), Some(3));
    }

    #[test]
    fn nearest_word_or_none() {
        let keys = ["ask", "answer", "sources", "followups"];
        assert_eq!(nearest("anwser", keys), Some("answer"));
        assert_eq!(nearest("source", keys), Some("sources"));
        assert_eq!(nearest("Follow-ups", keys), Some("followups"));
        assert_eq!(nearest("banana", keys), None);
        assert_eq!(nearest("x", keys), None);
    }
}
