"""The words for measures, rules, methods, domains and missing kinds, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from babel.numbers import format_decimal

from app.messages import locale, translations
from surveys.instrument import Instrument, Text

from .measures import Measured
from .options import CROSSING, JOINT


def text_in(text: Text, language: str) -> str:
    """A text of the instrument in this language, or in the first it has."""
    return text.get(language) or next(iter(text.values()))


def node_label(measured: Measured, language: str) -> str:
    return text_in(measured.item.text if measured.item else measured.tree.title, language)


def domain_label(
    instrument: Instrument, by: str | None, domain: str | None, language: str, names: Mapping[str, str]
) -> str:
    """The name of a domain, or its code where nothing names it; empty for the whole.

    `names` by code comes first; a column that is an item names its domains by the item's options. The parts of a
    crossing are joined by a comma.
    """
    if by is None or domain is None:
        return ""
    parts = zip(*domain_parts(by, domain), strict=True)
    return names.get(domain) or ", ".join(
        _option_label(instrument, column, code, language) for column, code in parts
    )


def domain_parts(by: str, domain: str) -> tuple[list[str], list[str]]:
    """The columns and the codes of a domain; one of each unless it is one of a crossing."""
    columns = by.split(CROSSING)
    return columns, domain.split(JOINT) if len(columns) > 1 else [domain]


def _option_label(instrument: Instrument, column: str, code: str, language: str) -> str:
    item = next((item for item in instrument.items if item.code == column), None)
    options = instrument.options(item) if item is not None else ()
    found = next((option for option in options if option.code == code), None)
    return text_in(found.label, language) if found else code


def measure_label(measure: str, language: str) -> str:
    _ = translations(language).gettext
    return {
        "top_box": _("Satisfied, % of valid answers"),
        "mean_100": _("Mean score, 0 to 100"),
        "points": _("Points"),
        "respondent_mean": _("Mean of respondents' scores, 0 to 100"),
    }[measure]


def satisfied_label(instrument: Instrument, measured: Measured, language: str) -> str:
    """The measure of an item; a top box names the codes it counts."""
    label = measure_label(measured.measure, language)
    if measured.measure != "top_box" or measured.item is None:
        return label
    codes = ", ".join(satisfied_codes(instrument, measured))
    return translations(language).gettext("{measure} (codes {codes})").format(measure=label, codes=codes)


def satisfied_codes(instrument: Instrument, measured: Measured) -> tuple[str, ...]:
    """Codes of an item that count as satisfied, mirrored where agreement is bad."""
    options = [option for option in instrument.options(measured.item) if option.value is not None]
    codes = measured.satisfied or instrument.satisfied(measured.item)
    satisfied = {option.value for option in options if option.code in codes}
    if measured.item.reverse:
        ends = min(option.value for option in options) + max(option.value for option in options)
        satisfied = {ends - value for value in satisfied}
    return tuple(option.code for option in options if option.value in satisfied)


def aggregate_label(aggregate: str, language: str) -> str:
    _ = translations(language).gettext
    return {
        "pooled_answers": _("all valid answers to the items below are put together"),
        "mean_of_items": _("plain mean of the figures of all items below"),
        "mean_of_children": _("mean of the figures one level below, by their coefficients"),
        "respondent_mean": _("mean over respondents of each one's own score"),
    }[aggregate]


def interval_label(method: str, language: str) -> str:
    _ = translations(language).gettext
    return {
        "korn-graubard-cluster": _("Korn-Graubard interval, one more cluster supposed"),
        "korn-graubard-nchs": _("Korn-Graubard interval"),
        "t": _("t interval"),
        "fpc-margin": _("finite-population margin"),
        "band": _("variation band, not a confidence interval"),
        "none": _("none"),
    }[method]


def lonely_label(rule: str, language: str) -> str:
    """What a stratum with one PSU adds to a variance."""
    _ = translations(language).gettext
    return {
        "fail": _("none may occur"),
        "adjust": _("its distance from the mean of all PSUs"),
        "average": _("the mean of the other strata"),
        "certainty": _("nothing, taken as drawn with certainty"),
        "remove": _("nothing, left out"),
    }[rule]


def level_label(level: float, language: str) -> str:
    """A confidence level: `95%`, `97,5%`."""
    return f"{format_decimal(Decimal(f'{100 * level:.10g}'), locale=locale(language))}%"


def wave_kind_label(kind: str, language: str) -> str:
    _ = translations(language).gettext
    return {
        "probability": _("Probability sample"),
        "census": _("Census: everyone was asked"),
        "volunteer": _("Volunteers: an open link, people chose themselves"),
    }[kind]


def state_label(kind: str, language: str) -> str:
    """A missing kind, a contradiction or an unlisted code."""
    _ = translations(language).gettext
    return {
        "not_applicable": _("Does not apply"),
        "dont_know": _("Don't know"),
        "refused": _("Refused"),
        "not_asked": _("Not asked"),
        "no_answer": _("No answer"),
        "contradiction": _("Contradiction: answered an item that was not asked; not scored"),
        "unlisted": _("Code not on the scale; not scored"),
    }[kind]
