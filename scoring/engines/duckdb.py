"""Totals of rows that DuckDB reads, page by page; `scoring.engines.relation` makes them of a table never loaded whole.

One thread hands over the rows in their order, so that the same rows give the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import duckdb
import numpy as np
from numpy.typing import NDArray

from scoring.design import SurveyDesign
from scoring.domains import Partition
from scoring.engines.arrays import add_clustered, row_factor
from scoring.engines.blocks import add_products, centred_columns
from scoring.engines.summing import SUMMED, FirstOrder
from scoring.errors import ScoringError, some
from scoring.plan import Plan
from scoring.totals import Totals

# Rows fetched at a time for the second order: 22 answers, weight and codes take some 60 MB as they come.
PAGE = 1 << 19
# Rows whose columns are multiplied at a time.
BLOCK = 1 << 15


def totals(
    answers: NDArray[np.integer],
    plan: Plan,
    design: SurveyDesign,
    partition: Partition,
    *,
    products: bool = True,
) -> Totals:
    """Totals of `answers`, int array of shape (items, n), each the position of a row's answer state.

    Parameters
    ----------
    answers : int array, shape (items, n); the order of the items is the plan's.
    plan, design, partition
        Of the same n rows.
    products : bool
        False leaves the design effects out; the second order is made all the same where rows are their own PSUs,
        and where later stages count, since the variance needs it.

    Returns
    -------
    Totals
        Those of the engine `arrays`, but for rounding in the last digits (1e-12).

    Raises
    ------
    ScoringError
        Shapes that do not fit; an answer or a domain out of range.

    Notes
    -----
    First order: DuckDB finds the cells that occur and hands over the rows in pages, in their order, which are added up
    as the engine `arrays` does it (`scoring.engines.summing`). Second order: a second pass, with columns centred on
    what the first pass gave [1]_. Units of later stages that hold several rows are added up from the arrays
    themselves, as the engine `arrays` does it. Slower than `arrays` on arrays: it is for tables, by
    `totals_of_relation`.

    References
    ----------
    .. [1] Chan, T. F., Golub, G. H. and LeVeque, R. J. (1983). Algorithms for computing the sample variance.
       *The American Statistician* 37, 242-247 (the two-pass algorithm).

    Examples
    --------
    >>> from scoring import Pair
    >>> plan = Plan(("q1",), (2,), (Pair(0, "top_box", np.array([0.0, 100.0])),))
    >>> made = totals(np.array([[0, 1, 1]]), plan, SurveyDesign(3, weight=[1, 2, 3]), Partition.whole(3))
    >>> made.score.tolist(), made.valid.tolist()
    ([[500.0]], [[6.0]])
    """
    if answers.shape != (len(plan.items), design.n_rows):
        raise ScoringError(
            f"`answers` must be items x rows, {len(plan.items)} x {design.n_rows}; given: {answers.shape}."
        )
    _check_partition(partition, design.n_rows)
    rows = {"domain": partition.row_domain, "w": design.w}
    rows["u0"] = design.row_stratum if design.rows_are_psus else design.psu
    factor = row_factor(design)
    if factor is not None:
        rows["factor"] = factor
    rows |= {f"q{j}": states for j, states in enumerate(answers)}
    n_units = design.n_strata if design.rows_are_psus else len(design.psu_stratum)
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.register("coded", {name: np.ascontiguousarray(column) for name, column in rows.items()})
        source = Source(connection, "coded", plan, 1, lambda units: units[0], n_units)
        first = source.first_order(partition)
        if not (products or design.rows_are_psus or design.inner):
            return first
        second = source.second_order(first, None if factor is None else lambda page: page["factor"], products)
    if design.inner and second.inner is None:
        second = replace(second, inner=np.zeros((second.n_domains, plan.n_columns, plan.n_columns)))
    return add_clustered(answers, plan, design, second)


class Source:
    """Rows as DuckDB sees them: `domain` (-1 for none), `u0`… (codes of the unit), `w`, and `q0`… (answer states)."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        name: str,
        plan: Plan,
        n_codes: int,
        unit: Callable[[list[NDArray]], NDArray],
        n_units: int,
        relation: str = "coded",
    ):
        self.connection, self.name, self.plan = connection, name, plan
        self.codes = [f"u{c}" for c in range(n_codes)]
        self.unit, self.n_units, self.relation = unit, n_units, relation

    def first_order(self, partition: Partition) -> Totals:
        cells = self._cells()
        sums = FirstOrder(self.plan, len(partition.domains), cells, self.n_units)
        for page in self._pages():
            self._check(page)
            domain = page["domain"].astype(np.intp)
            inside = np.flatnonzero(domain >= 0)
            key = domain * self.n_units + self.unit([page[code].astype(np.intp) for code in self.codes])
            for start in range(0, len(inside), SUMMED):
                rows = inside[start : start + SUMMED]
                sums.add(
                    self._answers(page, rows),
                    domain[rows],
                    np.searchsorted(cells, key[rows]),
                    page["w"][rows],
                )
        return sums.totals(partition)

    def second_order(
        self, first: Totals, factor: Callable[[dict[str, NDArray]], NDArray] | None, products: bool
    ) -> Totals:
        """Products of columns centred on the domain's own figures; `factor` of a page's rows where they are units."""
        n_domains, k = first.n_domains, self.plan.n_columns
        weighted = np.zeros((n_domains, k, k)) if products else None
        inner = np.zeros((n_domains, k, k)) if factor is not None else None
        ratios = np.nan_to_num(first.ratios(self.plan))
        for page in self._pages():
            order = np.argsort(page["domain"], kind="stable")
            order = order[np.searchsorted(page["domain"][order], 0) :]
            of_row = None if factor is None else factor(page)
            for start in range(0, len(order), BLOCK):
                rows = order[start : start + BLOCK]
                domain, w = page["domain"][rows].astype(np.intp), page["w"][rows]
                columns = centred_columns(self.plan, self._answers(page, rows), domain, ratios)
                if weighted is not None:
                    add_products(weighted, columns, w, domain)
                if inner is not None:
                    add_products(inner, columns, w * w * of_row[rows], domain)
        return replace(first, products=weighted, inner=inner)

    def _cells(self) -> NDArray[np.intp]:
        """The keys domain * n_units + unit that occur, sorted."""
        by = ", ".join(["domain", *self.codes])
        found = self.connection.execute(
            f"SELECT DISTINCT {by} FROM {self.name} WHERE domain >= 0"
        ).fetchnumpy()
        unit = self.unit([found[code].astype(np.intp) for code in self.codes])
        return np.unique(found["domain"].astype(np.intp) * self.n_units + unit)

    def _answers(self, page: dict[str, NDArray], rows: NDArray[np.intp]) -> NDArray[np.integer]:
        return np.stack([page[f"q{j}"][rows] for j in range(len(self.plan.items))])

    def _check(self, page: dict[str, NDArray]) -> None:
        for j, m in enumerate(self.plan.n_states):
            states = page[f"q{j}"]
            if states.min() < 0 or states.max() >= m:
                self._refuse_states(j, m)

    def _refuse_states(self, j: int, m: int) -> None:
        # Counted, it would fall into the cell of a neighbour.
        rows = rows_where(self.connection, self.name, f"q{j} < 0 OR q{j} >= {m}")
        raise ScoringError(
            f"`answers` of item {self.plan.items[j]} must be positions 0 to {m - 1}; rows {some(rows)} hold others."
        )

    def _pages(self) -> Iterator[dict[str, NDArray]]:
        """The rows in their order, a page at a time; DuckDB skips what lies before a page by whole row groups."""
        start = 0
        while True:
            page = self.connection.execute(
                f"SELECT * FROM {self.name} LIMIT {PAGE} OFFSET {start}"
            ).fetchnumpy()
            if len(page["domain"]):
                yield page
            if len(page["domain"]) < PAGE:
                return
            start += PAGE


def _check_partition(partition: Partition, n_rows: int) -> None:
    if partition.row_domain.shape != (n_rows,):
        raise ScoringError(
            f"`partition` must place every row, {n_rows}; given: shape {partition.row_domain.shape}."
        )
    wrong = (partition.row_domain < -1) | (partition.row_domain >= len(partition.domains))
    if wrong.any():
        raise ScoringError(
            f"`partition` has {len(partition.domains)} domains; rows {some(np.flatnonzero(wrong) + 1)} stand in others."
        )


def rows_where(connection: duckdb.DuckDBPyConnection, source: str, condition: str) -> list[int]:
    """Numbers, from 1, of the rows that meet a condition."""
    found = connection.execute(
        f"SELECT n FROM (SELECT *, row_number() OVER () AS n FROM {source}) WHERE {condition} ORDER BY n"
    )
    return [row[0] for row in found.fetchall()]
