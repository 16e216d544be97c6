"""`hailong verify` and `hailong keys`, from whatever folder, with and without a database."""

from __future__ import annotations

import json
import shutil

import pytest
from click.testing import CliRunner

from app.cli import group
from app.queries.runs import get_run
from app.queries.users import find_user
from app.services import released_files, signing
from app.services.approving import approve
from app.services.runs import folder_of
from tests.services.closed import copied
from tests.services.test_verifying import BOOK, raised, signed_again


@pytest.fixture(scope="module")
def house(estimated, tmp_path_factory):
    """A released wave in a folder of its own: the copy of a workbook, its signature, inputs, keys, and the snapshot."""
    bag = tmp_path_factory.mktemp("bag")
    with copied(estimated, tmp_path_factory.mktemp("copied")) as app:
        release = approve(get_run("citizens", "2026", 1), find_user("minh@office.vn").id)
        for name in (BOOK, f"{BOOK}.sig", "inputs.json"):
            shutil.copy(folder_of(release) / name, bag)
        shutil.copy(released_files.known(release).snapshot, bag / "snapshot.parquet")
        (bag / "keys.json").write_text(json.dumps(signing.published_keys()))
        other, cell, _ = raised((folder_of(release) / BOOK).read_bytes())
        (bag / "wrong.xlsx").write_bytes(other)
        (bag / "wrong.xlsx.sig").write_bytes(signed_again(other, release))
        home = {"HAILONG_INSTANCE": app.instance_path, "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"]}
    return bag, home, cell


@pytest.fixture
def run(monkeypatch):
    """Runs `hailong` in a folder with this environment; gives (exit code, stdout, stderr)."""

    def run(folder, *arguments, **environment):
        monkeypatch.chdir(folder)
        for name, value in ({"HAILONG_INSTANCE": str(folder / "none")} | environment).items():
            monkeypatch.setenv(name, value)
        done = CliRunner().invoke(group, list(arguments))
        assert isinstance(done.exception, SystemExit | None), done.exception
        return done.exit_code, done.stdout, done.stderr

    return run


def test_a_copy_passes_with_the_keys_and_comes_out_again_from_the_snapshot(house, run):
    bag, *_ = house
    code, said, _ = run(
        bag, "verify", "agency-north.xlsx", "--keys", "keys.json", "--snapshot", "snapshot.parquet"
    )
    assert (code, "agency-north.xlsx: unchanged\n" in said) == (0, True)
    assert "Release 1 of citizens/2026" in said
    assert "the same bytes came out" in said


def test_in_the_house_it_is_recomputed_without_being_told_how(house, run):
    bag, environment, _ = house
    code, said, _ = run(bag, "verify", "agency-north.xlsx", "--json", **environment)
    found = json.loads(said)
    assert (code, found["state"], found["recomputed"]) == (0, "unchanged", True)


def test_a_wrong_figure_signed_again_is_named(house, run):
    bag, environment, cell = house
    for options in ((), ("--keys", "keys.json", "--snapshot", "snapshot.parquet")):
        code, said, _ = run(bag, "verify", "wrong.xlsx", *options, **environment if not options else {})
        assert (code, f"cell {cell}: here" in said) == (1, True), said


def test_without_keys_nothing_is_made_and_the_key_is_unknown(house, run):
    bag, *_ = house
    code, said, _ = run(bag, "verify", "agency-north.xlsx", "--no-recompute")
    assert (code, "unchanged, by an unknown key" in said) == (3, True)
    assert not (bag / "none").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("none.xlsx",), "none.xlsx cannot be read: No such file or directory."),
        (("keys.json",), "This is no workbook; releases are .xlsx."),
        (("agency-north.xlsx", "--sig", "keys.json", "--keys", "keys.json"), "is no signature of a release"),
        (("agency-north.xlsx", "--keys", "inputs.json"), "inputs.json holds no public keys"),
        (("agency-north.xlsx", "--keys", "keys.json", "--snapshot", "none"), "is not a readable snapshot"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(house, run, arguments, said):
    bag, *_ = house
    code, out, error = run(bag, "verify", *arguments)
    assert (code, out, error.count("\n")) == (1, "", 1)
    assert said in error


def test_keys_are_made_listed_replaced_and_exported(tmp_path, run):
    assert run(tmp_path, "db", "upgrade")[0] == 0
    assert run(tmp_path, "keys", "make")[0] == 0
    assert "already; replace it with `hailong keys rotate`" in run(tmp_path, "keys", "make")[2]
    assert run(tmp_path, "keys", "rotate")[0] == 0
    listed = run(tmp_path, "keys", "list")[1].splitlines()
    assert ["retired" in line for line in listed] == [True, False]
    assert run(tmp_path, "keys", "export", "keys.json")[0] == 0
    assert len(json.loads((tmp_path / "keys.json").read_text())["keys"]) == 2
    assert "cannot be written" in run(tmp_path, "keys", "export", "no/such/keys.json")[2]
