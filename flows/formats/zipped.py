"""Documents that are zip files: seen by the names in them, each part read up to a limit."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import IO, Any

from lxml import etree

from flows.formats import xml
from flows.formats.base import FormatError, Head

MAX_PART_BYTES = 200 * 1024 * 1024  # unpacked; the XML of a book of 1,000 pages has about 20 MB
MAX_RATIO = 200  # of unpacked to packed bytes, of a part that is larger than MIN_RATIO_BYTES
MIN_RATIO_BYTES = 10 * 1024 * 1024

_PIECE_BYTES = 64 * 1024
_ENTRY = re.compile(rb"PK\x03\x04.{22}(.)(.)..", re.S)
_MIMETYPE = re.compile(rb"\APK\x03\x04.{26}mimetype([\x20-\x7e]{1,100})", re.S)


def mimetype_of(head: Head) -> str:
    """The media type that an OpenDocument or EPUB file states first; "" of any other."""
    found = _MIMETYPE.match(head.start)
    return found[1].split(b"PK")[0].decode("ascii") if found else ""


def names_in(head: Head) -> set[str]:
    """The names of the members whose headers lie in the start of a zip file."""
    if not head.start.startswith(b"PK\x03\x04"):
        return set()
    lengths = ((found.end(), found[1][0] + 256 * found[2][0]) for found in _ENTRY.finditer(head.start))
    return {head.start[at : at + length].decode("utf-8", "replace") for at, length in lengths}


def open_zip(stream: IO[bytes]) -> zipfile.ZipFile:
    """The zip file; raises FormatError where it is damaged."""
    try:
        return zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise FormatError("truncated_archive", f"a damaged zip file: {error}") from None


def read_part(archive: zipfile.ZipFile, name: str) -> bytes:
    """All bytes of a member; raises FormatError where there is none, or it is too large, encrypted or damaged."""
    return b"".join(_pieces(archive, name))


def _pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    n_bytes = 0
    try:
        member = archive.getinfo(name)
        if member.flag_bits & 1:
            raise FormatError("encrypted", "a document that a password locks")
        with archive.open(member) as part:
            while piece := part.read(_PIECE_BYTES):
                n_bytes += len(piece)
                is_bomb = n_bytes > MIN_RATIO_BYTES and n_bytes > MAX_RATIO * max(1, member.compress_size)
                if n_bytes > MAX_PART_BYTES or is_bomb:
                    raise FormatError("too_large", f"{name} unpacks to more than {n_bytes - len(piece):,} bytes")
                yield piece
    except KeyError:
        raise FormatError("bad_record", f"the document has no {name}") from None
    except FormatError:
        raise
    except Exception as error:
        raise FormatError("truncated_archive", f"{name} is damaged: {error}") from None


def read_elements(archive: zipfile.ZipFile, name: str, tag: str) -> Iterator[Any]:
    """The elements of a member with a tag (``{*}p`` for any namespace), each freed when the next is asked for."""
    parser = etree.XMLPullParser(events=("end",), tag=tag, **xml.GUARDS)
    try:
        for piece in _pieces(archive, name):
            parser.feed(piece)
            yield from _freed(parser)
        parser.close()
    except etree.XMLSyntaxError as error:
        raise FormatError("bad_xml", f"{name} is not well-formed: {error}") from None
    yield from _freed(parser)


def _freed(parser: Any) -> Iterator[Any]:
    for _, element in parser.read_events():
        yield element
        element.clear(keep_tail=True)
