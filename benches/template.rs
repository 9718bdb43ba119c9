//! How long a message takes: from the facts about a customer to its text.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use loyalty::calendar::Zone;
use loyalty::money::{Currency, Money};
use loyalty::rule::{Field, Kind as FactKind, Schema, Sheet, Value};
use loyalty::template::{
    CheckedTemplate, Item, Kind, List, Locale, Medium, SmsCount, Template, Values, Variable,
    Vocabulary,
};

/// About 100 characters with three variables, as a text message and as a push message; and a mail
/// of about 5 kB with ten items.
fn template() -> Template {
    let rows = "<tr><td style=\"padding: 8px 12px; font: 14px sans-serif\">\
        <a href=\"{{ item.url }}\">\
        {{ item.name }}</a></td><td style=\"padding: 8px 12px; font: 14px sans-serif\">\
        {{ item.price|money }}</td></tr>";
    let html = format!(
        "<!doctype html><html><body>{}<p>Hi {{{{ first_name|default('there') }}}}, \
         {{% if is_gold %}}as a gold member you see these first:{{% else %}}have a look:\
         {{% endif %}}\
         </p><table>{{% for item in items %}}{rows}{{% endfor %}}</table></body></html>",
        "<p style=\"font: 14px sans-serif\">Tea and coffee from all over the world, since 1912.</p>"
            .repeat(24)
    );
    let short = "Hi {{ first_name|default('there') }}, your {{ points|default(0) }} points are \
        worth {{ worth|money }}. Come and spend them by Sunday!";
    let json = serde_json::json!({
        "id": "points", "default": "en", "conditions": {"is_gold": "tier = gold"},
        "texts": {"en": {
            "sms": {"text": short},
            "push": {"title": "Your points", "body": short},
            "email": {"subject": "For you, {{ first_name|default('dear member') }}", "html": html},
        }},
    });
    serde_json::from_value(json).expect("the template is written")
}

fn vocabulary() -> Vocabulary {
    let facts = Schema::new([
        Field::new("first_name", FactKind::Text),
        Field::new("points", FactKind::Integer),
        Field::new("tier", FactKind::Text),
    ])
    .expect("the fields are named");
    let fields = [
        Variable::new("name", Kind::Text),
        Variable::new("price", Kind::Money),
        Variable::new("url", Kind::Link),
    ];
    let details = [Variable::new("worth", Kind::Money)];
    Vocabulary::new(facts, details, [List::new("items", fields)]).expect("the names are plain")
}

fn items() -> Vec<Item> {
    (0..10_i64)
        .map(|index| {
            Item::new()
                .with("name", format!("Tea & biscuits no. {index}").as_str())
                .with("price", Money::from_minor(450 + index, Currency::EUR))
                .with("url", format!("https://shop.example/tea?item={index}&from=mail").as_str())
        })
        .collect()
}

fn rendering(criterion: &mut Criterion) {
    let template: CheckedTemplate = template().check(&vocabulary()).expect("the template is right");
    let facts = Sheet::of(
        vec![Some(Value::text("Anna")), Some(Value::Integer(1_250)), Some(Value::text("gold"))],
        "2026-03-14".parse().expect("a date"),
    );
    let worth = Money::from_minor(1_250, Currency::EUR);
    let values = Values::new(&facts).with("worth", worth).with_list("items", items());
    let locale = Locale::new("en-IE").expect("a locale");
    let mut group = criterion.benchmark_group("template");
    group.throughput(Throughput::Elements(1));
    for (name, medium) in
        [("sms", Medium::Sms), ("push", Medium::Push), ("email of ten items", Medium::Email)]
    {
        let render = || template.render(medium, &values, &locale, Zone::UTC);
        assert!(render().is_ok(), "{name} is rendered");
        group.bench_function(name, |bencher| bencher.iter(|| black_box(render())));
    }
    group.bench_function("values and sms", |bencher| {
        bencher.iter(|| {
            let values = Values::new(&facts).with("worth", worth);
            black_box(template.render(Medium::Sms, &values, &locale, Zone::UTC))
        });
    });
    let text = "Hi Anna, your 1,250 points are worth 12.50 euros. Come and spend them by Sunday!";
    group.bench_function("count of segments", |bencher| {
        bencher.iter(|| SmsCount::of(black_box(text)));
    });
    group.finish();
}

fn checking(criterion: &mut Criterion) {
    let (template, vocabulary) = (template(), vocabulary());
    criterion.bench_function("template/check", |bencher| {
        bencher.iter(|| black_box(template.check(&vocabulary)));
    });
    let facts = Schema::new([Field::new("first_name", FactKind::Text)]).expect("a field");
    criterion.bench_function("template/vocabulary", |bencher| {
        bencher.iter(|| Vocabulary::new(black_box(facts.clone()), [], []));
    });
}

criterion_group!(benches, rendering, checking);
criterion_main!(benches);
