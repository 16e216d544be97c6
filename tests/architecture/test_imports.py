"""Who may import whom, read from the source (direct imports)."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WEB = {"flask", "flask_sqlalchemy", "flask_login", "flask_wtf", "flask_migrate", "werkzeug", "gunicorn"}
DATAFRAMES = {"duckdb", "pandas", "polars", "pyarrow", "pyspark"}

# Folder or file: what it may never import.
FORBIDDEN = {
    "scoring": WEB | {"sqlalchemy", "wtforms", "xlsxwriter", "app", "surveys"},
    "surveys": WEB | {"sqlalchemy", "wtforms", "xlsxwriter", "numpy", "scipy", "app", "scoring"},
    "app/models": {"flask", "wtforms", "xlsxwriter", "scoring", "surveys", "app.services", "app.queries"},
    "app/queries": {"wtforms", "xlsxwriter", "scoring", "app.services", "app.respond", "app.results"},
    "app/workbooks": WEB | {"sqlalchemy", "scoring", "surveys", "app.services", "app.models", "app.queries"},
    "app/printing": WEB | {"sqlalchemy", "scoring", "surveys", "app.services", "app.models", "app.queries"},
    "app/results": {"scoring", "surveys", "xlsxwriter", "sqlalchemy", "numpy"},
    "app/respond": {"scoring", "xlsxwriter", "sqlalchemy", "numpy"},
    "app/auth": {"scoring", "surveys", "xlsxwriter", "sqlalchemy", "numpy"},
    "app/admin": {"scoring", "surveys", "xlsxwriter", "sqlalchemy", "numpy"},
    "app/manage": {"scoring", "xlsxwriter", "sqlalchemy", "numpy"},
    "app/rights.py": WEB | {"sqlalchemy", "scoring", "surveys", "app"},
    "app/scorecards.py": WEB | {"sqlalchemy", "scoring", "surveys", "app"},
    "app/figures.py": WEB | {"sqlalchemy", "scoring", "surveys", "app.services"},
}
# Every folder of `app` whose blueprint stands in create_app; kiosk and staff live inside respond.
BLUEPRINTS = (
    "respond",
    "manage",
    "results",
    "exports",
    "jobs",
    "auth",
    "admin",
    "health",
    "doorstep",
    "audit",
    "api",
    "tokens",
)


def python_files(place: str) -> list[Path]:
    path = ROOT / place
    return [path] if path.suffix == ".py" else sorted(path.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, in full, those inside functions and under TYPE_CHECKING too."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def within(module: str, names: set[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in names)


@pytest.mark.parametrize("place", FORBIDDEN)
def test_a_room_imports_nothing_that_is_forbidden_there(place):
    files = python_files(place)
    assert files, f"{place} is gone; correct this test"
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in files
        for module in imported(path)
        if within(module, FORBIDDEN[place])
    ]
    assert not wrong, "\n".join([*wrong, "ARCHITECTURE.md, Rooms: move the code to the room that may."])


def test_only_engines_import_a_dataframe_engine():
    wrong = [
        str(path.relative_to(ROOT))
        for path in python_files("scoring")
        if "engines" not in path.parts and any(within(module, DATAFRAMES) for module in imported(path))
    ]
    assert not wrong


def test_only_the_assembly_joins_surveys_and_scoring():
    wrong = [
        str(path.relative_to(ROOT))
        for path in python_files("app")
        if "assembly" not in path.parts and any(within(module, {"scoring"}) for module in imported(path))
    ]
    assert not wrong, f"{wrong} import scoring; app/services/assembly is the only bridge."


def test_no_blueprint_imports_another():
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for own in BLUEPRINTS
        for path in python_files(f"app/{own}")
        for module in imported(path)
        if within(module, {f"app.{other}" for other in BLUEPRINTS if other != own})
    ]
    assert not wrong


def test_blueprints_never_write_to_the_session():
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for own in BLUEPRINTS
        for path in python_files(f"app/{own}")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in {"commit", "add", "add_all", "delete", "flush", "execute"}
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "session"
    ]
    assert not wrong, f"{wrong}: a service is the transaction."


@pytest.mark.parametrize("room", ["scoring", "surveys"])
def test_the_room_imports_with_the_web_blocked(room):
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in python_files(room)
    ]
    program = (
        "import sys, importlib\n"
        "for name in ('flask', 'sqlalchemy', 'wtforms', 'xlsxwriter', 'app'): sys.modules[name] = None\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
