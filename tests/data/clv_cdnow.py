"""The CDNOW sample up to 30 September 1997, from its log: writes clv_cdnow.csv and clv_cdnow_spend.csv
beside itself.

Each history (repeat purchases, days to the last, days to the end) once, with the number of customers.
Purchases of one day count as one. And of each number of repeat purchases each sum of their amounts in
cents, with the number of customers.
"""

import pathlib

import pandas as pd

HERE = pathlib.Path(__file__).parent
END = pd.Timestamp("1997-09-30")

log = pd.read_csv(HERE / "../../examples/data/cdnow_sample.csv", parse_dates=["date"])
log["cents"] = (log.amount_usd * 100).round().astype(int)
log = log[log.date <= END].groupby(["customer_id", "date"], as_index=False).cents.sum()
by = log.groupby("customer_id").date
table = pd.DataFrame({
    "x": by.size() - 1,
    "t_x": (by.max() - by.min()).dt.days,
    "T": (END - by.min()).dt.days,
})
table.groupby(["x", "t_x", "T"]).size().rename("n").reset_index().to_csv(
    HERE / "clv_cdnow.csv", index=False
)

later = log[log.date > log.groupby("customer_id").date.transform("min")]
by = later.groupby("customer_id").cents
spend = pd.DataFrame({"x": by.size(), "cents": by.sum()})
spend.groupby(["x", "cents"]).size().rename("n").reset_index().to_csv(
    HERE / "clv_cdnow_spend.csv", index=False
)
