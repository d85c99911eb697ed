"""Zip, tar and 7z: their members one after the other, each read by whichever format it is. Nothing is written out.

A member's path is only a name here, never opened; what would lead elsewhere (links, devices, ``..``) is a Fault.
Hidden members and notes about the rest are left out, as they are in a folder.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import tarfile
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO, Any, NamedTuple

from isal import isal_zlib

from flows.formats.base import Fault, Format, FormatError, Head, Item, Match, Reading, read_at_most
from flows.formats.extras import needs
from flows.formats.limits import (
    MAX_DIRECTORY_BYTES,
    MAX_KINDS_COUNTED,
    MAX_SPOOL_IN_MEMORY_BYTES,
    MAX_TAR_HEADER_BYTES,
)
from flows.formats.unpacked import SMALL_BYTES, Budget, random_access

PASSED_OVER = "passed_over"  # the reason of a member that is of no format; it ends here and is no row anywhere
NOTES = ("readme.md", "source.md", "sources.md", "license.md")
OTHER_KINDS, NO_SUFFIX = "of other kinds", "without a suffix"

_SUFFIX = re.compile(r"\.[^\W_]{1,10}\Z")
_DRIVE = re.compile(r"[A-Za-z]:/")
_IS_PLAIN = re.compile(r"[^./:\\\0][^/:\\\0]*+(?:/[^./:\\\0][^/:\\\0]*+)*+")  # no part of it begins with a dot


class _Member(NamedTuple):
    path: str
    open: Callable[[], IO[bytes]]
    refusal: Fault | None = None


def _read_members(members: Iterator[_Member], reading: Reading) -> Iterator[Item]:
    passed_over: Counter[str] = Counter()
    has_items = False
    for member in members:
        path = _plain_path(member.path)
        if _is_left_out(path):
            continue
        for item in _read_member(member, path, reading):
            if isinstance(item, Fault) and item.reason == PASSED_OVER:
                kind = _kind(path)
                passed_over[kind if kind in passed_over or len(passed_over) < MAX_KINDS_COUNTED else OTHER_KINDS] += 1
            else:
                has_items = True
                yield item
    if not has_items and passed_over:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in passed_over.most_common(6))
        yield Fault("unknown_format", f"no format takes any of its {passed_over.total():,} members: {kinds}")


def _read_member(member: _Member, path: str, reading: Reading) -> Iterator[Item]:
    refusal = member.refusal
    if refusal is None and ".." in path.split("/"):
        refusal = Fault("unsafe_member", "its path leads out of the archive")
    if refusal is not None:
        yield Fault(refusal.reason, refusal.detail, path)
        return
    try:
        inner = member.open()
    except FormatError as error:
        yield Fault(error.reason, str(error), path)
        return
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, tarfile.TarError) as error:
        yield Fault("truncated_archive", f"it cannot be unpacked: {error}", path)
        return
    try:
        yield from reading.read_inner(inner, path, {})
    finally:
        inner.close()


def _plain_path(path: str) -> str:
    r"""A member's path below the archive, however it was written: ./a, /a, C:\a and a are all "a"."""
    if _IS_PLAIN.fullmatch(path):
        return path
    path = _DRIVE.sub("", path.replace("\\", "/").replace("\0", ""), count=1)
    return "/".join(part for part in path.split("/") if part not in {"", "."})


def _is_left_out(path: str) -> bool:
    *folders, name = path.split("/")
    is_hidden = "/." in f"/{path}" and any(part.startswith(".") and part != ".." for part in (*folders, name))
    return is_hidden or name.lower() in NOTES or "__MACOSX" in folders


def _kind(path: str) -> str:
    suffix = _SUFFIX.search(path.lower())
    return suffix[0] if suffix else NO_SUFFIX


# Zip


_OFFICE_PARTS = (b"[Content_Types].xml", b"META-INF/")


def _recognise_zip(head: Head) -> Match:
    if not head.start.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK00PK\x03\x04")):
        return Match.NO
    # Office documents, books and programs are zip files too; where nothing reads them as such, nothing does.
    first = head.start[30:2048]
    return Match.NO if first.startswith(b"mimetype") or any(part in first for part in _OFFICE_PARTS) else Match.CONTENT


def _read_zip(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    file = random_access(stream)
    _check_directory(file)
    try:
        archive = zipfile.ZipFile(file)
    except zipfile.BadZipFile as error:
        raise FormatError("truncated_archive", f"the zip is damaged: {error}") from None
    with archive:
        yield from _read_members(_zip_members(archive), reading)


def _check_directory(file: IO[bytes]) -> None:
    """Raises FormatError where the list of members would fill the memory."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 2**16 - 22))
    end = file.read()
    file.seek(0)
    at = end.rfind(b"PK\x05\x06")
    if at < 0 or len(end) < at + 22:
        return  # damaged, which zipfile says better
    (n_bytes,) = struct.unpack("<L", end[at + 12 : at + 16])
    wide = end.rfind(b"PK\x06\x06")
    if n_bytes == 0xFFFFFFFF and 0 <= wide <= len(end) - 48:
        (n_bytes,) = struct.unpack("<Q", end[wide + 40 : wide + 48])
    if n_bytes > MAX_DIRECTORY_BYTES:
        raise FormatError("too_large", f"its list of members alone has {n_bytes:,} bytes")


def _zip_members(archive: zipfile.ZipFile) -> Iterator[_Member]:
    for info in archive.infolist():
        if not info.is_dir():
            yield _Member(info.filename, partial(_open_zip_member, archive, info), _zip_refusal(info))


def _open_zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    if info.file_size <= SMALL_BYTES:  # and no more is unpacked, whatever is there
        try:
            with _unpacking_member(archive, info) as member:
                return io.BytesIO(member.read())
        except Exception:  # whatever is damaged: read as a stream, it gives what is before the damage and says so
            pass
    return _unpacking_member(archive, info)


def _unpacking_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    member = archive.open(info)
    if info.compress_type == zipfile.ZIP_DEFLATED:  # as the module's own, and three times as fast
        member._decompressor = isal_zlib.decompressobj(-isal_zlib.MAX_WBITS)  # type: ignore[attr-defined]
    return member


def _zip_refusal(info: zipfile.ZipInfo) -> Fault | None:
    if info.flag_bits & 1:
        return Fault("encrypted", "it needs a password")
    if stat.S_ISLNK(info.external_attr >> 16):
        return Fault("unsafe_member", "a link, which is not followed")
    return None


# Tar


def _recognise_tar(head: Head) -> Match:
    if len(head.start) < tarfile.BLOCKSIZE or not head.start[148:156].strip(b"\0 ").isdigit():
        return Match.NO
    try:  # an old tar has no signature, but every header has a checksum
        member = tarfile.TarInfo.frombuf(head.start[: tarfile.BLOCKSIZE], "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError):
        return Match.NO
    return Match.CONTENT if member.name or member.pax_headers or member.type in tarfile.GNU_TYPES else Match.NO


class _Header(tarfile.TarInfo):
    """A header that says so where it is damaged (``TarFile`` takes that for the end) or must not be held in memory."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Header:
        header = super().frombuf(buf, encoding, errors)
        if header.type not in tarfile.SUPPORTED_TYPES or header.isreg() or header.size <= MAX_TAR_HEADER_BYTES:
            return header
        if header.type in (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK):
            raise FormatError("too_large", f"a path of {header.size:,} bytes")
        return header

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> _Header:
        try:
            header = super().fromtarfile(archive)
        except (tarfile.InvalidHeaderError, tarfile.TruncatedHeaderError) as error:  # type: ignore[attr-defined]
            raise FormatError("truncated_archive", f"the tar is damaged: {error}") from None
        return header

    def _proc_pax(self, archive: tarfile.TarFile) -> Any:
        if self.size > MAX_TAR_HEADER_BYTES:
            raise FormatError("too_large", f"a header of {self.size:,} bytes")
        return super()._proc_pax(archive)  # type: ignore[misc]


def _read_tar(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    try:
        with tarfile.TarFile(fileobj=stream, tarinfo=_Header, errorlevel=0) as archive:
            yield from _read_members(_tar_members(archive), reading)
    except tarfile.TarError as error:
        raise FormatError("truncated_archive", f"the tar is damaged: {error}") from None


def _tar_members(archive: tarfile.TarFile) -> Iterator[_Member]:
    while (header := archive.next()) is not None:
        if not header.isdir():
            yield _Member(header.name, partial(_open_tar_member, archive, header), _tar_refusal(header))
        archive.members.clear()  # type: ignore[attr-defined] # or it would keep every header


def _open_tar_member(archive: tarfile.TarFile, header: tarfile.TarInfo) -> IO[bytes]:
    if header.isreg() and header.size <= SMALL_BYTES and not header.issparse():  # a third of the time
        stream: Any = archive.fileobj
        stream.seek(header.offset_data)
        data = read_at_most(stream, header.size)
        if len(data) == header.size:
            return io.BytesIO(data)
    file = archive.extractfile(header)
    if file is None:
        raise FormatError("unsafe_member", "no regular file")
    return file


def _tar_refusal(header: tarfile.TarInfo) -> Fault | None:
    if header.isreg():
        return None
    kind = "a link" if header.issym() or header.islnk() else "a device or pipe"
    return Fault("unsafe_member", f"{kind}, which is not followed")


# 7z


def _recognise_7z(head: Head) -> Match:
    return Match.CONTENT if head.start.startswith(b"7z\xbc\xaf\x27\x1c") else Match.NO


def _read_7z(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    py7zr = needs("py7zr", "archives", "a 7z archive")
    file = random_access(stream)
    size = file.seek(0, 2)
    file.seek(0)
    with tempfile.SpooledTemporaryFile(MAX_SPOOL_IN_MEMORY_BYTES) as unpacked:
        spool = _Spool(unpacked, Budget(size, reading.limits))
        try:
            with py7zr.SevenZipFile(file) as archive:
                refused = {info.filename for info in archive.list() if info.is_symlink}
                archive.extractall(factory=spool)
        except FormatError:
            raise
        except py7zr.exceptions.PasswordRequired:
            raise FormatError("encrypted", "the 7z archive needs a password") from None
        except Exception as error:
            raise FormatError("truncated_archive", f"the 7z is damaged: {error}") from error
        yield from _read_members(spool.members(refused), reading)


class _Spool:
    """What py7zr unpacks to: all members behind each other in one file, since they come all at once.

    It has the methods of its WriterFactory; what it makes, those of its Py7zIO.
    """

    def __init__(self, file: IO[bytes], budget: Budget) -> None:
        self.file = file
        self.budget = budget
        self.parts: list[_Part] = []

    def create(self, filename: str) -> _Part:
        self.parts.append(_Part(self, filename))
        return self.parts[-1]

    def members(self, links: set[str]) -> Iterator[_Member]:
        link = Fault("unsafe_member", "a link, which is not followed")
        for part in self.parts:
            yield _Member(part.path, part.open, link if part.path in links else None)


class _Part:
    """One member in the spool, from ``start`` on."""

    def __init__(self, spool: _Spool, path: str) -> None:
        self.path = path
        self._spool = spool
        self._start = spool.file.tell()
        self._size = 0

    def write(self, data: bytes) -> int:
        self._spool.budget.spend(len(data))
        self._size += len(data)
        return self._spool.file.write(data)

    def open(self) -> IO[bytes]:
        return io.BufferedReader(_Slice(self._spool.file, self._start, self._size))

    def read(self, _size: int | None = None) -> bytes:
        return b""

    def seek(self, _offset: int, _whence: int = 0) -> int:
        return 0

    def flush(self) -> None:
        pass

    def size(self) -> int:
        return self._size

    def close(self) -> None:
        pass


class _Slice(io.RawIOBase):
    def __init__(self, file: IO[bytes], start: int, size: int) -> None:
        self._file, self._start, self._size, self._offset = file, start, size, 0

    def readinto(self, buffer: Any) -> int:
        self._file.seek(self._start + self._offset)
        data = self._file.read(min(len(buffer), self._size - self._offset))
        buffer[: len(data)] = data
        self._offset += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        self._offset = max(0, min(self._size, offset + (0, self._offset, self._size)[whence]))
        return self._offset

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


FORMATS = (
    Format("zip", (".zip",), _recognise_zip, _read_zip, opens=b"P"),
    Format("7z", (".7z",), _recognise_7z, _read_7z, opens=b"7"),
    Format("tar", (".tar", ".tgz", ".tbz2", ".tbz", ".txz", ".tzst"), _recognise_tar, _read_tar, is_page=True),
)
