//! Balanced numbers as features of single customers.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{ShrinkageFault, Shrinker};
use crate::feature::{Extractor, Feature, Snapshot};
use crate::path::{Path, Problems};
use crate::rule::{Kind, Text, Value};
use crate::segment::Segmenter;

/// A balanced number as a feature that rules can name, told from a customer's own features and the
/// segment that they are in.
#[derive(Clone)]
pub struct ShrunkFeature {
    balanced: Shrinker,
    name: Text,
    /// Which of the balanced numbers it is.
    position: usize,
    inputs: Vec<Feature>,
    segmenter: Arc<dyn Segmenter>,
    segment_inputs: Vec<Feature>,
}

impl Shrinker {
    /// The balanced numbers as features, one for each of
    /// [`Shrinkage::outputs`](super::Shrinkage::outputs); the segmenter says whose prior counts.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use loyalty::feature::Extractor;
    /// use loyalty::segment::shrinkage::{Shrinkage, Shrinker, Prior, Quantity};
    /// use loyalty::segment::rules::RuleSegments;
    /// use loyalty::rule::Schema;
    ///
    /// let quantity =
    ///     Quantity::Count { events: "orders".into(), exposure: Some("tenure_days".into()) };
    /// let overall = Prior::Gamma { events: 2.0, exposure: 60.0 };
    /// let recipe = Shrinkage::new("orders_per_day", quantity);
    /// let balanced = Shrinker { recipe, segments: Default::default(), overall };
    /// let segments = RuleSegments::check(&[], &Schema::default())?;
    /// let features = balanced.features(Arc::new(segments))?;
    /// assert_eq!(features[0].name(), "orders_per_day");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// All inputs of the recipe and of the segmenter that are no features of this crate.
    pub fn features(
        &self,
        segmenter: Arc<dyn Segmenter>,
    ) -> Result<Vec<ShrunkFeature>, Problems<ShrinkageFault>> {
        let mut problems = Problems::none();
        let inputs = parsed("quantity", &self.recipe.inputs(), &mut problems);
        let segment_inputs = parsed("segmenter", segmenter.inputs(), &mut problems);
        let outputs = self.recipe.outputs().into_iter().enumerate();
        let feature = |(position, name)| ShrunkFeature {
            balanced: self.clone(),
            name,
            position,
            inputs: inputs.clone(),
            segmenter: Arc::clone(&segmenter),
            segment_inputs: segment_inputs.clone(),
        };
        problems.into_result(outputs.map(feature).collect())
    }
}

fn parsed(place: &str, names: &[Text], problems: &mut Problems<ShrinkageFault>) -> Vec<Feature> {
    let mut features = Vec::new();
    for (index, name) in names.iter().enumerate() {
        match name.as_str().parse() {
            Ok(feature) => features.push(feature),
            Err(_) => {
                let fault = ShrinkageFault::NoFeature { name: name.clone() };
                problems.add(Path::from(place).item(index), fault);
            }
        }
    }
    features
}

impl Extractor for ShrunkFeature {
    fn name(&self) -> &str {
        self.name.as_str()
    }

    fn kind(&self) -> Kind {
        Kind::Number
    }

    fn extract(&self, snapshot: &Snapshot<'_>) -> Option<Value> {
        let values = |features: &[Feature]| -> Vec<Option<Value>> {
            features.iter().map(|feature| snapshot.value(feature)).collect()
        };
        let row = values(&self.segment_inputs);
        let membership = self.segmenter.assign(&row, snapshot.moment().today());
        let found = self.balanced.estimate(&membership, &values(&self.inputs))?;
        Value::number(found.get(self.position)?.estimate.value)
    }

    /// When one of the features that it looks at changes, or the day.
    fn next_change(&self, snapshot: &Snapshot<'_>) -> Option<DateTime<Utc>> {
        let features = self.inputs.iter().chain(&self.segment_inputs);
        let changes = features.filter_map(|feature| snapshot.next_change(feature));
        changes.chain(snapshot.next_midnight()).min()
    }
}
