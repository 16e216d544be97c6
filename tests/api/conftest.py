"""The released waves of the small country, and programs of people who see all of it, a branch, or nothing.

`whole` asks for an administrator, `north` and `south` for an evaluator of that branch. Wave 2026 has two releases:
the second corrects the first.
"""

from __future__ import annotations

from datetime import date

import pytest

from app.extensions import db
from app.queries.waves import get_wave
from app.services import accounts, releasing
from tests.api.program import Program, make_key
from tests.auth.person import PASSWORD
from tests.factories import make_open_wave
from tests.results.conftest import make_office, release_wave

# Both provinces can be compared; of the communes in the north two are hidden.
ANSWERED = {"north-1": (8, 5), "north-2": (2, 2), "north-3": (8, 6), "south": (8, 4), "south-1": (8, 5)}

WAVE = "/surveys/citizens/waves/2026"
RELEASE = f"{WAVE}/releases/1"


@pytest.fixture(scope="session")
def world(migrated_file, tmp_path_factory):
    """The application, and the keys of its programs by name; only read."""
    app = make_office(tmp_path_factory.mktemp("api"), migrated_file)
    people = {
        "whole": ("administrator", None, ("read", "export")),
        "north": ("evaluator", "north", ("read", "export")),
        "south": ("evaluator", "south", ("read",)),
    }
    numbers = {}
    with app.app_context():
        release_wave(answered=ANSWERED)
        releasing.release(
            get_wave("citizens", "2026"),
            published_on=date(2026, 5, 2),
            language="vi",
            changes="Tên của cơ quan phát hành",
            reason="Ghi sai tên cơ quan",
            organisation="Sở Nội vụ",
        )
        make_open_wave("north-1", code="running")
        for name, (role, agency, _rights) in people.items():
            email = f"{name}@api.vn"
            numbers[name] = accounts.create_user(email, name, PASSWORD, role=role, agency=agency).id
    keys = {name: make_key(app, numbers[name], rights=people[name][2]) for name in people}
    yield app, keys
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(autouse=True)
def unhurried(request):
    """No test counts against the limit of another."""
    if "world" in request.fixturenames:
        app, _keys = request.getfixturevalue("world")
        app.extensions["api_tries"] = type(app.extensions["api_tries"])(10_000, 60.0)


@pytest.fixture
def whole(world):
    """Who may see everything."""
    app, keys = world
    return Program(app, keys["whole"])


@pytest.fixture
def north(world):
    """Who may see one province."""
    app, keys = world
    return Program(app, keys["north"])


@pytest.fixture
def south(world):
    """Who may see the other province, and may not export."""
    app, keys = world
    return Program(app, keys["south"])
