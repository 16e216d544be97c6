"""Manifest: every input of the figures with its hash, so that they can be made again to the byte."""

from __future__ import annotations

from collections.abc import Iterator

from app.scorecards import Column, Table

from .frame import NO_TEXT, Frame


def manifest(frame: Frame) -> Table:
    _, options = frame._, frame.scored.options
    labels = {
        "instrument": _("Instrument and version"),
        "instrument_sha256": _("Instrument, SHA-256"),
        "design_sha256": _("Design, SHA-256"),
        "options_sha256": _("Options, SHA-256"),
        "snapshot_sha256": _("Responses, SHA-256"),
        "tables_sha256": _("Table set of the release, SHA-256"),
        "code_version": _("Version of Hailong"),
    }
    rows = list(_release(frame))
    rows += [(labels[key], value) for key, value in frame.scored.manifest.items()]
    if frame.context.comments is not None:
        rows.append((_("Coded comments, SHA-256"), frame.context.comments.sha256()))
    rows += [
        (_("Option {name}").format(name=name), _shown(value)) for name, value in options.document().items()
    ]
    return Table(
        code="manifest",
        tab=_("Manifest"),
        title=frame.title(_("What the figures were made of")),
        subtitle=frame.subtitle,
        source=frame.source,
        columns=(Column("input", _("Input"), "text"), Column("value", _("Value"), "text")),
        rows=tuple(rows),
    )


def _release(frame: Frame) -> Iterator[tuple[str, str]]:
    """Which release this is, of when, and what a correction changed and why."""
    _, context = frame._, frame.context
    if context.release is not None:
        yield _("Release"), str(context.release)
    if context.changes:
        yield _("What this release changes"), context.changes
    if context.reason:
        yield _("Why it was changed"), context.reason
    published = context.published.isoformat() if context.published else _("not published: a working copy")
    yield _("Publication date"), published


def _shown(value: object) -> str:
    if value is None or value == ():
        return NO_TEXT
    # Of an options file the parts that it has; what they hold is in the results document and in the hash.
    return ", ".join(map(str, value)) if isinstance(value, tuple | dict) else str(value)
