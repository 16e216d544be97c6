"""What the office prints: posters, receipt slips, paper forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from flask import Response, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as Redirection

from app import clock
from app.config import office_day
from app.manage.blueprint import blueprint
from app.manage.fields import whole_number
from app.manage.finding import entered_collectors, entered_wave
from app.manage.words import language_names
from app.messages import translations
from app.models import Collector, Wave
from app.office_pages import office_page, page_language
from app.printing import forms, posters
from app.printing import slips as slip_pages
from app.printing.typesetting import PrintingUnavailable
from app.queries.agencies import get_tree
from app.queries.waves import get_wave
from app.services import slips
from app.services.printing.addresses import public_address
from app.services.printing.forms import make_paper_form
from app.services.printing.languages import print_languages
from app.services.printing.posters import make_posters
from app.services.printing.slips import make_slip_sheets
from app.services.spoken import SpokenError

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

UNAVAILABLE = _("Pages cannot be printed here, because typst is missing: pip install 'hailong[pdf]'.")
CHOOSE_LINK = _("Choose a link of this wave.")


class _NoLink(SpokenError):
    """The form named no link."""


@blueprint.get("/<survey>/<wave>/print/")
def print_page(survey: str, wave: str) -> Response:
    """What can be printed for a wave."""
    return _page(entered_wave(survey, wave))


@blueprint.get("/<survey>/<wave>/print/posters.pdf")
def print_posters(survey: str, wave: str) -> Response:
    """A poster for one link or for all of the wave."""
    found = entered_wave(survey, wave)

    def drawn() -> bytes:
        made = make_posters(
            found,
            _chosen(found, request.args, every=True),
            address=public_address(request.args.get("address", "")),
            language=request.args.get("language", ""),
            contact=request.args.get("contact", "")[:200],
            minutes=whole_number(request.args, "minutes"),
        )
        return posters.posters_pdf(made, office_day(clock.now()))

    return _pdf(found, f"posters-{survey}-{wave}.pdf", drawn)


@blueprint.get("/<survey>/<wave>/print/form.pdf")
def print_form(survey: str, wave: str) -> Response:
    """The paper form, for one place or with the place left open."""
    found = entered_wave(survey, wave)

    def drawn() -> bytes:
        chosen = _chosen(found, request.args, every=True) if request.args.get("link") else []
        form = make_paper_form(
            found,
            chosen[0] if chosen else None,
            language=request.args.get("language", ""),
            first=whole_number(request.args, "first") or 0,
            copies=whole_number(request.args, "copies") or 0,
        )
        return forms.form_pdf(form, office_day(clock.now()))

    return _pdf(found, f"form-{survey}-{wave}.pdf", drawn)


@blueprint.post("/<survey>/<wave>/print/slips.pdf")
def print_slips(survey: str, wave: str) -> Response:
    """New slips: their codes are on this PDF and nowhere else."""
    found = get_wave(survey, wave)

    def drawn() -> bytes:
        (collector,) = _chosen(found, request.form)
        address = public_address(request.form.get("address", ""))
        language = print_languages(found, request.form.get("language", ""))[0]
        # An empty sheet first: codes that could not be printed afterwards would be lost.
        day = office_day(clock.now())
        slip_pages.slips_pdf(
            make_slip_sheets(collector, [slips.Sheet(0, ())], address=address, language=language), day
        )
        made = slips.make_sheets(collector, whole_number(request.form, "sheets") or 0)
        return slip_pages.slips_pdf(
            make_slip_sheets(collector, made, address=address, language=language), day
        )

    return _pdf(found, f"slips-{survey}-{wave}.pdf", drawn)


@blueprint.post("/<survey>/<wave>/print/door")
def set_door(survey: str, wave: str) -> Response | Redirection:
    """Whether a link opens only with a slip."""
    found = get_wave(survey, wave)
    try:
        (collector,) = _chosen(found, request.form)
        slips.set_door(collector, slips=request.form.get("slips") == "1")
    except SpokenError as refused:
        return _page(found, refused.said(page_language()), 422)
    return redirect(url_for("manage.print_page", survey=survey, wave=wave, _anchor="slips"), 303)


def _page(wave: Wave, problem: str = "", status: int = 200) -> Response:
    collectors = entered_collectors(wave)
    tree = get_tree(wave.tree_date)
    language = page_language()
    return office_page(
        "manage/print.html",
        status,
        wave=wave,
        collectors=collectors,
        names={one.agency.code: tree.label(one.agency.code, language) for one in collectors},
        slips=slips.count_slips([one.id for one in collectors]),
        language_names=language_names(wave.languages),
        address=request.values.get("address") or request.url_root.rstrip("/"),
        problem=problem,
    )


def _pdf(wave: Wave, name: str, drawn: Callable[[], bytes]) -> Response:
    try:
        body = drawn()
    except SpokenError as refused:
        return _page(wave, refused.said(page_language()), 422)
    except PrintingUnavailable:
        return _page(wave, translations(page_language()).gettext(UNAVAILABLE), 503)
    response = make_response(body)
    response.content_type = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.cache_control.no_store = True
    return response


def _chosen(wave: Wave, sent: Mapping[str, str], *, every: bool = False) -> Sequence[Collector]:
    """The link whose number was sent; with `every`, all links where none was."""
    collectors = entered_collectors(wave)
    if every and not sent.get("link"):
        return collectors
    wanted = whole_number(sent, "link")
    found = [one for one in collectors if one.number == wanted]
    if not found:
        raise _NoLink(CHOOSE_LINK)
    return found
