"""What a format is: bytes to records, and one record's bytes to a document. The rest of the code knows no more of one.

Reading is cheap and parsing is dear, so they are apart: ``read`` finds the records of a stream and the bytes of each,
which is enough to see what changed; only records that are new are parsed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType
from typing import IO, NamedTuple

from flows.formats.limits import Limits
from transforms.source_text import SourceText

HEAD_BYTES = 64 * 1024
FIELD_PREFIX = "field:"
LAYOUT = "layout"
_PIECE_BYTES = 2**17


class FormatError(ValueError):
    """Bytes that give no document: ``reason`` is a word of ``tables.REASONS``, the message is for a person."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Match(IntEnum):
    """How sure a format is that a file is its own; the surest takes it, the earlier in the registry among equals."""

    NO = 0
    FALLBACK = 1  # it could be read so, if nobody knows better
    NAME = 2  # the suffix says so, and the content does not speak against it
    CONTENT = 3  # the content says so


class Head(NamedTuple):
    """The start of a stream, at most HEAD_BYTES, and the file's or member's name in lower case.

    ``name`` is without the suffixes of compression, the last of which is ``compression``, "" where there is none.
    """

    name: str
    start: bytes
    compression: str = ""


_NOTHING: Mapping[str, str] = MappingProxyType({})


class Record(NamedTuple):
    """One document as its container holds it, still to be parsed.

    ``data`` are its bytes, which ``format`` (a name in the registry) parses. ``stated`` is what the container says of
    it, under the names of ``articles`` (url, title, published_date ...), or how it is to be read: "charset", "layout"
    for the columns of a table, "field:text" and the like for the names that the user gives to its fields. ``own_id``
    is its id in the container's own terms, None where there is none. ``member`` is its path inside an archive, else "".
    ``byte_start`` is where ``data`` lies in the file, None where it does not lie there as it is (unpacked, re-encoded).
    ``date_order`` is what its date shows of the order of day and month (see ``date_order``), "" where it shows nothing.
    ``source_start`` is where the record starts in the file, re-encoded or not; None where it lies packed in it.
    """

    data: bytes
    format: str
    name: str
    own_id: str | None = None
    member: str = ""
    stated: Mapping[str, str] = _NOTHING
    byte_start: int | None = None
    date_order: str = ""
    source_start: int | None = None

    def inside(self, member: str, stated: Mapping[str, str]) -> Record:
        """The record as one of a member of a container, which states ``stated`` of it."""
        stated = {**stated, **self.stated} if stated else self.stated
        return Record(self.data, self.format, self.name, self.own_id, member, stated)


def is_about_reading(name: str) -> bool:
    """Whether what a container states under this name is for the parser, and no field of the article."""
    return name in {"charset", LAYOUT} or name.startswith(FIELD_PREFIX)


def field_names_of(record: Record) -> dict[str, str]:
    """The user's names that a record states."""
    stated = record.stated.items()
    return {key.removeprefix(FIELD_PREFIX): name for key, name in stated if key.startswith(FIELD_PREFIX)}


def field_names_stated(fields: Mapping[str, str]) -> Mapping[str, str]:
    """The user's names as a record states them, so that whoever parses it knows them and other names change it."""
    return {FIELD_PREFIX + column: name for column, name in fields.items()} if fields else _NOTHING


@dataclass(frozen=True, slots=True)
class Fault:
    """One record that cannot be read, or, where it is the last item, what ended the reading of the stream early."""

    reason: str
    detail: str
    member: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed record: text, media type, encoding, and what it states of itself under the names of ``articles``."""

    text: str
    media_type: str
    encoding: str
    fields: Mapping[str, str] = field(default_factory=dict)
    quality_flags: tuple[str, ...] = ()


Item = Record | Fault


class Reading(NamedTuple):
    """What a reader may need beside its stream.

    ``name`` is the file's or member's name. ``read_inner(stream, name, stated)`` reads what lies inside a container by
    whichever format it is; its records come with their ``name`` as ``member``, and depth and size are limited there.
    A container of one stream that is no member of its own (a compressed file) gives "" as the name. ``fields`` are the
    names that the user gives to columns and fields of records, by what they are to mean (see ``field_names``).
    """

    name: str
    read_inner: Callable[[IO[bytes], str, Mapping[str, str]], Iterator[Item]]
    limits: Limits = Limits()
    fields: Mapping[str, str] = _NOTHING

    @property
    def max_record_bytes(self) -> int:
        """The bytes that one record may have, unpacked."""
        return self.limits.record_bytes


def read_at_most(stream: IO[bytes], n_bytes: int) -> bytes:
    """The next ``n_bytes``, or all there are, also of a stream that gives less at a time than it is asked for.

    Asked for piece by piece: most records are small, and room for the largest takes time to make.
    """
    pieces = []
    while n_bytes > 0 and (piece := stream.read(min(n_bytes, _PIECE_BYTES))):
        pieces.append(piece)
        n_bytes -= len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def one_record(format_name: str) -> Callable[[IO[bytes], Reading], Iterator[Item]]:
    """The ``read`` of formats whose files hold one document each."""

    def read(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
        data = read_at_most(stream, reading.max_record_bytes + 1)
        if len(data) > reading.max_record_bytes:
            yield Fault("too_large", f"more than {reading.max_record_bytes:,} bytes in one document")
        elif not data or data.isspace():
            yield Fault("empty", "no bytes" if not data else "white space only")
        else:
            yield Record(data, format_name, reading.name, byte_start=0, source_start=0)

    return read


def _parses_nothing(record: Record) -> Document:
    raise FormatError("unreadable", f"{record.format} holds records of other formats")


@dataclass(frozen=True, slots=True)
class Format:
    """One format. Its module makes one of these and names it in ``registry.FORMATS``; nothing else knows it.

    ``recognise`` looks at the head of a file alone. ``read`` yields the records of a stream (seekable, at its start)
    one by one and holds no more than one; a bad record is a Fault, and reading goes on. ``parse`` makes one record's
    bytes a document or raises FormatError. Whatever else they raise becomes a Fault of that record, or of the rest of
    the stream. ``chars_per_byte`` is about how much text a byte of a record gives, for batches of equal work.
    ``opens`` are the bytes of which one is the first in its files, byte order marks and white space aside; b"" where
    any may be: most files need not be shown to most formats. ``is_page`` says whether its files may begin as pages of
    the web do, of which archives hold many.
    ``source_text``, where offsets lead back to the bytes, gives the characters of a record that was parsed, with where
    they are; None where that cannot be told.
    """

    name: str
    suffixes: tuple[str, ...]
    recognise: Callable[[Head], Match]
    read: Callable[[IO[bytes], Reading], Iterator[Item]]
    parse: Callable[[Record], Document] = _parses_nothing
    chars_per_byte: float = 1.0
    opens: bytes = b""
    is_page: bool = False
    source_text: Callable[[Record, Document], SourceText | None] | None = None
