"""Subtraction over real releases: two waves go the whole way to published documents, then a reader sets to.

What a reader can fetch are the documents of a release (`tables.json`, `units.json`, `results.json`); pages, API and
workbooks show parts of them. First every count in any of them is looked at: does one stand there that the table set
hides? Then the reader of `attacks.subtraction` adds and subtracts what the table set shows.
"""

from __future__ import annotations

import json
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import flask_migrate
import numpy as np
from sqlalchemy import insert

from app import create_app
from app.extensions import db, transaction
from app.models import Collector, HeadCount, Response, Wave
from app.services import fieldwork, releasing, snapshots
from app.services.agencies import AgencyRow, import_agencies
from app.services.assembly import tableset
from app.services.fieldwork import CollectorRow
from app.services.responding import receipt
from attacks import subtraction
from attacks.staff import BEGIN, ITEMS, OPENED, instrument
from attacks.subtraction import CATEGORIES, THRESHOLD, Findings, Reader, Shelf
from scoring.tableset import Cell, Published, Suppression, TableSet, solve
from surveys.answers import sha256


def attack(seed: int, findings: Findings, complement: bool = True) -> None:
    """Release two simulated waves of one survey over a tree of three levels, and attack what is published.

    Without `complement` the tables hide what is small itself and no more: a plant, in this process alone.
    """
    if not complement:
        with patch.object(tableset, "solve", _solve_no_complement):
            return attack(seed, findings)
    rng = np.random.default_rng([seed, 2])
    with tempfile.TemporaryDirectory(prefix="attack") as folder:
        app = create_app(
            {
                "TESTING": True,
                "INSTANCE_PATH": Path(folder, "instance"),
                "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder}/released.sqlite",
            }
        )
        with app.app_context():
            flask_migrate.upgrade()
            parents = subtraction.tree(rng)
            _agencies(parents)
            survey = fieldwork.create_survey("released", {"vi": "Văn hóa"})
            shelves = [
                _shelf(survey, subtraction.simulate(name, parents, rng), rng, findings)
                for name in ("one", "two")
            ]
            db.session.remove()
            db.engine.dispose()
    for shelf in shelves:
        reader = Reader(shelf)
        reader.solve_equations(findings)
        reader.bound(findings, rng)
        reader.subtract_pairs(findings)
        reader.subtract_parts(findings, rng)
    subtraction.compare_waves(shelves, findings)


def _solve_no_complement(*given: Any) -> Suppression:
    solved = solve(*given)
    return replace(solved, reasons={one: why for one, why in solved.reasons.items() if why == "primary"})


def _agencies(parents: Mapping[str, str | None]) -> None:
    import_agencies(
        [
            AgencyRow(code=code, kind="unit", names={"vi": code}, valid_from=BEGIN, parent=above)
            for code, above in parents.items()
        ]
    )


def _shelf(survey: Any, simulated: subtraction.Wave, rng: np.random.Generator, findings: Findings) -> Shelf:
    wave = _wave(survey, simulated, rng)
    folder = releasing.folder_of(releasing.release(wave, published_on=date(2026, 6, 1), language="vi"))
    documents = {
        name: json.loads((folder / f"{name}.json").read_text("utf-8"))
        for name in ("tables", "units", "results")
    }
    tables = documents["tables"]
    parents = tables["parents"]
    own = np.array([f"{unit}#own" if f"{unit}#own" in parents else unit for unit in simulated.unit])
    seen = subtraction.Wave(simulated.name, parents, own, simulated.profile, simulated.answer)
    shown = {Cell(one["branch"], one["variable"], one["category"]): one["n"] for one in tables["cells"]}
    counts = {cell: int(seen.member(cell).sum()) for cell in seen.cells()}
    # A table without a line for some category says that nobody is there.
    hidden = {cell for cell, n in counts.items() if shown.get(cell, 0 if n == 0 else None) is None}
    for where, cell, n in _counts(documents):
        findings.tried["documents"] += 1
        if n is not None and cell in hidden:
            findings.recovered.append(f"{simulated.name}: {cell} is {n} in {where}")
    # Were the table set not the one that is published, what follows would attack something else.
    if any(n is not None and n != counts[cell] for cell, n in shown.items() if cell in counts):
        raise AssertionError("The published tables do not count the simulated answers.")
    return Shelf(
        seen,
        [np.ones(len(own), dtype=bool)],
        [Published(TableSet(simulated.name, parents, counts), frozenset(hidden))],
    )


def _counts(documents: Mapping[str, Any]) -> Iterator[tuple[str, Cell, int | None]]:
    """Every count of people in the other documents: (where, cell, count)."""
    for one in documents["results"]["estimates"]:
        yield f"results {one['node']}", Cell(one["domain"] or "*"), one["n"]
    for code, unit in documents["units"]["units"].items():
        yield "units", Cell(code), unit["answered"]
        yield from _within("units", Cell(code), unit["figures"])
        yield from _within("units", Cell(code), unit["items"])
        for variable, table in unit["tables"].items():
            lines = table if isinstance(table, list) else table.get("categories", table)
            pairs = lines.items() if isinstance(lines, Mapping) else ((one["category"], one) for one in lines)
            for category, line in pairs:
                yield from _within(f"units by {variable}", Cell(code, variable, category), line)


def _within(where: str, cell: Cell, content: Any) -> Iterator[tuple[str, Cell, int | None]]:
    """Every `n` or `answered` at any depth belongs to the cell."""
    if isinstance(content, Mapping):
        for name, value in content.items():
            if name in ("n", "answered") and not isinstance(value, Mapping):
                yield f"{where} {name}", cell, value
            else:
                yield from _within(where, cell, value)
    elif isinstance(content, list):
        for value in content:
            yield from _within(where, cell, value)


def _wave(survey: Any, simulated: subtraction.Wave, rng: np.random.Generator) -> Wave:
    """A frozen wave whose responses are the simulated ones, as the draining would have written them."""
    units = sorted(set(simulated.unit.tolist()))
    wave = fieldwork.create_wave(
        survey,
        simulated.name,
        fieldwork.register_instrument(instrument()),
        title={"vi": simulated.name},
        tree_date=OPENED.date(),
        wave_kind="census",
        anonymous=True,
        threshold=THRESHOLD,
        crossed=list(CATEGORIES),
    )
    collectors = fieldwork.add_collectors(
        wave, [CollectorRow(agency=unit, label=unit, mode="invitation") for unit in units]
    )
    by_unit: dict[str, Collector] = dict(zip(units, collectors, strict=True))
    fieldwork.open_wave(wave, now=OPENED)
    rows = []
    for place, unit in enumerate(simulated.unit.tolist()):
        answers = {code: str(one) for code, one in zip(ITEMS, rng.integers(1, 6, len(ITEMS)), strict=True)}
        answers[ITEMS[0]] = "5" if simulated.answer[place] else "1"
        answers |= {name: str(said[place]) for name, said in simulated.profile.items() if said[place]}
        response_id = str(uuid4())
        rows.append(
            {
                "id": secrets.randbelow(2**62),
                "response_id": response_id,
                "wave_id": wave.id,
                "collector_id": by_unit[unit].id,
                "instrument_version_id": wave.instrument_version_id,
                "language": "vi",
                "mode": "invitation",
                "state": "counted",
                "answers": answers,
                "answers_sha256": sha256(instrument(), answers),
                "receipt": receipt(response_id),
                "received_on": OPENED.date(),
                "flags": [],
            }
        )
    with transaction() as session:
        session.execute(insert(Response), rows)
        for unit, collector in by_unit.items():
            session.add(
                HeadCount(
                    wave_id=wave.id,
                    agency_id=collector.agency_id,
                    heads=int((simulated.unit == unit).sum()) + 3,
                    collector_id=collector.id,
                )
            )
    fieldwork.close_wave(wave, now=OPENED + timedelta(days=5))
    snapshots.freeze(wave, now=OPENED + timedelta(days=5))
    return wave
