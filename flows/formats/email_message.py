"""E-mail: single messages, mailboxes (mbox) and pages saved as MHTML. A record a message.

A newsletter or press release is its HTML part or its text part, whichever says more; what is attached is left out.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from typing import IO

from flows.formats import encoding as encodings
from flows.formats import html
from flows.formats.base import Document, Fault, Format, FormatError, Head, Item, Match, Reading, Record, one_record
from transforms.text import replace_surrogates

MAX_PARTS = 1000  # of one message; a newsletter has three, a forwarded thread some tens
MAX_HEADER_CHARS = 2000
MIN_SHARE_OF_TEXT = 0.6  # of the words of the HTML part, that the text part must have to be the message itself
_SKIPPED_BYTES = 2**16

_HEADER = re.compile(rb"([A-Za-z][A-Za-z0-9-]{1,60}):[ \t\r\n]", re.M)
_HEADERS_END = re.compile(rb"\n\r?\n")
_MESSAGE_HEADERS = frozenset(
    [b"from", b"to", b"date", b"subject", b"message-id", b"received", b"return-path", b"mime-version", b"delivered-to"]
)
_MBOX_START = re.compile(rb"From \S+.{0,80}\d{2}:\d{2}.{0,40}\r?\n[A-Za-z-]{2,60}:", re.S)
_MESSAGE_ID = re.compile(rb"^message-id:\s*<?([^>\s]{1,200})", re.I | re.M)
_URL = re.compile(r"https?://\S+|(?<![\w.+-])[\w.+-]++@[\w.-]+")


# Which files


def _header_names(start: bytes) -> set[bytes]:
    start = start.lstrip(b"\r\n")
    if _HEADER.match(start) is None:
        return set()
    end = _HEADERS_END.search(start)
    return {found.lower() for found in _HEADER.findall(start, 0, end.start() if end else len(start))}


def _recognise_message(head: Head) -> Match:
    names = _header_names(head.start)
    if b"from" in names and len(names & _MESSAGE_HEADERS) >= 4 and _is_no_page(head.start):
        return Match.CONTENT
    return Match.NAME if head.name.endswith(".eml") and names & _MESSAGE_HEADERS else Match.NO


def _recognise_mailbox(head: Head) -> Match:
    return Match.CONTENT if _MBOX_START.match(head.start) else Match.NO


def _recognise_page(head: Head) -> Match:
    names = _header_names(head.start)
    if b"mime-version" in names and not _is_no_page(head.start):
        return Match.CONTENT
    return Match.NAME if head.name.endswith((".mht", ".mhtml")) and b"mime-version" in names else Match.NO


def _is_no_page(start: bytes) -> bool:
    head = start[:4096].lower()
    return b"multipart/related" not in head or not (
        b"snapshot-content-location:" in head or b"from: <saved by" in head or b'from: "saved by' in head
    )


# Mailboxes


def _read_mailbox(stream: IO[bytes], reading: Reading) -> Iterator[Item]:
    for offset, message in _messages(stream, reading.max_record_bytes):
        if message is None:
            yield Fault("too_large", f"more than {reading.max_record_bytes:,} bytes in one message")
        elif message.strip():
            head = message[: 2**16].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
            found = _MESSAGE_ID.search(head)
            own_id = found[1].decode("ascii", "replace") if found else None
            yield Record(message, "email", reading.name, own_id, byte_start=offset)


def _messages(stream: IO[bytes], max_bytes: int) -> Iterator[tuple[int, bytes | None]]:
    """Where each message starts, behind its "From " line, and its bytes; None where they are too many."""
    offset = start = n_bytes = 0
    lines: list[bytes] = []
    is_line_start = is_after_blank = True
    is_inside = False
    while line := stream.readline(_SKIPPED_BYTES):
        if is_line_start and is_after_blank and line.startswith(b"From ") and re.search(rb"\d{2}:\d{2}", line):
            if is_inside:
                yield start, b"".join(lines) if n_bytes <= max_bytes else None
            lines, n_bytes, start, is_inside = [], 0, offset + len(line), True
        else:
            n_bytes += len(line)
            if n_bytes <= max_bytes:
                lines.append(line)
            else:
                lines.clear()
        is_after_blank = is_line_start and not line.strip()
        is_line_start = line.endswith(b"\n")
        offset += len(line)
    if is_inside:
        yield start, b"".join(lines) if n_bytes <= max_bytes else None


# One message


class _Cautious(email.policy.EmailPolicy):
    """The headers as they are understood today, the first MAX_HEADER_CHARS of each: their parser is quadratic."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        """A header's value, decoded."""
        return str(super().header_fetch_parse(name, value[:MAX_HEADER_CHARS]))


_POLICY = _Cautious()


def _parse_message(record: Record) -> Document:
    message = _message(record.data)
    plain, page = _plain_text(message), _page(message)
    text, media_type, fields, encoding = _better(plain, page)
    if not text.strip():
        raise FormatError("no_text", "the message holds no text, only attachments or nothing")
    fields = {name: fields[name] for name in ("url", "language") if name in fields} | _stated(message)
    return Document(replace_surrogates(text), media_type, encoding, fields)


def _message(data: bytes) -> EmailMessage:
    try:
        message = email.message_from_bytes(data, policy=_POLICY)
    except (MessageError, ValueError, IndexError, AttributeError, RecursionError) as error:
        raise FormatError("bad_record", f"no message: {type(error).__name__}") from None
    assert isinstance(message, EmailMessage)
    return message


def _stated(message: EmailMessage) -> dict[str, str]:
    """Subject, sender and date as the fields of an article."""
    name, address = parseaddr(_header(message, "From"))
    fields = {
        "title": _header(message, "Subject"),
        "publisher": name or address.rpartition("@")[2],
        "url": _header(message, "Archived-At").strip("<>"),
        "published_date": "",
    }
    if date := _header(message, "Date"):
        try:
            fields["published_date"] = parsedate_to_datetime(date).isoformat()
        except (ValueError, TypeError, IndexError):
            fields["published_date"] = date
    return {key: replace_surrogates(value) for key, value in fields.items() if value}


def _header(message: EmailMessage, name: str) -> str:
    try:
        value = message.get(name)
    except (ValueError, IndexError, AttributeError, TypeError, KeyError):  # what its parser makes of damaged headers
        return ""
    return " ".join(str(value).split()) if value is not None else ""


_Part = tuple[str, str, dict[str, str], str]  # text, media type, fields, encoding


def _better(plain: _Part | None, page: _Part | None) -> _Part:
    """The part that is the message: the text, unless it is a stub beside the page ("view this in your browser")."""
    if plain is None or page is None:
        return plain or page or ("", "message/rfc822", {}, "utf-8")
    n_words = len(_URL.sub("", plain[0]).split())
    return plain if n_words >= MIN_SHARE_OF_TEXT * len(page[0].split()) and not _URL.search(plain[0]) else page


def _plain_text(message: EmailMessage) -> _Part | None:
    found = [_decoded(part) for part in _parts(message, "text/plain")]
    texts = [decoded for decoded in found if decoded.text.strip()]
    if not texts:
        return None
    return "\n\n".join(decoded.text for decoded in texts), "text/plain", {}, texts[0].encoding


def _page(message: EmailMessage) -> _Part | None:
    for part in _parts(message, "text/html"):
        decoded = _decoded(part)
        page = html.read_page(decoded.text)
        whole = html.fragment_text(decoded.text)
        # A newsletter is laid out in tables, of which an extractor for pages may take one for the article.
        text = page.text if len(page.text) >= MIN_SHARE_OF_TEXT * len(whole) else whole
        if text.strip():
            return text, "text/html", page.fields, decoded.encoding
    return None


def _parts(message: EmailMessage, media_type: str) -> Iterator[EmailMessage]:
    for number, part in enumerate(message.walk()):
        if number == MAX_PARTS:
            return
        try:
            is_wanted = part.get_content_type() == media_type and part.get_content_disposition() != "attachment"
        except (ValueError, IndexError, AttributeError, TypeError, KeyError):
            continue
        if is_wanted:
            yield part


def _decoded(part: EmailMessage) -> encodings.Decoded:
    data = part.get_payload(decode=True)
    charset = part.get_content_charset()
    if not isinstance(data, bytes) or not data.strip():
        return encodings.Decoded("", "utf-8")
    declared = charset or (html.declared_encoding(data) if part.get_content_type() == "text/html" else None)
    return encodings.decode(data, declared=declared)


# Saved pages


def _parse_page(record: Record) -> Document:
    message = _message(record.data)
    for part in _parts(message, "text/html"):
        decoded = _decoded(part)
        page = html.read_page(decoded.text)
        if page.text.strip():
            fields = {name: replace_surrogates(found) for name, found in page.fields.items()}
            url = _header(message, "Snapshot-Content-Location") or str(part.get("Content-Location") or "")
            if url.startswith("http"):
                fields.setdefault("url", url)
            flags = (*decoded.quality_flags, *(["html_fallback"] if page.is_fallback else []))
            return Document(replace_surrogates(page.text), "multipart/related", decoded.encoding, fields, flags)
    raise FormatError("no_text", "no part of the saved page holds article text")


FORMATS = (
    Format("mhtml", (".mht", ".mhtml"), _recognise_page, one_record("mhtml"), _parse_page, chars_per_byte=0.1),
    Format("mbox", (".mbox",), _recognise_mailbox, _read_mailbox, opens=b"F"),
    Format("email", (".eml",), _recognise_message, one_record("email"), _parse_message, chars_per_byte=0.3),
)
