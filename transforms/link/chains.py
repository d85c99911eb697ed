"""Where a chain of links ends."""

from __future__ import annotations

from collections.abc import Mapping


def chain_ends(links: Mapping[str, str]) -> dict[str, str]:
    """The last entity of the chain that starts at each key; a circle ends at the smallest id in it.

    Linear in the number of links, and the same in any order of theirs.
    """
    ends: dict[str, str] = {}
    for start in links:
        path: dict[str, None] = {}
        at = start
        while at in links and at not in ends and at not in path:
            path[at] = None
            at = links[at]
        ends.update(dict.fromkeys(path, min(_circle(links, at)) if at in path else ends.get(at, at)))
    return ends


def _circle(links: Mapping[str, str], start: str) -> list[str]:
    """The entities of the circle that ``start`` lies on."""
    members = [start]
    while links[members[-1]] != start:
        members.append(links[members[-1]])
    return members
