"""Header lines: what a text states about itself above its body.

Four shapes are read, all only at the very start of a text:

- front matter between two ``---`` lines,
- a block of lines ``Key: value`` (a bare ``date 2021-07-11`` counts too), blank lines between them allowed,
- several keys on one line, ``Title: … | Author: … | Date: …`` or ``date 2021-07-11 title … author …``,
- ``date 2021-07-11 The headline`` on one line, and a line that is an address and nothing else.

Prose is safe: one line ``Source: …`` alone, a sentence that begins with "Date night", or a value that cannot be what
its key says (a date that is none, a section as long as a sentence) is no header.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from transforms.dates import ISO, WORDED, is_ambiguous, parse_date

IGNORED = "ignored"
_KEYS_BY_COLUMN: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "headline", "heading", "hed"),
    "published_date": (
        *("date", "published", "publisheddate", "publishdate", "publicationdate", "datepublished", "pubdate"),
        *("publishedon", "publishedat", "posted", "postedon", "dated"),
    ),
    "byline": ("author", "authors", "by", "byline", "writer", "reporter", "writtenby"),
    "publisher": ("source", "publisher", "publication", "outlet", "newspaper", "agency", "publishedby", "site"),
    "url": ("url", "link", "sourceurl", "permalink", "canonical"),
    "language": ("language", "lang"),
    "section": ("section", "category", "categories", "desk"),
    # Known, and of no column: they leave the text with the header they stand in.
    IGNORED: (
        "id",
        "tags",
        "tag",
        "keywords",
        "topics",
        "slug",
        "layout",
        "updated",
        "lastupdated",
        "modified",
        "draft",
    ),
}
COLUMN_OF_KEY = {key: column for column, keys in _KEYS_BY_COLUMN.items() for key in keys}
# One of these alone makes a header; the others are also how a line of prose or a photo credit begins.
_STRONG = frozenset({"title", "published_date", "url", "byline"})
MAX_CHARS = {
    "title": 300,
    "published_date": 60,
    "byline": 120,
    "publisher": 80,
    "url": 2000,
    "language": 20,
    "section": 60,
}
MAX_UNKNOWN_LINES = 3
MAX_FLOW_DEPTH = 5  # lists in lists in a line of front matter

_FRONT_MATTER = re.compile(r"\A\s*+(---[ \t]*+\n(.*?)\n---[ \t]*+(?:\n|\Z))", re.S)
_KEYED = re.compile(r"\s*([A-Za-z][A-Za-z _-]{1,20}?)\s*[:=]\s*(.*)")
_UNKNOWN_KEY = re.compile(r"\s*[A-Za-z][A-Za-z _-]{1,30}:\s.{0,120}")
_URL_LINE = re.compile(r"\s*(https?://\S+)\s*")
_DATE = rf"(?:{ISO}(?:[T ]\d\d:\d\d\S*)?|{WORDED}|\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{4}})"
_BARE_DATE = re.compile(
    rf"\s*(?:date|published|publication date|pubdate|dated)(?:\s*[:=])?\s+({_DATE})(?![\w/])[\s|,;–—-]*(.*)", re.I
)
_BARE_KEYS = re.compile(
    r"(?:^|\s)(title|headline|author|byline|source|publisher|section|category|language|url)\s+(?=\S)"
)
_INLINE_KEYS = re.compile(
    r"(?:^|[\s|;,]{1,5})(title|headline|date|published|author|byline|source|publisher|section|category|language|url|link)"
    r"\s*:\s+",
    re.I,
)
_SENTENCE_END = re.compile(r"[.!?][\"”’)]*$")


def read_header(text: str) -> tuple[dict[str, str], str]:
    """What the header of a text states, under the names of ``articles``, and the text below the header.

    ``text`` has its characters normalized and its lines still apart.
    """
    for reader in (_front_matter, _inline, _block):
        fields, rest = reader(text)
        if fields:
            fields.pop(IGNORED, None)
            return fields, rest
    return {}, text


def is_plausible(column: str, value: str) -> bool:
    """Whether a value can be what its key says it is."""
    if column == IGNORED:
        return True
    if len(value) > MAX_CHARS[column]:
        return False
    if column == "published_date":
        return parse_date(value) is not None or is_ambiguous(value)
    if column == "url":
        return value.startswith(("http://", "https://", "www.")) and " " not in value
    if column == "title":
        return True
    return not _SENTENCE_END.search(value) or len(value.split()) <= 3


def _column(key: str) -> str | None:
    return COLUMN_OF_KEY.get(re.sub(r"[ _-]", "", key.lower()))


def keyed_line(line: str) -> tuple[str, str] | None:
    """The column and value of a line ``Key: value`` with a known key and a value that fits it."""
    if address := _URL_LINE.fullmatch(line):
        return "url", address[1]
    found = _KEYED.fullmatch(line)
    column = _column(found[1]) if found else None
    if found is None or column is None:
        return None
    value = found[2].strip()
    return (column, value) if not value or is_plausible(column, value) else None


def split_front_matter(text: str) -> tuple[str, str]:
    """The block between two ``---`` lines at the start, those included (empty where there is none), and the rest."""
    found = _FRONT_MATTER.match(text)
    return (found[1], text[found.end() :]) if found else ("", text)


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    found = _FRONT_MATTER.match(text)
    if found is None:
        return {}, text
    values: dict[str, list[str]] = {}
    open_column = None  # of a key whose value is a list on the lines below it
    for line in found[2].split("\n"):
        if item := re.fullmatch(r"\s*-\s+(.*)", line):
            if open_column and open_column != IGNORED:
                values.setdefault(open_column, []).append(_unquote(item[1]))
            continue
        keyed = _KEYED.fullmatch(line)
        column = _column(keyed[1]) if keyed else None
        open_column = column if keyed and not keyed[2].strip() else None
        if keyed and column and keyed[2].strip():
            values.setdefault(column, [_unquote(keyed[2])])
    fields = {column: ", ".join(filter(None, parts)) for column, parts in values.items()}
    return (fields, text[found.end() :]) if fields else ({}, text)


def _unquote(value: str, depth: int = 0) -> str:
    """A flow scalar or flow list of YAML as plain words."""
    value = value.strip()
    if value.startswith("[") and value.endswith("]") and depth < MAX_FLOW_DEPTH:
        return ", ".join(_unquote(item, depth + 1) for item in value[1:-1].split(","))
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


def _inline(text: str) -> tuple[dict[str, str], str]:
    """A header that is one line."""
    line, _, rest = text.lstrip().partition("\n")
    dated = _BARE_DATE.fullmatch(line)
    if dated and dated[2].strip():
        return _dated_line(dated[1], dated[2].strip(), text, rest)
    keys = list(_INLINE_KEYS.finditer(line))
    if len(keys) < 2 or keys[0].start() > 0:
        return {}, text
    fields = _cut(line, keys)
    return (fields, rest) if fields else ({}, text)


def _dated_line(date: str, after: str, text: str, rest: str) -> tuple[dict[str, str], str]:
    """``date <date>`` and what follows on its line: more keys, or the headline."""
    if not is_plausible("published_date", date):
        return {}, text
    for pattern in (_INLINE_KEYS, _BARE_KEYS):
        keys = list(pattern.finditer(after))
        if keys and keys[0].start() == 0:
            fields = _cut(after, keys)
            return ({"published_date": date} | fields, rest) if fields else ({}, text)
    if after[0].islower() or not rest.strip():
        return {}, text
    if len(after) > MAX_CHARS["title"]:
        return {"published_date": date}, f"{after}\n{rest}"
    return {"published_date": date, "title": after}, rest


def _cut(line: str, keys: list[re.Match[str]]) -> dict[str, str]:
    """The values between the keys of one line, each key once; empty where one of them does not fit its key."""
    firsts = list({_column(key[1]): key for key in reversed(keys)}.values())
    firsts.sort(key=lambda key: key.start())
    fields = {}
    for key, after in zip(firsts, [*firsts[1:], None], strict=True):
        column, value = _column(key[1]), line[key.end() : after.start() if after else None].strip(" |;,")
        if column is None or not is_plausible(column, value):
            return {}
        fields[column] = value
    return fields


def _block(text: str) -> tuple[dict[str, str], str]:
    """A header that is a block of lines.

    A line with a key of no column leaves the text as well, where a line with a known key follows it in its block.
    """
    lines = text.split("\n")
    fields: dict[str, str] = {}
    end = n_keys = n_passed = 0
    for number, line in enumerate(lines):
        if not line.strip():
            n_passed = 0
            continue
        found = keyed_line(line) or _bare_line(line, bool(fields))
        if found and (found[0] not in fields or found[0] == IGNORED):
            n_keys += 1
            fields[found[0]] = found[1]
            end, n_passed = number + 1, 0
        else:
            is_next = end == number - n_passed  # a blank line between would mean that the body has begun
            if found or not fields or not is_next or n_passed == MAX_UNKNOWN_LINES or not _UNKNOWN_KEY.fullmatch(line):
                break
            n_passed += 1
    is_header = (n_keys >= 2 and fields.keys() != {IGNORED}) or bool(fields.keys() & _STRONG)
    if not is_header:
        return {}, text
    return {name: value for name, value in fields.items() if value}, "\n".join(lines[end:])


def _bare_line(line: str, is_inside: bool) -> tuple[str, str] | None:
    """A line of a block whose key has no colon: a date anywhere, other keys below one."""
    dated = _BARE_DATE.fullmatch(line)
    if dated and not dated[2].strip() and is_plausible("published_date", dated[1]):
        return "published_date", dated[1]
    key = _BARE_KEYS.match(line.strip()) if is_inside else None
    column = _column(key[1]) if key else None
    value = line.strip()[key.end() :] if key else ""
    return (column, value) if column and is_plausible(column, value) else None
