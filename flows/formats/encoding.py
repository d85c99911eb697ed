"""Bytes to text: which encoding, and whether it had to be guessed or repaired.

In order: a byte order mark, strict UTF-8, the encoding the document declares, UTF-8 with a few stray bytes, then a
guess. The guess prefers what Western news files are in practice, because detection libraries take short English text
for whatever its five odd bytes resemble.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flows.formats.base import FormatError
from transforms.text import compose

GUESSED, REPAIRED, REPLACED = "encoding_guessed", "encoding_repaired", "replacement_characters"

_BYTE_ORDER_MARKS = (  # UTF-32 first: its little-endian mark starts with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MARK_STARTS = frozenset(mark[:1] for mark, _ in _BYTE_ORDER_MARKS)
_BINARY_SIGNATURES = (b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\xd0\xcf\x11\xe0", b"PAR1")
_SAMPLE_BYTES = 64 * 1024
_CONTROL_BYTES = bytes(b for b in range(32) if b not in b"\t\n\v\f\r\x1a\x1b")
_FOREIGN_BYTES = bytes(range(0x80, 0x100))
MAX_CONTROL_SHARE = 0.01  # of the bytes; text files carry a stray form feed or NUL, binary files are full of them
MAX_FOREIGN_SHARE = 0.15  # of the bytes not ASCII, up to which a text is taken for a Western one
MAX_STRAY_SHARE = 0.3  # of the bytes not ASCII, up to which invalid ones are strays in UTF-8
MAX_REPLACED_SHARE = 0.05  # of the characters, beyond which a decoding has failed

_CHARSET_ALPHABETS = ("cp1251", "koi8_r", "cp1250", "cp1253", "cp1254", "shift_jis", "gb18030", "big5", "euc_kr")
_TYPOGRAPHY = re.compile(r"(?<=[a-zA-Z])’(?=[a-z])|(?<!\w)[“‘](?=\w)|(?<=[\w.,!?])[”’](?!\w)|[a-z ][–—][a-z ]|\w…")
_ACCENT = re.compile(r"(?<=[A-Za-z])[ß-öø-ÿ]|[ß-öø-ÿ](?=[a-z])")
_STRAY = re.compile("[\udc80-\udcff]")  # a byte that is no UTF-8, as surrogateescape writes it
_TOKEN = re.compile(r"[^ \t\n]+")
# Letters of Western Europe and Turkish, Polish, Czech ...; typographic marks; currency, ™ and pictographs.
_EXPECTED_REPAIR = re.compile("[\u00a0-\u017f\u2010-\u2044\u20ac\u2122\ufe0f\u200d\u2600-\u27bf\U0001f000-\U0001faff]")
_IS_ALPHABET = re.compile("[\u00a0-\u017f\u0370-\u04ff\u2010-\u2044]")
MIN_FOREIGN_LETTERS = 3
_MISPLACED = re.compile(r"(?<=[a-z])[À-ÖØ-ÞŽŠŒŸ]|[†‡√∂≥≤∏π∫Ωªº¤¦]")

_ONLY_ENCODING: dict[str, Any] = {
    "unescape_html": False,
    "remove_terminal_escapes": False,
    "restore_byte_a0": False,  # it would read the letter before any space as a lost "à"
    "replace_lossy_sequences": False,
    "fix_latin_ligatures": False,
    "fix_character_width": False,
    "uncurl_quotes": False,
    "fix_line_breaks": False,
    "fix_surrogates": False,
    "remove_control_chars": False,
    "normalization": None,
}


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, the encoding it was read with, and the quality flags of the reading."""

    text: str
    encoding: str
    quality_flags: tuple[str, ...] = ()


def decode(data: bytes, *, declared: str | None = None) -> Decoded:
    """The text of ``data`` as its bytes say; raises FormatError where it is binary or no encoding gives a text."""
    found = _decode_marked(data)
    if found is None:
        refuse_binary(data)
        found = (
            _decode_strictly(data, "utf-8")
            or _decode_strictly(data, declared)
            or _decode_mostly_utf8(data)
            or _decode_by_guess(data)
        )
    return found


def repaired(decoded: Decoded) -> Decoded:
    """With the mojibake in its text put right. For the text that was extracted, not for the page around it."""
    text, was_repaired = repair_mojibake(decoded.text)
    flags = [*decoded.quality_flags, *([REPAIRED] if was_repaired else []), *([REPLACED] if "\ufffd" in text else [])]
    return Decoded(text, decoded.encoding, tuple(dict.fromkeys(flags)))


# Every format looks at the start of every file: it is decoded and judged once for all of them.
@lru_cache(maxsize=2)
def decode_start(start: bytes) -> str:
    """The start of a file as text, good enough to see its ASCII characters whatever their encoding is."""
    encoding = byte_order_mark(start) or unmarked_utf16(start) or "utf-8"
    return start.decode(encoding, "replace").removeprefix("\ufeff")


@lru_cache(maxsize=1)
def first_of(start: bytes) -> str:
    """The first character of a file that is no white space, "" where there is none."""
    return decode_start(start).lstrip()[:1]


@lru_cache(maxsize=2)
def is_binary(start: bytes) -> bool:
    """Whether the start of a file is no text in any encoding."""
    try:
        if byte_order_mark(start) is None and not unmarked_utf16(start):
            refuse_binary(start)
    except FormatError:
        return True
    return False


def byte_order_mark(data: bytes) -> str | None:
    """The encoding that a leading byte order mark states."""
    if data[:1] not in _MARK_STARTS:
        return None
    return next((encoding for mark, encoding in _BYTE_ORDER_MARKS if data.startswith(mark)), None)


def mark_length(data: bytes) -> int:
    """How many bytes a leading byte order mark has; 0 where there is none."""
    return next((len(mark) for mark, _ in _BYTE_ORDER_MARKS if data.startswith(mark)), 0)


def _decode_marked(data: bytes) -> Decoded | None:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _accept(data[len(mark) :].decode(encoding, "replace"), encoding)
    if b"\0" in data[:_SAMPLE_BYTES]:
        return _decodeunmarked_utf16(data)
    return None


def _decodeunmarked_utf16(data: bytes) -> Decoded | None:
    encoding = unmarked_utf16(data)
    return _accept(data.decode(encoding, "replace"), encoding, GUESSED) if encoding else None


def unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without its mark: English text then has a zero as every other byte."""
    sample = data[:_SAMPLE_BYTES]
    if b"\0" not in sample:
        return None
    for encoding, zeros, letters in (
        ("utf-16-le", sample[1::2], sample[::2]),
        ("utf-16-be", sample[::2], sample[1::2]),
    ):
        if zeros.count(0) > 0.7 * len(zeros) and letters.count(0) < 0.01 * len(letters):
            return encoding
    return None


def _accept(text: str, encoding: str, *flags: str) -> Decoded:
    replaced = text.count("\ufffd")
    if replaced > MAX_REPLACED_SHARE * len(text):
        raise FormatError("bad_encoding", f"read as {encoding}, {replaced:,} of {len(text):,} characters are lost")
    return Decoded(text, encoding, flags)


def refuse_binary(data: bytes) -> None:
    """Raises FormatError where bytes without a byte order mark are no text."""
    if data.startswith(_BINARY_SIGNATURES):
        raise FormatError("binary", f"starts like a binary file: {data[:8]!r}")
    sample = data[:_SAMPLE_BYTES]
    n_controls = len(sample) - len(sample.translate(None, _CONTROL_BYTES))
    if n_controls > MAX_CONTROL_SHARE * len(sample):
        raise FormatError("binary", f"{n_controls:,} of its first {len(sample):,} bytes are control codes, not text")


def _decode_strictly(data: bytes, encoding: str | None) -> Decoded | None:
    if encoding is None:
        return None
    try:
        # Web pages that declare Latin-1 are in Windows-1252: so say the HTML standard and every browser.
        name = codecs.lookup(encoding).name
        name = "cp1252" if name in {"iso8859-1", "ascii"} else name
        text = data.decode(name)
    except (LookupError, UnicodeError):
        return None
    return Decoded(text, name)


def _decode_mostly_utf8(data: bytes) -> Decoded | None:
    """UTF-8 with a few Windows-1252 bytes in it, as files put together from several feeds are."""
    text = data.decode("utf-8", "surrogateescape")
    repaired, n_strays = _STRAY.subn(lambda stray: _stray_character(stray[0]), text)
    if not n_strays or n_strays > MAX_STRAY_SHARE * _count_foreign(data):
        return None
    return Decoded(repaired, "utf-8", (REPAIRED,))


def _count_foreign(data: bytes) -> int:
    return len(data) - len(data.translate(None, _FOREIGN_BYTES))


def _stray_character(escaped: str) -> str:
    return bytes([ord(escaped) - 0xDC00]).decode("cp1252", "replace")


def _decode_by_guess(data: bytes) -> Decoded:
    n_foreign = _count_foreign(data)
    if n_foreign <= MAX_FOREIGN_SHARE * len(data):
        readings = [(name, data.decode(name, "replace")) for name in ("cp1252", "mac_roman")]
        name, text = max(readings, key=lambda reading: _western_score(reading[1]))
        return _accept(text, name, GUESSED)
    from charset_normalizer import from_bytes

    best = from_bytes(data, cp_isolation=list(_CHARSET_ALPHABETS)).best()
    if best is None:
        raise FormatError("bad_encoding", f"no known encoding: {n_foreign:,} of {len(data):,} bytes are not ASCII")
    return _accept(str(best), best.encoding, GUESSED)


def _western_score(text: str) -> int:
    """How much the marks and accents of a reading stand where English and its borrowed names have them."""
    marks, accents, misplaced = (len(found.findall(text)) for found in (_TYPOGRAPHY, _ACCENT, _MISPLACED))
    return 3 * marks + accents - 3 * misplaced - 5 * text.count("\ufffd")


def repair_mojibake(text: str) -> tuple[str, bool]:
    """The text with UTF-8 that was read as another encoding put right, and whether anything was.

    Only encoding is repaired: words, ligatures and the style of quotation marks stay as they are.
    """
    if text.isascii():
        return text, False
    from ftfy.badness import badness

    composed = compose(text)
    before = badness(composed)
    if not before:
        return text, False
    fixed = "\n".join(map(_repair_line, composed.split("\n")))
    return (fixed, True) if badness(fixed) < before else (text, False)


def _repair_line(line: str) -> str:
    # Word by word first: one sound curly mark on a line keeps ftfy from undoing the damage of the whole line.
    return line if line.isascii() else _fix_encoding(_TOKEN.sub(lambda token: _fix_encoding(token[0]), line))


def _fix_encoding(text: str) -> str:
    import ftfy
    from ftfy.badness import badness

    if text.isascii() or not badness(text):
        return text
    fixed: str = ftfy.fix_text(text, ftfy.TextFixerConfig(**_ONLY_ENCODING))
    return fixed if badness(fixed) < badness(text) and _is_plausible_repair(text, fixed) else text


def _is_plausible_repair(damaged: str, fixed: str) -> bool:
    """Whether what a repair brings in is what English news holds.

    By chance an accented letter and the mark behind it (“LIBERTÉ”, café”—) are the bytes of one letter of a script
    that nobody wrote, so another alphabet counts only where several of its letters come out.
    """
    new = set(fixed) - set(damaged)
    foreign = [ch for ch in fixed if ch in new and not _EXPECTED_REPAIR.fullmatch(ch)]
    return not foreign or (len(foreign) >= MIN_FOREIGN_LETTERS and all(map(_IS_ALPHABET.fullmatch, foreign)))
