"""`hailong staff`: lists, invitations, e-mail, settings and the promise of a staff survey, without a mouse."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup

staff = AppGroup("staff", help="Lists, invitations, settings and the promise of staff surveys.")

SURVEY = click.option("--survey", required=True, help="Code of the survey.")
WAVE = click.option("--wave", required=True, help="Code of the wave.")
ADDRESS = click.option("--address", default="", help="Where staff reach this server: https://…")
OUT = click.Path(dir_okay=False, path_type=Path)


@staff.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@SURVEY
@WAVE
@ADDRESS
@click.option("--slips", type=OUT, help="Make the invitations, and print them into this PDF.")
@click.option("--merge", type=OUT, help="Make the invitations, and write them into this CSV for mail merge.")
@click.option("--email", is_flag=True, help="Make the invitations and keep the addresses for `staff send`.")
@click.option("--language", default="", help="Language of the slips.  [default: the wave's first]")
def import_(
    file: Path,
    survey: str,
    wave: str,
    address: str,
    slips: Path | None,
    merge: Path | None,
    email: bool,
    language: str,
) -> None:
    """Read a list of units with head counts, or of staff, from a CSV FILE and say what is wrong with it.

    Nothing is stored unless --slips, --merge or --email says how the invitations are handed out. With --email, --slips
    takes those without an address. The same list again draws every invitation anew.
    """
    from app.printing.invitations import invitations_pdf
    from app.queries.waves import get_wave
    from app.services.printing.addresses import public_address
    from app.services.printing.invitations import make_invitation_pages
    from app.services.staff.handing import make_invitations, merge_file
    from app.services.staff.lists import read_staff_list

    found = get_wave(survey, wave)
    given = read_staff_list(found, file.read_bytes())
    for remark in (*given.faults, *given.notes):
        click.echo(remark, err=True)
    if given.faults:
        raise click.ClickException(f"{len(given.faults)} faults; nothing was stored.")
    click.echo(
        f"{given.total} people in {len(given.heads)} units, counted in {len(set(given.groups.values()))} groups."
    )
    if not (slips or merge or email):
        click.echo("Nothing was stored; say --slips, --merge or --email to make the invitations.")
        return
    if merge and (slips or email):
        raise click.UsageError("--merge holds every invitation; leave out --slips and --email.")
    without = sum(not one.address for one in given.people) if given.kind == "people" else given.total
    if email and without and not slips:
        raise click.UsageError(f"{without} people have no address; say --slips too, for theirs.")
    server = public_address(address) if slips or merge else ""
    how = {"address": server, "language": language or found.languages[0]}
    # Written once before any code is drawn: codes that could not be written would be lost.
    if slips:
        _write(slips, invitations_pdf(make_invitation_pages(found, [], **how), _today()))
    if merge:
        _write(merge, merge_file(found, [], server))
    handed = make_invitations(found, given, by_mail=email)
    if merge:
        _write(merge, merge_file(found, handed, server))
        click.echo(f"{len(handed)} invitations: {merge}")
    printed = [one for one in handed if not (email and one.address)]
    if slips and printed:
        _write(slips, invitations_pdf(make_invitation_pages(found, printed, **how), _today()))
        click.echo(f"{len(printed)} slips: {slips}")
    if email:
        click.echo(
            f"{len(handed) - len(printed)} addresses are kept until the wave closes; open it, then `staff send`."
        )


@staff.command("send")
@SURVEY
@WAVE
@ADDRESS
@click.option("--remind", is_flag=True, help="Remind whoever has not used the invitation, once a day.")
def send(survey: str, wave: str, address: str, remind: bool) -> None:
    """Send the invitations that were not sent yet by e-mail."""
    from app.queries.waves import get_wave
    from app.services.mail import mail_server
    from app.services.printing.addresses import public_address
    from app.services.staff import mailing

    found = get_wave(survey, wave)
    kind = "reminders" if remind else "invitations"
    sent = mailing.send(found, kind, mail_server(), public_address(address))
    number = (
        f"fewer than {found.threshold}, or nearly all: no number is told"
        if sent.count is None
        else sent.count
    )
    click.echo(f"{kind} sent: {number}")
    for one in sent.refused:
        click.echo(f"The mail server does not take {one}; correct the list.", err=True)


@staff.command("status")
@SURVEY
@WAVE
def status(survey: str, wave: str) -> None:
    """Settings, promise, and how many invitations were used until last night, where that may be seen."""
    from app import clock
    from app.config import office_day
    from app.queries.retention import list_destructions
    from app.queries.staff import participation
    from app.queries.waves import get_wave
    from app.services.staff import mailing, promising

    found = get_wave(survey, wave)
    promise = promising.promise_of(found)
    click.echo(f"threshold {found.threshold}  crossed {', '.join(found.crossed) or 'nothing'}")
    click.echo(
        f"promise {promise.code if promise else 'none'}  raw answers until {found.retain_until or 'no day'}"
    )
    for one in participation(found, office_day(clock.now())):
        used = "not shown" if one.used is None else f"{one.used} used"
        click.echo(f"{one.agency or 'all'}  {one.invited} invited  {used}")
    for line in mailing.list_mailings(found):
        click.echo(f"{line.day}  {line.kind}  {'not shown' if line.count is None else line.count}")
    for done in list_destructions(found):
        click.echo(f"{done.on}  destroyed  {done.count} {done.kind}")


@staff.command("settings")
@SURVEY
@WAVE
@click.option("--threshold", type=int, help="Smallest group that is shown.")
@click.option("--cross", "crossed", multiple=True, help="Item to cross results with; the most wanted first.")
@click.option("--cross-nothing", is_flag=True, help="Cross results with nothing.")
@click.option(
    "--retain-until", type=click.DateTime(["%Y-%m-%d"]), help="Last day on which raw answers are kept."
)
def settings(
    survey: str,
    wave: str,
    threshold: int | None,
    crossed: tuple[str, ...],
    cross_nothing: bool,
    retain_until: datetime | None,
) -> None:
    """Change settings of an anonymous wave: anything before the first answer, afterwards only what protects more."""
    from app.queries.waves import get_wave
    from app.services.staff.settings import change

    found = get_wave(survey, wave)
    change(
        found,
        threshold=threshold,
        crossed=crossed if crossed or cross_nothing else None,
        retain_until=retain_until.date() if retain_until else None,
    )
    click.echo(
        f"threshold {found.threshold}  crossed {', '.join(found.crossed) or 'nothing'}  "
        f"raw answers until {found.retain_until or 'no day'}"
    )


@staff.command("promise")
@SURVEY
@WAVE
@click.option("--text", "name", default="staff-1", show_default=True, help="Wording, a file of app/promises.")
@click.option(
    "--contact", required=True, help="Whom staff can ask: a person or office, with number or address."
)
def promise(survey: str, wave: str, name: str, contact: str) -> None:
    """Choose the promise that is shown before the first question, and print it."""
    from app.queries.waves import get_wave
    from app.services.staff.promising import choose

    found = get_wave(survey, wave)
    given = choose(found, name, contact)
    for language in found.languages:
        if language in given.text:
            click.echo(f"[{language}]\n{given.text[language]}\n")


def _today():
    from app import clock
    from app.config import office_day

    return office_day(clock.now())


def _write(path: Path, body: bytes) -> None:
    try:
        path.write_bytes(body)
        # Whoever reads this file can answer in the place of others.
        path.chmod(0o600)
    except OSError as error:
        raise click.ClickException(
            f"{path} cannot be written ({error.strerror}); name another file."
        ) from None
