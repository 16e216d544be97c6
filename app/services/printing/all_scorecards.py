"""Scorecards of many agencies: files in a folder, or one zip that a job makes."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Collection, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from app import clock
from app.config import office_day
from app.messages import languages
from app.models import Release
from app.printing.scorecard import scorecard_pdf
from app.queries.agencies import get_tree
from app.queries.releases import get_numbered_release
from app.services.assembly.stems import file_stem
from app.services.jobs import Progress, kind
from app.services.printing.languages import PrintRefused
from app.services.printing.scorecards import make_scorecard

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

# Zip files know no day before 1980 and carry one per entry; a fixed one keeps equal inputs to equal bytes.
ENTRY_DAY = (1980, 1, 1, 0, 0, 0)


def scorecard_name(release: Release, code: str, language: str) -> str:
    """The file of an agency's scorecard: lower case with dashes, as the workbook of the agency."""
    wave = release.wave
    return f"{wave.survey.code}-{wave.code}-{release.number}-{file_stem('agency', code)}-{language}.pdf"


def require_language(language: str) -> str:
    """A language that the house speaks. Raises PrintRefused."""
    if language not in languages():
        offered = ", ".join(languages())
        raise PrintRefused(
            _("Scorecards are not written in “%(wanted)s”; choose one of %(offered)s."),
            wanted=f"{language:.20}",
            offered=offered,
        )
    return language


def scorecards(
    release: Release,
    language: str,
    *,
    address: str,
    on: date,
    codes: Collection[str] | None = None,
    progress: Callable[[int, int], object] = lambda done, total: None,
) -> Iterator[tuple[str, bytes]]:
    """(file name, PDF) of each agency of the wave's tree, or of these codes, parents before those below them.

    NotFound for a code that is not in the tree. Raises PrintRefused, PrintingUnavailable.
    """
    require_language(language)
    tree = get_tree(release.wave.tree_date)
    for code in codes or ():
        tree.get(code)
    every = [code for root in tree.roots for code in tree.branch(root)]
    wanted = [code for code in every if codes is None or code in codes]
    names: set[str] = set()
    for place, code in enumerate(wanted):
        progress(place, len(wanted))
        name = plain = scorecard_name(release, code, language)
        number = 1
        while name in names:
            number += 1
            name = f"{plain.removesuffix('.pdf')}-{number}.pdf"
        names.add(name)
        card = make_scorecard(release, code, language, address=address, on=on, tree=tree)
        yield name, scorecard_pdf(card, release.published_on)
    progress(len(wanted), len(wanted))


@kind("scorecards", title=_("Scorecards as PDF"), right="read")
def zip_scorecards(
    progress: Progress,
    *,
    survey: str,
    wave: str,
    number: int,
    language: str,
    address: str,
    tops: list[str] | None,
) -> dict[str, Any]:
    """One zip with the scorecard of every agency in the branches of `tops` (None: of all)."""
    release = get_numbered_release(survey, wave, number)
    covered = get_tree(release.wave.tree_date).covered(None if tops is None else frozenset(tops))
    name = f"scorecards-{survey}-{wave}-{number}-{language}.zip"
    made = scorecards(
        release,
        language,
        address=address,
        on=office_day(clock.now()),
        codes=covered,
        progress=progress,
    )
    count = zip_into(progress.folder / name, made)
    return {"files": [name], "scorecards": count}


def zip_into(path: Path, files: Iterator[tuple[str, bytes]]) -> int:
    """Write the files into a zip; how many. Equal files give equal bytes."""
    count = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files:
            entry = zipfile.ZipInfo(name, ENTRY_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, body)
            count += 1
    return count
