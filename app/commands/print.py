"""`hailong print`: posters, receipt slips, paper forms and scorecards as PDF."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup

print = AppGroup("print", help="Posters, receipt slips, paper forms and scorecards as PDF.")

ADDRESS = click.option("--address", required=True, help="Where citizens reach this server: https://…")
LINKS = click.option("--link", "links", type=int, multiple=True, help="Number of a link.  [default: all]")
ON = click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Date in the PDF; the same date gives the same bytes.",
)
OUT = click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The PDF.")


@print.command("posters")
@click.argument("survey")
@click.argument("wave")
@ADDRESS
@LINKS
@click.option("--language", default="all", show_default=True, help="A language of the wave, or all of them.")
@click.option("--contact", default="", help="Whom to tell when the code does not work.")
@click.option("--minutes", type=click.IntRange(min=1), help="How long answering takes.")
@ON
@OUT
def posters(
    survey: str,
    wave: str,
    address: str,
    links: tuple[int, ...],
    language: str,
    contact: str,
    minutes: int | None,
    day: datetime | None,
    out: Path,
) -> None:
    """A poster for each link of WAVE of SURVEY."""
    from app.printing.posters import posters_pdf
    from app.queries.waves import get_wave
    from app.services.printing.addresses import public_address
    from app.services.printing.posters import make_posters

    found = get_wave(survey, wave)
    made = make_posters(
        found,
        _collectors(found, links),
        address=public_address(address),
        language=language,
        contact=contact,
        minutes=minutes,
    )
    _write(out, posters_pdf(made, _day(day)))
    click.echo(f"{len(made)} posters: {out}")


@print.command("slips")
@click.argument("survey")
@click.argument("wave")
@ADDRESS
@click.option("--link", required=True, type=int, help="Number of the link whose desk hands them out.")
@click.option("--sheets", default=1, show_default=True, help="Sheets of 24 codes.")
@click.option("--language", help="[default: the wave's first]")
@ON
@OUT
def slips(
    survey: str,
    wave: str,
    address: str,
    link: int,
    sheets: int,
    language: str | None,
    day: datetime | None,
    out: Path,
) -> None:
    """New receipt slips for one link of WAVE of SURVEY, which from then on opens only with one.

    The codes are in the PDF and nowhere else; it cannot be made a second time.
    """
    from app.printing.slips import slips_pdf
    from app.queries.waves import get_wave
    from app.services import slips as codes
    from app.services.printing.addresses import public_address
    from app.services.printing.slips import make_slip_sheets

    found = get_wave(survey, wave)
    (collector,) = _collectors(found, (link,))
    how = {"address": public_address(address), "language": language or found.languages[0]}
    # An empty sheet first: codes that could not be set or written afterwards would be lost.
    _write(out, slips_pdf(make_slip_sheets(collector, [codes.Sheet(0, ())], **how), _day(day)))
    made = codes.make_sheets(collector, sheets)
    out.write_bytes(slips_pdf(make_slip_sheets(collector, made, **how), _day(day)))
    click.echo(
        f"Sheets {made[0].number} to {made[-1].number}, {sum(len(one.codes) for one in made)} codes: {out}"
    )


@print.command("form")
@click.argument("survey")
@click.argument("wave")
@click.option("--link", type=int, help="Number of the link whose place is printed.  [default: left open]")
@click.option("--language", help="[default: the wave's first]")
@click.option("--first", default=1, show_default=True, help="First form number.")
@click.option("--copies", default=0, show_default=True, help="Copies with printed numbers; 0: boxes for it.")
@ON
@OUT
def form(
    survey: str,
    wave: str,
    link: int | None,
    language: str | None,
    first: int,
    copies: int,
    day: datetime | None,
    out: Path,
) -> None:
    """The questions of WAVE of SURVEY on paper."""
    from app.printing.forms import form_pdf
    from app.queries.waves import get_wave
    from app.services.printing.forms import make_paper_form

    found = get_wave(survey, wave)
    collector = _collectors(found, (link,))[0] if link is not None else None
    made = make_paper_form(
        found, collector, language=language or found.languages[0], first=first, copies=copies
    )
    _write(out, form_pdf(made, _day(day)))
    click.echo(f"{max(1, copies)} forms: {out}")


@print.command("scorecards")
@click.argument("survey")
@click.argument("wave")
@click.option(
    "--folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="Where the PDFs go."
)
@click.option("--agency", "agencies", multiple=True, help="Code of an agency.  [default: all]")
@click.option("--language", default="vi", show_default=True, help="vi or en.")
@click.option("--release", "number", type=int, help="Number of a release.  [default: the newest]")
@click.option("--address", default="", help="Where this server is seen, for the code to scan: https://…")
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Day of which improvement plans are told; the same day gives the same bytes.  [default: today]",
)
def scorecards(
    survey: str,
    wave: str,
    folder: Path,
    agencies: tuple[str, ...],
    language: str,
    number: int | None,
    address: str,
    day: datetime | None,
) -> None:
    """The scorecard of every agency of a released WAVE of SURVEY, one PDF each."""
    from app.queries.releases import get_numbered_release, get_release
    from app.services.printing import all_scorecards
    from app.services.printing.addresses import public_address

    release = get_release(survey, wave) if number is None else get_numbered_release(survey, wave, number)
    made = all_scorecards.scorecards(
        release,
        language,
        address=public_address(address) if address else "",
        on=_day(day),
        codes=agencies or None,
    )
    count = 0
    for name, body in made:
        if not count:
            _make_folder(folder)
        _write(folder / name, body)
        count += 1
    click.echo(f"{count} scorecards: {folder}")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.ClickException(
            f"{folder} cannot be made ({error.strerror}); name another folder."
        ) from None


def _collectors(wave, numbers: tuple[int, ...]) -> list:
    from app.queries.collectors import list_collectors
    from app.queries.errors import NotFound

    found = list_collectors(wave)
    for number in numbers:
        if all(one.number != number for one in found):
            raise NotFound("link", number)
    return [one for one in found if not numbers or one.number in numbers]


def _day(given: datetime | None):
    from app import clock
    from app.config import office_day

    return given.date() if given else office_day(clock.now())


def _write(path: Path, body: bytes) -> None:
    try:
        path.write_bytes(body)
    except OSError as error:
        raise click.ClickException(
            f"{path} cannot be written ({error.strerror}); name another file."
        ) from None
