from __future__ import annotations

import pytest

from surveys.reading import MAX_DEPTH, Source, read


def codes(source: Source) -> list[str]:
    return [finding.code for finding in source.findings]


def test_text_becomes_plain_data_that_remembers_its_lines():
    source = read("code: tiny\nlanguages:\n  - vi\n  - en\n")

    assert source.data == {"code": "tiny", "languages": ["vi", "en"]}
    assert source.line(("code",)) == 1
    assert source.line(("languages",)) == 2
    assert source.line(("languages", 1)) == 4


def test_what_is_not_in_the_file_has_the_line_of_the_part_around_it():
    source = read("code: tiny\nscales:\n  agree: {}\n")

    assert source.line(("scales", "agree", "options", 3, "label")) == 3
    assert source.line(("title",)) == 1


@pytest.mark.parametrize(
    ("written", "value"),
    [("1", 1), ("-3", -3), ("010", 10), ("2.5", 2.5), (".5", 0.5), ("1e3", 1000.0), ("true", True)],
)
def test_numbers_and_truth_are_read_where_the_format_has_them(written, value):
    assert read(f"value: {written}").data == {"value": value}


@pytest.mark.parametrize("written", ["no", "0x1F", ".nan", ".inf", "1_000", "9" * 30, "'1'"])
def test_what_is_not_plainly_a_number_stays_text(written):
    assert read(f"value: {written}").data == {"value": written.strip("'")}


@pytest.mark.parametrize("written", ["01", "1.50", "true", "2025-12-31", "12:30", "no"])
def test_everything_else_is_the_text_as_written(written):
    assert read(f"code: {written}").data == {"code": written}


@pytest.mark.parametrize("written", ["", "~", "null"])
def test_nothing_is_none_and_quoted_nothing_is_text(written):
    assert read(f"hint: {written}").data == {"hint": None}
    assert read(f"hint: '{written}'").data == {"hint": written}


def test_an_alias_gives_the_lines_of_what_it_stands_for():
    source = read("first: &a\n  code: x\nsecond: *a\n")

    assert source.data["second"] == {"code": "x"}
    assert source.line(("second",)) == 3
    assert source.line(("second", "code")) == 2


def test_merged_keys_give_way_to_own_ones():
    source = read("first: &a {code: x, type: text}\nsecond:\n  <<: *a\n  code: y\n")

    assert source.data["second"] == {"code": "y", "type": "text"}
    assert source.line(("second", "type")) == 1


def test_merging_what_is_no_mapping_is_a_problem():
    assert codes(read("<<: 3")) == ["yaml_syntax"]


def test_aliases_of_aliases_cannot_grow_without_end():
    lines = ["l0: &l0 [x, x, x, x, x, x, x, x]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 8)}]" for n in range(1, 12)]

    assert codes(read("\n".join(lines))) == ["file_too_large"]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_endless_nesting_is_a_problem(opening):
    source = read(opening * 3000)

    assert codes(source) == ["yaml_syntax"]
    assert str(MAX_DEPTH) in source.findings[0].sentence


@pytest.mark.parametrize(
    ("text", "line", "advice"),
    [
        ("a: 1\n\tb: 2\n", 2, "blanks only"),
        ("a: b: c\n", 1, "quotes round text that holds a colon"),
        ("a: 1\nb: 'open\nc: 2\n", 2, "a quotation mark is never closed"),
        ("a: *b\n", 1, "no anchor above"),
        ("a:\n  - b\n c: d\n", 3, "indentation"),
        ("a: 1\nb: [1, 2\nc: 3\n", 3, "close the bracket"),
        ("a: 1\nb: x\x07\n", 2, "invisible control character"),
        ("%YAML 3.0\n---\na: b\n", 1, "incompatible"),
        ("a: @b\n", 1, "can't begin with @"),
    ],
)
def test_a_fault_of_syntax_has_its_line_and_advice(text, line, advice):
    source = read(text)

    assert source.data is None
    assert codes(source) == ["yaml_syntax"]
    assert source.line(()) == line
    assert advice in source.findings[0].sentence


def test_an_anchor_used_twice_is_allowed():
    assert read("a: &x b\nc: &x d\ne: *x\n").data == {"a": "b", "c": "d", "e": "d"}
