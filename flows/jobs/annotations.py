"""Annotations by text: a text that was annotated before, under whatever name, is not annotated again.

Each batch keeps what the annotator found beside its rows, and puts it into the stage while it works, so that neither a
second try of the batch nor the next run after a crash does the work again. Texts are found by their SHA-256; an
annotation counts only for the very annotator that made it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from flows.store import open_store
from flows.store.base import Stage
from flows.store.internal import ANNOTATIONS, ANNOTATIONS_SCHEMA
from flows.store.parquet import open_parquet
from transforms.records import Annotation, Attribution, Mention, Span

PARTS_HELD = 4


def pack(annotation: Annotation) -> bytes:
    """An annotation as bytes."""
    mentions = [[*m.span, m.entity_type, m.mention_type, float(m.confidence)] for m in annotation.mentions]
    attributions = [[a.content, a.cue, a.source, float(a.confidence)] for a in annotation.attributions]
    return orjson.dumps([annotation.sentences, mentions, attributions], default=tuple)  # spans are named tuples


def unpack(found: bytes) -> Annotation:
    """The annotation that ``pack`` wrote."""
    sentences, mentions, attributions = orjson.loads(found)
    return Annotation(
        tuple(Span(*span) for span in sentences),
        tuple(Mention(Span(start, end), *rest) for start, end, *rest in mentions),
        tuple(
            Attribution(tuple(Span(*span) for span in content), _span(cue), _span(source), confidence)
            for content, cue, source, confidence in attributions
        ),
    )


def _span(pair: Sequence[int] | None) -> Span | None:
    return Span(*pair) if pair is not None else None


class KnownAnnotations:
    """The annotations in some Parquet parts, found by text; only their hashes are held in memory.

    A part that cannot be read is passed over: it only saves work.
    """

    def __init__(self, parts: Sequence[str], annotator: str) -> None:
        self._parts = parts
        self._annotator = annotator
        self._held: dict[int, pa.Table] = {}
        hashes, places = [np.empty(0, np.uint64)], [np.empty((0, 2), np.int32)]
        for number, part in enumerate(parts):
            try:
                digests = open_parquet(part).read(columns=["text_sha256"])["text_sha256"].to_pylist()
            except (OSError, pa.ArrowInvalid):
                continue
            hashes.append(np.array([_short(digest) for digest in digests], np.uint64))
            rows = np.arange(len(digests), dtype=np.int32)
            places.append(np.stack([np.full(len(digests), number, np.int32), rows], axis=1))
        all_hashes = np.concatenate(hashes)
        order = np.argsort(all_hashes, kind="stable")
        self._hashes, self._places = all_hashes[order], np.concatenate(places)[order]

    def find(self, text_sha256: str) -> Annotation | None:
        """The annotation of the text with this hash."""
        wanted = np.uint64(_short(text_sha256))
        at = int(np.searchsorted(self._hashes, wanted))
        while at < len(self._hashes) and self._hashes[at] == wanted:
            part, row = self._places[at]
            held = self._part(int(part))
            told = held.slice(int(row), 1).to_pylist()[0]
            if (told["text_sha256"], told["annotator"]) == (text_sha256, self._annotator):
                return unpack(told["found"])
            at += 1
        return None

    def _part(self, number: int) -> pa.Table:
        if number not in self._held:
            if len(self._held) >= PARTS_HELD:
                del self._held[next(iter(self._held))]
            columns = ["text_sha256", "annotator", "found"]
            self._held[number] = open_parquet(self._parts[number]).read(columns=columns).combine_chunks()
        return self._held[number]


def _short(digest: str) -> int:
    return int(digest[:16], 16)


@lru_cache(maxsize=2)
def known_before(address: str, base: int | None, run_id: str, annotator: str) -> KnownAnnotations:
    """What the base snapshot and the runs that died since know; loaded once a process and run."""
    store = open_store(address)
    stage = store.stage(run_id)
    parts = [stage.locate(name) for name in stage.names("annotations/inherited/*.parquet")]
    if base is not None:
        parts += [store.locate(base, file.path) for file in store.manifest(base).parts(ANNOTATIONS)]
    return KnownAnnotations(parts, annotator)


def known_of_batch(stage: Stage, batch_id: str, annotator: str) -> KnownAnnotations:
    """What an earlier try of the same batch found."""
    return KnownAnnotations([stage.locate(n) for n in stage.names(f"annotations/{batch_id}/*.parquet")], annotator)


def inherit(stage: Stage, dead: Iterable[Stage]) -> int:
    """Take over what dead runs found; the number of files."""
    n_files = 0
    for other in dead:
        for name in other.names("annotations/*/*.parquet"):
            stage.write(f"annotations/inherited/{n_files:06d}.parquet", other.read(name))
            n_files += 1
    return n_files


def annotation_table(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """The rows of a part of annotations."""
    return pa.Table.from_pylist(list(rows), schema=ANNOTATIONS_SCHEMA)
