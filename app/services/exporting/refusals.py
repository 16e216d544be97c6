"""Why an export is not made, each in a sentence that the pages can translate."""

from __future__ import annotations

from app.services.spoken import SpokenError

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

ANONYMOUS = _(
    "Answers of a staff survey that promises anonymity never leave as rows: somebody who is rare in a unit would be "
    "found again. Take its release, whose tables are made so that nobody can be."
)
NOT_FROZEN = _(
    "Wave %(wave)s has no snapshot yet. Answers are exported after the wave is closed and frozen, so that "
    "everybody works on the same rows."
)
CHANGED = _(
    "The snapshot of wave %(wave)s is not what was frozen: its hash is another. Nothing was exported; put the right "
    "file back."
)
NOBODY = _("Nobody answered in your branch in wave %(wave)s.")
NOTHING_RELEASED = _("Nothing of wave %(wave)s was released for your branch.")
MISCOUNTED = _(
    "The file has %(written)s rows and the snapshot %(expected)s. Nothing was kept; tell whoever looks after the "
    "server."
)
TOO_LONG = _(
    "An answer to %(column)s has %(length)s characters, and a cell of this format holds %(most)s. Nothing is ever "
    "cut: choose CSV, JSON or Parquet."
)
TOO_WIDE = _(
    "The answers have %(columns)s columns, and a sheet holds %(most)s. Nothing is ever cut: choose CSV, JSON or "
    "Parquet."
)
UNKNOWN_CODE = _(
    "Column %(column)s holds a code that the questionnaire does not have. Nothing was exported; choose CSV, "
    "JSON or Parquet, which keep every code as it is."
)


class ExportRefused(SpokenError):
    """No file was made, or none was kept."""
