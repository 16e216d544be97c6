"""The change of an agency's index since the wave before, or why the two must not be compared."""

from __future__ import annotations

from app.figures import show
from app.messages import translations
from app.models import Release
from app.printing.scorecard import Part
from app.scorecards import ColumnKind, Figure, Row
from app.services.trends_shown import trend_of


def change_said(release: Release, agency: str, index: Row, language: str) -> Part | None:
    """None where there is no earlier wave with this agency, or the wave is of staff whom nobody can trace."""
    if release.wave.anonymous:
        return None
    trend = trend_of(release, agency, index.node, language)
    if trend is None:
        return None
    _ = translations(language).gettext
    before, now = trend.points[-2:]
    kind: ColumnKind = "percent" if index.measure == "top_box" else "points"
    lines = [
        _("{wave}: {value}").format(wave=before.wave, value=show(before.row.value, kind, language)),
        *(_("Break [b]: {reason}").format(reason=reason) for reason in now.breaks),
    ]
    if trend.change is not None:
        change = trend.change
        text = _("Change {difference} ({low} to {high}): {verdict}.")
        lines.append(
            text.format(
                difference=signed(change.difference, kind, language),
                low=signed(change.low, kind, language),
                high=signed(change.high, kind, language),
                verdict=change.verdict,
            )
        )
    elif not now.breaks:
        lines.append(_("Whether it has changed is not told: the difference cannot be tested."))
    return Part(_("Change since the last wave"), tuple(lines))


def signed(figure: Figure, kind: ColumnKind, language: str) -> str:
    """A difference with its sign, and a true minus."""
    text = show(figure, kind, language)
    if figure.value is None:
        return text
    return f"+{text}" if figure.value > 0 else text.replace("-", "−")
