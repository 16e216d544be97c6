"""What the page of a wave shows of a release: the agencies of one level of the tree, or those that were looked for."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

from app.figures import mark_facts
from app.messages import translations
from app.models import Release
from app.queries.agencies import AgencyTree, get_tree
from app.queries.errors import NotFound
from app.queries.waves import instrument_of
from app.scorecards import Fact, Figure, Placed, Row
from app.services.assembly.labels import text_in, wave_kind_label
from app.services.assembly.overview import index_labels, index_ranks
from app.services.assembly.partitions import OWN
from app.services.assembly.reading import ResultsRead
from app.services.assembly.records import Record
from app.services.assembly.standing import SIDES, is_flagged, stands
from app.services.released import labelled, released

PAGE = 40  # agencies on a page; the chart of so many is a screen or two long
MOST_TILES = 400  # on the map of a branch; what is more is found by name, or a level deeper
SORTS = ("tree", "name", "value")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for; None or empty for the default.

    `index` and `branch` are codes. `name` is a part of a name and looks through the whole branch; the other conditions
    choose among what is shown without them: `flagged` those with a remark, `side` and `bound` those whose interval
    lies wholly on one side of a level, `kind` those of one kind. `page` counts from 1.
    """

    index: str | None = None
    branch: str | None = None
    name: str = ""
    flagged: bool = False
    side: str = ""
    bound: float | None = None
    kind: str = ""
    sort: str = "tree"
    page: int = 1

    def __post_init__(self) -> None:
        if self.sort not in SORTS:
            raise NotFound("order", self.sort)
        if self.side not in ("", *SIDES):
            raise NotFound("side", self.side)
        if self.page < 1:
            raise NotFound("page", self.page)


@dataclass(frozen=True, slots=True)
class AgencyLine:
    """One agency of the wave's tree. Where nobody answered there or below, `rows` (by index code) is empty and
    there is no workbook. `ranks` (by index code) holds only the indices for which it is ranked. `inner`: others stand
    below it. `place` names what is above it, where it was found by name.
    """

    code: str
    name: str
    parent: str | None
    depth: int
    rows: dict[str, Row]
    workbook: str | None
    ranks: dict[str, Placed] = field(default_factory=dict)
    inner: bool = False
    kind: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """A release for the page, in one language. `indices` are (code, title); `index` the code of the one shown, None
    where the instrument has none.

    `head` is the agency whose level is shown, None for the whole tree. `above` is who the lines stand under: `head`, or
    the single agency at the top of the tree, or None. `path` leads down to the head, without it; a code is None where
    the reader may not open that branch. `whole_row` is the figure of all, shown to every reader.

    `lines` are one page of the agencies, `tiles` all of them unless they are too many. `found` counts them, and
    `of_level` those without conditions. `kinds` can be asked for.
    """

    title: str
    wave: str
    instrument: str
    wave_kind: str
    level: float
    indices: tuple[tuple[str, str], ...]
    index: str | None
    head: AgencyLine | None
    above: AgencyLine | None
    path: tuple[tuple[str | None, str], ...]
    lines: tuple[AgencyLine, ...]
    tiles: tuple[AgencyLine, ...]
    found: int
    of_level: int
    pages: int
    kinds: tuple[str, ...]
    whole: dict[str, Row]
    whole_workbook: str | None
    marks: tuple[Fact, ...]
    wanted: Wanted = Wanted()

    @property
    def index_label(self) -> str:
        return dict(self.indices).get(self.index or "", "")

    def row(self, line: AgencyLine | None) -> Row | None:
        """A line's figures for the index, or those of all agencies together; None where nobody answered."""
        return (line.rows if line is not None else self.whole).get(self.index or "")


def overview(
    release: Release, language: str, wanted: Wanted | None = None, tops: frozenset[str] | None = None
) -> Overview:
    """One level of a release, or what was looked for below it; `tops` bounds what the reader may see.

    NotFound where the release has no such index or agency, or none that may be seen, and where its file is gone.
    """
    return Level(release, language, wanted or Wanted(), tops).overview()


class Level:
    """The agencies of a release as one reader sees them; nothing is labelled before it is chosen."""

    def __init__(self, release: Release, language: str, wanted: Wanted, tops: frozenset[str] | None):
        self.release, self.language, self.wanted = release, language, wanted
        self.results: ResultsRead = released(release)
        self.tree: AgencyTree = get_tree(release.wave.tree_date)
        self.tops = None if tops is None else frozenset(code for code in tops if code in self.tree)
        self.instrument = instrument_of(release.wave)
        self.indices = index_labels(self.instrument, language)
        self.index = self._index()
        self.ranks: dict[str, dict[str, Placed]] = {}

    def overview(self) -> Overview:
        wave, wanted = self.release.wave, self.wanted
        head = wanted.branch or None
        if head is not None and not self.sees(head):
            raise NotFound("agency", head)
        level, above = self._level(head)
        chosen = list(self._chosen(level, head))
        pages = max(1, -(-len(chosen) // PAGE))
        if wanted.page > pages:
            raise NotFound("page", wanted.page)
        shown = chosen[PAGE * (wanted.page - 1) : PAGE * wanted.page]
        self.rank(shown)
        lines = {code: self.line(code) for code in (chosen if len(chosen) <= MOST_TILES else shown)}
        whole = {row.node: row for row in self._rows(self.results.indices[None].values())}
        head_line = self.line(head) if head is not None else None
        above_line = head_line if above == head else self.line(above) if above else None
        rows = [*whole.values(), *(row for line in lines.values() for row in line.rows.values())]
        return Overview(
            title=text_in(wave.survey.title, self.language),
            wave=text_in(wave.title, self.language),
            instrument=f"{text_in(self.instrument.title, self.language)} ({self.instrument.identity})",
            wave_kind=wave_kind_label(self.results.head["wave_kind"], self.language),
            level=self.results.head["level"],
            indices=self.indices,
            index=self.index,
            head=head_line,
            above=above_line,
            path=tuple(
                (code if self.sees(code) else None, self.name(code)) for code in self.tree.path(head)[:-1]
            )
            if head is not None
            else (),
            lines=tuple(lines[code] for code in shown),
            tiles=tuple(lines.values()),
            found=len(chosen),
            of_level=len(level),
            pages=pages,
            kinds=tuple(dict.fromkeys(sorted(self.tree.get(_plain(code)).kind for code in level))),
            whole=whole,
            whole_workbook=self.results.stems[None] if self.tops is None else None,
            marks=mark_facts(_marks(rows), self.language),
            wanted=wanted,
        )

    def sees(self, code: str) -> bool:
        """Whether an agency is in the tree and the reader may see it."""
        if _plain(code) not in self.tree:
            return False
        return self.tops is None or not self.tops.isdisjoint(self.tree.path(_plain(code)))

    def name(self, code: str) -> str:
        """The agency as it was called on the day of the tree; `<code>#own` is it without what is below it."""
        name = self.tree.label(_plain(code), self.language)
        if code.endswith(OWN):
            return translations(self.language).gettext("{name}, its own respondents").format(name=name)
        return name

    def line(self, code: str) -> AgencyLine:
        path = self.tree.path(_plain(code))
        own = code.endswith(OWN)
        records = self.results.indices.get(code, {})
        return AgencyLine(
            code=code,
            name=self.name(code),
            parent=path[-1] if own else path[-2] if len(path) > 1 else None,
            depth=len(path) - (not own),
            rows={row.node: row for row in self._rows(records.values())},
            workbook=self.results.stems.get(code),
            ranks=self.ranks.get(code, {}),
            inner=not own and bool(self.tree.children(code)),
            kind=self.tree.get(_plain(code)).kind,
            place=" › ".join(self.name(one) for one in path[:-1]) if self.wanted.name else "",
        )

    def beside(self, code: str) -> tuple[str, ...]:
        """The other agencies right below the same parent that the reader may see."""
        path = self.tree.path(_plain(code))
        family = self.tree.children(path[-2]) if len(path) > 1 else self.tree.roots
        return tuple(one for one in family if one != code and self.sees(one))

    def _index(self) -> str | None:
        codes = [code for code, _ in self.indices]
        if not self.wanted.index:
            return codes[0] if codes else None
        if self.wanted.index not in codes:
            raise NotFound("index", self.wanted.index)
        return self.wanted.index

    def _level(self, head: str | None) -> tuple[list[str], str | None]:
        """The agencies right below the head, and who they stand under.

        Without a head: the uppermost that are more than one; of a reader with some branches, these.
        """
        if head is not None:
            return self._below(head), head
        if self.tops is not None:
            return [
                code for code in sorted(self.tops) if self.tops.isdisjoint(self.tree.path(code)[:-1])
            ], None
        level, above = list(self.tree.roots), None
        while len(level) == 1 and (below := self._below(level[0])):
            above, level = level[0], below
        return level, above

    def _below(self, head: str) -> list[str]:
        """Where people answered in an agency itself and below it, the former are a line too."""
        own = [head + OWN] if head + OWN in self.results.records else []
        return [*own, *self.tree.children(head)]

    def _chosen(self, level: list[str], head: str | None) -> Iterable[str]:
        """The codes that fulfil all conditions, sorted."""
        wanted = self.wanted
        codes: Iterable[str] = self._named(level) if wanted.name.strip() else level
        if wanted.kind:
            codes = (code for code in codes if self.tree.get(_plain(code)).kind == wanted.kind)
        if wanted.flagged:
            codes = (code for code in codes if is_flagged(self._record(code)))
        if wanted.side and wanted.bound is not None:
            codes = (code for code in codes if stands(self._record(code), wanted.side, wanted.bound))
        if wanted.sort == "name":
            return sorted(codes, key=lambda code: (_folded(self.name(code)), code))
        if wanted.sort == "value":
            return sorted(codes, key=self._by_value)
        return codes

    def _named(self, level: list[str]) -> Iterator[str]:
        """Agencies at the level or below it whose name or code has the words that were typed."""
        typed = _folded(self.wanted.name)
        for code in level:
            for one in (code,) if code.endswith(OWN) else self.tree.branch(code):
                if typed in _folded(self.name(one)) or typed == one.casefold():
                    yield one

    def rank(self, codes: list[str]) -> None:
        """The ranks of the lines that are shown."""
        level = partial(_rank_level, self.tree)
        ranks = index_ranks({"ranks": self.results.ranks}, self.instrument, level, frozenset(codes))
        for (index, domain), placed in ranks.items():
            self.ranks.setdefault(domain, {})[index] = placed

    def _record(self, code: str) -> Record | None:
        return self.results.indices.get(code, {}).get(self.index or "")

    def _by_value(self, code: str) -> tuple[bool, float]:
        """The highest first, those without a value last."""
        record = self._record(code)
        return (True, 0.0) if record is None or record.value is None else (False, -record.value)

    def _rows(self, records: Iterable[Record]) -> tuple[Row, ...]:
        names = {one.domain: self.name(one.domain) for one in records if one.domain is not None}
        return labelled(self.release, records, names, self.language)


def _marks(rows: Iterable[Row]) -> set[str]:
    figures = (cell for row in rows for cell in (row.value, row.low, row.high, row.n))
    return {figure.mark for figure in figures if isinstance(figure, Figure) and figure.mark}


def _rank_level(tree: AgencyTree, domain: str) -> int:
    """Who is ranked together: agencies at one depth of the tree; 0 for those taken without what is below them."""
    return 0 if domain.endswith(OWN) else len(tree.path(domain))


def _plain(code: str) -> str:
    return code.removesuffix(OWN)


def _folded(text: str) -> str:
    """A name as people type it in haste: no capitals, no marks on letters, one blank between words."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())
