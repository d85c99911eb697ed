"""Markdown to text: what a reader of the rendered page sees, without its marks."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

from flows.formats.html import fragment_text

_FRONT_MATTER = re.compile(r"\A\s*(---[ \t]*\n.*?\n---[ \t]*(?:\n|\Z))", re.S)
_PARSER = MarkdownIt("commonmark")  # no typographer: quotation marks stay as they were written


def split_front_matter(text: str) -> tuple[str, str]:
    """The block between two ``---`` lines at the start (empty where there is none) and the rest."""
    found = _FRONT_MATTER.match(text)
    return (found[1], text[found.end() :]) if found else ("", text)


def plain_text(markdown: str) -> str:
    """The words of a Markdown text, one paragraph a block; front matter stays as it is, for the articles step."""
    front_matter, body = split_front_matter(markdown.replace("\r\n", "\n"))
    blocks = [text for token in _PARSER.parse(body) if (text := _block_text(token).strip())]
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
