"""Instruments for the form's tests: `tests.factories.instrument` is the small one, these have one of each."""

from __future__ import annotations

from surveys.instrument import Instrument
from surveys.loading import from_document

YES_NO = [
    {"code": "yes", "label": {"vi": "Có", "en": "Yes"}},
    {"code": "no", "label": {"vi": "Không", "en": "No"}},
]
RATING = [
    {"code": "1", "label": {"vi": "Kém", "en": "Poor"}, "value": 1},
    {"code": "2", "label": {"vi": "Tốt", "en": "Good"}, "value": 2},
    {"code": "na", "label": {"vi": "Không áp dụng", "en": "Does not apply"}, "missing": "not_applicable"},
]

NINE = {"code": "9", "label": {"vi": "Chín", "en": "Nine"}, "value": 9}


def item(code: str, **keys: object) -> dict[str, object]:
    """One item; its text is its code in both languages unless given."""
    return {"code": code, "role": "profile", "text": {"vi": f"Câu {code}?", "en": f"Question {code}?"}} | keys


def section(code: str, *items: dict[str, object], **keys: object) -> dict[str, object]:
    """One section; its title is its code."""
    return {"code": code, "title": {"vi": f"Phần {code}", "en": f"Part {code}"}, "items": list(items)} | keys


def made_of(*sections: dict[str, object], **keys: object) -> Instrument:
    """An instrument `trial@1` of these sections."""
    document = {
        "code": "trial",
        "version": 1,
        "kind": "survey",
        "audience": "citizen",
        "title": {"vi": "Phiếu thử", "en": "Trial form"},
        "source": "Made for tests",
        "languages": ["vi", "en"],
        "sections": list(sections),
    }
    return from_document(document | keys)


def every_type() -> Instrument:
    """One item of each type, the first required."""
    return made_of(
        section(
            "all",
            item("choice", options=RATING, required=True),
            item(
                "multi",
                type="multi",
                max=2,
                options=[*RATING, {"code": "9", "label": {"vi": "Chín", "en": "Nine"}, "value": 9}],
            ),
            item("text", type="text", max=20, hint={"vi": "Không ghi tên.", "en": "No names."}),
            item("number", type="number", max=10),
            item("day", type="date"),
        )
    )


def three_sections() -> Instrument:
    """The middle one is for those who say yes in the first; the last ends in a required item."""
    return made_of(
        section("start", item("visited", options=YES_NO), item("name_of_day", type="text", max=10)),
        section("visit", item("seats", options=RATING), show_if="visited == 'yes'"),
        section("end", item("again", options=YES_NO, required=True), item("words", type="text")),
    )
