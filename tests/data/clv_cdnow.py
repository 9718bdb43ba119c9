"""The CDNOW sample up to 30 September 1997, from its log: writes clv_cdnow.csv beside itself.

Each history (repeat purchases, days to the last, days to the end) once, with the number of customers.
Purchases of one day count as one.
"""

import pathlib

import pandas as pd

HERE = pathlib.Path(__file__).parent
END = pd.Timestamp("1997-09-30")

log = pd.read_csv(HERE / "../../examples/data/cdnow_sample.csv", parse_dates=["date"])
log = log[log.date <= END].drop_duplicates(["customer_id", "date"])
by = log.groupby("customer_id").date
table = pd.DataFrame({
    "x": by.size() - 1,
    "t_x": (by.max() - by.min()).dt.days,
    "T": (END - by.min()).dt.days,
})
table.groupby(["x", "t_x", "T"]).size().rename("n").reset_index().to_csv(
    HERE / "clv_cdnow.csv", index=False
)
