"""`hailong authority`: the https certificate of a server in a network of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from app.services.authority import Authority


@click.group(help="Make the https that tablets need to work offline.")
def authority() -> None:
    """Commands about the certificate authority in the instance folder."""


@authority.command("make")
@click.option("--name", default="Hailong", show_default=True, help="What tablets call the authority.")
@click.option(
    "--host", "hosts", multiple=True, help="Name or address of this server.  [default: what the machine says]"
)
def make(name: str, hosts: tuple[str, ...]) -> None:
    """Make the authority and a first certificate for this server."""
    from app.services import authority as service
    from app.services.hosts import own_hosts

    made = service.make(folder(), name, hosts or own_hosts(), datetime.now(UTC))
    click.echo(f"The authority {made.name} is made; its key lies in {folder()} and must stay there.")
    _tell(made)
    click.echo("Next: `hailong serve --https --host 0.0.0.0`, then `hailong authority show` for the tablets.")


@authority.command("renew")
@click.option("--host", "hosts", multiple=True, help="Name or address of this server.  [default: as before]")
def renew(hosts: tuple[str, ...]) -> None:
    """Make a new server certificate; tablets need nothing, and a running server takes it up by itself."""
    from app.services import authority as service

    _tell(service.renew(folder(), hosts or None, datetime.now(UTC)))


@authority.command("show")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Plain http port."
)
@click.option(
    "--svg", type=click.Path(path_type=Path, dir_okay=False), help="Also write the QR to this file."
)
def show(port: int, svg: Path | None) -> None:
    """Show where tablets fetch the authority's certificate, as an address and a QR code."""
    import segno

    from app.services import authority as service
    from app.services.errors import ServiceError
    from app.services.hosts import read_hosts

    found = service.read(folder())
    (host,) = read_hosts(found.hosts[:1])
    address = f"http://{host.in_url}:{port}/authority"
    code = segno.make(address, micro=False)
    if svg:
        try:
            code.save(str(svg), kind="svg", scale=8, border=4, title=address)
        except OSError as error:
            raise ServiceError(
                f"{svg} cannot be written ({error.strerror}); name another file with --svg."
            ) from None
    code.terminal(click.get_text_stream("stdout"), compact=True)
    click.echo(address)
    _tell(found)


def folder() -> Path:
    """Where the authority of this instance lies."""
    from app.config import instance_path
    from app.services.authority import FOLDER

    return instance_path({}) / FOLDER


def _tell(found: Authority) -> None:
    from app.services.authority import warnings

    click.echo(f"Fingerprint (SHA-256): {found.fingerprint}")
    click.echo(f"Server certificate for {', '.join(found.hosts)}, until {found.server_until:%Y-%m-%d}.")
    for sentence in warnings(found, datetime.now(UTC)):
        click.echo(sentence, err=True)
