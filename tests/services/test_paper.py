"""Paper forms: typed once or twice, stored once, the same rules as everywhere."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.extensions import db, transaction
from app.models import PaperForm, Response, User
from app.services import paper
from tests.factories import instrument, make_collectors, make_open_wave, make_wave

RAW = {"visited": ["yes"], "seats": ["3"], "polite": ["2"], "heard": ["net", "tv"], "words": ["Chờ lâu"]}
STORED = {"visited": "yes", "seats": "3", "polite": "2", "heard": ["tv", "net"], "words": "Chờ lâu"}


@pytest.fixture
def clerks(data):
    """Row numbers of two accounts."""
    people = [User(email=f"{name}@office.vn", name=name, password_hash="none") for name in ("lan", "minh")]
    with transaction() as session:
        session.add_all(people)
    return [one.id for one in people]


@pytest.fixture
def place(data):
    return make_open_wave()[1][0]


@pytest.fixture
def twice(data):
    """A link of a wave with double entry."""
    wave, (collector,) = make_open_wave()
    with transaction():
        wave.double_entry = True
    return collector


def enter(collector, number, user, raw=RAW):
    return paper.enter(collector, number, raw, language="vi", user_id=user)


def stored():
    return list(db.session.scalars(select(Response)))


def test_a_form_is_stored_as_paper_whatever_its_link(place, clerks):
    entered = enter(place, "0007", clerks[0])
    assert (entered.status, entered.number) == ("stored", "7")
    (response,) = stored()
    assert (response.mode, response.answers, response.state) == ("paper", STORED, "counted")
    assert response.receipt == entered.receipt
    assert response.response_id == paper.response_id_of(place, "7")
    assert db.session.scalar(select(PaperForm)).response_id == response.response_id


@pytest.mark.parametrize("raw", [RAW, RAW | {"polite": ["1"]}])
def test_the_same_form_is_stored_once(place, clerks, raw):
    enter(place, "7", clerks[0])
    with pytest.raises(paper.PaperRefused, match="Form 7 is stored already"):
        enter(place, "007", clerks[1], raw)
    assert [one.answers for one in stored()] == [STORED]


def test_the_same_number_at_another_link_is_another_form(clerks, data):
    _wave, (first, second) = make_open_wave("north-1", "south-1")
    enter(first, "7", clerks[0])
    enter(second, "7", clerks[0])
    assert len(stored()) == 2


def test_answers_to_questions_that_are_not_asked_are_left_out_and_said(place, clerks):
    entered = enter(place, "1", clerks[0], RAW | {"visited": ["no"]})
    assert entered.dropped == ("seats",)
    assert "seats" not in stored()[0].answers


def test_a_wrong_answer_stores_nothing_and_names_the_item(place, clerks):
    with pytest.raises(paper.PaperAnswersWrong) as refused:
        enter(place, "1", clerks[0], RAW | {"polite": ["9"], "heard": ["tv", "radio"]})
    assert [(one.item, one.code) for one in refused.value.problems] == [
        ("polite", "not_an_option"),
        ("heard", "not_an_option"),
    ]
    assert stored() == []
    assert db.session.scalar(select(PaperForm)) is None


@pytest.mark.parametrize("number", ["", "   ", "a b?", "x" * 33, "7\x00"])
def test_a_form_without_a_readable_number_is_refused(place, clerks, number):
    with pytest.raises(paper.PaperRefused, match="number that stands on the form"):
        enter(place, number, clerks[0])


def test_a_planned_wave_takes_no_forms(clerks, data):
    (collector,) = make_collectors(make_wave())
    with pytest.raises(paper.PaperRefused, match="not opened"):
        enter(collector, "1", clerks[0])


def test_with_double_entry_the_first_typing_waits_for_somebody_else(twice, clerks):
    assert enter(twice, "7", clerks[0]).status == "waiting"
    assert stored() == []
    with pytest.raises(paper.PaperRefused, match="somebody else must type it"):
        enter(twice, "7", clerks[0])
    assert enter(twice, "7", clerks[1]).status == "stored"
    assert [one.answers for one in stored()] == [STORED]
    with pytest.raises(paper.PaperRefused, match="stored already"):
        enter(twice, "7", clerks[0])


def test_typings_that_differ_wait_for_a_decision(twice, clerks):
    enter(twice, "7", clerks[0])
    other = RAW | {"polite": ["1"], "heard": ["tv"]}
    other.pop("words")
    assert enter(twice, "7", clerks[1], other).status == "disagreeing"
    assert stored() == []
    (form,) = paper.list_disagreements(twice.wave)
    assert paper.differences(twice.wave, form) == [
        paper.Difference("polite", ("2",), ("1",)),
        paper.Difference("heard", ("tv", "net"), ("tv",)),
        paper.Difference("words", ("Chờ lâu",), ()),
    ]
    assert paper.count_forms(twice.wave) == {"disagreeing": 1}
    with pytest.raises(paper.PaperRefused, match="typed twice"):
        enter(twice, "7", clerks[0])

    decided = paper.decide(form, {"polite": ["1"], "heard": ["tv", "net"]}, user_id=clerks[0])
    assert decided.status == "stored"
    assert stored()[0].answers == {key: value for key, value in STORED.items() if key != "words"} | {
        "polite": "1"
    }
    form = paper.find_form(twice, "7")
    assert [one.entry for one in form.entries] == [1, 2, 3]
    assert paper.list_disagreements(twice.wave) == []
    with pytest.raises(paper.PaperRefused, match="decided already"):
        paper.decide(form, {}, user_id=clerks[0])


def test_a_decision_that_cannot_be_so_stores_nothing(twice, clerks):
    enter(twice, "7", clerks[0])
    enter(twice, "7", clerks[1], RAW | {"polite": ["1"]})
    (form,) = paper.list_disagreements(twice.wave)
    with pytest.raises(paper.PaperAnswersWrong):
        paper.decide(form, {"polite": ["8"]}, user_id=clerks[0])
    assert stored() == []
    assert paper.find_form(twice, "7").state == "disagreeing"


def test_a_typing_that_was_stored_but_not_noted_can_be_repeated(place, clerks, monkeypatch):
    """The process died between the two: the same answers again put it right."""
    with monkeypatch.context() as cut:
        cut.setattr(paper, "_keep", _cut)
        with pytest.raises(ConnectionError):
            enter(place, "7", clerks[0])
    assert len(stored()) == 1
    assert enter(place, "7", clerks[0]).status == "stored"
    assert len(stored()) == 1


def _cut(*_arguments, **_options):
    raise ConnectionError


@pytest.mark.parametrize(
    ("item", "typed", "values"),
    [
        ("visited", "1", ["yes"]),
        ("visited", "2", ["no"]),
        ("visited", "YES", ["yes"]),
        ("visited", "7", ["7"]),
        ("polite", "3", ["3"]),
        ("polite", "NA", ["na"]),
        ("polite", "", []),
        ("heard", "1, 2", ["tv", "net"]),
        ("heard", "2;1 9", ["net", "tv", "9"]),
        ("words", " 1 2 ", [" 1 2 "]),
        ("words", "  ", []),
    ],
)
def test_keys_are_read_as_the_codes_they_stand_for(item, typed, values):
    asked = instrument()
    assert paper.read_keys(asked, asked.item(item), typed) == values


def test_the_same_typing_sent_twice_at_once_is_kept_once(twice, clerks, monkeypatch):
    """The second finds nothing when it looks, and the first typing there when it writes."""
    enter(twice, "7", clerks[0])
    monkeypatch.setattr(paper, "find_form", lambda collector, number: None)
    with pytest.raises(paper.PaperRefused, match="Somebody else has just typed form 7"):
        enter(twice, "7", clerks[1])
    monkeypatch.undo()
    assert [one.user_id for one in paper.find_form(twice, "7").entries] == [clerks[0]]
