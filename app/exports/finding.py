"""What of a wave may be exported by whoever asks; who may have nothing of it does not learn that it is there."""

from __future__ import annotations

from dataclasses import dataclass

from flask_login import current_user
from werkzeug.exceptions import NotFound as NoSuchPage

from app.models import Release, Wave
from app.queries.errors import NotFound
from app.queries.reach import get_wave_reached
from app.queries.releases import get_release
from app.services import snapshots
from app.services.exporting import answers
from app.services.exporting.figures import domains_of
from app.services.exporting.refusals import ExportRefused
from app.services.release_files import languages_of
from app.services.spoken import SpokenError

Tops = frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Offer:
    """One wave for one person. `wave` None: its answers are not for them; `refused` says why there are none yet.

    `release` None: there is none, or nothing of it in their branches. `book_languages` are those of its workbooks.
    """

    survey: str
    code: str
    title: dict[str, str]
    languages: tuple[str, ...]
    wave: Wave | None
    refused: SpokenError | str | None
    release: Release | None
    book_languages: tuple[str, ...]


def offer(survey: str, code: str) -> Offer:
    """What this person may have of the wave; not found where that is nothing."""
    wave = _wave(survey, code)
    release = _release(survey, code)
    if wave is None and release is None:
        raise NoSuchPage
    of = wave or release.wave
    return Offer(
        survey=survey,
        code=code,
        title=of.title,
        languages=tuple(of.languages),
        wave=wave,
        refused=_refused(wave) if wave is not None else None,
        release=release,
        book_languages=languages_of(release) if release is not None else (),
    )


def bounds(right: str) -> list[str] | None:
    """The person's branches for this right, as a job keeps them."""
    tops: Tops = current_user.tops(right)
    return None if tops is None else sorted(tops)


def _wave(survey: str, code: str) -> Wave | None:
    if not current_user.may("export"):
        return None
    try:
        return get_wave_reached(survey, code, current_user.tops("export"))
    except NotFound:
        return None


def _release(survey: str, code: str) -> Release | None:
    try:
        found = get_release(survey, code)
        return found if domains_of(found, current_user.tops("read")) else None
    except NotFound:
        return None


def _refused(wave: Wave) -> SpokenError | str | None:
    try:
        answers.check(wave)
    except ExportRefused as refused:
        return refused
    except snapshots.Destroyed as gone:
        return str(gone)
    return None
