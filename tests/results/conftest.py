"""A released wave of the small country, with every trouble a page must show, and an evaluator who may see it.

`north` has three places: `north-2` has too few answers to be shown, so that one of `north-1` and `north-3` is hidden
with it. `south-1` has a single counter-day, so that its uncertainty is not known; nobody answers in `south` itself.
A second wave, `2027`, has only `north-1`, and is not public as the first. Both are made once and only read.
"""

from __future__ import annotations

import shutil
from datetime import date, timedelta

import pytest

from app import create_app
from app.extensions import db
from app.services import accounts, fieldwork, releasing, responding, snapshots
from app.services.agencies import AgencyRow, import_agencies
from app.services.approving import publish
from app.services.fieldwork import CollectorRow
from app.services.sampling import Plan
from tests import factories
from tests.auth.person import EMAIL, PASSWORD, Person
from tests.services.staff import released as staff

READER = "binh@north.vn"  # may read the branch of `north` and nothing else

TITLES = {"vi": "Đợt năm 2026 <thử & nghiệm>", "en": "Wave 2026 <try & test>"}

# Counter-days of each place, and how many people answer on each of them.
ANSWERED = {"north-1": (8, 5), "north-2": (2, 2), "north-3": (8, 6), "south-1": (1, 12)}


def release_wave(code="2026", answered=ANSWERED, published_on=date(2026, 4, 15), **settings):
    """A probability wave, answered, closed, frozen and released; `settings` are of the wave."""
    wave = factories.make_wave(code, **{"wave_kind": "probability", "title": TITLES} | settings)
    rows = [
        CollectorRow(
            agency=place, label=f"{place} {day}", plan=Plan("country", (f"{place} {day}",), (600,), 60 / days)
        )
        for place, (days, _people) in answered.items()
        for day in range(days)
    ]
    collectors = fieldwork.add_collectors(wave, rows)
    fieldwork.open_wave(wave, now=factories.OPENED)
    responding.submit_many(_submissions(collectors, answered))
    fieldwork.close_wave(wave, now=factories.CLOSED)
    snapshots.freeze(wave, now=factories.CLOSED + timedelta(days=8))
    return releasing.release(wave, published_on=published_on, language="vi", organisation="Test office")


def _submissions(collectors, answered):
    for number, collector in enumerate(collectors):
        _days, people = answered[collector.agency.code]
        for person in range(people):
            # Most are satisfied; who is not differs from day to day.
            codes = {
                item: "3" if (person * 7 + number * 5 + k) % 4 else "1"
                for k, item in enumerate(("polite", "result"))
            }
            answers = {"visited": "yes", "seats": "2", **codes}
            yield factories.submission(collector, answers=answers)


def make_office(folder, migrated):
    """An application with the small country and an evaluator."""
    app = create_app(
        {
            "TESTING": True,
            "SECRET_KEY": "a key for tests only",
            "INSTANCE_PATH": folder / "instance",
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{shutil.copy(migrated, folder / 'office.sqlite')}",
        }
    )
    with app.app_context():
        factories.make_agencies()
        names = {"vi": "Xã Bắc Ba", "en": "North Three"}
        import_agencies([AgencyRow("north-3", "commune", names, factories.BEGIN, parent="north")])
        accounts.create_user(EMAIL, "Lan", PASSWORD, role="administrator")
    return app


@pytest.fixture(scope="session")
def office(migrated_file, tmp_path_factory):
    """The application with both waves released."""
    app = make_office(tmp_path_factory.mktemp("office"), migrated_file)
    with app.app_context():
        publish(release_wave())
        release_wave("2027", {"north-1": ANSWERED["north-1"]}, date(2027, 4, 15))
        accounts.create_user(READER, "Bình", PASSWORD, role="agency_reader", agency="north")
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def staff_office(migrated_file, tmp_path_factory):
    """An application with two released waves of anonymous staff, the second of them public."""
    app = make_office(tmp_path_factory.mktemp("staff"), migrated_file)
    with app.app_context():
        staff.release(staff.make_frozen_wave("2025", seed=5))
        publish(staff.release(staff.make_frozen_wave("2026", seed=6, gladness=0.4)))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def signed_in_cookie(office):
    """The session of someone who signed in, so that not every test pays for a hash."""
    person = Person(office.test_client())
    assert person.sign_in().status == 303
    return person.client.get_cookie("hailong").value


@pytest.fixture
def evaluator(office, signed_in_cookie):
    """Who may see results."""
    client = office.test_client()
    client.set_cookie("hailong", signed_in_cookie)
    return Person(client)


@pytest.fixture(scope="session")
def reader_cookie(office):
    """The session of who may read one branch."""
    person = Person(office.test_client())
    assert person.sign_in(email=READER).status == 303
    return person.client.get_cookie("hailong").value


@pytest.fixture
def reader(office, reader_cookie):
    """Who may see the results of `north` and below."""
    client = office.test_client()
    client.set_cookie("hailong", reader_cookie)
    return Person(client)


@pytest.fixture
def stranger(office):
    """Who has no account."""
    return Person(office.test_client())
