"""LibreOffice as a second reader of workbooks, headless, with a profile of its own."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

# 0 is "always recalculate on load": LibreOffice by default trusts the values that a file brings along.
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>{locale}</value></prop></item>
</oor:items>
"""


class Office:
    """A profile in a folder, for a reader of this locale; every conversion starts LibreOffice anew."""

    def __init__(self, folder: Path, locale: str = "en-US"):
        self._profile = folder / f"profile-{locale}"
        (self._profile / "user").mkdir(parents=True)
        settings = self._profile / "user" / "registrymodifications.xcu"
        settings.write_text(_PROFILE.format(locale=locale), encoding="utf-8")

    def convert(self, paths: Sequence[Path], into: Path, target: str) -> list[Path]:
        """Convert files, recalculated, into a folder; `target` is an extension, with a filter if need be."""
        command = [
            "soffice",
            f"-env:UserInstallation={self._profile.as_uri()}",
            "--headless",
            "--convert-to",
            target,
            "--outdir",
            str(into),
            *map(str, paths),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=True)
        made = [into / f"{path.stem}.{target.partition(':')[0]}" for path in paths]
        assert all(path.exists() for path in made), done.stderr
        return made
