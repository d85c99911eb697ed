"""Which organisations a common noun can stand for: "the agency" a bureau, "the company" no ministry."""

from __future__ import annotations

import re
from itertools import pairwise

from transforms.resolve import lexicon
from transforms.resolve.clusters import Cluster
from transforms.resolve.names import fold, words_of

_PAPERS, _FIRMS = lexicon.words("paper_names"), lexicon.words("firm_names")
_OFFICES, _GROUPS = lexicon.words("office_names"), lexicon.words("group_names")
# Heads of names by the common noun that news put for them.
KINDS_OF_BODY = {
    "union": frozenset({"union", "association", "federation", "brotherhood", "guild"}),
    **dict.fromkeys(["newspaper", "paper", "publication"], _PAPERS),
    "agency": _OFFICES,
    **dict.fromkeys(["group", "organization", "organisation", "nonprofit"], _GROUPS),
    **dict.fromkeys(["company", "firm", "corporation"], _FIRMS),
    "bank": frozenset({"bank", "bancorp", "reserve"}),
    "lender": frozenset({"bank", "bancorp"}),
    "airline": frozenset({"airlines", "airways", "air"}),
    "carmaker": frozenset({"motors", "motor"}),
}
# Nouns that stand for organisations whose names need not say what they are: "Norlink", "the NHB".
SAID_OF_ANY = frozenset(KINDS_OF_BODY) - {"union", "newspaper", "paper"} | {"manufacturer", "retailer", "startup"}
# Words that tell what the body is whose name they are in.
_WIRES = frozenset(word for line in lexicon.data_lines("agencies.txt") for word in words_of(line))
NEWS_HEADS = frozenset({"agency", "service", "organization", "organisation", "channel", "network", "site", "outlet"})
TELLING = _WIRES | lexicon.words("short_heads") | _PAPERS | _FIRMS | _OFFICES | _GROUPS | lexicon.nouns()["body"]
OF = frozenset({"of", "on", "for", "in", "at", "to"})
KIND_BEFORE = re.compile(r"\b(\w[\w-]{1,40}) $")
KIND_AFTER = re.compile(r"(?: \([^)]{1,20}\))?, (?:an?|the|one of) ([^,;:.\"“”\n]{2,80})[,.]")
PREPOSITION = re.compile(r" (?:of|for|to|at|in|on|by|from|with|that|which|who|based|whose)\b")


def is_head_of(head: str, words: tuple[str, ...]) -> bool:
    """Whether a noun is what a name is of: of "Senate Rules Committee" committee, of "Bank of Norland" bank."""
    if head not in words or len(words) < 2:
        return head in words
    if head in lexicon.nouns()["legislature"]:  # neither a house's committee nor the White House
        return words[0] == head and words[1] in OF
    return words[-1] == head or any(word == head and after in OF for word, after in pairwise(words))


def can_be(head: str, cluster: Cluster, text: str, *, is_news: bool = False) -> str:
    """How a noun goes with an organisation: "said" by its name or the article, "open" where neither tells, else "".

    With ``is_news`` the phrase speaks of the news: "the news agency".
    """
    words = tuple(cluster.key.split())
    if is_news and head in NEWS_HEADS:
        return "said" if _WIRES.union(_PAPERS).intersection(words) else ""
    kinds = KINDS_OF_BODY.get(head, frozenset()) | {head}
    if any(is_head_of(kind, words) for kind in kinds) or kinds & stated_kinds(cluster, text):
        return "said"
    tells = any(word in TELLING for word in words[1 if len(words) > 1 else 0 :])
    return "open" if head in SAID_OF_ANY and not tells else ""


def stated_kinds(cluster: Cluster, text: str) -> set[str]:
    """What the article calls an organisation right before or after its name: "the carmaker Norlink"."""
    found = set()
    for name in cluster.names:
        start, end = name.span
        before = KIND_BEFORE.search(text, max(0, start - 30), start)
        after = KIND_AFTER.match(text, end, end + 120)
        if before is not None and before[1].islower():
            found.add(before[1])
        if after is not None:
            found.add(PREPOSITION.split(after[1])[0].split()[-1])
    return {fold(word) for word in found} & lexicon.nouns()["body"]
