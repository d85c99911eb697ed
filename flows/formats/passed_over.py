"""What a source holds beside articles (pictures, drafts, packages): no fault of it, unless it holds nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from flows.formats.base import Fault, Item


def without_passed_over(items: Iterator[Item | str]) -> Iterator[Item]:
    """The items; a string names the kind of one that is no article. A source of such alone is one Fault that counts."""
    kinds: Counter[str] = Counter()
    has_items = False
    for item in items:
        if isinstance(item, str):
            kinds[item] += 1
        else:
            has_items = True
            yield item
    if kinds and not has_items:
        yield Fault("not_an_article", f"it holds no article: {', '.join(f'{n:,} {kind}' for kind, n in kinds.items())}")
