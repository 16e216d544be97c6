"""Surveys: continuing programmes, each with its waves."""

from __future__ import annotations

from collections.abc import Mapping

from app.extensions import transaction
from app.models import Survey
from app.queries.waves import find_survey
from app.services import audit
from app.services.faults import Fault
from app.services.fieldwork.refusals import CodeTaken, SettingsRefused
from app.services.fieldwork.wave_faults import code_faults, title_faults

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str

# First parts of addresses below /office that are no survey's.
RESERVED = frozenset({"agencies", "instruments", "surveys", "accounts", "served", "unsent"})


def create_survey(code: str, title: Mapping[str, str]) -> Survey:
    """A new survey; `title` by language. Raises CodeTaken, SettingsRefused."""
    with transaction() as session:
        faults = [*code_faults("survey", code), *title_faults("survey", title)]
        if code in RESERVED:
            faults.append(
                Fault("code", _("The code %(code)s is the name of a page; choose another."), {"code": code})
            )
        if faults:
            raise SettingsRefused(faults)
        if find_survey(code):
            raise CodeTaken("survey", code)
        survey = Survey(code=code, title=dict(title))
        session.add(survey)
        audit.record(session, "survey.created", code)
        return survey
