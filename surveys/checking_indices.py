"""Rules of index trees: what a node may hold, and which ways of scoring fit together (CONTRACTS 3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from surveys.checking_items import item_paths, looked_at, lopsided
from surveys.instrument import Instrument, Item, Node, inherit
from surveys.problems import Finding, Path, closest

_TOGETHER = ("pooled_answers", "mean_of_items")  # put all items below together, whatever lies between
_AVERAGING = ("mean_of_children", "respondent_mean")


@dataclass(frozen=True, slots=True)
class Place:
    """A node with its rules resolved and the nodes above it, the index first."""

    node: Node
    path: Path
    above: tuple[Place, ...] = ()


def check(instrument: Instrument) -> Iterator[Finding]:
    """Findings of every node of every index, parents first."""
    paths = item_paths(instrument)
    for at, index in enumerate(instrument.indices):
        seen: set[str] = set()
        for place in _places(Place(index, ("indices", at))):
            yield from _shape(place)
            yield from _rules(place)
            yield from _respondent(place)
            yield from _satisfied(place)
            for position in range(len(place.node.items)):
                yield from _item(instrument, paths, place, position, seen)


def _places(place: Place) -> Iterator[Place]:
    yield place
    for position, child in enumerate(place.node.children):
        path = (*place.path, "children", position)
        node = inherit(place.node, child)
        yield from _places(Place(node, path, (*place.above, place)))


def _shape(place: Place) -> Iterator[Finding]:
    node = place.node
    if node.items and node.children:
        yield Finding("node_both", place.path)
    if not node.items and not node.children:
        yield Finding("node_empty", place.path)
    if node.items and node.score == "points" and node.points is None:
        yield Finding("points_without_points", place.path)


def _rules(place: Place) -> Iterator[Finding]:
    """What the nodes above allow this one."""
    node = place.node
    about = tuple((*above.path, key) for above in place.above for key in ("score", "aggregate"))
    parent = place.above[-1].node if place.above else node
    together = [above.node for above in place.above if above.node.aggregate in _TOGETHER]
    if node.score != parent.score and together:
        context = {"score": node.score, "aggregate": together[0].aggregate, "other": together[0].score}
        yield Finding("mixed_scores", (*place.path, "score"), context, about)
    if parent.aggregate == "respondent_mean" and node.aggregate != "respondent_mean":
        path = (*place.path, "aggregate")
        yield Finding("mixed_respondent_mean", path, {"aggregate": node.aggregate}, about)
    if node.coefficient != 1:
        path = (*place.path, "coefficient")
        if any(above.node.aggregate == "pooled_answers" for above in place.above):
            yield Finding("coefficient_below_pooled", path, {}, about)
        elif not place.above or parent.aggregate not in _AVERAGING:
            yield Finding("coefficient_unused", path, {}, about)


def _respondent(place: Place) -> Iterator[Finding]:
    """The two rules that only a respondent_mean reads."""
    node = place.node
    about = ((*place.path, "aggregate"), (*place.path, "children"))
    if node.min_children is not None:
        path = (*place.path, "min_children")
        if node.aggregate != "respondent_mean" or not node.children:
            yield Finding("respondent_rule_unused", path, {"key": "min_children"}, about)
        elif node.min_children > len(node.children):
            context = {"value": node.min_children, "count": len(node.children)}
            yield Finding("min_children_too_many", path, context, about)
    given_here = not place.above or place.above[-1].node.min_answered != node.min_answered
    if node.min_answered is not None and given_here and not _reads_answered(node):
        path = (*place.path, "min_answered")
        yield Finding("respondent_rule_unused", path, {"key": "min_answered"}, about)


def _satisfied(place: Place) -> Iterator[Finding]:
    node = place.node
    given_here = not place.above or place.above[-1].node.satisfied != node.satisfied
    if node.satisfied and given_here and not _reads_satisfied(node):
        about = tuple((*each.path, "score") for each in (*place.above, place))
        yield Finding("satisfied_unused", (*place.path, "satisfied"), {"score": node.score}, about)


def _reads_satisfied(node: Node) -> bool:
    """Whether this node or one below it, with its rules resolved, scores items as top_box."""
    if node.score == "top_box" and node.items:
        return True
    return any(_reads_satisfied(inherit(node, child)) for child in node.children)


def _reads_answered(node: Node) -> bool:
    """Whether this node or one below it, with its rules resolved, is a respondent_mean over items."""
    if node.aggregate == "respondent_mean" and node.items:
        return True
    return any(_reads_answered(inherit(node, child)) for child in node.children)


def _item(
    instrument: Instrument, paths: dict[str, Path], place: Place, position: int, seen: set[str]
) -> Iterator[Finding]:
    code = place.node.items[position]
    path = (*place.path, "items", position)
    context: dict[str, object] = {"value": code}
    if code not in paths:
        about = tuple((*at, "code") for at in paths.values())
        yield Finding("unknown_item", path, context | {"advice": closest(code, paths)}, about)
        return
    if code in seen:
        yield Finding("item_twice", path, context)
        return
    seen.add(code)
    item = instrument.item(code)
    about = (*looked_at(item, paths[code]), (*place.path, "score"))
    if item.role != "score":
        yield Finding("item_not_scored", path, context | {"role": item.role}, about)
    if item.type != "choice":
        yield Finding("item_not_choice", path, context | {"type": item.type}, about)
    elif item.scale is None or item.scale in instrument.scales:
        for rule in _unscorable(instrument, item, place.node):
            yield Finding(rule, path, context, about)
        if place.node.score == "top_box":
            yield from _in_item(instrument, item, place.node, path, about)


def _in_item(
    instrument: Instrument, item: Item, node: Node, path: Path, about: tuple[Path, ...]
) -> Iterator[Finding]:
    """What the index's own `satisfied` asks of an item."""
    values = {o.code: o.value for o in instrument.options(item) if o.value is not None}
    for code in node.satisfied:
        if code not in values:
            yield Finding("satisfied_not_in_item", path, {"value": item.code, "option": code}, about)
    if node.satisfied and item.reverse and not instrument.satisfied(item):
        yield from lopsided(set(values.values()), path, about)


def _unscorable(instrument: Instrument, item: Item, node: Node) -> Iterator[str]:
    """Rules that keep an item from being scored as its node wants."""
    values = {option.value for option in instrument.options(item) if option.value is not None}
    if node.score == "top_box" and not (node.satisfied or instrument.satisfied(item)):
        yield "top_box_without_satisfied"
    if node.score == "mean_100" and len(values) < 2:
        yield "mean_100_without_values"
    if node.score == "points":
        if not values:
            yield "points_without_values"
        if not item.max or item.max < 0:
            yield "points_without_max"
