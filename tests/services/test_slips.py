"""Receipt slips: codes for one use, of which the database keeps only keyed hashes."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from app.extensions import db, transaction
from app.models import Collector, Slip
from app.services import fieldwork, slips
from tests.factories import make_open_wave

pytestmark = pytest.mark.usefixtures("data")


@pytest.fixture
def desk(data):
    _wave, (collector,) = make_open_wave()
    return collector


def test_a_sheet_has_24_different_codes_and_the_next_sheet_counts_on(desk):
    first, second = slips.make_sheets(desk, 2)
    (third,) = slips.make_sheets(desk)
    assert [first.number, second.number, third.number] == [1, 2, 3]
    assert len({*first.codes, *second.codes, *third.codes}) == 72


def test_sheets_that_two_people_make_at_once_get_numbers_of_their_own(data, desk):
    number = desk.id

    def make(_turn):
        with data.app_context():
            return slips.make_sheets(db.session.get_one(Collector, number))[0].number

    with ThreadPoolExecutor(4) as people:
        assert sorted(people.map(make, range(4))) == [1, 2, 3, 4]


def test_the_database_holds_no_code_and_no_plain_hash_of_one(desk):
    (sheet,) = slips.make_sheets(desk)
    kept = list(db.session.scalars(select(Slip.code_hash)))
    for code in sheet.codes:
        assert code not in "".join(kept).upper()
        assert hashlib.sha256(code.encode()).hexdigest() not in kept


def test_a_link_with_slips_opens_only_with_one_until_the_office_says_otherwise(desk):
    assert not desk.slips
    slips.make_sheets(desk)
    assert desk.slips
    slips.set_door(desk, slips=False)
    assert not desk.slips


@pytest.mark.parametrize("spelled", ["{}", "{} ", "lower", "dashed", "spaced"])
def test_a_code_is_known_however_it_is_typed(desk, spelled):
    (sheet,) = slips.make_sheets(desk)
    code = sheet.codes[0]
    typed = {
        "lower": code.lower(),
        "dashed": f"{code[:4]}-{code[4:]}",
        "spaced": " ".join(code),
    }.get(spelled, spelled.format(code))
    assert slips.standing(desk, typed) == "good"


def test_signs_that_look_alike_are_one_sign():
    assert slips.normalise("o0O-iIlL1") == "00011111"
    assert not set("OILU") & set(slips.ALPHABET)


def test_a_used_code_and_one_of_another_link_open_nothing(desk):
    other = make_open_wave("south-1", code="2027")[1][0]
    (sheet,) = slips.make_sheets(desk)
    with transaction() as session:
        session.execute(
            update(Slip).where(Slip.code_hash == slips.code_hash(sheet.codes[0])).values(response_id="x" * 36)
        )
    assert slips.standing(desk, sheet.codes[0]) == "used"
    assert slips.standing(desk, sheet.codes[1]) == "good"
    assert slips.standing(other, sheet.codes[1]) == "unknown"
    assert slips.count_slips([desk.id, other.id]) == {desk.id: (24, 1)}


@pytest.mark.parametrize("sheets", [0, -1, slips.MOST_SHEETS + 1])
def test_a_wrong_number_of_sheets_makes_none(desk, sheets):
    with pytest.raises(slips.SheetsRefused, match="Choose from 1 to 50 sheets"):
        slips.make_sheets(desk, sheets)
    assert slips.count_slips([desk.id]) == {}


def test_a_revoked_link_gets_no_slips_and_a_link_without_slips_no_door(desk):
    with pytest.raises(slips.SheetsRefused, match="has no slips yet"):
        slips.set_door(desk, slips=True)
    fieldwork.revoke_collector(desk)
    with pytest.raises(slips.SheetsRefused, match="no longer in use"):
        slips.make_sheets(desk)
