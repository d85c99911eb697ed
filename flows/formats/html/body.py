"""The body of an article: trafilatura's text, put right by what the page's tree shows.

In this order: what its own marks call comments, related stories or a subscription box goes before extraction; of
trafilatura's two ways the stricter is taken where it finds the article; paragraphs that stand among those found come
back; lines of links, the headline, and furniture at both ends go; the article body that the page states for machines
decides about the ends, where it agrees.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import copy
from typing import Any

from lxml import etree

from flows.formats.html.fragments import fragment_text
from flows.formats.html.structured import Stated, clean, text_of
from flows.formats.html.title import folded

MIN_CHARS = 600  # below which trafilatura's stricter way may have missed the article
MAX_GROWTH = 4.0  # of a text by its looser way, beyond which it took the whole page
MAX_PRUNED_SHARE = 0.3  # of the paragraphs' characters; a part with more is the article, whatever its class says
MIN_LINK_CHARS = 12  # of letters; shorter links are names in a text
KEY_CHARS = 40
MAX_SEARCHES = 1_000  # in the whole text, each of which costs its length
PARTS = frozenset(["div", "section", "aside", "ul", "ol", "p", "form", "footer", "nav"])
MIN_MISSED_CHARS = 60
MIN_CONTAINER_SHARE = 0.25  # of the found characters, from which an element is one that holds the article
MAX_MISSED_LINK_SHARE = 0.4
MAX_BYLINE_CHARS = 120
MAX_NOTE_CHARS = 220
MIN_LINES = 5  # of a text, from which a link at its end is no part of it

_APART = re.compile(
    r"(?<![a-z])(?:comments?(?:-?(?:list|section|area|wrap\w*|container|block|thread|box|form))?"
    r"|commentlist|comentarios?|kommentare|disqus\w*"
    r"|related(?:[-_]?(?:articles?|posts?|stor(?:y|ies)|content|links?|news|items?|coverage|topics"
    r"|video\w*|box|module))?|relatedposts?"
    r"|jp-relatedposts|recirc\w*|recommend(?:ed|ations?)|you-?may-?(?:also-?)?like|also-?like"
    r"|more-?(?:from|stories|news|on)|read-?more|readmore"
    r"|newsletter\w*(?:[-_]\w+)?|sign-?up|subscri(?:be|ption)(?:[-_](?:box|form|banner|widget|cta|promo))?"
    r"|share(?:-?(?:bar|buttons?|tools?|links?))|sharing|social-?(?:share|links?|bar|media|buttons?)"
    r"|sharedaddy|addtoany\w*"
    r"|author-?(?:bio|box|info|card|about)|about-?(?:the-?)?author|post-?author-?box|taboola\w*"
    r"|outbrain\w*|trending|most-?(?:read|popular)|popular-?posts"
    r"|cookie-?(?:banner|notice|consent|bar)|gdpr\w*|breadcrumbs?|post-?tags|tags-?links|tag-?list"
    r"|entry-?tags|article-?tags|print-?only"
    r"|donat(?:e|ion)(?:-?(?:box|banner|cta))?)(?![a-z])",
    re.I,
)
_NOTE = re.compile(
    r"(?:sign up (?:for|to|here)|subscribe(?: now| to| here|$)|follow (?:us|@)|like us on|join (?:our"
    r"|the conversation)|get (?:the|our) .{0,60}(?:newsletter|edition|inbox)"
    r"|all rights reserved|©|copyright (?:©|\(c\)|20)|click here|read (?:more|also|next|the full)\b"
    r"|also read|see also|related(?: stor(?:y|ies)| articles?| content| news| topics?)?\s*:?\s*$"
    r"|related\s*:|more (?:from|on|must-reads|stories|news)\b|view (?:all )?comments|comments?\s*$"
    r"|leave a (?:comment|reply)|advertisement|story continues|article continues"
    r"|share (?:this|on|via)|tweet$|print$|email$|tags?\s*:|filed under|recommended|most (?:read"
    r"|popular)|you (?:may|might) (?:also )?(?:like|be interested)"
    r"|download (?:the|our) .{0,60}app|for the latest .{0,80}(?:news|updates|download)"
    r"|do you want to be informed|have a (?:news )?tip|got a tip|contact (?:us|the author)"
    r"|write to .{0,80}@"
    r"|this (?:article|story|post) (?:was originally|originally|first) (?:appeared|published)"
    r"|originally published|enable javascript|please enable|loading\b|skip to"
    r"|watch:|listen:|\(?end\)?$|continue reading|support (?:our|independent|local)|don['’]t miss"
    r"|what do you think|let us know)",
    re.I,
)
_LAST_DATE = re.compile(r"\s[–—|-]\s[^–—|]{0,12}\d{4}$")
_DISCLAIMER = re.compile(
    r"(?:this (?:post|article|page|story) (?:may )?contains? (?:references|affiliate|links)"
    r"|we recommend .{0,60}independent|we may (?:earn|receive|get)\b"
    r"|(?:if you (?:buy|click|purchase)|when you (?:buy|purchase)) .{0,80}commission"
    r"|.{0,80}editorially independent|bonus value is an estimated)",
    re.I,
)
_BYLINE_WORDS = re.compile(
    r"\b(?:by|von|por|par|and|updated|published|posted|on|at|am|pm|[ecmp][ds]t|gmt|staff|writer"
    r"|reporter|correspondent"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]{0,6}|(?:mon|tues|wednes|thurs|fri"
    r"|satur|sun)day)\b",
    re.I,
)
_BARE = re.compile(r"[\W\d_]*|\S{1,64}@\S+|https?:\S+")
_DATELINE = re.compile(
    r"(?:(?:published|updated|posted|last (?:updated|modified)|first published|written"
    r"|first posted)\b.{0,100}|\W*\d{1,4}[./-]\d{1,2}[./-]\d{2,4}.{0,20})",
    re.I,
)


def find_body(tree: Any, stated: Stated, title: str, authors: Sequence[str] = ()) -> str:
    """The paragraphs of the article, parted by blank lines; "" where nothing is found."""
    links = {key for node in tree.iter("a") if len(key := folded(clean(" ".join(node.itertext())))) >= MIN_LINK_CHARS}
    tree = _without_apart(tree)
    lines = _extracted(tree, stated)
    lines = _with_missed(lines, tree)
    lines = _without_link_lists(lines, links)
    lines = _without_ends(lines, title, authors)
    return "\n\n".join(_as_stated(lines, stated))


def _marks(node: Any) -> str:
    return " ".join(node.get(name) or "" for name in ("class", "id", "data-component", "data-testid", "aria-label"))


def _without_apart(tree: Any) -> Any:
    """A copy without the parts that the page's own marks set apart from the article."""
    tree = copy(tree)
    parts, total = _parts_apart(tree)
    for node, n_chars, has_headline in parts:
        if node.getparent() is None or has_headline:
            continue
        if n_chars <= MAX_PRUNED_SHARE * total or _is_comments(node):
            node.drop_tree()
    return tree


def _parts_apart(tree: Any) -> tuple[list[tuple[Any, int, bool]], int]:
    """What is marked as set apart: each with the characters of its paragraphs and whether it holds an ``h1``; and all.

    The inner before the outer.
    """
    parts: list[tuple[Any, int, bool]] = []
    opened: list[tuple[Any, int, int]] = []
    n_chars = n_headlines = depth = 0
    for event, node in etree.iterwalk(tree, events=("start", "end")):
        is_paragraph = node.tag == "p"
        if event == "start":
            if node.tag in PARTS and _APART.search(_marks(node)):
                opened.append((node, n_chars, n_headlines))
            n_headlines += node.tag == "h1"
            depth += is_paragraph
            n_chars += len(node.text or "") if depth else 0
        else:
            if opened and opened[-1][0] is node:
                _, chars_before, headlines_before = opened.pop()
                parts.append((node, n_chars - chars_before, n_headlines > headlines_before))
            depth -= is_paragraph
            n_chars += len(node.tail or "") if depth else 0
    return parts, n_chars or 1


def _is_comments(node: Any) -> bool:
    """Comments may well be longer than the article; what is called so for certain goes at any length."""
    return (
        re.match(
            r"(?:comments?|comment-?list|comments-area|disqus_thread|comentarios)$",
            (node.get("id") or "").strip(),
            re.I,
        )
        is not None
    )


def _lines(found: Any) -> list[str]:
    return [line for line in str(getattr(found, "text", None) or "").split("\n") if line.strip()]


def _extracted(tree: Any, stated: Stated) -> list[str]:
    """Of trafilatura's stricter and looser way, the stricter one's lines unless it misses the article."""
    import trafilatura

    strict = _lines(trafilatura.bare_extraction(copy(tree), include_comments=False, fast=True))
    n_strict = sum(map(len, strict))
    summary = folded(stated.first("og:description", "description", "twitter:description"))[:KEY_CHARS]
    is_without_start = len(summary) == KEY_CHARS and summary not in folded(" ".join(strict))
    if n_strict >= MIN_CHARS and not (is_without_start and summary in folded(_seen(tree))):
        return strict
    loose = _lines(trafilatura.bare_extraction(copy(tree), include_comments=False))
    n_loose = sum(map(len, loose))
    if is_without_start and summary in folded(" ".join(loose)):
        return loose
    if n_strict >= MIN_CHARS or n_loose <= n_strict or (not is_without_start and n_loose > MAX_GROWTH * n_strict):
        return strict
    return loose


def _seen(tree: Any) -> str:
    return "".join(tree.xpath("//body//text()[not(ancestor::script or ancestor::style)]"))


def _key(line: str) -> str:
    return folded(line[: 3 * KEY_CHARS])[:KEY_CHARS]


def _with_missed(lines: list[str], tree: Any) -> list[str]:
    """With the paragraphs that stand in the elements that hold the article, and were missed."""
    places = {_key(line): place for place, line in enumerate(lines)}
    paragraphs = [(node, clean("".join(node.itertext()))) for node in tree.iter("p")]
    held: dict[Any, int] = {}
    for node, text in paragraphs:
        if _key(text) in places:
            held[node.getparent()] = held.get(node.getparent(), 0) + len(text)
    total = sum(map(len, lines)) or 1
    holders = {parent for parent, n_chars in held.items() if n_chars >= MIN_CONTAINER_SHARE * total}
    flat = folded(" ".join(lines))  # several paragraphs of a quotation are one line
    missed: dict[int, list[str]] = {}
    last, n_searches = -1, 0
    for node, text in paragraphs:
        key = _key(text)
        if key in places:
            last = places[key]
        elif n_searches < MAX_SEARCHES and node.getparent() in holders and _is_missed(node, text):
            n_searches += 1
            if key not in flat:
                missed.setdefault(last, []).append(text)
    return [
        line
        for place in range(-1, len(lines))
        for line in ([lines[place]] if place >= 0 else []) + missed.get(place, [])
    ]


def _is_missed(node: Any, text: str) -> bool:
    if len(text) < MIN_MISSED_CHARS or _NOTE.match(text):
        return False
    n_linked = sum(len("".join(link.itertext())) for link in node.iter("a"))
    return n_linked <= MAX_MISSED_LINK_SHARE * len(text) and not re.search(r"display:\s?none", node.get("style") or "")


def _without_link_lists(lines: list[str], links: set[str]) -> list[str]:
    """Without runs of lines that are links alone, their heading, and single ones that lead elsewhere by their words."""
    linked = [_is_link(line, links) for line in lines]
    kept: list[str] = []
    for place, line in enumerate(lines):
        in_run = linked[place] and (any(linked[place + 1 : place + 2]) or (place > 0 and linked[place - 1]))
        at_end = linked[place] and place == len(lines) - 1 > MIN_LINES
        if in_run or at_end:
            if kept and (place == 0 or not linked[place - 1]) and _is_heading(kept[-1]):
                kept.pop()
            continue
        if not (linked[place] and _NOTE.match(line)):
            kept.append(line)
    return kept if kept else lines


def _is_link(line: str, links: set[str]) -> bool:
    words = _LAST_DATE.sub("", line.removeprefix("- "))
    return folded(words) in links or (":" in words[:30] and folded(words.split(":", 1)[1]) in links)


def _is_heading(line: str) -> bool:
    return len(line) <= 60 and not line.rstrip().endswith((".", "!", "”", '"', "’"))


def _without_ends(lines: list[str], title: str, authors: Sequence[str] = ()) -> list[str]:
    """Without the headline and its dates at the start, and without what follows the article at its end."""
    start, end = 0, len(lines)
    headline = folded(title)
    for place in range(min(4, end)):
        if headline and folded(lines[place]) == headline:
            start = place + 1
    while start < end - 1 and _is_before(lines[start], authors):
        start += 1
    while end > start + 1 and _is_after(lines[end - 1]):
        end -= 1
    return [line for line in lines[start:end] if not (len(line) <= 60 and _NOTE.match(line))] or lines


def _is_before(line: str, authors: Sequence[str]) -> bool:
    """Whether a line in front of the article is its byline, its date, or a notice."""
    if _DISCLAIMER.match(line):
        return True
    if len(line) > MAX_BYLINE_CHARS:
        return False
    for author in authors:
        line = line.replace(author, "")
    return _BARE.fullmatch(_BYLINE_WORDS.sub("", line)) is not None or _DATELINE.fullmatch(line) is not None


def _is_after(line: str) -> bool:
    words = line.removeprefix("- ").strip()
    return _DISCLAIMER.match(words) is not None or (
        len(words) <= MAX_NOTE_CHARS and (_NOTE.match(words) is not None or _BARE.fullmatch(words) is not None)
    )


def _as_stated(lines: list[str], stated: Stated) -> list[str]:
    """Where the page states the body: without lines before and after it, or the stated one where most was missed."""
    value = stated.article().get("articleBody")
    body = fragment_text(value) if isinstance(value, str) and "<" in value else text_of(value)
    if len(body) < MIN_CHARS or len(lines) > MAX_SEARCHES:
        return lines
    flat = folded(body)
    inside = [bool(key := _key(line.removeprefix("- "))) and key in flat for line in lines]
    n_inside = sum(len(line) for line, is_in in zip(lines, inside, strict=True) if is_in)
    if n_inside < 0.5 * len(body) and n_inside >= 0.8 * sum(map(len, lines)):
        return [part for part in re.split(r"\n+", body if "\n" in body else str(value)) if part.strip()]
    if n_inside < 0.8 * len(body):
        return lines
    first, last = inside.index(True), len(inside) - 1 - inside[::-1].index(True)
    return lines[first : last + 1]
