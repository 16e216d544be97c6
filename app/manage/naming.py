"""An agency that somebody names in a form, by its code or by its name, with or without marks."""

from __future__ import annotations

from app.queries.agencies import AgencyTree
from app.queries.agency_lines import folded
from app.services.faults import Fault

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str

NO_AGENCY = _("No agency of that day has this code or name: %(text)s")
SEVERAL = _("Several agencies have this name; write the code of one: %(codes)s")


def named_agency(tree: AgencyTree, text: str, field: str, faults: list[Fault]) -> str | None:
    """The code of the agency that was named; None where nothing was typed, or nothing or too much fits."""
    if not text or text in tree:
        return text or None
    wanted = folded(text)
    found = [one.code for one in tree.agencies if wanted in map(folded, one.names.values())]
    if len(found) == 1:
        return found[0]
    if found:
        faults.append(Fault(field, SEVERAL, {"codes": ", ".join(found[:10])}))
    else:
        faults.append(Fault(field, NO_AGENCY, {"text": text[:80]}))
    return None
