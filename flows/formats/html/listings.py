"""Pages that describe something or list others, without a story: an entry of a catalogue, a product, a list, a table.

Each is known by the shape of its text, and only where the page states neither an article nor a time of publication.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flows.formats.html.structured import Stated, clean
from flows.formats.html.title import folded
from transforms.figures_alone import is_table

MIN_PARAGRAPH_CHARS = 80  # of prose
MIN_LABELLED = 5  # lines "Author: Spivak, John L."
MIN_LABELLED_SHARE = 0.2  # of the characters; half of it where there are MANY_LABELLED, be there prose or not
MANY_LABELLED = 15
MAX_DESCRIBED_SHARE = 0.55  # of the characters that are prose; what news say of an event has more beside its labels
MAX_LABELLED_CHARS = 200
MIN_LINKS = 12  # of a list; as a rule each is a paragraph
MIN_LINKED_SHARE = 0.12  # of the characters, for a list with words about each; in articles at most half of it
MIN_LINKED_SHARE_OF_ALL = 0.25  # of a text whose paragraphs could not be told apart
MAX_SEARCHES = 1_000  # in the whole text, each of which costs its length
MIN_LINES = 15
MAX_PROSE_SHARE = 0.2
MAX_CHARS_A_WORD = 12  # beyond which a script parts no words, and its lines are short for that
_LABELLED = re.compile(r"[^\W\d_][\w ()/&.'-]{1,40}[:;] \S.*", re.S)
_SENTENCE_END = re.compile(r"[.!?…][\"”’)\]»]*\Z")
_PRODUCTS = frozenset(["product", "productgroup", "individualproduct", "jobposting"])
_CART = re.compile(
    r"add to (?:cart|basket|bag)|in den (?:warenkorb|einkaufswagen)|ajouter au panier|añadir al (?:carrito|cesto)"
    r"|aggiungi al carrello|in winkelwagen|adicionar ao carrinho|カートに入れる",
    re.I,
)


def why_listing(tree: Any, stated: Stated, text: str) -> str:
    """Why a page that states no article is none; "" where it may be one."""
    paragraphs = text.split("\n\n")
    if stated.first("article:published_time") or stated.article().get("datePublished"):
        return ""
    if _is_product(tree, stated):
        return "a product or an offer"
    if is_table(text):
        return "a table without sentences"
    if _is_record(paragraphs):
        return "an entry of a catalogue: labels and what they say"
    if _is_list_of_links(tree, paragraphs):
        return "a list of links to other pages"
    if _lacks_prose(paragraphs):
        return "a list or a table without prose"
    return ""


def _is_product(tree: Any, stated: Stated) -> bool:
    if stated.types() & _PRODUCTS or stated.first("og:type").lower().startswith(("product", "og:product")):
        return True
    has_price = bool(stated.first("product:price:amount", "og:price:amount")) or bool(
        tree.xpath("//*[@itemprop='price']")
    )
    buttons = (node for node in tree.iter("button", "input", "a") if has_price)
    return any(_CART.search(clean("".join(node.itertext()) or node.get("value") or "")) for node in buttons)


def _is_record(paragraphs: Sequence[str]) -> bool:
    labelled = [part for part in paragraphs if _is_labelled(part)]
    n_chars = sum(map(len, paragraphs)) or 1
    share = sum(map(len, labelled)) / n_chars
    if len(labelled) >= MANY_LABELLED and share >= MIN_LABELLED_SHARE / 2:
        return True
    prose = (part for part in paragraphs if len(part) >= MIN_PARAGRAPH_CHARS and _SENTENCE_END.search(part))
    is_described = sum(map(len, prose)) > MAX_DESCRIBED_SHARE * n_chars
    return len(labelled) >= MIN_LABELLED and share >= MIN_LABELLED_SHARE and not is_described


def _is_labelled(part: str) -> bool:
    """Whether a paragraph is a label and its value. What ends as a sentence is speech: "Ada Osei: It stays."."""
    is_short = len(part) <= MAX_LABELLED_CHARS
    return is_short and _LABELLED.fullmatch(part) is not None and _SENTENCE_END.search(part) is None


def _is_list_of_links(tree: Any, paragraphs: Sequence[str]) -> bool:
    links = [clean("".join(node.itertext())) for node in tree.iter("a")]
    n_chars = sum(map(len, paragraphs)) or 1
    if len(paragraphs) == 1:  # of a page with very many links, whatever is one counts
        inside = links if len(links) > MAX_SEARCHES else [link for link in set(links) if link in paragraphs[0]]
        return len(inside) >= MIN_LINKS and sum(map(len, inside)) / n_chars >= MIN_LINKED_SHARE_OF_ALL
    keys = {folded(link) for link in links}
    lines = [part for part in paragraphs if folded(part) in keys]
    return len(lines) >= MIN_LINKS and sum(map(len, lines)) / n_chars >= MIN_LINKED_SHARE


def _lacks_prose(paragraphs: Sequence[str]) -> bool:
    n_chars, n_words = sum(map(len, paragraphs)), sum(len(part.split()) for part in paragraphs)
    if len(paragraphs) < MIN_LINES or n_chars > MAX_CHARS_A_WORD * n_words:
        return False
    prose = sum(len(part) for part in paragraphs if len(part) >= MIN_PARAGRAPH_CHARS)
    sentences = sum(len(part) for part in paragraphs if _SENTENCE_END.search(part))
    return prose <= MAX_PROSE_SHARE * n_chars and sentences <= MAX_PROSE_SHARE * n_chars
