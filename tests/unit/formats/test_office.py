from __future__ import annotations

import io
import sys
import zipfile

import pytest

from flows.formats.base import FormatError, Record
from flows.formats.page_layout import Line, paragraphs_of, read_blocks, without_running_heads
from flows.formats.registry import parse_record
from tests.reading import document, fault_reasons, format_name, outcomes, read_documents, read_items, refusal
from tests.unit.formats.test_exports import docx

LONG = "The harbour board met on Monday and voted to keep the old crane at the quay for another ten years or more."


def packed(members: dict[str, str], mimetype: str = "") -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        if mimetype:
            archive.writestr(zipfile.ZipInfo("mimetype"), mimetype)
        for name, text in members.items():
            archive.writestr(name, text)
    return data.getvalue()


def pdf(pages: list[list[tuple[float, float, float, str]]]) -> bytes:
    """A PDF of lines: x, y and size in points, and text."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>", "", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    kids = []
    for lines in pages:
        stream = "".join(f"BT /F1 {size} Tf {x} {y} Td ({text}) Tj ET\n" for x, y, size, text in lines)
        objects.append(f"<</Length {len(stream)}>>stream\n{stream}endstream")
        resources = "<</Font<</F1 3 0 R>>>>"
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources{resources}/Contents {len(objects)} 0 R>>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {len(kids)}>>"
    body, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    n = len(objects) + 1
    trailer = f"trailer<</Size {n}/Root 1 0 R>>\nstartxref\n{len(body)}\n%%EOF"
    return f"{body}xref\n0 {n}\n0000000000 65535 f \n{table}{trailer}".encode("latin-1")


def test_a_word_document_is_one_record() -> None:
    found = document(docx(["Crane saved", "The board voted.", "", "It stays."]), "a.docx")
    assert found.text == "Crane saved\n\nThe board voted.\n\nIt stays."


def test_zip_documents_are_known_by_content() -> None:
    assert format_name(docx(["x"]), "a.bin") == "docx"
    assert format_name(packed({"content.xml": ""}, "application/vnd.oasis.opendocument.text")) == "odt"
    assert format_name(packed({"a": ""}, "application/epub+zip"), "a.zip") == "epub"
    for other in (packed({"xl/workbook.xml": ""}), packed({"a.txt": "x"})):
        assert format_name(other) not in {"docx", "odt", "epub"}


def test_an_open_document() -> None:
    content = """<office:document-content xmlns:office="o" xmlns:text="t"><office:body><office:text>
<text:tracked-changes><text:p>gone</text:p></text:tracked-changes>
<text:h>Crane saved</text:h>
<text:p>The<text:s text:c="2"/>board <text:span>voted</text:span>.<text:note>1</text:note></text:p>
<text:list><text:list-item><text:p>It stays.</text:p></text:list-item></text:list>
</office:text></office:body></office:document-content>"""
    found = document(packed({"content.xml": content}, "application/vnd.oasis.opendocument.text"), "a.odt")
    assert found.text == "Crane saved\n\nThe  board voted.\n\nIt stays."
    assert found.fields == {"title": "Crane saved"}


def test_an_epub_gives_one_record_a_section_of_its_reading_order() -> None:
    container = '<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
    package = """<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>
<dc:title>The Calder Post</dc:title><dc:creator>calibre</dc:creator><dc:language>en</dc:language>
<dc:date>2021-07-11</dc:date>
</metadata><manifest><item id="c" href="cover.xhtml"/><item id="n" href="nav.xhtml" properties="nav"/>
<item id="a" href="a%20b.xhtml"/><item id="x" href="missing.xhtml"/></manifest>
<spine><itemref idref="c"/><itemref idref="n"/><itemref idref="a"/><itemref idref="x"/></spine></package>"""
    page = (
        f"<?xml version='1.0'?><html><head><title>x</title></head><body><h1>Crane saved</h1><p>{LONG}</p></body></html>"
    )
    members = {
        "META-INF/container.xml": container,
        "OEBPS/book.opf": package,
        "OEBPS/cover.xhtml": "<html><body><p>The Calder Post</p></body></html>",
        "OEBPS/a b.xhtml": page,
    }
    found, missing = outcomes(packed(members, "application/epub+zip"), "a.epub")
    assert not isinstance(found, str)
    assert (found.text, missing) == (LONG, "bad_record")
    assert found.fields == {
        "title": "Crane saved",
        "publisher": "The Calder Post",
        "language": "en",
        "published_date": "2021-07-11",
    }


def test_a_document_that_unpacks_to_far_too_much_is_refused() -> None:
    bomb = packed({"content.xml": "<a>" + " " * (20 * 2**20) + "</a>"}, "application/vnd.oasis.opendocument.text")
    assert outcomes(bomb) == ["too_large"]


# PDF


def column(x: float, words: str, n: int) -> list[tuple[float, float, float, str]]:
    return [(x, 600 - 12 * number, 10, f"{words} line {number} of the column goes on") for number in range(n)]


def test_the_columns_of_a_page_are_read_one_after_the_other_below_the_headline() -> None:
    page = [(50, 700, 24, "Crane saved after a long debate"), *column(50, "left", 8), *column(320, "right", 8)]
    found = document(pdf([page]), "a.pdf")
    assert found.fields["title"] == "Crane saved after a long debate"
    order = [word for word in found.text.split() if word in {"left", "right"}]
    assert order == ["left"] * 8 + ["right"] * 8


def test_words_divided_at_line_ends_are_joined_and_indents_part_paragraphs() -> None:
    lines = [
        "  The har-",
        "bour board voted to keep the crane.",
        "It stays where it is, the board said.",
        "  Second one.",
    ]
    placed = [(50 + 10 * line.startswith(" "), 600 - 12 * n, 10, line.strip()) for n, line in enumerate(lines)]
    assert document(pdf([placed]), "a.pdf").text == (
        "The harbour board voted to keep the crane. It stays where it is, the board said.\n\nSecond one."
    )


def test_running_heads_and_page_numbers_are_no_text() -> None:
    pages = [
        [(50, 780, 9, "The Calder Post"), *column(50, f"page{number}", 5), (300, 20, 9, str(number))]
        for number in range(1, 5)
    ]
    text = document(pdf(pages), "a.pdf").text
    assert "Calder" not in text
    assert text.count("line 0") == 4
    assert not [paragraph for paragraph in text.split("\n\n") if paragraph.isdigit()]


def test_a_scan_is_refused_as_one() -> None:
    assert outcomes(pdf([[]]), "a.pdf") == ["no_text_layer"]


def test_a_damaged_pdf_is_one_fault() -> None:
    assert outcomes(b"%PDF-1.4\nnonsense", "a.pdf") == ["bad_record"]


def test_an_export_that_is_not_read_says_what_to_download() -> None:
    export = [
        line
        for n in range(2)
        for line in ((50, 700 - 200 * n, 10, f"Crane {n} stays."), (50, 600 - 200 * n, 10, "End of Document"))
    ]
    (item,) = read_items(pdf([export]), "a.pdf")
    assert isinstance(item, Record)
    with pytest.raises(FormatError, match="docx") as raised:
        parse_record(item)
    assert raised.value.reason == "unknown_format"


RTF = (
    rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fswiss Arial;}}{\info{\author Template}}Crane saved\par\par "
    rb"The \b board\b0  voted \u8211? na\'efvely. "
    rb'{\field{\*\fldinst{HYPERLINK "http://calder.example/9"}}{\fldrslt More}}\par}'
)


def test_rtf_is_its_words() -> None:
    assert document(RTF, "a.bin").text.split("\n\n") == ["Crane saved", "The board voted – naïvely. More"]
    assert refusal(rb"{\rtf1\ansi }", "a.rtf").reason == "no_text"


def test_rtf_with_a_huge_table_of_fonts_is_read_all_the_same() -> None:
    data = rb"{\rtf1\ansi{\fonttbl" + rb"{\f0\fnil " * 20_000 + rb"}" * 20_000 + rb"}Crane saved.\par}"
    assert document(data, "a.rtf").text.strip() == "Crane saved."


def test_without_the_library_the_file_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    assert outcomes(pdf([column(50, "x", 3)]), "a.pdf") == ["needs_extra"]
    monkeypatch.setitem(sys.modules, "striprtf.striprtf", None)
    assert outcomes(RTF, "a.rtf") == ["needs_extra"]


def test_pieces_of_a_line_in_two_fonts_keep_the_space_between_them() -> None:
    pieces = [Line(0, 0, 20, 10, "the "), Line(20, 0, 40, 10, "old"), Line(43, 0, 60, 10, "crane")]
    assert [text for _, text in paragraphs_of(read_blocks(pieces))] == ["the old crane"]


def test_a_line_at_an_edge_that_does_not_repeat_stays() -> None:
    line = Line(0, 780, 50, 790, "Only once")
    assert without_running_heads([(800, [line])] * 2) == [[line]] * 2


def test_empty_documents() -> None:
    assert fault_reasons(docx([""]), "a.docx") == ["no_text"]
    assert read_documents(docx(["x"]), "a.docx")[0].text == "x"
