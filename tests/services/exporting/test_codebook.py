"""The codebook names every column and every code, in whatever format, and its names are those of the files."""

from __future__ import annotations

import csv
import json

import pyreadstat
import pytest
from python_calamine import CalamineWorkbook

from app.services.exporting import names
from app.services.exporting.answers import export_answers
from app.services.exporting.options import AnswerOptions


def book(wave, folder, format="csv", codebook="json", language="vi"):
    made = export_answers(wave, AnswerOptions(format, language, bom=False, codebook=codebook), folder)
    return made, made.codebook


def test_every_column_of_the_answers_is_in_it_in_their_order(wave, tmp_path):
    made, path = book(wave, tmp_path)
    header = made.answers.read_text(encoding="utf-8").splitlines()[0].split(",")
    assert list(dict.fromkeys(line["column"] for line in json.loads(path.read_text()))) == header


def test_every_code_has_its_words_value_and_missing_kind(wave, tmp_path):
    _, path = book(wave, tmp_path)
    lines = {(line["column"], line["code"]): line for line in json.loads(path.read_text()) if line["code"]}
    best = lines["polite", "3"]
    assert (best["label"], best["value"], best["satisfied"]) == ("Rất hài lòng", 3, "yes")
    assert lines["polite", "na"]["missing"] == "not_applicable"
    assert lines["field-1", "01"]["label"] == "Hộ tịch"
    assert lines["words__missing", "no_answer"]["label"] == "để trống"
    assert lines["polite", "3"]["section"] == "Tất cả"


def test_its_numbers_are_those_of_spss(wave, tmp_path):
    made, path = book(wave, tmp_path, format="sav")
    _, meta = pyreadstat.read_sav(str(made.answers), metadataonly=True)
    found = {}
    for line in json.loads(path.read_text()):
        if line["sav_value"] is not None and line["label"]:
            found.setdefault(line["sav_name"], {})[line["sav_value"]] = line["label"]
    for name, labels in meta.variable_value_labels.items():
        assert found[name].items() <= {int(value): words for value, words in labels.items()}.items()


@pytest.mark.parametrize("codebook", ["csv", "xlsx"])
def test_the_formats_say_the_same(wave, tmp_path, codebook):
    _, plain = book(wave, tmp_path)
    expected = [
        ["" if value is None else str(value).removesuffix(".0") for value in line.values()]
        for line in json.loads(plain.read_text())
    ]
    _, path = book(wave, tmp_path, codebook=codebook)
    if codebook == "csv":
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))[1:]
    else:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()[1:]
    assert [[str(cell).removesuffix(".0") for cell in row] for row in rows] == expected


def test_names_for_programs_are_allowed_unique_and_never_reserved():
    columns = ["if", "IF", "a-b", "a_b", "q__net 2", "x" * 40 + "1", "x" * 40 + "2", "str8", "1st", "with"]
    for made, longest in ((names.sav_names(columns), 64), (names.dta_names(columns), 32)):
        assert len({name.lower() for name in made.values()}) == len(columns)
        assert all(len(name) <= longest and name.isidentifier() for name in made.values())
    assert names.dta_names(columns)["if"] == "if_"
    assert names.sav_names(columns)["with"] == "with_"
    assert (names.sav_names(columns)["a-b"], names.sav_names(columns)["a_b"]) == ("a_b", "a_b_2")
