"""Why a change to the agencies was not made, in sentences that a page can say in its own language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.messages import translations
from app.services.errors import ServiceError

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str

OF_AGENCY = _("Agency %(agency)s: %(words)s")
IN_ROW = _("Row %(row)s, agency %(agency)s: %(words)s")


@dataclass(frozen=True, slots=True)
class AgencyProblem:
    """One fault of one row; `row` is that of the list, `rule` names what was broken."""

    row: int
    agency: str
    rule: str
    sentence: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def said(self, language: str) -> str:
        """The sentence in this language, without its row."""
        return _filled(language, self.sentence, self.facts)

    def __str__(self) -> str:
        return IN_ROW % {"row": self.row, "agency": self.agency, "words": self.said("en")}


class AgenciesRefused(ServiceError):
    """The list has faults and nothing was changed; `problems` holds every one, in order of rows."""

    def __init__(self, problems: Sequence[AgencyProblem]):
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class ChangeRefused(ServiceError):
    """A change to one agency would make no tree, or rewrite what a wave reports on."""

    def __init__(self, agency: str, sentence: str, **facts: object):
        super().__init__(OF_AGENCY % {"agency": agency, "words": sentence % facts if facts else sentence})
        self.agency = agency
        self.sentence = sentence
        self.facts = facts

    def said(self, language: str) -> str:
        """The sentence in this language."""
        words = _filled(language, self.sentence, self.facts)
        return translations(language).gettext(OF_AGENCY) % {"agency": self.agency, "words": words}


def _filled(language: str, sentence: str, facts: Mapping[str, object]) -> str:
    found = translations(language).gettext(sentence)
    return found % facts if facts else found
