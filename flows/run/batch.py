"""One batch, from files to Parquet parts: the work of one task, done in one process, without Prefect."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from flows.sources.read import read_source
from flows.store.disk import UNCHANGED, writing
from flows.store.parquet import WrittenFile, write_table
from transforms.annotate.protocol import Annotator
from transforms.articles import build_article
from transforms.document import document_rows, quarantine_row
from transforms.records import Article, RawDocument, Reject, Source
from transforms.schema import Rows, conform

# Enough texts for the annotator to group them by length, few enough to hear from the worker every few seconds.
CHUNK_CHARS = 60_000
CHUNK_DOCUMENTS = 64
# A single source can hold more than a batch (JSON lines): its rows are written out in pieces of this many characters.
PIECE_CHARS = 8_000_000

# Called with the document about to be worked on (uri, record number) and the characters finished so far.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class BatchSpec:
    """What a worker has to know; kept as a file, so that text and lists never travel as task arguments.

    ``skip`` maps "uri#record", or a uri for the whole source, to the reason and detail of the quarantine row that
    stands for what killed its worker before.
    """

    batch_id: str
    fingerprint: str
    annotator: str
    min_confidence: float
    sources: tuple[Source, ...]
    done_folder: str
    skip: dict[str, tuple[str, str]] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        """Write the spec as JSON."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> BatchSpec:
        """Read a spec back."""
        raw = json.loads(path.read_text(encoding="utf-8"))
        raw["sources"] = tuple(Source(**source) for source in raw["sources"])
        return cls(**raw)


@dataclass(frozen=True)
class BatchResult:
    """What came of a batch: one entry a source, and the parts written."""

    batch_id: str
    fingerprint: str
    sources: tuple[dict[str, Any], ...]
    files: tuple[WrittenFile, ...]
    n_chars: int
    n_words: int
    seconds: dict[str, float]

    @classmethod
    def load(cls, folder: Path) -> BatchResult:
        """Read ``folder/result.json``."""
        raw = json.loads((folder / "result.json").read_text(encoding="utf-8"))
        raw["files"] = tuple(WrittenFile(**entry) for entry in raw["files"])
        raw["sources"] = tuple(raw["sources"])
        return cls(**raw)


def run_batch(spec: BatchSpec, annotator: Annotator, progress: Progress, *, careful: bool = False) -> BatchResult:
    """Read, annotate and write one batch; its folder appears under ``done_folder`` whole or not at all.

    ``careful`` works document by document, so that the last document told to ``progress`` is the one to blame for an
    exception or the death of the process. OutputError, raised where the batch cannot be written, is never a
    document's fault.
    """
    done = Path(spec.done_folder) / spec.batch_id
    work = done.with_name(f".{spec.batch_id}-{os.getpid()}")
    with writing(work, UNCHANGED):
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
    writer = _BatchWriter(spec, annotator, work, careful=careful)
    for document in _documents(spec, writer, progress):
        writer.add(document)
        if careful or writer.is_chunk_full():
            writer.annotate_chunk()
            progress("", 0, writer.n_chars)
    result = writer.finish()
    with writing(work, UNCHANGED):
        _put_away(result, {s.uri: s.sha256 for s in spec.sources}, work, done)
    return result


def _put_away(result: BatchResult, sources: dict[str, str], work: Path, done: Path) -> None:
    (work / "sources.json").write_text(json.dumps(sources), encoding="utf-8")
    (work / "result.json").write_text(json.dumps(asdict(result)), encoding="utf-8")
    # A worker that died between this step and its last word leaves a finished folder to the retry.
    shutil.rmtree(done, ignore_errors=True)
    work.rename(done)


def _documents(spec: BatchSpec, writer: _BatchWriter, progress: Progress) -> Iterator[Article]:
    for source in spec.sources:
        started = time.perf_counter()
        index = 0
        progress(source.uri, index, writer.n_chars)
        if source.uri in spec.skip:
            writer.reject(source.uri, _blamed(source, None, spec.skip[source.uri]))
            continue
        for item in read_source(source):
            outcome = _parse(item, spec, source, index)
            writer.seconds["extract"] += time.perf_counter() - started
            if isinstance(outcome, Reject):
                writer.reject(source.uri, outcome)
            else:
                yield outcome
            index += 1
            started = time.perf_counter()
            progress(source.uri, index, writer.n_chars)


def _parse(item: RawDocument | Reject, spec: BatchSpec, source: Source, index: int) -> Article | Reject:
    blame = spec.skip.get(f"{source.uri}#{index}")
    if blame is not None:
        return _blamed(source, index, blame)
    return item if isinstance(item, Reject) else build_article(item)


def _blamed(source: Source, record_index: int | None, blame: tuple[str, str]) -> Reject:
    return Reject(source.uri, record_index, source.sha256 or None, "annotate", *blame)


class _BatchWriter:
    """Gathers documents, annotates them a chunk at a time, and writes the parts."""

    def __init__(self, spec: BatchSpec, annotator: Annotator, work: Path, *, careful: bool) -> None:
        self.spec = spec
        self.annotator = annotator
        self.work = work
        self.careful = careful
        self.seconds: dict[str, float] = defaultdict(float)
        self.n_chars = 0
        self.n_words = 0
        self._chunk: list[Article] = []
        self._chunk_chars = 0
        self._rows: Rows = defaultdict(list)
        self._piece_chars = 0
        self._files: list[WrittenFile] = []
        self._n_articles: Counter[str] = Counter()
        self._n_rejects: Counter[str] = Counter()

    def add(self, article: Article) -> None:
        """Take one document into the current chunk."""
        self._chunk.append(article)
        self._chunk_chars += len(article.text)
        self._n_articles[article.source_uri] += 1

    def reject(self, uri: str, reject: Reject) -> None:
        """Take one quarantine row."""
        self._n_rejects[uri] += 1
        self._rows["quarantine"].append(quarantine_row(reject))

    def is_chunk_full(self) -> bool:
        """Whether the chunk should be annotated before more is read."""
        return self._chunk_chars >= CHUNK_CHARS or len(self._chunk) >= CHUNK_DOCUMENTS

    def annotate_chunk(self) -> None:
        """Turn the chunk into rows."""
        started = time.perf_counter()
        annotations = self.annotator.annotate([article.text for article in self._chunk])
        annotated = time.perf_counter()
        for article, annotation in zip(self._chunk, annotations, strict=True):
            rows = document_rows(article, annotation, min_confidence=self.spec.min_confidence)
            if self.careful:
                conform(rows)  # rows that break the contract are this document's fault, not the whole batch's
            self.n_words += rows["articles"][0]["n_words"]
            for table, new in rows.items():
                self._rows[table].extend(new)
        self.seconds["annotate"] += annotated - started
        self.seconds["tables"] += time.perf_counter() - annotated
        self.n_chars += self._chunk_chars
        self._piece_chars += self._chunk_chars
        self._chunk, self._chunk_chars = [], 0
        if self._piece_chars >= PIECE_CHARS:
            self._write_piece()

    def finish(self) -> BatchResult:
        """Annotate and write what is left."""
        if self._chunk:
            self.annotate_chunk()
        self._write_piece()
        return BatchResult(
            self.spec.batch_id,
            self.spec.fingerprint,
            tuple(self._outcome(source) for source in self.spec.sources),
            tuple(self._files),
            self.n_chars,
            self.n_words,
            dict(self.seconds),
        )

    def _write_piece(self) -> None:
        started = time.perf_counter()
        tables: dict[str, pa.Table] = conform(self._rows)
        self.seconds["tables"] += time.perf_counter() - started
        piece = f"-{len({file.name for file in self._files})}" if self._files else ""
        name = f"part-{self.spec.batch_id}{piece}.parquet"
        with writing(self.work, UNCHANGED):
            for table, data in tables.items():
                if data.num_rows:
                    self._files.append(write_table(self.work, table, name, data))
        self._rows, self._piece_chars = defaultdict(list), 0
        self.seconds["load"] += time.perf_counter() - started

    def _outcome(self, source: Source) -> dict[str, Any]:
        n_articles, n_rejects = self._n_articles[source.uri], self._n_rejects[source.uri]
        outcome = "articles" if n_articles else "quarantined"
        return {"uri": source.uri, "outcome": outcome, "n_articles": n_articles, "n_quarantined": n_rejects}
