"""A ministry of a few units, an instrument with profile items and a comment, and staff who answer."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

import pytest

from app import create_app
from app.extensions import db
from app.models import Wave
from app.services import fieldwork
from app.services.agencies import AgencyRow, import_agencies
from app.services.staff import answering, inviting, redeeming
from app.services.staff.redeeming import modulus
from tests import factories
from tests.services.staff import blinding

UNITS = (
    ("ministry", "ministry", None),
    ("law", "unit", "ministry"),
    ("trade", "unit", "ministry"),
    ("trade-home", "unit", "trade"),
    ("trade-world", "unit", "trade"),
)
HEADS = {"law": 12, "trade": 6, "trade-home": 4, "trade-world": 20}


def culture(version=1):
    """The small instrument of the tests, for staff: two profile items to cross, one comment."""
    small = factories.instrument()
    document = small.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    document |= {"code": "culture", "version": version, "audience": "staff"}
    choices = {"rank": ("head", "expert", "clerk"), "age": ("young", "old")}
    document["sections"][0]["items"] += [
        {
            "code": code,
            "role": "profile",
            "text": {"vi": code, "en": code},
            "options": [{"code": one, "label": {"vi": one, "en": one}} for one in options],
        }
        for code, options in choices.items()
    ]
    from surveys.loading import from_document

    return from_document(document)


@dataclass
class Staff:
    """The wave as its staff see it."""

    wave: Wave
    made: list

    def of(self, unit):
        return [one for one in self.made if one.unit == unit]

    def redeem(self, one, message=None):
        """(message, signature) of an invitation."""
        key = modulus(collector_id(one.collector_code))
        message, blinded, factor = blinding.blind(key, message)
        signed = redeeming.redeem(one.collector_code, one.token, blinded)
        return message, blinding.unblind(key, signed.signature, factor)

    def answer(self, one, credential=None, **answers):
        credential = credential or self.redeem(one)
        given = {"visited": "yes", "seats": "3", "polite": "2", "result": "3", "heard": ("tv",)} | answers
        return answering.answer(one.collector_code, *credential, "culture@1", given)


def collector_id(code):
    from app.queries.collectors import get_collector

    return get_collector(code).id


def make_staff_wave(heads=HEADS, opened=True, **settings):
    """An anonymous wave with invitations for these heads."""
    import_agencies(
        [
            AgencyRow(
                code=code,
                kind=kind,
                names={"vi": code, "en": code},
                valid_from=factories.BEGIN,
                parent=parent,
            )
            for code, kind, parent in UNITS
        ]
    )
    survey = fieldwork.create_survey("culture", {"vi": "Văn hóa", "en": "Culture"})
    wave = fieldwork.create_wave(
        survey,
        "2026",
        fieldwork.register_instrument(culture()),
        **{
            "title": {"vi": "Đợt 2026", "en": "Wave 2026"},
            "tree_date": factories.TREE_DATE,
            "wave_kind": "census",
            "anonymous": True,
            "crossed": ["rank", "age"],
        }
        | settings,
    )
    made = inviting.invite(wave, heads)
    if opened:
        fieldwork.open_wave(wave, now=factories.OPENED)
    return Staff(wave, made)


@pytest.fixture(scope="module")
def staff_office(migrated_file, tmp_path_factory):
    """An application on SQLite for a whole module of tests that only read."""
    folder = tmp_path_factory.mktemp("office")
    app = create_app(
        {
            "TESTING": True,
            "SECRET_KEY": "a key for tests only",
            "INSTANCE_PATH": folder / "instance",
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{shutil.copy(migrated_file, folder / 'office.sqlite')}",
        }
    )
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def staff(data):
    yield make_staff_wave()
    db.session.remove()
