"""Whether a name is that of the site at an address: pages and feeds name sections and owners in its place."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

MIN_CHARS = 3  # of a label of a domain, a word or initials that say something
_NO_SITES = frozenset(["www", "com", "org", "net", "gov", "news", "rss", "feed", "feeds", "english"])


def is_site_at(name: str, address: str) -> bool:
    """One holds the other, or the domain begins with the first word or the initials: "South China Morning Post"."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False
    words = re.findall(r"\w+", name.casefold().removeprefix("the "))
    key, initials = "".join(words), "".join(word[0] for word in words)
    starts = [start for start in (words[0] if words else "", initials) if len(start) >= MIN_CHARS]
    labels = (label for label in host.split(".")[:-1] if len(label) >= MIN_CHARS and label not in _NO_SITES)
    return bool(key) and any(key in label or label in key or label.startswith(tuple(starts)) for label in labels)
