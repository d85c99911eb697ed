"""What is kept of an article so that its copies can be found without reading its text again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from transforms.copies.fingerprints import canonical_url, fingerprints, key_of, stated_id
from transforms.copies.words import word_numbers
from transforms.resolve.lexicon import data_lines

AGENCYS_OWN, SIGNED_BY_AGENCY, NO_AGENCY = range(3)
# Shorter sentences than this come again by chance.
MIN_PASSAGE_WORDS = 4


def signature(article: Mapping[str, Any], sentences: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The row of ``internal/signatures`` for a row of ``articles`` and its rows of ``sentences``."""
    words, source = word_numbers(article["text"]), source_name(article)
    passages = [sentence for sentence in sentences if sentence["n_words"] >= MIN_PASSAGE_WORDS]
    return {
        "article_id": article["article_id"],
        "day": article["published_date"] if article["date_precision"] == "day" else None,
        "agency_rank": agency_rank(article["publisher"], article["wire_agency"]),
        "n_words": len(words),
        "source_key": key_of("source", source),
        "text_key": key_of("text", article["text_sha256"]),
        "address_keys": address_keys(article),
        "fingerprints": fingerprints(words),
        "passage_keys": [passage_key(source, sentence["text"]) for sentence in passages],
        "passage_starts": [sentence["char_start"] for sentence in passages],
        "passage_ends": [sentence["char_end"] for sentence in passages],
        "passage_words": [sentence["n_words"] for sentence in passages],
    }


def agency_rank(publisher: str | None, wire_agency: str | None) -> int:
    """AGENCYS_OWN where an agency published it, SIGNED_BY_AGENCY where one signs it, else NO_AGENCY."""
    if publisher is not None and (publisher in _agencies() or publisher == wire_agency):
        return AGENCYS_OWN
    return SIGNED_BY_AGENCY if wire_agency is not None else NO_AGENCY


@cache
def _agencies() -> frozenset[str]:
    return frozenset(data_lines("agencies.txt"))


def address_keys(article: Mapping[str, Any]) -> list[int]:
    """What editions of one article have in common: its address, and the id it states in its source."""
    url = canonical_url(article["url"]) if article["url"] else None
    own = stated_id(article["source_uri"], article["record_key"])
    keys = [key_of("url", url)] if url else []
    return [*keys, key_of("id", own)] if own else keys


def source_name(article: Mapping[str, Any]) -> str:
    """Who says the same in every article: the publisher, else the site, else the file or folder it came in."""
    if article["publisher"]:
        return str(article["publisher"]).casefold()
    if article["url"] and (url := canonical_url(article["url"])):
        return url.partition("/")[0]
    is_one_of_many = article["record_key"] != "0"
    return str(article["source_uri"] if is_one_of_many else article["source_uri"].rpartition("/")[0])


def passage_key(source: str, text: str) -> int:
    """What a sentence is found by in other articles of its source."""
    return key_of("passage", f"{source}\n{word_numbers(text).tobytes().hex()}")
