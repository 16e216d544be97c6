"""The promise: versions of its wording as files, filled with the facts of a wave, and shown word for word.

`app/promises/<code>-<version>.yaml` holds one version in every language, with blanks for what differs between waves.
Choosing one for a wave keeps the filled text in a row that never changes; other words or other facts are another
row. From the first invitation used on, the wave's promise stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.dates import format_date
from ruamel.yaml import YAML
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.extensions import db, transaction
from app.messages import locale
from app.models import Promise, Wave
from app.queries.staff import is_answered
from app.services.spoken import SpokenError

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

FOLDER = Path(__file__).parents[2] / "promises"
BLANKS = ("threshold", "retain_until", "contact")
LONGEST_CONTACT = 200


class PromiseRefused(SpokenError):
    """The wave's promise was not changed."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One version of the promise; `text` by language, with the blanks `{threshold}`, `{retain_until}`, `{contact}`."""

    code: str
    version: int
    text: Mapping[str, str]

    @property
    def name(self) -> str:
        """How it is chosen, and what the rows of its filled texts are called."""
        return f"{self.code}-{self.version}"


@cache
def wordings() -> dict[str, Wording]:
    """Every wording by name, the newest version of each code first."""
    found = [_read(path) for path in FOLDER.glob("*.yaml")]
    return {one.name: one for one in sorted(found, key=lambda one: (one.code, -one.version))}


def choose(wave: Wave, name: str, contact: str) -> Promise:
    """Promise this wording to those who will answer; `contact` is whom they can ask.

    The wave needs its day of destruction first, because the promise names it. Raises PromiseRefused.
    """
    contact = " ".join(contact.split())
    if name not in wordings():
        raise PromiseRefused(
            _("There is no promise “%(name)s”; choose one of %(known)s."),
            name=name,
            known=", ".join(wordings()),
        )
    if not 1 <= len(contact) <= LONGEST_CONTACT:
        raise PromiseRefused(
            _(
                "Write whom to ask, in 1 to %(most)s signs: a person or an office, with a number or an address."
            ),
            most=LONGEST_CONTACT,
        )
    with transaction() as session:
        if not wave.anonymous:
            raise PromiseRefused(_("This wave is not anonymous; plan an anonymous wave for staff."))
        if is_answered(wave):
            raise PromiseRefused(
                _("Answers were given under the promise as it stands; it cannot be changed any more.")
            )
        if wave.retain_until is None:
            raise PromiseRefused(_("Set first until when raw answers are kept: the promise names that day."))
        found = _row(session, wave, wordings()[name], contact)
        wave.promise_id = found.id
        return found


def word_anew(session: Session, wave: Wave) -> None:
    """The wave's promise with its facts as they now are, within the caller's transaction."""
    promise = session.get_one(Promise, wave.promise_id)
    wave.promise_id = _row(session, wave, wordings()[promise.code], contact_in(promise)).id


def promise_of(wave: Wave) -> Promise | None:
    """The promise of a wave as it is shown."""
    return db.session.get(Promise, wave.promise_id) if wave.promise_id else None


def contact_in(promise: Promise) -> str:
    """Whom a filled promise says to ask."""
    language, text = next(iter(promise.text.items()))
    pattern = re.escape(wordings()[promise.code].text[language])
    for blank in BLANKS:
        pattern = pattern.replace(re.escape(f"{{{blank}}}"), rf"(?P<{blank}>[^\n]+?)")
    found = re.fullmatch(pattern, text)
    return found["contact"] if found else ""


def _row(session: Session, wave: Wave, wording: Wording, contact: str) -> Promise:
    text = {
        language: words.replace("{threshold}", str(wave.threshold))
        .replace("{retain_until}", format_date(wave.retain_until, "long", locale=locale(language)))
        # Last, so that nothing in it is taken for a blank.
        .replace("{contact}", contact)
        for language, words in wording.text.items()
    }
    rows = session.scalars(select(Promise).where(Promise.code == wording.name)).all()
    for one in rows:
        if one.text == text:
            return one
    last = session.scalar(select(func.max(Promise.version)).where(Promise.code == wording.name)) or 0
    row = Promise(code=wording.name, version=last + 1, text=text)
    session.add(row)
    session.flush()
    return row


def _read(path: Path) -> Wording:
    found = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    wording = Wording(
        found["code"], found["version"], {one: text.strip() for one, text in found["text"].items()}
    )
    if path.stem != wording.name:
        raise ValueError(f"{path} holds the promise {wording.name}; name the file so.")
    for language, text in wording.text.items():
        if any(text.count(f"{{{blank}}}") != 1 for blank in BLANKS):
            raise ValueError(f"{path}: the text in {language} needs each of {', '.join(BLANKS)} once.")
    return wording
