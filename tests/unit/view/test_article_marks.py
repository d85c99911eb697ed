from __future__ import annotations

from typing import Any

import lxml.html
from hypothesis import given
from hypothesis import strategies as st

from flows.view.article_marks import MarkedText
from transforms.paragraphs import paragraph_spans

TEXT = "Title\n\n“It is <b>late</b>,” said Ann Lee, “and Bob said ‘go’ to me.” She left.\n\nBob stayed."


def quote(number: int, segments: list[tuple[int, int]], speaker: str = "", cue: str = "") -> dict[str, Any]:
    spans = {"speaker": TEXT.find(speaker) if speaker else None, "cue": TEXT.find(cue) if cue else None}
    lengths = {"speaker": len(speaker), "cue": len(cue)}
    row: dict[str, Any] = {
        "quote_index": number,
        "quote_type": "direct",
        "segments": [{"char_start": start, "char_end": end} for start, end in segments],
        "char_start": segments[0][0],
        "char_end": segments[-1][1],
    }
    for role, start in spans.items():
        row |= {f"{role}_char_start": start, f"{role}_char_end": None if start is None else start + lengths[role]}
    return row


def mention(name: str, entity_id: str | None = "e-1", at: int | None = None) -> dict[str, Any]:
    start = TEXT.index(name) if at is None else at
    return {
        "char_start": start,
        "char_end": start + len(name),
        "entity_id": entity_id,
        "entity_type": "person",
        "confidence": 0.9,
    }


def test_boilerplate_keeps_the_marks_of_what_is_in_it() -> None:
    start, end = TEXT.index("“and"), TEXT.index(" She left")
    passage = {"char_start": start, "char_end": end, "n_articles": 1200}
    said = quote(0, [(TEXT.index("“It is"), end)], "Ann Lee")
    text = MarkedText(TEXT, [said], [mention("Bob")], {"e-1": {"name": "Bob"}}, [passage])
    marked, begun = text.paragraph(*paragraph_spans(TEXT)[1])
    page = lxml.html.fromstring(f"<div>{marked}</div>")
    (shared,) = page.find_class("boilerplate")
    assert begun == [0]
    assert shared.text_content() == TEXT[start:end]
    assert [a.text_content() for a in shared.iter("a")] == ["Bob"]
    assert shared.get("data-about") == "Boilerplate: 1,200 articles of this source have it"
    assert "boilerplate" not in text.paragraph(*paragraph_spans(TEXT)[2])[0]


def test_quotations_source_cue_and_names_are_marked_where_they_are() -> None:
    said = [
        (TEXT.index(text), TEXT.index(text) + len(text))
        for text in ("“It is <b>late</b>,”", "“and Bob said ‘go’ to me.”")
    ]
    outer = quote(0, said, "Ann Lee", "said")
    inner = quote(1, [(TEXT.index("‘go’"), TEXT.index("‘go’") + 4)])
    text = MarkedText(TEXT, [outer, inner], [mention("Ann Lee"), mention("Bob")], {"e-1": {"name": "<i>Ann</i>"}})
    marked, begun = text.paragraph(*paragraph_spans(TEXT)[1])
    page = lxml.html.fromstring(f"<div>{marked}</div>")
    assert begun == [0, 1]
    assert page.get_element_by_id("q1").text_content() == "2‘go’"
    assert [q.text_content() for q in page.iter("q") if q.get("data-q") == "1"] == [
        "1“It is <b>late</b>,”",
        "“and Bob said ",
        " to me.”",
    ]
    assert [a.get("data-about") for a in page.iter("a") if a.get("href") == "/entity/e-1"] == [
        "<i>Ann</i> · person · sure to 90%"
    ] * 2
    assert page.find_class("speaker")[0].text_content() == "Ann Lee"
    assert page.find_class("cue")[0].text_content() == "said"
    assert not list(page.iter("b", "i"))


spans = st.tuples(st.integers(0, len(TEXT)), st.integers(0, len(TEXT))).map(sorted).filter(lambda s: s[0] < s[1])


@given(st.lists(st.lists(spans, min_size=1, max_size=3), max_size=4), st.lists(spans, max_size=5))
def test_whatever_is_marked_the_text_stays_the_text(quotes: list[Any], names: list[Any]) -> None:
    rows = [quote(number, sorted(map(tuple, segments))) for number, segments in enumerate(quotes)]
    for row in rows:
        row["char_end"] = max(segment["char_end"] for segment in row["segments"])
    mentions = [mention(TEXT[start:end], "e-1", start) for start, end in names]
    text = MarkedText(TEXT, rows, mentions, {"e-1": {"name": "Ann"}})
    for start, end in paragraph_spans(TEXT):
        marked, _ = text.paragraph(start, end)
        page = lxml.html.fromstring(f"<div>{marked}</div>")
        for number in page.find_class("no"):
            number.text = ""
        assert page.text_content() == TEXT[start:end]
