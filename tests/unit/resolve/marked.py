"""Articles written for tests: {braces} hold a name mention, <angles> a source, curly quotation marks its words."""

from __future__ import annotations

import re
from itertools import pairwise

from transforms.records import Annotation, Article, Mention, Quotation, Resolution, Span
from transforms.resolve import resolve_article

_MARK = re.compile(r"\{(?:(?P<type>\w+)\|)?|[}<>“”]")


def read_marked(marked: str) -> tuple[str, list[Mention], list[Span], list[Span]]:
    """The text without its braces and angles, its mentions, sources and quoted spans."""
    text, mentions, sources, quoted = "", [], [], []
    opened: dict[str, int] = {}
    entity_type, last = "person", 0
    for mark in _MARK.finditer(marked):
        text += marked[last : mark.start()]
        last = mark.end()
        sign = mark.group()[0]
        if sign == "{":
            entity_type, opened["{"] = mark["type"] or "person", len(text)
        elif sign == "}":
            mentions.append(Mention(Span(opened["{"], len(text)), entity_type, "name", 1.0))
        elif sign == "<":
            opened["<"] = len(text)
        elif sign == ">":
            sources.append(Span(opened["<"], len(text)))
        elif sign == "“":
            text += sign
            opened["“"] = len(text)
        else:
            quoted.append(Span(opened["“"], len(text)))
            text += sign
    return text + marked[last:], mentions, sources, quoted


def resolve_marked(marked: str, byline: str | None = None, article_id: str = "a" * 16) -> Resolution:
    """Each quotation takes the source of its own sentence; a source further off belongs to none."""
    text, mentions, sources, quoted = read_marked(marked)
    ends = [0, *(m.end() for m in re.finditer(r"(?<=[.!?>”])[.]? (?=[A-Z“])|\n\n", text)), len(text)]
    sentences = tuple(Span(a, b) for a, b in pairwise(ends) if a < b)
    quotations = []
    for index, span in enumerate(quoted):
        before_next = quoted[index + 1].char_start if index + 1 < len(quoted) else len(text)
        after_last = quoted[index - 1].char_end if index else 0
        near = [s for s in sources if after_last <= s.char_start < before_next]
        taken = [q.source for q in quotations]
        source = next((s for s in near if s not in taken), None)
        cue = None
        if source and text[source.char_end : source.char_end + 2] == ": ":
            cue = Span(source.char_end, source.char_end + 1)
        quotations.append(Quotation(index, "direct", (span,), cue, source, 1.0))
    article = Article(article_id, "a.txt", 0, "", "text/plain", "utf-8", text, 0, byline=byline)
    return resolve_article(article, Annotation(sentences, tuple(mentions), ()), quotations)
