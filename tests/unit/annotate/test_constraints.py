from __future__ import annotations

from transforms.annotate.constraints import split_at_paragraphs
from transforms.records import Attribution, Span


def attribution(text: str, cue: str, source: str, *content: str) -> Attribution:
    def span(words: str) -> Span:
        start = text.index(words)
        return Span(start, start + len(words))

    return Attribution(tuple(span(words) for words in content), span(cue), span(source), 0.9)


def words(text: str, found: list[Attribution]) -> list[tuple[list[str], bool]]:
    return [([text[s.char_start : s.char_end] for s in a.content], a.cue is not None) for a in found]


def test_a_closed_quotation_in_the_next_paragraph_stands_for_itself():
    text = "The boats stay in, Osei said.\n\n“And they stay in tomorrow.”"
    found = split_at_paragraphs(
        text, [attribution(text, "said", "Osei", "The boats stay in", "“And they stay in tomorrow.”")]
    )
    assert words(text, found) == [(["The boats stay in"], True), (["“And they stay in tomorrow.”"], False)]


def test_a_quotation_left_open_goes_on_in_the_next_paragraph():
    text = "Osei said: “We wait.\n\n“Then we sail.”"
    found = split_at_paragraphs(text, [attribution(text, "said", "Osei", "“We wait.", "“Then we sail.”")])
    assert words(text, found) == [(["“We wait.", "“Then we sail.”"], True)]


def test_prose_of_another_paragraph_is_nobodys_words():
    text = "The boats stay in, Osei said.\n\nThe weather was fine."
    found = split_at_paragraphs(text, [attribution(text, "said", "Osei", "The boats stay in", "The weather was fine.")])
    assert words(text, found) == [(["The boats stay in"], True)]


def test_an_interrupted_quotation_keeps_its_segments():
    text = "“We wait,” said Osei, “and then we sail.”"
    found = split_at_paragraphs(text, [attribution(text, "said", "Osei", "“We wait,”", "“and then we sail.”")])
    assert words(text, found) == [(["“We wait,”", "“and then we sail.”"], True)]
