"""Totals of a table or Parquet file that DuckDB reads, without holding its rows in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import duckdb
import numpy as np
from numpy.typing import NDArray

from scoring.design import LARGEST, SMALLEST, LonelyPSU, SurveyDesign
from scoring.domains import Partition
from scoring.engines.duckdb import Source, rows_where
from scoring.errors import DesignError, ScoringError, some
from scoring.plan import Plan
from scoring.totals import Totals


@dataclass(frozen=True)
class RowColumns:
    """Which columns of a table hold what.

    Parameters
    ----------
    items : sequence of str
        One column per item of the plan, in its order: whole numbers, the position of the row's answer state.
    weight : str, optional
        Sampling weights, positive numbers; 1 where not given.
    stratum : str, optional
        Labels of strata; one stratum where not given.
    clusters : sequence of str
        Labels of PSUs, of one stage; empty: every row is its own PSU.
    fpc : sequence of str
        Population counts of PSUs per stratum.
    by : str, optional
        Labels of domains; a row without one is in no domain. Everyone is the one domain where not given.
    """

    items: Sequence[str]
    weight: str | None = None
    stratum: str | None = None
    clusters: Sequence[str] = ()
    fpc: Sequence[str] = ()
    by: str | None = None


@dataclass(frozen=True, eq=False)
class RelationTotals:
    """Totals of a table, and the design that they are estimated with.

    Attributes
    ----------
    totals : Totals
        Its `partition` names the domains; `row_domain` is empty, since no row is kept.
    design : SurveyDesign
        Of one row per PSU, with weight 1: strata, PSUs and population counts are those of the table, which is all
        that `estimate` asks of a design. Where rows are their own PSUs it has a row per row of the table.
    n_rows, outside : int
        Rows of the table, and those in no domain.
    """

    totals: Totals
    design: SurveyDesign
    n_rows: int
    outside: int


def totals_of_relation(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    plan: Plan,
    columns: RowColumns,
    *,
    lonely_psu: LonelyPSU = "fail",
    lonely_in_domain: bool = False,
    products: bool = True,
) -> RelationTotals:
    """Totals of a table, view or Parquet file that DuckDB reads, without holding its rows in memory.

    Parameters
    ----------
    connection : duckdb connection
        Used by one thread while this runs; its own number of threads is set back at the end.
    relation : str
        What may follow FROM: a table, a view, `read_parquet('...')`, or a query in parentheses that only selects
        columns and rows. It is run as it stands, so never text from outside. A join or a GROUP BY in it has no
        order of rows of its own: save its result first.
    plan : Plan
    columns : RowColumns
    lonely_psu : {"fail", "adjust", "average", "certainty", "remove"}
    lonely_in_domain : bool
        See `SurveyDesign`.
    products : bool
        As for `totals`.

    Returns
    -------
    RelationTotals

    Raises
    ------
    DesignError
        Weights that are no positive number, empty labels of strata or clusters, population counts that are missing
        or vary within a stratum.
    ScoringError
        No rows; an answer out of range; columns that do not fit the plan; more than one stage of clusters.

    Notes
    -----
    Labels are compared as text, so units and domains are sorted as text: `10` before `9`. Memory grows with cells and
    with a page of rows, not with the rows; where rows are their own PSUs the design itself takes some 60 bytes a row
    besides its labels.

    Examples
    --------
    >>> from scoring import Pair
    >>> plan = Plan(("q1",), (2,), (Pair(0, "top_box", np.array([0.0, 100.0])),))
    >>> with duckdb.connect(":memory:") as connection:
    ...     people = "(VALUES (0, 'a'), (1, 'a'), (1, 'b')) people(q1, psu)"
    ...     made = totals_of_relation(connection, people, plan, RowColumns(("q1",), clusters=("psu",)))
    >>> made.totals.score.tolist(), made.n_rows
    ([[100.0], [100.0]], 3)
    """
    if len(columns.items) != len(plan.items):
        raise ScoringError(
            f"`columns` must name one column per item, {len(plan.items)}; given: {len(columns.items)}."
        )
    if len(columns.clusters) > 1 or len(columns.fpc) > 1:
        raise ScoringError(
            "A table is scored with one stage of clusters and its population counts: units of later stages take a"
            " design of every row. Read the rows into arrays, or leave out what is below the first stage."
        )
    with _one_thread(connection):
        reader = _Reader(connection, relation, columns)
        n_rows = reader.check()
        design, unit = reader.design(lonely_psu, lonely_in_domain)
        partition = reader.partition()
        n_units = design.n_strata if design.rows_are_psus else len(design.psu_stratum)
        source = Source(
            connection, f"({reader.coded(partition, max(plan.n_states))})", plan, 2, unit, n_units, relation
        )
        first = source.first_order(partition)
        made = first
        if products or design.rows_are_psus:
            factors = design.factors()
            of_page = (lambda page: factors[page["u0"]]) if design.rows_are_psus else None
            made = source.second_order(first, of_page, products)
    return RelationTotals(made, design, n_rows, n_rows - int(made.rows.sum()))


class _Reader:
    """A table by its column names: checks, the design of its units, its domains."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, relation: str, columns: RowColumns):
        self.connection, self.relation, self.columns = connection, relation, columns
        described = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
        self.types = {name: kind for name, kind, *_ in described}
        named = [columns.weight, columns.stratum, columns.by, *columns.items, *columns.clusters, *columns.fpc]
        lacking = [name for name in named if name is not None and name not in self.types]
        if lacking:
            raise ScoringError(f"The table has no column {some(lacking)}; it has {some(list(self.types))}.")
        self.weight = "1::DOUBLE" if columns.weight is None else self._number(columns.weight)
        self.fpc = [self._number(name) for name in columns.fpc]

    def check(self) -> int:
        """The number of rows; refuses weights, labels and counts that no design can have."""
        n_rows = self._all(f"SELECT count(*) FROM {self.relation}")[0][0]
        if not n_rows:
            raise ScoringError("The table has no rows: there is nothing to score.")
        bounds = f"{self.weight} > {SMALLEST!r}::DOUBLE AND {self.weight} < {LARGEST!r}::DOUBLE"
        wrong = {f"NOT coalesce({bounds}, false)": "`weight` must be a positive number in every row"}
        for name in filter(None, (self.columns.stratum, *self.columns.clusters)):
            wrong[f"{self._label(name)} = ''"] = f"column {name} must hold a label in every row"
        for name, number in zip(self.columns.fpc, self.fpc, strict=True):
            good = f"coalesce(isfinite({number}), false)"
            wrong[f"NOT {good}"] = f"column {name} must hold a population count in every row"
        counts = ", ".join(f"sum(({condition})::INTEGER)" for condition in wrong)
        counted = self._all(f"SELECT {counts} FROM {self.relation}")[0]
        for (condition, wanted), number in zip(wrong.items(), counted, strict=True):
            if number:
                rows = some(rows_where(self.connection, self.relation, condition))
                raise DesignError(f"{wanted}; {number} have none (rows {rows}): mend them or leave them out.")
        return n_rows

    def design(
        self, lonely_psu: LonelyPSU, lonely_in_domain: bool
    ) -> tuple[SurveyDesign, Callable[[list[NDArray]], NDArray]]:
        """The design of the units, and how a unit's number comes from its codes."""
        names = [*filter(None, [self.columns.stratum]), *self.columns.clusters]
        parts = [f"{self._label(name)} AS l{k}" for k, name in enumerate(names)]
        parts += [f"{number} AS fpc{k}" for k, number in enumerate(self.fpc)]
        frame = self.connection.execute(
            f"SELECT {', '.join([*parts, 'count(*) AS n'])} FROM {self.relation} GROUP BY ALL ORDER BY ALL"
        ).fetchnumpy()
        # Where rows are their own PSUs, the strata are counted by their rows.
        times = np.ones(len(frame["n"]), dtype=np.intp) if self.columns.clusters else frame["n"]
        labels = [np.repeat(_texts(frame[f"l{k}"]), times) for k in range(len(names))]
        design = SurveyDesign(
            int(np.sum(times)),
            stratum=labels[0] if self.columns.stratum else None,
            clusters=labels[-1:] if self.columns.clusters else (),
            fpc=tuple(np.repeat(frame[f"fpc{k}"], times) for k in range(len(self.fpc))),
            lonely_psu=lonely_psu,
            lonely_in_domain=lonely_in_domain,
        )
        self.strata = list(design.strata) if self.columns.stratum else []
        self.clusters = sorted(set(labels[-1].tolist())) if self.columns.clusters else []
        if not self.columns.clusters:
            return design, lambda codes: codes[0]
        number = np.searchsorted(self.clusters, labels[-1])
        units = np.unique(design.row_stratum * len(self.clusters) + number)
        return design, lambda codes: np.searchsorted(units, codes[0] * len(self.clusters) + codes[1])

    def partition(self) -> Partition:
        nowhere = np.empty(0, dtype=np.intp)
        if self.columns.by is None:
            return Partition(None, (None,), nowhere)
        query = f"SELECT DISTINCT {self._label(self.columns.by)} FROM {self.relation}"
        return replace(
            Partition.of(self.columns.by, [row[0] for row in self._all(query)]), row_domain=nowhere
        )

    def coded(self, partition: Partition, most_states: int) -> str:
        """The table with numbers for labels, as `Source` wants it."""
        domain = (
            _code(self._label(self.columns.by), partition.domains) if self.columns.by is not None else "0"
        )
        stratum = _code(self._label(self.columns.stratum), self.strata) if self.strata else "0"
        cluster = _code(self._label(self.columns.clusters[0]), self.clusters) if self.clusters else "0"
        # A byte each where the states fit: a state that does not is -1, and refused as such.
        width = "TINYINT" if most_states <= 127 else "INTEGER"
        parts = [f"{domain} AS domain", f"{stratum} AS u0", f"{cluster} AS u1", f"{self.weight} AS w"]
        parts += [
            f"coalesce(try_cast({_name(item)} AS {width}), -1) AS q{j}"
            for j, item in enumerate(self.columns.items)
        ]
        return f"SELECT {', '.join(parts)} FROM {self.relation}"

    def _label(self, name: str) -> str:
        # A missing number may be NaN, which is no label "nan".
        text = f"{_name(name)}::VARCHAR"
        if self.types[name] in ("FLOAT", "DOUBLE"):
            text = f"nullif({text}, 'nan')"
        return f"coalesce({text}, '')"

    def _number(self, name: str) -> str:
        return f"try_cast({_name(name)} AS DOUBLE)"

    def _all(self, query: str) -> list[tuple]:
        return self.connection.execute(query).fetchall()


@contextmanager
def _one_thread(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Sums of floats depend on their order, and threads race: one thread reads the rows in their order."""
    (threads,) = connection.execute("SELECT current_setting('threads')").fetchone()
    connection.execute("SET threads = 1")
    try:
        yield
    finally:
        connection.execute(f"SET threads = {int(threads)}")


def _texts(column: NDArray) -> NDArray[np.str_]:
    return np.ma.getdata(column).astype(str)


def _code(label: str, labels: Sequence[str | None]) -> str:
    """The position of a label among the labels, -1 where it is none of them: a cast to ENUM looks it up by hash."""
    if not labels:
        return "-1"
    values = ", ".join(_text(str(value)) for value in labels)
    return f"coalesce(enum_code(try_cast({label} AS ENUM({values})))::INTEGER, -1)"


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
