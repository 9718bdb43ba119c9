//! What a review of a program finds, told to a marketer.

use std::fmt::{self, Display};

use super::{PointsReview, Pump, Review};
use crate::points::Points;

impl Display for Review {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(offers) = &self.offers {
            for remark in &offers.remarks {
                writeln!(f, "{remark}")?;
            }
            writeln!(f, "offers take off: {}", offers.most)?;
        }
        self.points.fmt(f)
    }
}

impl Display for PointsReview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.earned {
            Some(earned) => write!(f, "{} earn at most {}", self.spent, Counted(earned))?,
            None => f.write_str("points are given in the host's own way")?,
        }
        if let Some((worth, back)) = self.worth().zip(self.back()) {
            write!(f, ", worth at most {worth}: {back}")?;
        }
        for offer in &self.unvalued {
            write!(f, "\nwhat `{offer}` is worth depends on the cart")?;
        }
        for pump in &self.pumps {
            write!(f, "\n{pump}")?;
        }
        if self.more {
            f.write_str("\nthere are more ways to try than were tried")?;
        }
        Ok(())
    }
}

impl Display for Pump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.event {
            Some(event) => write!(f, "`{event}` again and again gains {}", Counted(self.points))?,
            None => {
                write!(f, "who buys for {}", self.paid)?;
                if self.refunded.minor() > 0 {
                    write!(f, " and is paid {} back", self.refunded)?;
                }
                write!(f, " gains {}", Counted(self.points))?;
                for (at, source) in self.sources.iter().enumerate() {
                    f.write_str(if at == 0 { " of " } else { " and " })?;
                    write!(f, "`{}`", source.name())?;
                }
            }
        }
        f.write_str(" each time")?;
        match self.worth {
            Some(worth) if self.event.is_none() => {
                write!(f, ", worth {worth}: {} more than it cost", self.gain)
            }
            Some(worth) => write!(f, ", worth {worth}"),
            None => Ok(()),
        }
    }
}

/// So many points.
struct Counted(Points);

impl Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.0 == Points(1) { "point" } else { "points" };
        write!(f, "{} {word}", self.0)
    }
}
