"""What a snapshot remembers of its sources and records, and what is listed of files before they are parsed."""

from __future__ import annotations

import pyarrow as pa

RECORDS = "internal/records"
ANNOTATIONS = "internal/annotations"
SAYINGS = "internal/sayings"
SIGNATURES = "internal/signatures"

# Faults of the moment: another try may mend them, so the next run tries again. All others lie in the bytes.
PASSING_REASONS = (
    "unreadable",
    "changed_while_read",
    "reader_timeout",
    "reader_crash",
    "annotator_timeout",
    "annotator_crash",
)


def _schema(required: dict[str, pa.DataType], optional: dict[str, pa.DataType]) -> pa.Schema:
    fields = [pa.field(name, kind, nullable=False) for name, kind in required.items()]
    return pa.schema([*fields, *(pa.field(name, kind) for name, kind in optional.items())])


_TEXT, _LONG = pa.string(), pa.int64()

# One file found. `sha256` is null where it could not be read to its end, or changed meanwhile;
# `e_tag` is empty for a local file, and null in snapshots from before there were others.
FILES_SCHEMA = _schema(
    {"uri": _TEXT, "root": _TEXT, "size": _LONG, "mtime_ns": _LONG, "hashed_at_ns": _LONG},
    {"sha256": _TEXT, "e_tag": _TEXT},
)
# The same with what came of it; the snapshot's `internal/sources.parquet`.
SOURCES_SCHEMA = _schema(
    {
        **{name: FILES_SCHEMA.field(name).type for name in FILES_SCHEMA.names if not FILES_SCHEMA.field(name).nullable},
        "outcome": _TEXT,
        "n_articles": _LONG,
        "n_quarantined": _LONG,
    },
    {"sha256": _TEXT, "e_tag": _TEXT, "duplicate_of": _TEXT},
)
# One record of a file as it lies there, or a fault in its place. `location` is the file in the stage that holds the
# record's bytes unpacked, null where they lie in the source itself at `byte_start`. `source_start` is where the record
# starts in the source, re-encoded or not; null where it lies packed in it, or no offsets lead back to it.
INDEX_SCHEMA = _schema(
    {"uri": _TEXT, "path": _TEXT, "key": _TEXT, "sha256": _TEXT, "weight": _LONG},
    {
        "number": _LONG,
        "format": _TEXT,
        "name": _TEXT,
        "stated": _TEXT,
        "location": _TEXT,
        "byte_start": _LONG,
        "n_bytes": _LONG,
        "n_unpacked": _LONG,
        "source_start": _LONG,
        "reason": _TEXT,
        "detail": _TEXT,
    },
)
# One record whose rows the snapshot holds, in the part of its batch. Byte 0 of its rows in offset_map is `byte_start`
# (`source_start` of above): it is here, since a record moves whenever one before it grows, and its rows stay.
RECORDS_SCHEMA = _schema(
    {"uri": _TEXT, "key": _TEXT, "sha256": _TEXT},
    {"number": _LONG, "byte_start": _LONG, "article_id": _TEXT, "reason": _TEXT},
)
# What the annotator found in one text, so that the same text is never annotated twice: see run/annotations.py.
ANNOTATIONS_SCHEMA = _schema({"article_id": _TEXT, "text_sha256": _TEXT, "annotator": _TEXT, "found": pa.binary()}, {})
# What of one quotation can be found again elsewhere, and what is told of it then: see transforms/link/sayings.py.
SAYINGS_SCHEMA = _schema(
    {
        "quote_id": _TEXT,
        "article_id": _TEXT,
        "node": pa.uint64(),
        "wording": pa.uint64(),
        "words": _TEXT,
        "quoted": _TEXT,
        "n_words": pa.int32(),
        "speaker": _TEXT,
        "quote_type": _TEXT,
        "char_start": pa.int32(),
        "char_end": pa.int32(),
        "is_named": pa.bool_(),
        "prints": pa.list_(pa.field("item", pa.uint64(), nullable=False)),
    },
    {"speaker_entity_id": _TEXT},
)
# What of one article is compared with all others, to find its copies and what its source says in every article; made
# by transforms/copies/signature.py. The lists of passages go together.
SIGNATURES_SCHEMA = pa.schema(
    [
        pa.field("article_id", _TEXT, nullable=False),
        pa.field("day", pa.date32()),
        pa.field("agency_rank", pa.int8(), nullable=False),
        pa.field("n_words", pa.int32(), nullable=False),
        pa.field("source_key", _LONG, nullable=False),
        pa.field("text_key", _LONG, nullable=False),
        *(
            pa.field(name, pa.list_(pa.field("item", kind, nullable=False)), nullable=False)
            for name, kind in {
                "address_keys": _LONG,
                "fingerprints": pa.uint32(),
                "passage_keys": _LONG,
                "passage_starts": pa.int32(),
                "passage_ends": pa.int32(),
                "passage_words": pa.int32(),
            }.items()
        ),
    ]
)
# One line of the corrections that the snapshot was linked with; a snapshot without any has no such file.
CORRECTIONS_SCHEMA = _schema(dict.fromkeys(("action", "entity_type", "name", "target", "article"), _TEXT), {})
