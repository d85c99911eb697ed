"""Which quotations are of one saying: sayings.yaml.

A side is judged as a run does: its words are read off a quotation row, and whether the two meet depends on a shared
print (of the two words for speakers, a person's name has two capitals).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from transforms.link.same_saying import Saying, is_same_saying
from transforms.link.sayings import find_prints, read_saying
from transforms.marks import find_quoted, quote_type, quoted_mask
from transforms.records import Span

PAIRS: dict[str, list[dict[str, str]]] = yaml.safe_load(
    (Path(__file__).parent / "sayings.yaml").read_text(encoding="utf-8")
)


def saying(side: str) -> Saying:
    text, _, speaker = side.partition(" — ")
    row: dict[str, Any] = {
        "segments": [{"char_start": 0, "char_end": len(text)}],
        "quote_type": quote_type(text, [Span(0, len(text))], find_quoted(text)),
        "speaker_name": speaker or None,
        "speaker_entity_id": "e",
    }
    return read_saying(text, row, [], quoted_mask(text), {"e": "organization" if "the" in speaker else "person"})


def is_found(pair: dict[str, str]) -> bool:
    first, second = saying(pair["first"]), saying(pair["second"])
    if not set(find_prints(first)) & set(find_prints(second)):
        return False
    assert is_same_saying(first, second) == is_same_saying(second, first)
    return is_same_saying(first, second)


@pytest.mark.parametrize("pair", PAIRS["one_saying"], ids=lambda pair: pair["why"])
def test_one_saying(pair: dict[str, str]) -> None:
    assert is_found(pair)


@pytest.mark.parametrize("pair", PAIRS["two_sayings"], ids=lambda pair: pair["why"])
def test_two_sayings(pair: dict[str, str]) -> None:
    assert not is_found(pair)
