"""Files of responses as people really send them: read right, or refused in one sentence."""

from __future__ import annotations

import hashlib

import duckdb
import numpy as np
import pytest

from app.services import files
from app.services.files import FileRefused, ResponseFile


@pytest.fixture
def written(tmp_path):
    """Write a file and return its path."""

    def write(content, name="responses.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def parquet(tmp_path):
    """Write the result of a query as Parquet and return the path."""

    def write(query, name="responses.parquet"):
        path = tmp_path / name
        with duckdb.connect() as database:
            database.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
        return path

    return write


def columns(path):
    with ResponseFile(path) as file:
        return {name: file.text(name).tolist() for name in file.columns}


def refusal(path):
    with pytest.raises(FileRefused) as refused:
        ResponseFile(path)
    assert str(refused.value).startswith(str(path))
    assert "\n" not in str(refused.value)
    return str(refused.value).removeprefix(str(path))


# What is read


def test_columns_are_text_in_row_order_and_a_blank_is_the_empty_text(written):
    path = written("a,b\n5,01\n,x y\n5.0,\n")
    assert columns(path) == {"a": ["5", "", "5.0"], "b": ["01", "x y", ""]}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_in_the_header(written, delimiter):
    path = written(f"a{delimiter}b{delimiter}c\n1{delimiter}2{delimiter}3\n")
    assert columns(path) == {"a": ["1"], "b": ["2"], "c": ["3"]}


def test_a_comma_inside_quotes_of_the_header_is_no_delimiter(written):
    assert columns(written('a;"b, c, d"\n1;2\n')) == {"a": ["1"], "b, c, d": ["2"]}


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_of_the_three_ways(written, ends):
    assert columns(written(ends.join(["a,b", "1,2", "3,4", ""]))) == {"a": ["1", "3"], "b": ["2", "4"]}


def test_the_last_line_needs_no_end(written):
    assert columns(written("a,b\n1,2")) == {"a": ["1"], "b": ["2"]}


def test_the_mark_that_excel_puts_first_is_no_part_of_the_header(written):
    assert columns(written(b"\xef\xbb\xbfa,b\n1,2\n")) == {"a": ["1"], "b": ["2"]}


def test_quotes_hold_delimiters_quotes_and_line_ends(written):
    path = written('a,b\r\n"x, ""y""\nz",1\r\n2,3\r\n')
    assert columns(path) == {"a": ['x, "y"\nz', "2"], "b": ["1", "3"]}


def test_names_and_values_are_composed(written):
    assert columns(written("ti\u0309nh\nHa\u0300\n")) == {"tỉnh": ["Hà"]}


def test_words_that_programs_take_for_missing_values_stay_words(written):
    assert columns(written("a,b\nNULL,NA\nnan,None\n")) == {"a": ["NULL", "nan"], "b": ["NA", "None"]}


@pytest.mark.parametrize(
    "name", ["a[1].csv", "b*.csv", "c?.csv", "d'e.csv", "f g.csv", "hài lòng.csv", "~x.csv"]
)
def test_signs_in_a_file_name_mean_themselves(written, name):
    for other in ("a1.csv", "bx.csv", "cx.csv"):
        written("a,b\n9,9\n", other)
    assert columns(written("a,b\n1,2\n", name)) == {"a": ["1"], "b": ["2"]}


@pytest.mark.parametrize("name", ["responses.parquet", "responses.PARQUET", "responses.csv", "responses"])
def test_parquet_is_known_by_its_content(parquet, name):
    assert columns(parquet("SELECT 1 AS a, 'x' AS b", name)) == {"a": ["1"], "b": ["x"]}


@pytest.mark.parametrize("name", ["a[1].parquet", "d''e.parquet"])
def test_signs_in_the_name_of_a_parquet_file_mean_themselves(parquet, name):
    parquet("SELECT 9 AS a", "a1.parquet")
    path = parquet("SELECT 1 AS a", name)
    assert columns(path.with_name(name.replace("''", "'"))) == {"a": ["1"]}


def test_parquet_columns_of_any_type_are_the_text_of_their_values(parquet):
    path = parquet(
        "SELECT 5::BIGINT AS a, 0.1::DOUBLE AS b, DATE '2026-02-05' AS c, NULL::INTEGER AS d, true AS e"
    )
    assert columns(path) == {"a": ["5"], "b": ["0.1"], "c": ["2026-02-05"], "d": [""], "e": ["true"]}


def test_what_other_tools_write_for_a_missing_number_is_blank(parquet):
    path = parquet("SELECT unnest([1.5::DOUBLE, 'nan'::DOUBLE]) AS a, 'nan' AS b")
    assert columns(path) == {"a": ["1.5", ""], "b": ["nan", "nan"]}


# What is asked of it


def test_histograms_count_every_value_of_every_column(written):
    with ResponseFile(written("a,b\n5,x\n5,\n,y\n")) as file:
        assert file.histograms(["a", "b"]) == {"a": {"": 1, "5": 2}, "b": {"": 1, "x": 1, "y": 1}}
        assert file.histograms([]) == {}


def test_positions_number_the_values_that_are_named_and_the_others(written):
    with ResponseFile(written("a\nx\ny\n\nz\nx\n")) as file:
        found = file.positions({"a": {"x": 7, "": 8, "z": 9}}, {"a": 3})
        assert found["a"].tolist() == [7, 3, 8, 9, 7]
        assert file.positions({}, {}) == {}


def test_filled_tells_texts_from_blanks(written):
    with ResponseFile(written("a,b\nx,1\n ,2\n,3\n")) as file:
        assert file.filled("a").tolist() == [True, False, False]


def test_labels_lose_the_blanks_around_them(written):
    with ResponseFile(written("a,b\n 01 ,1\n\u00a0x,2\n  ,3\n")) as file:
        assert file.labels("a").tolist() == ["01", "x", ""]


def test_numbers_are_read_exactly(written):
    with ResponseFile(written("a\n0.1\n-3\n1e3\n12345678.125\n")) as file:
        assert file.numbers("a").tolist() == [0.1, -3, 1000, 12345678.125]


@pytest.mark.parametrize("value", ["x", "", " ", "1,5", "nan", "inf", "1e999"])
def test_what_is_no_finite_number_is_refused_with_its_row(written, value):
    with (
        ResponseFile(written(f'a,b\n1,1\n"{value}",2\n')) as file,
        pytest.raises(
            FileRefused, match=r"column a must hold a number in every row.* row 3 (holds|is empty)"
        ),
    ):
        file.numbers("a")


def test_a_place_is_the_row_that_a_spreadsheet_shows(written, parquet):
    with ResponseFile(written('a,b\n"x\ny",1\nz,2\nz,3\n')) as file:
        assert file.place("a", "z") == "row 3"
    with ResponseFile(parquet("SELECT unnest(['x', 'z']) AS a")) as file:
        assert file.place("a", "z") == "row 2"


def test_require_names_every_column_that_is_not_there(written):
    with ResponseFile(written("a,b\n1,2\n")) as file:
        file.require(["b"], "for this")
        with pytest.raises(FileRefused, match="has no column c, d, needed for this; it has a, b"):
            file.require(["c", "a", "d"], "for this")


def test_long_lists_of_columns_are_cut(written):
    with (
        ResponseFile(written(",".join(f"c{k}" for k in range(20)) + "\n" + "," * 19 + "\n")) as file,
        pytest.raises(FileRefused, match=r"x7 and 12 more, needed for this; it has c0, .*, c7 and 12 more\."),
    ):
        file.require([f"x{k}" for k in range(20)], "for this")


def test_the_hash_is_over_the_bytes(written):
    with ResponseFile(written("a\n1\n")) as file:
        assert file.sha256() == hashlib.sha256(b"a\n1\n").hexdigest()


def test_many_rows_keep_their_order(written):
    path = written("a,b\n" + "".join(f"{k},{k % 7}\n" for k in range(300_000)))
    with ResponseFile(path) as file:
        assert file.n_rows == 300_000
        assert np.array_equal(file.numbers("a"), np.arange(300_000))


# What is refused


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert refusal(tmp_path / "none.csv").startswith(" is not a file: give the path")


def test_a_folder_is_refused(tmp_path):
    assert refusal(tmp_path).startswith(" is not a file")


def test_a_path_that_cannot_be_opened_is_refused(tmp_path):
    assert "cannot be opened: File name too long" in refusal(tmp_path / ("x" * 300))


@pytest.mark.parametrize("content", ["", "\n", " \r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(written, content):
    assert refusal(written(content)).startswith(" is empty")


@pytest.mark.parametrize("content", ["a,b", "a,b\n", "a,b\r\n"])
def test_a_header_without_rows_is_refused(written, content):
    assert refusal(written(content)) == " has a header and no rows: there is nothing to score."


def test_parquet_without_rows_is_refused(parquet):
    assert "no rows" in refusal(parquet("SELECT 1 AS a WHERE false"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_are_refused(written, encoding):
    assert "save it as CSV UTF-8" in refusal(written("a,b\n1,2\n".encode(encoding)))


@pytest.mark.parametrize("encoding", ["latin-1", "cp1258", "cp1252"])
def test_one_byte_encodings_are_refused_with_the_line(written, encoding):
    assert refusal(written("a,b\n1,2\n3,é\n".encode(encoding))) == (
        " is not UTF-8 text (line 3): save it as CSV UTF-8."
    )


def test_a_wrong_byte_far_down_is_refused_too(written, monkeypatch):
    monkeypatch.setattr(files, "HEADER_BYTES", 64)
    assert refusal(written(b"a,b\n" + b"1,2\n" * 100 + b"3,\xe9\n")) == (
        " is not UTF-8 text (row 102): save it as CSV UTF-8."
    )


def test_a_character_cut_by_the_end_of_the_first_block_is_none(written, monkeypatch):
    monkeypatch.setattr(files, "HEADER_BYTES", 7)
    assert columns(written("a,b\n1,é\n")) == {"a": ["1"], "b": ["é"]}


def test_a_workbook_is_refused_with_the_way_out(written):
    assert "is an Excel workbook or another zip file: save it as CSV UTF-8" in refusal(
        written(b"PK\x03\x04rest")
    )


def test_a_header_that_is_a_blank_line_is_refused(written):
    assert "begins with a blank line" in refusal(written("\na,b\n1,2\n"))
    assert "begins with a blank line" in refusal(written(",,\n1,2,3\n"))


def test_a_column_without_a_name_is_refused(written):
    assert "column 2 of the header has no name" in refusal(written("a,,c\n1,2,3\n"))


@pytest.mark.parametrize("twice", ["q1", "Q1", " q1 ", '"q1"'])
def test_a_name_that_stands_twice_is_refused_whatever_its_case(written, twice):
    found = refusal(written(f"q1,b,{twice}\n1,2,3\n"))
    assert "more than once (columns 1 and 3): rename or remove one" in found


def test_one_name_in_two_unicode_forms_stands_twice(written):
    assert "the header names tỉnh more than once" in refusal(written("tỉnh,ti\u0309nh\n1,2\n"))


def test_a_quotation_mark_in_the_header_that_is_never_closed_is_refused(written):
    assert "the header has a quotation mark that is never closed" in refusal(written('a,"b\n1,2\n'))


@pytest.mark.parametrize("row", ["3", "3,4,5"])
def test_a_row_with_too_few_or_too_many_values_is_refused_with_its_number(written, row):
    found = refusal(written(f'a,b\n"x\ny",2\n{row}\n'))
    assert (
        found
        == f" has a row of {row.count(',') + 1} values where the header has 2 names (row 3): mend that row."
    )


@pytest.mark.parametrize("text", ['"x', '"x"y'])
def test_a_quotation_mark_that_is_never_closed_is_refused_with_its_row(written, text):
    found = refusal(written(f"a,b\n1,2\n3,{text}\n4,5\n"))
    assert found == " has a quotation mark that is never closed (row 3): close or remove it."


def test_two_kinds_of_line_ends_are_refused(written):
    assert "mixes two kinds of line ends" in refusal(written("a,b\n1,2\r\n3,4\n"))


def test_a_line_that_is_no_line_is_refused(written):
    assert "cannot be read as CSV (row 2)" in refusal(written("a,b\n1," + "x" * 3_000_000 + "\n"))


@pytest.mark.parametrize(
    "content", [b"a,b\n1,2\n", b"PAR1 and nothing more", b"PAR1" + b"\0" * 100 + b"PAR1"]
)
def test_parquet_that_is_none_is_refused(written, content):
    assert "Parquet file" in refusal(written(content, "responses.parquet"))


def test_parquet_with_a_damaged_page_is_refused_when_it_is_read(parquet):
    path = parquet("SELECT range::VARCHAR || 'x' AS a FROM range(20000)")
    content = bytearray(path.read_bytes())
    content[40:4000] = b"\xff" * 3960
    path.write_bytes(content)
    with pytest.raises(FileRefused, match=r"damaged|no readable"):
        columns(path)


def test_after_a_refusal_the_database_is_closed(written, monkeypatch):
    opened = []
    connect = duckdb.connect
    monkeypatch.setattr(duckdb, "connect", lambda *given: opened.append(connect(*given)) or opened[-1])
    refusal(written("a,b\n"))
    with pytest.raises(duckdb.ConnectionException):
        opened[0].execute("SELECT 1")


def test_numbers_are_needed_only_where_they_are_needed(written):
    with ResponseFile(written("a\n1.5\nx\n")) as file:
        found = file.numbers_where("a", np.array([True, False]))
        np.testing.assert_array_equal(found, [1.5, np.nan])
        with pytest.raises(FileRefused, match=r"column a must hold a number.*row 3 holds 'x'"):
            file.numbers_where("a", np.array([True, True]))
