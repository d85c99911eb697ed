"""One batch, from records to Parquet parts: the work of one task, done in one process, without Prefect."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from flows.jobs.annotations import annotation_table, known_before, known_of_batch, pack, unpack
from flows.jobs.parts import Parts
from flows.jobs.reader import Reader, Todo, document_name, told
from flows.jobs.specs import BatchResult, BatchSpec
from flows.jobs.steps import Progress, Step
from flows.store import open_store
from flows.store.base import Stage
from flows.store.internal import (
    ANNOTATIONS,
    RECORDS,
    RECORDS_SCHEMA,
    SAYINGS,
    SAYINGS_SCHEMA,
    SIGNATURES,
    SIGNATURES_SCHEMA,
)
from flows.store.manifest import part_name
from flows.store.parquet import open_parquet, stage_table
from transforms.annotate.protocol import Annotator
from transforms.copies.signature import signature
from transforms.document import document_rows, quarantine_row, text_hash
from transforms.language import is_known, without_annotation, without_foreign
from transforms.link.sayings import saying_rows
from transforms.offset_map import Row
from transforms.records import Annotation, Article, Reject
from transforms.schema import ContractError, Rows, conform
from transforms.sentence_splitting import split_by_script

# Enough texts for the annotator to group them by length, few enough to hear from the worker every few seconds.
CHUNK_CHARS = 60_000
CHUNK_DOCUMENTS = 64
# Rows as Python objects take some seventy times the room of their text.
ROWS_CHARS = 250_000
RECORDS_AT_ONCE = 1_000
MAX_DETAIL_CHARS = 500


def run_batch(spec: BatchSpec, annotator: Annotator, progress: Progress) -> BatchResult:
    """Read, annotate and write one batch.

    An exception that one document causes ends in the quarantine. OutputError, raised where the batch cannot be
    written, is no document's fault.
    """
    stage = open_store(spec.store).stage(spec.run_id)
    folder = f"batches/{spec.batch_id}{_suffix(spec)}"
    with (
        Reader(stage, repair=not spec.keep_mojibake) as reader,
        Parts(stage, folder, part_name(spec.batch_id)) as parts,
    ):
        work = _Batch(spec, stage, annotator, progress, parts)
        for todo in _records_to_do(stage, spec.batch_id):
            work.add(todo, reader)
        return work.finish(folder)


def _suffix(spec: BatchSpec) -> str:
    return f"-{spec.attempt}" if spec.attempt else ""


def _records_to_do(stage: Stage, batch_id: str) -> Iterator[Todo]:
    file = open_parquet(stage.locate(f"batches/{batch_id}/todo.parquet"))
    for rows in file.iter_batches(RECORDS_AT_ONCE):
        yield from rows.to_pylist()


@dataclass(frozen=True, slots=True)
class _Pending:
    """A document read and not yet annotated."""

    todo: Todo
    article: Article
    offsets: list[Row]
    text_sha256: str
    is_known: bool  # the annotator knows its language


@dataclass
class _Counts:
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    n_annotated: int = 0
    n_reused: int = 0
    n_chars: int = 0
    n_words: int = 0
    n_articles: int = 0
    n_quarantined: int = 0


class _Batch:
    """Gathers documents, annotates them a chunk at a time, and hands their rows on to the parts."""

    def __init__(self, spec: BatchSpec, stage: Stage, annotator: Annotator, progress: Progress, parts: Parts) -> None:
        self._spec = spec
        self._stage = stage
        self._annotator = annotator
        self._annotator_id = f"{annotator.name} {annotator.version}"
        self._progress = progress
        self._parts = parts
        self._known = known_before(spec.store, spec.base, spec.run_id, self._annotator_id)
        self._of_earlier_try = known_of_batch(stage, spec.batch_id, self._annotator_id)
        self._found: dict[str, bytes] = {}  # by text, all of this batch
        self._chunk: list[_Pending] = []
        self._documents: list[tuple[_Pending, Rows]] = []
        self._rejects: list[Reject] = []
        self._records: list[dict[str, Any]] = []
        self._counts = _Counts()

    def add(self, todo: Todo, reader: Reader) -> None:
        """Read one document into the current chunk, or reject it."""
        name = document_name(todo)
        if name in self._spec.skip:
            self._reject(todo, "annotate", *self._spec.skip[name])
        elif todo["reason"] is not None:
            self._reject(todo, "extract", todo["reason"], todo["detail"])
        else:
            started = time.perf_counter()
            self._tell("read", (name,), todo["weight"])
            self._read(todo, reader)
            self._counts.seconds["extract"] += time.perf_counter() - started
            if name in self._spec.suspects or self._is_chunk_full():
                self._annotate_chunk()

    def _tell(self, stage: str, documents: tuple[str, ...] = (), weight: int = 0) -> None:
        self._progress(Step(stage, documents, weight), self._counts.n_chars)

    def _read(self, todo: Todo, reader: Reader) -> None:
        if document_name(todo) in self._spec.suspects:
            self._annotate_chunk()  # whatever waits goes first, so that the suspect is alone
        outcome = reader.read(todo)
        if isinstance(outcome, Reject):
            self._reject(todo, outcome.stage, outcome.reason, outcome.detail)
        else:
            known = is_known(outcome.article, self._annotator.languages)
            article = outcome.article if known else without_annotation(outcome.article)
            self._chunk.append(_Pending(todo, article, outcome.offsets, text_hash(article.text), known))

    def _reject(self, todo: Todo, stage: str, reason: str, detail: str) -> None:
        reject = Reject(todo["uri"], todo["number"], todo["sha256"], stage, reason, detail[:MAX_DETAIL_CHARS])
        self._rejects.append(reject)
        self._counts.n_quarantined += 1
        self._record(todo, None, reason)

    def _record(self, todo: Todo, article_id: str | None, reason: str | None) -> None:
        kept = {name: todo[name] for name in ("uri", "key", "sha256", "number")}
        place = {"byte_start": todo["source_start"]}
        self._records.append({**kept, **place, "article_id": article_id, "reason": reason})

    def _is_chunk_full(self) -> bool:
        return sum(len(p.article.text) for p in self._chunk) >= CHUNK_CHARS or len(self._chunk) >= CHUNK_DOCUMENTS

    def _annotate_chunk(self) -> None:
        """Turn the chunk into rows."""
        chunk, self._chunk = self._chunk, []
        if not chunk:
            return
        started = time.perf_counter()
        failed = self._find_all(chunk)
        annotated = time.perf_counter()
        for pending in chunk:
            why = failed.get(pending.text_sha256)
            if why is None:
                why = self._make_rows(pending)
            if why is not None:
                self._reject(pending.todo, "annotate", "annotator_crash", why)
        self._counts.seconds["annotate"] += annotated - started
        self._counts.seconds["tables"] += time.perf_counter() - annotated
        self._counts.n_chars += sum(len(pending.article.text) for pending in chunk)
        if sum(len(pending.article.text) for pending, _ in self._documents) >= ROWS_CHARS:
            self._hand_on()

    def _find_all(self, chunk: list[_Pending]) -> dict[str, str]:
        """Have an annotation for each text of the chunk; for each text that has none, why."""
        new: dict[str, _Pending] = {}
        for pending in filter(lambda pending: pending.is_known, chunk):
            digest = pending.text_sha256
            if digest in self._found or digest in new:
                self._counts.n_reused += 1
            elif known := self._of_earlier_try.find(digest) or self._known.find(digest):
                self._found[digest] = pack(known)
                self._counts.n_reused += 1
            else:
                new[digest] = pending
        if not new:
            return {}
        failed = self._annotate(list(new.values()))
        self._counts.n_annotated += len(new) - len(failed)
        self._save([digest for digest in new if digest not in failed])
        return failed

    def _annotate(self, new: list[_Pending]) -> dict[str, str]:
        texts = [pending.article.text for pending in new]
        names = tuple(document_name(pending.todo) for pending in new)
        self._tell("annotate", names, sum(map(len, texts)))
        try:
            annotations = self._annotator.annotate(texts)
        except Exception as error:
            if len(new) == 1:
                return {new[0].text_sha256: told(error)}
            # One text must not cost the others their annotation, so each is tried alone.
            return {digest: why for pending in new for digest, why in self._annotate([pending]).items()}
        self._found |= {p.text_sha256: pack(a) for p, a in zip(new, annotations, strict=True)}
        return {}

    def _save(self, digests: list[str]) -> None:
        """Put what was found into the stage at once: a second try, or the next run after a crash, needs it."""
        rows = [self._annotation_row("", digest) for digest in digests]
        if rows:
            name = f"{len(digests)}-{digests[0][:16]}{_suffix(self._spec)}.parquet"
            stage_table(self._stage, "", f"annotations/{self._spec.batch_id}", name, annotation_table(rows))

    def _annotation_row(self, article_id: str, digest: str) -> dict[str, Any]:
        found = self._found[digest]
        return {"article_id": article_id, "text_sha256": digest, "annotator": self._annotator_id, "found": found}

    def _make_rows(self, pending: _Pending) -> str | None:
        """Add the document's rows; what went wrong where they could not be made."""
        try:
            rows = document_rows(
                pending.article, self._annotation_of(pending), min_confidence=self._spec.min_confidence
            )
        except Exception as error:
            return told(error)
        self._documents.append((pending, {**rows, "offset_map": pending.offsets}))
        return None

    def _annotation_of(self, pending: _Pending) -> Annotation:
        if pending.is_known:
            found = unpack(self._found[pending.text_sha256])
            return without_foreign(pending.article, found, self._annotator.languages)
        # Not kept by text: the same text may stand in another document that states its language.
        return Annotation(split_by_script(pending.article.text, pending.article.language), (), ())

    def finish(self, folder: str) -> BatchResult:
        """Annotate what is left and write the parts."""
        self._annotate_chunk()
        self._hand_on()
        started = time.perf_counter()
        files = self._parts.finish()
        self._counts.seconds["load"] += time.perf_counter() - started
        return BatchResult(
            self._spec.batch_id,
            folder,
            files,
            self._counts.n_articles,
            self._counts.n_quarantined,
            self._counts.n_annotated,
            self._counts.n_reused,
            self._counts.n_chars,
            self._counts.n_words,
            dict(self._counts.seconds),
        )

    def _hand_on(self) -> None:
        """Hand the rows of all documents that have any to the parts, and hold them no longer."""
        self._tell("write", weight=self._counts.n_chars)
        started = time.perf_counter()
        tables = self._conform()
        self._counts.seconds["tables"] += time.perf_counter() - started
        started = time.perf_counter()
        for table, rows in {**tables, **self._internal()}.items():
            self._parts.add(table, rows)
        self._counts.seconds["load"] += time.perf_counter() - started
        self._counts.n_articles += len(self._documents)
        self._counts.n_words += sum(rows["articles"][0]["n_words"] for _, rows in self._documents)
        self._documents, self._rejects, self._records = [], [], []

    def _conform(self) -> dict[str, pa.Table]:
        """All rows as checked tables; a document whose rows break the contract goes to quarantine by itself."""
        try:
            return conform(self._all_rows())
        except ContractError:
            sound = []
            for pending, rows in self._documents:
                try:
                    conform(rows)
                    sound.append((pending, rows))
                except ContractError as error:
                    self._reject(pending.todo, "annotate", "annotator_crash", told(error))
            self._documents = sound
            return conform(self._all_rows())

    def _all_rows(self) -> Rows:
        merged: Rows = defaultdict(list)
        for _, rows in self._documents:
            for table, new in rows.items():
                merged[table].extend(new)
        merged["quarantine"] = [quarantine_row(reject) for reject in self._rejects]
        return merged

    def _sayings(self) -> list[dict[str, Any]]:
        rows = []
        for pending, tables in self._documents:
            types = {entity["entity_id"]: entity["entity_type"] for entity in tables["article_entities"]}
            rows += saying_rows(pending.article.text, tables["quotes"], types)
        return rows

    def _internal(self) -> dict[str, pa.Table]:
        """What the next run needs of the same documents."""
        for pending, _ in self._documents:
            self._record(pending.todo, pending.article.article_id, None)
        found = [self._annotation_row(p.article.article_id, p.text_sha256) for p, _ in self._documents if p.is_known]
        signatures = [signature(rows["articles"][0], rows["sentences"]) for _, rows in self._documents]
        return {
            RECORDS: pa.Table.from_pylist(self._records, schema=RECORDS_SCHEMA),
            ANNOTATIONS: annotation_table(found),
            SIGNATURES: pa.Table.from_pylist(signatures, schema=SIGNATURES_SCHEMA),
            SAYINGS: pa.Table.from_pylist(self._sayings(), schema=SAYINGS_SCHEMA),
        }
