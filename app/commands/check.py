"""`hailong check`: every problem of an instrument file, with its place."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Check the instrument FILE; exit 1 and name every problem with its place."""
    from surveys import loading

    instrument = loading.load(file)
    counts = {
        "sections": len(instrument.sections),
        "items": len(instrument.items),
        "indices": len(instrument.indices),
        "nodes": sum(1 for _ in instrument.walk()),
    }
    listed = ", ".join(f"{name} {count}" for name, count in counts.items())
    click.echo(
        f"{file}: {instrument.identity} is valid: {listed}; languages {', '.join(instrument.languages)}."
    )
