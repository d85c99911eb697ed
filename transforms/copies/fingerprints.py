"""What of a text is compared with all others: a sample of its word sequences, the same sample wherever they stand.

Winnowing (Schleimer, Wilkerson and Aiken, SIGMOD 2003): of every WINDOW successive sequences of SHINGLE_WORDS words the
one with the least hash is taken. So any SHINGLE_WORDS + WINDOW - 1 successive words that two texts share give them a
fingerprint in common, however little of the rest they share: a text cut to a third is found like a whole one, which
MinHash, whose signatures go by the likeness of the whole, cannot do.
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import parse_qsl, urlencode, urlsplit

import numpy as np
import numpy.typing as npt

from transforms.copies.words import Words, shingle_hashes

SHINGLE_WORDS = 6
WINDOW = 12

_TRACKING = re.compile(r"(utm_|fb|gclid|mc_|cmp|ref$|ref_|source$|src$|at_|ns_|xtor|ito$|amp$|output)", re.IGNORECASE)
_HOST = re.compile(r"^(?:www\d?|m|mobile|amp)\.")
_NTH_OF_ITS_KEY = re.compile(r"(?<!#)#\d+\Z")


def fingerprints(words: Words) -> npt.NDArray[np.uint32]:
    """The sampled hashes, sorted, each once; 32 bits do, since what they propose is checked on the words."""
    hashes = shingle_hashes(words, SHINGLE_WORDS)
    if not len(hashes):
        return np.empty(0, np.uint32)
    window = min(WINDOW, len(hashes))
    least = np.lib.stride_tricks.sliding_window_view(hashes, window).min(axis=1)
    return np.unique(least.astype(np.uint32))


def canonical_url(url: str) -> str | None:
    """The address without what does not tell one page from another; None where it is no address of a page."""
    try:
        parts = urlsplit(url.strip())
        host = _HOST.sub("", (parts.hostname or "").lower())
    except ValueError:
        return None
    path = parts.path.rstrip("/").removesuffix("/amp").removesuffix("/index.html")
    query = urlencode(sorted(pair for pair in parse_qsl(parts.query) if not _TRACKING.match(pair[0])))
    if not host or not (path or query):
        return None  # a front page shows other articles every day
    return f"{host}{path}?{query}" if query else f"{host}{path}"


def stated_id(source_uri: str, record_key: str) -> str | None:
    """What two editions of one record share: its source and the id it states; None where it states none."""
    own = record_key.rpartition("#id:")[2] if "#id:" in record_key else record_key.removeprefix("id:")
    if own == record_key:
        return None
    return f"{source_uri}\n{_NTH_OF_ITS_KEY.sub('', record_key)}"


def key_of(kind: str, value: str) -> int:
    """63 bits for a value that articles have in common: the hash of their text, their address."""
    digest = hashlib.blake2b(f"{kind}\n{value}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1
