"""What a release is made of: every input but the snapshot, as one document that lies beside the results.

Results and workbooks are a function of this document and of the snapshot, so that both can be made again years later,
with no database at hand. The same inputs give the same text, and so the same hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from app.messages import translations
from app.scorecards import CodedComments
from app.services.assembly.context import CardContext
from app.services.assembly.inputs import Branches
from app.services.assembly.options import ScoringOptions
from app.services.assembly.results import Scored
from app.services.assembly.run import score
from app.services.assembly.staff import Citizens, LastWave, StaffRelease
from app.services.files import ResponseFile
from surveys import loading
from surveys.instrument import Instrument

SCHEMA = 1
INPUTS = "inputs.json"
COMMENTS = "comments"  # among the external values: the coded open comments of the wave
AGENCY = "agency"  # the snapshot's column of agency codes

# Whatever of a release's bytes is not our own code was computed or written by one of these.
LIBRARIES = ("numpy", "scipy", "statsmodels", "duckdb", "babel", "xlsxwriter")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseInputs:
    """The inputs of one release of a wave, or of a run that may become one.

    `number` is that of the release. `titles` are the wave's, by language; `names` are those of the agencies, by
    language and code; `paths` the codes from the top of the tree down to each agency. `languages` are those of the
    workbooks. `changes` and `reason` are there where an earlier release is corrected. `external` are further values
    from elsewhere, by name, as plain JSON. `versions` are those of Hailong and of the libraries it computes with.
    """

    survey: str
    wave: str
    number: int
    titles: Mapping[str, str]
    languages: tuple[str, ...]
    published_on: date
    fieldwork: tuple[date, date] | None
    organisation: str
    changes: str
    reason: str
    instrument: Instrument
    options: ScoringOptions
    names: Mapping[str, Mapping[str, str]]
    paths: Mapping[str, tuple[str, ...]]
    snapshot_sha256: str
    staff: StaffRelease | None = None
    external: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def release(self) -> str:
        """The release in one word: `citizens/2026/2`."""
        return f"{self.survey}/{self.wave}/{self.number}"

    def document(self) -> dict[str, Any]:
        """All of it as plain JSON."""
        return {
            "schema": SCHEMA,
            "survey": self.survey,
            "wave": self.wave,
            "number": self.number,
            "titles": dict(self.titles),
            "languages": list(self.languages),
            "published_on": self.published_on.isoformat(),
            "fieldwork": [day.isoformat() for day in self.fieldwork] if self.fieldwork else None,
            "organisation": self.organisation,
            "changes": self.changes,
            "reason": self.reason,
            "instrument": loading.to_document(self.instrument),
            "options": self.options.document(),
            "names": {language: dict(names) for language, names in self.names.items()},
            "paths": {code: list(path) for code, path in self.paths.items()},
            "snapshot_sha256": self.snapshot_sha256,
            "staff": _staff_document(self.staff) if self.staff else None,
            "external": dict(self.external),
            "versions": dict(self.versions),
        }

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> ReleaseInputs:
        """The inputs from what `document` gave; KeyError, TypeError or ValueError for anything else."""
        given = dict(document)
        if given.pop("schema") != SCHEMA:
            raise ValueError("another schema")
        fieldwork = given["fieldwork"]
        return cls(
            **given
            | {
                "languages": tuple(given["languages"]),
                "published_on": date.fromisoformat(given["published_on"]),
                "fieldwork": tuple(map(date.fromisoformat, fieldwork)) if fieldwork else None,
                "instrument": loading.from_document(given["instrument"]),
                "options": _options(given["options"]),
                "paths": {code: tuple(path) for code, path in given["paths"].items()},
                "staff": _staff(given["staff"]) if given["staff"] else None,
            }
        )

    @property
    def text(self) -> str:
        """The document as it is stored and hashed."""
        return canonical(self.document())

    def domain_names(self, language: str) -> dict[str, str]:
        """Names of the agencies as domains."""
        return with_own(self.names[language], language)

    def context(self, language: str) -> CardContext:
        """What the workbooks in one language say beside their figures."""
        return CardContext(
            language=language,
            wave=self.titles.get(language) or next(iter(self.titles.values())),
            organisation=self.organisation,
            fieldwork=self.fieldwork,
            published=self.published_on,
            domain_names=self.domain_names(language),
            by_names={AGENCY: translations(language).gettext("Agency")},
            whole_name=translations(language).gettext("All agencies"),
            release=self.number,
            changes=self.changes,
            reason=self.reason,
            comments=CodedComments.of_document(self.external[COMMENTS])
            if COMMENTS in self.external
            else None,
        )

    def hashes(self) -> dict[str, str]:
        """SHA-256 of every input, with the code version and the publication date, which are inputs too."""
        return {
            "inputs_sha256": sha256(self.text),
            "instrument_sha256": loading.sha256(self.instrument),
            "design_sha256": sha256_of(self.options.design()),
            "options_sha256": sha256_of(self.options.document()),
            "snapshot_sha256": self.snapshot_sha256,
            "external_sha256": sha256(canonical({"staff": self.document()["staff"], **self.external})),
            "published_on": self.published_on.isoformat(),
            "code_version": self.versions["hailong"],
        }


def scored_with(inputs: ReleaseInputs, snapshot: Path) -> Scored:
    """The snapshot scored with these inputs; raises FileRefused where it cannot be."""
    with ResponseFile(snapshot) as file:
        return score(
            file,
            inputs.instrument,
            inputs.options,
            branches=Branches(AGENCY, inputs.paths, inputs.staff),
            domain_names=inputs.domain_names(inputs.languages[0]),
            snapshot_sha256=inputs.snapshot_sha256,
        )


def with_own(names: Mapping[str, str], language: str) -> dict[str, str]:
    """Names of domains: the agencies, and `<code>#own`, the agency without what is below it."""
    own = translations(language).gettext("{name}, its own respondents")
    return {**names} | {f"{code}#own": own.format(name=name) for code, name in names.items()}


def versions() -> dict[str, str]:
    """The versions of Hailong and of the libraries that it computes and writes with."""
    return {name: version(name) for name in ("hailong", *LIBRARIES)}


def canonical(document: Mapping[str, Any]) -> str:
    """JSON of which there is one for each document: keys sorted, no blanks, letters as they are."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sha256(text: str) -> str:
    """SHA-256 of a text in UTF-8, in lower-case hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def sha256_of(document: Mapping[str, Any]) -> str:
    """SHA-256 of a document as canonical JSON."""
    return sha256(canonical(document))


def _options(document: Mapping[str, Any]) -> ScoringOptions:
    return ScoringOptions(
        **{name: tuple(value) if isinstance(value, list) else value for name, value in document.items()}
    )


def _staff_document(staff: StaffRelease) -> dict[str, Any]:
    figures = [
        asdict(one) | {"figures": [[*key, *found] for key, found in one.figures.items()]}
        for one in staff.citizens
    ]
    return {
        "wave": staff.wave,
        "parents": dict(staff.parents),
        "heads": dict(staff.heads),
        "crossed": list(staff.crossed),
        "earlier": list(staff.earlier),
        "last_wave": asdict(staff.last_wave) if staff.last_wave else None,
        "citizens": figures,
    }


def _staff(document: Mapping[str, Any]) -> StaffRelease:
    last = document["last_wave"]
    return StaffRelease(
        **document
        | {
            "crossed": tuple(document["crossed"]),
            "earlier": tuple(document["earlier"]),
            "last_wave": LastWave(**last) if last else None,
            "citizens": tuple(
                Citizens(**one | {"figures": {(a, node): (v, n) for a, node, v, n in one["figures"]}})
                for one in document["citizens"]
            ),
        }
    )
