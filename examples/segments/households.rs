//! What the Complete Journey knows of its households besides their baskets.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use loyalty::id::{CustomerId, IdError};
use loyalty::rule::Text;

use super::baskets::fields;

/// Groups of customers by one attribute.
pub struct Group {
    pub name: &'static str,
    pub of: BTreeMap<CustomerId, Text>,
}

/// The file with the households, and which of its columns are looked at.
const FILE: &str = "completejourney_demographics.csv";
const COLUMNS: [(&str, &str); 3] =
    [("age", "age"), ("income", "income"), ("household_comp", "household")];

/// The groups in the file of households that stands beside the baskets; none without one.
///
/// # Errors
/// A file that cannot be read, a column that is not there, or a household without a number.
pub fn beside(baskets: &Path) -> Result<Vec<Group>, Box<dyn Error>> {
    let file = baskets.with_file_name(FILE);
    if file.is_file() { groups(&std::fs::read_to_string(&file)?) } else { Ok(Vec::new()) }
}

fn groups(csv: &str) -> Result<Vec<Group>, Box<dyn Error>> {
    let mut lines = csv.lines();
    let header = fields(lines.next().unwrap_or_default());
    let place = |name: &str| {
        let found = header.iter().position(|column| *column == name);
        found.ok_or_else(|| format!("{FILE}: there is no column `{name}`"))
    };
    let household = place("household_id")?;
    let mut groups = Vec::new();
    for (column, name) in COLUMNS {
        let column = place(column)?;
        let mut of = BTreeMap::new();
        for line in lines.clone() {
            let fields = fields(line);
            let field = |place: usize| fields.get(place).copied().unwrap_or_default();
            // What is not known is in no group.
            if !matches!(field(column), "" | "NA" | "Unknown") {
                of.insert(id(field(household).parse()?)?, Text::from(field(column)));
            }
        }
        groups.push(Group { name, of });
    }
    Ok(groups)
}

/// The customer that a household is.
pub fn id(household: i64) -> Result<CustomerId, IdError> {
    CustomerId::new(format!("household-{household:04}"))
}
