"""Who answers for a scorecard: the improvement plan of the agency, and the sign-off of its head."""

from __future__ import annotations

from datetime import date

from app.config import office_day
from app.figures import show_date
from app.messages import translations
from app.models import Release
from app.printing.scorecard import Plan, PlanLine, Signature
from app.queries.improvement import find_sign_off, list_lines
from app.queries.waves import instrument_of
from app.services.assembly.labels import text_in
from app.services.improvement import is_late, state_label


def plan_of(release: Release, agency: str, language: str, on: date) -> Plan | None:
    """The plan as it stands on a day; None where there is none."""
    lines = list_lines(release, agency)
    if not lines:
        return None
    _ = translations(language).gettext
    texts = {item.code: text_in(item.text, language) for item in instrument_of(release.wave).items}
    shown = []
    for place, line in enumerate(lines, start=1):
        late, state = is_late(line, on), state_label(line.state, language)
        shown.append(
            PlanLine(
                number=str(place),
                measure=line.measure,
                answers=_("Answers: {item}").format(item=texts.get(line.item, line.item))
                if line.item
                else "",
                owner=line.owner,
                due=show_date(line.due_on, language),
                state=_("{state}, overdue").format(state=state) if late else state,
                late=late,
            )
        )
    return Plan(
        title=_("Improvement plan"),
        columns=(_("Line"), _("What is to be done"), _("Who answers for it"), _("Due"), _("How far")),
        lines=tuple(shown),
        note=_("As it stands on {day}.").format(day=show_date(on, language)),
    )


def signature_of(release: Release, agency: str, language: str) -> Signature:
    """The sign-off of exactly this release, or room for a signature by hand."""
    _ = translations(language).gettext
    signed = find_sign_off(release, agency)
    if signed is None:
        return Signature(_("Head of the agency"), "", "", "", "")
    day = show_date(office_day(signed.signed_at), language)
    return Signature(
        position=signed.position,
        name=signed.signed_name,
        signed=_("Signed off in Hailong on {day}").format(day=day),
        comment=signed.comment,
        comment_title=_("Comment of the head of the agency"),
    )
