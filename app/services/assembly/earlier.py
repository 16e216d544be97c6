"""The two sides of a trend: figures of a run, or of a results document, with their covariance."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from app.services.files import FileRefused
from scoring import SurveyDesign
from scoring.calibrated import figure_influence, residuals, unit_covariance
from surveys import loading

from .contrasts import Figures, Term, flag_of

if TYPE_CHECKING:
    from .requested import Run

# A results document of every commune of the country is some hundred megabytes.
LARGEST = 1 << 30


@dataclass(frozen=True, eq=False)
class Figured:
    """One figure in the K domains of one `by`.

    `value`, float array (K,), and `covariance`, float array (K, K): NaN where a figure is hidden or undefined. `flags`
    says which of the two, None for a figure that is shown.
    """

    value: NDArray[np.float64]
    covariance: NDArray[np.float64]
    flags: tuple[str | None, ...]
    df: int


class Side(Protocol):
    """One wave of a trend: `identity` and `sha256` of its instrument."""

    identity: str
    sha256: str

    def domains(self, by: str | None) -> tuple[str | None, ...]:
        """Codes of the domains of one `by`; none where the wave was not scored by it."""

    def has(self, node: str, measure: str) -> bool:
        """Whether the wave has this figure."""

    def figured(self, by: str | None, node: str, measure: str) -> Figured:
        """The figure in every domain of one `by`."""


class RunSide:
    """A run as one side of a trend."""

    def __init__(self, run: Run):
        self.run, self.figures = run, Figures(run)
        self.identity, self.sha256 = run.instrument.identity, loading.sha256(run.instrument)
        self._addresses = {(one.node, one.measure) for one in run.records}

    def domains(self, by: str | None) -> tuple[str | None, ...]:
        found = (one.domains for one in self.run.inputs.partitions if one.by == by)
        return next(found, ())

    def has(self, node: str, measure: str) -> bool:
        return (node, measure) in self._addresses

    def terms(self, by: str | None, node: str, measure: str) -> list[Term]:
        return [self.figures.term(by, domain, node, measure, "trend") for domain in self.domains(by)]

    def figured(self, by: str | None, node: str, measure: str) -> Figured:
        terms = self.terms(by, node, measure)
        joint = self.figures.joint(terms)
        return shown(joint.value, joint.covariance, [flag_of([term.record]) for term in terms], joint.df)

    def influence(self, terms: Sequence[Term]) -> NDArray[np.float64]:
        """Residual influence of every row on every figure, shape (n, K)."""
        run = self.run
        z = figure_influence(
            [self.figures.figure(term) for term in terms], run.plan, run.inputs.design, run.answers
        )
        return residuals(z, run.inputs.weights.steps if run.inputs.weights else ())


class DocumentSide:
    """A results document as one side of a trend: its figures are taken as independent of each other."""

    def __init__(self, path: Path):
        content = _document(path)
        self.identity = f"{content['instrument']}@{content['version']}"
        self.sha256 = content["instrument_sha256"]
        self._figures: dict[tuple[Any, ...], dict[str, Any]] = {}
        self._domains: dict[str | None, dict[str | None, None]] = {}
        for one in content["estimates"]:
            self._figures[one["by"], one["domain"], one["node"], one["measure"]] = one
            self._domains.setdefault(one["by"], {})[one["domain"]] = None

    def domains(self, by: str | None) -> tuple[str | None, ...]:
        return tuple(self._domains.get(by, ()))

    def has(self, node: str, measure: str) -> bool:
        return (None, None, node, measure) in self._figures

    def figured(self, by: str | None, node: str, measure: str) -> Figured:
        found = [self._figures[by, domain, node, measure] for domain in self.domains(by)]
        value = np.array([_number(one["value"]) for one in found])
        error = np.array([_number(one["std_error"]) for one in found])
        flags = [_flag(one["flag"]) for one in found]
        whole = self._figures[None, None, node, measure]["df"]
        return shown(value, np.diag(error**2), flags, 0 if whole is None else int(whole))


def shown(value: NDArray, covariance: NDArray, flags: Sequence[str | None], df: int) -> Figured:
    """Figures without those that are hidden."""
    value, covariance = value.copy(), covariance.copy()
    none = np.array([flag is not None for flag in flags], dtype=bool)
    value[none] = np.nan
    unknown = none | np.isnan(np.diag(covariance))
    covariance[unknown, :] = covariance[:, unknown] = np.nan
    return Figured(value, covariance, tuple(flags), df)


def shared(
    earlier: RunSide, later: RunSide, by: str | None, node: str, measure: str
) -> tuple[Figured, Figured, NDArray[np.float64]]:
    """A figure of two waves that drew the same PSUs: each wave's, and cov(later, earlier), shape (K_later, K_earlier).

    All from the PSU totals of both waves on the union of their designs; what later stages add is each wave's own.
    """
    sides = (earlier, later)
    terms = [side.terms(by, node, measure) for side in sides]
    z = [side.influence(each) for side, each in zip(sides, terms, strict=True)]
    union = _union(earlier.run, later.run)
    whole = np.zeros((union.n_rows, sum(each.shape[1] for each in z)))
    whole[: len(z[0]), : z[0].shape[1]], whole[len(z[0]) :, z[0].shape[1] :] = z
    covariance = unit_covariance(whole, union)
    df, found, start = int(union.n_h.sum()) - union.n_strata, [], 0
    for side, each, own in zip(sides, terms, z, strict=True):
        end = start + len(each)
        block = covariance[start:end, start:end] + _later_stages(own, side.run.inputs.design)
        found.append(_as_in_run(side, each, block, df))
        start = end
    k = len(terms[0])
    return found[0], found[1], covariance[k:, :k]


def _as_in_run(side: RunSide, terms: list[Term], covariance: NDArray, df: int) -> Figured:
    """The covariance of a union with the values, and the gaps, of the run."""
    value = np.array([side.figures.figure(term).value for term in terms])
    unknown = np.array([term.record.std_error is None for term in terms])
    covariance[unknown, :] = covariance[:, unknown] = np.nan
    return shown(value, covariance, [flag_of([term.record]) for term in terms], df)


def _later_stages(z: NDArray, design: SurveyDesign) -> NDArray[np.float64] | float:
    return unit_covariance(z, design) - unit_covariance(z, _first_stage(design)) if design.inner else 0.0


def _first_stage(design: SurveyDesign) -> SurveyDesign:
    return SurveyDesign(
        design.n_rows,
        weight=design.w,
        stratum=design.stratum,
        clusters=design.clusters[:1],
        fpc=design.fpc[:1],
        lonely_psu=design.lonely_psu,
    )


def _union(earlier: Run, later: Run) -> SurveyDesign:
    """The first stage of both waves: equal labels are the same stratum and PSU."""
    one, other = earlier.inputs.design, later.inputs.design
    if not (one.clusters and other.clusters):
        raise FileRefused(
            "trend: shared_psus = true needs sampling units in both waves; name --cluster for this run and cluster for"
            " the earlier one, or write shared_psus = false."
        )
    if (one.stratum is None) != (other.stratum is None) or bool(one.fpc) != bool(other.fpc):
        raise FileRefused(
            "trend: with shared_psus = true both waves need the same parts of a design; name strata and population"
            " counts for both or for neither."
        )

    def both(name: str, k: int | None = None) -> NDArray:
        parts = [getattr(design, name) if k is None else getattr(design, name)[k] for design in (one, other)]
        return np.concatenate([np.asarray(part) for part in parts])

    found = SurveyDesign(
        one.n_rows + other.n_rows,
        weight=both("w"),
        stratum=None if one.stratum is None else both("stratum"),
        clusters=(both("clusters", 0),),
        fpc=(both("fpc", 0),) if one.fpc else (),
        lonely_psu=other.lonely_psu,
    )
    if found.lonely_psu == "average" and found.lonely.any():
        raise FileRefused(
            "trend: strata with one PSU have no mean contribution in two waves at once; name another rule with"
            " --lonely-psu."
        )
    return found


def _document(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > LARGEST:
            raise FileRefused(f"{path} is larger than a results document can be; give the right one.")
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FileRefused(f"{path} can't be read: {error.strerror or error}; check the path.") from error
    except (ValueError, RecursionError) as error:
        raise FileRefused(f"{path} is no results document: it is not JSON; give one.") from error
    if not (isinstance(content, dict) and content.get("schema") == 1 and _usable(content)):
        raise FileRefused(f"{path} is no results document of schema 1; give one that hailong score wrote.")
    if content["wave_kind"] != "probability":
        raise FileRefused(
            f"{path} is of a {content['wave_kind']} wave, which has no significance; leave trend out."
        )
    return content


def _usable(content: dict[str, Any]) -> bool:
    keys = {"by", "domain", "node", "measure", "value", "std_error", "df", "flag"}
    wanted = {"instrument", "version", "instrument_sha256", "wave_kind", "estimates"}
    estimates = content.get("estimates")
    return (
        wanted <= content.keys()
        and isinstance(estimates, list)
        and bool(estimates)
        and all(isinstance(one, dict) and keys <= one.keys() and _numeric(one) for one in estimates)
        and _complete(estimates)
    )


def _complete(estimates: list[dict[str, Any]]) -> bool:
    """Whether every figure stands in the whole and in every domain."""
    places = {(one["by"], one["domain"]) for one in estimates}
    figures = {(one["node"], one["measure"]) for one in estimates}
    return (None, None) in places and len(estimates) == len(places) * len(figures)


def _numeric(one: dict[str, Any]) -> bool:
    return all(
        one[key] is None or (isinstance(one[key], int | float) and not isinstance(one[key], bool))
        for key in ("value", "std_error", "df")
    )


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)


def _flag(flag: str | None) -> str | None:
    words = (flag or "").split()
    return next((word for word in ("suppressed", "undefined") if word in words), None)
