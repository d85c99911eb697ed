"""Names that stand in a source's words although the annotator marked none there."""

from __future__ import annotations

import re
from collections.abc import Sequence

from transforms.records import Quotation, Span
from transforms.resolve import lexicon
from transforms.resolve.clusters import Name
from transforms.resolve.names import parse_person
from transforms.resolve.roles import MODIFIERS, is_role_noun
from transforms.resolve.sources import DEFINITE, INDEFINITE, PRONOUNS, STOPS, Word, core_words, source_words

CAPITAL = re.compile(r"[A-ZÀ-ÖØ-Þ]")


def source_only_names(text: str, quotations: Sequence[Quotation], names: Sequence[Name]) -> list[Name]:
    """Person names for sources whose head is a capitalised word outside every mention."""
    found: dict[Span, Name] = {}
    for quotation in quotations:
        if quotation.source is None:
            continue
        inside = [name for name in names if name.span.overlaps(quotation.source)]
        name = unmarked_name(text, quotation.source, inside)
        if name is not None:
            found[name.span] = name
    return list(found.values())


def unmarked_name(text: str, source: Span, inside: Sequence[Name]) -> Name | None:
    """The capitalised words a source's head consists of, where no mention covers them."""
    words = source_words(text, source, inside)
    core = core_words(text, words) if words else []
    run: list[Word] = []
    for word in reversed(core):
        if word.name is not None or not CAPITAL.match(text[word.span.char_start]):
            break
        run.insert(0, word)
    while run and is_common(run[0].text):
        run.pop(0)
    if not run or is_common(run[-1].text) or any(word.name for word in core):
        return None
    span = Span(run[0].span.char_start, run[-1].span.char_end)
    return Name(None, span, text[slice(*span)], "person") if parse_person(text[slice(*span)]).words else None


def is_common(word: str) -> bool:
    """Whether a folded word, though capitalised, is no name: a pronoun, determiner, title or common noun."""
    plain = word.strip(".").removesuffix("'s")
    nouns = lexicon.nouns()
    return (
        plain in PRONOUNS | STOPS | DEFINITE | INDEFINITE | MODIFIERS
        or is_role_noun(plain)
        or plain in lexicon.titles()
        or any(plain in nouns[kind] for kind in ("collective", "body", "document", "anonymous", "kin"))
    )
