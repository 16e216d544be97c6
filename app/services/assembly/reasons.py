"""Why a figure is flagged or has no interval, in a sentence of the reader's language."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from app.messages import translations

from .records import Record


def flag_reason(record: Record, language: str) -> str | None:
    """The sentences of a record's reasons joined; None where there is nothing to say."""
    _ = translations(language).gettext
    sentences = [_sentence(_, reason, about) for reason, about in record.reason]
    return " ".join(sentences) or None


def sentences_of_a_wave(language: str, n_clusters: int) -> tuple[str, ...]:
    """Sentences that hold for all figures of a domain alike, where they hold at all."""
    _ = translations(language).gettext
    return _sentence(_, "volunteer", ""), _sentence(_, "no_band", str(n_clusters))


# What a reason can be about stands in its sentence: a number, an item, or nothing.
KNOWN = (
    ("hidden", "{about}"),
    ("no_answer", "{about}"),
    ("no_answer", ""),
    ("small", "{about}"),
    ("volunteer", ""),
    ("no_band", "{about}"),
    ("one_psu", ""),
    ("constant", ""),
    ("complete", ""),
    ("no_head_count", ""),
)


@lru_cache(maxsize=1000)
def reasons_in(told: str) -> tuple[tuple[str, str], ...]:
    """The reasons that the English sentences of a results document name, in their order; unknown ones are left out."""
    found = []
    for reason, about in KNOWN:
        sentence = re.escape(_sentence(str, reason, about)).replace(re.escape("{about}"), r"(\S+?)")
        found += [
            (one.start(), (reason, one.group(1) if about else "")) for one in re.finditer(sentence, told)
        ]
    return tuple(reason for _, reason in sorted(found))


def _sentence(_: Callable[[str], str], reason: str, about: str) -> str:
    sentences = {
        "hidden": _("Not shown: fewer than {about} answers, here or in a neighbouring figure."),
        "no_answer": _("Nobody gave a valid answer to item {about}.")
        if about
        else _("There is no valid answer."),
        "small": _("Fewer than {about} answers: a small sample."),
        "volunteer": _(
            "People chose themselves to answer, so this is an indication and not a survey estimate."
        ),
        "no_band": _("No variation band: that takes clusters and at least {about} of them."),
        "one_psu": _("Every stratum here is a single sampling unit, so the uncertainty cannot be estimated."),
        "constant": _("All answers agree, so the data say nothing about the uncertainty."),
        "complete": _("Everyone asked answered, so there is no margin."),
        "no_head_count": _("No margin: how many people were asked here is not known."),
    }
    return sentences[reason].format(about=about)
