"""Surveys, waves and instruments as they are found."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from app.extensions import db
from app.queries import waves
from app.queries.errors import NotFound
from app.services import fieldwork
from tests.factories import CLOSED, instrument, make_open_wave, make_wave


def test_a_wave_is_found_by_the_codes_of_survey_and_wave(data):
    made = make_wave()

    assert waves.get_wave("citizens", "2026") is made
    assert waves.find_wave("citizens", "2027") is None
    assert waves.get_survey("citizens").waves == [made]


def test_what_is_not_there_is_said_in_one_sentence(data):
    make_wave()

    for find, sentence in (
        (lambda: waves.get_wave("citizens", "2027"), "There is no wave citizens/2027; check the code."),
        (lambda: waves.get_survey("staff"), "There is no survey staff; check the code."),
        (lambda: waves.get_instrument_version("tiny", 9), "There is no instrument tiny@9; check the code."),
    ):
        with pytest.raises(NotFound) as caught:
            find()
        assert str(caught.value) == sentence


def test_waves_are_listed_newest_first_and_by_state(data):
    first, second = make_wave("1"), make_wave("2")
    third, _ = make_open_wave(code="3")
    fieldwork.close_wave(third, now=CLOSED)

    assert waves.list_waves() == [third, second, first]
    assert waves.list_waves("closed") == [third]
    assert waves.list_waves("open") == []
    assert [survey.code for survey in waves.list_surveys()] == ["citizens"]


def test_listing_waves_takes_one_query_however_many_there_are(data):
    for number in range(4):
        make_wave(str(number))
    db.session.expire_all()
    seen = []

    def count(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    shown = [(wave.survey.code, wave.instrument_version.sha256) for wave in waves.list_waves()]
    event.remove(db.engine, "before_cursor_execute", count)

    assert len(shown) == 4
    assert len([statement for statement in seen if "SELECT" in statement]) == 1


def test_an_instrument_is_parsed_once(data):
    wave = make_wave(asked=instrument(source="Parsed once"))

    assert waves.instrument_of(wave) is waves.instrument_of(wave)
    assert waves.instrument_of(wave).source == "Parsed once"


def test_an_instrument_is_never_taken_for_another_of_the_same_row(data):
    wave = make_wave(asked=instrument(source="Some source"))

    with pytest.raises(NotFound, match="instrument version"):
        waves.get_instrument(wave.instrument_version_id, "another hash")
