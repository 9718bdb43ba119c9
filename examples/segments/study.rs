//! The segments of a day, and the shoppers in them.

use std::collections::BTreeMap;
use std::error::Error;

use loyalty::feature::FeatureTable;
use loyalty::id::{CustomerId, SegmentId};
use loyalty::segment::clustered::{Clustered, Clusters};
use loyalty::segment::persona::{Facet, Persona, Topic, personas};
use loyalty::segment::{Fit, Membership, Segment, Segmenter, members, memberships};

use super::base;
use super::methods::{self, Candidate, SEED};
use super::read::Shoppers;

/// All that was found on the first day.
pub struct Study {
    pub shoppers: Shoppers,
    /// The shoppers on the first day.
    pub table: FeatureTable,
    /// All methods that were tried.
    pub candidates: Vec<Candidate>,
    /// The one that was taken, by its position, and why.
    pub taken: usize,
    pub reason: String,
    pub recipe: Clusters,
    /// The segments, with names.
    pub model: Clustered,
    pub personas: Vec<Persona>,
    /// The segment of each shopper who is in one.
    pub members: BTreeMap<CustomerId, SegmentId>,
    /// The same of all shoppers, as other questions want it.
    pub memberships: BTreeMap<CustomerId, Membership>,
}

impl Study {
    /// Compares the methods on the first day with so many draws, and finds and names the segments
    /// by the best.
    pub fn of(shoppers: Shoppers, drawn: usize) -> Result<Self, Box<dyn Error>> {
        let table = base::table(&shoppers, shoppers.first)?;
        let preparation = base::preparation(&shoppers);
        let coordinates = preparation.fit(&table)?.table(&table)?;
        let candidates = methods::candidates(&coordinates, drawn)?;
        let (taken, reason) = methods::best(&candidates).ok_or("no method has found anything")?;
        let method = candidates.get(taken).ok_or("there is such a method")?.method.clone();
        let recipe = Clusters::new(method, preparation);
        let mut model = recipe.fit_seeded(&table, SEED)?;
        let facet = |group: &super::households::Group| {
            let texts = group.of.iter().map(|(id, text)| (id.clone(), [text.clone()]));
            Facet::new(group.name, Topic::Who, texts)
        };
        let facets: Vec<Facet> = shoppers.groups.iter().map(facet).collect();
        let personas = personas(&model, &table, shoppers.first, &facets)?;
        for persona in &personas {
            model.rename(&persona.segment, &persona.name, &persona.to_string());
        }
        let members = members(&model, &table, shoppers.first)?;
        let memberships = memberships(&model, &table, shoppers.first)?;
        Ok(Self {
            shoppers,
            table,
            candidates,
            taken,
            reason,
            recipe,
            model,
            personas,
            members,
            memberships,
        })
    }

    pub fn segments(&self) -> &[Segment] {
        self.model.segments()
    }
}
