"""A release read for pages: what its document says, parsed once, in the language asked for."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator
from openpyxl import load_workbook

from app.queries.errors import NotFound
from app.queries.releases import get_release
from app.scorecards import Figure
from app.services import released as reading
from app.services.assembly.reading import read_results
from app.services.assembly.reasons import KNOWN, flag_reason, reasons_in
from app.services.release_files import workbook_path
from app.services.released import released, rows_of
from app.services.releasing import RESULTS, folder_of
from tests.services.assembly.test_results import SCHEMA


@pytest.fixture
def release(office):
    with office.app_context():
        yield get_release("citizens", "2026")


def text_of(release):
    return (folder_of(release) / RESULTS).read_text(encoding="utf-8")


def test_every_estimate_of_the_document_is_there_and_nothing_else(release):
    estimates = json.loads(text_of(release))["estimates"]
    read = [one for found in released(release).records.values() for one in found]

    assert [one.document(flag_reason(one, "en")) for one in read] == estimates
    assert len(read) == len(estimates) > 20


def test_the_rest_of_the_document_stands_in_its_head(release):
    document = json.loads(text_of(release))
    found = released(release)

    for key in ("estimates", "answers", "comparisons", "ranks"):
        assert document.pop(key) is not None
        assert key not in found.head
    assert found.head == document


def test_a_document_is_parsed_once(release):
    assert released(release) is released(release)


def test_only_so_many_records_are_kept(release, monkeypatch):
    monkeypatch.setattr(reading, "_kept", reading.OrderedDict())
    first = released(release)
    monkeypatch.setattr(reading, "MOST_RECORDS", first.size)
    with_other = released(get_release("citizens", "2027"))

    assert released(get_release("citizens", "2027")) is with_other
    assert released(release) is not first


def test_a_release_without_its_file_is_not_found(release, monkeypatch, tmp_path):
    monkeypatch.setattr(reading, "folder_of", lambda _release: tmp_path)
    monkeypatch.setattr(reading, "_kept", reading.OrderedDict())
    with pytest.raises(NotFound):
        released(release)


def test_rows_are_in_the_language_asked_and_named_as_on_the_day(release):
    vietnamese, english = (rows_of(release, "north", language) for language in ("vi", "en"))

    assert {row.domain_label for row in vietnamese} == {"Tỉnh Bắc"}
    assert {row.domain_label for row in english} == {"North Province"}
    assert [row.node for row in english] == ["seats", "polite", "result", "service"]
    assert [row.node_label for row in english] == ["Seats", "Polite", "Result", "Service"]
    assert [row.value for row in english] == [row.value for row in vietnamese]


def test_what_is_hidden_has_no_figure(release):
    for row in rows_of(release, "north-2", "en"):
        assert {row.value, row.low, row.high, row.n, row.df} == {Figure(None, "c")}


def test_an_agency_that_is_not_in_the_release_has_no_rows(release):
    assert rows_of(release, "nowhere", "en") == ()


@pytest.mark.parametrize(("reason", "about"), KNOWN)
def test_every_reason_is_found_in_its_sentence_again(release, reason, about):
    record = released(release).records[None][0]
    given = ((reason, about.format(about="q-1_a")), ("constant", ""))
    told = flag_reason(type(record)(**_fields(record) | {"reason": given}), "en")

    assert reasons_in(told) == given


def _fields(record):
    return {name: getattr(record, name) for name in record.__slots__}


def test_a_text_that_is_no_results_document_is_refused():
    with pytest.raises(KeyError):
        read_results("{}")
    with pytest.raises(ValueError, match="Expecting"):
        read_results("no")


def test_a_released_document_keeps_the_schema(release):
    assert list(Draft202012Validator(SCHEMA).iter_errors(json.loads(text_of(release)))) == []


@pytest.mark.parametrize("domain", [None, "north", "north-1", "north-2", "south-1"])
def test_the_shares_of_answers_are_those_of_the_items_sheet(release, domain):
    found = released(release)
    sheet = load_workbook(workbook_path(release, found.stems[domain]))["Câu hỏi"]
    shown = {}
    for item, _text, line, _answer, code, value, *_rest in sheet.iter_rows(values_only=True):
        if line == "Phương án":
            shown.setdefault(item, {})[code] = value

    for item in ("seats", "polite", "result"):
        shares = found.answers[domain][item].shares
        if shares is None:
            assert set(shown[item].values()) == {"[c]"}
        else:
            assert {code: pytest.approx(share, abs=1e-9) for code, share in shares.items()} == shown[item]
            assert sum(shares.values()) == pytest.approx(100)


def test_answers_that_may_not_be_shown_have_neither_shares_nor_number(release):
    hidden = released(release).answers["north-2"].values()
    assert {(one.n, one.shares) for one in hidden} == {(None, None)}
