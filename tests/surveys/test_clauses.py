"""The clause catalogue: shipped codes are whole, wrong files are refused with every problem, versions compared."""

from __future__ import annotations

import pytest

from surveys import clauses
from surveys.clauses import CatalogueError, difference, loads

HEAD = """issuer: office
year: 2020
title: {en: Code}
decision: 1/QD, 2020
source: Made for the tests
status: own
languages: [en]
clauses:
"""


def row(code, number, text="Be kind.", title="Kindness"):
    texts = f"title: {{en: {title}}}, text: {{en: {text}}}"
    return f'  - {{code: {code}, number: "{number}", {texts}, source: S, status: own}}\n'


def code(*rows):
    return loads(HEAD + "".join(rows), "office-2020.yaml")


def faults(text, stem=None):
    with pytest.raises(CatalogueError) as refused:
        loads(text, "wrong.yaml", stem)
    return [(one.line, one.message) for one in refused.value.problems]


BEFORE = code(row("dress", 1), row("talk", 2), row("time", 3), row("gifts", 4))


def test_versions_without_a_difference_have_none():
    assert difference(BEFORE, BEFORE).nothing


def test_a_clause_of_only_one_version_is_added_or_removed():
    after = code(row("dress", 1), row("talk", 2), row("time", 3), row("online", 4))
    found = difference(BEFORE, after)

    assert [one.code for one in found.added] == ["online"]
    assert [one.code for one in found.removed] == ["gifts"]
    assert (found.changed, found.moved) == ((), ())


def test_another_wording_is_a_change_and_names_what_reads_otherwise():
    after = code(row("dress", 1, "Be neat."), row("talk", 2, title="Talk"), row("time", 3), row("gifts", 4))
    found = difference(BEFORE, after)

    assert [(one.after.code, one.fields) for one in found.changed] == [
        ("dress", ("text",)),
        ("talk", ("title",)),
    ]
    assert (found.added, found.removed, found.moved) == ((), (), ())


def test_the_same_clause_at_another_number_has_moved():
    after = code(row("talk", 1), row("dress", 2, "Be neat."), row("time", 3), row("gifts", 4))
    found = difference(BEFORE, after)

    assert [(one.before.number, one.after.number) for one in found.moved] == [("1", "2"), ("2", "1")]
    assert [one.after.code for one in found.changed] == ["dress"]


def test_there_and_back_swap_what_is_added_and_removed():
    after = code(row("dress", 1), row("online", 2))
    there, back = difference(BEFORE, after), difference(after, BEFORE)

    assert (there.added, there.removed) == (back.removed, back.added)


def test_every_problem_of_a_file_is_listed_with_its_line_and_clause():
    text = (
        HEAD.replace("status: own", "status: X").replace("year: 2020", "year: soon") + "  - {code: Dress}\n"
    )
    found = faults(text)

    assert [line for line, _ in found] == [2, 6, 9, 9, 9, 9, 9, 9]
    assert found[0][1] == "'year' must be a year such as 2023."
    assert found[1][1].startswith("'status' must be one of")
    assert all(message.startswith("clause Dress: ") for _, message in found[2:])
    assert any("'number' is missing" in message for _, message in found)


def test_codes_and_numbers_stand_once_in_a_version():
    assert [message for _, message in faults(HEAD + row("dress", 1) + row("dress", 1))] == [
        "clause dress: The code 'dress' stands twice; give one clause another.",
        "clause dress: The number '1' stands twice; give one clause another.",
    ]


def test_every_text_is_in_every_declared_language():
    text = HEAD.replace("languages: [en]", "languages: [en, vi]") + row("dress", 1)

    assert [message for _, message in faults(text)] == [
        "'title' lacks vi; every text is given in each declared language.",
        "clause dress: 'title' lacks vi; every text is given in each declared language.",
        "clause dress: 'text' lacks vi; every text is given in each declared language.",
    ]


def test_a_file_is_called_as_its_code():
    [(line, message)] = faults(HEAD + row("dress", 1), stem="office-2021")
    assert (line, message.split(";")[0]) == (
        1,
        "The file is called 'office-2021' but its code is 'office-2020'",
    )


def test_what_is_no_yaml_at_all_is_one_problem():
    assert len(faults("clauses: [")) == 1
    assert len(faults("")) == 1


def test_a_file_that_cannot_be_read_is_said(tmp_path):
    with pytest.raises(CatalogueError, match="can't be opened"):
        clauses.load(tmp_path / "none.yaml")
    (tmp_path / "odd.yaml").write_bytes(b"issuer: \xff")
    with pytest.raises(CatalogueError, match=r"odd\.yaml:1: The file is not UTF-8"):
        clauses.load(tmp_path / "odd.yaml")


@pytest.mark.parametrize("identity", clauses.shipped())
def test_a_shipped_code_is_whole_and_never_passes_as_official(identity):
    found = clauses.find_code(identity)

    assert found.identity == identity
    assert found.languages == ("vi", "en")
    assert "our summary, not the official wording" in found.source
    assert all(clause.status in ("V", "P", "M") for clause in found.clauses)


def test_the_codes_of_conduct_named_in_the_field_are_there():
    assert {name: len(clauses.find_code(name).clauses) for name in clauses.shipped()} == {
        "hanoi-public-2017": 14,
        "hanoi-staff-2017": 3,
        "moha-2017": 12,
        "moha-2021": 15,
        "moit-2023": 5,
        "pm-2018": 12,
    }


def test_what_is_from_memory_is_marked_so():
    assert clauses.find_code("hanoi-staff-2017").status == "M"
    assert clauses.find_code("moha-2021").find("badge").status == "M"


@pytest.mark.parametrize("written", ["7.1", "ISO 9001, 9.1.2", "dress", "Điều 4"])
def test_a_text_that_names_no_catalogue_is_left_alone(written):
    assert clauses.reference(written) is None
    assert clauses.unknown(written) is None


def test_a_reference_must_be_in_the_catalogue():
    assert clauses.reference("moit-2023/dress") == ("moit-2023", "dress")
    assert clauses.unknown("moit-2023/dress") is None
    assert "did you mean 'moit-2023'" in clauses.unknown("moit-2032/dress")
    assert "did you mean 'dress'" in clauses.unknown("moit-2023/dres")
    assert "has no clause ''" in clauses.unknown("moit-2023/")
