"""Runs DuckDB and Polars on the columns that `cargo bench --bench rfm` left in a folder.

    cargo bench --bench rfm --features rayon -- 10000000 /tmp/rfm/
    python benches/rfm/peers.py /tmp/rfm/

Recency, orders and spend of each customer, and quintiles of each by `ntile`, as one writes it in
SQL; two threads, time of the wall, the least of five. Memory is by how much the process grew at
most, the log being in it already. The scores of a sample of customers are compared with ours.
"""

import json
import os
import pathlib
import sys
import threading
import time

os.environ["POLARS_MAX_THREADS"] = "2"

import duckdb
import numpy
import polars

TIMES = 5


def least(answer):
    took = []
    for _ in range(TIMES):
        start = time.perf_counter()
        answer()
        took.append(time.perf_counter() - start)
    return min(took)


def resident():
    """Bytes of memory that this process has of its own, without files."""
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) << 10
    return 0


def most(answer):
    """By how many MiB the memory grew at most."""
    before, peak, done = resident(), [0], threading.Event()

    def watch():
        while not done.wait(0.002):
            peak[0] = max(peak[0], resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    answer()
    done.set()
    watcher.join()
    return (peak[0] - before) >> 20


def main():
    folder = pathlib.Path(sys.argv[1])
    ours = {}
    for line in (folder / "ours.jsonl").read_text().splitlines():
        figure = json.loads(line)
        ours[figure["key"]] = figure["value"]
    own = ours["totals and scores"]
    columns = {
        "customer": numpy.memmap(folder / "customers.u64", "<u8"),
        "at": numpy.memmap(folder / "at.i64", "<i8"),
        "net": numpy.memmap(folder / "net.i64", "<i8"),
    }
    space = ours["MiB beside the columns"]
    print(f"{len(columns['at'])} orders; ours {own * 1e3:.0f} ms, {space:.0f} MiB beside the columns")

    connection = duckdb.connect(config={"threads": 2})
    log = polars.DataFrame(columns)
    arrow = log.to_arrow()
    connection.execute("create table log as select * from arrow")
    query = """
        create or replace table scored as
        with totals as (
            select customer, max("at") as last, count(*) as orders, sum(net) as spend
            from log group by customer)
        select customer, ntile(5) over (order by last) as r,
            ntile(5) over (order by orders) as f, ntile(5) over (order by spend) as m
        from totals"""
    mib = most(lambda: connection.execute(query))
    took = least(lambda: connection.execute(query))
    print(f"duckdb {duckdb.__version__:<10} {took * 1e3:8.0f} ms  ratio {took / own:5.2f}"
          f"  {mib:6} MiB  ratio {mib / space:5.2f}")

    def quintile(column):
        rank = polars.col(column).rank("ordinal")
        return ((rank - 1) * 5 // polars.len() + 1).alias(column[0])

    def scored():
        totals = log.lazy().group_by("customer").agg(
            polars.col("at").max().alias("last"),
            polars.len().alias("orders"),
            polars.col("net").sum().alias("spend"),
        )
        return totals.with_columns(*map(quintile, ("last", "orders", "spend"))).collect()

    mib = most(scored)
    took = least(scored)
    print(f"polars {polars.__version__:<10} {took * 1e3:8.0f} ms  ratio {took / own:5.2f}"
          f"  {mib:6} MiB  ratio {mib / space:5.2f}")

    found = dict(connection.execute("select customer, m from scored").fetchall())
    told = [tuple(map(int, line.split(","))) for line in (folder / "scores.csv").open()]
    same = sum(found[customer] == score % 10 for customer, score in told)
    print(f"spend scored alike: {same} of {len(told)}; recency and orders have ties that fall as they come")


if __name__ == "__main__":
    main()
