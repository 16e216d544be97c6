"""The checker finds every way of tampering, each with a copy of a log that was whole."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.services.audit import FIRST, hash_of
from app.services.audit_checking import (
    MOST_FAULTS,
    Anchor,
    AnchorUnreadable,
    Exported,
    ExportUnreadable,
    check,
    read_anchors,
    read_exported,
    written,
)

BEGIN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def log(length=6, actor="lan@office.vn"):
    """A log that is whole."""
    lines, previous = [], FIRST
    for number in range(1, length + 1):
        line = Exported(
            number,
            BEGIN + timedelta(minutes=number),
            actor,
            "results.wave",
            "citizens/2026",
            "{}",
            previous,
            "",
        )
        lines.append(replace(line, hash=hash_of(line)))
        previous = lines[-1].hash
    return lines


def said(lines, *anchors):
    return [str(fault) for fault in check(lines, anchors).faults]


def anchor_of(line):
    return Anchor(line.number, line.hash)


def test_a_whole_log_is_whole():
    lines = log()
    found = check(lines, [anchor_of(lines[3]), anchor_of(lines[5])])
    assert (found.whole, found.lines, found.last) == (True, 6, anchor_of(lines[-1]))


def test_an_empty_log_has_no_last_line():
    assert check([]) == check(iter(()))
    assert check([]).last is None


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "someone else"},
        {"action": "results.waves"},
        {"subject": "citizens/2025"},
        {"facts": '{"rows":1}'},
        {"at": BEGIN},
        {"hash": "1" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_line_is_found(change):
    lines = log()
    lines[2] = replace(lines[2], **change)
    assert "Line 3 is not as it was written." in said(lines)


def test_a_changed_line_with_a_hash_that_fits_is_found_by_the_next():
    lines = log()
    lines[2] = replace(lines[2], actor="someone else")
    lines[2] = replace(lines[2], hash=hash_of(lines[2]))
    (fault,) = said(lines)
    assert fault.startswith("Line 4 does not follow from the line before it")


def test_lines_that_were_taken_out_are_found():
    lines = log()
    assert said(lines[:2] + lines[4:]) == ["The lines from 3 to 4 are missing."]
    assert said(lines[1:]) == ["The lines from 1 to 1 are missing."]


def test_a_line_that_was_put_in_is_found():
    lines = log()
    put_in = replace(lines[2], actor="someone else")
    assert said([*lines[:3], put_in, *lines[3:]])


def test_only_an_anchor_finds_that_the_end_was_cut_off():
    lines = log()
    assert not said(lines[:4])
    assert said(lines[:4], anchor_of(lines[4])) == ["The log ends with line 4, but the anchor knows line 5."]
    assert said([], anchor_of(lines[0])) == ["The log ends with line 0, but the anchor knows line 1."]


def test_only_an_anchor_finds_that_all_was_written_anew():
    forged = log(actor="someone else")
    assert not said(forged)
    assert said(forged, anchor_of(log()[4])) == ["Line 5 is not the one that the anchor knows."]


def test_a_ruined_log_is_not_read_to_its_end():
    lines = [replace(line, actor="x") for line in log(100)]
    assert len(check(lines).faults) == MOST_FAULTS


def test_what_is_exported_can_be_checked_where_there_is_no_database():
    lines = log()
    assert list(read_exported(written(line) for line in lines)) == lines
    assert check(read_exported(map(written, lines))).whole


@pytest.mark.parametrize(
    "text", ["", "x", "[]", "{}", '{"number": true}', "null", '{"number": 1, "at": "x"}']
)
def test_a_file_that_is_no_export_is_refused_in_one_sentence(text):
    with pytest.raises(ExportUnreadable, match=r"^Line 1 of the file is no line of an audit log; .*\.$"):
        check(read_exported([text]))


@pytest.mark.parametrize("text", ["", "\n", "x", "[]", "{}", '{"number": 0, "hash": ""}', '{"hash": "x"}'])
def test_a_file_that_is_no_anchor_is_refused_in_one_sentence(text):
    with pytest.raises(AnchorUnreadable, match=r"^Line 1 of the anchor file is no anchor; .*\.$"):
        read_anchors([text])


def test_anchors_are_lines_of_json():
    noted = {"number": 3, "hash": "ab", "noted_at": "2026-03-02T01:00:00+00:00"}
    assert read_anchors([json.dumps(noted) + "\n", "\n"]) == [Anchor(3, "ab")]
