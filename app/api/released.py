"""What is released: releases of a wave, figures, comparisons, ranks, scorecards and workbooks."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Literal

from flask import Response, send_file
from pydantic import BaseModel, ConfigDict, Field

from app.api import schemas
from app.api.operations import WHOLE, File, operation
from app.api.paging import Part, Parts, cut
from app.api.reading import estimate_of, release_of
from app.api.views import caller
from app.models import Release
from app.queries.agencies import get_tree
from app.queries.errors import NotFound
from app.queries.releases import get_numbered_release, list_wave_releases
from app.queries.waves import get_wave
from app.services import release_files, released_lists
from app.services.released_lists import Wanted

RELEASES, RESULTS, WORKBOOKS = "releases", "results", "workbooks"
WAVE = "/surveys/<survey>/waves/<wave>"
RELEASE = f"{WAVE}/releases/<{WHOLE}:number>"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Spoken(BaseModel):
    """In which language labels and sentences are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: Literal["vi", "en"] = Field("vi", description="Language of labels and sentences.")


class Figures(Parts):
    """Which figures."""

    language: Literal["vi", "en"] = Field("vi", description="Language of labels and sentences.")
    agency: str | None = Field(None, min_length=1, max_length=64, description="Code of an agency.")
    branch: bool = Field(False, description="With `agency`: also of the agencies below it.")
    node: str | None = Field(
        None,
        min_length=1,
        max_length=255,
        description="Code of an item or an index, or the dotted path of a node of an index.",
    )
    measure: Literal["top_box", "mean_100", "points", "respondent_mean"] | None = Field(
        None, description="How answers are scored."
    )
    kind: Literal["item", "node", "index"] | None = Field(None, description="What kind of thing is measured.")


class Pairs(Parts):
    """Which comparisons or ranks."""

    agency: str | None = Field(None, min_length=1, max_length=64, description="Code of an agency.")
    node: str | None = Field(None, min_length=1, max_length=255, description="As in results.")
    measure: Literal["top_box", "mean_100", "points", "respondent_mean"] | None = Field(
        None, description="How answers are scored."
    )


class InLanguage(BaseModel):
    """Which of the workbooks with one name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: str | None = Field(
        None, pattern="^[a-z]{2,3}$", description="Without it the first language of the release."
    )


@operation("GET", f"{WAVE}/releases", tag=RELEASES, answer=Part[schemas.Release], query=Parts)
def list_releases(survey: str, wave: str, query: Parts) -> Part[schemas.Release]:
    """The releases of a wave, the newest first."""
    found = list_wave_releases(get_wave(survey, wave))
    if not found:
        raise NotFound("wave", f"{survey}/{wave}")
    shown, following = cut(found, query, f"releases {survey}/{wave} {len(found)}")
    return Part(items=[release_of(one) for one in shown], next=following)


@operation("GET", RELEASE, tag=RELEASES, answer=schemas.Release)
def get_release(survey: str, wave: str, number: int) -> schemas.Release:
    """One release: its hashes, and what it changed and why where it corrects an earlier one."""
    return release_of(_release(survey, wave, number))


@operation("GET", f"{RELEASE}/results", tag=RESULTS, answer=Part[schemas.Estimate], query=Figures)
def list_results(survey: str, wave: str, number: int, query: Figures) -> Part[schemas.Estimate]:
    """The figures of a release in the order of its results document.

    Figures of everybody (`domain` null) are seen by every key, those of agencies within its branches.
    """
    release = _release(survey, wave, number)
    wanted = Wanted(query.agency, query.branch, query.node, query.measure, query.kind)
    found = released_lists.list_records(release, caller().tops("read"), wanted)
    shown, following = cut(found, query, _mark(release, wanted))
    rows = released_lists.rows_for(release, shown, query.language)
    return Part(items=[estimate_of(row) for row in rows], next=following)


@operation("GET", f"{RELEASE}/comparisons", tag=RESULTS, answer=Part[schemas.Comparison], query=Pairs)
def list_comparisons(survey: str, wave: str, number: int, query: Pairs) -> Part[schemas.Comparison]:
    """Differences between agencies, with their covariance kept.

    Empty in a release whose agencies are not compared. Both agencies must stand in the branches of the key.
    """
    release = _release(survey, wave, number)
    found = released_lists.list_comparisons(
        release, caller().tops("read"), query.agency, query.node, query.measure
    )
    shown, following = cut(found, query, _mark(release, query.agency, query.node, query.measure))
    return Part(items=[schemas.Comparison(**{"by": None, **one}) for one in shown], next=following)


@operation("GET", f"{RELEASE}/ranks", tag=RESULTS, answer=Part[schemas.Rank], query=Pairs)
def list_ranks(survey: str, wave: str, number: int, query: Pairs) -> Part[schemas.Rank]:
    """Ranks with the bounds of their simultaneous confidence sets, never a bare ranking.

    Empty in a release whose agencies are not ranked.
    """
    release = _release(survey, wave, number)
    found = [
        one
        for one in released_lists.list_ranks(release, caller().tops("read"), query.agency, query.node)
        if query.measure in (None, one["measure"])
    ]
    shown, following = cut(found, query, _mark(release, query.agency, query.node, query.measure))
    return Part(items=[_rank(one) for one in shown], next=following)


@operation("GET", f"{RELEASE}/scorecards/<agency>", tag=RESULTS, answer=schemas.Scorecard, query=Spoken)
def get_scorecard(survey: str, wave: str, number: int, agency: str, query: Spoken) -> schemas.Scorecard:
    """Everything a release says of one agency: figures of its branch and of its own respondents, and ranks."""
    release = _release(survey, wave, number)
    tops = caller().tops("read")
    records = released_lists.list_records(release, tops, Wanted(agency))
    rows = released_lists.rows_for(release, records, query.language)
    tree = get_tree(release.wave.tree_date)
    return schemas.Scorecard(
        agency=agency,
        label=tree.label(agency, query.language),
        release=release.number,
        estimates=[estimate_of(row) for row in rows],
        ranks=[_rank(one) for one in released_lists.list_ranks(release, tops, agency)],
        workbooks=[book.stem for book in released_lists.list_books(release, tops, agency)],
    )


@operation("GET", f"{RELEASE}/workbooks", tag=WORKBOOKS, answer=Part[schemas.Workbook], query=Parts)
def list_workbooks(survey: str, wave: str, number: int, query: Parts) -> Part[schemas.Workbook]:
    """The workbooks of a release that the key may take away."""
    release = _release(survey, wave, number)
    found = released_lists.list_books(release, caller().tops("read"))
    shown, following = cut(found, query, _mark(release))
    return Part(
        items=[schemas.Workbook(stem=one.stem, domain=one.domain, signed=one.signed) for one in shown],
        next=following,
    )


@operation("GET", f"{RELEASE}/workbooks/<stem>", tag=WORKBOOKS, answer=File(XLSX), query=InLanguage)
def get_workbook(survey: str, wave: str, number: int, stem: str, query: InLanguage) -> Response:
    """A workbook, byte for byte as it was released."""
    release = _release(survey, wave, number)
    path = release_files.workbook_path(release, stem, query.language, caller().tops("read"))
    name = f"{survey}-{wave}-{number}-{stem}.xlsx"
    return send_file(path, XLSX, as_attachment=True, download_name=name, conditional=False)


@operation(
    "GET",
    f"{RELEASE}/workbooks/<stem>/signature",
    tag=WORKBOOKS,
    answer=File("application/octet-stream"),
    query=InLanguage,
)
def get_signature(survey: str, wave: str, number: int, stem: str, query: InLanguage) -> Response:
    """The signature of a workbook, for `hailong verify`; keep it beside the workbook under the workbook's name."""
    release = _release(survey, wave, number)
    path = release_files.signature_path(release, stem, query.language, caller().tops("read"))
    name = f"{survey}-{wave}-{number}-{stem}.xlsx.sig"
    return send_file(
        path, "application/octet-stream", as_attachment=True, download_name=name, conditional=False
    )


def _release(survey: str, wave: str, number: int) -> Release:
    return get_numbered_release(survey, wave, number)


def _mark(release: Release, *wanted: object) -> str:
    """Which list of which release it is, as short as marks must be."""
    return f"{release.results_sha256[:16]} {sha256(repr(wanted).encode()).hexdigest()[:16]}"


def _rank(one: Mapping[str, Any]) -> schemas.Rank:
    return schemas.Rank(**{"by": None, "tie_groups": None, **one})
