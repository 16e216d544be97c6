"""From the unit results of a release to labelled cards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from app.messages import translations
from app.scorecards import Figure
from app.unit_cards import Change, Extremes, Gap, GroupLine, GroupTable, UnitCard, UnitLine
from scoring.group_tests import LEAST_FOR_INDEX, LEAST_FOR_QUESTION
from surveys.instrument import Index, Instrument

from .labels import level_label, text_in
from .staff import WHOLE
from .units import items_below

NOT_APPLICABLE, HIDDEN, NOT_AVAILABLE = Figure(None, "z"), Figure(None, "c"), Figure(None, "x")


def unit_card(
    document: Mapping[str, Any], code: str, instrument: Instrument, names: Mapping[str, str], language: str
) -> UnitCard | None:
    """The card of a unit; None where the release shows nothing of it."""
    unit = document["units"].get(code)
    if unit is None or unit["answered"] is None:
        return None
    return _Labeller(document, unit, instrument, names, language).card(code)


class _Labeller:
    def __init__(
        self,
        document: Mapping[str, Any],
        unit: Mapping[str, Any],
        instrument: Instrument,
        names: Mapping[str, str],
        language: str,
    ):
        self.document, self.unit, self.instrument = document, unit, instrument
        self.names, self.language = names, language
        self._ = translations(language).gettext
        self.nodes = {path: node for _, path, node in instrument.walk()}
        self.shown, self.twins = self._paired()
        self.items = {item.code: text_in(item.text, language) for item in instrument.items}

    def card(self, code: str) -> UnitCard:
        unit = self.unit
        asked, answered = unit["heads"], unit["answered"]
        return UnitCard(
            code=code,
            asked=_known(asked),
            answered=Figure(answered),
            rate=Figure(100 * answered / asked) if asked else NOT_AVAILABLE,
            beside=tuple(self._beside_label(name) for name in unit["beside"]),
            lines=(*self._figures(), *self._shares()),
            best=self._extremes("best"),
            worst=self._extremes("worst"),
            gaps=tuple(self._gaps()),
            tables=tuple(self._table(variable) for variable in self.document["variables"]),
            remarks=tuple(self._remarks()),
        )

    def _paired(self) -> tuple[list[str], dict[str, str]]:
        """Figures in order, and for those that have one the figure that is the % positive of the same items.

        An instrument may score the same items twice, by their mean and by who agrees: then both stand on one line.
        """
        addresses = list(self.unit["figures"])
        nodes = [self.nodes[one.partition(" ")[0]] for one in addresses]
        twins: dict[str, str] = {}
        for address, node in zip(addresses, nodes, strict=True):
            for other, one in zip(addresses, nodes, strict=True):
                same = items_below(node) == items_below(one) and isinstance(node, Index) == isinstance(
                    one, Index
                )
                if (
                    same
                    and node.score != "top_box"
                    and one.score == "top_box"
                    and other not in twins.values()
                ):
                    twins.setdefault(address, other)
        gone = set(twins.values())
        return [one for one in addresses if one not in gone], twins

    def _name(self, code: str) -> str:
        return self._("All agencies") if code == WHOLE else self.names.get(code, code)

    def _node_label(self, address: str) -> str:
        """A title; where several have the same, with that of its index and its code."""
        paths = [one.partition(" ")[0] for one in self.shown]
        titles = Counter(text_in(self.nodes[path].title, self.language) for path in paths)
        path = address.partition(" ")[0]
        title = text_in(self.nodes[path].title, self.language)
        if titles[title] == 1:
            return title
        if isinstance(self.nodes[path], Index):
            return f"{title} [{path}]"
        return f"{text_in(self.nodes[path.partition('.')[0]].title, self.language)}: {title} [{path}]"

    def _beside_label(self, name: str) -> str:
        if name == "parent":
            return self._name(self.unit["parent"])
        if name == "whole":
            return self._("All agencies")
        return text_in(self.document["last_wave"]["title"], self.language)

    def _figures(self) -> Iterator[UnitLine]:
        for address in self.shown:
            one, twin = self.unit["figures"][address], self.unit["figures"].get(self.twins.get(address))
            path = address.partition(" ")[0]
            node = self.nodes[path]
            theme = self.unit["themes"].get(address)
            is_index = isinstance(node, Index)
            yield UnitLine(
                kind="index" if is_index else "dimension",
                code=path,
                label=self._node_label(address),
                value=_of(one, "value"),
                low=_of(one, "low", NOT_AVAILABLE if one else HIDDEN),
                high=_of(one, "high", NOT_AVAILABLE if one else HIDDEN),
                positive=(
                    _of(twin, "value")
                    if address in self.twins
                    else (NOT_APPLICABLE if is_index else _of(theme, "positive"))
                ),
                neutral=NOT_APPLICABLE,
                negative=NOT_APPLICABLE,
                n=_of(one, "n"),
                changes=self._changes("figures", address),
            )

    def _shares(self) -> Iterator[UnitLine]:
        for code, one in self.unit["items"].items():
            yield UnitLine(
                kind="item",
                code=code,
                label=self.items[code],
                value=NOT_APPLICABLE,
                low=NOT_APPLICABLE,
                high=NOT_APPLICABLE,
                positive=_of(one, "positive"),
                neutral=_of(one, "neutral"),
                negative=_of(one, "negative"),
                n=_of(one, "n"),
                changes=self._changes("items", code),
            )

    def _changes(self, kind: str, name: str) -> tuple[Change, ...]:
        _ = self._
        found = []
        for other in self.unit["beside"].values():
            one = other[kind].get(name)
            if one is None:
                found.append(Change(NOT_AVAILABLE, _("not shown in both"), False))
                continue
            difference = one["difference"]
            if one["significant"] is None:
                said = _("not tested")
            elif one["significant"]:
                said = _("significantly higher") if difference > 0 else _("significantly lower")
            else:
                said = _("no significant difference")
            found.append(Change(Figure(difference), said, bool(one["significant"])))
        return tuple(found)

    def _extremes(self, name: str) -> Extremes:
        found = self.unit[name]
        return Extremes(tuple(self.items[code] for code in found["items"]), found["tied"])

    def _gaps(self) -> Iterator[Gap]:
        for one in self.unit["gaps"]:
            yield Gap(
                label="; ".join(self.items[code] for code in one["items"]),
                citizens=Figure(one["citizens"]),
                n_citizens=Figure(one["n_citizens"]),
                staff=Figure(one["staff"]),
                n_staff=Figure(one["n_staff"]),
                gap=Figure(one["gap"]),
            )

    def _table(self, variable: str) -> GroupTable:
        item = self.instrument.item(variable)
        options = {one.code: text_in(one.label, self.language) for one in self.instrument.options(item)}
        addresses = self.shown
        return GroupTable(
            variable=variable,
            label=text_in(item.text, self.language),
            headers=tuple(map(self._node_label, addresses)),
            lines=tuple(
                GroupLine(
                    label=options[one["category"]],
                    n=HIDDEN if one["n"] is None else Figure(one["n"]),
                    figures=tuple(
                        NOT_AVAILABLE if one["n"] == 0 else _of(one["figures"].get(address), "value")
                        for address in addresses
                    ),
                )
                for one in self.unit["tables"][variable]
            ),
        )

    def _remarks(self) -> Iterator[str]:
        _ = self._
        yield _(
            "Low and high: a {level} margin for those who did not answer, which supposes that they think like the"
            " others."
        ).format(level=level_label(self.document["level"], self.language))
        yield _(
            "Differences are taken of unrounded figures: of the value for an index or a dimension, of % positive for an"
            " item. They are tested at {level} by the rules of the UK's People Survey, with at least {question} answers"
            " to an item and {index} people for an index or a dimension; a group above the unit counts as known, the"
            " last wave as another group."
        ).format(
            level=level_label(self.document["level"], self.language),
            question=LEAST_FOR_QUESTION,
            index=LEAST_FOR_INDEX,
        )


def _known(value: int | float | None) -> Figure:
    return NOT_AVAILABLE if value is None else Figure(value)


def _of(one: Mapping[str, Any] | None, name: str, otherwise: Figure = HIDDEN) -> Figure:
    return otherwise if one is None or one[name] is None else Figure(one[name])
