"""The script of the kiosk's service worker: what it keeps, and how a browser notices a new release."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import _application

STATIC = Path(__file__).parents[2] / "app" / "static"
IMPORT = re.compile(r"""^(?:import|export)\b[^;]*?from "([^"]+)";|import\("([^"]+)"\)""", re.MULTILINE)


def constants(script):
    found = dict(re.findall(r"^const (RELEASE|ASSETS|PAGES|UNREACHABLE) = (.*);$", script, re.MULTILINE))
    return {name: json.loads(value) for name, value in found.items()}


@pytest.fixture
def said(client):
    return constants(client.get("/k/sw.js").text)


def test_it_is_a_script_that_no_cache_keeps_unasked(client):
    reply = client.get("/k/sw.js")
    assert reply.status_code == 200
    assert reply.mimetype == "text/javascript"
    assert reply.cache_control.no_cache
    assert client.get("/k/sw.js", headers={"If-None-Match": reply.headers["ETag"]}).status_code == 304


def test_every_page_of_the_kiosk_names_the_release_of_its_assets(client, said):
    for address in ("/k/", "/k/sw.js", "/k/nowhere"):
        assert client.get(address).headers["Hailong-Release"] == said["RELEASE"]
    assert "Hailong-Release" not in client.get("/r/nowhere").headers


def test_everything_that_the_kiosk_loads_is_kept(client, said):
    kept = {path.removeprefix("/static/") for path in said["ASSETS"]}
    for name in sorted(kept):
        if name.endswith(".js"):
            for found in IMPORT.findall((STATIC / name).read_text(encoding="utf-8")):
                imported = (STATIC / name).parent.joinpath(next(filter(None, found))).resolve()
                assert str(imported.relative_to(STATIC)) in kept, f"{name} imports what is not kept"
    drawn = client.get("/k/").text + said["UNREACHABLE"]
    for name, stamp in re.findall(r'"/static/([^"?]+)(?:\?v=([0-9a-f]+))?"', drawn):
        assert name in kept
        assert stamp in ("", said["ASSETS"][f"/static/{name}"])


def test_another_asset_is_another_release(app, migrated_file, tmp_path, said):
    other = _application(f"sqlite:///{migrated_file}", tmp_path)
    other.static_folder = str(shutil.copytree(STATIC, tmp_path / "static"))
    with (tmp_path / "static" / "kiosk" / "queue.js").open("a") as file:
        file.write("\n")
    changed = constants(other.test_client().get("/k/sw.js").text)
    assert changed["RELEASE"] != said["RELEASE"]
    different = {name for name, stamp in changed["ASSETS"].items() if said["ASSETS"][name] != stamp}
    assert different == {"/static/kiosk/queue.js"}


def test_the_page_for_an_unkept_address_speaks_every_language(said):
    assert "Không có mạng" in said["UNREACHABLE"]
    assert "There is no network" in said["UNREACHABLE"]
