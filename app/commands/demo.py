"""`hailong demo`: the main job on a simulated wave, then the pages of it."""

from __future__ import annotations

import click

from app.commands.serve import LOCAL, free_port


@click.command()
@click.option("--once", is_flag=True, help="Do the job, print where things lie, and stop without serving.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8000,
    show_default=True,
    help="Taken or the next free one.",
)
@click.option("--work/--no-work", "worked", default=True, help="Also do long work.  [default: work]")
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, another country.")
def demo(once: bool, port: int, worked: bool, seed: int) -> None:
    """Do the main job on a simulated wave and serve it; instance/demo is made anew."""
    from app import create_app
    from app.demo.story import OFFICE, tell
    from app.serving import serve

    told = tell(seed=seed, say=lambda line: click.echo(f"  {line}"))
    value, low, high = told.estimate
    click.echo(
        f"  index of the whole: estimated {value:.2f} %, 95 % interval {low:.2f} to {high:.2f};"
        f" the simulated truth is {told.truth:.2f}"
    )
    port = next(p for p in range(port, 65536) if free_port(LOCAL, p))
    click.echo("")
    if not once:
        click.echo(f"Form:       http://{LOCAL}:{port}{told.form_path}")
        click.echo(f"Evaluator:  http://{LOCAL}:{port}/results/")
        click.echo(f"            sign in as {told.email} with the password {told.password}")
        click.echo(
            f"            or as {OFFICE}, who estimates what the other approves; the password is the same"
        )
    click.echo(f"Workbooks:  {told.workbooks[0].parent} ({len(told.workbooks)} files)")
    click.echo(f"Results:    {told.results}")
    if not once:
        click.echo("Stop with Ctrl-C.")
        config = {
            "INSTANCE_PATH": told.app.instance_path,
            "SQLALCHEMY_DATABASE_URI": told.app.config["SQLALCHEMY_DATABASE_URI"],
        }
        serve(
            lambda: create_app(config),
            LOCAL,
            port,
            workers=1,
            quiet=True,
            work=worked,
            environment={
                "HAILONG_INSTANCE": config["INSTANCE_PATH"],
                "DATABASE_URL": config["SQLALCHEMY_DATABASE_URI"],
            },
        )
