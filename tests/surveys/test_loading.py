from __future__ import annotations

import hashlib
import json
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveys import loading
from surveys.loading import from_document, load, loads, sha256, shipped, to_document
from surveys.problems import SENTENCES, InstrumentError, Problem
from tests.surveys.instruments import RIGHT, right

MINIMAL = RIGHT["minimal"].read_text(encoding="utf-8")


def only_problem(error: pytest.ExceptionInfo[InstrumentError]) -> Problem:
    (problem,) = error.value.problems
    return problem


def test_a_file_becomes_an_instrument():
    instrument = load(RIGHT["minimal"])

    assert instrument.identity == "tiny@1"
    assert instrument.item("q1").text == {"en": "What should we do better?"}


def test_the_path_may_be_text():
    assert load(str(RIGHT["minimal"])) == load(RIGHT["minimal"])


def test_a_missing_file_is_a_problem_of_the_whole_file(tmp_path):
    with pytest.raises(InstrumentError) as refused:
        load(tmp_path / "none.yaml")

    problem = only_problem(refused)
    assert (problem.code, problem.line) == ("file_missing", 0)
    assert str(refused.value) == f"{tmp_path}/none.yaml: There is no such file; check the path."


def test_a_folder_is_no_instrument(tmp_path):
    with pytest.raises(InstrumentError) as refused:
        load(tmp_path)

    assert only_problem(refused).code == "file_is_folder"


@pytest.mark.parametrize("path", ["minimal.yaml/inside.yaml", "a\0b.yaml"])
def test_a_path_that_cannot_be_opened_is_a_problem(tmp_path, path):
    (tmp_path / "minimal.yaml").write_text(MINIMAL)
    with pytest.raises(InstrumentError) as refused:
        load(f"{tmp_path}/{path}")

    assert only_problem(refused).code == "file_unreadable"


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing but a remark\n", "~", "null"])
def test_an_empty_file_is_a_problem(text):
    with pytest.raises(InstrumentError) as refused:
        loads(text, "empty.yaml")

    problem = only_problem(refused)
    assert (problem.code, problem.line) == ("file_empty", 1)


def test_another_encoding_is_a_problem_at_the_line_where_it_shows():
    with pytest.raises(InstrumentError) as refused:
        loads("code: tiny\ntitle: {vi: Khảo sát}\n".encode("utf-16"), "wide.yaml")
    assert only_problem(refused).line == 1

    with pytest.raises(InstrumentError) as refused:
        loads("code: tiny\ntitle: {fr: Qualité}\n".encode("latin-1"), "western.yaml")
    problem = only_problem(refused)
    assert (problem.code, problem.line) == ("not_utf8", 2)


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert loads(b"\xef\xbb\xbf" + MINIMAL.encode(), "marked.yaml") == loads(MINIMAL, "plain.yaml")


def test_a_file_larger_than_any_instrument_is_not_read_through(tmp_path):
    path = tmp_path / "large.yaml"
    path.write_text("# " + "x" * loading.MAX_BYTES)
    with pytest.raises(InstrumentError) as refused:
        load(path)

    assert only_problem(refused).code == "file_too_large"


def test_text_and_lists_at_the_top_are_no_instrument():
    for text in ("just words", "[code, version]"):
        with pytest.raises(InstrumentError) as refused:
            loads(text, "list.yaml")
        assert only_problem(refused).code == "not_a_mapping"


def test_all_duplicate_keys_are_reported_beside_other_problems():
    with pytest.raises(InstrumentError) as refused:
        loads(f"{MINIMAL}source: Again\nkind: report\ncolour: red\n", "twice.yaml")

    assert [(problem.line, problem.code) for problem in refused.value.problems] == [
        (13, "duplicate_key"),
        (14, "duplicate_key"),
        (15, "unknown_key"),
    ]


def test_a_shipped_instrument_stands_under_its_code_and_version():
    assert shipped()
    for stem, path in shipped().items():
        instrument = load(path)
        assert stem == f"{instrument.code}-{instrument.version}"


@pytest.mark.parametrize("name", RIGHT)
def test_a_document_gives_the_same_instrument_back(name):
    instrument = right(name)
    document = json.loads(json.dumps(to_document(instrument)))

    assert from_document(document) == instrument
    assert sha256(from_document(document)) == sha256(instrument)


def test_a_stored_document_that_is_not_sound_is_refused_without_a_line():
    document = to_document(right("minimal")) | {"colour": "red"}
    with pytest.raises(InstrumentError) as refused:
        from_document(document)

    assert str(refused.value).startswith("stored instrument: The key 'colour' is unknown")


def test_the_hash_is_taken_over_canonical_json():
    canonical = (
        '{"audience":"citizen","code":"tiny","kind":"survey","languages":["en"],'
        '"sections":[{"code":"main","items":[{"code":"q1",'
        '"text":{"en":"What should we do better?"},"type":"text"}],"title":{"en":"Main"}}],'
        '"source":"Made for the tests","title":{"en":"Tiny"},"version":1}'
    )

    assert sha256(right("minimal")) == hashlib.sha256(canonical.encode()).hexdigest()


def test_the_hash_does_not_depend_on_how_the_file_is_laid_out():
    lines = MINIMAL.splitlines()
    head, rest = lines[:7], lines[7:]
    other = "\n".join([*rest, *reversed(head), "# a remark"]).replace("{en: Main}", "{'en':   Main}")
    spelled_out = other.replace("type: text", "type: text, required: false, show_if: null")

    assert sha256(loads(spelled_out, "other.yaml")) == sha256(right("minimal"))


def test_the_hash_does_not_depend_on_how_letters_are_composed():
    text = RIGHT["composed_text"].read_text(encoding="utf-8")
    assert text != unicodedata.normalize("NFC", text)

    assert sha256(loads(unicodedata.normalize("NFC", text), "nfc.yaml")) == sha256(right("composed_text"))


def test_a_change_of_one_letter_changes_the_hash():
    assert sha256(loads(MINIMAL.replace("better", "Better"), "other.yaml")) != sha256(right("minimal"))


def problems_of(reading, document):
    try:
        reading(document)
    except InstrumentError as refused:
        return refused.problems or pytest.fail("An instrument was refused without a problem.")
    return ()


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_whatever_stands_in_a_document_ends_in_an_instrument_or_in_problems(data):
    """Some part of a right instrument is taken away, or replaced by anything at all."""
    document = to_document(right(data.draw(st.sampled_from(["index_respondent_mean", "show_if_section"]))))
    for _ in range(data.draw(st.integers(1, 3))):
        part = document
        while True:
            keys = list(part) if isinstance(part, dict) else list(range(len(part)))
            key = data.draw(st.sampled_from(keys))
            below = part[key]
            if not isinstance(below, dict | list) or not below or data.draw(st.booleans()):
                break
            part = below
        if data.draw(st.booleans()) and len(part) > 1:
            del part[key]
        else:
            part[key] = data.draw(VALUES)

    # Every JSON text is YAML, but for a few control characters.
    for reading in (from_document, lambda changed: loads(json.dumps(changed), "changed.yaml")):
        assert all(problem.code in SENTENCES for problem in problems_of(reading, document))
