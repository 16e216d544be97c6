"""What goes into the next release of a wave: collected from the database and refused where something is missing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from app.config import office_day
from app.messages import languages as interface_languages
from app.models import Wave
from app.queries.agencies import AgencyTree, get_tree
from app.queries.collectors import list_collectors
from app.queries.releases import count_releases
from app.queries.waves import instrument_of
from app.services import themes
from app.services.assembly.comparisons import MOST_PAIRED
from app.services.assembly.options import ScoringOptions
from app.services.assembly.results import Scored
from app.services.release_inputs import COMMENTS, ReleaseInputs, versions
from app.services.spoken import SpokenError
from app.services.staff.tables import staff_release

LONGEST = 4000  # letters of a text that a person writes here

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str


class NotEstimated(SpokenError):
    """A run cannot be made as it was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person chooses for a run. `languages` are those of the workbooks, the first one first.

    `changes` and `reason` belong to a correction of what was released, and only to one.
    """

    published_on: date
    languages: tuple[str, ...]
    organisation: str = ""
    lonely_psu: str = "fail"
    changes: str = ""
    reason: str = ""


def collect(wave: Wave, asked: Asked) -> ReleaseInputs:
    """The inputs of the wave's next release; raises NotEstimated, EarlierReleaseGone."""
    number = count_releases(wave) + 1
    _refuse_asked(wave, asked, number)
    tree = get_tree(wave.tree_date)
    fieldwork = (
        (office_day(wave.opens_at), office_day(wave.closes_at)) if wave.opens_at and wave.closes_at else None
    )
    return ReleaseInputs(
        survey=wave.survey.code,
        wave=wave.code,
        number=number,
        titles=dict(wave.title),
        languages=asked.languages,
        published_on=asked.published_on,
        fieldwork=fieldwork,
        organisation=asked.organisation.strip(),
        changes=asked.changes.strip(),
        reason=asked.reason.strip(),
        instrument=instrument_of(wave),
        options=options_of(wave, asked.lonely_psu, tree),
        names={
            language: {agency.code: agency.label(language) for agency in tree.agencies}
            for language in asked.languages
        },
        paths={agency.code: tree.path(agency.code) for agency in tree.agencies},
        snapshot_sha256=wave.snapshot_sha256 or "",
        staff=staff_release(wave, tree) if wave.anonymous else None,
        versions=versions(),
    )


def options_of(wave: Wave, lonely_psu: str = "fail", tree: AgencyTree | None = None) -> ScoringOptions:
    """The wave's settings, and the snapshot's design columns that its sampling plan fills.

    Agencies of a probability wave are compared and ranked where each level of the `tree` is small enough for every
    pair; without a tree they are not.
    """
    beside = wave.wave_kind == "probability" and tree is not None and _widest_level(tree) <= MOST_PAIRED
    points = [one.sample_point for one in list_collectors(wave) if one.sample_point is not None]
    return ScoringOptions(
        weight="weight" if points else None,
        stratum="stratum" if any(point.stratum is not None for point in points) else None,
        cluster=tuple(
            f"cluster_{k + 1}" for k in range(max((len(point.clusters) for point in points), default=0))
        ),
        fpc=tuple(f"fpc_{k + 1}" for k in range(max((len(point.fpc) for point in points), default=0))),
        lonely_psu=lonely_psu,
        wave_kind=wave.wave_kind,
        level=wave.level,
        threshold=wave.threshold,
        compare=beside,
        ranks=beside,
    )


def with_comments(inputs: ReleaseInputs, wave: Wave, scored: Scored) -> ReleaseInputs:
    """With what open comments speak of, where they were coded; a branch that shows nothing shows none of that."""
    hidden = {
        domain
        for (_by, domain), gone in zip(scored.domains, scored.hidden.domains, strict=True)
        if gone and domain is not None
    }
    found = themes.coded(wave, hidden)
    return replace(inputs, external={COMMENTS: found.document()}) if found else inputs


def _refuse_asked(wave: Wave, asked: Asked, number: int) -> None:
    spoken = dict.fromkeys((*wave.languages, *interface_languages()))
    unknown = [language for language in asked.languages if language not in spoken]
    if not asked.languages or len(set(asked.languages)) < len(asked.languages):
        raise NotEstimated(_("Name each language of the workbooks once, and at least one."))
    if unknown:
        raise NotEstimated(
            _("There are no workbooks in %(language)s; choose among %(offered)s."),
            language=unknown[0],
            offered=", ".join(spoken),
        )
    for text in (asked.organisation, asked.changes, asked.reason):
        if len(text) > LONGEST:
            raise NotEstimated(_("A text has more than %(most)s letters; shorten it."), most=LONGEST)
    said = bool(asked.changes.strip()), bool(asked.reason.strip())
    if number > 1 and not all(said):
        raise NotEstimated(
            _("Release %(number)s corrects an earlier one: say what changed, and why."), number=number
        )
    if number == 1 and any(said):
        raise NotEstimated(_("The first release corrects nothing; leave out what changed and why."))
    if wave.wave_kind == "probability":
        bare = sum(one.sample_point is None for one in list_collectors(wave))
        if bare:
            raise NotEstimated(
                _(
                    "This is a probability wave without a design: %(count)s of its links have no place in the"
                    " sample, so that nobody knows what their answers stand for."
                ),
                count=bare,
            )


def _widest_level(tree: AgencyTree) -> int:
    """How many agencies the fullest level of a tree has."""
    levels: dict[int, int] = {}
    for agency in tree.agencies:
        depth = len(tree.path(agency.code))
        levels[depth] = levels.get(depth, 0) + 1
    return max(levels.values(), default=0)
