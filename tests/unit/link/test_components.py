"""Which nodes hang together."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from transforms.link.components import connected

EDGES = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=40)


def by_hand(edges: list[tuple[int, int]]) -> dict[int, int]:
    groups: list[set[int]] = []
    for edge in edges:
        touched = [group for group in groups if group & set(edge)]
        groups = [group for group in groups if group not in touched] + [set(edge).union(*touched)]
    return {node: min(group) for group in groups for node in group}


def labels(edges: list[tuple[int, int]]) -> dict[int, int]:
    left, right = (np.array([edge[side] for edge in edges], np.uint64) for side in (0, 1))
    nodes, found = connected(left, right)
    return dict(zip(nodes.tolist(), found.tolist(), strict=True))


@given(EDGES)
def test_the_smallest_of_those_that_hang_together(edges: list[tuple[int, int]]) -> None:
    assert labels(edges) == by_hand(edges)


def test_a_long_chain() -> None:
    chain = [(n, n + 1) for n in range(20_000)]
    assert set(labels(chain[::-1]).values()) == {0}
