"""However a text was damaged, the bytes that its characters lead back to say the same letters."""

from __future__ import annotations

import io
import json
import unicodedata

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from flows.formats.base import FormatError, Record
from flows.formats.registry import read_records
from tests.mapped import Mapped, as_csv, as_json_line, mapped_record

WORDS = st.sampled_from(
    [
        *("Harbour", "reopened,", "said", "Ada", "Osei’s", "“deputy”", "on", "Monday.", "The", "café", "–", "£5"),
        *(
            "1,200",
            "guests;",
            "naïve",
            "港",
            "мэр",
            "🚢",
            "oﬃce",
            '"enough"',
            "R&D",
            "a<b",
            "C:\\temp",
            "&amp;",
            "x,y;z",
        ),
    ]
)
PARAGRAPHS = st.lists(WORDS, min_size=1, max_size=30).map(" ".join)
TEXTS = st.lists(PARAGRAPHS, min_size=1, max_size=5)
DAMAGE = st.sampled_from(
    ["\u00ad", "\x02", "\u200b", "\ufeff", "\u00a0", "  ", "\t", "-\n", "\r\n", "\n", "\u2028", "e\u0301"]
)
FURNITURE = st.sampled_from(
    ["Advertisement", "Read more", "By Ada Osei", "Date: 2021-07-11", "(Reporting by Ada Osei)", "Photo: Ada Osei/AP"]
)
ENCODINGS = st.sampled_from(
    ["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1252", "mac_roman", "gb18030"]
)
SETTINGS = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def damaged(draw: st.DrawFn) -> str:
    paragraphs = draw(TEXTS)
    for place in draw(st.lists(st.integers(0, 20), max_size=3)):
        paragraphs.insert(place % (len(paragraphs) + 1), draw(FURNITURE))
    text = draw(st.sampled_from(["\n\n", "\r\n\r\n", "\n"])).join(paragraphs)
    for place in draw(st.lists(st.integers(0, 5000), max_size=8)):
        place %= len(text) + 1
        text = text[:place] + draw(DAMAGE) + text[place:]
    kind = draw(st.sampled_from(["", "", "", "mojibake", "nfd", "markup"]))
    if kind == "mojibake":
        return text.encode().decode("sloppy-windows-1252", "replace")
    if kind == "nfd":
        return unicodedata.normalize("NFD", text)
    return f"<p>{text}</p>".replace("\n\n", "</p><p>").replace("’", "&rsquo;") if kind == "markup" else text


def check(data: bytes, name: str) -> list[Mapped]:
    found = []
    for _, item in read_records(io.BytesIO(data), name):
        if isinstance(item, Record):
            try:
                found.append(mapped_record(item, data))
            except (AssertionError, FormatError):  # no article in it
                continue
    for article in found:
        after = 0
        for row in article.rows:
            text = article.text[row["char_start"] : row["char_end"]]
            assert text
            assert text in article.readings_of(row), (row, article.bytes_of(row))
            assert after <= row["char_start"]
            after = row["char_end"]
            width = row["bytes_per_char"]
            assert row["byte_end"] - row["byte_start"] == (len(text) * width if width else len(text.encode()))
    return found


@given(damaged(), ENCODINGS)
@SETTINGS
def test_of_texts(text: str, encoding: str) -> None:
    check(text.encode(encoding, "ignore"), "a.txt")


@given(damaged(), st.binary(min_size=1, max_size=3), st.integers(0, 2000))
@SETTINGS
def test_of_texts_with_stray_bytes(text: str, stray: bytes, place: int) -> None:
    data = text.encode()
    place %= len(data)
    check(data[:place] + stray + data[place:], "a.txt")


@given(
    st.lists(damaged(), min_size=1, max_size=3),
    st.booleans(),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
)
@SETTINGS
def test_of_json_lines(texts: list[str], is_ascii: bool, encoding: str) -> None:
    lines = b"".join(as_json_line(text, is_ascii=is_ascii) for text in texts)
    check(lines.decode().encode(encoding), "a.jsonl")


@given(damaged(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"]), st.sampled_from(",;\t|"))
@SETTINGS
def test_of_tables(text: str, encoding: str, delimiter: str) -> None:
    check(as_csv(text, delimiter=delimiter).encode(encoding, "ignore"), "a.csv")


@given(TEXTS)
@SETTINGS
def test_sound_texts_are_one_run_and_nothing_is_lost(paragraphs: list[str]) -> None:
    text = "\n\n".join(paragraphs)
    found = check(text.encode(), "a.txt")
    assume(found and found[0].text == text)
    assert [(row["char_start"], row["char_end"]) for row in found[0].rows] == [(0, len(text))]


@given(TEXTS)
@SETTINGS
def test_every_letter_of_a_field_is_found(paragraphs: list[str]) -> None:
    body = "\n\n".join(paragraphs)
    data = json.dumps({"title": "Harbour reopened", "text": body}).encode() + b"\n"
    for article in check(data, "a.jsonl"):
        if article.text == f"Harbour reopened\n\n{body}":
            assert article.share_of_letters() == 1
