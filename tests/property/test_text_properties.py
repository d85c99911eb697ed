from __future__ import annotations

import datetime as dt
import re
import unicodedata

from hypothesis import example, given, settings
from hypothesis import strategies as st

from flows.formats.base import FormatError
from flows.formats.encoding import decode, repaired
from transforms.articles import build_article
from transforms.dates import parse_date
from transforms.headers import read_header
from transforms.paragraphs import PARAGRAPH_BREAK
from transforms.records import Article, RawDocument, Reject
from transforms.text import clean_text

# Lines of words with the characters that cleaning is about, so that examples look like damaged news text.
_DIRT = "\r\n\t \u00a0\u00ad\u200b\u200d\u2028\u2029\ufeff\x00\x0b\x0c\x1c\x85'\"“”‘’«»-—.,;:()#|"
_TEXTS = st.one_of(
    st.text(),
    st.text(alphabet=st.one_of(st.sampled_from(_DIRT), st.characters(codec="utf-8")), max_size=300),
    st.lists(
        st.sampled_from(
            [
                *(
                    "Title: A storm",
                    "date 2021-07-11 A storm",
                    "Source: the ministry",
                    "---",
                    "By Ada Osei",
                    "tags: [a]",
                ),
                *("PARIS, July 11 (Wire) — It", "https://wire.example/2021/07/11/x", "", "\n", "wrapped lines of text"),
                *(
                    "“Go,” she said.",
                    "date 2021-07-11 " + "on which it rained " * 20,
                    "Sunday, July 11, 2021",
                    "x" * 70,
                    "and so it",
                    "07/08/2021",
                    "date: 2021-13-45",
                ),
            ]
        ),
        max_size=12,
    ).map("\n".join),
)


def _letters(text: str) -> str:
    return "".join(ch for ch in unicodedata.normalize("NFC", text) if ch.isalnum())


@given(_TEXTS)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned


@given(_TEXTS)
def test_cleaning_keeps_every_letter_and_digit_in_order(text: str) -> None:
    without_marks = re.sub(
        r"[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]", "", text
    )
    assert _letters(clean_text(text)) == _letters(re.sub(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]", "", without_marks))


@given(_TEXTS)
def test_cleaning_keeps_every_quotation_mark(text: str) -> None:
    cleaned = clean_text(text)
    assert [ch for ch in cleaned if ch in "\"'“”‘’«»"] == [ch for ch in text if ch in "\"'“”‘’«»"]


@given(_TEXTS)
def test_paragraphs_are_trimmed_lines_parted_by_one_blank_line(text: str) -> None:
    cleaned = clean_text(text)
    paragraphs = cleaned.split(PARAGRAPH_BREAK) if cleaned else []
    assert all(paragraph and paragraph == paragraph.strip() and "\n" not in paragraph for paragraph in paragraphs)


@settings(max_examples=300)
@given(_TEXTS)
def test_any_text_becomes_an_article_with_sound_offsets_or_a_reject(text: str) -> None:
    result = build_article(RawDocument("a/2021-07-11.txt", 0, "0" * 64, "text/plain", "utf-8", text))
    if isinstance(result, Reject):
        assert result.reason in ("no_text", "not_an_article")  # the second: nothing but links
        return
    assert isinstance(result, Article)
    assert 0 <= result.body_char_start < len(result.text)
    assert result.text == clean_text(result.text)
    assert (result.title is None) == (result.body_char_start == 0)
    if result.title is not None:
        assert result.text.startswith(result.title + PARAGRAPH_BREAK)
    assert (result.published_date is None) == (result.date_method == "none")
    result.text.encode("utf-8")


@given(_TEXTS)
@example("date 2021-07-11 " + "On which it rained " * 20 + "\nand rained")
def test_a_header_takes_lines_from_the_top_only(text: str) -> None:
    """What is left is the end of the text; its first line may have begun as a line "date 2021-07-11 ..."."""
    fields, rest = read_header(text)
    if not fields:
        assert rest == text
        return
    first, *below = rest.split("\n")
    lines = ["", *text.split("\n")]  # nothing at all may be left
    top = len(lines) - len(below)
    assert below == lines[top:]
    whole = lines[top - 1]
    assert first in ("", whole) or re.sub(r"date \S+", "", whole, count=1, flags=re.I).strip() == first


@given(st.dates(dt.date(1600, 1, 1), dt.date(2099, 12, 31)))
def test_every_way_to_write_a_day_in_full_reads_back(day: dt.date) -> None:
    ways = (
        "%Y-%m-%d",
        "%Y/%m/%d",
        "%Y%m%d",
        "%B %d, %Y",
        "%d %b %Y",
        "%A, %d %B %Y",
        "%d.%m.%Y",
        "%Y-%m-%dT23:59:59+14:00",
    )
    assert {parse_date(day.strftime(way)) for way in ways} == {day.isoformat()}


@given(st.text(max_size=100))
def test_no_string_makes_an_impossible_date(text: str) -> None:
    found = parse_date(text)
    assert found is None or 1600 <= dt.date.fromisoformat(found).year <= 2099


@given(st.binary(max_size=400))
def test_any_bytes_are_decoded_or_refused_with_a_reason(data: bytes) -> None:
    try:
        decoded = repaired(decode(data))
    except FormatError as error:
        assert error.reason in {"binary", "bad_encoding"}
        assert str(error)
    else:
        assert isinstance(decoded.text, str)


@given(st.text(alphabet=st.sampled_from("abc XYZ.,“”‘’—é\n"), max_size=200))
def test_sound_utf8_is_decoded_as_it_stands(text: str) -> None:
    decoded = repaired(decode(text.encode("utf-8")))
    assert (decoded.text, decoded.encoding, decoded.quality_flags) == (text, "utf-8", ())
