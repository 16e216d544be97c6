"""A frozen wave for tests of what comes after it, and a folder with a run of it that is copied for each test."""

from __future__ import annotations

import random
import shutil
from contextlib import contextmanager
from datetime import date, timedelta

from app import create_app
from app.extensions import db
from app.services import accounts, fieldwork, responding, snapshots
from app.services.collecting import Asked
from app.services.fieldwork import CollectorRow
from app.services.runs import estimate
from app.services.sampling import Plan
from tests.auth.person import PASSWORD
from tests.factories import CLOSED, OPENED, make_wave, submission

PUBLISHED = date(2026, 4, 15)
ASKED = Asked(published_on=PUBLISHED, languages=("vi",), organisation="Test office")
DAYS = 20  # working days of the wave, the population of counter-days at each place


def make_closed_wave(places=("north-1", "north-2", "south-1"), days=3, visitors=5, **fewer):
    """A frozen probability wave: at every place some counter-days, on each some visitors; seeded.

    `fewer` names places with another number of counter-days.
    """
    wave = make_wave(wave_kind="probability")
    rows = [
        CollectorRow(agency=place, label=place, day=OPENED.date() + timedelta(days=day),
                     plan=Plan(place, (f"{day:02d}",), (DAYS,), DAYS / fewer.get(place, days)))
        for place in places
        for day in range(fewer.get(place, days))
    ]  # fmt: skip
    links = fieldwork.add_collectors(wave, rows, draw=random.Random(7))
    fieldwork.open_wave(wave, now=OPENED)
    draw = random.Random(7)
    responding.submit_many(
        submission(link, response_id=f"00000000-0000-4000-8000-{draw.getrandbits(48):012x}", answers={
            "visited": "yes", **{item: draw.choice("1233") for item in ("seats", "polite", "result")},
        })
        for link in links
        for _ in range(visitors)
    )  # fmt: skip
    fieldwork.close_wave(wave, now=CLOSED)
    snapshots.freeze(wave, key=b"test", now=CLOSED + timedelta(days=8))
    return wave


def person(name, role="survey_office"):
    """An account over the whole tree, by its row number."""
    return accounts.create_user(f"{name}@office.vn", name.title(), PASSWORD, role=role).id


def make_estimated(folder, migrated):
    """A folder with a frozen wave, two people, and a run that the first of them had estimated."""
    app = opened(folder, shutil.copy(migrated, folder / "test.sqlite"))
    with app.app_context():
        estimate(make_closed_wave(places=("north-1",)), ASKED, person("lan"))
        person("minh", "evaluator")
        db.engine.dispose()
    return folder


def opened(folder, database):
    return create_app(
        {
            "TESTING": True,
            "SECRET_KEY": "a key for tests only",
            "INSTANCE_PATH": folder / "instance",
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{database}",
        }
    )


@contextmanager
def copied(made, folder):
    """The application on a copy of what was made, its context pushed."""
    copy = shutil.copytree(made, folder / "copy")
    app = opened(copy, copy / "test.sqlite")
    with app.app_context():
        yield app
        db.engine.dispose()
