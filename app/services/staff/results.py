"""One unit of a released staff wave, for a page: its card, what stands around it, and what was written there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.messages import translations
from app.models import Release, Wave
from app.queries.agencies import AgencyTree, get_tree
from app.queries.errors import NotFound
from app.queries.unit_results import list_comments
from app.queries.waves import instrument_of
from app.services.assembly.labels import text_in
from app.services.assembly.staff import WHOLE
from app.services.assembly.stems import file_stems
from app.services.assembly.tableset import TABLES
from app.services.assembly.unit_cards import unit_card
from app.services.assembly.units import UNITS
from app.services.releasing import AGENCY, domain_names
from app.services.staff.tables import read_beside
from app.unit_cards import GroupTable, UnitCard


@dataclass(frozen=True, slots=True)
class Comments:
    """What was written to one open item, in an order that was drawn."""

    label: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnitResult:
    """A unit in one language. `card` None: it has no results of its own, and `absence` says where it is counted.

    `above` and `below` are (code, name); `table` is the one by the profile item asked for; `variables` are those that
    can be asked for.
    """

    code: str
    name: str
    above: tuple[tuple[str, str], ...]
    below: tuple[tuple[str, str], ...]
    card: UnitCard | None
    absence: str
    variables: tuple[tuple[str, str], ...]
    table: GroupTable | None
    comments: tuple[Comments, ...]
    threshold: int
    workbook: str | None


def unit_result(release: Release, code: str, variable: str | None, language: str) -> UnitResult:
    """The results of an agency (`WHOLE`: of all). NotFound for another wave, agency or profile item."""
    wave = release.wave
    if not wave.anonymous:
        raise NotFound("unit results of wave", f"{wave.survey.code}/{wave.code}")
    document, tree, instrument = read_beside(release, UNITS), get_tree(wave.tree_date), instrument_of(wave)
    if code != WHOLE and code not in tree:
        raise NotFound("agency", code)
    if variable and variable not in document["variables"]:
        raise NotFound("table by", variable)
    names = domain_names(tree, language)
    card = unit_card(document, code, instrument, names, language)
    if variable and card is None:
        raise NotFound("table of", code)
    chosen = variable or next(iter(document["variables"]), None)
    everywhere = translations(language).gettext("All agencies")
    children = tree.roots if code == WHOLE else tree.children(code)
    path = () if code == WHOLE else tree.path(code)[:-1]
    return UnitResult(
        code=code,
        name=everywhere if code == WHOLE else names[code],
        above=(() if code == WHOLE else ((WHOLE, everywhere), *((one, names[one]) for one in path))),
        below=tuple((one, names[one]) for one in children),
        card=card,
        absence="" if card else _absence(document, code, tree, names, language),
        variables=tuple((one, text_in(instrument.item(one).text, language)) for one in document["variables"]),
        table=next((one for one in card.tables if one.variable == chosen), None) if card else None,
        comments=tuple(_comments(wave, document, code, language)) if card else (),
        threshold=document["threshold"],
        workbook=None if card is None else _stem(document, code),
    )


def unit_table(release: Release, code: str, variable: str | None) -> dict[str, Any]:
    """One table of the release's set, ready for JSON; NotFound for anything that is not in the set."""
    wave = release.wave
    if not wave.anonymous:
        raise NotFound("tables of wave", f"{wave.survey.code}/{wave.code}")
    document = read_beside(release, TABLES)
    rows = [
        {"category": one["category"], "n": one["n"]}
        for one in document["cells"]
        if one["branch"] == code and one["variable"] == variable
    ]
    if not rows or (variable is not None and variable not in document["variables"]):
        raise NotFound("table", f"{code} by {variable}" if variable else code)
    unit = read_beside(release, UNITS)["units"][code]
    if variable is None:
        found: Any = [rows[0] | {"figures": unit["figures"], "items": unit["items"]}]
    else:
        found = unit["tables"][variable]
    return {"wave": document["wave"], "branch": code, "variable": variable, "rows": found}


def placed_comments(wave: Wave, document: Mapping[str, Any]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Comments by (agency, item): each stands once, under the first agency that may show it, or nowhere.

    A group shows what was written to an item if at least `threshold` of its people wrote and its results are shown;
    else its comments join those of the agency above. The order is that of numbers that were drawn.
    """
    tree = get_tree(wave.tree_date)
    waiting: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    items: dict[str, None] = {}
    for order, one in enumerate(list_comments(wave)):
        waiting[one.agency, one.item].append((order, one.text))
        items[one.item] = None
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    deepest_first = sorted((one.code for one in tree.agencies), key=lambda code: -len(tree.path(code)))
    for item in items:
        for code in deepest_first:
            written = waiting.get((code, item), [])
            unit = document["units"].get(code)
            shown = unit is not None and unit["answered"] is not None
            if shown and len(written) >= document["threshold"]:
                found[code, item] = tuple(text for _, text in sorted(written))
            elif written and len(tree.path(code)) > 1:
                waiting[tree.path(code)[-2], item] += written
    return found


def _comments(wave: Wave, document: Mapping[str, Any], code: str, language: str) -> list[Comments]:
    instrument = instrument_of(wave)
    return [
        Comments(text_in(instrument.item(item).text, language), texts)
        for (agency, item), texts in placed_comments(wave, document).items()
        if agency == code
    ]


def _absence(
    document: Mapping[str, Any], code: str, tree: AgencyTree, names: Mapping[str, str], language: str
) -> str:
    """Why a unit has no results of its own, in one sentence."""
    _ = translations(language).gettext
    for above in reversed(tree.path(code)[:-1]) if code != WHOLE else ():
        unit = document["units"].get(above)
        if unit is not None and unit["answered"] is not None:
            return _(
                "This unit has no results of its own, because fewer than %(threshold)s people answered here or in a"
                " unit beside it; its answers are counted in %(above)s."
            ) % {"threshold": document["threshold"], "above": names[above]}
    return _(
        "Nothing can be shown here, because fewer than %(threshold)s people answered here or in a unit beside it."
    ) % {"threshold": document["threshold"]}


def _stem(document: Mapping[str, Any], code: str) -> str:
    """The unit's workbook, named as when it was written: by the domains of the run, in their order."""
    domains = [(None, None) if one == WHOLE else (AGENCY, one) for one in document["units"]]
    return file_stems(domains)[(None, None) if code == WHOLE else (AGENCY, code)]
