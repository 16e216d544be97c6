"""Verifying: what a workbook is, whether it is unchanged since it was released, and whether its figures come out again.

Three questions, one after the other. Is the file the one that was signed, by a key that we know? In the house that
released it: is it the file of that release, made of those inputs? And, where snapshot and inputs are at hand: do they
give this very file again? A wrong figure that somebody with the key signed anew fails the second, or the third.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal

from app.messages import translations
from app.services import manifests, opened_books, recomputing, released_files, signatures
from app.services.errors import ServiceError
from app.services.opened_books import Difference, NotAWorkbook
from app.services.released_files import KnownRelease
from app.services.signatures import Statement
from app.workbooks.problems import WorkbookError

State = Literal["unchanged", "changed", "unknown_key"]
EXIT_CODES: dict[State, int] = {"unchanged": 0, "changed": 1, "unknown_key": 3}

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str


@dataclass(frozen=True, slots=True)
class Remark:
    """One sentence about the file, as the catalogue's key with its facts; `code` says the same to a program."""

    code: str
    sentence: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def said(self, language: str) -> str:
        """The sentence in this language."""
        found = translations(language).gettext(self.sentence)
        return found % self.facts if self.facts else found


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found out. `statement` None: nothing that was signed is known of this file.

    `known` is the release in this house, None outside of it. `recomputed`: True the figures came out again, False they
    did not, None nobody tried or could. `differences` are cells that are other than they were released.
    """

    state: State
    sha256: str
    statement: Statement | None = None
    known: KnownRelease | None = None
    recomputed: bool | None = None
    remarks: tuple[Remark, ...] = ()
    differences: tuple[Difference, ...] = ()

    @property
    def exit_code(self) -> int:
        return EXIT_CODES[self.state]

    def but(self, remark: Remark, **changes: object) -> Verdict:
        """The same with another remark."""
        return replace(self, remarks=(*self.remarks, remark), **changes)  # type: ignore[arg-type]


def verify(content: bytes, signature: bytes | None, keys: Mapping[str, bytes], house: bool) -> Verdict:
    """Whether the file is unchanged; `house`: the releases of this house are at hand, and the signatures with them.

    Raises NotAWorkbook and SignatureUnreadable for what is no workbook, or no signature.
    """
    opened_books.refuse_others(content)
    sha256 = manifests.digest(content)
    if signature is None and house:
        signature = released_files.find_signature(sha256)
    if signature is None:
        return Verdict(state="changed", sha256=sha256).but(
            Remark(
                "not_ours", _("No signature is known for this file: it was changed, or it is none of ours.")
            )
        )
    statement, signed = signatures.read(signature, "The signature")
    found = Verdict(state="unchanged", sha256=sha256, statement=statement)
    if statement.file_sha256 != sha256:
        found = found.but(
            Remark("changed", _("The file was changed: it is not the one that was signed.")), state="changed"
        )
    if statement.key_id not in keys:
        return found.but(
            Remark(
                "key_unknown",
                _("The key %(key)s that signed it is not known here."),
                {"key": statement.key_id},
            ),
            state="unknown_key" if found.state == "unchanged" else "changed",
        )
    if not signatures.is_signed(statement, signed, keys[statement.key_id]):
        return replace(found, statement=None).but(
            Remark(
                "signature_wrong", _("The signature is not of the key that it names: nobody of ours made it.")
            ),
            state="changed",
        )
    if found.state == "unchanged":
        found = found.but(Remark("signed", _("The file is the one that was signed.")))
    return _in_house(found, statement, content) if house else found


def recompute(
    found: Verdict, content: bytes, inputs: Path | None = None, snapshot: Path | None = None
) -> Verdict:
    """The verdict, with the workbook made again from its inputs and snapshot where these are at hand.

    In the house both are known; elsewhere `inputs` and `snapshot` are given. Raises SnapshotUnreadable, and FileRefused
    where the snapshot cannot be scored here and now: that says nothing about the workbook.
    """
    statement, known = found.statement, found.known
    if statement is None:
        return found
    if known is not None:
        if known.destroyed_on is not None and snapshot is None:
            return found.but(_destroyed(known.destroyed_on))
        inputs, snapshot = inputs or known.inputs, snapshot or known.snapshot
    if snapshot is None or inputs is None or not inputs.is_file():
        return found.but(
            Remark(
                "not_recomputed",
                _("Not recomputed: the snapshot or the inputs of the release are not at hand."),
            )
        )
    try:
        read = recomputing.read_inputs(inputs)
    except recomputing.InputsUnreadable:
        return found.but(
            Remark("inputs_unreadable", _("Not recomputed: the file of inputs cannot be read.")),
            state="changed",
        )
    other = recomputing.differing(read, statement.inputs, snapshot)
    if other:
        return found.but(other_inputs(other), state="changed", recomputed=False)
    return recomputed(found, recomputing_of(read, snapshot, statement, content))


def recomputing_of(
    read: recomputing.ReleaseInputs, snapshot: Path, statement: Statement, content: bytes
) -> recomputing.Recomputed | None:
    """The workbook made again beside the one at hand; None where that cannot be done. Raises FileRefused."""
    try:
        return recomputing.recompute(read, snapshot, str(statement.release.get("file")), content)
    except (KeyError, WorkbookError, NotAWorkbook):
        return None


def told(found: Verdict, language: str) -> Sequence[str]:
    """All remarks in one language, and then the differing cells."""
    gettext = translations(language).gettext
    lines = [remark.said(language) for remark in found.remarks]
    cell = gettext("Sheet %(sheet)s, cell %(cell)s: here %(here)s, released as %(there)s.")
    strange = gettext(
        "Sheet %(sheet)s, cell %(cell)s: %(here)s is in no cell of the sheet as it was released."
    )
    for one in found.differences:
        facts = {"sheet": one.sheet, "cell": one.cell, "here": one.here or "–", "there": one.there or "–"}
        lines.append((cell if one.there or not one.here else strange) % facts)
    return lines


def _in_house(found: Verdict, statement: Statement, content: bytes) -> Verdict:
    """Set beside the release that the statement speaks of."""
    known = released_files.find_known(statement.release)
    if known is None:
        return found.but(
            Remark("release_unknown", _("It is signed as a release that this house does not know.")),
            state="changed",
        )
    found = replace(found, known=known)
    if known.manifest is None:
        return found.but(
            Remark("manifest_gone", _("The manifest of the release is missing or was changed here.")),
            state="changed",
        )
    path = str(statement.release.get("file"))
    wanted = known.file(path)
    if wanted is None or wanted.sha256 != statement.file_sha256:
        found = found.but(
            Remark(
                "signed_again",
                _("The release has another file in this place: this one was signed again."),
            ),
            state="changed",
        )
    inputs = known.manifest["inputs"]
    other = tuple(
        called for name, called in recomputing.KINDS.items() if statement.inputs.get(name) != inputs.get(name)
    )
    if other:
        found = found.but(other_inputs(other), state="changed")
    if found.state == "changed":
        found = replace(found, differences=_differences(content, known.original(path)))
    newest = known.newest
    if newest.number != known.release.number:
        found = found.but(
            Remark(
                "newer",
                _("There is a newer version: release %(number)s of %(date)s."),
                {"number": newest.number, "date": newest.published_on.isoformat()},
            )
        )
    return found


def recomputed(found: Verdict, made: recomputing.Recomputed | None) -> Verdict:
    """The verdict with what making the workbook again gave; None: that was not possible."""
    if made is None:
        return found.but(
            Remark(
                "not_recomputable",
                _("Recomputing did not come to an end: this workbook cannot be made again."),
            ),
            state="changed",
            recomputed=False,
        )
    found = replace(found, recomputed=made.same, differences=found.differences or made.differences)
    if made.same and made.same_versions:
        return found.but(Remark("recomputed", _("Recomputed from the snapshot: the same bytes came out.")))
    if made.same:
        return found.but(
            Remark(
                "recomputed_by_other_version",
                _(
                    "Recomputed from the snapshot by another version of the program: the same figures came out."
                ),
            )
        )
    if made.same_versions:
        return found.but(
            Remark("recomputed_otherwise", _("Recomputed from the snapshot: another workbook came out.")),
            state="changed",
        )
    return found.but(
        Remark(
            "recomputed_otherwise_by_other_version",
            _("Recomputed from the snapshot by another version of the program: other figures came out."),
        ),
        state="changed",
    )


def _differences(content: bytes, original: bytes | None) -> tuple[Difference, ...]:
    if original is None:
        return ()
    try:
        return opened_books.told(
            opened_books.differences(opened_books.cells(content), opened_books.cells(original))
        )
    except NotAWorkbook:
        return ()


def other_inputs(names: Sequence[str]) -> Remark:
    """That inputs are not those of the release."""
    return Remark(
        "other_inputs",
        _("These inputs are not those that the release was made of: %(names)s."),
        {"names": ", ".join(names)},
    )


def _destroyed(on: date) -> Remark:
    return Remark(
        "destroyed",
        _("The raw answers were destroyed on %(date)s, as was promised: recomputing is no longer possible."),
        {"date": on.isoformat()},
    )


class FileUnreadable(ServiceError):
    """A file that was named cannot be read."""

    def __init__(self, path: Path, why: str | None):
        super().__init__(f"{path} cannot be read: {why or 'unknown reason'}.")


def read_file(path: Path) -> bytes:
    """The bytes of a file; raises FileUnreadable."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileUnreadable(path, error.strerror) from None
