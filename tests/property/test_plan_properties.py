from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flows.run.plan import make_batches
from transforms.records import Source

SOURCES = st.lists(
    st.builds(
        Source,
        uri=st.text("abc/", min_size=1, max_size=6),
        path=st.sampled_from(["x.txt", "x.txt.gz"]),
        size=st.integers(0, 5_000),
        mtime_ns=st.just(0),
        sha256=st.text("0123", max_size=3),
    ),
    unique_by=lambda source: source.uri,
    max_size=40,
)


@given(SOURCES, st.integers(1, 10_000))
def test_batches_hold_every_source_once(sources: list[Source], batch_chars: int) -> None:
    batches = make_batches(sources, batch_chars)
    assert sorted(s.uri for batch in batches for s in batch) == sorted(s.uri for s in sources)
    assert all(batches)


@given(SOURCES, st.integers(1, 10_000))
def test_only_a_single_source_exceeds_the_size(sources: list[Source], batch_chars: int) -> None:
    for batch in make_batches(sources, batch_chars):
        weight = sum(s.size * (3 if s.path.endswith(".gz") else 1) for s in batch)
        assert weight <= batch_chars or len(batch) == 1


@given(st.data(), SOURCES, st.integers(1, 10_000))
def test_batches_do_not_depend_on_the_order(data: st.DataObject, sources: list[Source], batch_chars: int) -> None:
    shuffled = data.draw(st.permutations(sources))
    assert make_batches(shuffled, batch_chars) == make_batches(sources, batch_chars)
