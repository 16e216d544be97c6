"""The audit log on a page: newest lines first, filters, a file to take away, and a look whether it is whole."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_datetime
from babel.numbers import format_decimal
from flask import Blueprint, Response, request, stream_with_context, url_for

from app import clock
from app.access import require_right
from app.config import OFFICE_TIME
from app.messages import locale, translations
from app.office_pages import office_page, page_language
from app.queries.audit import PAGE, Wanted, iter_entries, iter_wanted, list_wanted
from app.services.audit_checking import Checked, check

blueprint = Blueprint("audit", __name__, url_prefix="/admin/audit")
blueprint.before_request(require_right)

FIELDS = ("actor", "action", "subject", "since", "until")
COLUMNS = ("number", "at", "actor", "action", "subject", "facts", "previous_hash", "hash")
# What a spreadsheet would take for a formula; an address may well begin with one of them.
FORMULA = ("=", "+", "-", "@", "\t", "\r")

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

NO_DAY = _("Write the day as in 2027-03-31.")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form was filled with, what is to be shown of it, and what is wrong by field."""

    given: dict[str, str]
    wanted: Wanted
    errors: dict[str, str]


@blueprint.get("/")
def log() -> Response:
    """The newest lines that the filters let through; `?before=` goes on below a number."""
    asked = _asked()
    return _page(asked, 422 if asked.errors else 200)


@blueprint.post("/check")
def check_log() -> Response:
    """Walk the whole chain and say what was found."""
    return _page(Asked(dict.fromkeys(FIELDS, ""), Wanted(), {}), checked=check(iter_entries()))


@blueprint.get("/audit.csv")
def log_csv() -> Response:
    """Every line that the filters let through, as a table; made while it is sent."""
    asked = _asked()
    if asked.errors:
        return _page(asked, 422)
    response = Response(stream_with_context(_csv(asked.wanted)), mimetype="text/csv")
    name = f"audit-{clock.now().astimezone(OFFICE_TIME):%Y-%m-%d}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _asked() -> Asked:
    # No line holds a NUL, no page may show one, and PostgreSQL will not even be asked about it.
    given = {
        name: request.args.get(name, "").replace("\0", "\N{REPLACEMENT CHARACTER}").strip() for name in FIELDS
    }
    gettext = translations(page_language()).gettext
    days: dict[str, date | None] = {}
    errors = {}
    for name in ("since", "until"):
        try:
            day = date.fromisoformat(given[name]) if given[name] else None
            if day is not None and not 1970 <= day.year < 9999:
                raise ValueError("The calendar ends there, and a day more or less cannot be told.")
            days[name] = day
        except ValueError:
            errors[name] = gettext(NO_DAY)
    parts = {name: given[name] for name in ("actor", "action", "subject")}
    return Asked(given, Wanted(**parts, since=days.get("since"), until=days.get("until")), errors)


def _page(asked: Asked, status: int = 200, checked: Checked | None = None) -> Response:
    language = page_language()
    before = request.args.get("before", "")
    below = int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None
    found = [] if asked.errors else list_wanted(asked.wanted, below, PAGE + 1)
    shown = found[:PAGE]
    kept = {name: value for name, value in asked.given.items() if value}

    def moment(at: Any) -> str:
        return format_datetime(at, "medium", tzinfo=OFFICE_TIME, locale=locale(language))

    return office_page(
        "audit/log.html",
        status,
        asked=asked,
        lines=[(line, _details(line.facts)) for line in shown],
        older=url_for("audit.log", **kept, before=shown[-1].number) if len(found) > PAGE else "",
        newest=url_for("audit.log", **kept) if below is not None else "",
        csv=url_for("audit.log_csv", **kept),
        checked=checked,
        faults=[translations(language).gettext(one.sentence) % one.facts for one in checked.faults]
        if checked
        else [],
        moment=moment,
        figure=lambda number: format_decimal(number, locale=locale(language)),
    )


def _details(facts: str) -> str:
    """`status 404, query lang=vi`: the facts of a line as people read them."""
    parts = []
    for name, value in json.loads(facts).items():
        if isinstance(value, dict):
            value = " ".join(f"{key}={one}" for key, one in value.items())
        parts.append(f"{name} {value}")
    return ", ".join(parts)


def _csv(wanted: Wanted) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out)
    # Excel reads UTF-8 only where a mark says so.
    out.write("\N{ZERO WIDTH NO-BREAK SPACE}")
    writer.writerow(COLUMNS)
    for line in iter_wanted(wanted):
        writer.writerow(_cell(getattr(line, name)) for name in COLUMNS)
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()


def _cell(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat(timespec="microseconds")
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
