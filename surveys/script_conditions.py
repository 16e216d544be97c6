"""Routing for the browser: a `show_if` as nested lists that `static/routing.js` evaluates.

The server evaluates every branch again; this only spares people questions that do not concern them.
"""

from __future__ import annotations

import json

from surveys.routing import And, Comparison, Not, Or, Term, parse


def condition_for_script(show_if: str | None) -> str | None:
    """JSON such as `["and", ["==", "q1", "yes"], ["not", ["contains", "q2", "tv"]]]`; None without condition."""
    if show_if is None:
        return None
    return json.dumps(_nested(parse(show_if).root), ensure_ascii=False, separators=(",", ":"))


def _nested(term: Term) -> list[object]:
    match term:
        case Comparison(item=item, operator=operator, literals=literals):
            return [operator, item, *literals]
        case Not(term=inner):
            return ["not", _nested(inner)]
        case And(terms=terms):
            return ["and", *map(_nested, terms)]
        case Or(terms=terms):
            return ["or", *map(_nested, terms)]
