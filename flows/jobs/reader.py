"""One listed record to one article, or to the reason why it gives none."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from flows.formats.base import Document, FormatError, Record
from flows.formats.registry import parse_record, source_text
from flows.jobs.index import content_hash
from flows.storage.files import open_file
from flows.store.base import Stage
from flows.store.disk import OutputError
from transforms.articles import build_article
from transforms.offset_map import Row, offset_rows
from transforms.records import Article, RawDocument, Reject

Todo = Mapping[str, Any]  # a row of INDEX_SCHEMA


def document_name(todo: Todo) -> str:
    """What a document is called between worker and supervisor."""
    return todo["uri"] if todo["number"] is None else f"{todo['uri']}#{todo['number']}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of a record: its article, and the rows that lead from its text back to the record's bytes."""

    article: Article
    offsets: list[Row]


class Reader:
    """The articles of records, with one file open at a time; ``repair`` as in ``parse_record``."""

    def __init__(self, stage: Stage, *, repair: bool = True) -> None:
        self._stage = stage
        self._repair = repair
        self._path = ""
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def read(self, todo: Todo) -> Reading | Reject:
        """The article of a record; never raises for what the record holds."""
        try:
            record = self._record(todo)
            document = parse_record(record, repair=self._repair)
        except FormatError as error:
            return _reject(todo, "extract", error.reason, str(error))
        except OSError as error:
            return _reject(todo, "extract", "unreadable", error.strerror or type(error).__name__)
        try:
            article = build_article(_raw(todo, document))
            return article if isinstance(article, Reject) else Reading(article, _offsets(record, document, article))
        except OSError as error:  # a library that unpacks its model to a full disk: no document's fault
            raise OutputError(f"cannot write to {tempfile.gettempdir()}: {error.strerror}") from error
        except Exception as error:
            return _reject(todo, "articles", "bad_record", told(error))

    def _record(self, todo: Todo) -> Record:
        """The record; FormatError where its bytes are no longer those that were listed."""
        is_spooled = todo["location"] is not None
        file = self._open(self._stage.locate(todo["location"]) if is_spooled else todo["path"], not is_spooled)
        file.seek(todo["byte_start"])
        data = file.read(todo["n_bytes"])
        if is_spooled:
            data = pa.decompress(data, todo["n_unpacked"], codec="zstd", asbytes=True)
        stated = json.loads(todo["stated"]) if todo["stated"] else {}
        record = Record(data, todo["format"], todo["name"], stated=stated)
        if content_hash(record) != todo["sha256"]:
            raise FormatError("changed_while_read", "it was written to during the run; the next run reads it again")
        return record

    def _open(self, path: str, is_source: bool) -> IO[bytes]:
        if self._file is None or path != self._path:
            if self._file is not None:
                self._file.close()
            self._path, self._file = path, open_file(path, is_source=is_source)
        return self._file


def _offsets(record: Record, document: Document, article: Article) -> list[Row]:
    source = source_text(record, document)
    return offset_rows(article, source) if source is not None else []


def _raw(todo: Todo, document: Document) -> RawDocument:
    return RawDocument(
        source_uri=todo["uri"],
        record_key=todo["key"],
        record_index=todo["number"] or 0,
        source_sha256=todo["sha256"],
        media_type=document.media_type,
        encoding=document.encoding,
        text=document.text,
        fields=document.fields,
        quality_flags=document.quality_flags,
    )


def _reject(todo: Todo, stage: str, reason: str, detail: str) -> Reject:
    return Reject(todo["uri"], todo["number"], todo["sha256"], stage, reason, detail)


def told(error: Exception) -> str:
    """What went wrong, and where in the code."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    where = f" in {Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}" if frame is not None else ""
    return f"{type(error).__name__}{where}: {error}"
