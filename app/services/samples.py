"""The sample of a wave as the office draws it: a frame, a plan, a draw that is written down, and its links, once."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select

from app.extensions import db, transaction
from app.models import Agency, Collector, Served, Wave
from app.queries.agencies import get_tree
from app.queries.collectors import list_collectors
from app.services import audit
from app.services.agencies.rows import clean
from app.services.assembly.samples import Draw, Proposal, SampleRefused, Unit
from app.services.fieldwork import CollectorRow, add_collectors
from app.services.fieldwork.waves import subject_of
from app.services.spreadsheets import TableRefused, read_table

# What an upload of this kind is; see app.services.uploads.
UPLOAD = "volumes"
MOST_UNITS = 20_000

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str


class NotAsShown(SampleRefused):
    """Frame or plan have changed since the draw was shown."""


def has_sample(wave: Wave) -> bool:
    """Whether links of this wave stand in a sample already."""
    return any(one.sample_point is not None and one.state == "open" for one in list_collectors(wave))


def check_can_draw(wave: Wave) -> None:
    """Refuse a wave that takes no sample, or has one. Raises SampleRefused."""
    if wave.wave_kind != "probability":
        raise SampleRefused(
            _("Only a wave that asks a drawn sample is given one; change who is asked in its plan.")
        )
    if wave.state != "planned":
        raise SampleRefused(
            _("The design of a drawn sample is fixed before the wave opens; nothing is drawn.")
        )
    if has_sample(wave):
        raise SampleRefused(_("The wave has its sample; a second draw would be a choice between samples."))


def frame_of(
    wave: Wave, top: str | None, kind: str, volumes: Mapping[str, float] | None = None
) -> list[Unit]:
    """The agencies of a kind in a branch (empty: those with nothing below), with what they serve on a day.

    `volumes` None: the mean of the days for which transactions served are known.
    """
    tree = get_tree(wave.tree_date)
    codes = tree.branch(top) if top else [code for root in tree.roots for code in tree.branch(root)]
    known = _served() if volumes is None else volumes
    found = [
        Unit(code, _above(tree.path(code)), known.get(code))
        for code in codes
        if (tree.get(code).kind == kind if kind else not tree.children(code))
    ]
    if len(found) > MOST_UNITS:
        raise SampleRefused(
            _("The frame has %(count)s agencies; at most %(most)s are drawn from."),
            count=len(found),
            most=MOST_UNITS,
        )
    return found


def read_volumes(content: bytes) -> dict[str, float]:
    """A list with the columns agency and volume: the people each serves on a day. Raises TableRefused."""
    header, rows = read_table(content)
    names = [clean(cell.replace("_", " ").casefold()) for cell in header]
    places = {name: names.index(name) for name in ("agency", "volume") if name in names}
    if len(places) < 2:
        raise TableRefused(_("The file needs the columns agency and volume, the people served on a day."))
    found: dict[str, float] = {}
    for number, cells in rows:
        code, text = (
            clean(cells[places[name]]) if places[name] < len(cells) else "" for name in ("agency", "volume")
        )
        try:
            volume = float(text.replace(",", "."))
        except ValueError:
            volume = -1.0
        if not 0 <= volume < 1e9 or not code or code in found:
            raise TableRefused(
                _("Row %(row)s: write each agency once, with a number from 0 on as its volume."), row=number
            )
        found[code] = volume
    return found


def note_draw(wave: Wave, proposal: Proposal, drawn: Draw) -> None:
    """Write into the audit that a draw was shown: who draws again until a sample pleases is seen doing it."""
    with transaction() as session:
        audit.record(session, "sample.drawn", subject_of(wave), **_facts(proposal, drawn))


def take_sample(
    wave: Wave, proposal: Proposal, drawn: Draw, *, seen: str, mode: str, language: str
) -> list[Collector]:
    """Make the links of a draw that was shown; `seen` is its digest. Raises SampleRefused, CollectorsRefused."""
    check_can_draw(wave)
    if drawn.digest != seen:
        raise NotAsShown(_("Agencies or volumes have changed since the draw was shown; look at it again."))
    tree = get_tree(wave.tree_date)
    rows = [
        CollectorRow(
            agency=one.agency,
            label=tree.label(one.agency, language)[:255],
            mode=mode,
            day=one.day,
            plan=one.plan,
            target=proposal.wish.per_psu,
        )
        for one in drawn.lines
    ]
    # Asked again where nobody else can draw meanwhile: of two clicks at once the second finds the sample.
    return add_collectors(wave, rows, facts=_facts(proposal, drawn), check=lambda: check_can_draw(wave))


def _facts(proposal: Proposal, drawn: Draw) -> dict[str, object]:
    return {
        "method": proposal.wish.design,
        "seed": drawn.seed,
        "frame_sha256": drawn.frame_sha256,
        "sample_sha256": drawn.digest,
        "psus": len(drawn.lines),
    }


def _above(path: tuple[str, ...]) -> str:
    return path[-2] if len(path) > 1 else ""


def _served() -> dict[str, float]:
    rows = db.session.execute(
        select(Agency.code, func.avg(Served.transactions))
        .join(Agency, Agency.id == Served.agency_id)
        .group_by(Agency.code)
    )
    return {code: float(mean) for code, mean in rows}
