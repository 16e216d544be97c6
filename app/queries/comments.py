"""Open comments of a wave, and the themes they were coded with.

A comment of a citizen is a text item of a response that counts; one of staff stands in a table of its own. Neither
comes with a time, a device or a link: only with the agency and the item it was written for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import CompoundSelect, Row, Select, and_, exists, func, literal, null, select, union_all

from app.extensions import db
from app.models import Agency, Collector, Comment, CommentCoding, CommentTheme, Response, Wave
from app.queries.errors import NotFound

# Rows fetched at a time where all comments of a wave are read.
BLOCK = 5_000


@dataclass(frozen=True, slots=True)
class Written:
    """One comment. Of `response` (citizens) and `number` (staff) one is set; `text` is as it was written."""

    response: str | None
    number: int | None
    agency: str
    item: str
    text: str

    @property
    def source(self) -> tuple[str | None, int | None, str]:
        """What a coding refers to: response, number of a staff comment, item."""
        return self.response, self.number, self.item


@dataclass(frozen=True, slots=True)
class Progress:
    """How many comments there are, and how many of them have a theme."""

    comments: int
    coded: int


def list_themes(wave: Wave) -> list[CommentTheme]:
    """The themes of a wave in the order in which they were made."""
    return list(
        db.session.scalars(
            select(CommentTheme).where(CommentTheme.wave_id == wave.id).order_by(CommentTheme.id)
        )
    )


def get_theme(wave: Wave, code: str) -> CommentTheme:
    """The theme with this code; NotFound where the wave has none."""
    found = db.session.scalar(
        select(CommentTheme).where(CommentTheme.wave_id == wave.id, CommentTheme.code == code)
    )
    if found is None:
        raise NotFound("theme", code)
    return found


def list_comments(
    wave: Wave, items: Sequence[str], *, uncoded: bool = False, start: int = 0, most: int | None = None
) -> list[Written]:
    """Comments to these items, one item after the other, in an order that says nothing of time: by random numbers.

    `uncoded`: only those without a theme.
    """
    if not items:
        return []
    query = _comments(wave, items, uncoded).order_by("item", "response", "number").offset(start).limit(most)
    return [_written(row) for row in db.session.execute(query)]


def iterate_comments(wave: Wave, items: Sequence[str]) -> Iterator[Written]:
    """All comments to these items, in the same order."""
    if items:
        query = _comments(wave, items, False).order_by("item", "response", "number")
        for row in db.session.execute(query.execution_options(yield_per=BLOCK)):
            yield _written(row)


def count_comments(wave: Wave, items: Sequence[str]) -> Progress:
    """The progress over these items."""
    if not items:
        return Progress(0, 0)
    both = [
        db.session.scalar(select(func.count()).select_from(_comments(wave, items, uncoded).subquery())) or 0
        for uncoded in (False, True)
    ]
    return Progress(both[0], both[0] - both[1])


def count_codings(wave: Wave) -> dict[str, int]:
    """How many comments have each theme, by its code."""
    found = db.session.execute(
        select(CommentTheme.code, func.count(CommentCoding.id))
        .outerjoin(CommentCoding, CommentCoding.theme_id == CommentTheme.id)
        .where(CommentTheme.wave_id == wave.id)
        .group_by(CommentTheme.code)
    )
    return dict(found.all())


def themes_of(
    wave: Wave, comments: Collection[Written] | None = None
) -> dict[tuple[str | None, int | None, str], set[str]]:
    """Codes of the themes of these comments (None: of all of the wave) by what a coding refers to."""
    query = (
        select(CommentCoding.response_id, CommentCoding.comment_id, CommentCoding.item, CommentTheme.code)
        .join(CommentTheme, CommentTheme.id == CommentCoding.theme_id)
        .where(CommentTheme.wave_id == wave.id)
    )
    if comments is not None:
        responses = {one.response for one in comments if one.response is not None}
        numbers = {one.number for one in comments if one.number is not None}
        query = query.where(CommentCoding.response_id.in_(responses) | CommentCoding.comment_id.in_(numbers))
    found: dict[tuple[str | None, int | None, str], set[str]] = defaultdict(set)
    for response, number, item, code in db.session.execute(query):
        found[response, number, item].add(code)
    return found


def _comments(wave: Wave, items: Sequence[str], uncoded: bool) -> Select | CompoundSelect:
    if wave.anonymous:
        return _of_staff(wave, items, uncoded)
    parts = [_of_citizens(wave, item, uncoded) for item in items]
    return union_all(*parts) if len(parts) > 1 else parts[0]


def _of_citizens(wave: Wave, item: str, uncoded: bool) -> Select:
    text = Response.answers[item].as_string()
    query = (
        select(
            Response.response_id.label("response"),
            null().label("number"),
            Agency.code.label("agency"),
            literal(item).label("item"),
            text.label("text"),
        )
        .join(Collector, Collector.id == Response.collector_id)
        .join(Agency, Agency.id == Collector.agency_id)
        .where(Response.wave_id == wave.id, Response.state == "counted", text.is_not(None), text != "")
    )
    if uncoded:
        ours = and_(CommentCoding.response_id == Response.response_id, CommentCoding.item == item)
        query = query.where(~exists().where(ours, CommentCoding.theme_id.in_(_themes(wave))))
    return query


def _of_staff(wave: Wave, items: Sequence[str], uncoded: bool) -> Select:
    query = (
        select(
            null().label("response"),
            Comment.id.label("number"),
            Agency.code.label("agency"),
            Comment.item.label("item"),
            Comment.text.label("text"),
        )
        .join(Agency, Agency.id == Comment.agency_id)
        .where(Comment.wave_id == wave.id, Comment.item.in_(items))
    )
    if uncoded:
        ours = CommentCoding.comment_id == Comment.id
        query = query.where(~exists().where(ours, CommentCoding.theme_id.in_(_themes(wave))))
    return query


def _themes(wave: Wave) -> Select[tuple[int]]:
    return select(CommentTheme.id).where(CommentTheme.wave_id == wave.id)


def _written(row: Row) -> Written:
    return Written(row.response, row.number, row.agency, row.item, row.text)
