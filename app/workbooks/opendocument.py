"""The parts of an OpenDocument spreadsheet: styles and cells by odfdo, the package made so that it has no clock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from io import BytesIO
from zipfile import ZipFile

from odfdo import Cell, Document, Element, Row, Table

from app.messages import locale
from app.workbooks.formats import FONT, TITLE_SIZE
from app.workbooks.layout import DEFAULT_COLUMN
from app.workbooks.metrics import BODY_SIZE
from app.workbooks.reading import BookRead, SheetRead, TableRead, Value

INCH = 96  # pixels
# Of the empty document that odfdo begins with: a picture of it, and settings of menus.
LEFT_OUT = ("Thumbnails/", "Configurations2/", "manifest.rdf", "meta.xml")
_META = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
 office:version="1.3"><office:meta><meta:generator>Hailong</meta:generator><dc:title>{title}</dc:title>
<meta:initial-creator>{author}</meta:initial-creator><dc:creator>{author}</dc:creator>
<meta:creation-date>{created}T00:00:00</meta:creation-date><dc:date>{created}T00:00:00</dc:date>
<dc:language>{language}</dc:language></office:meta></office:document-meta>
"""


def content(book: BookRead) -> Document:
    """The document with every sheet of a book."""
    document = Document("spreadsheet")
    document.body.clear()
    _add_styles(document)
    for number, sheet in enumerate(book.sheets):
        document.body.append(_table(document, sheet, number))
    return document


def parts(document: Document, book: BookRead, language: str) -> Iterator[tuple[str, bytes]]:
    """Name and content of every part of the file, the same for the same book."""
    stream = BytesIO()
    document.save(stream)
    spoken = str(locale(language)).replace("_", "-")
    said = {"title": book.title, "author": book.author, "created": book.created, "language": spoken}
    with ZipFile(stream) as archive:
        for name in archive.namelist():
            if name.startswith(LEFT_OUT) or name.endswith("/"):
                continue
            part = archive.read(name)
            if name == "META-INF/manifest.xml":
                left_out = rb'<manifest:file-entry[^>]*full-path="(?:%s)[^>]*/>\s*'
                part = re.sub(left_out % b"|".join(one.encode() for one in LEFT_OUT[:3]), b"", part)
            yield name, part
    yield "meta.xml", _META.format(**{key: escape(text) for key, text in said.items()}).encode()


def _add_styles(document: Document) -> None:
    """The formats of the workbook that a reader needs: type, weight, wrapping, decimals."""
    text = f'fo:font-family="{FONT}" style:font-name="{FONT}" fo:font-size="{BODY_SIZE}pt"'
    wrapped = '<style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="top"/>'
    right = '<style:paragraph-properties fo:text-align="end"/>'
    bold = 'fo:font-weight="bold"'
    title = text.replace(f'"{BODY_SIZE}pt"', f'"{TITLE_SIZE}pt"')
    styles = [
        _cell_style("title", "", f"<style:text-properties {title} {bold}/>"),
        _cell_style("line", "", f"<style:text-properties {text}/>"),
        _cell_style("header", "", f"{wrapped}<style:text-properties {text} {bold}/>"),
        _cell_style("header-number", "", f"{wrapped}{right}<style:text-properties {text} {bold}/>"),
        _cell_style("text", "", f"{wrapped}<style:text-properties {text}/>"),
        _cell_style("mark", "", f"{wrapped}{right}<style:text-properties {text}/>"),
    ]
    for decimals in (0, 2, 4):
        styles.append(
            f'<number:number-style style:name="decimals-{decimals}"><number:number number:min-integer-digits="1"'
            f' number:decimal-places="{decimals}" number:min-decimal-places="{decimals}" number:grouping="true"/>'
            "</number:number-style>"
        )
        named = f' style:data-style-name="decimals-{decimals}"'
        styles.append(
            _cell_style(f"number-{decimals}", named, f"{wrapped}{right}<style:text-properties {text}/>")
        )
    for style in styles:
        document.insert_style(Element.from_tag(style), automatic=True)


def _cell_style(name: str, more: str, properties: str) -> str:
    return (
        f'<style:style style:name="{name}" style:family="table-cell" style:parent-style-name="Default"{more}>'
        f"{properties}</style:style>"
    )


def _table(document: Document, sheet: SheetRead, number: int) -> Table:
    table = Table(sheet.name)
    for place, width in enumerate(sheet.widths or (DEFAULT_COLUMN,)):
        name = f"column-{number}-{place}"
        style = (
            f'<style:style style:name="{name}" style:family="table-column"><style:table-column-properties'
            f' style:column-width="{width / INCH:.4f}in"/></style:style>'
        )
        document.insert_style(Element.from_tag(style), automatic=True)
        table.append(Element.from_tag(f'<table:table-column table:style-name="{name}"/>'))
    for place, line in enumerate(sheet.lines):
        table.append(_row([_cell(line, "line" if place else "title")]))
    if sheet.table is not None:
        headers = Element.from_tag("<table:table-header-rows/>")
        headers.append(_row(list(_headers(sheet.table))))
        table.append(headers)
        for row in sheet.table.rows:
            table.append(_row([_content(value, sheet.table, column) for column, value in enumerate(row)]))
    return table


def _headers(table: TableRead) -> Iterator[Cell]:
    for header, decimals in zip(table.headers, table.decimals, strict=True):
        yield _cell(header, "header" if decimals is None else "header-number")


def _content(value: Value, table: TableRead, column: int) -> Cell:
    decimals = table.decimals[column]
    if isinstance(value, str):
        return _cell(value, "text" if decimals is None else "mark")
    if isinstance(value, bool):
        return Cell(value, style="text")
    return Cell(int(value) if float(value).is_integer() else value, style=f"number-{decimals}")


def _cell(text: str, style: str) -> Cell:
    return Cell(text or None, style=style)


def _row(cells: list[Cell]) -> Row:
    row = Row()
    row.extend_cells(cells)
    return row
