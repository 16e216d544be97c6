"""What the API answers: one model per kind of thing, described where it stands."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Texts = dict[str, str]


class Answer(BaseModel):
    """Every answer has exactly the fields that its description names."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Identity(Answer):
    """In whose name the key asks, and what it may do today."""

    name: str
    email: str
    key: str = Field(description="What the owner called the key.")
    last_day: date = Field(description="The last day on which the key works.")
    rights: list[str]
    branches: list[str] | None = Field(
        description="Codes of the agencies over whose branches the key may read; null: over the whole tree."
    )


class WaveRef(Answer):
    """A wave by its code, with its newest release."""

    code: str
    title: Texts
    state: Literal["planned", "open", "closed"]
    newest_release: int | None = Field(description="null: nothing is released yet.")


class Survey(Answer):
    """A continuing programme with those of its waves that the key may see, the newest first."""

    code: str
    title: Texts
    waves: list[WaveRef]


class Wave(Answer):
    """One fieldwork period of a survey."""

    survey: str
    code: str
    title: Texts
    state: Literal["planned", "open", "closed"]
    wave_kind: Literal["probability", "census", "volunteer"]
    instrument: str
    instrument_version: int
    tree_date: date = Field(description="The day whose tree of agencies the wave is reported on.")
    opens_at: datetime | None
    closes_at: datetime | None
    languages: list[str]
    level: float = Field(description="Confidence level of its intervals.")
    threshold: int = Field(description="Figures of fewer answers are suppressed.")
    anonymous: bool
    newest_release: int | None


class Agency(Answer):
    """A public body as it stood on a day."""

    code: str
    kind: str
    parent: str | None = Field(
        description="Code of the agency it stands under; null for a root, and where the key sees no further up."
    )
    names: Texts


class AgencyDetail(Agency):
    """An agency with what stands over and under it."""

    on: date
    path: list[str] = Field(description="Codes from the highest that the key may see down to the agency.")
    children: list[str]


class InstrumentRef(Answer):
    """A registered version of a questionnaire; it never changes after its first response."""

    code: str
    version: int
    sha256: str


class Instrument(InstrumentRef):
    """A version of a questionnaire as a document, in the format of docs/instrument-format.md."""

    document: dict[str, Any]


class Release(Answer):
    """One set of results of a wave; it never changes, a correction is a new one that says what changed and why."""

    survey: str
    wave: str
    number: int
    published_on: date
    languages: list[str] = Field(description="Languages of its workbooks, the first one first.")
    public: bool = Field(description="Whether anyone may read it without an account.")
    changes: str = Field(description="What is different from the release before; empty in a first one.")
    reason: str = Field(description="Why it was corrected; empty in a first one.")
    results_sha256: str
    snapshot_sha256: str
    code_version: str
    key_id: str | None = Field(description="The key with which its workbooks are signed.")


class Estimate(Answer):
    """One figure with its uncertainty, in per cent or index points (CONTRACTS 6, docs/results-document.md)."""

    by: str | None
    domain: str | None = Field(
        description="Code of the agency with all below it; with #own its own respondents alone; null: everybody."
    )
    domain_label: str
    node: str
    node_label: str
    kind: Literal["item", "node", "index"]
    measure: str
    measure_label: str
    value: float | None
    std_error: float | None
    low: float | None
    high: float | None
    interval_method: str
    df: float | None
    deff: float | None
    n: float | None
    n_psu: float | None
    n_eff: float | None
    flag: str | None = Field(
        description="Words joined by blanks; docs/quality-flags.md says what each means."
    )
    flag_reason: str | None = Field(description="The same as a sentence, in the language asked for.")
    marks: Texts = Field(
        description="Why a figure is null, by its field: c suppressed, x not available, z not applicable, "
        "u low reliability."
    )


class Comparison(Answer):
    """The difference a - b of two domains, with their covariance kept; low and high are not adjusted."""

    by: str | None
    node: str
    measure: str
    a: str
    b: str | None = Field(description="null: everybody.")
    difference: float | None
    std_error: float | None
    low: float | None
    high: float | None
    df: int
    p: float | None
    p_adjusted: float | None
    method: str


class Rank(Answer):
    """Where a domain stands, 1 = best, with the bounds of its simultaneous confidence set; null: it takes no part."""

    by: str | None
    node: str
    measure: str
    domain: str
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    tie_groups: list[int] | None
    method: str


class Scorecard(Answer):
    """Everything a release says of one agency."""

    agency: str
    label: str
    release: int
    estimates: list[Estimate]
    ranks: list[Rank]
    workbooks: list[str] = Field(description="Names of its workbooks; empty where nobody answered.")


class Workbook(Answer):
    """A workbook of a release."""

    stem: str = Field(description="Its name, to ask for the file.")
    domain: str | None = Field(description="Whose it is; null: of all agencies.")
    signed: bool


class CodebookLine(Answer):
    """One column of an export, and one code that it may hold."""

    column: str
    text: str
    holds: str
    item: str | None
    section: str | None
    role: str | None
    code: str | None
    label: str | None
    value: float | None
    satisfied: str | float | None
    missing: str | None
    sav_name: str
    sav_value: str | float | None
    dta_name: str
    dta_value: str | float | None


class ExportAsked(BaseModel):
    """How the answers of a wave shall be written; docs/jobs-and-exports.md says what each choice does."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"format": "parquet", "language": "vi"}]}
    )

    format: Literal["csv", "xlsx", "sav", "dta", "parquet", "jsonl", "json"]
    language: str = Field("vi", pattern="^[a-z]{2,3}$", description="Language of labels and of the codebook.")
    labels: bool = Field(False, description="The words of an option instead of its code.")
    design: bool = Field(True, description="The columns of the sampling plan.")
    missing: bool = Field(True, description="Beside each item why it is empty.")
    bom: bool = Field(True, description="CSV: the mark by which Excel knows UTF-8.")
    delimiter: Literal["comma", "semicolon"] = "comma"
    guard: bool = Field(
        False, description="CSV: an apostrophe before what a spreadsheet would take for a formula."
    )
    codebook: Literal["csv", "xlsx", "json"] = "json"


class Job(Answer):
    """Long work that the owner of the key asked for."""

    key: str
    kind: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    done: int = Field(description="Steps done.")
    total: int | None = Field(description="Steps in all; null while it is not known.")
    problem: str = Field(description="Why it failed, in one sentence; else empty.")
    made_at: datetime
    ended_at: datetime | None
    files: list[str] = Field(description="What it made; kept for seven days.")
