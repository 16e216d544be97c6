"""Rows for tests, with defaults: a small country, a small instrument, a wave with one link per agency.

The cast: `north` and `south` are provinces, `north-1` and `north-2` communes of the first, `south-1` of the
second. Everything is made by the services, as in the product.
"""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime

from app.queries.agencies import find_agency
from app.queries.waves import find_survey
from app.services import agencies, fieldwork
from app.services.agencies import AgencyRow
from app.services.fieldwork import CollectorRow
from app.services.responding import Submission
from surveys.instrument import Instrument
from surveys.loading import from_document

BEGIN = date(2025, 7, 1)
TREE_DATE = date(2026, 3, 1)
OPENED = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
CLOSED = datetime(2026, 3, 20, 10, 0, tzinfo=UTC)

AGENCIES = (
    ("north", "province", None, "Tỉnh Bắc", "North Province"),
    ("north-1", "commune", "north", "Xã Bắc Một", "North One"),
    ("north-2", "ward", "north", "Phường Bắc Hai", "North Two"),
    ("south", "province", None, "Tỉnh Nam", "South Province"),
    ("south-1", "commune", "south", "Xã Nam Một", "South One"),
)

SATISFACTION = {
    "options": [
        {"code": "1", "label": {"vi": "Rất không hài lòng", "en": "Very dissatisfied"}, "value": 1},
        {"code": "2", "label": {"vi": "Bình thường", "en": "Neither"}, "value": 2},
        {"code": "3", "label": {"vi": "Rất hài lòng", "en": "Very satisfied"}, "value": 3},
        {"code": "na", "label": {"vi": "Không áp dụng", "en": "Does not apply"}, "missing": "not_applicable"},
    ],
    "satisfied": ["3"],
}


def instrument(version: int = 1, **changes: object) -> Instrument:
    """A small instrument: a routed item, a multi item, a free text, and an index of three items."""
    document = {
        "code": "tiny",
        "version": version,
        "kind": "survey",
        "audience": "citizen",
        "title": {"vi": "Phiếu nhỏ", "en": "Small form"},
        "source": "Made for tests",
        "languages": ["vi", "en"],
        "scales": {"satisfaction": SATISFACTION},
        "sections": [
            {
                "code": "visit",
                "title": {"vi": "Chuyến đi", "en": "Visit"},
                "items": [
                    {
                        "code": "visited",
                        "text": {"vi": "Ông/bà đã đến quầy?", "en": "Did you visit the counter?"},
                        "role": "screening",
                        "options": [
                            {"code": "yes", "label": {"vi": "Có", "en": "Yes"}},
                            {"code": "no", "label": {"vi": "Không", "en": "No"}},
                        ],
                    },
                    {
                        "code": "seats",
                        "text": {"vi": "Chỗ ngồi", "en": "Seats"},
                        "scale": "satisfaction",
                        "show_if": "visited == 'yes'",
                    },
                    {"code": "polite", "text": {"vi": "Lịch sự", "en": "Polite"}, "scale": "satisfaction"},
                    {"code": "result", "text": {"vi": "Kết quả", "en": "Result"}, "scale": "satisfaction"},
                    {
                        "code": "heard",
                        "type": "multi",
                        "role": "profile",
                        "text": {"vi": "Nguồn tin", "en": "Heard from"},
                        "options": [
                            {"code": "tv", "label": {"vi": "Ti vi", "en": "Television"}},
                            {"code": "net", "label": {"vi": "Internet", "en": "Internet"}},
                        ],
                    },
                    {
                        "code": "words",
                        "type": "text",
                        "role": "open",
                        "text": {"vi": "Góp ý", "en": "Comment"},
                    },
                ],
            }
        ],
        "indices": [
            {
                "code": "service",
                "title": {"vi": "Dịch vụ", "en": "Service"},
                "score": "top_box",
                "aggregate": "pooled_answers",
                "items": ["seats", "polite", "result"],
            }
        ],
    }
    return from_document(document | changes)


def make_agencies():
    """The small country; agencies by code."""
    rows = [
        AgencyRow(code=code, kind=kind, names={"vi": vi, "en": en}, valid_from=BEGIN, parent=parent)
        for code, kind, parent, vi, en in AGENCIES
    ]
    return {agency.code: agency for agency in agencies.import_agencies(rows)}


def make_wave(code: str = "2026", asked: Instrument | None = None, **settings):
    """A planned volunteer wave of the survey `citizens`; the country is made if there is none."""
    if find_agency("north") is None:
        make_agencies()
    survey = find_survey("citizens") or fieldwork.create_survey(
        "citizens", {"vi": "Người dân", "en": "Citizens"}
    )
    version = fieldwork.register_instrument(asked or instrument())
    given = {"title": {"vi": "Đợt 2026", "en": "Wave 2026"}, "tree_date": TREE_DATE, "wave_kind": "volunteer"}
    return fieldwork.create_wave(survey, code, version, **given | settings)


def make_collectors(wave, *places: str, **common):
    """One collector per agency code named, `north-1` if none is."""
    rows = [CollectorRow(agency=place, label=f"Quầy {place}", **common) for place in places or ("north-1",)]
    return fieldwork.add_collectors(wave, rows)


def make_open_wave(*places: str, **settings):
    """An open wave and its collectors."""
    wave = make_wave(**settings)
    collectors = make_collectors(wave, *places)
    fieldwork.open_wave(wave, now=OPENED)
    return wave, collectors


def submission(collector, **changes: object) -> Submission:
    """A filled form for this collector, with an id of its own."""
    given = {
        "response_id": str(uuid.uuid4()),
        "collector_code": collector.code,
        "instrument_code": "tiny",
        "instrument_version": 1,
        "language": "vi",
        "answers": {"visited": "yes", "seats": "3", "polite": "2", "result": "na", "heard": ("tv",)},
        "started_at": OPENED,
        "submitted_at": OPENED,
        "received_at": OPENED,
    }
    return Submission(**given | changes)
