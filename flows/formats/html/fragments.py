"""Fragments of HTML (the body field of a feed) to text, by their block elements; and what is HTML at all."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from transforms.text import replace_surrogates

BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "dd",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "td",
        "th",
        "title",
        "tr",
        "ul",
    ]
)
UNSEEN = frozenset(["script", "style", "noscript", "template", "iframe", "svg", "button", "select", "head"])

# Every pattern is linear on any text: a repeat that could be tried again is bounded, possessive, or ends at a "<".
_PAGE_START = re.compile(
    r"(?>\s+|<\?xml.*?>|<!--.*?-->|<(?!!--|!doctype\s+html)![^<>]*+>)*+<(?:!doctype\s+html|html|head|body|script|style|meta)\b",
    re.I | re.S,
)
_TAG = re.compile(
    r"</?(?:p|br|div|span|a|b|i|u|em|strong|blockquote|q|ul|ol|li|h[1-6]|img|figure|table|section"
    r"|article|small|sup|sub)"
    r"(?:\s[^<>]*+|/)?>",
    re.I,
)
_BLOCK_TAG = re.compile(rf"<(?:br|{'|'.join(sorted(BLOCKS))})[\s/>]", re.I)
_ENTITY = re.compile(
    r"&(?:#\d{2,6}|#x[0-9a-f]{2,5}|amp|quot|apos|nbsp|lt|gt|[lr][sda]quo|[mn]dash|hellip|euro|pound|copy|reg|trade"
    r"|[a-z](?:acute|grave|circ|uml|cedil|tilde|ring|slash)|szlig|aelig|oelig|shy|bull|middot|deg|iquest|iexcl);",
    re.I,
)
_DECLARED = re.compile(
    rb"""<meta[^<>]{1,500}?charset\s{0,9}=\s{0,9}["']?\s{0,9}([\w.:-]{2,40})|<\?xml[^<>]{1,200}?encoding\s{0,9}=\s{0,9}["']([\w.:-]{2,40})""",
    re.I,
)
_QUOTE = re.compile(r"<(/?)q(?:\s[^<>]*+)?>", re.I)
_XML_DECLARATION = re.compile(r"\s*+<\?xml[^<>]*+>")
_BLOCK_EDGE, _LINE_BREAK = "\x01", "\x02"  # control characters, which no HTML parser lets through
_BLOCK_EDGES = re.compile(r"\x01|\x02\s*\x02[\s\x02]*")
_BLANK = " \t\r\n\x02"
_DECLARED_WITHIN_BYTES = 4096
MAX_ESCAPED = 2  # times over
_ASIDE = re.compile(r"<figure|<figcaption|notepad", re.I)
# A figure may also hold a table or a quotation; dpa adds a section with notes for those who edit its stories.
_NO_STORY = (
    "//figcaption | //figure[.//img or .//picture or .//video][not(.//p or .//table or .//blockquote)]"
    " | //section[contains(concat(' ', @class, ' '), ' notepad ')]"
)


def is_page(text: str) -> bool:
    """Whether the start of a text is that of an HTML document."""
    return _PAGE_START.match(text) is not None


def holds_markup(text: str) -> bool:
    """Whether a text from a JSON field is HTML: it holds a tag or a character reference."""
    return _TAG.search(text) is not None or _ENTITY.search(text) is not None


def field_text(value: str) -> str:
    """The words of a value that may be HTML, or HTML whose tags were escaped once more, or neither."""
    if not holds_markup(value):
        return value
    text = story_text(value)
    return fragment_text(text) if _TAG.search(value) is None and _BLOCK_TAG.search(text) else text


def without_references(text: str) -> str:
    """A text with the character references that are left in it resolved: they were escaped twice, or by mistake."""
    for _ in range(MAX_ESCAPED):
        if "&" not in text:
            break
        text = _ENTITY.sub(lambda reference: unescape(reference[0]), text)
    return text


def declared_encoding(data: bytes) -> str | None:
    """The encoding a page states in its head."""
    found = _DECLARED.search(data[:_DECLARED_WITHIN_BYTES])
    return (found[1] or found[2]).decode("ascii", "replace") if found else None


def parseable(html: str) -> str:
    """A page without what stops a parser early, and with ``<q>`` as the marks that a browser shows for it."""
    declaration = _XML_DECLARATION.match(html)
    html = replace_surrogates(html[declaration.end() :] if declaration else html).replace("\0", "")
    return _QUOTE.sub(lambda tag: "”" if tag[1] else "“", html)


def story_text(html: str) -> str:
    """The words of a fragment without its pictures' captions and notes to editors, unless there are no others."""
    return (fragment_text(html, is_story=True) if _ASIDE.search(html) else "") or fragment_text(html)


def fragment_text(html: str, *, is_story: bool = False) -> str:
    """All words of a fragment, nothing taken for boilerplate; of a story, what does not belong to it left out.

    Block elements become paragraphs. A fragment without any keeps its own line breaks, for then they part its
    paragraphs.
    """
    from lxml import etree
    from lxml import html as lxml_html

    try:
        root = lxml_html.document_fromstring(parseable(html))
    except (etree.LxmlError, ValueError):  # nothing but comments or white space
        return ""
    etree.strip_elements(root, etree.Comment, etree.ProcessingInstruction, *UNSEEN, with_tail=False)
    for part in root.xpath(_NO_STORY) if is_story else ():
        part.drop_tree()
    if _BLOCK_TAG.search(html) is None:
        return str(root.text_content())
    pieces: list[str] = []
    for event, node in etree.iterwalk(root, events=("start", "end")):
        edge = _BLOCK_EDGE if node.tag in BLOCKS else _LINE_BREAK if node.tag == "br" and event == "start" else ""
        edge = " " if event == "start" and _is_label_behind_label(node) else edge
        pieces += [edge, (node.text if event == "start" else node.tail) or ""]
    blocks = _BLOCK_EDGES.split("".join(pieces))
    # White space inside a paragraph means nothing in HTML; the breaks are those of its elements.
    return "\n\n".join(" ".join(block.replace(_LINE_BREAK, " ").split()) for block in blocks if block.strip(_BLANK))


def _is_label_behind_label(node: Any) -> bool:
    """Whether two spans with classes of their own follow each other, which styles set apart: "Harbours", "CW"."""
    before = node.getprevious() if node.tag == "span" and node.get("class") else None
    if before is None or before.tag != "span" or not before.get("class") or before.tail or not node.text:
        return False
    return (before.text or "")[-1:].islower() and node.text[0].isupper()
