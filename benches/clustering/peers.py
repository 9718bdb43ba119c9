"""Runs other packages on the data that `cargo bench --bench clustering -- FOLDER/` left in a folder.

    cargo bench --bench clustering -- /tmp/clusters/
    python benches/clustering/peers.py /tmp/clusters/ [section ...]

Each section is a file of its own next to this one, with `run(data, tell)`: `data(name)` gives the
points and the true labels, `tell(key, value)` takes a figure under the key that the benchmark gave
its own. All run on one thread, timed in CPU time, least of several runs.
"""

import importlib
import json
import os
import pathlib
import platform
import sys

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy
import threadpoolctl

HERE = pathlib.Path(__file__).parent
SECTIONS = sorted(p.stem for p in HERE.glob("*.py") if p.stem not in ("peers", "timing"))


def main():
    folder = pathlib.Path(sys.argv[1])
    wanted = sys.argv[2:] or SECTIONS
    ours = {}
    for line in (folder / "ours.jsonl").read_text().splitlines():
        figure = json.loads(line)
        ours[figure["key"]] = figure

    def data(name):
        shape = json.loads((folder / f"{name}.json").read_text())
        points = numpy.fromfile(folder / f"{name}.f64", "<f8")
        labels = numpy.fromfile(folder / f"{name}.labels", "<u4")
        return points.reshape(shape["rows"], shape["columns"]), labels

    def tell(key, value):
        mine = ours.get(key)
        ratio = f"{value / mine['value']:8.2f}" if mine and mine["value"] else "       -"
        own = f"{mine['value']:14.3f} {mine['unit']}" if mine else "             -"
        print(f"{key:<34} peer {value:14.3f}  ratio {ratio}  ours {own}", flush=True)

    print(platform.python_implementation(), platform.python_version(), "numpy", numpy.__version__)
    for name in wanted:
        section = importlib.import_module(name)
        print(f"{name}:", ", ".join(section.versions()))
        with threadpoolctl.threadpool_limits(limits=1):
            section.run(data, tell)


if __name__ == "__main__":
    main()
