"""From rows of the database and of scorecards to what the API answers."""

from __future__ import annotations

from app.api import schemas
from app.models import Release, Wave
from app.scorecards import Figure, Row
from app.services.release_files import languages_of

FIGURES = ("value", "std_error", "low", "high", "df", "deff", "n", "n_psu", "n_eff")
WORDS = (
    *("by", "domain", "domain_label", "node", "node_label", "kind", "measure", "measure_label"),
    *("interval_method", "flag", "flag_reason"),
)


def wave_of(wave: Wave, newest: int | None) -> schemas.Wave:
    """A wave in full; `newest` is the number of its newest release."""
    return schemas.Wave(
        survey=wave.survey.code,
        code=wave.code,
        title=wave.title,
        state=wave.state,
        wave_kind=wave.wave_kind,
        instrument=wave.instrument_version.code,
        instrument_version=wave.instrument_version.version,
        tree_date=wave.tree_date,
        opens_at=wave.opens_at,
        closes_at=wave.closes_at,
        languages=wave.languages,
        level=wave.level,
        threshold=wave.threshold,
        anonymous=wave.anonymous,
        newest_release=newest,
    )


def release_of(release: Release) -> schemas.Release:
    """A release with its hashes, and what it corrected."""
    run = release.run
    return schemas.Release(
        survey=release.wave.survey.code,
        wave=release.wave.code,
        number=release.number,
        published_on=release.published_on,
        languages=list(languages_of(release)),
        public=release.public,
        changes=run.changes if run else "",
        reason=run.reason if run else "",
        results_sha256=release.results_sha256,
        snapshot_sha256=release.snapshot_sha256,
        code_version=release.code_version,
        key_id=release.key_id,
    )


def estimate_of(row: Row) -> schemas.Estimate:
    """One figure; where there is none to show, the mark says why."""
    figures: dict[str, Figure] = {name: getattr(row, name) for name in FIGURES}
    return schemas.Estimate(
        **{name: getattr(row, name) for name in WORDS},
        **{name: figure.value for name, figure in figures.items()},
        marks={name: figure.mark for name, figure in figures.items() if figure.value is None and figure.mark},
    )
