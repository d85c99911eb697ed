"""Whatever an article holds, a page of the Prefect UI shows it as text.

Read here by markdown-it, with HTML, tables and strike-through on; the bare addresses that Prefect's own reader makes
links of are looked for apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from flows.operate.markup import MAX_CELL_CHARS, code, plain, safe_rows
from transforms.visible import visible

READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
# What GFM's extension for bare addresses begins a link at; a backslash within them stops it.
BARE_ADDRESS = re.compile(r"(?:https?|ftp)://|www\.|[\w.+-]@[\w-]", re.IGNORECASE)
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "![](http://evil.example/pixel.png)",
    "[x]: http://evil.example",
    "| a | b |",
    "|a|\n|-|\n|b|",
    "`a` ``b`` ```",
    "`",
    "a\n\n# heading\n---\n<b>",
    "see http://evil.example/ and HTTPS://EVIL.example, www.evil.example, me@evil.example",
    "<http://evil.example> <me@evil.example>",
    "\x1b]8;;http://evil.example\x07click\x1b]8;;\x07 \u202egpj",
    "# h",
    "- [ ] task",
    "+ x",
    "* x",
    "2024. x",
    "1.",
    "- - -",
    "---",
    "#",
    "1) x",
    "> quote",
    "~~~",
    "===",
    "&lt;b&gt; &#60; &amp;",
    "_a_ __b__ *c* **d** ~~e~~",
    "\\",
    "\\[x](y)",
    "\\`x`",
    "        code",
    "a  \nb\\\nc",
    "He [the mayor] said so [sic]",
]


def leaves(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.children is None:
            yield token
        else:
            yield from leaves(token.children)


def read(markdown: str) -> tuple[set[str], str]:
    """What kinds of tokens a text is read as, beside the paragraph around it, and the text that is shown."""
    found = list(leaves(READER.parse(markdown)))
    kinds = {token.type for token in found} - {"paragraph_open", "paragraph_close"}
    return kinds, "".join(token.content for token in found)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cell_reads_as_itself(text: str) -> None:
    (row,) = safe_rows([{"source": text, "n": 3}])
    assert read(row["source"]) == ({"text"}, visible(text).strip())
    assert not BARE_ADDRESS.search(row["source"])
    assert row["n"] == 3


@given(st.text(st.sampled_from("ab1 .\\`*_[]()<>!|~#+-=&;:/@w\n\t\x1b"), max_size=40))
def test_no_mixture_of_signs_is_markup(text: str) -> None:
    kinds, shown = read(plain(text))
    assert kinds <= {"text"}
    assert shown == visible(text).strip()
    assert not BARE_ADDRESS.search(plain(text))


@given(st.one_of(st.sampled_from(HOSTILE), st.text(st.sampled_from("a `|\\[]<\n"), max_size=30)))
def test_a_code_span_holds_the_text_whole(text: str) -> None:
    kinds, shown = read(f"in {code(text)}, there")
    assert kinds <= {"text", "code_inline"}
    assert shown.removeprefix("in ").removesuffix(", there").strip() == visible(text).strip()


def test_a_code_span_keeps_to_its_cell() -> None:
    page = f"| a | b |\n|--|--|\n| {code('x | y', in_table=True)} | z |\n"
    assert [token.content for token in leaves(READER.parse(page)) if token.content] == ["a", "b", "x | y", "z"]


def test_a_long_text_is_cut() -> None:
    assert len(plain("x" * 10_000)) == len(code("x" * 10_000)) - 2 == MAX_CELL_CHARS


@pytest.mark.parametrize(
    "text",
    [
        "story-0001.txt",
        "0.jsonl (record 3)",
        "-5 degrees",
        "deep/file_name_1.txt",
        "Marta Lindqvist",
        "12 new, 2 quarantined",
    ],
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert plain(text) == text
