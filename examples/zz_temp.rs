#[path = "../benches/rules/ast.rs"]
mod ast;
#[path = "../benches/rules/workload.rs"]
mod workload;
use loyalty::rule::*;
use std::time::Instant;
fn main() {
    let n: usize = std::env::args().nth(1).unwrap().parse().unwrap();
    let reps: usize = std::env::args().nth(2).unwrap().parse().unwrap();
    let w = workload::Workload::new(n, 256);
    let rules: Vec<_> = w.rules.iter().map(|r| r.check(&w.schema).unwrap()).collect();
    let t = Instant::now();
    let index = RuleIndex::new(&w.schema, rules.iter().cloned());
    println!("build {:?}", t.elapsed());
    let mut m = Matches::new();
    let mut o = Obstacles::new();
    let mut best = vec![];
    for _ in 0..reps {
        let t = Instant::now();
        let mut c = 0;
        for s in &w.sheets {
            index.holding(s, &mut m);
            c += m.count();
        }
        let a = t.elapsed().as_nanos() as f64 / 256.0;
        std::hint::black_box(c);
        let t = Instant::now();
        for s in &w.sheets {
            index.obstacles(s, &mut o);
            c += o.holding().count();
        }
        let b = t.elapsed().as_nanos() as f64 / 256.0;
        let t = Instant::now();
        if best.len() < 5 {
            for s in &w.customers {
                c += w.offers.iter().filter(|o| o.holds(s)).count();
            }
        }
        let d = t.elapsed().as_nanos() as f64 / 256.0;
        best.push((a, b, d));
        std::hint::black_box(c);
    }
    let med = |f: &dyn Fn(&(f64, f64, f64)) -> f64| {
        let mut v: Vec<f64> = best.iter().map(f).collect();
        v.sort_by(f64::total_cmp);
        (v[0], v[v.len() / 2])
    };
    println!(
        "{n}: holding {:?} obstacles {:?} loop {:?}",
        med(&|x| x.0),
        med(&|x| x.1),
        best[0..best.len().min(5)].iter().map(|x| x.2 as u64).collect::<Vec<_>>()
    );
}
