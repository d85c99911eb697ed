"""The one settings object: the flow's parameters, the command line's options and the form in the Prefect UI."""

# No `from __future__ import annotations`: a served flow is pickled by value, and pydantic could not resolve the names.
import os
import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

# One slash or two: a Path takes the second away.
_USERINFO = re.compile(r"(\b[a-z][a-z0-9+.-]+:/{1,2})[^/\s@]+@", re.IGNORECASE)


def mask_secrets(text: str) -> str:
    """The text with what stands before the @ of an address, a user's name or key, replaced by ***."""
    return _USERINFO.sub(r"\1***@", text)


class Settings(BaseModel):
    """What one run does: where it reads, where it writes, and what it makes of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seeds: tuple[str, ...] = Field(
        default=("seeds",),
        min_length=1,
        description="Files, folders (searched to any depth) and globs to read. The data set mirrors exactly these.",
    )
    out: str = Field(default="data", min_length=1, description="The folder that holds the data set and its snapshots.")
    workers: int = Field(
        default=0, ge=0, le=256, description="Processes that annotate side by side; 0 means one a processor core."
    )
    batch_chars: int = Field(
        default=1_000_000,
        title="Batch size (characters)",
        ge=10_000,
        le=50_000_000,
        description="About how many characters of text one batch (one task run, one part of each table) holds.",
    )
    min_confidence: float = Field(
        default=0.0, ge=0.0, le=1.0, description="Quotations that the annotator trusts less than this are left out."
    )
    strict: bool = Field(default=False, description="Fail the run (exit code 1) where anything is quarantined.")
    max_quarantine_share: float = Field(
        default=0.5,
        ge=0.0,
        le=1.0,
        description="Fail, and commit nothing, where more than this share of the files gives no article.",
    )
    max_gone_share: float = Field(
        default=0.5,
        ge=0.0,
        le=1.0,
        description="Fail and change nothing where more than this share of the known files, or a whole root, is gone.",
    )
    allow_gone: bool = Field(default=False, description="Take files that are gone for meant to be gone, however many.")
    when_busy: Literal["wait", "skip"] = Field(
        default="wait", description="What to do where another run is writing to the same output folder."
    )
    document_timeout_s: int = Field(
        default=20,
        ge=1,
        le=86_400,
        title="Document timeout (s)",
        description="Seconds one document may take before it is quarantined; a long one gets more in proportion.",
    )
    keep_snapshots: int = Field(default=10, ge=1, le=10_000, description="How many of the newest snapshots to keep.")
    # "" rather than None: the UI's form shows a choice between two types for a field that may be None.
    gazetteer: str = Field(
        default="", description="A CSV of known entities (name, type, aliases, external_id) to link and merge by."
    )
    corrections: str = Field(
        default="", description="A file of your corrections to entities: merge, split, rename, never."
    )
    engine: Literal["local"] = Field(default="local", description="What does the work: processes of this machine.")
    annotator: str = Field(
        default="model",
        min_length=1,
        description="What annotates: model (built in), spacy (needs newsmill[spacy]), or module:function of your own.",
    )
    rebuild: bool = Field(default=False, description="Read and annotate everything again, whatever is known already.")

    @property
    def n_workers(self) -> int:
        """The number of annotating processes, at least 1."""
        if self.workers:
            return self.workers
        # Inside a container the affinity is what counts; macOS does not know it.
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    def row_settings(self) -> dict[str, object]:
        """The settings that shape the rows of a part; a change of any of them rebuilds the data set."""
        return {"min_confidence": self.min_confidence}

    def without_secrets(self) -> dict[str, Any]:
        """The settings as JSON values, fit to be stored and shown."""
        return {name: _mask_all(value) for name, value in self.model_dump(mode="json").items()}


def _mask_all(value: Any) -> Any:
    if isinstance(value, str):
        return mask_secrets(value)
    if isinstance(value, list):
        return [_mask_all(item) for item in value]
    return value
