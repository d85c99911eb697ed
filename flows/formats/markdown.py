"""Markdown to text: what a reader of the rendered page sees, without its marks."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from flows.formats import encoding as encodings
from flows.formats.base import Document, Format, FormatError, Head, Match, Record, one_record
from flows.formats.html import fragment_text
from transforms.headers import split_front_matter
from transforms.text import replace_surrogates

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark")  # no typographer: quotation marks stay as they were written


def plain_text(markdown: str) -> str:
    """The words of a Markdown text, one paragraph a block; front matter stays as it is, for the articles step."""
    front_matter, body = split_front_matter(markdown.replace("\r\n", "\n"))
    blocks = [text for token in _parser().parse(body) if (text := _block_text(token).strip())]
    return "\n\n".join([front_matter.strip(), *blocks] if front_matter else blocks)


def _block_text(token: Token) -> str:
    if token.type == "inline":
        return "".join(_inline_text(child) for child in token.children or [])
    if token.type == "html_block":
        return fragment_text(token.content)
    return token.content if token.type in {"code_block", "fence"} else ""


def _inline_text(token: Token) -> str:
    if token.type in {"softbreak", "hardbreak"}:
        return "\n"
    return "" if token.type in {"html_inline", "image"} else token.content


def _recognise(head: Head) -> Match:
    return Match.NAME if head.name.endswith(".md") and not encodings.is_binary(head.start) else Match.NO


def _parse(record: Record) -> Document:
    decoded = encodings.decode(record.data, declared=record.stated.get("charset"))
    text = plain_text(decoded.text)
    if not text.strip():
        raise FormatError("empty", "no characters but white space")
    return Document(replace_surrogates(text), "text/markdown", decoded.encoding, {}, decoded.quality_flags)


FORMAT = Format("markdown", (".md",), _recognise, one_record("markdown"), _parse)
