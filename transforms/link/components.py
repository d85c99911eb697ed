"""Which nodes hang together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.uint64]


def connected(left: Ids, right: Ids) -> tuple[Ids, Ids]:
    """Every node of the edges ``left[i]`` to ``right[i]``, sorted, and the smallest node that it hangs together with.

    The same in any order of the edges; about linear in their number, twenty bytes an edge.
    """
    nodes, ends = np.unique(np.concatenate([left, right]), return_inverse=True)
    one, other = ends[: len(left)], ends[len(left) :]
    label = np.arange(len(nodes))
    while True:
        low = np.minimum(label[one], label[other])
        new = label.copy()
        # The smaller label goes to both ends and to what they stood for, then every label is followed to its end.
        for place in (one, other, label[one], label[other]):
            np.minimum.at(new, place, low)
        while not np.array_equal(new, new[new]):
            new = new[new]
        if np.array_equal(new, label):
            return nodes, nodes[label]
        label = new
