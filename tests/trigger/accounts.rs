//! Customers who merge, leave or are planned for; terms that change; several partitions.

use loyalty::calendar::Zone;
use loyalty::money::Currency;
use loyalty::trigger::{Firing, Machine, Outlook, Planned};

use super::scene::{cart, event, machine, minute, purchase, restored, told, triggers, view};

const CART: &str = r#"{"lateness": "1000h", "correction": "30min", "list": [
    {"id": "cart", "pattern": {"silence": {"after": {"event": "cart_updated"},
        "without": [{"event": "purchase"}], "lasting": "60min"}}},
    {"id": "third", "pattern": {"happens": {"of": {"event": "view"}, "nth": 3}}}]}"#;

#[test]
fn the_id_of_a_firing_is_the_hash_that_is_written_down() {
    // Computed by hashlib of Python 3 from the definition.
    for (id, by) in [
        ("56872560719a4ad5089967576c8aa4b3051eaf3e9cf2d9bb5b7e3b1aa4e34129", ""),
        ("8e3e9709de294612d3f9ea733f984649e4d48ef865387fe0805d1cdf8550770b", r#","by":"e-1""#),
    ] {
        let version = "ab".repeat(32);
        let json = format!(
            r#"{{"firing":"{id}","trigger":"cart","version":"{version}",
"customer":"ann","at":"2026-03-14T11:00:00Z","from":"2026-03-14T10:00:00Z",
"until":"2026-03-14T11:00:00Z"{by}}}"#
        );
        let json = json.replace('\n', "");
        let firing: Firing = serde_json::from_str(&json).unwrap();
        assert_eq!(firing.id().to_string(), id);
        assert_eq!(serde_json::to_string(&firing).unwrap(), json);
        let other = json.replace("ann", "ben");
        assert!(serde_json::from_str::<Firing>(&other).is_err(), "the id is of another firing");
    }
}

#[test]
fn what_is_armed_for_two_who_merge_is_armed_for_the_one() {
    let mut machine = machine(CART);
    for (id, customer, at) in [("a", "ann", 0), ("b", "ben", 20)] {
        assert_eq!(machine.observe(0, &event(id, customer, at, cart(500))), []);
        assert_eq!(machine.observe(0, &event(&format!("v{id}"), customer, at, view("x"))), []);
    }
    machine.merge(&"ben".parse().unwrap(), &"ann".parse().unwrap());
    assert_eq!(machine.len(), 1);
    assert_eq!(machine.observe(0, &event("w", "ann", 30, view("x"))), []);
    let outputs = restored(&machine).advance(0, minute(200));
    assert_eq!(told(&outputs), ["fires third of ann at 30", "fires cart of ann at 80"]);
}

#[test]
fn a_purchase_of_one_who_merged_breaks_the_silence_of_the_other() {
    let mut machine = machine(CART);
    assert_eq!(machine.observe(0, &event("a", "ann", 0, cart(500))), []);
    assert_eq!(machine.observe(0, &event("p", "ben", 10, purchase("o", 500))), []);
    machine.merge(&"ann".parse().unwrap(), &"ben".parse().unwrap());
    assert_eq!(machine.advance(0, minute(200)), []);
}

#[test]
fn no_byte_of_an_erased_customer_stays() {
    for name in ["ann-the-first", "a customer with a name that is longer than a key"] {
        let mut machine = machine(CART);
        let untouched = serde_json::to_string(&machine).unwrap();
        for (id, at) in [("a", 0), ("b", 70), ("c", 80)] {
            assert_eq!(machine.observe(0, &event(id, name, at, cart(500))), []);
            assert_eq!(machine.observe(0, &event(&format!("{id}v"), name, at, view("x"))), []);
        }
        assert!(serde_json::to_string(&machine).unwrap().contains(name));
        machine.erase(&name.parse().unwrap());
        let stored = serde_json::to_string(&machine).unwrap();
        assert!(!stored.contains(name) && !format!("{machine:?}").contains(name));
        let (_, customers) = stored.split_once("\"customers\"").unwrap();
        assert_eq!(Some(customers), untouched.split_once("\"customers\"").map(|(_, rest)| rest));
        assert_eq!(machine.advance(0, minute(500)), []);
    }
}

#[test]
fn what_is_armed_keeps_the_version_it_was_armed_with() {
    let with = |minutes: &str| triggers(&CART.replace("60min", minutes));
    let checked = |minutes| with(minutes).check_alone(Zone::UTC, Currency::EUR).unwrap();
    let (old, new) = (checked("60min"), checked("90min"));
    let version = |of: &loyalty::trigger::CheckedTriggers| of.iter().next().unwrap().version();
    let mut machine = Machine::new(&old);
    assert_eq!(machine.observe(0, &event("a", "ann", 0, cart(500))), []);
    machine.replace(&new);
    let mut machine = restored(&machine);
    assert_eq!(machine.observe(0, &event("b", "ann", 10, cart(500))), [], "goes on as it was");
    assert_eq!(machine.observe(0, &event("c", "ben", 10, cart(500))), [], "begins anew");
    let outputs = machine.advance(0, minute(75));
    assert_eq!(told(&outputs), ["fires cart of ann at 70"]);
    let firing = outputs[0].fired().unwrap();
    assert_eq!(firing.version, version(&old));
    assert_eq!(machine.trigger(firing).unwrap().id.as_str(), "cart");
    assert_eq!(machine.observe(0, &event("d", "ann", 80, cart(500))), []);
    let outputs = machine.advance(0, minute(300));
    assert_eq!(told(&outputs), ["fires cart of ben at 100", "fires cart of ann at 170"]);
    assert!(outputs.iter().all(|output| output.fired().unwrap().version == version(&new)));
}

#[test]
fn the_watermark_is_that_of_the_slowest_partition() {
    let mut machine = machine(&CART.replace("1000h", "5min")).with_partitions([0, 1]);
    assert_eq!(machine.watermark(), None);
    assert_eq!(machine.observe(0, &event("a", "ann", 0, cart(500))), []);
    assert_eq!(machine.observe(0, &event("b", "ben", 200, view("x"))), []);
    assert_eq!(machine.watermark(), None, "nothing is known of the other one");
    assert_eq!(machine.observe(1, &event("c", "cid", 64, view("x"))), []);
    assert_eq!(machine.watermark(), Some(minute(59)));
    assert_eq!(told(&machine.advance(1, minute(60))), ["fires cart of ann at 60"]);
    assert_eq!(machine.advance(1, minute(10)), [], "it never goes back");
    assert_eq!(machine.watermark(), Some(minute(60)));
}

#[test]
fn an_outlook_takes_the_place_of_what_was_planned_for_the_same_time() {
    let mut machine = machine(
        r#"{"lateness": "1000h", "correction": "30min", "list": [{"id": "birthday", "pattern":
            {"date": {"of": {"anniversary": "birthday"}, "at": "09:00:00"}}}]}"#,
    );
    let outlook = |from: i64, days: &[i64]| Outlook {
        customer: "ann".parse().unwrap(),
        from: minute(from),
        until: minute(1_000),
        planned: days
            .iter()
            .map(|at| Planned {
                at: minute(*at),
                trigger: "birthday".parse().unwrap(),
                mark: format!("at {at}").into(),
            })
            .collect(),
    };
    assert_eq!(machine.plan(&outlook(0, &[100, 200, 300])), []);
    assert_eq!(told(&machine.advance(0, minute(110))), ["fires birthday of ann at 100"]);
    let mut machine = restored(&machine);
    assert_eq!(machine.plan(&outlook(0, &[100, 200, 300])), [], "nothing is new");
    assert_eq!(
        told(&machine.plan(&outlook(90, &[105, 250]))),
        ["retracts birthday of ann at 100", "fires birthday of ann at 105",]
    );
    assert_eq!(machine.plan(&outlook(120, &[250])), [], "what was before stands");
    assert_eq!(told(&machine.advance(0, minute(900))), ["fires birthday of ann at 250"]);
}
