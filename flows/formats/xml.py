"""XML as a stream of elements, in bounded memory, without network, external entities or document types.

What real files do wrong is mended before the parser sees it: an encoding that is not the declared one, stray bytes,
control characters, the named entities of HTML.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape
from html.entities import name2codepoint
from typing import IO, Any

from lxml import etree

from flows.formats.base import FormatError, Head
from flows.formats.encoding import decode_start, first_of, is_binary
from flows.formats.html import story_text
from flows.formats.streamed_text import encoding_of, read_pieces
from flows.formats.unpacked import start_of

Element = Any  # lxml has no annotations

XML_LANG, XML_BASE = "{http://www.w3.org/XML/1998/namespace}lang", "{http://www.w3.org/XML/1998/namespace}base"
MAX_ENTITY_CHARS = 100  # of an entity that a document declares itself

MAX_UNPARTED = 2  # paragraphs, up to which those of a page are its lines, as agencies put plain text into XHTML

_LINE_STARTS = re.compile(r"(?<=[^\s>])[ \t]*\n(?:[ \t]*\n|[ \t]{2,})\s*(?=[^\s<])")
_NAMED_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][\w.-]{0,30});")
# Two patterns, each with one letter before all choices: they are searched for ten times as fast as one.
_BARE_AMPERSAND = re.compile(r"&(?!#\d+;|#[xX][0-9a-fA-F]+;|(?:amp|lt|gt|quot|apos);)")
_BARE_LESS_THAN = re.compile(r"<(?![\w:/!?])")
_CUT_ENTITY = re.compile(r"(?:&[\w.#-]{0,31}|<)\Z")
# Those of the document type alone (% name) are none of the text.
_ENTITY = re.compile(r"""<!ENTITY\s+([\w.-]+)\s+("[^"]*"|'[^']*'|\w+)""")
MAX_ENTITY_NAME_CHARS = 40
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r")
_NONCHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_DECLARED = re.compile(rb"""\A[\s\xef\xbb\xbf]*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)""")
_BEFORE_ROOT = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.S)
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*+(?:\[.*?\]\s*)?>", re.S | re.I)
_ROOT = re.compile(r"<(?:([\w.-]+):)?([\w.-]+)((?:\s[^<>]*+)?)>?")
_TRUNCATED = frozenset(["ERR_DOCUMENT_END", "ERR_TAG_NOT_FINISHED", "ERR_GT_REQUIRED", "ERR_DOCUMENT_EMPTY"])


@dataclass(frozen=True, slots=True)
class Root:
    """The name of a document's root element without prefix, and its start tag with all attributes."""

    name: str
    tag: str


def root_of(head: Head) -> Root | None:
    """The root element of a file that is XML; None where it is something else."""
    return _root_of(head.start)


# Every format of XML asks for it.
@lru_cache(maxsize=1)
def _root_of(start: bytes) -> Root | None:
    if is_binary(start) or first_of(start) != "<":
        return None
    text = decode_start(start).lstrip()
    root = _ROOT.match(text, root_start(text))
    return Root(root[2], root[0]) if root else None


def root_start(text: str) -> int:
    """Where the root element of a text that starts as XML does starts."""
    at = 0
    while found := _BEFORE_ROOT.match(text, at) or _DOCTYPE.match(text, at):
        at = found.end()
    return at


def declared_encoding(start: bytes) -> str | None:
    """The encoding that an XML declaration states."""
    found = _DECLARED.match(start)
    return found[1].decode("ascii", "replace") if found else None


def stream_encoding(stream: IO[bytes]) -> str:
    """The encoding of a stream at its start, which it stays at."""
    start = start_of(stream)
    return encoding_of(start, declared_encoding(start))


def read_elements(stream: IO[bytes], names: Collection[str], max_bytes: int, *, recover: bool = False) -> Iterator[Any]:
    """The outermost elements of these local names, each freed when the next is asked for.

    What precedes an element among its siblings and its ancestors' is still there while the first is looked at. With
    ``recover`` a document that is not well-formed is read as far as it can be. Raises FormatError where it is no
    XML, ends too early, or where more than ``max_bytes`` lie between the ends of two such elements.
    """
    tags = [f"{{*}}{name}" for name in names]
    parser = etree.XMLPullParser(events=("start", "end"), tag=tags, recover=recover, encoding="utf-8", **GUARDS)
    wanted = _Outermost()
    n_held = 0
    for piece in _Mender(is_lenient=recover).mended(read_pieces(stream, stream_encoding(stream))):
        data = _without_invalid(piece.encode("utf-8", "replace"))
        n_held += len(data)
        if n_held > max_bytes:
            raise FormatError("too_large", f"more than {max_bytes:,} bytes in one element")
        try:
            parser.feed(data)
        except etree.XMLSyntaxError as error:
            # What came before the error has been seen: it is read, then the error is told.
            yield from wanted.take(parser.read_events())
            raise _bad_xml(error) from None
        for element in wanted.take(parser.read_events()):
            yield element
            n_held = 0
    _close(parser)
    yield from wanted.take(parser.read_events())


GUARDS: dict[str, Any] = {
    "resolve_entities": False,  # none is left to resolve: see _Mender
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


class _Outermost:
    def __init__(self) -> None:
        self._depth = 0  # of wanted elements in each other

    def take(self, events: Iterator[tuple[str, Any]]) -> Iterator[Any]:
        for event, element in events:
            self._depth += 1 if event == "start" else -1
            if event == "end" and self._depth == 0:
                yield element
                _free(element)


def _free(element: Element) -> None:
    """Drop an element's content and whatever stands before it."""
    element.clear()
    while (before := element.getprevious()) is not None:
        element.getparent().remove(before)


def _close(parser: Any) -> None:
    """End a document; what the parser makes of one that ended too early is left unread."""
    try:
        parser.close()
    except etree.XMLSyntaxError as error:
        raise _bad_xml(error) from None
    if any(entry.type_name in _TRUNCATED for entry in parser.feed_error_log):
        raise FormatError("bad_xml", "the document ends too early")


def _bad_xml(error: Exception) -> FormatError:
    return FormatError("bad_xml", f"not well-formed: {error}")


class _Mender:
    """Text as a parser takes it: without document type, and entities as their characters.

    A short entity that the document declares itself is its text. Lenient, an ampersand or less-than sign that begins
    nothing is one of the text, also where it is one already (in CDATA): only for formats whose texts are HTML.
    Raises FormatError where it declares one that stands for others, for a long text or for what lies outside.
    """

    def __init__(self, *, is_lenient: bool) -> None:
        self._is_lenient = is_lenient
        self._entities: dict[str, str] = {}

    def mended(self, pieces: Iterator[str]) -> Iterator[str]:
        """The pieces, cut where no entity is."""
        rest, is_start = "", True
        for piece in pieces:
            text = rest + piece
            if is_start:
                text = self._without_prolog(text)
                is_start = not text
            cut = _CUT_ENTITY.search(text, max(0, len(text) - MAX_ENTITY_NAME_CHARS))
            rest = text[cut.start() :] if cut else ""
            yield self._mend(text[: cut.start()] if cut else text)
        yield self._mend(rest)

    def _without_prolog(self, text: str) -> str:
        at = root_start(text)
        self._declare(text[:at])
        return text[at:]

    def _declare(self, prolog: str) -> None:
        for name, value in _ENTITY.findall(prolog):
            if value[:1] not in ('"', "'") or "&" in value.replace("&#", "") or len(value) > MAX_ENTITY_CHARS:
                raise FormatError("bad_xml", "it declares entities for other entities, long texts or other files")
            self._entities[name] = escape(unescape(value[1:-1]))

    def _mend(self, text: str) -> str:
        text = _NAMED_ENTITY.sub(self._entity, text)
        if self._is_lenient:
            text = _BARE_LESS_THAN.sub("&lt;", _BARE_AMPERSAND.sub("&amp;", text))
        return text

    def _entity(self, found: re.Match[str]) -> str:
        name = found[1]
        if name in self._entities:
            return self._entities[name]
        code = name2codepoint.get(name)
        return f"&amp;{name};" if code is None else chr(code)


def _without_invalid(data: bytes) -> bytes:
    """UTF-8 without the characters that XML cannot hold."""
    data = data.translate(None, _CONTROLS)
    for noncharacter in _NONCHARACTERS:
        data = data.replace(noncharacter, b"")
    return data


# Elements


def parse_element(data: bytes) -> Element:
    """The element that ``dump_element`` wrote; raises FormatError where it is none."""
    try:
        return etree.fromstring(data, etree.XMLParser(recover=True, encoding="utf-8", **GUARDS))
    except etree.XMLSyntaxError as error:
        raise FormatError("bad_xml", f"not well-formed: {error}") from None


def dump_element(element: Element) -> bytes:
    """An element alone, in UTF-8."""
    return bytes(etree.tostring(element, encoding="utf-8", with_tail=False))


def local_name(element: Element) -> str:
    """An element's name without its namespace; "" for what is none (an entity, a comment)."""
    return _local(element.tag) if isinstance(element.tag, str) else ""


@lru_cache(maxsize=4096)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def children(element: Element, *names: str) -> list[Element]:
    """The children of these local names, in the order of the names."""
    return [child for name in names for child in element if local_name(child) == name]


def find_all(element: Element, path: str) -> list[Element]:
    """The elements at a path of local names below one: ``contentMeta/headline``."""
    found = [element]
    for name in path.split("/"):
        found = [child for parent in found for child in parent if local_name(child) == name]
    return found


def words(element: Element | None) -> str:
    """All text in an element, on one line."""
    return "" if element is None else " ".join("".join(element.itertext()).split())


def first_words(element: Element, *paths: str) -> str:
    """The text of the first element at one of the paths that holds any."""
    return next((found for path in paths for child in find_all(element, path) if (found := words(child))), "")


def as_html(element: Element, renamed: dict[str, str] | None = None, unseen: Collection[str] = ()) -> str:
    """An element as HTML without namespaces, its elements renamed, and those of the names ``unseen`` left out."""
    copy = etree.fromstring(dump_element(element), etree.XMLParser(recover=True, **GUARDS))
    for node in [node for node in copy.iter() if local_name(node) in unseen]:
        if node.getparent() is not None:
            _remove(node)
    for node in copy.iter():
        if name := local_name(node):
            node.tag = (renamed or {}).get(name, name)
    etree.cleanup_namespaces(copy)
    return str(etree.tostring(copy, method="html", encoding="unicode"))


def page_text(page: Element) -> str:
    """The text of an XHTML element. In a page of one or two paragraphs blank and indented lines begin new ones."""
    html = as_html(page)
    if html.count("<p") <= MAX_UNPARTED:
        html = _LINE_STARTS.sub("<br><br>", html)
    return story_text(html)


def _remove(node: Element) -> None:
    parent, before = node.getparent(), node.getprevious()
    if node.tail:
        if before is not None:
            before.tail = (before.tail or "") + node.tail
        else:
            parent.text = (parent.text or "") + node.tail
    parent.remove(node)
