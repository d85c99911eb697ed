"""Deterministic keys: the same input gives the same ids on every machine and in every order."""

from __future__ import annotations

import base64
import hashlib

_SEPARATOR = "\x1f"  # a control character no uri or name contains, so that parts cannot run together


def short_hash(*parts: str) -> str:
    """80 bits of SHA-256 over the parts as 16 lower-case base32 characters."""
    digest = hashlib.sha256(_SEPARATOR.join(parts).encode("utf-8", "surrogatepass")).digest()
    return base64.b32encode(digest[:10]).decode("ascii").lower()


def article_id(source_uri: str, record_key: str) -> str:
    """The key of one record of one source."""
    return short_hash("article", source_uri, record_key)


def sentence_id(article: str, index: int) -> str:
    """The key of the index-th sentence of an article; zero-padded so that text order is key order."""
    return f"{article}-s{index:05d}"


def quote_id(article: str, index: int) -> str:
    """The key of the index-th quotation of an article."""
    return f"{article}-q{index:05d}"


def mention_id(article: str, index: int) -> str:
    """The key of the index-th entity mention of an article."""
    return f"{article}-m{index:05d}"


def entity_id(entity_type: str, canonical: str) -> str:
    """The key of an entity from its type and its canonical name or external id."""
    return "e-" + short_hash("entity", entity_type, canonical)


def article_entity_id(article: str, index: int) -> str:
    """The key of the index-th entity of an article."""
    return f"{article}-e{index:05d}"
