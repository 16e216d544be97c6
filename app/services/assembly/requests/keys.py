"""The keys of an options file, each with what may stand there (docs/score-options.md)."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializeAsAny,
    Strict,
    model_validator,
)

Distance = Literal["linear", "raking", "logit", "truncated"]
Method = Literal["post_stratify", "rake", "linear", "raking", "logit", "truncated"]


def _composed(text: str) -> str:
    text = unicodedata.normalize("NFC", text.strip())
    if not text:
        raise ValueError("is empty; write it, or remove the key where it may be left out")
    return text


def _file_name(text: str) -> str:
    if "/" in text or "\\" in text or text in (".", ".."):
        raise ValueError("must be a name without folders; the file goes beside the results")
    return text


def _day(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _ordered(pair: tuple[float, float]) -> tuple[float, float]:
    if not 0 <= pair[0] < pair[1]:
        raise ValueError("must be two numbers of 0 or more, the lower first, such as [0.3, 3]")
    return pair


def _codes(counts: dict[str, float]) -> dict[str, float]:
    composed = [_composed(code) for code in counts]
    twice = [code for code, times in Counter(composed).items() if times > 1]
    if twice:
        raise ValueError(f"names {', '.join(twice)} twice; keep one")
    return dict(zip(composed, counts.values(), strict=True))


Words = Annotated[str, Strict(), AfterValidator(_composed)]
FileName = Annotated[Words, AfterValidator(_file_name)]
Day = Annotated[Words, BeforeValidator(_day)]
Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Positive = Annotated[Number, Field(gt=0)]
Share = Annotated[Number, Field(gt=0, lt=1)]
Whole = Annotated[int, Strict()]
Flag = Annotated[bool, Strict()]
Bounds = Annotated[tuple[Number, Number], AfterValidator(_ordered)]
Counts = Annotated[dict[str, Positive], Field(min_length=1), AfterValidator(_codes)]
Coefficients = Annotated[dict[str, Number], Field(min_length=1), AfterValidator(_codes)]


class Part(BaseModel):
    """Base of everything in an options file: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    def document(self) -> dict[str, Any]:
        """The part ready for JSON, without what was not asked."""
        return self.model_dump(mode="json", exclude_none=True)


class Nonresponse(Part):
    """Weights of those who did not answer, spread over those of their cell who did."""

    cell: Words
    """the column of cells, or a crossing such as "place*sex"; known for everyone asked"""
    responded: Words
    """the column that holds 1 for a row that answered and 0 for one that did not"""
    largest_factor: Annotated[Number, Field(ge=1)] | None = None
    """a number of 1 or more; a cell that needs a greater factor ends the run"""


class MarginCounts(Part):
    """Known population counts of one column."""

    column: Words
    """the column of categories, or a crossing such as "place*sex\""""
    counts: Counts | None = None
    """the population count of each category, such as {f = 5100, m = 4900}, all above 0"""
    file: Words | None = None
    """a CSV file with the columns category and count, its path relative to the options file"""
    source: Words
    """where the counts come from, such as "Census 2024, table 3\""""
    date: Day
    """the day the counts are of, such as 2024-04-01"""

    @model_validator(mode="after")
    def _one_source(self) -> MarginCounts:
        if (self.counts is None) == (self.file is None):
            raise ValueError("needs its numbers once; write counts or file, one of the two")
        return self


class ReadMargin(MarginCounts):
    """A margin whose counts were read from its file."""

    file_sha256: str


class KnownTotal(Part):
    """The known population total of a numeric column."""

    column: Words
    """the column of numbers"""
    total: Number
    """its total over the population, a number"""
    source: Words
    """where the total comes from, such as "Census 2024, table 3\""""
    date: Day
    """the day the total is of, such as 2024-04-01"""


class Weighting(Part):
    """From base weights to final weights."""

    nonresponse: Nonresponse | None = None
    """a table with cell and responded"""
    method: Method | None = None
    """post_stratify, rake, linear, raking, logit or truncated"""
    margins: tuple[SerializeAsAny[MarginCounts], ...] = ()
    """one [[weighting.margins]] per column of known counts"""
    totals: tuple[KnownTotal, ...] = ()
    """one [[weighting.totals]] per numeric column of known total"""
    population: Positive | None = None
    """the size of the population, a number above 0"""
    bounds: Bounds | None = None
    """the least and greatest final weight over base weight, such as [0.3, 3]"""
    limits: Bounds | None = None
    """the least and greatest final weight, such as [0.5, 40]"""
    max_iterations: Annotated[Whole, Field(ge=1, le=100_000)] | None = None
    """a whole number from 1 to 100000"""
    tolerance: Annotated[Number, Field(gt=0, le=0.01)] | None = None
    """the greatest gap of a total as a share of it, above 0 and at most 0.01"""
    weights: FileName | None = None
    """the name of a CSV file for the final weights; it goes beside the results"""

    @model_validator(mode="after")
    def _fitting(self) -> Weighting:
        problems = [*self._missing(), *self._unfit(), *self._twice()]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _missing(self) -> Iterable[str]:
        known = bool(self.margins or self.totals)
        if not known and self.nonresponse is None and self.method is None:
            yield "asks for nothing; write [weighting.nonresponse], or method with [[weighting.margins]]"
        if known and self.method is None:
            yield 'has margins or totals and no method; write method, such as method = "rake"'
        if self.method is not None and not known:
            yield f"has method {self.method} and nothing to meet; write [[weighting.margins]] with known counts"
        if self.method in ("logit", "truncated") and self.bounds is None:
            yield f"has method {self.method} without bounds; write bounds, such as [0.3, 3]"
        if self.totals and not self.margins and self.population is None:
            yield "has totals without the size of the population; write population, or margins beside the totals"

    def _unfit(self) -> Iterable[str]:
        if self.method == "post_stratify" and len(self.margins) > 1:
            yield 'post-stratifies by one margin; keep one, or cross the columns, or write method = "rake"'
        if self.method in ("post_stratify", "rake") and self.totals:
            yield f'has method {self.method}, which takes no totals; write method = "linear"'
        if self.method in ("post_stratify", "linear", "raking") and self.bounds:
            yield f"has method {self.method}, which takes no bounds; write rake, logit or truncated"
        if self.bounds and not self.bounds[0] < 1 < self.bounds[1]:
            yield "has bounds that do not lie around 1; write the lower below 1 and the upper above"
        if self.limits and self.method != "rake":
            yield 'has limits, which only method rake takes; write method = "rake" or remove limits'
        if self.method in (None, "post_stratify") and (self.max_iterations or self.tolerance):
            yield "takes one step, so max_iterations and tolerance mean nothing; remove them"
        if self.population and (self.margins or not self.totals):
            yield "has the size of the population, which margins give already; remove population"

    def _twice(self) -> Iterable[str]:
        columns = Counter(one.column for one in (*self.margins, *self.totals))
        twice = [column for column, times in columns.items() if times > 1]
        if twice:
            yield f"has column {', '.join(twice)} more than once; keep one margin or total of it"


class Replicates(Part):
    """Standard errors from replicate weights, beside the linearised ones."""

    method: Literal["jk1", "jkn", "brr", "fay", "bootstrap", "given"]
    """jk1, jkn, brr, fay, bootstrap or given"""
    rho: Share | None = None
    """what Fay's method leaves of a weight, above 0 and below 1, such as 0.3"""
    replicates: Annotated[Whole, Field(ge=2, le=100_000)] | None = None
    """the number of bootstrap replicates, from 2 to 100000; 500 or more say something"""
    seed: Annotated[Whole, Field(ge=0)] | None = None
    """a whole number of 0 or more, so that the same run gives the same figures"""
    columns: Annotated[tuple[Words, ...], Field(min_length=2)] | None = None
    """the columns of replicate weights, such as ["rw1", "rw2"]"""
    kind: Literal["JK1", "JKn", "BRR", "Fay", "bootstrap", "other"] | None = None
    """how given replicates were made: JK1, JKn, BRR, Fay, bootstrap or other"""
    combined: Flag | None = None
    """true where the columns are whole weights, false where they multiply the weight"""
    scale: Positive | None = None
    """the factor of the sum of squares, a number above 0"""
    rscales: Annotated[tuple[Annotated[Number, Field(ge=0)], ...], Field(min_length=2)] | None = None
    """one factor per replicate, each 0 or more"""
    centre: Literal["estimate", "mean"] = "estimate"
    """estimate or mean: what the squares are taken around"""
    undefined: Literal["fail", "drop"] = "fail"
    """fail or drop: what to do with a replicate that leaves a figure undefined"""

    @model_validator(mode="after")
    def _fitting(self) -> Replicates:
        given = self.method == "given"
        wanted = {
            "rho": self.method == "fay",
            "replicates": self.method == "bootstrap",
            "seed": self.method == "bootstrap",
            "columns": given,
            "kind": given,
            "combined": given,
        }
        problems = [
            f"has method {self.method}, which needs {key}; write it"
            for key, needed in wanted.items()
            if needed and getattr(self, key) is None
        ]
        fay_given = given and self.kind == "Fay"
        optional = {"rho": fay_given, "scale": given, "rscales": given}
        problems += [
            f"has method {self.method}, which takes no {key}; remove it"
            for key in (*wanted, "scale", "rscales")
            if getattr(self, key) is not None and not wanted.get(key) and not optional.get(key)
        ]
        if fay_given and self.rho is None and self.scale is None:
            problems.append("has given replicates of kind Fay, which need rho or scale; write one")
        if self.kind == "JKn" and self.rscales is None:
            problems.append("has given replicates of kind JKn, which need rscales; write one per replicate")
        if self.kind == "other" and self.scale is None:
            problems.append("has given replicates of kind other, which need scale; write it")
        if self.rscales and self.columns and len(self.rscales) != len(self.columns):
            problems.append(
                f"has {len(self.columns)} columns and {len(self.rscales)} rscales; write one for each"
            )
        if problems:
            raise ValueError("\n".join(problems))
        return self


class Quantiles(Part):
    """Quantiles of people's scores on a composite, or of a column of numbers."""

    of: Words
    """a respondent_mean index or node, such as "person", or a number item"""
    probabilities: Annotated[tuple[Share, ...], Field(min_length=1)] = (0.25, 0.5, 0.75)
    """shares between 0 and 1, such as [0.25, 0.5, 0.75]"""


class Contrast(Part):
    """A linear combination of figures, its covariances kept."""

    name: Words
    """what the contrast is called in the results"""
    node: Words | None = None
    """the item, index or node, such as "sipas.services", whose domains are combined"""
    measure: Literal["top_box", "mean_100", "points", "respondent_mean"] | None = None
    """top_box, mean_100, points or respondent_mean"""
    by: Words | None = None
    """one of the run's --by"""
    domains: Coefficients | None = None
    """a coefficient for each domain, such as {a = 1, b = -1}"""
    nodes: Coefficients | None = None
    """a coefficient for each node, such as {"sipas.access" = 1, "sipas.result" = -1}"""
    domain: Words | None = None
    """the domain of by in which nodes are combined; the whole where it is left out"""
    target: Number = 0.0
    """a number that the combination is compared with"""

    @model_validator(mode="after")
    def _fitting(self) -> Contrast:
        if (self.domains is None) == (self.nodes is None):
            raise ValueError("combines domains or nodes; write one of the two keys")
        problems = []
        if self.domains is not None and (self.node is None or self.by is None):
            problems.append("combines domains, which needs node and by; write both")
        if self.domains is not None and self.domain is not None:
            problems.append("combines domains, so domain means nothing; remove it")
        if self.nodes is not None and self.node is not None:
            problems.append("combines nodes, so node means nothing; remove it")
        if self.nodes is not None and (self.by is None) != (self.domain is None):
            problems.append("needs by and domain together; write both, or neither for the whole")
        coefficients = self.domains or self.nodes or {"": 1.0}
        if not any(coefficients.values()):
            problems.append("has only coefficients of 0; write at least one other")
        if problems:
            raise ValueError("\n".join(problems))
        return self


class Trend(Part):
    """The change since an earlier wave."""

    results: Words | None = None
    """the earlier results document, its path relative to the options file"""
    responses: Words | None = None
    """the earlier file of responses, its path relative to the options file"""
    instrument: Words | None = None
    """the earlier wave's instrument file; this run's where it is left out"""
    shared_psus: Flag | None = None
    """true where both waves drew the same sampling units under the same labels, else false"""
    weight: Words | None = None
    """the earlier file's column of weights"""
    stratum: Words | None = None
    """the earlier file's column of strata"""
    cluster: tuple[Words, ...] = ()
    """the earlier file's columns of sampling units, such as ["commune"]"""
    fpc: tuple[Words, ...] = ()
    """the earlier file's columns of population counts"""
    crosswalk: Words | None = None
    """a CSV file with the columns old, new and size, its path relative to the options file"""
    by: Words | None = None
    """the one of the run's --by whose domains the crosswalk names"""
    same_method: Words | None = None
    """why two instruments may be compared; without it their change is not computed"""

    @model_validator(mode="after")
    def _fitting(self) -> Trend:
        problems = []
        if (self.results is None) == (self.responses is None):
            problems.append("needs the earlier wave once; write results or responses, one of the two")
        only = ("instrument", "shared_psus", "weight", "stratum", "cluster", "fpc")
        if self.responses is None:
            problems += [
                f"takes {key} only with responses; remove it"
                for key in only
                if getattr(self, key) not in (None, ())
            ]
        elif self.shared_psus is None:
            problems.append("needs shared_psus with responses; write true or false")
        if (self.crosswalk is None) != (self.by is None):
            problems.append("needs crosswalk and by together; write both or neither")
        if problems:
            raise ValueError("\n".join(problems))
        return self


class Requests(Part):
    """All of an options file."""

    weighting: Weighting | None = None
    """a table"""
    replicates: Replicates | None = None
    """a table"""
    quantiles: tuple[Quantiles, ...] = ()
    """one [[quantiles]] for each figure"""
    contrasts: tuple[Contrast, ...] = ()
    """one [[contrasts]] for each contrast"""
    trend: Trend | None = None
    """a table"""

    @model_validator(mode="after")
    def _fitting(self) -> Requests:
        names = Counter(one.name for one in self.contrasts)
        twice = [name for name, times in names.items() if times > 1]
        if twice:
            raise ValueError(
                f"[[contrasts]] has the name {', '.join(twice)} more than once; give each its own"
            )
        return self

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that it names, its path relative to the options file."""
        named = [margin.file for margin in self.weighting.margins] if self.weighting else []
        if self.trend:
            named += [self.trend.results, self.trend.responses, self.trend.instrument, self.trend.crosswalk]
        return tuple(name for name in named if name)

    def document(self) -> dict[str, Any]:
        """What was asked, ready for JSON."""
        return {key: value for key, value in super().document().items() if value != []}
