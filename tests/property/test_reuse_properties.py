"""Reuse of quotations is a function of the quotations: not of their order, their batches or what was found before."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.quoted_corpus import QuotedCorpus, Said, clusters_of, left_by, link, tables

N_EXAMPLES = int(os.environ.get("REUSE_EXAMPLES", "10"))

SENTENCES = (
    "The ferry terminal was never fit for winter traffic",
    "Nobody had told the crew that the lighthouse was out of order",
    "This budget robs the fishing villages to pay for a stadium",
    "No comment",
    "We will never surrender",
)
WORDS = ("harbour", "towns", "winter", "stadium", "nobody")


@st.composite
def quotations(draw: st.DrawFn) -> Said:
    """One of few sentences, or two, some words left out or changed, some of it out of marks."""
    words = " and ".join(draw(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=2))).split()
    if draw(st.booleans()) and len(words) > 4:
        start = draw(st.integers(0, len(words) - 4))
        words = words[start : start + draw(st.integers(4, len(words)))]
    if draw(st.booleans()):
        words[draw(st.integers(0, len(words) - 1))] = draw(st.sampled_from(WORDS))
    at = draw(st.sampled_from([0, 0, 0, 2, len(words)]))
    told, quoted = " ".join(words[:at]), " ".join(words[at:])
    text = f"{told} “{quoted}”".strip() if quoted else told
    return Said(
        text,
        draw(st.sampled_from([None, "Ada Lind", "Lind", "Bo Reyes"])),
        draw(st.sampled_from([None, 1, 2, 3])),
        draw(st.sampled_from([None, "Gazette", "Courier"])),
    )


CORPORA = st.dictionaries(
    st.sampled_from([f"a{n:02d}" for n in range(12)]), st.lists(quotations(), max_size=3), min_size=1, max_size=12
)


def compare(
    corpus: QuotedCorpus, before: dict[str, list[Said]], after: dict[str, list[Said]], chance: random.Random
) -> None:
    """Link after before and link anew; the tables must be the same."""
    kept = {name: said for name, said in before.items() if after.get(name) == said}
    gone = {name: said for name, said in before.items() if name not in kept}
    fresh = {name: said for name, said in after.items() if name not in kept}
    parts = {key: corpus.write(rows, chance) for key, rows in (("kept", kept), ("gone", gone), ("fresh", fresh))}
    first = link(corpus, before, [parts["gone"], parts["kept"]])
    known = left_by(first, gone=[parts["gone"]["sayings"]], fresh=[parts["fresh"]["sayings"]])
    incremental = link(corpus, after, [parts["kept"], parts["fresh"]], known=known)
    names = chance.sample(sorted(after), len(after))
    half = len(names) // 2
    dealt = [corpus.write({n: after[n] for n in some}, chance) for some in (names[:half], names[half:])]
    rebuilt = link(corpus, after, dealt)
    assert tables(incremental) == tables(rebuilt)
    assert len(tables(rebuilt)["quote_reuse"]) == sum(map(len, clusters_of(rebuilt).values()))
    damaged = replace(known, **{chance.choice(["pairs", "speakers", "sayings", "quote_reuse"]): "none.parquet"})
    assert tables(link(corpus, after, dealt, known=damaged)) == tables(rebuilt)


@settings(max_examples=N_EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(before=CORPORA, after=CORPORA, seed=st.integers(0, 9), small=st.sampled_from([1, 3, 12]))
def test_the_same_in_any_order_and_incrementally(
    before: dict[str, list[Said]], after: dict[str, list[Said]], seed: int, small: int
) -> None:
    chance, folder = random.Random(seed), Path(tempfile.mkdtemp())
    try:
        with patch("flows.link.reuse.SMALL_BUCKET", small):
            compare(QuotedCorpus(folder), before, after, chance)
    finally:
        shutil.rmtree(folder)


@settings(max_examples=N_EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(corpus=CORPORA)
def test_what_the_tables_say_of_each_other(corpus: dict[str, list[Said]]) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        written = QuotedCorpus(folder)
        found = tables(link(written, corpus, [written.write(corpus)]))
        for saying in found["sayings"]:
            rows = [row for row in found["quote_reuse"] if row["reuse_cluster_id"] == saying["reuse_cluster_id"]]
            assert saying["n_quotes"] == len(rows) and saying["n_articles"] == len({r["article_id"] for r in rows}) > 1
            assert [row["quote_id"] for row in rows if row["is_first"]] == [saying["first_quote_id"]]
            assert saying["reuse_cluster_id"] == f"r-{saying['first_quote_id']}"
            (fullest,) = [row for row in rows if row["quote_id"] == saying["fullest_quote_id"]]
            assert fullest["form"] == "whole" or all(row["form"] not in ("whole", "shortened") for row in rows)
        assert {row["reuse_cluster_id"] for row in found["quote_reuse"]} == {
            row["reuse_cluster_id"] for row in found["sayings"]
        }
    finally:
        shutil.rmtree(folder)
