"""Whatever raw input passes takes time in proportion to its length, on the input that is worst for it."""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import itertools
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import flows.formats
import flows.sources
import transforms
from flows.formats import encoding, html, markdown
from flows.formats.base import FormatError
from flows.formats.registry import parse_record, read_records
from transforms.annotate.sentence_boundaries import split_sentences
from transforms.annotate.signatures import find_signed
from transforms.articles import build_article
from transforms.dateline_parts import find_dateline
from transforms.furniture import is_furniture, take_furniture, without_link_cards
from transforms.headers import read_front_matter, read_header
from transforms.marks import find_quoted, group_pieces
from transforms.offset_map import offset_rows
from transforms.records import Article, RawDocument
from transforms.source_text import SourceText, cells_of, decoded, without_json_escapes
from transforms.text import clean_text, normalize_characters

# Four times the input may take four times as long; a quadratic function takes sixteen times.
MAX_RATIO = 9
MAX_S = 5
END = "☃"  # no letter, no white space, no sign: whatever needs an end of another kind fails here
NOTICED_S = 0.03  # what takes less is not measured well enough to tell


def seconds(call: Callable[[], object], attempts: int = 3) -> float:
    """The processor time of a call, the least of some attempts: a busy machine only adds to it."""
    gc.disable()  # a collection falls on whoever comes after what made the garbage
    try:
        return min(_seconds_once(call) for _ in range(attempts))
    finally:
        gc.enable()


def _seconds_once(call: Callable[[], object]) -> float:
    started = time.process_time()
    call()
    return time.process_time() - started


def assert_linear(call: Callable[[int], Callable[[], object]], size: int) -> None:
    longer = seconds(call(4 * size), attempts=1)
    assert longer < MAX_S
    if longer > NOTICED_S:
        assert any(_ratio(call, size) < MAX_RATIO for _ in range(2))


def _ratio(call: Callable[[int], Callable[[], object]], size: int) -> float:
    return seconds(call(4 * size), attempts=2) / max(seconds(call(size)), NOTICED_S / MAX_RATIO)


# Every pattern of the modules that raw input passes

PACKAGES = (flows.formats, flows.sources, transforms)
# Each is used on a piece of bounded length alone, so it may be as slow as it likes there.
ON_PIECES = {
    "transforms.marks._LAST_WORD": "40 characters before a mark",
    "transforms.datelines._DATELINE": "MAX_DATELINE_CHARS of a paragraph",
    "transforms.datelines._BARE_DATELINE": "MAX_DATELINE_CHARS of a paragraph",
    "transforms.dateline_parts._AGENCY": "MAX_DATELINE_CHARS of a paragraph",
    "transforms.dateline_parts._DATED": "MAX_DATELINE_CHARS of a paragraph",
    "transforms.dateline_parts._PLACED": "MAX_DATELINE_CHARS of a paragraph",
    "transforms.dates._MONTH_FIRST": "MAX_STATED_CHARS",
    "transforms.dates._DAY_FIRST": "MAX_STATED_CHARS",
    "transforms.resolve.owners.WORD_BEFORE": "60 characters before a name",
    "transforms.resolve.roles.BEFORE": "110 characters before a name",
}
SIGNS = list(" \n\t.,;:-–'’\"“”‘()[]<>/&|=*aAé0_`#")
PIECES = ["a ", "A ", "Aa ", "A. ", "a.", "a-", "A-", "a, ", ", ", "''", "\n\n", "- ", "[1]", "0 ", "<a ", "<!-- -->"]


def modules() -> Iterator[ModuleType]:
    for package in PACKAGES:
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(found.name)


def patterns() -> list[Any]:
    sources = {module: Path(str(module.__file__)).read_text(encoding="utf-8") for module in modules()}
    found = []
    for module, source in sources.items():
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern) and re.search(rf"^{name}\b.*?= re\.compile", source, re.M):
                used_in = source if name.startswith("_") else "\n".join(sources.values())
                found.append(pytest.param(module, name, used_in, id=f"{module.__name__}.{name}"))
    return found


def pumps(pattern: str) -> list[str]:
    words = list(dict.fromkeys(re.findall(r"(?<!\\)[A-Za-z]{2,}", pattern)))[:10]
    return [*SIGNS, *PIECES, *(made for word in words for made in (word, f"{word} ", f"<{word} "))]


def prefixes(pattern: str) -> list[str]:
    words = re.findall(r"(?<!\\)[A-Za-z]{2,}", pattern)[:2]
    return ["", *words, *(f"<{word}" for word in words if "<" in pattern)]


def uses(name: str, source: str) -> set[str]:
    methods = set(re.findall(rf"(?<!\w){name}\.(search|match|fullmatch|finditer|findall|subn?|split)\(", source))
    return {method if method in {"search", "match", "fullmatch"} else "finditer" for method in methods} or {"finditer"}


def apply(pattern: re.Pattern[Any], method: str, text: Any) -> None:
    found = getattr(pattern, method)(text)
    if method == "finditer":
        for _ in found:
            pass


@pytest.mark.parametrize(("module", "name", "source"), patterns())
def test_a_pattern_is_linear(module: ModuleType, name: str, source: str) -> None:
    full_name = f"{module.__name__}.{name}"
    if full_name in ON_PIECES:
        pytest.skip(f"used on {ON_PIECES[full_name]}")
    pattern: re.Pattern[Any] = getattr(module, name)
    is_bytes = isinstance(pattern.pattern, bytes)
    written = pattern.pattern.decode("latin-1") if is_bytes else pattern.pattern
    # What follows the cleaning sees cleaned text, which has no white space in a row.
    is_cleaned = re.match(r"transforms\.(annotate|resolve|marks|sentences|quotes)", full_name) is not None
    for method, prefix, pump in itertools.product(uses(name, source), prefixes(written), pumps(written)):

        def call(size: int, method: str = method, prefix: str = prefix, pump: str = pump) -> Callable[[], object]:
            text = prefix + pump * (size // len(pump)) + END
            text = clean_text(text) if is_cleaned else text
            subject = text.encode() if is_bytes else text
            return lambda: apply(pattern, method, subject)

        assert_linear(call, 2500)


# Functions, each on what was or could be worst for it


def raw(text: str, media_type: str = "text/plain") -> RawDocument:
    return RawDocument("2020/a.txt", 0, "0" * 64, media_type, "utf-8", text, {"url": text, "title": text[:200]}, ())


def read_all(data: bytes, name: str) -> None:
    for _, item in read_records(io.BytesIO(data), name):
        try:
            parse_record(item)  # type: ignore[arg-type]
        except (FormatError, AttributeError):
            continue


def source_of(text: str) -> SourceText:
    found = decoded(text.encode(), "utf-8")
    assert found is not None
    return found


def offsets(text: str, source: str) -> object:
    article = Article("a", "a", 0, "", "text/plain", "utf-8", clean_text(text), 0)
    return offset_rows(article, source_of(source))


PIECES_ALIGNED = [
    *("Harbour ", "Harbour reopened on Monday at last. ", "a\n", "a\n\n", "Harbour reopened at last on Monday.\n\n"),
    *("<p>", "<p ", "&amp;", "&", "é", "e\u0301", "â€™", "\u00ad", "  ", "“a” "),
]
FUNCTIONS: dict[str, tuple[Callable[[str], object], list[str]]] = {
    "repair_mojibake": (encoding.repair_mojibake, ["é", "Ã©", "ÃƒÂ©", "â€", "é;a=", "Ã \n", "“Ã", "e\u0301\u0316"]),
    "decode": (lambda text: encoding.decode(text.encode("cp1252", "replace")), ["é", "éa", "’ ", "€"]),
    "decode_cyrillic": (lambda text: encoding.decode(text.encode("cp1251", "replace")), ["ж", "жи "]),
    "is_page": (html.is_page, ["<!-- -->", "<!--", " ", "<?xml ", "<?xml?>\n", "<!-", "<!a>"]),
    "holds_markup": (html.holds_markup, ["<p ", "</p", "<a <b ", "&aacute", "&#1"]),
    "declared_encoding": (lambda text: html.declared_encoding(text.encode()), ["<meta ", "<meta charset ", "<?xml "]),
    "read_page": (
        lambda text: html.read_page(f"<html><body>{text}"),
        [
            "<p>Words of it. ",
            "<q ",
            "<q>",
            "<html ",
            "<div>",
            "<script>",
            "</q ",
            "<a href=x>y ",
            "<li>",
            "<td>",
            "<!--",
        ],
    ),
    "without_references": (html.without_references, ["&", "&amp;", "&amp;amp;", "&#1", "&#x"]),
    "offsets_of_text": (lambda text: offsets(text, text[: len(text) // 2] * 2), PIECES_ALIGNED),
    "offsets_of_other_text": (lambda text: offsets(text, text[::-1]), PIECES_ALIGNED),
    "offsets_with_dirt": (lambda text: offsets(text, f"Harbour {text} reopens"), PIECES_ALIGNED),
    "cells_of": (lambda text: cells_of(source_of(text), ",", "\\"), ['"', '""', ',"', "\\", '\\"', "a,"]),
    "json_escapes": (lambda text: without_json_escapes(source_of(text)), ["\\", "\\u", "\\ud83d", "\\u0041", '"']),
    "fragment_text": (html.fragment_text, ["<q ", "<br>", "<p>a", "<b>", "<br> ", "\x02 "]),
    "markdown": (markdown.plain_text, ["[", "![", "*a_", "`", "> ", "- a\n", "[a](", "<a ", "\\", "---\n", "[a]: b\n"]),
    "front_matter": (read_front_matter, ["---\n", "- a\n", "a: b\n", "[", " "]),
    "front_matter_inside": (
        lambda text: read_front_matter(f"---\ntags:\n{text}\n---\n"),
        ["- a\n", "[", "[[a],", "a: [b]\n", "? a\n", "&a *a\n", "{", '"', "'", "|", "!!a "],
    ),
    "header": (
        lambda text: read_header(normalize_characters(text)),
        [",", "id: x\n", "date ", "Title: x | ", "| ", "\n"],
    ),
    "clean_text": (clean_text, ["a\n", "a,\n", "a-\n", "\n \n", "\u0301\u0316", "a\u0345\u0334", ".", "\u200d", " \n"]),
    "build_article": (
        lambda text: build_article(raw(text)),
        ["a\n", "By Aa ", "2020/01/01/", "Aa\n\n", "\u0316\u0301", ". "],
    ),
    "furniture": (
        lambda text: [is_furniture(text[:size]) for size in (150, 290, 490)] and take_furniture([text[:690], "a"]),
        ["Aa ", "(Aa ", "Photo: Aa/", "reporting by Aa, ", "Follow Aa ", "Facebook ", "Correction ", "(", "Aa/", "a, "],
    ),
    "link cards": (
        without_link_cards,
        [
            "Aa ",
            "AaAa ",
            "AaAaAa",
            "Aa MORE ",
            " MORE",
            "AaAa MORE ",
            "Aa Aa ",
            "Aa Aa Aa1",
            "AaAa aaaaaaaaa ",
            "de ",
            "(Aa ",
        ],
    ),
    "dateline": (
        lambda text: find_dateline([f"A{text}", text]),
        ["Aa ", "AA ", "AA, ", "A. ", "AA and ", "A/", "Aa de ", "A-", "(A"],
    ),
    "build_article_of_page": (
        lambda text: build_article(raw(text, "text/html")),
        ["/2020/jan", "Aa. ", "12 May 2020 "],
    ),
    "quoted": (
        lambda text: group_pieces(find_quoted(clean_text(text))),
        ["“", "«“", "'a ", "\n\n“a", '" ', "“a”", "‘"],
    ),
    "sentences": (
        lambda text: split_sentences(clean_text(text)),
        [".", "...", "!", "a. ", ".)", "[1]", ".[1]", "。", "A."],
    ),
    "signed": (lambda text: find_signed(clean_text(text)), ["“a b c d” — Aa\n\n", "“", "— A", "“a”-"]),
    "json_lines": (
        lambda text: read_all(text.encode(), "a.jsonl"),
        ["{}\n", "[", '{"text":', '{"text": "Ã©\\ud83d"}\n', "\n", '{"a"\n', "{\\", '{"text": "<q <p "}\n'],
    ),
    "json_lines_wide": (lambda text: read_all(text.encode("utf-16"), "a.jsonl"), ['{"text": "a"}\n', "a", "\n"]),
}
CASES = [(name, pump) for name, (_, worst) in FUNCTIONS.items() for pump in worst]


@pytest.mark.parametrize(("name", "pump"), CASES, ids=[f"{name}-{pump!r}" for name, pump in CASES])
def test_a_function_is_linear(name: str, pump: str) -> None:
    function = FUNCTIONS[name][0]

    def call(size: int) -> Callable[[], object]:
        text = pump * (size // len(pump)) + END
        return lambda: attempt(function, text)

    assert_linear(call, 5000)


def attempt(function: Callable[[str], object], text: str) -> None:
    with contextlib.suppress(FormatError):
        function(text)


def test_a_quadratic_pattern_would_be_seen() -> None:
    quadratic = re.compile(r"[^ ]*é[^ ]*")

    def call(size: int) -> Callable[[], object]:
        return lambda: apply(quadratic, "finditer", "a" * size)

    with pytest.raises(AssertionError):
        assert_linear(call, 2500)
