"""RTF, as databases and old editors give it: not read, and said so, for as text it would be an article of markup."""

from __future__ import annotations

from flows.formats.base import Document, Format, FormatError, Head, Match, Record, one_record


def _recognise(head: Head) -> Match:
    return Match.CONTENT if head.start.lstrip().startswith(b"{\\rtf") else Match.NO


def _parse(record: Record) -> Document:
    raise FormatError(
        "unknown_format", "RTF is not read: save it as .docx; Nexis and Factiva also give .docx and HTML for download"
    )


FORMAT = Format("rtf", (".rtf",), _recognise, one_record("rtf"), _parse, opens=b"{")
