from __future__ import annotations

from transforms.annotate.nested import find_nested
from transforms.records import Attribution, Span

TEXT = "Osei stressed that the boats would stay in, according to the harbour office."


def span(text: str, words: str) -> Span:
    start = text.index(words)
    return Span(start, start + len(words))


def osei_in(text: str) -> list[Attribution]:
    content = (span(text, "that the boats would stay in"),)
    return [Attribution(content, span(text, "stressed"), span(text, "Osei"), 0.5)]


def outer(cue: str) -> Attribution:
    content = (span(TEXT, "Osei stressed that the boats would stay in"),)
    return Attribution(content, span(TEXT, cue), span(TEXT, "the harbour office"), 0.8)


def test_relayed_words_are_their_own_speakers_too():
    (inner,) = find_nested(TEXT, [outer("according to")], osei_in)
    assert TEXT[slice(*inner.source)] == "Osei"
    assert TEXT[slice(*inner.content[0])] == "that the boats would stay in"
    assert inner.confidence == 0.4


def test_other_cues_are_left_alone():
    assert not list(find_nested(TEXT, [outer("stressed")], osei_in))


def test_the_outer_attribution_is_not_found_again():
    def all_of(text: str) -> list[Attribution]:
        return [Attribution((Span(0, len(text)),), Span(0, 4), Span(0, 4), 0.5)]

    assert not list(find_nested(TEXT, [outer("according to")], all_of))
