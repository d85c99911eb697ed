"""The last step of parsing, the same for all formats whose text is extracted from something else."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flows.formats.base import Document, FormatError
from flows.formats.html.names import persons_in
from transforms.text import replace_surrogates


def finished(
    text: str, media_type: str, encoding: str, fields: Mapping[str, str], flags: Collection[str] = ()
) -> Document:
    """The document of an extracted text; FormatError where it is blank."""
    if not text.strip():
        raise FormatError("no_text", "it holds no words")
    stated = {name: replace_surrogates(value) for name, value in fields.items() if value}
    if "byline" in stated:
        stated["byline"] = persons_in(stated["byline"])
    return Document(replace_surrogates(text), media_type, encoding, stated, tuple(flags))
