"""A ministry whose staff waves are answered, frozen and released, with everything a page of results must show.

`law` has two teams, of which `law-2` is small; `trade` has its own people and a team; in `rail` few answered, so that
they are counted in the ministry itself. Answers are put into the pools as they arrive there: how they come through
invitations is tested elsewhere.
"""

from __future__ import annotations

import hashlib
import random
from datetime import date, timedelta

from app.queries.agencies import find_agency
from app.queries.collectors import list_collectors
from app.queries.releases import count_releases
from app.queries.waves import find_survey
from app.services import fieldwork, releasing, snapshots
from app.services.agencies import AgencyRow, import_agencies
from app.services.staff import inviting
from surveys import answers as answering
from surveys.loading import from_document
from tests import factories

UNITS = (
    ("ministry", "ministry", None, "Bộ Thử nghiệm", "Ministry of Tests"),
    ("law", "unit", "ministry", "Vụ Pháp chế", "Law Department"),
    ("law-1", "unit", "law", "Phòng Pháp chế Một", "Law Team One"),
    ("law-2", "unit", "law", "Phòng Pháp chế Hai", "Law Team Two"),
    ("trade", "unit", "ministry", "Vụ Thương mại", "Trade Department"),
    ("trade-1", "unit", "trade", "Phòng Thương mại Một", "Trade Team One"),
    ("rail", "unit", "ministry", "Vụ Đường sắt", "Rail Department"),
)
HEADS = {"ministry": 40, "law-1": 60, "law-2": 16, "trade": 50, "trade-1": 45, "rail": 20}
ANSWERED = {"ministry": 30, "law-1": 48, "law-2": 11, "trade": 42, "trade-1": 36, "rail": 4}
RANKS, AGES = ("head", "expert", "clerk"), ("young", "middle", "old")
AGREE = {
    "options": [
        {"code": str(k), "label": {"vi": vi, "en": en}, "value": k}
        for k, (vi, en) in enumerate(
            (
                ("Rất không đồng ý", "Strongly disagree"),
                ("Không đồng ý", "Disagree"),
                ("Bình thường", "Neither"),
                ("Đồng ý", "Agree"),
                ("Rất đồng ý", "Strongly agree"),
            ),
            start=1,
        )
    ]
    + [{"code": "dk", "label": {"vi": "Không rõ", "en": "Don't know"}, "missing": "dont_know"}],
    "satisfied": ["4", "5"],
}
ITEMS = (
    ("rules", "Quy định công việc rõ ràng với tôi.", "Work rules are clear to me.", {}),
    ("time", "Thời giờ làm việc được dùng cho công việc.", "Working time is used for work.", {}),
    ("passed", "Công việc bị đùn đẩy.", "Tasks are passed around.", {"reverse": True}),
    ("greeted", "Người dân được chào đón.", "Citizens are greeted.", {"maps_to": "tiny/polite"}),
    (
        "guided",
        "Người dân được hướng dẫn một lần đầy đủ.",
        "Citizens are guided.",
        {"maps_to": "tiny/polite"},
    ),
    ("proud", "Tôi tự hào về cơ quan.", "I am proud of my organisation.", {}),
)


def staff_instrument(version=1):
    """Three dimensions of two items under one index, two profile items, a comment."""
    profile = {"rank": RANKS, "age": AGES}
    items = [
        {"code": code, "text": {"vi": vi, "en": en}, "scale": "agree"} | more for code, vi, en, more in ITEMS
    ]
    items += [
        {
            "code": code,
            "role": "profile",
            "text": {
                "vi": {"rank": "Ngạch", "age": "Nhóm tuổi"}[code],
                "en": {"rank": "Rank", "age": "Age"}[code],
            },
            "options": [{"code": one, "label": {"vi": one, "en": one.title()}} for one in options],
        }
        for code, options in profile.items()
    ]
    words = {"vi": "Điều gì cần thay đổi trước tiên?", "en": "What should change first?"}
    items.append({"code": "change", "type": "text", "role": "open", "text": words})
    nodes = (
        ("discipline", "Kỷ luật", "Discipline", ["rules", "time"]),
        ("service", "Phục vụ nhân dân", "Serving the people", ["greeted", "guided"]),
        ("belonging", "Gắn bó, phối hợp", "Belonging", ["passed", "proud"]),
    )
    return from_document(
        {
            "code": "mood",
            "version": version,
            "kind": "survey",
            "audience": "staff",
            "title": {"vi": "Văn hóa công vụ", "en": "Public service culture"},
            "source": "Made for tests",
            "languages": ["vi", "en"],
            "scales": {"agree": AGREE},
            "sections": [{"code": "work", "title": {"vi": "Công việc", "en": "Work"}, "items": items}],
            "indices": [
                {
                    "code": "culture",
                    "title": {"vi": "Chỉ số văn hóa", "en": "Culture index"},
                    "score": "mean_100",
                    "aggregate": "respondent_mean",
                    "children": [
                        {"code": code, "title": {"vi": vi, "en": en}, "items": items}
                        for code, vi, en, items in nodes
                    ],
                }
            ],
        }
    )


def make_ministry():
    import_agencies(
        [
            AgencyRow(code, kind, {"vi": vi, "en": en}, factories.BEGIN, parent=parent)
            for code, kind, parent, vi, en in UNITS
        ]
    )


def make_frozen_wave(code="2026", answered=ANSWERED, heads=HEADS, seed=1, gladness=0.0, **settings):
    """A staff wave whose answers are in its snapshot."""
    if find_agency("ministry") is None:
        make_ministry()
    survey = find_survey("culture") or fieldwork.create_survey("culture", {"vi": "Văn hóa", "en": "Culture"})
    given = {
        "title": {"vi": f"Đợt {code}", "en": f"Wave {code}"},
        "tree_date": factories.TREE_DATE,
        "wave_kind": "census",
        "anonymous": True,
        "crossed": ["rank", "age"],
    }
    wave = fieldwork.create_wave(
        survey, code, fieldwork.register_instrument(staff_instrument()), **given | settings
    )
    inviting.invite(wave, heads)
    fieldwork.open_wave(wave, now=factories.OPENED)
    draw = random.Random(seed)
    for collector in list_collectors(wave):
        for number in range(answered[collector.agency.code]):
            put(collector, number, answers(draw, collector.agency.code, gladness))
    fieldwork.close_wave(wave, now=factories.CLOSED)
    snapshots.freeze(wave, key=b"test", now=factories.CLOSED + timedelta(days=8))
    return wave


def put(collector, number, given):
    """An answer comes to rest in its pool."""
    key = hashlib.sha256(f"{collector.id} {number}".encode()).digest()
    inviting.pool_of(collector.id).put(key, answering.canonical(staff_instrument(), given).encode())


def answers(draw, unit, gladness=0.0):
    """One person's answers; those of `law` are gladder, and some know an item or two not."""
    glad = {"law-1": 1.2, "law-2": 1.0}.get(unit, 0.0) + gladness
    given = {
        code: "dk" if draw.random() < 0.06 else str(min(5, max(1, round(draw.gauss(3.2 + glad, 1)))))
        for code, *_ in ITEMS
    }
    given |= {"rank": draw.choices(RANKS, (1, 5, 4))[0], "age": draw.choice(AGES)}
    if draw.random() < 0.4:
        given["change"] = f"Ý kiến {draw.randrange(10**6)}: bớt họp."
    return given


def release(wave, language="vi", day=date(2026, 4, 15)):
    said = {"changes": "Nothing.", "reason": "A test."} if count_releases(wave) else {}
    return releasing.release(wave, published_on=day, language=language, organisation="Test office", **said)
