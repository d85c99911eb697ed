"""PDF files with a text layer: one document a file. A scan without one is refused as such."""

from __future__ import annotations

import re
from statistics import median
from typing import Any

from flows.formats.base import Document, Format, FormatError, Head, Match, Record, one_record
from flows.formats.extras import needs
from flows.formats.nexis_article import END
from flows.formats.page_layout import Line, paragraphs_of, read_blocks, without_running_heads
from flows.formats.parsed import finished
from transforms.paragraphs import PARAGRAPH_BREAK

MAX_PAGES = 2000
MAX_PIECES_A_PAGE = 20_000
MAX_CHARS = 20_000_000
MIN_HEADLINE_SHARE = 1.35  # of the height of the body's print
MAX_HEADLINE_CHARS = 250

_SPACES = re.compile(r"\s+")
_SIGNATURE, _WITHIN_BYTES = b"%PDF-", 1024


def _recognise(head: Head) -> Match:
    start = head.start[:_WITHIN_BYTES]
    return Match.CONTENT if b"%" in start and _SIGNATURE in start else Match.NO  # one byte is found much faster


def _parse(record: Record) -> Document:
    pdfium = needs("pypdfium2", "pdf", "PDF files")
    pages = _pages(pdfium, record.data)
    if not any(lines for _, lines in pages):
        raise FormatError("no_text_layer", f"{len(pages):,} pages of images: it has to be recognised (OCR) first")
    paragraphs = paragraphs_of([block for lines in without_running_heads(pages) for block in read_blocks(lines)])
    if sum(END.fullmatch(paragraph) is not None for _, paragraph in paragraphs) > 1:
        raise FormatError("unknown_format", "a Nexis export as PDF is not read: download it as .docx or text")
    title = _headline(paragraphs)
    text = PARAGRAPH_BREAK.join(paragraph for _, paragraph in paragraphs if paragraph != title)
    return finished(text, "application/pdf", "utf-8", {"title": title} if title else {})


def _pages(pdfium: Any, data: bytes) -> list[tuple[float, list[Line]]]:
    """The height and the lines of each page; raises FormatError where the file is locked or damaged."""
    try:
        pdf = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        is_locked = "password" in str(error).lower()
        raise FormatError("encrypted" if is_locked else "bad_record", f"a PDF that cannot be opened: {error}") from None
    try:
        if len(pdf) > MAX_PAGES:
            raise FormatError("too_large", f"{len(pdf):,} pages in one document, more than {MAX_PAGES:,}")
        return [_page(pdf, number) for number in range(len(pdf))]
    finally:
        pdf.close()


def _page(pdf: Any, number: int) -> tuple[float, list[Line]]:
    page = pdf[number]
    text_page = page.get_textpage()
    try:
        n_pieces = min(text_page.count_rects(), MAX_PIECES_A_PAGE)
        boxes = [text_page.get_rect(at) for at in range(n_pieces)]
        # A space at an edge parts it from the next piece of its line, which may be in another font.
        lines = [
            Line(left, bottom, right, top, _SPACES.sub(" ", text_page.get_text_bounded(left, bottom, right, top)))
            for left, bottom, right, top in boxes
        ]
        return page.get_height(), [line for line in lines if line.text.strip()]
    finally:
        text_page.close()
        page.close()


def _headline(paragraphs: list[tuple[float, str]]) -> str:
    """The first paragraph in the largest print, where that is plainly larger than the body's."""
    if len(paragraphs) < 2:
        return ""
    body = median(height for height, text in paragraphs for _ in range(1 + len(text) // 80))
    largest = max(paragraphs[:10], key=lambda paragraph: paragraph[0])
    is_headline = largest[0] >= MIN_HEADLINE_SHARE * body and len(largest[1]) <= MAX_HEADLINE_CHARS
    return largest[1] if is_headline else ""


FORMAT = Format("pdf", (".pdf",), _recognise, one_record("pdf"), _parse, chars_per_byte=0.2, is_page=True)
