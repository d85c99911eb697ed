from __future__ import annotations

import json

import pytest

from flows.formats.registry import parse_record
from tests.reading import document, read_records_of, refusal

TEXT = "Café owners in Port Calder said “enough” on Monday.\n\nThe harbour’s crews – all of them – agreed.\n"


@pytest.mark.parametrize(
    ("encoding", "recorded", "flags"),
    [
        ("utf-8", "utf-8", ()),
        ("utf-8-sig", "utf-8", ()),
        ("utf-16", "utf-16-le", ()),
        ("utf-32", "utf-32-le", ()),
        ("utf-16-be", "utf-16-be", ("encoding_guessed",)),
        ("cp1252", "cp1252", ("encoding_guessed",)),
        ("mac_roman", "mac_roman", ("encoding_guessed",)),
    ],
)
def test_encodings_are_detected_and_recorded(encoding: str, recorded: str, flags: tuple[str, ...]) -> None:
    found = document(TEXT.encode(encoding))
    assert (found.text, found.encoding, found.quality_flags) == (TEXT, recorded, flags)


def test_a_page_is_decoded_as_it_declares() -> None:
    words = "Президент заявил, что переговоры продолжатся в понедельник, и поблагодарил журналистов. " * 3
    page = f'<html><head><meta charset="windows-1251"><title>x</title></head><body><p>{words}</p></body></html>'
    found = document(page.encode("cp1251"), "a.html")
    assert found.encoding == "cp1251"
    assert words.strip() in found.text


@pytest.mark.parametrize("lines", [1, 500])
def test_mojibake_is_repaired_and_nothing_else(lines: int) -> None:
    text = "\n".join(["The president, Enrique PeÃ±a, said “It’s ﬁne” — and ‘left.’ «Oui»"] * lines)
    found = document(text.encode())
    assert found.text == text.replace("PeÃ±a", "Peña")
    assert found.quality_flags == ("encoding_repaired",)


def test_mojibake_of_a_page_and_of_a_record_is_repaired_in_what_is_taken_from_them() -> None:
    words = "The president, Enrique PeÃ±a, said on Monday that he had read “all of it” and would sign it."
    page = f'<!doctype html><html><head><meta name="author" content="JosÃ© Osei"></head><body><p>{words}</p></body>'
    record = f'{{"text": "{words}", "author": "JosÃ© Osei"}}'
    for data, name in ((page, "a.html"), (record, "a.jsonl")):
        found = document(data.encode(), name)
        assert found.text == words.replace("PeÃ±a", "Peña")
        assert found.fields["byline"] == "José Osei"
        assert "encoding_repaired" in found.quality_flags


@pytest.mark.parametrize(("data", "name"), [("PeÃ±a", "a.txt"), ('{"text": "PeÃ±a", "author": "JosÃ©"}', "a.jsonl")])
def test_mojibake_stays_where_it_is_wanted(data: str, name: str) -> None:
    (record,) = read_records_of(data.encode(), name)
    found = parse_record(record, repair=False)
    assert (found.text, found.quality_flags) == ("PeÃ±a", ())
    assert found.fields.get("byline", "JosÃ©") == "JosÃ©"
    assert parse_record(record).text == "Peña"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Tom &amp; Ada&rsquo;s R&D", "Tom & Ada’s R&D"),
        ("Tom &amp;amp; Ada&amp;rsquo;s &amp;quot;day&amp;quot;", 'Tom & Ada’s "day"'),
        ("caf&amp;eacute; &amp;#8211; open", "café – open"),
        ("&lt;p&gt;One &amp;amp; all.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;", "One & all.\n\nTwo."),
        ("He wrote &lt;b&gt; there", "He wrote <b> there"),
    ],
)
def test_references_are_resolved_that_were_escaped_once_or_twice(written: str, meant: str) -> None:
    assert document(json.dumps({"text": written}).encode(), "a.jsonl").text == meant
    assert document(f'id,title,text\n1,A,"{written}"\n'.encode(), "a.csv").text == meant


def test_references_in_a_text_and_in_a_page_are_resolved() -> None:
    assert document(b"Tom &amp; Ada&rsquo;s R&D").text == "Tom & Ada’s R&D"
    page = "<!doctype html><html><body><p>Tom &amp;amp; Ada&amp;rsquo;s long day at the harbour of Calder.</p></body>"
    assert document(page.encode(), "a.html").text == "Tom & Ada’s long day at the harbour of Calder."


@pytest.mark.parametrize("text", ["“LIBERTÉ”", "the café”—which", "”é", "coup d’état…", "«Ñandú»", "Beyoncé’s “Ø”"])
def test_accents_beside_marks_are_not_taken_for_mojibake(text: str) -> None:
    found = document(text.encode())
    assert (found.text, found.quality_flags) == (text, ())


def test_stray_bytes_in_utf8_are_read_as_windows_1252() -> None:
    found = document("Café, naïve, déjà vu, ".encode() + "it’s".encode("cp1252"))
    assert found.text == "Café, naïve, déjà vu, it’s"
    assert found.quality_flags == ("encoding_repaired",)


def test_characters_lost_before_are_flagged() -> None:
    assert document("A caf\ufffd closed.".encode()).quality_flags == ("replacement_characters",)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x7fELF\x02\x01\x01\x00\x00\x00" * 50, "binary"),
        (b"\x89PNG and so on", "binary"),
        (bytes(range(128, 256)) * 20, "bad_encoding"),
        (b"\xff\xfe" + b"\x00\xd8" * 50, "bad_encoding"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, reason: str) -> None:
    assert refusal(data).reason == reason
