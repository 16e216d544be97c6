"""A workbook is what its signature says, or it is found out: changed, signed by others, signed again."""

from __future__ import annotations

import json
import shutil
import zipfile
from io import BytesIO

import pytest
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from openpyxl import load_workbook

from app.extensions import transaction
from app.models import Destruction
from app.queries.runs import get_run
from app.queries.users import find_user
from app.services import (
    accounts,
    manifests,
    opened_books,
    recomputing,
    released_files,
    signatures,
    signing,
    verifying,
)
from app.services.approving import approve
from app.services.files import FileRefused
from app.services.opened_books import NotAWorkbook
from app.services.runs import folder_of
from app.services.verifying import recompute, verify
from tests.services.closed import PUBLISHED, copied

BOOK = "workbooks/agency-north.xlsx"


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch):
    monkeypatch.setattr(accounts, "hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture(scope="module")
def release(estimated, tmp_path_factory):
    """A released wave; tests only read it."""
    with copied(estimated, tmp_path_factory.mktemp("verified")):
        yield approve(get_run("citizens", "2026", 1), find_user("minh@office.vn").id)


@pytest.fixture
def book(release):
    return (folder_of(release) / BOOK).read_bytes()


@pytest.fixture
def signature(release):
    return (folder_of(release) / f"{BOOK}.sig").read_bytes()


def codes(found):
    return [one.code for one in found.remarks]


def with_cell(content, change):
    """The workbook after somebody changed it in a spreadsheet and saved it."""
    opened = load_workbook(BytesIO(content))
    change(opened)
    saved = BytesIO()
    opened.save(saved)
    return saved.getvalue()


def raised(content):
    """With the headline figure of the second table raised; where, and from what."""
    opened = load_workbook(BytesIO(content))
    sheet = next(one for one in opened.worksheets if one.title == "Tổng hợp")
    cell = next(
        one for row in sheet.iter_rows() for one in row if isinstance(one.value, float) and 1 < one.value < 99
    )
    before, cell.value = cell.value, cell.value + 0.5
    saved = BytesIO()
    opened.save(saved)
    return saved.getvalue(), cell.coordinate, before


def signed_again(content, release, **changes):
    """A signature by somebody who has the key of the house."""
    manifest = released_files.known(release).manifest
    about = dict(manifest["release"]) | {"file": BOOK} | changes
    key = signing.current_key()
    statement = signatures.Statement(manifests.digest(content), about, manifest["inputs"], key.key_id)
    return signatures.sign(key.private, statement).encode()


def test_an_untouched_copy_passes_with_its_signature_and_the_keys_alone(release, book, signature):
    found = verify(book, signature, signing.public_keys(), house=False)

    assert (found.state, found.exit_code, codes(found)) == ("unchanged", 0, ["signed"])
    assert found.statement.release["file"] == BOOK


def test_in_the_house_the_signature_is_found_by_the_hash(release, book):
    found = verify(book, None, signing.public_keys(), house=True)

    assert (found.state, found.known.release.number) == ("unchanged", 1)


def test_it_comes_out_again_to_the_byte(release, book, signature):
    found = recompute(verify(book, signature, signing.public_keys(), house=True), book)

    assert (found.state, found.recomputed, codes(found)) == ("unchanged", True, ["signed", "recomputed"])


def test_one_changed_cell_fails_as_changed_and_is_named(release, book, signature):
    other, cell, before = raised(book)
    found = verify(other, signature, signing.public_keys(), house=True)

    assert (found.state, found.exit_code, codes(found)) == ("changed", 1, ["changed"])
    assert [(one.sheet, one.cell, float(one.there)) for one in found.differences] == [
        ("Tổng hợp", cell, before)
    ]
    assert verify(other, None, signing.public_keys(), house=True).remarks[0].code == "not_ours"
    assert verify(other, signature, signing.public_keys(), house=False).state == "changed"


def test_one_changed_byte_fails(release, book, signature):
    other = book[:-1] + bytes([book[-1] ^ 1])
    assert verify(other, signature, signing.public_keys(), house=False).exit_code == 1


def test_a_wrong_figure_that_was_signed_again_is_not_the_file_of_the_release(release, book):
    other, cell, _ = raised(book)
    found = verify(other, signed_again(other, release), signing.public_keys(), house=True)

    assert (found.state, codes(found)) == ("changed", ["signed", "signed_again"])
    assert [one.cell for one in found.differences] == [cell]


def test_a_wrong_figure_that_was_signed_again_fails_on_recomputation_in_any_house(release, book):
    other, cell, before = raised(book)
    known = released_files.known(release)
    found = verify(other, signed_again(other, release), signing.public_keys(), house=False)
    assert found.state == "unchanged"
    found = recompute(found, other, known.inputs, known.snapshot)

    assert (found.exit_code, found.recomputed) == (1, False)
    assert codes(found) == ["signed", "recomputed_otherwise"]
    assert [(one.sheet, one.cell, float(one.there)) for one in found.differences] == [
        ("Tổng hợp", cell, before)
    ]
    assert f"Sheet Tổng hợp, cell {cell}: here" in verifying.told(found, "en")[-1]


def test_a_key_that_is_not_known_is_said(release, book, signature):
    found = verify(book, signature, {}, house=False)
    assert (found.state, found.exit_code) == ("unknown_key", 3)
    assert verify(raised(book)[0], signature, {}, house=False).exit_code == 1


def test_a_signature_by_another_key_under_a_known_name_is_none(release, book, signature):
    statement, _ = signatures.read(signature)
    forged = signatures.sign(Ed25519PrivateKey.generate(), statement).encode()
    found = verify(book, forged, signing.public_keys(), house=True)

    assert (found.state, found.statement, codes(found)) == ("changed", None, ["signature_wrong"])


@pytest.mark.parametrize("member", ["release", "inputs"])
def test_what_a_signature_says_cannot_be_changed(release, book, signature, member):
    document = json.loads(signature)
    document[member] = dict(document[member]) | {"number": 7, "published_on": "2030-01-01"}
    found = verify(book, json.dumps(document).encode(), signing.public_keys(), house=False)
    assert codes(found) == ["signature_wrong"]


def test_a_release_that_the_house_does_not_know_is_none_of_its(release, book):
    found = verify(book, signed_again(book, release, number=9), signing.public_keys(), house=True)
    assert (found.state, codes(found)) == ("changed", ["signed", "release_unknown"])


def test_other_inputs_are_named(release, book, signature, tmp_path):
    known = released_files.known(release)
    document = json.loads(known.inputs.read_text(encoding="utf-8"))
    document["options"]["threshold"] = 3
    other = tmp_path / "inputs.json"
    other.write_text(json.dumps(document), encoding="utf-8")
    found = recompute(
        verify(book, signature, signing.public_keys(), house=False), book, other, known.snapshot
    )

    assert (found.exit_code, found.recomputed) == (1, False)
    assert found.remarks[-1].facts == {"names": "inputs, options"}


def test_another_snapshot_is_named(release, book, signature, tmp_path):
    import duckdb

    known, other = released_files.known(release), tmp_path / "other.parquet"
    with duckdb.connect() as database:
        database.execute(f"CREATE TABLE t AS SELECT * FROM read_parquet('{known.snapshot}')")
        database.execute("UPDATE t SET polite = '3'")
        database.execute(f"COPY t TO '{other}' (FORMAT parquet)")
    found = recompute(verify(book, signature, signing.public_keys(), house=True), book, snapshot=other)

    assert (found.exit_code, found.remarks[-1].facts) == (1, {"names": "snapshot"})


def test_inputs_that_cannot_be_read_are_said(release, book, signature, tmp_path):
    other = tmp_path / "inputs.json"
    known = released_files.known(release)
    for text in ("", "[]", '{"schema": 2}', '{"schema": 1}'):
        other.write_text(text)
        found = recompute(
            verify(book, signature, signing.public_keys(), house=False), book, other, known.snapshot
        )
        assert (found.exit_code, found.remarks[-1].code) == (1, "inputs_unreadable")


def test_another_version_compares_the_figures_and_says_so(release, book, signature, monkeypatch):
    monkeypatch.setattr(recomputing, "versions", lambda: {"hailong": "99"})
    found = recompute(verify(book, signature, signing.public_keys(), house=True), book)
    assert (found.state, found.recomputed) == ("unchanged", True)

    # The same figures in a workbook whose sheets this version would have written otherwise.
    moved = with_cell(book, lambda opened: opened["Tổng hợp"].insert_rows(1))
    keys = signing.public_keys()
    known = released_files.known(release)
    found = recompute(
        verify(moved, signed_again(moved, release), keys, house=False), moved, known.inputs, known.snapshot
    )
    assert (found.state, codes(found)) == ("unchanged", ["signed", "recomputed_by_other_version"])

    other, cell, _ = raised(book)
    found = recompute(
        verify(other, signed_again(other, release), keys, house=False), other, known.inputs, known.snapshot
    )
    assert (found.state, codes(found)) == ("changed", ["signed", "recomputed_otherwise_by_other_version"])
    assert [one.cell for one in found.differences] == [cell]


def test_a_snapshot_that_cannot_be_scored_here_and_now_makes_no_workbook_changed(release, book, monkeypatch):
    def full(*_given):
        raise FileRefused("The snapshot cannot be read to its end.")

    monkeypatch.setattr(recomputing, "scored_with", full)
    with pytest.raises(FileRefused, match="cannot be read to its end"):
        recompute(verify(book, None, signing.public_keys(), house=True), book)


def test_after_the_raw_answers_are_destroyed_the_signature_still_stands(estimated, tmp_path):
    with copied(estimated, tmp_path):
        release = approve(get_run("citizens", "2026", 1), find_user("minh@office.vn").id)
        content = (folder_of(release) / BOOK).read_bytes()
        released_files.known(release).snapshot.unlink()
        with transaction() as session:
            session.add(
                Destruction(wave_id=release.wave_id, on=PUBLISHED, kind="responses", count=15, reason="Kept.")
            )
        found = recompute(verify(content, None, signing.public_keys(), house=True), content)

        assert (found.exit_code, found.recomputed, codes(found)) == (0, None, ["signed", "destroyed"])
        assert "2026-04-15" in found.remarks[-1].said("en")


def test_a_manifest_that_was_changed_here_is_said(estimated, tmp_path):
    with copied(estimated, tmp_path):
        release = approve(get_run("citizens", "2026", 1), find_user("minh@office.vn").id)
        folder = folder_of(release)
        content, signature = (folder / BOOK).read_bytes(), (folder / f"{BOOK}.sig").read_bytes()
        path = folder / "manifest.json"
        path.chmod(0o644)
        path.write_text(path.read_text().replace("another person", "nobody else"))
        found = verify(content, signature, signing.public_keys(), house=True)

        assert (found.state, codes(found)) == ("changed", ["signed", "manifest_gone"])


def bomb():
    """A few kilobytes that unpack to megabytes."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name in ("xl/_rels/workbook.xml.rels", "xl/workbook.xml"):
            with package.open(name, "w") as part:
                for _ in range(3):
                    part.write(b" " * (1 << 20))
    return made.getvalue()


def entities(book):
    """Our workbook, whose first part defines entities that grow."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(book)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "xl/workbook.xml":
                text = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + text
            new.writestr(name, text)
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"a;b\n1;2\n", "This is no workbook"),
        (b"PK\x03\x04 broken", "This is no workbook"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "an old kind"),
        (b"%PDF-1.7", "This is no workbook"),
    ],
    ids=["empty", "csv", "broken zip", "xls", "pdf"],
)
def test_what_is_no_workbook_is_said_in_one_sentence(content, said):
    with pytest.raises(NotAWorkbook, match=said):
        verify(content, None, {}, house=False)


def test_what_would_burst_the_reader_is_not_read(book, monkeypatch):
    monkeypatch.setattr(opened_books, "MOST_BYTES", 2 << 20)
    with pytest.raises(NotAWorkbook, match="holds more than a workbook"):
        opened_books.cells(bomb())
    with pytest.raises(NotAWorkbook, match="damaged"):
        opened_books.cells(entities(book))
    with pytest.raises(NotAWorkbook, match="damaged"):
        opened_books.cells(book.replace(b"xl/workbook.xml", b"xl/workb00k.xml"))


def test_a_cell_far_away_costs_nothing(book):
    far = with_cell(book, lambda opened: opened.worksheets[0].cell(1_048_576, 16_384, "x"))
    found = list(opened_books.differences(opened_books.cells(far), opened_books.cells(book)))
    assert [(one.cell, one.here) for one in found] == [("XFD1048576", "x")]


@pytest.mark.parametrize("text", [b"", b"{}", b"[1]", b'{"a":' * 5000, b"\xff", b"x" * 100_000])
def test_what_is_no_signature_is_said(book, text):
    with pytest.raises(signatures.SignatureUnreadable, match="no signature of a release"):
        verify(book, text, {}, house=False)


def test_a_copy_of_the_folder_elsewhere_is_enough(release, tmp_path):
    """With the public keys and the snapshot, and without this house."""
    folder = shutil.copytree(folder_of(release), tmp_path / "copy")
    content = (folder / BOOK).read_bytes()
    found = verify(content, (folder / f"{BOOK}.sig").read_bytes(), signing.public_keys(), house=False)
    found = recompute(found, content, folder / "inputs.json", released_files.known(release).snapshot)
    assert found.recomputed
