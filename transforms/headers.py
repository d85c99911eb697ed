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
from typing import Any

import yaml

from transforms.dates import ISO, WORDED, is_ambiguous, parse_date
from transforms.field_names import IGNORED, header_column, record_column, stated_fields

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
MAX_FRONT_MATTER_CHARS = 20_000  # what is longer is a text between two rules
MAX_BRACKETS = 8  # inside each other
MAX_FLOW_DEPTH = 5  # lists in lists in a line of front matter

_FRONT_MATTER = re.compile(r"\A\s*+(---[ \t]*+[\r\n].*?[\r\n]---[ \t]*+(?:\r\n?|\n|\Z))", re.S)
_LIST_ITEM = re.compile(r"\s*-\s+(.*)")
_YAML_NULLS = ("null", "Null", "NULL", "~")
_KEYED = re.compile(r"\s*([A-Za-z][A-Za-z _-]{1,20}?)\s*[:=]\s*(.*)")
_UNKNOWN_KEY = re.compile(r"\s*[A-Za-z][A-Za-z _-]{1,30}:\s.{0,120}")
# What a release says above its headline, with its number: MEDIA RELEASE PR67257.
_RELEASE = re.compile(
    r"\s*(?:(?:media|press|news) release(?: (?:no\.? ?)?[\w/-]{0,12}\d)?|for immediate release)[:.]?\s*", re.I
)
_URL_LINE = re.compile(r"\s*(https?://\S+)\s*")
_DATE = rf"(?:{ISO}(?:[T ]\d\d:\d\d\S*)?|{WORDED}|\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{4}})"
_BARE_DATE = re.compile(
    rf"\s*(?:date|published|publication date|pubdate|dated)(?:\s*[:=])?\s+({_DATE})(?![\w/])[\s|,;–—-]*(.*)", re.I
)
_BARE = "title|headline|author|byline|source|publisher|section|category|language|url"
_BARE_KEYS = re.compile(rf"(?:^|\s)({_BARE})\s+(?=\S)")
_INLINE_KEYS = re.compile(rf"(?:^|[\s|;,]{{1,5}})({_BARE}|date|published|link)\s*:\s+", re.I)
_SENTENCE_END = re.compile(r"[.!?][\"”’)]*$")


def read_header(text: str) -> tuple[dict[str, str], str]:
    """What the header of a text states, under the names of ``articles``, and the text below the header.

    ``text`` has its characters normalized and its lines still apart. Front matter is read before that.
    """
    for reader in (_inline, _block):
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


def keyed_line(line: str) -> tuple[str, str] | None:
    """The column and value of a line ``Key: value`` with a known key and a value that fits it."""
    if address := _URL_LINE.fullmatch(line):
        return "url", address[1]
    found = _KEYED.fullmatch(line)
    column = header_column(found[1]) if found else None
    if found is None or column is None:
        return None
    value = found[2].strip()
    return (column, value) if not value or is_plausible(column, value) else None


def split_front_matter(text: str) -> tuple[str, str]:
    """The block between two ``---`` lines at the start, those lines included, and the rest; empty and all without one.

    ``text`` is as it was read, for in YAML white space has a meaning.
    """
    found = _FRONT_MATTER.match(text)
    if found is None or len(found[1]) > MAX_FRONT_MATTER_CHARS:
        return "", text
    return found[1], text[found.end() :]


def read_front_matter(text: str) -> tuple[dict[str, str], str]:
    """What the front matter of a text states, by column, and the text below it; nothing and all where it names none."""
    block, rest = split_front_matter(text)
    stated = _load_yaml(block) or _read_lines(block)
    if not any(record_column(str(name)) for name in stated):
        return {}, text
    return {column: value for column, value in stated_fields(stated).items() if value not in _YAML_NULLS}, rest


class _Strings(yaml.BaseLoader):
    """YAML whose every scalar is the string that was written, without references and deep brackets.

    So a date stays as stated, an impossible one is no error, and a small block cannot stand for a huge one; the time
    that brackets take grows with their depth.
    """

    def fetch_flow_collection_start(self, TokenClass: type[yaml.Token]) -> None:  # noqa: N803
        if self.flow_level >= MAX_BRACKETS:
            raise yaml.scanner.ScannerError(None, None, "brackets too deep")
        super().fetch_flow_collection_start(TokenClass)

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "a reference")
        return super().compose_node(parent, index)


def _load_yaml(block: str) -> dict[Any, Any]:
    """The mapping that a block of front matter holds; empty where it holds none or is no YAML."""
    try:
        loaded = yaml.load("\n".join(_inner_lines(block)), Loader=_Strings)
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError):
        return {}
    return loaded if isinstance(loaded, dict) else {}


def _read_lines(block: str) -> dict[str, str]:
    """The same line by line, for what is written by hand and no YAML: ``title: Strike: day two``."""
    stated: dict[str, str] = {}
    open_key = ""  # whose value is a list on the lines below it
    for line in _inner_lines(block):
        item, keyed = _LIST_ITEM.fullmatch(line), _KEYED.fullmatch(line)
        if item and open_key:
            stated[open_key] = ", ".join(filter(None, (stated[open_key], _unquote(item[1]))))
        elif keyed and not item:
            open_key = "" if keyed[2].strip() else keyed[1]
            stated.setdefault(keyed[1], _unquote(keyed[2]))
    return stated


def _inner_lines(block: str) -> list[str]:
    return block.strip().splitlines()[1:-1]


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
    firsts = list({header_column(key[1]): key for key in reversed(keys)}.values())
    firsts.sort(key=lambda key: key.start())
    fields = {}
    for key, after in zip(firsts, [*firsts[1:], None], strict=True):
        column, value = header_column(key[1]), line[key.end() : after.start() if after else None].strip(" |;,")
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
    has_release = False
    for number, line in enumerate(lines):
        if not line.strip():
            n_passed = 0
            continue
        is_release = _RELEASE.fullmatch(line) is not None
        found = (IGNORED, line) if is_release else keyed_line(line) or _bare_line(line, bool(fields))
        if found and (found[0] not in fields or found[0] == IGNORED):
            n_keys += 1
            has_release = has_release or is_release
            fields[found[0]] = found[1]
            end, n_passed = number + 1, 0
        else:
            is_next = end == number - n_passed  # a blank line between would mean that the body has begun
            if found or not fields or not is_next or n_passed == MAX_UNKNOWN_LINES or not _UNKNOWN_KEY.fullmatch(line):
                break
            n_passed += 1
    is_header = (n_keys >= 2 and fields.keys() != {IGNORED}) or has_release or bool(fields.keys() & _STRONG)
    if not is_header:
        return {}, text
    return {name: value for name, value in fields.items() if value}, "\n".join(lines[end:])


def _bare_line(line: str, is_inside: bool) -> tuple[str, str] | None:
    """A line of a block whose key has no colon: a date anywhere, other keys below one."""
    dated = _BARE_DATE.fullmatch(line)
    if dated and not dated[2].strip() and is_plausible("published_date", dated[1]):
        return "published_date", dated[1]
    key = _BARE_KEYS.match(line.strip()) if is_inside else None
    column = header_column(key[1]) if key else None
    value = line.strip()[key.end() :] if key else ""
    return (column, value) if column and is_plausible(column, value) else None
