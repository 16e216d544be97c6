"""Many links at once: one per agency of a branch, one per day at a counter, or the rows of a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.models import MODES, Wave
from app.queries.agencies import get_tree
from app.queries.collectors import list_collectors
from app.services.agencies.listing import parsed_day
from app.services.agencies.rows import clean
from app.services.faults import Fault
from app.services.fieldwork import CollectorRow
from app.services.sampling import Plan
from app.services.spoken import SpokenError
from app.services.spreadsheets import TableRefused, read_table

# A wave of a whole country has one link at each of some 3,300 offices; counter-days are a multiple of that.
MOST_LINKS = 20_000
MOST_DAYS = 366

COLUMNS = {
    "agency": ("agency", "code", "mã", "mã cơ quan"),
    "label": ("label", "nhãn"),
    "mode": ("mode", "cách trả lời"),
    "day": ("day", "ngày"),
    "target": ("target", "chỉ tiêu"),
    "stratum": ("stratum", "tầng"),
    "cluster_1": ("cluster 1", "cluster", "psu", "cụm"),
    "cluster_2": ("cluster 2", "ssu"),
    "fpc_1": ("fpc 1", "fpc"),
    "fpc_2": ("fpc 2",),
    "weight": ("weight", "trọng số"),
}
_DESIGN = {"stratum", "cluster_1", "cluster_2", "fpc_1", "fpc_2", "weight"}

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str


class NoLinks(SpokenError):
    """Nothing came of what was asked for."""


@dataclass(frozen=True, slots=True)
class LinkList:
    """What a file says: the rows, their numbers in the file, and every fault."""

    rows: tuple[CollectorRow, ...]
    numbers: tuple[int, ...]
    ignored: tuple[str, ...]
    faults: tuple[Fault, ...]


def days_between(first: date, last: date, weekdays: Sequence[int]) -> list[date]:
    """The days from the first to the last that fall on these weekdays (0: Monday)."""
    span = (last - first).days + 1
    return [
        day
        for day in (first + timedelta(n) for n in range(min(span, MOST_DAYS)))
        if day.weekday() in weekdays
    ]


def branch_rows(
    wave: Wave,
    top: str | None,
    kind: str,
    *,
    mode: str,
    label: str = "",
    days: Sequence[date] = (),
    target: int | None = None,
    language: str = "vi",
) -> list[CollectorRow]:
    """One row per agency of a kind in a branch (None: the whole tree), or per agency and day where days are given.

    `kind` may be empty: all that have nothing below. An agency that has a link of this mode and day is left out.
    Raises NoLinks where nothing is left, or too much.
    """
    tree = get_tree(wave.tree_date)
    codes = tree.branch(top) if top else [code for root in tree.roots for code in tree.branch(root)]
    there = {(one.agency.code, one.mode, one.day) for one in list_collectors(wave) if one.state == "open"}
    rows = [
        CollectorRow(
            agency=code, label=(label or tree.label(code, language))[:255], mode=mode, day=day, target=target
        )
        for code in codes
        if (tree.get(code).kind == kind if kind else not tree.children(code))
        for day in (days or (None,))
        if (code, mode, day) not in there
    ]
    if not rows:
        raise NoLinks(_("No agency of this branch and kind is without such a link."))
    if len(rows) > MOST_LINKS:
        raise NoLinks(
            _("These would be %(count)s links; at most %(most)s are made at once."),
            count=len(rows),
            most=MOST_LINKS,
        )
    return rows


def read_link_list(wave: Wave, content: bytes) -> LinkList:
    """The links of a file. Raises TableRefused where it is no such list."""
    header, rows = read_table(content)
    places, ignored = _places(header)
    if not rows:
        raise TableRefused(_("The file has a header and no rows; write one line per link."))
    if len(rows) > MOST_LINKS:
        raise TableRefused(
            _("The file has %(count)s rows; a list takes at most %(most)s."), count=len(rows), most=MOST_LINKS
        )
    tree = get_tree(wave.tree_date)
    faults: list[Fault] = []
    read = []
    for number, cells in rows:
        values = {
            column: clean(cells[place]) if place < len(cells) else "" for column, place in places.items()
        }
        code = values["agency"]
        if code not in tree:
            faults.append(
                Fault(
                    number,
                    _("no agency %(agency)s exists on the wave's tree date; correct the code."),
                    {"agency": f"{code:.64}"},
                )
            )
        mode = values.get("mode") or "qr"
        if mode not in MODES:
            faults.append(
                Fault(
                    number,
                    _("answers cannot come by %(mode)s; write one of %(modes)s."),
                    {"mode": f"{mode!r:.40}", "modes": ", ".join(MODES)},
                )
            )
        label = values.get("label") or (tree.label(code, "vi") if code in tree else code)
        faults += _number_faults(number, values)
        read.append(
            CollectorRow(
                agency=code,
                label=label,
                mode=mode,
                day=parsed_day(values.get("day", "")),
                target=_whole(values.get("target", "")),
                plan=_plan(values) if _DESIGN & places.keys() else None,
            )
        )
    return LinkList(tuple(read), tuple(number for number, _cells in rows), tuple(ignored), tuple(faults))


def _places(header: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    known = {name: column for column, names in COLUMNS.items() for name in names}
    places: dict[str, int] = {}
    ignored = []
    for place, cell in enumerate(header):
        column = known.get(clean(cell.replace("_", " ").casefold()))
        if column is None:
            ignored += [clean(cell)] if cell.strip() else []
        elif column in places:
            raise TableRefused(
                _("The header names the column “%(column)s” twice; remove one."), column=clean(cell)
            )
        else:
            places[column] = place
    if "agency" not in places:
        raise TableRefused(
            _("The file has no column “agency” (or “mã cơ quan”); add one with the codes of the agencies.")
        )
    return places, ignored


def _number_faults(number: int, values: Mapping[str, str]) -> Iterator[Fault]:
    day = values.get("day", "")
    if day and parsed_day(day) is None:
        yield Fault(number, _("“%(text)s” is no day; write it as 2026-03-31."), {"text": day[:40]})
    for column in ("target", "fpc_1", "fpc_2"):
        text = values.get(column, "")
        if text and _whole(text) is None:
            yield Fault(
                number,
                _("“%(text)s” in the column %(column)s is no whole number."),
                {"text": text[:40], "column": column},
            )
    weight = values.get("weight", "")
    if weight and _weight(weight) is None:
        yield Fault(number, _("“%(text)s” is no weight; write a number above 0."), {"text": weight[:40]})


def _plan(values: Mapping[str, str]) -> Plan:
    clusters = [values.get(name, "") for name in ("cluster_1", "cluster_2")]
    counts = [_whole(values.get(name, "")) for name in ("fpc_1", "fpc_2")]
    return Plan(
        stratum=values.get("stratum") or None,
        clusters=tuple(one for one in clusters if one),
        fpc=tuple(one for one in counts if one is not None),
        base_weight=_weight(values.get("weight", "")) or 1.0,
    )


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None


def _weight(text: str) -> float | None:
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        return None
    return found if 0 < found < 1e12 else None
