"""HTML to text: whole pages by trafilatura, fragments (the body field of a feed) by their block elements."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from flows.formats import encoding as encodings
from flows.formats.base import Document, Format, FormatError, Head, Match, Record, one_record
from transforms.text import replace_surrogates

SUFFIXES = (".html", ".htm")
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
MIN_FALLBACK_WORDS = 5  # below which a page's own words are its buttons, not an article

# Atomic: else the comments of a page that is none would be parted in all ways, twice as many for each.
_PAGE_START = re.compile(
    r"\s*+(?:<\?xml[^>]*>\s*+)?(?:(?><!--.*?-->)\s*+)*+<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_TAG = re.compile(
    r"</?(?:p|br|div|span|a|b|i|u|em|strong|blockquote|q|ul|ol|li|h[1-6]|img|figure|table|section|article|small|sup|sub)"
    r"(?:\s[^<>]*)?/?>",
    re.I,
)
_BLOCK_TAG = re.compile(rf"<(?:br|{'|'.join(sorted(BLOCKS))})[\s/>]", re.I)
_ENTITY = re.compile(
    r"&(?:#\d{2,6}|#x[0-9a-f]{2,5}|amp|quot|apos|nbsp|lt|gt|[lr][sd]quo|[mn]dash|hellip|[a-z]+acute);", re.I
)
_DECLARED = re.compile(
    rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml[^>]+encoding\s*=\s*["']([\w.:-]+)""", re.I
)
_BLOCK_EDGE, _LINE_BREAK = "\x01", "\x02"  # control characters, which no HTML parser lets through
_BLOCK_EDGES = re.compile(r"\x01|\x02\s*\x02[\s\x02]*")
_BLANK = " \t\r\n\x02"
_LANGUAGE = re.compile(r"""<html\b[^>]*?\slang\s*=\s*["']?([A-Za-z-]+)""", re.I)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_DECLARED_WITHIN_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Page:
    """The main text of a page, paragraphs parted by blank lines, and what its head states."""

    text: str
    fields: dict[str, str] = field(default_factory=dict)
    is_fallback: bool = False


def is_page(text: str) -> bool:
    """Whether a text begins as an HTML document does."""
    return _PAGE_START.match(text[:4096]) is not None


def holds_markup(text: str) -> bool:
    """Whether a text from a JSON field is HTML: it holds a tag or a character reference."""
    return _TAG.search(text) is not None or _ENTITY.search(text) is not None


def declared_encoding(data: bytes) -> str | None:
    """The encoding a page states in its head."""
    found = _DECLARED.search(data[:_DECLARED_WITHIN_BYTES])
    return (found[1] or found[2]).decode("ascii", "replace") if found else None


def read_page(html: str) -> Page:
    """The article of a page; ``text`` is empty where the page has none."""
    import trafilatura

    found = trafilatura.bare_extraction(
        _parseable(html),
        include_comments=False,
        include_tables=True,
        with_metadata=True,
        # The page's own dates only: guessing one from the text belongs to the articles step, which says so.
        date_extraction_params={"extensive_search": False, "original_date": True, "min_date": "1900-01-01"},
    )
    text = str(getattr(found, "text", None) or "")
    fields = _stated(found, html)
    if text.strip():
        return Page("\n\n".join(line for line in text.split("\n") if line.strip()), fields)
    text = fragment_text(html)
    return Page(text if len(text.split()) >= MIN_FALLBACK_WORDS else "", fields, is_fallback=True)


def _parseable(html: str) -> str:
    """Without what stops a parser early, and with ``<q>`` as the marks that a browser shows for it."""
    html = replace_surrogates(_XML_DECLARATION.sub("", html)).replace("\0", "")
    return re.sub(r"</q\s*>", "”", re.sub(r"<q(?:\s[^>]*)?>", "“", html, flags=re.I), flags=re.I)


def _stated(found: object, html: str) -> dict[str, str]:
    names = {"title": "title", "author": "byline", "date": "published_date", "sitename": "publisher", "url": "url"}
    fields = {column: str(value) for name, column in names.items() if (value := getattr(found, name, None))}
    if categories := getattr(found, "categories", None):
        fields["section"] = str(categories[0])
    if language := _LANGUAGE.search(html):
        fields["language"] = language[1]
    return fields


def fragment_text(html: str) -> str:
    """All words of a fragment, nothing taken for boilerplate.

    Block elements become paragraphs. A fragment without any keeps its own line breaks, for then they part its
    paragraphs.
    """
    from lxml import etree
    from lxml import html as lxml_html

    try:
        root = lxml_html.document_fromstring(_parseable(html))
    except (etree.LxmlError, ValueError):  # nothing but comments or white space
        return ""
    etree.strip_elements(root, etree.Comment, etree.ProcessingInstruction, *UNSEEN, with_tail=False)
    if _BLOCK_TAG.search(html) is None:
        return str(root.text_content())
    pieces: list[str] = []
    for event, node in etree.iterwalk(root, events=("start", "end")):
        edge = _BLOCK_EDGE if node.tag in BLOCKS else _LINE_BREAK if node.tag == "br" and event == "start" else ""
        pieces += [edge, (node.text if event == "start" else node.tail) or ""]
    blocks = _BLOCK_EDGES.split("".join(pieces))
    # White space inside a paragraph means nothing in HTML; the breaks are those of its elements.
    return "\n\n".join(" ".join(block.replace(_LINE_BREAK, " ").split()) for block in blocks if block.strip(_BLANK))


# The format


def _recognise(head: Head) -> Match:
    if encodings.is_binary(head.start):
        return Match.NO
    start = encodings.decode_start(head.start)
    if is_page(start):
        return Match.CONTENT
    return Match.NAME if head.name.endswith(SUFFIXES) and holds_markup(start) else Match.NO


def _parse(record: Record) -> Document:
    decoded = encodings.decode(record.data, declared=record.stated.get("charset") or declared_encoding(record.data))
    page = read_page(decoded.text)
    if not page.text.strip():
        raise FormatError("no_text", "the HTML page holds no article text")
    text = encodings.repaired(encodings.Decoded(replace_surrogates(page.text), decoded.encoding, decoded.quality_flags))
    fields = {name: encodings.repair_mojibake(replace_surrogates(value))[0] for name, value in page.fields.items()}
    flags = (*text.quality_flags, *(["html_fallback"] if page.is_fallback else []))
    return Document(text.text, "text/html", text.encoding, fields, flags)


# A page is mostly markup and scripts.
FORMAT = Format("html", SUFFIXES, _recognise, one_record("html"), _parse, chars_per_byte=0.1)
