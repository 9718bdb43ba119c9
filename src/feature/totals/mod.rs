//! What the orders of very many customers come to, from plain columns.
//!
//! [`Totals`] are for a whole log at once: customers are numbers, and of each there is the first
//! order, the last one, how many there were and what was paid. They can be added up in any order
//! and from any parts, so that one machine, or day, or engine can count its part and another one
//! take it in:
//!
//! ```
//! use loyalty::feature::totals::{Rows, Totals};
//!
//! let day = 86_400_000_000_000;
//! let mut totals = Totals::of(Rows::new(&[7, 9, 7], &[0, day, 3 * day], &[1_000, 250, -300])?);
//! totals.add(Rows::new(&[7], &[5 * day], &[500])?);
//!
//! let seven = totals.get(7).ok_or("a customer")?;
//! assert_eq!((seven.orders(), seven.refunds(), seven.net_minor()), (2, 1, 1_200));
//! assert_eq!((seven.first(), seven.last()), (Some(0), Some(5 * day)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod key;
mod packed;
mod rows;
mod scatter;
mod table;
mod told;
mod total;

use serde::{Deserialize, Serialize};

pub use self::key::Key;
use self::key::{PARTS, parted, whole};
pub use self::rows::{Rows, UnevenRows};
use self::scatter::Scattered;
use self::table::Table;
pub(crate) use self::told::{Numbers, Told};
pub use self::total::Total;
use crate::parallel::fill_chunks;

/// What the orders of each customer come to; or of each order of a customer, which then can be
/// [rolled up](Totals::rolled_up).
///
/// Two that saw the same rows are equal, however the rows were ordered or parted: nothing is
/// counted but exact integers. In JSON it is a list of keys with their totals.
///
/// # Complexity
/// Adding a row is *O*(1). A whole log is first scattered over tables that fit into a core's own
/// cache; with the feature `rayon` these are spread over all cores. A customer takes 55 to 70
/// bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<(K, Total)>", into = "Vec<(K, Total)>")]
#[serde(bound(serialize = "K: Key + Serialize", deserialize = "K: Key + Deserialize<'de>"))]
pub struct Totals<K: Key = u64> {
    /// By the first bits of the spread keys.
    tables: Vec<Table<K>>,
}

/// What becomes of an order of which nothing was kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refunded {
    /// It is an order still; the refund only lowers what was paid.
    #[default]
    Counts,
    /// It counts no longer: neither among the orders nor as the last one.
    Cancels,
}

impl<K: Key> Default for Totals<K> {
    fn default() -> Self {
        Self { tables: vec![Table::default(); PARTS] }
    }
}

impl<K: Key> Totals<K> {
    /// What these rows come to.
    #[must_use]
    pub fn of(rows: Rows<'_, K>) -> Self {
        let mut totals = Self::default();
        totals.add(rows);
        totals
    }

    /// Takes in further rows.
    pub fn add(&mut self, rows: Rows<'_, K>) {
        let mut scattered = Scattered::none();
        for chunk in rows.chunks(scatter::CHUNK) {
            scattered.scatter(chunk);
            fill_chunks(&mut self.tables, 1, |part, tables| {
                for table in tables {
                    table.await_rows(scattered.len(part), scattered.keys(part));
                    for (frame, rows) in scattered.part(part) {
                        table.count_rows(&rows.packed, |row| frame.unpack(row));
                        table.count_rows(&rows.wide, |row| *row);
                    }
                }
            });
        }
    }

    /// Takes in what other rows come to.
    pub fn merge(&mut self, other: &Self) {
        fill_chunks(&mut self.tables, 1, |part, tables| {
            for (table, other) in tables.iter_mut().zip(other.tables.get(part)) {
                for (key, other) in other.iter() {
                    table.count(key, |total| total.merge(other));
                }
            }
        });
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tables.iter().map(Table::len).sum()
    }

    /// Whether there is no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tables.iter().all(|table| table.len() == 0)
    }

    /// What there is of one key.
    #[must_use]
    pub fn get(&self, key: K) -> Option<&Total> {
        let (part, key) = parted(key);
        self.tables.get(part)?.get(key)
    }

    /// Every key with its total, in an order that follows from the keys alone.
    pub fn iter(&self) -> impl Iterator<Item = (K, &Total)> {
        let parts = self.tables.iter().enumerate();
        parts.flat_map(|(part, table)| table.iter().map(move |(key, it)| (whole(part, key), it)))
    }

    /// Counts something of a key, which must not come to nothing.
    fn count(&mut self, key: K, count: impl FnOnce(&mut Total)) {
        let (part, key) = parted(key);
        if let Some(table) = self.tables.get_mut(part) {
            table.count(key, count);
        }
    }
}

impl Totals<[u64; 2]> {
    /// What the orders of each customer come to, where a key is a customer and one of their orders,
    /// or their days: all rows of a key are one order, at the instant of the first of them.
    ///
    /// With days, orders of one day are one. With orders, a refund finds its order, and can cancel
    /// it.
    #[must_use]
    pub fn rolled_up(&self, refunded: Refunded) -> Totals {
        let mut customers = Totals::default();
        for ([customer, _], total) in self.iter() {
            customers.count(customer, |customer| customer.roll_up(total, refunded));
        }
        customers
    }
}

/// The memory is given back on all cores.
impl<K: Key> Drop for Totals<K> {
    fn drop(&mut self) {
        fill_chunks(&mut self.tables, 1, |_, tables| tables.fill_with(Table::default));
    }
}

impl<K: Key> From<Vec<(K, Total)>> for Totals<K> {
    fn from(list: Vec<(K, Total)>) -> Self {
        let mut totals = Self::default();
        for (key, other) in list.iter().filter(|(_, other)| !other.is_nothing()) {
            totals.count(*key, |total| total.merge(other));
        }
        totals
    }
}

impl<K: Key> From<Totals<K>> for Vec<(K, Total)> {
    fn from(totals: Totals<K>) -> Self {
        totals.iter().map(|(key, total)| (key, total.clone())).collect()
    }
}
