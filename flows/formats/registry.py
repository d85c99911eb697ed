"""Which formats there are, and reading by whichever takes a stream.

Limits, numbers and the handling of faults are the same for all formats, and are here. Nothing that a file holds raises:
it is a Fault, of a record or of the rest of a stream.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import IO

from flows.formats import (
    archives,
    arrow_table,
    compressed,
    delimited,
    email_message,
    epub,
    europresse,
    excel,
    factiva,
    factiva_text,
    feeds,
    html,
    json_feed,
    json_file,
    json_lines,
    markdown,
    newsml_1,
    newsml_g2,
    nexis,
    ninjs,
    nitf,
    open_document,
    pdf,
    rich_text,
    text,
    web_archive,
    wire_text,
    word,
    xml_records,
)
from flows.formats import encoding as encodings
from flows.formats.base import (
    Document,
    Fault,
    Format,
    FormatError,
    Head,
    Item,
    Match,
    Reading,
    Record,
    is_about_reading,
)
from flows.formats.date_order import settled
from flows.formats.limits import MAX_DETAIL_CHARS, MAX_FAULTS_A_SOURCE, Limits
from flows.formats.other_kinds import is_of_another_kind
from flows.formats.unpacked import ArchiveBombError, Budget, start_of, unpacking
from transforms.source_text import SourceText

# Of formats that are equally sure of a file the earlier takes it: those that look closer, and containers, come first.
FORMATS: tuple[Format, ...] = (
    *compressed.FORMATS,
    word.DOCX,
    word.NEXIS,
    open_document.FORMAT,
    epub.FORMAT,
    pdf.FORMAT,
    rich_text.FORMAT,
    excel.FORMAT,
    *archives.FORMATS,
    *arrow_table.FORMATS,
    feeds.FORMAT,
    newsml_g2.FORMAT,
    newsml_1.FORMAT,
    nitf.FORMAT,
    json_feed.FORMAT,
    ninjs.FORMAT,
    nexis.HTML,
    nexis.TEXT,
    factiva.HTML,
    factiva.XML,
    factiva_text.FORMAT,
    europresse.FORMAT,
    wire_text.FORMAT,
    web_archive.FORMAT,
    *email_message.FORMATS,
    xml_records.FORMAT,
    text.FORMAT,
    markdown.FORMAT,
    html.FORMAT,
    json_lines.FORMAT,
    json_file.FORMAT,
    delimited.FORMAT,
)

_DEFAULT_LIMITS = Limits()
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


# Which format


@lru_cache(maxsize=1)  # asked for every file of a folder, and members of archives
def suffixes() -> tuple[str, ...]:
    """The suffixes of what formats hold, those of compression aside: each may have one of them behind it."""
    return tuple(suffix for format_ in FORMATS if format_ not in compressed.FORMATS for suffix in format_.suffixes)


def is_supported_name(name: str) -> bool:
    """Whether a file's name says that a format reads it."""
    return compressed.bare_name(name).endswith(suffixes())


def format_of(head: Head) -> Format | None:
    """The format that is surest of a file, the earlier in the registry among equals; None where none takes it."""
    return surest_format(head)[0]


def surest_format(head: Head) -> tuple[Format | None, Match]:
    """The same, and how sure it is."""
    if _PAGE.match(head.start) and b"\0" not in head.start:
        others = (format_ for format_ in _PAGES if format_.recognise(head) is Match.CONTENT)
        return next(others, html.FORMAT), Match.CONTENT
    best, best_match = None, Match.NO
    first = head.start[:_OPENING_BYTES].lstrip(_BEFORE_OPENING)[:1]
    for format_ in FORMATS:
        if format_.opens and first not in format_.opens:  # b"" is in all
            continue
        match = format_.recognise(head)
        if match > best_match:
            best, best_match = format_, match
        if match is Match.CONTENT:
            break
    return best, best_match


# What cannot be the start of any XML but XHTML, nor of text; with anything odd before it, every format is asked.
_PAGE = re.compile(
    rb"\s{0,99}(?:<\?xml[^<>]{0,300}>\s{0,99})?<(?:!doctype html(?:[^<>\w][^<>]{0,300})?>|html[\s>])", re.I
)
_PAGES = tuple(format_ for format_ in FORMATS if format_.is_page and format_ is not html.FORMAT)
_OPENING_BYTES = 1024
_BEFORE_OPENING = b" \t\r\n\v\f\0\xef\xbb\xbf\xff\xfe"  # white space, and byte order marks


def head_of(stream: IO[bytes], name: str) -> Head:
    """What a format is recognised by; the stream is rewound."""
    name = name.lower()
    bare = compressed.bare_name(name)
    return Head(bare, start_of(stream), "" if bare == name else f".{name.rpartition('.')[2]}")


# Records


def read_records(
    stream: IO[bytes], name: str, *, limits: Limits = _DEFAULT_LIMITS, fields: Mapping[str, str] | None = None
) -> Iterator[tuple[int | None, Item]]:
    """The records of a seekable stream at its start, each with its number in the source, counted from 0.

    ``fields`` names the columns or fields that hold what a record is made of (text, title ...), before the usual names.

    A Fault is a record that cannot be read and has its number too; one that ended the reading is the last item. Where
    there are more than ``MAX_FAULTS_A_SOURCE``, the rest is counted and a last item without a number says how many.
    Never raises for what the stream holds.
    """
    n_faults = 0
    n_bytes = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    for number, item in enumerate(_Source(n_bytes, limits, fields or {}).read(stream, name)):
        if isinstance(item, Record):
            yield number, item
            continue
        n_faults += 1
        if n_faults <= MAX_FAULTS_A_SOURCE:
            yield number, replace(item, detail=_one_line(item.detail))
    if n_faults > MAX_FAULTS_A_SOURCE:
        yield None, Fault("too_many_faults", f"{n_faults - MAX_FAULTS_A_SOURCE:,} more records like these")


def parse_record(record: Record, *, repair: bool = True) -> Document:
    """The document of a record; raises FormatError and nothing else.

    What the container states of it stands in ``fields`` too, except where the document states it itself. With
    ``repair`` the mojibake in its text and fields is put right, where that is sure.
    """
    try:
        document = _without_references(_NAMED[record.format].parse(record))
        document = _repaired(document) if repair else document
    except BaseException as error:
        raise FormatError(*_reason(error)) from error
    stated = {name: value for name, value in record.stated.items() if not is_about_reading(name)}
    return replace(document, fields={**stated, **document.fields})


def _without_references(document: Document) -> Document:
    fields = {name: html.without_references(value) for name, value in document.fields.items()}
    return replace(document, text=html.without_references(document.text), fields=fields)


def _repaired(document: Document) -> Document:
    found = encodings.repaired(encodings.Decoded(document.text, document.encoding, document.quality_flags))
    fields = {name: encodings.repair_mojibake(value)[0] for name, value in document.fields.items()}
    return replace(document, text=found.text, fields=fields, quality_flags=found.quality_flags)


def source_text(record: Record, document: Document) -> SourceText | None:
    """The characters of a record as its bytes hold them; None where its format, or its encoding, cannot tell."""
    read = _NAMED[record.format].source_text
    return read(record, document) if read else None


def weight_of(record: Record) -> int:
    """About how many characters of text a record gives, for batches of equal work."""
    return int(len(record.data) * _NAMED[record.format].chars_per_byte)


_NAMED = {format_.name: format_ for format_ in FORMATS}


class _Source:
    """One source while it is read: what its containers may unpack is counted over all of them, by depth.

    By depth, since what lies in a tar in a gzip is unpacked once and would count twice.
    """

    def __init__(self, n_bytes: int, limits: Limits, fields: Mapping[str, str]) -> None:
        self._limits = limits
        self._fields = fields
        self._budgets = [Budget(n_bytes, limits) for _ in range(limits.depth)]

    def read(self, stream: IO[bytes], name: str, depth: int = 0, *, is_member: bool = False) -> Iterator[Item]:
        """The items of a stream, at least one; whatever is raised is the last of them."""
        n_items = 0
        try:
            for item in self._items(stream, name, depth, is_member):
                n_items += 1
                yield item
        except BaseException as error:
            if isinstance(error, ArchiveBombError) and depth:
                raise  # it ends the source
            yield Fault(*_reason(error))
        else:
            if not n_items:
                yield Fault("empty", "it holds no records")

    def _items(self, stream: IO[bytes], name: str, depth: int, is_member: bool) -> Iterator[Item]:
        head = head_of(stream, name)
        format_, match = surest_format(head)
        if is_member and (format_ is None or match is Match.FALLBACK) and _is_no_text(head.name):
            raise FormatError(archives.PASSED_OVER, "no format takes it")
        if format_ is None:
            raise _unknown(head)

        def read_inner(inner: IO[bytes], inner_name: str, stated: Mapping[str, str]) -> Iterator[Item]:
            if depth == self._limits.depth:
                yield Fault("too_deep", f"containers in containers, more than {depth} deep", inner_name)
                return
            within = inner_name or compressed.inner_name(name)
            unpacked = unpacking(inner, self._budgets[depth])
            for item in self.read(unpacked, within, depth + 1, is_member=is_member or bool(inner_name)):
                member = f"{inner_name}/{item.member}".strip("/")
                if isinstance(item, Fault):
                    yield replace(item, member=member)
                else:
                    yield item.inside(member, stated)

        yield from settled(format_.read(stream, Reading(name, read_inner, self._limits, self._fields)))


def _is_no_text(name: str) -> bool:
    """Whether a member's name says that it is of a kind that is not read, as style sheets beside saved pages are."""
    name = name.rpartition("/")[2]
    return is_of_another_kind(name) if "." not in name else not name.endswith(suffixes())


# Faults


def _unknown(head: Head) -> FormatError:
    try:
        encodings.refuse_binary(head.start)
    except FormatError as error:
        return error
    return FormatError("unknown_format", "no format that is known takes its content")


def _reason(error: BaseException) -> tuple[str, str]:
    """The reason and the detail of a Fault; raises what ends the process or the reading from outside."""
    if isinstance(error, FormatError):
        return error.reason, _one_line(str(error))
    if isinstance(error, OSError) and error.errno is not None:
        return "unreadable", _one_line(error.strerror or str(error))
    # Extensions written in Rust raise a PanicException, which is no Exception.
    if isinstance(error, Exception) or type(error).__name__ == "PanicException":
        return "bad_record", _one_line(f"{type(error).__name__}: {error}")
    raise error


def _one_line(detail: str) -> str:
    detail = _UNPRINTABLE.sub(" ", detail[: 2 * MAX_DETAIL_CHARS])
    return detail if len(detail) <= MAX_DETAIL_CHARS else detail[: MAX_DETAIL_CHARS - 1] + "…"
