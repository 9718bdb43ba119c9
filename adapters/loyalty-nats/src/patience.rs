//! For how long something is tried again.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::fault::Fault;

const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Tries that are made until one works, further and further apart, until patience is over.
pub(crate) struct Patience {
    until: Instant,
    pause: Duration,
}

impl Patience {
    pub(crate) fn of(length: Duration) -> Self {
        Self { until: Instant::now() + length, pause: FIRST_PAUSE }
    }

    /// Waits before another try, unless none would help or there was time enough.
    pub(crate) async fn bear(&mut self, fault: Fault) -> Result<(), Fault> {
        if !fault.passes() || Instant::now() >= self.until {
            return Err(fault);
        }
        sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        Ok(())
    }
}
