"""The files of this house's releases: by their hash, by what a signature says, with all that they can be checked by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models import Release, Wave
from app.queries.errors import NotFound
from app.queries.releases import get_numbered_release
from app.queries.retention import destroyed_on
from app.services import manifests, signing
from app.services.manifests import FilesChanged, ReleasedFile
from app.services.release_inputs import INPUTS
from app.services.runs import folder_of
from app.services.signatures import SUFFIX


@dataclass(frozen=True, slots=True)
class KnownRelease:
    """A release with its manifest, None where that is gone or was changed."""

    release: Release
    manifest: Mapping[str, Any] | None

    @property
    def folder(self) -> Path:
        return folder_of(self.release)

    @property
    def inputs(self) -> Path:
        """Where its inputs lie."""
        return self.folder / INPUTS

    @property
    def snapshot(self) -> Path | None:
        """Where the snapshot lies that it was made from; None where it is not at hand."""
        run = self.release.run
        path = Path(current_app.config["SNAPSHOT_FOLDER"], run.snapshot_path) if run else None
        return path if path is not None and path.is_file() else None

    @property
    def destroyed_on(self) -> date | None:
        """The day on which the raw answers of its wave were destroyed."""
        return destroyed_on(self.release.wave)

    @property
    def newest(self) -> Release:
        """The newest release of its wave: this one, or a correction of it."""
        return db.session.scalars(
            select(Release)
            .where(Release.wave_id == self.release.wave_id)
            .options(joinedload(Release.run))
            .order_by(Release.number.desc())
            .limit(1)
        ).one()

    def file(self, path: object) -> ReleasedFile | None:
        """The file at this place of the release."""
        return next((one for one in self._files if one.path == path), None)

    @property
    def _files(self) -> list[ReleasedFile]:
        return manifests.files_in(self.manifest) if self.manifest else []

    def original(self, path: str) -> bytes | None:
        """The file as it was released; None where it is no longer so."""
        wanted = self.file(path)
        try:
            content = (self.folder / path).read_bytes() if wanted else None
        except OSError:
            return None
        return content if wanted and content and manifests.digest(content) == wanted.sha256 else None


def find_known(about: Mapping[str, Any]) -> KnownRelease | None:
    """The release that a signature speaks of."""
    survey, wave, number = (about.get(name) for name in ("survey", "wave", "number"))
    if not (isinstance(survey, str) and isinstance(wave, str) and isinstance(number, int)):
        return None
    try:
        return known(get_numbered_release(survey, wave, number))
    except NotFound:
        return None


def known(release: Release) -> KnownRelease:
    """A release with its manifest."""
    try:
        manifest = (
            manifests.read(folder_of(release), release.run.parameters["manifest_sha256"])
            if release.run
            else None
        )
    except FilesChanged:
        manifest = None
    return KnownRelease(release, manifest)


def find_signature(sha256: str) -> bytes | None:
    """The signature of a released file with this hash, whatever it is called today."""
    releases = db.session.scalars(
        select(Release)
        .where(Release.run_id.is_not(None))
        .options(joinedload(Release.run), joinedload(Release.wave).joinedload(Wave.survey))
        .order_by(Release.id.desc())
    )
    for release in releases:
        path = _paths(release).get(sha256)
        if path is not None:
            try:
                return (folder_of(release) / f"{path}{SUFFIX}").read_bytes()
            except OSError:
                return None
    return None


def keys() -> dict[str, bytes]:
    """The public keys of this house."""
    return signing.public_keys()


def _paths(release: Release) -> Mapping[str, str]:
    """The signed files of a release by their hash; read once per process, because a release never changes."""
    kept: dict[int, Mapping[str, str]] = current_app.extensions.setdefault("hailong-released-files", {})
    if release.id not in kept:
        manifest = known(release).manifest
        if manifest is None:
            return {}
        kept[release.id] = {
            one.sha256: one.path for one in manifests.files_in(manifest) if one.path.endswith(".xlsx")
        }
    return kept[release.id]
