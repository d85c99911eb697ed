"""Lines of a body and the elements of the page that they stand in: what was missed there, and what stands beside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flows.formats.html.extraction import KEY_CHARS
from flows.formats.html.notes import NOTE
from flows.formats.html.structured import Stated, clean, text_of
from flows.formats.html.title import folded

MAX_SEARCHES = 1_000  # in the whole text, each of which costs its length
MIN_MISSED_CHARS = 60
MIN_CONTAINER_SHARE = 0.25  # of the found characters, from which an element is one that holds the article
MAX_MISSED_LINK_SHARE = 0.4
MIN_MAIN_SHARE = 0.6  # of the found characters, from which an element is the article's, and others stand beside
MAX_BESIDE_LINK_SHARE = 0.4
MIN_LEAD_CHARS, MAX_LEAD_CHARS = 40, 600
MAX_BEFORE = 400  # elements between a summary and the first paragraph
_LINE_TAGS = ("p", "h2", "h3", "h4", "h5", "li", "blockquote", "div", "span", "td")
_LEAD_TAGS = ("p", "h2", "h3", "h4", "div", "span", "strong")
_HEADINGS = ("h2", "h3", "h4", "h5")
_BESIDE = re.compile(
    r"widget|slide-?show|teaser|promo|(?<![a-z])(?:other|more|latest|also|next|previous|register|login|toolbar|tools)"
    r"(?![a-z])",
    re.I,
)
_LEAD = re.compile(
    r"(?<![a-z])(?:stand-?first|lead|lede?|dek|deck|sub-?head(?:line|ing)?|sub-?title|ingress|intro|sapo|vorspann|bajada"
    r"|copete)(?![a-z])",
    re.I,
)
_NO_LEAD = re.compile(
    r"^(?:By|Posted|Von)\s|\bcookies?\b|\b(?:is|was|has) (?:an?|the|been|worked|written)\b.{0,60}"
    r"\b(?:author|writer|reporter|journalist|editor|correspondent|columnist)\b",
    re.I,
)


def key_of(line: str) -> str:
    """The letters by which a line is known again in the page."""
    return folded(line[: 3 * KEY_CHARS])[:KEY_CHARS]


def with_missed(lines: list[str], tree: Any) -> list[str]:
    """With the paragraphs that stand in the elements that hold the article, and were missed."""
    places = {key_of(line): place for place, line in enumerate(lines)}
    paragraphs = [(node, clean("".join(node.itertext()))) for node in tree.iter("p")]
    held: dict[Any, int] = {}
    for node, text in paragraphs:
        if key_of(text) in places:
            held[node.getparent()] = held.get(node.getparent(), 0) + len(text)
    total = sum(map(len, lines)) or 1
    holders = {parent for parent, n_chars in held.items() if n_chars >= MIN_CONTAINER_SHARE * total}
    flat = folded(" ".join(lines))  # several paragraphs of a quotation are one line
    missed: dict[int, list[str]] = {}
    last, n_searches = -1, 0
    for node, text in paragraphs:
        key = key_of(text)
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
    if len(text) < MIN_MISSED_CHARS or NOTE.match(text):
        return False
    return _n_linked(node) <= MAX_MISSED_LINK_SHARE * len(text) and not re.search(
        r"display:\s?none", node.get("style") or ""
    )


def _n_linked(node: Any) -> int:
    return sum(len(" ".join("".join(link.itertext()).split())) for link in node.iter("a"))


def without_blocks_beside(lines: list[str], tree: Any) -> list[str]:
    """Without what stands beside the element of the article in blocks of links, teasers or tools."""
    nodes = _nodes_of(lines, tree)
    main = _main(lines, nodes)
    if main is None:
        return lines
    above = {main, *main.iterancestors()}
    verdicts: dict[Any, bool] = {None: False}
    beside: set[str] = set()
    for key, places in nodes.items():
        branches = [_branch(node, main, above) for node in places]
        for branch in branches:
            if branch not in verdicts:
                verdicts[branch] = _is_beside(branch)
        # The words of a heading stand in a table of contents too.
        if branches and all(verdicts[branch] for branch in branches):
            beside.add(key)
    return [line for line in lines if key_of(line) not in beside]


def _nodes_of(lines: list[str], tree: Any) -> dict[str, list[Any]]:
    """The elements that begin with the words of each line, by its key."""
    found: dict[str, list[Any]] = {key: [] for line in lines if (key := key_of(line))}
    for node in tree.iter(*_LINE_TAGS):
        if (key := key_of(_start_of(node))) in found:
            found[key].append(node)
    return found


def _start_of(node: Any) -> str:
    pieces, n_chars = [], 0
    for piece in node.itertext():
        pieces.append(piece)
        n_chars += len(piece.strip())
        if n_chars > 3 * KEY_CHARS:
            break
    return " ".join("".join(pieces).split())


def _main(lines: list[str], nodes: dict[str, list[Any]]) -> Any:
    """The lowest element that holds most of the found text; None where no one does."""
    held: dict[Any, int] = {}
    total = sum(map(len, lines))
    for line in lines:
        for node in nodes.get(key_of(line), [])[-1:]:  # document order: the innermost is the last
            for above in node.iterancestors():
                held[above] = held.get(above, 0) + len(line)
    enough = [node for node, n_chars in held.items() if n_chars >= MIN_MAIN_SHARE * total]
    return max(enough, key=lambda node: sum(1 for _ in node.iterancestors()), default=None)


def _branch(node: Any, main: Any, above: set[Any]) -> Any:
    """The outermost element around a node that does not hold the article; None where the node is in the article's."""
    branch = None
    for around in (node, *node.iterancestors()):
        if around is main:
            return None
        if around in above:
            return branch
        branch = around
    return None


def _is_beside(branch: Any) -> bool:
    """Whether a block beside the article is links, teasers or tools; the headline's is not."""
    if branch.tag == "h1" or next(branch.iter("h1"), None) is not None:
        return False
    if _BESIDE.search(f"{branch.get('class') or ''} {branch.get('id') or ''}"):
        return True
    n_chars = len(" ".join("".join(branch.itertext()).split())) or 1
    linked_headings = sum(next(node.iter("a"), None) is not None for node in branch.iter(*_HEADINGS))
    return _n_linked(branch) >= MAX_BESIDE_LINK_SHARE * n_chars or linked_headings > 1


def with_lead(lines: list[str], tree: Any, stated: Stated, title: str) -> list[str]:
    """With the summary under the headline in front, where the page shows one that is not in the text."""
    if not lines:
        return lines
    summaries = {
        key_of(text)
        for text in (text_of(stated.article().get("description")), *stated.meta.get("og:description", [])[:1],
                     *stated.meta.get("description", [])[:1])
        if len(text) >= MIN_LEAD_CHARS
    }  # fmt: skip
    flat = folded(" ".join(lines))
    for node in _before(tree, key_of(lines[0]), title):
        text = " ".join("".join(node.itertext()).split())
        if not MIN_LEAD_CHARS <= len(text) <= MAX_LEAD_CHARS or NOTE.match(text):
            continue
        if any(inner is not node for inner in node.iter("time", "p", "div", "ul")) or _NO_LEAD.search(text):
            continue
        is_marked = _LEAD.search(node.get("class") or "") is not None
        is_sentence = text.endswith((".", "!", "?", "…", "”", "»", "。"))
        if not (key_of(text) in summaries or (is_marked and is_sentence)):
            continue
        if key_of(text) not in flat and _n_linked(node) <= MAX_MISSED_LINK_SHARE * len(text):
            return [text, *lines]
    return lines


def _before(tree: Any, first: str, title: str) -> Iterator[Any]:
    """The elements between the headline and the first paragraph."""
    wanted, is_behind, n_seen = folded(title), False, 0
    for node in tree.iter("h1", *_LEAD_TAGS):
        if not is_behind:
            is_behind = node.tag in {"h1", "h2", "h3"} and folded("".join(node.itertext())) == wanted
            continue
        n_seen += 1
        if n_seen > MAX_BEFORE or (node.tag in {"p", "span"} and key_of(_start_of(node)) == first):
            return
        yield node
