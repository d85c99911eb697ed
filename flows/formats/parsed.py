"""The last step of parsing, the same for all formats whose text is extracted from something else."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flows.formats import encoding as encodings
from flows.formats.base import Document, FormatError
from transforms.text import replace_surrogates


def finished(
    text: str, media_type: str, encoding: str, fields: Mapping[str, str], flags: Collection[str] = ()
) -> Document:
    """The document of an extracted text, mojibake put right in it and in the fields; FormatError where it is blank."""
    if not text.strip():
        raise FormatError("no_text", "it holds no words")
    found = encodings.repaired(encodings.Decoded(replace_surrogates(text), encoding, tuple(flags)))
    stated = {name: replace_surrogates(encodings.repair_mojibake(value)[0]) for name, value in fields.items() if value}
    return Document(found.text, media_type, encoding, stated, found.quality_flags)
