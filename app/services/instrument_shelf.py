"""The instruments there are: those that are registered, and those that come with the platform; and files sent in."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import undefer

from app.extensions import db
from app.models import InstrumentVersion, Survey, Wave
from app.queries.errors import NotFound
from app.services.agencies.listing import BOM
from surveys import loading
from surveys.codebook import variables
from surveys.instrument import Instrument

# What an upload of this kind is; see app.services.uploads.
UPLOAD = "instrument"
LARGEST_FILE = loading.MAX_BYTES


@dataclass(frozen=True, slots=True)
class Known:
    """One version: how it stands here. `waves` are (survey, wave) that ask it today."""

    code: str
    version: int
    title: Mapping[str, str]
    languages: tuple[str, ...]
    items: int
    registered: bool
    shipped: bool
    waves: tuple[tuple[str, str], ...] = ()


def list_known() -> list[Known]:
    """Every version that is registered or comes with the platform, in order of code, the newest version first."""
    registered = {
        (one.code, one.version): one
        for one in db.session.scalars(select(InstrumentVersion).options(undefer(InstrumentVersion.document)))
    }
    shipped = _shipped()
    asked: dict[int, list[tuple[str, str]]] = {}
    for number, survey, wave in db.session.execute(
        select(Wave.instrument_version_id, Survey.code, Wave.code)
        .join(Survey, Survey.id == Wave.survey_id)
        .order_by(Wave.id)
    ):
        asked.setdefault(number, []).append((survey, wave))
    found = []
    for key in sorted(registered.keys() | shipped.keys(), key=lambda key: (key[0], -key[1])):
        row = registered.get(key)
        document = row.document if row else loading.to_document(shipped[key])
        found.append(
            Known(
                code=key[0],
                version=key[1],
                title=document["title"],
                languages=tuple(document["languages"]),
                items=sum(len(section["items"]) for section in document["sections"]),
                registered=row is not None,
                shipped=key in shipped,
                waves=tuple(asked.get(row.id, ())) if row else (),
            )
        )
    return found


def find_instrument(code: str, version: int) -> Instrument:
    """The registered instrument with this identity, else the one that comes with the platform; NotFound."""
    row = db.session.scalar(
        select(InstrumentVersion)
        .where(InstrumentVersion.code == code, InstrumentVersion.version == version)
        .options(undefer(InstrumentVersion.document))
    )
    if row is not None:
        return loading.from_document(row.document)
    shipped = _shipped()
    if (code, version) not in shipped:
        raise NotFound("instrument", f"{code}@{version}")
    return shipped[code, version]


def write_codebook(instrument: Instrument) -> str:
    """One line per column and value: what an answer's code means, in each language; CSV text."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    spoken = instrument.languages
    writer.writerow(
        ["column", "item", "type", "role", *(f"text_{one}" for one in spoken), "code"]
        + [f"label_{one}" for one in spoken]
        + ["value", "missing", "satisfied", "show_if"]
    )
    for variable in variables(instrument):
        item = instrument.item(variable.item)
        texts = [item.text.get(one, "") for one in spoken]
        head = [variable.column, item.code, item.type, item.role, *texts]
        options = {option.code: option for option in instrument.options(item)}
        chosen = [variable.option] if variable.option else list(options)
        satisfied = instrument.satisfied(item)
        for code in chosen or [""]:
            option = options.get(code)
            labels = [option.label.get(one, "") if option else "" for one in spoken]
            value = "" if option is None or option.value is None else f"{option.value:g}"
            missing = (option.missing or "") if option else ""
            marked = ("1" if code in satisfied else "0") if satisfied and option else ""
            writer.writerow([*head, code, *labels, value, missing, marked, item.show_if or ""])
    return BOM + out.getvalue()


def _shipped() -> dict[tuple[str, int], Instrument]:
    """By code and version; a file's name is both, joined."""
    if not _loaded:
        for path in loading.shipped().values():
            instrument = loading.load(path)
            _loaded[instrument.code, instrument.version] = instrument
    return _loaded


# The files come with the code and do not change while it runs.
_loaded: dict[tuple[str, int], Instrument] = {}
