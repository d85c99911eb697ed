"""Attributions become quotations: which, in which order, and as which rows."""

from __future__ import annotations

from transforms.quotes import innermost_quotation, place_quotations, quote_rows
from transforms.records import Article, Attribution, Span, Speaker

TEXT = "“Rain,” Ada Lind said, “is coming.” It did not. Bo Reyes says he told her “no.”"
SENTENCES = (Span(0, 35), Span(36, 47), Span(48, len(TEXT)))


def span(words: str) -> Span:
    start = TEXT.index(words)
    return Span(start, start + len(words))


RAIN = Attribution((span("“Rain,”"), span("“is coming.”")), span("said"), span("Ada Lind"), 0.9)
TOLD = Attribution((span("he told her “no.”"),), span("says"), span("Bo Reyes"), 0.5)
NO = Attribution((span("“no.”"),), span("told"), span("he"), 0.4)
NOTHING = Attribution((), span("says"), span("Bo Reyes"), 0.9)


def test_quotations_are_numbered_in_text_order_the_outer_before_the_inner() -> None:
    placed = place_quotations(TEXT, [NO, TOLD, NOTHING, RAIN])
    assert [(q.index, q.segments, q.quote_type) for q in placed] == [
        (0, RAIN.content, "direct"),
        (1, TOLD.content, "mixed"),
        (2, NO.content, "direct"),
    ]


def test_of_two_that_begin_together_the_longer_comes_first() -> None:
    short, long = Attribution((span("“Rain,”"),), None, None, 0.5), RAIN
    assert [q.segments for q in place_quotations(TEXT, [short, long])] == [long.content, short.content]


def test_two_readings_of_the_same_words_come_in_the_order_of_their_cues() -> None:
    earlier, none = TOLD, Attribution(TOLD.content, None, TOLD.source, 0.5)
    later = Attribution(TOLD.content, span("told"), TOLD.source, 0.5)
    assert [q.cue for q in place_quotations(TEXT, [later, earlier, none])] == [None, span("says"), span("told")]


def test_the_least_confidence_is_enough() -> None:
    assert [q.confidence for q in place_quotations(TEXT, [RAIN, TOLD, NO], min_confidence=0.5)] == [0.9, 0.5]


def test_a_row_says_where_everything_stands() -> None:
    article = Article("a" * 16, "a.txt", 0, "", "text/plain", "utf-8", TEXT, 0)
    speaker = Speaker("named", "name", "name", name="Ada Lind", entity_id="e-1", role="mayor", confidence=0.5)
    (row,) = quote_rows(article, SENTENCES, place_quotations(TEXT, [RAIN]), [speaker])
    assert row["text"] == TEXT[:35] == TEXT[row["char_start"] : row["char_end"]]
    assert [TEXT[s["char_start"] : s["char_end"]] for s in row["segments"]] == ["“Rain,”", "“is coming.”"]
    assert (row["cue_text"], row["speaker_text"], row["speaker_role"]) == ("said", "Ada Lind", "mayor")
    assert row["first_sentence_id"] == row["last_sentence_id"]
    assert row["confidence"] == 0.45


def test_a_row_names_its_first_and_last_sentence() -> None:
    article = Article("a" * 16, "a.txt", 0, "", "text/plain", "utf-8", TEXT, 0)
    across = Attribution((span("“is coming.” It did not."),), None, None, 0.9)
    (row,) = quote_rows(article, SENTENCES, place_quotations(TEXT, [across]), [Speaker("missing", "none", "none")])
    assert (row["first_sentence_id"][-5:], row["last_sentence_id"][-5:]) == ("00000", "00001")
    assert row["cue_text"] is row["cue_char_start"] is row["speaker_text"] is None


def test_words_belong_to_the_innermost_quotation_around_them() -> None:
    placed = place_quotations(TEXT, [RAIN, TOLD, NO])
    assert [innermost_quotation(placed, span(words)) for words in ("“no.”", "her", "Rain", "Ada Lind", "did")] == [
        placed[2],
        placed[1],
        placed[0],
        None,
        None,
    ]
