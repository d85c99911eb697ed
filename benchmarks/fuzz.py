"""Damaged files of every format, read to the end: ``python -m benchmarks.fuzz --inputs 100000 --seed 1``.

Each input is a sample with a few kinds of damage: bits turned, pieces cut, doubled, moved, taken from another sample,
repeated thousands of times or nested, words of the format put where they do not belong. What lies compressed or in an
archive is also damaged inside of it. An input is read as the run reads it: its records found, each parsed, an article
made of it, and of every twentieth the sentences, names and rows. Nothing may raise, end the process, take more than
ten seconds of processor time or more than 1 GB of memory. Input ``i`` of a seed is the same on every machine. With
``--log FILE`` each outcome is a line of that file, and the same command goes on where it ended.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import gzip
import io
import json
import multiprocessing
import random
import re
import signal
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.fuzz_samples import Sample, samples

if TYPE_CHECKING:
    from flows.formats.base import Document
    from transforms.records import Article

LIMIT_S = 10  # of processor time: a busy machine makes nothing slow
HANG_S = 3600  # of the clock, since what waits takes no processor time; a busy machine makes others wait long
LIMIT_BYTES = 10**9  # beyond what the process held before
MAX_INPUT_BYTES = 50_000
TIMES = (*[1] * 20, *[3] * 5, 100, 100, 10_000)  # a thing is repeated: seldom often, for those inputs take long
ROWS_OF_EVERY = 20  # inputs: making rows and checking them costs more than all before it
CHUNK = 200  # inputs to a task of the worker process


class Outcome(NamedTuple):
    """What became of one input; ``failure`` is empty where all is well."""

    number: int
    format: str
    seconds: float  # of processor time
    n_bytes: int  # of memory at the most, beyond what the process held before
    n_documents: int
    n_refused: int
    failure: str


class TooSlowError(BaseException):
    """An input took longer than ``LIMIT_S``; no Exception, lest it be taken for a fault of the file."""


# Damage


def _flip(data: bytes, sample: Sample, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 4, 32))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _cut(data: bytes, sample: Sample, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def _drop(data: bytes, sample: Sample, rng: random.Random) -> bytes:
    start, end = _piece(data, rng)
    return data[:start] + data[end:]


def _double(data: bytes, sample: Sample, rng: random.Random) -> bytes:
    start, end = _piece(data, rng)
    return data[:end] + data[start:end] * rng.choice(TIMES) + data[end:]


def _move(data: bytes, sample: Sample, rng: random.Random) -> bytes:
    start, end = _piece(data, rng)
    rest = data[:start] + data[end:]
    at = rng.randrange(len(rest) + 1)
    return rest[:at] + data[start:end] + rest[at:]


def _splice(data: bytes, sample: Sample, rng: random.Random) -> bytes:
    other = rng.choice(SAMPLES).data
    start, end = _piece(other, rng)
    at = rng.randrange(len(data))
    return data[:at] + other[start:end] + data[at:]


def _insert(data: bytes, sample: Sample, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    word = _encoded(rng.choice(sample.tokens))
    return data[:at] + word * rng.choice(TIMES) + data[at:]


def _nest(data: bytes, sample: Sample, rng: random.Random) -> bytes:
    opening, closing = (_encoded(rng.choice(sample.tokens)) for _ in range(2))
    start, end = _piece(data, rng)
    depth = rng.choice((2, 2, 2, 2, 300, 300, 5000))
    return data[:start] + opening * depth + data[start:end] + closing * depth + data[end:]


def _number(data: bytes, sample: Sample, rng: random.Random) -> bytes:
    numbers = list(re.finditer(rb"\d+", data))
    if not numbers:
        return data
    found = rng.choice(numbers)
    value = rng.choice((b"0", b"-1", b"4294967296", b"9" * 30, b"1e308", b"00000000", "²٣".encode()))
    return data[: found.start()] + value + data[found.end() :]


def _encode(data: bytes, sample: Sample, rng: random.Random) -> bytes:
    return data.decode("utf-8", "replace").encode(
        rng.choice(("utf-16", "utf-32", "cp1252", "utf-7", "cp500")), "replace"
    )


def _foul(data: bytes, sample: Sample, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    signs = ("\0", "\x85", "\u2028", "\u202e", "\ufeff", "\u0301", "\u200d", "ÃƒÂ©", "\U0001f600", "\uffff", "\ud83d")
    return data[:at] + _encoded(rng.choice(signs)) * rng.choice(TIMES) + data[at:]


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _piece(data: bytes, rng: random.Random) -> tuple[int, int]:
    start = rng.randrange(len(data))
    return start, min(len(data), start + rng.choice((1, 4, 20, 200, len(data))))


DAMAGES: tuple[Callable[[bytes, Sample, random.Random], bytes], ...] = (
    *(_flip, _cut, _drop, _double, _move, _splice, _insert, _insert, _nest, _number, _encode, _foul),
)
SAMPLES = samples()


def damaged(number: int, seed: int) -> tuple[Sample, str, bytes]:
    """Input ``number`` of a seed: the sample it is made of, a name, and the bytes."""
    rng = random.Random(f"{seed}-{number}")
    sample = SAMPLES[number % len(SAMPLES)]
    data = _damaged_inside(sample, rng) if rng.random() < 0.6 else None
    name = sample.name if rng.random() < 0.9 else rng.choice(SAMPLES).name
    return sample, name, data if data is not None else _damage(sample.data, sample, rng)


def _damage(data: bytes, sample: Sample, rng: random.Random) -> bytes:
    for _ in range(rng.choice((1, 1, 2, 4))):
        if data:
            data = rng.choice(DAMAGES)(data, sample, rng)[:MAX_INPUT_BYTES]
    return data


def _damaged_inside(sample: Sample, rng: random.Random) -> bytes | None:
    """The sample with damage inside of its container; None where it is none that is packed again."""
    if sample.data.startswith(b"\x1f\x8b"):
        return gzip.compress(_damage(gzip.decompress(sample.data), sample, rng))
    if not sample.data.startswith(b"PK"):
        return None
    with zipfile.ZipFile(io.BytesIO(sample.data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = rng.choice(list(members))
    members[name] = _damage(members[name], sample, rng)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", rng.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))) as archive:
        for path, data in members.items():
            archive.writestr(path, data)
    return packed.getvalue()


# Reading


def try_input(number: int, seed: int) -> Outcome:
    """Read one input as a run does."""
    sample, name, data = damaged(number, seed)
    counts: Counter[str] = Counter()
    started = time.process_time()
    failure = ""
    held = _forget_peak()
    try:
        with _limited_time():
            read(name, data, counts, with_rows=number % ROWS_OF_EVERY == 0)
    except TooSlowError as error:
        failure = str(error)
    except BaseException as error:
        failure = f"{type(error).__name__}: {str(error)[:200]}"
    seconds, n_bytes = time.process_time() - started, _memory("VmHWM") - held
    if n_bytes > LIMIT_BYTES:
        failure = failure or f"{n_bytes / 1e6:,.0f} MB"
    return Outcome(number, sample.format, seconds, n_bytes, counts["documents"], counts["refused"], failure)


@contextlib.contextmanager
def _limited_time() -> Iterator[None]:
    for timer, kind, seconds in _TIMERS:
        signal.signal(kind, _raise_too_slow)
        signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        for timer, _, _ in _TIMERS:
            signal.setitimer(timer, 0)


_TIMERS = (
    (signal.ITIMER_PROF, signal.SIGPROF, LIMIT_S),
    (signal.ITIMER_REAL, signal.SIGALRM, HANG_S),
)


def _raise_too_slow(signal_number: int, frame: object) -> None:
    raise TooSlowError(f"more than {LIMIT_S} s" if signal_number == signal.SIGPROF else f"it hung for {HANG_S} s")


def _forget_peak() -> int:
    """The bytes of memory that this process holds; from here on its peak is counted anew (Linux only)."""
    Path("/proc/self/clear_refs").write_text("5")
    return _memory("VmRSS")


def _memory(kind: str) -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(kind))
    return int(line.split()[1]) * 1024


def read(name: str, data: bytes, counts: Counter[str], *, with_rows: bool = True) -> None:
    """The records of a file, and the article and rows of each; counts documents and what is refused."""
    from flows.formats.base import Fault, FormatError
    from flows.formats.registry import parse_record, read_records

    for number, item in read_records(io.BytesIO(data), name):
        if isinstance(item, Fault):
            _check_detail(item.reason, item.detail)
            counts["refused"] += 1
            continue
        try:
            document = parse_record(item)
        except FormatError as error:
            _check_detail(error.reason, str(error))
            counts["refused"] += 1
            continue
        article = _article(name, number, document)
        counts["refused" if article is None else "documents"] += 1
        if article is not None and with_rows:
            _make_rows(article)


def _check_detail(reason: str, detail: str) -> None:
    from transforms.tables import REASONS

    assert reason in REASONS, reason
    assert len(detail) <= 300, detail
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", detail), detail


def _article(name: str, number: int | None, document: Document) -> Article | None:
    from transforms.articles import build_article
    from transforms.records import Article, RawDocument

    fields, flags = document.fields, document.quality_flags
    raw = RawDocument(name, number or 0, "0" * 64, document.media_type, document.encoding, document.text, fields, flags)
    article = build_article(raw)
    if not isinstance(article, Article):
        return None
    article.text.encode("utf-8")  # a half of a surrogate pair could not be stored
    return article


def _make_rows(article: Article) -> None:
    from tests.fakes import FakeAnnotator
    from transforms.annotate.sentence_boundaries import split_sentences
    from transforms.annotate.signatures import find_signed
    from transforms.document import document_rows
    from transforms.schema import conform

    split_sentences(article.text)
    find_signed(article.text)
    (annotation,) = FakeAnnotator().annotate([article.text])
    conform(document_rows(article, annotation))


# Many inputs


def try_many(n_inputs: int, seed: int, first: int = 0) -> Iterator[Outcome]:
    """Read inputs in a process of their own, which is begun anew where one of them ends it."""
    pool = _pool()
    for start in range(first, first + n_inputs, CHUNK):
        numbers = range(start, min(start + CHUNK, first + n_inputs))
        try:
            yield from pool.submit(_try_all, numbers, seed).result()
        except BrokenProcessPool:
            for number in numbers:
                pool = _pool()
                try:
                    yield from pool.submit(_try_all, range(number, number + 1), seed).result()
                except BrokenProcessPool:
                    yield Outcome(number, SAMPLES[number % len(SAMPLES)].format, 0, 0, 0, 0, "the process ended")
            pool = _pool()
    pool.shutdown()


def _pool() -> concurrent.futures.ProcessPoolExecutor:
    return concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))


def logged(n_inputs: int, seed: int, first: int, log: Path) -> Iterator[Outcome]:
    """The outcomes that a log holds, then those of the other inputs, each written to it as it comes."""
    log.touch()
    known = [Outcome(*json.loads(line)) for line in log.read_text().splitlines() if line.endswith("]")]
    yield from known
    n_known = max((outcome.number + 1 - first for outcome in known), default=0)
    with log.open("a", buffering=1) as file:
        for outcome in try_many(n_inputs - n_known, seed, first + n_known):
            file.write(json.dumps(outcome) + "\n")
            yield outcome


def _try_all(numbers: range, seed: int) -> list[Outcome]:
    return [try_input(number, seed) for number in numbers]


def report(outcomes: list[Outcome]) -> str:
    """A table with one line a format, and the inputs that failed."""
    lines = ["| format | inputs | documents | refused | slowest, s | most, MB | failures |", "|---" * 7 + "|"]
    for name in [*sorted({outcome.format for outcome in outcomes}), "all"]:
        group = [outcome for outcome in outcomes if name in (outcome.format, "all")]
        counts = f"{sum(o.n_documents for o in group):,} | {sum(o.n_refused for o in group):,}"
        slowest, most = max(o.seconds for o in group), max(o.n_bytes for o in group) / 1e6
        n_failures = sum(bool(o.failure) for o in group)
        lines.append(f"| {name} | {len(group):,} | {counts} | {slowest:.2f} | {most:,.0f} | {n_failures} |")
    failed = [f"input {o.number} ({o.format}): {o.failure}" for o in outcomes if o.failure]
    return "\n".join([*lines, "", *failed[:50]])


def main() -> int:
    """Print the table; exit 1 where an input failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--log", type=Path, help="append outcomes to this file, and go on where it ends")
    parser.add_argument("--write", type=Path, help="write the first input to this file instead of reading any")
    arguments = parser.parse_args()
    if arguments.write:
        _, name, data = damaged(arguments.first, arguments.seed)
        arguments.write.write_bytes(data)
        print(f"{arguments.write}: read as {name}")
        return 0
    started = time.perf_counter()
    what = (arguments.inputs, arguments.seed, arguments.first)
    outcomes = list(logged(*what, arguments.log) if arguments.log else try_many(*what))
    print(report(outcomes))
    print(f"{len(outcomes):,} inputs in {time.perf_counter() - started:.0f} s", file=sys.stderr)
    return 1 if any(outcome.failure for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
