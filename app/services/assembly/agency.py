"""Of a results document what the page of one agency shows beside its figures: answers, and what was tested."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from app.agency_cards import AnswerShare, Difference, ItemAnswers
from app.messages import translations
from app.scorecards import Figure
from surveys.instrument import Instrument

from .labels import node_label, text_in
from .measures import Measured
from .reading import Answers, ResultsRead


def item_answers(
    results: ResultsRead, domain: str | None, instrument: Instrument, language: str
) -> tuple[ItemAnswers, ...] | None:
    """The answers to each scored item in the order of the instrument; None in a release that has none."""
    if results.answers is None:
        return None
    return tuple(_answers(one, instrument, language) for one in results.answers.get(domain, {}).values())


def _answers(found: Answers, instrument: Instrument, language: str) -> ItemAnswers:
    item = instrument.item(found.item)
    options = [option for option in instrument.options(item) if option.missing is None]
    shares = found.shares

    def figure(code: str) -> Figure:
        if shares is None:
            return Figure(None, "c")
        # Of no answers there are no shares.
        return Figure(shares[code]) if found.n else Figure(None, "x")

    return ItemAnswers(
        item=found.item,
        label=text_in(item.text, language),
        n=Figure(None, "c") if found.n is None else Figure(found.n),
        shares=tuple(
            AnswerShare(option.code, text_in(option.label, language), figure(option.code), place)
            for place, option in enumerate(options, start=1)
        ),
    )


def differences(
    results: ResultsRead,
    domain: str,
    others: Mapping[str, str],
    addresses: Mapping[tuple[str, str], Measured],
    language: str,
) -> Iterator[Difference]:
    """The domain less each of the others (names by code) that it was tested against, in the order of the run."""
    _ = translations(language).gettext
    below = round(1 - results.head["level"], 12)
    for one in results.comparisons.get(domain, ()):
        turned = one["b"] == domain
        other = one["a"] if turned else one["b"]
        if other not in others:
            continue
        told = one["p_adjusted"] is not None and one["p_adjusted"] < below
        difference = _turned(one["difference"], turned)
        low, high = (one["high"], one["low"]) if turned else (one["low"], one["high"])
        yield Difference(
            node=one["node"],
            node_label=node_label(addresses[one["node"], one["measure"]], language),
            other=other,
            other_name=others[other],
            difference=_figure(difference),
            low=_figure(_turned(low, turned)),
            high=_figure(_turned(high, turned)),
            p=_figure(one["p_adjusted"]),
            verdict=verdict(one["p_adjusted"], difference, below, _),
            told=told,
        )


def verdict(p: float | None, difference: float | None, below: float, _: Callable[[str], str]) -> str:
    """What a test says of a difference, in the words of the Comparison sheet."""
    if p is None or difference is None:
        return _("not tested")
    if p >= below:
        return _("no difference shown")
    return _("higher") if difference > 0 else _("lower")


def _turned(value: float | None, turned: bool) -> float | None:
    return None if value is None else 0.0 - value if turned else value


def _figure(value: Any) -> Figure:
    return Figure(value) if value is not None else Figure(None, "x")
