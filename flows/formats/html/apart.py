"""What a page's own marks set apart from its article: comments, related stories, subscription boxes, what is hidden."""

from __future__ import annotations

import re
from copy import copy
from typing import Any

from lxml import etree

CHOICES = ("select", "datalist")  # what a form offers to choose from
MAX_PRUNED_SHARE = 0.3  # of the paragraphs' characters; a part with more is the article, whatever its class says
PARTS = frozenset(["div", "section", "aside", "ul", "ol", "p", "form", "footer", "nav"])
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
_HIDDEN = frozenset(["hidden", "hide", "sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text"])


def _marks(node: Any) -> str:
    return " ".join(node.get(name) or "" for name in ("class", "id", "data-component", "data-testid", "aria-label"))


def without_apart(tree: Any) -> Any:
    """A copy without the parts that the page's own marks set apart from the article."""
    tree = copy(tree)
    etree.strip_elements(tree, *CHOICES, with_tail=False)
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
            if node.tag in PARTS and (_APART.search(_marks(node)) or _is_hidden(node)):
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


def _is_hidden(node: Any) -> bool:
    """Whether it is shown to nobody at first; paragraphs may be a later page of a long article."""
    return not _HIDDEN.isdisjoint((node.get("class") or "").lower().split()) and node.find(".//p") is None


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
