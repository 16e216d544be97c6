"""`hailong verify`: what a workbook is, and whether it is unchanged."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from app.services.verifying import Verdict

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=_FILE)
@click.option(
    "--sig", type=_FILE, help="The signature.  [default: the file of the same name with .sig beside it]"
)
@click.option(
    "--keys", type=_FILE, help="Public keys, as /verify/keys.json serves them; then no database is used."
)
@click.option(
    "--snapshot", type=_FILE, help="The snapshot of the release: the workbook is made again from it."
)
@click.option("--inputs", type=_FILE, help="The inputs.json of the release.  [default: beside the workbook]")
@click.option("--no-recompute", is_flag=True, help="Only look at the signature and at the release.")
@click.option("--json", "as_json", is_flag=True, help="Say it as JSON.")
def verify(
    file: Path,
    sig: Path | None,
    keys: Path | None,
    snapshot: Path | None,
    inputs: Path | None,
    no_recompute: bool,
    as_json: bool,
) -> None:
    """Say what the workbook FILE is, and whether it is unchanged since it was released.

    Exit code 0: unchanged; 1: changed, or not ours; 3: unchanged, but by a key that is not known here. Where the
    snapshot is at hand, in the house or by --snapshot, the workbook is made again: a figure that was changed and
    signed anew is found out.
    """
    from app.services import signatures, verifying

    content = verifying.read_file(file)
    beside = file.with_name(file.name + signatures.SUFFIX)
    signature = verifying.read_file(sig) if sig else beside.read_bytes() if beside.is_file() else None
    with _house(keys) as (known_keys, at_home):
        found = verifying.verify(content, signature, known_keys, at_home)
        if not no_recompute and (snapshot or inputs or found.known):
            found = verifying.recompute(found, content, inputs or _inputs_near(file, found), snapshot)
        _say(file, found, as_json)
        code = found.exit_code
    raise SystemExit(code)


@contextmanager
def _house(keys: Path | None) -> Iterator[tuple[dict[str, bytes], bool]]:
    """The public keys, and whether the releases are at hand: from a file, or from the database of this house."""
    from app.services.signatures import read_keys

    if keys is not None:
        yield read_keys(keys), False
        return
    from app.config import instance_path

    if not os.environ.get("DATABASE_URL") and not (instance_path({}) / "hailong.sqlite").is_file():
        # Nothing was ever set up here, and a question should leave nothing behind.
        yield {}, False
        return
    from app import create_app
    from app.services.released_files import keys as keys_of_house

    with create_app().app_context():
        yield keys_of_house(), True


def _inputs_near(file: Path, found: Verdict) -> Path | None:
    """In a copy of the release's folder the inputs lie beside the workbooks' folder."""
    if found.known is not None:
        return None
    near = (file.with_name("inputs.json"), file.absolute().parent.with_name("inputs.json"))
    return next((path for path in near if path.is_file()), None)


def _say(file: Path, found: Verdict, as_json: bool) -> None:
    from app.services.verifying import told

    if as_json:
        from app.services.verdicts import document

        click.echo(json.dumps(document(found), ensure_ascii=False, indent=1))
        return
    words = {
        "unchanged": "unchanged",
        "changed": "CHANGED, OR NOT OURS",
        "unknown_key": "unchanged, by an unknown key",
    }
    click.echo(f"{file}: {words[found.state]}")
    for line in _what(found):
        click.echo(f"  {line}")
    for line in told(found, "en"):
        click.echo(f"  {line}")


def _what(found: Verdict) -> Iterator[str]:
    """What the signature says that the file is."""
    if found.statement is None:
        return
    release: dict[str, Any] = dict(found.statement.release)
    yield (
        f"Release {release.get('number')} of {release.get('survey')}/{release.get('wave')}, published"
        f" {release.get('published_on')}, {release.get('file')}; key {found.statement.key_id}."
    )
