"""Names that formulas can use for single cells."""

from openpyxl import load_workbook

from app.scorecards import Name
from tests.workbooks.cards import card, small_card, small_table


def test_names_point_at_the_cells_of_the_summary(written):
    book = load_workbook(written(card("vi")))
    destinations = {name: list(defined.destinations) for name, defined in book.defined_names.items()}
    assert destinations == {"n_sipas": [("Tổng hợp", "$C$11")], "score_sipas": [("Tổng hợp", "$D$11")]}
    assert book["Tổng hợp"]["D11"].value == 83.935
    assert book["Tổng hợp"]["C11"].value == 1074


def test_names_are_listed_on_the_contents_and_lead_to_their_cells(written):
    contents = load_workbook(written(card("en")))["Contents"]
    listed = {cell.value: cell.hyperlink.location for cell in contents["A"] if cell.hyperlink}
    assert listed["score_sipas: overall index"] == "Summary!D11"


def test_a_dash_in_a_code_becomes_an_underscore(written):
    table = small_table(names=(Name("score_sipas-2023", 1, "value", "điểm"),))
    book = load_workbook(written(small_card(table)))
    assert list(book.defined_names) == ["score_sipas_2023"]
    assert list(book.defined_names["score_sipas_2023"].destinations) == [("Nhỏ", "$B$6")]
