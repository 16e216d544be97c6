"""The columns of an export of answers: what each is called, asks, and may hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from app.messages import translations
from app.services.snapshot_columns import MISSING, is_design_column
from surveys.answers import MISSING_KINDS
from surveys.codebook import Variable, variables
from surveys.instrument import Instrument, Item

# What a column holds: a code of its options; 1 or 0; text that was typed; a number; a day; the reason why the column
# before it is empty; or something of the plan.
Holds = Literal["choice", "flag", "text", "number", "date", "agency", "reason", "plain", "count"]

AGENCY_NAME = "agency_name"

# Marks a sentence for the catalogue; it is translated where the file is made.
_ = str

DESIGN_TEXTS = {
    "response_key": _("Random key of the response"),
    "agency": _("Code of the agency"),
    AGENCY_NAME: _("Name of the agency"),
    "collector": _("Number of the link"),
    "stratum": _("Stratum of the sampling plan"),
    "weight": _("Base weight of the sampling plan"),
    "mode": _("How the answer came"),
    "language": _("Language of the form"),
    "date": _("Day on which the answer arrived"),
    "flags": _("Quality flags"),
}
CLUSTER_TEXT = _("Cluster, stage %(stage)s")
FPC_TEXT = _("Clusters in the population, stage %(stage)s")
REASON_TEXT = _("Why it is empty: %(text)s")
CHOSEN, NOT_CHOSEN = _("chosen"), _("not chosen")
KIND_TEXTS = {
    "not_applicable": _("does not apply"),
    "dont_know": _("does not know"),
    "refused": _("would not say"),
    "not_asked": _("was not asked"),
    "no_answer": _("left blank"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One code that a column may hold, with its words. `missing` is the kind of missing answer it stands for."""

    code: str
    label: str
    value: float | None = None
    satisfied: bool = False
    missing: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column, in the language of the export. `item`, `section`, `role` and `asked` are empty for the plan's."""

    name: str
    holds: Holds
    text: str
    choices: tuple[Choice, ...] = ()
    item: str = ""
    section: str = ""
    role: str = ""
    asked: str = ""


def columns_of(
    present: Sequence[str],
    instruments: Iterable[Instrument],
    language: str,
    *,
    design: bool = True,
    missing: bool = True,
) -> tuple[Column, ...]:
    """The columns for a snapshot that has those `present`, in its order.

    `instruments` are all versions that were answered, the wave's own first: a column is described by the first version
    that has it, with the options of all.
    """
    items = _items(instruments, language)
    found: list[Column] = []
    for name in present:
        if name in items:
            found.append(items[name])
        elif name.endswith(MISSING) and name.removesuffix(MISSING) in items:
            if missing:
                found.append(_reason(items[name.removesuffix(MISSING)], language))
        elif design or name == "response_key":
            found.append(_design(name, language))
            if name == "agency":
                found.append(_design(AGENCY_NAME, language))
    return tuple(found)


def _items(instruments: Iterable[Instrument], language: str) -> dict[str, Column]:
    found: dict[str, Column] = {}
    for instrument in instruments:
        sections = {item.code: one for one in instrument.sections for item in one.items}
        for variable in variables(instrument):
            column = _item(
                instrument, variable, _in(sections[variable.item].title, instrument, language), language
            )
            known = found.get(variable.column)
            found[variable.column] = _with_more(known, column) if known else column
    return found


def _with_more(known: Column, older: Column) -> Column:
    """The column with the codes that only an older version offered behind its own."""
    codes = {choice.code for choice in known.choices}
    return replace(
        known,
        choices=(*known.choices, *(choice for choice in older.choices if choice.code not in codes)),
    )


def _item(instrument: Instrument, variable: Variable, section: str, language: str) -> Column:
    item = instrument.item(variable.item)
    asked = _in(item.text, instrument, language)
    text, holds, choices = asked, _holds(item), _choices(instrument, item, language)
    if variable.option is not None:
        option = next(one for one in instrument.options(item) if one.code == variable.option)
        text, holds = f"{asked} – {_in(option.label, instrument, language)}", "flag"
        say = translations(language).gettext
        choices = (Choice("1", say(CHOSEN)), Choice("0", say(NOT_CHOSEN)))
    return Column(variable.column, holds, text, choices, item.code, section, item.role, asked)


def _holds(item: Item) -> Holds:
    kinds: dict[str, Holds] = {
        "number": "number",
        "date": "date",
        "rated_agency": "agency",
        "choice": "choice",
    }
    return kinds.get(item.type, "text")


def _choices(instrument: Instrument, item: Item, language: str) -> tuple[Choice, ...]:
    satisfied = instrument.satisfied(item)
    return tuple(
        Choice(
            option.code,
            _in(option.label, instrument, language),
            option.value,
            option.code in satisfied,
            option.missing,
        )
        for option in instrument.options(item)
    )


def _reason(column: Column, language: str) -> Column:
    say = translations(language).gettext
    kinds = tuple(Choice(kind, say(KIND_TEXTS[kind])) for kind in MISSING_KINDS)
    text = say(REASON_TEXT) % {"text": column.text}
    return Column(column.name + MISSING, "reason", text, kinds, column.item, column.section, column.role)


def _design(name: str, language: str) -> Column:
    say = translations(language).gettext
    word, _mark, stage = name.rpartition("_")
    if word in {"cluster", "fpc"} and stage.isdecimal():
        text = say(CLUSTER_TEXT if word == "cluster" else FPC_TEXT) % {"stage": stage}
        return Column(name, "plain" if word == "cluster" else "count", text)
    holds: dict[str, Holds] = {"weight": "number", "date": "date"}
    if not is_design_column(name) and name != AGENCY_NAME:
        raise ValueError(f"Column {name} is neither of the plan nor of the questionnaire.")
    return Column(name, holds.get(name, "plain"), say(DESIGN_TEXTS[name]))


def _in(texts: Mapping[str, str], instrument: Instrument, language: str) -> str:
    return texts.get(language) or texts[instrument.languages[0]]
