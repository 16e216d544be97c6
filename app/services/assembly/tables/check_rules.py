"""What follows from what in a workbook: the rule of each index, its interval, its items, its differences."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from app.scorecards import Cited, Row
from scoring.means import t_quantile

from ..labels import measure_label
from ..measures import Measured, node_measure, option_scores, recorded
from ..rows import by_address
from .comparison import comparison_lines
from .frame import Frame
from .items import Key, base_of, item_lines
from .parameters import Parameters
from .profile import profile_table_lines
from .summary import summary_rows
from .trend_columns import trend_cells

Parts = tuple[str | Cited, ...]
LOWEST, HIGHEST = 0, 100  # ends of the scale of every measure but points


@dataclass(frozen=True, slots=True)
class Rule:
    """One formula: `parts` give `value`, which should be `published_value`, that of the cell `published`."""

    label: str
    subject: str
    published: Cited
    published_value: float
    parts: Parts
    value: float
    said: str


def quantiles(frame: Frame, parameters: Parameters) -> Iterator[Rule]:
    """The quantiles that intervals are made with."""
    _ = frame._
    text = _("Student's t with the degrees of freedom")
    for name, degrees, df in (
        ("t_quantile", "df_of_domain", _df(frame)),
        ("t_quantile_of_differences", "df_of_differences", _df_of_differences(frame)),
    ):
        if df is not None:
            _quantile(frame, parameters, name, degrees, df)
            value = parameters.value(name)
            parts = (f"_xlfn.T.INV.2T(alpha,{degrees})",)
            cell = parameters.found[name]
            yield Rule(name, _("Quantile"), cell, value, parts, value, text)
    if any(row.interval_method == "fpc-margin" for row in frame.rows):
        level = frame.scored.options.level
        half = round((1 - level) / 2, 12)
        parameters.named(
            "alpha_of_one_end", _("What the level leaves over at one end"), half, _("Half of alpha")
        )
        value = float(t_quantile((1 + level) / 2, math.inf))
        parameters.named(
            "z_quantile", _("Quantile of the normal distribution"), value, _("Margins of a census")
        )
        parts = ("-_xlfn.NORM.S.INV(alpha_of_one_end)",)
        cell = parameters.found["z_quantile"]
        yield Rule("z_quantile", _("Quantile"), cell, value, parts, value, _("Normal distribution"))


def _quantile(frame: Frame, parameters: Parameters, name: str, degrees: str, df: int) -> None:
    _ = frame._
    labels = {
        "t_quantile": (
            _("Degrees of freedom of this scorecard"),
            _("Quantile of Student's t, this scorecard"),
        ),
        "t_quantile_of_differences": (
            _("Degrees of freedom of differences"),
            _("Quantile of Student's t, differences"),
        ),
    }[name]
    meaning = _("PSUs less strata")
    parameters.named(degrees, labels[0], df, meaning)
    value = float(t_quantile((1 + frame.scored.options.level) / 2, df))
    parameters.named(name, labels[1], value, _("Times the standard error: how far an interval reaches"))


def _df(frame: Frame) -> int | None:
    """The same for all figures of a domain; None where no interval is made with it."""
    found = [row.df.value for row in frame.rows if row.interval_method in ("t", "band")]
    return next((df for df in found if df), None)


def _df_of_differences(frame: Frame) -> int | None:
    found = [one.df for one in frame.beside.against(frame.place)]
    compared = frame.beside.differences(frame.domain).values()
    return next((df for df in (*found, *(one.df for each in compared for one in each)) if df), None)


# An index from what is below it


def from_parts(frame: Frame, parameters: Parameters) -> Iterator[Rule]:
    """Indices and factors from what their rule aggregates, where all of it is shown."""
    sheet = _Sheet(frame)
    for position, row in enumerate(sheet.summary):
        tree = sheet.measured[row.node, row.measure].tree
        if row.value.value is None or tree is None:
            continue
        found = None
        if tree.aggregate == "pooled_answers":
            found = sheet.pooled(row.node)
        elif tree.aggregate == "mean_of_items":
            found = sheet.mean(row.node)
        elif tree.aggregate == "mean_of_children":
            found = sheet.weighted_mean(row.node, parameters)
        if found is not None:
            parts, value = found
            said = tree.aggregate
            cell = Cited("summary", "value", position)
            subject = frame._("Estimate from what is below")
            yield Rule(row.node_label, subject, cell, row.value.value, parts, value, said)


class _Sheet:
    """Where the figures of one scorecard stand."""

    def __init__(self, frame: Frame):
        self.frame = frame
        self.summary = summary_rows(frame)
        self.measured = by_address(frame.scored.measured)
        self.lines = item_lines(frame)
        self.rows = {(row.node, row.measure): row for row in frame.rows}
        self.places = {row.node: place for place, row in enumerate(self.summary)}
        self.trees = {path: node for _, path, node in frame.scored.instrument.walk()}
        # An item that is scored in two ways under one measure stands on the sheet by the first of them.
        kept = len(recorded(frame.scored.measured)) == len(frame.scored.measured)
        addresses = [(one.node, one.measure) for one in frame.scored.measured]
        self.twice = set() if kept else {one for one in addresses if addresses.count(one) > 1}

    def items_below(self, path: str) -> list[tuple[str, str]]:
        """Item and measure of every item below a node, in order."""
        node = self.trees[path]
        own = [(code, node.score) for code in node.items]
        return own + [one for child in node.children for one in self.items_below(f"{path}.{child.code}")]

    def shown(self, items: Sequence[tuple[str, str]], skips: bool) -> list[int] | None:
        """The lines of items, if all are shown; those without an answer are left out where the rule `skips` them."""
        found = []
        for item in items:
            row = self.rows.get(item)
            if row is None or item in self.twice:
                return None
            if row.value.value is not None:
                found.append(self.lines["estimate", *item])
            elif not (skips and row.flag == "undefined"):
                return None
        return sorted(found) or None

    def figures(self, places: Sequence[int], column: str) -> list[float]:
        """The numbers of a column of Items."""
        at = {position: key for key, position in self.lines.items()}
        rows = [self.rows[at[place][1], at[place][2]] for place in places]
        if column == "value":
            return [row.value.value for row in rows]
        return [row.n.value for row in rows]

    def pooled(self, path: str) -> tuple[Parts, float] | None:
        """All answers put together: figures weighted by those who answered."""
        places = self.shown(self.items_below(path), skips=True)
        if places is None:
            return None
        base = "base" if self.frame.weighted else "count"
        values, sizes = self.figures(places, "value"), self._sizes(places, base)
        ranges = list(_ranges(places))
        parts: list[str | Cited] = ["("]
        for k, (first, last) in enumerate(ranges):
            parts += ["+SUMPRODUCT(" if k else "SUMPRODUCT(", Cited("items", "value", first, last), ","]
            parts += [Cited("items", base, first, last), ")"]
        parts += [")/", *_function("SUM(", (Cited("items", base, *one) for one in ranges))]
        value = math.fsum(v * n for v, n in zip(values, sizes, strict=True)) / math.fsum(sizes)
        return tuple(parts), value

    def _sizes(self, places: Sequence[int], base: str) -> list[float]:
        if base == "count":
            return self.figures(places, "n")
        at = {position: key for key, position in self.lines.items()}
        return [base_of(self.frame, at[place][1]) for place in places]

    def mean(self, path: str) -> tuple[Parts, float] | None:
        """The plain mean of the items."""
        places = self.shown(self.items_below(path), skips=self._renormalises(path))
        if places is None:
            return None
        values = self.figures(places, "value")
        cells = (Cited("items", "value", *one) for one in _ranges(places))
        return tuple(_function("AVERAGE(", cells)), math.fsum(values) / len(values)

    def weighted_mean(self, path: str, parameters: Parameters) -> tuple[Parts, float] | None:
        """The mean of the children by their coefficients; that of the items where they are the children."""
        node = self.trees[path]
        if node.items:
            return self.mean(path)
        cells: list[tuple[Cited, float, Cited, float]] = []
        for child in node.children:
            below = f"{path}.{child.code}"
            row = self.rows[below, node_measure(self.trees[below])]
            if row.value.value is None:
                if row.flag == "undefined" and self._renormalises(path):
                    continue
                return None
            label = self.frame._("Coefficient of {child}").format(child=row.node_label)
            coefficient = parameters.cell(below, label, child.coefficient, below)
            place = Cited("summary", "value", self.places[below])
            cells.append((coefficient, child.coefficient, place, row.value.value))
        if not cells:
            return None
        parts: list[str | Cited] = ["("]
        for k, (coefficient, _, place, _) in enumerate(cells):
            parts += ["+" if k else "", coefficient, "*", place]
        parts += [")/", *_function("SUM(", (one[0] for one in cells))]
        value = math.fsum(c * v for _, c, _, v in cells) / math.fsum(c for _, c, _, _ in cells)
        return tuple(parts), value

    def _renormalises(self, path: str) -> bool:
        return self.trees[path].undefined == "renormalise"


def _ranges(places: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of lines that follow each other."""
    for _, run in groupby(enumerate(places), key=lambda one: one[1] - one[0]):
        found = [place for _, place in run]
        yield found[0], found[-1]


def _function(name: str, cells: Iterable[Cited]) -> list[str | Cited]:
    parts: list[str | Cited] = [name]
    for k, cell in enumerate(cells):
        parts += [",", cell] if k else [cell]
    return [*parts, ")"]


# Intervals


def bounds(frame: Frame, parameters: Parameters) -> Iterator[Rule]:
    """Both ends of the intervals that are a quantile times the standard error, clipped to the ends of the scale."""
    lines = item_lines(frame)
    places = [("summary", k, row) for k, row in enumerate(summary_rows(frame))]
    places += [
        ("items", lines["estimate", row.node, row.measure], row) for row in frame.rows if row.kind == "item"
    ]
    for table, place, row in places:
        quantile = {"t": "t_quantile", "band": "t_quantile", "fpc-margin": "z_quantile"}.get(
            row.interval_method
        )
        if quantile is None or row.measure == "points" or row.low.value is None:
            continue
        yield from _ends(frame, parameters, table, place, row, quantile)


def _ends(
    frame: Frame, parameters: Parameters, table: str, place: int, row: Row, quantile: str
) -> Iterator[Rule]:
    _ = frame._
    parameters.named("scale_lowest", _("Lowest value of the scale"), LOWEST, _("Intervals end there"))
    parameters.named("scale_highest", _("Highest value of the scale"), HIGHEST, _("Intervals end there"))
    value, error = (Cited(table, code, place) for code in ("value", "std_error"))
    reach = parameters.value(quantile) * row.std_error.value
    low, high = max(LOWEST, row.value.value - reach), min(HIGHEST, row.value.value + reach)
    said = _("Estimate less or plus the quantile times the standard error")
    label = row.node_label if table == "summary" else row.node
    for code, figure, parts, found, subject in (
        ("low", row.low, ("MAX(scale_lowest,", value, f"-{quantile}*", error, ")"), low, _("Low")),
        ("high", row.high, ("MIN(scale_highest,", value, f"+{quantile}*", error, ")"), high, _("High")),
    ):
        yield Rule(label, subject, Cited(table, code, place), figure.value, parts, found, said)


# Items


def from_answers(frame: Frame, parameters: Parameters) -> Iterator[Rule]:
    """The figure of an item from the shares of its answers and their scores."""
    lines, measured = item_lines(frame), by_address(frame.scored.measured)
    positions = {variable.name: k for k, variable in enumerate(frame.scored.inputs.variables)}
    for row in frame.rows:
        if row.kind != "item" or row.value.value is None or row.node not in positions:
            continue
        position = positions[row.node]
        if not frame.hides(position):
            found = _answers(frame, parameters, position, row, measured[row.node, row.measure], lines)
            if found is not None:
                yield found


def _answers(
    frame: Frame,
    parameters: Parameters,
    position: int,
    row: Row,
    one: Measured,
    lines: Mapping[Key, int],
) -> Rule | None:
    _, instrument = frame._, frame.scored.instrument
    variable = frame.scored.inputs.variables[position]
    valid = [k for k, option in enumerate(variable.options) if option.missing is None]
    points = _points(frame, one) if one.measure == "points" else None
    scores = [
        float(score)
        for score in option_scores(instrument, one.item, one.measure, points, one.satisfied)[valid]
    ]
    codes = [variable.codes[k] for k in valid]
    weights = frame.counted.weights[position][frame.position][valid]
    places = [lines["answer", variable.name, code] for code in codes]
    if any(map(math.isnan, scores)) or not weights.sum() or places[-1] - places[0] != len(places) - 1:
        return None
    whose = one.item.scale or one.item.code
    text = _("Score of answer {code}, {whose}")
    labels = [text.format(code=code, whose=whose) for code in codes]
    span = parameters.span(
        ("scores", whose, one.measure, tuple(scores)),
        labels,
        scores,
        measure_label(one.measure, frame.language),
    )
    shares = [float(f"{100 * weight / weights.sum():.12g}") for weight in weights]
    cells = Cited("items", "value", places[0], places[-1])
    parts = ("SUMPRODUCT(", cells, ",", span, ")/SUM(", cells, ")")
    value = math.fsum(s * v for s, v in zip(shares, scores, strict=True)) / math.fsum(shares)
    cell = Cited("items", "value", lines["estimate", row.node, row.measure])
    said = _("Shares of the answers times their scores")
    return Rule(row.node, _("Estimate from the answers"), cell, row.value.value, parts, value, said)


def _points(frame: Frame, one: Measured) -> float | None:
    """The points of the first node that scores an item so."""
    for _, _, node in frame.scored.instrument.walk():
        if one.item.code in node.items and node.score == "points":
            return node.points
    return None


# Differences


def differences(frame: Frame, parameters: Parameters) -> Iterator[Rule]:
    """Differences from other domains and from an earlier wave, and the ends of their intervals."""
    own = {(row.node, row.measure): k for k, row in enumerate(summary_rows(frame))}
    for k, line in enumerate(comparison_lines(frame)):
        if line["measure"] in own:
            mine = Cited("summary", "value", own[line["measure"]])
            yield from _difference(frame, parameters, "comparison", k, line, mine)
    for k, line in enumerate(profile_table_lines(frame)):
        yield from _difference(frame, parameters, "profile", k, line, Cited("profile", "own", k))
    for k, row in enumerate(summary_rows(frame)):
        yield from _change(frame, k, row)


def _difference(
    frame: Frame, parameters: Parameters, table: str, place: int, line: Mapping, mine: Cited
) -> Iterator[Rule]:
    _ = frame._
    if line["difference"].value is None:
        return
    label = f"{line['label']}: {line['domain']}"
    less = line["difference"].value
    parts: Parts = (mine, "-", Cited(table, "value", place))
    found = line["own"].value - line["value"].value
    said = _("This scorecard less the domain named")
    cell = Cited(table, "difference", place)
    yield Rule(label, _("Difference"), cell, less, parts, found, said)
    # Of the many lines of Comparison the differences are enough: their bounds are made like those of Profile.
    if table != "profile" or line["low"].value is None or line["std_error"].value is None:
        return
    reach = parameters.value("t_quantile_of_differences") * line["std_error"].value
    said = _("Difference less or plus the quantile times its standard error")
    for code, sign, subject, end in (
        ("low", "-", _("Low"), less - reach),
        ("high", "+", _("High"), less + reach),
    ):
        parts = (cell, f"{sign}t_quantile_of_differences*", Cited(table, "std_error", place))
        yield Rule(label, subject, Cited(table, code, place), line[code].value, parts, end, said)


def _change(frame: Frame, place: int, row: Row) -> Iterator[Rule]:
    _ = frame._
    if not frame.beside.changes or row.value.value is None:
        return
    cells = trend_cells(frame, row)
    earlier, change = cells["previous"].value, cells["change"].value
    if earlier is not None and change is not None:
        parts: Parts = (Cited("summary", "value", place), "-", Cited("summary", "previous", place))
        cell = Cited("summary", "change", place)
        said = _("This wave less the earlier one")
        yield Rule(row.node_label, _("Change"), cell, change, parts, row.value.value - earlier, said)
