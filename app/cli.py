"""The console command `hailong`: the office's work without a mouse."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click


@dataclass(frozen=True, slots=True)
class Entry:
    """A command: the module in `app/commands` that holds it under its own name, and its line in the help.

    Modules load when their command is called, so that `hailong check` waits for no web and no database.
    `database` says that the command takes Flask's application context.
    """

    help: str
    database: bool = False


COMMANDS = {
    "agencies": Entry("Take in, write and look at the tree of agencies.", database=True),
    "audit": Entry("Check the audit log, export it, and note its last line.", database=True),
    "authority": Entry("Make and renew the https that tablets need to work offline."),
    "backup": Entry("Write everything that must not be lost to one file.", database=True),
    "check": Entry("Check an instrument file and name every problem with its place."),
    "clauses": Entry("List the codes of conduct, and compare two versions of one."),
    "db": Entry("Make or upgrade the database.", database=True),
    "demo": Entry("Do the main job on a simulated wave and serve it."),
    "device": Entry("Make, list and revoke the tablets at the counters.", database=True),
    "export": Entry("Write answers, figures or workbooks of a wave to a file.", database=True),
    "import-queue": Entry("Take in the file that a tablet exported of its unsent answers.", database=True),
    "keys": Entry("Make, replace and export the keys with which releases are signed.", database=True),
    "print": Entry("Make posters, receipt slips and paper forms.", database=True),
    "restore": Entry("Put a backup back into an empty place."),
    "retention": Entry("Destroy raw answers on the day that was promised.", database=True),
    "score": Entry("Score a CSV or Parquet file of responses, with no database."),
    "serve": Entry("Run the production server."),
    "served": Entry("Take in how many transactions the offices served.", database=True),
    "staff": Entry("Lists, invitations, settings and the promise of staff surveys.", database=True),
    "tidy": Entry("Delete drafts whose code has ended.", database=True),
    "token": Entry("Make, list and revoke the keys of programs.", database=True),
    "user": Entry("Say who may sign in.", database=True),
    "verify": Entry("Say of a workbook what it is, and whether it is unchanged."),
    "wave": Entry("Open, close, release and look at waves.", database=True),
    "work": Entry("Do the long work that was asked for on the pages.", database=True),
}

# What whoever runs a command can mend. A class whose module is not loaded cannot have been raised.
REFUSALS = {
    "app.config": "SettingError",
    "app.printing.typesetting": "PrintingUnavailable",
    "app.queries.errors": "NotFound",
    "app.services.errors": "ServiceError",
    "app.services.files": "FileRefused",
    "app.workbooks.problems": "WorkbookError",
    "surveys.clauses": "CatalogueError",
    "surveys.problems": "InstrumentError",
}


class Refusals(click.Group):
    """Exit codes: 0 done, 1 the input is wrong (one sentence per problem on stderr), 2 unknown or missing options."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        if COMMANDS[name].database and context.obj is None:
            from flask.cli import ScriptInfo

            context.obj = ScriptInfo(create_app=_create_app)
        module = name.replace("-", "_")
        return getattr(import_module(f"app.commands.{module}"), module)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name].help) for name in self.list_commands(context)])

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except Exception as error:
            if isinstance(error, _refusals()):
                click.echo(str(error), err=True)
            elif isinstance(error, _database_troubles()):
                reason = str(error.orig).splitlines()[0] if error.orig else type(error).__name__
                click.echo(
                    f"The database cannot be used ({reason}): check DATABASE_URL, and run `hailong db upgrade`.",
                    err=True,
                )
            else:
                raise
            context.exit(1)


def _refusals() -> tuple[type[Exception], ...]:
    return tuple(
        getattr(sys.modules[module], name) for module, name in REFUSALS.items() if module in sys.modules
    )


def _database_troubles() -> tuple[type[Exception], ...]:
    loaded = sys.modules.get("sqlalchemy.exc")
    return (loaded.OperationalError, loaded.ProgrammingError) if loaded else ()


def _create_app() -> Any:
    from app import create_app
    from app.services.audit import ACTOR

    app = create_app()
    app.config[ACTOR] = f"command line ({_account()})"
    return app


def _account() -> str:
    """The account of the operating system, for the audit log."""
    from getpass import getuser

    try:
        return getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        return str(os.getuid())


@click.group(cls=Refusals)
@click.version_option(package_name="hailong")
def group() -> None:
    """Hailong: surveys of public services, scored with intervals, carried out in workbooks."""


def main() -> None:
    """The entry point."""
    group()


if __name__ == "__main__":
    main()
