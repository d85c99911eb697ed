"""What a page states of itself for machines: JSON-LD, Open Graph and other ``meta`` elements, microdata.

Own reading, and not extruct's: of its four kinds of markup pages of news use these, its results are the same objects,
and it brings eight more libraries and parses the page once more for each.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import orjson

MAX_OBJECTS = 2_000
MAX_DEPTH = 6  # of @graph, mainEntity ... in each other
MAX_VALUE_CHARS = 2_000
ARTICLE_TYPES = frozenset(
    "article newsarticle reportagenewsarticle analysisnewsarticle opinionnewsarticle backgroundnewsarticle "  # noqa: SIM905
    "reviewnewsarticle askpublicnewsarticle advertisercontentarticle satiricalarticle report blogposting "
    "socialmediaposting liveblogposting scholarlyarticle medicalscholarlyarticle techarticle discussionforumposting "
    "review recipe".split()
)
# Where the page's own object lies in others; what lies elsewhere (itemListElement, hasPart) is about other pages.
_HOLDERS = ("@graph", "mainEntity", "mainEntityOfPage", "liveBlogUpdate")
_TRAILING_COMMA = re.compile(r",\s*+(?=[}\]])")
_WRAPPING = re.compile(r"^\s*+(?:<!--|//\s*+<!\[CDATA\[|/\*\s*+<!\[CDATA\[\s*+\*/|<!\[CDATA\[)?+\s*+")
_TAG = re.compile(r"<[^<>]{0,500}>")


@dataclass(frozen=True, slots=True)
class Stated:
    """``objects`` of JSON-LD that are about the page, ``meta`` by name (lower case), ``items`` of microdata."""

    objects: list[dict[str, Any]] = field(default_factory=list)
    meta: dict[str, list[str]] = field(default_factory=dict)
    items: dict[str, list[str]] = field(default_factory=dict)

    def first(self, *names: str) -> str:
        """The value of the first ``meta`` of these names that has one, or ""."""
        return next((self.meta[name][0] for name in names if self.meta.get(name)), "")

    def article(self) -> dict[str, Any]:
        """The object of the article itself, empty where the page has none; the one of the page's title, of several."""
        found = [value for value in self.objects if types_of(value) & ARTICLE_TYPES]
        titled = [value for value in found if text_of(value.get("headline"))]
        wanted = _words(self.first("og:title", "twitter:title"))
        if len(titled) > 1 and wanted:
            return max(titled, key=lambda value: len(wanted & _words(text_of(value.get("headline")))))
        return next(iter(titled or found), {})

    def types(self) -> set[str]:
        """All types of its objects, in lower case."""
        return {kind for value in self.objects for kind in types_of(value)}


def read_stated(tree: Any) -> Stated:
    """All that a page's tree states."""
    meta: dict[str, list[str]] = {}
    for node in tree.iter("meta"):
        value = clean(node.get("content") or "")
        for attribute in ("name", "property", "itemprop"):
            if value and (name := (node.get(attribute) or "").strip().lower()):
                meta.setdefault(name, []).append(value)
    objects = [value for script in _scripts(tree) for value in _about_page(_load(script))]
    return Stated(objects[:MAX_OBJECTS], meta, _microdata(tree))


def _scripts(tree: Any) -> Iterator[str]:
    for node in tree.iter("script"):
        if "ld+json" in (node.get("type") or "").lower() and node.text:
            yield str(node.text)


def _load(script: str) -> Any:
    """The value of a script; pages break the rules of JSON in a few usual ways. None where it is none."""
    try:
        return orjson.loads(script)
    except orjson.JSONDecodeError:
        pass
    text = _WRAPPING.sub("", script, count=1)
    for attempt in (text, _TRAILING_COMMA.sub("", text)):
        try:
            # What stands behind the value (";", "]]>") is no concern.
            return json.JSONDecoder(strict=False).raw_decode(attempt)[0]
        except (ValueError, RecursionError):
            continue
    return None


def _about_page(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for item in value:
            yield from _about_page(item, depth + 1) if depth < MAX_DEPTH else ()
    elif isinstance(value, dict):
        if "@type" in value:
            yield value
        for name in _HOLDERS:
            if depth < MAX_DEPTH and isinstance(value.get(name), dict | list):
                yield from _about_page(value[name], depth + 1)


def _microdata(tree: Any) -> dict[str, list[str]]:
    items: dict[str, list[str]] = {}
    for node in tree.xpath("//*[@itemprop]"):
        name = node.get("itemprop").strip().lower()
        if name in {"headline", "datepublished", "articlesection"} and node.tag != "meta":
            value = node.get("content") or node.get("datetime") or " ".join(node.itertext())
            if value := clean(value[:MAX_VALUE_CHARS]):
                items.setdefault(name, []).append(value)
    return items


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text[:MAX_VALUE_CHARS].casefold()))


def types_of(value: dict[str, Any]) -> set[str]:
    """The types of an object, in lower case, without the address of their vocabulary."""
    return {str(kind).rsplit("/", 1)[-1].lower() for kind in listed(value.get("@type"))}


def listed(value: Any) -> list[Any]:
    """A value that may be one or several."""
    return value if isinstance(value, list) else [] if value is None else [value]


def text_of(value: Any) -> str:
    """The words of a value: a string, the first of a list, the name of an object; "" for others."""
    if isinstance(value, list):
        return next((text for item in value if (text := text_of(item))), "")
    if isinstance(value, dict):
        return text_of(value.get("name") or value.get("@value") or value.get("headline"))
    return clean(value) if isinstance(value, str) else ""


def clean(text: str) -> str:
    """On one line, entities (escaped twice, often) and tags resolved."""
    if "&" in text:
        text = unescape(unescape(text))
    return " ".join(_TAG.sub(" ", text).split() if "<" in text else text.split())


def objects_named(article: dict[str, Any], names: Iterable[str]) -> Iterator[Any]:
    """The values that an object has under any of these names, those of lists one by one."""
    for name in names:
        yield from listed(article.get(name))
