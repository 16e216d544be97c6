"""A frozen wave with every kind of item and of trouble: codes such as `01`, line breaks, formulas, missing kinds."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest

from app import create_app
from app.extensions import db
from app.queries.waves import get_wave
from app.services import fieldwork, responding, snapshots
from app.services.sampling import Plan
from surveys.loading import from_document
from tests import factories
from tests.factories import SATISFACTION

FORMULAS = ("=1+1", "+84 912", "-5", "@SUM(A1)", "'quoted")
TEXTS = (
    "Cảm ơn, tốt lắm; “rất tốt”",
    'dòng một\ndòng hai, "trích"',
    "\ttab",
    *FORMULAS,
    "x" * 3000 + " hết",
    "Ậ ỗ ữ 😀",
    "  1  ",
)
KINDS = {
    "options": [
        {"code": "01", "label": {"vi": "Hộ tịch", "en": "Civil status"}},
        {"code": "02", "label": {"vi": "Đất đai", "en": "Land"}},
        {"code": "dk", "label": {"vi": "Không biết", "en": "Don't know"}, "missing": "dont_know"},
        {"code": "dk2", "label": {"vi": "Không nhớ", "en": "Don't remember"}, "missing": "dont_know"},
    ]
}


def asked():
    items = [
        {"code": "visited", "role": "screening", "text": _text("Đã đến?"), "options": _yes_no()},
        {"code": "if", "text": _text("Chỗ ngồi"), "scale": "satisfaction", "show_if": "visited == 'yes'"},
        {"code": "polite", "text": _text("Lịch sự"), "scale": "satisfaction"},
        {"code": "field-1", "role": "profile", "text": _text("Lĩnh vực"), "scale": "kinds"},
        {
            "code": "heard",
            "type": "multi",
            "role": "profile",
            "text": _text("Nguồn tin"),
            "options": [
                {"code": "tv", "label": _text("Ti vi")},
                {"code": "net 2", "label": _text("Internet")},
                {"code": "no", "label": _text("Từ chối"), "missing": "refused"},
            ],
        },
        {"code": "words", "type": "text", "role": "open", "max": 4000, "text": _text("Góp ý")},
        {"code": "visits", "type": "number", "role": "profile", "text": _text("Số lần")},
        {"code": "day", "type": "date", "role": "profile", "text": _text("Ngày")},
        {
            "code": "office",
            "type": "rated_agency",
            "agencies": "all",
            "role": "profile",
            "text": _text("Nơi"),
        },
    ]
    return from_document(
        {
            "code": "tiny",
            "version": 1,
            "kind": "survey",
            "audience": "citizen",
            "title": _text("Phiếu"),
            "source": "Made for tests",
            "languages": ["vi", "en"],
            "scales": {"satisfaction": SATISFACTION, "kinds": KINDS},
            "sections": [{"code": "all", "title": _text("Tất cả"), "items": items}],
            "indices": [],
        }
    )


def _text(words):
    return {"vi": words, "en": words}


def _yes_no():
    return [{"code": "yes", "label": _text("Có")}, {"code": "no", "label": _text("Không")}]


def make_frozen():
    """The wave `2026`, of 36 answers in three places."""
    wave = factories.make_wave(asked=asked(), wave_kind="probability")
    places = ("north-1", "north-2", "south-1")
    links = fieldwork.add_collectors(
        wave,
        [
            fieldwork.CollectorRow(agency=place, label=place, plan=Plan("01", (f"{place} 1",), (6,), 2.5))
            for place in places
        ],
    )
    fieldwork.open_wave(wave, now=factories.OPENED)
    responding.submit_many(_submissions(links))
    fieldwork.close_wave(wave, now=factories.CLOSED)
    snapshots.freeze(wave, key=b"k" * 32, now=factories.CLOSED + timedelta(days=8))
    return wave


def _submissions(links):
    for number in range(36):
        answers = {
            "visited": "no" if number % 6 == 5 else "yes",
            "if": ("1", "2", "3", "na")[number % 4],
            "polite": ("1", "2", "3", "na")[number // 4 % 4],
            "field-1": ("01", "02", "dk", "dk2")[number % 4],
            "heard": (("tv",), ("tv", "net 2"), ("no",))[number % 3],
            "words": TEXTS[number % len(TEXTS)],
            "visits": ("1", "12.5", "0")[number % 3],
            "day": f"2026-03-{1 + number % 28:02d}",
            "office": ("north-1", "south-1")[number % 2],
        }
        if answers["visited"] == "no":
            del answers["if"]
        for code in list(answers)[1:] if number % 7 == 0 else ():
            del answers[code]
        yield factories.submission(
            links[number % 3], response_id=f"00000000-0000-4000-8000-{number:012d}", answers=answers
        )


@pytest.fixture(scope="session")
def country(migrated_file, tmp_path_factory):
    """The application with the frozen wave; it is only read."""
    folder = tmp_path_factory.mktemp("exporting")
    app = create_app(
        {
            "TESTING": True,
            "SECRET_KEY": "a key for tests only",
            "INSTANCE_PATH": folder / "instance",
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{shutil.copy(migrated_file, folder / 'test.sqlite')}",
        }
    )
    with app.app_context():
        make_frozen()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def wave(country):
    with country.app_context():
        yield get_wave("citizens", "2026")
