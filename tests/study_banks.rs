//! The shipped banks against the grader: what the bank itself says must be read as it is meant.
use bagu::study::grade::points::Sheet;

#[test]
fn explore() {
    let (bank, _) = bagu::bank::load::load(&[]);
    let (mut musts, mut hit, mut points, mut allhit) = (0, 0, 0, 0);
    let (mut wrongs, mut caught, mut falsely, mut truthfalse) = (0, 0, 0, 0);
    for q in &bank.questions {
        let text = format!("{}\n{}", q.short, q.answer);
        let sheet = Sheet::typed(q, &text);
        for (p, t) in q.points.iter().zip(&sheet.ticks) {
            points += 1; allhit += usize::from(t.said);
            if p.must { musts += 1; hit += usize::from(t.said); if !t.said { println!("MUST {} {} {:?}", q.id, p.text, p.any); } }
            if !t.said && bagu::base::text::Norm::new(&text).find(p.any.iter().find(|a| bagu::base::text::phrase_matches(&bagu::base::text::Norm::new(&text), a)).map_or("", |s| s)).is_some() {
                println!("NEG {} {} {:?}", q.id, p.text, p.any);
            }
        }
        for c in &sheet.claims {
            falsely += 1;
            println!("FALSE {} {} <- {:?}", q.id, q.wrongs[c.wrong].text, c.words.iter().map(|w| &text[w.clone()]).collect::<Vec<_>>());
        }
        for (i, w) in q.wrongs.iter().enumerate() {
            wrongs += 1;
            let s = Sheet::typed(q, &w.text);
            if s.claims.iter().any(|c| c.wrong == i) { caught += 1; } else { println!("UNCAUGHT {} {} {:?}", q.id, w.text, w.any); }
            let s = Sheet::typed(q, &w.truth);
            for c in &s.claims { truthfalse += 1; println!("TRUTH {} {} <- {} {:?}", q.id, q.wrongs[c.wrong].text, w.truth, c.words.iter().map(|r| &w.truth[r.clone()]).collect::<Vec<_>>()); }
        }
    }
    println!("questions {} must {hit}/{musts} points {allhit}/{points} falsely {falsely} caught {caught}/{wrongs} truth-falsely {truthfalse}", bank.questions.len());
}
