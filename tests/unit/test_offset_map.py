"""From a cleaned text back to the bytes it came from, through the formats as they read them."""

from __future__ import annotations

import html
import json
import textwrap
import unicodedata

import pytest

from tests.mapped import Mapped, as_csv, as_json_line, mapped
from transforms.alignment import MIN_LETTERS

TEXT = (
    "Harbour reopens after the storm\n\n"
    "The harbour of Calder “reopened” on Monday, the mayor’s office said – two weeks late.\n\n"
    "“It was a hard fortnight,” said Ada Osei, who runs the café at the quay. Ships had waited outside the bay for days"
    " and nights."
)


def bytes_of(found: Mapped, words: str) -> bytes:
    """What the first bytes and the last of some words of the text enclose in the file."""
    start = found.text.index(words)
    first, last = found.row_at(start), found.row_at(start + len(words) - 1)
    assert first is not None
    assert last is not None
    return found.data[found.byte_of(start, first) : found.byte_of(start + len(words) - 1, last, end=True)]


def test_a_text_that_was_not_changed_is_one_run() -> None:
    found = mapped(TEXT.encode())
    assert [(row["char_start"], row["char_end"], row["bytes_per_char"]) for row in found.rows] == [(0, len(TEXT), None)]
    assert bytes_of(found, "café at the quay") == "café at the quay".encode()


@pytest.mark.parametrize(
    ("encoding", "n_bytes"),
    [("utf-8-sig", 5), ("cp1252", 4), ("utf-16", 8), ("utf-16-be", 8), ("utf-32", 16), ("mac_roman", 4)],
)
def test_each_encoding_leads_to_its_own_bytes(encoding: str, n_bytes: int) -> None:
    found = mapped(TEXT.encode(encoding))
    raw = bytes_of(found, "café")
    assert len(raw) == n_bytes
    assert raw.decode(found.encoding) == "café"
    assert len(found.rows) == 1


def test_what_stands_above_and_between_is_left_out() -> None:
    title, first, second = TEXT.split("\n\n")
    page = f"Title: {title}\nDate: 2021-07-11\n\n{first}\n\nAdvertisement\n\nSign up for our newsletter\n\n{second}\n"
    found = mapped(page.encode())
    assert found.text == TEXT
    assert [row["written"] for row in found.rows] == ["plain"] * 3
    for paragraph in (title, first, second):
        assert bytes_of(found, paragraph) == paragraph.encode()


def test_a_line_that_begins_like_the_next_paragraph_is_not_taken_for_it() -> None:
    caption = "The harbour of Calder on Monday. (Photo by Ada Osei/Getty Images)"
    title, first, second = TEXT.split("\n\n")
    data = "\n\n".join([title, caption, first, second]).encode()
    found = mapped(data)
    assert found.text == TEXT
    start = found.text.index("The harbour")
    assert found.byte_of(start, found.row_at(start)) == data.index(first.encode())


def test_wrapped_lines_and_hyphens_at_line_ends() -> None:
    lines = [*textwrap.wrap(TEXT.split("\n\n")[1], 50), *textwrap.wrap(TEXT.split("\n\n")[2], 50)]
    lines += ["That it had been so hard was a surprise to all well-", "known captains of Calder, and to others."]
    found = mapped("\r\n".join(lines).encode())
    assert bytes_of(found, "well-known") == b"well-\r\nknown"
    assert found.share_of_letters() == 1


@pytest.mark.parametrize("sign", ["\u00ad", "\x02", "\u200b", "\ufeff", "\u202e"])
def test_invisible_and_control_characters_are_passed_over(sign: str) -> None:
    found = mapped(TEXT.replace("storm", f"st{sign}orm").replace("fortnight", f"fort{sign}night").encode())
    assert found.text == TEXT
    assert bytes_of(found, "fortnight") == f"fort{sign}night".encode()
    assert found.share_of_letters() == 1


def test_ligatures_stay_and_lead_to_their_bytes() -> None:
    found = mapped(TEXT.replace("office", "oﬃce").encode())
    assert bytes_of(found, "oﬃce") == "oﬃce".encode()


def test_repaired_signs_lead_to_the_damage() -> None:
    damaged = "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in TEXT.encode())
    found = mapped(damaged.encode())
    assert found.text == TEXT
    assert bytes_of(found, "mayor’s") == "mayorâ€™s".encode()
    row = found.row_at(found.text.index("’"))
    assert row is not None
    assert (row["written"], row["char_end"] - row["char_start"]) == ("repaired", 1)
    assert found.share_of_letters() == 1


def test_a_stray_byte_in_utf_8_is_a_repaired_sign() -> None:
    found = mapped(TEXT.encode().replace("café".encode(), b"caf\xe9"))
    assert found.text == TEXT
    assert bytes_of(found, "café") == b"caf\xe9"


def test_letters_with_accents_apart_are_composed() -> None:
    found = mapped(unicodedata.normalize("NFD", TEXT).encode())
    assert bytes_of(found, "café") == b"cafe\xcc\x81"
    assert {row["written"] for row in found.rows} == {"plain", "composed"}


@pytest.mark.parametrize("is_ascii", [True, False])
def test_json_escapes(is_ascii: bool) -> None:
    found = mapped(as_json_line(TEXT, is_ascii=is_ascii), "a.jsonl")
    assert found.text == TEXT
    assert bytes_of(found, "mayor’s") == (b"mayor\\u2019s" if is_ascii else "mayor’s".encode())
    assert found.share_of_letters() == 1


def test_a_surrogate_pair_is_one_character() -> None:
    found = mapped(as_json_line(TEXT.replace("Ships", "Ships 🚢 and boats 🛶")), "a.jsonl")
    row = found.row_at(found.text.index("🚢"))
    assert row is not None
    assert (row["written"], row["bytes_per_char"]) == ("escaped", 12)


def test_the_record_s_own_field_is_meant_not_one_that_says_the_same() -> None:
    title, body = TEXT.split("\n\n", 1)
    record = {"summary": body, "seo": title, "title": title, "text": body}
    found = mapped(json.dumps(record).encode() + b"\n", "a.jsonl")
    assert found.byte_of(len(title) + 2, found.row_at(len(title) + 2)) == found.data.index(b'"text": "') + 9
    assert found.byte_of(0, found.row_at(0)) == found.data.index(b'"title": "') + 10


def test_records_behind_the_first_count_from_their_own_start() -> None:
    line = as_json_line(TEXT)
    found = mapped(as_json_line("Another story altogether.", title="Before it") + line, "a.jsonl", number=1)
    assert all(row["byte_end"] <= len(line) for row in found.rows)
    assert bytes_of(found, "two weeks late") == b"two weeks late"


def test_markup_and_references_in_json() -> None:
    title, *body = TEXT.split("\n\n")
    page = "".join(f"<p class='x'>{html.escape(p)}</p>" for p in body).replace("’", "&rsquo;").replace("é", "&eacute;")
    page = page.replace("Ada Osei", "<b>Ada</b>&nbsp;Osei")
    found = mapped(json.dumps({"title": title, "text": page}, ensure_ascii=False).encode() + b"\n", "a.jsonl")
    assert found.text == TEXT
    assert bytes_of(found, "mayor’s") == b"mayor&rsquo;s"
    assert bytes_of(found, "Ada Osei,") == b"Ada</b>&nbsp;Osei,"
    assert found.share_of_letters() == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
def test_doubled_quotes_in_tables(encoding: str) -> None:
    text = TEXT.replace("“", '"').replace("”", '"')
    found = mapped(as_csv(text).encode(encoding), "a.csv", number=1)
    assert found.text == text
    assert bytes_of(found, '"reopened"').decode(found.encoding) == '""reopened""'
    assert found.encoding == encoding.removesuffix("-sig") if encoding != "utf-16" else "utf-16-le"
    assert found.share_of_letters() == 1


def test_quotes_with_backslashes_in_tables() -> None:
    text = 'He said \\"enough of the long nights\\", and left the quay.\n\nShe \\"stayed\\" there.'
    found = mapped(f'id,title,text\n1,Harbour reopens,"{text}"\n'.encode(), "a.csv")
    assert bytes_of(found, '"enough of') == b'\\"enough of'
    assert found.share_of_letters() == 1


def test_a_lost_letter_has_no_row() -> None:
    data = as_json_line(TEXT).replace(b"Ships", b"Sh\\ud83dps")
    found = mapped(data, "a.jsonl")
    assert "Sh\ufffdps" in found.text
    assert found.row_at(found.text.index("\ufffd")) is None
    assert bytes_of(found, "ps had waited") == b"ps had waited"


def test_letters_that_agree_by_chance_have_no_row() -> None:
    """A title that the container states, and the record does not hold."""
    found = mapped(b"The harbour of Calder\n\nA text about something else that stands below it, at length.")
    assert all(row["char_end"] - row["char_start"] >= MIN_LETTERS for row in found.rows)


@pytest.mark.parametrize("name", ["a.html", "a.md"])
def test_other_formats_have_no_rows(name: str) -> None:
    page = "<html><body><article>" + "".join(f"<p>{p}</p>" for p in TEXT.split("\n\n")) + "</article></body></html>"
    assert mapped(page.encode() if name.endswith("html") else TEXT.encode(), name).rows == []
