"""Which organisation names of one article are one organisation's: acronyms, short forms, legal endings."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

from transforms.resolve import lexicon
from transforms.resolve.body_names import is_acronym, known_name, says_enough
from transforms.resolve.clusters import Cluster, Name
from transforms.resolve.names import fold, words_of

LEGAL_ENDINGS = lexicon.words("legal_endings")
SMALL_WORDS = lexicon.words("small_words")
# Heads that stand for the full name once it was given: "the Post", "the commission".
SHORT_HEADS = lexicon.words("short_heads")
# What may follow a start of several words that stands for the whole name.
REST_OF_NAME = SHORT_HEADS | lexicon.words("holding_endings") | {"brothers", "stores", "force", "system", "systems"}
# What follows a company's name in that of a unit of it, which is a company of its own.
UNIT_WORDS = lexicon.words("unit_words")
# First words many names share: alone they are no short form.
COMMON_STARTS = lexicon.words("common_starts")
# "UN Security Council" is the "United Nations Security Council".
UNIONS = {"un": "united nations", "eu": "european union"}
# "U.S. Senate" is the Senate of an article that names both.
UNITED_STATES = {("us",), ("united", "states")}
# Short words of names that stand for nothing.
SHORT_WORDS = frozenset({"new", "los", "las", "san", "st", "rio", "abu", "fort", "port", "bay", "city", "york"})
NATIONAL = lexicon.words("national_bodies")
# Two widely known letters are by chance the initials of many a name.
MIN_OWN_LETTERS = 3
BRACKET_GAP = re.compile(r"^[\"”’]?\s*[(\[<]\s*(?:the |[A-Za-z]{2,8}\s?: ?)?[\"“‘]?$")
# "GM.N", as exchanges write a company.
TICKER = re.compile(r"[A-Z0-9]{1,6}\.[A-Z]{1,3}")
CODE_END = re.compile(r"(\.[A-Z]{1,2})?[)\]>]")  # with the exchange, where the mention leaves it out


def org_words(text: str) -> tuple[str, ...]:
    """The words of an organisation's name that count: no article, no legal ending."""
    words = words_of(re.sub(r"\s*&\s*", " and ", text))
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    while len(words) > 1 and words[-1] in LEGAL_ENDINGS and says_enough(words[:-1]):
        words = words[:-1]
    while len(words) > 1 and words[-1] in SMALL_WORDS:
        words = words[:-1]
    if len(words) > 1 and words[0] in UNIONS:
        words = (*UNIONS[words[0]].split(), *words[1:])
    return words


def cluster_organizations(names: Sequence[Name], text: str) -> list[Cluster]:
    """One cluster an organisation, in the order of first mention."""
    clusters = equal_name_clusters(names)
    clusters = join_acronyms(clusters, text)
    clusters = join_short_forms(clusters)
    for cluster in clusters:
        finish_organization(cluster)
    return sorted(clusters, key=lambda cluster: cluster.char_start)


def equal_name_clusters(names: Iterable[Name]) -> list[Cluster]:
    """Names of equal words."""
    clusters: dict[str, Cluster] = {}
    for name in names:
        key = " ".join(org_words(name.text)) or name.text
        clusters.setdefault(key, Cluster("organization", key)).add(name)
    return list(clusters.values())


def known_key(name: str) -> str | None:
    """The key of the body whose widely known letters a name is; None for any other."""
    full = known_name(name)
    return " ".join(org_words(full)) if full else None


def initials(words: Sequence[str]) -> set[str]:
    """The acronyms of a name: with and without its small words."""
    return {"".join(word[0] for word in words), "".join(word[0] for word in words if word not in SMALL_WORDS)}


def join_acronyms(clusters: list[Cluster], text: str) -> list[Cluster]:
    """An acronym joins its full name: the one right before its brackets, the known one, the one with its initials.

    Widely known letters that the article does not spell out otherwise have the key of the known name.
    """
    by_key = {cluster.key: cluster for cluster in clusters}
    by_initials: dict[str, list[Cluster]] = defaultdict(list)
    ends: dict[int, Cluster] = {}
    for cluster in clusters:
        words = cluster.key.split()
        for letters in initials(words) if len(words) > 1 else ():
            by_initials[letters].append(cluster)
        ends.update((name.span.char_end, cluster) for name in cluster.names)
    kept: list[Cluster] = []
    for cluster in clusters:
        target, rule = defined_target(cluster, ends, text)
        if target is None:
            target, rule = spelt_target(cluster, by_initials, by_key)
        if target is None or target is cluster:
            kept.append(cluster)
        else:
            target.absorb(cluster, rule)
    return kept


def defined_target(cluster: Cluster, ends: dict[int, Cluster], text: str) -> tuple[Cluster | None, str]:
    """The cluster in brackets behind whose name this acronym stands, and the rule."""
    for name in cluster.names if " " not in cluster.key else ():
        start = name.span.char_start
        for gap in range(2, 12):
            before = ends.get(start - gap)
            between = text[start - gap : start]
            if not before or before is cluster or not BRACKET_GAP.match(between):
                continue
            closing = CODE_END.match(text, name.span.char_end)
            if closing is None:
                continue
            if closing[1] or TICKER.fullmatch(name.text) or ":" in between or between.endswith("<"):
                return before, "ticker"
            if " " in before.key and may_stand_for(cluster.key, before.key):
                return before, "defined_acronym"
    return None, ""


def spelt_target(
    cluster: Cluster, by_initials: dict[str, list[Cluster]], by_key: dict[str, Cluster]
) -> tuple[Cluster | None, str]:
    """The cluster with the full name of widely known letters, else the one with their initials, and the rule."""
    written = next((name.text for name in cluster.names if is_acronym(name.text)), None)
    if written is None or " " in cluster.key:
        return None, ""
    options, known = by_initials.get(cluster.key, []), known_key(written)
    if known and (known in by_key or not options or len(cluster.key) < MIN_OWN_LETTERS):
        cluster.rules.add("known_acronym")
        cluster.key = known
        return by_key.setdefault(known, cluster), "known_acronym"
    return (options[0], "acronym") if len(options) == 1 else (None, "")


def may_stand_for(short: str, full: str) -> bool:
    """Whether letters in brackets can be the name's: alike at one end ("MoFA"), or its initials in another order."""
    words = full.split()
    if len(short) > 8:
        return False
    ordered = {"".join(sorted(letters)) for letters in initials(words)}
    return words[0][0] == short[0] or words[-1][0] == short[-1] or "".join(sorted(short)) in ordered


def join_short_forms(clusters: list[Cluster]) -> list[Cluster]:
    """A short form joins the one longer name of the article that it fits."""
    by_word: dict[str, list[Cluster]] = defaultdict(list)
    for cluster in clusters:
        whole = cluster.key.split()
        if len(whole) > 1:
            by_word[whole[0]].append(cluster)
            by_word[whole[-1]].append(cluster)
    absorbed: set[Cluster] = set()
    for cluster in sorted(clusters, key=lambda c: len(c.key.split())):
        words = tuple(cluster.key.split())
        options = {c for word in words[:1] + words[-1:] for c in by_word.get(word, ()) if c not in absorbed}
        fitting = [c for c in options if c is not cluster and is_short_form(words, tuple(c.key.split()))]
        if len(words) == 1:  # a word of a name that the article gives in letters alone
            fitting = [c for c in fitting if not all(is_acronym(name.text) for name in c.names)]
        if len(fitting) == 1:
            fitting[0].absorb(cluster, "short_form")
            absorbed.add(cluster)
    return [cluster for cluster in clusters if cluster not in absorbed]


def is_short_form(short: tuple[str, ...], full: tuple[str, ...]) -> bool:
    """Whether ``short`` can stand for ``full``: its head ("Post"), or its distinctive start ("Brookings")."""
    n = len(short)
    if not 0 < n < len(full):
        return False
    if full[:-n] in UNITED_STATES and full[-n:] == short and short[0] != "district":
        return n > 1 or short[0] in NATIONAL
    if " ".join(short) in full_names():
        return False
    if full[-n:] == short:
        return short[-1] in SHORT_HEADS or n > 1
    rest = full[n:]
    if full[:n] != short or rest[0] in UNIT_WORDS or (n > 1 and rest[1:2] == ("of",)):
        return False  # a unit of it: "Norlink Securities", "Norland Reserve Bank of Easton"
    if n > 1:
        return rest[0] in SMALL_WORDS or (len(rest) == 1 and rest[0] in REST_OF_NAME)
    return short[0] not in COMMON_STARTS and len(short[0]) > 3 and rest[0] not in SMALL_WORDS


@lru_cache(maxsize=1)
def full_names() -> frozenset[str]:
    """The folded full names of widely known acronyms, none of which is short for another name."""
    return frozenset(" ".join(org_words(full)) for full in lexicon.known_acronyms().values())


def finish_organization(cluster: Cluster) -> None:
    """Text order, and the longest form as the name; of equals what is no headline's, the most frequent, the first."""
    cluster.sort()
    counts = cluster.forms()
    best = max(
        cluster.names,
        key=lambda name: (
            not is_acronym(name.text),
            len(org_words(name.text)),
            not name.text.isupper(),
            counts[name.text],
            -name.span.char_start,
        ),
    )
    cluster.shown = shown_name(best.text)
    if any(fold(word) in SHORT_HEADS for word in cluster.shown.split()[1:]):  # other capitals may stand for words
        cluster.shown = without_capitals(cluster.shown)


def without_capitals(name: str) -> str:
    """A name of a dateline or headline as it is written elsewhere: "Norland Harbour" of "NORLAND HARBOUR".

    Letters that may stand for words keep their capitals: "USA TODAY", "UNICEF".
    """
    words = name.split()
    is_spelt = all(len(word) > 3 or fold(word) in SMALL_WORDS | SHORT_WORDS for word in words)
    if not name.isupper() or not is_spelt or "." in name or fold(name) in lexicon.known_acronyms():
        return name
    return " ".join(
        word.lower() if at and fold(word) in SMALL_WORDS else "-".join(map(str.capitalize, word.split("-")))
        for at, word in enumerate(words)
    )


def shown_name(text: str) -> str:
    """A name to print: one line, no stray punctuation at its edges; never empty.

    A mention ends before a possessive, so that an "'s" in it is the name's own: "Standard and Poor's".
    """
    return re.sub(r"\s+", " ", text).strip(" ,;:/-–—\"“”‘’'") or text
