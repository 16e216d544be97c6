"""Totals by DuckDB: sums by GROUP BY. `scoring.engines.relation` makes them of a table that is never loaded whole.

One thread adds up in the order of the rows, so that the same rows give the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import duckdb
import numpy as np
from numpy.typing import NDArray

from scoring.design import SurveyDesign
from scoring.domains import Partition
from scoring.engines.blocks import add_products, centred_columns
from scoring.errors import ScoringError, some
from scoring.plan import Node, Plan
from scoring.totals import Totals

# Rows fetched at a time for the second order: 22 answers, weight and codes take some 60 MB as they come.
PAGE = 1 << 19
# Answer states summed in one scan; an item with more is grouped by its states, which is slower for few of them.
WIDE = 66
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
        Of the same n rows; later stages of the design without population counts, so that they add nothing.
    products : bool
        False leaves the design effects out; the second order is made all the same where rows are their own PSUs,
        since the variance needs it.

    Returns
    -------
    Totals
        Those of the engine `arrays`, but for rounding in the last digits (1e-12).

    Raises
    ------
    ScoringError
        Shapes that do not fit; an answer or a domain out of range; population counts of later stages.

    Notes
    -----
    First order: sum of w and number of rows per cell and answer state, several items to a GROUP BY; the score of a
    cell is the sum over states of weight times score, which rounds less than a sum over rows. Second order: a second
    pass, the rows in pages, in their order, with columns centred on what the first pass gave [1]_. Slower than
    `arrays` on arrays: it is for tables, by `totals_of_relation`.

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
    check_stages(bool(design.inner))
    _check_partition(partition, design.n_rows)
    rows = {"domain": partition.row_domain, "w": design.w}
    rows["u0"] = design.row_stratum if design.rows_are_psus else design.psu
    rows |= {f"q{j}": states for j, states in enumerate(answers)}
    n_units = design.n_strata if design.rows_are_psus else len(design.psu_stratum)
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.register("coded", {name: np.ascontiguousarray(column) for name, column in rows.items()})
        source = Source(connection, "coded", plan, 1, lambda units: units[0], n_units)
        first = source.first_order(partition)
        if not (products or design.rows_are_psus):
            return first
        factor = design.factors() if design.rows_are_psus else None
        return source.second_order(first, factor, products)


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
        plan, n_domains = self.plan, len(partition.domains)
        key, found = self._sums(self.name, "count(*) AS n, sum(w) AS w")
        order = _sorted_inside(key)
        cells = key[order]
        cell_domain, cell_unit = cells // self.n_units, cells % self.n_units
        counts, weights, state_weight = [], [], []
        for number, weight in self._states(cells):
            counts.append(_by_domain(number, cell_domain, n_domains))
            weights.append(_by_domain(weight, cell_domain, n_domains))
            state_weight.append(weight)
        node_n, composite_valid, composite_score = self._nodes(cells, cell_domain, n_domains)
        item_valid = [weight @ valid for weight, valid in zip(state_weight, plan.valid_states, strict=True)]
        pair_score = [state_weight[pair.item] @ np.nan_to_num(pair.scores) for pair in plan.pairs]
        cell_rows = found["n"][order].astype(np.intp)
        return Totals(
            partition=partition,
            rows=_by_domain(cell_rows, cell_domain, n_domains),
            counts=tuple(counts),
            weights=tuple(weights),
            node_n=node_n,
            cell_domain=cell_domain,
            cell_unit=cell_unit,
            cell_rows=cell_rows,
            cell_weight=found["w"][order],
            valid=np.column_stack([*item_valid, composite_valid]),
            score=np.column_stack([*pair_score, composite_score]),
        )

    def second_order(self, first: Totals, factor: NDArray | None, products: bool) -> Totals:
        """Products of the columns centred on the domain's own figures; `factor` per stratum where rows are PSUs."""
        n_domains, k = first.n_domains, self.plan.n_columns
        weighted = np.zeros((n_domains, k, k)) if products else None
        inner = np.zeros((n_domains, k, k)) if factor is not None else None
        ratios = np.nan_to_num(first.ratios(self.plan))
        for page in self._pages():
            answers = np.stack([page[f"q{j}"] for j in range(len(self.plan.items))])
            order = np.argsort(page["domain"], kind="stable")
            order = order[np.searchsorted(page["domain"][order], 0) :]
            for start in range(0, len(order), BLOCK):
                rows = order[start : start + BLOCK]
                domain, w = page["domain"][rows].astype(np.intp), page["w"][rows]
                columns = centred_columns(self.plan, answers[:, rows], domain, ratios)
                if weighted is not None:
                    add_products(weighted, columns, w, domain)
                if inner is not None:
                    add_products(inner, columns, w * w * factor[page["u0"][rows]], domain)
        return replace(first, products=weighted, inner=inner)

    def _sums(self, source: str, sums: str, also: str = "") -> tuple[NDArray, dict[str, NDArray]]:
        """Sums by cell (and another column): domain * n_units + unit of each group, -1 in no domain; its figures."""
        by = ", ".join(["domain", *self.codes, *([also] if also else [])])
        found = self.connection.execute(f"SELECT {by}, {sums} FROM {source} GROUP BY ALL").fetchnumpy()
        unit = self.unit([found[code].astype(np.intp) for code in self.codes])
        domain = found["domain"].astype(np.intp)
        figures = {name: np.ma.getdata(column) for name, column in found.items()}
        return np.where(domain >= 0, domain * self.n_units + unit, -1), figures

    def _states(self, cells: NDArray) -> Iterator[tuple[NDArray, NDArray]]:
        """Rows and weight of each cell and answer state, each shape (C, m), item by item."""
        items = list(range(len(self.plan.items)))
        while items:
            width = np.cumsum([self.plan.n_states[j] for j in items])
            together = items[: int(np.searchsorted(width, WIDE, side="right"))]
            if together:
                yield from self._wide(together)
            else:
                together = items[:1]
                yield self._narrow(items[0], cells)
            items = items[len(together) :]

    def _wide(self, items: list[int]) -> Iterator[tuple[NDArray, NDArray]]:
        """Few answer states: a sum for each, several items in one scan."""
        states = [(j, state) for j in items for state in range(self.plan.n_states[j])]
        sums = ["count(*) AS n"]
        sums += [f"sum((q{j} = {state})::INTEGER) AS n{j}_{state}" for j, state in states]
        sums += [f"sum(w * (q{j} = {state})::DOUBLE) AS w{j}_{state}" for j, state in states]
        key, found = self._sums(self.name, ", ".join(sums))
        order = _sorted_inside(key)
        for j in items:
            m = range(self.plan.n_states[j])
            number = np.stack([found[f"n{j}_{state}"] for state in m], axis=1).astype(np.intp)
            if (number.sum(axis=1) != found["n"]).any():
                self._refuse_states(j, len(m))
            yield number[order], np.stack([found[f"w{j}_{state}"][order] for state in m], axis=1)

    def _narrow(self, j: int, cells: NDArray) -> tuple[NDArray, NDArray]:
        """Many answer states: a group for each that occurs."""
        m = self.plan.n_states[j]
        key, found = self._sums(self.name, "count(*) AS n, sum(w) AS w", f"q{j}")
        state = found[f"q{j}"].astype(np.intp)
        if ((state < 0) | (state >= m)).any():
            self._refuse_states(j, m)
        inside = key >= 0
        cell, state = np.searchsorted(cells, key[inside]), state[inside]
        number, weight = np.zeros((len(cells), m), dtype=np.intp), np.zeros((len(cells), m))
        number[cell, state], weight[cell, state] = found["n"][inside], found["w"][inside]
        return number, weight

    def _refuse_states(self, j: int, m: int) -> None:
        # Counted, it would fall into the cell of a neighbour.
        rows = rows_where(self.connection, self.name, f"q{j} < 0 OR q{j} >= {m}")
        raise ScoringError(
            f"`answers` of item {self.plan.items[j]} must be positions 0 to {m - 1}; rows {some(rows)} hold others."
        )

    def _nodes(
        self, cells: NDArray, cell_domain: NDArray, n_domains: int
    ) -> tuple[NDArray, NDArray, NDArray]:
        """Rows that count at each node, shape (D, nodes); weight and score of each composite, shape (C, composites)."""
        nodes, composites = self.plan.nodes, self.plan.composites
        if not nodes:
            empty = np.zeros((len(cells), 0))
            return np.zeros((n_domains, 0), dtype=np.intp), empty, empty
        source = _with_person_scores(self.name, self.plan)
        sums = []
        for k, node in enumerate(nodes):
            answered = f"n{k} IS NOT NULL" if k in composites else _any_valid(self.plan, node)
            sums.append(f"count(*) FILTER ({answered}) AS rows{k}")
            if k in composites:
                sums.append(f"coalesce(sum(w) FILTER ({answered}), 0) AS valid{k}")
                sums.append(f"coalesce(sum(w * n{k}), 0) AS score{k}")
        key, found = self._sums(source, ", ".join(sums))
        order = _sorted_inside(key)
        rows = np.column_stack([found[f"rows{k}"][order] for k in range(len(nodes))]).astype(np.intp)
        valid, score = (
            np.stack([found[f"{name}{k}"][order] for k in composites], axis=1)
            if composites
            else np.zeros((len(cells), 0))
            for name in ("valid", "score")
        )
        return _by_domain(rows, cell_domain, n_domains), valid, score

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


def _with_person_scores(name: str, plan: Plan) -> str:
    """The rows with a column `n<k>` for each respondent_mean node, NULL where a person's score is undefined."""
    place = {id(node): k for k, node in enumerate(plan.nodes)}
    # Parents stand before their children in `nodes`, so backwards every child is there before its parent.
    for k in reversed(plan.composites):
        name = f"(SELECT *, {_person_score(plan, plan.nodes[k], place)} AS n{k} FROM {name})"
    return name


def _person_score(plan: Plan, node: Node, place: dict[int, int]) -> str:
    """CONTRACTS 3, respondent_mean, in SQL; the arithmetic is that of `scoring.composites`."""
    if node.pairs:
        parts = [_score(plan, k) for k in node.pairs]
        shares = [1.0] * len(parts)
        # The tolerance keeps 0.56 of 25 items at 14, which the nearest floats make a hair more.
        needed = max(int(np.ceil(node.min_answered * len(parts) - 1e-9)), 1)
    else:
        parts = [f"n{place[id(child)]}" for child in node.children]
        shares = [child.coefficient for child in node.children]
        needed = len(parts) if node.min_children is None else node.min_children
    valid = " + ".join(f"({part} IS NOT NULL)::INTEGER" for part in parts)
    terms = list(zip(shares, parts, strict=True))
    share = " + ".join(f"{_double(c)} * ({part} IS NOT NULL)::INTEGER" for c, part in terms)
    total = " + ".join(f"{_double(c)} * coalesce({part}, 0)" for c, part in terms)
    return f"CASE WHEN {valid} >= {needed} THEN ({total}) / ({share}) END"


def _score(plan: Plan, k: int) -> str:
    pair = plan.pairs[k]
    scores = [
        f"WHEN {state} THEN {_double(score)}"
        for state, score in enumerate(pair.scores)
        if not np.isnan(score)
    ]
    return f"CASE q{pair.item} {' '.join(scores)} END" if scores else "NULL::DOUBLE"


def _any_valid(plan: Plan, node: Node) -> str:
    tests = []
    for item in sorted({plan.pairs[k].item for k in node.leaves()}):
        states = np.flatnonzero(plan.valid_states[item])
        if len(states):
            tests.append(f"q{item} IN ({', '.join(map(str, states))})")
    return " OR ".join(tests) or "false"


def check_stages(more: bool) -> None:
    """Refuse a design whose later stages add to a variance."""
    if more:
        raise ScoringError(
            "The engine duckdb takes one stage with population counts; use the engine arrays, or leave out the counts"
            " of later stages."
        )


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


def _sorted_inside(key: NDArray) -> NDArray:
    """Positions of the groups inside the domains, in the order of the cells."""
    order = np.argsort(key)
    return order[np.searchsorted(key[order], 0) :]


def _by_domain(cells: NDArray, cell_domain: NDArray, n_domains: int) -> NDArray:
    out = np.zeros((n_domains, *cells.shape[1:]), dtype=cells.dtype)
    np.add.at(out, cell_domain, cells)
    return out


def _double(value: float) -> str:
    # A bare number with a dot would be a DECIMAL.
    return f"{_text(repr(float(value)))}::DOUBLE"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
