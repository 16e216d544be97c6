"""What would make one answer rare among its group is withheld before it is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

# In each group every combination of profile answers that is written belongs to at least so many people.
LEAST_ALIKE = 5

Profile = tuple[
    str | None, ...
]  # one code per profile item, in a fixed order; None: not answered, or withheld


def withhold(profiles: Sequence[Profile], least: int = LEAST_ALIKE) -> list[Profile]:
    """The same profiles with as much withheld as is needed: each that is left stands at least `least` times.

    Item by item in the given order: where a code is rarer than `least` among those alike so far, it is withheld;
    if those without a code are then fewer than `least`, the rarest of the others joins them. So what comes first
    survives best (k-anonymity by local suppression; Samarati, P. (2001), IEEE TKDE 13(6), 1010-1027). Fewer than
    `least` people in all lose every code.
    """
    kept: list[list[str | None]] = [[] for _ in profiles]
    _split(list(range(len(profiles))), profiles, 0, least, kept)
    return [tuple(one) for one in kept]


def _split(
    alike: list[int], profiles: Sequence[Profile], item: int, least: int, kept: list[list[str | None]]
) -> None:
    if not alike or item == len(profiles[alike[0]]):
        return
    counts = Counter(profiles[one][item] for one in alike)
    shown = {code for code, count in counts.items() if code is not None and count >= least}
    without = sum(count for code, count in counts.items() if code not in shown)
    while shown and 0 < without < least:
        rarest = min(shown, key=lambda code: (counts[code], code))
        shown.discard(rarest)
        without += counts[rarest]
    parts: dict[str | None, list[int]] = {}
    for one in alike:
        code = profiles[one][item]
        code = code if code in shown else None
        kept[one].append(code)
        parts.setdefault(code, []).append(one)
    for part in parts.values():
        _split(part, profiles, item + 1, least, kept)
