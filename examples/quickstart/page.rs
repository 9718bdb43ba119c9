//! The report as one HTML page with charts, which needs nothing from elsewhere.

use std::error::Error;
use std::fmt::Write;

use super::charts::{bars, groups, time};
use super::clusters::traits;
use super::job::Job;
use super::report::{
    GROUP, SOURCE, TIER, cautions, group, outstanding, quality, reading, reasons, tier_rows, tried,
};
use super::tale;
use super::words::{cents, count, money, several};

const STYLE: &str = include_str!("page.css");

/// The whole page.
pub fn page(job: &Job) -> Result<String, Box<dyn Error>> {
    let mut html = String::new();
    let title = escaped(&format!("{}: customers as of {}", job.program, job.today));
    write!(
        html,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1>{title}</h1>\n<p class=\"source\">{}</p>\n",
        escaped(SOURCE)
    )?;
    overview(job, &mut html)?;
    named_segments(job, &mut html)?;
    found_segments(job, &mut html)?;
    tiers(job, &mut html)?;
    offers(job, &mut html)?;
    story(job, &mut html)?;
    html.push_str("<footer>\n");
    for took in &job.took {
        writeln!(html, "<p>{}</p>", escaped(&took.to_string()))?;
    }
    html.push_str("</footer>\n</main>\n</body>\n</html>\n");
    Ok(html)
}

fn overview(job: &Job, html: &mut String) -> Result<(), Box<dyn Error>> {
    let paid: i64 = job.reading.rows.iter().map(|row| row.paid.minor()).sum();
    let points: i64 = job.tiers.iter().map(|it| it.points).sum();
    html.push_str("<div class=\"tiles\">\n");
    for (value, what) in [
        (count(job.all.customers), "customers"),
        (count(job.reading.rows.len()), "purchases"),
        (format!("{} USD", count((paid + 50) / 100)), "revenue"),
        (count(points), "points outstanding"),
    ] {
        writeln!(html, "<div><b>{}</b><span>{what}</span></div>", escaped(&value))?;
    }
    html.push_str("</div>\n");
    section(html, "What was read", &reading(job))?;
    if !job.reading.bad.is_empty() {
        list(html, job.reading.bad.iter().map(ToString::to_string))?;
    }
    figure(html, "Revenue by month, in thousands of USD", &time::months(job)?)
}

fn named_segments(job: &Job, html: &mut String) -> Result<(), Box<dyn Error>> {
    let mut told = vec![
        "Customers are scored from 1 to 5 by how recently they bought, how often, and for how \
         much; the scores decide the segment."
            .to_owned(),
    ];
    told.extend(cautions(job));
    section(html, "RFM segments, and what to do with each", &told)?;
    figure(html, "Share of customers and of revenue", &bars::segments(job)?)?;
    let mut header = GROUP.map(str::to_owned).to_vec();
    header.push("What to do".to_owned());
    let mut rows: Vec<Vec<String>> = Vec::new();
    for segment in &job.named.segments {
        let mut row = group(&segment.name, &segment.group, &job.all, segment.group.means());
        row.push(segment.advice.clone());
        rows.push(row);
    }
    let mut everybody = group("Everybody", &job.all, &job.all, job.all.means());
    everybody.push(String::new());
    rows.push(everybody);
    table(html, &header, &rows)?;
    figure(html, "Customers by scores; 5 is the latest and the most often", &groups::scores(job)?)?;
    html.push_str("<h3>Segments by rule, which may overlap</h3>\n");
    let by_rule = job.by_rule.iter();
    let rows: Vec<Vec<String>> = by_rule
        .map(|it| vec![it.name.clone(), count(it.members), it.description.clone()])
        .collect();
    table(html, &["Segment", "Members", "Who"].map(str::to_owned), &rows)
}

fn found_segments(job: &Job, html: &mut String) -> Result<(), Box<dyn Error>> {
    section(html, "Segments that k-means finds in the same three features", &[quality(job)])?;
    let caption = "Every customer in the color of their cluster; the numbers are the centers, and \
        nothing spent is drawn at 1 USD";
    figure(html, caption, &groups::clusters(job)?)?;
    let mut header = GROUP.map(str::to_owned).to_vec();
    header.push("What sets it apart".to_owned());
    let clusters = job.found.clusters.iter().map(|cluster| {
        let mut row = group(&cluster.name, &cluster.group, &job.all, cluster.center);
        row.push(traits(&cluster.portrait));
        row
    });
    table(html, &header, &clusters.collect::<Vec<_>>())?;
    figure(html, "Customers in both an RFM segment and a cluster", &groups::crossing(job)?)
}

fn tiers(job: &Job, html: &mut String) -> Result<(), Box<dyn Error>> {
    let title = format!("Tiers of the {}: spend within 12 months", job.program);
    section(html, &title, &[outstanding(job)])?;
    figure(html, "Who holds what", &bars::tiers(job)?)?;
    table(html, &TIER.map(str::to_owned), &tier_rows(job))
}

fn offers(job: &Job, html: &mut String) -> Result<(), Box<dyn Error>> {
    section(html, "Offers: who would get them today, and why the others would not", &[tried(job)])?;
    figure(html, "All members by what becomes of each offer", &bars::offers(job)?)?;
    let header = ["Offer", "Granted", "Declined", "Off in all", "Commonest reasons of declines"];
    let mut rows = Vec::new();
    for tally in &job.offers {
        let reasons = reasons(tally, 3).into_iter();
        let reasons: Vec<String> =
            reasons.map(|(reason, times)| format!("{}× {reason}", count(times))).collect();
        let off = if tally.discount > 0 { cents(tally.discount) } else { String::new() };
        let (granted, declined) = (count(tally.granted), count(tally.declines()));
        rows.push(vec![tally.name.clone(), granted, declined, off, reasons.join("\n")]);
    }
    table(html, &header.map(str::to_owned), &rows)
}

fn story(job: &Job, html: &mut String) -> Result<(), Box<dyn Error>> {
    let story = &job.story;
    let title = format!("One customer's whole story: number {}", story.view.customer);
    section(html, &title, &[format!("Segments: {}.", tale::segments(story))])?;
    list(html, tale::standing(job).into_iter())?;
    let caption =
        "Spend that counts, in USD: up to today, and from then on if nothing more is bought";
    figure(html, caption, &time::climb(job)?)?;

    html.push_str("<div class=\"pair\">\n<div>\n<h3>Purchases</h3>\n");
    let orders = story.orders.iter().rev();
    let rows: Vec<Vec<String>> = orders
        .map(|(date, cds, paid)| vec![date.to_string(), several(*cds, "CD"), money(*paid)])
        .collect();
    table(html, &["Date", "CDs", "Paid"].map(str::to_owned), &rows)?;
    html.push_str("</div>\n<div>\n<h3>Points</h3>\n");
    let points = tale::points(job).into_iter();
    list(html, points.map(|line| line.trim().to_owned()))?;
    html.push_str("<h3>Scores</h3>\n");
    list(html, story.rfm.to_string().lines().map(str::to_owned))?;
    html.push_str("</div>\n</div>\n<h3>Offers for the typical basket</h3>\n");
    let rows: Vec<Vec<String>> = story
        .offers
        .iter()
        .map(|(name, answer)| match answer {
            Ok(words) => vec![name.clone(), "yes".to_owned(), words.clone()],
            Err(words) => vec![name.clone(), "no".to_owned(), words.clone()],
        })
        .collect();
    table(html, &["Offer", "", "What, or why not"].map(str::to_owned), &rows)
}

fn section(html: &mut String, title: &str, told: &[String]) -> Result<(), Box<dyn Error>> {
    writeln!(html, "<h2>{}</h2>", escaped(title))?;
    for text in told {
        writeln!(html, "<p>{}</p>", escaped(text.trim()))?;
    }
    Ok(())
}

fn list(html: &mut String, items: impl Iterator<Item = String>) -> Result<(), Box<dyn Error>> {
    html.push_str("<ul>\n");
    for item in items {
        writeln!(html, "<li>{}</li>", escaped(&item))?;
    }
    html.push_str("</ul>\n");
    Ok(())
}

/// A chart with its caption.
fn figure(html: &mut String, caption: &str, svg: &str) -> Result<(), Box<dyn Error>> {
    let caption = escaped(caption);
    writeln!(
        html,
        "<figure>\n<figcaption>{caption}</figcaption>\n\
         <div class=\"chart\" role=\"img\" aria-label=\"{caption}\">\n{svg}</div>\n</figure>"
    )?;
    Ok(())
}

/// A table whose cells are to the right if they are numbers.
fn table(html: &mut String, header: &[String], rows: &[Vec<String>]) -> Result<(), Box<dyn Error>> {
    html.push_str("<div class=\"wide\"><table>\n<thead><tr>");
    for (column, name) in header.iter().enumerate() {
        let cells = || rows.iter().filter_map(|row| row.get(column)).filter(|it| !it.is_empty());
        let number = cells().next().is_some() && cells().all(|cell| is_number(cell));
        let class = if number { " class=\"number\"" } else { "" };
        write!(html, "<th scope=\"col\"{class}>{}</th>", escaped(name))?;
    }
    html.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        html.push_str("<tr>");
        for cell in row {
            let class = if is_number(cell) { " class=\"number\"" } else { "" };
            write!(html, "<td{class}>{}</td>", escaped(cell).replace('\n', "<br>"))?;
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody>\n</table></div>\n");
    Ok(())
}

/// Whether a cell is a number, with its unit or without.
fn is_number(cell: &str) -> bool {
    let number = cell.trim_end_matches(" %").trim_end_matches(" USD");
    !number.is_empty()
        && number.chars().all(|letter| letter.is_ascii_digit() || ",.".contains(letter))
}

/// A text as it must stand in HTML.
pub fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
    html
}
