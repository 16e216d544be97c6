"""Themes of open comments: the office makes them, marks comments with them, and a run takes their counts.

Whoever marks sees a comment and the question it answers, and nothing else of the person: no place, no time, no
other answer; what may name somebody is struck out.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from app.extensions import transaction
from app.models import CommentCoding, CommentTheme, Wave
from app.queries.agencies import get_tree
from app.queries.comments import (
    Progress,
    Written,
    count_comments,
    get_theme,
    iterate_comments,
    list_comments,
    list_themes,
    themes_of,
)
from app.queries.waves import instrument_of
from app.scorecards import CodedComments, CodedTheme
from app.services import audit
from app.services.assembly.coded import Tally, coded_comments
from app.services.spoken import SpokenError
from app.services.staff.screening import screen

CODE = re.compile(r"[a-z][a-z0-9_-]{0,39}", re.ASCII)
LANGUAGES = ("vi", "en")
LONGEST_LABEL = 80
MOST_THEMES = 40

# Marks a sentence for the catalogue; the page translates it, the console says it as it is.
_ = str

NOT_CLOSED = _("Comments are coded when the wave is closed; this one is not yet.")
WRONG_CODE = _(
    "Write the code in small letters, digits and dashes, beginning with a letter, such as waiting-time."
)
NO_LABEL = _("Write the name of the theme in both languages, with at most %(most)s letters each.")
CODE_TAKEN = _("There is a theme with the code %(code)s already; choose another code.")
TOO_MANY = _("A wave has at most %(most)s themes; put some together first.")
UNKNOWN_THEME = _("There is no theme with the code %(code)s; add it first.")


class ThemeRefused(SpokenError):
    """Nothing was stored."""


@dataclass(frozen=True, slots=True)
class ShownComment:
    """A comment as whoever marks it sees it. `key` stands for it on pages and in files, and leads back to nobody."""

    key: str
    item: str
    text: str
    themes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Marked:
    """What one comment was shown with, and what it is to have: only the difference is stored."""

    key: str
    before: frozenset[str]
    after: frozenset[str]


def open_items(wave: Wave) -> tuple[str, ...]:
    """Codes of the items that ask for a comment."""
    items = instrument_of(wave).items
    return tuple(item.code for item in items if item.role == "open" and item.type == "text")


def progress(wave: Wave) -> Progress:
    """How far the wave is coded."""
    return count_comments(wave, open_items(wave))


def shown_comments(
    wave: Wave, *, uncoded: bool = False, start: int = 0, most: int | None = None
) -> list[ShownComment]:
    """Comments to be marked; `uncoded`: those without a theme."""
    found = list_comments(wave, open_items(wave), uncoded=uncoded, start=start, most=most)
    # Of a whole wave in one query; of a page by its comments.
    given = themes_of(wave, found if most is not None else None)
    return [_shown(wave, one, given.get(one.source, ())) for one in found]


def key_of(written: Written) -> str:
    """What stands for a comment outside: a hash, for the id of a response is also the way to its receipt."""
    named = f"hailong comment\n{written.response or written.number}\n{written.item}"
    return hashlib.sha256(named.encode()).hexdigest()[:24]


def add_theme(wave: Wave, code: str, label: Mapping[str, str]) -> CommentTheme:
    """A new theme. Raises ThemeRefused."""
    code, label = code.strip(), _label(label)
    if not CODE.fullmatch(code):
        raise ThemeRefused(WRONG_CODE)
    with transaction() as session:
        _require_closed(wave)
        taken = {one.code for one in list_themes(wave)}
        if code in taken:
            raise ThemeRefused(CODE_TAKEN, code=code)
        if len(taken) >= MOST_THEMES:
            raise ThemeRefused(TOO_MANY, most=MOST_THEMES)
        theme = CommentTheme(wave_id=wave.id, code=code, label=label)
        session.add(theme)
        audit.record(session, "theme.added", _subject(wave), code=code, label=label)
        return theme


def name_theme(wave: Wave, code: str, label: Mapping[str, str]) -> None:
    """Another name for a theme; its code and its comments stay. Raises ThemeRefused, NotFound."""
    label = _label(label)
    with transaction() as session:
        get_theme(wave, code).label = label
        audit.record(session, "theme.named", _subject(wave), code=code, label=label)


def remove_theme(wave: Wave, code: str) -> int:
    """A theme goes, and the mark on every comment that had it; how many had. Raises NotFound."""
    with transaction() as session:
        theme = get_theme(wave, code)
        found = session.execute(
            delete(CommentCoding)
            .where(CommentCoding.theme_id == theme.id)
            .execution_options(synchronize_session=False)
        )
        session.delete(theme)
        audit.record(session, "theme.removed", _subject(wave), code=code, comments=found.rowcount)
        return found.rowcount


def mark(wave: Wave, marked: Sequence[Marked]) -> int:
    """Store what was changed; how many comments it concerns.

    Two people who mark the same comment both have their say: a theme that one of them did not touch stays as the
    other left it. A comment that is no longer there is passed over. Raises ThemeRefused for an unknown theme.
    """
    changed = {one.key: one for one in marked if one.before != one.after}
    if not changed:
        return 0
    with transaction() as session:
        _require_closed(wave)
        return _store(session, wave, changed)


def coded(wave: Wave, unshown: Collection[str] = ()) -> CodedComments | None:
    """The counts that an estimation takes in; None where the wave has no themes or no comments.

    `unshown`: agencies of which the release shows nothing.
    """
    themes = list_themes(wave)
    if not themes:
        return None
    codes = [one.code for one in themes]
    given = themes_of(wave)
    counts: dict[str, list[int]] = {}
    for written in iterate_comments(wave, open_items(wave)):
        own = counts.setdefault(written.agency, [0] * (2 + len(codes)))
        has = given.get(written.source, set())
        own[0] += 1
        own[1] += bool(has)
        for k, code in enumerate(codes):
            own[2 + k] += code in has
    if not counts:
        return None
    tree = get_tree(wave.tree_date)
    parents = {
        code: path[-2] if len(path) > 1 else None
        for root in tree.roots
        for code in tree.branch(root)
        for path in (tree.path(code),)
    }
    return coded_comments(
        [CodedTheme(one.code, dict(one.label)) for one in themes],
        {code: Tally(own[0], own[1], tuple(own[2:])) for code, own in counts.items() if code in parents},
        parents,
        # One person may write at every open item, and a group is counted in people.
        wave.threshold * max(1, len(open_items(wave))),
        unshown,
    )


def _store(session: Session, wave: Wave, changed: Mapping[str, Marked]) -> int:
    numbers = {one.code: one.id for one in list_themes(wave)}
    for one in changed.values():
        for code in sorted(one.after - one.before):
            if code not in numbers:
                raise ThemeRefused(UNKNOWN_THEME, code=f"{code:.40}")
    given = themes_of(wave)
    new, concerned = [], 0
    for written in iterate_comments(wave, open_items(wave)):
        one = changed.get(key_of(written))
        if one is None:
            continue
        has = given.get(written.source, set())
        added, gone = (one.after - one.before) - has, (one.before - one.after) & has
        concerned += bool(added or gone)
        new += [
            {
                "theme_id": numbers[code],
                "response_id": written.response,
                "comment_id": written.number,
                "item": written.item,
            }
            for code in sorted(added)
        ]
        for code in sorted(gone):
            session.execute(
                delete(CommentCoding)
                .where(
                    CommentCoding.theme_id == numbers[code],
                    CommentCoding.item == written.item,
                    CommentCoding.response_id == written.response
                    if written.response is not None
                    else CommentCoding.comment_id == written.number,
                )
                .execution_options(synchronize_session=False)
            )
    if new:
        session.execute(insert(CommentCoding), new)
    if concerned:
        audit.record(session, "comments.coded", _subject(wave), comments=concerned)
    return concerned


def _shown(wave: Wave, written: Written, given: Collection[str]) -> ShownComment:
    # What staff wrote was screened before it was stored.
    text = written.text if wave.anonymous else screen(written.text).text
    return ShownComment(key_of(written), written.item, text, frozenset(given))


def _label(label: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for language in LANGUAGES:
        text = " ".join(unicodedata.normalize("NFC", label.get(language, "")).split())
        if not (1 <= len(text) <= LONGEST_LABEL and text.isprintable()):
            raise ThemeRefused(NO_LABEL, most=LONGEST_LABEL)
        found[language] = text
    return found


def _require_closed(wave: Wave) -> None:
    if wave.state != "closed":
        raise ThemeRefused(NOT_CLOSED)


def _subject(wave: Wave) -> str:
    return f"{wave.survey.code}/{wave.code}"
