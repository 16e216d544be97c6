"""Units as a list names them: by code or by name, as of the wave's tree date, and what became of them since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import Agency, AgencyName
from app.queries.agencies import get_tree

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str

Said = tuple[str, Mapping[str, object]]


class UnitUnknown(LookupError):
    """No unit of the tree date is meant; `sentence` and `facts` say why."""

    def __init__(self, sentence: str, **facts: object):
        super().__init__(sentence % facts)
        self.sentence, self.facts = sentence, facts


class Units:
    """Every agency there ever was, seen from one day."""

    def __init__(self, on: date):
        self.on, self.tree = on, get_tree(on)
        agencies = db.session.scalars(
            select(Agency).options(joinedload(Agency.names), joinedload(Agency.merged_into))
        ).unique()
        self._agencies = {one.code: one for one in agencies}
        self._now: dict[str, set[str]] = defaultdict(set)
        self._ever: dict[str, set[str]] = defaultdict(set)
        for one in self._agencies.values():
            for name in one.names:
                self._ever[name.name.casefold()].add(one.code)
                if one.code in self.tree and _holds(name, on):
                    self._now[name.name.casefold()].add(one.code)

    def find(self, text: str) -> str:
        """The code of the unit that is meant by a code or a name. Raises UnitUnknown."""
        if text in self.tree:
            return text
        named = self._now.get(text.casefold(), set())
        if len(named) == 1:
            return next(iter(named))
        if named:
            raise UnitUnknown(
                _("%(unit)s is the name of several units; write the code of one: %(codes)s."),
                unit=text,
                codes=", ".join(sorted(named)),
            )
        if text in self._agencies:
            raise self._not_on_the_day(self._agencies[text])
        if once := sorted(self._ever.get(text.casefold(), set())):
            raise self._other_name(text, self._agencies[once[0]])
        raise UnitUnknown(
            _("No unit %(unit)s exists on %(day)s; correct the code or import the agencies."),
            unit=text,
            day=self.on,
        )

    def is_called(self, code: str, name: str) -> bool:
        """Whether the unit has this name on the day."""
        return code in self._now.get(name.casefold(), set())

    def was_called(self, code: str, name: str) -> bool:
        """Whether the unit has this name on any day."""
        return code in self._ever.get(name.casefold(), set())

    def label(self, code: str) -> str:
        """The unit's name on the day."""
        return self.tree.label(code, "vi")

    def changes(self, code: str) -> Iterator[Said]:
        """What became of a unit after the day, one sentence each."""
        one = self._agencies[code]
        facts = {"unit": code, "day": self.on}
        if one.valid_to is not None and one.merged_into is not None:
            yield (
                _(
                    "Unit %(unit)s went up in %(heir)s on %(end)s, after the wave's tree date %(day)s; its staff are "
                    "counted as it stood then."
                ),
                {**facts, "heir": one.merged_into.code, "end": one.valid_to},
            )
        elif one.valid_to is not None:
            yield (
                _(
                    "Unit %(unit)s ends on %(end)s, after the wave's tree date %(day)s; its staff are counted as it "
                    "stood then."
                ),
                {**facts, "end": one.valid_to},
            )
        later = sorted((name.valid_from, name.name) for name in one.names if name.valid_from > self.on)
        if later:
            since, name = later[0]
            yield (
                _(
                    "Unit %(unit)s is called %(name)s since %(since)s; the wave speaks of it as on its tree date "
                    "%(day)s."
                ),
                {**facts, "name": name, "since": since},
            )

    def _not_on_the_day(self, one: Agency) -> UnitUnknown:
        facts = {"unit": one.code, "day": self.on}
        if one.valid_from > self.on:
            return UnitUnknown(
                _(
                    "Unit %(unit)s begins on %(begin)s, after the wave's tree date %(day)s; write a unit of that day."
                ),
                **facts,
                begin=one.valid_from,
            )
        if one.merged_into is not None:
            return UnitUnknown(
                _(
                    "Unit %(unit)s went up in %(heir)s on %(end)s, before the wave's tree date %(day)s; write %(heir)s."
                ),
                **facts,
                heir=one.merged_into.code,
                end=one.valid_to,
            )
        return UnitUnknown(
            _(
                "Unit %(unit)s ended on %(end)s, before the wave's tree date %(day)s; write a unit of that day."
            ),
            **facts,
            end=one.valid_to,
        )

    def _other_name(self, text: str, one: Agency) -> UnitUnknown:
        if one.code not in self.tree:
            return self._not_on_the_day(one)
        return UnitUnknown(
            _("%(unit)s is not what unit %(code)s is called on %(day)s, but %(name)s; write its code."),
            unit=text,
            code=one.code,
            day=self.on,
            name=self.label(one.code),
        )


def _holds(name: AgencyName, on: date) -> bool:
    return name.valid_from <= on and (name.valid_to is None or name.valid_to > on)
