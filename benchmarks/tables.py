"""Annotations as the few table columns that the scorer reads, to measure an annotator without a run of the flow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.records import Annotation, Attribution, Span


def write_tables(texts: Mapping[str, str], annotations: Mapping[str, Annotation], folder: Path) -> None:
    """One Parquet file a table under ``folder``; both mappings are keyed by the text's id."""
    articles = [{"article_id": key, "source_uri": f"{key}.txt", "text": text} for key, text in texts.items()]
    write(
        articles, folder / "articles", [("article_id", pa.string()), ("source_uri", pa.string()), ("text", pa.string())]
    )
    spans: list[tuple[str, pa.DataType]] = [("char_start", pa.int64()), ("char_end", pa.int64())]
    key_column: list[tuple[str, pa.DataType]] = [("article_id", pa.string())]
    write(rows_of(annotations, sentence_rows), folder / "sentences", [*key_column, *spans])
    kinds: list[tuple[str, pa.DataType]] = [
        ("entity_type", pa.string()),
        ("mention_type", pa.string()),
        ("confidence", pa.float64()),
    ]
    write(rows_of(annotations, mention_rows), folder / "entity_mentions", [*key_column, *spans, *kinds])
    optional: list[tuple[str, pa.DataType]] = [
        (f"{part}_char_{end}", pa.int64()) for part in ("cue", "speaker") for end in ("start", "end")
    ]
    segments = pa.list_(pa.struct(spans))
    write(
        rows_of(annotations, quote_rows),
        folder / "quotes",
        [
            *key_column,
            *spans,
            ("segments", segments),
            *optional,
            ("speaker_name", pa.string()),
            ("confidence", pa.float64()),
        ],
    )


def write(rows: Iterable[dict[str, Any]], folder: Path, columns: Sequence[tuple[str, pa.DataType]]) -> None:
    """One table as one file."""
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(list(rows), schema=pa.schema(list(columns))), folder / "part-0.parquet")


def rows_of(annotations: Mapping[str, Annotation], rows: Any) -> list[dict[str, Any]]:
    """The rows of every text, with the text's id."""
    return [{"article_id": key, **row} for key, annotation in annotations.items() for row in rows(annotation)]


def span_columns(span: Span | None, prefix: str = "") -> dict[str, int | None]:
    """The two offset columns of a span."""
    start, end = (None, None) if span is None else span
    return {f"{prefix}char_start": start, f"{prefix}char_end": end}


def sentence_rows(annotation: Annotation) -> list[dict[str, Any]]:
    """Rows of ``sentences``."""
    return [dict(span_columns(span)) for span in annotation.sentences]


def mention_rows(annotation: Annotation) -> list[dict[str, Any]]:
    """Rows of ``entity_mentions``."""
    return [
        {
            **span_columns(mention.span),
            "entity_type": mention.entity_type,
            "mention_type": mention.mention_type,
            "confidence": mention.confidence,
        }
        for mention in annotation.mentions
    ]


def quote_rows(annotation: Annotation) -> list[dict[str, Any]]:
    """Rows of ``quotes``."""
    return [quote_row(attribution) for attribution in annotation.attributions]


def quote_row(attribution: Attribution) -> dict[str, Any]:
    """One row of ``quotes``; the speaker's name is another step's work."""
    whole = Span(attribution.content[0].char_start, attribution.content[-1].char_end)
    return {
        **span_columns(whole),
        "segments": [span_columns(span) for span in attribution.content],
        **span_columns(attribution.cue, "cue_"),
        **span_columns(attribution.source, "speaker_"),
        "speaker_name": None,
        "confidence": attribution.confidence,
    }
