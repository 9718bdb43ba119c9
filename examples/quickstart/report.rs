//! The report as text, the same for the same purchases.

use std::fmt::{Result, Write};

use loyalty::Currency;
use loyalty::feature::Labels;

use super::base::Group;
use super::clusters::traits;
use super::job::Job;
use super::layout::{heading, indented, table};
use super::offers::Tally;
use super::tale::tale;
use super::words::{cents, count, dollars, money, part, percent, several};

/// Where the purchases come from, and what is not in them.
pub const SOURCE: &str = "The purchases are real: the CDNOW sample of an online shop's customers, \
    published by P. Fader and B. Hardie for research. The club with its tiers and offers is made \
    up for this example and stands in `program.json`.";

/// Adds the whole report.
pub fn report(job: &Job, out: &mut String) -> Result {
    what_was_read(job, out)?;
    named_segments(job, out)?;
    found_segments(job, out)?;
    tiers(job, out)?;
    offers(job, out)?;
    tale(job, out)
}

/// The paragraphs that say what was read.
pub fn reading(job: &Job) -> Vec<String> {
    let rows = &job.reading.rows;
    let dates = || rows.iter().map(|row| row.date);
    let (first, last) = (dates().min().unwrap_or_default(), dates().max().unwrap_or_default());
    let cds: i64 = rows.iter().map(|row| i64::from(row.cds)).sum();
    let paid: i64 = rows.iter().map(|row| row.paid.minor()).sum();
    let free = rows.iter().filter(|row| row.paid.is_zero()).count();
    let mut told = vec![format!(
        "{} of {} from {first} to {last}: {} for {}.",
        several(rows.len(), "purchase"),
        several(job.all.customers, "customer"),
        several(cds, "CD"),
        cents(paid),
    )];
    if free > 0 {
        told.push(format!("{} cost nothing and count as orders.", several(free, "purchase")));
    }
    told.push(match job.reading.bad.len() {
        0 => "Every row made sense.".to_owned(),
        bad => format!("{} made no sense and were left out:", several(bad, "row")),
    });
    told
}

/// What one should know of these customers when reading the segments' names.
pub fn cautions(job: &Job) -> Vec<String> {
    let mut told = Vec::new();
    let populations = job.named.model.model().scoring().report.as_ref();
    for (feature, it) in populations.iter().flat_map(|report| report.populations()) {
        let unused: Vec<String> = it.unused().map(|score| score.to_string()).collect();
        if let (Some(value), false) = (it.commonest, unused.is_empty()) {
            told.push(format!(
                "Nobody has score {} for {}: {} have the same {value}, and equals share a score.",
                unused.join(" or "),
                Labels::default().name(feature.as_str()),
                several(it.commonest_customers, "customer"),
            ));
        }
    }
    let last = job.last_to_join().unwrap_or(job.today);
    let days = (job.today - last).num_days();
    if days > 180 {
        told.push(format!(
            "The scores compare these customers with each other. Nobody here bought for the first \
             time later than {last}, {days} days ago: \"new\" and \"promising\" are so only beside \
             the others."
        ));
    }
    told
}

fn what_was_read(job: &Job, out: &mut String) -> Result {
    heading(out, "1. What was read")?;
    indented(out, 0, SOURCE)?;
    reading(job).iter().try_for_each(|line| writeln!(out, "{line}"))?;
    job.reading.bad.iter().try_for_each(|row| writeln!(out, "  {row}"))
}

/// Titles of the columns that describe groups of customers.
pub const GROUP: [&str; 7] =
    ["Segment", "Customers", "%", "Revenue", "Days ago", "Orders", "Spend"];

/// A group of customers, with its means or its center.
pub fn group(name: &str, group: &Group, all: &Group, typical: [f64; 3]) -> Vec<String> {
    let [customers, revenue] = group.shares(all).map(percent);
    let [recency, orders, spend] = typical;
    let (recency, orders) = (format!("{recency:.0}"), format!("{orders:.1}"));
    vec![
        name.to_owned(),
        count(group.customers),
        customers,
        revenue,
        recency,
        orders,
        dollars(spend),
    ]
}

fn named_segments(job: &Job, out: &mut String) -> Result {
    heading(out, &format!("2. RFM segments as of {}, and what to do with each", job.today))?;
    let mut rows = vec![GROUP.map(str::to_owned).to_vec()];
    for segment in &job.named.segments {
        rows.push(group(&segment.name, &segment.group, &job.all, segment.group.means()));
        rows.push(vec![segment.advice.clone()]);
    }
    rows.push(group("Everybody", &job.all, &job.all, job.all.means()));
    table(out, &rows)?;
    writeln!(out, "Days since the last order, orders and spend are means per customer.")?;
    cautions(job).iter().try_for_each(|caution| indented(out, 0, caution))?;
    writeln!(out, "\nSegments by rule, written in the program's document; they may overlap")?;
    job.by_rule.iter().try_for_each(|it| {
        writeln!(out, "  {:<12} {:>6}  {}", it.name, count(it.members), it.description)
    })
}

fn found_segments(job: &Job, out: &mut String) -> Result {
    let found = &job.found;
    heading(out, "3. Segments that k-means finds in the same three features")?;
    let mut rows = vec![GROUP.map(str::to_owned).to_vec()];
    for cluster in &found.clusters {
        rows.push(group(&cluster.name, &cluster.group, &job.all, cluster.center));
        rows.push(vec![traits(&cluster.portrait)]);
    }
    table(out, &rows)?;
    writeln!(out, "Days since the last order, orders and spend are those of the center.")?;
    indented(out, 0, &quality(job))?;
    writeln!(out, "\nCustomers in both")?;
    let mut header = vec!["RFM segment".to_owned()];
    header.extend(found.clusters.iter().map(|cluster| cluster.name.clone()));
    let mut rows = vec![header];
    for (segment, crossing) in job.named.segments.iter().zip(&found.crossing) {
        let mut row = vec![segment.name.clone()];
        row.extend(crossing.iter().map(|&both| if both == 0 { "·".into() } else { count(both) }));
        rows.push(row);
    }
    table(out, &rows)
}

/// How good the clusters are, and how far they are the named segments again.
pub fn quality(job: &Job) -> String {
    format!(
        "How clearly the clusters are apart: {:.2} (mean silhouette; 1 is best, 0 is not at all). \
         How far they are the RFM segments again: {:.2} (adjusted Rand index; 1 is the same, 0 is \
         chance).",
        job.found.silhouette, job.found.agreement
    )
}

/// Titles of the columns that describe tiers.
pub const TIER: [&str; 8] =
    ["Tier", "From", "Members", "%", "Spend, 12 months", "%", "Points", "Expiring next"];

/// The tiers, with what their members hold.
pub fn tier_rows(job: &Job) -> Vec<Vec<String>> {
    let members: i64 = job.tiers.iter().map(|it| it.members as i64).sum();
    let credits: i64 = job.tiers.iter().map(|it| it.credits).sum();
    let row = |it: &super::club::Population| {
        vec![
            it.tier.name.to_string(),
            it.tier.at_least.to_string(),
            count(it.members),
            part(it.members as i64, members),
            cents(it.credits),
            part(it.credits, credits),
            count(it.points),
            count(it.expiring),
        ]
    };
    job.tiers.iter().map(row).collect()
}

/// What the club owes in points.
pub fn outstanding(job: &Job) -> String {
    let points: i64 = job.tiers.iter().map(|it| it.points).sum();
    let expiring: i64 = job.tiers.iter().map(|it| it.expiring).sum();
    let next = job.next_expiry.map(|day| format!("; {} of them expire on {day}", count(expiring)));
    format!("{} are outstanding{}.", several(points, "point"), next.unwrap_or_default())
}

fn tiers(job: &Job, out: &mut String) -> Result {
    heading(out, &format!("4. Tiers of the {}: spend within 12 months", job.program))?;
    let mut rows = vec![TIER.map(str::to_owned).to_vec()];
    rows.extend(tier_rows(job));
    table(out, &rows)?;
    writeln!(out, "{}", outstanding(job))
}

/// What the offers are tried with.
pub fn tried(job: &Job) -> String {
    let basket = &job.basket;
    format!(
        "Every offer is quoted to every member for the typical basket: {} for {}, shipping {}.",
        several(basket.units(), "CD"),
        basket.net_price(Currency::USD).map_or_else(|_| String::new(), money),
        basket.shipping.map_or_else(String::new, money),
    )
}

/// The commonest reasons of the declines, so many at most, and one line for the others.
pub fn reasons(tally: &Tally, most: usize) -> Vec<(String, usize)> {
    let mut told: Vec<(String, usize)> = tally.declined.iter().take(most).cloned().collect();
    let rest = tally.declined.get(most..).unwrap_or_default();
    if !rest.is_empty() {
        let times = rest.iter().map(|(_, times)| times).sum();
        told.push((format!("for {}", several(rest.len(), "other reason")), times));
    }
    told
}

fn offers(job: &Job, out: &mut String) -> Result {
    heading(out, "5. Offers: who would get them today, and why the others would not")?;
    indented(out, 0, &tried(job))?;
    for tally in &job.offers {
        write!(
            out,
            "\n{:<42} {:>6} granted {:>6} declined",
            tally.name,
            count(tally.granted),
            count(tally.declines())
        )?;
        match tally.discount {
            0 => writeln!(out)?,
            discount => writeln!(out, "   {} off", cents(discount))?,
        }
        for (reason, times) in reasons(tally, 3) {
            writeln!(out, "  {:>6}  {reason}", count(times))?;
        }
    }
    Ok(())
}
