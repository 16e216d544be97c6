"""Named linear contrasts among domains or nodes, with their covariance kept: `[[contrasts]]` of an options file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.services.files import FileRefused
from scoring.contrasts import contrast
from scoring.covariance import Figure, Joint, joint_covariance
from scoring.index import Linearised, linearise

from .measures import recorded
from .records import Record
from .requests.keys import Contrast
from .rounding import published

if TYPE_CHECKING:
    from .requested import Run

FIGURE = ("by", "domain", "node", "measure")


@dataclass(frozen=True, slots=True)
class Term:
    """One figure of a run: the places of its partition, its domain and its estimate, and its record."""

    place: int
    domain: int
    estimate: int
    record: Record
    coefficient: float = 1.0


class Figures:
    """The figures of a run by their address, and what they are together."""

    def __init__(self, run: Run):
        self._run = run
        self._estimates = {(one.node, one.measure): e for e, one in recorded(run.measured)}
        self._records = {tuple(getattr(one, key) for key in FIGURE): one for one in run.records}
        self._linearised: dict[int, list[Linearised]] = {}

    def measure(self, node: str, wanted: str | None, key: str) -> str:
        """The measure of a node, the only one where none is named; raises `FileRefused`."""
        measures = [measure for one, measure in self._estimates if one == node]
        if not measures:
            nodes = ", ".join(dict.fromkeys(one for one, _ in self._estimates))
            raise FileRefused(f"{key}: there is no item, index or node {node!r}; there are {nodes}.")
        if wanted is None and len(measures) > 1:
            raise FileRefused(
                f"{key}: {node} is measured as {' and '.join(measures)}; write measure to name one."
            )
        if wanted is not None and wanted not in measures:
            raise FileRefused(f"{key}: {node} is not measured as {wanted}; write {' or '.join(measures)}.")
        return wanted or measures[0]

    def domain(self, by: str | None, domain: str | None, key: str) -> tuple[int, int]:
        """The places of a partition and of its domain; raises `FileRefused`."""
        partitions = self._run.inputs.partitions
        for place, partition in enumerate(partitions):
            if partition.by == by and domain in partition.domains:
                return place, partition.domains.index(domain)
        if by not in {partition.by for partition in partitions}:
            asked = ", ".join(dict.fromkeys(one.by for one in partitions if one.by)) or "none"
            raise FileRefused(f"{key}: {by!r} is no --by of this run; its --by are: {asked}.")
        raise FileRefused(f"{key}: {by} has no domain {domain!r}; correct the code.")

    def term(
        self, by: str | None, domain: str | None, node: str, measure: str, key: str, coefficient: float = 1.0
    ) -> Term:
        """A figure with its coefficient; raises `FileRefused` where the run has no such figure."""
        place, d = self.domain(by, domain, key)
        record = self._records[by, domain, node, measure]
        return Term(place, d, self._estimates[node, measure], record, coefficient)

    def figure(self, term: Term) -> Figure:
        totals = self._run.totals[term.place]
        if term.place not in self._linearised:
            self._linearised[term.place] = linearise(totals, self._run.plan)
        return Figure(totals, self._linearised[term.place][term.estimate], term.domain)

    def joint(self, terms: Iterable[Term]) -> Joint:
        """The values and the joint covariance of some figures."""
        figures = [self.figure(term) for term in terms]
        rows = self._run.compared.rows
        if rows is not None:
            return rows.joint(figures)
        return joint_covariance(figures, self._run.plan, self._run.inputs.design, finer=self._run.totals)


def contrasts(run: Run, asked: Iterable[Contrast]) -> list[dict[str, Any]]:
    """Every contrast in the order of the options file; raises `FileRefused` for figures that the run does not have."""
    figures = Figures(run)
    return [_document(run, figures, one, f"contrasts {one.name!r}") for one in asked]


def _document(run: Run, figures: Figures, asked: Contrast, key: str) -> dict[str, Any]:
    terms = _terms(figures, asked, key)
    flag = flag_of(term.record for term in terms)
    found: dict[str, Any] = dict.fromkeys(("value", "std_error", "low", "high", "df", "p"))
    if flag is None:
        tested = contrast(figures.joint(terms), [term.coefficient for term in terms], target=asked.target)
        low, high = tested.confidence_interval(run.options.level)
        numbers = {"value": tested.value, "std_error": tested.std_error, "low": low, "high": high}
        found = {name: published(one[0]) for name, one in numbers.items()}
        found |= {"df": int(tested.df), "p": published(tested.p[0])}
    return {
        "name": asked.name,
        "target": published(asked.target),
        **found,
        "flag": flag,
        "terms": [
            {name: getattr(term.record, name) for name in FIGURE}
            | {"coefficient": published(term.coefficient)}
            for term in terms
        ],
    }


def flag_of(records: Iterable[Record]) -> str | None:
    """Why figures may not be combined: one of them is hidden, or does not exist."""
    flags = {word for record in records for word in (record.flag or "").split()}
    return next((word for word in ("suppressed", "undefined") if word in flags), None)


def _terms(figures: Figures, asked: Contrast, key: str) -> list[Term]:
    """The terms whose coefficient is not 0."""
    if asked.domains is not None:
        measure = figures.measure(asked.node or "", asked.measure, key)
        found = [
            figures.term(asked.by, domain, asked.node or "", measure, key, coefficient)
            for domain, coefficient in asked.domains.items()
        ]
    else:
        found = [
            figures.term(
                asked.by, asked.domain, node, figures.measure(node, asked.measure, key), key, coefficient
            )
            for node, coefficient in (asked.nodes or {}).items()
        ]
    return [term for term in found if term.coefficient != 0]
