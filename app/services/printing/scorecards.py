"""What the scorecard of an agency says, in one language, from a release and from nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import ceil, floor
from urllib.parse import quote

from app.figures import mark_facts, show, show_date, show_responses
from app.messages import translations
from app.models import Release
from app.printing.scorecard import (
    Bar,
    Headline,
    Part,
    Profile,
    Provenance,
    ScorecardPage,
    Tick,
    TitleBlock,
)
from app.queries.agencies import AgencyTree, get_tree
from app.queries.waves import instrument_of
from app.scorecards import ColumnKind, Figure, Row
from app.services.assembly.ends import End, item_ends
from app.services.assembly.labels import level_label, text_in
from app.services.printing.answerable import plan_of, signature_of
from app.services.printing.changes import change_said
from app.services.printing.response_rates import Rate, response_rate
from app.services.released import released, rows_of

# Kinds of agency whose name, without its first word, is the place from which a document is dated.
PLACES = frozenset({"province", "district", "commune", "ward", "special_zone"})
KIND_WORDS = re.compile(
    r"^(tỉnh|thành phố|tp\.?|quận|huyện|thị xã|xã|phường|thị trấn|đặc khu)\s+(?=\S)", re.IGNORECASE
)

MOST_FACTORS = 24  # lines of the profile; of a larger tree only the upper factors are drawn
MOST_ITEMS = 12  # of an instrument without factors its items are drawn, if they are few
HASH_SHOWN = 12  # signs of a hash that are printed: enough to find the release by


@dataclass(frozen=True)
class _Made:
    """One scorecard in the making."""

    release: Release
    tree: AgencyTree
    code: str
    language: str
    address: str

    @cached_property
    def _(self) -> Callable[[str], str]:
        return translations(self.language).gettext

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        return self.of(self.code)

    def of(self, domain: str | None) -> tuple[Row, ...]:
        names = {domain: self.tree.label(domain, self.language)} if domain else {}
        return rows_of(self.release, domain, self.language, names=names)

    @cached_property
    def head(self):
        """What the results document says beside its figures."""
        return released(self.release).head

    @property
    def kind(self) -> str:
        return self.head["wave_kind"]

    @property
    def level(self) -> str:
        return level_label(self.head["level"], self.language)

    @cached_property
    def index(self) -> Row | None:
        """The first index of the agency; None where nobody answered, or the instrument has none."""
        return next((row for row in self.rows if row.kind == "index"), None)

    @cached_property
    def parent(self) -> str | None:
        path = self.tree.path(self.code)
        return path[-2] if len(path) > 1 else None

    @cached_property
    def beside(self) -> tuple[tuple[str, Row], ...]:
        """(name, row) of the index for the agency above and for all, as far as they have a figure to show."""
        if self.index is None:
            return ()
        places = [(self.tree.label(self.parent, self.language), self.parent)] if self.parent else []
        # Under the only root of a tree, the agency above and all agencies are the same.
        if self.parent is None or len(self.tree.roots) > 1 or self.parent != self.tree.roots[0]:
            places.append((self._("All agencies"), None))
        if self.parent is None and self.tree.roots == (self.code,):
            places = []
        found: list[tuple[str, Row]] = []
        for name, domain in places:
            row = _matching(self.of(domain), self.index)
            # Where only the agency above was asked, all agencies say the same a second time.
            if row is None or row.value.value is None or any(_same(row, one) for _name, one in found):
                continue
            found.append((name, row))
        return tuple(found)

    def text(self, texts: dict[str, str]) -> str:
        return texts.get(self.language) or next(iter(texts.values()))


def make_scorecard(
    release: Release, code: str, language: str, *, address: str, on: date, tree: AgencyTree | None = None
) -> ScorecardPage:
    """The scorecard of the agency with this code. NotFound for another agency, or where the results file is gone.

    `address` is where this server is seen, without a slash at its end; empty: no code to scan is printed. `on` is
    the day of which the improvement plan is told: what is overdue depends on it. `tree` saves reading it again where
    many are made.
    """
    tree = tree or get_tree(release.wave.tree_date)
    tree.get(code)
    made = _Made(release, tree, code, language, address)
    wave, _ = release.wave, made._
    shown = made.index is not None and made.index.value.value is not None
    return ScorecardPage(
        language=language,
        block=_block(made),
        title=_("Scorecard of the survey results"),
        subtitles=(f"{made.text(wave.survey.title)} – {made.text(wave.title)}",),
        notices=tuple(_notices(made)),
        headline=_headline(made),
        profile=_profile(made) if shown else None,
        parts=tuple(_parts(made)) if shown else (),
        method=Part(_("How it was measured"), tuple(_method(made))),
        plan=plan_of(release, code, language, on),
        signature=signature_of(release, code, language),
        recipients=Part(
            _("Recipients:"), (_("the agency, to be displayed;"), _("the survey office;"), _("files."))
        ),
        provenance=_provenance(made),
    )


def _block(made: _Made) -> TitleBlock:
    _ = made._
    return TitleBlock(
        above=made.tree.label(made.parent, made.language) if made.parent else "",
        agency=made.tree.label(made.code, made.language),
        number=_("No.: ……… / ………"),
        nation=_("Socialist Republic of Viet Nam"),
        motto=_("Independence – Freedom – Happiness"),
        place_and_date=_place_and_date(made),
    )


def _place_and_date(made: _Made) -> str:
    """The place is the province or commune that the agency is or stands under; left out where there is none."""
    place = ""
    for code in reversed(made.tree.path(made.code)):
        agency = made.tree.get(code)
        if agency.kind in PLACES:
            place = KIND_WORDS.sub("", agency.label(made.language))
            break
    day = written_date(made.release.published_on, made.language)
    return f"{place}, {day}" if place else day[0].upper() + day[1:]


def written_date(day: date, language: str) -> str:
    """A date as documents write it. In Vietnamese a zero stands before days under 10 and before months 1 and 2."""
    if language != "vi":
        return show_date(day, language)
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def _notices(made: _Made) -> Iterator[str]:
    """What must not be overlooked, said plainly before any figure."""
    row = made.index
    if row is not None and row.value.value is not None and row.flag_reason:
        yield row.flag_reason
    run = made.release.run
    if run is not None and run.changes:
        text = made._("This is a corrected release. What changed: {changes}")
        yield text.format(changes=run.changes)


def _headline(made: _Made) -> Headline:
    _, row = made._, made.index
    if row is None or row.value.value is None:
        label = row.node_label if row is not None else _first_index(made)
        return Headline(label, "", "", tuple(_why_no_figure(made)), (), ())
    figures = [row, *(one for _name, one in made.beside)]
    axis = _axis(figures)
    bars = [_bar(made, axis, made.tree.label(made.code, made.language), row)]
    bars += [_bar(made, axis, name, one) for name, one in made.beside]
    return Headline(
        label=row.node_label,
        value=_said(made, row, row.value),
        measure=row.measure_label,
        sentences=tuple(_interval_said(made, row)),
        bars=tuple(bars),
        ticks=_ticks(made, axis),
    )


def _first_index(made: _Made) -> str:
    indices = instrument_of(made.release.wave).indices
    return text_in(indices[0].title, made.language) if indices else made._("Results")


def _why_no_figure(made: _Made) -> Iterator[str]:
    _, row = made._, made.index
    if not instrument_of(made.release.wave).indices:
        yield _("This instrument has no index; the figures of its items stand in the workbook of the agency.")
        return
    if row is None:
        yield _("There is no figure: nobody answered here, nor in an agency below.")
        return
    if "suppressed" not in (row.flag or ""):
        yield _("There is no figure: no answer here counts for it.")
        return
    threshold = made.head["options"]["threshold"]
    yield _(
        "No figure is shown: fewer than {threshold} people answered here or in a neighbouring agency."
    ).format(threshold=threshold)
    yield _("So nobody's answer can be recognised, and none can be worked out from the figures of others.")
    yield _("Every answer counts: it is part of the figures of the agency above and of all agencies.")


def _interval_said(made: _Made, row: Row) -> Iterator[str]:
    _ = made._
    if row.low.value is not None:
        sentences = {
            "band": _("Variation band at {level}, which is no confidence interval: {low} to {high}."),
            "fpc-margin": _("{level} margin for those who did not answer: {low} to {high}."),
        }
        usual = _("{level} confidence interval: {low} to {high}.")
        yield sentences.get(row.interval_method, usual).format(
            level=made.level, low=_said(made, row, row.low), high=_said(made, row, row.high)
        )
    yield _("From {responses}.").format(responses=show_responses(int(row.n.value), made.language))


def _profile(made: _Made) -> Profile | None:
    """The factors beside all agencies, or the agency above; the items of an instrument without factors."""
    _, head = made._, made.index
    chosen = [row for row in made.rows if row.kind != "item" and row is not head]
    if len(chosen) > MOST_FACTORS:
        chosen = [row for row in chosen if row.node.count(".") <= 1]
    title = _("Factors of the index")
    if not chosen:
        chosen, title = [row for row in made.rows if row.kind == "item"], _("Items")
        if len(chosen) > MOST_ITEMS:
            return None
    if not chosen:
        return None
    name, others = _compared(made)
    compared = [others[row.node, row.measure] for row in chosen if (row.node, row.measure) in others]
    shown = [row for row in (*chosen, *compared) if row.measure == head.measure]
    axis = _axis(shown)
    bars = tuple(
        _bar(
            made,
            axis if row.measure == head.measure else None,
            row.node_label,
            row,
            others.get((row.node, row.measure)),
            max(0, row.node.count(".") - 1),
        )
        for row in chosen
    )
    key = [_("Dot: value. Line: interval at {level}.").format(level=made.level)]
    if others:
        key.append(_("Diamond: {group}.").format(group=name))
    if axis[0] > 0:
        key.append(_("The axis does not begin at 0."))
    marks = {mark for row in chosen for one in (row.value, row.low, row.n) if (mark := one.mark)}
    key += [f"{fact.label} {fact.text}." for fact in mark_facts(marks, made.language)]
    shares = {row.measure == "top_box" for row in chosen}
    unit = _("% or points") if len(shares) > 1 else "%" if shares == {True} else _("index points")
    return Profile(
        title=title,
        columns=(
            title,
            "",
            _("Value, {unit}").format(unit=unit),
            _("From – to"),
            "n",
            name if others else "",
        ),
        bars=bars,
        ticks=_ticks(made, axis),
        key=" ".join(key),
    )


def _compared(made: _Made) -> tuple[str, dict[tuple[str, str], Row]]:
    """The largest group the agency is set beside: its name, and its rows with a figure by their address."""
    if not made.beside:
        return "", {}
    name, index = made.beside[-1]
    return name, {
        (row.node, row.measure): row for row in made.of(index.domain) if row.value.value is not None
    }


def _parts(made: _Made) -> Iterator[Part]:
    _ = made._
    ends = item_ends(_items_of_index(made), made.kind)
    if ends is not None and (ends.best is None or ends.worst is None):
        yield Part(
            _("Strongest and weakest items"),
            (
                _("None stands out: the intervals do not tell the items apart ({of} items).").format(
                    of=ends.of
                ),
            ),
        )
    elif ends is not None:
        yield Part(_("Highest items"), tuple(_end_said(made, ends.best, ends.of, best=True)), listed=True)
        yield Part(_("Lowest items"), tuple(_end_said(made, ends.worst, ends.of, best=False)), listed=True)
    if (change := change_said(made.release, made.code, made.index, made.language)) is not None:
        yield change
    rate = response_rate(made.release, made.tree, made.code)
    if rate is not None:
        yield Part(_("How many answered"), (_rate_said(made, rate),))


def _items_of_index(made: _Made) -> list[Row]:
    """The items that the index is made of, so that what is asked beside it is not called weak or strong."""
    instrument, index = instrument_of(made.release.wave), made.index.node
    below = {code for _index, path, node in instrument.walk() for code in node.items if _within(path, index)}
    return [row for row in made.rows if row.kind == "item" and row.node in below]


def _within(path: str, index: str) -> bool:
    return path == index or path.startswith(f"{index}.")


def _end_said(made: _Made, end: End, of: int, *, best: bool) -> Iterator[str]:
    _ = made._
    if not end.items:
        text = (
            _("None stands out at the top: {count} of {of} items are not told apart from the highest.")
            if best
            else _("None stands out at the bottom: {count} of {of} items are not told apart from the lowest.")
        )
        yield text.format(count=end.count, of=of)
        return
    for row in end.items:
        said = f"{row.node_label}: {_said(made, row, row.value)}"
        bounds = [show(one, _kind(row), made.language) for one in (row.low, row.high)]
        yield said if row.low.value is None else f"{said} ({' – '.join(bounds)})"
    if end.count > 1:
        yield _("These {count} are not told apart; their order is that of the questionnaire.").format(
            count=end.count
        )


def _rate_said(made: _Made, rate: Rate) -> str:
    _ = made._
    facts = {
        "rate": show(rate.rate, "percent", made.language),
        "answered": show(rate.answered, "count", made.language),
        "of": show(rate.of, "count", made.language),
    }
    if rate.people:
        return _("{answered} of {of} people who were asked answered: {rate}%.").format(**facts)
    return _("{answered} answers to {of} transactions of the same days: {rate}%.").format(**facts)


def _method(made: _Made) -> Iterator[str]:
    _, instrument = made._, instrument_of(made.release.wave)
    yield _("Instrument {identity}: {source}.").format(
        identity=instrument.identity,
        source=re.split(r"(?<=[^.])\.(?:\s|$)", instrument.source, maxsplit=1)[0],
    )
    yield {
        "probability": _(
            "Places, days or people were drawn by chance; the interval takes the way of drawing into account, and says"
            " how far the figure may lie from that of everyone served."
        ),
        "census": _(
            "Everyone was asked; the margin supposes that those who did not answer are like those who did."
        ),
        "volunteer": _(
            "Whoever wished could answer; nothing here is ranked or tested, and what others think is not known."
        ),
    }[made.kind]


def _provenance(made: _Made) -> Provenance:
    _, release = made._, made.release
    wave = release.wave
    short = release.results_sha256[:HASH_SHOWN]
    identity = f"{wave.survey.code}/{wave.code}/{release.number}"
    lines = [
        _("Release {number} of {day} ({identity}).").format(
            number=release.number, day=show_date(release.published_on, made.language), identity=identity
        ),
        _("The hash of its results begins with {hash}.").format(hash=short),
    ]
    address = ""
    if made.address:
        address = f"{made.address}/verify/?release={quote(identity, safe='/')}&hash={short}"
        lines.append(
            _("To check it, scan the code or open {address}.").format(address=f"{made.address}/verify/")
        )
    return Provenance(_("Release and check"), tuple(lines), address, _("Scan to check this release:"))


def _matching(rows: Sequence[Row], wanted: Row) -> Row | None:
    return next((row for row in rows if (row.node, row.measure) == (wanted.node, wanted.measure)), None)


def _same(one: Row, other: Row) -> bool:
    return (one.value, one.n, one.low) == (other.value, other.n, other.low)


def _kind(row: Row) -> ColumnKind:
    return "percent" if row.measure == "top_box" else "points"


def _said(made: _Made, row: Row, figure: Figure) -> str:
    text = show(figure, _kind(row), made.language)
    return f"{text}%" if row.measure == "top_box" and figure.value is not None else text


def _bar(
    made: _Made,
    axis: tuple[int, int] | None,
    label: str,
    row: Row,
    beside: Row | None = None,
    depth: int = 0,
) -> Bar:
    whisker = axis is not None and row.low.value is not None and row.high.value is not None
    low, high = (show(one, _kind(row), made.language) for one in (row.low, row.high))
    return Bar(
        label=label,
        value=_said(made, row, row.value)
        if row.kind == "index"
        else show(row.value, _kind(row), made.language),
        interval=f"{low} – {high}" if row.low.value is not None else low,
        n=show(row.n, "count", made.language),
        at=_place(axis, row.value),
        low=_place(axis, row.low) if whisker else None,
        high=_place(axis, row.high) if whisker else None,
        reference=_place(axis, beside.value) if beside is not None else None,
        compared=show(beside.value, _kind(beside), made.language) if beside is not None else "",
        depth=depth,
    )


def _axis(rows: Sequence[Row]) -> tuple[int, int]:
    """From the ten below the lowest bound to the ten above the highest."""
    held = [one.value for row in rows for one in (row.value, row.low, row.high) if one.value is not None]
    low, high = (10 * floor(min(held) / 10), 10 * ceil(max(held) / 10)) if held else (0, 100)
    return (low, high) if high > low else (max(0, low - 10), low + 10 if low < 100 else 100)


def _ticks(made: _Made, axis: tuple[int, int]) -> tuple[Tick, ...]:
    low, high = axis
    step = 5 if high - low <= 20 else 10 if high - low <= 50 else 20
    first = step * ceil(low / step)
    return tuple(
        Tick(_share(axis, number), show(Figure(number), "count", made.language))
        for number in range(first, high + 1, step)
    )


def _place(axis: tuple[int, int] | None, figure: Figure) -> float | None:
    return None if axis is None or figure.value is None else _share(axis, figure.value)


def _share(axis: tuple[int, int], value: float) -> float:
    # Rounded, so that the last bit of a division never makes another drawing.
    return round((value - axis[0]) / (axis[1] - axis[0]), 6)
