"""The past of an agency: what its figure was where it has merged since, and whether two waves may be compared."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from app.agency_cards import Change
from app.messages import translations
from app.scorecards import Figure
from scoring.crosswalk import Crosswalk, back_cast
from scoring.means import t_interval
from scoring.trend import change
from surveys.instrument import Instrument

from .agency import verdict
from .records import SMALL, Record
from .rounding import published


def merged(parts: Sequence[Record], level: float) -> Record:
    """The figure of agencies that are one today: the mean of their figures by their numbers of valid answers.

    As independent samples; volunteers and censuses, which are none, have no interval then. Every remark on a part is
    one on the whole, but that it is small where together they are not. Hidden or undefined where one of the parts is.
    A crosswalk by answers supposes that they were drawn alike in every part.
    """
    gap = next((one for one in parts if one.value is None or not one.n), None)
    if gap is not None:
        return gap
    error = np.array([np.nan if one.std_error is None else one.std_error for one in parts])
    places = np.arange(len(parts))
    walk = Crosswalk(len(parts), 1, places, np.zeros_like(places), [float(one.n) for one in parts])
    past = back_cast([one.value for one in parts], np.diag(error**2), walk)
    std_error, df = float(np.sqrt(past.covariance[0, 0])), sum(one.df or 0 for one in parts)
    low, high = t_interval(past.value, np.array([std_error]), np.array([float(df)]), level=level)
    n = sum(one.n for one in parts)
    # Bands of volunteers and margins of a census are no intervals of independent samples.
    sampled = all(one.interval_method not in ("band", "fpc-margin") for one in parts)
    known = sampled and std_error > 0 and df > 0
    words = dict.fromkeys(word for one in parts for word in (one.flag or "").split())
    flag = " ".join(word for word in words if word != "small" or n < SMALL) or None
    told = dict.fromkeys(reason for one in parts for reason in one.reason)
    reasons = tuple(
        one
        for one in told
        if (one[0] != "small" or n < SMALL)
        and (one[0] != "complete" or all(one in each.reason for each in parts))
    )
    return replace(
        parts[0],
        value=published(past.value[0]),
        std_error=published(std_error),
        low=published(max(low[0], 0.0)) if known else None,
        high=published(min(high[0], 100.0)) if known else None,
        interval_method="t" if known else "none",
        df=df,
        n=n,
        n_psu=sum(one.n_psu or 0 for one in parts),
        n_eff=None,
        deff=None,
        flag=flag,
        reason=reasons,
    )


def compared(
    earlier: Record, later: Record, heads: tuple[Mapping[str, Any], Mapping[str, Any]], language: str
) -> Change | None:
    """Later less earlier as of two samples drawn apart; None where a wave is no probability sample or has no error."""
    known = all(one.value is not None and one.std_error for one in (earlier, later))
    if not known or any(head["wave_kind"] != "probability" for head in heads):
        return None
    level = heads[1]["level"]
    joint = np.diag([earlier.std_error**2, later.std_error**2])
    found = change([earlier.value], [later.value], joint, min(earlier.df or 0, later.df or 0))
    low, high = found.confidence_interval(level)
    difference, p = published(found.difference[0]), published(found.p_value[0])
    figures = [
        Figure(x) if x is not None else Figure(None, "x") for x in (published(low[0]), published(high[0]), p)
    ]
    return Change(
        difference=Figure(difference),
        low=figures[0],
        high=figures[1],
        p=figures[2],
        verdict=verdict(p, difference, round(1 - level, 12), translations(language).gettext),
    )


def meaning(instrument: Instrument, index: str) -> str | None:
    """What an index measures, as text to be compared: its nodes, items and rules; None where there is none such.

    Titles and wordings are no part of it: an item that asks for something else has another code.
    """
    nodes = [(path, node) for _, path, node in instrument.walk() if path.split(".")[0] == index]
    if not nodes:
        return None
    items = [instrument.item(code) for code in sorted({code for _, node in nodes for code in node.items})]
    told = {
        "nodes": [
            [path, node.model_dump(mode="json", exclude={"title", "children", "source", "status"})]
            for path, node in nodes
        ],
        "items": [
            [
                item.code,
                item.reverse,
                item.max,
                item.show_if,
                [[option.code, option.value, option.missing] for option in instrument.options(item)],
                list(instrument.satisfied(item)),
            ]
            for item in items
        ],
    }
    return json.dumps(told, sort_keys=True)


def method(head: Mapping[str, Any]) -> tuple[object, ...]:
    """How a wave was drawn and weighted, as far as it decides whether figures may be compared."""
    options = head["options"]
    weighted = options["weight"] is not None or "weighting" in options.get("requests", {})
    return (head["wave_kind"], weighted)
