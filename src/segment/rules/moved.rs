//! What moved a customer into segments of rules and out of them.

use chrono::NaiveDate;

use crate::id::SegmentId;
use crate::rule::{Aim, Because, Finding, Truth, Value, Verdict};
use crate::segment::migration::{Cause, Turn};

use super::RuleSegments;

impl RuleSegments {
    /// The conditions that turned, of every segment that was joined or left.
    pub(super) fn moved(
        &self,
        (then, then_on): (&[Option<Value>], NaiveDate),
        (now, now_on): (&[Option<Value>], NaiveDate),
    ) -> Vec<Cause> {
        let (before, after) = (self.facts(then, then_on), self.facts(now, now_on));
        let mut causes = Vec::new();
        for ((segment, old), (_, new)) in self.explain(&before).zip(self.explain(&after)) {
            if old.truth.holds() != new.truth.holds() {
                let (mut old_findings, mut new_findings) = (Vec::new(), Vec::new());
                findings(&old, &mut old_findings);
                findings(&new, &mut new_findings);
                let pairs = old_findings.into_iter().zip(new_findings);
                causes.extend(pairs.filter_map(|(old, new)| turned(&segment.id, old, new)));
            }
        }
        causes
    }
}

/// All findings of a verdict, in the order of the rule; two verdicts of one rule have as many.
fn findings<'a>(verdict: &'a Verdict, found: &mut Vec<&'a Finding>) {
    match &verdict.because {
        Because::Constant => {}
        Because::All(parts) | Because::Any(parts) | Because::AtLeast { of: parts, .. } => {
            parts.iter().for_each(|part| findings(part, found));
        }
        Because::Not(part) => findings(part, found),
        Because::Finding(finding) => found.push(finding),
    }
}

fn turned(segment: &SegmentId, old: &Finding, new: &Finding) -> Option<Cause> {
    let truth = as_wanted(new);
    (as_wanted(old) != truth).then(|| Cause {
        feature: new.field.clone(),
        then: old.found.clone(),
        now: new.found.clone(),
        turn: Turn::Condition { segment: segment.clone(), wanted: new.demand(), truth },
        weight: 1.0,
    })
}

/// What became of what [`Finding::demand`] says: under a "not" it says the opposite.
fn as_wanted(finding: &Finding) -> Truth {
    match finding.aim {
        Aim::Hold => finding.truth,
        Aim::Fail => !finding.truth,
    }
}
