"""The main job, start to finish: agencies, an instrument, a wave that is answered, closed, scored and carried out.

Ids and times are seeded, so that the same seed gives the same bytes. A few citizens open the form and post it
over HTTP as a browser would; the others are handed to the same service in bulk.
"""

from __future__ import annotations

import json
import random
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

import flask_migrate
from flask import Flask

from app import create_app
from app.config import OFFICE_TIME, ROOT
from app.demo.population import DAYS, SAMPLED_DAYS, Population, Sample, draw_population, draw_sample
from app.demo.provinces import agencies, places
from app.models import Collector, Wave
from app.services import accounts, approving, fieldwork, releasing, responding, runs, snapshots
from app.services.agencies import import_agencies
from app.services.collecting import Asked
from app.services.fieldwork import CollectorRow
from app.services.responding import Submission
from app.services.sampling import Plan
from surveys import loading
from surveys.instrument import Instrument

INSTRUMENT = "sipas-2023-1"
SURVEY = "sipas"
TREE_DATE = date(2026, 7, 1)
FIRST_DAY = date(2026, 7, 1)
PUBLISHED = date(2026, 10, 15)
EVALUATOR = "evaluator@demo.invalid"
OFFICE = "office@demo.invalid"
TITLES = {
    "survey": {"vi": "Đo lường sự hài lòng SIPAS (mô phỏng)", "en": "Satisfaction survey SIPAS (simulated)"},
    "2026-q3": {
        "vi": "Đợt quý III năm 2026 (số liệu mô phỏng)",
        "en": "Third quarter of 2026 (simulated data)",
    },
    "live": {"vi": "Đợt đang mở (thử nghiệm)", "en": "Open wave (for trying out)"},
}


@dataclass(frozen=True, slots=True)
class Told:
    """What the demonstration made. `truth` and `estimate` (value, low, high) are of the whole, in per cent."""

    app: Flask
    responses: int
    posted: int
    receipt: str
    workbooks: tuple[Path, ...]
    results: Path
    snapshot_sha256: str
    truth: float
    estimate: tuple[float, float, float]
    form_path: str
    email: str
    password: str


def tell(folder: Path | None = None, seed: int = 1, say: Callable[[str], None] = lambda line: None) -> Told:
    """Make the demonstration anew in `folder` (default `instance/demo`); what stood there is replaced."""
    folder = folder or ROOT / "instance" / "demo"
    _clear(folder)
    app = create_app(
        {"INSTANCE_PATH": str(folder), "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'hailong.sqlite'}"}
    )
    with app.app_context():
        with _quiet_migrations():
            flask_migrate.upgrade()
        instrument = loading.load(loading.shipped()[INSTRUMENT])
        population = draw_population(instrument, places(), seed)
        sample = draw_sample(population, seed)
        say(
            f"{len(import_agencies(agencies()))} agencies, {len(population.place):,} visitors in {DAYS} days simulated"
        )
        wave = _planned_wave(instrument, sample, seed)
        fieldwork.open_wave(wave, now=_moment(0, time(7)))
        posted, receipt = _answer(app, wave, population, sample, seed)
        say(f"{len(sample.people):,} citizens answered, {posted} of them by posting the form")
        fieldwork.close_wave(wave, now=_moment(DAYS, time(17)))
        snapshot = snapshots.freeze(wave, key=b"demonstration", now=_moment(DAYS + 8, time(8)))
        say(f"wave closed into a snapshot of {snapshot.rows:,} responses, sha256 {snapshot.sha256[:12]}…")
        password = secrets.token_urlsafe(12)
        evaluator = accounts.create_user(EVALUATOR, "Evaluator", password, role="administrator")
        office = accounts.create_user(OFFICE, "Survey office", password, role="survey_office")
        asked = Asked(published_on=PUBLISHED, languages=("vi",), organisation="Hailong (mô phỏng)")
        run = runs.estimate(wave, asked, office.id, folder=folder)
        release = approving.approve(run, evaluator.id)
        written = tuple(sorted((folder / releasing.WORKBOOKS).glob("*.xlsx")))
        say(f"scored over the agency tree, {len(written)} workbooks written, approved by another and signed")
        form_path = f"/r/{_live_wave(wave, seed).collectors[0].code}"
        results = releasing.folder_of(release) / releasing.RESULTS
        return Told(
            app=app,
            responses=snapshot.rows,
            posted=posted,
            receipt=receipt,
            workbooks=written,
            results=results,
            snapshot_sha256=snapshot.sha256,
            truth=population.truth(),
            estimate=_estimate(results),
            form_path=form_path,
            email=EVALUATOR,
            password=password,
        )


def _estimate(results: Path) -> tuple[float, float, float]:
    """The index of the whole as it was published."""
    estimates = json.loads(results.read_text(encoding="utf-8"))["estimates"]
    index = next(one for one in estimates if one["domain"] is None and one["kind"] == "index")
    return index["value"], index["low"], index["high"]


def _planned_wave(instrument: Instrument, sample: Sample, seed: int) -> Wave:
    """Places are strata, their sampled counter-days are PSUs, each with a link of its own."""
    version = fieldwork.register_instrument(instrument)
    survey = fieldwork.create_survey(SURVEY, TITLES["survey"])
    wave = fieldwork.create_wave(
        survey, "2026-q3", version, title=TITLES["2026-q3"], tree_date=TREE_DATE, wave_kind="probability"
    )
    rows = [
        CollectorRow(
            agency=place,
            label=f"{place}, {_day(day):%d/%m/%Y}",
            mode="kiosk",
            day=_day(day),
            plan=Plan(place, (f"{day:02d}",), (DAYS,), DAYS / SAMPLED_DAYS[place[-1]]),
        )
        for place, days in sample.days.items()
        for day in days
    ]
    fieldwork.add_collectors(wave, rows, draw=random.Random(seed))
    return wave


def _live_wave(closed: Wave, seed: int) -> Wave:
    """A wave that stays open, for whoever tries the form."""
    wave = fieldwork.create_wave(
        closed.survey,
        "live",
        closed.instrument_version,
        title=TITLES["live"],
        tree_date=TREE_DATE,
        wave_kind="volunteer",
    )
    rows = [CollectorRow(agency=place, label=place) for place in places()]
    fieldwork.add_collectors(wave, rows, draw=random.Random(f"live {seed}"))
    fieldwork.open_wave(wave)
    return wave


def _answer(app: Flask, wave: Wave, population: Population, sample: Sample, seed: int) -> tuple[int, str]:
    """The first citizen of every province opens the form and posts it; the others' answers are stored in bulk."""
    links = {(one.agency.code, one.day): one for one in wave.collectors}
    draw = random.Random(seed)
    provinces: set[str] = set()
    by_post: list[Submission] = []
    in_bulk: list[Submission] = []
    for person in sample.people:
        place = population.places[population.place[person]]
        day = int(population.day[person])
        submission = _submission(population, int(person), links[place, _day(day)], day, draw)
        province = place.split("-")[0]
        (in_bulk if province in provinces else by_post).append(submission)
        provinces.add(province)
    receipts = [_post(app, submission) for submission in by_post]
    responding.submit_many(in_bulk)
    return len(receipts), receipts[0]


def _submission(
    population: Population, person: int, link: Collector, day: int, draw: random.Random
) -> Submission:
    instrument = population.instrument
    begun = _moment(day, time(8 + draw.randrange(9), draw.randrange(60), draw.randrange(60)))
    sent = begun + timedelta(seconds=draw.randrange(180, 600))
    return Submission(
        response_id=str(UUID(int=draw.getrandbits(128), version=4)),
        collector_code=link.code,
        instrument_code=instrument.code,
        instrument_version=instrument.version,
        language="vi",
        answers=population.given(person),
        started_at=begun,
        submitted_at=sent,
        received_at=sent,
    )


def _post(app: Flask, submission: Submission) -> str:
    """Open the form and send it as a browser without script does; the receipt that the thank-you page shows."""
    client = app.test_client()
    app.config["CLOCK"] = lambda: submission.received_at
    try:
        address = f"/r/{submission.collector_code}/{submission.response_id}?lang={submission.language}"
        page = client.get(address)
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        reply = client.post(
            address,
            data=hidden
            | {
                code: answer if isinstance(answer, str) else list(answer)
                for code, answer in submission.answers.items()
            },
        )
    finally:
        del app.config["CLOCK"]
    found = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", reply.text)
    if reply.status_code != 201 or found is None:
        raise RuntimeError(f"The form was answered with {reply.status_code}: {reply.text[:200]}")
    return found[0]


def _day(day: int) -> date:
    """Working days from the first on, Saturdays and Sundays left out."""
    weeks, rest = divmod(day + FIRST_DAY.weekday(), 5)
    return FIRST_DAY + timedelta(days=7 * weeks + rest - FIRST_DAY.weekday())


def _moment(day: int, at: time) -> datetime:
    return datetime.combine(_day(day), at, OFFICE_TIME).astimezone(UTC)


def _clear(folder: Path) -> None:
    for old in (folder, folder.with_name(f"{folder.name}-keys")):
        shutil.rmtree(old, ignore_errors=True)
    folder.mkdir(parents=True)


@contextmanager
def _quiet_migrations() -> Iterator[None]:
    """Alembic reports every step on stderr; here nobody asked."""
    import logging

    logger = logging.getLogger("alembic")
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)
