"""Random lives of a folder of seeds: files and feeds that come, grow, change, move and go, runs that die or fail.

Used by the property test, and at length by ``python -m benchmarks.histories``.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from unittest.mock import patch

from hypothesis import strategies as st

from tests.fakes import FakeAnnotator
from tests.pieces import refresh
from tests.seed_folder import SPEAKERS, SeedFolder, story
from transforms.records import Annotation

Step = Callable[[SeedFolder], object]

TEXT_NAMES = st.sampled_from(["a.txt", "b.txt", "2019-05-06 c.txt", "sub/a.txt", "sub/d.md", "e.html"])
FEED_NAMES = st.sampled_from(["r.jsonl", "sub/s.jsonl", "packed.jsonl.gz"])
ODD_TEXTS = ["", "\x00\x01\x02\x00binary", "One line only.", "<html><body><p>Page text here.</p></body></html>"]
NUMBERS = st.integers(0, 8)
RETOLD = (
    "“The bridge in district {} will open in May,” said {}.",
    "“We are told that the bridge in district {} will open in May ... or in June at the latest,” said {}.",
    "“The bridge in district {} will reopen in May,” said {}.",
)


def retold(number: int, way: str, speaker: str) -> str:
    """Another article that quotes what ``story`` does: whole, with more around it, or with a word changed."""
    return f"Bridge number {number} in brief\n\n{way.format(number, speaker)}\n"


RETELLINGS = st.builds(retold, st.integers(0, 4), st.sampled_from(RETOLD), st.sampled_from(SPEAKERS[:2]))
TEXTS = st.one_of(
    NUMBERS.map(story),
    RETELLINGS,
    st.sampled_from(ODD_TEXTS),
    NUMBERS.map(lambda n: f"{story(n)}\n\nFAILS-AT-FIRST {n}"),
)


def _record(number: int, own_id: int | None, text: str | None = None, day: int | None = None) -> str:
    own = {} if own_id is None else {"id": f"wire-{own_id}"}
    dated = {} if day is None else {"date": f"2019-05-{day:02d}", "publisher": f"Gazette {day % 2}"}
    return json.dumps({**own, **dated, "title": f"Record {number}", "text": text or story(number)})


RECORDS = st.one_of(
    st.builds(_record, NUMBERS, st.one_of(st.none(), st.integers(0, 4))),
    st.builds(_record, NUMBERS, st.one_of(st.none(), st.integers(0, 4)), RETELLINGS, st.integers(1, 9)),
    st.sampled_from(["{not json", '{"text": ""}', "[1, 2]", "[" * 700 + "]" * 700, ""]),
)
PICKS = st.integers(0, 20)


class Dying(BaseException):
    """Stands for the death of the process: nothing in the product catches it."""


class UnsteadyAnnotator(FakeAnnotator):
    """Dies before the text number ``dies_at``; fails on texts that say so until it is told to be ``steady``."""

    def __init__(self, version: str, *, dies_at: int | None = None, is_steady: bool = False) -> None:
        super().__init__(version)
        self._left = dies_at
        self._is_steady = is_steady

    def annotate(self, texts: Sequence[str]) -> list[Annotation]:
        found = []
        for text in texts:
            if self._left is not None:
                self._left -= 1
                if self._left < 0:
                    raise Dying
            if "FAILS-AT-FIRST" in text and not self._is_steady:
                raise RuntimeError("short of memory")
            found += super().annotate([text])
        return found


def _write(name: str, text: str, is_fresh: bool) -> Step:
    return lambda seeds: seeds.write(name, text, is_fresh=is_fresh)


def _write_packed(text: str, is_broken: bool) -> Step:
    data = gzip.compress(text.encode(), mtime=0)
    return lambda seeds: seeds.write("packed.txt.gz", data[: len(data) // 2] if is_broken else data)


def _lines(seeds: SeedFolder, name: str) -> list[str]:
    path = seeds.root / name
    if not path.exists():
        return []
    data = gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()
    return data.decode().splitlines()


def _edit_feed(name: str, at: int, new: list[str], n_removed: int, is_fresh: bool) -> Step:
    """Put records into a feed at some place, and take others out."""

    def step(seeds: SeedFolder) -> None:
        lines = _lines(seeds, name)
        place = at % (len(lines) + 1)
        lines[place : place + n_removed] = new
        data = "".join(f"{line}\n" for line in lines).encode()
        seeds.write(name, gzip.compress(data, mtime=0) if name.endswith(".gz") else data, is_fresh=is_fresh)

    return step


def _with_file(pick: int, act: Callable[[SeedFolder, str], object]) -> Step:
    def step(seeds: SeedFolder) -> None:
        names = [name for name in seeds.names() if name != "always.txt"]
        if names:
            act(seeds, names[pick % len(names)])

    return step


def _copy(seeds: SeedFolder, name: str, new: str) -> None:
    seeds.write(new + "".join(Path(name).suffixes), (seeds.root / name).read_bytes())


STEPS = st.one_of(
    st.builds(_write, TEXT_NAMES, TEXTS, st.booleans()),
    st.builds(_write_packed, NUMBERS.map(story), st.booleans()),
    st.builds(_edit_feed, FEED_NAMES, PICKS, st.lists(RECORDS, max_size=4), st.integers(0, 2), st.booleans()),
    st.builds(_edit_feed, FEED_NAMES, PICKS, st.lists(RECORDS, max_size=4), st.integers(0, 2), st.booleans()),
    PICKS.map(lambda pick: _with_file(pick, lambda seeds, name: seeds.delete(name))),
    st.tuples(PICKS, st.sampled_from(["moved.txt", "sub/moved.txt", "2020-01-02 moved.txt", "moved.jsonl"])).map(
        lambda both: _with_file(both[0], lambda seeds, name: seeds.move(name, both[1]))
    ),
    st.tuples(PICKS, st.sampled_from(["copy", "0-copy", "sub/copy"])).map(
        lambda both: _with_file(both[0], lambda seeds, name: _copy(seeds, name, both[1]))
    ),
)
# Between two runs several things happen, or none; now and then a new version of the annotator comes along; a run may
# die before the n-th text, or when it comes to commit (-1).
RUNS = st.lists(
    st.tuples(
        st.lists(STEPS, max_size=4),
        st.sampled_from(["1", "1", "1", "2"]),
        st.one_of(st.none(), st.none(), st.integers(-1, 5)),
    ),
    min_size=2,
    max_size=5,
)
History = list[tuple[list[Step], str, int | None]]


def live(seeds: SeedFolder, out: Path, history: History, *, batch_chars: int, after_run: Callable[[], object]) -> str:
    """Go through a history, and end with a run in which nothing fails; the last version of the annotator."""
    version = "1"
    for steps, version, dies_at in history:
        for step in steps:
            step(seeds)
        _run(seeds, out, version, dies_at, batch_chars)
        if dies_at is None:
            after_run()
    refresh(
        seeds.root,
        out,
        annotator=UnsteadyAnnotator(version, is_steady=True),
        batch_chars=batch_chars,
        workers=2,
        allow_gone=True,
    )
    return version


def _run(seeds: SeedFolder, out: Path, version: str, dies_at: int | None, batch_chars: int) -> None:
    annotator = UnsteadyAnnotator(version, dies_at=dies_at if dies_at is not None and dies_at >= 0 else None)
    dies_at_commit = (
        patch("flows.store.local.LocalStore.publish", side_effect=Dying) if dies_at == -1 else nullcontext()
    )
    with suppress(Dying), dies_at_commit:
        refresh(seeds.root, out, annotator=annotator, batch_chars=batch_chars, workers=2, allow_gone=True)
