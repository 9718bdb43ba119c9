"""Takes a few baskets and households out of the Complete Journey, once as Parquet and once as CSV.

Run with the folder of the whole data as its argument; pyarrow 26.0.1.
"""

import datetime as dt
import pathlib
import sys

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.parquet as pq

WHOLE = pathlib.Path(sys.argv[1])
HERE = pathlib.Path(__file__).parent
HOUSEHOLDS = [1, 2, 1001]

whole = pq.read_table(WHOLE / "completejourney_baskets.parquet")
few = whole.filter(pc.is_in(whole["household_id"], pa.array(HOUSEHOLDS, pa.uint32())))
few = few.filter(pc.less(few["ts"], pa.scalar(dt.datetime(2017, 2, 15), pa.timestamp("ms"))))
nothing = whole.filter(pc.equal(whole["quantity"], 0)).slice(0, 1)
few = pa.concat_tables([few, nothing])
pq.write_table(few, HERE / "completejourney_baskets.parquet", compression="zstd")
csv.write_csv(few, HERE / "completejourney_baskets.csv", csv.WriteOptions(quoting_style="none"))
lines = (WHOLE / "completejourney_demographics.csv").read_text().splitlines()
kept = [line for line in lines[1:] if int(line.split(",")[0]) in HOUSEHOLDS]
(HERE / "completejourney_demographics.csv").write_text("\n".join([lines[0], *kept]) + "\n")
