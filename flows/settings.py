"""The one settings object: the flow's parameters, the command line's options and the form in the Prefect UI."""

# No `from __future__ import annotations`: a served flow is pickled by value, and pydantic could not resolve the names.
import os
import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from transforms.field_names import FIELD_NAMES

FIELD_COLUMNS = ("text", "id", *FIELD_NAMES)

# One slash or two: a Path takes the second away. A drive of Windows has one letter and is no scheme.
_AFTER_SCHEME = re.compile(r"(?<=[a-z0-9+.-][a-z0-9+.-]):/{1,2}(?=[^/\s])", re.IGNORECASE)
# Bounded repeats, each after a fixed sign: time stays linear in the length of the text.
_SECRET_VALUE = re.compile(
    r"""([?&;\#]
         (?: [\w.%~-]{0,64}? (?:token|secret|passw(?:or)?d|passphrase|pwd|signature|credential|authorization
                              |(?:api|access|private)[_-]?key) [\w.%~-]{0,64}
           | (?:[\w.%~-]{0,64}[_.-])? (?:key|sig|sas|jwt|pass|auth|session(?:[_-]?id)?)
         )=)[^\s&\#]+""",
    re.VERBOSE | re.IGNORECASE,
)


def mask_secrets(text: str) -> str:
    """The text with the secrets of its addresses replaced by ***.

    Secrets are what stands before the @ of an address (a user's name or key, a password, whatever signs it holds), and
    the values of a query that say by their name that they give access (``?token=``, ``&X-Amz-Signature=``).
    """
    return _SECRET_VALUE.sub(r"\1***", re.sub(r"\S+", lambda word: _mask_users(word[0]), text))


def _mask_users(word: str) -> str:
    """One word without what stands before an @ of the addresses in it.

    A password may hold / and @, so that it ends at the last @ of the word; where no colon begins one, the user's name
    ends at the first slash (``https://example.com/@somebody`` has none).
    """
    last = word.rfind("@")
    if last == -1:
        return word
    masked, done = [], 0
    for scheme in _AFTER_SCHEME.finditer(word):
        if scheme.end() <= done:
            continue
        slash = word.find("/", scheme.end())
        host = word[scheme.end() : slash if slash != -1 else len(word)]
        end = last if ":" in host else word.rfind("@", scheme.end(), scheme.end() + len(host))
        if end < scheme.end():
            continue
        masked += [word[done : scheme.end()], "***"]
        done = end
    return "".join([*masked, word[done:]])


class Settings(BaseModel):
    """What one run does: where it reads, where it writes, and what it makes of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seeds: tuple[str, ...] = Field(
        default=("seeds",),
        min_length=1,
        description="Files, folders (to any depth) and globs to read, also s3://. The data set mirrors exactly these.",
    )
    fields: tuple[str, ...] = Field(
        default=(),
        title="Field names",
        description="What a field of records means, as COLUMN=NAME (text=BODY); goes before the names that are known.",
    )
    out: str = Field(default="data", min_length=1, description="The folder, or s3://bucket/prefix, for the data set.")
    workers: int = Field(
        default=0,
        ge=0,
        le=256,
        description="Processes that annotate side by side; 0: one a processor core, or all that a cluster has.",
    )
    batch_chars: int = Field(
        default=1_000_000,
        title="Batch size (characters)",
        ge=10_000,
        le=50_000_000,
        description="Characters of text in a batch (one task run, one part of each table); more where there are many.",
    )
    min_confidence: float = Field(
        default=0.2, ge=0.0, le=1.0, description="Quotations that the annotator trusts less than this are left out."
    )
    keep_mojibake: bool = Field(
        default=False,
        description="Leave text that was read in a wrong encoding (â€™ for ’) as it is, which is put right else.",
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
        description="Processor seconds a document may take before it is quarantined; a long one may take longer.",
    )
    keep_snapshots: int = Field(default=10, ge=1, le=10_000, description="How many of the newest snapshots to keep.")
    table_format: Literal["none", "delta"] = Field(
        default="none",
        description="After the commit, have each table as a Delta table under delta/ too (needs newsmill[delta]).",
    )
    # "" rather than None: the UI's form shows a choice between two types for a field that may be None.
    gazetteer: str = Field(
        default="", description="A CSV of known entities (name, type, aliases, external_id) to link and merge by."
    )
    corrections: str = Field(
        default="", description="A file of your corrections to entities: merge, split, rename, never."
    )
    max_record_mb: int = Field(
        default=20, ge=1, le=1000, title="Largest record (MB)", description="A longer document is quarantined."
    )
    max_unpacked_gb: int = Field(
        default=64,
        ge=1,
        le=10_000,
        title="Largest source, unpacked (GB)",
        description="Reading of a source ends there.",
    )
    max_unpacking_ratio: int = Field(
        default=200,
        ge=2,
        le=100_000,
        description="Times its size that a packed source of more than 10 MB may unpack to; more is taken for a bomb.",
    )
    max_archive_depth: int = Field(default=3, ge=1, le=20, description="Archives that may lie inside each other.")
    follow_links: bool = Field(default=False, description="Follow links that lead out of the folders given.")
    engine: Literal["local", "dask"] = Field(
        default="local",
        description="What does the work: processes of this machine (local), or a Dask cluster (needs newsmill[dask]).",
    )
    engine_address: str = Field(
        default="",
        description="Where the Dask cluster's scheduler is, as tcp://host:8786; none: a temporary one of this machine.",
    )
    annotator: str = Field(
        default="model",
        min_length=1,
        description="What annotates: model (built in), fast (built in too: half the time, fewer names found), "
        "spacy (needs newsmill[spacy]), or module:function of your own.",
    )
    rebuild: bool = Field(default=False, description="Read and annotate everything again, whatever is known already.")

    @property
    def n_workers(self) -> int:
        """The number of annotating processes, at least 1."""
        if self.workers:
            return self.workers
        # Inside a container the affinity is what counts; macOS does not know it.
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    @property
    def field_names(self) -> dict[str, str]:
        """The user's names of fields, by what they mean."""
        return dict(pair.split("=", 1) for pair in self.fields)

    @property
    def limits(self) -> dict[str, int]:
        """What a source may hold, under the names of ``formats.limits.Limits``."""
        return {
            "record_bytes": self.max_record_mb * 2**20,
            "unpacked_bytes": self.max_unpacked_gb * 2**30,
            "unpacking_ratio": self.max_unpacking_ratio,
            "depth": self.max_archive_depth,
        }

    @field_validator("fields")
    @classmethod
    def _are_pairs(cls, pairs: tuple[str, ...]) -> tuple[str, ...]:
        for pair in pairs:
            column, _, name = pair.partition("=")
            if column not in FIELD_COLUMNS or not name.strip():
                raise ValueError(f"write COLUMN=NAME, where COLUMN is one of {', '.join(FIELD_COLUMNS)}")
        return pairs

    def row_settings(self) -> dict[str, object]:
        """The settings that shape the rows of a part; a change of any of them rebuilds the data set."""
        shaping = {"min_confidence": self.min_confidence, "keep_mojibake": self.keep_mojibake}
        return {**shaping, "fields": sorted(self.fields), "limits": self.limits}

    def without_secrets(self) -> dict[str, Any]:
        """The settings as JSON values, fit to be stored and shown."""
        return {name: _mask_all(value) for name, value in self.model_dump(mode="json").items()}


def _mask_all(value: Any) -> Any:
    if isinstance(value, str):
        return mask_secrets(value)
    if isinstance(value, list):
        return [_mask_all(item) for item in value]
    return value
