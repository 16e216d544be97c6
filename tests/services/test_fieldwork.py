"""From an instrument to an open wave: what each step makes, and what it refuses."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from app.models import InstrumentVersion
from app.queries.collectors import find_collector, get_collector, list_collectors
from app.queries.errors import NotFound
from app.queries.waves import get_wave, instrument_of, is_open, list_instrument_versions
from app.services import fieldwork, snapshots
from app.services.agencies import merge_agency
from app.services.fieldwork import (
    LINK_ALPHABET,
    CodeTaken,
    CollectorRow,
    CollectorsRefused,
    InstrumentChanged,
    ItemCodeReserved,
    NotReady,
    SettingsRefused,
    WrongState,
)
from app.services.sampling import Plan
from surveys import loading
from tests.factories import CLOSED, OPENED, TREE_DATE, instrument, make_collectors, make_open_wave, make_wave

DAY = timedelta(days=1)


def test_an_instrument_is_registered_with_its_hash_and_comes_back_the_same(data):
    given = instrument()
    version = fieldwork.register_instrument(given)

    assert (version.code, version.version, version.sha256) == ("tiny", 1, loading.sha256(given))
    assert loading.from_document(version.document) == given


def test_the_same_instrument_again_is_the_same_row(data):
    first = fieldwork.register_instrument(instrument())

    assert fieldwork.register_instrument(instrument()).id == first.id
    assert len(list_instrument_versions()) == 1


def test_a_changed_instrument_under_the_same_version_is_refused(data):
    registered = fieldwork.register_instrument(instrument())

    with pytest.raises(InstrumentChanged, match="tiny@1 is registered with another content") as refused:
        fieldwork.register_instrument(instrument(source="Somewhere else"))
    assert refused.value.registered is registered


def test_every_shipped_instrument_can_be_registered(data):
    for path in loading.shipped().values():
        fieldwork.register_instrument(loading.load(path))

    registered = {f"{version.code}-{version.version}" for version in list_instrument_versions()}
    assert registered == set(loading.shipped())


@pytest.mark.parametrize("code", ["stratum", "date", "response_key", "cluster_2", "fpc_10"])
def test_an_item_called_like_a_design_column_is_refused(data, code):
    document = loading.to_document(instrument())
    document["sections"][0]["items"].append({"code": code, "type": "text", "text": {"vi": "?", "en": "?"}})

    with pytest.raises(ItemCodeReserved, match=f"Item {code} of instrument tiny@1"):
        fieldwork.register_instrument(loading.from_document(document))


def test_a_wave_is_planned_with_the_defaults_of_the_house(data):
    make_wave(closes_at=CLOSED)
    wave = get_wave("citizens", "2026")

    assert (wave.state, wave.layout, wave.threshold, wave.level, wave.combine) == (
        "planned",
        "one_page",
        10,
        0.95,
        "pooled",
    )
    assert wave.languages == ["vi", "en"]
    assert wave.late_until == CLOSED + 7 * DAY
    assert instrument_of(wave) == instrument()


def test_a_taken_code_is_refused(data):
    wave = make_wave()

    with pytest.raises(CodeTaken, match="wave code 2026 is taken"):
        make_wave()
    with pytest.raises(CodeTaken, match="survey code citizens is taken"):
        fieldwork.create_survey(wave.survey.code, {"vi": "Khác"})


def test_every_fault_of_a_wave_is_reported_at_once(data):
    with pytest.raises(SettingsRefused) as refused:
        make_wave(
            "Đợt 1",
            title={},
            wave_kind="poll",
            layout="matrix",
            combine="sum",
            languages=["vi", "fr"],
            threshold=0,
            level=95,
            opens_at=CLOSED,
            closes_at=OPENED,
            late_until=OPENED - DAY,
        )

    assert len(refused.value.problems) == 10
    assert all(problem.endswith(".") for problem in refused.value.problems)


@pytest.mark.parametrize("combine", ["population", "equal"])
def test_a_roll_up_that_no_run_computes_is_refused(app, combine):
    with app.app_context(), pytest.raises(SettingsRefused, match="write one of pooled"):
        make_wave(combine=combine)


def test_a_time_without_a_zone_is_refused(data):
    with pytest.raises(SettingsRefused, match="The close time has no time zone"):
        make_wave(closes_at=CLOSED.replace(tzinfo=None))


def test_collectors_get_numbers_and_links_that_cannot_be_guessed(data):
    collectors = make_collectors(make_wave(), "north-1", "north-2", "south-1")

    assert [one.number for one in collectors] == [1, 2, 3]
    assert len({one.code for one in collectors}) == 3
    assert all(len(one.code) == 10 and set(one.code) <= set(LINK_ALPHABET) for one in collectors)
    assert find_collector(collectors[1].code).agency.code == "north-2"


def test_seeded_links_are_the_same_in_every_run(data):
    rows = [CollectorRow("north-1", "Quầy 1"), CollectorRow("north-1", "Quầy 2")]
    made = fieldwork.add_collectors(make_wave(), rows, draw=random.Random(7))

    assert [one.code for one in made] == ["c6ep34wk5d", "m3zj834ff4"]


def test_an_agency_may_have_a_collector_per_counter_day(data):
    wave = make_wave()
    days = [date(2026, 3, 2), date(2026, 3, 3)]
    rows = [CollectorRow("north-1", "Quầy 1", mode="kiosk", day=day) for day in days]
    fieldwork.add_collectors(wave, rows)
    fieldwork.add_collectors(wave, [CollectorRow("north-1", "Quầy 2")])

    assert [(one.number, one.day, one.mode) for one in list_collectors(wave)] == [
        (1, days[0], "kiosk"),
        (2, days[1], "kiosk"),
        (3, None, "qr"),
    ]


def test_every_fault_of_the_collectors_is_reported_with_its_row_and_none_is_added(data):
    wave = make_wave()
    rows = [
        CollectorRow("north-1", "Quầy 1"),
        CollectorRow("nowhere", "Quầy 2"),
        CollectorRow("north-1", " "),
        CollectorRow("north-1", "Quầy 4", mode="telegraph"),
        CollectorRow("north-1", "Quầy 5", plan=Plan(base_weight=0)),
    ]

    with pytest.raises(CollectorsRefused) as refused:
        fieldwork.add_collectors(wave, rows)

    assert [problem.split(":")[0] for problem in refused.value.problems] == [
        "Row 2",
        "Row 3",
        "Row 4",
        "Row 5",
    ]
    assert list_collectors(wave) == []


def test_a_collector_needs_an_agency_that_is_valid_on_the_tree_date(data):
    wave = make_wave()
    merge_agency("south", "north", TREE_DATE)

    with pytest.raises(CollectorsRefused, match="no agency south exists on the wave's tree date"):
        make_collectors(wave, "south")


@pytest.mark.parametrize(
    ("plans", "sentence"),
    [
        ([Plan(base_weight=float("nan"))], "the base weight cannot be nan"),
        ([Plan(stratum=" ")], "the stratum is empty"),
        ([Plan(clusters=("a", ""))], "a cluster has no name"),
        ([Plan(clusters=("a",), fpc=(4, 5))], "2 population counts for 1 stages"),
        ([Plan(clusters=("a",), fpc=(0,))], "population count is below 1"),
        ([Plan(clusters=("a",)), Plan(clusters=("b", "c"))], "have 1 and 2 stages"),
        ([Plan("s", ("a",), (4,)), Plan("s", ("b",), (5,))], "not the same throughout stratum s"),
        ([Plan("s", ("a",), (4,)), Plan("s", ("b",))], "not the same throughout stratum s"),
        (
            [Plan(None, ("a",), (1,)), Plan(None, ("b",), (1,))],
            "whole sample has 2 PSUs, but its population only 1",
        ),
    ],
)
def test_a_plan_that_is_no_design_is_refused(data, plans, sentence):
    rows = [CollectorRow("north-1", f"Quầy {number}", plan=plan) for number, plan in enumerate(plans)]

    with pytest.raises(CollectorsRefused, match=sentence):
        fieldwork.add_collectors(make_wave(wave_kind="probability"), rows)


def test_a_plan_must_fit_the_collectors_that_are_there_already(data):
    wave = make_wave(wave_kind="probability")
    make_collectors(wave, plan=Plan("s", ("a",), (4,)))

    with pytest.raises(CollectorsRefused, match="not the same throughout stratum s"):
        make_collectors(wave, plan=Plan("s", ("b",), (5,)))


def test_a_wave_opens_now_whatever_was_planned(data):
    wave, _ = make_open_wave(opens_at=OPENED + DAY, closes_at=CLOSED)

    assert (wave.state, wave.opens_at) == ("open", OPENED)
    assert is_open(wave, OPENED)
    assert is_open(wave, CLOSED - DAY)
    assert not is_open(wave, CLOSED)


def test_a_wave_without_collectors_does_not_open(data):
    with pytest.raises(NotReady, match="no collector"):
        fieldwork.open_wave(make_wave(), now=OPENED)


def test_a_probability_wave_does_not_open_before_every_collector_has_its_plan(data):
    wave = make_wave(wave_kind="probability")
    make_collectors(wave, plan=Plan("s"))
    make_collectors(wave)

    with pytest.raises(NotReady, match="collector 2 has no place in the sample"):
        fieldwork.open_wave(wave, now=OPENED)
    assert wave.state == "planned"


def test_a_wave_does_not_open_after_its_planned_close(data):
    wave = make_wave(closes_at=CLOSED)
    make_collectors(wave)

    with pytest.raises(NotReady, match="was to close on 2026-03-20"):
        fieldwork.open_wave(wave, now=CLOSED)


def test_the_design_of_a_probability_wave_is_fixed_when_it_opens(data):
    wave = make_wave(wave_kind="probability")
    make_collectors(wave, plan=Plan("s"))
    fieldwork.open_wave(wave, now=OPENED)

    with pytest.raises(WrongState, match="is open and cannot be given collectors"):
        make_collectors(wave, plan=Plan("s"))


def test_a_volunteer_wave_takes_more_collectors_while_it_is_open(data):
    wave, _ = make_open_wave()

    assert make_collectors(wave)[0].number == 2


def test_a_close_by_hand_gives_late_answers_seven_days_from_then(data):
    wave, _ = make_open_wave(closes_at=CLOSED + 30 * DAY)
    fieldwork.close_wave(wave, now=CLOSED)

    assert (wave.state, wave.closes_at, wave.late_until) == ("closed", CLOSED, CLOSED + 7 * DAY)
    assert not is_open(wave, CLOSED)


def test_a_late_limit_that_was_set_by_hand_stands(data):
    wave, _ = make_open_wave(closes_at=CLOSED, late_until=CLOSED + DAY)
    fieldwork.close_wave(wave, now=CLOSED - DAY)

    assert wave.late_until == CLOSED + DAY


def test_a_late_limit_is_never_before_the_close(data):
    wave, _ = make_open_wave(closes_at=CLOSED, late_until=CLOSED + DAY)
    fieldwork.close_wave(wave, now=CLOSED + 3 * DAY)

    assert wave.late_until == CLOSED + 3 * DAY


def test_each_step_needs_the_state_before_it(data):
    wave = make_wave()
    make_collectors(wave)

    with pytest.raises(WrongState, match="is planned and cannot be closed; it must be open"):
        fieldwork.close_wave(wave)
    fieldwork.open_wave(wave, now=OPENED)
    with pytest.raises(WrongState, match="is open and cannot be opened; it must be planned"):
        fieldwork.open_wave(wave)
    fieldwork.close_wave(wave, now=CLOSED)
    with pytest.raises(WrongState, match="is closed and cannot be opened"):
        fieldwork.open_wave(wave)
    with pytest.raises(WrongState, match="is closed and cannot be given collectors"):
        make_collectors(wave)
    snapshots.freeze(wave)
    with pytest.raises(WrongState, match="is closed and cannot be closed"):
        fieldwork.close_wave(wave)


def test_a_wave_moves_on_to_a_newer_version_only(data):
    wave, _ = make_open_wave()
    older = wave.instrument_version
    newer = fieldwork.register_instrument(instrument(version=2))
    fieldwork.switch_instrument(wave, newer)

    assert instrument_of(wave).version == 2
    with pytest.raises(SettingsRefused, match="tiny@1 is no newer version of tiny@2"):
        fieldwork.switch_instrument(wave, older)
    with pytest.raises(SettingsRefused, match="other@3 is no newer version"):
        fieldwork.switch_instrument(wave, fieldwork.register_instrument(instrument(version=3, code="other")))


def test_a_newer_version_must_speak_the_languages_of_the_wave(data):
    wave, _ = make_open_wave()
    silent = InstrumentVersion(code="tiny", version=2, sha256="x", document={"languages": ["vi"]})

    with pytest.raises(SettingsRefused, match="does not speak en"):
        fieldwork.switch_instrument(wave, silent)
    assert wave.instrument_version.version == 1


def test_a_revoked_collector_stays_known(data):
    _, (collector,) = make_open_wave()
    fieldwork.revoke_collector(collector)

    assert get_collector(collector.code).state == "revoked"


def test_an_unknown_link_is_not_found(data):
    with pytest.raises(NotFound, match="There is no collector nowhere"):
        get_collector("nowhere")
