"""Copies are a function of the articles: not of their order, their batches or what was there before."""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
import tempfile
from pathlib import Path
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.copies.find import Copies
from flows.copies.signatures import Before
from tests.copied_stories import Batch, Told, contents, copies_among, copies_of, left_by, sentences_of, write_batch

N_EXAMPLES = int(os.environ.get("COPIES_EXAMPLES", "10"))
DAY = dt.date(2024, 1, 1)
ABOUT = sentences_of(900, 2)


@st.composite
def articles(draw: st.DrawFn) -> Told:
    """One of a few stories: whole, cut, in another order, with sentences of another story, of some day and source."""
    story, other = draw(st.integers(0, 3)), draw(st.integers(0, 5))
    sentences = list(sentences_of(story, 8))
    start = draw(st.integers(0, 4))
    sentences = sentences[start : start + draw(st.integers(1, 8))]
    if draw(st.booleans()):
        sentences = [f"Headline {draw(st.integers(0, 9))} of a paper.", *sentences]
    if draw(st.integers(0, 3)) == 0:
        sentences += sentences_of(other + 10, draw(st.integers(1, 9)))
    if draw(st.integers(0, 4)) == 0:
        sentences.reverse()
    publisher = draw(st.sampled_from([None, "Gazette", "Gazette", "Reuters"]))
    if publisher == "Gazette" and draw(st.booleans()):
        sentences += ABOUT
    return Told(
        "",
        tuple(sentences),
        draw(st.sampled_from([None, *(DAY + dt.timedelta(n) for n in (0, 1, 2, 20))])),
        publisher,
        draw(st.sampled_from([None, None, None, "https://example.org/a", "https://example.org/b"])),
        draw(st.sampled_from([None, None, "Reuters"])),
    )


def named(told: list[Told], chance: random.Random) -> list[Told]:
    names = chance.sample(range(100), len(told))
    return [article._replace(article_id=f"a{name:02}") for name, article in zip(names, told, strict=True)]


@settings(max_examples=N_EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    told=st.lists(articles(), min_size=4, max_size=40), seed=st.integers(0, 1_000_000), stale=st.sampled_from([0.1, 9])
)
def test_copies_found_as_articles_come_and_go_are_those_found_at_once(
    told: list[Told], seed: int, stale: float
) -> None:
    chance, folder = random.Random(seed), Path(tempfile.mkdtemp())
    told = named(told, chance)
    try:
        at_once = copies_among(told, folder / "once")
        with patch("flows.link.index.MAX_STALE_SHARE", stale):
            came = as_they_come(told, folder, chance)
        assert contents(came) == contents(at_once)
    finally:
        shutil.rmtree(folder)


def as_they_come(told: list[Told], folder: Path, chance: random.Random) -> Copies:
    """What is found in the end where articles come batch by batch, each run built on the one before.

    At first there is a batch with articles that go again, and others as they were before they changed; in the end two
    batches have become one.
    """
    size = max(1, len(told) // 4)
    chunks = [told[start : start + size] for start in range(0, len(told), size)]
    until = chance.randrange(len(chunks))
    late = [article for chunk in chunks[until + 1 :] for article in chunk]
    passing = [article._replace(day=DAY, publisher="Reuters") for article in chance.sample(late, len(late) // 2)]
    passing += [article._replace(article_id=f"s{n}") for n, article in enumerate(chance.sample(told, 3))]
    there: dict[str, Batch] = {}
    copies: Copies | None = None
    for step in range(len(chunks) + 1):
        was = dict(there)
        if step == 0:
            there["passing"] = write_batch(folder / "passing", passing)
        if step < len(chunks):
            there[f"b{step}"] = write_batch(folder / f"b{step}", chunks[step])
        else:
            joined = [article for n in (0, 1) if there.pop(f"b{n}", None) for article in chunks[n]]
            there["joined"] = write_batch(folder / "joined", joined)
        if step > until:
            there.pop("passing", None)
        copies = copies_of(there, folder / f"scratch{step}", _before(copies, was, there))
    assert copies is not None
    return copies


def _before(copies: Copies | None, was: dict[str, Batch], now: dict[str, Batch]) -> Before | None:
    if copies is None:
        return None
    new = [batch.signatures for name, batch in now.items() if name not in was]
    gone = [batch.signatures for name, batch in was.items() if name not in now]
    return left_by(copies, new, gone)


def test_a_text_that_moved_alone_is_no_copy_of_what_it_was(tmp_path: Path) -> None:
    was, now = (write_batch(tmp_path / name, [Told(name, sentences_of(1, 8))]) for name in ("was", "now"))
    first = copies_of({"was": was}, tmp_path / "first")
    before = left_by(first, [now.signatures], [was.signatures])
    assert contents(copies_of({"now": now}, tmp_path / "then", before)) == contents(first)


def test_the_order_of_rows_and_batches_does_not_matter(tmp_path: Path) -> None:
    stories = [(sentences_of(n % 4, 8)[: 3 + n % 6], f"a{n:02}") for n in range(24)]
    told = [Told(name, sentences, DAY + dt.timedelta(n % 3)) for n, (sentences, name) in enumerate(stories)]
    expected = contents(copies_among(told, tmp_path / "once"))
    for seed in range(3):
        chance = random.Random(seed)
        shuffled = chance.sample(told, len(told))
        batches = {f"b{n}": write_batch(tmp_path / f"{seed}-{n}", shuffled[n::5]) for n in range(5)}
        assert contents(copies_of(batches, tmp_path / f"scratch{seed}")) == expected
