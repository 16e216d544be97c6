"""Totals and estimates of 22 items by 63 domains, beside R's `survey` and a compiled GROUP BY of the same sums.

    python -m benchmarks.scoring.engines                      35,796 rows with R, and 1 million rows
    python -m benchmarks.scoring.engines --rows 10000000      so many rows alone, and the memory they take
    python -m benchmarks.scoring.engines --rows N --parquet   the same out of a Parquet file, rows never in memory

Made-up rows: 746 PSUs in 126 strata (63 provinces, town and country), weights, five answers and 8 % missing. Every
ratio is between times of the same run. R needs the package `survey` (Debian's r-cran-survey).
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np

from benchmarks.clock import header, measure, peak
from scoring import Node, Pair, Partition, Plan, SurveyDesign, engines, estimate
from scoring.engines.relation import RowColumns, totals_of_relation

R_SCRIPT = Path(__file__).with_name("against_r.R")
N_ITEMS, N_DOMAINS, N_PSUS = 22, 63, 746
TOP_BOX = np.array([0, 0, 0, 100, 100, np.nan])
ROWS, MILLION = 35_796, 1_000_000


class Made:
    """The file: answers of shape (items, n) in bytes, sorted by PSU as fieldwork delivers it."""

    def __init__(self, n: int):
        rng = np.random.default_rng(20261121)
        # Two to ten PSUs per stratum; the sizes of PSUs vary.
        psu_stratum = np.sort(
            np.concatenate([np.repeat(np.arange(126), 2), rng.integers(0, 126, N_PSUS - 252)])
        )
        self.psu = np.sort(rng.choice(N_PSUS, n, p=rng.dirichlet(np.full(N_PSUS, 8.0)))).astype(np.int32)
        self.stratum = psu_stratum[self.psu].astype(np.int32)
        self.domain = self.stratum // 2
        self.w = rng.uniform(0.5, 2.0, n) * 250
        level = rng.normal(0, 0.5, N_PSUS)[self.psu].astype(np.float32)
        self.answers = np.empty((N_ITEMS, n), dtype=np.uint8)
        for row in self.answers:
            row[:] = np.clip(level + rng.standard_normal(n, dtype=np.float32) + 3, 0, 4).astype(np.uint8)
            row[rng.random(n, dtype=np.float32) < 0.08] = 5

    def design(self) -> SurveyDesign:
        return SurveyDesign(len(self.w), weight=self.w, stratum=self.stratum, clusters=(self.psu,))

    def partition(self) -> Partition:
        return Partition("province", tuple(f"{d:02}" for d in range(N_DOMAINS)), self.domain.astype(np.intp))

    def columns(self) -> dict[str, np.ndarray]:
        named = {"psu": self.psu, "stratum": self.stratum, "domain": self.domain, "w": self.w}
        return named | {f"q{j:02}": row for j, row in enumerate(self.answers)}


def plan() -> Plan:
    """22 items in five factors and an index."""
    parts = np.array_split(np.arange(N_ITEMS), 5)
    factors = tuple(
        Node(f"i.f{k}", "top_box", "pooled_answers", tuple(part.tolist())) for k, part in enumerate(parts)
    )
    index = Node("i", "top_box", "mean_of_children", children=factors)
    pairs = tuple(Pair(j, "top_box", TOP_BOX) for j in range(N_ITEMS))
    return Plan(tuple(f"q{j:02}" for j in range(N_ITEMS)), (6,) * N_ITEMS, pairs, (index,))


def group_by(connection: duckdb.DuckDBPyConnection) -> dict[str, np.ndarray]:
    """The compiled one-pass: 44 weighted sums by PSU, and nothing else."""
    sums = ", ".join(
        f"sum(w * (q{j:02} < 5)::DOUBLE) AS v{j}, sum(w * (q{j:02} = 3 OR q{j:02} = 4)::DOUBLE) AS s{j}"
        for j in range(N_ITEMS)
    )
    return connection.execute(f"SELECT psu, {sums} FROM made GROUP BY psu").fetchnumpy()


def memory(work: Callable[[], object]) -> float:
    """MiB that a piece of work takes at its height, beyond what was there before."""
    tracemalloc.start()
    work()
    _, height = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return height / 2**20


def run_here(made: Made, runs: int) -> dict[str, float]:
    """Times of the parts, in milliseconds."""
    scored, design, partition = plan(), made.design(), made.partition()
    arrays, other = engines.load("arrays"), engines.load("duckdb")
    first = arrays(made.answers, scored, design, partition, products=False)
    full = arrays(made.answers, scored, design, partition)
    took = {}

    def timed(name: str, work: Callable[[], object]) -> None:
        took[name] = measure(name, work, runs)

    def all_of_it(products: bool) -> None:
        totals = arrays(made.answers, scored, design, partition, products=products)
        estimate(totals, scored, design).confidence_interval(0.95)

    header()
    timed("design from labels", made.design)
    timed("arrays: first order", lambda: arrays(made.answers, scored, design, partition, products=False))
    timed("arrays: both orders", lambda: arrays(made.answers, scored, design, partition))
    timed("estimates from first-order totals", lambda: estimate(first, scored, design))
    timed("estimates with design effects", lambda: estimate(full, scored, design))
    timed("intervals", lambda: estimate(first, scored, design).confidence_interval(0.95))
    timed("answers to intervals", lambda: all_of_it(False))
    timed("answers to intervals and design effects", lambda: all_of_it(True))
    timed("duckdb: first order", lambda: other(made.answers, scored, design, partition, products=False))
    timed("duckdb: both orders", lambda: other(made.answers, scored, design, partition))
    for threads in (1, 2):
        with duckdb.connect(":memory:", config={"threads": threads}) as connection:
            connection.register("made", made.columns())
            timed(f"GROUP BY of 44 sums, {threads} thread(s)", lambda c=connection: group_by(c))
    for name, products in (("first order", False), ("both orders", True)):
        height = memory(lambda p=products: arrays(made.answers, scored, design, partition, products=p))
        print(f"arrays, {name}: {height:.1f} MiB beyond the input")
    return took


def run_r(made: Made, looped: int) -> dict:
    """R's times in seconds, and the largest relative difference of its standard errors from ours."""
    with tempfile.TemporaryDirectory() as folder:
        with duckdb.connect(":memory:") as connection:
            connection.register("made", made.columns())
            connection.execute(f"COPY (SELECT * FROM made) TO '{folder}/rows.csv' (HEADER)")
        subprocess.run(["Rscript", str(R_SCRIPT), folder, str(looped)], check=True)
        found = json.loads((Path(folder) / "r.json").read_text(encoding="utf-8"))
    design = made.design()
    totals = engines.load("arrays")(made.answers, plan(), design, made.partition(), products=False)
    ours = estimate(totals, plan(), design).std_error
    theirs = np.array(list(found["std_error"].values())).T / 1.0
    last = np.array(found["last_std_error"])
    found["difference"] = max(
        np.max(np.abs(ours[:, :looped] / theirs - 1)), np.max(np.abs(ours[-1, :N_ITEMS] / last - 1))
    )
    return found


def ratios(took: dict[str, float], r: dict | None) -> None:
    """The targets, as ratios within this run."""
    compiled = min(took[f"GROUP BY of 44 sums, {threads} thread(s)"] for threads in (1, 2))
    print(f"first order / GROUP BY: {took['arrays: first order'] / compiled:.2f} (target: at most 3)")
    print(f"both orders / GROUP BY: {took['arrays: both orders'] / compiled:.2f} (target: at most 6)")
    if r is None:
        return
    whole = took["answers to intervals"]
    loop = 1000 * r["loop"] * N_ITEMS / r["looped"]
    best = 1000 * min(r["totals_by"], r["totals_delta"])
    how = "" if r["looped"] == N_ITEMS else f", {r['looped']} of 22 items taken, scaled up"
    print(f"R survey {r['version']}: svydesign {r['design']:.2f} s")
    print(
        f"R loop of svyby(svyratio) {loop / 1000:.1f} s{how}: {loop / whole:.0f} times ours (target: 1,000)"
    )
    print(f"R svyby(44 totals, svytotal), no ratios yet: {r['totals_by']:.2f} s")
    print(f"R svytotal of 44 by province and delta method: {r['totals_delta']:.2f} s")
    print(f"R best of the two: {best / whole:.0f} times ours (target: 100)")
    print(f"largest relative difference of standard errors: {r['difference']:.1e}")


def run_parquet(n: int) -> None:
    """Out of a Parquet file: the rows are written by parts first, and never held."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(":memory:") as connection:
        connection.register("made", Made(min(n, MILLION)).columns())
        copies = -(-n // MILLION)
        connection.execute(f"COPY (SELECT * FROM made) TO '{folder}/part.parquet' (FORMAT parquet)")
        connection.unregister("made")
        for k in range(copies):
            shutil.copy(f"{folder}/part.parquet", f"{folder}/p{k:04}.parquet")
        named = [f"q{j:02}" for j in range(N_ITEMS)]
        columns = RowColumns(named, weight="w", stratum="stratum", clusters=("psu",), by="domain")
        relation = f"read_parquet('{folder}/p0*.parquet')"
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        for products in (False, True):
            begun = time.perf_counter()
            read = totals_of_relation(connection, relation, plan(), columns, products=products)
            estimate(read.totals, plan(), read.design).confidence_interval(0.95)
            took = time.perf_counter() - begun
            print(
                f"{read.n_rows:,} rows of Parquet, {'both orders' if products else 'first order'}: {took:.2f} s"
            )
        print(f"peak before {before:.0f} MiB; at the end:")
        peak()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, help="so many rows alone, without R")
    parser.add_argument("--parquet", action="store_true", help="out of a Parquet file")
    parser.add_argument(
        "--r-items", type=int, default=N_ITEMS, help="items of the loop in R, scaled up to 22"
    )
    parser.add_argument("--no-r", action="store_true", help="leave R out")
    given = parser.parse_args()
    if given.parquet:
        run_parquet(given.rows or MILLION)
        return
    sizes = [given.rows] if given.rows else [ROWS, MILLION]
    for n in sizes:
        made = Made(n)
        print(f"\n{n:,} rows x {N_ITEMS} items x {N_DOMAINS} domains, milliseconds")
        took = run_here(made, 15 if n < MILLION else 3 if n == MILLION else 1)
        beside_r = given.rows is None and n == ROWS and not given.no_r and shutil.which("Rscript") is not None
        ratios(took, run_r(made, given.r_items) if beside_r else None)
        peak()


if __name__ == "__main__":
    main()
